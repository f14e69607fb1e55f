//! Where checks put what they see.

use std::ops::Range;

use gardefou_finding::{Confidence, Severity, Untrusted};
use sha2::{Digest as _, Sha256};

use super::{CheckId, Reason, Text};
use crate::change::{File, View};
use crate::coverage::{Coverage, Gap, Unread};
use crate::dependency::DependencyCoverage;
use crate::finding::{Finding, Location};
use crate::text::is_disguised;

/// Most findings of one check in one file.
const MAX_EACH: usize = 50;
/// Longest excerpt, in characters.
const MAX_EXCERPT: usize = 240;

/// Takes findings, with what every finding of one change shares.
pub(crate) struct Out<'a> {
    findings: Vec<Finding>,
    coverage: &'a mut Coverage,
    commit: Option<Untrusted>,
}

/// What a check saw, before it is known where.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    pub(crate) id: CheckId,
    pub(crate) reason: Reason,
    pub(crate) severity: Severity,
    pub(crate) confidence: Confidence,
    pub(crate) details: Vec<String>,
    /// Shown instead of the text, where that is secret.
    pub(crate) shown: Option<String>,
}

impl Report {
    pub(crate) fn new(
        id: CheckId,
        reason: Reason,
        severity: Severity,
        confidence: Confidence,
    ) -> Self {
        Self {
            id,
            reason,
            severity,
            confidence,
            details: Vec::new(),
            shown: None,
        }
    }

    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.details.push(cut(&detail.into()));
        self
    }

    pub(crate) fn shown(mut self, shown: impl Into<String>) -> Self {
        self.shown = Some(shown.into());
        self
    }

    fn finding(self, location: Location, excerpt: &str, commit: Option<Untrusted>) -> Finding {
        let fingerprint = fingerprint(&self, &location, excerpt);
        Finding {
            id: self.id,
            reason: self.reason,
            severity: self.severity,
            confidence: self.confidence,
            location,
            commit,
            excerpt: Untrusted::new(cut(self.shown.as_deref().unwrap_or(excerpt))),
            hidden_by: Vec::new(),
            details: self.details.into_iter().map(Untrusted::new).collect(),
            fingerprint,
        }
    }
}

impl<'a> Out<'a> {
    pub(crate) fn new(coverage: &'a mut Coverage, commit: Option<Untrusted>) -> Self {
        Self {
            findings: Vec::new(),
            coverage,
            commit,
        }
    }

    /// A finding in a range of a layer's text, when the change brings any of it.
    pub(crate) fn at(&mut self, text: &Text<'_>, range: &Range<usize>, report: Report) {
        let excerpt = text
            .text()
            .get(range.clone())
            .unwrap_or_default()
            .to_owned();
        let source = text.layer.source(range);
        self.in_view(text.file, text.view, &source, &excerpt, report, text);
    }

    /// A finding in a range of a layer's prose.
    pub(crate) fn in_prose(&mut self, text: &Text<'_>, range: &Range<usize>, report: Report) {
        let excerpt = text
            .prose()
            .text()
            .get(range.clone())
            .unwrap_or_default()
            .to_owned();
        let source = text.prose().source_range(range);
        self.in_view(text.file, text.view, &source, &excerpt, report, text);
    }

    fn in_view(
        &mut self,
        file: &File,
        view: &View,
        source: &Range<usize>,
        excerpt: &str,
        report: Report,
        text: &Text<'_>,
    ) {
        if !view.is_added(source) {
            return;
        }
        let location = location(file, view, source);
        let is_redacted = report.shown.is_some();
        let mut finding = report.finding(location, excerpt, self.commit.clone());
        let original = view.text().get(source.clone()).unwrap_or_default();
        let is_ordinary = text.layer.via.iter().all(|via| via.is_ordinary());
        if is_ordinary && (text.is_plain() || !is_disguised(original, excerpt)) {
            // What was typed reads as it is: it is shown so, and nothing was hidden.
            if !is_redacted && !original.trim().is_empty() {
                finding.excerpt = Untrusted::new(cut(original));
            }
        } else {
            finding.hidden_by.clone_from(&text.layer.via);
        }
        self.push(finding);
    }

    /// A finding in a range of a view.
    pub(crate) fn at_view(
        &mut self,
        file: &File,
        view: &View,
        range: &Range<usize>,
        report: Report,
    ) {
        if view.is_added(range) {
            let excerpt = view.text().get(range.clone()).unwrap_or_default();
            let finding = report.finding(location(file, view, range), excerpt, self.commit.clone());
            self.push(finding);
        }
    }

