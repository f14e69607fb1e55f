//! The decoder: bytes in chunks, whatever their form, to records.

use gardefou_finding::{FailureReason, InputForm, SkipReason};

use super::check;
use super::classify::{Class, classify};
use super::fields::Field;
use super::json;
use super::record::Record;
use super::resync::{BACK, Candidate, Skipper, candidate};
use super::scan::non_space;
use super::text::Text;
use super::walk::{self, LONGEST, Span, Stop, Walked};
use super::{Limits, Sink};

/// Reads one source: feed it the source's inflated bytes from the first to the
/// last. Its memory does not grow with the source.
#[derive(Debug)]
pub struct Decoder {
    limits: Limits,
    state: State,
    /// Offset of the first byte that the next `feed` gets.
    base: u64,
    /// Bytes below which the next `feed` need not try again.
    wait_for: usize,
    /// Whether damage was found, so that commas and brackets without their
    /// list are no new damage.
    damaged: bool,
    /// Bytes walked in vain while looking for the way back.
    wasted: u64,
    report: Report,
    walked: Walked,
    inner: Option<Box<Decoder>>,
}

/// What was said to the sink so far.
#[derive(Debug, Default)]
struct Report {
    /// Whether anything was.
    any: bool,
    /// Whether anything was CloudTrail's.
    recognised: bool,
    ordinal: u64,
    forms: Vec<InputForm>,
    /// Within an envelope's text: the envelope's offset.
    pinned: Option<u64>,
    /// Envelopes around the text that is read.
    envelopes: usize,
}

/// Totals of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The forms found, in order of appearance.
    pub forms: Vec<InputForm>,
    /// Records met: read, failed and skipped.
    pub records: u64,
    /// Bytes consumed.
    pub bytes: u64,
}

/// What is expected next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The first byte of the source.
    Start,
    /// A value, or the end of the source.
    Between,
    /// Something in a list: the top level's, or an envelope's.
    List(Option<Field>, Expect),
    /// The rest of an envelope after its list.
    Tail,
    /// The rest of a value that is not read.
    Skip(Skipping),
    /// The next record after damage.
    Lost(Lost),
}

/// What is expected next in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expect {
    ValueOrEnd,
    Value,
    CommaOrEnd,
}

/// The state after the value that is skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Between,
    List(Option<Field>),
    Tail,
}

impl Place {
    fn after(self) -> State {
        match self {
            Self::Between => State::Between,
            Self::List(list) => State::List(list, Expect::CommaOrEnd),
            Self::Tail => State::Tail,
        }
    }

    /// The form of a record that stands here without an envelope of its own.
    fn form(self) -> InputForm {
        match self {
            Self::List(None) => InputForm::Array,
            Self::List(Some(list)) => list.list_form().unwrap_or(InputForm::Records),
            Self::Between | Self::Tail => InputForm::Ndjson,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Skipping {
    skipper: Skipper,
    then: Place,
}

impl PartialEq for Skipping {
    fn eq(&self, other: &Self) -> bool {
        self.then == other.then
    }
}

impl Eq for Skipping {}

/// Where to look for the next record; offsets in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Lost {
    /// Nothing before is looked at.
    floor: u64,
    /// Where the search goes on.
    next: u64,
    /// Whether only whole and certain records count, because the damage may
    /// be no more than the end of the source.
    strict: bool,
}

/// The bytes of one `feed`.
struct Chunk<'b> {
    bytes: &'b [u8],
    text: Text<'b>,
    at: usize,
    last: bool,
}

impl Chunk<'_> {
    fn first(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }
}

/// Decodes a whole source that lies in memory.
pub fn decode(limits: Limits, bytes: &[u8], sink: &mut dyn Sink) -> Summary {
    let mut decoder = Decoder::new(limits);
    decoder.feed(bytes, true, sink);
    decoder.finish()
}

