//! Where tests find what is not part of the repository.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "tests read their data, fail by panicking and say loudly what they skip"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// A folder of the shared data beside the repository, such as `cloudtrail`, or
/// `None` after saying loudly that `test` is skipped.
pub fn shared(folder: &str, test: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/data")
        .join(folder);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("SKIPPED {test}: {} is missing", path.display());
    None
}

/// Every file below a directory, sorted.
///
/// # Panics
/// If a directory cannot be read.
pub fn files_below(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).expect("a directory of test data is readable") {
            let path = entry.expect("its entries are readable").path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The same, only files whose name ends in `.extension`.
///
/// # Panics
/// If a directory cannot be read.
pub fn files_with(dir: &Path, extension: &str) -> Vec<PathBuf> {
    let mut files = files_below(dir);
    files.retain(|path| path.extension().is_some_and(|found| found == extension));
    files
}
