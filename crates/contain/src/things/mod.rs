//! What a step changes: how its state is read, what the state is to become,
//! and which calls lead from one state to another.
//!
//! A state is JSON with only what matters and nothing that changes by itself,
//! so that two states are equal exactly when nothing has happened between
//! them. `null` is a thing that does not exist. The same calls that carry a
//! step out undo it: [`toward`] is given the two states, and does not care
//! which of them came first.

mod compute;
mod doors;
mod evidence;
mod policy;
mod rented;
mod role;
mod user;

use std::collections::BTreeSet;

use gardefou_finding::{AwsCall, AwsService, Loss, Thing};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use self::rented::Batch;
pub(crate) use self::rented::is_spot;

/// What answers a call that reads; `None` where the thing does not exist.
pub type Ask<'a, E> = &'a mut dyn FnMut(&AwsCall) -> Result<Option<Vec<Value>>, E>;

/// Reads the state of a thing.
///
/// # Errors
/// The first that a call has.
pub fn observe<E>(thing: &Thing, region: Option<&str>, ask: Ask<'_, E>) -> Result<Value, E> {
    match thing {
        Thing::UserKeys { user, .. } => user::observe_keys(user, ask),
        Thing::Login { user } => user::observe_login(user, ask),
        Thing::MfaDevice { user, serial } => user::observe_device(user, serial, ask),
        Thing::Membership { user, group } => user::observe_membership(user, group, ask),
        Thing::User { name } => user::observe(name, ask),
        Thing::InlinePolicy { holder, name, .. } => policy::observe_inline(holder, name, ask),
        Thing::Attachment { holder, policy_arn } => {
            policy::observe_attachment(holder, policy_arn, ask)
        }
        Thing::Trust { role, .. } => role::observe_trust(role, ask),
        Thing::Role { name } => role::observe(name, ask),
        Thing::Protection { instances } => compute::observe_protection(instances, region, ask),
        Thing::Instances { instances } => compute::observe_instances(instances, region, ask),
        Thing::ScalingGroup { name } => compute::observe_group(name, region, ask),
        Thing::EcsService { cluster, service } => {
            compute::observe_service((cluster, service), region, ask)
        }
        Thing::EcsTasks { cluster, tasks } => compute::observe_tasks(cluster, tasks, region, ask),
        Thing::FunctionUrl {
            function,
            qualifier,
        } => doors::observe_url((function, qualifier.as_deref()), region, ask),
        Thing::FunctionPermission {
            function,
            statement,
            qualifier,
        } => doors::observe_permission((function, qualifier.as_deref()), statement, region, ask),
        Thing::FunctionConcurrency { function } => {
            doors::observe_concurrency(function, region, ask)
        }
        Thing::MailIdentity { identity } => doors::observe_mail(identity, region, ask),
        Thing::EventRule { name, bus } => doors::observe_rule((name, bus.as_deref()), region, ask),
        Thing::Evidence {
            incident,
            instances,
        } => evidence::observe(incident, instances, region, ask),
        Thing::SpotRequests { requests } => rented::observe_spot(requests, region, ask),
        Thing::NodeGroup { cluster, group } => rented::observe_nodes((cluster, group), region, ask),
        Thing::BatchEnvironment { name } => {
            rented::observe_batch(Batch::Environment, name, region, ask)
        }
        Thing::BatchQueue { name } => rented::observe_batch(Batch::Queue, name, region, ask),
        Thing::Notebook { name } => rented::observe_notebook(name, region, ask),
    }
}

