//! Constant patterns, compiled once.

use std::sync::LazyLock;

use regex::Regex;

/// A pattern that is compiled when it is first used.
pub(crate) type Pattern = LazyLock<Regex>;

/// Compiles a constant pattern.
#[allow(
    clippy::expect_used,
    reason = "the patterns are constants; every check's examples use them"
)]
pub(crate) fn pattern(text: &str) -> Regex {
    regex::RegexBuilder::new(text)
        .size_limit(64 << 20)
        .build()
        .expect("a constant pattern")
}

/// Declares constant patterns.
macro_rules! patterns {
    ($($name:ident = $text:expr;)+) => {
        $(static $name: $crate::check::pattern::Pattern =
            std::sync::LazyLock::new(|| $crate::check::pattern::pattern($text));)+
    };
}

pub(crate) use patterns;
