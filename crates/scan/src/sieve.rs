//! Where patterns are worth running: in texts, or parts of them, in which the
//! words meet that a match is made of. One automaton finds the words of all of
//! them in one pass.

use std::collections::BTreeMap;
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Match};

use crate::needs::{Bytes, Choice, Way, Word};

/// Bytes around a match that show where its first and last word end.
const MARGIN: usize = 32;
/// Most bytes between two words that are looked at for what no match can hold.
const MAX_BETWEEN: usize = 2_000;

/// The words of many patterns.
pub(crate) struct Sieve {
    automaton: AhoCorasick,
    /// For each text of the automaton, the words with it, each with its choices.
    words: Vec<Vec<(Word, Vec<usize>)>>,
    /// For each choice, the ways that it ends.
    ends: Vec<Vec<End>>,
    /// For each pattern, whether it may match without any word.
    free: Vec<bool>,
}

/// A way of a pattern, of which the last choice has been seen.
struct End {
    /// The pattern's place among all.
    pattern: usize,
    /// The choices before the last.
    others: Vec<usize>,
    /// Most bytes of a match.
    longest: usize,
    bytes: Bytes,
}

impl Sieve {
    /// The sieve of patterns; `longest` says how many bytes a match of a way has at most.
    #[allow(
        clippy::expect_used,
        reason = "the words are constants; every test builds the automaton"
    )]
    pub(crate) fn new<'a>(
        patterns: impl Iterator<Item = &'a [Way]>,
        longest: fn(&Way) -> usize,
    ) -> Self {
        let mut all = Choices::default();
        let mut free = Vec::new();
        for (pattern, ways) in patterns.enumerate() {
            free.push(ways.iter().any(|way| way.choices.is_empty()));
            for way in ways {
                all.end(pattern, longest(way), way);
            }
        }
        let words = all.words();
        Self {
            automaton: AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .kind(Some(AhoCorasickKind::DFA))
                .build(words.iter().filter_map(|same| Some(&same.first()?.0.text)))
                .expect("constant words"),
            words,
            ends: all.ends,
            free,
        }
    }

    /// For each pattern, whether it can match anywhere in a text.
    pub(crate) fn possible(&self, text: &str) -> Vec<bool> {
        let mut possible = self.free.clone();
        self.each(text, |end, last, word| {
            if let Some(is_possible) = possible.get_mut(end.pattern) {
                *is_possible = *is_possible || end.first(text, last, word.start()).is_some();
            }
        });
        possible
    }

    /// For each pattern, the parts of a text that can hold a match.
    pub(crate) fn windows(&self, text: &str) -> Vec<Vec<Range<usize>>> {
        let whole = |is_free: &bool| is_free.then_some(0..text.len()).into_iter().collect();
        let mut windows: Vec<Vec<Range<usize>>> = self.free.iter().map(whole).collect();
        self.each(text, |end, last, word| {
            if let Some(first) = end.first(text, last, word.start())
                && let Some(windows) = windows.get_mut(end.pattern)
            {
                widen(windows, text, end.window(text, first, word));
            }
        });
        windows
    }

    /// Calls `met` for each way that a word may end, with where each choice stood last.
    fn each(&self, text: &str, mut met: impl FnMut(&End, &[Option<usize>], &Match)) {
        let mut last: Vec<Option<usize>> = vec![None; self.ends.len()];
        for found in self.automaton.find_overlapping_iter(text) {
            let words = self.words.get(found.pattern().as_usize());
            let fits = |word: &Word| word.fits(text.as_bytes(), &found.range());
            for (_, choices) in words.into_iter().flatten().filter(|(word, _)| fits(word)) {
                for end in choices.iter().filter_map(|choice| self.ends.get(*choice)) {
                    end.iter().for_each(|end| met(end, &last, &found));
                }
                for choice in choices {
                    if let Some(slot) = last.get_mut(*choice) {
                        *slot = Some(found.start());
                    }
                }
            }
        }
    }
}

impl End {
    /// Where the earliest of the choices stands, when all were seen near enough
    /// before an offset, with nothing between that no match can hold.
    fn first(&self, text: &str, last: &[Option<usize>], at: usize) -> Option<usize> {
        let mut first = at;
        for other in &self.others {
            first = first.min((*last.get(*other)?)?);
        }
        if at - first > self.longest {
            return None;
        }
        let between = text.as_bytes().get(first..at)?;
        let is_held = || between.iter().all(|byte| self.bytes.has(*byte));
        (between.len() > MAX_BETWEEN || is_held()).then_some(first)
    }