impl Decoder {
    /// A decoder at the beginning of a source.
    pub fn new(limits: Limits) -> Self {
        let limits = Limits {
            max_record: limits.max_record.min(LONGEST - 1),
            ..limits
        };
        Self {
            limits,
            state: State::Start,
            base: 0,
            wait_for: 0,
            damaged: false,
            wasted: 0,
            report: Report::default(),
            walked: Walked::default(),
            inner: None,
        }
    }

    /// Begins with another source, as a new decoder would, but remembers how
    /// records were written in those before, which saves time.
    pub fn begin(&mut self) {
        let walked = std::mem::take(&mut self.walked);
        *self = Self {
            walked,
            ..Self::new(self.limits)
        };
    }

    /// Reads the whole records that `bytes` holds and returns how many bytes
    /// are done with; the caller puts the rest in front of the next chunk.
    /// `last` says that nothing follows: then everything is consumed.
    ///
    /// A rest that holds no whole record is looked at again only when twice as
    /// many bytes have come, so that a caller may bring them in any portions.
    pub fn feed(&mut self, bytes: &[u8], last: bool, sink: &mut dyn Sink) -> usize {
        if !last && bytes.len() < self.wait_for {
            return 0;
        }
        self.wait_for = 0;
        let mut chunk = Chunk {
            bytes,
            text: Text::new(bytes),
            at: 0,
            last,
        };
        while self.step(&mut chunk, sink) {}
        if last {
            self.end(&chunk, sink);
            chunk.at = bytes.len();
        }
        self.base += chunk.at as u64;
        chunk.at
    }

    /// What the source was, after its last bytes have been fed.
    pub fn finish(self) -> Summary {
        Summary {
            forms: self.report.forms,
            records: self.report.ordinal,
            bytes: self.base,
        }
    }

    /// Goes one value or bracket further; whether there may be more to do with
    /// this chunk.
    fn step(&mut self, chunk: &mut Chunk<'_>, sink: &mut dyn Sink) -> bool {
        match self.state {
            State::Start => self.start(chunk),
            State::Between => self.between(chunk, sink),
            State::List(list, expect) => self.list(chunk, list, expect, sink),
            State::Tail => self.tail(chunk, sink),
            State::Skip(skipping) => self.skip(chunk, skipping),
            State::Lost(lost) => self.search(chunk, lost),
        }
    }

    /// Passes over a byte order mark.
    fn start(&mut self, chunk: &mut Chunk<'_>) -> bool {
        const MARK: &[u8] = b"\xef\xbb\xbf";
        if !chunk.last && chunk.bytes.len() < MARK.len() && MARK.starts_with(chunk.bytes) {
            return false;
        }
        if chunk.bytes.starts_with(MARK) {
            chunk.at = MARK.len();
        }
        self.state = State::Between;
        true
    }

    fn between(&mut self, chunk: &mut Chunk<'_>, sink: &mut dyn Sink) -> bool {
        chunk.at = non_space(chunk.bytes, chunk.at);
        match chunk.first() {
            None => false,
            Some(b'{') => self.object(chunk, Place::Between, sink),
            Some(b'[') => {
                chunk.at += 1;
                self.state = State::List(None, Expect::ValueOrEnd);
                true
            }
            Some(b',' | b']' | b'}') if self.damaged => {
                chunk.at += 1;
                true
            }
            Some(_) => self.other_value(chunk, Place::Between, sink),
        }
    }

    fn list(
        &mut self,
        chunk: &mut Chunk<'_>,
        list: Option<Field>,
        expect: Expect,
        sink: &mut dyn Sink,
    ) -> bool {
        chunk.at = non_space(chunk.bytes, chunk.at);
        let place = Place::List(list);
        match (chunk.first(), expect) {
            (None, _) => return false,
            (Some(b'{'), Expect::Value | Expect::ValueOrEnd) => {
                return self.object(chunk, place, sink);
            }
            (Some(b','), Expect::CommaOrEnd) => self.state = State::List(list, Expect::Value),
            (Some(b']'), Expect::CommaOrEnd | Expect::ValueOrEnd) => {
                if expect == Expect::ValueOrEnd {
                    self.report.form(place.form(), sink);
                }
                self.state = if list.is_some() {
                    State::Tail
                } else {
                    State::Between
                };
            }
            (Some(_), Expect::CommaOrEnd) => return self.bad(chunk, chunk.at, sink),
            (Some(_), _) => return self.other_value(chunk, place, sink),
        }
        chunk.at += 1;
        true
    }

