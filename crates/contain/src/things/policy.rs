//! Inline policies and attachments of users, roles and groups.

use gardefou_finding::{AwsCall, Holder, Thing, Timestamp};
use serde_json::{Value, json};

use super::{Ask, document, document_text, iam, items, members, text, texts};

/// `User`, and the parameter and name that say which one.
fn words(holder: &Holder) -> (&'static str, &'static str, &str) {
    match holder {
        Holder::User(name) => ("User", "UserName", name),
        Holder::Role(name) => ("Role", "RoleName", name),
        Holder::Group(name) => ("Group", "GroupName", name),
    }
}

/// `{verb}{Holder}{rest}` on the holder, such as `PutRolePolicy`.
pub(super) fn on(holder: &Holder, verb: &str, rest: &str) -> AwsCall {
    let (kind, parameter, name) = words(holder);
    iam(&format!("{verb}{kind}{rest}")).with(parameter, name)
}

/// Puts and attaches the policies that a holder has in the one state and not,
/// or not so, in the other.
pub(super) fn given(holder: &Holder, from: &Value, to: &Value) -> Vec<AwsCall> {
    let mut calls = Vec::new();
    for (policy, document) in members(to, "/inline") {
        let now = from.get("inline").and_then(|all| all.get(policy));
        if now != Some(document) {
            calls.push(
                on(holder, "Put", "Policy")
                    .with("PolicyName", policy)
                    .with("PolicyDocument", document_text(document)),
            );
        }
    }
    let have = texts(from, "/attached");
    let new = texts(to, "/attached")
        .into_iter()
        .filter(|arn| !have.contains(arn));
    calls.extend(new.map(|arn| on(holder, "Attach", "Policy").with("PolicyArn", arn)));
    calls
}

/// Where a denial of sessions says until when they began.
const ISSUED: &str = "/Statement/0/Condition/DateLessThan/aws:TokenIssueTime";

fn issued(document: &Value) -> Option<Timestamp> {
    document
        .pointer(ISSUED)?
        .as_str()
        .and_then(Timestamp::parse)
}

/// A denial of sessions that holds this much longer, or as long as one that is
/// there or was put, if that is long enough; `None` of any other thing.
pub(crate) fn up_to(thing: &Thing, known: [Option<&Value>; 2], seconds: i64) -> Option<Thing> {
    let mut thing = thing.clone();
    let Thing::InlinePolicy {
        document: Some(document),
        ..
    } = &mut thing
    else {
        return None;
    };
    let planned = issued(document)?;
    let known = known.into_iter().flatten();
    let there = known.filter_map(issued).find(|time| *time >= planned);
    let later = Timestamp::from_seconds(planned.seconds().saturating_add(seconds.max(0)));
    let until = there.or(later)?;
    *document.pointer_mut(ISSUED)? = json!(until.to_string());
    Some(thing)
}

pub(super) fn observe_inline<E>(holder: &Holder, name: &str, ask: Ask<'_, E>) -> Result<Value, E> {
    let pages = ask(&on(holder, "Get", "Policy").with("PolicyName", name))?;
    let found = pages.as_deref().and_then(<[Value]>::first);
    Ok(found
        .and_then(|page| text(page, "/PolicyDocument"))
        .map_or(Value::Null, document))
}

pub(super) fn inline_toward(holder: &Holder, name: &str, to: &Value) -> Vec<AwsCall> {
    let call = |verb| on(holder, verb, "Policy").with("PolicyName", name);
    vec![match to {
        Value::Null => call("Delete"),
        other => call("Put").with("PolicyDocument", document_text(other)),
    }]
}

/// The ARNs of the managed policies on somebody.
pub(super) fn attached<E>(holder: &Holder, ask: Ask<'_, E>) -> Result<Option<Vec<String>>, E> {
    let (kind, parameter, name) = words(holder);
    let call = iam(&format!("ListAttached{kind}Policies")).with(parameter, name);
    let Some(pages) = ask(&call)? else {
        return Ok(None);
    };
    let mut arns: Vec<String> = items(&pages, "/AttachedPolicies")
        .filter_map(|one| text(one, "/PolicyArn").map(str::to_owned))
        .collect();
    arns.sort();
    Ok(Some(arns))
}

/// The inline policies of somebody, by name.
pub(super) fn inline<E>(holder: &Holder, ask: Ask<'_, E>) -> Result<Value, E> {
    let (kind, parameter, name) = words(holder);
    let call = iam(&format!("List{kind}Policies")).with(parameter, name);
    let pages = ask(&call)?.unwrap_or_default();
    let mut found = serde_json::Map::new();
    for policy in items(&pages, "/PolicyNames").filter_map(Value::as_str) {
        found.insert(policy.to_owned(), observe_inline(holder, policy, ask)?);
    }
    Ok(Value::Object(found))
}

pub(super) fn observe_attachment<E>(
    holder: &Holder,
    arn: &str,
    ask: Ask<'_, E>,
) -> Result<Value, E> {
    let arns = attached(holder, ask)?;
    Ok(arns.map_or(Value::Null, |arns| json!(arns.iter().any(|one| one == arn))))
}

pub(super) fn attachment_toward(holder: &Holder, arn: &str, to: &Value) -> Vec<AwsCall> {
    let verb = match to {
        Value::Bool(true) => "Attach",
        Value::Bool(false) => "Detach",
        _ => return Vec::new(),
    };
    vec![on(holder, verb, "Policy").with("PolicyArn", arn)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denial(until: &str) -> Value {
        json!({"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*",
            "Condition": {"DateLessThan": {"aws:TokenIssueTime": until}}}]})
    }

    fn carried_out(now: &Value, seconds: i64) -> Option<Value> {
        let thing = Thing::InlinePolicy {
            holder: Holder::User("ann".to_owned()),
            name: "deny".to_owned(),
            document: Some(denial("2026-01-01T10:00:00Z")),
        };
        match up_to(&thing, [Some(now), None], seconds)? {
            Thing::InlinePolicy { document, .. } => document,
            _ => None,
        }
    }

    #[test]
    fn a_denial_holds_until_it_is_carried_out() {
        let noon = denial("2026-01-01T12:00:00Z");
        assert_eq!(carried_out(&Value::Null, 7200), Some(noon.clone()));
        assert_eq!(carried_out(&noon, 9000), Some(noon.clone()), "it is there");
        let early = denial("2026-01-01T09:00:00Z");
        assert_eq!(carried_out(&early, 7200), Some(noon), "somebody changed it");
        let before = denial("2026-01-01T10:00:00Z");
        assert_eq!(carried_out(&Value::Null, -5), Some(before));
    }
}
