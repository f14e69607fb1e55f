//! Which resources a call is about.
//!
//! In this order: an ARN of the record's `resources` that has the form of the
//! type; an ARN in the parameters that has it; the type's ARN template filled
//! with parameters; and else as much of the template as is known.

use gardefou_iam::{Arn, Resource};

use super::{Asked, Names};
use crate::reference::{ActionFacts, Reference, TypeFacts};

/// Most resources of one call; beyond, they are one pattern.
const MAX_RESOURCES: usize = 64;

/// The resources of an action, each with the name of its type (empty where
/// the action has none).
pub(super) fn of<'f>(
    asked: &Asked<'_>,
    facts: &'f ActionFacts<'_>,
    reference: &Reference,
    names: &Names,
) -> Vec<(&'f str, Resource)> {
    let prefix = facts.action.split(':').next().unwrap_or_default();
    let mut known = Vec::new();
    let mut partial = Vec::new();
    for kind in facts.types.iter().filter(|kind| !kind.name.is_empty()) {
        let Some(template) = reference.template(prefix, kind.name) else {
            continue;
        };
        let form = Form::new(template, asked);
        let arns = found(asked, &form, kind, names);
        if arns.is_empty() {
            partial.push((kind, form.pattern()));
        } else if arns.len() > MAX_RESOURCES {
            known.extend(resource(kind.name, &form.pattern(), asked));
        } else {
            known.extend(
                arns.iter()
                    .filter_map(|arn| resource(kind.name, arn, asked)),
            );
        }
    }
    // The types of an action that makes something are all needed; of other
    // actions they are alternatives.
    let makes = is_making(facts.action);
    let needed = partial.iter().filter(|(kind, _)| kind.required);
    if known.is_empty() || makes {
        known.extend(needed.filter_map(|(kind, arn)| resource(kind.name, arn, asked)));
    }
    if !known.is_empty() {
        return known;
    }
    // One of several types at most, or none at all: which is not known.
    let text = "*";
    let any = if partial.is_empty() {
        Resource::new(text, None)
    } else {
        Resource::like(text, None)
    };
    any.ok().into_iter().map(|any| ("", any)).collect()
}

/// Whether an action makes a resource, perhaps of others.
fn is_making(action: &str) -> bool {
    let name = action.split(':').nth(1).unwrap_or_default();
    [
        "Create", "Run", "Register", "Request", "Allocate", "Import", "Copy",
    ]
    .iter()
    .any(|verb| name.starts_with(verb))
}

fn resource<'k>(kind: &'k str, arn: &str, asked: &Asked<'_>) -> Option<(&'k str, Resource)> {
    let listed = asked.parameters.resources.iter();
    // S3's ARNs name no account; the record may say who owns the bucket.
    let owner = listed
        .filter(|(one, _)| arn.starts_with(one.as_str()))
        .find_map(|(_, account)| account.as_deref());
    let is_own = owner.is_some_and(|owner| owner.len() == 12);
    let made = Resource::like(arn, owner.filter(|_| is_own)).or_else(|_| Resource::like(arn, None));
    Some((kind, made.ok()?))
}

/// ARNs of the type that the record names.
fn found(asked: &Asked<'_>, form: &Form, kind: &TypeFacts<'_>, names: &Names) -> Vec<String> {
    let listed = asked
        .parameters
        .resources
        .iter()
        .map(|(arn, _)| arn.as_str());
    let listed: Vec<String> = listed
        .filter(|arn| form.fits(arn))
        .map(str::to_owned)
        .collect();
    if !listed.is_empty() {
        return listed;
    }
    let given = asked.parameters.arns();
    let given: Vec<String> = given
        .into_iter()
        .filter(|arn| form.fits(arn))
        .map(str::to_owned)
        .collect();
    if !given.is_empty() {
        return given;
    }
    form.filled(asked, kind, names)
}

/// An ARN template with partition, region and account filled in.
struct Form {
    /// `arn:aws:lambda:eu-west-1:111122223333:function:`, then names of
    /// variables and texts in turn.
    head: String,
    rest: Vec<(String, String)>,
}

