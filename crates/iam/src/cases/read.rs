//! From JSON to cases.

use gardefou_finding::Untrusted;

use super::{Case, Named, Policies};
use crate::json::{Members, Node};
use crate::policy::{PolicyError, Problem};
use crate::request::{ContextValue, MAX_TEXT};
use crate::{
    Action, Attached, Context, Level, Policy, PolicyKind, Principal, RequestError, Resource,
};

/// Members of a case that the evaluation does not use, and that are expected.
const NOTES: [&str; 5] = ["name", "expected", "note", "description", "id"];

/// Reads a list of cases, or one.
pub(super) fn cases(text: &str) -> Result<Vec<Named>, PolicyError> {
    let root = Node::root(text, text)?;
    let mut cases = Vec::new();
    root.each(|node| {
        let name = name(node);
        let case = case(node);
        cases.push(Named { name, case });
        Ok(())
    })?;
    Ok(cases)
}

fn name(node: &Node<'_>) -> Option<Untrusted> {
    let members = node.members().ok()?;
    let text = members.get("name")?;
    let name = node.member("name", text).scalar().ok()?;
    Some(Untrusted::new(name))
}

fn case(node: &Node<'_>) -> Result<Case, PolicyError> {
    let members = node.members()?;
    let mut reader = Reader::new(node, &members);
    let policies = Policies {
        identity: reader.policies("identity_policies", PolicyKind::Identity)?,
        resource: reader.policies("resource_policy", PolicyKind::Resource)?,
        boundaries: reader.policies("permissions_boundaries", PolicyKind::Boundary)?,
        session: reader.policies("session_policies", PolicyKind::Session)?,
        service_control: reader.levels("service_control_policies", PolicyKind::ServiceControl)?,
        resource_control: reader
            .levels("resource_control_policies", PolicyKind::ResourceControl)?,
        endpoint: reader.policies("endpoint_policies", PolicyKind::Endpoint)?,
    };
    let request = reader
        .take("request")
        .ok_or_else(|| node.error(Problem::Missing("request")))?;
    let mut case = request_of(&request, policies)?;
    case.ignored.extend(reader.rest(""));
    Ok(case)
}

/// The members of an object, of which some are taken.
struct Reader<'b> {
    node: &'b Node<'b>,
    members: &'b Members<'b>,
    taken: Vec<&'static str>,
}

impl<'b> Reader<'b> {
    fn new(node: &'b Node<'b>, members: &'b Members<'b>) -> Self {
        Self {
            node,
            members,
            taken: Vec::new(),
        }
    }

