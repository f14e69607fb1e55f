//! Constant patterns, compiled once, over text as bytes.
//!
//! Classes and word boundaries are ASCII's: what is matched is folded before, the
//! automata stay small, and no text in another script makes them slow. A match
//! may begin or end inside a character only where a class excludes ASCII alone;
//! its range is then widened to whole characters.

use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::{self, RegexBuilder};

/// Most bytes of a pattern's automaton that is made while matching. With the
/// library's 2 MB, long sentences throw it away again and again.
const DFA_SIZE: usize = 16 << 20;

/// The same for one of many parts of a pattern.
const PART_SIZE: usize = 4 << 20;

/// A pattern that is compiled when it is first used.
pub(crate) type Pattern = LazyLock<Regex>;

/// A compiled pattern.
#[derive(Debug)]
pub(crate) struct Regex(bytes::Regex);

/// A match.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found<'t> {
    text: &'t str,
    start: usize,
    end: usize,
}

/// A match with its groups.
pub(crate) struct Captures<'t> {
    text: &'t str,
    groups: bytes::Captures<'t>,
}

/// Compiles a constant pattern.
pub(crate) fn pattern(text: &str) -> Regex {
    built(builder(text).unicode(false).dfa_size_limit(DFA_SIZE))
}

/// Compiles one of the many parts of a constant pattern, whose classes say
/// themselves what they are of.
pub(crate) fn part(text: &str) -> Regex {
    built(builder(text).dfa_size_limit(PART_SIZE))
}

fn builder(text: &str) -> RegexBuilder {
    let mut builder = RegexBuilder::new(text);
    builder.size_limit(64 << 20);
    builder
}

#[allow(
    clippy::expect_used,
    reason = "the patterns are constants; the tests use every one"
)]
fn built(builder: &RegexBuilder) -> Regex {
    Regex(builder.build().expect("a constant pattern"))
}

impl Regex {
    /// What it was compiled from.
    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether it matches anywhere.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text.as_bytes())
    }

    /// The first match.
    pub(crate) fn find<'t>(&self, text: &'t str) -> Option<Found<'t>> {
        self.0
            .find(text.as_bytes())
            .map(|found| Found::new(text, found.range()))
    }

    /// The first match from an offset on.
    pub(crate) fn find_at<'t>(&self, text: &'t str, at: usize) -> Option<Found<'t>> {
        self.0
            .find_at(text.as_bytes(), at)
            .map(|found| Found::new(text, found.range()))
    }

    /// Every match, one after another.
    pub(crate) fn find_iter<'r, 't: 'r>(
        &'r self,
        text: &'t str,
    ) -> impl Iterator<Item = Found<'t>> + 'r {
        self.0
            .find_iter(text.as_bytes())
            .map(move |found| Found::new(text, found.range()))
    }

    /// The first match with its groups.
    pub(crate) fn captures<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        let groups = self.0.captures(text.as_bytes())?;
        Some(Captures { text, groups })
    }

    /// Every match with its groups.
    pub(crate) fn captures_iter<'r, 't: 'r>(
        &'r self,
        text: &'t str,
    ) -> impl Iterator<Item = Captures<'t>> + 'r {
        self.0
            .captures_iter(text.as_bytes())
            .map(move |groups| Captures { text, groups })
    }
}

impl<'t> Found<'t> {
    fn new(text: &'t str, range: Range<usize>) -> Self {
        Self {
            text,
            start: text.floor_char_boundary(range.start),
            end: text.ceil_char_boundary(range.end),
        }
    }

    pub(crate) fn as_str(&self) -> &'t str {
        self.text.get(self.start..self.end).unwrap_or_default()
    }

    pub(crate) fn start(&self) -> usize {
        self.start
    }

    pub(crate) fn end(&self) -> usize {
        self.end
    }

    pub(crate) fn range(&self) -> Range<usize> {
        self.start..self.end
    }
}

impl<'t> Captures<'t> {
    /// A group, from 1; 0 is the whole match.
    pub(crate) fn get(&self, index: usize) -> Option<Found<'t>> {
        self.groups
            .get(index)
            .map(|found| Found::new(self.text, found.range()))
    }

    /// Number of groups, the whole match among them.
    pub(crate) fn len(&self) -> usize {
        self.groups.len()
    }
}

/// Declares constant patterns.
macro_rules! patterns {
    ($($(#[$doc:meta])* $vis:vis $name:ident = $text:expr;)+) => {
        $($(#[$doc])* $vis static $name: $crate::pattern::Pattern =
            std::sync::LazyLock::new(|| $crate::pattern::pattern($text));)+
    };
}

pub(crate) use patterns;
