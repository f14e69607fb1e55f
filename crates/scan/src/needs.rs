//! What a text must hold for a pattern to match, read off the pattern itself.
//!
//! A pattern that begins with any of a hundred words is slow over text that has
//! such words everywhere. What it goes on with is rarer: looking for all of its
//! words at once with one automaton, and for where they meet, leaves few places
//! on which the pattern has to run. Nothing is lost by that, since the words
//! are the pattern's own.
//!
//! Source: R. Cox, *Regular Expression Matching with a Trigram Index* (2012),
//! whose queries are of the same kind.

use std::collections::BTreeSet;
use std::ops::Range;

use regex_syntax::ParserBuilder;
use regex_syntax::hir::print::Printer;
use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};

/// Most ways of one alternative; beyond, each part is asked for its best words alone.
const MAX_WAYS: usize = 64;
/// Bytes that a part usually is long at most where the pattern sets no end to it.
const ENDLESS: usize = 96;
/// Shortest part of a word that is looked for where a way has longer ones, too.
const MIN_PART: usize = 3;
/// Most spellings of one literal.
const MAX_SPELLINGS: usize = 12;
/// Most bytes of a class whose bytes are spelled out.
const MAX_SPELLED: usize = 3;

/// A word that a match holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Word {
    /// In ASCII's lower case.
    pub(crate) text: Vec<u8>,
    /// Whether a word of the text begins or ends where it begins.
    pub(crate) begins: bool,
    /// Whether a word of the text begins or ends where it ends.
    pub(crate) ends: bool,
}

impl Word {
    /// Whether it stands in a range of a text as it has to.
    pub(crate) fn fits(&self, text: &[u8], range: &Range<usize>) -> bool {
        (!self.begins || is_edge(text, range.start)) && (!self.ends || is_edge(text, range.end))
    }

    /// Whether it is no part of many other words.
    fn is_rare(&self) -> bool {
        self.text.len() >= MIN_PART || (self.begins && self.ends)
    }
}

/// Whether one of the bytes around an offset is of a word and the other is not.
fn is_edge(text: &[u8], at: usize) -> bool {
    let is_word = |at: usize| {
        text.get(at)
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    };
    at.checked_sub(1).is_some_and(is_word) != is_word(at)
}

/// Words of which a match holds at least one.
pub(crate) type Choice = BTreeSet<Word>;

/// One way in which a pattern can match.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    /// Of each of these a match holds one, in this order.
    pub(crate) choices: Vec<Choice>,
    /// Most bytes of a match, where the pattern sets an end to it.
    pub(crate) longest: Option<usize>,
    /// The same with words of any length taken to be no longer than words are.
    pub(crate) usual: usize,
    /// The bytes that a match can hold.
    pub(crate) bytes: Bytes,
}

/// A set of bytes.
#[derive(Clone, Debug)]
pub(crate) struct Bytes([bool; 256]);

impl Bytes {
    /// Whether a byte is of the set.
    pub(crate) fn has(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte)) == Some(&true)
    }

    fn add(&mut self, range: std::ops::RangeInclusive<u8>) {
        for byte in range {
            if let Some(slot) = self.0.get_mut(usize::from(byte)) {
                *slot = true;
            }
        }
    }
}

/// The ways in which a pattern over ASCII classes can match; a way without
/// choices can be anywhere.
pub(crate) fn ways(pattern: &str) -> Vec<Way> {
    alternatives(&parsed(pattern))
        .iter()
        .flat_map(of_alternative)
        .collect()
}

/// The alternatives that a pattern is made of, each as a pattern of its own
/// ([`crate::pattern::part`]) with its ways.
#[allow(clippy::expect_used, reason = "a string takes whatever is written")]
pub(crate) fn parts(pattern: &str) -> Vec<(String, Vec<Way>)> {
    let part = |hir: &Hir| {
        let mut text = String::new();
        let printed = Printer::new().print(hir, &mut text);
        printed.expect("a string");
        (text, of_alternative(hir))
    };
    alternatives(&parsed(pattern)).iter().map(part).collect()
}

