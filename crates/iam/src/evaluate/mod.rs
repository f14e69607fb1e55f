//! Evaluation: from a request and a stack of policies to an answer.

use crate::{Answer, Decision, Request, Stack};

/// The decision alone: quick, and without allocation unless a policy uses
/// variables.
pub fn decide(_request: &Request<'_>, _stack: &Stack<'_>) -> Decision {
    Decision::ImplicitDeny
}

/// The decision and why.
pub fn evaluate(request: &Request<'_>, stack: &Stack<'_>) -> Answer {
    Answer {
        decision: decide(request, stack),
        reasons: Vec::new(),
    }
}
