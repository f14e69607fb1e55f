//! Recognising keys by a few machine words.
//!
//! A key of up to 32 bytes is wholly given by its length and four words, so
//! that comparing words is comparing keys. Hashed, they look a key up in a
//! table without collisions, and tell whether a key may already stand in its
//! object.

use super::fields::Field;
use super::scan::{NEAR, Window, begins};

/// Where the search for a multiplier begins.
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
/// Slots of a table; the keys are few, so that a multiplier is found soon.
const SLOTS: usize = 256;

/// A key of at most [`NEAR`] bytes as words; absent bytes are 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    /// The first eight bytes.
    first: u64,
    /// The last eight bytes of a key of more than eight.
    last: u64,
    /// The second eight bytes of a key of more than 16, the third of one of
    /// more than 24.
    middle: [u64; 2],
    len: usize,
}

impl Key {
    /// The key whose `len` bytes begin the window.
    #[inline(always)]
    pub(super) fn near(window: &Window, len: usize) -> Self {
        let first = word(window, 0);
        let (first, last) = if len > 8 {
            (first, word(window, len - 8))
        } else if len == 8 {
            (first, 0)
        } else {
            (first & !(u64::MAX << (8 * len)), 0)
        };
        let middle = match len {
            ..=16 => [0; 2],
            17..=24 => [word(window, 8), 0],
            _ => [word(window, 8), word(window, 16)],
        };
        Self {
            first,
            last,
            middle,
            len,
        }
    }

    /// The same of a key that is not in a window; `None` where it is too long.
    pub(super) fn of(name: &[u8]) -> Option<Self> {
        let mut window = [0; NEAR + 8];
        window
            .get_mut(..NEAR)?
            .get_mut(..name.len())?
            .copy_from_slice(name);
        Some(Self::near(&window, name.len()))
    }

    /// 16 bits that equal keys share and different keys seldom do; never 0.
    #[inline(always)]
    pub(super) fn mark(&self) -> u16 {
        (self.mix().wrapping_mul(SEED) >> 48) as u16 | 1
    }

    const fn mix(&self) -> u64 {
        self.first.rotate_left(23) ^ self.last ^ (self.len as u64)
    }

    const fn slot(&self, multiplier: u64) -> usize {
        (self.mix().wrapping_mul(multiplier) >> 56) as usize
    }

    /// Whether it is this key. Up to 32 bytes, the four words are the key.
    #[inline(always)]
    fn is(&self, other: &Self) -> bool {
        let ends = (self.first ^ other.first) | (self.last ^ other.last);
        let same = ends | (self.len ^ other.len) as u64 == 0;
        same && (self.len <= 16 || self.middle == other.middle)
    }
}

/// The mark of a key too long for a window.
pub(super) fn long_mark(key: &[u8]) -> u16 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(SEED).rotate_left(5);
    (key.iter().fold(SEED, step) >> 48) as u16 | 1
}

/// Eight bytes of the window as a little-endian word.
#[inline(always)]
fn word(window: &Window, at: usize) -> u64 {
    match window.get(at..).and_then(|rest| rest.first_chunk()) {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => 0,
    }
}

/// [`Key::of`] for constants.
const fn constant(name: &[u8]) -> Key {
    let len = name.len();
    Key {
        first: word_of(name, 0, if len < 8 { len } else { 8 }),
        last: if len > 8 {
            word_of(name, len - 8, len)
        } else {
            0
        },
        middle: match len {
            ..=16 => [0; 2],
            17..=24 => [word_of(name, 8, 16), 0],
            _ => [word_of(name, 8, 16), word_of(name, 16, 24)],
        },
        len,
    }
}

#[allow(
    clippy::indexing_slicing,
    reason = "evaluated when compiling, where `get` is not const"
)]
const fn word_of(name: &[u8], start: usize, end: usize) -> u64 {
    let mut word = 0;
    let mut at = end;
    while at > start {
        at -= 1;
        word = word << 8 | name[at] as u64;
    }
    word
}

/// A set of keys, each with its field.
pub(super) struct Table {
    slots: [(Key, Option<Field>); SLOTS],
    multiplier: u64,
}

