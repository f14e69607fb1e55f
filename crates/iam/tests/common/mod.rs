//! What the tests of evaluation share: random cases, and evaluators behind
//! one trait.
#![allow(dead_code, reason = "each test file uses its part")]

pub(crate) mod random;
pub(crate) mod reference;

use gardefou_iam::Decision;
use serde_json::Value;

/// Says what AWS decides about a case in the JSON form of `docs/iam.md`.
pub(crate) trait Evaluator {
    /// The decision.
    fn decide(&self, case: &Value) -> Decision;
}

/// The crate's evaluator.
pub(crate) struct Fast;

impl Evaluator for Fast {
    fn decide(&self, case: &Value) -> Decision {
        let text = case.to_string();
        let named = gardefou_iam::cases::read(&text).unwrap().remove(0);
        let case = named.case.unwrap_or_else(|error| panic!("{error}\n{text}"));
        let answer = case.answer();
        let bare = gardefou_iam::decide(&case.request(), &case.policies.stack());
        assert!(bare == answer.decision || bare == Decision::Unknown);
        answer.decision
    }
}
