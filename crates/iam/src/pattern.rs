//! Patterns with `*` (any characters) and `?` (one character).
//!
//! A pattern is taken apart once. Matching looks for each piece between stars
//! once, from left to right, so that no pattern, however many stars it has,
//! makes it go back: the work is bounded by the text's length times the
//! longest piece with a `?`, and linear without one.

use memchr::memmem;

use crate::Tri;

/// One sign of a pattern's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign<'a> {
    /// These characters.
    Text(&'a str),
    /// `*`
    Any,
    /// `?`
    One,
}

/// A compiled pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Glob {
    form: Form,
    /// Bytes that a matching text has at least.
    least: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    Everything,
    Exact(Box<[u8]>),
    Prefix(Box<[u8]>),
    Pieces {
        head: Piece,
        middle: Box<[Piece]>,
        tail: Piece,
    },
    /// No star, but question marks.
    Whole(Piece),
}

/// What stands between two stars.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(Box<[u8]>),
    /// `None` stands for any one character.
    Holes(Box<[Option<u8>]>),
}

/// What a pattern is, for those that are simple.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape<'a> {
    /// Only this text.
    Exact(&'a str),
    /// Only this text, in any case; it is in lower case.
    Folded(&'a str),
    /// Every text that begins so; with nothing, every text.
    Prefix(&'a str),
    /// Something else.
    Other,
}

impl Glob {
    /// What the pattern is, when it is simple.
    pub(crate) fn shape(&self) -> Shape<'_> {
        let text = |bytes| std::str::from_utf8(bytes).ok();
        match &self.form {
            Form::Everything => Shape::Prefix(""),
            Form::Exact(bytes) => text(bytes).map_or(Shape::Other, Shape::Exact),
            Form::Prefix(bytes) => text(bytes).map_or(Shape::Other, Shape::Prefix),
            _ => Shape::Other,
        }
    }

    /// Compiles text in which `*` and `?` are wildcards.
    pub(crate) fn new(text: &str) -> Self {
        Self::from_signs(&signs(text))
    }

    /// Compiles signs.
    pub(crate) fn from_signs(signs: &[Sign<'_>]) -> Self {
        let pieces: Vec<Piece> = signs
            .split(|sign| *sign == Sign::Any)
            .map(Piece::new)
            .collect();
        let least = pieces.iter().map(Piece::least).sum();
        Self {
            form: Form::new(pieces),
            least,
        }
    }

    /// Whether every text matches.
    pub(crate) fn is_everything(&self) -> bool {
        self.form == Form::Everything
    }

    /// Whether the whole of `text` matches.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let text = text.as_bytes();
        if text.len() < self.least {
            return false;
        }
        match &self.form {
            Form::Everything => true,
            Form::Exact(exact) => text == &**exact,
            Form::Prefix(prefix) => text.starts_with(prefix),
            Form::Whole(piece) => piece.at_start(text) == Some(text.len()),
            Form::Pieces { head, middle, tail } => in_pieces(head, middle, tail, text),
        }
    }
}

impl Form {
    fn new(mut pieces: Vec<Piece>) -> Self {
        let tail = pieces.pop().unwrap_or(Piece::Text(Box::default()));
        if pieces.is_empty() {
            return match tail {
                Piece::Text(text) => Self::Exact(text),
                holes @ Piece::Holes(_) => Self::Whole(holes),
            };
        }
        let head = pieces.remove(0);
        pieces.retain(|piece| !piece.is_empty());
        match (head, tail) {
            (Piece::Text(head), tail) if pieces.is_empty() && tail.is_empty() => {
                if head.is_empty() {
                    Self::Everything
                } else {
                    Self::Prefix(head)
                }
            }
            (head, tail) => Self::Pieces {
                head,
                middle: pieces.into(),
                tail,
            },
        }
    }
}

fn in_pieces(head: &Piece, middle: &[Piece], tail: &Piece, text: &[u8]) -> bool {
    let Some(start) = head.at_start(text) else {
        return false;
    };
    let Some(end) = tail.at_end(text) else {
        return false;
    };
    let Some(mut rest) = text.get(start..end) else {
        return false;
    };
    for piece in middle {
        match piece.find(rest) {
            Some(after) => rest = rest.get(after..).unwrap_or_default(),
            None => return false,
        }
    }
    true
}

impl Piece {
    fn new(signs: &[Sign<'_>]) -> Self {
        let mut units = Vec::new();
        for sign in signs {
            match sign {
                Sign::Text(text) => units.extend(text.bytes().map(Some)),
                Sign::One | Sign::Any => units.push(None),
            }
        }
        match units.iter().copied().collect::<Option<Vec<u8>>>() {
            Some(text) => Self::Text(text.into()),
            None => Self::Holes(units.into()),
        }
    }

    fn least(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Holes(units) => units.len(),
        }
    }

    fn is_empty(&self) -> bool {
        self.least() == 0
    }

    /// How many bytes of the start match, if they do.
    fn at_start(&self, text: &[u8]) -> Option<usize> {
        match self {
            Self::Text(piece) => text.starts_with(piece).then_some(piece.len()),
            Self::Holes(units) => {
                let mut at = 0;
                for unit in units {
                    at += match unit {
                        Some(byte) => (text.get(at) == Some(byte)).then_some(1)?,
                        None => width(text.get(at..)?)?,
                    };
                }
                Some(at)
            }
        }
    }

    /// Where the matching end begins, if it matches.
    fn at_end(&self, text: &[u8]) -> Option<usize> {
        match self {
            Self::Text(piece) => text.ends_with(piece).then(|| text.len() - piece.len()),
            Self::Holes(units) => {
                let mut at = text.len();
                for unit in units.iter().rev() {
                    at = match unit {
                        Some(byte) => {
                            let before = at.checked_sub(1)?;
                            (text.get(before) == Some(byte)).then_some(before)?
                        }
                        None => last_character(text.get(..at)?)?,
                    };
                }
                Some(at)
            }
        }
    }

    /// The end of the first place where the piece matches.
    fn find(&self, text: &[u8]) -> Option<usize> {
        match self {
            Self::Text(piece) => memmem::find(text, piece).map(|at| at + piece.len()),
            Self::Holes(_) => (0..text.len())
                .filter(|at| text.get(*at).is_some_and(|byte| !is_inner(*byte)))
                .find_map(|at| Some(at + self.at_start(text.get(at..)?)?)),
        }
    }
}

/// Largest product of two patterns' lengths that is compared.
const MAX_OVERLAP: usize = 1 << 20;

/// Whether `pattern` matches all texts that `other` matches (true), none of
/// them (false), or some. Where comparing would take long: not known.
pub(crate) fn overlap(pattern: &str, other: &str) -> Tri {
    if pattern.len().saturating_mul(other.len()) > MAX_OVERLAP {
        return Tri::Unknown;
    }
    // A star of `other` can only be matched by a star, which then matches
    // whatever stands for it.
    if !pattern.contains('?') && Glob::new(pattern).matches(other) {
        return Tri::True;
    }
    if meet(pattern, other) {
        Tri::Unknown
    } else {
        Tri::False
    }
}

/// Whether some text matches both patterns: row by row, which beginnings of
/// `other` and of `pattern` have a text in common.
fn meet(pattern: &str, other: &str) -> bool {
    let other: Vec<char> = other.chars().collect();
    let star = |sign: Option<&char>| sign == Some(&'*');
    let mut row: Vec<bool> = Vec::with_capacity(other.len() + 1);
    row.push(true);
    for sign in &other {
        row.push(*sign == '*' && row.last() == Some(&true));
    }
    for sign in pattern.chars() {
        let mut next = Vec::with_capacity(row.len());
        for at in 0..row.len() {
            let above = row.get(at) == Some(&true);
            let left = at > 0 && next.get(at - 1) == Some(&true);
            let corner = at > 0 && row.get(at - 1) == Some(&true);
            let theirs = at.checked_sub(1).and_then(|at| other.get(at));
            let same = theirs.is_some_and(|their| sign == '?' || *their == '?' || *their == sign);
            let by_star = (sign == '*' || star(theirs)) && (above || left);
            next.push(by_star || corner && same && sign != '*');
        }
        row = next;
    }
    row.last() == Some(&true)
}

/// The bytes of the first character of UTF-8 text.
fn width(text: &[u8]) -> Option<usize> {
    text.first()?;
    let inner = text.iter().skip(1).take_while(|byte| is_inner(**byte));
    Some(1 + inner.count())
}

/// Where the last character of UTF-8 text begins.
fn last_character(text: &[u8]) -> Option<usize> {
    text.iter().rposition(|byte| !is_inner(*byte))
}

/// Whether a byte continues a UTF-8 character.
fn is_inner(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

/// The signs of text in which `*` and `?` are wildcards.
pub(crate) fn signs(text: &str) -> Vec<Sign<'_>> {
    text.split_inclusive(['*', '?'])
        .flat_map(|part| {
            let (text, wild) = match part.char_indices().next_back() {
                Some((at, '*')) => (part.get(..at), Some(Sign::Any)),
                Some((at, '?')) => (part.get(..at), Some(Sign::One)),
                _ => (Some(part), None),
            };
            let text = text.filter(|text| !text.is_empty()).map(Sign::Text);
            [text, wild]
        })
        .flatten()
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition, slow and plain.
    fn plain(pattern: &[char], text: &[char]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some(('*', rest)) => (0..=text.len()).any(|skip| plain(rest, &text[skip..])),
            Some(('?', rest)) => !text.is_empty() && plain(rest, &text[1..]),
            Some((one, rest)) => text.first() == Some(one) && plain(rest, &text[1..]),
        }
    }

    proptest! {
        #[test]
        fn is_what_the_definition_says(
            pattern in "[ab*?é]{0,8}",
            text in "[abé]{0,10}",
        ) {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(
                Glob::new(&pattern).matches(&text),
                plain(&chars(&pattern), &chars(&text))
            );
        }
    }

    proptest! {
        #[test]
        fn patterns_overlap_where_texts_match_both(
            pattern in "[ab*?]{0,5}",
            other in "[ab*]{0,5}",
        ) {
            let texts = (0..=7_u32).flat_map(|length| {
                (0..1_u32 << length).map(move |bits| {
                    (0..length).map(|at| if bits >> at & 1 == 0 { 'a' } else { 'b' }).collect()
                })
            });
            let texts: Vec<String> = texts.filter(|text: &String| Glob::new(&other).matches(text)).collect();
            let matching = texts.iter().filter(|text| Glob::new(&pattern).matches(text)).count();
            match overlap(&pattern, &other) {
                Tri::True => prop_assert_eq!(matching, texts.len()),
                Tri::False => prop_assert_eq!(matching, 0),
                Tri::Unknown => prop_assert!(matching > 0),
            }
        }
    }

    #[test]
    fn many_stars_do_not_go_back() {
        let pattern = "*a".repeat(1000) + "b";
        let text = "a".repeat(8192);
        assert!(!Glob::new(&pattern).matches(&text));
        let pattern = "*a?".repeat(500) + "b";
        assert!(!Glob::new(&pattern).matches(&text));
    }
}
