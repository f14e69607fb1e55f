//! Composer's order: PHP's `version_compare` over versions that
//! `Composer\Semver\VersionParser` would normalise.

use std::cmp::Ordering;

use super::numbers;

/// Order of two versions; `None` for branches, which have none.
pub(super) fn compare(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (normal(a)?, normal(b)?);
    let found = (0..a.len().max(b.len()))
        .map(|index| order(a.get(index), b.get(index)))
        .find(|order| order.is_ne());
    Some(found.unwrap_or(Ordering::Equal))
}

/// Parts of a version: four numbers, then words and numbers.
fn normal(text: &str) -> Option<Vec<String>> {
    let text = text.trim().to_ascii_lowercase();
    let text = text.strip_prefix('v').unwrap_or(&text);
    let text = text.split_once('+').map_or(text, |(head, _)| head);
    let text = text.strip_suffix("-stable").unwrap_or(text);
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let mut parts = split(text);
    let first_word = parts
        .iter()
        .position(|part| !is_number(part))
        .unwrap_or(parts.len());
    let tail = parts.split_off(first_word);
    parts.resize(parts.len().max(4), "0".to_owned());
    parts.extend(tail);
    Some(parts)
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Runs of digits and of letters.
fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for c in text.chars() {
        let last = parts.last().and_then(|part| part.chars().next_back());
        let breaks = last.is_some_and(|last| last.is_ascii_digit() != c.is_ascii_digit());
        if !c.is_ascii_alphanumeric() || breaks {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut().filter(|_| c.is_ascii_alphanumeric()) {
            part.push(c);
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

fn order(a: Option<&String>, b: Option<&String>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) if is_number(a) && is_number(b) => numbers(a, b),
        (a, b) => place(a).cmp(&place(b)),
    }
}

/// Where a part stands in PHP's list; a missing one is as a number is to words.
fn place(part: Option<&String>) -> u8 {
    match part.map(String::as_str) {
        Some("dev") => 1,
        Some("a" | "alpha") => 2,
        Some("b" | "beta") => 3,
        Some("rc") => 4,
        None => 5,
        Some(text) if is_number(text) => 6,
        Some("p" | "pl" | "patch") => 7,
        Some(_) => 0,
    }
}
