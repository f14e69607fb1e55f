//! One pass over a JSON value: is every byte of it valid, and where do the
//! fields lie that are read?
//!
//! The walk accepts what `serde_json` accepts as a `Value` and refuses what it
//! refuses, apart from UTF-8, which is checked for whole buffers elsewhere. It
//! does not recurse on the data: containers of any depth are a bit stack, and
//! only the few objects whose fields are read have a call of their own.

use super::fields::{ATTRIBUTES, CONTEXT, COUNT, Field, IDENTITY, ISSUER, PATHS, TOP_LEVEL};
use super::key::{Key, Marks, Pattern, Table, long_mark};
use super::recall::Recall;
use super::scan::{NEAR, Window, interruption, near, non_space, window};

/// Deepest nesting that the bit stack can hold.
pub(super) const DEEPEST: usize = 128;
/// Longest value: places are 31-bit numbers.
pub(super) const LONGEST: usize = 1 << 30;

static TOP_LEVEL_KEYS: Table = Table::new(&TOP_LEVEL);
static IDENTITY_KEYS: Table = Table::new(&IDENTITY);
static CONTEXT_KEYS: Table = Table::new(&CONTEXT);
static ISSUER_KEYS: Table = Table::new(&ISSUER);
static ATTRIBUTES_KEYS: Table = Table::new(&ATTRIBUTES);

/// How the fields' keys are written.
static PATTERNS: [Pattern; COUNT] = patterns();

#[allow(
    clippy::indexing_slicing,
    reason = "evaluated when compiling, where `get` is not const"
)]
const fn patterns() -> [Pattern; COUNT] {
    let mut patterns = [Pattern::of(""); COUNT];
    let mut index = 0;
    while index < COUNT {
        patterns[index] = Pattern::of(PATHS[index]);
        index += 1;
    }
    patterns
}

/// `":` and `,"` as little-endian words: what follows most keys and values.
const QUOTE_COLON: u16 = u16::from_le_bytes(*b"\":");
const COMMA_QUOTE: u16 = u16::from_le_bytes(*b",\"");

/// Why a walk did not reach the end of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The bytes end before the value does.
    Incomplete,
    /// A syntax error at this place.
    Bad(usize),
    /// Nested deeper than the limit at this place.
    TooDeep(usize),
    /// The object is an envelope: this key's value is an array, which begins
    /// before this place.
    Envelope(Field, usize),
}

/// Where a value lies, from the first byte of what was walked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    start: u32,
    /// The end; the highest bit tells that a string holds escapes. 0 where
    /// there is no value.
    end: u32,
}

/// The bit of [`Span::end`] that tells of escapes.
const ESCAPED: u32 = 1 << 31;

impl Span {
    #[inline(always)]
    pub(super) fn new(start: usize, end: usize, escaped: bool) -> Self {
        let flag = if escaped { ESCAPED } else { 0 };
        Self {
            start: start as u32,
            end: end as u32 | flag,
        }
    }

    pub(super) fn is_absent(self) -> bool {
        self.end == 0
    }

    /// The same place, counted from a byte that lies `by` bytes before, or after
    /// where `by` is a wrapped negative. No value stays none.
    pub(super) fn moved(self, by: u32) -> Self {
        if self.is_absent() {
            return self;
        }
        Self {
            start: self.start.wrapping_add(by),
            end: self.end.wrapping_add(by),
        }
    }

    /// First byte and the byte after the last.
    pub(super) fn range(self) -> std::ops::Range<usize> {
        self.start as usize..(self.end & !ESCAPED) as usize
    }

    /// Whether a string has to be unescaped.
    pub(super) fn is_escaped(self) -> bool {
        self.end & ESCAPED != 0
    }
}

/// A top-level key that is no [`Field`], with its value; the key's span is
/// without its quotes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) key: Span,
    pub(super) value: Span,
}