#[allow(
    clippy::expect_used,
    reason = "the patterns are constants that are compiled beside this"
)]
fn parsed(pattern: &str) -> Hir {
    let mut parser = ParserBuilder::new().unicode(false).utf8(false).build();
    parser.parse(pattern).expect("a constant pattern")
}

/// The alternatives at the top of a pattern, also where they begin alike.
fn alternatives(hir: &Hir) -> Vec<Hir> {
    match hir.kind() {
        HirKind::Alternation(parts) => parts.iter().flat_map(alternatives).collect(),
        HirKind::Concat(parts) => match parts.as_slice() {
            [head, last] if matches!(head.kind(), HirKind::Look(_)) => {
                let follow = |part| Hir::concat(vec![head.clone(), part]);
                alternatives(last).into_iter().map(follow).collect()
            }
            _ => vec![hir.clone()],
        },
        _ => vec![hir.clone()],
    }
}

fn of_alternative(hir: &Hir) -> Vec<Way> {
    let mut bytes = Bytes([false; 256]);
    collect(hir, &mut bytes);
    let way = |choices| Way {
        choices: telling(choices),
        longest: hir.properties().maximum_len(),
        usual: usual(hir),
        bytes: bytes.clone(),
    };
    let sequences = sequences(hir, Edges::default());
    sequences.into_iter().map(way).collect()
}

/// The choices without those of short words, where there are better ones.
fn telling(choices: Vec<Choice>) -> Vec<Choice> {
    let is_rare = |choice: &Choice| choice.iter().all(Word::is_rare);
    if !choices.iter().any(is_rare) {
        return choices;
    }
    choices.into_iter().filter(is_rare).collect()
}

/// Every byte that a match of a part can hold.
fn collect(hir: &Hir, bytes: &mut Bytes) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => literal.0.iter().for_each(|byte| bytes.add(*byte..=*byte)),
        HirKind::Class(Class::Bytes(class)) => class
            .iter()
            .for_each(|range| bytes.add(range.start()..=range.end())),
        HirKind::Class(Class::Unicode(_)) => bytes.add(0..=255),
        HirKind::Repetition(part) => collect(&part.sub, bytes),
        HirKind::Capture(part) => collect(&part.sub, bytes),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().for_each(|part| collect(part, bytes));
        }
    }
}

/// Most bytes that a match of a part usually has.
fn usual(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Repetition(part) => repeated(part),
        HirKind::Capture(part) => usual(&part.sub),
        HirKind::Concat(parts) => parts.iter().map(usual).sum(),
        HirKind::Alternation(parts) => parts.iter().map(usual).max().unwrap_or(0),
        _ => hir.properties().maximum_len().unwrap_or(ENDLESS),
    }
}

fn repeated(part: &Repetition) -> usize {
    let once = usual(&part.sub);
    match part.max {
        Some(most) => once.saturating_mul(most as usize),
        None => ENDLESS.max(once.saturating_mul(4)),
    }
}

/// Whether words of the text begin or end where a part begins and ends.
#[derive(Clone, Copy, Debug, Default)]
struct Edges {
    begins: bool,
    ends: bool,
}

/// The sequences of choices of which a match has one.
fn sequences(hir: &Hir, edges: Edges) -> Vec<Vec<Choice>> {
    match hir.kind() {
        HirKind::Literal(_) | HirKind::Class(_) => one(spelled(hir).unwrap_or_default(), edges),
        HirKind::Capture(part) => sequences(&part.sub, edges),
        HirKind::Repetition(part) if part.min > 0 => sequences(&part.sub, Edges::default()),
        HirKind::Alternation(parts) => {
            let all = parts.iter().flat_map(|part| sequences(part, edges));
            merged(all.collect())
        }
        HirKind::Concat(parts) => following(parts, edges),
        _ => vec![Vec::new()],
    }
}

