//! The new side of a file, and which of its lines the change brings.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput};

/// Shortest run of printable bytes that counts as words.
const MIN_WORDS: usize = 12;

/// A line of a [`View`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Line {
    /// Offset of its first byte in the view's text.
    start: usize,
    /// Number in the file from 1; 0 where it stands for a gap.
    number: u32,
    /// Whether the change brings it.
    is_added: bool,
}

/// The new side of a file: the whole of it, or the parts that a patch shows,
/// one after another with an empty line where something is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    text: String,
    /// `None` when every line is there and all are new.
    lines: Option<Vec<Line>>,
    is_whole: bool,
    removed: String,
    /// Where lines were taken away: the offset in the text that they stood
    /// before, and their range in `removed`.
    taken: Vec<(usize, Range<usize>)>,
}

impl View {
    /// A whole file of which everything is new.
    pub fn whole(text: String) -> Self {
        Self {
            text,
            lines: None,
            is_whole: true,
            removed: String::new(),
            taken: Vec::new(),
        }
    }

    /// A whole file of which the lines that `old` had are not new.
    pub fn between(old: &str, new: String) -> Self {
        let input = InternedInput::new(old, new.as_str());
        let diff = Diff::compute(Algorithm::Histogram, &input);
        let mut lines = Vec::with_capacity(input.after.len());
        let mut start = 0;
        for (line, index) in new.split_inclusive('\n').zip(0u32..) {
            lines.push(Line {
                start,
                number: index.saturating_add(1),
                is_added: diff.is_added(index),
            });
            start += line.len();
        }
        let (removed, taken) = taken(old, &diff, &lines, new.len());
        Self {
            text: new,
            lines: Some(lines),
            is_whole: true,
            removed,
            taken,
        }
    }

    /// An empty view, to be filled from a patch.
    pub(super) fn partial() -> Self {
        Self {
            lines: Some(Vec::new()),
            ..Self::default()
        }
    }

    /// The words inside bytes that are no text: runs of printable ASCII, also of
    /// two bytes a character, without line numbers.
    pub fn of_words(bytes: &[u8]) -> Self {
        let mut view = Self::partial();
        let is_shown = |byte: &u8| (b' '..=b'~').contains(byte);
        let narrow = bytes
            .split(|byte| !is_shown(byte))
            .filter(|run| run.len() >= MIN_WORDS);
        for run in narrow {
            view.push_line(&String::from_utf8_lossy(run), 0, true);
        }
        let wide: Vec<u8> = bytes
            .chunks_exact(2)
            .map(|pair| {
                if matches!(pair, [_, 0]) {
                    pair.first().copied().unwrap_or(0)
                } else {
                    0
                }
            })
            .collect();
        for run in wide
            .split(|byte| !is_shown(byte))
            .filter(|run| run.len() >= MIN_WORDS)
        {
            view.push_line(&String::from_utf8_lossy(run), 0, true);
        }
        view
    }

    /// Says that what was filled in is the whole file.
    pub(super) fn is_all(&mut self) {
        self.is_whole = true;
    }

    pub(super) fn push_line(&mut self, text: &str, number: u32, is_added: bool) {
        if let Some(lines) = &mut self.lines {
            lines.push(Line {
                start: self.text.len(),
                number,
                is_added,
            });
        }
        self.text.push_str(text);
        self.text.push('\n');
    }

    pub(super) fn push_gap(&mut self) {
        if !self.text.is_empty() {
            self.push_line("", 0, false);
        }
    }

    pub(super) fn push_removed(&mut self, text: &str) {
        let start = self.removed.len();
        self.removed.push_str(text);
        self.removed.push('\n');
        self.taken
            .push((self.text.len(), start..self.removed.len()));
    }

    /// The text, with `\n` at the ends of lines.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The lines that the change takes away.
    pub fn removed(&self) -> &str {
        &self.removed
    }

    /// The text as it was before the change, as much of it as is shown; `None`
    /// where no before is known.
    pub fn before(&self) -> Option<String> {
        let lines = self.lines.as_ref()?;
        let ends = lines.iter().skip(1).map(|line| line.start);
        let mut taken = self.taken.iter().peekable();
        let mut before = String::with_capacity(self.text.len());
        for (line, end) in lines.iter().zip(ends.chain([self.text.len()])) {
            while let Some((_, range)) = taken.next_if(|(at, _)| *at <= line.start) {
                before.push_str(self.removed.get(range.clone()).unwrap_or_default());
            }
            if !line.is_added {
                before.push_str(self.text.get(line.start..end).unwrap_or_default());
            }
        }
        for (_, range) in taken {
            before.push_str(self.removed.get(range.clone()).unwrap_or_default());
        }
        Some(before)
    }