    /// A finding at the line of an offset, whether or not the change brings that
    /// very line. A lock file may hold any number of them.
    pub(crate) fn at_line(&mut self, file: &File, view: &View, offset: usize, report: Report) {
        // One package can have several: what tells them apart is the first detail.
        let about = [report.shown.as_ref(), report.details.first()];
        let about: Vec<&str> = about.into_iter().flatten().map(String::as_str).collect();
        let text = about.join(" ");
        let location = location(file, view, &(offset..offset));
        let finding = report.finding(location, &text, self.commit.clone());
        self.findings.push(finding);
    }

    /// The counts of what was looked at of the dependencies.
    pub(crate) fn dependencies(&mut self) -> &mut DependencyCoverage {
        &mut self.coverage.dependencies
    }

    /// A finding about a whole file.
    pub(crate) fn on_file(&mut self, file: &File, excerpt: &str, report: Report) {
        let location = Location {
            path: Untrusted::new(file.path.as_str()),
            line: None,
            end_line: None,
        };
        let finding = report.finding(location, excerpt, self.commit.clone());
        self.push(finding);
    }

    /// A finding about the commit itself.
    pub(crate) fn on_commit(&mut self, excerpt: &str, report: Report) {
        let location = Location {
            path: Untrusted::default(),
            line: None,
            end_line: None,
        };
        let finding = report.finding(location, excerpt, self.commit.clone());
        self.push(finding);
    }

    /// A finding at a path that need not be a file of the change; `line` is from 1.
    pub(crate) fn at_path(&mut self, path: &str, line: Option<u32>, excerpt: &str, report: Report) {
        let location = Location {
            path: Untrusted::new(path),
            line,
            end_line: line,
        };
        let finding = report.finding(location, excerpt, self.commit.clone());
        self.push(finding);
    }

    /// Says that something at a path, or a commit, could not be judged.
    pub(crate) fn unread_at(&mut self, path: &str, reason: Unread, detail: &str) {
        self.coverage.fail_at(path, reason, detail);
    }

    /// Says that a part of a file could not be judged.
    pub(crate) fn unread(&mut self, file: &File, reason: Unread, detail: &str) {
        self.coverage.fail_at(&file.path, reason, detail);
    }

    /// Says what of an archive could not be read.
    pub(crate) fn gap(&mut self, gap: Gap) {
        self.coverage.fail(gap);
    }

    /// Keeps a finding, or the worse of two at one place by one check.
    fn push(&mut self, finding: Finding) {
        let place = |f: &Finding| {
            let path = f.location.path == finding.location.path;
            path && f.id == finding.id && f.commit == finding.commit
        };
        let same = |f: &&mut Finding| {
            place(f) && f.location.line == finding.location.line && f.reason == finding.reason
        };
        if let Some(known) = self.findings.iter_mut().find(same) {
            if (finding.severity, finding.confidence) > (known.severity, known.confidence) {
                *known = finding;
            }
            return;
        }
        if self.findings.iter().filter(|f| place(f)).count() < MAX_EACH {
            self.findings.push(finding);
        }
    }

    pub(crate) fn findings(self) -> Vec<Finding> {
        self.findings
    }
}

fn location(file: &File, view: &View, range: &Range<usize>) -> Location {
    let line = |offset| Some(view.line_at(offset)).filter(|line| *line > 0);
    Location {
        path: Untrusted::new(file.path.as_str()),
        line: line(range.start).or_else(|| line(range.end)),
        end_line: line(range.end.saturating_sub(1).max(range.start)),
    }
}

/// Sixteen hexadecimal digits over the whole text that a finding is about, not
/// what is shown of it: another secret that begins alike is another finding.
fn fingerprint(report: &Report, location: &Location, text: &str) -> String {
    let text: String = text.split_whitespace().collect();
    let mut hash = Sha256::new();
    let path = location.path.as_str();
    let mut parts = vec![report.id.word(), report.reason.word(), path, &text];
    if text.is_empty() {
        parts.extend(report.details.iter().map(String::as_str));
    }
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    data_encoding::HEXLOWER.encode(digest.get(..8).unwrap_or_default())
}

/// The first characters of a text.
fn cut(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(MAX_EXCERPT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