/// What a walk of an object found. Reused from object to object.
#[derive(Debug)]
pub(super) struct Walked {
    pub(super) spans: [Span; COUNT],
    /// Top-level keys that are no fields.
    pub(super) others: Vec<Entry>,
    /// Number of members of objects.
    pub(super) members: u64,
    /// Bytes of white space outside strings.
    pub(super) spaces: u64,
    /// The fields whose value is no string, by [`Field::bit`].
    pub(super) unquoted: u128,
    /// A key that certainly stands twice in its object.
    pub(super) duplicate: Option<Field>,
    /// Whether some key may stand twice in its object.
    pub(super) suspect: bool,
    marks: Vec<u16>,
    open: Vec<Marks>,
    /// The field that followed each field when it was met last; after the
    /// fields, the one that began each kind of object. CloudTrail keeps an
    /// order, so that the guess is mostly right; it is never relied on.
    follow: [Option<Field>; COUNT + OBJECTS],
    /// Objects that came before, whatever record they came in.
    pub(super) recall: Recall,
}

impl Default for Walked {
    fn default() -> Self {
        Self {
            spans: [Span::default(); COUNT],
            others: Vec::new(),
            members: 0,
            spaces: 0,
            unquoted: 0,
            duplicate: None,
            suspect: false,
            marks: Vec::new(),
            open: Vec::new(),
            follow: [None; COUNT + OBJECTS],
            recall: Recall::default(),
        }
    }
}

impl Walked {
    fn clear(&mut self) {
        self.spans = [Span::default(); COUNT];
        self.others.clear();
        self.members = 0;
        self.spaces = 0;
        self.unquoted = 0;
        self.duplicate = None;
        self.suspect = false;
        self.marks.clear();
        self.open.clear();
    }

    /// Where the field's value lies.
    #[inline(always)]
    pub(super) fn span(&self, field: Field) -> Option<Span> {
        let span = self.spans.get(field as usize).copied()?;
        (!span.is_absent()).then_some(span)
    }

    /// Whether the object has no member.
    pub(super) fn is_empty(&self) -> bool {
        self.members == 0
    }

    #[inline(always)]
    fn set(&mut self, field: Field, span: Span) {
        if let Some(place) = self.spans.get_mut(field as usize) {
            if !place.is_absent() {
                self.duplicate = Some(field);
            }
            *place = span;
        }
    }
}

/// Walks the object that begins with the first byte, which is `{`, and says
/// where it ends. With `envelopes`, stops at the array of an envelope.
pub(super) fn object(
    bytes: &[u8],
    depth: usize,
    envelopes: bool,
    walked: &mut Walked,
) -> Result<usize, Stop> {
    walked.clear();
    let mut walk = Walk::new(bytes, depth, envelopes, walked);
    let end = walk.level::<RECORD>(0, 1);
    end.ok_or(walk.stop)
}

/// Walks any value that begins at `at`. With `last`, nothing follows the
/// bytes, so that a number may end with them.
pub(super) fn value(
    bytes: &[u8],
    at: usize,
    depth: usize,
    last: bool,
    walked: &mut Walked,
) -> Result<usize, Stop> {
    walked.clear();
    let mut walk = Walk::new(bytes, depth, false, walked);
    walk.last = last;
    let end = walk.value(at, 1);
    end.ok_or(walk.stop)
}

/// Walks `"key":` at `at`: the key's span without quotes, and where its value
/// begins.
pub(super) fn member(bytes: &[u8], at: usize) -> Result<(Span, usize), Stop> {
    let mut walked = Walked::default();
    let mut walk = Walk::new(bytes, 1, false, &mut walked);
    let found = walk
        .key_quote(at)
        .and_then(|quote| Some((quote, walk.key(quote)?)));
    let Some((quote, (name, _))) = found else {
        return Err(walk.stop);
    };
    Ok((Span::new(quote + 1, name.end, name.escaped), name.value))
}

/// The objects whose fields are read.
const RECORD: u8 = 0;
const IDENTITY_OBJECT: u8 = 1;
const CONTEXT_OBJECT: u8 = 2;
const ISSUER_OBJECT: u8 = 3;
const ATTRIBUTES_OBJECT: u8 = 4;
/// How many they are.
const OBJECTS: usize = 5;

struct Walk<'a> {
    bytes: &'a [u8],
    /// Levels allowed, at most [`DEEPEST`].
    depth: usize,
    envelopes: bool,
    last: bool,
    /// Why the walk ended, where a function gave `None`.
    stop: Stop,
    walked: &'a mut Walked,
}

