//! Steps in the making.

use std::collections::BTreeSet;

use gardefou_finding::{
    Incident, LeftOut, LeftOutReason, PlanStep, Resource, ResourceAction, ResourceKind,
    ResourceState, StepKind, StepRisk, Thing, Untrusted,
};
use gardefou_trail::resource::Detail;
use serde_json::Value;

use super::Request;
use crate::things::{
    assumed, follows_state, goal, losses, recoverable, toward, undo_follows_state,
};

/// Where a step is done.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) account: Option<String>,
    pub(super) region: Option<String>,
}

/// What becomes the plan.
pub(super) struct Draft {
    steps: Vec<PlanStep>,
    known: BTreeSet<String>,
    left_out: Vec<LeftOut>,
    first_risk: StepRisk,
}

impl Draft {
    pub(super) fn new(request: &Request<'_>) -> Self {
        let boundary = &request.incident.boundary;
        Self {
            steps: Vec::new(),
            known: BTreeSet::new(),
            left_out: Vec::new(),
            first_risk: StepRisk {
                made_by_incident: false,
                calls_before: Some(boundary.calls_before),
                history_days: Some(boundary.history_days),
            },
        }
    }

    /// The risk of shutting out the identity that was the way in.
    pub(super) fn risk_of_first(&self) -> StepRisk {
        self.first_risk.clone()
    }

    /// Adds a step, unless there is the same one.
    pub(super) fn add(
        &mut self,
        kind: StepKind,
        target: &str,
        place: &Place,
        thing: Thing,
        risk: StepRisk,
    ) {
        let key = serde_json::to_string(&(place.account.as_ref(), place.region.as_ref(), &thing));
        if !key.is_ok_and(|key| self.known.insert(key)) {
            return;
        }
        let region = place.region.as_deref();
        let before = assumed(&thing);
        let after = goal(&thing, &before);
        let back = recoverable(&thing, &before, &after);
        self.steps.push(PlanStep {
            id: String::new(),
            kind,
            target: Untrusted::new(target),
            account: place.account.as_deref().map(Untrusted::new),
            region: place.region.clone(),
            calls: toward(&thing, region, &before, &after),
            calls_follow_state: follows_state(&thing),
            undo: if undo_follows_state(&thing) {
                Vec::new()
            } else {
                toward(&thing, region, &after, &back)
            },
            undo_follows_state: undo_follows_state(&thing),
            losses: losses(&thing, &before),
            thing,
            risk,
        });
    }

    /// Leaves something out.
    pub(super) fn leave_out(&mut self, target: &str, reason: LeftOutReason) {
        let one = LeftOut {
            target: Untrusted::new(target),
            reason,
        };
        if !self.left_out.contains(&one) {
            self.left_out.push(one);
        }
    }

    pub(super) fn finish(self) -> (Vec<PlanStep>, Vec<LeftOut>) {
        (self.steps, self.left_out)
    }
}

/// Whether the calls that a step shows are those that its thing is expected to
/// need: what people read is what is carried out.
pub fn shows_what_it_does(step: &PlanStep) -> bool {
    let before = assumed(&step.thing);
    let after = goal(&step.thing, &before);
    step.calls == toward(&step.thing, step.region.as_deref(), &before, &after)
}

/// What was made by the incident risks nobody.
pub(super) fn made() -> StepRisk {
    StepRisk {
        made_by_incident: true,
        ..StepRisk::default()
    }
}

/// A kind's word, as JSON has it, with hyphens.
pub(super) fn word(kind: StepKind) -> String {
    let word = serde_json::to_value(kind).unwrap_or_default();
    word.as_str()
        .map_or_else(String::new, |word: &str| word.replace('_', "-"))
}

pub(super) fn is_made(resource: &Resource) -> bool {
    resource.action == ResourceAction::Created
}

/// Resources of a kind that still exist.
pub(super) fn present(incident: &Incident, kind: ResourceKind) -> impl Iterator<Item = &Resource> {
    incident
        .resources
        .iter()
        .filter(move |one| one.kind == kind && one.state != ResourceState::Deleted)
}

/// Those of them that the incident made.
pub(super) fn made_ones(
    incident: &Incident,
    kind: ResourceKind,
) -> impl Iterator<Item = &Resource> {
    present(incident, kind).filter(|one| is_made(one))
}

pub(super) fn detail(resource: &Resource, detail: Detail) -> Option<&str> {
    resource.details.get(detail.key()).map(Untrusted::as_str)
}

pub(super) fn owned(resource: &Resource, which: Detail) -> Option<String> {
    detail(resource, which).map(str::to_owned)
}

pub(super) fn place(resource: &Resource) -> Place {
    let region = resource.region.as_str();
    Place {
        account: account(resource),
        region: (region != "global" && !region.is_empty()).then(|| region.to_owned()),
    }
}

/// Where a step is done in no region.
pub(super) fn globally(resource: &Resource) -> Place {
    Place {
        account: account(resource),
        region: None,
    }
}

fn account(resource: &Resource) -> Option<String> {
    resource.account.as_ref().map(|one| one.as_str().to_owned())
}

/// Denies everything; to sessions issued before a time, or always.
pub(super) fn denial(before: Option<&str>) -> Value {
    let mut statement = serde_json::json!({"Effect": "Deny", "Action": "*", "Resource": "*"});
    if let (Some(time), Some(statement)) = (before, statement.as_object_mut()) {
        let condition = serde_json::json!({"DateLessThan": {"aws:TokenIssueTime": time}});
        statement.insert("Condition".to_owned(), condition);
    }
    serde_json::json!({"Version": "2012-10-17", "Statement": [statement]})
}
