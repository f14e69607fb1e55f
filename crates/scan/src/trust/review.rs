//! The two-person rule: what touches certain paths needs approvals by people
//! other than those who wrote it.

use std::collections::BTreeSet;

use gardefou_finding::{Confidence, Severity};

use super::Trust;
use crate::change::{Change, Commit};
use crate::check::{CheckId, Out, Reason, Report};

/// Paths that a finding names.
const SHOWN: usize = 8;

/// Who wrote a commit: who signed it where that is proven, and who is named.
#[derive(Debug)]
pub(super) struct Author {
    names: BTreeSet<String>,
}

impl Author {
    pub(super) fn of(commit: &Commit, signer: Option<String>) -> Self {
        let committer = commit.committer.as_ref().map(|who| who.mail.clone());
        let names = [Some(commit.author.mail.clone()), committer, signer];
        let names = names.into_iter().flatten().filter(|name| !name.is_empty());
        Self {
            names: names.map(|name| name.to_ascii_lowercase()).collect(),
        }
    }
}

/// Judges a range as a whole: approvals are over its result.
pub(super) fn judge(trust: &Trust<'_>, changes: &[Change], authors: &[Author], out: &mut Out<'_>) {
    let paths: BTreeSet<&str> = changes
        .iter()
        .flat_map(|change| &change.files)
        .flat_map(|file| [Some(file.path.as_str()), file.old_path.as_deref()])
        .flatten()
        .collect();
    let rules = &trust.config.review.rules;
    let Some(needed) = rules
        .iter()
        .filter(|rule| paths.iter().any(|path| rule.covers(path)))
        .map(|rule| rule.approvals)
        .max()
    else {
        return;
    };
    let writers: BTreeSet<&str> = authors
        .iter()
        .flat_map(|author| author.names.iter().map(String::as_str))
        .collect();
    let people = approvers(trust, &writers, out);
    if (people.len() as u64) < u64::from(needed) {
        let covered = paths
            .into_iter()
            .filter(|path| rules.iter().any(|rule| rule.covers(path)));
        missing(needed, &people, &covered.collect::<Vec<_>>(), out);
    }
}

fn missing(needed: u32, people: &BTreeSet<String>, paths: &[&str], out: &mut Out<'_>) {
    let mut report = Report::new(
        CheckId::Review,
        Reason::ReviewMissing,
        Severity::High,
        Confidence::High,
    )
    .detail(format!("{} / {needed}", people.len()));
    for path in paths.iter().skip(1).take(SHOWN) {
        report = report.detail(*path);
    }
    let first = paths.first().copied().unwrap_or_default();
    out.at_path(
        first,
        None,
        &people.iter().cloned().collect::<Vec<_>>().join(", "),
        report,
    );
}

/// Those other than the writers who approved this result: one key and one name
/// are one person.
fn approvers(trust: &Trust<'_>, writers: &BTreeSet<&str>, out: &mut Out<'_>) -> BTreeSet<String> {
    let mut people = BTreeSet::new();
    let mut keys = BTreeSet::new();
    let span = &trust.span;
    for approval in &trust.approvals.found {
        if approval.tree != span.tree || !span.bases.contains(&approval.base) {
            continue;
        }
        match approval.verified(trust.approvers, trust.now) {
            Ok((person, _)) if writers.contains(person.to_ascii_lowercase().as_str()) => {
                invalid(Reason::ReviewOwn, person, out);
            }
            Ok((person, key)) => {
                if keys.insert(key) {
                    people.insert(person.to_ascii_lowercase());
                }
            }
            Err(error) => invalid(Reason::ReviewInvalid, &error.to_string(), out),
        }
    }
    if trust.approvals.malformed > 0 {
        let count = trust.approvals.malformed.to_string();
        invalid(Reason::ReviewInvalid, &count, out);
    }
    for export in &trust.exports {
        people.extend(export.approvers(&span.head, writers));
    }
    people
}

fn invalid(reason: Reason, detail: &str, out: &mut Out<'_>) {
    let report = Report::new(CheckId::Review, reason, Severity::Medium, Confidence::High);
    out.on_commit("", report.detail(detail));
}