/// One sequence where each of them is but one choice.
fn merged(sequences: Vec<Vec<Choice>>) -> Vec<Vec<Choice>> {
    if sequences.iter().any(Vec::is_empty) {
        return vec![Vec::new()];
    }
    if sequences.iter().any(|sequence| sequence.len() > 1) {
        return sequences;
    }
    vec![vec![sequences.into_iter().flatten().flatten().collect()]]
}

/// The sequences of parts that follow one another.
fn following(parts: &[Hir], edges: Edges) -> Vec<Vec<Choice>> {
    let each = factors(parts, edges);
    let count = each.iter().map(Vec::len).fold(1, usize::saturating_mul);
    let mut out = vec![Vec::new()];
    for choices in each {
        let choices = if count > MAX_WAYS {
            vec![best(choices)]
        } else {
            choices
        };
        out = out
            .iter()
            .flat_map(|head: &Vec<Choice>| {
                let joined = |tail: &Vec<Choice>| head.iter().chain(tail).cloned().collect();
                choices.iter().map(joined).collect::<Vec<Vec<Choice>>>()
            })
            .collect();
    }
    out
}

/// The sequences of each part, with literals that touch as one.
fn factors(parts: &[Hir], edges: Edges) -> Vec<Vec<Vec<Choice>>> {
    let mut factors = Vec::new();
    let mut at = 0;
    while let Some(part) = parts.get(at) {
        let (spellings, next) = spelled_run(parts, at);
        let end = next.max(at + 1);
        let before = at.checked_sub(1).and_then(|before| parts.get(before));
        let own = Edges {
            begins: before.map_or(edges.begins, is_edge_look),
            ends: parts.get(end).map_or(edges.ends, is_edge_look),
        };
        factors.push(match spellings {
            Some(spellings) => one(spellings, own),
            None => sequences(part, own),
        });
        at = end;
    }
    factors
}

fn is_edge_look(hir: &Hir) -> bool {
    matches!(hir.kind(), HirKind::Look(Look::WordAscii))
}

/// The spellings of the literals from a place on, and where they end.
fn spelled_run(parts: &[Hir], from: usize) -> (Option<Vec<Vec<u8>>>, usize) {
    let mut all: Option<Vec<Vec<u8>>> = None;
    let mut at = from;
    while let Some(tails) = parts.get(at).and_then(spelled) {
        let heads = all.take().unwrap_or_else(|| vec![Vec::new()]);
        if heads.len() * tails.len() > MAX_SPELLINGS {
            return (Some(heads), at);
        }
        let joined = |head: &Vec<u8>| -> Vec<Vec<u8>> {
            let tails = tails.iter();
            tails.map(|tail| [head.as_slice(), tail].concat()).collect()
        };
        all = Some(heads.iter().flat_map(joined).collect());
        at += 1;
    }
    (all, at)
}

/// How a literal or a small class can be spelled, in lower case.
fn spelled(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    match hir.kind() {
        HirKind::Literal(literal) => Some(vec![literal.0.to_ascii_lowercase()]),
        HirKind::Class(Class::Bytes(class)) => {
            let size: usize = class.iter().map(|range| range.len()).sum();
            if size > MAX_SPELLED {
                return None;
            }
            let bytes = class.iter().flat_map(|range| range.start()..=range.end());
            let lower: BTreeSet<u8> = bytes.map(|byte| byte.to_ascii_lowercase()).collect();
            Some(lower.into_iter().map(|byte| vec![byte]).collect())
        }
        _ => None,
    }
}

/// Spellings as the one sequence, unless they are too common to be looked for.
fn one(spellings: Vec<Vec<u8>>, edges: Edges) -> Vec<Vec<Choice>> {
    let is_telling = |word: &Vec<u8>| word.len() > 1 || matches!(word.as_slice(), b"~" | b"@");
    if spellings.is_empty() || !spellings.iter().all(is_telling) {
        return vec![Vec::new()];
    }
    let word = |text| Word {
        text,
        begins: edges.begins,
        ends: edges.ends,
    };
    vec![vec![spellings.into_iter().map(word).collect()]]
}

