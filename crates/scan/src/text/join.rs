//! Strings as they are when the program runs: escapes read, parts put together,
//! names of constants replaced by what they hold.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use crate::pattern::{Captures, Regex, pattern as regex};

use super::Mapped;

/// Longest text that is rewritten, in bytes.
const MAX_TEXT: usize = 4 << 20;
/// Most edits of one pass.
const MAX_EDITS: usize = 200_000;
/// Most constants whose value is followed.
const MAX_NAMES: usize = 500;
/// Longest text after constants were put in, as a multiple of what it was.
const MAX_GROWTH: usize = 3;

type Edits = Vec<(Range<usize>, String)>;

/// A pass over a text: what must be in it for the pass to do anything, and what it edits.
struct Pass {
    needs: &'static [&'static str],
    edits: fn(&str) -> Edits,
}

const PASSES: &[Pass] = &[
    Pass {
        needs: &["\\x", "\\u", "\\0", "\\1", "%", "&#"],
        edits: escapes,
    },
    Pass {
        needs: &[
            "fromCharCode",
            "fromCodePoint",
            "chr(",
            "Chr(",
            "[char]",
            "pack(",
            "bytes([",
        ],
        edits: codes,
    },
    Pass {
        needs: &["join", "implode", "concat"],
        edits: arrays,
    },
    Pass {
        needs: &["join(", "implode("],
        edits: named_arrays,
    },
    Pass {
        needs: &["${\"", "${'", "${ \"", "${ '"],
        edits: literals_in_templates,
    },
    Pass {
        needs: &["\"", "'", "`"],
        edits: concatenations,
    },
    Pass {
        needs: &[
            "${", "$", "\" +", "' +", "+ \"", "+ '", "\"+", "'+", "+\"", "+'", " + ",
        ],
        edits: constants,
    },
    // Of `a + b` the first reads `b`.
    Pass {
        needs: &[
            "${", "$", "\" +", "' +", "+ \"", "+ '", "\"+", "'+", "+\"", "+'", " + ",
        ],
        edits: constants,
    },
    Pass {
        needs: &["\"", "'", "`"],
        edits: concatenations,
    },
    Pass {
        needs: &["reverse", "::-1", "strrev", "rot13", "rot_13"],
        edits: turned,
    },
    Pass {
        needs: &[". ", " "],
        edits: spaced,
    },
];

/// The text with its strings put together; `None` when nothing changes.
pub(super) fn join(text: &Mapped) -> Option<Mapped> {
    if text.text().len() > MAX_TEXT {
        return None;
    }
    let mut current: Option<Mapped> = None;
    let mut bytes = bytes_of(text.text());
    for pass in PASSES {
        let before = current.as_ref().unwrap_or(text);
        let mut needs = pass.needs.iter();
        if !needs.any(|need| has(before.text(), &bytes, need)) {
            continue;
        }
        let edits = (pass.edits)(before.text());
        if !edits.is_empty() && edits.len() <= MAX_EDITS {
            let after = before.replaced(&edits);
            bytes = bytes_of(after.text());
            current = Some(after);
        }
    }
    current
}

/// For each byte whether a text has it.
fn bytes_of(text: &str) -> [bool; 256] {
    let mut bytes = [false; 256];
    for byte in text.bytes() {
        if let Some(slot) = bytes.get_mut(usize::from(byte)) {
            *slot = true;
        }
    }
    bytes
}

/// Whether a text of these bytes has a mark in it.
fn has(text: &str, bytes: &[bool; 256], mark: &str) -> bool {
    let mut own = mark.bytes();
    own.all(|byte| bytes.get(usize::from(byte)) == Some(&true))
        && memchr::memmem::find(text.as_bytes(), mark.as_bytes()).is_some()
}

/// Edits of every match for which `new` gives a text.
fn edits_of(pattern: &Regex, text: &str, new: impl Fn(&Captures<'_>) -> Option<String>) -> Edits {
    pattern
        .captures_iter(text)
        .filter_map(|found| Some((found.get(0)?.range(), new(&found)?)))
        .take(MAX_EDITS + 1)
        .collect()
}

fn group<'a>(found: &Captures<'a>, index: usize) -> &'a str {
    found.get(index).map_or("", |group| group.as_str())
}

