//! Where the patterns of wishes are worth running.

use std::ops::Range;
use std::sync::LazyLock;

use super::lexicon::{Ask, MEANINGS, Meaning};
use crate::pattern::Pattern;
use crate::sieve::{Sieve, widen};

static SIEVE: LazyLock<Sieve> = LazyLock::new(|| {
    let patterns: Vec<&Pattern> = leading().map(|meaning| meaning.pattern).collect();
    Sieve::new(&patterns, |way| way.usual)
});

/// Whether a wish is looked for by itself, and not only beside others.
pub(super) fn is_leading(ask: Ask) -> bool {
    ask.is_harm() || matches!(ask, Ask::Override | Ask::Hide)
}

fn leading() -> impl Iterator<Item = &'static Meaning> {
    MEANINGS.iter().filter(|meaning| is_leading(meaning.ask))
}

/// The meanings that lead, each with the parts of the text that can hold it.
pub(super) fn windows(prose: &str) -> impl Iterator<Item = (&'static Meaning, Vec<Range<usize>>)> {
    leading().zip(SIEVE.windows(prose))
}

/// Windows of this reach around places.
pub(super) fn around(prose: &str, places: &[Range<usize>], reach: usize) -> Vec<Range<usize>> {
    let mut sorted: Vec<&Range<usize>> = places.iter().collect();
    sorted.sort_by_key(|place| place.start);
    let mut windows: Vec<Range<usize>> = Vec::new();
    for place in sorted {
        let start = place.start.saturating_sub(reach);
        widen(&mut windows, prose, start..place.end + reach);
    }
    windows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::needs::ways;

    #[test]
    fn no_wish_that_leads_can_be_anywhere() {
        for meaning in leading() {
            for way in ways(meaning.pattern.as_str()) {
                assert!(!way.choices.is_empty(), "{:?}: {way:?}", meaning.ask);
            }
        }
    }
}