    /// What a match can reach that holds the text from `first` to a word.
    fn window(&self, text: &str, first: usize, word: &Match) -> Range<usize> {
        let bytes = text.as_bytes();
        let is_held = |byte: &u8| self.bytes.has(*byte);
        let start = word.end().saturating_sub(self.longest).min(first);
        let head = bytes.get(start..first).unwrap_or_default();
        let held = head.iter().rev().take_while(|byte| is_held(byte)).count();
        let end = first.saturating_add(self.longest).min(bytes.len());
        let tail = bytes.get(word.end()..end).unwrap_or_default();
        let follows = tail.iter().take_while(|byte| is_held(byte)).count();
        (first - held).saturating_sub(MARGIN)..word.end() + follows + MARGIN
    }
}

/// The choices of all ways, each with a number.
#[derive(Default)]
struct Choices {
    numbers: BTreeMap<Choice, usize>,
    ends: Vec<Vec<End>>,
}

impl Choices {
    /// The words of all choices by their text, each with the choices that it is of.
    fn words(&self) -> Vec<Vec<(Word, Vec<usize>)>> {
        let mut words: BTreeMap<&Word, Vec<usize>> = BTreeMap::new();
        for (choice, number) in &self.numbers {
            for word in choice {
                words.entry(word).or_default().push(*number);
            }
        }
        let mut all: Vec<(Word, Vec<usize>)> = Vec::new();
        all.extend(words.into_iter().map(|(word, of)| (word.clone(), of)));
        let same = all.chunk_by(|(a, _), (b, _)| a.text == b.text);
        same.map(<[_]>::to_vec).collect()
    }

    fn number(&mut self, choice: &Choice) -> usize {
        let next = self.numbers.len();
        let number = *self.numbers.entry(choice.clone()).or_insert(next);
        if number == next {
            self.ends.push(Vec::new());
        }
        number
    }

    fn end(&mut self, pattern: usize, longest: usize, way: &Way) {
        let choices = way.choices.iter();
        let numbers: Vec<usize> = choices.map(|choice| self.number(choice)).collect();
        let Some((last, others)) = numbers.split_last() else {
            return;
        };
        if let Some(ends) = self.ends.get_mut(*last) {
            ends.push(End {
                pattern,
                others: others.to_vec(),
                longest,
                bytes: way.bytes.clone(),
            });
        }
    }
}

/// Adds a window, one with those before where they touch.
pub(crate) fn widen(windows: &mut Vec<Range<usize>>, text: &str, window: Range<usize>) {
    let (start, end) = (window.start, window.end);
    let mut window = text.floor_char_boundary(start)..text.ceil_char_boundary(end.min(text.len()));
    while let Some(last) = windows.pop_if(|last| window.start <= last.end) {
        window = window.start.min(last.start)..window.end.max(last.end);
    }
    windows.push(window);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::needs::ways;
    use crate::pattern::patterns;

    patterns! {
        WIPE = r"\b(?:wipe|delete)\b[^.!?]{0,20}?(?:disks?|files)";
        CALL = r"(?i)\beval\s*\(\s*atob";
        ANY = r"\w+";
    }

    fn sieve() -> Sieve {
        let ways = [&WIPE, &CALL, &ANY].map(|pattern| ways(pattern.as_str()));
        let ways = ways.iter().map(Vec::as_slice);
        Sieve::new(ways, |way| way.longest.unwrap_or(usize::MAX))
    }

    #[test]
    fn a_pattern_is_possible_where_its_words_meet() {
        for (text, wipe, call) in [
            ("please wipe the disk", true, false),
            ("the disk is to wipe", false, false),
            ("wipe it. the disk", false, false),
            ("wipe what is far too far away from any disk", false, false),
            ("EVAL( ATOB", false, true),
            ("eval(x); atob(y)", false, false),
        ] {
            assert_eq!(sieve().possible(text), [wipe, call, true], "{text}");
        }
    }

    #[test]
    fn a_window_holds_its_match() {
        let text = format!("{} wipe the disk {}", "a ".repeat(200), "b ".repeat(200));
        let windows = sieve().windows(&text);
        assert_eq!(windows[0].len(), 1);
        let part = &text[windows[0][0].clone()];
        assert!(WIPE.is_match(part) && part.len() < 200);
        assert!(windows[1].is_empty());
        assert_eq!(windows[2].first(), Some(&(0..text.len())));
    }

    #[test]
    fn windows_that_touch_are_one() {
        let text = "0123456789";
        let mut windows = vec![0..2, 5..6];
        widen(&mut windows, text, 1..4);
        assert_eq!((windows.len(), windows.first()), (1, Some(&(0..6))));
    }
}
