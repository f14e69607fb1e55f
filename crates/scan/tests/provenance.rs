//! Commits that are not what they say.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use gardefou_scan::change::{Change, Commit, File, Signature, Status};
use gardefou_scan::{Judge, Reason};

fn commit(author: &str, time: i64, subject: &str) -> Commit {
    Commit {
        id: "c".to_owned(),
        author: Signature {
            name: author.to_owned(),
            mail: format!("{author}@example.org"),
            time: Some((time, 0)),
        },
        message: subject.to_owned(),
        ..Commit::default()
    }
}

fn reasons(commit: Commit, path: &str) -> Vec<Reason> {
    let mut file = File::present(path, b"x = 1\n".to_vec());
    file.status = Status::Added;
    let change = Change {
        commit: Some(commit),
        files: vec![file],
        ..Change::default()
    };
    Judge::new()
        .change(&change)
        .findings
        .iter()
        .map(|f| f.reason)
        .collect()
}

#[test]
fn a_commit_that_imitates_its_parent_is_told() {
    let with_parent = |author, time, subject| Commit {
        parents: vec![commit("ann", 7, "fix: pass the token")],
        ..commit(author, time, subject)
    };
    assert_eq!(
        reasons(with_parent("bob", 7, "fix: pass the token"), "a.c"),
        [Reason::CommitCloned]
    );
    assert_eq!(
        reasons(with_parent("bob", 7, "other"), "a.c"),
        [Reason::CommitClonedTime]
    );
    assert_eq!(
        reasons(with_parent("ann", 7, "fix: pass the token"), "a.c"),
        []
    );
    assert_eq!(reasons(with_parent("bob", 8, "other"), "a.c"), []);
}

#[test]
fn a_message_that_does_not_fit_is_told() {
    assert_eq!(
        reasons(commit("a", 1, "docs: fix a typo"), "scripts/package.sh"),
        [Reason::CommitMessage]
    );
    assert_eq!(
        reasons(
            commit("a", 1, "fix: pass nextToken on"),
            "scripts/package.sh"
        ),
        [Reason::CommitMessage]
    );
    assert_eq!(reasons(commit("a", 1, "docs: fix a typo"), "README.md"), []);
    assert_eq!(
        reasons(commit("a", 1, "build: pack less"), "scripts/package.sh"),
        []
    );
}
