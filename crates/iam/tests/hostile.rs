//! Policies that are wrong, and policies that are meant to harm.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::time::{Duration, Instant};

use gardefou_iam::policy::{MAX_POLICY_BYTES, MAX_STATEMENTS, Problem};
use gardefou_iam::{
    Action, Attached, Context, Decision, Policy, PolicyError, PolicyKind, Principal, Request,
    Resource, Stack, cases, evaluate,
};

fn error(text: &str) -> PolicyError {
    Policy::parse(text, PolicyKind::Identity).unwrap_err()
}

/// The path, line and column of an error.
fn place(text: &str) -> (String, usize, usize) {
    let error = error(text);
    (error.path, error.line, error.column)
}

#[test]
fn errors_point_at_what_is_wrong() {
    let text = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    \
        {\"Effect\": \"Allow\", \"Action\": \"s3:*\", \"Resource\": \"*\"},\n    \
        {\"Effect\": \"allow\", \"Action\": \"s3:*\", \"Resource\": \"*\"}\n  ]\n}";
    assert_eq!(place(text), ("Statement[1].Effect".to_owned(), 5, 16));
    assert_eq!(
        error(text).to_string(),
        "line 5, column 16, Statement[1].Effect: `allow` is neither `Allow` nor `Deny`"
    );
    let condition =
        "{\"Statement\":{\"Effect\":\"Deny\",\"Action\":[\"a:b\",\"c\"],\"Resource\":\"*\"}}";
    assert_eq!(place(condition), ("Statement.Action[1]".to_owned(), 1, 47));
}

#[test]
fn what_is_no_json_points_at_the_byte() {
    let error = error("{\n  \"Statement\": [\n    {\"Effect\": }\n  ]\n}");
    assert!(matches!(error.problem, Problem::Json(_)), "{error}");
    assert_eq!((error.line, error.column), (3, 16));
}

#[test]
fn errors_within_cases_point_into_the_file() {
    let text = "[\n  {\"name\": \"a\", \"request\": {\"action\": \"s3:GetObject\"},\n   \
        \"identity_policies\": [{\"name\": \"p\", \"policy\":\n     {\"Statement\": [], \"Verzion\": \"x\"}}]}\n]";
    let named = cases::read(text).unwrap().remove(0);
    let error = named.case.unwrap_err();
    assert_eq!(error.path, "[0].identity_policies[0].policy.Verzion");
    assert_eq!((error.line, error.column), (4, 35));
}

#[test]
fn an_element_stands_once() {
    let error = error("{\"Statement\":[],\"Statement\":[]}");
    assert_eq!(error.problem, Problem::Duplicate("Statement".to_owned()));
}

#[test]
fn what_is_too_large_is_not_read() {
    let padding = " ".repeat(5 << 20);
    assert_eq!(error(&padding).problem, Problem::TooLarge(MAX_POLICY_BYTES));
    let case = format!(
        "[{{\"request\":{{\"action\":\"a:b\"}},\n\"identity_policies\":[{{\"a\":{padding}1}}]}}]"
    );
    let error_in_case = cases::read(&case).unwrap().remove(0).case.unwrap_err();
    assert_eq!((error_in_case.line, error_in_case.column), (2, 22));
    let one = "{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\"},";
    let many = one.repeat(MAX_STATEMENTS + 1);
    let text = format!("{{\"Statement\":[{}]}}", many.trim_end_matches(','));
    let error = error(&text);
    assert_eq!(error.problem, Problem::TooManyStatements(MAX_STATEMENTS));
}

#[test]
fn depth_is_no_harm() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let count = (MAX_POLICY_BYTES - 100) / (open.len() + close.len());
        let deep = format!("{}1{}", open.repeat(count), close.repeat(count));
        error(&deep);
        error(&format!("{{\"Statement\":{deep}}}"));
    }
    error(&"[".repeat(MAX_POLICY_BYTES));
}

