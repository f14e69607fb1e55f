//! Gathers `guardrails/*.yml` for embedding, so that adding a guardrail is
//! adding a file.
#![allow(
    clippy::disallowed_methods,
    reason = "a build script reads the tree it builds"
)]
#![allow(clippy::expect_used, reason = "a build script stops the build")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() {
    let out = PathBuf::from(std::env::var("OUT_DIR").expect("cargo sets OUT_DIR"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../guardrails");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut files: Vec<PathBuf> = std::fs::read_dir(&root)
        .expect("guardrails exists")
        .map(|entry| entry.expect("a readable entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "yml"))
        .collect();
    files.sort();
    let mut list = String::from("&[\n");
    for path in files {
        let name = path.file_name().and_then(|n| n.to_str());
        let name = name.expect("a UTF-8 name");
        let path = path.canonicalize().expect("a path");
        writeln!(list, "    ({name:?}, include_str!({path:?})),").expect("writing to a string");
    }
    list.push(']');
    std::fs::write(out.join("guardrails.rs"), list).expect("OUT_DIR is writable");
}
