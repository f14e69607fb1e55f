//! Matches that correlations refer to. An archive has a third as many of them
//! as events, so what repeats (who, from where, which values) is kept once.

use std::hash::{Hash, Hasher};

use ahash::RandomState;
use gardefou_finding::{Outcome, Timestamp};
use indexmap::{Equivalent, IndexSet};
use serde::{Deserialize, Serialize};

use super::symbols::translated;
use super::{MatchKey, Place, Symbol};
use crate::rules::RuleIndex;

/// One match of a detection that correlations refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CorrelationFact<'a> {
    /// `eventTime`.
    pub time: Timestamp,
    /// Fingerprint of the event: orders events of one second, tells duplicates.
    pub event: u64,
    /// Where the event is written.
    pub place: Place,
    /// What it shares with others.
    pub shape: Shape<'a>,
}

/// What many matches have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape<'a> {
    /// Who, from where, and which detection.
    pub key: MatchKey,
    /// How the call ended.
    pub outcome: Outcome,
    /// Values of the fields that the detection's correlations read.
    pub values: &'a [FieldValue],
}

/// A field's value as correlations use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FieldValue {
    /// Not in the event, or not a single value.
    Absent,
    /// `null`.
    Null,
    /// Text, or a number or boolean as text.
    Text(Symbol),
}

/// A shape as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    key: MatchKey,
    outcome: Outcome,
    values: Box<[FieldValue]>,
}

/// A fact with its shape by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stored {
    time: Timestamp,
    event: u64,
    place: Place,
    shape: u32,
}

type Shapes = IndexSet<Kept, RandomState>;

/// All facts for correlations, in order of time once they are settled.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Correlations {
    shapes: Shapes,
    facts: Vec<Stored>,
}

impl Correlations {
    /// Number of facts.
    pub fn len(&self) -> usize {
        self.facts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    /// A fact by its position.
    pub fn get(&self, at: usize) -> Option<CorrelationFact<'_>> {
        self.facts.get(at).and_then(|stored| self.read(stored))
    }

    /// The facts before a position, in order.
    pub fn before(&self, end: usize) -> impl DoubleEndedIterator<Item = CorrelationFact<'_>> {
        let facts = self.facts.get(..end).unwrap_or(&self.facts);
        facts.iter().filter_map(|stored| self.read(stored))
    }

    /// The facts of one event, from a position on.
    pub(crate) fn of_one_event(&self, start: usize) -> Vec<CorrelationFact<'_>> {
        let facts = self.facts.get(start..).unwrap_or_default();
        let Some(first) = facts.first() else {
            return Vec::new();
        };
        facts
            .iter()
            .take_while(|fact| (fact.time, fact.event) == (first.time, first.event))
            .filter_map(|stored| self.read(stored))
            .collect()
    }

    /// The different shapes, by number.
    pub(crate) fn shapes(&self) -> impl ExactSizeIterator<Item = Shape<'_>> {
        self.shapes.iter().map(Kept::shape)
    }

    /// Every fact's time and its shape's number, in order.
    pub(crate) fn times(&self) -> impl Iterator<Item = (Timestamp, usize)> + '_ {
        let number = |shape: u32| usize::try_from(shape).unwrap_or(usize::MAX);
        self.facts
            .iter()
            .map(move |fact| (fact.time, number(fact.shape)))
    }

    pub(crate) fn push(&mut self, time: Timestamp, event: u64, place: Place, shape: Shape<'_>) {
        let known = self.shapes.get_index_of(&shape);
        let shape = known.unwrap_or_else(|| self.shapes.insert_full(Kept::of(shape)).0);
        self.facts.push(Stored {
            time,
            event,
            place,
            // INVARIANT: a scanner stops at four million facts.
            shape: u32::try_from(shape).unwrap_or(u32::MAX),
        });
    }

    /// Adds the facts of another part, translated.
    pub(super) fn merge(&mut self, other: Self, table: &[Symbol]) {
        let shapes: Vec<u32> = other
            .shapes
            .into_iter()
            .map(|kept| self.shapes.insert_full(kept.translate(table)).0)
            .map(|shape| u32::try_from(shape).unwrap_or(u32::MAX))
            .collect();
        self.facts.reserve_exact(other.facts.len());
        self.facts.extend(other.facts.into_iter().map(|fact| {
            let shape = shapes.get(fact.shape as usize).copied();
            Stored {
                shape: shape.unwrap_or(u32::MAX),
                ..fact
            }
        }));
    }

    /// Brings the facts into order of time, each once: the same may have come
    /// several times, by duplicate deliveries.
    pub(super) fn settle(&mut self) {
        let shapes = &self.shapes;
        self.facts.sort_unstable_by_key(|fact| {
            let (time, event, rule) = fact.identity(shapes);
            (time, event, rule, fact.place)
        });
        self.facts.dedup_by_key(|fact| fact.identity(shapes));
    }

    /// Whether [`Correlations::settle`] would change nothing.
    pub(crate) fn is_settled(&self) -> bool {
        self.facts
            .is_sorted_by(|a, b| a.identity(&self.shapes) < b.identity(&self.shapes))
    }

    /// The same facts, settled.
    pub(crate) fn settled(&self) -> Self {
        let mut all = self.clone();
        all.settle();
        all
    }

    fn read(&self, stored: &Stored) -> Option<CorrelationFact<'_>> {
        let kept = self.shapes.get_index(stored.shape as usize)?;
        Some(CorrelationFact {
            time: stored.time,
            event: stored.event,
            place: stored.place,
            shape: kept.shape(),
        })
    }
}

impl Stored {
    /// What is the same in duplicate deliveries.
    fn identity(&self, shapes: &Shapes) -> (Timestamp, u64, Option<RuleIndex>) {
        let rule = shapes.get_index(self.shape as usize);
        (self.time, self.event, rule.map(|kept| kept.key.rule))
    }
}

impl Kept {
    fn of(shape: Shape<'_>) -> Self {
        Self {
            key: shape.key,
            outcome: shape.outcome,
            values: shape.values.into(),
        }
    }

    fn shape(&self) -> Shape<'_> {
        Shape {
            key: self.key,
            outcome: self.outcome,
            values: &self.values,
        }
    }

    fn translate(mut self, table: &[Symbol]) -> Self {
        self.key = self.key.translate(table);
        for value in &mut self.values {
            if let FieldValue::Text(symbol) = value {
                *symbol = translated(table, *symbol);
            }
        }
        self
    }
}

// INVARIANT: a kept shape hashes as the shape that it is looked up by.
impl Hash for Kept {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.shape().hash(state);
    }
}

impl Equivalent<Kept> for Shape<'_> {
    fn equivalent(&self, kept: &Kept) -> bool {
        *self == kept.shape()
    }
}
