//! Trust policies that the incident replaced, as they were before it.

use std::collections::BTreeSet;

use gardefou_finding::{StepKind, StepRisk, Thing, TrustChange, TrustSource};
use gardefou_iam::snapshot::{Kind, Snapshot};
use serde_json::{Map, Value, json};

use super::Request;
use super::build::{Draft, Place};

/// A role whose trust policy of before is known.
pub(super) struct Restorable {
    role: String,
    place: Place,
    document: Value,
    known_from: TrustSource,
}

impl Restorable {
    /// What is known of a role: the log's call, or the snapshot, if it does
    /// not show what the incident put. Where they differ, nobody knows.
    pub(super) fn of(request: &Request<'_>, role: &str, place: &Place) -> Option<Self> {
        let is_it = |one: &&TrustChange| {
            let account = one.account.as_str();
            one.role.as_str() == role && place.account.as_deref().is_none_or(|it| it == account)
        };
        let change = request.incident.trusts.iter().find(is_it)?;
        let logged = change.before.as_ref();
        let seen = request
            .snapshot
            .and_then(|snapshot| in_snapshot(snapshot, role, change));
        let (document, known_from) = match (logged, seen) {
            (Some(logged), Some(seen)) if meaning(&logged.document) != meaning(&seen) => {
                return None;
            }
            (Some(logged), _) => {
                let (call, time) = (logged.event.call.clone(), logged.event.time);
                (logged.document.clone(), TrustSource::Log { call, time })
            }
            (None, seen) => (seen?, TrustSource::Snapshot),
        };
        Some(Self {
            role: role.to_owned(),
            place: place.clone(),
            document,
            known_from,
        })
    }
}

/// A snapshot's trust policy, unless it is one that the incident put, or names
/// somebody who is gone, so that AWS would not take it.
fn in_snapshot(snapshot: &Snapshot, role: &str, change: &TrustChange) -> Option<Value> {
    let mut principals = snapshot.principals.iter();
    let found = principals.find(|one| {
        one.kind == Kind::Role && *one.name == *role && *one.account == *change.account.as_str()
    })?;
    let document: Value = serde_json::from_str(found.trust_text.as_deref()?).ok()?;
    let seen = meaning(&document);
    let is_put = change.put.iter().any(|put| meaning(put) == seen);
    (!is_put && !names_the_gone(&seen)).then_some(document)
}

/// Puts the trust policies back.
pub(super) fn restore(roles: Vec<Restorable>, draft: &mut Draft) {
    for one in roles {
        let thing = Thing::Trust {
            role: one.role.clone(),
            document: one.document,
            known_from: one.known_from,
        };
        let risk = StepRisk::default();
        draft.add(StepKind::RestoreTrust, &one.role, &one.place, thing, risk);
    }
}

/// What a policy says, however it is written: IAM gives back one in a list
/// without the list, an account as the ARN of its root, and keys as it likes.
fn meaning(policy: &Value) -> Value {
    let mut plain = plain(policy);
    if let Some(members) = plain.as_object_mut() {
        members.remove("version");
        members.remove("id");
        let statements = members.entry("statement").or_insert_with(|| json!([]));
        if statements.is_object() {
            *statements = json!([statements]);
        }
        if let Some(statements) = statements.as_array_mut() {
            statements.iter_mut().for_each(settle);
            // By what they say, not by what they are called.
            statements.sort_by_key(Value::to_string);
        }
    }
    plain
}

/// A statement without its name, anybody as a principal, accounts as numbers.
fn settle(statement: &mut Value) {
    let Some(members) = statement.as_object_mut() else {
        return;
    };
    members.remove("sid");
    let is_anybody = members.get("principal").is_some_and(Value::is_array);
    if is_anybody && let Some(who) = members.remove("principal") {
        members.insert("principal".to_owned(), json!({"aws": who}));
    }
    for part in ["principal", "notprincipal"] {
        let listed = members.get_mut(part).and_then(|who| who.get_mut("aws"));
        if let Some(listed) = listed {
            *listed = plain(&Value::Array(texts(listed).map(account).collect()));
        }
    }
    for part in ["action", "notaction"] {
        if let Some(listed) = members.get_mut(part) {
            let lower = texts(listed).map(|one| json!(one.to_ascii_lowercase()));
            *listed = plain(&Value::Array(lower.collect()));
        }
    }
}

