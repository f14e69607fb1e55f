//! Text from outside.

use std::borrow::Cow;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Text that somebody outside wrote: a field of a log record, a file name, a
/// commit message. It has no `Display`, so that it cannot be printed by
/// accident; logic reads it with [`Untrusted::as_str`], and a renderer prints
/// [`Untrusted::escaped`] in its own output's terms.
#[derive(
    Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Untrusted(String);

impl Untrusted {
    /// Wraps text of any origin.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text as it came, for comparisons and look-ups; never for printing.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the text is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text with every character that could steer a terminal, reorder or
    /// hide text shown as `\u{…}`: control characters (C0, DEL, C1), bidi
    /// controls, zero-width characters, tag characters, variation selectors,
    /// line and paragraph separators and private use.
    pub fn escaped(&self) -> Cow<'_, str> {
        escape(&self.0)
    }
}

impl fmt::Debug for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Untrusted({:?})", self.escaped())
    }
}

impl From<&str> for Untrusted {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Untrusted {
    fn from(text: String) -> Self {
        Self(text)
    }
}

fn escape(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return Cow::Borrowed(text);
    }
    if !text.chars().any(is_steering) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_steering(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Characters that change how the text around them is shown.
fn is_steering(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{e0fff}'
            | '\u{f0000}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_steers_a_terminal() {
        let text = Untrusted::new("a\x1b[31m\u{9b}\u{202e}b\u{200b}");
        assert_eq!(text.escaped(), "a\\u{1b}[31m\\u{9b}\\u{202e}b\\u{200b}");
    }

    #[test]
    fn leaves_ordinary_text_of_any_language() {
        let text = Untrusted::new("clé d'accès – 鍵");
        assert_eq!(text.escaped(), "clé d'accès – 鍵");
    }
}
