//! Every check has a page, and the examples on it are its tests.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and reads the pages"
)]

use std::fs;
use std::path::{Path, PathBuf};

use gardefou_finding::{Audit, Timestamp, Tool, Untrusted};
use gardefou_iam::audit;
use gardefou_iam::check::{CHECKS, Check, Suppressions};
use gardefou_iam::snapshot::Reader;

fn pages() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/checks")
}

/// The code blocks of a part of a page: language and text.
fn blocks(part: &str) -> Vec<(&str, &str)> {
    part.split("```")
        .skip(1)
        .step_by(2)
        .map(|block| block.split_once('\n').unwrap())
        .collect()
}

fn judge(blocks: &[(&str, &str)]) -> Audit {
    let mut reader = Reader::default();
    let mut suppressions = Suppressions::default();
    for (nth, (language, text)) in blocks.iter().enumerate() {
        match *language {
            "yaml" => suppressions = Suppressions::parse(text).unwrap(),
            _ => reader.add(
                &Untrusted::new(format!("example-{nth}.{language}")),
                text.as_bytes(),
                true,
            ),
        }
    }
    let (snapshot, coverage) = reader.finish();
    assert!(coverage.is_complete(), "{:?}", coverage.failures);
    let tool = Tool {
        name: "test".to_owned(),
        version: "0".to_owned(),
    };
    let now = Timestamp::parse("2026-11-01T00:00:00Z").unwrap();
    audit(&snapshot, coverage, &suppressions, tool, now).unwrap()
}

fn page(check: &Check) -> String {
    let path = pages().join(format!("{}.md", check.id));
    fs::read_to_string(&path).unwrap_or_else(|_| panic!("no page {}", path.display()))
}

#[test]
fn every_check_fires_and_is_silent_as_its_page_says() {
    let mut wrong = Vec::new();
    for check in CHECKS {
        let text = page(check);
        let (_, examples) = text.split_once("## Fires on").unwrap();
        let (fires, silent) = examples.split_once("## Silent on").unwrap();
        let found = |part| {
            judge(&blocks(part))
                .findings
                .iter()
                .any(|one| one.check == check.id)
        };
        if !found(fires) {
            wrong.push(format!("{} does not fire", check.id));
        }
        if found(silent) {
            wrong.push(format!("{} is not silent", check.id));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn pages_say_what_the_checks_say() {
    let or_none = |all: &[&str]| {
        if all.is_empty() {
            "none".to_owned()
        } else {
            all.join(", ")
        }
    };
    for check in CHECKS {
        let text = page(check);
        assert!(
            text.starts_with(&format!(
                "# {}\n\n{}. *{}.*",
                check.id, check.title[0], check.title[1]
            )),
            "{}",
            check.id
        );
        let row = format!(
            "| {} | {} | {} | {} |",
            check.severity,
            check.confidence,
            or_none(check.cis),
            or_none(check.techniques)
        );
        assert!(text.contains(&row), "{}: {row}", check.id);
    }
}

#[test]
fn every_page_has_a_check_and_stands_in_the_index() {
    let index = fs::read_to_string(pages().join("README.md")).unwrap();
    for entry in fs::read_dir(pages()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            // `change/` has the pages of `gardefou check`.
            continue;
        }
        let name = path.file_stem().unwrap().to_str().unwrap();
        if name != "README" {
            assert!(CHECKS.iter().any(|check| check.id == name), "{name}");
            assert!(index.contains(&format!("[{name}]({name}.md)")), "{name}");
        }
    }
}
