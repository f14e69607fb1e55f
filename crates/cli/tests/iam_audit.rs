//! `gardefou iam audit`, as a person runs it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and runs the program on files"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const DETAILS: &str = r#"{"UserDetailList": [{"Arn": "arn:aws:iam::111122223333:user/ana", "UserName": "ana",
  "UserPolicyList": [{"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
    {"Sid": "Self", "Effect": "Allow", "Action": "iam:PutUserPolicy", "Resource": "*"}]}}]}],
  "RoleDetailList": [], "GroupDetailList": [], "Policies": []}"#;

fn audit(dir: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_gardefou"))
        .current_dir(dir)
        .env_clear()
        .args(["iam", "audit", ".", "--at", "2026-11-01"])
        .args(arguments)
        .output()
        .unwrap()
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(dir.path().join(name), text).unwrap();
    }
    dir
}

#[test]
fn json_has_findings_paths_and_coverage_at_its_top() {
    let dir = folder(&[("details.json", DETAILS)]);
    let output = audit(dir.path(), &["--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let path = &value["paths"][0];
    assert_eq!(path["from"], "arn:aws:iam::111122223333:user/ana");
    assert_eq!(path["methods"][0], "iam-007");
    assert_eq!(
        path["steps"][0]["permissions"][0]["statements"][0]["sid"],
        "Self"
    );
    assert!(
        value["findings"]
            .as_array()
            .is_some_and(|all| !all.is_empty())
    );
    assert_eq!(value["coverage"]["accounts"][0], "111122223333");
}

#[test]
fn a_threshold_and_suppressions_decide_the_status() {
    let accepted = "suppressions:\n- {check: privilege-escalation, subject: '*user/ana', reason: a test, until: 2026-12-31}\n";
    let dir = folder(&[("details.json", DETAILS), ("accepted.yml", accepted)]);
    assert_eq!(
        audit(dir.path(), &["--fail-on", "critical"]).status.code(),
        Some(0)
    );
    let output = audit(dir.path(), &["--suppressions", "accepted.yml"]);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    fs::write(
        dir.path().join("accepted.yml"),
        accepted.replace("reason: a test, ", ""),
    )
    .unwrap();
    assert_eq!(
        audit(dir.path(), &["--suppressions", "accepted.yml"])
            .status
            .code(),
        Some(2)
    );
}

#[test]
fn what_cannot_be_read_makes_the_status_3() {
    let dir = folder(&[
        ("details.json", DETAILS),
        ("cut.json", "{\"UserDetailList\": ["),
    ]);
    let output = audit(dir.path(), &[]);
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stdout).contains("cut.json"));
    let empty = folder(&[]);
    assert_eq!(audit(empty.path(), &[]).status.code(), Some(3));
}

#[test]
fn every_form_is_written_in_both_languages() {
    for lang in ["en", "fr"] {
        let dir = folder(&[("details.json", DETAILS)]);
        audit(dir.path(), &["--out", "report", "--lang", lang]);
        for ending in ["txt", "json", "md", "ocsf.ndjson", "html"] {
            let path = dir.path().join(format!("report/audit.{ending}"));
            assert!(
                fs::read_to_string(&path).unwrap().contains("user/ana"),
                "{}",
                path.display()
            );
        }
    }
}
