//! The first look: every record becomes facts, and is then forgotten.

use std::collections::HashMap;

use ahash::RandomState;
use gardefou_finding::{
    Coverage, Failure, FailureReason, InputForm, Severity, Skip, SkipReason, Timestamp, Untrusted,
};

use super::grants::{gives_identity, grants};
use super::identity::{key_of, who};
use super::memo::{Lesson, Memo};
use super::origin;
use super::{Call, Seen, targets};
use crate::decode::{Field, Record, Sink};
use crate::digest::digest;
use crate::facts::{
    ActionClass, Credential, Evidence, Facts, Grant, MatchKey, Place, SeenCall, Shape, Sighting,
    Span, Symbol, Symbols,
};
use crate::rules::{Decision, Matcher, RuleIndex, RuleSet, values};

/// Distinct addresses and user agents whose coarse form is remembered.
const MAX_COARSE: usize = 50_000;
/// Matches of correlated detections kept by one worker; what goes beyond is
/// told as a failure, not silently left out.
const MAX_CORRELATION_FACTS: usize = 4_000_000;

/// Pieces of evidence kept where a rule is of severity medium or above.
const MAX_EVIDENCE: usize = 20;
/// The same below medium: such rules match much and are read little.
const MAX_QUIET_EVIDENCE: usize = 3;

/// Which events are looked at.
#[derive(Clone, Copy, Debug, Default)]
pub struct TimeRange {
    /// First moment, inclusive.
    pub since: Option<Timestamp>,
    /// Last moment, exclusive.
    pub until: Option<Timestamp>,
}

impl TimeRange {
    /// Whether a time is within.
    pub fn holds(&self, time: Timestamp) -> bool {
        self.since.is_none_or(|since| time >= since) && self.until.is_none_or(|until| time < until)
    }
}

/// Turns records into [`Facts`]. One for each worker.
pub struct Scanner<'a, S: Seen> {
    rules: &'a RuleSet,
    seen: &'a S,
    range: TimeRange,
    facts: Facts,
    coverage: Coverage,
    matcher: Matcher<'a>,
    matched: Vec<RuleIndex>,
    buffer: Vec<u8>,
    memo: Memo,
    networks: Coarse,
    agents: Coarse,
    source: u32,
    source_name: String,
    /// First and last event of the source so far.
    times: Option<(Timestamp, Timestamp)>,
}

impl<'a, S: Seen> Scanner<'a, S> {
    /// A scanner without facts yet.
    pub fn new(rules: &'a RuleSet, seen: &'a S, range: TimeRange) -> Self {
        Self {
            rules,
            seen,
            range,
            facts: Facts::default(),
            coverage: Coverage::default(),
            matcher: Matcher::new(rules),
            matched: Vec::new(),
            buffer: Vec::new(),
            memo: Memo::default(),
            networks: Coarse::default(),
            agents: Coarse::default(),
            source: 0,
            source_name: String::new(),
            times: None,
        }
    }

    /// The same, remembering so many callers and kinds of calls at once.
    #[cfg(test)]
    pub(super) fn remembering(mut self, room: usize) -> Self {
        self.memo = Memo::with_room(room);
        self
    }

    /// Says of which source the next records are: its number in the order of
    /// listing, and its name.
    pub fn begin(&mut self, number: u32, name: &str) {
        self.settle_times();
        self.source = number;
        name.clone_into(&mut self.source_name);
    }

    /// What was found.
    pub fn finish(mut self) -> (Facts, Coverage) {
        self.settle_times();
        self.memo.settle(&mut self.facts);
        (self.facts, self.coverage)
    }

    fn settle_times(&mut self) {
        if let Some((first, last)) = self.times.take() {
            self.facts.see_time(self.source, first);
            self.facts.see_time(self.source, last);
        }
    }

    /// The coverage so far, for what the reading itself has to tell.
    pub fn coverage_mut(&mut self) -> &mut Coverage {
        &mut self.coverage
    }