/// The state that the step leads to, from the state before it.
pub fn goal(thing: &Thing, before: &Value) -> Value {
    if before.is_null() && !matches!(thing, Thing::InlinePolicy { .. }) {
        return Value::Null;
    }
    match thing {
        Thing::UserKeys { .. } => every(before, &json!("Inactive")),
        Thing::InlinePolicy { document, .. } => document.clone().unwrap_or_default(),
        Thing::Trust { document, .. } => document.clone(),
        Thing::Attachment { .. } | Thing::Membership { .. } | Thing::MfaDevice { .. } => {
            json!(false)
        }
        Thing::Protection { .. } => every(before, &json!({"terminate": false, "stop": false})),
        Thing::Instances { .. } | Thing::EcsTasks { .. } | Thing::SpotRequests { .. } => {
            every(before, &json!("gone"))
        }
        Thing::ScalingGroup { .. } => compute::empty_group(before),
        Thing::FunctionConcurrency { .. } => json!({"reserved": 0}),
        Thing::EventRule { .. } | Thing::BatchEnvironment { .. } | Thing::BatchQueue { .. } => {
            json!({"state": "DISABLED"})
        }
        Thing::Evidence { .. } => every(before, &json!("kept")),
        Thing::NodeGroup { .. } => rented::empty_nodes(),
        Thing::Notebook { .. } => json!({"status": "stopped"}),
        Thing::Login { .. }
        | Thing::User { .. }
        | Thing::Role { .. }
        | Thing::EcsService { .. }
        | Thing::FunctionUrl { .. }
        | Thing::FunctionPermission { .. }
        | Thing::MailIdentity { .. } => Value::Null,
    }
}

/// The calls that lead from one state to another, in order; those parts that
/// no call can bring about are left as they are.
pub fn toward(thing: &Thing, region: Option<&str>, from: &Value, to: &Value) -> Vec<AwsCall> {
    if from == to {
        return Vec::new();
    }
    match thing {
        Thing::UserKeys { user, .. } => user::keys_toward(user, from, to),
        Thing::Login { user } => user::login_toward(user, from, to),
        Thing::MfaDevice { user, serial } => user::device_toward(user, serial, to),
        Thing::Membership { user, group } => user::membership_toward(user, group, to),
        Thing::User { name } => user::toward(name, from, to),
        Thing::InlinePolicy { holder, name, .. } => policy::inline_toward(holder, name, to),
        Thing::Attachment { holder, policy_arn } => {
            policy::attachment_toward(holder, policy_arn, to)
        }
        Thing::Trust { role, .. } => role::trust_toward(role, to),
        Thing::Role { name } => role::toward(name, from, to),
        Thing::Protection { .. } => compute::protection_toward(region, from, to),
        Thing::Instances { .. } => compute::instances_toward(region, from, to),
        Thing::ScalingGroup { name } => compute::group_toward(name, region, from, to),
        Thing::EcsService { cluster, service } => {
            compute::service_toward((cluster, service), region, from, to)
        }
        Thing::EcsTasks { cluster, .. } => compute::tasks_toward(cluster, region, from, to),
        Thing::FunctionUrl {
            function,
            qualifier,
        } => doors::url_toward((function, qualifier.as_deref()), region, from, to),
        Thing::FunctionPermission {
            function,
            statement,
            qualifier,
        } => doors::permission_toward(
            (function, qualifier.as_deref()),
            statement,
            region,
            (from, to),
        ),
        Thing::FunctionConcurrency { function } => doors::concurrency_toward(function, region, to),
        Thing::MailIdentity { identity } => doors::mail_toward(identity, region, to),
        Thing::EventRule { name, bus } => doors::rule_toward((name, bus.as_deref()), region, to),
        Thing::Evidence { incident, .. } => evidence::toward(incident, region, from, to),
        Thing::SpotRequests { .. } => rented::spot_toward(region, from, to),
        Thing::NodeGroup { cluster, group } => rented::nodes_toward((cluster, group), region, to),
        Thing::BatchEnvironment { name } => {
            rented::batch_toward(Batch::Environment, name, region, to)
        }
        Thing::BatchQueue { name } => rented::batch_toward(Batch::Queue, name, region, to),
        Thing::Notebook { name } => rented::notebook_toward(name, region, to),
    }
}

/// What of a state an undo can bring back, from the state before the step and
/// the state now; the rest is [`losses`].
pub fn recoverable(thing: &Thing, before: &Value, now: &Value) -> Value {
    match thing {
        Thing::User { .. } => user::recoverable(before),
        Thing::Instances { .. }
        | Thing::EcsTasks { .. }
        | Thing::SpotRequests { .. }
        // What was kept stays kept.
        | Thing::Evidence { .. }
        | Thing::Login { .. }
        | Thing::MfaDevice { .. } => now.clone(),
        Thing::ScalingGroup { .. } => compute::recoverable_group(before),
        // Protection of instances that are gone protects nothing.
        Thing::Protection { .. } => compute::recoverable_protection(before, now),
        Thing::UserKeys { .. } => only_known(before, now),
        Thing::MailIdentity { .. } if !before.is_null() => json!({"verified": false}),
        _ => before.clone(),
    }
}

