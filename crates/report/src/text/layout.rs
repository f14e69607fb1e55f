//! Wrapping of sentences by display width.

use anstyle::{AnsiColor, Style};
use gardefou_finding::Untrusted;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::catalogue::{Sentence, Span};

/// Longest text from outside that is shown in one place.
const MAX_QUOTE: usize = 160;

/// What a piece of a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Our words.
    Plain,
    /// Our words, standing out.
    Strong,
    /// Text from outside.
    Quote,
}

impl Kind {
    /// Its style where colours are wanted.
    pub(super) fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Strong => Style::new().bold(),
            Self::Quote => Style::new().fg_color(Some(AnsiColor::Cyan.into())),
        }
    }
}

/// One line of laid-out text.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    /// Its pieces, in order.
    pub(super) pieces: Vec<(String, Kind)>,
    /// Its display width.
    pub(super) width: usize,
}

/// Display width of escaped text.
pub(super) fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// Display width of a sentence on one line.
pub(super) fn sentence_width(sentence: &Sentence) -> usize {
    sentence
        .spans()
        .iter()
        .map(|span| width(&shown(span).0))
        .sum()
}

/// Lays a sentence out in lines of at most `room` columns. More lines than
/// `max_lines` are cut, with an ellipsis.
pub(super) fn wrap(sentence: &Sentence, room: usize, max_lines: usize) -> Vec<Line> {
    let mut lines = vec![Line::default()];
    for word in words(sentence) {
        place(&mut lines, &word, room);
    }
    for line in &mut lines {
        trim_end(line);
    }
    if lines.len() > max_lines {
        lines.truncate(max_lines);
        if let Some(last) = lines.last_mut() {
            cut(last, room.saturating_sub(1));
            last.pieces.push(("…".to_owned(), Kind::Plain));
            last.width += 1;
        }
    }
    lines
}

/// A span's text as a terminal shows it. Text from outside that could be
/// mistaken for our words (it has spaces, say) stands in backticks.
fn shown(span: &Span) -> (String, Kind) {
    match span {
        Span::Plain(_) => (span.escaped(), Kind::Plain),
        Span::Strong(_) => (span.escaped(), Kind::Strong),
        Span::Quote(text) => (quoted(text), Kind::Quote),
    }
}

fn quoted(text: &Untrusted) -> String {
    let escaped = text.escaped();
    let safe = |c: char| c.is_ascii_alphanumeric() || ":/._@+=,-*#".contains(c);
    let mut out: String = escaped.chars().take(MAX_QUOTE).collect();
    if out.len() < escaped.len() {
        out.push('…');
    }
    if escaped.chars().all(safe) {
        out
    } else {
        format!("`{}`", out.replace('`', "'"))
    }
}

/// What stands between two spaces, with the space after it. A word may be made
/// of several pieces: `(` of ours and a name from outside do not come apart.
type Word = Vec<(String, Kind)>;

fn words(sentence: &Sentence) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut open = false;
    for span in sentence.spans() {
        let (text, kind) = shown(span);
        for part in text.split_inclusive(' ') {
            match words.last_mut() {
                Some(word) if open => word.push((part.to_owned(), kind)),
                _ => words.push(vec![(part.to_owned(), kind)]),
            }
            open = !part.ends_with(' ');
        }
    }
    words
}

fn place(lines: &mut Vec<Line>, word: &Word, room: usize) {
    let text: String = word.iter().map(|(part, _)| part.as_str()).collect();
    let needed = width(text.trim_end_matches(' '));
    let full = lines.last().is_none_or(|line| line.width + needed > room);
    let empty = lines.last().is_none_or(|line| line.width == 0);
    if needed > room {
        // A word that no line can hold starts where it stands.
        break_up(lines, word, room);
        return;
    }
    if full && !empty && needed > 0 {
        lines.push(Line::default());
    }
    for (part, kind) in word {
        push(lines, part, *kind);
    }
}

fn break_up(lines: &mut Vec<Line>, word: &Word, room: usize) {
    for (part, kind) in word {
        for c in part.chars() {
            let columns = c.width().unwrap_or(0);
            if lines.last().is_none_or(|line| line.width + columns > room) {
                lines.push(Line::default());
            }
            push(lines, c.encode_utf8(&mut [0; 4]), *kind);
        }
    }
}

fn push(lines: &mut [Line], text: &str, kind: Kind) {
    let Some(line) = lines.last_mut() else { return };
    line.width += width(text);
    match line.pieces.last_mut() {
        Some((last, same)) if *same == kind => last.push_str(text),
        _ => line.pieces.push((text.to_owned(), kind)),
    }
}

fn trim_end(line: &mut Line) {
    while let Some((text, _)) = line.pieces.last_mut() {
        text.truncate(text.trim_end_matches(' ').len());
        if !text.is_empty() {
            break;
        }
        line.pieces.pop();
    }
    line.width = line.pieces.iter().map(|(text, _)| width(text)).sum();
}

fn cut(line: &mut Line, room: usize) {
    while line.width > room {
        let Some((text, _)) = line.pieces.last_mut() else {
            break;
        };
        if text.pop().is_none() {
            line.pieces.pop();
        }
        line.width = line.pieces.iter().map(|(text, _)| width(text)).sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(lines: &[Line]) -> Vec<String> {
        lines
            .iter()
            .map(|line| line.pieces.iter().map(|(text, _)| text.as_str()).collect())
            .collect()
    }

    #[test]
    fn lines_break_between_words() {
        let lines = wrap(&Sentence::plain("one two three four"), 9, 9);
        assert_eq!(texts(&lines), ["one two", "three", "four"]);
    }

    #[test]
    fn a_word_longer_than_the_line_is_cut_up() {
        let lines = wrap(&Sentence::plain("abcdefghijkl m"), 5, 9);
        assert_eq!(texts(&lines), ["abcde", "fghij", "kl m"]);
    }

    #[test]
    fn too_many_lines_end_in_an_ellipsis() {
        let lines = wrap(&Sentence::plain("one two three four"), 9, 2);
        assert_eq!(texts(&lines), ["one two", "three…"]);
    }

    #[test]
    fn text_that_could_pass_for_ours_is_quoted() {
        assert_eq!(quoted(&"No incident.".into()), "`No incident.`");
        assert_eq!(quoted(&"`; all clear `".into()), "`'; all clear '`");
        assert_eq!(quoted(&"i-0abc".into()), "i-0abc");
        assert_eq!(
            quoted(&Untrusted::new("x".repeat(500))).chars().count(),
            MAX_QUOTE + 1
        );
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(
            texts(&wrap(&Sentence::plain("鍵鍵鍵"), 4, 9)),
            ["鍵鍵", "鍵"]
        );
    }
}
