//! What must hold of every decision.
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

use common::random::Dice;
use common::{Evaluator, Fast};
use gardefou_iam::Decision;
use proptest::prelude::*;
use serde_json::{Value, json};

fn cases() -> impl Strategy<Value = (Value, u64)> {
    any::<(u64, u64, bool)>().prop_map(|(seed, other, unknown)| {
        let mut dice = Dice::new(seed);
        let case = if unknown {
            dice.case_with_unknown()
        } else {
            dice.case()
        };
        (case, other)
    })
}

/// Lists of policies in which order does not matter.
const LISTS: [&str; 4] = [
    "identity_policies",
    "permissions_boundaries",
    "session_policies",
    "endpoint_policies",
];

fn policy(effect: &str, seed: u64) -> Value {
    let mut dice = Dice::new(seed);
    let mut case = dice.case();
    while case["identity_policies"].as_array().unwrap().is_empty() {
        case = dice.case();
    }
    let mut policy = case["identity_policies"][0]["policy"].take();
    for statement in policy["Statement"].as_array_mut().unwrap() {
        statement["Effect"] = json!(effect);
    }
    policy
}

fn push(case: &mut Value, list: &str, item: Value) {
    let case = case.as_object_mut().unwrap();
    let items = case.entry(list).or_insert_with(|| json!([]));
    items.as_array_mut().unwrap().push(item);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn adding_a_deny_never_allows((case, seed) in cases()) {
        let before = Fast.decide(&case);
        let mut more = case.clone();
        push(&mut more, "identity_policies", json!({"policy": policy("Deny", seed)}));
        let after = Fast.decide(&more);
        prop_assert!(after != Decision::Allow || before == Decision::Allow);
        prop_assert!(before != Decision::ExplicitDeny || after == Decision::ExplicitDeny);
    }

    #[test]
    fn a_boundary_never_grants((case, seed) in cases()) {
        let before = Fast.decide(&case);
        let mut more = case.clone();
        push(&mut more, "permissions_boundaries", policy("Allow", seed));
        prop_assert!(Fast.decide(&more) != Decision::Allow || before == Decision::Allow);
    }

    #[test]
    fn a_first_session_policy_never_grants_but_to_federated_users((case, seed) in cases()) {
        let is_federated = case["request"]["principal"]
            .as_str()
            .is_some_and(|it| it.contains(":federated-user/"));
        prop_assume!(!is_federated && case.get("session_policies").is_none());
        let before = Fast.decide(&case);
        let mut more = case.clone();
        push(&mut more, "session_policies", policy("Allow", seed));
        prop_assert!(Fast.decide(&more) != Decision::Allow || before == Decision::Allow);
    }

    #[test]
    fn an_scp_never_grants((case, seed) in cases()) {
        let before = Fast.decide(&case);
        let mut more = case.clone();
        let level = json!({"level": "new", "policies": [policy("Allow", seed)]});
        push(&mut more, "service_control_policies", level);
        prop_assert!(Fast.decide(&more) != Decision::Allow || before == Decision::Allow);
    }

    #[test]
    fn order_never_matters((case, _) in cases()) {
        let mut turned = case.clone();
        for list in LISTS {
            if let Some(policies) = turned.get_mut(list).and_then(Value::as_array_mut) {
                policies.reverse();
                for policy in policies {
                    let policy = match policy.get_mut("policy") {
                        Some(inner) => inner,
                        None => policy,
                    };
                    policy["Statement"].as_array_mut().unwrap().reverse();
                }
            }
        }
        if let Some(Value::Array(statements)) = turned.pointer_mut("/resource_policy/Statement") {
            statements.reverse();
        }
        prop_assert_eq!(Fast.decide(&turned), Fast.decide(&case));
    }

    #[test]
    fn what_is_not_unknown_holds_for_every_value((case, seed) in cases()) {
        let before = Fast.decide(&case);
        let unknown: Vec<String> = case["request"]["context_unknown"]
            .as_array()
            .map(|keys| keys.iter().map(|key| key.as_str().unwrap().to_owned()).collect())
            .unwrap_or_default();
        let mut dice = Dice::new(seed);
        let mut known = case.clone();
        known["request"]["context_unknown"] = json!([]);
        for key in unknown {
            let values = common::random::universe(&key);
            known["request"]["context"][&key] = values[dice.roll(values.len())].clone();
        }
        let after = Fast.decide(&known);
        prop_assert_ne!(after, Decision::Unknown);
        prop_assert!(before == Decision::Unknown || before == after);
    }
}
