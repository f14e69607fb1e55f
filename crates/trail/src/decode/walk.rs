//! One pass over a JSON value: is every byte of it valid, and where do the
//! fields lie that are read?
//!
//! The walk accepts what `serde_json` accepts as a `Value` and refuses what it
//! refuses, apart from UTF-8, which is checked for whole buffers elsewhere. It
//! does not recurse on the data: containers of any depth are a bit stack, and
//! only the few objects whose fields are read have a call of their own.

use super::fields::{ATTRIBUTES, CONTEXT, COUNT, Field, IDENTITY, ISSUER, TOP_LEVEL};
use super::key::{Key, Marks, Table};
use super::scan::{interruption, non_space};

/// Deepest nesting that the bit stack can hold.
pub(super) const DEEPEST: usize = 128;
/// Longest value: places are 31-bit numbers.
pub(super) const LONGEST: usize = 1 << 30;

static TOP_LEVEL_KEYS: Table<{ TOP_LEVEL.len() }> = Table::new(TOP_LEVEL);
static IDENTITY_KEYS: Table<{ IDENTITY.len() }> = Table::new(IDENTITY);
static CONTEXT_KEYS: Table<{ CONTEXT.len() }> = Table::new(CONTEXT);
static ISSUER_KEYS: Table<{ ISSUER.len() }> = Table::new(ISSUER);
static ATTRIBUTES_KEYS: Table<{ ATTRIBUTES.len() }> = Table::new(ATTRIBUTES);

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
    spans: [Span; COUNT],
    /// Top-level keys that are no fields.
    pub(super) others: Vec<Entry>,
    /// Number of strings, numbers, literals and containers.
    pub(super) tokens: u64,
    /// Bytes of the strings (without quotes), numbers and literals.
    pub(super) bytes: u64,
    /// A key that certainly stands twice in its object.
    pub(super) duplicate: Option<Field>,
    /// Whether some key may stand twice in its object.
    pub(super) suspect: bool,
    marks: Vec<u16>,
    open: Vec<Marks>,
}

impl Default for Walked {
    fn default() -> Self {
        Self {
            spans: [Span::default(); COUNT],
            others: Vec::new(),
            tokens: 0,
            bytes: 0,
            duplicate: None,
            suspect: false,
            marks: Vec::new(),
            open: Vec::new(),
        }
    }
}

impl Walked {
    fn clear(&mut self) {
        self.spans = [Span::default(); COUNT];
        self.others.clear();
        self.tokens = 0;
        self.bytes = 0;
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
        self.tokens == 1
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
    let found = walk.key(at);
    let Some((end, escaped, value)) = found else {
        return Err(walk.stop);
    };
    Ok((Span::new(at + 1, end, escaped), value))
}

/// The objects whose fields are read.
const RECORD: u8 = 0;
const IDENTITY_OBJECT: u8 = 1;
const CONTEXT_OBJECT: u8 = 2;
const ISSUER_OBJECT: u8 = 3;
const ATTRIBUTES_OBJECT: u8 = 4;

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

    /// The string whose body begins at `from`: its end (the closing quote) and
    /// whether it holds escapes.
    #[inline(always)]
    fn string(&mut self, from: usize) -> Option<(usize, bool)> {
        let at = interruption(self.bytes, from);
        let (end, escaped) = if self.byte(at) == b'"' {
            (at, false)
        } else {
            (self.escaped(at)?, true)
        };
        self.walked.tokens += 1;
        self.walked.bytes += (end - from) as u64;
        Some((end, escaped))
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

    /// `"key":` at `at`: where the key ends, whether it holds escapes, and
    /// where the value begins.
    #[inline(always)]
    fn key(&mut self, at: usize) -> Option<(usize, bool, usize)> {
        if self.byte(at) != b'"' {
            return self.unexpected(at);
        }
        let (end, escaped) = self.string(at + 1)?;
        let colon = non_space(self.bytes, end + 1);
        if self.byte(colon) != b':' {
            return self.unexpected(colon);
        }
        Some((end, escaped, non_space(self.bytes, colon + 1)))
    }

    /// A number, literal or nothing of the kind at `at`; where it ends.
    #[inline]
    fn scalar(&mut self, at: usize) -> Option<usize> {
        let end = match self.byte(at) {
            b't' => self.literal(at, b"true"),
            b'f' => self.literal(at, b"false"),
            b'n' => self.literal(at, b"null"),
            b'-' | b'0'..=b'9' => self.number(at),
            _ => self.unexpected(at),
        }?;
        self.walked.tokens += 1;
        self.walked.bytes += (end - at) as u64;
        Some(end)
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
            b'"' => self.string(at + 1).map(|(end, _)| end + 1),
            b'{' | b'[' => self.container(at, level),
            _ => self.scalar(at),
        }
    }