impl<'a> Walk<'a> {
    fn new(bytes: &'a [u8], depth: usize, envelopes: bool, walked: &'a mut Walked) -> Self {
        let depth = depth.min(DEEPEST);
        let bytes = bytes.get(..LONGEST).unwrap_or(bytes);
        Self {
            bytes,
            depth,
            envelopes,
            last: false,
            stop: Stop::Incomplete,
            walked,
        }
    }

    /// Stops at `at`: for lack of bytes where there are no more, else for a
    /// byte that should not be there.
    #[cold]
    #[inline(never)]
    fn unexpected<T>(&mut self, at: usize) -> Option<T> {
        self.stop = if at < self.bytes.len() {
            Stop::Bad(at)
        } else {
            Stop::Incomplete
        };
        None
    }

    #[cold]
    #[inline(never)]
    fn stop<T>(&mut self, why: Stop) -> Option<T> {
        self.stop = why;
        None
    }

    #[inline(always)]
    fn byte(&self, at: usize) -> u8 {
        // INVARIANT: 0 begins and follows nothing in JSON, so that it can
        // stand for the end of the bytes.
        self.bytes.get(at).copied().unwrap_or(0)
    }

    /// Two bytes from `at`, little-endian; zeros after the end.
    #[inline(always)]
    fn next(&self, at: usize) -> u16 {
        match self.bytes.get(at..).and_then(|rest| rest.first_chunk()) {
            Some(chunk) => u16::from_le_bytes(*chunk),
            None => u16::from(self.byte(at)),
        }
    }

    /// Where the next byte is that is no white space.
    #[inline(always)]
    fn token(&mut self, at: usize) -> usize {
        match self.bytes.get(at) {
            Some(byte) if *byte > b' ' => at,
            _ => self.token_after_space(at),
        }
    }

    #[inline(never)]
    fn token_after_space(&mut self, at: usize) -> usize {
        let token = non_space(self.bytes, at);
        self.walked.spaces += token.saturating_sub(at) as u64;
        token
    }

    /// The string whose opening quote is at `quote`: where it ends (the closing
    /// quote), whether it holds escapes, and two bytes from the end on.
    #[inline(always)]
    fn string(&mut self, quote: usize) -> Option<Text> {
        for from in [quote + 1, quote + 1 + NEAR] {
            let Some(window) = window(self.bytes, from) else {
                return self.long_string(from);
            };
            let length = near(window);
            if length < NEAR {
                let [closing, one, two] = three(window, length);
                if closing != b'"' {
                    return self.long_string(from + length);
                }
                let next = u16::from_le_bytes([one, two]);
                return Some(Text {
                    end: from + length,
                    escaped: false,
                    next,
                });
            }
        }
        self.long_string(quote + 1 + 2 * NEAR)
    }

    /// The same for strings that are long or hold escapes, from a place on that
    /// they reach.
    #[inline(never)]
    fn long_string(&mut self, from: usize) -> Option<Text> {
        let at = interruption(self.bytes, from);
        let escaped = self.byte(at) != b'"';
        let end = if escaped { self.escaped(at)? } else { at };
        Some(Text {
            end,
            escaped,
            next: self.next(end + 1),
        })
    }

    /// Goes on with a string that was interrupted at `at`.
    #[inline(never)]
    fn escaped(&mut self, mut at: usize) -> Option<usize> {
        loop {
            match self.byte(at) {
                b'"' => return Some(at),
                b'\\' => at = self.escape(at)?,
                _ => return self.unexpected(at),
            }
            at = interruption(self.bytes, at);
        }
    }

    /// The escape at `at`; where it ends.
    #[inline]
    fn escape(&mut self, at: usize) -> Option<usize> {
        match self.byte(at + 1) {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(at + 2),
            b'u' => self.unicode_escape(at),
            _ => self.unexpected(at + 1),
        }
    }

    /// `\uXXXX` at `at`, with its second half where it is the first half of a
    /// surrogate pair.
    fn unicode_escape(&mut self, at: usize) -> Option<usize> {
        match self.hex(at + 2)? {
            0xd800..=0xdbff => {
                for (place, expected) in [(at + 6, b'\\'), (at + 7, b'u')] {
                    if self.byte(place) != expected {
                        return self.unexpected(place);
                    }
                }
                match self.hex(at + 8)? {
                    0xdc00..=0xdfff => Some(at + 12),
                    _ => self.stop(Stop::Bad(at + 6)),
                }
            }
            0xdc00..=0xdfff => self.stop(Stop::Bad(at)),
            _ => Some(at + 6),
        }
    }

