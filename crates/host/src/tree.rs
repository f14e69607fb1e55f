//! Files of directories, judged one after another by several threads.

use std::fs;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use gardefou_finding::Untrusted;
use gardefou_scan::change::{Content, File, Status};
use gardefou_scan::{Coverage, Gap, Judge, Judged, Unread};

use crate::companion::read_bytes;

/// Most files of one run.
const MAX_FILES: usize = 2_000_000;
/// Deepest directory.
const MAX_DEPTH: usize = 200;
/// Largest file that is read, in bytes.
const MAX_FILE: u64 = 256 << 20;
/// Stack of a judging thread, in bytes: parsers of hostile text recurse.
const STACK: usize = 64 << 20;

/// Judges files and directories. Links are not followed, `.git` is left out.
pub fn judge_paths(judge: &Judge, roots: &[PathBuf], threads: Option<NonZeroUsize>) -> Judged {
    let mut walk = Walk::default();
    for root in roots {
        walk.root(root);
    }
    let mut judged = judge_files(judge, &walk.files, threads);
    judged.coverage.merge(walk.coverage);
    judged
}

#[derive(Default)]
struct Walk {
    files: Vec<PathBuf>,
    coverage: Coverage,
}

impl Walk {
    fn root(&mut self, root: &Path) {
        match fs::metadata(root) {
            Ok(metadata) if metadata.is_dir() => self.directory(root, 0),
            Ok(_) => self.files.push(root.to_owned()),
            Err(error) => self.fail(root, &error),
        }
    }

    fn fail(&mut self, path: &Path, error: &io::Error) {
        self.coverage
            .fail(gap(path, Unread::Unreadable, &error.to_string()));
    }

    fn directory(&mut self, path: &Path, depth: usize) {
        if depth > MAX_DEPTH || self.files.len() > MAX_FILES {
            self.coverage.fail(gap(
                path,
                Unread::LimitReached,
                "more or deeper than is read",
            ));
            return;
        }
        let mut entries: Vec<fs::DirEntry> = Vec::new();
        match fs::read_dir(path) {
            Ok(list) => {
                for entry in list {
                    match entry {
                        Ok(entry) => entries.push(entry),
                        Err(error) => self.fail(path, &error),
                    }
                }
            }
            Err(error) => self.fail(path, &error),
        }
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            self.entry(&entry, depth);
        }
    }

    fn entry(&mut self, entry: &fs::DirEntry, depth: usize) {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && entry.file_name() != ".git" => {
                self.directory(&entry.path(), depth + 1)
            }
            Ok(kind) if kind.is_file() || kind.is_symlink() => self.files.push(entry.path()),
            Ok(kind) if kind.is_dir() => {}
            // Nobody knows what will come out of it.
            Ok(_) => self.coverage.fail(gap(
                &entry.path(),
                Unread::Unreadable,
                "a pipe, socket or device, which is not read",
            )),
            Err(error) => self.fail(&entry.path(), &error),
        }
    }
}

fn gap(path: &Path, reason: Unread, detail: &str) -> Gap {
    Gap {
        source: Untrusted::new(path.to_string_lossy()),
        line: None,
        reason,
        detail: Some(Untrusted::new(detail)),
    }
}

fn judge_files(judge: &Judge, files: &[PathBuf], threads: Option<NonZeroUsize>) -> Judged {
    let count = threads
        .or_else(|| thread::available_parallelism().ok())
        .map_or(1, NonZeroUsize::get);
    let next = AtomicUsize::new(0);
    let total = Mutex::new(Judged::default());
    let work = || {
        let mut mine = Judged::default();
        while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            mine.merge(judge_file(judge, path));
        }
        if let Ok(mut total) = total.lock() {
            total.merge(mine);
        }
    };
    thread::scope(|scope| {
        let started = (0..count.min(files.len().max(1)))
            .filter(|_| {
                thread::Builder::new()
                    .stack_size(STACK)
                    .spawn_scoped(scope, work)
                    .is_ok()
            })
            .count();
        if started == 0 {
            work();
        }
    });
    total.into_inner().unwrap_or_default()
}

fn judge_file(judge: &Judge, path: &Path) -> Judged {
    match load(path) {
        Ok(file) => judge.file(&file),
        Err(error) => {
            let mut judged = Judged::default();
            judged
                .coverage
                .fail(gap(path, Unread::Unreadable, &error.to_string()));
            judged
        }
    }
}

fn load(path: &Path) -> io::Result<File> {
    let name = path.to_string_lossy().replace('\\', "/");
    let name = name.strip_prefix("./").unwrap_or(&name).to_owned();
    if fs::symlink_metadata(path)?.is_symlink() {
        let target = fs::read_link(path)?.to_string_lossy().into_owned();
        return Ok(File::with(name, Status::Present, Content::Link(target)));
    }
    Ok(File::present(name, read_bytes(path, MAX_FILE)?))
}

/// Runs `work` on a thread with a stack for hostile text.
pub fn with_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> io::Result<T> {
    thread::scope(|scope| {
        let started = thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, work)?;
        started
            .join()
            .map_err(|_| io::Error::other("a judge stopped"))
    })
}
