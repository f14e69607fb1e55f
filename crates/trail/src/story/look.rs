//! The second look: every call of an incident's identities, what these calls
//! touched, and what became of it later. Only the sources that can hold any of
//! it are read again, so that the first look may forget.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use ahash::RandomState;
use gardefou_finding::{
    EventRef, FailureReason, InputForm, Outcome, Position, ResourceAction, SkipReason, Timestamp,
    Untrusted,
};
use serde_json::Value;

use crate::decode::{Field, Record, Sink};
use crate::facts::Place;
use crate::resource::{self, SecretRead, Touch};
use crate::rules::{Matcher, RuleIndex, RuleSet};
use crate::scan::{Call, Seen, agent_of, fingerprint, key_of, network_of, targets};

/// Sources that are read again only to show the events of quiet findings.
const MAX_QUIET_SOURCES: usize = 40;
/// Calls kept one by one for each incident; further ones are only counted.
const MAX_ROWS: usize = 20_000;
/// Touched resources kept for each incident, and of others all together.
const MAX_TOUCHED: usize = 20_000;
/// See [`MAX_TOUCHED`].
const MAX_OTHERS: usize = 100_000;
/// Addresses, agents and regions counted for each incident.
const MAX_ORIGINS: usize = 2_000;

/// When and from where a credential's calls belong to an incident.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    pub(crate) incident: usize,
    pub(crate) identity: usize,
    /// Networks and client families; `None`: any.
    pub(crate) origins: Option<HashSet<(String, String)>>,
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
}

/// What the second look is to find.
#[derive(Clone, Debug, Default)]
pub struct Focus {
    windows: HashMap<String, Vec<Window>, RandomState>,
    places: HashMap<u32, BTreeSet<(u64, u32)>>,
    /// Places of trust policies.
    trusts: HashSet<Place>,
    /// Places worth a look, but hardly a source of their own.
    quiet: BTreeMap<u32, BTreeSet<(u64, u32)>>,
    earliest: Option<Timestamp>,
    /// Before this only places are sought.
    starts: Option<Timestamp>,
    sources: BTreeSet<u32>,
}

impl Focus {
    pub(crate) fn add_window(&mut self, key: String, window: Window) {
        self.windows.entry(key).or_default().push(window);
    }

    pub(crate) fn add_incident(&mut self, starts: Timestamp) {
        self.earliest = Some(
            self.earliest
                .map_or(starts, |earliest| earliest.min(starts)),
        );
    }

    pub(crate) fn add_place(&mut self, place: Place) {
        self.places
            .entry(place.source)
            .or_default()
            .insert((place.offset, place.record));
    }

    /// A place where a trust policy is written that is to be told.
    pub(crate) fn add_trust(&mut self, place: Place) {
        self.add_place(place);
        self.trusts.insert(place);
    }

    /// A place of a finding that is neither grave nor part of an incident.
    pub(crate) fn add_quiet_place(&mut self, place: Place) {
        self.quiet
            .entry(place.source)
            .or_default()
            .insert((place.offset, place.record));
    }

    /// Chooses the sources that can hold something sought: from an incident's
    /// start to the end of the archive, since what became of its resources
    /// counts too.
    pub(crate) fn choose_sources(&mut self, spans: &BTreeMap<u32, (Timestamp, Timestamp)>) {
        self.sources.extend(self.places.keys());
        let from = self
            .windows
            .values()
            .flatten()
            .map(|window| window.from)
            .chain(self.earliest)
            .min();
        self.starts = from;
        if let Some(from) = from {
            self.sources.extend(
                spans
                    .iter()
                    .filter(|(_, (_, last))| *last >= from)
                    .map(|(source, _)| *source),
            );
        }
        self.choose_quiet_sources();
    }

    /// Quiet places are read where their source is read anyhow, and in a few
    /// more sources: those with the most of them, then the first.
    fn choose_quiet_sources(&mut self) {
        let mut quiet: Vec<_> = std::mem::take(&mut self.quiet).into_iter().collect();
        quiet.sort_by_key(|(source, places)| (std::cmp::Reverse(places.len()), *source));
        let mut left = MAX_QUIET_SOURCES;
        for (source, places) in quiet {
            if !self.sources.contains(&source) {
                if left == 0 {
                    continue;
                }
                left -= 1;
                self.sources.insert(source);
            }
            self.places.entry(source).or_default().extend(places);
        }
    }

