//! Recognising keys by a few machine words.
//!
//! A key of up to 24 bytes is wholly given by its length, its first, second
//! and last eight bytes, so that comparing words is comparing keys. The same
//! words, hashed, look a key up in a table without collisions, and tell
//! whether a key may already stand in its object.

use super::fields::Field;

/// Multipliers that are tried, at compile time, until no two keys collide.
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
/// Slots of a table; the keys are few, so that a multiplier is found soon.
const SLOTS: usize = 512;
/// The longest key that its words describe wholly.
const WHOLE: usize = 24;

/// A key as words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    first: u64,
    second: u64,
    last: u64,
    len: usize,
}

impl Key {
    /// The key at `start..end` of `bytes`, as written.
    #[inline(always)]
    pub(super) fn at(bytes: &[u8], start: usize, end: usize) -> Self {
        let len = end - start;
        let first = word(bytes, start);
        Self {
            first: if len < 8 {
                first & !(u64::MAX << (8 * len))
            } else {
                first
            },
            second: if len > 16 { word(bytes, start + 8) } else { 0 },
            last: if len > 8 { word(bytes, end - 8) } else { 0 },
            len,
        }
    }

    /// The same of a name known when compiling.
    const fn of(name: &[u8]) -> Self {
        let len = name.len();
        Self {
            first: word_of(name, 0, if len < 8 { len } else { 8 }),
            second: if len > 16 { word_of(name, 8, 16) } else { 0 },
            last: if len > 8 {
                word_of(name, len - 8, len)
            } else {
                0
            },
            len,
        }
    }

    const fn mix(self) -> u64 {
        self.first ^ self.second.rotate_left(41) ^ self.last.rotate_left(23) ^ (self.len as u64)
    }

    /// 16 bits that equal keys share and different keys seldom do; never 0.
    #[inline(always)]
    pub(super) fn mark(self) -> u16 {
        let hash = self.mix().wrapping_mul(SEED);
        ((hash >> 48) as u16) | 1
    }

    const fn slot(self, multiplier: u64) -> usize {
        (self.mix().wrapping_mul(multiplier) >> 55) as usize
    }
}

/// Eight bytes from `at`, or as many as there are, as a little-endian word.
#[inline(always)]
fn word(bytes: &[u8], at: usize) -> u64 {
    let rest = bytes.get(at..).unwrap_or_default();
    match rest.first_chunk::<8>() {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => short_word(rest),
    }
}

#[cold]
fn short_word(rest: &[u8]) -> u64 {
    rest.iter()
        .rev()
        .fold(0, |word, byte| word << 8 | u64::from(*byte))
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
pub(super) struct Table<const N: usize> {
    keys: [Key; N],
    names: [(&'static str, Field); N],
    /// 1 + index of the key whose slot it is; 0 where there is none.
    slots: [u8; SLOTS],
    multiplier: u64,
}

impl<const N: usize> Table<N> {
    /// Builds the table. Meant for constants.
    #[allow(clippy::indexing_slicing, reason = "evaluated when compiling")]
    pub(super) const fn new(names: [(&'static str, Field); N]) -> Self {
        let mut keys = [Key::of(b""); N];
        let mut index = 0;
        while index < N {
            keys[index] = Key::of(names[index].0.as_bytes());
            index += 1;
        }
        let mut multiplier = SEED;
        loop {
            if let Some(slots) = place(&keys, multiplier) {
                return Self {
                    keys,
                    names,
                    slots,
                    multiplier,
                };
            }
            multiplier = multiplier.wrapping_mul(SEED) | 1;
        }
    }

    /// The field of the key at `start..end` of `bytes`, whose words are `key`.
    #[inline(always)]
    pub(super) fn find(&self, key: Key, bytes: &[u8], start: usize, end: usize) -> Option<Field> {
        let slot = self.slots.get(key.slot(self.multiplier)).copied()?;
        let index = usize::from(slot.checked_sub(1)?);
        if self.keys.get(index) != Some(&key) {
            return None;
        }
        let (name, field) = self.names.get(index)?;
        let same = key.len <= WHOLE || bytes.get(start..end) == Some(name.as_bytes());
        same.then_some(*field)
    }
}

#[allow(clippy::indexing_slicing, reason = "evaluated when compiling")]
const fn place<const N: usize>(keys: &[Key; N], multiplier: u64) -> Option<[u8; SLOTS]> {
    let mut slots = [0; SLOTS];
    let mut index = 0;
    while index < N {
        let slot = keys[index].slot(multiplier);
        if slots[slot] != 0 {
            return None;
        }
        index += 1;
        slots[slot] = index as u8;
    }
    Some(slots)
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
