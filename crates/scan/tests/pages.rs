//! Every check has a page, every page a check, and the pages' examples hold.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails by panicking and reads the pages"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gardefou_finding::{Severity, Timestamp};
use gardefou_scan::change::{Change, Content, File, Status};
use gardefou_scan::dependency::DependencyOptions;
use gardefou_scan::dependency::advisory::{Advisories, Builder};
use gardefou_scan::{CheckId, Finding, Judge};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/checks/change")
}

#[test]
fn every_check_has_a_page_and_every_page_a_check() {
    let pages: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    let checks: BTreeSet<String> = CheckId::ALL.iter().map(|id| id.word().to_owned()).collect();
    assert_eq!(pages, checks);
}

/// An example of a page.
struct Example {
    path: String,
    expect: String,
    text: String,
    /// The file before the change.
    before: Option<String>,
    /// Another file of the same change, with its path.
    with: Option<(String, String)>,
}

fn examples(page: &str) -> Vec<Example> {
    let mut examples = Vec::new();
    let (mut before, mut with) = (None, None);
    for part in page.split("````text ").skip(1) {
        let (head, rest) = part.split_once('\n').unwrap();
        let (text, _) = rest.split_once("````").unwrap();
        let head = head.strip_prefix("path=").unwrap();
        if head.ends_with(" before") {
            before = Some(text.to_owned());
        } else if let Some(path) = head.strip_suffix(" with") {
            with = Some((path.to_owned(), text.to_owned()));
        } else {
            let (path, expect) = head.split_once(" expect=").unwrap();
            examples.push(Example {
                path: path.to_owned(),
                expect: expect.to_owned(),
                text: text.to_owned(),
                before: before.take(),
                with: with.take(),
            });
        }
    }
    examples
}

fn judged(judge: &Judge, example: &Example) -> Vec<Finding> {
    let new = example.text.as_bytes().to_vec();
    let file = match &example.before {
        Some(old) => {
            let content = Content::between(old.as_bytes(), new);
            File::with(&example.path, Status::Modified, content)
        }
        None => File::with(&example.path, Status::Added, Content::of(new)),
    };
    let with = example
        .with
        .iter()
        .map(|(path, text)| File::with(path, Status::Added, Content::of(text.as_bytes().to_vec())));
    let files = with.chain([file]).collect();
    judge
        .change(&Change {
            files,
            ..Change::default()
        })
        .findings
}

/// Advisories of the pages' own: `evil-pkg` of npm, `weak-crate` of crates.io.
fn judge() -> Judge {
    let mut builder = Builder::new();
    for record in [
        r#"{"id":"MAL-2025-1","modified":"2025-11-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"evil-pkg"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}]}]}"#,
        r#"{"id":"RUSTSEC-2025-1","modified":"2025-11-01T00:00:00Z","affected":[{"package":{"ecosystem":"crates.io","name":"weak-crate"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"0.4.0"}]}]}]}"#,
    ] {
        builder.add(record.as_bytes()).unwrap();
    }
    let mut bytes = Vec::new();
    builder.finish(&mut bytes).unwrap();
    Judge::with(DependencyOptions {
        advisories: Some(Arc::new(Advisories::open(Box::new(bytes)).unwrap())),
        now: Timestamp::parse("2025-11-10T00:00:00Z"),
        min_age_days: 7,
        ..DependencyOptions::default()
    })
}

#[test]
fn the_examples_hold() {
    let judge = judge();
    for id in CheckId::ALL {
        let page = std::fs::read_to_string(folder().join(format!("{}.md", id.word()))).unwrap();
        let examples = examples(&page);
        assert!(!examples.is_empty(), "{}", id.word());
        for example in examples {
            let found = judged(&judge, &example);
            let Example { expect, text, .. } = &example;
            let said: Vec<&str> = found.iter().map(|f| f.reason.word()).collect();
            if expect == "quiet" {
                let loud = found.iter().any(|f| f.severity >= Severity::Medium);
                assert!(!loud, "{}: {text}\n{said:?}", id.word());
            } else {
                assert!(
                    said.contains(&expect.as_str()),
                    "{}: {text}\n{said:?}",
                    id.word()
                );
            }
        }
    }
}
