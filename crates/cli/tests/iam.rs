//! `gardefou iam evaluate`: answers, their order, and the exit statuses.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking and reads the page"
)]

mod common;

use common::{Place, root, run};
use serde_json::{Value, json};

fn policy(statement: &Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

fn allow() -> Value {
    policy(&json!({"Sid": "All", "Effect": "Allow", "Action": "*", "Resource": "*"}))
}

fn case(name: &str, policy: Value) -> Value {
    json!({
        "name": name,
        "request": {
            "principal": "arn:aws:iam::111122223333:user/alice",
            "action": "s3:GetObject",
            "resource": "arn:aws:s3:::data/x",
            "context_unknown": ["aws:SourceIp"],
        },
        "identity_policies": [{"name": "own", "policy": policy}],
    })
}

fn by_address() -> Value {
    policy(&json!({
        "Effect": "Allow", "Action": "s3:*", "Resource": "*",
        "Condition": {"IpAddress": {"aws:sourceip": "203.0.113.0/24"}},
    }))
}

#[test]
fn answers_come_in_the_order_of_the_cases() {
    let place = Place::new();
    let deny = policy(&json!({"Effect": "Deny", "Action": "s3:*", "Resource": "*"}));
    let none = policy(&json!({"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}));
    let cases = [
        case("a", allow()),
        case("b", deny),
        case("c", none),
        case("d", by_address()),
    ];
    place.write("cases.json", json!(cases).to_string());
    let ran = place.run(&["iam", "evaluate", "cases.json"]);
    ran.assert_sane();
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let answers = ran.report();
    let short: Vec<(&str, &str)> = answers
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            (
                it["name"].as_str().unwrap(),
                it["decision"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("a", "allow"),
        ("b", "explicit_deny"),
        ("c", "implicit_deny"),
        ("d", "unknown"),
    ];
    assert_eq!(short, expected);
    let reason = json!({
        "kind": "statement", "layer": "identity_policy", "policy": "own",
        "statement": 0, "sid": "All", "effect": "Allow",
    });
    assert_eq!(answers[0]["because"], json!([reason]));
    let told = "allowed by identity policy own, Statement[0] (All)";
    assert_eq!(answers[0]["reasons"], json!([told]));
    assert_eq!(answers[3]["because"][0]["key"], "aws:SourceIp");
    let told = "unknown because of aws:SourceIp: identity policy own, Statement[0]";
    assert_eq!(answers[3]["reasons"], json!([told]));
}

#[test]
fn a_case_that_is_not_valid_is_answered_and_the_status_is_3() {
    let place = Place::new();
    let wrong = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Maybe"}]});
    let mut odd = case("odd", allow());
    odd["identity_polices"] = json!([]);
    let cases = json!([case("wrong", wrong), odd, {"name": "no request"}]);
    place.write("cases.json", cases.to_string());
    let ran = place.run(&["iam", "evaluate", "cases.json"]);
    assert_eq!(ran.status, 3, "{}", ran.stderr);
    let answers = ran.report();
    assert_eq!(answers[0]["decision"], "implicit_deny");
    let path = "[0].identity_policies[0].policy.Statement[0]";
    assert_eq!(answers[0]["error"]["path"], path);
    assert_eq!(answers[1]["decision"], "allow");
    assert_eq!(answers[1]["ignored"], json!(["identity_polices"]));
    assert_eq!(answers[2]["error"]["message"], "`request` is missing");
}

#[test]
fn what_is_no_json_or_no_file_ends_with_2() {
    let place = Place::new();
    place.write("cases.json", "[{]");
    for args in [
        &["iam", "evaluate", "cases.json"][..],
        &["iam", "evaluate", "missing.json"],
        &["iam", "evaluate"],
        &["iam", "evaluate", "--action", "s3:GetObject"],
        &[
            "iam",
            "evaluate",
            "--principal",
            "nobody",
            "--action",
            "s3:GetObject",
        ],
        &[
            "iam",
            "evaluate",
            "--principal",
            "anonymous",
            "--action",
            "s3:*",
        ],
        &["iam", "evaluate", "cases.json", "--policy", "p.json"],
        &[
            "iam",
            "evaluate",
            "--principal",
            "anonymous",
            "--action",
            "a:b",
            "--context",
            "x",
        ],
    ] {
        let ran = place.run(args);
        ran.assert_sane();
        assert_eq!(ran.status, 2, "{args:?}: {}", ran.stderr);
        assert_eq!(ran.stdout, "", "{args:?}");
    }
}

#[test]
fn standard_input_is_read() {
    let input = json!([case("a", allow())]).to_string();
    let ran = run(
        &root(),
        &["iam", "evaluate", "-"],
        Some(input.as_bytes()),
        &[],
    );
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert_eq!(ran.report()[0]["decision"], "allow");
}

#[test]
fn one_case_is_told_and_explained() {
    let place = Place::new();
    place.write("all.json", allow().to_string());
    place.write("office.json", by_address().to_string());
    let deny = policy(
        &json!({"Sid": "Secret\u{1b}[31m", "Effect": "Deny", "Action": "s3:*",
        "Resource": "arn:aws:s3:::secret/*"}),
    );
    place.write("scp.json", deny.to_string());
    let flags = [
        "iam",
        "evaluate",
        "--principal",
        "arn:aws:iam::111122223333:user/alice",
        "--action",
        "s3:GetObject",
        "--resource",
        "arn:aws:s3:::data/x",
        "--policy",
        "office.json",
        "--scp",
        "root=all.json",
        "--scp",
        "root=scp.json",
        "--explain",
    ];
    let ran = place.run(&[&flags[..], &["--context", "aws:SourceIp=203.0.113.9"]].concat());
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    insta::assert_snapshot!("one_case_en", common::steady(&ran.stdout));
    let ran = place.run(&[&flags[..], &["--unknown", "aws:SourceIp", "--lang", "fr"]].concat());
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    insta::assert_snapshot!("one_case_fr", common::steady(&ran.stdout));
}

#[test]
fn the_page_has_a_case_that_is_one() {
    let page = std::fs::read_to_string(root().join("docs/iam.md")).unwrap();
    let json = page
        .split("```json\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let ran = run(
        &root(),
        &["iam", "evaluate", "-"],
        Some(json.as_bytes()),
        &[],
    );
    assert_eq!(ran.status, 0, "{}", ran.stdout);
    assert_eq!(ran.report()[0]["decision"], "implicit_deny");
    assert!(ran.report()[0].get("ignored").is_none());
}
