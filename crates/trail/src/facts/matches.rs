//! Matches of rules, by rule, credential and origin.

use std::collections::BTreeSet;

use gardefou_finding::{Outcome, Timestamp};
use serde::{Deserialize, Serialize};

use super::evidence::keep;
use super::principal::day;
use super::symbols::translated;
use super::{Evidence, Symbol};
use crate::rules::RuleIndex;

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

/// One event as a match counts it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sighting {
    pub(crate) time: Timestamp,
    /// Fingerprint.
    pub(crate) event: u64,
    pub(crate) outcome: Outcome,
    /// False for a duplicate delivery.
    pub(crate) counts: bool,
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
    /// Pieces of evidence kept at most; of one rule always the same.
    limit: usize,
    /// The earliest events.
    pub evidence: Vec<Evidence>,
}

impl Match {
    pub(super) fn new(evidence: Evidence, limit: usize, counts: bool) -> Self {
        Self {
            count: u64::from(counts),
            limit,
            first: evidence.time,
            last: evidence.time,
            outcome: evidence.outcome,
            days: BTreeSet::from([day(evidence.time)]),
            evidence: vec![evidence],
        }
    }

    /// Counts an event; whether it would be kept as evidence.
    pub(super) fn see(&mut self, seen: &Sighting) -> bool {
        self.count += u64::from(seen.counts);
        self.widen(seen.time, seen.time, seen.outcome);
        self.days.insert(day(seen.time));
        let last = self.evidence.last().map(|last| (last.time, last.event));
        self.evidence.len() < self.limit || last >= Some((seen.time, seen.event))
    }

    pub(super) fn keep(&mut self, evidence: Evidence) {
        keep(&mut self.evidence, self.limit, evidence);
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
            keep(&mut self.evidence, self.limit, evidence);
        }
    }

    pub(super) fn translate(&mut self, table: &[Symbol]) {
        for evidence in &mut self.evidence {
            evidence.translate(table);
        }
    }
}
