//! Matches of rules, by rule, credential and origin.

use std::collections::BTreeSet;

use gardefou_finding::{Outcome, Timestamp};
use serde::{Deserialize, Serialize};

use super::evidence::keep;
use super::principal::day;
use super::symbols::translated;
use super::{Evidence, Symbol};
use crate::rules::RuleIndex;

/// Pieces of evidence kept for one match key.
const MAX_EVIDENCE: usize = 20;

/// What matches are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MatchKey {
    /// The detection.
    pub rule: RuleIndex,
    /// Who.
    pub credential: Symbol,
    /// From which network.
    pub network: Symbol,
    /// With which kind of client.
    pub agent: Symbol,
}

impl MatchKey {
    pub(super) fn translate(self, table: &[Symbol]) -> Self {
        Self {
            rule: self.rule,
            credential: translated(table, self.credential),
            network: translated(table, self.network),
            agent: translated(table, self.agent),
        }
    }
}

/// The matches of one key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Match {
    /// Number of events.
    pub count: u64,
    /// First and last event.
    pub first: Timestamp,
    /// See `first`.
    pub last: Timestamp,
    /// The best outcome.
    pub outcome: Outcome,
    /// Days since 1970 with a match.
    pub days: BTreeSet<u32>,
    /// The earliest events.
    pub evidence: Vec<Evidence>,
}

impl Match {
    pub(super) fn new(evidence: Evidence) -> Self {
        Self {
            count: 1,
            first: evidence.time,
            last: evidence.time,
            outcome: evidence.outcome,
            days: BTreeSet::from([day(evidence.time)]),
            evidence: vec![evidence],
        }
    }

    /// Adds an event; `counts` is false for a duplicate delivery.
    pub(super) fn add(&mut self, evidence: Evidence, counts: bool) {
        self.count += u64::from(counts);
        self.widen(evidence.time, evidence.time, evidence.outcome);
        self.days.insert(day(evidence.time));
        keep(&mut self.evidence, MAX_EVIDENCE, evidence);
    }

    fn widen(&mut self, first: Timestamp, last: Timestamp, outcome: Outcome) {
        self.first = self.first.min(first);
        self.last = self.last.max(last);
        self.outcome = self.outcome.min(outcome);
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.widen(other.first, other.last, other.outcome);
        self.days.extend(other.days);
        for evidence in other.evidence {
            keep(&mut self.evidence, MAX_EVIDENCE, evidence);
        }
    }

    pub(super) fn translate(&mut self, table: &[Symbol]) {
        for evidence in &mut self.evidence {
            evidence.translate(table);
        }
    }
}
