//! A truth value that remembers what made it so.

use gardefou_finding::Untrusted;

use super::Verdict;
use super::scan::At;
use super::statement::unknown_keys;
use crate::{Layer, Reason, Request, Rule, StatementRef, Tri};

/// A truth value with its reasons.
#[derive(Clone, Debug)]
pub(crate) struct Why {
    tri: Tri,
    reasons: Vec<Reason>,
}

impl Why {
    /// The reasons, each once.
    pub(crate) fn into_reasons(self) -> Vec<Reason> {
        let mut reasons: Vec<Reason> = Vec::new();
        for reason in self.reasons {
            add(&mut reasons, reason);
        }
        reasons
    }

    /// The reasons of those of both that are unknown.
    pub(crate) fn unknown_and(self, other: Self) -> Self {
        match (self.tri, other.tri) {
            (Tri::Unknown, Tri::Unknown) => self.with(other),
            (Tri::Unknown, _) => self,
            _ => other,
        }
    }

    fn with(mut self, other: Self) -> Self {
        self.reasons.extend(other.reasons);
        self
    }
}

/// Adds a reason, unless it is there; statements that depend on the same key
/// go under that key.
pub(super) fn add(reasons: &mut Vec<Reason>, reason: Reason) {
    let Reason::UnknownKey { key, statements } = reason else {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
        return;
    };
    for known in reasons.iter_mut() {
        if let Reason::UnknownKey {
            key: same,
            statements: there,
        } = known
            && same.as_str().eq_ignore_ascii_case(key.as_str())
        {
            let new = statements.into_iter().filter(|it| !there.contains(it));
            let new: Vec<StatementRef> = new.collect();
            there.extend(new);
            return;
        }
    }
    reasons.push(Reason::UnknownKey { key, statements });
}

impl Verdict for Why {
    fn of_statement(applies: Tri, at: At<'_>, request: &Request<'_>) -> Self {
        let reasons = match applies {
            Tri::False => Vec::new(),
            Tri::True => vec![Reason::Statement(at.name())],
            Tri::Unknown => unknown_keys(at.statement, request)
                .into_iter()
                .map(|key| Reason::UnknownKey {
                    key: Untrusted::new(key),
                    statements: vec![at.name()],
                })
                .collect(),
        };
        Self {
            tri: applies,
            reasons,
        }
    }

    fn on_layer(mut self, layer: Layer, level: Option<&str>) -> Self {
        if self.tri.is_false() {
            let level = level.map(Untrusted::from);
            self.reasons = vec![Reason::NothingAllows { layer, level }];
        }
        self
    }

    fn of_rule(value: bool, rule: Rule) -> Self {
        Self {
            tri: value.into(),
            reasons: vec![Reason::Rule { rule }],
        }
    }

    fn plain(value: bool) -> Self {
        Self {
            tri: value.into(),
            reasons: Vec::new(),
        }
    }

    fn tri(&self) -> Tri {
        self.tri
    }

    fn and(self, other: Self) -> Self {
        match (self.tri, other.tri) {
            (Tri::False, Tri::False) | (Tri::True, Tri::True) | (Tri::Unknown, Tri::Unknown) => {
                self.with(other)
            }
            (Tri::False, _) | (Tri::Unknown, Tri::True) => self,
            (_, Tri::False) | (Tri::True, Tri::Unknown) => other,
        }
    }

    fn or(self, other: Self) -> Self {
        match (self.tri, other.tri) {
            (Tri::False, Tri::False) | (Tri::True, Tri::True) | (Tri::Unknown, Tri::Unknown) => {
                self.with(other)
            }
            (Tri::True, _) | (Tri::Unknown, Tri::False) => self,
            (_, Tri::True) | (Tri::False, Tri::Unknown) => other,
        }
    }

    fn is_settled(&self) -> bool {
        false
    }
}
