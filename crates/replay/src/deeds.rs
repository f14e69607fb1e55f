//! What principals did: requests for a least-privilege policy, and use of
//! permissions for an audit.
//!
//! Both are sinks, one for each worker; what they collected merges in any
//! order. Memory follows the number of distinct requests, not that of calls.

use std::collections::HashMap;

use ahash::RandomState;
use gardefou_finding::{
    Coverage, Failure, FailureReason, InputForm, Outcome, ProposalHistory, Skip, SkipReason,
    Untrusted, WhyUnmapped,
};
use gardefou_iam::least::Past;
use gardefou_iam::usage::{Usage, Who};
use gardefou_trail::decode::{Record, Sink};
use gardefou_trail::scan::{Seen, TimeRange, fingerprint_of};

use crate::mapping::{Call, Mapper, Need};
use crate::reference::{Meaning, Reference};

/// Most distinct requests that are kept.
const MAX_REQUESTS: usize = 200_000;

/// Most kinds of calls that are told as not understood.
const MAX_UNKNOWN: usize = 1_000;

/// Which records are new and within time, and what is told of the others.
struct Gate<'a, S: Seen> {
    seen: &'a S,
    range: TimeRange,
    coverage: Coverage,
    source: String,
    buffer: Vec<u8>,
}

impl<'a, S: Seen> Gate<'a, S> {
    fn new(seen: &'a S, range: TimeRange) -> Self {
        Self {
            seen,
            range,
            coverage: Coverage::default(),
            source: String::new(),
            buffer: Vec::new(),
        }
    }

    fn lets_in(&mut self, record: &Record<'_>) -> bool {
        if !self.range.holds(record.time()) {
            self.skip(record.offset(), SkipReason::OutsideTimeRange);
            return false;
        }
        let fingerprint = fingerprint_of(&mut self.buffer, record);
        let is_new = self.seen.is_first(fingerprint);
        if is_new {
            self.coverage.events_read += 1;
        } else {
            self.skip(record.offset(), SkipReason::DuplicateDelivery);
        }
        is_new
    }

    fn skip(&mut self, offset: u64, reason: SkipReason) {
        // There may be millions of these, and nobody asks which.
        if reason == SkipReason::OutsideTimeRange {
            *self.coverage.skipped.entry(reason).or_default() += 1;
            return;
        }
        self.coverage.skip(Skip {
            source: Untrusted::new(self.source.as_str()),
            offset: Some(offset),
            reason,
        });
    }

    fn fail(&mut self, offset: Option<u64>, reason: FailureReason, detail: Option<&str>) {
        self.coverage.fail(Failure {
            source: Untrusted::new(self.source.as_str()),
            offset,
            reason,
            detail: detail.map(Untrusted::new),
        });
    }
}

/// User or role of a record, as far as it names one.
fn actor(record: &Record<'_>) -> Option<Who> {
    let issuer = record.issuer_arn().and_then(|arn| Who::of(&arn));
    issuer.or_else(|| Who::of(&record.arn()?))
}

/// What one principal did.
#[derive(Debug, Default)]
pub struct Deeds {
    requests: HashMap<RequestKey, Past, RandomState>,
    /// Its calls by outcome, and those that are not understood.
    pub history: ProposalHistory,
    left_out: u64,
}

/// Action, resource, region.
type RequestKey = (Box<str>, Box<str>, Box<str>);

impl Deeds {
    /// The requests of calls that succeeded, in order of action and resource.
    pub fn requests(&self) -> Vec<Past> {
        let mut all: Vec<(&RequestKey, &Past)> = self.requests.iter().collect();
        all.sort_by_key(|(key, _)| *key);
        all.into_iter().map(|(_, past)| past.clone()).collect()
    }

    /// Distinct requests that did not fit.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Adds what another worker collected.
    pub fn merge(&mut self, other: Self) {
        for past in other.requests.into_values() {
            self.add(past);
        }
        self.left_out += other.left_out;
        let (own, other) = (&mut self.history, other.history);
        own.first = [own.first, other.first].into_iter().flatten().min();
        own.last = own.last.max(other.last);
        for (outcome, calls) in other.calls {
            *own.calls.entry(outcome).or_default() += calls;
        }
        for (call, times) in other.not_understood {
            *own.not_understood.entry(call).or_default() += times;
        }
    }

    fn add(&mut self, past: Past) {
        let key = (
            past.action.as_str().into(),
            past.resource.as_str().into(),
            past.region.as_deref().unwrap_or_default().into(),
        );
        if let Some(known) = self.requests.get_mut(&key) {
            known.count += past.count;
        } else if self.requests.len() < MAX_REQUESTS {
            self.requests.insert(key, past);
        } else {
            self.left_out += 1;
        }
    }

    fn count(&mut self, record: &Record<'_>, outcome: Outcome) {
        let time = record.time();
        let first = self.history.first.unwrap_or(time);
        self.history.first = Some(first.min(time));
        self.history.last = self.history.last.max(Some(time));
        *self.history.calls.entry(outcome).or_default() += 1;
    }

    fn take(&mut self, call: &Call) {
        for need in &call.needs {
            self.add(past(call, need));
        }
    }

    fn not_understood(&mut self, record: &Record<'_>) {
        let told = &mut self.history.not_understood;
        let call = format!("{}:{}", record.event_source(), record.event_name());
        let call = if told.contains_key(&call) || told.len() < MAX_UNKNOWN {
            call
        } else {
            "others".to_owned()
        };
        *told.entry(call).or_default() += 1;
    }
}

