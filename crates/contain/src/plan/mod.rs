//! An incident's plan.
//!
//! Order: the ways in, so that nobody undoes the rest; what launches and costs,
//! first what replaces itself; public doors; mail. What the incident *made* is
//! taken away; what it only *changed* may be somebody's production, and is left
//! to people with the report's own next steps.

mod access;
mod build;
mod running;
mod trust;

use gardefou_finding::{Incident, NextStep, PLAN_SCHEMA, Plan, StepKind, Thing, Timestamp, Tool};
use gardefou_iam::snapshot::Snapshot;
use serde_json::{Value, json};

use crate::closing::minimise;
use crate::proof::prove;
use build::Draft;

pub(crate) use access::principal_named;

/// What a plan is made from.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    /// The incident.
    pub incident: &'r Incident,
    /// The accounts' policies, where they were read.
    pub snapshot: Option<&'r Snapshot>,
    /// ARN of who will carry the plan out, where known: never shut out.
    pub responder: Option<&'r str>,
    /// Sessions issued before this are denied.
    pub now: Timestamp,
    /// Whether the accounts are in an organisation.
    pub has_organization: bool,
    /// Whether snapshots are taken of volumes before their instances go.
    pub keeps_evidence: bool,
}

/// Makes the plan of an incident.
pub fn plan(request: &Request<'_>, tool: Tool) -> Plan {
    let mut draft = Draft::new(request);
    let opened = access::shut_out(request, &mut draft);
    if request.keeps_evidence {
        running::keep_evidence(request.incident, &mut draft);
    }
    running::stop(request.incident, &mut draft);
    // Last, since AWS refuses a policy that names somebody who is gone; until
    // then a denial covers the sessions.
    trust::restore(opened, &mut draft);
    let (steps, left_out) = draft.finish();
    let mut steps = minimise(steps);
    for (place, step) in steps.iter_mut().enumerate() {
        step.id = format!("{:02}-{}", place + 1, build::word(step.kind));
    }
    let by_hand = by_hand(request.incident, &steps);
    let mut plan = Plan {
        schema: PLAN_SCHEMA.to_owned(),
        tool,
        incident: request.incident.id.clone(),
        made: request.now,
        by_hand,
        offered_scp: offered(request, &steps),
        steps,
        left_out,
        proof: None,
    };
    plan.proof = request
        .snapshot
        .map(|snapshot| prove(request, snapshot, &plan));
    plan
}

/// The report's next steps that no step of the plan does.
fn by_hand(incident: &Incident, steps: &[gardefou_finding::PlanStep]) -> Vec<NextStep> {
    let done = |next: &NextStep| {
        let kinds = |kind| match kind {
            // The plan takes a user's keys together, under the user's name.
            StepKind::DisableKey => true,
            StepKind::ClearProtection | StepKind::TerminateInstance => {
                steps.iter().any(|step| step.kind == kind)
            }
            StepKind::CancelSpot => steps.iter().any(|step| match &step.thing {
                Thing::SpotRequests { requests } => {
                    requests.iter().any(|one| next.target.as_str() == one)
                }
                _ => false,
            }),
            StepKind::StopTask => steps.iter().any(|step| match &step.thing {
                Thing::EcsTasks { cluster, .. } => {
                    next.target.as_str().split('/').next() == Some(cluster)
                }
                _ => false,
            }),
            _ => steps
                .iter()
                .any(|step| step.kind == kind && step.target == next.target),
        };
        let removed = steps.iter().any(|step| match &step.thing {
            Thing::User { name } => {
                matches!(next.kind, StepKind::DenyUser | StepKind::RemoveLogin)
                    && next.target.as_str() == name
            }
            Thing::Role { name } => {
                next.kind == StepKind::RevokeSessions && next.target.as_str() == name
            }
            _ => false,
        });
        kinds(next.kind) || removed
    };
    incident
        .next_steps
        .iter()
        .filter(|next| !done(next))
        .cloned()
        .collect()
}

/// A guardrail that nobody in the account can take away: until the changes
/// have spread, somebody with rights could detach a denial.
fn offered(request: &Request<'_>, steps: &[gardefou_finding::PlanStep]) -> Option<Value> {
    if !request.has_organization {
        return None;
    }
    let mut arns: Vec<String> = steps
        .iter()
        .filter_map(|step| {
            let account = step.account.as_ref()?.as_str();
            match &step.thing {
                Thing::UserKeys { user, .. } => {
                    Some(format!("arn:aws:iam::{account}:user/*{user}"))
                }
                Thing::User { name } => Some(format!("arn:aws:iam::{account}:user/*{name}")),
                _ => None,
            }
        })
        .collect();
    arns.sort();
    arns.dedup();
    (!arns.is_empty()).then(|| {
        json!({"Version": "2012-10-17", "Statement": [{
            "Sid": "GardefouContainment", "Effect": "Deny", "Action": "*", "Resource": "*",
            "Condition": {"ArnLike": {"aws:PrincipalArn": arns}}}]})
    })
}