/// Five megabytes, deep, wide or of stars, are refused at once, wherever a
/// policy may stand.
#[test]
fn five_megabytes_are_refused_in_bounded_time() {
    let size = 5 << 20;
    let wide = "{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"},".repeat(size / 47);
    let stars = "*a".repeat(size / 2);
    let action = |text: &str| {
        format!(
            "{{\"Statement\":{{\"Effect\":\"Allow\",\"Action\":\"{text}\",\"Resource\":\"*\"}}}}"
        )
    };
    for policy in [
        "[".repeat(size),
        "{\"Statement\":".repeat(size / 13),
        format!("{{\"Statement\":[{}]}}", wide.trim_end_matches(',')),
        action(&stars),
    ] {
        assert!(policy.len() > size - 100);
        let start = Instant::now();
        let problem = error(&policy).problem;
        assert_eq!(problem, Problem::TooLarge(MAX_POLICY_BYTES));
        let case = format!(
            "[{{\"request\":{{\"action\":\"a:b\"}},\"identity_policies\":[{}]}}]",
            serde_json::to_string(&policy).unwrap()
        );
        let answer = cases::read(&case).unwrap().remove(0).answer();
        assert!(answer.error.is_some());
        assert_eq!(answer.decision, Decision::ImplicitDeny);
        assert!(start.elapsed() < Duration::from_secs(5));
    }
}

/// A policy as large as is read, of patterns made to go back and forth, on
/// texts made for them.
#[test]
fn hostile_patterns_are_decided_in_bounded_time() {
    let text = format!("arn:aws:s3:::{}", "a".repeat(2000));
    for piece in ["*a", "*a?", "?*", "*aaaaaaaaaaaaaaaa?", "*?a?a?a"] {
        let pattern = format!("arn:aws:s3:::{}b", piece.repeat(1900 / piece.len()));
        let count = (MAX_POLICY_BYTES - 200) / (pattern.len() + 3);
        let list = vec![format!("\"{pattern}\""); count].join(",");
        let json = format!(
            "{{\"Statement\":{{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":[{list}]}}}}"
        );
        let start = Instant::now();
        let policy = Policy::parse(&json, PolicyKind::Identity).unwrap();
        let attached = [Attached::new("hostile", policy)];
        let request = Request {
            principal: &Principal::parse("arn:aws:iam::111122223333:user/a").unwrap(),
            action: &Action::new("s3:GetObject").unwrap(),
            resource: &Resource::new(&text, None).unwrap(),
            context: &Context::complete(),
        };
        let stack = Stack {
            identity: &attached,
            ..Stack::default()
        };
        assert_eq!(evaluate(&request, &stack).decision, Decision::ImplicitDeny);
        assert!(start.elapsed() < Duration::from_secs(10), "{piece}");
    }
}

/// Unknown keys whose classes of values are many.
#[test]
fn many_unknown_keys_are_decided_in_bounded_time() {
    let tests: Vec<String> = (0..40)
        .map(|key| {
            let values: Vec<String> = (0..200).map(|value| format!("\"v{value}\"")).collect();
            format!("\"k:{key}\":[{}]", values.join(","))
        })
        .collect();
    let json = format!(
        "{{\"Statement\":{{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\
         \"Condition\":{{\"StringEquals\":{{{}}}}}}}}}",
        tests.join(",")
    );
    let attached = [Attached::new(
        "p",
        Policy::parse(&json, PolicyKind::Identity).unwrap(),
    )];
    let request = Request {
        principal: &Principal::parse("arn:aws:iam::111122223333:user/a").unwrap(),
        action: &Action::new("s3:GetObject").unwrap(),
        resource: &Resource::new("*", None).unwrap(),
        context: &Context::incomplete(),
    };
    let stack = Stack {
        identity: &attached,
        ..Stack::default()
    };
    let start = Instant::now();
    let answer = evaluate(&request, &stack);
    assert_eq!(answer.decision, Decision::Unknown);
    assert_eq!(answer.unknown_because().count(), 40);
    assert!(start.elapsed() < Duration::from_secs(5));
}