impl Table {
    /// Builds the table. Meant for constants.
    pub(super) const fn new(names: &[(&'static str, Field)]) -> Self {
        let mut multiplier = SEED;
        loop {
            if let Some(slots) = place(names, multiplier) {
                return Self { slots, multiplier };
            }
            multiplier = multiplier.wrapping_mul(SEED) | 1;
        }
    }

    /// The field of the key.
    #[inline(always)]
    pub(super) fn find(&self, key: &Key) -> Option<Field> {
        let (known, field) = self.slots.get(key.slot(self.multiplier))?;
        if known.is(key) { *field } else { None }
    }
}

#[allow(clippy::indexing_slicing, reason = "evaluated when compiling")]
const fn place(
    names: &[(&'static str, Field)],
    multiplier: u64,
) -> Option<[(Key, Option<Field>); SLOTS]> {
    let mut slots = [(constant(b""), None); SLOTS];
    let mut index = 0;
    while index < names.len() {
        let (name, field) = names[index];
        assert!(name.len() <= NEAR, "a field's key must fit the window");
        let key = constant(name.as_bytes());
        let slot = key.slot(multiplier);
        if slots[slot].1.is_some() {
            return None;
        }
        slots[slot] = (key, Some(field));
        index += 1;
    }
    Some(slots)
}

/// How a field's key is written without white space: `"name":`.
#[derive(Clone, Copy)]
pub(super) struct Pattern {
    bytes: [u8; 32],
    /// Number of these bytes.
    pub(super) length: u32,
}

impl Pattern {
    /// Whether the window begins with the key.
    #[inline(always)]
    pub(super) fn begins(&self, window: &Window) -> bool {
        begins(window, &self.bytes, self.length)
    }

    /// The pattern of the last component of a path. Meant for constants.
    #[allow(clippy::indexing_slicing, reason = "evaluated when compiling")]
    pub(super) const fn of(path: &str) -> Self {
        let path = path.as_bytes();
        let mut start = path.len();
        while start > 0 && path[start - 1] != b'.' {
            start -= 1;
        }
        let mut bytes = [0; 32];
        let mut length = 1;
        bytes[0] = b'"';
        while start < path.len() {
            bytes[length] = path[start];
            length += 1;
            start += 1;
        }
        bytes[length] = b'"';
        bytes[length + 1] = b':';
        Self {
            bytes,
            length: length as u32 + 2,
        }
    }
}

/// The marks of an object's keys so far: eight in two words, then a list.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Marks {
    words: [u64; 2],
    /// Number of keys seen.
    count: u32,
    /// Where this object's further marks begin in the list shared by all.
    frame: u32,
}

/// Marks compared one by one; beyond, an object's marks are sorted at its end.
const COMPARED: usize = 256;

impl Marks {
    /// For an object that opens now.
    #[inline(always)]
    pub(super) fn open(list: &[u16]) -> Self {
        Self {
            words: [0; 2],
            count: 0,
            frame: list.len() as u32,
        }
    }

    /// Adds a mark; whether the object may hold the key already.
    #[inline(always)]
    pub(super) fn add(&mut self, mark: u16, list: &mut Vec<u16>) -> bool {
        let [low, high] = self.words;
        let seen = has(low, mark) | has(high, mark);
        if self.count < 8 {
            self.words = [low << 16 | u64::from(mark), high << 16 | low >> 48];
            self.count += 1;
            return seen;
        }
        seen | self.add_far(mark, list)
    }

    #[inline(never)]
    fn add_far(&mut self, mark: u16, list: &mut Vec<u16>) -> bool {
        let frame = list.get(self.frame as usize..).unwrap_or_default();
        let compared = frame.get(..COMPARED).unwrap_or(frame);
        let seen = compared
            .iter()
            .fold(false, |seen, other| seen | (*other == mark));
        list.push(mark);
        seen
    }

    /// Ends the object; whether it may hold a key twice that `add` did not see.
    #[inline(always)]
    pub(super) fn close(self, list: &mut Vec<u16>) -> bool {
        self.count == 8 && list.len() > self.frame as usize && self.close_far(list)
    }

    #[inline(never)]
    fn close_far(self, list: &mut Vec<u16>) -> bool {
        let start = self.frame as usize;
        let large = list.len() - start > COMPARED;
        list.truncate(start);
        large
    }
}

/// Whether one of the word's four marks is `mark`.
#[inline(always)]
fn has(word: u64, mark: u16) -> bool {
    const ONES: u64 = 0x0001_0001_0001_0001;
    let difference = word ^ (ONES * u64::from(mark));
    difference.wrapping_sub(ONES) & !difference & (ONES << 15) != 0
}

#[cfg(test)]
mod tests {
    use super::super::fields::TOP_LEVEL;
    use super::*;

    #[test]
    fn keys_are_the_same_read_and_compiled() {
        let table = Table::new(&TOP_LEVEL);
        for (name, field) in TOP_LEVEL {
            assert_eq!(
                table.find(&Key::of(name.as_bytes()).unwrap()),
                Some(field),
                "{name}"
            );
            let mut longer = [b'"'; NEAR + 8];
            longer[..name.len()].copy_from_slice(name.as_bytes());
            assert_eq!(
                table.find(&Key::near(&longer, name.len())),
                Some(field),
                "{name}"
            );
        }
    }

    #[test]
    fn a_key_that_differs_in_any_byte_is_another() {
        let table = Table::new(&TOP_LEVEL);
        for (name, field) in TOP_LEVEL {
            for place in 0..name.len() {
                let mut other = name.as_bytes().to_vec();
                other[place] ^= 0x20;
                assert_ne!(
                    table.find(&Key::of(&other).unwrap()),
                    Some(field),
                    "{name} {place}"
                );
            }
        }
        assert_eq!(table.find(&Key::of(b"").unwrap()), None);
        assert!(Key::of(&[b'a'; NEAR + 1]).is_none());
    }
}
