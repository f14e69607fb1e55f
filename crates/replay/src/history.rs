//! An archive as classes of calls, and the steps of its incidents.
//!
//! A [`Collector`] is fed records, one for each worker; what it keeps of a
//! legitimate call is which [`Lens`] sight it has and how often, so that
//! memory follows the number of distinct sights and not that of calls. Calls
//! of incidents are kept one by one. Collected histories merge in any order.

use std::collections::{BTreeMap, HashMap};

use ahash::RandomState;
use gardefou_finding::{
    EventRef, FailureReason, InputForm, Outcome, SkipReason, Timestamp, WhyUnmapped,
};
use gardefou_trail::decode::{Field, Record, Sink};
use gardefou_trail::scan::{Seen, TimeRange, fingerprint_of};
use gardefou_trail::story::{Focus, event_ref};

use crate::lens::{Depth, Lens, Sights};
use crate::mapping::{Call, Mapper};

/// Most classes of calls that are kept; calls beyond are counted, and the
/// replay is incomplete.
const MAX_CLASSES: usize = 200_000;
/// Most calls of incidents that are kept one by one.
const MAX_STEPS: usize = 20_000;
/// Most kinds of calls of which it is counted that they are not judged.
const MAX_UNMAPPED: usize = 5_000;

type Map<K, V> = HashMap<K, V, RandomState>;

/// Legitimate calls that look alike to every policy.
#[derive(Clone, Debug)]
pub struct Class {
    /// The call that stands for all; `None` where no policy names any of its
    /// actions.
    pub call: Option<Box<Call>>,
    /// How many there are.
    pub calls: u64,
    /// How many of them from the split on.
    pub late: u64,
    /// The first.
    pub first: Timestamp,
    /// The last.
    pub last: Timestamp,
    /// The one that stands for all, as evidence; `None` likewise.
    pub example: Option<Box<EventRef>>,
}

impl Class {
    fn see(&mut self, time: Timestamp, is_late: bool) {
        self.calls += 1;
        self.late += u64::from(is_late);
        self.first = self.first.min(time);
        self.last = self.last.max(time);
    }

    /// Of two, the example that is first in time and place stands for both.
    fn merge(&mut self, other: Self) {
        let place = |one: &Self| {
            let event = one.example.as_ref()?;
            Some((event.time, event.position.clone()))
        };
        if place(&other) < place(self) {
            self.call = other.call;
            self.example = other.example;
        }
        self.calls += other.calls;
        self.late += other.late;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }
}

/// A call of an incident.
#[derive(Clone, Debug)]
pub struct Step {
    /// Index of the identity in its incident.
    pub identity: usize,
    /// The call, as evidence.
    pub event: EventRef,
    /// The call in IAM's words, or why it has none.
    pub call: Result<Box<Call>, WhyUnmapped>,
    /// Whether it took effect: succeeded, and changed something or read data.
    pub is_effect: bool,
}

/// Incident, time, fingerprint: an order of steps that no split changes.
type StepKey = (usize, Timestamp, u64);

/// What was collected of an archive, or of a part of it.
#[derive(Debug, Default)]
pub struct Collected {
    /// Classes of legitimate calls that succeeded, and where asked for of
    /// those that were denied.
    pub classes: Map<Box<[u8]>, Class>,
    /// Steps of incidents.
    pub steps: BTreeMap<StepKey, Step>,
    /// Steps that did not fit.
    pub steps_left_out: u64,
    /// Legitimate calls by outcome.
    pub by_outcome: BTreeMap<Outcome, u64>,
    /// Calls that are not judged, by service, call and reason.
    pub unmapped: BTreeMap<(String, String, WhyUnmapped), u64>,
    /// Calls that did not fit into the classes.
    pub left_out: u64,
}

impl Collected {
    /// The classes of calls that succeeded, in an order that no split changes.
    /// What was denied cannot be broken, and teaches nothing.
    pub(crate) fn succeeded(&self) -> Vec<&Class> {
        let all = self.classes.iter();
        let mut classes: Vec<(&Box<[u8]>, &Class)> =
            all.filter(|(sight, _)| !is_denied(sight)).collect();
        classes.sort_by_key(|(sight, _)| *sight);
        classes.into_iter().map(|(_, class)| class).collect()
    }

    /// Adds what another worker collected.
    pub fn merge(&mut self, other: Self) {
        for (sight, class) in other.classes {
            if let Some(known) = self.classes.get_mut(&sight) {
                known.merge(class);
            } else if self.classes.len() < MAX_CLASSES {
                self.classes.insert(sight, class);
            } else {
                self.left_out += class.calls;
            }
        }
        for (key, step) in other.steps {
            self.add_step(key, step);
        }
        self.steps_left_out += other.steps_left_out;
        for (outcome, calls) in other.by_outcome {
            *self.by_outcome.entry(outcome).or_default() += calls;
        }
        for (key, calls) in other.unmapped {
            *self.unmapped.entry(key).or_default() += calls;
        }
        self.left_out += other.left_out;
    }