    fn hex(&mut self, at: usize) -> Option<u32> {
        let mut value = 0;
        for place in at..at + 4 {
            match char::from(self.byte(place)).to_digit(16) {
                Some(digit) => value = value << 4 | digit,
                None => return self.unexpected(place),
            }
        }
        Some(value)
    }

    /// `"key":` whose quote is at `quote`, with the key's words.
    #[inline(always)]
    fn key(&mut self, quote: usize) -> Option<(Name, Option<Key>)> {
        self.walked.members += 1;
        if let Some(window) = window(self.bytes, quote + 1) {
            let length = near(window);
            let [closing, colon, first] = three(window, length);
            let usual = u16::from_le_bytes([closing, colon]) == QUOTE_COLON && first > b' ';
            if usual && length < NEAR {
                let end = quote + 1 + length;
                let name = Name {
                    end,
                    escaped: false,
                    value: end + 2,
                    first,
                };
                return Some((name, Some(Key::near(window, length))));
            }
        }
        self.unusual_key(quote)
    }

    /// The same where the key is long or holds escapes, or white space follows.
    #[inline(never)]
    fn unusual_key(&mut self, quote: usize) -> Option<(Name, Option<Key>)> {
        let Text { end, escaped, .. } = self.long_string(quote + 1)?;
        let colon = self.token(end + 1);
        if self.byte(colon) != b':' {
            return self.unexpected(colon);
        }
        let value = self.token(colon + 1);
        let key = self.bytes.get(quote + 1..end).and_then(Key::of);
        Some((
            Name {
                end,
                escaped,
                value,
                first: self.byte(value),
            },
            key,
        ))
    }

    /// The opening quote of the key at `at` or after white space.
    #[inline(always)]
    fn key_quote(&mut self, at: usize) -> Option<usize> {
        let quote = self.token(at);
        if self.byte(quote) == b'"' {
            Some(quote)
        } else {
            self.unexpected(quote)
        }
    }

    /// A number, literal or nothing of the kind at `at`; where it ends.
    #[inline]
    fn scalar(&mut self, at: usize) -> Option<usize> {
        match self.byte(at) {
            b't' => self.literal(at, b"true"),
            b'f' => self.literal(at, b"false"),
            b'n' => self.literal(at, b"null"),
            b'-' | b'0'..=b'9' => self.number(at),
            _ => self.unexpected(at),
        }
    }

    #[inline(always)]
    fn literal(&mut self, at: usize, word: &[u8]) -> Option<usize> {
        let end = at + word.len();
        if self.bytes.get(at..end) == Some(word) {
            return Some(end);
        }
        let same = word
            .iter()
            .enumerate()
            .position(|(n, byte)| self.byte(at + n) != *byte);
        self.unexpected(at + same.unwrap_or(0))
    }

    #[inline]
    fn number(&mut self, at: usize) -> Option<usize> {
        let first = at + usize::from(self.byte(at) == b'-');
        let mut end = match self.byte(first) {
            b'0' => first + 1,
            b'1'..=b'9' => self.digits(first + 1),
            _ => return self.unexpected(first),
        };
        let mut unusual = end - at > 300;
        if self.byte(end) == b'.' {
            end = self.some_digits(end + 1)?;
        }
        if matches!(self.byte(end), b'e' | b'E') {
            unusual = true;
            end += 1;
            end += usize::from(matches!(self.byte(end), b'+' | b'-'));
            end = self.some_digits(end)?;
        }
        if end == self.bytes.len() && !self.last {
            return self.stop(Stop::Incomplete);
        }
        if unusual {
            self.finite(at, end)
        } else {
            Some(end)
        }
    }

    #[inline]
    fn digits(&self, from: usize) -> usize {
        let mut at = from;
        while self.byte(at).is_ascii_digit() {
            at += 1;
        }
        at
    }

    fn some_digits(&mut self, from: usize) -> Option<usize> {
        let end = self.digits(from);
        if end == from {
            self.unexpected(from)
        } else {
            Some(end)
        }
    }

