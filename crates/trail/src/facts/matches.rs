//! Matches of rules, by rule, credential and origin.

use std::collections::{BTreeSet, HashMap};

use ahash::RandomState;
use gardefou_finding::{Outcome, Timestamp};
use serde::{Deserialize, Serialize};

use super::evidence::keep;
use super::principal::day;
use super::symbols::translated;
use super::{Evidence, Symbol, Symbols};
use crate::digest::digest;
use crate::rules::RuleIndex;

/// Keys kept for one rule. A rule that matches more credentials and origins
/// than this says little of each.
const MAX_KEYS: usize = 10_000;

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

/// Matches by key, of each rule a bounded number of keys: those whose texts have
/// the smallest hashes, so that any split of an archive keeps the same ones.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Matches {
    by_rule: HashMap<RuleIndex, OfRule, RandomState>,
}

/// The matches of one rule.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct OfRule {
    by_key: HashMap<MatchKey, Match, RandomState>,
    /// Keys of this rank and above are left out, once there were too many.
    limit: Option<u64>,
}

impl Matches {
    /// Every key with its matches, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&MatchKey, &Match)> {
        self.by_rule.values().flat_map(|rule| &rule.by_key)
    }

    /// Whether nothing matched.
    pub fn is_empty(&self) -> bool {
        self.by_rule.is_empty()
    }

    /// Rules of which keys were left out, in order.
    pub fn cut(&self) -> BTreeSet<RuleIndex> {
        let all = self.by_rule.iter();
        all.filter(|(_, rule)| rule.limit.is_some())
            .map(|(index, _)| *index)
            .collect()
    }

    /// Counts a match of a known key; whether its evidence is wanted, by
    /// [`Matches::add`].
    pub(crate) fn see(&mut self, key: &MatchKey, seen: &Sighting, symbols: &Symbols) -> bool {
        let Some(rule) = self.by_rule.get_mut(&key.rule) else {
            return true;
        };
        match rule.by_key.get_mut(key) {
            Some(known) => known.see(seen),
            None => rule.limit.is_none_or(|limit| rank(key, symbols) < limit),
        }
    }

    /// Keeps evidence, of which [`Matches::see`] said that it is wanted.
    pub(crate) fn add(
        &mut self,
        key: MatchKey,
        evidence: Evidence,
        limit: usize,
        counts: bool,
        symbols: &Symbols,
    ) {
        let rule = self.by_rule.entry(key.rule).or_default();
        if let Some(known) = rule.by_key.get_mut(&key) {
            known.keep(evidence);
        } else {
            rule.by_key.insert(key, Match::new(evidence, limit, counts));
            rule.cut_to(2 * MAX_KEYS, symbols);
        }
    }

    /// Adds the matches of another part, translated.
    pub(super) fn merge(&mut self, other: Self, table: &[Symbol], symbols: &Symbols) {
        for (index, theirs) in other.by_rule {
            let rule = self.by_rule.entry(index).or_default();
            rule.limit = match (rule.limit, theirs.limit) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (one, other) => one.or(other),
            };
            for (key, mut found) in theirs.by_key {
                found.translate(table);
                rule.merge(key.translate(table), found);
            }
            rule.cut_to(2 * MAX_KEYS, symbols);
        }
    }

    /// Brings every rule to its limit. Only then is the answer the same for
    /// any split.
    pub(super) fn settle(&mut self, symbols: &Symbols) {
        for rule in self.by_rule.values_mut() {
            rule.cut_to(MAX_KEYS, symbols);
        }
    }
}

impl OfRule {
    fn merge(&mut self, key: MatchKey, found: Match) {
        match self.by_key.entry(key) {
            std::collections::hash_map::Entry::Occupied(known) => known.into_mut().merge(found),
            std::collections::hash_map::Entry::Vacant(slot) => {
                slot.insert(found);
            }
        }
    }

    /// Leaves [`MAX_KEYS`] keys where there are more than `room`, and none
    /// from the limit on.
    fn cut_to(&mut self, room: usize, symbols: &Symbols) {
        if self.by_key.len() > room {
            let mut ranks: Vec<u64> = self.by_key.keys().map(|key| rank(key, symbols)).collect();
            let (_, limit, _) = ranks.select_nth_unstable(MAX_KEYS);
            self.limit = Some(self.limit.map_or(*limit, |known| known.min(*limit)));
        } else if room > MAX_KEYS {
            return;
        }
        if let Some(limit) = self.limit {
            self.by_key.retain(|key, _| rank(key, symbols) < limit);
        }
    }
}

/// A number for a key that is the same whatever its symbols are.
fn rank(key: &MatchKey, symbols: &Symbols) -> u64 {
    let texts = [key.credential, key.network, key.agent];
    let texts = texts.map(|symbol| symbols.text(symbol).as_bytes());
    digest(&mut Vec::new(), texts)
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
