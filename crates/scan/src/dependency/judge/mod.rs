//! Every check of dependencies. A lock file is read once, for all of them.

mod action;
mod age;
mod brought;
mod disagree;
mod integrity;
mod known;
mod manifest;
mod name;
mod source;

use std::sync::Arc;

use gardefou_finding::{Timestamp, Untrusted};

use super::advisory::Advisories;
use super::lock::{Format, LockError, Part, read, read_part};
use super::names::Names;
use super::{Database, DependencyCoverage, Listing, Package, Published};
use crate::change::{Change, Content, File, Status, View};
use crate::check::{Check, CheckId, Out};
use crate::coverage::{Gap, Unread};

use brought::Brought;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// With what dependencies are compared.
#[derive(Clone, Debug, Default)]
pub struct DependencyOptions {
    /// Advisories; without them nothing is said of known weaknesses.
    pub advisories: Option<Arc<Advisories>>,
    /// Times of publication, beside those that lock files say.
    pub published: Published,
    /// The time of the run, for ages.
    pub now: Option<Timestamp>,
    /// A package younger than so many days is told; 0 for none.
    pub min_age_days: u32,
    /// Advisories older than so many days are told.
    pub max_advisory_age_days: u32,
}

impl DependencyOptions {
    /// What is said of the advisories in a report.
    fn database(&self) -> Option<Database> {
        let head = self.advisories.as_ref()?.head();
        let age = self
            .now
            .zip(head.newest)
            .map(|(now, newest)| now.since(newest) / DAY);
        let most = i64::from(self.max_advisory_age_days);
        Some(Database {
            sources: head
                .sources
                .iter()
                .map(|name| Untrusted::new(name.as_str()))
                .collect(),
            newest: head.newest,
            age_days: age,
            is_old: age.is_none_or(|age| age > most),
            failed_records: head.failed,
        })
    }
}

/// The checks of dependencies.
#[derive(Debug)]
pub(crate) struct Dependencies {
    options: DependencyOptions,
    names: Names,
}

/// A lock file with what is judged of it.
struct Locked<'a> {
    file: &'a File,
    view: &'a View,
    format: Format,
    /// All packages after the change.
    packages: &'a [Package],
    /// Those that the change brings; of a tree, all.
    brought: &'a [Brought<'a>],
}

impl Locked<'_> {
    /// Whether it is known what was there before.
    fn is_change(&self) -> bool {
        self.file.status != Status::Present
    }
}

impl Dependencies {
    /// All names, and what the user gave.
    pub(crate) fn new(options: DependencyOptions) -> Self {
        Self {
            options,
            names: Names::new(),
        }
    }

    fn lock(&self, file: &File, view: &View, format: Format, out: &mut Out<'_>) {
        let after = match listing(format, view.text(), view.is_whole()) {
            Ok(listing) => listing,
            Err(error) => return unread(file, view, &error, out),
        };
        for at in after
            .nameless
            .iter()
            .filter(|at| view.is_added(&(**at..**at + 1)))
        {
            let detail = "a version of which the patch does not show the package";
            out.gap(gap(file, view, Some(*at), Unread::BadSyntax, detail));
        }
        let old = view.before().filter(|_| file.status == Status::Modified);
        let old = old.map(|text| listing(format, &text, view.is_whole()).unwrap_or_default());
        let before = old.unwrap_or_default().packages;
        let brought = brought::of(&after.packages, &before);
        let locked = Locked {
            file,
            view,
            format,
            packages: &after.packages,
            brought: &brought,
        };
        self.judge(&locked, out);
    }

    /// The counts, which say with what was compared.
    fn counts<'a>(&self, out: &'a mut Out<'_>) -> &'a mut DependencyCoverage {
        let counts = out.dependencies();
        if counts.database.is_none() {
            counts.database = self.options.database();
        }
        counts
    }

    fn judge(&self, locked: &Locked<'_>, out: &mut Out<'_>) {
        let dependencies = self.counts(out);
        dependencies.lock_files += 1;
        dependencies.packages += locked.brought.len() as u64;
        known::judge(&self.options, locked, out);
        source::judge(locked, out);
        integrity::judge(locked, out);
        if locked.is_change() {
            age::judge(&self.options, locked, out);
            name::judge(&self.names, locked, out);
        }
    }
}

impl Check for Dependencies {
    fn id(&self) -> CheckId {
        CheckId::Dependency
    }

    fn change(&self, change: &Change, out: &mut Out<'_>) {
        manifest::judge(&self.names, change, out);
        disagree::judge(change, out);
    }

    fn file(&self, file: &File, out: &mut Out<'_>) {
        let Some(format) = Format::of_path(&file.path) else {
            if let Some(view) = file.view() {
                action::judge(self, file, view, out);
            }
            return;
        };
        match &file.content {
            Content::Text(view) => self.lock(file, view, format, out),
            Content::Binary(_) => out.unread(file, Unread::BadSyntax, "no text"),
            _ => {}
        }
    }
}

/// The packages of a text, whole or as a patch shows it.
fn listing(format: Format, text: &str, is_whole: bool) -> Result<Part, LockError> {
    if !is_whole {
        return Ok(read_part(format, text));
    }
    let Listing { packages, .. } = read(format, text)?;
    Ok(Part {
        packages,
        nameless: Vec::new(),
    })
}

fn unread(file: &File, view: &View, error: &LockError, out: &mut Out<'_>) {
    let reason = if error.is_limit() {
        Unread::LimitReached
    } else {
        Unread::BadSyntax
    };
    out.gap(gap(file, view, error.at(), reason, &error.to_string()));
}

fn gap(file: &File, view: &View, at: Option<usize>, reason: Unread, detail: &str) -> Gap {
    let line = at.map(|at| view.line_at(at)).filter(|line| *line > 0);
    Gap {
        source: Untrusted::new(file.path.as_str()),
        line: line.and_then(|line| usize::try_from(line).ok()),
        reason,
        detail: Some(Untrusted::new(detail)),
    }
}
