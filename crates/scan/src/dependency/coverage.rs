//! What of the dependencies was looked at, and with what they were compared.

use gardefou_finding::{Timestamp, Untrusted};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The advisories that dependencies were compared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Database {
    /// What the file was made of.
    pub sources: Vec<Untrusted>,
    /// When its newest record was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newest: Option<Timestamp>,
    /// Days since then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age_days: Option<i64>,
    /// Whether that is more than was allowed.
    pub is_old: bool,
    /// Records of its source that could not be read when it was made.
    pub failed_records: u64,
}

/// What of the dependencies was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DependencyCoverage {
    /// Lock files and manifests read.
    pub lock_files: u64,
    /// Packages judged: all of a tree's, of a change those that it brings.
    pub packages: u64,
    /// Of these, compared with advisories.
    pub compared: u64,
    /// Of these, without an exact version: nothing can be compared.
    pub unpinned: u64,
    /// The advisories; `None` when none were named, so that nothing was compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<Database>,
}

impl DependencyCoverage {
    /// Whether no lock file and no package was looked at.
    pub(crate) fn is_empty(&self) -> bool {
        self.lock_files == 0 && self.packages == 0
    }

    /// Adds what another part covered.
    pub(crate) fn merge(&mut self, other: Self) {
        self.lock_files += other.lock_files;
        self.packages += other.packages;
        self.compared += other.compared;
        self.unpinned += other.unpinned;
        self.database = self.database.take().or(other.database);
    }
}
