//! Every check has a page, every page a check, and the pages' examples hold.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails by panicking and reads the pages"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use gardefou_finding::Severity;
use gardefou_scan::change::{Change, File, Status};
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

/// The examples of a page: path, what is expected, text.
fn examples(page: &str) -> Vec<(String, String, String)> {
    let mut examples = Vec::new();
    let mut parts = page.split("````text ");
    parts.next();
    for part in parts {
        let (head, rest) = part.split_once('\n').unwrap();
        let (text, _) = rest.split_once("````").unwrap();
        let (path, expect) = head.split_once(" expect=").unwrap();
        let path = path.strip_prefix("path=").unwrap();
        examples.push((path.to_owned(), expect.to_owned(), text.to_owned()));
    }
    examples
}

fn judged(judge: &Judge, path: &str, text: &str) -> Vec<Finding> {
    let mut file = File::present(path, text.as_bytes().to_vec());
    file.status = Status::Added;
    let files = vec![file];
    judge
        .change(&Change {
            files,
            ..Change::default()
        })
        .findings
}

#[test]
fn the_examples_hold() {
    let judge = Judge::new();
    for id in CheckId::ALL {
        let page = std::fs::read_to_string(folder().join(format!("{}.md", id.word()))).unwrap();
        let examples = examples(&page);
        assert!(!examples.is_empty(), "{}", id.word());
        for (path, expect, text) in examples {
            let found = judged(&judge, &path, &text);
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
