//! Gathers the rules of `rules/cloudtrail` for embedding, so that adding a rule
//! is adding a file. Their examples, nine tenths of the text, stay outside: the
//! program never reads them, and parsing them would slow every start.
#![allow(
    clippy::disallowed_methods,
    reason = "a build script reads the tree it builds"
)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a build script stops the build"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() {
    let out = PathBuf::from(std::env::var("OUT_DIR").expect("cargo sets OUT_DIR"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules/cloudtrail");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut files: Vec<PathBuf> = std::fs::read_dir(&root)
        .expect("rules/cloudtrail exists")
        .map(|entry| entry.expect("a readable entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "yml"))
        .collect();
    files.sort();
    let mut list = String::from("&[\n");
    for path in files {
        let name = path
            .file_name()
            .and_then(|n| n.to_str())
            .expect("a UTF-8 name");
        let text = std::fs::read_to_string(&path).expect("a readable rule");
        writeln!(list, "    ({name:?}, {:?}),", without_examples(&text))
            .expect("writing to a string");
    }
    list.push(']');
    std::fs::write(out.join("embedded_rules.rs"), list).expect("OUT_DIR is writable");
}

/// The rule without its `rsigma.exemplars`: that line, and what stands deeper
/// or is an item of a list at the same depth. Every other line stays as it is;
/// a test of the embedded rules compares them with the whole ones.
fn without_examples(text: &str) -> String {
    let mut kept = String::with_capacity(text.len() / 4);
    let mut dropping: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let content = line.trim_start_matches(' ');
        let depth = line.len() - content.len();
        if dropping.is_some_and(|key| is_inside(content, depth, key)) {
            continue;
        }
        dropping = content.starts_with("rsigma.exemplars:").then_some(depth);
        if dropping.is_none() {
            kept.push_str(line);
        }
    }
    kept
}

fn is_inside(content: &str, depth: usize, key: usize) -> bool {
    content.trim_end().is_empty() || depth > key || (depth == key && content.starts_with("- "))
}
