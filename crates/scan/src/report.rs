//! What a run of the gate concludes, and its verdict, which fails closed.

use gardefou_finding::{Confidence, ExitStatus, Severity, Tool};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::coverage::Coverage;
use crate::finding::Finding;

/// Name and version of the report's schema.
pub const CHECK_SCHEMA: &str = "gardefou.check/1";

/// Most findings of one report; those beyond are counted.
pub const MAX_FINDINGS: usize = 5_000;

/// What the gate says.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing speaks against it, and everything was read.
    Allow,
    /// Somebody should look before it goes in.
    Ask,
    /// It must not go in, or it could not be read.
    Deny,
}

/// Everything that a run of the gate concludes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CheckReport {
    /// [`CHECK_SCHEMA`].
    pub schema: String,
    /// Which program wrote it.
    pub tool: Tool,
    /// What the gate says.
    pub verdict: Verdict,
    /// What fired, worst first.
    pub findings: Vec<Finding>,
    /// Findings that did not fit.
    pub findings_left_out: u64,
    /// What was read and judged, and what was not.
    pub coverage: Coverage,
}

impl CheckReport {
    /// Orders the findings and decides the verdict.
    pub fn new(mut findings: Vec<Finding>, coverage: Coverage, tool: Tool) -> Self {
        findings.sort_by(|a, b| a.rank().cmp(&b.rank()));
        let findings_left_out = findings.len().saturating_sub(MAX_FINDINGS) as u64;
        let verdict = verdict(&findings, &coverage);
        findings.truncate(MAX_FINDINGS);
        Self {
            schema: CHECK_SCHEMA.to_owned(),
            tool,
            verdict,
            findings,
            findings_left_out,
            coverage,
        }
    }

    /// The one place that decides a check's exit status: 3 when something could
    /// not be read, 1 when a finding of more than low confidence is at or above
    /// `threshold`, else 0.
    pub fn exit_status(&self, threshold: Severity) -> ExitStatus {
        let counts = |f: &Finding| f.severity >= threshold && f.confidence > Confidence::Low;
        if !self.coverage.is_complete() {
            ExitStatus::Incomplete
        } else if self.findings.iter().any(counts) {
            ExitStatus::Findings
        } else {
            ExitStatus::Clean
        }
    }
}

/// Severity × confidence: what is bad and sure denies, what is either is asked
/// about, and what was not read denies.
fn verdict(findings: &[Finding], coverage: &Coverage) -> Verdict {
    let of = |finding: &Finding| match (finding.severity, finding.confidence) {
        (Severity::High | Severity::Critical, Confidence::Medium | Confidence::High) => {
            Verdict::Deny
        }
        (Severity::High | Severity::Critical, Confidence::Low) => Verdict::Ask,
        (Severity::Medium, Confidence::Medium | Confidence::High) => Verdict::Ask,
        _ => Verdict::Allow,
    };
    if !coverage.is_complete() {
        return Verdict::Deny;
    }
    findings.iter().map(of).max().unwrap_or(Verdict::Allow)
}