    /// A number must fit a double, as `serde_json` demands, whose own reading
    /// is asked because rounding decides at the border.
    #[cold]
    fn finite(&mut self, at: usize, end: usize) -> Option<usize> {
        let digits = self.bytes.get(at..end).unwrap_or_default();
        match serde_json::from_slice::<f64>(digits) {
            Ok(_) => Some(end),
            Err(_) => self.stop(Stop::Bad(at)),
        }
    }

    /// Any value at `at`, its outermost container on level `level`; where it
    /// ends.
    #[inline]
    fn value(&mut self, at: usize, level: usize) -> Option<usize> {
        match self.byte(at) {
            b'"' => self.string(at).map(|text| text.end + 1),
            b'{' | b'[' => self.container(at, level),
            _ => self.scalar(at),
        }
    }

    /// An object or array at `at` and all that is in it; where it ends.
    fn container(&mut self, at: usize, level: usize) -> Option<usize> {
        let mut open = Open {
            kinds: 0,
            level,
            outside: level,
            marks: Marks::default(),
        };
        let mut at = at;
        let mut first = self.byte(at);
        loop {
            // A value begins at `at` with the byte `first`; `next` follows it.
            let next;
            match first {
                b'"' => {
                    let text = self.string(at)?;
                    at = text.end + 1;
                    next = text.next;
                }
                b'{' => {
                    at = self.open(at, &mut open, 0)?;
                    if self.byte(at) != b'}' {
                        let quote = self.key_quote(at)?;
                        (at, first) = self.marked_key(quote, &mut open.marks)?;
                        continue;
                    }
                    next = 0;
                }
                b'[' => {
                    at = self.open(at, &mut open, 1)?;
                    first = self.byte(at);
                    if first != b']' {
                        continue;
                    }
                    next = 0;
                }
                _ => {
                    at = self.scalar(at)?;
                    next = self.next(at);
                }
            }
            if next == COMMA_QUOTE && open.kinds & 1 == 0 {
                (at, first) = self.marked_key(at + 1, &mut open.marks)?;
                continue;
            }
            match self.after_value(at, &mut open)? {
                After::Value(place, byte) => (at, first) = (place, byte),
                After::End(end) => return Some(end),
            }
        }
    }

    /// A value ends before `at`, or an empty container at `at`: closes what is
    /// closed there and goes on to the next value.
    #[inline(always)]
    fn after_value(&mut self, at: usize, open: &mut Open) -> Option<After> {
        let mut at = at;
        loop {
            at = self.token(at);
            match (self.byte(at), open.kinds & 1) {
                (b',', 1) => {
                    at = self.token(at + 1);
                    return Some(After::Value(at, self.byte(at)));
                }
                (b',', _) => {
                    let quote = self.key_quote(at + 1)?;
                    let (value, first) = self.marked_key(quote, &mut open.marks)?;
                    return Some(After::Value(value, first));
                }
                (b']', 1) => {}
                (b'}', 0) => self.close(&mut open.marks),
                _ => return self.unexpected(at),
            }
            at += 1;
            open.kinds >>= 1;
            open.level -= 1;
            if open.level == open.outside {
                return Some(After::End(at));
            }
        }
    }

    /// Opens the container at `at`; where the first thing in it is.
    #[inline(always)]
    fn open(&mut self, at: usize, open: &mut Open, kind: u128) -> Option<usize> {
        if open.level > self.depth {
            return self.stop(Stop::TooDeep(at));
        }
        open.level += 1;
        open.kinds = open.kinds << 1 | kind;
        if kind == 0 {
            self.walked.open.push(open.marks);
            open.marks = Marks::open(&self.walked.marks);
        }
        Some(self.token(at + 1))
    }

    /// Closes an object.
    #[inline(always)]
    fn close(&mut self, marks: &mut Marks) {
        self.walked.suspect |= marks.close(&mut self.walked.marks);
        *marks = self.walked.open.pop().unwrap_or_default();
    }

    /// A key of an object whose fields are not read; where its value begins,
    /// and with which byte.
    #[inline(always)]
    fn marked_key(&mut self, quote: usize, marks: &mut Marks) -> Option<(usize, u8)> {
        let (name, key) = self.key(quote)?;
        self.mark(quote, &name, key, marks);
        Some((name.value, name.first))
    }

