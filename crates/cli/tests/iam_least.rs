//! `gardefou iam least-privilege` and `iam audit --trail` on the shipped sample.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking"
)]

mod common;

use std::fs;

use common::{Place, Run, root, run};
use serde_json::Value;

const CI: &str = "arn:aws:iam::111122223333:role/ci-deploy";

fn least(place: &Place, args: &[&str]) -> Run {
    let sample = root().join("samples/attack");
    let sample = sample.to_string_lossy().into_owned();
    let fixed = ["iam", "least-privilege", CI, "-q", "--trail", &sample];
    let run = run(place.path(), &[&fixed, args].concat(), None, &[]);
    run.assert_sane();
    run
}

/// What the role may do today: more than it did, and data calls that the trail
/// does not show.
const DETAILS: &str = r#"{"UserDetailList": [], "GroupDetailList": [], "Policies": [], "RoleDetailList": [{
  "Arn": "arn:aws:iam::111122223333:role/ci-deploy", "RoleName": "ci-deploy", "RoleId": "AROAEXAMPLE",
  "CreateDate": "2025-01-02T03:04:05Z", "InstanceProfileList": [], "AttachedManagedPolicies": [],
  "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::111122223333:user/ana"}, "Action": "sts:AssumeRole"}]},
  "RolePolicyList": [{"PolicyName": "work", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["ecs:*", "ec2:*", "sqs:*"], "Resource": "*"}]}}]}]}"#;

#[test]
fn the_pipeline_gets_a_policy_in_every_form() {
    let place = Place::new();
    place.write("details.json", DETAILS);
    for (lang, word) in [
        ("en", "What the log cannot show"),
        ("fr", "Ce que le journal ne peut montrer"),
    ] {
        let args = ["--snapshot", "details.json", "--out", lang, "--lang", lang];
        let run = least(&place, &args);
        assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
        assert!(run.stdout.contains(word), "{}", run.stdout);
    }
    let read = |name: &str| fs::read_to_string(place.path().join("en").join(name)).unwrap();
    let json: Value = serde_json::from_str(&read("least-privilege.json")).unwrap();
    assert_eq!(json["replay"]["requests"], json["replay"]["allowed"]);
    assert_eq!(json["dropped"], serde_json::json!(["ec2:*"]));
    let policy: Value = serde_json::from_str(&read("least-privilege.policy.json")).unwrap();
    assert_eq!(policy["Version"], "2012-10-17");
    assert!(policy.to_string().contains("sqs:SendMessage"), "kept");
    let terraform: Value = serde_json::from_str(&read("least-privilege.tf.json")).unwrap();
    let resources = terraform["resource"]["aws_iam_policy"].as_object().unwrap();
    let text = resources.values().next().unwrap()["policy"]
        .as_str()
        .unwrap();
    assert_eq!(serde_json::from_str::<Value>(text).unwrap(), policy);
    assert!(read("least-privilege.md").contains("sqs:SendMessage"));
}

#[test]
fn who_did_nothing_gets_no_clean_answer() {
    let place = Place::new();
    assert_eq!(least(&place, &["--since", "2031-01-01"]).status, 3);
    let missing = ["--snapshot", "nothing.json"];
    assert_eq!(least(&place, &missing).status, 2);
    place.write("other.json", DETAILS.replace("ci-deploy", "other"));
    assert_eq!(least(&place, &["--snapshot", "other.json"]).status, 2);
}

#[test]
fn an_audit_with_a_trail_tells_what_is_not_used() {
    let place = Place::new();
    place.write("details.json", DETAILS);
    let sample = root().join("samples/attack");
    let sample = sample.to_string_lossy().into_owned();
    let audit = |trail: &[&str]| {
        let fixed = ["iam", "audit", "details.json", "--format", "json"];
        let run = run(place.path(), &[&fixed, trail].concat(), None, &[]);
        run.assert_sane();
        run
    };
    let unused = |report: &Value| -> Vec<Value> {
        let all = report["findings"].as_array().unwrap().iter();
        all.filter(|one| one["check"] == "permissions-unused")
            .cloned()
            .collect()
    };
    let without = audit(&[]).report();
    assert!(unused(&without).is_empty());
    assert!(without["coverage"]["not_judged"]["permissions-unused"].is_array());
    let with = audit(&["--trail", &sample]).report();
    let found = unused(&with);
    assert!(with["coverage"]["items"]["event"].as_u64().unwrap() > 5_000);
    let days = &with["coverage"]["not_judged"]["permissions-unused"];
    assert_eq!(found.len(), 1, "{days}");
    let facts = found[0]["facts"].to_string();
    assert!(
        facts.contains("ec2") && facts.contains("used_service"),
        "{facts}"
    );
    place.write("broken/one.json", "{\"Records\": [{");
    assert_eq!(audit(&["--trail", "broken"]).status, 3);
}
