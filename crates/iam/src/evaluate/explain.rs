//! What every statement said to a request, for people.

use gardefou_finding::Untrusted;
use serde::Serialize;

use super::grant::binds;
use super::principal::{self, Grip};
use super::scan::{Asked, At};
use super::{condition, statement};
use crate::policy::Statement;
use crate::{Attached, Layer, Request, Stack, StatementRef};

/// What one statement said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The statement.
    #[serde(flatten)]
    pub statement: StatementRef,
    /// What it said.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// Whether a statement applied, or the first thing why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// It applied.
    Applies,
    /// It is about other actions.
    OtherAction,
    /// It is about other principals.
    OtherPrincipal,
    /// It is about other resources.
    OtherResource,
    /// This condition did not hold.
    ConditionFails {
        /// The key.
        key: Untrusted,
    },
    /// Whether it applies depends on these keys, which nobody knows.
    Unknown {
        /// The keys.
        keys: Vec<Untrusted>,
    },
    /// Policies of its kind do not bind this principal.
    DoesNotBind,
}

/// What every statement of the stack said, in the order of the layers: those
/// that limit, then those that grant.
pub fn explain(request: &Request<'_>, stack: &Stack<'_>) -> Vec<Step> {
    let asked = Asked {
        request,
        is_bounded: !stack.boundaries.is_empty(),
    };
    let mut steps = Vec::new();
    let mut levels = |layer, levels: &[crate::Level]| {
        for level in levels {
            add(&mut steps, asked, layer, Some(&level.name), &level.policies);
        }
    };
    levels(Layer::ServiceControl, stack.service_control);
    levels(Layer::ResourceControl, stack.resource_control);
    for (layer, policies) in [
        (Layer::Endpoint, stack.endpoint),
        (Layer::Resource, stack.resource),
        (Layer::Identity, stack.identity),
        (Layer::Boundary, stack.boundaries),
        (Layer::Session, stack.session),
    ] {
        add(&mut steps, asked, layer, None, policies);
    }
    steps
}

fn add(
    steps: &mut Vec<Step>,
    asked: Asked<'_>,
    layer: Layer,
    level: Option<&str>,
    policies: &[Attached],
) {
    for attached in policies {
        for (index, statement) in attached.policy.statements().iter().enumerate() {
            let at = At {
                layer,
                level,
                policy: &attached.name,
                index,
                statement,
            };
            let outcome = if binds(layer, asked.request) {
                outcome(statement, asked)
            } else {
                Outcome::DoesNotBind
            };
            steps.push(Step {
                statement: at.name(),
                outcome,
            });
        }
    }
}

fn outcome(statement: &Statement, asked: Asked<'_>) -> Outcome {
    let request = asked.request;
    if !statement.actions().names(request.action.lower()) {
        return Outcome::OtherAction;
    }
    if principal::grip(statement, asked) == Grip::None {
        return Outcome::OtherPrincipal;
    }
    if statement::resource(statement.resources(), request).is_false() {
        return Outcome::OtherResource;
    }
    let failing = statement
        .conditions()
        .iter()
        .find(|it| condition::one(it, request).is_false());
    if let Some(failing) = failing {
        let key = Untrusted::new(failing.key());
        return Outcome::ConditionFails { key };
    }
    let keys = statement::unknown_keys(statement, request);
    if keys.is_empty() {
        return Outcome::Applies;
    }
    Outcome::Unknown {
        keys: keys.into_iter().map(Untrusted::from).collect(),
    }
}
