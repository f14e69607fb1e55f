//! What was read and judged, what was left out, and what could not be read.

use std::collections::BTreeMap;

use gardefou_finding::Untrusted;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::change::PatchError;
use crate::config::Accepted;
use crate::dependency::DependencyCoverage;

/// How many parts that were not read are listed one by one; all are counted.
pub const MAX_LISTED: usize = 200;

/// Why something that should have been read was not. Each makes the result incomplete.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Unread {
    /// A file or directory that could not be opened or read.
    Unreadable,
    /// A part of a patch that is none.
    BadPatch,
    /// A binary file of which the patch does not show the content.
    BinaryNotShown,
    /// An archive that is damaged or cut short.
    BadArchive,
    /// A compression or archive format that is not known here, or an encrypted entry.
    UnknownFormat,
    /// Larger, deeper or more than the limits let through.
    LimitReached,
    /// History that is not there (a shallow clone).
    Shallow,
    /// A workflow or configuration that does not parse.
    BadSyntax,
    /// Nothing was there to judge.
    Nothing,
    /// A signature of a kind that cannot be verified here, where signing is the rule.
    Unverifiable,
}

/// One thing that was not read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Gap {
    /// File, entry or revision.
    pub source: Untrusted,
    /// Line, from 1, where it is part of a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Why.
    pub reason: Unread,
    /// What exactly, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<Untrusted>,
}

/// What was read and judged, and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// Commits judged.
    pub commits: u64,
    /// Files judged.
    pub files: u64,
    /// Bytes judged, archives' content included.
    pub bytes: u64,
    /// Files whose content is no text: judged by name, kind and what archives hold.
    pub binary_files: u64,
    /// What of the dependencies was looked at, and with what they were compared.
    #[serde(default, skip_serializing_if = "DependencyCoverage::is_empty")]
    pub dependencies: DependencyCoverage,
    /// Findings that suppressions took away, by check.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub suppressed: BTreeMap<String, u64>,
    /// Findings that the baseline has.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub known: u64,
    /// Number of things not read, by reason.
    pub failed: BTreeMap<Unread, u64>,
    /// The first [`MAX_LISTED`] things not read, in order of place.
    pub failures: Vec<Gap>,
}

impl Coverage {
    /// Whether everything that should have been read was read.
    pub fn is_complete(&self) -> bool {
        self.failed.values().all(|count| *count == 0)
    }

    /// Counts something that was not read.
    pub fn fail(&mut self, gap: Gap) {
        *self.failed.entry(gap.reason).or_default() += 1;
        self.failures.push(gap);
        if self.failures.len() > 2 * MAX_LISTED {
            self.settle();
        }
    }

    /// Counts something of a source that was not read, and why in words.
    pub fn fail_at(&mut self, source: &str, reason: Unread, detail: &str) {
        self.fail(Gap {
            source: Untrusted::new(source),
            line: None,
            reason,
            detail: (!detail.is_empty()).then(|| Untrusted::new(detail)),
        });
    }

    /// Counts a fault of a patch.
    pub(crate) fn fault(&mut self, source: &str, line: usize, error: PatchError) {
        let reason = match error {
            PatchError::TooMany | PatchError::LongLine => Unread::LimitReached,
            PatchError::NoPatch => Unread::Nothing,
            _ => Unread::BadPatch,
        };
        self.fail(Gap {
            source: Untrusted::new(source),
            line: Some(line),
            reason,
            detail: Some(Untrusted::new(error.to_string())),
        });
    }

    /// Counts what was accepted.
    pub(crate) fn accept(&mut self, accepted: Accepted) {
        self.merge(Self {
            suppressed: accepted.suppressed,
            known: accepted.known,
            ..Self::default()
        });
    }

    /// Adds what another part covered.
    pub fn merge(&mut self, other: Self) {
        self.commits += other.commits;
        self.files += other.files;
        self.bytes += other.bytes;
        self.binary_files += other.binary_files;
        self.dependencies.merge(other.dependencies);
        self.known += other.known;
        for (check, count) in other.suppressed {
            *self.suppressed.entry(check).or_default() += count;
        }
        for (reason, count) in other.failed {
            *self.failed.entry(reason).or_default() += count;
        }
        self.failures.extend(other.failures);
        self.settle();
    }

    fn settle(&mut self) {
        self.failures.sort();
        self.failures.truncate(MAX_LISTED);
    }
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}