    /// The incident and the identity in it that a record belongs to, each by
    /// its number; of several, the first.
    pub fn member(&self, record: &Record<'_>) -> Option<(usize, usize)> {
        if self.starts.is_none_or(|starts| record.time() < starts) {
            return None;
        }
        let call = Call::of(record);
        let windows = self.windows.get(key_of(&call, record).as_ref())?;
        let window = windows.iter().find(|window| holds(window, &call))?;
        Some((window.incident, window.identity))
    }

    /// Numbers of the sources to read again, in order of listing.
    pub fn sources(&self) -> &BTreeSet<u32> {
        &self.sources
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }
}

/// One call inside an incident.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) identity: usize,
    pub(crate) event: EventRef,
    pub(crate) place: Place,
    /// Detections that match it.
    pub(crate) rules: Vec<RuleIndex>,
}

/// Resources touched by one call.
#[derive(Clone, Debug)]
pub(crate) struct Touched {
    pub(crate) identity: usize,
    pub(crate) account: String,
    pub(crate) event: EventRef,
    pub(crate) touches: Vec<Touch>,
    pub(crate) secrets: Vec<SecretRead>,
}

/// Everything of one incident.
#[derive(Clone, Debug, Default)]
pub(crate) struct Collected {
    pub(crate) rows: BTreeMap<(Timestamp, u64), Row>,
    pub(crate) rows_left_out: u64,
    pub(crate) touched: BTreeMap<(Timestamp, u64), Touched>,
    pub(crate) touched_left_out: u64,
    pub(crate) calls: BTreeMap<(usize, Outcome), u64>,
    pub(crate) seen: BTreeMap<usize, (Timestamp, Timestamp)>,
    pub(crate) addresses: BTreeMap<String, u64>,
    pub(crate) agents: BTreeMap<String, u64>,
    pub(crate) regions: BTreeMap<String, u64>,
}

/// What the second look found.
#[derive(Clone, Debug, Default)]
pub struct Details {
    pub(crate) incidents: BTreeMap<usize, Collected>,
    /// What others did, after an incident's start, to resources that it may
    /// have touched.
    pub(crate) others: BTreeMap<(Timestamp, u64), Touched>,
    pub(crate) others_left_out: u64,
    pub(crate) resolved: HashMap<Place, EventRef>,
    pub(crate) trusts: HashMap<Place, Value>,
}

impl Details {
    /// Adds what another worker found.
    pub fn merge(&mut self, other: Self) {
        for (incident, collected) in other.incidents {
            self.incidents.entry(incident).or_default().merge(collected);
        }
        for (key, touched) in other.others {
            keep_first(&mut self.others, key, touched);
        }
        self.others_left_out += other.others_left_out;
        while self.others.len() > MAX_OTHERS {
            self.others.pop_last();
            self.others_left_out += 1;
        }
        self.resolved.extend(other.resolved);
        self.trusts.extend(other.trusts);
    }
}

impl Collected {
    fn merge(&mut self, other: Self) {
        for (key, row) in other.rows {
            self.add_row(key, row);
        }
        for (key, touched) in other.touched {
            self.add_touched(key, touched);
        }
        self.rows_left_out += other.rows_left_out;
        self.touched_left_out += other.touched_left_out;
        for (key, count) in other.calls {
            *self.calls.entry(key).or_default() += count;
        }
        for (identity, (first, last)) in other.seen {
            self.see(identity, first, last);
        }
        for (mine, theirs) in [
            (&mut self.addresses, other.addresses),
            (&mut self.agents, other.agents),
            (&mut self.regions, other.regions),
        ] {
            theirs
                .into_iter()
                .for_each(|(text, count)| *mine.entry(text).or_default() += count);
        }
    }

    fn see(&mut self, identity: usize, first: Timestamp, last: Timestamp) {
        let span = self.seen.entry(identity).or_insert((first, last));
        *span = (span.0.min(first), span.1.max(last));
    }

    /// Keeps the earliest rows, and of duplicates the one in the first place.
    fn add_row(&mut self, key: (Timestamp, u64), row: Row) {
        match self.rows.get_mut(&key) {
            Some(known) if row.place < known.place => *known = row,
            Some(_) => {}
            None => {
                self.rows.insert(key, row);
                if self.rows.len() > MAX_ROWS {
                    self.rows.pop_last();
                    self.rows_left_out += 1;
                }
            }
        }
    }