    /// Whether the text is the whole file.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Number of the line at an offset of the text, from 1; 0 in a gap.
    pub fn line_at(&self, offset: usize) -> u32 {
        match &self.lines {
            Some(lines) => self.index_at(lines, offset).map_or(0, |line| line.number),
            None => {
                let head = self.text.as_bytes().get(..offset).unwrap_or_default();
                u32::try_from(memchr::memchr_iter(b'\n', head).count() + 1).unwrap_or(u32::MAX)
            }
        }
    }

    fn index_at<'a>(&self, lines: &'a [Line], offset: usize) -> Option<&'a Line> {
        let after = lines.partition_point(|line| line.start <= offset);
        lines.get(after.checked_sub(1)?)
    }

    /// Whether the change brings any line of this range of the text.
    pub fn is_added(&self, range: &Range<usize>) -> bool {
        let Some(lines) = &self.lines else {
            return true;
        };
        let first = lines.partition_point(|line| line.start <= range.start);
        lines
            .iter()
            .skip(first.saturating_sub(1))
            .take_while(|line| line.start < range.end.max(range.start + 1))
            .any(|line| line.is_added)
    }

    /// The lines that the change brings, with their offsets in the text.
    pub fn added_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .split_inclusive('\n')
            .scan(0, |at, line| {
                let start = *at;
                *at += line.len();
                Some((start, line))
            })
            .filter(|(start, line)| self.is_added(&(*start..*start + line.len())))
            .map(|(start, line)| (start, line.trim_end_matches(['\n', '\r'])))
    }

    /// The line at an offset, without its end.
    pub fn line_text(&self, offset: usize) -> &str {
        let offset = self.text.floor_char_boundary(offset);
        let (head, tail) = self.text.split_at(offset);
        let start = head.rfind('\n').map_or(0, |at| at + 1);
        let end = tail.find('\n').map_or(self.text.len(), |at| offset + at);
        self.text.get(start..end).unwrap_or_default()
    }
}

/// The lines that a change takes away, and where they stood in the new text.
fn taken(
    old: &str,
    diff: &Diff,
    lines: &[Line],
    end: usize,
) -> (String, Vec<(usize, Range<usize>)>) {
    let mut old = old.split_inclusive('\n');
    let (mut removed, mut taken, mut next) = (String::new(), Vec::new(), 0);
    for hunk in diff.hunks().filter(|hunk| !hunk.before.is_empty()) {
        let start = removed.len();
        let skipped = hunk.before.start.saturating_sub(next) as usize;
        removed.extend(old.by_ref().skip(skipped).take(hunk.before.len()));
        next = hunk.before.end;
        let at = lines
            .get(hunk.after.start as usize)
            .map_or(end, |line| line.start);
        taken.push((at, start..removed.len()));
    }
    (removed, taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_before_is_put_together_again() {
        for (old, new) in [
            ("a\nb\nc\n", "a\nx\nc\nd\n"),
            ("a\nb\nc", "c"),
            ("a\nb\nc", "a\nb\nc\n"),
            ("", "x\n"),
            ("x\ny\n", ""),
            ("1\n2\n3\n4\n5\n6\n7\n", "0\n2\n3\n9\n9\n5\n6\n7\n8"),
        ] {
            let view = View::between(old, new.to_owned());
            assert_eq!(view.before().as_deref(), Some(old), "{old:?} {new:?}");
        }
    }

    #[test]
    fn only_what_was_not_there_is_new() {
        let view = View::between("a\nb\nc\n", "a\nx\nc\nd\n".to_owned());
        let added: Vec<&str> = view.added_lines().map(|(_, line)| line).collect();
        assert_eq!(added, ["x", "d"]);
        assert_eq!(view.removed(), "b\n");
        assert_eq!(view.line_at(2), 2);
        assert!(!view.is_added(&(0..1)));
        assert!(view.is_added(&(0..3)));
    }

    #[test]
    fn a_whole_file_is_all_new() {
        let view = View::whole("a\nb".to_owned());
        assert_eq!((view.line_at(0), view.line_at(2)), (1, 2));
        assert_eq!(view.line_text(2), "b");
        assert_eq!(view.added_lines().count(), 2);
    }
}