impl Form {
    fn new(template: &str, asked: &Asked<'_>) -> Self {
        let account = &asked.account;
        let filled = template
            .replace("${Partition}", partition(&asked.region))
            .replace("${Region}", &asked.region)
            .replace("${Account}", if account.is_empty() { "*" } else { account });
        let mut pieces = filled.split("${");
        let head = pieces.next().unwrap_or_default().to_owned();
        let rest = pieces.map(|piece| {
            let (variable, text) = piece.split_once('}').unwrap_or((piece, ""));
            (variable.to_owned(), text.to_owned())
        });
        let rest = rest.collect();
        Self { head, rest }
    }

    /// The template with stars for its variables.
    fn pattern(&self) -> String {
        let mut pattern = self.head.clone();
        for (_, text) in &self.rest {
            pattern.push('*');
            pattern.push_str(text);
        }
        pattern
    }

    /// Whether an ARN has the form of the template: service, and the texts
    /// around the variables of the last part. Variables but those of paths and
    /// keys have no `/`.
    fn fits(&self, text: &str) -> bool {
        let (Some(arn), Some(head)) = (Arn::parse(text), Arn::parse(&self.head)) else {
            return false;
        };
        if arn.service != head.service {
            return false;
        }
        let Some(mut rest) = arn.resource.strip_prefix(head.resource) else {
            return false;
        };
        for (variable, after) in &self.rest {
            let at = match after.as_str() {
                "" => Some(rest.len()),
                after => rest.find(after),
            };
            let Some(at) = at else {
                return false;
            };
            let value = rest.get(..at).unwrap_or_default();
            if value.is_empty() || (value.contains('/') && !may_have_slashes(variable)) {
                return false;
            }
            rest = rest.get(at + after.len()..).unwrap_or_default();
        }
        rest.is_empty()
    }

    /// The template filled with parameters: an ARN for each value, with stars
    /// for variables that have none; nothing where no variable has one.
    fn filled(&self, asked: &Asked<'_>, kind: &TypeFacts<'_>, names: &Names) -> Vec<String> {
        let mut made = vec![self.head.clone()];
        let mut is_empty = true;
        let own = self.own_variable(kind.name);
        for (variable, text) in &self.rest {
            let kind = if own == Some(variable) { kind.name } else { "" };
            let mut values = values(asked, variable, kind);
            is_empty &= values.is_empty();
            if values.is_empty() {
                values.push("*".to_owned());
            }
            made = made
                .iter()
                .take(MAX_RESOURCES + 1)
                .flat_map(|start| {
                    let start = start.clone();
                    values
                        .iter()
                        .map(move |value| format!("{start}{value}{text}"))
                })
                .collect();
        }
        if is_empty {
            return Vec::new();
        }
        made.into_iter()
            .map(|arn| with_path(asked, arn, names))
            .collect()
    }
}

impl Form {
    /// The variable that names the resource itself, which alone a parameter
    /// named as the type can stand for: the only one, or the first that is
    /// named as the type.
    fn own_variable(&self, kind: &str) -> Option<&String> {
        let kind = kind.replace([' ', '-'], "").to_lowercase();
        let mut variables = self.rest.iter().map(|(variable, _)| variable);
        if self.rest.len() == 1 {
            return variables.next();
        }
        variables.find(|variable| {
            variable.to_lowercase().starts_with(&kind) || alias(&kind, variable).is_some()
        })
    }
}

fn may_have_slashes(variable: &str) -> bool {
    [
        "Path",
        "ObjectName",
        "KeyName",
        "Key",
        "ResourceName",
        "LogGroup",
    ]
    .iter()
    .any(|part| variable.contains(part))
}

