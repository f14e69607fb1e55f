//! The text of a buffer, as far as it is UTF-8.

use std::str;

/// A buffer whose UTF-8 is checked once, in the longest stretches possible.
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
            valid: valid_prefix(bytes),
            from: 0,
        }
    }

    /// `start..end` as text; `None` where it is not UTF-8. Meant for ranges in
    /// ascending order: a range before an earlier one is checked by itself.
    pub(super) fn get(&mut self, start: usize, end: usize) -> Option<&'a str> {
        let checked = start.checked_sub(self.from).zip(end.checked_sub(self.from));
        if let Some((start, end)) = checked
            && end <= self.valid.len()
        {
            return self.valid.get(start..end);
        }
        let text = str::from_utf8(self.bytes.get(start..end)?).ok();
        if end >= self.from {
            self.valid = valid_prefix(self.bytes.get(end..).unwrap_or_default());
            self.from = end;
        }
        text
    }
}

fn valid_prefix(bytes: &[u8]) -> &str {
    match str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
            str::from_utf8(valid).unwrap_or_default()
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
        assert_eq!(text.get(3, 7), Some("cdé"));
        assert_eq!(text.get(0, 2), Some("ab"));
        assert_eq!(text.get(4, 6), None, "half a character");
    }
}