/// `\x72`, `\u0072`, `\u{72}`, `\162`, `&#114;`, and three or more `%72`.
fn escapes(text: &str) -> Edits {
    static ESCAPE: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"\\x([0-9A-Fa-f]{2})|\\u([0-9A-Fa-f]{4})|\\[uU]\{?0{0,4}([0-9A-Fa-f]{1,6})\}?|\\([0-3][0-7]{2})|&#x([0-9A-Fa-f]{1,6});?|&#([0-9]{1,7});?|((?:%[0-9A-Fa-f]{2}){3,})",
        )
    });
    edits_of(&ESCAPE, text, |found| {
        for (index, base) in [(1, 16), (2, 16), (3, 16), (4, 8), (5, 16), (6, 10)] {
            if let Some(digits) = found.get(index) {
                return code(digits.as_str(), base);
            }
        }
        percent(group(found, 7))
    })
}

fn code(digits: &str, base: u32) -> Option<String> {
    let value = u32::from_str_radix(digits, base).ok()?;
    char::from_u32(value)
        .filter(|c| !c.is_control())
        .map(String::from)
}

fn percent(text: &str) -> Option<String> {
    let bytes: Option<Vec<u8>> = text
        .split('%')
        .skip(1)
        .map(|hex| u8::from_str_radix(hex, 16).ok())
        .collect();
    String::from_utf8(bytes?).ok()
}

/// `String.fromCharCode(114, 109)`, `chr(114)`, `bytes([114, 109])`.
fn codes(text: &str) -> Edits {
    static CODES: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?i)(?:String\.from(?:CharCode|CodePoint)|bytes|\bchr|\[char\]|pack)\s*\(?\[?\s*((?:(?:0x[0-9a-f]{1,6}|[0-9]{1,7})\s*,?\s*)+)\]?\)?(?:\.decode\(\s*\))?",
        )
    });
    edits_of(&CODES, text, |found| {
        let text: Option<String> = group(found, 1)
            .split(|c: char| c == ',' || c.is_whitespace())
            .filter(|number| !number.is_empty())
            .map(|number| match number.strip_prefix("0x") {
                Some(hex) => u32::from_str_radix(hex, 16).ok().and_then(char::from_u32),
                None => number.parse().ok().and_then(char::from_u32),
            })
            .collect();
        text.map(|text| format!("\"{text}\""))
    })
}

/// `["a", "b"].join("")`, `"".join(["a", "b"])`, `implode("", ["a", "b"])`.
fn arrays(text: &str) -> Edits {
    static AFTER: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r#"[\[(]((?:\s*(?:"[^"\n]*"|'[^'\n]*'|`[^`]*`)\s*,?){2,})\s*[\])]\.join\s*\(\s*(?:"([^"]{0,4})"|'([^']{0,4})'|`([^`]{0,4})`)?\s*\)"#,
        )
    });
    static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r#"(?:"([^"]{0,4})"|'([^']{0,4})')(?:\.join\s*\(|\s*,)\s*[\[(]((?:\s*(?:"[^"\n]*"|'[^'\n]*')\s*,?){2,})\s*[\])]\s*\)"#,
        )
    });
    let mut edits = edits_of(&AFTER, text, |found| {
        let glue = [2, 3, 4].map(|index| group(found, index)).concat();
        Some(glued(group(found, 1), &glue))
    });
    edits.extend(edits_of(&BEFORE, text, |found| {
        let glue = [1, 2].map(|index| group(found, index)).concat();
        Some(glued(group(found, 3), &glue))
    }));
    apart(edits)
}