    /// The member of this name; `null` is none.
    fn take(&mut self, name: &'static str) -> Option<Node<'b>> {
        self.taken.push(name);
        let text = self.members.get(name)?;
        Some(self.node.member(name, text)).filter(|node| !node.is_null())
    }

    fn string(&mut self, name: &'static str) -> Result<Option<String>, PolicyError> {
        self.take(name).map(|node| node.scalar()).transpose()
    }

    /// The members that nobody took.
    fn rest(&self, path: &str) -> Vec<Untrusted> {
        self.members
            .iter()
            .map(|(name, _)| name)
            .filter(|name| !self.taken.contains(name) && !NOTES.contains(name))
            .map(|name| Untrusted::new(format!("{path}{name}")))
            .collect()
    }

    fn policies(
        &mut self,
        name: &'static str,
        kind: PolicyKind,
    ) -> Result<Vec<Attached>, PolicyError> {
        let mut policies = Vec::new();
        if let Some(node) = self.take(name) {
            node.each(|node| {
                if !node.is_null() {
                    policies.push(attached(node, kind, name, policies.len())?);
                }
                Ok(())
            })?;
        }
        Ok(policies)
    }

    fn levels(&mut self, name: &'static str, kind: PolicyKind) -> Result<Vec<Level>, PolicyError> {
        let mut levels = Vec::new();
        if let Some(node) = self.take(name) {
            node.each(|node| {
                levels.push(level(node, kind, levels.len())?);
                Ok(())
            })?;
        }
        Ok(levels)
    }
}

/// `{"name": …, "policy": …}`, or the policy alone.
fn attached(
    node: &Node<'_>,
    kind: PolicyKind,
    list: &str,
    index: usize,
) -> Result<Attached, PolicyError> {
    let unnamed = || format!("{list}[{index}]");
    let members = node.members()?;
    let Some(text) = members.get("policy") else {
        return Ok(Attached::new(unnamed(), policy(node, kind)?));
    };
    let mut reader = Reader::new(node, &members);
    let name = reader.string("name")?.unwrap_or_else(unnamed);
    Ok(Attached::new(
        name,
        policy(&node.member("policy", text), kind)?,
    ))
}

/// A policy, or a string that holds its JSON.
fn policy(node: &Node<'_>, kind: PolicyKind) -> Result<Policy, PolicyError> {
    if node.is_string() {
        return Policy::parse(&node.string()?, kind).map_err(|error| node.error(error.problem));
    }
    Policy::parse_within(node.document(), node.text(), kind).map_err(|error| PolicyError {
        path: node.path_to(&error.path),
        ..error
    })
}

fn level(node: &Node<'_>, kind: PolicyKind, index: usize) -> Result<Level, PolicyError> {
    let members = node.members()?;
    let mut reader = Reader::new(node, &members);
    let name = reader
        .string("level")?
        .unwrap_or_else(|| format!("level {index}"));
    Ok(Level {
        name: name.into(),
        policies: reader.policies("policies", kind)?,
    })
}

fn request_of(node: &Node<'_>, policies: Policies) -> Result<Case, PolicyError> {
    let members = &node.members()?;
    let mut reader = Reader::new(node, members);
    let at = |name: &'static str| {
        move |error: RequestError| match members.get(name) {
            Some(text) => node.member(name, text).error(Problem::Request(error)),
            None => node.error(Problem::Request(error)),
        }
    };
    let account = reader.string("resource_account")?;
    let resource = reader.string("resource")?.unwrap_or_else(|| "*".to_owned());
    let resource = Resource::new(&resource, account.as_deref()).map_err(at("resource"))?;
    let action = reader
        .string("action")?
        .ok_or_else(|| node.error(Problem::Missing("action")))?;
    let action = Action::new(&action).map_err(at("action"))?;
    let principal = match reader.string("principal")? {
        Some(text) => Principal::parse(&text).map_err(at("principal"))?,
        None if policies.identity.is_empty() => {
            Principal::parse("anonymous").map_err(at("principal"))?
        }
        None => Principal::some_user(resource.account()),
    };
    let context = context(&mut reader)?;
    let principal = match context.text("aws:principalarn") {
        Some(arn) => principal.with_role(arn),
        None => principal,
    };
    Ok(Case {
        principal,
        action,
        resource,
        context,
        policies,
        ignored: reader.rest("request."),
    })
}

fn context(reader: &mut Reader<'_>) -> Result<Context, PolicyError> {
    let mut context = Context::complete();
    if let Some(node) = reader.take("context") {
        for (key, text) in node.members()?.iter() {
            let node = node.member(key, text);
            if !node.is_null() {
                context = context.with_value(key, value(&node)?);
            }
        }
    }
    if let Some(node) = reader.take("context_unknown") {
        let mut keys = Vec::new();
        node.each(|item| {
            keys.push(item.string()?);
            Ok(())
        })?;
        context = keys.iter().fold(context, |it, key| it.with_unknown(key));
    }
    Ok(context)
}

fn value(node: &Node<'_>) -> Result<ContextValue, PolicyError> {
    let read = |node: &Node<'_>| {
        let text = node.scalar()?;
        if text.len() > MAX_TEXT {
            return Err(node.error(Problem::Request(RequestError::TooLong)));
        }
        Ok(text.into_boxed_str())
    };
    if !node.is_list() {
        return Ok(ContextValue::One(read(node)?));
    }
    let mut values = Vec::new();
    node.each(|item| {
        values.push(read(item)?);
        Ok(())
    })?;
    Ok(ContextValue::Many(values.into()))
}