/// What an undo cannot bring back of a state.
pub fn losses(thing: &Thing, before: &Value) -> BTreeSet<Loss> {
    if before.is_null() {
        return BTreeSet::new();
    }
    let one = |loss| BTreeSet::from([loss]);
    match thing {
        Thing::User { .. } => user::losses(before),
        Thing::Role { .. } => one(Loss::UniqueId),
        Thing::Login { .. } => one(Loss::Password),
        Thing::MfaDevice { .. } => one(Loss::MfaDevice),
        Thing::Instances { .. } | Thing::NodeGroup { .. } => one(Loss::Instances),
        Thing::SpotRequests { .. } => BTreeSet::from([Loss::Instances, Loss::SpotRequests]),
        Thing::EcsTasks { .. } | Thing::EcsService { .. } => one(Loss::Tasks),
        Thing::FunctionUrl { .. } => one(Loss::FunctionUrl),
        Thing::MailIdentity { .. } => one(Loss::MailVerification),
        _ => BTreeSet::new(),
    }
}

/// The state in which a plan takes a thing to be, before anything was read.
pub(crate) fn assumed(thing: &Thing) -> Value {
    match thing {
        Thing::UserKeys { keys, .. } => each(keys, &json!("Active")),
        Thing::InlinePolicy {
            document: Some(_), ..
        } => Value::Null,
        Thing::Attachment { .. } | Thing::Membership { .. } | Thing::MfaDevice { .. } => {
            json!(true)
        }
        Thing::Login { .. } => json!({"reset": false}),
        Thing::Protection { instances } => {
            each(instances, &json!({"terminate": true, "stop": true}))
        }
        Thing::Instances { instances } => each(instances, &json!("running")),
        Thing::EcsTasks { tasks, .. } => each(tasks, &json!("running")),
        Thing::ScalingGroup { .. } => {
            json!({"min": 1, "max": 1, "desired": 1, "suspended": [], "protected": []})
        }
        Thing::FunctionConcurrency { .. } => json!({"reserved": null}),
        Thing::EventRule { .. } | Thing::BatchEnvironment { .. } | Thing::BatchQueue { .. } => {
            json!({"state": "ENABLED"})
        }
        Thing::SpotRequests { requests } => each(requests, &json!("open")),
        Thing::NodeGroup { .. } => json!({"min": 1, "max": 1, "desired": 1}),
        Thing::Notebook { .. } => json!({"status": "running"}),
        Thing::User { .. } => user::assumed(),
        Thing::Role { .. } => role::assumed(),
        _ => json!({}),
    }
}

/// Whether the calls of a step can only be known when its state was read.
pub(crate) fn follows_state(thing: &Thing) -> bool {
    matches!(
        thing,
        Thing::UserKeys { .. }
            | Thing::User { .. }
            | Thing::Role { .. }
            | Thing::EcsService { .. }
            | Thing::ScalingGroup { .. }
            | Thing::Protection { .. }
            | Thing::SpotRequests { .. }
            | Thing::Evidence { .. }
    ) || matches!(thing, Thing::EcsTasks { tasks, .. } if tasks.is_empty())
}

/// Whether a state is as good as the goal. Of things that are many, those that
/// do not exist any more are.
pub fn satisfies(thing: &Thing, goal: &Value, now: &Value) -> bool {
    match (is_many(thing), goal, now) {
        (true, _, Value::Null) => true,
        (true, Value::Object(goal), Value::Object(now)) => now
            .iter()
            .all(|(name, state)| goal.get(name) == Some(state)),
        _ => goal == now,
    }
}

/// Whether nothing happened between two states, but that some of many are
/// there no more.
pub fn same(thing: &Thing, left: &Value, now: &Value) -> bool {
    satisfies(thing, left, now)
}

/// Whether the state of a thing lists several.
fn is_many(thing: &Thing) -> bool {
    matches!(
        thing,
        Thing::UserKeys { .. }
            | Thing::Protection { .. }
            | Thing::Instances { .. }
            | Thing::EcsTasks { .. }
            | Thing::SpotRequests { .. }
            | Thing::Evidence { .. }
    )
}

