//! How many decisions a second, on one core, over mixed real-looking policies.
//!
//! The policies are those of a folder of authorization details (the test data
//! beside the repository, or the first argument): every principal of it asks
//! for each of a list of actions. Prints decisions a second for the bare
//! decision and for the one with reasons. Where the system tells (Linux), time
//! is the processor's that this program had, so that what else the machine
//! does spoils little.

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark reads its input and answers on the terminal"
)]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot run has nothing to save"
)]

use std::collections::HashMap;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use gardefou_iam::{
    Action, Attached, Context, Decision, Policy, PolicyKind, Principal, Request, Resource, Stack,
    decide, evaluate,
};
use serde_json::Value;

/// How often every principal asks every question.
const ROUNDS: u64 = 100;

const QUESTIONS: [(&str, &str); 12] = [
    (
        "iam:CreateAccessKey",
        "arn:aws:iam::111111111111:user/admin",
    ),
    ("iam:PassRole", "arn:aws:iam::111111111111:role/admin"),
    ("iam:AttachUserPolicy", "arn:aws:iam::111111111111:user/a"),
    ("sts:AssumeRole", "arn:aws:iam::111111111111:role/admin"),
    ("s3:GetObject", "arn:aws:s3:::data/key"),
    ("s3:PutBucketPolicy", "arn:aws:s3:::data"),
    (
        "ec2:RunInstances",
        "arn:aws:ec2:eu-west-1:111111111111:instance/*",
    ),
    ("ec2:DescribeInstances", "*"),
    (
        "lambda:UpdateFunctionCode",
        "arn:aws:lambda:eu-west-1:111111111111:function:f",
    ),
    (
        "ssm:SendCommand",
        "arn:aws:ec2:eu-west-1:111111111111:instance/i-1",
    ),
    ("kms:Decrypt", "arn:aws:kms:eu-west-1:111111111111:key/k"),
    (
        "cloudformation:UpdateStack",
        "arn:aws:cloudformation:eu-west-1:111111111111:stack/s/1",
    ),
];

/// Who asks, and with which policies.
struct Entity {
    principal: Principal,
    policies: Vec<Attached>,
}

fn json_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            json_files(&path, found);
        } else if path.extension().is_some_and(|it| it == "json") {
            found.push(path);
        }
    }
}

/// The principals of an account with their policies, inline and attached.
fn entities(details: &Value, found: &mut Vec<Entity>) {
    let list = |value: &Value, name: &str| value[name].as_array().cloned().unwrap_or_default();
    let policy = |document: &Value| Policy::from_value(document, PolicyKind::Identity).ok();
    let mut managed = HashMap::new();
    for it in list(details, "Policies") {
        for version in list(&it, "PolicyVersionList") {
            if version["IsDefaultVersion"] == true
                && let Some(policy) = policy(&version["Document"])
            {
                managed.insert(it["Arn"].to_string(), Arc::new(policy));
            }
        }
    }
    for (kind, inline) in [
        ("UserDetailList", "UserPolicyList"),
        ("RoleDetailList", "RolePolicyList"),
    ] {
        for it in list(details, kind) {
            let Ok(principal) = Principal::parse(it["Arn"].as_str().unwrap_or_default()) else {
                continue;
            };
            let own = list(&it, inline);
            let own = own.iter().filter_map(|it| policy(&it["PolicyDocument"]));
            let own = own.map(|policy| Attached::new("inline", policy));
            let attached = list(&it, "AttachedManagedPolicies");
            let attached = attached.iter().filter_map(|it| {
                let policy = managed.get(&it["PolicyArn"].to_string())?;
                Some(Attached::new("managed", Arc::clone(policy)))
            });
            let policies: Vec<Attached> = own.chain(attached).collect();
            if !policies.is_empty() {
                found.push(Entity {
                    principal,
                    policies,
                });
            }
        }
    }
}

/// Seconds that the processor has given to this thread, or that have passed.
fn seconds(start: Instant) -> f64 {
    let told = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = told.split(' ').next().and_then(|it| it.parse::<f64>().ok());
    nanoseconds.map_or_else(|| start.elapsed().as_secs_f64(), |it| it / 1e9)
}

/// Decisions a second, and how many of the last round were allowed.
fn rate(entities: &[Entity], one: impl Fn(&Request<'_>, &Stack<'_>) -> Decision) -> (f64, usize) {
    let questions: Vec<(Action, Resource)> = QUESTIONS
        .iter()
        .map(|(action, resource)| {
            let resource = Resource::new(resource, None).expect("a resource");
            (Action::new(action).expect("an action"), resource)
        })
        .collect();
    let start = Instant::now();
    let before = seconds(start);
    let mut decided = 0_u64;
    let mut allowed = 0;
    for _ in 0..ROUNDS {
        allowed = 0;
        for entity in entities {
            for question in &questions {
                decided += 1;
                allowed += usize::from(ask(entity, question, &one) == Decision::Allow);
            }
        }
    }
    (decided as f64 / (seconds(start) - before), allowed)
}

fn ask(
    entity: &Entity,
    (action, resource): &(Action, Resource),
    one: impl Fn(&Request<'_>, &Stack<'_>) -> Decision,
) -> Decision {
    let stack = Stack {
        identity: &entity.policies,
        ..Stack::default()
    };
    let request = Request {
        principal: &entity.principal,
        action,
        resource,
        context: &Context::incomplete(),
    };
    black_box(one(&request, &stack))
}

fn main() {
    let named = std::env::args().skip(1).find(|it| !it.starts_with('-'));
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/iam");
    let folder = named.map_or_else(|| PathBuf::from(beside), PathBuf::from);
    if !folder.is_dir() {
        println!("SKIPPED: no authorization details at {}", folder.display());
        return;
    }
    let mut files = Vec::new();
    json_files(&folder, &mut files);
    files.sort();
    let mut all = Vec::new();
    for file in &files {
        let text = fs::read_to_string(file).expect("a readable file");
        if let Ok(details) = serde_json::from_str(&text) {
            entities(&details, &mut all);
        }
    }
    let statements: usize = all
        .iter()
        .flat_map(|it| &it.policies)
        .map(|it| it.policy.statements().len())
        .sum();
    println!("{} principals, {statements} statements", all.len());
    let (bare, allowed) = rate(&all, decide);
    println!("bare decision: {bare:.0} a second ({allowed} of a round allowed)");
    let (why, _) = rate(&all, |request, stack| evaluate(request, stack).decision);
    println!("with reasons:  {why:.0} a second");
}
