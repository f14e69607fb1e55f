//! Maven's order: `org.apache.maven.artifact.versioning.ComparableVersion` of
//! Maven 3.9. Maven 3.8 orders differently what begins with a word, a zero before
//! a word (`3.0.x`), and a word, a hyphen and a number (`a-1`).

use std::cmp::Ordering;

use super::numbers;

/// Known qualifiers, earliest first; others come after all of them.
const QUALIFIERS: [&str; 7] = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"];
/// Place of the empty qualifier, a release.
const RELEASE: &str = "5";

/// Order of two versions; every text is one.
pub(super) fn compare(a: &str, b: &str) -> Ordering {
    order(Some(&Item::List(parse(a))), Some(&Item::List(parse(b))))
}

/// A part of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Item {
    Number(String),
    Word(String),
    /// A qualifier with its number: `rc1`.
    Both(String, String),
    List(Vec<Item>),
}

impl Item {
    fn is_null(&self) -> bool {
        match self {
            Self::Number(digits) => digits.bytes().all(|digit| digit == b'0'),
            Self::Word(word) => word.is_empty(),
            Self::Both(..) => false,
            Self::List(items) => items.is_empty(),
        }
    }
}

/// A qualifier as it is compared: its place, or after all places.
fn rank(word: &str) -> String {
    let word = match word {
        "ga" | "final" | "release" => "",
        word => word,
    };
    let found = QUALIFIERS.iter().position(|known| *known == word);
    found.map_or_else(|| format!("7-{word}"), |place| place.to_string())
}

fn word(text: &str, is_before_digit: bool) -> String {
    let text = match text {
        "a" if is_before_digit => "alpha",
        "b" if is_before_digit => "beta",
        "m" if is_before_digit => "milestone",
        "cr" => "rc",
        text => text,
    };
    text.to_owned()
}

/// Order of two parts, of which one may be missing.
fn order(a: Option<&Item>, b: Option<&Item>) -> Ordering {
    use Item::{Both, List, Number, Word};
    match (a, b) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => order(b, None).reverse(),
        (Some(a), None) => beside_nothing(a),
        (Some(Number(a)), Some(Number(b))) => numbers(a, b),
        (Some(Number(_)), Some(_)) => Ordering::Greater,
        (Some(Word(a)), Some(Word(b))) => rank(a).cmp(&rank(b)),
        (Some(Word(a)), Some(Both(b, _))) => rank(a).cmp(&rank(b)).then(Ordering::Less),
        (Some(Both(a, _)), Some(Word(b))) => rank(a).cmp(&rank(b)).then(Ordering::Greater),
        (Some(Both(a, m)), Some(Both(b, n))) => rank(a).cmp(&rank(b)).then_with(|| numbers(m, n)),
        (Some(Word(_) | Both(..)), Some(_)) => Ordering::Less,
        (Some(List(_)), Some(Number(_))) => Ordering::Less,
        (Some(List(_)), Some(Word(_) | Both(..))) => Ordering::Greater,
        (Some(List(a)), Some(List(b))) => lists(a, b),
    }
}

fn beside_nothing(item: &Item) -> Ordering {
    match item {
        Item::Number(_) if item.is_null() => Ordering::Equal,
        Item::Number(_) => Ordering::Greater,
        Item::Word(word) | Item::Both(word, _) => rank(word).as_str().cmp(RELEASE),
        Item::List(items) => lists(items, &[]),
    }
}

fn lists(a: &[Item], b: &[Item]) -> Ordering {
    (0..a.len().max(b.len()))
        .map(|index| order(a.get(index), b.get(index)))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// Reads a version into nested parts.
fn parse(text: &str) -> Vec<Item> {
    let mut reader = Reader::default();
    let chars: Vec<char> = text.to_lowercase().chars().collect();
    for (index, c) in chars.iter().enumerate() {
        let next = chars.get(index + 1).copied();
        reader.take(*c, next);
    }
    reader.finish()
}

/// The lists that are open, innermost last, and the part that is being read.
struct Reader {
    lists: Vec<Vec<Item>>,
    part: String,
    is_digit: bool,
    is_both: bool,
}

impl Default for Reader {
    fn default() -> Self {
        Self {
            lists: vec![Vec::new()],
            part: String::new(),
            is_digit: false,
            is_both: false,
        }
    }
}

impl Reader {
    fn take(&mut self, c: char, next: Option<char>) {
        match c {
            '.' => self.end_part(),
            '-' => self.hyphen(next),
            c => {
                let is_digit = c.is_ascii_digit();
                if is_digit != self.is_digit && !self.part.is_empty() {
                    self.turn(is_digit);
                }
                self.is_digit = is_digit;
                self.part.push(c);
            }
        }
    }

    /// `X-1` is read as `X1`; any other hyphen begins a list.
    fn hyphen(&mut self, next: Option<char>) {
        let joins = !self.part.is_empty() && !self.is_digit;
        if joins && next.is_some_and(|next| next.is_ascii_digit()) {
            self.is_both = true;
            return;
        }
        self.end_part();
        self.open();
    }

    /// Letters that digits follow are one part with them; digits that letters
    /// follow are a part of their own.
    fn turn(&mut self, to_digits: bool) {
        if to_digits {
            self.is_both = true;
        } else {
            self.end_part();
        }
        self.open();
    }

    /// Begins a list inside the innermost, unless that is empty.
    fn open(&mut self) {
        if self.lists.last().is_some_and(|list| !list.is_empty()) {
            self.lists.push(Vec::new());
        }
    }

    fn end_part(&mut self) {
        let part = std::mem::take(&mut self.part);
        let item = match (part.is_empty(), self.is_both, self.is_digit) {
            (true, ..) => Item::Number("0".to_owned()),
            (_, true, _) => both(&part),
            (_, _, true) => Item::Number(part),
            _ => Item::Word(word(&part, false)),
        };
        if let Some(list) = self.lists.last_mut() {
            list.push(item);
        }
        self.is_both = false;
    }

    fn finish(mut self) -> Vec<Item> {
        if !self.part.is_empty() {
            if !self.is_digit {
                self.open();
            }
            self.end_part();
        }
        let mut inner = None;
        while let Some(mut list) = self.lists.pop() {
            list.extend(inner.take().map(Item::List));
            normalize(&mut list);
            inner = Some(list);
        }
        inner.unwrap_or_default()
    }
}

fn both(part: &str) -> Item {
    let at = part
        .find(|c: char| c.is_ascii_digit())
        .unwrap_or(part.len());
    let (head, digits) = part.split_at_checked(at).unwrap_or((part, ""));
    if digits.is_empty() {
        return Item::Word(word(head, false));
    }
    Item::Both(word(head, true), digits.to_owned())
}

/// Takes away parts that say nothing: at the end, and before a qualifier.
fn normalize(items: &mut Vec<Item>) {
    for index in (0..items.len()).rev() {
        let says_nothing = items.get(index).is_some_and(Item::is_null);
        let goes = match items.get(index + 1) {
            None | Some(Item::Word(_)) => true,
            Some(Item::List(inner)) => {
                matches!(inner.first(), Some(Item::Both(..) | Item::Word(_)))
            }
            Some(_) => false,
        };
        if says_nothing && goes {
            items.remove(index);
        }
    }
}
