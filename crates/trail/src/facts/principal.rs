//! What a principal usually does, to tell a first time.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use ahash::RandomState;
use gardefou_finding::Timestamp;
use serde::{Deserialize, Serialize};

use super::Symbol;
use super::symbols::translated;

/// Distinct values of one kind remembered for a principal. Beyond it the
/// principal is one whose values change all the time, and novelty says nothing.
const MAX_VALUES: usize = 20_000;

/// First and last time, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// First time.
    pub first: Timestamp,
    /// Last time.
    pub last: Timestamp,
    /// Number of calls.
    pub calls: u64,
}

impl Span {
    fn at(time: Timestamp) -> Self {
        Self {
            first: time,
            last: time,
            calls: 1,
        }
    }

    fn add(&mut self, other: &Self) {
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.calls += other.calls;
    }
}

/// A coarse kind of action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ActionClass {
    /// Reads configuration (`readOnly`).
    Read,
    /// Changes something.
    Write,
    /// Changes who may do what (IAM, STS writes, organisations).
    Identity,
    /// Reads or writes the content of data stores.
    Data,
}

/// Values of one kind with their spans.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Habit<K: Hash + Eq> {
    values: HashMap<K, Span, RandomState>,
    /// Whether values were left out for lack of room.
    pub overflowed: bool,
}

impl<K: Hash + Eq> Default for Habit<K> {
    fn default() -> Self {
        Self {
            values: HashMap::default(),
            overflowed: false,
        }
    }
}

impl<K: Hash + Eq + Copy + Ord> Habit<K> {
    fn see(&mut self, value: K, time: Timestamp) {
        self.add(value, &Span::at(time));
    }

    fn add(&mut self, value: K, span: &Span) {
        if let Some(known) = self.values.get_mut(&value) {
            known.add(span);
        } else if self.values.len() < MAX_VALUES {
            self.values.insert(value, *span);
        } else {
            self.overflowed = true;
        }
    }

    /// The span of a value.
    pub fn get(&self, value: K) -> Option<&Span> {
        self.values.get(&value)
    }

    /// Every value with its span, sorted by first time, then value.
    pub fn sorted(&self) -> Vec<(K, Span)> {
        let mut all: Vec<(K, Span)> = self.values.iter().map(|(k, span)| (*k, *span)).collect();
        all.sort_unstable_by_key(|(value, span)| (span.first, *value));
        all
    }

    /// Every value with its span, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (K, &Span)> {
        self.values.iter().map(|(value, span)| (*value, span))
    }

    /// Number of distinct values.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether nothing was seen.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    fn merge(&mut self, other: Self, translate: impl Fn(K) -> K) {
        self.overflowed |= other.overflowed;
        for (value, span) in other.values {
            self.add(translate(value), &span);
        }
    }
}

/// A user, role, root or service, over all its credentials.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Principal {
    /// First to last call.
    pub span: Span,
    /// Days since 1970 on which it called.
    pub days: BTreeSet<u32>,
    /// Network and user-agent family together.
    pub origins: Habit<(Symbol, Symbol)>,
    /// `awsRegion`.
    pub regions: Habit<Symbol>,
    /// `eventSource`.
    pub services: Habit<Symbol>,
    /// Kinds of action.
    pub actions: Habit<ActionClass>,
}

/// One call, as a principal's habits see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SeenCall {
    pub(crate) time: Timestamp,
    pub(crate) network: Symbol,
    pub(crate) agent: Symbol,
    pub(crate) region: Symbol,
    pub(crate) service: Symbol,
    pub(crate) action: ActionClass,
}

impl Principal {
    pub(crate) fn new(call: &SeenCall) -> Self {
        let mut principal = Self {
            span: Span {
                calls: 0,
                ..Span::at(call.time)
            },
            days: BTreeSet::new(),
            origins: Habit::default(),
            regions: Habit::default(),
            services: Habit::default(),
            actions: Habit::default(),
        };
        principal.see(call);
        principal
    }

    pub(crate) fn see(&mut self, call: &SeenCall) {
        self.span.add(&Span::at(call.time));
        let day = day(call.time);
        if !self.days.contains(&day) {
            self.days.insert(day);
        }
        self.origins.see((call.network, call.agent), call.time);
        self.regions.see(call.region, call.time);
        self.services.see(call.service, call.time);
        self.actions.see(call.action, call.time);
    }

    /// Counts more calls from an origin, on days that were seen.
    pub(crate) fn see_more_from(&mut self, origin: (Symbol, Symbol), span: &Span) {
        self.span.add(span);
        self.origins.add(origin, span);
    }

    /// Counts more calls like one that was seen, but for its origin.
    pub(crate) fn see_more_like(&mut self, call: &SeenCall, span: &Span) {
        self.regions.add(call.region, span);
        self.services.add(call.service, span);
        self.actions.add(call.action, span);
    }

    pub(super) fn merge(&mut self, other: Self, table: &[Symbol]) {
        self.span.add(&other.span);
        self.days.extend(other.days);
        self.origins.merge(other.origins, |(n, a)| {
            (translated(table, n), translated(table, a))
        });
        self.regions
            .merge(other.regions, |symbol| translated(table, symbol));
        self.services
            .merge(other.services, |symbol| translated(table, symbol));
        self.actions.merge(other.actions, |class| class);
    }

    pub(super) fn translate(self, table: &[Symbol]) -> Self {
        let mut translated = Self {
            span: Span {
                calls: 0,
                ..self.span
            },
            days: BTreeSet::new(),
            origins: Habit::default(),
            regions: Habit::default(),
            services: Habit::default(),
            actions: Habit::default(),
        };
        translated.merge(self, table);
        translated
    }
}

/// Days since 1970-01-01.
pub(crate) fn day(time: Timestamp) -> u32 {
    u32::try_from(time.seconds() / 86_400).unwrap_or(0)
}
