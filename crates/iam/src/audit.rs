//! The whole audit: snapshot → graph → checks → [`Audit`].

use std::cmp::Reverse;
use std::collections::BTreeSet;

use gardefou_finding::{
    AUDIT_SCHEMA, Audit, AuditCoverage, AuditFailure, AuditFault, AuditSummary, Certainty, Goal,
    Timestamp, Tool, Untrusted,
};

use crate::check::{self, Judged, Suppressions};
use crate::graph::{Analysis, Limits, MethodsError, analyse};
use crate::snapshot::{Kind, Snapshot};

/// Most findings that are told.
const MAX_FINDINGS: usize = 50_000;

/// Audits a snapshot at a time.
///
/// # Errors
/// When the program's own methods do not load, which a test excludes.
pub fn audit(
    snapshot: &Snapshot,
    mut coverage: AuditCoverage,
    suppressions: &Suppressions,
    tool: Tool,
    now: Timestamp,
) -> Result<Audit, MethodsError> {
    let mut analysis = analyse(snapshot, now, &Limits::default())?;
    if analysis.buckets_left_out > 0 {
        coverage.fail(AuditFailure {
            source: Untrusted::default(),
            offset: None,
            reason: AuditFault::LimitReached,
            detail: Untrusted::new(format!(
                "{} buckets were not made goals",
                analysis.buckets_left_out
            )),
        });
    }
    let judged = Judged {
        snapshot,
        analysis: &analysis,
        now,
    };
    let mut findings = check::run(&judged, &mut coverage);
    suppressions.apply(&mut findings, &mut coverage, now);
    findings.sort_by(|a, b| {
        let key = |one: &gardefou_finding::AuditFinding| Reverse((one.severity, one.confidence));
        key(a)
            .cmp(&key(b))
            .then_with(|| (&a.check, &a.subject, &a.id).cmp(&(&b.check, &b.subject, &b.id)))
    });
    let left_out = findings.len().saturating_sub(MAX_FINDINGS);
    findings.truncate(MAX_FINDINGS);
    Ok(Audit {
        schema: AUDIT_SCHEMA.to_owned(),
        tool,
        at: now,
        summary: summary(snapshot, &analysis),
        findings,
        findings_left_out: left_out as u64,
        paths_left_out: analysis.paths_left_out,
        paths: std::mem::take(&mut analysis.paths),
        coverage,
    })
}

fn summary(snapshot: &Snapshot, analysis: &Analysis) -> AuditSummary {
    let count = |kind| {
        snapshot
            .principals
            .iter()
            .filter(|one| one.kind == kind)
            .count() as u64
    };
    let from = |certainty| -> BTreeSet<&Untrusted> {
        let paths = analysis
            .paths
            .iter()
            .filter(|path| path.goal == Goal::Administrator);
        paths
            .filter(|path| path.certainty == certainty)
            .map(|path| &path.from)
            .collect()
    };
    let proven = from(Certainty::Proven);
    let perhaps = from(Certainty::Depends);
    AuditSummary {
        accounts: snapshot.accounts.len() as u64,
        users: count(Kind::User),
        roles: count(Kind::Role),
        groups: snapshot.groups.len() as u64,
        administrators: analysis.administrators.len() as u64,
        escalating: proven.len() as u64,
        perhaps_escalating: perhaps.difference(&proven).count() as u64,
    }
}