fn glued(list: &str, glue: &str) -> String {
    static ITEM: LazyLock<Regex> = LazyLock::new(|| regex(r#""([^"\n]*)"|'([^'\n]*)'|`([^`]*)`"#));
    let items: Vec<String> = ITEM
        .captures_iter(list)
        .map(|found| [1, 2, 3].map(|index| group(&found, index)).concat())
        .collect();
    format!("\"{}\"", items.join(glue))
}

/// `PARTS = ["a", "b"]` that is joined elsewhere: `"".join(PARTS)`.
fn named_arrays(text: &str) -> Edits {
    static LIST: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r#"\b([A-Za-z_]\w*)\s*(?::[^=\n]{1,40})?=\s*([\[(]((?:\s*(?:"[^"\n]*"|'[^'\n]*'|`[^`]*`)\s*,?){2,})\s*[\])])"#,
        )
    });
    static USE: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r#"(?:["']([^"']{0,4})["']\.join\(\s*([A-Za-z_]\w*)\s*\)|\b([A-Za-z_]\w*)\.join\(\s*(?:["'`]([^"'`]{0,4})["'`])?\s*\)|implode\(\s*["']([^"']{0,4})["']\s*,\s*\$([A-Za-z_]\w*))"#,
        )
    });
    let mut glues: BTreeMap<&str, String> = BTreeMap::new();
    for found in USE.captures_iter(text).take(MAX_NAMES) {
        let name = [2, 3, 6].into_iter().find_map(|index| found.get(index));
        let glue = [1, 4, 5].map(|index| group(&found, index)).concat();
        if let Some(name) = name {
            glues.insert(name.as_str(), glue);
        }
    }
    if glues.is_empty() {
        return Vec::new();
    }
    let lists = LIST.captures_iter(text).take(MAX_NAMES);
    lists
        .filter_map(|found| {
            let glue = glues.get(group(&found, 1))?;
            Some((found.get(2)?.range(), glued(group(&found, 3), glue)))
        })
        .collect()
}

/// `${"te"}` inside a template.
fn literals_in_templates(text: &str) -> Edits {
    static LITERAL: LazyLock<Regex> =
        LazyLock::new(|| regex(r#"\$\{\s*(?:"([^"\n`]*)"|'([^'\n`]*)')\s*\}"#));
    edits_of(&LITERAL, text, |found| {
        Some([1, 2].map(|index| group(found, index)).concat())
    })
}

/// Edits in order, without those that overlap an earlier one.
fn apart(mut edits: Edits) -> Edits {
    edits.sort_by_key(|(range, _)| range.start);
    let mut end = 0;
    edits.retain(|(range, _)| {
        let fits = range.start >= end;
        end = if fits { range.end } else { end };
        fits
    });
    edits
}

/// `"a" + "b"`, `'a' . 'b'`, `"a" \` and the next line, `"a" "b"`.
fn concatenations(text: &str) -> Edits {
    static SEAM: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r#"["'`][ \t]*(?:(?:\+|\.{1,2}|&|<>|\|\||\\|\s)\s*(?:\+|\.{1,2}|&)?\s*(?:[frbuFRBU]|\$|@|String\.raw)?)?["'`]"#,
        )
    });
    SEAM.find_iter(text)
        .filter(|seam| is_seam(text, seam.as_str(), seam.start()))
        .map(|seam| (seam.range(), String::new()))
        .take(MAX_EDITS + 1)
        .collect()
}

/// Whether quotes with so little between them end one string and begin
/// another, and are no empty string.
fn is_seam(text: &str, seam: &str, start: usize) -> bool {
    let between = seam.trim_matches(['"', '\'', '`']);
    if !between.is_empty() {
        return !between.trim().is_empty() || !text.get(..start).is_some_and(ends_before_value);
    }
    // Shells put `r''m` together; elsewhere two quotes are an empty string.
    let before = text.get(..start).and_then(|head| head.chars().next_back());
    let after = text
        .get(start + seam.len()..)
        .and_then(|tail| tail.chars().next());
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    is_word(before) && is_word(after)
}

fn ends_before_value(head: &str) -> bool {
    head.trim_end()
        .ends_with(['=', '(', ',', '[', '{', ':', '+'])
}