/// Of each sequence the choice that is rarest by the length of its words, all as one.
fn best(sequences: Vec<Vec<Choice>>) -> Vec<Choice> {
    let shortest = |choice: &Choice| choice.iter().map(|word| word.text.len()).min();
    let mut all = Choice::new();
    for sequence in sequences {
        match sequence.into_iter().max_by_key(shortest) {
            Some(choice) => all.extend(choice),
            None => return Vec::new(),
        }
    }
    vec![all]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of each way, in order.
    fn words(pattern: &str) -> Vec<Vec<Vec<String>>> {
        let edge = |is_edge| if is_edge { "|" } else { "" };
        let text = |word: &Word| {
            let text = String::from_utf8_lossy(&word.text);
            format!("{}{text}{}", edge(word.begins), edge(word.ends))
        };
        let choice = |choice: &Choice| choice.iter().map(text).collect();
        let way = |way: &Way| way.choices.iter().map(choice).collect();
        ways(pattern).iter().map(way).collect()
    }

    #[test]
    fn words_are_those_that_every_match_has() {
        assert_eq!(
            words(r"\b(?:delete|wipe)\b[^.!?]{0,90}?(?:files?|\bdisks?\b)"),
            [[["|delete|", "|wipe|"], ["|disk", "file"]]]
        );
        assert_eq!(
            words("ignore (?:all )?rules|forget it"),
            [
                vec![vec!["ignore "], vec!["rules"]],
                vec![vec!["forget it"]]
            ]
        );
        assert_eq!(
            words("drop (?:all tables|home)"),
            [vec![vec!["drop "], vec!["all tables", "home"]]]
        );
        assert_eq!(words(r"(?i)new\s+Function"), [[["new"], ["function"]]]);
        assert_eq!(words(r#"\br['"]m\b"#), [[["|r\"m|", "|r'm|"]]]);
        assert_eq!(words(r"of\w+ all of"), [[[" all of"]]]);
        assert_eq!(words(r"(?:a\d+)?\w*"), [Vec::<Vec<String>>::new()]);
    }

    #[test]
    fn parts_match_what_the_whole_does() {
        let parts = parts(r"дел(?:у|ы)\w{0,3} (?:a|bc)\b|\b(?i:rm)\s+[^.]x|\be$");
        let [first, second, third] = parts.as_slice() else {
            panic!("{parts:?}");
        };
        let is_match = |part: &(String, _), text| crate::pattern::part(&part.0).is_match(text);
        assert!(is_match(first, "делу bc") && !is_match(first, "дело bc"));
        assert!(is_match(second, "RM  ax") && !is_match(second, "rm .x"));
        assert!(is_match(third, "an e") && !is_match(third, "e x"));
    }

    #[test]
    fn a_way_knows_its_length_and_bytes() {
        let way = ways(r"wipe[^.!?]{0,20}disks?").remove(0);
        assert_eq!((way.longest, way.usual), (Some(29), 29));
        let way = ways(r"wipe \w+").remove(0);
        assert_eq!((way.longest, way.usual), (None, 5 + ENDLESS));
        let way = ways(r"wipe[^.!?]{0,20}disks?").remove(0);
        assert!(way.bytes.has(b','));
        assert!(!way.bytes.has(b'.'));
    }

    #[test]
    fn too_many_ways_are_asked_for_their_best_words() {
        let part = "(?:ab[0-9]cde|fg[0-9]hij|kl[0-9]mno)";
        let many = ways(&format!("{part}-{part}-{part}-{part}"));
        assert_eq!(many.len(), 1);
        let first = many[0].choices[0].iter().map(|word| word.text.as_slice());
        assert_eq!(first.collect::<Vec<_>>(), [b"cde", b"hij", b"mno"]);
    }
}