    fn see(&mut self, record: &Record<'_>) {
        let call = Call::of(record);
        if !self.range.holds(call.time) {
            self.skip(None, SkipReason::OutsideTimeRange);
            return;
        }
        let event = fingerprint(&mut self.buffer, &call, record);
        let is_first = self.seen.is_first(event);
        if is_first {
            self.coverage.events_read += 1;
            self.facts.events += 1;
            let (first, last) = self.times.unwrap_or((call.time, call.time));
            self.times = Some((first.min(call.time), last.max(call.time)));
        } else {
            self.skip(Some(record.offset()), SkipReason::DuplicateDelivery);
        }
        let place = Place::of(self.source, record);
        let (key, decision) = match self.memo.recall(record, is_first) {
            Some((actor, decision)) => (actor, Some(decision)),
            None => self.work_out(&call, record, is_first),
        };
        let context = Context {
            event,
            place,
            key,
            is_first,
        };
        self.match_rules(&call, record, decision, &context);
        if gives_identity(&call) {
            self.grant(&call, record, place, key);
        }
    }

    /// Counts a call that is like none before, and remembers what was worked
    /// out for those like it that come.
    fn work_out(
        &mut self,
        call: &Call<'_>,
        record: &Record<'_>,
        is_first: bool,
    ) -> (Actor, Option<Decision>) {
        let actor = self.actor(call, record);
        let decision = self.matcher.decide(&call.signature(), record);
        if !is_first {
            return (actor, decision);
        }
        let counted = self.count(call, record, actor);
        if let Some(((principal, seen), decision)) = counted.zip(decision) {
            let lesson = Lesson {
                actor,
                principal,
                seen,
                decision,
            };
            let matcher = &mut self.matcher;
            let classes = || matcher.caller(record);
            self.memo.learn(&mut self.facts, record, &lesson, classes);
        }
        (actor, decision)
    }

    /// Who calls, from where, with what; described where the credential is new.
    fn actor(&mut self, call: &Call<'_>, record: &Record<'_>) -> Actor {
        let credential = self.facts.symbols.intern(&key_of(call, record));
        let network = self
            .networks
            .of(&call.source_ip, &mut self.facts.symbols, origin::network);
        let agent = self
            .agents
            .of(&call.user_agent, &mut self.facts.symbols, origin::agent);
        let actor = Actor {
            credential,
            network,
            agent,
        };
        let known = self.facts.credentials.get(&credential);
        // A description comes from the credential's earliest call, so that the
        // order of reading does not matter.
        if known.is_none_or(|known| call.time <= known.span.first) {
            self.describe(call, record, credential);
        }
        actor
    }

    /// Counts the call for its credential and principal: which, and as what.
    fn count(
        &mut self,
        call: &Call<'_>,
        record: &Record<'_>,
        actor: Actor,
    ) -> Option<(Symbol, SeenCall)> {
        Facts::see_place(&mut self.facts.accounts, &call.recipient);
        Facts::see_place(&mut self.facts.regions, &call.region);
        let known = self.facts.credentials.get_mut(&actor.credential)?;
        let span = Span {
            first: call.time,
            last: call.time,
            calls: 1,
        };
        known.span = known.span.joined(&span);
        let principal = known.principal;
        let seen = SeenCall {
            time: call.time,
            network: actor.network,
            agent: actor.agent,
            region: self.facts.symbols.intern(&call.region),
            service: self.facts.symbols.intern(&call.source),
            action: action(call, record),
        };
        self.facts.see_principal(principal, &seen);
        Some((principal, seen))
    }

    fn describe(&mut self, call: &Call<'_>, record: &Record<'_>, credential: Symbol) {
        let who = who(call, record);
        let symbols = &mut self.facts.symbols;
        let description = Credential {
            kind: who.kind,
            principal: symbols.intern(&who.principal),
            session: symbols.intern(&who.session),
            arn: symbols.intern(&call.arn),
            name: symbols.intern(&who.name),
            account: symbols.intern(&who.account),
            mfa: record.mfa_authenticated() == Some(true),
            span: Span {
                first: call.time,
                last: call.time,
                calls: 0,
            },
        };
        let principal = description.principal;
        let known = self.facts.credentials.get(&credential);
        if known.is_some_and(|known| known.principal != principal) {
            // Perhaps its calls are another principal's from now on.
            self.memo.settle(&mut self.facts);
        }
        self.facts.merge_credential(credential, description);
    }

