//! NuGet's order: Semantic Versioning 2.0.0 with up to four numbers, and words
//! compared without regard to case.

use std::cmp::Ordering;

use super::numbers;

/// Order of two versions; `None` where one is none.
pub(super) fn compare(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (parse(a)?, parse(b)?);
    let part = |parts: &[String], index: usize| parts.get(index).cloned().unwrap_or("0".to_owned());
    let release = (0..4)
        .map(|index| numbers(&part(&a.0, index), &part(&b.0, index)))
        .find(|order| order.is_ne());
    Some(release.unwrap_or_else(|| prerelease(&a.1, &b.1)))
}

/// The numbers, and the words of a prerelease.
fn parse(text: &str) -> Option<(Vec<String>, Vec<String>)> {
    let text = text.trim().to_ascii_lowercase();
    let text = text.strip_prefix('v').unwrap_or(&text);
    let text = text.split_once('+').map_or(text, |(head, _)| head);
    let (release, words) = text.split_once('-').unwrap_or((text, ""));
    let list: Vec<String> = release.split('.').map(str::to_owned).collect();
    let is_number = |part: &String| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let words = words.split('.').filter(|word| !word.is_empty());
    let sound = list.len() <= 4 && list.iter().all(is_number);
    sound.then(|| (list, words.map(str::to_owned).collect()))
}

fn prerelease(a: &[String], b: &[String]) -> Ordering {
    // Without a prerelease is later than with one.
    if a.is_empty() || b.is_empty() {
        return a.is_empty().cmp(&b.is_empty());
    }
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let pair = |(a, b): (&String, &String)| match (is_number(a), is_number(b)) {
        (true, true) => numbers(a, b),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => a.cmp(b),
    };
    let found = a.iter().zip(b).map(pair).find(|order| order.is_ne());
    found.unwrap_or_else(|| a.len().cmp(&b.len()))
}