/// What a call needed, as a request.
fn past(call: &Call, need: &Need) -> Past {
    Past {
        principal: call.principal.clone(),
        action: need.action.clone(),
        resource: need.resource.clone(),
        context: need.context.clone(),
        // What a service checks on the side, it need not check with the region.
        region: (!call.region.is_empty() && !need.implied).then(|| call.region.to_string()),
        count: 1,
    }
}

/// Collects the deeds of one principal.
pub struct DeedsOf<'a, S: Seen> {
    mapper: &'a Mapper<'a>,
    who: &'a Who,
    gate: Gate<'a, S>,
    deeds: Deeds,
}

impl<'a, S: Seen> DeedsOf<'a, S> {
    /// A collector that has seen nothing yet.
    pub fn new(mapper: &'a Mapper<'a>, who: &'a Who, seen: &'a S, range: TimeRange) -> Self {
        Self {
            mapper,
            who,
            gate: Gate::new(seen, range),
            deeds: Deeds::default(),
        }
    }

    /// Says of which source the next records are.
    pub fn begin(&mut self, name: &str) {
        name.clone_into(&mut self.gate.source);
    }

    /// The coverage so far, for what the reading itself has to tell.
    pub fn coverage_mut(&mut self) -> &mut Coverage {
        &mut self.gate.coverage
    }

    /// What was collected. Requests that did not fit are a failure.
    pub fn finish(mut self) -> (Deeds, Coverage) {
        if self.deeds.left_out > 0 {
            let told = format!("{} distinct requests", self.deeds.left_out);
            self.gate
                .fail(None, FailureReason::LimitReached, Some(&told));
        }
        (self.deeds, self.gate.coverage)
    }
}

impl<S: Seen> Sink for DeedsOf<'_, S> {
    fn record(&mut self, record: &Record<'_>) {
        if !self.gate.lets_in(record) || actor(record).as_ref() != Some(self.who) {
            return;
        }
        let outcome = record.outcome();
        let mapped = self.mapper.map(record);
        if matches!(mapped, Err(WhyUnmapped::NotARequest)) {
            return;
        }
        self.deeds.count(record, outcome);
        // What may have succeeded must not be taken away.
        if !matches!(outcome, Outcome::Succeeded | Outcome::Unknown) {
            return;
        }
        match mapped {
            Ok(call) => self.deeds.take(&call),
            Err(_) => self.deeds.not_understood(record),
        }
    }

    fn skipped(&mut self, offset: u64, why: SkipReason) {
        self.gate.skip(offset, why);
    }

    fn failed(&mut self, offset: u64, why: FailureReason, detail: Option<&str>) {
        self.gate.fail(Some(offset), why, detail);
    }

    fn form(&mut self, form: InputForm) {
        *self.gate.coverage.forms.entry(form).or_default() += 1;
    }
}

/// Collects which actions every principal used.
pub struct UsageOf<'a, S: Seen> {
    reference: &'a Reference,
    gate: Gate<'a, S>,
    usage: Usage,
}

impl<'a, S: Seen> UsageOf<'a, S> {
    /// A collector that has seen nothing yet.
    pub fn new(reference: &'a Reference, seen: &'a S, range: TimeRange) -> Self {
        Self {
            reference,
            gate: Gate::new(seen, range),
            usage: Usage::default(),
        }
    }

    /// Says of which source the next records are.
    pub fn begin(&mut self, name: &str) {
        name.clone_into(&mut self.gate.source);
    }

    /// The coverage so far, for what the reading itself has to tell.
    pub fn coverage_mut(&mut self) -> &mut Coverage {
        &mut self.gate.coverage
    }

    /// What was collected.
    pub fn finish(self) -> (Usage, Coverage) {
        (self.usage, self.gate.coverage)
    }

    fn note(&mut self, record: &Record<'_>, who: &Who) {
        let time = record.time();
        let meaning = self
            .reference
            .meaning(&record.event_source(), &record.event_name());
        match meaning {
            Meaning::Actions(actions) => {
                for action in actions {
                    self.usage.note(who, &action, time, 1);
                }
            }
            Meaning::Request { action, .. } => self.usage.note(who, &action, time, 1),
            // The principal acted, whatever it was.
            Meaning::UnknownService | Meaning::UnknownCall => {
                let source = record.event_source();
                let service = source.split('.').next().unwrap_or_default();
                let action = format!("{service}:{}", record.event_name());
                self.usage.note(who, &action, time, 1);
            }
        }
    }
}

impl<S: Seen> Sink for UsageOf<'_, S> {
    fn record(&mut self, record: &Record<'_>) {
        if !self.gate.lets_in(record) {
            return;
        }
        self.usage.see(record.time());
        let succeeded = matches!(record.outcome(), Outcome::Succeeded | Outcome::Unknown);
        if let Some(who) = actor(record).filter(|_| succeeded) {
            self.note(record, &who);
        }
    }

    fn skipped(&mut self, offset: u64, why: SkipReason) {
        self.gate.skip(offset, why);
    }

    fn failed(&mut self, offset: u64, why: FailureReason, detail: Option<&str>) {
        self.gate.fail(Some(offset), why, detail);
    }

    fn form(&mut self, form: InputForm) {
        *self.gate.coverage.forms.entry(form).or_default() += 1;
    }
}