/// Names that hold one string, where they are put into others.
fn constants(text: &str) -> Edits {
    static USE: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r#"\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$([A-Za-z_][A-Za-z0-9_]*)|([\w.]?["'`]?)\s*\+\s*([A-Za-z_$][A-Za-z0-9_$]*)\b|\b([A-Za-z_$][A-Za-z0-9_$]*)\s*\+\s*(["'`])"#,
        )
    });
    let values = values(text);
    if values.is_empty() {
        return Vec::new();
    }
    let mut grown = 0;
    let edits = edits_of(&USE, text, |found| {
        let new = used(found, &values)?;
        Some(new)
    });
    for (range, new) in &edits {
        grown += new.len().saturating_sub(range.len());
    }
    if grown > text.len().saturating_mul(MAX_GROWTH) {
        return Vec::new();
    }
    edits
}

fn used(found: &Captures<'_>, values: &BTreeMap<&str, &str>) -> Option<String> {
    for index in [1, 2] {
        if let Some(name) = found.get(index) {
            return values.get(name.as_str()).map(|value| (*value).to_owned());
        }
    }
    if let Some(name) = found.get(4) {
        let value = values.get(name.as_str())?;
        return Some(format!("{} + \"{value}\"", group(found, 3)));
    }
    let value = values.get(group(found, 5))?;
    Some(format!("\"{value}\" + {}", group(found, 6)))
}

/// Constants with the strings that they hold; a name that is set twice has none.
fn values(text: &str) -> BTreeMap<&str, &str> {
    static SET: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r#"(?:^|[;\s{(,])\$?([A-Za-z_][A-Za-z0-9_]*)\s*(?::\s*(?:string|str|&str|String|&'static str)\s*)?:?=\s*(?:"([^"\n\\]+)"|'([^'\n\\]+)'|`([^`$\\]+)`|([A-Za-z][\w./-]+)(?:[\n;]|$))"#,
        )
    });
    let mut values: BTreeMap<&str, &str> = BTreeMap::new();
    let mut twice = Vec::new();
    for found in SET.captures_iter(text).take(MAX_NAMES) {
        let value = [2, 3, 4, 5].into_iter().find_map(|index| found.get(index));
        let name = group(&found, 1);
        if let Some(value) = value
            && values
                .insert(name, value.as_str())
                .is_some_and(|old| old != value.as_str())
        {
            twice.push(name);
        }
    }
    values.retain(|name, _| !twice.contains(name));
    values
}

/// Strings that the program turns round, and those in rot13.
fn turned(text: &str) -> Edits {
    static BACK: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r#"(?:"([^"\n]{4,})"|'([^'\n]{4,})'|`([^`]{4,})`)\s*(?:\.split\([^)]{0,6}\)\s*\.reverse\(\)|\.reverse\b|\[::-1\])|(?:strrev|reversed)\(\s*(?:"([^"\n]{4,})"|'([^'\n]{4,})')\s*\)?"#,
        )
    });
    static ROT: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r#"(?:decode|rot13)\(\s*(?:"([^"\n]{4,})"|'([^'\n]{4,})')(?:\s*,\s*["']rot_?13["'])?"#,
        )
    });
    let mut edits = edits_of(&BACK, text, |found| {
        let text = [1, 2, 3, 4, 5].map(|index| group(found, index)).concat();
        Some(format!("\"{}\"", text.chars().rev().collect::<String>()))
    });
    if text.contains("rot13") || text.contains("rot_13") {
        edits.extend(edits_of(&ROT, text, |found| {
            let text = [1, 2].map(|index| group(found, index)).concat();
            Some(format!(
                "\"{}\"",
                text.chars().map(rot13).collect::<String>()
            ))
        }));
    }
    apart(edits)
}

fn rot13(c: char) -> char {
    let turn = |base: u8| char::from((c as u8 - base + 13) % 26 + base);
    match c {
        'a'..='z' => turn(b'a'),
        'A'..='Z' => turn(b'A'),
        other => other,
    }
}

