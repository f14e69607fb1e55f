//! Digests: one version with other files than before, and files without a digest.

use gardefou_finding::{Confidence, Severity};

use super::known::shown;
use super::{Locked, brought::Brought};
use crate::check::{CheckId, Out, Reason, Report};
use crate::dependency::{Origin, Package};

/// From so many changed digests on, the tool that writes them has changed.
const REWRITE: usize = 6;

/// Compares the digests.
pub(super) fn judge(locked: &Locked<'_>, out: &mut Out<'_>) {
    if !locked.is_change() {
        return;
    }
    let changed: Vec<&Brought<'_>> = locked.brought.iter().filter(|b| is_changed(b)).collect();
    let is_rewrite = changed.len() >= REWRITE;
    for brought in changed.iter().take(if is_rewrite { 1 } else { usize::MAX }) {
        let (severity, confidence) = if is_rewrite {
            (Severity::Medium, Confidence::Medium)
        } else {
            (Severity::High, Confidence::High)
        };
        let mut report = report(
            Reason::DependencyIntegrityChanged,
            severity,
            confidence,
            brought.package,
        );
        if is_rewrite {
            report = report.detail(format!("× {}", changed.len()));
        }
        out.at_line(locked.file, locked.view, brought.package.at, report);
    }
    missing(locked, out);
}

fn report(reason: Reason, severity: Severity, confidence: Confidence, package: &Package) -> Report {
    Report::new(CheckId::DependencyIntegrity, reason, severity, confidence).shown(shown(package))
}

/// Whether both sides have digests of one algorithm, and none in common.
fn is_changed(brought: &Brought<'_>) -> bool {
    let Some(old) = brought.same.filter(|old| !old.version.is_empty()) else {
        return false;
    };
    let new = &brought.package.integrity;
    let comparable = |digest: &&String| {
        new.iter()
            .any(|other| algorithm(other) == algorithm(digest))
    };
    let comparable: Vec<&String> = old.integrity.iter().filter(comparable).collect();
    !comparable.is_empty() && !comparable.iter().any(|digest| new.contains(digest))
}

fn algorithm(digest: &str) -> &str {
    digest.split(['-', ':', '/']).next().unwrap_or_default()
}

/// New files without a digest where all others have one, or where there was one.
fn missing(locked: &Locked<'_>, out: &mut Out<'_>) {
    if !locked.format.has_integrity() || !locked.view.is_whole() {
        return;
    }
    let has_file = |package: &Package| {
        let is_file =
            !matches!(package.origin, Origin::Git(_) | Origin::Local) && !package.is_inside;
        is_file && !package.version.is_empty()
    };
    let files = || locked.packages.iter().filter(|package| has_file(package));
    let with = files()
        .filter(|package| !package.integrity.is_empty())
        .count();
    let without = files().count() - with;
    for brought in locked
        .brought
        .iter()
        .filter(|b| has_file(b.package) && b.package.integrity.is_empty())
    {
        let was_there = brought.earlier.is_some_and(|old| !old.integrity.is_empty());
        // An old lock file has none at all: one more says nothing.
        let is_odd = with > 9 * without;
        if was_there || is_odd {
            let report = report(
                Reason::DependencyIntegrityMissing,
                Severity::Medium,
                if was_there {
                    Confidence::High
                } else {
                    Confidence::Medium
                },
                brought.package,
            );
            out.at_line(locked.file, locked.view, brought.package.at, report);
        }
    }
}