/// The parameters that a template's variable can stand for.
fn values(asked: &Asked<'_>, variable: &str, kind: &str) -> Vec<String> {
    let parameters = asked.parameters;
    let bare = variable.strip_suffix("WithPath").unwrap_or(variable);
    let whole = format!("{}Id", bare.trim_end_matches("Id"));
    let named = format!("{}Name", bare.trim_end_matches("Name"));
    for name in [bare, &whole, &named] {
        let found = parameters.all(name);
        let found: Vec<String> = found
            .into_iter()
            .filter(|value| !value.is_empty() && !value.starts_with("arn:"))
            .collect();
        if !found.is_empty() {
            return found;
        }
    }
    if let Some(value) = named_shortly(asked, bare) {
        return vec![value];
    }
    let by_kind = kind.replace([' ', '-'], "");
    let short = [alias(&by_kind.to_lowercase(), bare), Some(by_kind.as_str())];
    for name in short.into_iter().flatten() {
        if let Some(value) = parameters.text(&[name])
            && !value.is_empty()
            && !value.starts_with("arn:")
        {
            return vec![value];
        }
    }
    Vec::new()
}

/// The parameter `cluster` for `ClusterName`: a name, or an ARN that ends in it.
fn named_shortly(asked: &Asked<'_>, variable: &str) -> Option<String> {
    let stem = variable.strip_suffix("Name")?;
    let value = asked.parameters.text(&[stem])?;
    let name = value.rsplit('/').next().unwrap_or_default();
    (!name.is_empty() && !name.contains(':')).then(|| name.to_owned())
}

/// Parameters whose name is neither the variable's nor the type's.
fn alias(kind: &str, variable: &str) -> Option<&'static str> {
    Some(match (kind, variable) {
        ("object", "ObjectName") => "key",
        ("key", "KeyId") => "keyId",
        ("taskdefinition", "TaskDefinitionFamilyName") => "family",
        ("secret", _) => "secretId",
        ("parameter", _) => "name",
        ("identity", _) => "emailIdentity",
        ("foundation-model" | "foundationmodel", _) => "modelId",
        ("stack", "StackName") => "stackName",
        ("autoscalinggroup", "GroupFriendlyName") => "autoScalingGroupName",
        _ => return None,
    })
}

/// The ARN of a user or role with its path. The log names both without it: a
/// snapshot knows it, a call that makes one says it, and the principal's own
/// ARN has it. Else nobody knows whether there is one.
fn with_path(asked: &Asked<'_>, arn: String, names: &Names) -> String {
    let Some(parsed) = Arn::parse(&arn).filter(|parsed| parsed.service == "iam") else {
        return arn;
    };
    let Some((kind @ ("user" | "role"), name)) = parsed.resource.split_once('/') else {
        return arn;
    };
    let account = parsed.account;
    if let Some(known) = names.get(account, parsed.resource) {
        return known.to_owned();
    }
    let own = asked.principal.principal_arn().unwrap_or_default();
    if own.ends_with(&format!("/{name}")) && own.contains(&format!(":{account}:{kind}/")) {
        return own.to_owned();
    }
    let head = arn.strip_suffix(name).unwrap_or(&arn);
    if asked.record.event_name().starts_with("Create") && asked.parameters.request.is_some() {
        let path = asked.parameters.text(&["path"]).unwrap_or_default();
        return format!("{head}{}{name}", path.trim_start_matches('/'));
    }
    format!("{head}*{name}")
}

/// The partition of a region.
fn partition(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    }
}

/// An ARN without a region.
pub(super) fn global(asked: &Asked<'_>, service: &str, rest: &str) -> String {
    let partition = partition(&asked.region);
    format!("arn:{partition}:{service}::{}:{rest}", asked.account)
}

/// An ARN in the call's region and account.
pub(super) fn regional(asked: &Asked<'_>, service: &str, rest: &str) -> String {
    let partition = partition(&asked.region);
    let Asked {
        region, account, ..
    } = asked;
    format!("arn:{partition}:{service}:{region}:{account}:{rest}")
}

/// The ARN of an API Gateway path, its variables filled or left open.
pub(super) fn of_path(asked: &Asked<'_>, path: &str) -> String {
    let parts = path.split('/').map(|part| {
        let name = part.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
        match name {
            None => part.to_owned(),
            Some(name) => {
                let name = name.trim_end_matches('+').replace('_', "");
                asked
                    .parameters
                    .text(&[&name])
                    .unwrap_or_else(|| "*".to_owned())
            }
        }
    });
    let path = parts.collect::<Vec<_>>().join("/");
    let partition = partition(&asked.region);
    format!("arn:{partition}:apigateway:{}::{path}", asked.region)
}