/// Whether nobody can say what undoes a step before its state was read.
pub(crate) fn undo_follows_state(thing: &Thing) -> bool {
    matches!(
        thing,
        Thing::User { .. }
            | Thing::Role { .. }
            | Thing::Trust { .. }
            | Thing::InlinePolicy { document: None, .. }
            | Thing::ScalingGroup { .. }
            | Thing::NodeGroup { .. }
            | Thing::EcsService { .. }
            | Thing::FunctionUrl { .. }
            | Thing::FunctionPermission { .. }
            | Thing::FunctionConcurrency { .. }
    )
}

/// The same value for every member of a state.
fn every(before: &Value, value: &Value) -> Value {
    let members = before.as_object().into_iter().flatten();
    Value::Object(
        members
            .map(|(name, _)| (name.clone(), value.clone()))
            .collect(),
    )
}

fn each(names: &[String], value: &Value) -> Value {
    Value::Object(
        names
            .iter()
            .map(|name| (name.clone(), value.clone()))
            .collect(),
    )
}

/// Members that still exist, with what they were before.
fn only_known(before: &Value, now: &Value) -> Value {
    let now = now.as_object();
    let members = before.as_object().into_iter().flatten();
    let known = members.filter(|(name, _)| now.is_some_and(|now| now.contains_key(*name)));
    Value::Object(
        known
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
    )
}

/// A member of an answer that is text.
fn text<'v>(value: &'v Value, path: &str) -> Option<&'v str> {
    value.pointer(path)?.as_str()
}

/// The items of a list over all pages; XML's empty list is an empty text.
fn items<'v>(pages: &'v [Value], path: &'v str) -> impl Iterator<Item = &'v Value> {
    pages
        .iter()
        .filter_map(move |page| page.pointer(path)?.as_array())
        .flatten()
}

/// A number that XML gives as text and JSON as a number.
fn number(value: &Value, path: &str) -> i64 {
    let found = value.pointer(path);
    let parsed = found.and_then(|found| match found {
        Value::String(text) => text.parse().ok(),
        other => other.as_i64(),
    });
    parsed.unwrap_or(0)
}

/// Truth that XML gives as text and JSON as truth.
fn truth(value: &Value, path: &str) -> bool {
    match value.pointer(path) {
        Some(Value::Bool(truth)) => *truth,
        Some(Value::String(text)) => text == "true",
        _ => false,
    }
}

/// A policy document as IAM gives it, URL-encoded; text that is no JSON stays
/// text, so that it can be put back as it was.
fn document(encoded: &str) -> Value {
    let decoded = percent_decode_str(encoded).decode_utf8_lossy();
    serde_json::from_str(&decoded).unwrap_or_else(|_| Value::String(decoded.into_owned()))
}

/// A document as IAM takes it.
fn document_text(document: &Value) -> String {
    match document {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn iam(operation: &str) -> AwsCall {
    AwsCall::new(AwsService::Iam, operation)
}

/// Tags as a map.
fn tags(value: &Value, path: &str) -> Map<String, Value> {
    let list = value.pointer(path).and_then(Value::as_array);
    let pair = |tag: &Value| {
        Some((
            text(tag, "/Key")?.to_owned(),
            Value::String(text(tag, "/Value").unwrap_or_default().to_owned()),
        ))
    };
    list.into_iter().flatten().filter_map(pair).collect()
}

/// Tags as calls take them, where there are any.
fn tag_list(state: &Value) -> Option<Value> {
    let tags = state.pointer("/tags")?.as_object()?;
    let list: Vec<Value> = tags
        .iter()
        .map(|(key, value)| json!({"Key": key, "Value": value}))
        .collect();
    (!list.is_empty()).then_some(Value::Array(list))
}

/// The texts of a list in a state.
fn texts<'v>(state: &'v Value, path: &str) -> Vec<&'v str> {
    let list = state.pointer(path).and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

/// The members of a map in a state.
fn members<'v>(state: &'v Value, path: &str) -> Vec<(&'v str, &'v Value)> {
    let map = state.pointer(path).and_then(Value::as_object);
    map.into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str(), value))
        .collect()
}
