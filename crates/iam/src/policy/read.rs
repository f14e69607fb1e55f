//! From JSON to a policy, by the grammar.

use super::{
    ActionPattern, Condition, Effect, MAX_POLICY_BYTES, MAX_STATEMENTS, Operands, Operator, Policy,
    PolicyError, PolicyKind, PrincipalPattern, Problem, ResourcePattern, Scope, Statement,
    Template, Version,
};
use crate::arn::Arn;
use crate::json::{Members, Node};
use crate::request::Key;

/// Reads the policy that `part` of `document` is.
pub(super) fn policy(document: &str, part: &str, kind: PolicyKind) -> Result<Policy, PolicyError> {
    if part.len() > MAX_POLICY_BYTES {
        return Err(Node::unread(document, part).error(Problem::TooLarge(MAX_POLICY_BYTES)));
    }
    let root = Node::root(document, part)?;
    let members = root.members()?;
    known(&root, &members, &["Version", "Id", "Statement"])?;
    let version = optional(&root, &members, "Version", version)?.unwrap_or(Version::V2008);
    let id = optional(&root, &members, "Id", text)?;
    let node = required(&root, &members, "Statement")?;
    let mut statements = Vec::new();
    node.each(|node| {
        if statements.len() == MAX_STATEMENTS {
            return Err(node.error(Problem::TooManyStatements(MAX_STATEMENTS)));
        }
        statements.push(statement(node, version, kind)?);
        Ok(())
    })?;
    Ok(Policy {
        version,
        id: id.map(Into::into),
        statements: statements.into(),
    })
}

fn known(node: &Node<'_>, members: &Members<'_>, names: &[&str]) -> Result<(), PolicyError> {
    match members.iter().find(|(name, _)| !names.contains(name)) {
        None => Ok(()),
        Some((name, text)) => Err(node
            .member(name, text)
            .error(Problem::UnknownElement(name.to_owned()))),
    }
}

fn optional<T>(
    node: &Node<'_>,
    members: &Members<'_>,
    name: &str,
    read: impl Fn(&Node<'_>) -> Result<T, PolicyError>,
) -> Result<Option<T>, PolicyError> {
    members
        .get(name)
        .map(|text| read(&node.member(name, text)))
        .transpose()
}

fn required<'b>(
    node: &'b Node<'_>,
    members: &'b Members<'_>,
    name: &'static str,
) -> Result<Node<'b>, PolicyError> {
    match members.get(name) {
        Some(text) => Ok(node.member(name, text)),
        None => Err(node.error(Problem::Missing(name))),
    }
}

fn text(node: &Node<'_>) -> Result<String, PolicyError> {
    node.string()
}

fn version(node: &Node<'_>) -> Result<Version, PolicyError> {
    match node.string()?.as_str() {
        "2012-10-17" => Ok(Version::V2012),
        "2008-10-17" => Ok(Version::V2008),
        other => Err(node.error(Problem::Version(other.to_owned()))),
    }
}

fn effect(node: &Node<'_>) -> Result<Effect, PolicyError> {
    match node.string()?.as_str() {
        "Allow" => Ok(Effect::Allow),
        "Deny" => Ok(Effect::Deny),
        other => Err(node.error(Problem::Effect(other.to_owned()))),
    }
}

const ELEMENTS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

fn statement(
    node: &Node<'_>,
    version: Version,
    kind: PolicyKind,
) -> Result<Statement, PolicyError> {
    let members = node.members()?;
    known(node, &members, &ELEMENTS)?;
    let actions = scope(node, &members, ("Action", "NotAction"), &action)?
        .ok_or_else(|| node.error(Problem::Missing("Action")))?;
    let resource = |node: &Node<'_>| resource(node, version);
    let resources = scope(node, &members, ("Resource", "NotResource"), &resource)?;
    if resources.is_none() && !may_lack_resource(kind) {
        return Err(node.error(Problem::Missing("Resource")));
    }
    let sid = optional(node, &members, "Sid", text)?;
    let effect = effect(&required(node, &members, "Effect")?)?;
    let condition = |node: &Node<'_>| conditions(node, version);
    let conditions = optional(node, &members, "Condition", condition)?;
    Ok(Statement {
        sid: sid.map(Into::into),
        effect,
        actions,
        resources,
        principals: principals(node, &members, kind)?,
        conditions: conditions.unwrap_or_default().into(),
    })
}

/// A statement without a resource is about the resource it is attached to.
fn may_lack_resource(kind: PolicyKind) -> bool {
    kind == PolicyKind::Resource
}

