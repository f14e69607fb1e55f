//! Where packages are taken from: other places than before, files of other
//! packages, and names that anybody may take at a public registry.

use std::collections::{BTreeMap, BTreeSet};

use gardefou_finding::{Confidence, Severity};

use super::known::shown;
use super::{Locked, brought::Brought};
use crate::check::{CheckId, Out, Reason, Report};
use crate::dependency::names::is_public;
use crate::dependency::{Ecosystem, Origin, Package};

/// From so many packages on, a new place is a move of all of them.
const MOVE: usize = 6;
/// From so many packages on, a registry is one that is used here.
const USED: usize = 4;

/// Compares the places.
pub(super) fn judge(locked: &Locked<'_>, out: &mut Out<'_>) {
    for brought in locked.brought {
        if let Some(report) = mismatch(brought.package) {
            out.at_line(locked.file, locked.view, brought.package.at, report);
        }
    }
    if !locked.is_change() {
        return;
    }
    moved(locked, out);
    let all: Vec<&Package> = locked.packages.iter().collect();
    let new: Vec<&Package> = locked
        .brought
        .iter()
        .map(|brought| brought.package)
        .collect();
    let hosts = Hosts {
        all: hosts(&all),
        new: hosts(&new),
    };
    let private = private_names(locked.packages);
    for brought in locked
        .brought
        .iter()
        .filter(|brought| brought.is_new_name())
    {
        let found = elsewhere(brought.package, &hosts);
        if let Some(report) = found.or_else(|| confused(brought.package, &private)) {
            out.at_line(locked.file, locked.view, brought.package.at, report);
        }
    }
}

fn report(reason: Reason, severity: Severity, confidence: Confidence, package: &Package) -> Report {
    Report::new(CheckId::DependencySource, reason, severity, confidence).shown(shown(package))
}

/// A file of another package or version than the entry says.
fn mismatch(package: &Package) -> Option<Report> {
    let (name, version) = package.served.as_ref()?;
    let plain = |version: &str| version.split('+').next().unwrap_or_default().to_owned();
    let is_other = *name != package.name;
    let is_other_version = !package.version.is_empty() && plain(version) != plain(&package.version);
    (is_other || is_other_version).then(|| {
        report(
            Reason::DependencyMismatch,
            Severity::High,
            Confidence::High,
            package,
        )
        .detail(format!("{name} {version}"))
    })
}

/// Packages that come from elsewhere than before.
fn moved(locked: &Locked<'_>, out: &mut Out<'_>) {
    let moved: Vec<(Origin, Brought<'_>)> = locked
        .brought
        .iter()
        .filter_map(with_old_place)
        .filter(|(old, brought)| is_elsewhere(old, &brought.package.origin))
        .collect();
    // A move of all to another registry is one decision, told once.
    let is_move = moved.len() >= MOVE;
    for (old, brought) in moved.iter().take(if is_move { 1 } else { usize::MAX }) {
        let severity = if is_move {
            Severity::Medium
        } else {
            severity(old, brought.package)
        };
        let report = report(
            Reason::DependencySourceChanged,
            severity,
            Confidence::Medium,
            brought.package,
        );
        let report = report
            .detail(old.shown())
            .detail(brought.package.origin.shown());
        let report = if is_move {
            report.detail(format!("× {}", moved.len()))
        } else {
            report
        };
        out.at_line(locked.file, locked.view, brought.package.at, report);
    }
}

/// A package with the place that it had before.
fn with_old_place<'a>(brought: &Brought<'a>) -> Option<(Origin, Brought<'a>)> {
    let old = brought.same.or(brought.earlier)?;
    Some((old.origin.clone(), *brought))
}

/// A registry that nobody knows in place of one is worse than a fork.
fn severity(old: &Origin, package: &Package) -> Severity {
    match (old, &package.origin) {
        (_, Origin::Url(url) | Origin::Git(url)) if url.starts_with("http://") => Severity::High,
        (Origin::Registry(_), Origin::Registry(host)) if !is_public(host) => Severity::High,
        (Origin::Registry(_) | Origin::Unsaid, Origin::Url(_)) => Severity::High,
        (Origin::Git(_), Origin::Git(_)) => Severity::Medium,
        _ => Severity::Medium,
    }
}

/// Whether two places are not the same. What is not said may be the same.
fn is_elsewhere(old: &Origin, new: &Origin) -> bool {
    let place = |url: &str| {
        let url = url.split(['#', '?']).next().unwrap_or(url);
        let url = url
            .trim_start_matches("git+")
            .trim_end_matches('/')
            .trim_end_matches(".git");
        url.split_once("://")
            .map_or(url, |(_, rest)| rest)
            .to_owned()
    };
    match (old, new) {
        (_, Origin::Local) | (Origin::Local, _) => false,
        (Origin::Unsaid, Origin::Registry(_)) | (_, Origin::Unsaid) => false,
        (Origin::Registry(old), Origin::Registry(new)) => {
            old != new && !(is_public(old) && is_public(new))
        }
        (Origin::Git(old), Origin::Git(new)) => repository(&place(old)) != repository(&place(new)),
        (Origin::Url(old), Origin::Url(new)) => {
            let host = |url: &str| place(url).split('/').next().map(str::to_owned);
            host(old) != host(new)
        }
        _ => true,
    }
}

