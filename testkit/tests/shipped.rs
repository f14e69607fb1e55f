//! The shipped samples are what the generator makes.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test reads the shipped files and stops at the first difference"
)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use gardefou_testkit::{Config, generate};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../samples")
        .join(name)
}

fn inflate(bytes: &[u8]) -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(bytes)
        .read_to_string(&mut text)
        .expect("it is gzip");
    text
}

/// Every file below `root`, by its path with `/`.
fn files(root: &Path, below: &Path, into: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(below).unwrap_or_else(|error| panic!("{}: {error}", below.display()))
    {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(root, &path, into);
            continue;
        }
        let parts: Vec<_> = path
            .strip_prefix(root)
            .unwrap()
            .iter()
            .map(|part| part.to_string_lossy())
            .collect();
        into.insert(parts.join("/"), inflate(&fs::read(&path).unwrap()));
    }
}

fn compare(name: &str, config: &Config) {
    let root = folder(name);
    let mut shipped = BTreeMap::new();
    files(&root, &root, &mut shipped);
    let archive = generate(config).expect("memory takes everything");
    let made: BTreeMap<String, String> = archive
        .files
        .into_iter()
        .map(|file| (file.path, inflate(&file.bytes)))
        .collect();
    let differing = made
        .iter()
        .find(|(path, text)| shipped.get(*path) != Some(text));
    let hint = "run `cargo xtask sample`";
    assert!(
        differing.is_none(),
        "{:?} differs: {hint}",
        differing.map(|(path, _)| path)
    );
    assert_eq!(shipped.len(), made.len(), "{name} has other files: {hint}");
}

#[test]
fn the_shipped_attack_is_what_the_generator_makes() {
    compare("attack", &Config::attacked(2025));
}

#[test]
fn the_shipped_quiet_month_is_what_the_generator_makes() {
    compare("quiet", &Config::quiet(2025));
}

#[test]
fn the_shipped_snapshot_is_what_the_generator_makes() {
    for (name, text) in gardefou_testkit::accounts(&Config::attacked(2025)) {
        let shipped = fs::read_to_string(folder("snapshot").join(&name)).unwrap_or_default();
        assert!(shipped == text, "{name} differs: run `cargo xtask sample`");
    }
}
