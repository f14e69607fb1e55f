//! A change, a tree or an artifact through all checks.

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, MatchKind};

use crate::archive::{Caps, INSIDE, is_archive, unpack};
use crate::change::{Change, Content, File, Status, View};
use crate::check::{Check, Out, Text, all};
use crate::coverage::{Coverage, Unread};
use crate::dependency::DependencyOptions;
use crate::finding::Finding;
use crate::text::{Layer, layers};

/// Longest text that is judged, in bytes; beyond it the rest is told as not read.
pub const MAX_TEXT: usize = 32 << 20;

/// All checks with their prefilter: one automaton over every keyword.
pub struct Judge {
    checks: Vec<Box<dyn Check>>,
    keywords: AhoCorasick,
    /// For each keyword, the check that it belongs to.
    owners: Vec<usize>,
    /// Checks without keywords: called for every text.
    always: u64,
}

/// What a part of the work found and covered.
#[derive(Debug, Default)]
pub struct Judged {
    /// What fired.
    pub findings: Vec<Finding>,
    /// What was judged.
    pub coverage: Coverage,
}

impl Judged {
    /// Adds another part.
    pub fn merge(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.coverage.merge(other.coverage);
    }
}

impl Default for Judge {
    fn default() -> Self {
        Self::new()
    }
}

impl Judge {
    /// Every check, ready to be used by several threads.
    pub fn new() -> Self {
        Self::with(DependencyOptions::default())
    }

    /// Every check, with what dependencies are compared with.
    #[allow(
        clippy::expect_used,
        reason = "the keywords are constants; every test builds the automaton"
    )]
    pub fn with(dependencies: DependencyOptions) -> Self {
        let checks = all(dependencies);
        let mut words = Vec::new();
        let mut owners = Vec::new();
        let mut always = 0;
        for (index, check) in checks.iter().enumerate() {
            if check.keywords().is_empty() {
                always |= 1 << index;
            }
            for word in check.keywords() {
                words.push(*word);
                owners.push(index);
            }
        }
        let keywords = AhoCorasickBuilder::new()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::DFA))
            .build(&words)
            .expect("constant keywords");
        Self {
            checks,
            keywords,
            owners,
            always,
        }
    }

    /// Judges a change: its commit, its files together, and each file.
    pub fn change(&self, change: &Change) -> Judged {
        let mut judged = Judged::default();
        let commit = change.commit.as_ref();
        let id = commit.and_then(|commit| commit.shown_id());
        for fault in &change.faults {
            let source = fault.path.as_ref().map_or("patch", |path| path.as_str());
            judged.coverage.fault(source, fault.line, fault.error);
        }
        judged.coverage.commits += u64::from(commit.is_some());
        let mut out = Out::new(&mut judged.coverage, id);
        for check in &self.checks {
            if let Some(commit) = commit {
                check.commit(commit, change, &mut out);
            }
            check.change(change, &mut out);
        }
        for file in &change.files {
            self.one(file, &mut out);
        }
        let findings = out.findings();
        judged.findings = findings;
        for file in &change.files {
            count(file, &mut judged.coverage);
        }
        judged
    }

    /// Judges one file by itself.
    pub fn file(&self, file: &File) -> Judged {
        let mut judged = Judged::default();
        let mut out = Out::new(&mut judged.coverage, None);
        self.one(file, &mut out);
        judged.findings = out.findings();
        count(file, &mut judged.coverage);
        judged
    }

    fn one(&self, file: &File, out: &mut Out<'_>) {
        for check in &self.checks {
            check.file(file, out);
        }
        let view = match &file.content {
            Content::Text(view) => view,
            Content::Unseen => {
                out.unread(file, Unread::BinaryNotShown, "");
                return;
            }
            Content::Submodule(_) if file.status == Status::Added => {
                let why = "a new submodule, whose content is not read";
                out.unread(file, Unread::Unreadable, why);
                return;
            }
            Content::Binary(bytes) if is_archive(bytes) && !file.path.contains(INSIDE) => {
                self.inside(file, bytes, out);
                return;
            }
            Content::Binary(bytes) => {
                self.words(file, bytes, out);
                return;
            }
            _ => return,
        };
        if view.text().len() > MAX_TEXT {
            out.unread(
                file,
                Unread::LimitReached,
                "the text is longer than is read",
            );
            return;
        }
        self.text(file, view, out);
    }

    /// Judges what an archive among the files holds, as new as the archive is.
    fn inside(&self, file: &File, bytes: &[u8], out: &mut Out<'_>) {
        let unpacked = unpack(&file.path, bytes, &Caps::default());
        for gap in unpacked.gaps {
            out.gap(gap);
        }
        for mut inner in unpacked.files {
            inner.status = file.status;
            self.one(&inner, out);
        }
    }

    fn text(&self, file: &File, view: &View, out: &mut Out<'_>) {
        let layers = layers(view.text());
        if layers.is_cut {
            out.unread(
                file,
                Unread::LimitReached,
                "more encoded layers than are read",
            );
        }
        for layer in &layers.layers {
            self.layer(file, view, layer, u64::MAX, out);
        }
    }

    /// Judges the words inside a file that is no text: compiled code, pictures.
    fn words(&self, file: &File, bytes: &[u8], out: &mut Out<'_>) {
        let view = View::of_words(bytes);
        let reads = self.checks.iter().map(|check| check.reads_binaries());
        let bits = reads
            .enumerate()
            .map(|(index, reads)| u64::from(reads) << index);
        let allowed = bits.fold(0, |all, bit| all | bit);
        for layer in &layers(view.text()).layers {
            self.layer(file, &view, layer, allowed, out);
        }
    }

    fn layer(&self, file: &File, view: &View, layer: &Layer, allowed: u64, out: &mut Out<'_>) {
        let wanted = self.wanted(layer.text.text()) & allowed;
        let text = Text::new(file, view, layer);
        for (index, check) in self.checks.iter().enumerate() {
            if wanted & (1 << index) != 0 {
                check.text(&text, out);
            }
        }
    }

    /// The checks of which a keyword is in the text, as bits.
    fn wanted(&self, text: &str) -> u64 {
        let mut wanted = self.always;
        let full = (1u64 << self.checks.len()) - 1;
        for found in self.keywords.find_overlapping_iter(text) {
            if let Some(owner) = self.owners.get(found.pattern().as_usize()) {
                wanted |= 1 << owner;
            }
            if wanted == full {
                break;
            }
        }
        wanted
    }
}

fn count(file: &File, coverage: &mut Coverage) {
    coverage.files += 1;
    match &file.content {
        Content::Text(view) => coverage.bytes += view.text().len() as u64,
        Content::Binary(bytes) => {
            coverage.bytes += bytes.len() as u64;
            coverage.binary_files += 1;
        }
        Content::Unseen => coverage.binary_files += 1,
        _ => {}
    }
}
