//! `gardefou advisories sync`, and `gardefou check` with what it wrote.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking"
)]

mod common;

use common::Place;

/// A malicious package, and a record that is none.
const RECORD: &str = r#"{"id":"MAL-2025-1","modified":"2025-11-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"evil-pkg"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}]}]}"#;
const LOCK: &str =
    r#"{"lockfileVersion":3,"packages":{"node_modules/evil-pkg":{"version":"1.0.0"}}}"#;

#[test]
fn a_tree_is_compared_with_what_was_synchronised() {
    let place = Place::new();
    place.write("osv/MAL-2025-1.json", RECORD);
    place.write("tree/package-lock.json", LOCK);
    let sync = place.run(&["advisories", "sync", "--from", "osv", "--to", "db"]);
    assert_eq!(sync.status, 0, "{}", sync.stderr);
    assert!(
        sync.stdout.contains("malicious packages: 1"),
        "{}",
        sync.stdout
    );
    let found = place.run(&["check", "tree", "--advisories", "db", "--format", "json"]);
    assert_eq!(found.status, 1, "{}", found.stderr);
    let report = found.assert_sane().report();
    assert_eq!(report["findings"][0]["id"], "malicious-dependency");
    assert_eq!(report["coverage"]["dependencies"]["compared"], 1);
    assert_eq!(
        report["coverage"]["dependencies"]["database"]["is_old"],
        true
    );
    let blind = place.run(&["check", "tree"]);
    assert_eq!(blind.status, 0, "{}", blind.stderr);
    assert!(
        blind.stdout.contains("not compared with advisories"),
        "{}",
        blind.stdout
    );
}

#[test]
fn what_cannot_be_read_never_looks_clean() {
    let place = Place::new();
    place.write("osv/a.json", RECORD);
    place.write("osv/b.json", "{");
    place.write("tree/package-lock.json", LOCK);
    place.write("bad/package-lock.json", "{");
    place.write("none", "nothing");
    let status = |args: &[&str]| place.run(args).status;
    assert_eq!(
        status(&["advisories", "sync", "--from", "osv", "--to", "db"]),
        3
    );
    assert_eq!(
        status(&["advisories", "sync", "--from", "missing", "--to", "db"]),
        3
    );
    assert_eq!(
        status(&[
            "advisories",
            "sync",
            "--from",
            "http://osv.example/a",
            "--to",
            "db"
        ]),
        2
    );
    assert_eq!(status(&["check", "tree", "--advisories", "none"]), 3);
    assert_eq!(status(&["check", "tree", "--advisories", "missing"]), 3);
    assert_eq!(status(&["check", "bad"]), 3);
    assert_eq!(status(&["check", "tree", "--published", "none"]), 2);
}
