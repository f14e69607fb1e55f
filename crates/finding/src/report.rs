//! What a run concludes, and the exit status that says it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Coverage, Finding, Incident, ProofSummary, RuleCount, Severity};

/// Name and version of the report's schema; the number changes when a reader
/// of the previous one could misread the new one.
pub const REPORT_SCHEMA: &str = "gardefou.report/1";

/// Which program wrote the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// `gardefou`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// Everything an investigation concludes. Every output format renders this.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// [`REPORT_SCHEMA`].
    pub schema: String,
    /// Which program wrote it.
    pub tool: Tool,
    /// Incidents, most severe first.
    pub incidents: Vec<Incident>,
    /// All findings, in order of time, also those outside any incident.
    pub findings: Vec<Finding>,
    /// Findings that did not fit (more than 10,000).
    pub findings_left_out: u64,
    /// What was read, skipped and failed.
    pub coverage: Coverage,
    /// What CloudTrail's digests prove of it, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<ProofSummary>,
    /// Each loaded rule with its number of matches.
    pub rules: Vec<RuleCount>,
}

/// The exit statuses of every command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// Clean and complete.
    Clean,
    /// Something at or above the threshold.
    Findings,
    /// Usage, configuration or rule error.
    Usage,
    /// Something could not be read or judged.
    Incomplete,
}

impl ExitStatus {
    /// The process exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Incomplete => 3,
        }
    }
}

impl Report {
    /// The one place that decides an investigation's exit status: 3 when the
    /// coverage is incomplete (whatever was found: what was not read may hold
    /// more) or there was no event to judge, 1 when an incident is at or above `threshold`, else 0.
    pub fn exit_status(&self, threshold: Severity) -> ExitStatus {
        if !self.coverage.is_complete() || self.coverage.is_without_events() {
            ExitStatus::Incomplete
        } else if self
            .incidents
            .iter()
            .any(|incident| incident.severity >= threshold)
        {
            ExitStatus::Findings
        } else {
            ExitStatus::Clean
        }
    }
}
