//! Where patterns are worth running: places that have a word of each kind near
//! each other. One automaton finds the words of every kind in one pass.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::lexicon::{Ask, GATES};

/// Bytes between two words that may belong to one wish.
const NEAR: usize = 420;

/// The automaton, and for each word the gate and the side that it is of.
struct Words {
    automaton: AhoCorasick,
    sides: Vec<(usize, usize)>,
}

static WORDS: LazyLock<Words> = LazyLock::new(words);

#[allow(
    clippy::expect_used,
    reason = "the words are constants; every test builds the automaton"
)]
fn words() -> Words {
    let mut all = Vec::new();
    let mut sides = Vec::new();
    for (gate, (_, first, second)) in GATES.iter().enumerate() {
        for (side, list) in [first, second].into_iter().enumerate() {
            all.extend(list.iter().copied());
            sides.extend(list.iter().map(|_| (gate, side)));
        }
    }
    Words {
        automaton: AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::DFA))
            .build(&all)
            .expect("constant words"),
        sides,
    }
}

/// Whether a wish has a gate.
pub(super) fn is_gated(ask: Ask) -> bool {
    GATES.iter().any(|(gated, _, _)| *gated == ask)
}

/// For each gated wish, the parts of the text that can hold it.
pub(super) fn windows(prose: &str) -> Vec<(Ask, Vec<Range<usize>>)> {
    let mut last: Vec<[Option<usize>; 2]> = vec![[None; 2]; GATES.len()];
    let mut found: Vec<Vec<Range<usize>>> = vec![Vec::new(); GATES.len()];
    for word in WORDS.automaton.find_overlapping_iter(prose) {
        let Some((gate, side)) = WORDS.sides.get(word.pattern().as_usize()).copied() else {
            continue;
        };
        let (Some(seen), Some(places)) = (last.get_mut(gate), found.get_mut(gate)) else {
            continue;
        };
        let other = seen.get(1 - side).copied().flatten();
        if let Some(other) = other.filter(|other| word.start() < other + NEAR) {
            push(places, prose, other.min(word.start()), word.end());
        }
        if let Some(slot) = seen.get_mut(side) {
            *slot = Some(word.start());
        }
    }
    GATES.iter().map(|(ask, _, _)| *ask).zip(found).collect()
}

/// Adds a window around two words, one with the last where they touch.
fn push(places: &mut Vec<Range<usize>>, prose: &str, start: usize, end: usize) {
    let start = prose.floor_char_boundary(start.saturating_sub(NEAR));
    let end = prose.ceil_char_boundary((end + NEAR).min(prose.len()));
    match places.last_mut() {
        Some(last) if start <= last.end => last.end = last.end.max(end),
        _ => places.push(start..end),
    }
}

/// Windows of this reach around places, which ascend within each meaning.
pub(super) fn around(prose: &str, places: &[Range<usize>], reach: usize) -> Vec<Range<usize>> {
    let mut sorted: Vec<&Range<usize>> = places.iter().collect();
    sorted.sort_by_key(|place| place.start);
    let mut windows: Vec<Range<usize>> = Vec::new();
    for place in sorted {
        let start = prose.floor_char_boundary(place.start.saturating_sub(reach));
        let end = prose.ceil_char_boundary((place.end + reach).min(prose.len()));
        match windows.last_mut() {
            Some(last) if start <= last.end => last.end = last.end.max(end),
            _ => windows.push(start..end),
        }
    }
    windows
}
