//! Findings that need what a change takes away.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use gardefou_finding::Severity;
use gardefou_scan::change::{Change, Content, File, Status, View};
use gardefou_scan::{Judge, Reason};

/// The worst that a change of one file says for this reason.
fn worst(path: &str, old: &str, new: &str, reason: Reason) -> Option<Severity> {
    let content = Content::Text(View::between(old, new.to_owned()));
    let change = Change {
        files: vec![File::with(path, Status::Modified, content)],
        ..Change::default()
    };
    let judged = Judge::new().change(&change);
    let found = judged.findings.iter().filter(|one| one.reason == reason);
    found.map(|one| one.severity).max()
}

/// A workflow that uses an action by this reference.
fn workflow(reference: &str) -> String {
    format!(
        "on: push\njobs:\n  t:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: acme/changed-files@{reference}\n"
    )
}

#[test]
fn an_action_that_was_fixed_by_its_hash_stays_so() {
    const HASH: &str = "2f7c5bfce28377bc069a65ba478de0a74aa0ca32 # v46.0.1";
    let worst = |old: &str, new: &str| {
        let path = ".github/workflows/ci.yml";
        let reason = Reason::WorkflowMutableAction;
        worst(path, &workflow(old), &workflow(new), reason)
    };
    assert_eq!(worst(HASH, "v45"), Some(Severity::Medium));
    assert_eq!(worst("v44", "v45"), Some(Severity::Informational));
    let other = "11bd71901bbe5b1630ceea73d27597364c9af683";
    assert_eq!(worst(HASH, other), None);
}

#[test]
fn a_submodule_stays_with_its_owner() {
    let module = |url: &str| format!("[submodule \"lib\"]\n\tpath = lib\n\turl = {url}\n");
    let worst = |old: &str, new: &str| {
        let reason = Reason::FetchIntoSource;
        worst(".gitmodules", &module(old), &module(new), reason)
    };
    let own = "https://github.com/acme/lib.git";
    assert_eq!(
        worst(own, "https://github.com/0ther/lib.git"),
        Some(Severity::Medium)
    );
    assert_eq!(
        worst(own, "git@github.com:acme/lib"),
        None,
        "the same, over SSH"
    );
    assert_eq!(
        worst(own, "https://github.com/acme/other.git"),
        None,
        "another module"
    );
}