/// Owner and name of a repository in a URL of any form.
fn repository(place: &str) -> String {
    let place = place
        .rsplit_once('@')
        .map_or(place, |(_, rest)| rest)
        .replace(':', "/");
    let place = place
        .replace("codeload.github.com/", "github.com/")
        .replace("//", "/");
    place
        .split('/')
        .take(3)
        .collect::<Vec<_>>()
        .join("/")
        .trim_end_matches(".git")
        .to_owned()
}

/// How many packages come from each registry.
struct Hosts<'a> {
    all: BTreeMap<&'a str, usize>,
    /// Of these, what the change brings.
    new: BTreeMap<&'a str, usize>,
}

impl Hosts<'_> {
    /// Whether the registry is one that is used here, with or without the change.
    fn has(&self, host: &str) -> bool {
        let count = |side: &BTreeMap<&str, usize>| side.get(host).copied().unwrap_or(0);
        let all = count(&self.all);
        all >= USED || all > count(&self.new) || self.all.len() == 1
    }
}

fn hosts<'a>(packages: &[&'a Package]) -> BTreeMap<&'a str, usize> {
    let mut hosts = BTreeMap::new();
    for package in packages {
        if let Origin::Registry(host) = &package.origin {
            *hosts.entry(host.as_str()).or_default() += 1;
        }
    }
    hosts
}

/// A new name that comes from no registry, or from one that is not used here.
fn elsewhere(package: &Package, hosts: &Hosts<'_>) -> Option<Report> {
    let usual = |host: &str| {
        let known = [
            "npm.pkg.github.com",
            "npm.jsr.io",
            "codeload.github.com",
            "download.pytorch.org",
        ];
        is_public(host) || known.contains(&host) || package.ecosystem == Ecosystem::Packagist
    };
    let severity = match &package.origin {
        Origin::Git(url) | Origin::Url(url) if url.starts_with("http://") => Severity::High,
        Origin::Git(_) | Origin::Url(_) => Severity::Medium,
        Origin::Registry(host) => {
            if usual(host) || hosts.has(host) {
                return None;
            }
            Severity::Medium
        }
        Origin::Unsaid | Origin::Local => return None,
    };
    let report = report(
        Reason::DependencyElsewhere,
        severity,
        Confidence::Medium,
        package,
    );
    Some(report.detail(package.origin.shown()))
}

/// The family that a name belongs to: its scope or group, else its first word.
fn family(package: &Package) -> Option<&str> {
    let name = package.name.as_str();
    match package.ecosystem {
        Ecosystem::Npm if name.starts_with('@') => name.split_once('/').map(|(scope, _)| scope),
        Ecosystem::Maven => name.split_once(':').map(|(group, _)| group),
        Ecosystem::Packagist => name.split_once('/').map(|(vendor, _)| vendor),
        Ecosystem::Npm | Ecosystem::PyPi | Ecosystem::NuGet | Ecosystem::RubyGems => {
            let family = name.split_once(['-', '_', '.']).map(|(head, _)| head);
            family.filter(|family| family.len() > 2)
        }
        _ => None,
    }
}

/// Families of which every other package comes from a private registry, with
/// how many do.
fn private_names(packages: &[Package]) -> BTreeMap<&str, (BTreeSet<&str>, BTreeSet<&str>)> {
    let mut families: BTreeMap<&str, (BTreeSet<&str>, BTreeSet<&str>)> = BTreeMap::new();
    for package in packages {
        let (Some(family), Origin::Registry(host)) = (family(package), &package.origin) else {
            continue;
        };
        let (private, public) = families.entry(family).or_default();
        let side = if is_public(host) { public } else { private };
        side.insert(&package.name);
    }
    families
}

/// A name of a private family that comes from a public registry, where anybody
/// may have taken it.
fn confused(
    package: &Package,
    families: &BTreeMap<&str, (BTreeSet<&str>, BTreeSet<&str>)>,
) -> Option<Report> {
    let Origin::Registry(host) = &package.origin else {
        return None;
    };
    let (private, public) = families.get(family(package)?)?;
    let is_scoped = package.name.starts_with('@') || package.ecosystem == Ecosystem::Maven;
    let needed = if is_scoped { 1 } else { 2 };
    let is_alone = public.len() == 1 && private.len() >= needed && is_public(host);
    let severity = if is_scoped {
        Severity::High
    } else {
        Severity::Medium
    };
    let sibling = private.iter().next().copied().unwrap_or_default();
    is_alone.then(|| {
        report(
            Reason::DependencyConfusion,
            severity,
            Confidence::Medium,
            package,
        )
        .detail(host.as_str())
        .detail(sibling)
    })
}
