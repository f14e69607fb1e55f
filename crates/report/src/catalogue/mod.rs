//! Every sentence of every format, in every language.
//!
//! Messages are rows of tables ([`messages`], [`steps`]): a row has all
//! languages or does not compile. Names of our enums are in [`words`], numbers
//! and durations in [`numbers`]. A message is filled with [`Sentence`]s, which
//! keep text of our own and text from outside apart until a renderer writes
//! them in its own output's terms.

pub(crate) mod checks;
mod counted;
mod details;
mod messages;
mod numbers;
mod remedy;
mod resources;
mod sentence;
mod steps;
#[cfg(test)]
mod tests;
mod words;

use std::fmt;
use std::str::FromStr;

pub(crate) use counted::{Counted, outcome_forms};
pub(crate) use messages::Message;
pub(crate) use numbers::offset;
pub(crate) use remedy::advice;
pub(crate) use resources::{resource_forms, resource_name};
pub(crate) use sentence::{Sentence, Span};
pub(crate) use steps::step_text;
pub(crate) use words::Word;

/// A language of the reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// French.
    Fr,
}

impl Lang {
    /// Every language.
    pub const ALL: &'static [Self] = &[Self::En, Self::Fr];

    /// The BCP 47 code, also the word of the option.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fr => "fr",
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Lang {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|lang| lang.code() == text)
            .ok_or_else(|| format!("`{text}` is none of en, fr"))
    }
}

/// One text in each language.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair {
    /// English.
    pub(crate) en: &'static str,
    /// French, with ordinary spaces and apostrophes; [`Pair::text`] sets them
    /// as French typography wants.
    pub(crate) fr: &'static str,
}

impl Pair {
    /// The text in `lang`, placeholders not yet filled.
    pub(crate) fn text(self, lang: Lang) -> String {
        match lang {
            Lang::En => self.en.to_owned(),
            Lang::Fr => french_typography(self.fr),
        }
    }
}

/// A pair, shorter to write in a table.
pub(crate) const fn pair(en: &'static str, fr: &'static str) -> Pair {
    Pair { en, fr }
}

/// Narrow no-break space.
pub(crate) const NNBSP: char = '\u{202f}';

/// French spacing and apostrophes: a narrow no-break space before `: ; ! ?`
/// and inside guillemets, and the typographic apostrophe. Applied to our own
/// text only, before anything is filled in.
pub(crate) fn french_typography(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            ' ' if matches!(chars.peek(), Some(':' | ';' | '!' | '?' | '»' | '%' | '$')) => {
                out.push(NNBSP);
            }
            '«' if chars.peek() == Some(&' ') => {
                chars.next();
                out.push('«');
                out.push(NNBSP);
            }
            '\'' => out.push('’'),
            other => out.push(other),
        }
    }
    out
}

/// Says things in one language.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Say {
    /// The language.
    pub(crate) lang: Lang,
}

impl Say {
    /// A message without placeholders, as a string.
    pub(crate) fn label(self, message: Message) -> String {
        message.pair().text(self.lang)
    }

    /// A message without placeholders.
    pub(crate) fn plain(self, message: Message) -> Sentence {
        Sentence::plain(self.label(message))
    }

    /// A message with its placeholders filled.
    pub(crate) fn fill(self, message: Message, values: &[(&str, Sentence)]) -> Sentence {
        Sentence::fill(&self.label(message), values)
    }

    /// A pair's text as a sentence, with its placeholders filled.
    pub(crate) fn fill_pair(self, text: Pair, values: &[(&str, Sentence)]) -> Sentence {
        Sentence::fill(&text.text(self.lang), values)
    }

    /// `a, b and c`.
    pub(crate) fn list(self, items: Vec<Sentence>) -> Sentence {
        let last = items.len().saturating_sub(1);
        let and = self.label(Message::And);
        let mut out = Sentence::default();
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                out.push_plain(if index == last { &and } else { ", " });
            }
            out.append(item);
        }
        out
    }
}
