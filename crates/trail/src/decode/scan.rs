//! Finding the byte that ends or interrupts a JSON string, many bytes a step.
//!
//! Two implementations give the same answer: one of 16-byte lanes on x86-64,
//! where SSE2 is always there, and a portable one of 8-byte words.

/// Whether the window begins with the first `length` bytes, at most 32, of the
/// pattern.
#[inline(always)]
pub(super) fn begins(window: &Window, pattern: &[u8; 32], length: u32) -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        lanes::begins(window, pattern, length)
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        words::begins(window, pattern, length)
    }
}

/// Index, from `from` on, of the first byte that is a quote, a backslash or a
/// control character; `bytes.len()` where there is none.
#[inline]
pub(super) fn interruption(bytes: &[u8], from: usize) -> usize {
    #[cfg(target_arch = "x86_64")]
    {
        lanes::interruption(bytes, from)
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        words::interruption(bytes, from)
    }
}

/// Bytes of a [`Window`] in which a string may end.
pub(super) const NEAR: usize = 32;

/// The bytes from a string's first on, with what follows a string that ends
/// in the first [`NEAR`].
pub(super) type Window = [u8; NEAR + 8];

/// The window at `at`; `None` near the end of the bytes.
#[inline(always)]
pub(super) fn window(bytes: &[u8], at: usize) -> Option<&Window> {
    bytes.get(at..)?.first_chunk()
}

/// Index of the first byte in the window that is a quote, a backslash or a
/// control character; [`NEAR`] where the first [`NEAR`] have none.
#[inline(always)]
pub(super) fn near(window: &Window) -> usize {
    #[cfg(target_arch = "x86_64")]
    {
        lanes::near(window)
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        words::near(window)
    }
}

