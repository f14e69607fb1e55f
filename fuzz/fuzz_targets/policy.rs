//! Any text as a policy of every kind: the parser must not panic, an error
//! must point into the text, and what is a policy must be decided the same
//! with and without reasons, whatever is unknown.

#![no_main]

use std::sync::Arc;

use gardefou_iam::{
    Action, Attached, Context, Decision, Policy, PolicyKind, Principal, Request, Resource, Stack,
    decide, evaluate, explain,
};
use libfuzzer_sys::fuzz_target;

const KINDS: [PolicyKind; 7] = [
    PolicyKind::Identity,
    PolicyKind::Boundary,
    PolicyKind::Session,
    PolicyKind::Resource,
    PolicyKind::ServiceControl,
    PolicyKind::ResourceControl,
    PolicyKind::Endpoint,
];

fn judge(policy: Policy, context: &Context) {
    let attached = [Attached::new("policy", Arc::new(policy))];
    let principal = Principal::parse("arn:aws:sts::111122223333:assumed-role/app/x").expect("one");
    let request = Request {
        principal: &principal,
        action: &Action::new("s3:GetObject").expect("an action"),
        resource: &Resource::new("arn:aws:s3:::data/a/b", Some("111122223333")).expect("one"),
        context,
    };
    let stack = Stack {
        identity: &attached,
        resource: &attached,
        boundaries: &attached,
        ..Stack::default()
    };
    let bare = decide(&request, &stack);
    let answer = evaluate(&request, &stack);
    assert!(bare == answer.decision || bare == Decision::Unknown);
    assert_eq!(answer.decision == Decision::Unknown, answer.unknown_because().next().is_some());
    explain(&request, &stack);
}

fuzz_target!(|text: &str| {
    for kind in KINDS {
        match Policy::parse(text, kind) {
            Ok(policy) => {
                judge(policy.clone(), &Context::complete().with("aws:username", "a*"));
                judge(policy, &Context::incomplete());
            }
            Err(error) => assert!(error.line <= text.lines().count() + 1),
        }
    }
});
