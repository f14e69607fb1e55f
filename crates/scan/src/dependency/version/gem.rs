//! RubyGems' order: `Gem::Version#<=>`.

use std::cmp::Ordering;

use super::numbers;

/// Order of two versions; `None` where one is none.
pub(super) fn compare(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (segments(a)?, segments(b)?);
    let (a, b) = (split(&a), split(&b));
    let count = a.len().max(b.len());
    let order = |index: usize| {
        let a = a.get(index).map_or("0", String::as_str);
        let b = b.get(index).map_or("0", String::as_str);
        match (is_number(a), is_number(b)) {
            (true, true) => numbers(a, b),
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => a.cmp(b),
        }
    };
    let orders = (0..count).map(order);
    Some(
        orders
            .into_iter()
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal),
    )
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The version with `-` as the beginning of a prerelease, when it is one.
fn segments(text: &str) -> Option<String> {
    let text = text.trim().replace('-', ".pre.");
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let starts = text.starts_with(|c: char| c.is_ascii_digit());
    (starts && text.split('.').all(is_part)).then_some(text)
}

/// Runs of digits and of letters, without zeros at the end of either half.
fn split(text: &str) -> Vec<String> {
    let mut runs: Vec<String> = Vec::new();
    for part in text.split('.') {
        let mut run = String::new();
        for c in part.chars() {
            let breaks = run.ends_with(|last: char| last.is_ascii_digit() != c.is_ascii_digit());
            if breaks {
                runs.push(std::mem::take(&mut run));
            }
            run.push(c);
        }
        runs.push(run);
    }
    let first_word = runs
        .iter()
        .position(|run| !is_number(run))
        .unwrap_or(runs.len());
    let tail = runs.split_off(first_word);
    let is_zero = |run: &String| run.bytes().all(|byte| byte == b'0');
    let mut halves = [runs, tail];
    for half in &mut halves {
        while half.last().is_some_and(is_zero) {
            half.pop();
        }
    }
    halves.concat()
}
