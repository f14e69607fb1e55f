//! Text with a map from its offsets to those of the text that it was made from.

use std::ops::Range;

/// Text made from other text. Offsets are of bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapped {
    text: String,
    /// From the first offset on, the source goes on from the second, up to the
    /// next entry. Ascending in the first.
    runs: Vec<(usize, usize)>,
}

impl Mapped {
    /// The text itself.
    pub fn identity(text: String) -> Self {
        Self {
            text,
            runs: vec![(0, 0)],
        }
    }

    /// Text of which every place leads to one range of the source.
    pub fn at(text: String, source: usize) -> Self {
        let mut mapped = Self::default();
        for (at, c) in text.char_indices() {
            mapped.runs.push((at, source));
            mapped.text.push(c);
        }
        mapped
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Adds a character that stands at this offset of the source.
    pub fn push(&mut self, c: char, source: usize) {
        self.run(source);
        self.text.push(c);
    }

    /// Adds a range of another text, with its places, in ASCII's lower case.
    pub(super) fn push_lower(&mut self, from: &Self, range: Range<usize>) {
        let start = self.text.len();
        self.copy(from, range);
        if let Some(new) = self.text.get_mut(start..) {
            new.make_ascii_lowercase();
        }
    }

    /// Adds a range of the source itself.
    pub(super) fn push_source(&mut self, source: &str, range: Range<usize>) {
        if let Some(piece) = source.get(range.clone()) {
            self.run(range.start);
            self.text.push_str(piece);
        }
    }

    /// Begins a run at the end of the text, unless the last one goes on there.
    fn run(&mut self, source: usize) {
        let here = self.text.len();
        let goes_on = self
            .runs
            .last()
            .is_some_and(|(out, from)| from + (here - out) == source);
        if !goes_on {
            self.runs.push((here, source));
        }
    }

    /// The source's offset of an offset of the text.
    pub fn source(&self, offset: usize) -> usize {
        let after = self.runs.partition_point(|(out, _)| *out <= offset);
        let Some((out, from)) = after.checked_sub(1).and_then(|at| self.runs.get(at)) else {
            return offset;
        };
        let end = self.runs.get(after).map(|(_, from)| *from);
        let straight = from + (offset - out);
        end.filter(|end| end >= from)
            .map_or(straight, |end| straight.min(end))
    }

    /// The source's range of a range of the text.
    pub fn source_range(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.source(range.start);
        let last = self.source(range.end.saturating_sub(1).max(range.start));
        start..(last + 1).max(start + 1)
    }

    /// The same text with ranges replaced. The ranges ascend and do not overlap;
    /// every character of a replacement leads to where its range begins.
    pub fn replaced(&self, edits: &[(Range<usize>, String)]) -> Self {
        let mut out = Self {
            text: String::with_capacity(self.text.len()),
            runs: Vec::with_capacity(self.runs.len() + edits.len()),
        };
        let mut at = 0;
        for (range, text) in edits {
            out.copy(self, at..range.start);
            let source = self.source(range.start);
            text.chars().for_each(|c| out.push_still(c, source));
            at = range.end.max(at);
        }
        out.copy(self, at..self.text.len());
        out
    }

    /// Adds a character that leads to an offset, and ends the run there.
    fn push_still(&mut self, c: char, source: usize) {
        self.runs.push((self.text.len(), source));
        self.text.push(c);
    }

    fn copy(&mut self, from: &Self, range: Range<usize>) {
        let Some(piece) = from
            .text
            .get(range.clone())
            .filter(|piece| !piece.is_empty())
        else {
            return;
        };
        let here = self.text.len();
        self.run(from.source(range.start));
        let inner = from.runs.partition_point(|(out, _)| *out <= range.start);
        for (out, source) in from.runs.iter().skip(inner) {
            if *out >= range.end {
                break;
            }
            self.runs.push((here + out - range.start, *source));
        }
        self.text.push_str(piece);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_replacement_leads_to_where_it_stood() {
        let mapped = Mapped::identity("abcdef".to_owned());
        let edited = mapped.replaced(&[(1..3, "XYZ".to_owned())]);
        assert_eq!(edited.text(), "aXYZdef");
        let sources: Vec<usize> = (0..7).map(|at| edited.source(at)).collect();
        assert_eq!(sources, [0, 1, 1, 1, 3, 4, 5]);
        assert_eq!(edited.source_range(&(0..5)), 0..4);
    }

    proptest! {
        #[test]
        fn what_is_kept_leads_to_itself(text in "[a-z]{0,40}", cut in 0usize..20, len in 0usize..10) {
            let mapped = Mapped::identity(text.clone());
            let start = cut.min(text.len());
            let end = (start + len).min(text.len());
            let twice = mapped.replaced(&[(start..end, "#!".to_owned())]).replaced(&[]);
            for (at, c) in twice.text().char_indices().filter(|(_, c)| c.is_ascii_lowercase()) {
                prop_assert_eq!(text.as_bytes()[twice.source(at)], c as u8);
            }
        }
    }
}
