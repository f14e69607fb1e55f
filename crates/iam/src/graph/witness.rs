//! A text that two patterns both match.
//!
//! What a principal may create is said by patterns: `function:dev-*`. Whether
//! *some* name would do is asked by finding one that matches the policy's
//! pattern and the form that such an ARN has.

/// Longest pattern that is tried, in bytes; AWS's ARNs have at most 2,048.
const MAX_PATTERN: usize = 600;

/// A text that both patterns match, in which `*` and `?` are wildcards; `None`
/// when there is none, or a pattern is too long to try.
pub(super) fn witness(a: &str, b: &str) -> Option<String> {
    let (a, b): (Vec<char>, Vec<char>) = (squeeze(a), squeeze(b));
    if a.len() > MAX_PATTERN || b.len() > MAX_PATTERN {
        return None;
    }
    let meets = Meets::new(&a, &b);
    meets.possible(0, 0).then(|| meets.text())
}

/// Stars in a row mean one.
fn squeeze(pattern: &str) -> Vec<char> {
    let mut out: Vec<char> = Vec::with_capacity(pattern.len());
    for c in pattern.chars() {
        if c != '*' || out.last() != Some(&'*') {
            out.push(c);
        }
    }
    out
}

/// For each pair of rests of the patterns, whether they can meet.
struct Meets<'a> {
    a: &'a [char],
    b: &'a [char],
    table: Vec<bool>,
}

impl<'a> Meets<'a> {
    fn new(a: &'a [char], b: &'a [char]) -> Self {
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
        match (self.a.get(i), self.b.get(j)) {
            (None, None) => true,
            (Some('*'), None) => self.possible(i + 1, j),
            (None, Some('*')) => self.possible(i, j + 1),
            (Some('*'), Some(_)) => self.possible(i + 1, j) || self.possible(i, j + 1),
            (Some(_), Some('*')) => self.possible(i, j + 1) || self.possible(i + 1, j),
            (Some(x), Some(y)) => (x == y || *x == '?' || *y == '?') && self.possible(i + 1, j + 1),
            (Some(_), None) | (None, Some(_)) => false,
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
        match (self.a.get(i), self.b.get(j)) {
            (None, None) => None,
            // Where both stars end here, something stands in their place.
            (Some('*'), Some('*')) if self.possible(i + 1, j + 1) => {
                Some((Some('x'), i + 1, j + 1))
            }
            (Some('*'), _) if self.possible(i + 1, j) => Some((None, i + 1, j)),
            (_, Some('*')) if self.possible(i, j + 1) => Some((None, i, j + 1)),
            (Some('*'), Some(y)) => Some((Some(filler(*y)), i, j + 1)),
            (Some(x), Some('*')) => Some((Some(filler(*x)), i + 1, j)),
            (Some(x), Some(y)) => {
                Some((Some(filler(if *x == '?' { *y } else { *x })), i + 1, j + 1))
            }
            _ => None,
        }
    }
}

fn filler(c: char) -> char {
    if matches!(c, '?' | '*') { 'x' } else { c }
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
