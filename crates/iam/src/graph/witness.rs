//! A text that two patterns both match.
//!
//! What a principal may create is said by patterns: `function:dev-*`. Whether
//! *some* name would do is asked by finding one that matches the policy's
//! pattern and the form that such an ARN has. A form's stars stand for a
//! region or a name, so they do not reach over a `:`.

/// Longest pattern that is tried, in bytes; AWS's ARNs have at most 2,048.
const MAX_PATTERN: usize = 600;

/// A text that a policy's pattern and an ARN's form both match, in which `*`
/// and `?` are wildcards; `None` when there is none, or one is too long to try.
pub(super) fn witness(pattern: &str, form: &str) -> Option<String> {
    let (a, b) = (signs(pattern, Sign::Any), signs(form, Sign::Segment));
    if a.len() > MAX_PATTERN || b.len() > MAX_PATTERN {
        return None;
    }
    let meets = Meets::new(&a, &b);
    meets.possible(0, 0).then(|| meets.text())
}

/// One sign of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    /// This character.
    Text(char),
    /// `?`
    One,
    /// Any text.
    Any,
    /// Any text without `:`.
    Segment,
}

impl Sign {
    fn is_star(self) -> bool {
        matches!(self, Self::Any | Self::Segment)
    }

    /// Whether a star can stand for what another sign stands for.
    fn takes(self, other: Self) -> bool {
        self == Self::Any || other != Self::Text(':')
    }

    /// A character that stands for the sign.
    fn filler(self) -> char {
        match self {
            Self::Text(c) => c,
            _ => 'x',
        }
    }
}

/// The signs of a pattern whose stars are `star`; stars in a row mean one.
fn signs(pattern: &str, star: Sign) -> Vec<Sign> {
    let mut out: Vec<Sign> = Vec::with_capacity(pattern.len());
    for c in pattern.chars() {
        let sign = match c {
            '*' => star,
            '?' => Sign::One,
            c => Sign::Text(c),
        };
        if !sign.is_star() || out.last() != Some(&sign) {
            out.push(sign);
        }
    }
    out
}

/// For each pair of rests of the patterns, whether they can meet.
struct Meets<'a> {
    a: &'a [Sign],
    b: &'a [Sign],
    table: Vec<bool>,
}

impl<'a> Meets<'a> {
    fn new(a: &'a [Sign], b: &'a [Sign]) -> Self {
        let mut meets = Self {
            a,
            b,
            table: vec![false; (a.len() + 1) * (b.len() + 1)],
        };
        for i in (0..=a.len()).rev() {
            for j in (0..=b.len()).rev() {
                let possible = meets.decide(i, j);
                let at = meets.at(i, j);
                if let Some(cell) = meets.table.get_mut(at) {
                    *cell = possible;
                }
            }
        }
        meets
    }

    fn at(&self, i: usize, j: usize) -> usize {
        i * (self.b.len() + 1) + j
    }

    fn possible(&self, i: usize, j: usize) -> bool {
        self.table.get(self.at(i, j)).copied().unwrap_or(false)
    }

    fn decide(&self, i: usize, j: usize) -> bool {
        match (self.a.get(i).copied(), self.b.get(j).copied()) {
            (None, None) => true,
            (Some(x), y) if x.is_star() => {
                self.possible(i + 1, j) || y.is_some_and(|y| x.takes(y) && self.possible(i, j + 1))
            }
            (x, Some(y)) if y.is_star() => {
                self.possible(i, j + 1) || x.is_some_and(|x| y.takes(x) && self.possible(i + 1, j))
            }
            (Some(x), Some(y)) => {
                (x == y || x == Sign::One || y == Sign::One) && self.possible(i + 1, j + 1)
            }
            _ => false,
        }
    }

    /// Walks a way from the start to the end and writes down what it passes.
    fn text(&self) -> String {
        let (mut i, mut j) = (0, 0);
        let mut out = String::new();
        while let Some((c, next_i, next_j)) = self.step(i, j) {
            out.extend(c);
            (i, j) = (next_i, next_j);
        }
        out
    }

    fn step(&self, i: usize, j: usize) -> Option<(Option<char>, usize, usize)> {
        match (self.a.get(i).copied(), self.b.get(j).copied()) {
            (None, None) => None,
            // Where both stars end here, something stands in their place.
            (Some(x), Some(y)) if x.is_star() && y.is_star() && self.possible(i + 1, j + 1) => {
                Some((Some('x'), i + 1, j + 1))
            }
            (Some(x), _) if x.is_star() && self.possible(i + 1, j) => Some((None, i + 1, j)),
            (_, Some(y)) if y.is_star() && self.possible(i, j + 1) => Some((None, i, j + 1)),
            (Some(x), Some(y)) if x.is_star() => Some((Some(y.filler()), i, j + 1)),
            (Some(x), Some(y)) if y.is_star() => Some((Some(x.filler()), i + 1, j)),
            (Some(x), Some(y)) => {
                let c = if x == Sign::One { y } else { x };
                Some((Some(c.filler()), i + 1, j + 1))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::pattern::Glob;

    #[test]
    fn finds_names_that_a_policy_allows() {
        let form = "arn:aws:lambda:*:111122223333:function:*";
        let dev = "arn:aws:lambda:eu-west-1:*:function:dev-*";
        let found = witness(dev, form).unwrap();
        assert!(found.starts_with("arn:aws:lambda:eu-west-1:111122223333:function:dev-"));
        assert_eq!(witness("arn:aws:s3:::*", form), None);
        assert!(witness("*", form).is_some());
    }

    #[test]
    fn a_region_is_no_way_around_a_name() {
        let form = "arn:aws:lambda:*:111122223333:function:nightly";
        let other = "arn:aws:lambda:eu-west-1:111122223333:function:zzz*";
        assert_eq!(witness(other, form), None);
        assert_eq!(
            witness("arn:aws:lambda:*:111122223333:function:zzz*", form),
            None
        );
        assert!(witness("arn:aws:lambda:*:*:function:night*", form).is_some());
        let stack = "arn:aws:cloudformation:*:111122223333:stack/web/*";
        assert_eq!(
            witness("arn:aws:cloudformation:*:*:stack/other-*/*", stack),
            None
        );
        assert!(witness("arn:aws:cloudformation:*:*:stack/w*", stack).is_some());
    }

    proptest! {
        #[test]
        fn what_it_finds_matches_both(a in "[ab*?]{0,8}", b in "[ab*?]{0,8}") {
            if let Some(text) = witness(&a, &b) {
                prop_assert!(Glob::new(&a).matches(&text), "{text} of {a}");
                prop_assert!(Glob::new(&b).matches(&text), "{text} of {b}");
            }
        }

        #[test]
        fn it_finds_where_there_is_one(a in "[ab*?]{0,6}", b in "[ab*?]{0,6}", text in "[ab]{0,6}") {
            if Glob::new(&a).matches(&text) && Glob::new(&b).matches(&text) {
                prop_assert!(witness(&a, &b).is_some());
            }
        }
    }
}