    /// Notes whether the object may hold the key already.
    #[inline(always)]
    fn mark(&mut self, quote: usize, name: &Name, key: Option<Key>, marks: &mut Marks) {
        let mark = match key {
            Some(key) => key.mark(),
            None => long_mark(self.bytes.get(quote + 1..name.end).unwrap_or_default()),
        };
        let again = marks.add(mark, &mut self.walked.marks);
        if name.escaped | again {
            self.walked.suspect = true;
        }
    }

    /// The object at `at`, whose fields are read; where it ends.
    fn level<const OBJECT: u8>(&mut self, at: usize, level: usize) -> Option<usize> {
        if level > self.depth {
            return self.stop(Stop::TooDeep(at));
        }
        let mut marks = Marks::open(&self.walked.marks);
        let mut before = COUNT + OBJECT as usize;
        let mut at = self.token(at + 1);
        if self.byte(at) == b'}' {
            return Some(at + 1);
        }
        at = self.key_quote(at)?;
        loop {
            let next;
            (at, next) = self.field::<OBJECT>(at, level, &mut before, &mut marks)?;
            if next == COMMA_QUOTE {
                at += 1;
                continue;
            }
            at = self.token(at);
            match self.byte(at) {
                b',' => at = self.key_quote(at + 1)?,
                b'}' => break,
                _ => return self.unexpected(at),
            }
        }
        self.walked.suspect |= marks.close(&mut self.walked.marks);
        Some(at + 1)
    }

    /// `"key":value` whose quote is at `quote`, in an object whose fields are
    /// read; where the value ends, and two bytes from there.
    #[inline(always)]
    fn field<const OBJECT: u8>(
        &mut self,
        quote: usize,
        level: usize,
        before: &mut usize,
        marks: &mut Marks,
    ) -> Option<(usize, u16)> {
        let member = match self.guess(quote, *before) {
            Some(member) => member,
            None => self.look_up::<OBJECT>(quote, *before, marks)?,
        };
        let start = member.value;
        let (end, escapes, next) = if member.first == b'"' {
            let text = self.string(start)?;
            (text.end + 1, text.escaped, text.next)
        } else {
            let end = self.unquoted::<OBJECT>(member.field, start, member.first, level)?;
            (end, false, self.next(end))
        };
        let value = Span::new(start, end, escapes);
        match member.field {
            Some(field) => {
                *before = field as usize;
                self.walked.set(field, value);
            }
            None if OBJECT == RECORD => {
                self.walked.others.push(Entry {
                    key: member.key,
                    value,
                });
            }
            None => {}
        }
        Some((end, next))
    }

    /// The member at `quote`, if its key is the one that followed last time.
    #[inline(always)]
    fn guess(&mut self, quote: usize, before: usize) -> Option<Member> {
        let field = (*self.walked.follow.get(before)?)?;
        let pattern = PATTERNS.get(field as usize)?;
        let value = quote + pattern.length as usize;
        if !pattern.begins(window(self.bytes, quote)?) {
            return None;
        }
        let first = self.byte(value);
        if first <= b' ' {
            return None;
        }
        self.walked.members += 1;
        Some(Member {
            field: Some(field),
            key: Span::default(),
            value,
            first,
        })
    }

    /// The member at `quote`, whatever it is.
    #[inline(never)]
    fn look_up<const OBJECT: u8>(
        &mut self,
        quote: usize,
        before: usize,
        marks: &mut Marks,
    ) -> Option<Member> {
        let (name, key) = self.key(quote)?;
        let field = if name.escaped {
            self.escaped_field::<OBJECT>(quote, name.end)
        } else {
            key.and_then(|key| table::<OBJECT>().find(&key))
        };
        if field.is_none() {
            self.mark(quote, &name, key, marks);
        } else if let Some(follow) = self.walked.follow.get_mut(before) {
            *follow = field;
        }
        let key = Span::new(quote + 1, name.end, name.escaped);
        Some(Member {
            field,
            key,
            value: name.value,
            first: name.first,
        })
    }

