//! Unicode folded to what it looks like: invisible characters dropped, tag
//! characters read, look-alikes and compatibility forms written plainly.
//!
//! Sources: Unicode TR 36 and TR 39 (confusables), *Trojan Source*
//! (Boucher, Anderson 2021), and the block of tag characters (U+E0000).

use std::ops::Range;

use unicode_normalization::char::{decompose_canonical, decompose_compatible, is_combining_mark};

use super::Mapped;

/// Whether a character shows nothing and only hides or reorders others.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e01ef}')
}

/// The ASCII character that a tag character stands for.
fn tag(c: char) -> Option<char> {
    let code = u32::from(c).checked_sub(0xe0000)?;
    char::from_u32(code).filter(|c| (' '..='~').contains(c))
}

/// The ASCII letter that a letter of another script looks like.
pub(crate) fn look_alike(c: char) -> Option<char> {
    let pair = LOOK_ALIKES
        .chars()
        .zip(LOOKS.chars())
        .find(|(from, _)| *from == c);
    pair.map(|(_, to)| to)
}

/// Letters that look like Latin ones, and the Latin ones in the same order.
const LOOK_ALIKES: &str =
    "аеорсухіјѕԁԛԝһьмтпкгАВЕКМНОРСТУХІЈЅԌοανρτυικγΑΒΕΖΗΙΚΜΝΟΡΤΥΧɡɩοսօոցհяɑᴀᴇᴏℓ";
const LOOKS: &str = "aeopcyxijsdqwhbmtnkrABEKMHOPCTYXIJSGoavptuikyABEZHIKMNOPTYXgiosonghRaAEol";

/// The folded text; `None` when the text is plain already.
pub(super) fn fold(text: &str) -> Option<Mapped> {
    if text.is_ascii() || text.chars().all(is_plain) {
        return None;
    }
    let mut out = Mapped::default();
    let mut at = 0;
    while let Some(word) = foreign_word(text, at) {
        out.push_source(text, at..word.start);
        let letters = text.get(word.clone()).unwrap_or_default();
        let swap = has_borrowed_letters(letters);
        for (offset, c) in letters.char_indices() {
            push(&mut out, c, word.start + offset, swap);
        }
        at = word.end;
    }
    out.push_source(text, at..text.len());
    Some(out)
}

/// The next word with a character beyond ASCII, and what ends it.
fn foreign_word(text: &str, from: usize) -> Option<Range<usize>> {
    let rest = text.get(from..)?;
    let foreign = rest.bytes().position(|byte| !byte.is_ascii())?;
    let mut before = rest.bytes().take(foreign);
    let start = before
        .rposition(|byte| !byte.is_ascii_alphanumeric())
        .map_or(0, |last| last + 1);
    let tail = rest.get(start..)?;
    let end = tail.find(|c: char| !c.is_alphanumeric() && !is_invisible(c));
    let end = end.map_or(tail.len(), |end| tail.ceil_char_boundary(end + 1));
    Some(from + start..from + start + end)
}

fn is_plain(c: char) -> bool {
    c.is_ascii() || ('\u{4e00}'..='\u{9fff}').contains(&c)
}

fn push(out: &mut Mapped, c: char, source: usize, swap: bool) {
    if c.is_ascii() {
        out.push(c, source);
    } else if let Some(read) = tag(c) {
        out.push(read, source);
    } else if is_invisible(c) {
    } else if let Some(seen) = swap.then(|| look_alike(c)).flatten().or_else(|| quote(c)) {
        out.push(seen, source);
    } else {
        decompose_compatible(c, |part| {
            if !is_combining_mark(part) {
                out.push(part, source);
            }
        });
    }
}

/// Whether a text reads otherwise than it is typed: by more than accents, quotes,
/// white space and the marks of comments and lists.
pub(crate) fn is_disguised(typed: &str, read: &str) -> bool {
    let invisible = typed.chars().any(|c| is_invisible(c) && c != '\u{feff}');
    invisible || letters(typed) != letters(read)
}

/// The letters and digits of a text in lower case, without accents.
fn letters(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let plain = quote(c).unwrap_or(c);
        decompose_canonical(plain, |part| {
            if part.is_alphanumeric() && !is_combining_mark(part) {
                out.extend(part.to_lowercase());
            }
        });
    }
    out
}

fn quote(c: char) -> Option<char> {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2032}' => Some('\''),
        '\u{201c}' | '\u{201d}' | '\u{201f}' | '\u{2033}' => Some('"'),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some('-'),
        'œ' => Some('e'),
        'ß' => Some('s'),
        'ı' => Some('i'),
        'ø' => Some('o'),
        'ł' => Some('l'),
        'đ' => Some('d'),
        _ => None,
    }
}

/// Whether a word mixes Latin letters with those of other scripts that look
/// like them, or is made of such alone.
fn has_borrowed_letters(word: &str) -> bool {
    let letters = || {
        word.chars()
            .filter(|c| c.is_alphabetic() && !is_invisible(*c))
    };
    let foreign = letters().filter(|c| look_alike(*c).is_some()).count();
    let latin = letters().any(|c| c.is_ascii());
    foreign > 0 && (latin || foreign == letters().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        fold(text).map_or_else(|| text.to_owned(), |out| out.text().to_owned())
    }

    #[test]
    fn what_looks_alike_reads_alike() {
        assert_eq!(folded("dеlеtе"), "delete");
        assert_eq!(folded("i\u{200b}g\u{200d}nore"), "ignore");
        assert_eq!(folded("ｉｇｎｏｒｅ 𝐚𝐥𝐥"), "ignore all");
        assert_eq!(folded("x\u{e0072}\u{e006d}"), "xrm");
        assert_eq!(folded("répertoire"), "repertoire");
    }

    #[test]
    fn words_of_another_language_stay() {
        assert_eq!(folded("удали все файлы"), "удали все фаилы");
    }

    #[test]
    fn accents_hide_nothing() {
        assert!(!is_disguised(
            "Efface l’été à Noël — tout",
            "efface l'ete a noel - tout"
        ));
        assert!(is_disguised("dеlete", "delete"));
        assert!(is_disguised("de\u{200b}lete", "delete"));
        assert!(is_disguised("ｄｅｌｅｔｅ", "delete"));
        assert!(is_disguised("\"del\" + \"x\"", "delete"));
    }

    #[test]
    fn places_lead_back() {
        let out = fold("é\u{200b}b").unwrap();
        assert_eq!(out.text(), "eb");
        assert_eq!(out.source(1), 5);
    }

    #[test]
    fn both_lists_of_letters_are_of_one_length() {
        assert_eq!(LOOK_ALIKES.chars().count(), LOOKS.chars().count());
    }
}
