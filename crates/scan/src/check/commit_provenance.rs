//! Commits that are not what they say.
//!
//! Amazon Q (2025): the commit had the subject and the author time of its
//! parent, and another author; its message told of code that it did not touch.

use gardefou_finding::{Confidence, Severity};

use super::files::{Role, role};
use super::{Check, CheckId, Out, Reason, Report};
use crate::change::{Change, Commit, Content};
use crate::pattern::patterns;

patterns! {
    KIND = r"^(\w+)(?:\(([^)]*)\))?!?:\s";
    NAME = r"\b[a-z]+[A-Z][A-Za-z0-9]{2,}\b|\b[a-z]+_[a-z_]{3,}\b";
    FORMULA = r"(?i)^(?:\[?bot|merge|revert|release|bump|update|upgrade|sync|prepare|cherry|auto\w*|wip|version|initial|import|regenerate|rebuild|translat\w+|chore|build|ci|deps|v?\d|fix(?:ed|es)? (?:typos?|tests?|ci|build|lint|review))\b|\d+\.\d+|\(cherry";
    HARMLESS = r"(?i)^(?:docs?|style|typo|readme|comments?|spelling|changelog|fix typo|update readme|minor|cosmetic|whitespace|formatting|lint)\b";
}

pub(crate) struct CommitProvenance;

impl Check for CommitProvenance {
    fn id(&self) -> CheckId {
        CheckId::CommitProvenance
    }

    fn commit(&self, commit: &Commit, change: &Change, out: &mut Out<'_>) {
        for parent in &commit.parents {
            self.cloned(commit, parent, out);
        }
        self.message(commit, change, out);
    }
}

impl CommitProvenance {
    fn cloned(&self, commit: &Commit, parent: &Commit, out: &mut Out<'_>) {
        if commit.author.is_same_person(&parent.author) {
            return;
        }
        let same_time = commit.author.time.is_some() && commit.author.time == parent.author.time;
        let same_subject = !commit.subject().is_empty() && commit.subject() == parent.subject();
        let (reason, severity, confidence) = match (same_time, same_subject) {
            (true, true) => (Reason::CommitCloned, Severity::Critical, Confidence::High),
            (true, false) => (
                Reason::CommitClonedTime,
                Severity::Medium,
                Confidence::Medium,
            ),
            // Bots and reverts repeat subjects.
            (false, true) if is_said_once(commit.subject()) => {
                (Reason::CommitCloned, Severity::Medium, Confidence::Medium)
            }
            (false, true) if commit.subject().len() >= 40 => {
                (Reason::CommitCloned, Severity::Medium, Confidence::Low)
            }
            _ => return,
        };
        let report = Report::new(self.id(), reason, severity, confidence)
            .detail(who(commit))
            .detail(who(parent));
        out.on_commit(commit.subject(), report);
    }

    fn message(&self, commit: &Commit, change: &Change, out: &mut Out<'_>) {
        let subject = commit.subject();
        let touched: Vec<&str> = change.files.iter().map(|file| file.path.as_str()).collect();
        let builds: Vec<&str> = touched
            .iter()
            .copied()
            .filter(|path| role(path) == Role::Build && has_content(change, path))
            .collect();
        let kind = KIND
            .captures(subject)
            .and_then(|found| found.get(1))
            .map_or("", |kind| kind.as_str());
        let says_harmless = HARMLESS.is_match(subject) || matches!(kind, "docs" | "doc" | "style");
        let runs = builds.iter().any(|path| !is_listed_text(path));
        let is_all = !builds.is_empty() && builds.len() == touched.len();
        let is_strange = is_all && !speaks_of_builds(kind) && names_strangers(subject, change);
        if (says_harmless && runs) || is_strange {
            let report = Report::new(
                self.id(),
                Reason::CommitMessage,
                Severity::Medium,
                Confidence::Medium,
            )
            .detail(builds.join(", "));
            out.on_commit(subject, report);
        }
    }
}

/// Whether a subject is one that nobody says twice by chance: several words, of
/// no release, merge, revert, update or other formula.
fn is_said_once(subject: &str) -> bool {
    subject.split_whitespace().count() >= 4 && !FORMULA.is_match(subject)
}

fn who(commit: &Commit) -> String {
    format!("{} <{}>", commit.author.name, commit.author.mail)
}

fn has_content(change: &Change, path: &str) -> bool {
    change
        .file(path)
        .is_some_and(|file| !matches!(file.content, Content::Nothing))
}

/// Whether a commit's kind says that it is about building or releasing.
fn speaks_of_builds(kind: &str) -> bool {
    matches!(
        kind,
        "ci" | "build" | "chore" | "release" | "deps" | "revert" | "config"
    )
}

/// Manifests that a change of text touches, too.
fn is_listed_text(path: &str) -> bool {
    path.ends_with("package.json")
        || path.ends_with("pyproject.toml")
        || path.ends_with(".yml")
        || path.ends_with(".yaml")
        || path.ends_with("configure.ac")
        || path.ends_with(".am")
        || path.ends_with("CMakeLists.txt")
}

/// Whether the subject names pieces of code of which nothing is in the diff.
fn names_strangers(subject: &str, change: &Change) -> bool {
    let names: Vec<&str> = NAME
        .find_iter(subject)
        .map(|found| found.as_str())
        .collect();
    let is_in = |name: &str| {
        change.files.iter().any(|file| {
            let text = file
                .view()
                .is_some_and(|view| view.text().contains(name) || view.removed().contains(name));
            text || file.path.contains(name)
        })
    };
    !names.is_empty() && names.iter().all(|name| !is_in(name))
}
