//! Evaluation: from a request and a stack of policies to an answer.
//!
//! The order of AWS's enforcement code does not matter for the decision, so
//! all of it is one formula: an explicit deny anywhere wins; else what grants
//! ([`grant`]) and what limits ([`scan`]) must all be true. The formula is
//! written once, over [`Verdict`]: with [`Tri`](crate::Tri) it gives the bare
//! decision, with [`Why`] also the reasons.

mod compare;
mod condition;
mod explain;
mod grant;
mod principal;
mod scan;
mod settle;
mod statement;
mod values;
mod verdict;
mod why;

use crate::{Answer, Decision, Request, Stack, Tri};

pub use explain::{Outcome, Step, explain};
pub(crate) use settle::Permit;
pub(crate) use verdict::Verdict;
pub(crate) use why::Why;

/// The decision alone: quick, and without allocation unless a policy uses
/// variables. It is [`evaluate`](evaluate())'s, but may be
/// [`Decision::Unknown`] where that finds that all values lead to the same.
pub fn decide(request: &Request<'_>, stack: &Stack<'_>) -> Decision {
    let (deny, grant) = grant::outcome::<Tri>(request, stack);
    decision(deny, grant)
}

/// The decision and why.
pub fn evaluate(request: &Request<'_>, stack: &Stack<'_>) -> Answer {
    let answer = evaluate_once(request, stack);
    if answer.decision == Decision::Unknown {
        settle::settle(answer, request, stack)
    } else {
        answer
    }
}

/// Whether the request may be allowed: of a decision only what somebody asks
/// who wants to get through. Which of two denials it would be is no matter, and
/// keys that the caller `chooses`, in lower case, have the value that helps.
pub(crate) fn permits(request: &Request<'_>, stack: &Stack<'_>, chooses: &[&str]) -> Permit {
    let (deny, grant) = grant::outcome::<Tri>(request, stack);
    match grant.and(!deny) {
        Tri::True => Permit::Yes,
        Tri::False => Permit::No,
        Tri::Unknown => settle::permits(&evaluate_once(request, stack), request, stack, chooses),
    }
}

fn evaluate_once(request: &Request<'_>, stack: &Stack<'_>) -> Answer {
    let (deny, grant) = grant::outcome::<Why>(request, stack);
    let decision = decision(deny.tri(), grant.tri());
    let reasons = match decision {
        Decision::ExplicitDeny => deny.into_reasons(),
        Decision::Allow | Decision::ImplicitDeny => grant.into_reasons(),
        Decision::Unknown => deny.unknown_and(grant).into_reasons(),
    };
    Answer { decision, reasons }
}

fn decision(deny: Tri, grant: Tri) -> Decision {
    match (deny, grant) {
        (Tri::True, _) => Decision::ExplicitDeny,
        (Tri::Unknown, _) | (Tri::False, Tri::Unknown) => Decision::Unknown,
        (Tri::False, Tri::True) => Decision::Allow,
        (Tri::False, Tri::False) => Decision::ImplicitDeny,
    }
}
