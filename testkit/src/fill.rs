//! JSON from templates: `$name` is replaced, everything else stays.

use std::fmt::Write as _;

/// JSON from a template and its names: `fill! { r#"{"a":"$a"}"#; a, b = &value }`.
macro_rules! fill {
    ($template:expr; $($name:ident $(= $value:expr)?),+) => {
        $crate::fill::fill($template, &[$((stringify!($name), $crate::fill::value!($name $(, $value)?))),+])
    };
}

/// A name's value: itself where nothing else is given.
macro_rules! value {
    ($name:ident) => {
        $name
    };
    ($name:ident, $value:expr) => {
        $value
    };
}

pub(crate) use value;

/// Replaces each `$name` of `template` by the value of that name, as it is.
///
/// Values are JSON or the inside of a JSON string already; [`quoted`] makes the
/// latter from any text. A name without a value is a mistake of this crate's
/// author and stays as written, which the tests find.
pub(crate) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len() + 64);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let end = after
            .find(|c: char| !c.is_ascii_lowercase())
            .unwrap_or(after.len());
        let (name, tail) = after.split_at(end);
        match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => out.push_str(value),
            None => {
                debug_assert!(false, "`${name}` has no value in `{template}`");
                out.push('$');
                out.push_str(name);
            }
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// A text as a JSON string, with its quotes.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Percent-encodes a policy document, as IAM's answers carry it.
pub(crate) fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// JSON list of the given JSON values.
pub(crate) fn list<T: AsRef<str>>(items: &[T]) -> String {
    let mut out = String::from("[");
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push_str(item.as_ref());
    }
    out.push(']');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_replaced_and_the_rest_stays() {
        assert_eq!(
            fill(r#"{"a":"$x","b":$y}"#, &[("x", "1"), ("y", "2")]),
            r#"{"a":"1","b":2}"#
        );
        assert_eq!(fill("no names", &[]), "no names");
    }

    #[test]
    fn quoted_text_is_json() {
        let text = "a \"b\" \\ \n \u{1} é";
        let back: String = serde_json::from_str(&quoted(text)).unwrap();
        assert_eq!(back, text);
    }

    #[test]
    fn documents_are_percent_encoded() {
        assert_eq!(percent(r#"{"a": 1}"#), "%7B%22a%22%3A%201%7D");
    }
}