/// Words whose letters stand apart: `i g n o r e`, `i.g.n.o.r.e`.
fn spaced(text: &str) -> Edits {
    static SPACED: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"\b[A-Za-z](?:(?: [A-Za-z]){5,}|(?:\.[A-Za-z]){5,}|(?:-[A-Za-z]){5,}|(?:_[A-Za-z]){5,})\b(?:(?:  +| ?[/|] ?)[A-Za-z](?:[ ._-][A-Za-z])*\b)*",
        )
    });
    if !has_spaced_letters(text.as_bytes()) {
        return Vec::new();
    }
    edits_of(&SPACED, text, |found| {
        let whole = group(found, 0);
        let words = whole
            .split("  ")
            .map(|word| word.replace([' ', '.', '-', '_'], ""));
        Some(
            words
                .filter(|word| !word.is_empty())
                .collect::<Vec<_>>()
                .join(" "),
        )
    })
}

/// Letters that stand apart in the shortest word that is put together.
const MIN_SPACED: usize = 6;

/// Whether a text can have letters that stand apart: looked at every few bytes,
/// one of the places is in any such word.
fn has_spaced_letters(text: &[u8]) -> bool {
    const STEP: usize = 4;
    let seen = 2 * MIN_SPACED - STEP;
    let mut places = text.windows(seen).step_by(STEP);
    places.any(|place| alternates(place) || place.get(1..).is_some_and(alternates))
}

/// Whether every other byte is a letter, the first of them, and those between
/// are one and the same mark.
fn alternates(place: &[u8]) -> bool {
    let mark = place.get(1).copied().unwrap_or(0);
    let mut bytes = place.iter().enumerate();
    matches!(mark, b' ' | b'.' | b'-' | b'_')
        && bytes.all(|(at, byte)| match at % 2 {
            0 => byte.is_ascii_alphabetic(),
            _ => *byte == mark,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(text: &str) -> String {
        let mapped = Mapped::identity(text.to_owned());
        join(&mapped).map_or_else(|| text.to_owned(), |out| out.text().to_owned())
    }

    #[test]
    fn strings_are_put_together() {
        for (from, to) in [
            (r#"f("del" + "ete all")"#, r#"f("delete all")"#),
            ("f('del' .\n  'ete')", "f('delete')"),
            ("(\"del\"\n  \"ete\")", "(\"delete\")"),
            (r#"["rm"," -rf"].join("")"#, r#""rm -rf""#),
            (r#"''.join(['rm',' -rf'])"#, r#""rm -rf""#),
            ("String.fromCharCode(114, 109)", "\"rm\""),
            (r"\x72\u006d\u{20}", "rm "),
            ("&#114;&#x6d; %72%6d%20", "rm rm "),
            ("chr(114)+chr(109)", "\"rm\""),
            ("'fr- mr'[::-1]", "\"rm -rf\""),
            ("codecs.decode('ez -es', 'rot13')", "codecs.\"rm -rf\")"),
            ("i g n o r e  a l l", "ignore all"),
            (
                "P = ['rm',' -rf']\nt = ''.join(P)",
                "P = \"rm -rf\"\nt = ''.join(P)",
            ),
            ("`del${'ete'} all`", "`delete all`"),
            ("''.join(reversed('fr- mr'))", "''.join(\"rm -rf\")"),
        ] {
            assert_eq!(joined(from), to, "{from}");
        }
    }

    #[test]
    fn letters_that_stand_apart_are_seen_wherever_they_begin() {
        for begin in 0..9 {
            for word in ["a b c d e f", "a.b.c.d.e.f.g", "x-y-z-x-y-z"] {
                let text = format!("{}{word}", ">".repeat(begin));
                assert!(has_spaced_letters(text.as_bytes()), "{text}");
            }
        }
        assert!(!has_spaced_letters(b"this is a boy in a box; a-b c.d e f"));
    }

    #[test]
    fn constants_are_followed() {
        let text = "const TAG = 'stability'\nget(`https://x/${TAG}/y`)";
        assert!(
            joined(text).contains("https://x/stability/y"),
            "{}",
            joined(text)
        );
        let text = "a = \"rm -\"\nb = \"rf ~\"\nrun(a + b)";
        assert!(joined(text).contains("rm -rf ~"), "{}", joined(text));
    }

    #[test]
    fn ordinary_code_stays() {
        for text in [
            "x = \"\"",
            "f('', \"a\")",
            "if a == '' and b == '':",
            "let s = \"a\", t = \"b\";",
        ] {
            assert_eq!(joined(text), text);
        }
    }
}