/// Whether a string's body cannot hold `byte` as it is, or ends with it.
fn interrupts(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// Index of the first byte after `from` that is not JSON white space.
#[inline(always)]
pub(super) fn non_space(bytes: &[u8], from: usize) -> usize {
    match bytes.get(from) {
        Some(byte) if *byte > b' ' => from,
        _ => after_space(bytes, from),
    }
}

/// Skips white space, whole words of indentation at a time.
fn after_space(bytes: &[u8], from: usize) -> usize {
    const SPACES: u64 = 0x2020_2020_2020_2020;
    let mut at = from;
    while let Some(rest) = bytes.get(at..) {
        match rest.first_chunk::<8>() {
            Some(word) if u64::from_le_bytes(*word) == SPACES => at += 8,
            _ => match rest.first() {
                Some(b' ' | b'\n' | b'\r' | b'\t') => at += 1,
                _ => break,
            },
        }
    }
    at
}

/// 16 bytes a step with SSE2.
#[cfg(target_arch = "x86_64")]
mod lanes {
    use super::{NEAR, Window};
    use safe_arch::{
        cmp_eq_mask_i8_m128i, load_unaligned_m128i, min_u8_m128i, move_mask_i8_m128i,
        set_splat_i8_m128i,
    };

    /// Bit `n` is set where byte `n` interrupts a string.
    #[inline(always)]
    fn mask(lane: &[u8; 16]) -> u32 {
        let lane = load_unaligned_m128i(lane);
        // With bit 1 turned over, the quote is 0x20, and control characters
        // and nothing else lie below.
        let turned = lane ^ set_splat_i8_m128i(0x02);
        let low = min_u8_m128i(turned, set_splat_i8_m128i(0x20));
        let quote_or_control = cmp_eq_mask_i8_m128i(low, turned);
        let escape = cmp_eq_mask_i8_m128i(lane, set_splat_i8_m128i(0x5c));
        move_mask_i8_m128i(quote_or_control | escape).cast_unsigned()
    }

    /// See [`super::interruption`].
    pub(super) fn interruption(bytes: &[u8], from: usize) -> usize {
        let mut at = from;
        while let Some(block) = bytes.get(at..).and_then(|rest| rest.first_chunk::<32>()) {
            let found = pair(block);
            if found != 0 {
                return at + found.trailing_zeros() as usize;
            }
            at += 32;
        }
        super::words::interruption(bytes, at)
    }

    /// The masks of two lanes side by side.
    #[inline(always)]
    fn pair(block: &[u8; 32]) -> u32 {
        let (one, two) = block.split_at(16);
        match (one.first_chunk(), two.first_chunk()) {
            (Some(one), Some(two)) => mask(one) | mask(two) << 16,
            _ => 0,
        }
    }

    /// Whether the window begins with the first `length` bytes of the pattern.
    #[inline(always)]
    pub(super) fn begins(window: &Window, pattern: &[u8; 32], length: u32) -> bool {
        let mut same = 0;
        for (place, (lane, other)) in window.chunks(16).zip(pattern.chunks(16)).enumerate() {
            if let (Some(lane), Some(other)) = (lane.first_chunk(), other.first_chunk()) {
                let (lane, other) = (load_unaligned_m128i(lane), load_unaligned_m128i(other));
                let equal = move_mask_i8_m128i(cmp_eq_mask_i8_m128i(lane, other));
                same |= equal.cast_unsigned() << (16 * place);
            }
        }
        (!same).trailing_zeros() >= length
    }

    /// See [`super::near`].
    #[inline(always)]
    pub(super) fn near(window: &Window) -> usize {
        let [Some(one), Some(two)] = [
            window.first_chunk(),
            window.get(16..).and_then(|rest| rest.first_chunk()),
        ] else {
            return 0;
        };
        let found = mask(one);
        if found != 0 {
            return found.trailing_zeros() as usize;
        }
        let found = mask(two);
        if found != 0 {
            16 + found.trailing_zeros() as usize
        } else {
            NEAR
        }
    }
}

/// 8 bytes a step with ordinary arithmetic.
mod words {
    use super::{NEAR, Window};

    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;

    /// The high bit of each byte that interrupts a string. Exact up to the
    /// lowest one, which is all that is asked.
    #[inline(always)]
    fn mask(word: u64) -> u64 {
        // See the lanes: the quote turns into 0x20, next to the controls.
        let turned = word ^ (ONES * 0x02);
        let quote_or_control = turned.wrapping_sub(ONES * 0x21) & !turned;
        let escape = word ^ (ONES * 0x5c);
        let escape = escape.wrapping_sub(ONES) & !escape;
        (quote_or_control | escape) & HIGHS
    }

    /// See [`super::interruption`].
    #[inline]
    pub(super) fn interruption(bytes: &[u8], from: usize) -> usize {
        let mut at = from;
        while let Some(word) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
            let found = mask(u64::from_le_bytes(*word));
            if found != 0 {
                return at + (found.trailing_zeros() / 8) as usize;
            }
            at += 8;
        }
        let tail = bytes.get(at..).unwrap_or_default();
        let found = tail.iter().position(|byte| super::interrupts(*byte));
        found.map_or(bytes.len(), |offset| at + offset)
    }

    /// See [`super::begins`].
    #[cfg_attr(
        target_arch = "x86_64",
        allow(dead_code, reason = "lanes are used, words tested")
    )]
    pub(super) fn begins(window: &Window, pattern: &[u8; 32], length: u32) -> bool {
        let length = length as usize;
        window.get(..length) == pattern.get(..length)
    }

    /// See [`super::near`].
    #[cfg_attr(
        target_arch = "x86_64",
        allow(dead_code, reason = "lanes are used, words tested")
    )]
    pub(super) fn near(window: &Window) -> usize {
        interruption(window, 0).min(NEAR)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(bytes: &[u8], from: usize) -> usize {
        let rest = bytes.get(from..).unwrap_or_default();
        let found = rest.iter().position(|byte| interrupts(*byte));
        found.map_or(bytes.len(), |offset| from + offset)
    }

    #[test]
    fn every_byte_at_every_place_is_judged_alike() {
        for place in 0..40 {
            for byte in 0..=255u8 {
                let mut bytes = vec![b'a'; 40];
                bytes[place] = byte;
                let expected = plain(&bytes, 0);
                assert_eq!(
                    words::interruption(&bytes, 0),
                    expected,
                    "{byte} at {place}"
                );
                assert_eq!(interruption(&bytes, 0), expected, "{byte} at {place}");
                let window = window(&bytes, 0).unwrap();
                assert_eq!(near(window), expected.min(NEAR), "{byte} at {place}");
                assert_eq!(words::near(window), expected.min(NEAR), "{byte} at {place}");
            }
        }
    }

    proptest! {
        #[test]
        fn beginnings_are_compared_alike(
            window in proptest::collection::vec(0u8..2, NEAR + 8),
            pattern in proptest::collection::vec(0u8..2, 32),
            copied in 0usize..=32,
            length in 0u32..=32,
        ) {
            let mut window: Window = window.try_into().unwrap();
            let pattern: [u8; 32] = pattern.try_into().unwrap();
            window[..copied].copy_from_slice(&pattern[..copied]);
            let expected = window[..length as usize] == pattern[..length as usize];
            prop_assert_eq!(begins(&window, &pattern, length), expected);
            prop_assert_eq!(words::begins(&window, &pattern, length), expected);
        }

        #[test]
        fn lanes_words_and_bytes_agree(
            bytes in proptest::collection::vec(any::<u8>(), 0..100),
            from in 0usize..100,
        ) {
            let from = from.min(bytes.len());
            let expected = plain(&bytes, from);
            prop_assert_eq!(words::interruption(&bytes, from), expected);
            prop_assert_eq!(interruption(&bytes, from), expected);
        }

        #[test]
        fn white_space_is_skipped_and_nothing_else(
            text in "[ \t\r\n]{0,40}[^ \t\r\n]?[ \t]{0,4}",
        ) {
            let expected = text
                .bytes()
                .position(|byte| !b" \t\r\n".contains(&byte))
                .unwrap_or(text.len());
            prop_assert_eq!(non_space(text.as_bytes(), 0), expected);
        }
    }
}