    /// Keeps the earliest steps; of duplicate deliveries the first in place.
    fn add_step(&mut self, key: StepKey, step: Step) {
        match self.steps.get_mut(&key) {
            Some(known) if step.event.position < known.event.position => *known = step,
            Some(_) => {}
            None => {
                self.steps.insert(key, step);
                if self.steps.len() > MAX_STEPS {
                    self.steps.pop_last();
                    self.steps_left_out += 1;
                }
            }
        }
    }
}

/// Collects a history. One for each worker.
pub struct Collector<'a, S: Seen> {
    mapper: &'a Mapper<'a>,
    lens: &'a Lens,
    focus: &'a Focus,
    seen: Option<&'a S>,
    range: TimeRange,
    /// From when on calls are late.
    split: Option<Timestamp>,
    sights: Sights,
    told: Told,
    collected: Collected,
    buffer: Vec<u8>,
    sight: Vec<u8>,
    source_name: String,
}

impl<'a, S: Seen> Collector<'a, S> {
    /// A collector that has seen nothing yet; without `seen`, of an archive that
    /// is known to hold each event once.
    pub fn new(
        mapper: &'a Mapper<'a>,
        lens: &'a Lens,
        focus: &'a Focus,
        seen: Option<&'a S>,
        range: TimeRange,
        split: Option<Timestamp>,
    ) -> Self {
        Self {
            mapper,
            lens,
            focus,
            seen,
            range,
            split,
            sights: Sights::default(),
            told: Told::default(),
            collected: Collected::default(),
            buffer: Vec::new(),
            sight: Vec::new(),
            source_name: String::new(),
        }
    }

    /// Says of which source the next records are.
    pub fn begin(&mut self, name: &str) {
        name.clone_into(&mut self.source_name);
    }

    /// What was collected.
    pub fn finish(self) -> Collected {
        self.collected
    }

    fn see(&mut self, record: &Record<'_>) {
        if !self.range.holds(record.time()) {
            return;
        }
        if let Some((incident, identity)) = self.focus.member(record) {
            let fingerprint = fingerprint_of(&mut self.buffer, record);
            let key = (incident, record.time(), fingerprint);
            let step = self.step(record, identity);
            self.collected.add_step(key, step);
            return;
        }
        if let Some(seen) = self.seen
            && !seen.is_first(fingerprint_of(&mut self.buffer, record))
        {
            return;
        }
        let outcome = record.outcome();
        *self.collected.by_outcome.entry(outcome).or_default() += 1;
        let counts = match outcome {
            Outcome::Succeeded | Outcome::Unknown => true,
            Outcome::Denied => !self.lens.only_succeeded,
            _ => false,
        };
        if counts {
            self.legitimate(record, outcome);
        }
    }

    fn step(&self, record: &Record<'_>, identity: usize) -> Step {
        let call = self.mapper.map(record).map(Box::new);
        let took_effect = matches!(record.outcome(), Outcome::Succeeded | Outcome::Unknown);
        let matters = match &call {
            Ok(call) => !self.only_looks(call) || reads_data(record),
            // A sign-in opens the console.
            Err(_) => record.read_only() != Some(true),
        };
        Step {
            identity,
            event: event_ref(record, &self.source_name),
            call,
            is_effect: took_effect && matters,
        }
    }

    fn only_looks(&self, call: &Call) -> bool {
        call.needs.iter().filter(|need| !need.implied).all(|need| {
            let facts = self.mapper.reference().action(need.action.lower());
            facts.is_some_and(|facts| facts.is_read())
        })
    }

    fn legitimate(&mut self, record: &Record<'_>, outcome: Outcome) {
        let mut sight = std::mem::take(&mut self.sight);
        sight.clear();
        sight.push(outcome_mark(outcome));
        let reference = self.mapper.reference();
        let depth = self.sights.look(self.lens, reference, record, &mut sight);
        self.take(record, &mut sight, depth);
        self.sight = sight;
    }

    fn take(&mut self, record: &Record<'_>, sight: &mut Vec<u8>, depth: Depth) {
        let mut call = None;
        if depth == Depth::Deep && !self.told.recall(record, sight) {
            match self.mapper.map(record) {
                Ok(mapped) => {
                    let shallow = sight.len();
                    Sights::deepen(self.lens, &mapped, sight);
                    self.told.remember(sight.get(shallow..).unwrap_or_default());
                    call = Some(Box::new(mapped));
                }
                Err(why) => return self.unmapped(record, why),
            }
        }
        let is_late = self.split.is_some_and(|split| record.time() >= split);
        if let Some(class) = self.collected.classes.get_mut(sight.as_slice()) {
            class.see(record.time(), is_late);
            return;
        }
        // Of each sight, the first record says whether it is judged at all.
        let mapped = match call {
            Some(call) => Ok(call),
            None => self.mapper.map(record).map(Box::new),
        };
        match mapped {
            Ok(call) => self.begin_class(record, sight, call, depth, is_late),
            Err(why) => self.unmapped(record, why),
        }
    }

