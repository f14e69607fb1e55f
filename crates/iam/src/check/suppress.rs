//! Suppressions: findings that somebody accepted, why, and until when.

use gardefou_finding::{AuditCoverage, AuditFinding, Confidence, Severity, Timestamp};
use serde::Deserialize;

use super::{Check, Findings, Judged};
use crate::pattern::Glob;

pub(super) const STALE: Check = Check {
    id: "suppression-stale",
    title: [
        "A suppression matches no finding",
        "Une suppression ne correspond à aucun constat",
    ],
    severity: Severity::Low,
    confidence: Confidence::High,
    cis: &[],
    techniques: &[],
    judge: nothing,
};

pub(super) const EXPIRED: Check = Check {
    id: "suppression-expired",
    title: [
        "A suppression is past its end",
        "Une suppression a passé son terme",
    ],
    severity: Severity::Medium,
    confidence: Confidence::High,
    cis: &[],
    techniques: &[],
    judge: nothing,
};

/// These two are found when suppressions are applied.
fn nothing(_: &Judged<'_>, _: &mut Findings<'_>) {}

/// A file of suppressions.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suppressions {
    /// In the file's order.
    pub suppressions: Vec<Suppression>,
}

/// An accepted finding.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suppression {
    /// The check's id.
    pub check: String,
    /// The subject; `*` and `?` are wildcards.
    pub subject: String,
    /// Why it is accepted.
    pub reason: String,
    /// The day from which it is not accepted any more: `2026-12-31`.
    pub until: String,
}

/// Why a file of suppressions does not load.
#[derive(Debug, thiserror::Error)]
pub enum SuppressionError {
    /// It is not the YAML it should be.
    #[error("{0}")]
    Yaml(#[from] yaml_serde::Error),
    /// A suppression has no reason.
    #[error("suppression {0}: `reason` is empty")]
    Reason(usize),
    /// A suppression's end is no day.
    #[error("suppression {0}: `{1}` is no day such as 2026-12-31")]
    Until(usize, String),
    /// A suppression's check is none.
    #[error("suppression {0}: there is no check `{1}`")]
    Check(usize, String),
}

impl Suppressions {
    /// Reads a file.
    ///
    /// # Errors
    /// When it is not well formed; each suppression needs a check that there
    /// is, a reason and an end.
    pub fn parse(text: &str) -> Result<Self, SuppressionError> {
        let file: Self = yaml_serde::from_str(text)?;
        for (at, one) in file.suppressions.iter().enumerate() {
            if one.reason.trim().is_empty() {
                return Err(SuppressionError::Reason(at + 1));
            }
            if one.end().is_none() {
                return Err(SuppressionError::Until(at + 1, one.until.clone()));
            }
            if !super::CHECKS.iter().any(|check| check.id == one.check) {
                return Err(SuppressionError::Check(at + 1, one.check.clone()));
            }
        }
        Ok(file)
    }

    /// Takes away what is accepted; counts it, and finds suppressions that
    /// are past their end or match nothing.
    pub fn apply(
        &self,
        found: &mut Vec<AuditFinding>,
        coverage: &mut AuditCoverage,
        now: Timestamp,
    ) {
        for one in &self.suppressions {
            let subject = format!("{} {}", one.check, one.subject);
            let facts = [("until", one.until.clone()), ("reason", one.reason.clone())];
            if one.end().is_none_or(|end| end <= now) {
                Findings {
                    check: &EXPIRED,
                    found,
                    coverage,
                }
                .add("", &subject, &facts);
                continue;
            }
            let glob = Glob::new(&one.subject);
            let before = found.len();
            found.retain(|finding| {
                finding.check != one.check || !glob.matches(finding.subject.as_str())
            });
            let taken = before - found.len();
            if taken == 0 {
                Findings {
                    check: &STALE,
                    found,
                    coverage,
                }
                .add("", &subject, &facts);
            } else {
                *coverage.suppressed.entry(one.check.clone()).or_default() += taken as u64;
            }
        }
    }
}

impl Suppression {
    fn end(&self) -> Option<Timestamp> {
        Timestamp::parse(&format!("{}T00:00:00Z", self.until))
    }
}