    /// One more member of an envelope, or its end.
    fn tail(&mut self, chunk: &mut Chunk<'_>, sink: &mut dyn Sink) -> bool {
        chunk.at = non_space(chunk.bytes, chunk.at);
        match chunk.first() {
            None => false,
            Some(b'}') => {
                chunk.at += 1;
                self.state = State::Between;
                true
            }
            Some(b',') => self.tail_member(chunk, sink),
            Some(_) => self.bad(chunk, chunk.at, sink),
        }
    }

    fn tail_member(&mut self, chunk: &mut Chunk<'_>, sink: &mut dyn Sink) -> bool {
        let bytes = self.window(chunk);
        let (key, at) = match walk::member(bytes, non_space(bytes, 1)) {
            Ok(found) => found,
            Err(stop) => return self.stopped(chunk, stop, Place::Tail, 0, sink),
        };
        let name = bytes
            .get(key.range())
            .and_then(|key| std::str::from_utf8(key).ok());
        let list = name
            .and_then(walk::top_level_field)
            .filter(|field| field.is_list());
        if let (Some(_), Some(b'[')) = (list, bytes.get(at)) {
            self.report
                .failed(self.base, chunk.at, FailureReason::DuplicateKey, name, sink);
            chunk.at += at + 1;
            self.state = State::List(list, Expect::ValueOrEnd);
            return true;
        }
        match walk::value(bytes, at, self.limits.max_depth, false, &mut self.walked) {
            Ok(end) if end <= self.limits.max_record => {
                self.check_text(chunk, end, sink);
                chunk.at += end;
                true
            }
            Ok(_) => self.too_large(chunk, Place::Tail, at, sink),
            Err(stop) => self.stopped(chunk, stop, Place::Tail, at, sink),
        }
    }

