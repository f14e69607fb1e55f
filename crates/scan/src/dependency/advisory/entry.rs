//! What an advisory says of one package, and whether it says it of a version.

use std::cmp::Ordering;

use gardefou_finding::Severity;
use serde::{Deserialize, Serialize};

use crate::dependency::Ecosystem;
use crate::dependency::version::{compare, semantic};

/// What kind of advisory it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Class {
    /// The package was made, or taken over, to do harm.
    #[serde(rename = "m")]
    Malicious,
    /// It has a weakness.
    #[serde(rename = "v")]
    Vulnerable,
    /// Nobody keeps it, or it is to be used with care.
    #[serde(rename = "n")]
    Notice,
}

/// Whether a version is affected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// It is not.
    Unaffected,
    /// It cannot be told: only commits are named, or a version cannot be compared.
    Unknown,
    /// It is.
    Affected,
}

/// One advisory of one package, as it is stored. Short names: there are hundreds
/// of thousands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its id.
    #[serde(rename = "i")]
    pub id: String,
    /// Other ids of the same thing.
    #[serde(rename = "a", default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Of what kind it is.
    #[serde(rename = "c")]
    pub class: Class,
    /// How bad, where it says so.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// What it is, cut.
    #[serde(rename = "t", default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// Versions that are named one by one.
    #[serde(rename = "v", default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<String>,
    /// Ranges of versions.
    #[serde(rename = "r", default, skip_serializing_if = "Vec::is_empty")]
    pub ranges: Vec<Range>,
    /// Whether ranges of commits were left out, which no version can be compared with.
    #[serde(rename = "g", default, skip_serializing_if = "is_false")]
    pub has_commits: bool,
}

fn is_false(value: &bool) -> bool {
    !*value
}

/// Versions from some on, until others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// Whether versions are semantic, whatever the ecosystem.
    #[serde(rename = "m", default, skip_serializing_if = "is_false")]
    pub is_semantic: bool,
    /// Where it changes.
    #[serde(rename = "e")]
    pub events: Vec<Event>,
}

/// Where a range begins or ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// Affected from this version on; `0` is before all versions.
    #[serde(rename = "i")]
    Introduced(String),
    /// No longer from this version on.
    #[serde(rename = "f")]
    Fixed(String),
    /// No longer after this version.
    #[serde(rename = "l")]
    LastAffected(String),
    /// Only before this version.
    #[serde(rename = "x")]
    Limit(String),
}

impl Entry {
    /// Whether this version is affected, as OSV evaluates it
    /// (<https://ossf.github.io/osv-schema/#evaluation>). An empty version is
    /// affected only where every one is.
    pub fn affects(&self, ecosystem: Ecosystem, version: &str) -> Match {
        let is_listed = |listed: &String| {
            listed == version || compare(ecosystem, listed, version) == Some(Ordering::Equal)
        };
        if !version.is_empty() && self.versions.iter().any(is_listed) {
            return Match::Affected;
        }
        let says_nothing = self.versions.is_empty() && self.ranges.is_empty();
        let least = match (says_nothing, self.class) {
            (true, Class::Malicious) => Match::Affected,
            (true, _) => Match::Unknown,
            _ if version.is_empty() && !self.versions.is_empty() => Match::Unknown,
            _ if self.has_commits && self.versions.is_empty() => Match::Unknown,
            _ => Match::Unaffected,
        };
        let ranges = self
            .ranges
            .iter()
            .map(|range| range.contains(ecosystem, version));
        ranges.max().unwrap_or(least).max(least)
    }

    /// The first version that is said to be good again.
    pub fn fixed(&self) -> Option<&str> {
        let events = self.ranges.iter().flat_map(|range| &range.events);
        let mut fixed = events.filter_map(|event| match event {
            Event::Fixed(version) => Some(version.as_str()),
            _ => None,
        });
        fixed.next_back()
    }
}

impl Range {
    fn contains(&self, ecosystem: Ecosystem, version: &str) -> Match {
        match self.holds(ecosystem, version) {
            Some(true) => Match::Affected,
            Some(false) => Match::Unaffected,
            None => Match::Unknown,
        }
    }

    /// Whether the last event at or before the version begins the range.
    fn holds(&self, ecosystem: Ecosystem, version: &str) -> Option<bool> {
        if version.is_empty() {
            return self.is_everything().then_some(true);
        }
        let order = |a: &str, b: &str| match (self.is_semantic, a, b) {
            (_, "0", "0") => Some(Ordering::Equal),
            (_, "0", _) => Some(Ordering::Less),
            (_, _, "0") => Some(Ordering::Greater),
            (true, a, b) => semantic(a, b),
            (false, a, b) => compare(ecosystem, a, b),
        };
        let mut begin: Option<&str> = None;
        for event in &self.events {
            if let Event::Introduced(from) = event
                && order(from, version)?.is_le()
                && begin.map_or(Some(true), |known| Some(order(known, from)?.is_lt()))?
            {
                begin = Some(from);
            }
        }
        let Some(begin) = begin else {
            return Some(false);
        };
        for event in &self.events {
            let ends = match event {
                Event::Introduced(_) => false,
                Event::Fixed(at) => order(begin, at)?.is_lt() && order(at, version)?.is_le(),
                Event::LastAffected(at) => order(begin, at)?.is_le() && order(at, version)?.is_lt(),
                Event::Limit(at) => at != "*" && order(at, version)?.is_le(),
            };
            if ends {
                return Some(false);
            }
        }
        Some(true)
    }

    /// Whether no version is outside.
    fn is_everything(&self) -> bool {
        matches!(self.events.as_slice(), [Event::Introduced(from)] if from == "0")
    }
}