    fn match_rules(
        &mut self,
        call: &Call<'_>,
        record: &Record<'_>,
        decision: Option<Decision>,
        context: &Context,
    ) {
        let is_decided = decision
            .is_some_and(|decision| self.matcher.apply(decision, record, &mut self.matched));
        if !is_decided {
            self.matcher
                .matches(&call.signature(), record, &mut self.matched);
        }
        if self.matched.is_empty() {
            return;
        }
        let matched = std::mem::take(&mut self.matched);
        for rule in &matched {
            self.take_match(*rule, call, record, context);
        }
        self.matched = matched;
    }

    fn take_match(
        &mut self,
        rule: RuleIndex,
        call: &Call<'_>,
        record: &Record<'_>,
        context: &Context,
    ) {
        if context.is_first {
            *self.facts.rule_matches.entry(rule).or_default() += 1;
        }
        let Actor {
            credential,
            network,
            agent,
        } = context.key;
        let key = MatchKey {
            rule,
            credential,
            network,
            agent,
        };
        if let Some(fields) = self.rules.correlation_fields(rule) {
            if self.facts.correlation.len() < MAX_CORRELATION_FACTS {
                let shape = Shape {
                    key,
                    outcome: call.outcome,
                    values: &values(fields, record, &mut self.facts.symbols),
                };
                self.facts
                    .correlation
                    .push(call.time, context.event, context.place, shape);
            } else {
                self.fail(
                    context.place.offset,
                    FailureReason::LimitReached,
                    Some("correlation"),
                );
            }
        }
        if let Some(meta) = self.rules.meta(rule).filter(|meta| meta.alerts) {
            let limit = evidence_limit(meta.severity);
            let sighting = Sighting {
                time: call.time,
                event: context.event,
                outcome: call.outcome,
                counts: context.is_first,
            };
            // Most matches of a noisy rule come after those that are kept.
            let Facts {
                matches, symbols, ..
            } = &mut self.facts;
            if matches.see(&key, &sighting, symbols) {
                let evidence = self.evidence(call, record, context);
                let Facts {
                    matches, symbols, ..
                } = &mut self.facts;
                matches.add(key, evidence, limit, context.is_first, symbols);
            }
        }
    }

    fn evidence(&mut self, call: &Call<'_>, record: &Record<'_>, context: &Context) -> Evidence {
        let symbols = &mut self.facts.symbols;
        Evidence {
            time: call.time,
            event: context.event,
            place: context.place,
            outcome: call.outcome,
            service: symbols.intern(&call.source),
            call: symbols.intern(&call.name),
            error: call.error.as_deref().map(|error| symbols.intern(error)),
            region: symbols.intern(&call.region),
            source_ip: symbols.intern(&call.source_ip),
            user_agent: symbols.intern(&call.user_agent),
            event_id: call.event_id.as_ref().into(),
            targets: targets(record),
        }
    }

    fn grant(&mut self, call: &Call<'_>, record: &Record<'_>, place: Place, actor: Actor) {
        for (kind, target) in grants(call, record) {
            let target = self.facts.symbols.intern(&target);
            let Actor {
                credential: from,
                network,
                agent,
            } = actor;
            let grant = Grant {
                time: call.time,
                from,
                kind,
                network,
                agent,
                place,
            };
            self.facts.grants.add(target, grant);
        }
    }

    fn skip(&mut self, offset: Option<u64>, reason: SkipReason) {
        // The name is copied only where the skip is listed, not for millions
        // of duplicates.
        let source = match reason {
            SkipReason::DuplicateDelivery | SkipReason::OutsideTimeRange => Untrusted::default(),
            _ => Untrusted::new(self.source_name.as_str()),
        };
        if reason == SkipReason::OutsideTimeRange {
            *self.coverage.skipped.entry(reason).or_default() += 1;
        } else {
            self.coverage.skip(Skip {
                source,
                offset,
                reason,
            });
        }
    }

