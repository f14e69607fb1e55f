//! The text of a buffer, as far as it is UTF-8.

use simdutf8::compat::from_utf8;

/// Bytes that are checked at once: they stay in the nearest cache until the
/// records in them are walked.
const PIECE: usize = 16 << 10;

/// A buffer whose UTF-8 is checked once, in stretches of many records.
pub(super) struct Text<'a> {
    bytes: &'a [u8],
    /// Valid text that begins at `from`.
    valid: &'a str,
    from: usize,
}

impl<'a> Text<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            valid: "",
            from: 0,
        }
    }

    /// `start..end` as text; `None` where it is not UTF-8.
    pub(super) fn get(&mut self, start: usize, end: usize) -> Option<&'a str> {
        let checked = start.checked_sub(self.from).zip(end.checked_sub(self.from));
        if let Some((start, end)) = checked
            && end <= self.valid.len()
        {
            return self.valid.get(start..end);
        }
        let piece_end = end.max(start.saturating_add(PIECE)).min(self.bytes.len());
        self.valid = valid_prefix(self.bytes.get(start..piece_end)?);
        self.from = start;
        self.valid.get(..end - start)
    }
}

fn valid_prefix(bytes: &[u8]) -> &str {
    match from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
            from_utf8(valid).unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bad_stretch_does_not_spoil_the_next() {
        let bytes = b"ab\xffcd\xc3\xa9f";
        let mut text = Text::new(bytes);
        assert_eq!(text.get(0, 2), Some("ab"));
        assert_eq!(text.get(2, 3), None);
        assert_eq!(text.get(3, 8), Some("cdéf"));
        assert_eq!(text.get(0, 2), Some("ab"));
        assert_eq!(text.get(4, 6), None, "half a character");
        assert_eq!(text.get(7, 9), None, "more than there is");
    }

    #[test]
    fn a_character_across_two_pieces_is_whole() {
        let mut bytes = vec![b'a'; PIECE - 1];
        bytes.extend_from_slice("é and more".as_bytes());
        let mut text = Text::new(&bytes);
        assert_eq!(text.get(0, 4), Some("aaaa"));
        assert_eq!(text.get(PIECE - 2, PIECE + 1), Some("aé"));
        assert_eq!(text.get(0, bytes.len()).map(str::len), Some(bytes.len()));
    }
}
