//! The table: cases of our own, a file for each feature, each with the
//! decision that AWS's documentation gives it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and reads its cases"
)]

use std::fs;
use std::path::PathBuf;

use gardefou_iam::cases::{self, CaseAnswer};
use serde_json::Value;

/// Cases that the table has at least.
const AT_LEAST: usize = 300;

fn files() -> Vec<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

/// What is wrong with the answer to a case, if anything.
fn wrong(expected: &Value, answer: &CaseAnswer) -> Option<String> {
    let decision = expected["expected"].as_str().unwrap_or("(no `expected`)");
    let is = match &answer.error {
        Some(error) => format!("error: {}", error.message.as_str()),
        None => answer.decision.word().to_owned(),
    };
    if is != decision && !(decision == "error" && answer.error.is_some()) {
        return Some(format!("expected {decision}, is {is}"));
    }
    let mut keys: Vec<&str> = answer
        .reasons
        .iter()
        .filter_map(|reason| match reason {
            gardefou_iam::Reason::UnknownKey { key, .. } => Some(key.as_str()),
            _ => None,
        })
        .collect();
    keys.sort_unstable();
    let because = expected["because"].as_array();
    let because = because.map(|keys| keys.iter().filter_map(Value::as_str).collect::<Vec<_>>());
    match because {
        Some(because) if because != keys => Some(format!("because of {keys:?}")),
        None if decision == "unknown" => Some("no `because`".to_owned()),
        _ => None,
    }
}

#[test]
fn every_case_is_decided_as_documented() {
    let mut count = 0;
    let mut failures = Vec::new();
    for path in files() {
        let text = fs::read_to_string(&path).unwrap();
        let expected: Vec<Value> = serde_json::from_str(&text).unwrap();
        let named = cases::read(&text).unwrap();
        assert_eq!(expected.len(), named.len(), "{path:?}");
        for (expected, named) in expected.iter().zip(&named) {
            count += 1;
            let answer = named.answer();
            if let Some(wrong) = wrong(expected, &answer) {
                let file = path.file_name().unwrap().to_string_lossy();
                failures.push(format!("{file}: {}: {wrong}", expected["name"]));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(count >= AT_LEAST, "only {count} cases");
}

#[test]
fn every_case_has_a_name_of_its_own_and_says_all_of_the_form() {
    let mut names = Vec::new();
    for path in files() {
        for named in cases::read(&fs::read_to_string(&path).unwrap()).unwrap() {
            let answer = named.answer();
            let name = named.name.expect("a name").as_str().to_owned();
            let odd: Vec<&str> = answer.ignored.iter().map(|it| it.as_str()).collect();
            assert!(odd.iter().all(|it| *it == "because"), "{name}: {odd:?}");
            names.push(name);
        }
    }
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all);
}

#[test]
fn a_policy_may_be_text_wherever_it_may_be_an_object() {
    let policy = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#;
    let request =
        r#"{"principal": "arn:aws:iam::111122223333:user/alice", "action": "s3:GetObject"}"#;
    for list in [
        format!("[{policy:?}]"),
        format!(r#"[{{"name": "p", "policy": {policy:?}}}]"#),
        format!("[{policy}]"),
    ] {
        let text = format!(r#"[{{"request": {request}, "identity_policies": {list}}}]"#);
        let answer = cases::read(&text).unwrap().remove(0).answer();
        assert!(answer.error.is_none(), "{list}");
        assert_eq!(answer.decision, gardefou_iam::Decision::Allow, "{list}");
    }
}
