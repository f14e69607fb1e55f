//! What the formula is written over.

use super::scan::At;
use crate::{Layer, Request, Rule, Tri};

/// A truth value of the formula, with or without its reasons.
pub(crate) trait Verdict: Clone {
    /// What a statement contributes.
    fn of_statement(applies: Tri, at: At<'_>, request: &Request<'_>) -> Self;

    /// Says that this is the verdict on a layer, so that its not allowing is
    /// a reason.
    #[must_use]
    fn on_layer(self, layer: Layer, level: Option<&str>) -> Self;

    /// A rule that is in no policy.
    fn of_rule(value: bool, rule: Rule) -> Self;

    /// A value without a reason.
    fn plain(value: bool) -> Self;

    /// The bare value.
    fn tri(&self) -> Tri;

    /// Both.
    #[must_use]
    fn and(self, other: Self) -> Self;

    /// Either.
    #[must_use]
    fn or(self, other: Self) -> Self;

    /// Whether nothing that is or-ed to it can add anything.
    fn is_settled(&self) -> bool;
}

impl Verdict for Tri {
    fn of_statement(applies: Tri, _: At<'_>, _: &Request<'_>) -> Self {
        applies
    }

    fn on_layer(self, _: Layer, _: Option<&str>) -> Self {
        self
    }

    fn of_rule(value: bool, _: Rule) -> Self {
        value.into()
    }

    fn plain(value: bool) -> Self {
        value.into()
    }

    fn tri(&self) -> Tri {
        *self
    }

    fn and(self, other: Self) -> Self {
        Self::and(self, other)
    }

    fn or(self, other: Self) -> Self {
        Self::or(self, other)
    }

    fn is_settled(&self) -> bool {
        self.is_true()
    }
}
