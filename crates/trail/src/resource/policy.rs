//! Policy documents in a line: who is let in, what is allowed.

use serde_json::Value;

use super::view::{View, shorten};

/// Longest policy read, in bytes; IAM's own limit is 20,480 for a bucket policy.
const MAX_POLICY: usize = 64 * 1024;
/// Longest line, in bytes.
const MAX_LINE: usize = 200;

/// Longest trust policy kept, in bytes; IAM's largest quota is 8,192, without
/// white space.
const MAX_TRUST: usize = 16 * 1024;

/// A policy document at a path: an object, or JSON as text.
pub(super) fn document(view: View<'_>, paths: &str) -> Option<Value> {
    view.all(paths).into_iter().find_map(parsed)
}

fn parsed(value: &Value) -> Option<Value> {
    match value {
        Value::Object(_) => Some(value.clone()),
        Value::String(text) if text.len() <= MAX_POLICY => serde_json::from_str(text).ok(),
        _ => None,
    }
}

/// The trust policy in the request of `CreateRole` or `UpdateAssumeRolePolicy`.
pub(crate) fn trust_document(request: &Value) -> Option<Value> {
    let named = |name| request.get(name).and_then(parsed);
    let document = named("assumeRolePolicyDocument").or_else(|| named("policyDocument"))?;
    (document.is_object() && document.to_string().len() <= MAX_TRUST).then_some(document)
}

/// Principals of the `Allow` statements, joined by a comma, for example
/// `AWS *,Service ec2.amazonaws.com`.
pub(super) fn trusts(policy: &Value) -> Option<String> {
    let mut found = Vec::new();
    for statement in allowing(policy) {
        match statement.get("Principal") {
            Some(Value::String(text)) => found.push(text.clone()),
            Some(Value::Object(map)) => {
                for (kind, who) in map {
                    found.extend(strings(who).map(|who| format!("{kind} {who}")));
                }
            }
            _ => {}
        }
    }
    line(found)
}

/// Whether anybody at all is let in, with no condition.
pub(super) fn is_public(policy: &Value) -> bool {
    allowing(policy).any(|statement| {
        statement.get("Condition").is_none()
            && match statement.get("Principal") {
                Some(Value::String(text)) => text == "*",
                Some(Value::Object(map)) => map
                    .get("AWS")
                    .is_some_and(|who| strings(who).any(|who| who == "*")),
                _ => false,
            }
    })
}

/// Actions of the `Allow` statements, joined by a comma.
pub(super) fn grants(policy: &Value) -> Option<String> {
    let mut found = Vec::new();
    for statement in allowing(policy) {
        match (statement.get("Action"), statement.get("NotAction")) {
            (Some(action), _) => found.extend(strings(action).map(str::to_owned)),
            (None, Some(not)) => found.extend(strings(not).map(|not| format!("all but {not}"))),
            (None, None) => {}
        }
    }
    line(found)
}

/// Whether every statement denies: such a policy shuts out and does not let in.
pub(super) fn only_denies(policy: &Value) -> bool {
    let mut any = false;
    for statement in statements(policy) {
        if statement.get("Effect").and_then(Value::as_str) != Some("Deny") {
            return false;
        }
        any = true;
    }
    any
}

fn line(mut found: Vec<String>) -> Option<String> {
    found.dedup();
    found.truncate(50);
    (!found.is_empty()).then(|| shorten(&found.join(","), MAX_LINE))
}

fn allowing(policy: &Value) -> impl Iterator<Item = &Value> {
    statements(policy).filter(|s| s.get("Effect").and_then(Value::as_str) == Some("Allow"))
}

fn statements(policy: &Value) -> impl Iterator<Item = &Value> {
    let (list, one) = match policy.get("Statement") {
        Some(Value::Array(items)) => (items.as_slice(), None),
        Some(object @ Value::Object(_)) => ([].as_slice(), Some(object)),
        _ => ([].as_slice(), None),
    };
    list.iter().chain(one)
}

fn strings(value: &Value) -> impl Iterator<Item = &str> {
    let (list, one) = match value {
        Value::Array(items) => (items.as_slice(), None),
        other => ([].as_slice(), Some(other)),
    };
    list.iter().chain(one).filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tells_who_is_let_in() {
        let policy = json!({"Statement": [
            {"Effect": "Allow", "Principal": {"AWS": ["*"], "Service": "ec2.amazonaws.com"}},
            {"Effect": "Deny", "Principal": "*"}]});
        assert_eq!(
            trusts(&policy).as_deref(),
            Some("AWS *,Service ec2.amazonaws.com")
        );
        assert!(is_public(&policy));
        assert!(!only_denies(&policy));
    }

    #[test]
    fn a_condition_makes_it_less_than_public() {
        let policy = json!({"Statement": {"Effect": "Allow", "Principal": "*", "Condition": {}}});
        assert!(!is_public(&policy));
        assert_eq!(trusts(&policy).as_deref(), Some("*"));
    }

    #[test]
    fn a_denial_grants_nothing() {
        let policy = json!({"Statement": {"Effect": "Deny", "Action": "*"}});
        assert_eq!(grants(&policy), None);
        assert!(only_denies(&policy));
        assert!(!only_denies(&json!({"Statement": "x"})));
    }
}