    fn add_touched(&mut self, key: (Timestamp, u64), touched: Touched) {
        keep_first(&mut self.touched, key, touched);
        if self.touched.len() > MAX_TOUCHED {
            self.touched.pop_last();
            self.touched_left_out += 1;
        }
    }

    fn count(&mut self, identity: usize, call: &Call<'_>) {
        *self.calls.entry((identity, call.outcome)).or_default() += 1;
        self.see(identity, call.time, call.time);
        add_count(&mut self.addresses, &call.source_ip);
        add_count(&mut self.agents, &call.user_agent);
        add_count(&mut self.regions, &call.region);
    }
}

/// Keeps a call's touches; of duplicate deliveries the one in the first place.
fn keep_first(
    kept: &mut BTreeMap<(Timestamp, u64), Touched>,
    key: (Timestamp, u64),
    touched: Touched,
) {
    match kept.get_mut(&key) {
        Some(known) if touched.event.position < known.event.position => *known = touched,
        Some(_) => {}
        None => {
            kept.insert(key, touched);
        }
    }
}

fn add_count(counts: &mut BTreeMap<String, u64>, text: &str) {
    if let Some(count) = counts.get_mut(text) {
        *count += 1;
    } else if counts.len() < MAX_ORIGINS && !text.is_empty() {
        counts.insert(text.to_owned(), 1);
    }
}

/// Collects [`Details`]. One for each worker.
pub struct SecondLook<'a, S: Seen> {
    matcher: Matcher<'a>,
    focus: &'a Focus,
    seen: &'a S,
    details: Details,
    buffer: Vec<u8>,
    source: u32,
    source_name: String,
}

impl<'a, S: Seen> SecondLook<'a, S> {
    /// A look that has found nothing yet.
    pub fn new(rules: &'a RuleSet, focus: &'a Focus, seen: &'a S) -> Self {
        Self {
            matcher: Matcher::new(rules),
            focus,
            seen,
            details: Details::default(),
            buffer: Vec::new(),
            source: 0,
            source_name: String::new(),
        }
    }

    /// Says of which source the next records are.
    pub fn begin(&mut self, number: u32, name: &str) {
        self.source = number;
        name.clone_into(&mut self.source_name);
    }

    /// What was found.
    pub fn finish(self) -> Details {
        self.details
    }

    fn see(&mut self, record: &Record<'_>) {
        let place = Place::of(self.source, record);
        self.resolve(record, place);
        if self
            .focus
            .starts
            .is_none_or(|starts| record.time() < starts)
        {
            return;
        }
        let call = Call::of(record);
        let key = key_of(&call, record);
        let focus = self.focus;
        let windows = focus
            .windows
            .get(key.as_ref())
            .map_or(&[][..], |windows| windows);
        let inside: Vec<&Window> = windows
            .iter()
            .filter(|window| holds(window, &call))
            .collect();
        if inside.is_empty() {
            if focus.earliest.is_some_and(|earliest| call.time >= earliest) {
                self.other(&call, record, place);
            }
            return;
        }
        let event = fingerprint(&mut self.buffer, &call, record);
        let is_first = self.seen.is_first(event);
        for window in inside {
            self.member(window, &call, record, place, event, is_first);
        }
    }

    fn resolve(&mut self, record: &Record<'_>, place: Place) {
        let sought = self.focus.places.get(&self.source);
        if sought.is_some_and(|places| places.contains(&(place.offset, place.record))) {
            let event = self.event(&Call::of(record), record, place);
            self.details.resolved.insert(place, event);
        }
        if self.focus.trusts.contains(&place)
            && let Some(request) = record.parsed(Field::RequestParameters)
            && let Some(document) = resource::trust_document(&request)
        {
            self.details.trusts.insert(place, document);
        }
    }

    fn member(
        &mut self,
        window: &Window,
        call: &Call<'_>,
        record: &Record<'_>,
        place: Place,
        event: u64,
        is_first: bool,
    ) {
        let reference = self.event(call, record, place);
        let touched = touched(call, record, window.identity, &reference);
        let rules = self.matched(call, record);
        let collected = self.details.incidents.entry(window.incident).or_default();
        if is_first {
            collected.count(window.identity, call);
        }
        let row = Row {
            identity: window.identity,
            event: reference,
            place,
            rules,
        };
        collected.add_row((call.time, event), row);
        if let Some(touched) = touched {
            collected.add_touched((call.time, event), touched);
        }
    }

