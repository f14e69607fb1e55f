//! What advisories say of packages: malicious ones, and known weaknesses.

use std::collections::BTreeSet;

use gardefou_finding::{Confidence, Severity};

use super::{DependencyOptions, Locked, gap};
use crate::check::{CheckId, Out, Reason, Report};
use crate::coverage::Unread;
use crate::dependency::advisory::{Advisories, Class, Entry, Match};
use crate::dependency::version::compare;
use crate::dependency::{Ecosystem, Origin, Package};

/// Compares what is new with the advisories.
pub(super) fn judge(options: &DependencyOptions, locked: &Locked<'_>, out: &mut Out<'_>) {
    let Some(advisories) = &options.advisories else {
        return;
    };
    let new = locked
        .brought
        .iter()
        .filter(|brought| brought.is_new_version());
    let mut packages: Vec<&Package> = new.map(|brought| brought.package).collect();
    // In the order of the file of advisories, each block is read once.
    packages.sort_by_key(|package| package.ecosystem.normal(&package.name));
    for package in packages {
        if package.origin == Origin::Local {
            continue;
        }
        if let Err(error) = one(advisories, locked, package, out) {
            let text = format!("advisories: {error}");
            out.gap(gap(
                locked.file,
                locked.view,
                Some(package.at),
                Unread::Unreadable,
                &text,
            ));
            return;
        }
    }
}

fn one(
    advisories: &Advisories,
    locked: &Locked<'_>,
    package: &Package,
    out: &mut Out<'_>,
) -> Result<(), crate::dependency::advisory::TableError> {
    let entries = advisories.of(package.ecosystem, &package.name)?;
    let counts = out.dependencies();
    counts.compared += 1;
    counts.unpinned += u64::from(package.version.is_empty());
    if !entries.is_empty() && !is_comparable(package) {
        let text = format!(
            "{} {}: a version that cannot be compared",
            package.name, package.version
        );
        out.gap(gap(
            locked.file,
            locked.view,
            Some(package.at),
            Unread::BadSyntax,
            &text,
        ));
    }
    for report in reports(&entries, package, locked.format.lists_what_is_built()) {
        out.at_line(locked.file, locked.view, package.at, report);
    }
    Ok(())
}

/// Whether the version has an order; branches of Composer rightly have none.
fn is_comparable(package: &Package) -> bool {
    let has_none = matches!(package.ecosystem, Ecosystem::Packagist | Ecosystem::Actions);
    let version = &package.version;
    has_none || version.is_empty() || compare(package.ecosystem, version, version).is_some()
}

/// What the advisories say of a package: one report for all ids of one thing.
pub(super) fn reports(entries: &[Entry], package: &Package, is_built: bool) -> Vec<Report> {
    let affects = |entry: &&Entry| entry.affects(package.ecosystem, &package.version);
    let affected: Vec<&Entry> = entries
        .iter()
        .filter(|e| affects(e) == Match::Affected)
        .collect();
    let mut list: Vec<Report> = joined(&affected)
        .iter()
        .map(|group| report(group, package))
        .collect();
    if !is_built {
        list.retain(|report| report.id == CheckId::MaliciousDependency);
    }
    let known: BTreeSet<&str> = affected.iter().flat_map(|entry| ids(entry)).collect();
    let is_open = |e: &&Entry| affects(e) == Match::Unknown && !ids(e).any(|id| known.contains(id));
    let unknown: Vec<&Entry> = entries.iter().filter(is_open).collect();
    if let (Some(entry), true) = (unknown.first(), is_built) {
        let report = Report::new(
            CheckId::VulnerableDependency,
            Reason::DependencyUncomparable,
            Severity::Low,
            Confidence::Low,
        );
        list.push(described(report, package).detail(entry.id.as_str()));
    }
    list
}

fn ids(entry: &Entry) -> impl Iterator<Item = &str> {
    std::iter::once(&entry.id)
        .chain(&entry.aliases)
        .map(String::as_str)
}

/// Entries in groups that share an id.
fn joined<'a>(entries: &[&'a Entry]) -> Vec<Vec<&'a Entry>> {
    let mut groups: Vec<(BTreeSet<&str>, Vec<&'a Entry>)> = Vec::new();
    for entry in entries {
        let mut own: BTreeSet<&str> = ids(entry).collect();
        let mut members = vec![*entry];
        let (together, apart): (Vec<_>, Vec<_>) = groups
            .into_iter()
            .partition(|(known, _)| !known.is_disjoint(&own));
        for (known, list) in together {
            own.extend(known);
            members.extend(list);
        }
        groups = apart;
        groups.push((own, members));
    }
    groups.into_iter().map(|(_, members)| members).collect()
}

fn report(group: &[&Entry], package: &Package) -> Report {
    let report = described(weighed(group), package);
    let all: BTreeSet<&str> = group.iter().flat_map(|entry| ids(entry)).collect();
    let summaries = group.iter().map(|entry| entry.summary.as_str());
    let summary = summaries.filter(|text| !text.is_empty()).min();
    let report = report
        .detail(all.into_iter().collect::<Vec<_>>().join(" "))
        .detail(summary.unwrap_or_default());
    match group.iter().find_map(|entry| entry.fixed()) {
        Some(fixed) => report.detail(format!(">= {fixed}")),
        None => report,
    }
}

/// How bad and how sure it is, by the worst class and score of the group.
fn weighed(group: &[&Entry]) -> Report {
    let class = group.iter().map(|entry| entry.class).min();
    let severity = group.iter().filter_map(|entry| entry.severity).max();
    let weak = CheckId::VulnerableDependency;
    match (class.unwrap_or(Class::Vulnerable), severity) {
        (Class::Malicious, _) => Report::new(
            CheckId::MaliciousDependency,
            Reason::DependencyMalicious,
            Severity::Critical,
            Confidence::High,
        ),
        (Class::Vulnerable, Some(severity)) => Report::new(
            weak,
            Reason::DependencyVulnerable,
            severity,
            Confidence::High,
        ),
        (Class::Vulnerable, None) => {
            let medium = (Severity::Medium, Confidence::Medium);
            Report::new(weak, Reason::DependencyVulnerable, medium.0, medium.1)
        }
        (Class::Notice, _) => Report::new(
            weak,
            Reason::DependencyNotice,
            Severity::Low,
            Confidence::High,
        ),
    }
}

fn described(report: Report, package: &Package) -> Report {
    report.shown(shown(package))
}

/// Name and version as a reader knows them.
pub(super) fn shown(package: &Package) -> String {
    format!("{} {}", package.name, package.version)
        .trim_end()
        .to_owned()
}