    fn begin_class(
        &mut self,
        record: &Record<'_>,
        sight: &[u8],
        call: Box<Call>,
        depth: Depth,
        is_late: bool,
    ) {
        if self.collected.classes.len() >= MAX_CLASSES {
            self.collected.left_out += 1;
            return;
        }
        let is_seen = depth != Depth::Nothing;
        let class = Class {
            example: is_seen.then(|| Box::new(event_ref(record, &self.source_name))),
            call: is_seen.then_some(call),
            calls: 1,
            late: u64::from(is_late),
            first: record.time(),
            last: record.time(),
        };
        self.collected.classes.insert(sight.into(), class);
    }

    fn unmapped(&mut self, record: &Record<'_>, why: WhyUnmapped) {
        let unmapped = &mut self.collected.unmapped;
        let (service, name) = (record.event_source(), record.event_name());
        let key = (service.into_owned(), name.into_owned(), why);
        if unmapped.contains_key(&key) || unmapped.len() < MAX_UNMAPPED {
            *unmapped.entry(key).or_default() += 1;
        } else {
            let rest = (String::new(), String::new(), why);
            *unmapped.entry(rest).or_default() += 1;
        }
    }
}

/// How a sight begins.
fn outcome_mark(outcome: Outcome) -> u8 {
    u8::from(outcome == Outcome::Denied)
}

/// Whether a sight is of calls that were denied.
fn is_denied(sight: &[u8]) -> bool {
    sight.first() == Some(&outcome_mark(Outcome::Denied))
}

/// Most bytes of what is remembered of calls' parameters.
const MAX_TOLD: usize = 16 << 20;

/// What parameters told, by their bytes: most calls repeat those of another,
/// and mapping them again would tell the same.
#[derive(Debug, Default)]
struct Told {
    known: Map<Box<[u8]>, Box<[u8]>>,
    /// Bytes of keys and values.
    size: usize,
    /// What was asked for last; empty where it cannot be remembered.
    key: Vec<u8>,
}

impl Told {
    /// Adds to a sight what the parameters told when they were last the same.
    fn recall(&mut self, record: &Record<'_>, sight: &mut Vec<u8>) -> bool {
        self.key.clear();
        // What their calls are about follows from the provider's own claims.
        let identity = record.identity_type();
        if matches!(
            identity.as_deref(),
            Some("WebIdentityUser" | "SAMLUser") | None
        ) {
            return false;
        }
        self.key.extend_from_slice(sight);
        for field in [
            Field::Arn,
            Field::RequestParameters,
            Field::ResponseElements,
            Field::Resources,
        ] {
            let written = record.written(field).unwrap_or_default();
            self.key.extend_from_slice(written.as_bytes());
            self.key.push(0xff);
        }
        let known = self.known.get(self.key.as_slice());
        sight.extend(known.into_iter().flat_map(|told| told.iter()));
        known.is_some()
    }

    /// Remembers what the parameters that were asked for last tell.
    fn remember(&mut self, told: &[u8]) {
        let size = self.key.len() + told.len();
        if self.key.is_empty() || size > MAX_TOLD {
            return;
        }
        if self.size + size > MAX_TOLD {
            self.known.clear();
            self.size = 0;
        }
        self.size += size;
        self.known.insert(self.key.as_slice().into(), told.into());
    }
}

/// Whether a call reads what is worth stealing rather than what there is.
fn reads_data(record: &Record<'_>) -> bool {
    let name = record.event_name();
    record.event_category().as_deref() == Some("Data")
        || matches!(
            &*name,
            "GetObject"
                | "GetSecretValue"
                | "BatchGetSecretValue"
                | "GetParameter"
                | "GetParameters"
                | "GetParametersByPath"
                | "GetPasswordData"
                | "Decrypt"
                | "InvokeModel"
                | "InvokeModelWithResponseStream"
                | "Converse"
                | "ConverseStream"
        )
}

impl<S: Seen> Sink for Collector<'_, S> {
    fn record(&mut self, record: &Record<'_>) {
        self.see(record);
    }

    // The first look has told what cannot be read.
    fn skipped(&mut self, _: u64, _: SkipReason) {}

    fn failed(&mut self, _: u64, _: FailureReason, _: Option<&str>) {}

    fn form(&mut self, _: InputForm) {}
}
