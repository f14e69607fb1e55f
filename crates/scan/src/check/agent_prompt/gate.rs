//! Where the patterns of wishes match, found by running of each only the parts
//! whose words meet, where they meet. As a whole they would be automata of
//! twenty languages that are slow everywhere.

use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

use super::lexicon::{Ask, MEANINGS, Meaning};
use crate::needs::{Way, parts};
use crate::pattern::{Regex, part};
use crate::sieve::{Sieve, widen};

/// Most matches of one meaning in one place.
const MAX_HITS: usize = 200;

/// One alternative of a meaning's pattern.
struct Part {
    /// The meaning's place in [`MEANINGS`].
    meaning: usize,
    text: String,
    ways: Vec<Way>,
    regex: OnceLock<Regex>,
}

impl Part {
    fn regex(&self) -> &Regex {
        self.regex.get_or_init(|| part(&self.text))
    }
}

static PARTS: LazyLock<Vec<Part>> = LazyLock::new(|| {
    let leading = MEANINGS.iter().enumerate();
    let leading = leading.filter(|(_, meaning)| is_leading(meaning.ask));
    let part = |meaning, (text, ways)| Part {
        meaning,
        text,
        ways,
        regex: OnceLock::new(),
    };
    let of = |(index, meaning): (usize, &Meaning)| {
        let parts = parts(meaning.pattern.as_str()).into_iter();
        parts.map(move |of| part(index, of))
    };
    leading.flat_map(of).collect()
});

static SIEVE: LazyLock<Sieve> = LazyLock::new(|| {
    let ways = PARTS.iter().map(|part| part.ways.as_slice());
    Sieve::new(ways, |way| way.usual)
});

/// Whether a wish is looked for by itself, and not only beside others.
pub(super) fn is_leading(ask: Ask) -> bool {
    ask.is_harm() || matches!(ask, Ask::Override | Ask::Hide)
}

/// Where each meaning that leads matches.
pub(super) fn leads(prose: &str) -> Vec<(&'static Meaning, Range<usize>)> {
    let windows = SIEVE.windows(prose);
    let all: Vec<(&Part, Vec<Range<usize>>)> = PARTS.iter().zip(windows).collect();
    let mut found = Vec::new();
    for parts in all.chunk_by(|(a, _), (b, _)| a.meaning == b.meaning) {
        let meaning = parts
            .first()
            .and_then(|(part, _)| MEANINGS.get(part.meaning));
        let places = matches(parts, prose);
        found.extend(meaning.into_iter().flat_map(|meaning| {
            let places = places.iter().cloned();
            places.map(move |place| (meaning, place))
        }));
    }
    found
}

/// The matches of parts as alternatives of one pattern, inside their windows.
fn matches(parts: &[(&Part, Vec<Range<usize>>)], prose: &str) -> Vec<Range<usize>> {
    let windows: Vec<Range<usize>> = parts.iter().flat_map(|(_, of)| of.clone()).collect();
    let mut found = Vec::new();
    for window in around(prose, &windows, 0) {
        let here = parts.iter().filter(|(_, of)| is_in(&window, of));
        let regexes: Vec<&Regex> = here.map(|(part, _)| part.regex()).collect();
        let text = prose.get(window.clone()).unwrap_or_default();
        let places = joined(&regexes, text).into_iter();
        found.extend(places.map(|place| window.start + place.start..window.start + place.end));
    }
    found
}

/// Whether a window has one of those in it, which ascend.
fn is_in(window: &Range<usize>, of: &[Range<usize>]) -> bool {
    let next = of.partition_point(|part| part.end <= window.start);
    of.get(next).is_some_and(|part| part.start < window.end)
}

/// The matches of several patterns, as one that has them as alternatives would
/// have them: the leftmost, of those that begin together the first, none over another.
fn joined(regexes: &[&Regex], text: &str) -> Vec<Range<usize>> {
    let at = |regex: &Regex, at| regex.find_at(text, at).map(|found| found.range());
    let mut next: Vec<Option<Range<usize>>> = regexes.iter().map(|regex| at(regex, 0)).collect();
    let mut found: Vec<Range<usize>> = Vec::new();
    while let Some(first) = next
        .iter()
        .flatten()
        .min_by_key(|range| range.start)
        .cloned()
    {
        for (regex, next) in regexes.iter().zip(&mut next) {
            if next.as_ref().is_some_and(|next| next.start < first.end) {
                *next = at(regex, first.end);
            }
        }
        found.push(first);
        if found.len() == MAX_HITS {
            break;
        }
    }
    found
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
    use crate::text::{Mapped, prose};

    #[test]
    fn no_wish_that_leads_can_be_anywhere() {
        for part in PARTS.iter() {
            for way in &part.ways {
                assert!(!way.choices.is_empty(), "{}", part.text);
            }
        }
    }

    #[test]
    fn a_whole_pattern_finds_nothing_else() {
        let cases = [
            include_str!("../../../tests/cases/evasions.txt"),
            include_str!("../../../tests/cases/evasions-blind.txt"),
            include_str!("../../../tests/cases/lookalikes.txt"),
            include_str!("../../../tests/cases/lookalikes-blind.txt"),
        ];
        let mut matches = 0;
        for case in cases.iter().flat_map(|cases| cases.split("\n@ ")) {
            let prose = prose(&Mapped::identity(case.to_owned()));
            let found = leads(prose.text());
            for meaning in MEANINGS.iter().filter(|meaning| is_leading(meaning.ask)) {
                let own = found
                    .iter()
                    .filter(|(of, _)| std::ptr::eq(of.pattern, meaning.pattern));
                let own: Vec<_> = own.map(|(_, range)| range.clone()).collect();
                let whole = meaning.pattern.find_iter(prose.text());
                let whole: Vec<_> = whole.map(|found| found.range()).collect();
                assert_eq!(own, whole, "{:?}: {}", meaning.ask, prose.text());
                matches += whole.len();
            }
        }
        assert!(matches > 100, "{matches}");
    }

    #[test]
    fn parts_match_as_one_pattern_does() {
        let parts = [r"ab[^.]{0,9}?cd|b\w", "b x", "x", "cd"];
        let whole = part(&parts.join("|"));
        let regexes = parts.map(part);
        for text in ["ab cd x", "b x cd", "abb xcd", "xx ab x. cd b xb", ""] {
            let found: Vec<_> = whole.find_iter(text).map(|found| found.range()).collect();
            assert_eq!(joined(&regexes.each_ref(), text), found, "{text}");
        }
    }
}
