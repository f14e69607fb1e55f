//! What an incident holds open, and what a step closes. A plan is complete
//! when everything is closed, and minimal when each step closes something that
//! no other does.

use std::collections::BTreeSet;

use gardefou_finding::{Holder, Plan, PlanStep, Thing};

/// Something that lets an attacker in, or runs for them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Opening {
    /// Long-lived keys of a user.
    Keys(String),
    /// Sessions that were issued before the plan to somebody.
    Sessions(Holder),
    /// New sessions of a role, for whom its changed trust policy lets in.
    Trust(String),
    /// A user's console password.
    Login(String),
    /// An MFA device of a user.
    Device(String, String),
    /// A policy on somebody, inline by name or managed by ARN.
    Grant(Holder, String),
    /// A user in a group.
    Membership(String, String),
    /// Anything else, by region and what it is.
    Thing(Option<String>, String),
}

/// What a step closes.
pub fn closes(step: &PlanStep) -> BTreeSet<Opening> {
    let user = |name: &String| Holder::User(name.clone());
    let thing =
        |word: &str, name: &str| Opening::Thing(step.region.clone(), format!("{word} {name}"));
    let each = |word: &str, names: &[String]| -> BTreeSet<Opening> {
        names.iter().map(|name| thing(word, name)).collect()
    };
    let one = |opening| BTreeSet::from([opening]);
    match &step.thing {
        Thing::UserKeys { user, .. } => one(Opening::Keys(user.clone())),
        Thing::InlinePolicy {
            holder,
            document: Some(document),
            ..
        } => denied(holder, document.pointer("/Statement/0/Condition").is_none()),
        Thing::InlinePolicy { holder, name, .. } => {
            one(Opening::Grant(holder.clone(), name.clone()))
        }
        Thing::Attachment { holder, policy_arn } => {
            one(Opening::Grant(holder.clone(), policy_arn.clone()))
        }
        Thing::Membership { user, group } => one(Opening::Membership(user.clone(), group.clone())),
        Thing::Login { user } => one(Opening::Login(user.clone())),
        Thing::MfaDevice { user, serial } => one(Opening::Device(user.clone(), serial.clone())),
        Thing::Trust { role, .. } => one(Opening::Trust(role.clone())),
        Thing::User { name } => BTreeSet::from([
            Opening::Keys(name.clone()),
            Opening::Login(name.clone()),
            Opening::Sessions(user(name)),
            thing("user", name),
        ]),
        Thing::Role { name } => BTreeSet::from([
            Opening::Sessions(Holder::Role(name.clone())),
            Opening::Trust(name.clone()),
            thing("role", name),
        ]),
        Thing::Protection { instances } => each("protection", instances),
        Thing::Instances { instances } => each("instance", instances),
        Thing::ScalingGroup { name } => one(thing("group", name)),
        Thing::EcsService { cluster, service } => {
            one(thing("service", &format!("{cluster}/{service}")))
        }
        Thing::EcsTasks { cluster, tasks } if tasks.is_empty() => one(thing("tasks", cluster)),
        Thing::EcsTasks { cluster, tasks } => tasks
            .iter()
            .map(|task| thing("task", &format!("{cluster}/{task}")))
            .collect(),
        Thing::FunctionUrl {
            function,
            qualifier,
        } => one(thing("url", &format!("{function} {qualifier:?}"))),
        Thing::FunctionPermission {
            function,
            statement,
            qualifier,
        } => one(thing(
            "permission",
            &format!("{function} {qualifier:?} {statement}"),
        )),
        Thing::FunctionConcurrency { function } => one(thing("function", function)),
        Thing::MailIdentity { identity } => one(thing("mail", identity)),
        Thing::EventRule { name, bus } => one(thing("rule", &format!("{name} {bus:?}"))),
        Thing::Evidence { instances, .. } => each("evidence", instances),
        Thing::SpotRequests { requests } => each("spot request", requests),
        Thing::NodeGroup { cluster, group } => one(thing("nodes", &format!("{cluster}/{group}"))),
        Thing::BatchEnvironment { name } => one(thing("environment", name)),
        Thing::BatchQueue { name } => one(thing("queue", name)),
        Thing::Notebook { name } => one(thing("notebook", name)),
    }
}

/// A denial without condition ends old sessions and new ones.
fn denied(holder: &Holder, is_whole: bool) -> BTreeSet<Opening> {
    let mut closed = BTreeSet::from([Opening::Sessions(holder.clone())]);
    if let (true, Holder::Role(role)) = (is_whole, holder) {
        closed.insert(Opening::Trust(role.clone()));
    }
    closed
}

/// Everything that a plan closes.
pub fn openings(plan: &Plan) -> BTreeSet<Opening> {
    plan.steps.iter().flat_map(closes).collect()
}

/// Leaves out each step that closes nothing but what others close.
pub(crate) fn minimise(steps: Vec<PlanStep>) -> Vec<PlanStep> {
    let mut count = std::collections::BTreeMap::<Opening, usize>::new();
    let closed: Vec<BTreeSet<Opening>> = steps.iter().map(closes).collect();
    for opening in closed.iter().flatten() {
        *count.entry(opening.clone()).or_default() += 1;
    }
    let mut kept = Vec::with_capacity(steps.len());
    for (step, closed) in steps.into_iter().zip(closed) {
        let others = |opening: &Opening| count.get(opening).copied().unwrap_or(0) > 1;
        if closed.iter().all(others) {
            for opening in &closed {
                if let Some(count) = count.get_mut(opening) {
                    *count -= 1;
                }
            }
        } else {
            kept.push(step);
        }
    }
    kept
}