    /// A field's value that is no string.
    #[inline(always)]
    fn unquoted<const OBJECT: u8>(
        &mut self,
        field: Option<Field>,
        at: usize,
        first: u8,
        level: usize,
    ) -> Option<usize> {
        if let Some(field) = field {
            self.walked.unquoted |= field.bit();
        }
        match (first, field) {
            (b'{', Some(Field::UserIdentity)) => self.identity(at, level + 1),
            (b'{', Some(Field::SessionContext)) => self.level::<CONTEXT_OBJECT>(at, level + 1),
            (b'{', Some(Field::SessionIssuer)) => self.level::<ISSUER_OBJECT>(at, level + 1),
            (b'{', Some(Field::SessionAttributes)) => {
                self.level::<ATTRIBUTES_OBJECT>(at, level + 1)
            }
            (b'[', Some(field)) if OBJECT == RECORD && self.envelopes && field.is_list() => {
                self.stop(Stop::Envelope(field, at + 1))
            }
            (b'{' | b'[', _) => self.container(at, level + 1),
            _ => self.scalar(at),
        }
    }

    /// `userIdentity` at `at`, perhaps known from another record; where it ends.
    #[inline(never)]
    fn identity(&mut self, at: usize, level: usize) -> Option<usize> {
        // INVARIANT: a decoder walks all records with one limit of depth, and
        // this object is always on the second level.
        if let Some(end) = self.walked.recall(self.bytes, at) {
            return Some(end);
        }
        let before = self.walked.before();
        let end = self.level::<IDENTITY_OBJECT>(at, level)?;
        if let Some(before) = before {
            self.walked.remember(self.bytes, at, end, before);
        }
        Some(end)
    }

    /// The field of a key that is written with escapes.
    #[cold]
    fn escaped_field<const OBJECT: u8>(&self, quote: usize, end: usize) -> Option<Field> {
        let text: String = serde_json::from_slice(self.bytes.get(quote..=end)?).ok()?;
        table::<OBJECT>().find(&Key::of(text.as_bytes())?)
    }
}

/// A byte of the window and the two after it.
#[inline(always)]
fn three(window: &Window, at: usize) -> [u8; 3] {
    window
        .get(at..)
        .and_then(|rest| rest.first_chunk())
        .copied()
        .unwrap_or_default()
}

/// A string that has been walked.
struct Text {
    /// The closing quote.
    end: usize,
    escaped: bool,
    /// Two bytes from the quote on, without it.
    next: u16,
}

/// A member of an object whose fields are read, up to its value.
struct Member {
    field: Option<Field>,
    /// The key without its quotes, where it is no field.
    key: Span,
    /// Where the value begins.
    value: usize,
    /// The value's first byte.
    first: u8,
}

/// A key that has been walked.
struct Name {
    /// The closing quote.
    end: usize,
    escaped: bool,
    /// Where the value begins.
    value: usize,
    /// The value's first byte.
    first: u8,
}

/// What comes after a value.
enum After {
    /// The next value, and its first byte.
    Value(usize, u8),
    /// The outermost container's end.
    End(usize),
}

/// The containers that are open around a place.
struct Open {
    /// One bit a container, the innermost lowest: 1 is an array.
    kinds: u128,
    /// The level that the next container would be on.
    level: usize,
    /// The level of the outermost.
    outside: usize,
    /// The keys of the innermost object.
    marks: Marks,
}

/// The keys of an object whose fields are read.
#[inline(always)]
fn table<const OBJECT: u8>() -> &'static Table {
    match OBJECT {
        RECORD => &TOP_LEVEL_KEYS,
        IDENTITY_OBJECT => &IDENTITY_KEYS,
        CONTEXT_OBJECT => &CONTEXT_KEYS,
        ISSUER_OBJECT => &ISSUER_KEYS,
        _ => &ATTRIBUTES_KEYS,
    }
}

/// The field of a top-level key.
pub(super) fn top_level_field(key: &str) -> Option<Field> {
    find::<RECORD>(key)
}

/// The field of a path within `userIdentity`.
pub(super) fn identity_field(path: &str) -> Option<Field> {
    let Some(path) = path.strip_prefix("sessionContext.") else {
        return find::<IDENTITY_OBJECT>(path);
    };
    if let Some(name) = path.strip_prefix("sessionIssuer.") {
        return find::<ISSUER_OBJECT>(name);
    }
    match path.strip_prefix("attributes.") {
        Some(name) => find::<ATTRIBUTES_OBJECT>(name),
        None => find::<CONTEXT_OBJECT>(path),
    }
}

fn find<const OBJECT: u8>(key: &str) -> Option<Field> {
    table::<OBJECT>().find(&Key::of(key.as_bytes())?)
}