fn scope<T>(
    node: &Node<'_>,
    members: &Members<'_>,
    (only, except): (&'static str, &'static str),
    read: &dyn Fn(&Node<'_>) -> Result<T, PolicyError>,
) -> Result<Option<Scope<T>>, PolicyError> {
    let list = |name| {
        optional(node, members, name, |node| {
            let mut list = Vec::new();
            node.each(|item| {
                list.push(read(item)?);
                Ok(())
            })?;
            if list.is_empty() {
                return Err(node.error(Problem::Empty));
            }
            Ok(list.into_boxed_slice())
        })
    };
    match (list(only)?, list(except)?) {
        (Some(_), Some(_)) => Err(node.error(Problem::Both(only, except))),
        (Some(listed), None) => Ok(Some(Scope::Only(listed))),
        (None, Some(listed)) => Ok(Some(Scope::Except(listed))),
        (None, None) => Ok(None),
    }
}

/// `*`, or a service and a name, each of which may have wildcards.
fn action(node: &Node<'_>) -> Result<ActionPattern, PolicyError> {
    let text = node.string()?;
    let is_stars = !text.is_empty() && text.bytes().all(|byte| byte == b'*');
    let is_named = text.split_once(':').is_some_and(|(service, name)| {
        !service.is_empty()
            && !name.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b":*?-_.".contains(&byte))
    });
    if is_stars || is_named {
        Ok(ActionPattern::new(&text))
    } else {
        Err(node.error(Problem::Action(text)))
    }
}

/// An ARN with wildcards and variables, or `*`. An ARN has six parts unless it
/// has a star, which goes over colons.
fn resource(node: &Node<'_>, version: Version) -> Result<ResourcePattern, PolicyError> {
    let text = node.string()?;
    let is_arn = Arn::parse(&text).is_some()
        || (text.starts_with("arn:") && text.contains('*'))
        || text.starts_with(['*', '?'])
        || (version == Version::V2012 && text.starts_with("${"));
    if !is_arn {
        return Err(node.error(Problem::Resource(text)));
    }
    let template = Template::resource(&text, version).map_err(|problem| node.error(problem))?;
    Ok(ResourcePattern { template })
}

fn principals(
    node: &Node<'_>,
    members: &Members<'_>,
    kind: PolicyKind,
) -> Result<Option<Scope<PrincipalPattern>>, PolicyError> {
    let only = optional(node, members, "Principal", principal)?;
    let except = optional(node, members, "NotPrincipal", principal)?;
    let scope = match (only, except) {
        (Some(_), Some(_)) => {
            return Err(node.error(Problem::Both("Principal", "NotPrincipal")));
        }
        (Some(only), None) => Some(Scope::Only(only)),
        (None, Some(except)) => Some(Scope::Except(except)),
        (None, None) => None,
    };
    match (&scope, kind) {
        (Some(scope), kind) if !kind.has_principals() => {
            let name = if scope.is_except() {
                "NotPrincipal"
            } else {
                "Principal"
            };
            Err(node.error(Problem::NotHere(name)))
        }
        (None, PolicyKind::Resource | PolicyKind::ResourceControl) => {
            Err(node.error(Problem::Missing("Principal")))
        }
        (Some(scope), PolicyKind::ResourceControl) if !is_everyone(scope) => {
            Err(node.error(Problem::Expected("the principal `*`")))
        }
        _ => Ok(scope),
    }
}

fn is_everyone(scope: &Scope<PrincipalPattern>) -> bool {
    matches!(scope, Scope::Only(listed) if **listed == [PrincipalPattern::Everyone])
}

/// `"*"`, a map of lists by kind, or (which resource policies in the field
/// have, though the grammar does not) an AWS principal alone.
fn principal(node: &Node<'_>) -> Result<Box<[PrincipalPattern]>, PolicyError> {
    let mut listed = Vec::new();
    if !node.is_object() {
        listed.push(of_kind(node, "AWS")?);
        return Ok(listed.into());
    }
    for (kind, text) in node.members()?.iter() {
        node.member(kind, text).each(|item| {
            listed.push(of_kind(item, kind)?);
            Ok(())
        })?;
    }
    if listed.is_empty() {
        return Err(node.error(Problem::Empty));
    }
    Ok(listed.into())
}

fn of_kind(node: &Node<'_>, kind: &str) -> Result<PrincipalPattern, PolicyError> {
    PrincipalPattern::parse(kind, &node.string()?).map_err(|problem| node.error(problem))
}

fn conditions(node: &Node<'_>, version: Version) -> Result<Vec<Condition>, PolicyError> {
    let mut conditions = Vec::new();
    for (name, text) in node.members()?.iter() {
        let node = node.member(name, text);
        let operator =
            Operator::parse(name).ok_or_else(|| node.error(Problem::Operator(name.to_owned())))?;
        for (key, text) in node.members()?.iter() {
            conditions.push(condition(&node.member(key, text), operator, key, version)?);
        }
    }
    Ok(conditions)
}

fn condition(
    node: &Node<'_>,
    operator: Operator,
    key: &str,
    version: Version,
) -> Result<Condition, PolicyError> {
    if !is_key(key) {
        return Err(node.error(Problem::Key(key.to_owned())));
    }
    let mut values = Vec::new();
    node.each(|item| {
        values.push(item.scalar()?);
        Ok(())
    })?;
    let operands =
        Operands::read(operator, version, &values).map_err(|(_, problem)| node.error(problem))?;
    Ok(Condition {
        operator,
        key: Key::new(key),
        operands,
        values: values.into_iter().map(Into::into).collect(),
    })
}

/// A key is `service:name`; a tag's key behind it may hold almost anything.
fn is_key(key: &str) -> bool {
    key.split_once(':')
        .is_some_and(|(service, name)| !service.is_empty() && !name.is_empty())
}
