//! Order of versions, as OSV defines it for each ecosystem.
//!
//! Sources: the OSV schema (<https://ossf.github.io/osv-schema/>), Semantic
//! Versioning 2.0.0, PEP 440, and the package managers' own comparisons, each
//! named in its file.

mod composer;
mod gem;
mod maven;
mod nuget;

use std::cmp::Ordering;

use super::Ecosystem;

/// Longest version that is compared, in bytes.
const MAX_VERSION: usize = 256;

/// Order of two versions of an ecosystem; `None` where one is no version there.
pub fn compare(ecosystem: Ecosystem, a: &str, b: &str) -> Option<Ordering> {
    if a.len() > MAX_VERSION || b.len() > MAX_VERSION {
        return None;
    }
    match ecosystem {
        Ecosystem::Npm | Ecosystem::Cargo | Ecosystem::Go => semantic(a, b),
        Ecosystem::PyPi => {
            let parse = |text: &str| text.parse::<pep440_rs::Version>().ok();
            Some(parse(a)?.cmp(&parse(b)?))
        }
        Ecosystem::Maven => Some(maven::compare(a, b)),
        Ecosystem::Packagist => composer::compare(a, b),
        Ecosystem::RubyGems => gem::compare(a, b),
        Ecosystem::NuGet => nuget::compare(a, b),
        Ecosystem::Actions => Some(action(a)?.cmp(&action(b)?)),
    }
}

/// Order of two semantic versions: build metadata does not count.
pub fn semantic(a: &str, b: &str) -> Option<Ordering> {
    Some(semver(a)?.cmp_precedence(&semver(b)?))
}

/// A semantic version, with the `v` that Go and tags put before it; missing
/// parts are zero, as in advisories' ranges.
pub(crate) fn semver(text: &str) -> Option<semver::Version> {
    let text = text.trim().trim_start_matches(['v', 'V', '=']);
    if let Ok(version) = semver::Version::parse(text) {
        return Some(version);
    }
    let end = text.find(['-', '+']).unwrap_or(text.len());
    let (numbers, rest) = text.split_at_checked(end)?;
    let missing = 2usize.checked_sub(numbers.matches('.').count())?;
    semver::Version::parse(&format!("{numbers}{}{rest}", ".0".repeat(missing))).ok()
}

/// A tag of an action. `v4` moves with the newest 4.x, so that it is later than
/// every version that is named so far.
fn action(text: &str) -> Option<[u64; 3]> {
    let text = text.trim().trim_start_matches(['v', 'V']);
    let mut parts = text.split('.').map(|part| part.parse::<u64>().ok());
    let first = parts.next()??;
    let mut next = || parts.next().map_or(Some(u64::MAX), |part| part);
    let answer = [first, next()?, next()?];
    parts.next().is_none().then_some(answer)
}

/// Order of two runs of digits of any length.
fn numbers(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests;
