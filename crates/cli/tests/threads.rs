//! The answer does not depend on how many threads read an archive.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests run the program as a user does"
)]

use std::path::Path;
use std::process::Command;

fn report(threads: &str) -> String {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/attack");
    let output = Command::new(env!("CARGO_BIN_EXE_gardefou"))
        .arg("investigate")
        .arg(sample)
        .args(["-q", "--format", "json", "--threads", threads])
        .output()
        .unwrap();
    assert_eq!(
        output.status.code(),
        Some(1),
        "the sample holds an incident"
    );
    // Commands that revoke sessions name the present moment.
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text
        .lines()
        .filter(|line| !line.contains("aws:TokenIssueTime"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn one_and_several_threads_tell_the_same() {
    let one = report("1");
    assert!(one.len() > 10_000, "the report is not empty");
    for threads in ["2", "5"] {
        let several = report(threads);
        assert!(
            several == one,
            "{threads} threads tell something else than one"
        );
    }
}