    /// An object or array at `at` and all that is in it; where it ends.
    fn container(&mut self, at: usize, level: usize) -> Option<usize> {
        let mut at = at;
        // One bit a container, the innermost lowest: 1 is an array.
        let mut kinds = 0u128;
        let mut level = level;
        let outside = level;
        let mut marks = Marks::default();
        loop {
            // A value begins at `at`.
            match self.byte(at) {
                b'"' => at = self.string(at + 1)?.0 + 1,
                b'{' => {
                    if level > self.depth {
                        return self.stop(Stop::TooDeep(at));
                    }
                    level += 1;
                    kinds <<= 1;
                    self.walked.tokens += 1;
                    self.walked.open.push(marks);
                    marks = Marks::open(&self.walked.marks);
                    at = non_space(self.bytes, at + 1);
                    if self.byte(at) != b'}' {
                        at = self.marked_key(at, &mut marks)?;
                        continue;
                    }
                }
                b'[' => {
                    if level > self.depth {
                        return self.stop(Stop::TooDeep(at));
                    }
                    level += 1;
                    kinds = kinds << 1 | 1;
                    self.walked.tokens += 1;
                    at = non_space(self.bytes, at + 1);
                    if self.byte(at) != b']' {
                        continue;
                    }
                }
                _ => at = self.scalar(at)?,
            }
            // A value has ended before `at`, or an empty container ends there.
            loop {
                at = non_space(self.bytes, at);
                let array = kinds & 1 != 0;
                match self.byte(at) {
                    b',' if array => {
                        at = non_space(self.bytes, at + 1);
                        break;
                    }
                    b',' => {
                        at = non_space(self.bytes, at + 1);
                        at = self.marked_key(at, &mut marks)?;
                        break;
                    }
                    b']' if array => {}
                    b'}' if !array => {
                        self.walked.suspect |= marks.close(&mut self.walked.marks);
                        marks = self.walked.open.pop().unwrap_or_default();
                    }
                    _ => return self.unexpected(at),
                }
                at += 1;
                kinds >>= 1;
                level -= 1;
                if level == outside {
                    return Some(at);
                }
            }
        }
    }

    /// A key of an object whose fields are not read; where its value begins.
    #[inline(always)]
    fn marked_key(&mut self, at: usize, marks: &mut Marks) -> Option<usize> {
        let (end, escaped, value) = self.key(at)?;
        let mark = Key::at(self.bytes, at + 1, end).mark();
        self.walked.suspect |= escaped | marks.add(mark, &mut self.walked.marks);
        Some(value)
    }

    /// The object at `at`, whose fields are read; where it ends.
    fn level<const OBJECT: u8>(&mut self, at: usize, level: usize) -> Option<usize> {
        if level > self.depth {
            return self.stop(Stop::TooDeep(at));
        }
        self.walked.tokens += 1;
        let mut marks = Marks::open(&self.walked.marks);
        let mut at = non_space(self.bytes, at + 1);
        if self.byte(at) == b'}' {
            return Some(at + 1);
        }
        loop {
            at = self.field::<OBJECT>(at, level, &mut marks)?;
            at = non_space(self.bytes, at);
            match self.byte(at) {
                b',' => at = non_space(self.bytes, at + 1),
                b'}' => break,
                _ => return self.unexpected(at),
            }
        }
        self.walked.suspect |= marks.close(&mut self.walked.marks);
        Some(at + 1)
    }

    /// `"key":value` at `at` in an object whose fields are read; where the
    /// value ends.
    #[inline(always)]
    fn field<const OBJECT: u8>(
        &mut self,
        at: usize,
        level: usize,
        marks: &mut Marks,
    ) -> Option<usize> {
        let (end, escaped, start) = self.key(at)?;
        let key = Key::at(self.bytes, at + 1, end);
        let known = if escaped {
            self.escaped_field::<OBJECT>(at, end)
        } else {
            table::<OBJECT>(key, self.bytes, at + 1, end)
        };
        let mut has_escapes = false;
        let value_end = if self.byte(start) == b'"' {
            let (quote, escapes) = self.string(start + 1)?;
            has_escapes = escapes;
            quote + 1
        } else {
            self.unquoted::<OBJECT>(known, start, level)?
        };
        let value = Span::new(start, value_end, has_escapes);
        match known {
            Some(field) => self.walked.set(field, value),
            None => {
                self.walked.suspect |= escaped | marks.add(key.mark(), &mut self.walked.marks);
                if OBJECT == RECORD {
                    let key = Span::new(at + 1, end, escaped);
                    self.walked.others.push(Entry { key, value });
                }
            }
        }
        Some(value_end)
    }

    /// A field's value that is no string.
    #[inline(always)]
    fn unquoted<const OBJECT: u8>(
        &mut self,
        field: Option<Field>,
        at: usize,
        level: usize,
    ) -> Option<usize> {
        match (self.byte(at), field) {
            (b'{', Some(Field::UserIdentity)) => self.level::<IDENTITY_OBJECT>(at, level + 1),
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

    /// The field of a key that is written with escapes.
    #[cold]
    fn escaped_field<const OBJECT: u8>(&self, quote: usize, end: usize) -> Option<Field> {
        let text: String = serde_json::from_slice(self.bytes.get(quote..=end)?).ok()?;
        let bytes = text.as_bytes();
        table::<OBJECT>(Key::at(bytes, 0, bytes.len()), bytes, 0, bytes.len())
    }
}

/// The field of a key in an object whose fields are read.
#[inline(always)]
fn table<const OBJECT: u8>(key: Key, bytes: &[u8], start: usize, end: usize) -> Option<Field> {
    match OBJECT {
        RECORD => TOP_LEVEL_KEYS.find(key, bytes, start, end),
        IDENTITY_OBJECT => IDENTITY_KEYS.find(key, bytes, start, end),
        CONTEXT_OBJECT => CONTEXT_KEYS.find(key, bytes, start, end),
        ISSUER_OBJECT => ISSUER_KEYS.find(key, bytes, start, end),
        _ => ATTRIBUTES_KEYS.find(key, bytes, start, end),
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
    let bytes = key.as_bytes();
    table::<OBJECT>(Key::at(bytes, 0, bytes.len()), bytes, 0, bytes.len())
}