    fn matched(&mut self, call: &Call<'_>, record: &Record<'_>) -> Vec<RuleIndex> {
        let mut matched = Vec::new();
        self.matcher
            .matches(&call.signature(), record, &mut matched);
        matched
    }

    /// What others did to resources: changes and deletions by anyone, and what
    /// services made on somebody's behalf.
    fn other(&mut self, call: &Call<'_>, record: &Record<'_>, place: Place) {
        if call.outcome != Outcome::Succeeded || !resource::is_notable(&call.source, &call.name) {
            return;
        }
        let reference = self.event(call, record, place);
        let Some(mut touched) = touched(call, record, usize::MAX, &reference) else {
            return;
        };
        touched
            .touches
            .retain(|touch| touch.action != ResourceAction::Created || touch.owner.is_some());
        if touched.touches.is_empty() {
            return;
        }
        let event = fingerprint(&mut self.buffer, call, record);
        keep_first(&mut self.details.others, (call.time, event), touched);
        if self.details.others.len() > MAX_OTHERS {
            self.details.others.pop_last();
            self.details.others_left_out += 1;
        }
    }

    fn event(&self, call: &Call<'_>, record: &Record<'_>, place: Place) -> EventRef {
        let mut event = event(call, record, &self.source_name);
        event.position.record = u64::from(place.record);
        event
    }
}

/// A record of a source as evidence.
pub fn event_ref(record: &Record<'_>, source: &str) -> EventRef {
    event(&Call::of(record), record, source)
}

fn event(call: &Call<'_>, record: &Record<'_>, source: &str) -> EventRef {
    let text = |text: &Cow<'_, str>| Untrusted::new(text.as_ref());
    EventRef {
        time: call.time,
        event_id: text(&call.event_id),
        service: text(&call.source),
        call: text(&call.name),
        outcome: call.outcome,
        error: call.error.as_ref().map(text),
        region: text(&call.region),
        source_ip: text(&call.source_ip),
        user_agent: text(&call.user_agent),
        targets: targets(record)
            .iter()
            .map(|t| Untrusted::new(t.as_ref()))
            .collect(),
        position: Position {
            source: Untrusted::new(source),
            offset: record.offset(),
            record: record.ordinal(),
        },
    }
}

fn holds(window: &Window, call: &Call<'_>) -> bool {
    if call.time < window.from || call.time > window.until {
        return false;
    }
    window.origins.as_ref().is_none_or(|origins| {
        origins.contains(&(network_of(&call.source_ip), agent_of(&call.user_agent)))
    })
}

fn touched(
    call: &Call<'_>,
    record: &Record<'_>,
    identity: usize,
    event: &EventRef,
) -> Option<Touched> {
    let notable = resource::is_notable(&call.source, &call.name);
    let secret = resource::is_secret_read(&call.source, &call.name);
    if call.outcome != Outcome::Succeeded || !(notable || secret) {
        return None;
    }
    let request = record.parsed(Field::RequestParameters);
    let response = record.parsed(Field::ResponseElements);
    let account = (!call.recipient.is_empty()).then_some(call.recipient.as_ref());
    let looked_at = resource::Call {
        service: &call.source,
        name: &call.name,
        region: &call.region,
        account,
        request: request.as_ref(),
        response: response.as_ref(),
        outcome: call.outcome,
        time: call.time,
    };
    let touches = resource::touches(&looked_at).touches;
    let secrets = if secret {
        resource::secrets_read(&looked_at)
    } else {
        Vec::new()
    };
    (!touches.is_empty() || !secrets.is_empty()).then(|| Touched {
        identity,
        account: account.unwrap_or_default().to_owned(),
        event: event.clone(),
        touches,
        secrets,
    })
}

impl<S: Seen> Sink for SecondLook<'_, S> {
    fn record(&mut self, record: &Record<'_>) {
        self.see(record);
    }

    // The first look has told what cannot be read.
    fn skipped(&mut self, _: u64, _: SkipReason) {}

    fn failed(&mut self, _: u64, _: FailureReason, _: Option<&str>) {}

    fn form(&mut self, _: InputForm) {}
}
