//! Chance that repeats: every stream of numbers follows from a seed and a label.
//!
//! Each activity of each day has a stream of its own, so adding or removing one
//! activity (an attack, say) changes no other event of the archive.

use std::fmt::Write as _;

/// A stream of repeatable chance.
#[derive(Clone, Debug)]
pub(crate) struct Dice(fastrand::Rng);

impl Dice {
    /// The stream of `label` under `seed`.
    pub(crate) fn new(seed: u64, label: &str) -> Self {
        Self(fastrand::Rng::with_seed(hash(seed, label)))
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn range(&mut self, low: i64, high: i64) -> i64 {
        if low >= high {
            low
        } else {
            self.0.i64(low..=high)
        }
    }

    /// Whether something happens that happens `percent` times in a hundred.
    pub(crate) fn chance(&mut self, percent: u32) -> bool {
        self.0.u32(0..100) < percent
    }

    /// One of the given texts; empty only where there are none.
    pub(crate) fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        let index = if from.is_empty() {
            0
        } else {
            self.0.usize(0..from.len())
        };
        from.get(index).copied().unwrap_or("")
    }

    /// `length` characters of `alphabet`, which has a power of two of ASCII characters.
    pub(crate) fn text(&mut self, alphabet: &str, length: usize) -> String {
        let mut text = String::with_capacity(length);
        self.text_into(&mut text, alphabet, length);
        text
    }

    /// Like [`Dice::text`], at the end of `into`.
    pub(crate) fn text_into(&mut self, into: &mut String, alphabet: &str, length: usize) {
        let letters = alphabet.as_bytes();
        let bits = letters.len().max(1).ilog2();
        let mask = (1_u64 << bits) - 1;
        let mut pool = 0;
        let mut left = 0;
        for _ in 0..length {
            if left < bits {
                pool = self.0.u64(..);
                left = 64;
            }
            let letter = usize::try_from(pool & mask)
                .ok()
                .and_then(|index| letters.get(index));
            into.push(letter.copied().map_or('0', char::from));
            pool >>= bits;
            left -= bits;
        }
    }

    /// A version 4 UUID.
    pub(crate) fn uuid(&mut self) -> String {
        let bits = self.0.u128(..);
        let bits = bits & !(0xf << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62);
        let mut text = String::with_capacity(36);
        for (position, nibble) in (0..32).rev().enumerate() {
            if matches!(position, 8 | 12 | 16 | 20) {
                text.push('-');
            }
            text.push(hex_digit(bits >> (nibble * 4)));
        }
        text
    }

    /// An address of the network whose first part is `prefix`, for example `203.0.113.`.
    pub(crate) fn address(&mut self, prefix: &str, low: i64, high: i64) -> String {
        let mut text = String::from(prefix);
        // Writing to a string cannot fail.
        let _ = write!(text, "{}", self.range(low, high));
        text
    }
}

fn hex_digit(bits: u128) -> char {
    u32::try_from(bits & 0xf)
        .ok()
        .and_then(|digit| char::from_digit(digit, 16))
        .unwrap_or('0')
}

/// Mixes a seed and a label (FNV-1a, then splitmix64's finisher).
pub(crate) fn hash(seed: u64, label: &str) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for byte in label.bytes() {
        state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_repeat_and_differ_by_label_and_seed() {
        let take = |seed, label: &str| Dice::new(seed, label).text("0123456789abcdef", 32);
        assert_eq!(take(1, "a"), take(1, "a"));
        assert_ne!(take(1, "a"), take(1, "b"));
        assert_ne!(take(1, "a"), take(2, "a"));
    }

    #[test]
    fn uuids_have_their_form() {
        let mut dice = Dice::new(7, "uuid");
        for _ in 0..1_000 {
            let uuid = dice.uuid();
            let parts: Vec<usize> = uuid.split('-').map(str::len).collect();
            assert_eq!(parts, [8, 4, 4, 4, 12]);
            assert_eq!(uuid.as_bytes()[14], b'4');
            assert!(matches!(uuid.as_bytes()[19], b'8' | b'9' | b'a' | b'b'));
        }
    }
}
