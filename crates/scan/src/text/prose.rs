//! Text as one line of words: what a reader, or a model, takes from comments,
//! literals and Markdown that are broken over lines.

use std::ops::Range;

use super::Mapped;

/// The text in lower case with one blank for any white space, and without what
/// begins lines of comments, lists and quotations.
pub fn prose(text: &Mapped) -> Mapped {
    let mut writer = Writer {
        text,
        out: Mapped::default(),
        is_start: true,
        owed: None,
    };
    let whole = text.text();
    let mut at = 0;
    while let Some(c) = whole.get(at..).and_then(|rest| rest.chars().next()) {
        let word = word(whole.as_bytes(), at);
        if word > at && !(writer.is_start && is_leader(c)) {
            writer.word(at..word);
            at = word;
        } else {
            at = writer.character(c, at);
        }
    }
    writer.out
}

/// Where the run of bytes ends that stay as they are but for their case.
fn word(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    let end = rest.iter().position(|byte| !is_kept(*byte));
    from + end.unwrap_or(rest.len())
}

/// Whether a byte is a whole character that stays.
fn is_kept(byte: u8) -> bool {
    byte.is_ascii() && !char::from(byte).is_whitespace() && !is_mark(char::from(byte))
}

/// Marks of Markdown and of escapes, which are left out.
fn is_mark(c: char) -> bool {
    matches!(c, '*' | '_' | '`' | '\\')
}

struct Writer<'a> {
    text: &'a Mapped,
    out: Mapped,
    /// Whether only what begins lines has been seen of the line.
    is_start: bool,
    /// Where white space stood that is not written yet.
    owed: Option<usize>,
}

impl Writer<'_> {
    fn word(&mut self, range: Range<usize>) {
        self.is_start = false;
        self.blank();
        self.out.push_lower(self.text, range);
    }

    /// Takes a character that is not kept as it is; gives where the next one begins.
    fn character(&mut self, c: char, at: usize) -> usize {
        let source = self.text.source(at);
        let rest = self
            .text
            .text()
            .get(at + c.len_utf8()..)
            .unwrap_or_default();
        // A line end inside a literal.
        let is_escape = c == '\\' && rest.starts_with(['n', 'r', 't']);
        if is_escape || c.is_whitespace() {
            self.is_start |= is_escape || c == '\n';
            self.owed = self.owed.or(Some(source));
        } else if !(self.is_start && is_leader(c)) {
            self.is_start = false;
            if !is_mark(c) {
                self.blank();
                c.to_lowercase()
                    .for_each(|lower| self.out.push(lower, source));
            }
        }
        at + c.len_utf8() + usize::from(is_escape)
    }

    fn blank(&mut self) {
        if let Some(blank) = self.owed.take()
            && !self.out.text().is_empty()
        {
            self.out.push(' ', blank);
        }
    }
}

/// Characters that begin a line of a comment, a list or a quotation.
fn is_leader(c: char) -> bool {
    matches!(
        c,
        '/' | '#' | '*' | '-' | '>' | ';' | '%' | '|' | '+' | '"' | '\'' | '`' | '•'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_comment_are_one() {
        let text = Mapped::identity("// Delete **all**\n//   files\n\n * of it".to_owned());
        let out = prose(&text);
        assert_eq!(out.text(), "delete all files of it");
        assert_eq!(out.source(0), 3);
    }
}
