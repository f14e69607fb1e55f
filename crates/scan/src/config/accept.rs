//! Takes away what was accepted, counts it, and tells of suppressions that are
//! past their end or match nothing.

use std::collections::BTreeMap;

use gardefou_finding::{Confidence, Severity, Timestamp};

use super::{Baseline, CONFIG_FILE, Config, Suppression};
use crate::check::{CheckId, Out, Reason, Report};
use crate::coverage::Coverage;
use crate::finding::Finding;
use crate::judge::Judged;

/// What is accepted, and when.
#[derive(Debug)]
pub struct Acceptance<'a> {
    /// The suppressions.
    pub config: &'a Config,
    /// Findings that were there before.
    pub baseline: Baseline,
    /// The clock.
    pub now: Timestamp,
    /// Whether everything that suppressions can be about was judged, so that
    /// one that matches nothing is stale.
    pub is_whole: bool,
}

/// What was taken away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// Findings that suppressions took, by check.
    pub suppressed: BTreeMap<String, u64>,
    /// Findings of the baseline.
    pub known: u64,
}

impl Acceptance<'_> {
    /// Applies suppressions, then the baseline. What could not be read stays
    /// as it is: nothing accepts that.
    pub fn apply(mut self, judged: &mut Judged) {
        let mut used = vec![false; self.config.suppressions.len()];
        let mut accepted = Accepted::default();
        judged.findings.retain(|finding| {
            if self.is_suppressed(finding, &mut used) {
                let count = accepted.suppressed.entry(finding.id.word().to_owned());
                *count.or_default() += 1;
                return false;
            }
            let is_known = self.baseline.takes(finding);
            accepted.known += u64::from(is_known);
            !is_known
        });
        let told = self.told(&used, &mut judged.coverage);
        judged.findings.extend(told);
        judged.coverage.accept(accepted);
    }

    fn is_suppressed(&self, finding: &Finding, used: &mut [bool]) -> bool {
        let mut is_suppressed = false;
        for (one, used) in self.config.suppressions.iter().zip(used) {
            if !one.is_expired(self.now) && one.covers(finding) {
                *used = true;
                is_suppressed = true;
            }
        }
        is_suppressed
    }

    fn told(&self, used: &[bool], coverage: &mut Coverage) -> Vec<Finding> {
        let mut out = Out::new(coverage, None);
        for (one, used) in self.config.suppressions.iter().zip(used) {
            if one.is_expired(self.now) {
                tell(one, Reason::SuppressionExpired, Severity::Medium, &mut out);
            } else if self.is_whole && !used {
                tell(one, Reason::SuppressionStale, Severity::Low, &mut out);
            }
        }
        out.findings()
    }
}

fn tell(one: &Suppression, reason: Reason, severity: Severity, out: &mut Out<'_>) {
    let report = Report::new(CheckId::GateConfig, reason, severity, Confidence::High)
        .detail(one.until.to_string())
        .detail(one.reason.clone());
    let excerpt = format!("{} {}", one.check.word(), one.subject);
    let line = u32::try_from(one.line).ok();
    out.at_path(CONFIG_FILE, line, &excerpt, report);
}
