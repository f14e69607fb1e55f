//! What a guardrail does to one request, or to one call.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use gardefou_iam::{
    Action, Attached, Decision, Level, Policy, PolicyKind, Principal, Request, Stack,
};
use gardefou_iam::{decide, evaluate};

use crate::guardrail::{Bound, Kind};
use crate::mapping::{Call, Need};

/// What a guardrail does to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    Lets,
    /// Denies it.
    Stops,
    /// It depends on these keys, which the log does not hold.
    Unknown(BTreeSet<String>),
}

impl Effect {
    /// Of two requests that must both be allowed.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Stops, _) | (_, Self::Stops) => Self::Stops,
            (Self::Unknown(mut keys), Self::Unknown(more)) => {
                keys.extend(more);
                Self::Unknown(keys)
            }
            (Self::Unknown(keys), Self::Lets) | (Self::Lets, Self::Unknown(keys)) => {
                Self::Unknown(keys)
            }
            (Self::Lets, Self::Lets) => Self::Lets,
        }
    }
}

/// Allows everything: what a guardrail is judged against, so that all that is
/// denied is denied by it.
static ALLOWED: LazyLock<Option<Attached>> = LazyLock::new(|| {
    let everything = r#"{"Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
    let policy = Policy::parse(everything, PolicyKind::Identity).ok()?;
    Some(Attached::new("everything", policy))
});

/// A policy that allows everything.
pub(crate) fn everything() -> Option<Attached> {
    ALLOWED.clone()
}

/// A guardrail that is ready to be asked.
#[derive(Debug)]
pub struct Guard {
    kind: Kind,
    everything: Vec<Attached>,
    levels: Vec<Level>,
    boundary: Vec<Attached>,
    principals: Vec<String>,
    own: Arc<Policy>,
}

impl Guard {
    /// Makes a guardrail ready.
    pub fn new(bound: &Bound) -> Self {
        let everything: Vec<Attached> = ALLOWED.iter().cloned().collect();
        let own = Attached::new(bound.id.as_str(), bound.policy.clone());
        let mut policies = everything.clone();
        policies.push(own.clone());
        let level = Level {
            name: "root".into(),
            policies,
        };
        let is_boundary = bound.kind == Kind::Boundary;
        Self {
            kind: bound.kind,
            everything,
            levels: if is_boundary { Vec::new() } else { vec![level] },
            boundary: if is_boundary { vec![own] } else { Vec::new() },
            principals: bound.principals.clone(),
            own: bound.policy.clone(),
        }
    }

    /// What it does to a call: one request that is stopped stops it.
    ///
    /// A caller of another account whom the log does not name is bound by
    /// policies of that account, where the same call is logged with its name.
    pub fn call(&self, call: &Call) -> Effect {
        if call.principal.as_str().is_empty() {
            return Effect::Lets;
        }
        call.needs.iter().fold(Effect::Lets, |effect, need| {
            if effect == Effect::Stops {
                return effect;
            }
            effect.and(self.need(&call.principal, need))
        })
    }

    /// What it does to a request.
    pub fn need(&self, principal: &Principal, need: &Need) -> Effect {
        let is_bound = match self.kind {
            Kind::Boundary => self.is_for(principal),
            // Beside it everything is allowed.
            _ => self.names(&need.action),
        };
        if !is_bound {
            return Effect::Lets;
        }
        let request = Request {
            principal,
            action: &need.action,
            resource: &need.resource,
            context: &need.context,
        };
        let stack = Stack {
            identity: &self.everything,
            boundaries: &self.boundary,
            service_control: &self.levels,
            ..Stack::default()
        };
        match decide(&request, &stack) {
            Decision::Unknown => self.settled(&request, &stack),
            decision => self.effect(decision),
        }
    }

    /// A decision where three-valued logic alone does not tell.
    fn settled(&self, request: &Request<'_>, stack: &Stack<'_>) -> Effect {
        let answer = evaluate(request, stack);
        if answer.decision != Decision::Unknown {
            return self.effect(answer.decision);
        }
        let keys = answer.unknown_because();
        Effect::Unknown(keys.map(|key| key.as_str().to_owned()).collect())
    }

    /// Who has no identity policies is not bound by either kind.
    fn effect(&self, decision: Decision) -> Effect {
        match decision {
            Decision::ExplicitDeny => Effect::Stops,
            Decision::ImplicitDeny if self.kind == Kind::Boundary => Effect::Stops,
            _ => Effect::Lets,
        }
    }

    /// Whether a statement names an action.
    fn names(&self, action: &Action) -> bool {
        let mut statements = self.own.statements().iter();
        statements.any(|statement| statement.actions().names(action.lower()))
    }

    /// Whether a boundary is for a principal.
    fn is_for(&self, principal: &Principal) -> bool {
        let arn = principal.principal_arn().unwrap_or_default();
        principal.has_identity() && self.principals.iter().any(|pattern| like(pattern, arn))
    }
}

/// Whether an ARN matches a pattern with stars.
fn like(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let head = pieces.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(head) else {
        return false;
    };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(tail) = pieces.pop() else {
        return rest.is_empty();
    };
    for piece in pieces {
        match rest.find(piece) {
            Some(at) => rest = rest.get(at + piece.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(tail)
}