    /// The bytes of the value at hand, one more than a record may have.
    fn window<'b>(&self, chunk: &Chunk<'b>) -> &'b [u8] {
        let rest = chunk.bytes.get(chunk.at..).unwrap_or_default();
        rest.get(..=self.limits.max_record).unwrap_or(rest)
    }

    /// The object at hand: a record or an envelope.
    fn object(&mut self, chunk: &mut Chunk<'_>, place: Place, sink: &mut dyn Sink) -> bool {
        let window = self.window(chunk);
        let envelopes = place == Place::Between;
        match walk::object(window, self.limits.max_depth, envelopes, &mut self.walked) {
            Ok(end) if end <= self.limits.max_record => {
                let start = chunk.at;
                chunk.at += end;
                self.state = place.after();
                self.whole(chunk, start, place, sink);
                true
            }
            Ok(_) => self.too_large(chunk, place, 0, sink),
            Err(Stop::Envelope(list, inside)) => {
                self.check_text(chunk, inside, sink);
                if let Some(field) = self.walked.duplicate {
                    let name = Some(field.path());
                    self.report.failed(
                        self.base,
                        chunk.at,
                        FailureReason::DuplicateKey,
                        name,
                        sink,
                    );
                }
                chunk.at += inside;
                self.state = State::List(Some(list), Expect::ValueOrEnd);
                true
            }
            Err(stop) => self.stopped(chunk, stop, place, 0, sink),
        }
    }

    /// Says so where the next `length` bytes, which belong to an envelope, are
    /// not UTF-8.
    fn check_text(&mut self, chunk: &mut Chunk<'_>, length: usize, sink: &mut dyn Sink) {
        if chunk.text.get(chunk.at, chunk.at + length).is_none() {
            self.report
                .failed(self.base, chunk.at, FailureReason::BadUtf8, None, sink);
        }
    }

    /// A value that is no object: a record's text perhaps, else out of place.
    fn other_value(&mut self, chunk: &mut Chunk<'_>, place: Place, sink: &mut dyn Sink) -> bool {
        let window = self.window(chunk);
        let last = chunk.last && window.len() <= self.limits.max_record;
        let end = match walk::value(window, 0, self.limits.max_depth, last, &mut self.walked) {
            Ok(end) if end <= self.limits.max_record => end,
            Ok(_) => return self.too_large(chunk, place, 0, sink),
            Err(Stop::Bad(at)) if place == Place::Between && !self.report.any => {
                return self.no_json(chunk, at, sink);
            }
            Err(stop) => return self.stopped(chunk, stop, place, 0, sink),
        };
        let (start, offset) = (chunk.at, self.report.offset(self.base, chunk.at));
        chunk.at += end;
        self.state = place.after();
        let written = chunk.text.get(start, chunk.at);
        match (written, place) {
            (None, _) => self.report.fail(offset, FailureReason::BadUtf8, None, sink),
            (Some(text), Place::Between | Place::List(None)) if text.starts_with('"') => {
                self.text(text, place.form(), offset, sink);
            }
            (_, Place::Between) => {
                self.report
                    .fail(offset, FailureReason::NotCloudTrail, None, sink);
            }
            _ => {
                self.report.ordinal += 1;
                self.report
                    .fail(offset, FailureReason::WrongType, Some("record"), sink);
            }
        }
        true
    }

    /// The source begins with something that is no JSON.
    fn no_json(&mut self, chunk: &mut Chunk<'_>, at: usize, sink: &mut dyn Sink) -> bool {
        self.report.failed(
            self.base,
            chunk.at,
            FailureReason::NotCloudTrail,
            None,
            sink,
        );
        self.lose(chunk, at.max(1), false);
        true
    }

    /// A walk of the value at hand stopped; what the value is a part of began
    /// `inside` bytes before it.
    fn stopped(
        &mut self,
        chunk: &mut Chunk<'_>,
        stop: Stop,
        place: Place,
        inside: usize,
        sink: &mut dyn Sink,
    ) -> bool {
        match stop {
            Stop::Bad(at) => self.bad(chunk, chunk.at + at, sink),
            Stop::TooDeep(_) => {
                self.report
                    .failed(self.base, chunk.at, FailureReason::TooDeep, None, sink);
                self.skip_value(chunk, place, inside);
                true
            }
            _ if self.window(chunk).len() > self.limits.max_record => {
                self.too_large(chunk, place, inside, sink)
            }
            _ if chunk.last => {
                self.report.failed(
                    self.base,
                    chunk.at,
                    FailureReason::TruncatedJson,
                    None,
                    sink,
                );
                self.lose(chunk, 1, true);
                true
            }
            _ => {
                let rest = chunk.bytes.len() - chunk.at;
                self.wait_for = (rest * 2).min(self.limits.max_record + 1);
                false
            }
        }
    }

    fn too_large(
        &mut self,
        chunk: &mut Chunk<'_>,
        place: Place,
        inside: usize,
        sink: &mut dyn Sink,
    ) -> bool {
        self.report.failed(
            self.base,
            chunk.at,
            FailureReason::RecordTooLarge,
            None,
            sink,
        );
        self.skip_value(chunk, place, inside);
        true
    }

    fn skip_value(&mut self, chunk: &mut Chunk<'_>, place: Place, inside: usize) {
        self.report.ordinal += 1;
        chunk.at += inside;
        self.state = State::Skip(Skipping {
            skipper: Skipper::default(),
            then: place,
        });
    }

    fn skip(&mut self, chunk: &mut Chunk<'_>, mut skipping: Skipping) -> bool {
        match skipping.skipper.skip(chunk.bytes, chunk.at) {
            Some(end) => {
                chunk.at = end;
                self.state = skipping.then.after();
                true
            }
            None => {
                chunk.at = chunk.bytes.len();
                self.state = State::Skip(skipping);
                false
            }
        }
    }

    /// A syntax error at `error` in the value at hand.
    fn bad(&mut self, chunk: &mut Chunk<'_>, error: usize, sink: &mut dyn Sink) -> bool {
        let detail = match self.report.pinned {
            None => format!("syntax error at byte {}", self.base + error as u64),
            Some(_) => format!("syntax error at byte {error} of the text"),
        };
        self.report.ordinal += u64::from(chunk.first() == Some(b'{'));
        self.report.failed(
            self.base,
            chunk.at,
            FailureReason::BadJson,
            Some(&detail),
            sink,
        );
        self.lose(chunk, error - chunk.at, false);
        true
    }

    /// Begins to look for the next record, `walked` bytes having been walked
    /// in vain. The search goes back to the second byte of what is damaged,
    /// unless that has been done too often for the source's length.
    fn lose(&mut self, chunk: &Chunk<'_>, walked: usize, strict: bool) {
        let floor = self.base + chunk.at as u64;
        let ahead = if self.waste(walked as u64, floor) {
            1
        } else {
            walked.max(1) as u64
        };
        self.damaged = true;
        self.state = State::Lost(Lost {
            floor,
            next: floor + ahead,
            strict,
        });
    }

    /// Counts bytes walked in vain; whether that is still in proportion.
    fn waste(&mut self, bytes: u64, offset: u64) -> bool {
        const FREE: u64 = 1 << 20;
        const TIMES: u64 = 16;
        self.wasted += bytes;
        self.wasted <= FREE + TIMES * offset
    }

    /// Looks for the next record.
    fn search(&mut self, chunk: &mut Chunk<'_>, lost: Lost) -> bool {
        let place = |offset: u64| (offset.saturating_sub(self.base)) as usize;
        let (floor, next) = (place(lost.floor), place(lost.next));
        let (at, found) = match candidate(chunk.bytes, floor, next, chunk.last) {
            Candidate::Likely(at) if !lost.strict => (at, Found::Record),
            Candidate::Likely(at) | Candidate::Possible(at) => (at, self.probe(chunk, at, lost)),
            Candidate::Unclear(at) => (at, Found::Unclear),
            Candidate::None => (chunk.bytes.len(), Found::Unclear),
        };
        let next = match found {
            Found::Record => {
                chunk.at = at;
                self.state = State::Between;
                return true;
            }
            Found::Unclear => at,
            Found::Nothing(end) => end,
        };
        chunk.at = chunk.at.max(next.saturating_sub(BACK));
        self.state = State::Lost(Lost {
            next: self.base + next as u64,
            ..lost
        });
        found != Found::Unclear
    }

    /// Walks a candidate to see whether it is a record or an envelope.
    fn probe(&mut self, chunk: &Chunk<'_>, at: usize, lost: Lost) -> Found {
        let rest = chunk.bytes.get(at..).unwrap_or_default();
        let window = rest.get(..=self.limits.max_record).unwrap_or(rest);
        if !self.waste(0, self.base + at as u64) {
            return Found::Nothing(at + 1);
        }
        let walked = match walk::object(window, self.limits.max_depth, false, &mut self.walked) {
            Ok(end) if self.is_record(window, end, lost.strict) => return Found::Record,
            Ok(end) => return Found::Nothing(at + end),
            Err(Stop::Bad(end) | Stop::TooDeep(end)) => end,
            Err(_) if !chunk.last && window.len() <= self.limits.max_record => {
                self.wait_for = (chunk.bytes.len() * 2).min(self.limits.max_record + BACK);
                return Found::Unclear;
            }
            Err(_) => window.len(),
        };
        self.waste(walked as u64, self.base + at as u64);
        Found::Nothing(at + 1)
    }

    fn is_record(&self, window: &[u8], end: usize, strict: bool) -> bool {
        let raw = window
            .get(..end)
            .and_then(|raw| std::str::from_utf8(raw).ok());
        let needed = [Field::EventTime, Field::EventSource, Field::EventName];
        match raw.map(|raw| classify(raw, &self.walked)) {
            Some(Class::Event) => needed
                .iter()
                .all(|field| self.walked.span(*field).is_some()),
            Some(Class::Other) | None => false,
            Some(_) => !strict,
        }
    }

    /// The source has ended.
    fn end(&mut self, chunk: &Chunk<'_>, sink: &mut dyn Sink) {
        match self.state {
            State::List(..) | State::Tail | State::Skip(_) => {
                let end = chunk.bytes.len();
                self.report
                    .failed(self.base, end, FailureReason::TruncatedJson, None, sink);
            }
            State::Start | State::Between | State::Lost(_) => {}
        }
        if !self.report.any {
            let offset = self.report.pinned.unwrap_or_default();
            self.report.skip(offset, SkipReason::EmptyFile, sink);
        }
    }

    /// An object that is whole lies before `chunk.at`.
    fn whole(&mut self, chunk: &mut Chunk<'_>, start: usize, place: Place, sink: &mut dyn Sink) {
        let offset = self.report.offset(self.base, start);
        match chunk.text.get(start, chunk.at) {
            Some(raw) => self.judge(raw, place, offset, sink),
            None => {
                self.report.ordinal += 1;
                self.report.fail(offset, FailureReason::BadUtf8, None, sink);
            }
        }
    }

    fn judge(&mut self, raw: &str, place: Place, offset: u64, sink: &mut dyn Sink) {
        match classify(raw, &self.walked) {
            Class::Event => self.event(raw, place.form(), offset, sink),
            Class::Insight => {
                self.no_event(InputForm::Insight, SkipReason::InsightRecord, offset, sink)
            }
            Class::Digest => self.no_event(InputForm::Digest, SkipReason::DigestFile, offset, sink),
            Class::Notification => {
                self.report
                    .skip(offset, SkipReason::DeliveryNotification, sink);
            }
            Class::Object(form, span) => self.enclosed(raw, span, form, offset, sink),
            Class::Text(form, span) => {
                self.text(
                    raw.get(span.range()).unwrap_or_default(),
                    form,
                    offset,
                    sink,
                );
            }
            Class::Sns(span) => {
                let notification = raw.get(span.range()).unwrap_or_default();
                let message = json::child(notification, "Message").unwrap_or_default();
                self.text(message, InputForm::Sns, offset, sink);
            }
            Class::List => {
                if self.embedded(raw, offset, sink) {
                    self.report.form(place.form(), sink);
                }
            }
            Class::Other => self.other(place, offset, sink),
        }
    }

    /// An object that nothing is known about.
    fn other(&mut self, place: Place, offset: u64, sink: &mut dyn Sink) {
        self.report.ordinal += 1;
        if place == Place::List(Some(Field::Records)) && self.walked.is_empty() {
            let name = Some(Field::EventTime.path());
            return self
                .report
                .fail(offset, FailureReason::MissingField, name, sink);
        }
        self.report
            .fail(offset, FailureReason::NotCloudTrail, None, sink);
    }

    /// A record, the last object walked.
    fn event(&mut self, raw: &str, form: InputForm, offset: u64, sink: &mut dyn Sink) {
        self.report.form(form, sink);
        let ordinal = self.report.ordinal;
        self.report.ordinal += 1;
        match check::record(raw, &self.walked) {
            Ok(time) => {
                sink.record(&Record::new(raw, &self.walked, time, offset, ordinal));
            }
            Err((why, field)) => self.report.fail(offset, why, field, sink),
        }
    }

    fn no_event(&mut self, form: InputForm, why: SkipReason, offset: u64, sink: &mut dyn Sink) {
        self.report.form(form, sink);
        self.report.ordinal += 1;
        self.report.skip(offset, why, sink);
    }

    /// A record that is a value within an envelope.
    fn enclosed(
        &mut self,
        raw: &str,
        span: Span,
        form: InputForm,
        offset: u64,
        sink: &mut dyn Sink,
    ) {
        let raw = raw.get(span.range()).unwrap_or_default();
        let walk = walk::object(
            raw.as_bytes(),
            self.limits.max_depth,
            false,
            &mut self.walked,
        );
        match (walk, classify(raw, &self.walked)) {
            (Ok(_), Class::Event) => self.event(raw, form, offset, sink),
            (Ok(_), Class::Insight) => {
                self.no_event(InputForm::Insight, SkipReason::InsightRecord, offset, sink);
            }
            _ => self.other(Place::Between, offset, sink),
        }
    }

    /// An envelope's text, as it is written with its quotes.
    fn text(&mut self, written: &str, form: InputForm, offset: u64, sink: &mut dyn Sink) {
        let text = json::unquote(written).unwrap_or_default();
        if is_courtesy(&text) {
            self.report.form(form, sink);
            return self
                .report
                .skip(offset, SkipReason::DeliveryNotification, sink);
        }
        if self.embedded(&text, offset, sink) {
            self.report.form(form, sink);
        }
    }

    /// Decodes a text that lies within an envelope; whether anything in it is
    /// CloudTrail's.
    fn embedded(&mut self, text: &str, offset: u64, sink: &mut dyn Sink) -> bool {
        if self.report.envelopes >= self.limits.max_envelopes {
            self.report
                .fail(offset, FailureReason::TooDeep, Some("envelopes"), sink);
            return false;
        }
        if text.trim().is_empty() {
            self.report
                .fail(offset, FailureReason::NotCloudTrail, None, sink);
            return false;
        }
        let mut inner = self
            .inner
            .take()
            .unwrap_or_else(|| Box::new(Self::new(self.limits)));
        inner.rewind(Report {
            ordinal: self.report.ordinal,
            pinned: Some(offset),
            envelopes: self.report.envelopes + 1,
            ..Report::default()
        });
        inner.feed(text.as_bytes(), true, sink);
        self.report.ordinal = inner.report.ordinal;
        self.report.any |= inner.report.any;
        let recognised = inner.report.recognised;
        self.inner = Some(inner);
        recognised
    }

    /// Makes the decoder as good as new.
    fn rewind(&mut self, report: Report) {
        self.state = State::Start;
        self.base = 0;
        self.wait_for = 0;
        self.damaged = false;
        self.wasted = 0;
        self.report = report;
    }
}

