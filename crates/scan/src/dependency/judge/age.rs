//! Packages that are so young that nobody may have looked at them yet.

use gardefou_finding::{Confidence, Severity};

use super::known::shown;
use super::{DAY, DependencyOptions, Locked};
use crate::check::{CheckId, Out, Reason, Report};

/// Compares times of publication, where they are known, with now.
pub(super) fn judge(options: &DependencyOptions, locked: &Locked<'_>, out: &mut Out<'_>) {
    let Some(now) = options.now.filter(|_| options.min_age_days > 0) else {
        return;
    };
    for brought in locked
        .brought
        .iter()
        .filter(|brought| brought.is_new_version())
    {
        let package = brought.package;
        let said = options
            .published
            .of(package.ecosystem, &package.name, &package.version);
        let Some(time) = said.or(package.published) else {
            continue;
        };
        if now.since(time) >= i64::from(options.min_age_days) * DAY {
            continue;
        }
        let report = Report::new(
            CheckId::DependencyAge,
            Reason::DependencyYoung,
            Severity::Medium,
            if brought.is_new_name() {
                Confidence::High
            } else {
                Confidence::Medium
            },
        );
        let report = report.shown(shown(package)).detail(time.to_string());
        out.at_line(locked.file, locked.view, package.at, report);
    }
}
