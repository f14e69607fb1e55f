//! Text as one line of words: what a reader, or a model, takes from comments,
//! literals and Markdown that are broken over lines.

use super::Mapped;

/// The text in lower case with one blank for any white space, and without what
/// begins lines of comments, lists and quotations.
pub fn prose(text: &Mapped) -> Mapped {
    let mut out = Mapped::default();
    let mut is_start = true;
    let mut owed: Option<usize> = None;
    let mut chars = text.text().char_indices().peekable();
    while let Some((at, mut c)) = chars.next() {
        let source = text.source(at);
        // A line end inside a literal.
        if c == '\\'
            && chars
                .next_if(|(_, next)| matches!(next, 'n' | 'r' | 't'))
                .is_some()
        {
            c = '\n';
        }
        if c == '\n' {
            is_start = true;
        }
        if c.is_whitespace() {
            owed = owed.or(Some(source));
            continue;
        }
        if is_start && is_leader(c) {
            continue;
        }
        is_start = false;
        if matches!(c, '*' | '_' | '`' | '\\') {
            continue;
        }
        if let Some(blank) = owed.take()
            && !out.text().is_empty()
        {
            out.push(' ', blank);
        }
        if c.is_ascii() {
            out.push(c.to_ascii_lowercase(), source);
        } else {
            c.to_lowercase().for_each(|lower| out.push(lower, source));
        }
    }
    out
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
