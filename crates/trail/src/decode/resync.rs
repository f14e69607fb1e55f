//! Finding the way back after damage: where may the next record begin?

use super::fields::Field;
use super::scan::interruption;
use super::walk::top_level_field;

/// Bytes looked back for what stands before an object.
pub(super) const BACK: usize = 64;
/// Bytes looked ahead for an object's first key.
const AHEAD: usize = 256;

/// The next object that may be a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Candidate {
    /// Its first key is one that records begin with, or it begins a line.
    Likely(usize),
    /// An element of some array; only a walk can tell.
    Possible(usize),
    /// More bytes must come to judge the object here.
    Unclear(usize),
    /// None in these bytes.
    None,
}

/// The first candidate at or after `from`. Nothing before `floor` is looked
/// at, and with `last` no bytes follow.
pub(super) fn candidate(bytes: &[u8], floor: usize, from: usize, last: bool) -> Candidate {
    let mut at = from;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr(b'{', rest)) {
        at += found;
        if !last && bytes.len() - at < AHEAD {
            return Candidate::Unclear(at);
        }
        let before = bytes
            .get(floor.max(at.saturating_sub(BACK))..at)
            .unwrap_or_default();
        if let Some(candidate) = judge(bytes, before, at) {
            return candidate;
        }
        at += 1;
    }
    Candidate::None
}

fn judge(bytes: &[u8], before: &[u8], at: usize) -> Option<Candidate> {
    let ahead = bytes.get(at + 1..).unwrap_or_default();
    let key = first_key(ahead.get(..AHEAD - 1).unwrap_or(ahead))?;
    let previous = before.iter().rev().find(|byte| !is_space(**byte)).copied();
    if previous == Some(b':') {
        return None;
    }
    if is_telling(key) || before.last() == Some(&b'\n') {
        return Some(Candidate::Likely(at));
    }
    matches!(previous, Some(b',' | b'[')).then_some(Candidate::Possible(at))
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

/// The first key after an object's brace.
fn first_key(after: &[u8]) -> Option<&[u8]> {
    let quote = after.iter().position(|byte| !is_space(*byte))?;
    if after.get(quote) != Some(&b'"') {
        return None;
    }
    let end = interruption(after, quote + 1);
    (after.get(end) == Some(&b'"'))
        .then(|| after.get(quote + 1..end))
        .flatten()
}

/// Whether records, or the envelopes around them, begin with the key, and
/// other objects seldom do.
fn is_telling(key: &[u8]) -> bool {
    let field = std::str::from_utf8(key).ok().and_then(top_level_field);
    matches!(
        field,
        Some(
            Field::EventVersion
                | Field::UserIdentity
                | Field::EventTime
                | Field::EventSource
                | Field::EventName
                | Field::EventId
                | Field::EventType
                | Field::EventCategory
                | Field::AwsRegion
                | Field::SourceIp
                | Field::RecipientAccountId
                | Field::AdditionalEventData
                | Field::Records
        )
    )
}

/// Skips a value without judging it, over as many chunks as it takes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Skipper {
    depth: u64,
    in_string: bool,
    escaped: bool,
}

impl Skipper {
    /// Skips on at `at`: where the value ends, or `None` where it goes on
    /// after these bytes. The first byte ever must be a bracket or brace.
    pub(super) fn skip(&mut self, bytes: &[u8], at: usize) -> Option<usize> {
        let mut at = at;
        while let Some(byte) = bytes.get(at) {
            if self.in_string {
                at = self.in_string(bytes, at);
                continue;
            }
            at += 1;
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            if self.depth == 0 && !self.in_string {
                return Some(at);
            }
        }
        None
    }

    fn in_string(&mut self, bytes: &[u8], at: usize) -> usize {
        if self.escaped {
            self.escaped = false;
            return at + 1;
        }
        let at = interruption(bytes, at);
        match bytes.get(at) {
            Some(b'"') => self.in_string = false,
            Some(b'\\') => self.escaped = true,
            _ => {}
        }
        at + 1
    }
}
