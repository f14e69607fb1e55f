//! New names that imitate popular ones.

use gardefou_finding::{Confidence, Severity};

use super::Locked;
use super::known::shown;
use crate::check::{CheckId, Out, Reason, Report};
use crate::dependency::Ecosystem;
use crate::dependency::Origin;
use crate::dependency::names::{Likeness, Names};

/// Compares new names with popular ones.
pub(super) fn judge(names: &Names, locked: &Locked<'_>, out: &mut Out<'_>) {
    for brought in locked
        .brought
        .iter()
        .filter(|brought| brought.is_new_name())
    {
        let package = brought.package;
        if package.origin == Origin::Local {
            continue;
        }
        if let Some(report) = report(names, package.ecosystem, &package.name) {
            let report = report.shown(shown(package));
            out.at_line(locked.file, locked.view, package.at, report);
        }
    }
}

/// What is said of a name that imitates another.
pub(super) fn report(names: &Names, ecosystem: Ecosystem, name: &str) -> Option<Report> {
    let (popular, likeness) = names.imitated(ecosystem, name)?;
    let (severity, confidence) = match likeness {
        Likeness::Strong => (Severity::High, Confidence::Medium),
        Likeness::Fair => (Severity::Medium, Confidence::Medium),
        Likeness::Weak => (Severity::Low, Confidence::Low),
    };
    let report = Report::new(
        CheckId::DependencyName,
        Reason::DependencyTyposquat,
        severity,
        confidence,
    );
    Some(report.detail(name).detail(popular))
}
