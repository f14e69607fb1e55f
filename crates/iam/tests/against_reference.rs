//! Two evaluators, one trait: the crate's and the plain one must decide alike.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and reads its cases"
)]

mod common;

use std::fs;

use common::random::Dice;
use common::reference::Reference;
use common::{Evaluator, Fast};
use gardefou_iam::Decision;
use serde_json::Value;

/// Compares on the cases of these seeds; counts the decisions.
fn compare(seeds: std::ops::Range<u64>, case: impl Fn(&mut Dice) -> Value) -> [usize; 4] {
    let mut counts = [0; 4];
    for seed in seeds {
        let case = case(&mut Dice::new(seed));
        let fast = Fast.decide(&case);
        assert_eq!(fast, Reference.decide(&case), "seed {seed}: {case:#}");
        counts[match fast {
            Decision::Allow => 0,
            Decision::ImplicitDeny => 1,
            Decision::ExplicitDeny => 2,
            Decision::Unknown => 3,
        }] += 1;
    }
    counts
}

#[test]
fn they_agree_where_all_is_known() {
    let [allow, implicit, explicit, unknown] = compare(0..20_000, Dice::case);
    assert_eq!(unknown, 0);
    assert!(allow > 1_000 && implicit > 1_000 && explicit > 1_000);
}

#[test]
fn unknown_is_said_only_where_values_decide() {
    let mut counts = [0; 4];
    for seed in 0..2_000 {
        let case = Dice::new(seed).case_with_unknown();
        let (fast, all) = (Fast.decide(&case), Reference.decide(&case));
        // What is certain must be so for every value. (The other way round,
        // classes that cannot be listed leave it unknown.)
        assert!(
            fast == all || fast == Decision::Unknown,
            "seed {seed}: {case:#}"
        );
        counts
            [usize::from(fast == Decision::Unknown) + 2 * usize::from(all == Decision::Unknown)] +=
            1;
    }
    let [certain, too_careful, _, unknown] = counts;
    assert!(certain > 200 && unknown > 200, "{counts:?}");
    assert!(too_careful * 20 < unknown, "{counts:?}");
}

#[test]
fn they_agree_on_the_table() {
    let mut compared = 0;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let cases: Vec<Value> = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        for case in cases.iter().filter(|case| is_plain(case)) {
            compared += 1;
            let expected = case["expected"].as_str().unwrap();
            assert_eq!(Reference.decide(case).word(), expected, "{}", case["name"]);
        }
    }
    assert!(compared > 300, "{compared}");
}

/// Whether the plain evaluator knows all that the case uses.
fn is_plain(case: &Value) -> bool {
    let text = case.to_string();
    let beyond = [
        "\"error\"",
        "context_unknown",
        "forallvalues",
        "CalledVia",
        "aws:userid",
        "AIDA",
        "PrincipalType",
        "ServiceName",
        "aws-service-role",
        "1767225600",
        "1780272000",
        "+02:00",
        "2026-06-01\"",
        "aws:EpochTime",
        "StringEqualsIfExists\": {\"aws:PrincipalTag/team\": \"blue",
        "text\"",
        "cognito",
        "\"soon\"",
        "23:59:59",
        "9007199254740993",
        "arn:aws:iam::111122223333:role/team",
        "arn:aws:sqs:*\"",
        "203.0.113.99/24",
        "\"True\"",
        "\"10.0\"",
    ];
    case["request"]["principal"].is_string() && !beyond.iter().any(|it| text.contains(it))
}

/// A million random cases: `cargo test -p gardefou-iam --test
/// against_reference -- --ignored`.
#[test]
#[ignore = "takes minutes"]
fn they_agree_on_a_million() {
    let counts = compare(1_000_000..2_000_000, Dice::case);
    eprintln!("allow, implicit deny, explicit deny, unknown: {counts:?}");
}
