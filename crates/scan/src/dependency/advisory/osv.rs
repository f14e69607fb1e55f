//! Records of the Open Source Vulnerability format (<https://ossf.github.io/osv-schema/>).

use gardefou_finding::{Severity, Timestamp};
use serde::Deserialize;

use super::entry::{Class, Entry, Event, Range};
use crate::dependency::Ecosystem;

/// Largest record that is read, in bytes.
pub const MAX_RECORD: usize = 32 << 20;
/// Longest summary that is kept, in characters.
const MAX_SUMMARY: usize = 160;
/// Malicious code in a package, as GitHub's advisories class it.
const EMBEDDED_MALICIOUS_CODE: &str = "CWE-506";

/// Why a record could not be read.
#[derive(Debug, thiserror::Error)]
pub enum OsvError {
    /// No record of the format.
    #[error("no OSV record: {0}")]
    Syntax(#[from] serde_json::Error),
    /// Larger than is read.
    #[error("a record larger than is read")]
    TooLarge,
    /// Its time of change is none.
    #[error("`modified` is no time")]
    NoTime,
}

/// A record as far as it is kept.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) id: String,
    pub(super) modified: Timestamp,
    pub(super) is_withdrawn: bool,
    /// Ecosystem and normal name with what is said of them.
    pub(super) entries: Vec<(Ecosystem, String, Entry)>,
    /// Packages of ecosystems that are not read.
    pub(super) foreign: u64,
}

impl Record {
    /// Reads a record of JSON.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, OsvError> {
        if bytes.len() > MAX_RECORD {
            return Err(OsvError::TooLarge);
        }
        let raw: Raw = serde_json::from_slice(bytes)?;
        let modified = Timestamp::parse(&raw.modified).ok_or(OsvError::NoTime)?;
        let mut record = Self {
            id: raw.id.clone(),
            modified,
            is_withdrawn: raw.withdrawn.is_some(),
            entries: Vec::new(),
            foreign: 0,
        };
        for affected in raw.affected.iter().flatten() {
            record.add(&raw, affected);
        }
        Ok(record)
    }

    fn add(&mut self, raw: &Raw, affected: &Affected) {
        let Some(package) = &affected.package else {
            return; // commits of a repository alone
        };
        let Some(ecosystem) = Ecosystem::of_word(&package.ecosystem) else {
            self.foreign += 1;
            return;
        };
        let entry = raw.entry(affected);
        let name = ecosystem.normal(&package.name);
        self.entries.push((ecosystem, name, entry));
    }
}

#[derive(Debug, Deserialize)]
struct Raw {
    id: String,
    modified: String,
    withdrawn: Option<String>,
    aliases: Option<Vec<String>>,
    summary: Option<String>,
    severity: Option<Vec<Score>>,
    affected: Option<Vec<Affected>>,
    database_specific: Option<Specific>,
}

#[derive(Debug, Deserialize)]
struct Affected {
    package: Option<Name>,
    ranges: Option<Vec<RawRange>>,
    versions: Option<Vec<String>>,
    severity: Option<Vec<Score>>,
    database_specific: Option<Specific>,
}

#[derive(Debug, Deserialize)]
struct Name {
    ecosystem: String,
    name: String,
}

#[derive(Debug, Deserialize)]
struct Score {
    score: String,
}

#[derive(Debug, Deserialize)]
struct RawRange {
    #[serde(rename = "type")]
    kind: String,
    events: Option<Vec<RawEvent>>,
}

#[derive(Debug, Deserialize)]
struct RawEvent {
    introduced: Option<String>,
    fixed: Option<String>,
    last_affected: Option<String>,
    limit: Option<String>,
}

/// What databases say in words of their own; any of it may be of another type.
#[derive(Debug, Deserialize)]
struct Specific {
    severity: Option<serde_json::Value>,
    cwe_ids: Option<serde_json::Value>,
    informational: Option<serde_json::Value>,
}

impl Raw {
    fn entry(&self, affected: &Affected) -> Entry {
        let ranges = affected.ranges.iter().flatten();
        let (commits, ranges): (Vec<&RawRange>, Vec<&RawRange>) =
            ranges.partition(|range| range.kind == "GIT");
        let scores = affected.severity.iter().chain(&self.severity).flatten();
        let specific = [&affected.database_specific, &self.database_specific];
        let word = || {
            specific
                .iter()
                .find_map(|one| one.as_ref()?.severity.as_ref()?.as_str())
        };
        let summary = self.summary.as_deref().unwrap_or_default();
        Entry {
            id: self.id.clone(),
            aliases: self.aliases.clone().unwrap_or_default(),
            class: self.class(affected),
            severity: worst(scores).or_else(|| word().and_then(named)),
            summary: summary.chars().take(MAX_SUMMARY).collect(),
            versions: affected.versions.clone().unwrap_or_default(),
            ranges: ranges.into_iter().map(range).collect(),
            has_commits: !commits.is_empty(),
        }
    }

    fn class(&self, affected: &Affected) -> Class {
        let ids = std::iter::once(&self.id).chain(self.aliases.iter().flatten());
        let specific = [&affected.database_specific, &self.database_specific];
        let mut known = specific.into_iter().flatten();
        let has_code = |one: &Specific| {
            let list = one.cwe_ids.as_ref().and_then(|ids| ids.as_array());
            list.is_some_and(|ids| ids.iter().any(|id| id == EMBEDDED_MALICIOUS_CODE))
        };
        let is_note = |one: &Specific| {
            one.informational
                .as_ref()
                .is_some_and(|word| word.is_string())
        };
        if ids.into_iter().any(|id| id.starts_with("MAL-")) || known.clone().any(has_code) {
            Class::Malicious
        } else if known.any(is_note) {
            Class::Notice
        } else {
            Class::Vulnerable
        }
    }
}

fn range(raw: &RawRange) -> Range {
    let events = raw.events.iter().flatten().flat_map(|event| {
        [
            event.introduced.clone().map(Event::Introduced),
            event.fixed.clone().map(Event::Fixed),
            event.last_affected.clone().map(Event::LastAffected),
            event.limit.clone().map(Event::Limit),
        ]
    });
    Range {
        is_semantic: raw.kind == "SEMVER",
        events: events.flatten().collect(),
    }
}

/// The newest kind of score that can be read: CVSS 4, else 3, else 2.
fn worst<'a>(scores: impl Iterator<Item = &'a Score>) -> Option<Severity> {
    let mut list: Vec<&str> = scores.map(|score| score.score.as_str()).collect();
    list.sort_unstable_by(|a, b| b.cmp(a));
    let read = list
        .into_iter()
        .find_map(|text| text.parse::<cvss::Cvss>().ok())?;
    Some(match read.severity() {
        cvss::Severity::None => Severity::Informational,
        cvss::Severity::Low => Severity::Low,
        cvss::Severity::Medium => Severity::Medium,
        cvss::Severity::High => Severity::High,
        cvss::Severity::Critical => Severity::Critical,
    })
}

/// GitHub's words for a severity.
fn named(word: &str) -> Option<Severity> {
    match word.to_ascii_uppercase().as_str() {
        "LOW" => Some(Severity::Low),
        "MODERATE" | "MEDIUM" => Some(Severity::Medium),
        "HIGH" => Some(Severity::High),
        "CRITICAL" => Some(Severity::Critical),
        _ => None,
    }
}