/// What a candidate turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Record,
    /// No record; the search goes on here.
    Nothing(usize),
    /// More bytes must come.
    Unclear,
}

/// Texts that AWS sends to see whether a subscription works.
fn is_courtesy(text: &str) -> bool {
    text == "CloudTrail validation message." || text.starts_with("CWL CONTROL MESSAGE:")
}

impl Report {
    /// The offset to tell for a place in the chunk.
    fn offset(&self, base: u64, at: usize) -> u64 {
        self.pinned.unwrap_or(base + at as u64)
    }

    fn failed(
        &mut self,
        base: u64,
        at: usize,
        why: FailureReason,
        detail: Option<&str>,
        sink: &mut dyn Sink,
    ) {
        self.fail(self.offset(base, at), why, detail, sink);
    }

    fn fail(&mut self, offset: u64, why: FailureReason, detail: Option<&str>, sink: &mut dyn Sink) {
        self.any = true;
        sink.failed(offset, why, detail);
    }

    fn skip(&mut self, offset: u64, why: SkipReason, sink: &mut dyn Sink) {
        self.any = true;
        self.recognised |= why != SkipReason::EmptyFile;
        sink.skipped(offset, why);
    }

    /// Says a form once. Within an envelope, the envelope's form is the form.
    fn form(&mut self, form: InputForm, sink: &mut dyn Sink) {
        self.any = true;
        self.recognised = true;
        if self.pinned.is_none() && !self.forms.contains(&form) {
            self.forms.push(form);
            sink.form(form);
        }
    }
}
