//! The lines before a file's hunks: paths, modes, renames.

use super::path::{unquote, without_side};
use super::{Content, File, Lines, Status, View};

/// What a patch says of a file before its hunks.
#[derive(Debug)]
pub(super) struct FileHead {
    pub(super) path: String,
    old_path: Option<String>,
    pub(super) status: Status,
    mode: Option<u32>,
}

/// Whether a plain `--- a` / `+++ b` pair begins here.
pub(super) fn is_plain(line: &str, rest: &str) -> bool {
    line.starts_with("--- ")
        && rest
            .split_once('\n')
            .is_some_and(|(_, next)| next.starts_with("+++ "))
}

impl FileHead {
    pub(super) fn parse(lines: &mut Lines<'_>) -> Self {
        let mut head = Self {
            path: String::new(),
            old_path: None,
            status: Status::Modified,
            mode: None,
        };
        let mut old = None;
        while let Some(line) = lines.peek() {
            let line = line.trim_end_matches('\r');
            if !head.take(line, &mut old) {
                break;
            }
            lines.next();
            if line.starts_with("+++ ") {
                break;
            }
        }
        head.settle(old);
        head
    }

    /// Takes a line of the head; `false` when it is none.
    fn take(&mut self, line: &str, old: &mut Option<String>) -> bool {
        if let Some(names) = line.strip_prefix("diff --git ") {
            if !self.path.is_empty() {
                return false;
            }
            self.path = of_both(names).unwrap_or_default();
        } else if let Some(mode) = line.strip_prefix("new file mode ") {
            self.status = Status::Added;
            self.mode = octal(mode);
        } else if let Some(mode) = line.strip_prefix("new mode ") {
            self.mode = octal(mode);
        } else if line.starts_with("deleted file mode ") {
            self.status = Status::Deleted;
        } else if let Some(path) = of_prefix(line, &["rename from ", "copy from "]) {
            self.old_path = Some(unquote(path));
        } else if let Some(path) = of_prefix(line, &["rename to ", "copy to "]) {
            self.path = unquote(path);
        } else if let Some(path) = line.strip_prefix("--- ") {
            *old = Some(side(path));
        } else if let Some(path) = line.strip_prefix("+++ ") {
            self.set_new(side(path));
        } else if let Some(ids) = line.strip_prefix("index ") {
            let mode = ids.rsplit_once(' ').and_then(|(_, mode)| octal(mode));
            self.mode = self.mode.or(mode);
        } else {
            return of_prefix(line, &["old mode ", "similarity ", "dissimilarity "]).is_some();
        }
        true
    }

    fn set_new(&mut self, path: String) {
        if path == NOWHERE {
            self.status = Status::Deleted;
        } else {
            self.path = path;
        }
    }

    fn settle(&mut self, old: Option<String>) {
        match old {
            Some(old) if old == NOWHERE => self.status = Status::Added,
            Some(old) if self.status == Status::Deleted || self.path.is_empty() => self.path = old,
            Some(old) if old != self.path => self.old_path = Some(old),
            _ => {}
        }
    }

    /// The content that the hunks gave.
    pub(super) fn content(&self, mut view: View) -> Content {
        if self.status == Status::Deleted {
            return Content::Nothing;
        }
        if view.text().is_empty() && view.removed().is_empty() {
            return Content::Nothing;
        }
        match self.mode {
            Some(0o120_000) => Content::Link(view.text().trim_end_matches('\n').to_owned()),
            Some(0o160_000) => Content::Submodule(view.text().trim().to_owned()),
            _ => {
                if self.status == Status::Added {
                    view.is_all();
                }
                Content::Text(view)
            }
        }
    }

    pub(super) fn file(self, content: Content) -> File {
        File {
            path: self.path,
            old_path: self.old_path,
            status: self.status,
            is_executable: self.mode.is_some_and(|mode| mode & 0o111 != 0),
            content,
        }
    }
}

/// What a patch writes for the side on which a file is not.
const NOWHERE: &str = "/dev/null";

/// The path of a `---` or `+++` line, without the side's prefix and the time
/// that `diff -u` writes after a tab.
fn side(text: &str) -> String {
    let path = if text.starts_with('"') {
        unquote(text)
    } else {
        text.split('\t').next().unwrap_or(text).to_owned()
    };
    without_side(&path).to_owned()
}

/// The path of `a/x b/x`, where both sides have the same.
fn of_both(names: &str) -> Option<String> {
    if names.starts_with('"') {
        return Some(without_side(&unquote(names)).to_owned());
    }
    let half = names.len().checked_sub(1)? / 2;
    let (old, new) = (names.get(..half)?, names.get(half + 1..)?);
    if without_side(old) == without_side(new) {
        return Some(without_side(new).to_owned());
    }
    let (_, new) = names.rsplit_once(" b/")?;
    Some(new.to_owned())
}

fn of_prefix<'a>(line: &'a str, prefixes: &[&str]) -> Option<&'a str> {
    prefixes.iter().find_map(|prefix| line.strip_prefix(prefix))
}

fn octal(text: &str) -> Option<u32> {
    u32::from_str_radix(text.trim(), 8).ok()
}
