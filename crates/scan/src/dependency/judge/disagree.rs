//! A lock file that does not say what its manifest says, where a change touches both.

use std::collections::{BTreeMap, BTreeSet};

use gardefou_finding::{Confidence, Severity};

use super::gap;
use crate::change::{Change, File, Status, View};
use crate::check::{CheckId, Out, Reason, Report};
use crate::coverage::Unread;
use crate::dependency::lock::{Format, Manifest, is_outside, read};
use crate::dependency::{Ecosystem, Listing, Requirement};

/// Compares every lock file with the manifest beside it.
pub(super) fn judge(change: &Change, out: &mut Out<'_>) {
    for lock in &change.files {
        let Some((file, view, kind)) = manifest_of(lock, change) else {
            continue;
        };
        let Some((format, lock_view)) = Format::of_path(&lock.path).zip(lock.view()) else {
            continue;
        };
        let Ok(listing) = read(format, lock_view.text()) else {
            continue; // told where the lock file is judged
        };
        match kind.requires(view.text()) {
            Ok(asked) => {
                for (at, report) in differences(format.ecosystem(), &asked, &listing) {
                    out.at_line(file, view, at, report);
                }
            }
            Err(error) => {
                out.gap(gap(
                    file,
                    view,
                    error.at(),
                    Unread::BadSyntax,
                    &error.to_string(),
                ));
            }
        }
    }
}

/// The manifest beside a lock file, when both are whole in the change.
fn manifest_of<'a>(lock: &File, change: &'a Change) -> Option<(&'a File, &'a View, Manifest)> {
    let (kind, name) = Manifest::of(Format::of_path(&lock.path)?)?;
    let folder = lock.path.strip_suffix(lock.name())?;
    let file = change.file(&format!("{folder}{name}"))?;
    let is_judged = [lock, file].iter().all(|file| {
        let is_whole = file.view().is_some_and(View::is_whole);
        is_whole && !matches!(file.status, Status::Present | Status::Deleted)
    });
    Some((file, file.view()?, kind)).filter(|_| is_judged)
}

fn differences(
    ecosystem: Ecosystem,
    asked: &[Requirement],
    listing: &Listing,
) -> Vec<(usize, Report)> {
    let mut versions: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for package in &listing.packages {
        let name = ecosystem.normal(&package.name);
        versions.entry(name).or_default().insert(&package.version);
    }
    let mut list = Vec::new();
    for one in asked
        .iter()
        .filter(|one| !one.is_optional && is_of_registry(&one.range))
    {
        match versions.get(&ecosystem.normal(&one.name)) {
            None => list.push((one.at, report(one, "∅"))),
            Some(found) if is_all_outside(ecosystem, &one.range, found) => {
                let found: Vec<&str> = found.iter().copied().collect();
                list.push((one.at, report(one, &found.join(", "))));
            }
            Some(_) => {}
        }
    }
    list.extend(unasked(ecosystem, asked, listing));
    list
}

fn report(one: &Requirement, found: &str) -> Report {
    let report = Report::new(
        CheckId::DependencyLock,
        Reason::DependencyDisagrees,
        Severity::Medium,
        Confidence::High,
    );
    let asked = format!("{} {}", one.name, one.range);
    report.shown(asked.trim_end()).detail(found)
}

/// Whether the range names versions of a registry, not a place.
fn is_of_registry(range: &str) -> bool {
    !range.contains([':', '/'])
}

fn is_all_outside(ecosystem: Ecosystem, range: &str, versions: &BTreeSet<&str>) -> bool {
    let outside = |version: &&str| is_outside(ecosystem, range, version) == Some(true);
    matches!(ecosystem, Ecosystem::Npm | Ecosystem::Cargo) && versions.iter().all(outside)
}

/// What the lock file says it was made for, and the manifest does not ask for.
fn unasked(ecosystem: Ecosystem, asked: &[Requirement], listing: &Listing) -> Vec<(usize, Report)> {
    let known: BTreeSet<String> = asked
        .iter()
        .map(|one| ecosystem.normal(&one.name))
        .collect();
    let direct = listing.direct.iter().flatten();
    let extra =
        direct.filter(|one| !one.is_optional && !known.contains(&ecosystem.normal(&one.name)));
    let is_npm = ecosystem == Ecosystem::Npm;
    extra
        .filter(|_| is_npm)
        .map(|one| (0, report(one, "∅")))
        .collect()
}
