//! Actions of workflows as dependencies: advisories, imitated names, and a name
//! that another owner takes over.

use std::collections::BTreeSet;

use gardefou_finding::{Confidence, Severity};

use super::{Dependencies, known, name};
use crate::change::{File, Status, View};
use crate::check::{CheckId, Out, Reason, Report, is_workflow};
use crate::coverage::Unread;
use crate::dependency::{Ecosystem, Package};
use crate::pattern::patterns;

patterns! {
    USES = r#"^\s*(?:-\s*)?"?uses"?\s*:\s*["']?([\w.-]+)/([\w.-]+)(?:/[\w./-]+)?@([\w./-]+)["']?\s*(?:#\s*(\S+))?"#;
}

/// One use of an action.
#[derive(Clone, Debug)]
struct Use {
    owner: String,
    name: String,
    /// A tag, branch or commit.
    reference: String,
    /// What a comment behind it says.
    note: String,
    at: usize,
}

impl Use {
    fn full(&self) -> String {
        format!("{}/{}", self.owner, self.name).to_ascii_lowercase()
    }

    /// The version: of a commit, what the comment says.
    fn version(&self) -> &str {
        let is_commit =
            self.reference.len() == 40 && self.reference.bytes().all(|b| b.is_ascii_hexdigit());
        if is_commit {
            &self.note
        } else {
            &self.reference
        }
    }
}

/// Judges the actions that a workflow uses.
pub(super) fn judge(checks: &Dependencies, file: &File, view: &View, out: &mut Out<'_>) {
    if !is_workflow(&file.path.to_ascii_lowercase()) {
        return;
    }
    let after = uses(view.text());
    let before = view.before().filter(|_| file.status == Status::Modified);
    let before = uses(before.as_deref().unwrap_or_default());
    for one in &after {
        let end = one.at + view.line_text(one.at).len().max(1);
        if !view.is_added(&(one.at..end)) {
            continue;
        }
        advisories(checks, file, view, one, out);
        if file.status == Status::Present || before.iter().any(|old| old.full() == one.full()) {
            continue;
        }
        let squat = name::report(&checks.names, Ecosystem::Actions, &one.full());
        let found = squat.or_else(|| owner(checks, one, &before, &after));
        if let Some(report) = found {
            out.at_line(
                file,
                view,
                one.at,
                report.shown(format!("{}@{}", one.full(), one.reference)),
            );
        }
    }
}

fn uses(text: &str) -> Vec<Use> {
    let mut list = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if let Some(found) = USES.captures(line) {
            let part = |index: usize| found.get(index).map_or("", |part| part.as_str()).to_owned();
            list.push(Use {
                owner: part(1),
                name: part(2),
                reference: part(3),
                note: part(4),
                at,
            });
        }
        at += line.len();
    }
    list
}

fn advisories(checks: &Dependencies, file: &File, view: &View, one: &Use, out: &mut Out<'_>) {
    let Some(advisories) = &checks.options.advisories else {
        return;
    };
    let package = Package::new(Ecosystem::Actions, &one.full(), one.version(), one.at);
    let counts = checks.counts(out);
    counts.packages += 1;
    counts.compared += 1;
    counts.unpinned += u64::from(package.version.is_empty());
    match advisories.of(Ecosystem::Actions, &package.name) {
        Ok(entries) => {
            for report in known::reports(&entries, &package, true) {
                out.at_line(file, view, one.at, report);
            }
        }
        Err(error) => out.unread(file, Unread::Unreadable, &format!("advisories: {error}")),
    }
}

/// An action of the same name as one that goes, by another owner.
fn owner(checks: &Dependencies, one: &Use, before: &[Use], after: &[Use]) -> Option<Report> {
    let stays: BTreeSet<String> = after.iter().map(Use::full).collect();
    let same =
        |old: &&Use| old.name.eq_ignore_ascii_case(&one.name) && !stays.contains(&old.full());
    let old = before.iter().find(same)?;
    let is_known = |name: &str| checks.names.is_known(Ecosystem::Actions, name);
    let has_owner = before.iter().any(|other| other.owner == one.owner);
    let severity = match (is_known(&old.full()), is_known(&one.full()) || has_owner) {
        (_, true) => Severity::Low,
        (true, false) => Severity::High,
        (false, false) => Severity::Medium,
    };
    let report = Report::new(
        CheckId::ActionOwner,
        Reason::ActionOwner,
        severity,
        Confidence::Medium,
    );
    Some(report.detail(old.full()).detail(one.full()))
}