    fn fail(&mut self, offset: u64, reason: FailureReason, detail: Option<&str>) {
        self.coverage.fail(Failure {
            source: Untrusted::new(self.source_name.as_str()),
            offset: Some(offset),
            reason,
            detail: detail.map(Untrusted::from),
        });
    }
}

impl<S: Seen> Sink for Scanner<'_, S> {
    fn record(&mut self, record: &Record<'_>) {
        self.see(record);
    }

    fn skipped(&mut self, offset: u64, reason: SkipReason) {
        self.skip(Some(offset), reason);
    }

    fn failed(&mut self, offset: u64, reason: FailureReason, detail: Option<&str>) {
        self.fail(offset, reason, detail);
    }

    fn form(&mut self, form: InputForm) {
        *self.coverage.forms.entry(form).or_default() += 1;
    }
}

/// Pieces of evidence kept for one credential, origin and rule.
fn evidence_limit(severity: Severity) -> usize {
    if severity >= Severity::Medium {
        MAX_EVIDENCE
    } else {
        MAX_QUIET_EVIDENCE
    }
}

/// Who a call is counted under.
#[derive(Clone, Copy, Debug)]
pub(super) struct Actor {
    pub(super) credential: Symbol,
    pub(super) network: Symbol,
    pub(super) agent: Symbol,
}

/// What a match needs to know beside the record.
struct Context {
    event: u64,
    place: Place,
    key: Actor,
    is_first: bool,
}

/// Coarse forms of texts, computed once for each text.
#[derive(Default)]
struct Coarse {
    known: HashMap<Box<str>, Symbol, RandomState>,
}

impl Coarse {
    fn of(
        &mut self,
        text: &str,
        symbols: &mut Symbols,
        coarsen: impl FnOnce(&str) -> String,
    ) -> Symbol {
        if let Some(known) = self.known.get(text) {
            return *known;
        }
        let symbol = symbols.intern(&coarsen(text));
        if self.known.len() < MAX_COARSE {
            self.known.insert(text.into(), symbol);
        }
        symbol
    }
}

/// What tells an event from every other and a duplicate delivery from a
/// different event with the same id: the id, who called what, when and from
/// where, and the shape of the record (white space and order do not matter).
pub(crate) fn fingerprint(buffer: &mut Vec<u8>, call: &Call<'_>, record: &Record<'_>) -> u64 {
    let shape = record.shape();
    let error = call.error.as_deref().unwrap_or_default();
    digest(
        buffer,
        [
            call.event_id.as_bytes(),
            call.source.as_bytes(),
            call.name.as_bytes(),
            call.region.as_bytes(),
            call.source_ip.as_bytes(),
            call.access_key.as_bytes(),
            call.arn.as_bytes(),
            error.as_bytes(),
            &call.time.seconds().to_le_bytes(),
            &shape.members.to_le_bytes(),
            &shape.bytes.to_le_bytes(),
        ],
    )
}

/// The fingerprint by which [`Seen`] tells duplicate deliveries of a record.
pub fn fingerprint_of(buffer: &mut Vec<u8>, record: &Record<'_>) -> u64 {
    fingerprint(buffer, &Call::of(record), record)
}

/// The coarse kind of a call.
fn action(call: &Call<'_>, record: &Record<'_>) -> ActionClass {
    let is_read = record.read_only() == Some(true) || is_read(&call.name);
    match call.source.as_ref() {
        "iam.amazonaws.com" | "organizations.amazonaws.com" | "sso.amazonaws.com" if !is_read => {
            ActionClass::Identity
        }
        _ if record.text(Field::EventCategory).as_deref() == Some("Data") => ActionClass::Data,
        _ if is_read => ActionClass::Read,
        _ => ActionClass::Write,
    }
}

fn is_read(name: &str) -> bool {
    ["Get", "List", "Describe", "Head", "Lookup", "BatchGet"]
        .iter()
        .any(|p| name.starts_with(p))
}
