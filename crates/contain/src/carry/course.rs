//! What the journal says of each step.

use std::collections::BTreeMap;

use gardefou_finding::AwsCall;
use serde_json::Value;

use super::record::{Direction, Record, What};

/// How far a step is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Course {
    /// The state before it, saved before its first call.
    pub before: Option<Value>,
    /// Calls that AWS said it did, of the direction under way.
    pub done: Vec<AwsCall>,
    /// The last call of which nobody knows whether it was done.
    pub open: Option<(u32, AwsCall)>,
    /// Intents so far.
    pub intents: u32,
    /// The state that it left, when it has reached what it is for.
    pub left: Option<Value>,
    /// It was so before anything was done.
    pub already: bool,
    /// Its undo has begun.
    pub undoing: bool,
    /// It is undone.
    pub undone: bool,
}

/// Reads the journal's records of a plan: how far each step is, by its id.
pub fn courses<'r>(
    records: impl IntoIterator<Item = &'r Record>,
    plan: &str,
) -> BTreeMap<String, Course> {
    let mut courses: BTreeMap<String, Course> = BTreeMap::new();
    for record in records.into_iter().filter(|record| record.plan == plan) {
        courses.entry(record.step.clone()).or_default().add(record);
    }
    courses
}

impl Course {
    /// Whether nothing is left to do for `apply`.
    pub fn is_over(&self) -> bool {
        self.left.is_some() || self.already || self.undone
    }

    /// Takes one more record.
    pub fn add(&mut self, record: &Record) {
        if record.direction == Direction::Undo && !self.undoing {
            (self.undoing, self.open) = (true, None);
            self.done.clear();
        }
        match &record.what {
            What::Saved { state } => self.before = Some(state.clone()),
            What::Intent { number, call } => {
                self.intents = *number;
                self.open = Some((*number, call.clone()));
            }
            What::Outcome { number, ended } => self.end(*number, ended),
            What::Settled { number, seen } => self.settle(*number, *seen),
            What::Reached { state } => {
                self.left = Some(state.clone());
                self.done.clear();
            }
            What::Already => self.already = true,
            What::Reopened { .. } => {
                (self.left, self.already) = (None, false);
                self.done.clear();
            }
            What::Undone { .. } => self.undone = true,
        }
    }

    fn end(&mut self, number: u32, ended: &super::Ended) {
        if matches!(ended, super::Ended::Unknown { .. }) {
            return;
        }
        if let Some((_, call)) = self.open.take_if(|(open, _)| *open == number)
            && ended.is_done()
        {
            self.done.push(call);
        }
    }

    fn settle(&mut self, number: u32, seen: bool) {
        if let Some((_, call)) = self.open.take_if(|(open, _)| *open == number)
            && seen
        {
            self.done.push(call);
        }
    }
}
