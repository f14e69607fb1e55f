//! Patches: `git format-patch`, `git log -p`, `git show`, `git diff`, plain `diff -u`.
//!
//! Source: git's documentation of *git-diff* (`generate-patch`) and of
//! *git-format-patch*. A hunk is read by the numbers in its head, so that no
//! line inside it can pose as a header.

mod binary;
mod head;
mod hunk;
mod mail;
mod path;

use gardefou_finding::Untrusted;

use super::{Change, Content, File, Status, View};
use head::FileHead;
use hunk::HunkHead;

/// Most files of one patch.
const MAX_FILES: usize = 20_000;
/// Most commits of one patch.
const MAX_COMMITS: usize = 5_000;
/// Longest line, in bytes; a longer one is read, and told as a fault.
const MAX_LINE: usize = 8 << 20;

/// Why a part of a patch could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum PatchError {
    /// No part of the text is a patch.
    #[error("no part of the text is a patch")]
    NoPatch,
    /// A hunk's head is not `@@ -a,b +c,d @@`.
    #[error("the hunk's head cannot be read")]
    BadHunk,
    /// A hunk ends before it has the lines that its head tells.
    #[error("the hunk ends before it has the lines that its head tells")]
    ShortHunk,
    /// A merge's combined diff, which does not say what each parent had.
    #[error("a combined diff does not say what each parent had")]
    Combined,
    /// A binary patch that does not decode.
    #[error("the binary patch does not decode")]
    BadBinary,
    /// A file's path cannot be read.
    #[error("the path cannot be read")]
    BadPath,
    /// More files or commits than the limit.
    #[error("more files or commits than are read")]
    TooMany,
    /// A line longer than the limit.
    #[error("a line is longer than is read")]
    LongLine,
}

/// A part of a patch that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatchFault {
    /// Line of the patch, from 1.
    pub line: usize,
    /// The file that it is about, where it is known.
    pub path: Option<Untrusted>,
    /// Why.
    pub error: PatchError,
}

/// Reads a patch of any number of commits. What cannot be read is a fault of
/// the change that it stands in; there is always at least one change.
pub fn parse_patch(text: &str) -> Vec<Change> {
    let mut parser = Parser::new(text);
    parser.run();
    parser.finish()
}

/// The lines of a patch and where the reader stands.
struct Lines<'a> {
    rest: &'a str,
    /// Number of the line that [`Lines::peek`] shows, from 1.
    number: usize,
}

impl<'a> Lines<'a> {
    fn peek(&self) -> Option<&'a str> {
        if self.rest.is_empty() {
            return None;
        }
        let end = memchr::memchr(b'\n', self.rest.as_bytes()).unwrap_or(self.rest.len());
        self.rest.get(..end)
    }

    fn next(&mut self) -> Option<&'a str> {
        let line = self.peek()?;
        self.rest = self.rest.get(line.len() + 1..).unwrap_or("");
        self.number += 1;
        Some(line)
    }
}

struct Parser<'a> {
    lines: Lines<'a>,
    changes: Vec<Change>,
    current: Change,
    /// Whether anything of `current` was read.
    begun: bool,
    files: usize,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            lines: Lines {
                rest: text.strip_prefix('\u{feff}').unwrap_or(text),
                number: 1,
            },
            changes: Vec::new(),
            current: Change::default(),
            begun: false,
            files: 0,
        }
    }

    fn run(&mut self) {
        while let Some(line) = self.lines.peek() {
            if line.len() > MAX_LINE {
                self.fault(PatchError::LongLine, None);
            }
            if self.changes.len() >= MAX_COMMITS || self.files >= MAX_FILES {
                self.fault(PatchError::TooMany, None);
                return;
            }
            self.step(line.trim_end_matches('\r'));
        }
    }

    fn step(&mut self, line: &str) {
        if mail::begins(line) {
            self.end_change();
            self.current.commit = Some(mail::parse(&mut self.lines));
            self.begun = true;
        } else if line.starts_with("diff --cc ") || line.starts_with("diff --combined ") {
            self.begun = true;
            self.fault(PatchError::Combined, None);
            self.lines.next();
        } else if line.starts_with("diff --git ") || head::is_plain(line, self.lines.rest) {
            self.begun = true;
            self.file();
        } else {
            if self.is_stray(line) {
                self.fault(PatchError::BadHunk, None);
            }
            self.lines.next();
        }
    }

    /// Whether a line outside every hunk looks as if it belonged into one: a
    /// hunk's head may tell fewer lines than stand there.
    fn is_stray(&self, line: &str) -> bool {
        let is_change = line.starts_with(['+', '-']) && !line.starts_with("--");
        line.starts_with("@@ ") || (is_change && !self.current.files.is_empty())
    }

    fn file(&mut self) {
        self.files += 1;
        let at = self.lines.number;
        let head = FileHead::parse(&mut self.lines);
        let mut view = View::partial();
        let mut content = self.binary(&head);
        while let Some(line) = self.lines.peek().filter(|line| line.starts_with("@@ ")) {
            match HunkHead::parse(line) {
                Some(hunk) => {
                    self.lines.next();
                    if !hunk::read(&hunk, &mut self.lines, &mut view) {
                        self.fault(PatchError::ShortHunk, Some(&head.path));
                    }
                }
                None => {
                    self.fault(PatchError::BadHunk, Some(&head.path));
                    self.lines.next();
                }
            }
            content = None;
        }
        if head.path.is_empty() {
            self.fault_at(at, PatchError::BadPath, None);
        }
        let content = content.unwrap_or_else(|| head.content(view));
        self.current.files.push(head.file(content));
    }

    /// What a binary file's part holds; `None` for text.
    fn binary(&mut self, head: &FileHead) -> Option<Content> {
        match self.lines.peek()? {
            line if line.starts_with("Binary files ") || line.starts_with("Files ") => {
                self.lines.next();
                Some(if head.status == Status::Deleted {
                    Content::Nothing
                } else {
                    Content::Unseen
                })
            }
            "GIT binary patch" => {
                self.lines.next();
                match binary::read(&mut self.lines) {
                    Ok(Some(bytes)) => Some(Content::of(bytes)),
                    Ok(None) => Some(Content::Unseen),
                    Err(()) => {
                        self.fault(PatchError::BadBinary, Some(&head.path));
                        Some(Content::Unseen)
                    }
                }
            }
            _ => None,
        }
    }

    fn fault(&mut self, error: PatchError, path: Option<&str>) {
        self.fault_at(self.lines.number, error, path);
    }

    fn fault_at(&mut self, line: usize, error: PatchError, path: Option<&str>) {
        self.current.faults.push(PatchFault {
            line,
            path: path.map(Untrusted::from),
            error,
        });
    }

    fn end_change(&mut self) {
        let change = std::mem::take(&mut self.current);
        if self.begun || !change.faults.is_empty() {
            self.changes.push(change);
        }
        self.begun = false;
    }

    fn finish(mut self) -> Vec<Change> {
        self.end_change();
        if self
            .changes
            .iter()
            .all(|change| change.files.is_empty() && change.commit.is_none())
        {
            self.fault_at(1, PatchError::NoPatch, None);
            self.end_change();
        }
        self.changes
    }
}

#[cfg(test)]
mod tests;