fn texts(list: &Value) -> impl Iterator<Item = &str> {
    let list = list.as_array().map_or(&[][..], Vec::as_slice);
    list.iter().filter_map(Value::as_str)
}

/// The ARN of an account's root as the account's number.
fn account(principal: &str) -> Value {
    let parts: Vec<&str> = principal.split(':').collect();
    match parts.as_slice() {
        ["arn", _, "iam", "", account, "root"] => json!(account),
        _ => json!(principal),
    }
}

/// Keys in lower case, every leaf as a text in a list, lists in order.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter();
            let lower = members.map(|(name, value)| (name.to_ascii_lowercase(), plain(value)));
            Value::Object(lower.collect::<Map<_, _>>())
        }
        Value::Array(items) => {
            let mut all: Vec<Value> = items.iter().map(plain).flat_map(unlisted).collect();
            all.sort_by_key(Value::to_string);
            all.dedup();
            Value::Array(all)
        }
        Value::String(text) => json!([text]),
        other => json!([other.to_string()]),
    }
}

fn unlisted(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items,
        other => vec![other],
    }
}

/// Whether a policy's meaning names somebody by a unique id, as IAM does when
/// they are gone.
fn names_the_gone(meaning: &Value) -> bool {
    let statements = meaning.pointer("/statement").and_then(Value::as_array);
    let who = statements
        .into_iter()
        .flatten()
        .filter_map(|one| one.pointer("/principal/aws"));
    let named: BTreeSet<&str> = who.flat_map(texts).collect();
    named.iter().any(|one| {
        let is_number = one.bytes().all(|byte| byte.is_ascii_digit());
        !(is_number || *one == "*" || one.starts_with("arn:"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trusting(principal: Value) -> Value {
        json!({"Version": "2012-10-17", "Statement": [
            {"Sid": "a", "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]})
    }

    #[test]
    fn a_policy_means_the_same_however_it_is_written() {
        let sent = trusting(json!({"AWS": ["111122223333", "arn:aws:iam::1:user/a"]}));
        let given = json!({"Statement": {"Effect": "Allow", "Action": ["sts:assumeRole"],
            "Principal": {"AWS": ["arn:aws:iam::1:user/a", "arn:aws:iam::111122223333:root"]}}});
        assert_eq!(meaning(&sent), meaning(&given));
        let anybody = (trusting(json!("*")), trusting(json!({"AWS": "*"})));
        assert_eq!(meaning(&anybody.0), meaning(&anybody.1));
        let mut narrower = given.clone();
        narrower["Statement"]["Condition"] = json!({"Bool": {"aws:MultiFactorAuthPresent": true}});
        assert_ne!(meaning(&given), meaning(&narrower));
        let named = |first: &str, second: &str| {
            json!({"Statement": [{"Sid": first, "Effect": "Allow", "Action": "a"},
                {"Sid": second, "Effect": "Deny", "Action": "b"}]})
        };
        assert_eq!(meaning(&named("a", "b")), meaning(&named("z", "b")));
        let service = trusting(json!({"Service": "ec2.amazonaws.com"}));
        assert_ne!(meaning(&sent), meaning(&service));
    }

    #[test]
    fn somebody_who_is_gone_is_known_by_their_id() {
        let of = |who: Value| names_the_gone(&meaning(&trusting(who)));
        assert!(of(json!({"AWS": ["arn:aws:iam::1:root", "AIDAEXAMPLE"]})));
        assert!(!of(
            json!({"AWS": ["arn:aws:iam::1:root", "222233334444", "*"]})
        ));
        assert!(!of(json!({"Service": "ec2.amazonaws.com"})));
    }
}
