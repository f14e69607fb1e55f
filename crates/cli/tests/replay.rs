//! `gardefou replay`, as a person runs it on the shipped samples.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and runs the program on files"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn samples(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../samples")
        .join(name)
}

fn replay(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_gardefou"))
        .env_clear()
        .arg("replay")
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn the_sample_has_a_suggestion_that_breaks_nothing() {
    let attack = samples("attack").to_string_lossy().into_owned();
    let snapshot = samples("snapshot").to_string_lossy().into_owned();
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().to_string_lossy().into_owned();
    let arguments = [
        attack.as_str(),
        "--quiet",
        "--suggest",
        "--snapshot",
        &snapshot,
        "--out",
        &out,
        "--format",
        "json",
    ];
    let output = replay(&arguments);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{error}");
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    let schema = fs::read_to_string(samples("../schemas/gardefou.replay.1.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    assert!(jsonschema::is_valid(&schema, &value));
    assert_eq!(value["suggestion"]["broken"], 0);
    assert_eq!(value["suggestion"]["effects_through"], 0);
    assert_eq!(value["fidelity"]["disagree"], 0);
    for id in value["suggestion"]["guardrails"].as_array().unwrap() {
        let name = format!("guardrails/{}.scp.json", id.as_str().unwrap());
        let policy = fs::read_to_string(dir.path().join(name)).unwrap();
        let policy: Value = serde_json::from_str(&policy).unwrap();
        assert_eq!(policy["Version"], "2012-10-17");
    }
    let terraform = fs::read_to_string(dir.path().join("guardrails/guardrails.tf")).unwrap();
    assert!(terraform.contains("aws_organizations_policy"));
    for name in ["replay.txt", "replay.md", "replay.html", "replay.json"] {
        assert!(dir.path().join(name).exists(), "{name}");
    }
}

#[test]
fn a_quiet_month_is_clean_and_a_wrong_name_is_not() {
    let quiet = samples("quiet").to_string_lossy().into_owned();
    let output = replay(&[
        &quiet,
        "--quiet",
        "--lang",
        "fr",
        "--guardrail",
        "no-root-use",
    ]);
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("Aucun incident dans cet historique"),
        "{text}"
    );
    let output = replay(&[&quiet, "--guardrail", "no-such"]);
    assert_eq!(output.status.code(), Some(2));
    let output = replay(&[&quiet, "--set", "no-root-use.x=1"]);
    assert_eq!(output.status.code(), Some(2));
}
