//! Every record of the samples in IAM's words.
#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test reads the samples and fails by panicking"
)]

mod common;

use std::collections::BTreeMap;

use gardefou_finding::{Outcome, WhyUnmapped};
use gardefou_replay::{Call, Mapper, Reference};

use common::each_record;

/// What each record of the sample with the attack is.
fn mapped() -> Vec<(String, Result<Call, WhyUnmapped>)> {
    let reference = Reference::load();
    let mapper = Mapper::new(&reference);
    let mut all = Vec::new();
    each_record("attack", |record| {
        let name = format!("{} {}", record.event_source(), record.event_name());
        all.push((name, mapper.map(record)));
    });
    all
}

fn needs(call: &Call) -> Vec<String> {
    let needs = call.needs.iter();
    needs
        .map(|need| format!("{} {}", need.action.as_str(), need.resource.as_str()))
        .collect()
}

#[test]
fn every_call_of_the_sample_has_its_actions() {
    let mut unmapped: BTreeMap<(String, WhyUnmapped), u64> = BTreeMap::new();
    let all = mapped();
    for (name, result) in &all {
        if let Err(why) = result {
            *unmapped.entry((name.clone(), *why)).or_default() += 1;
        }
    }
    let only = (
        "signin.amazonaws.com ConsoleLogin".to_owned(),
        WhyUnmapped::NotARequest,
    );
    let service_event = (
        "kms.amazonaws.com RotateKey".to_owned(),
        WhyUnmapped::NotARequest,
    );
    assert_eq!(
        unmapped.into_iter().collect::<Vec<_>>(),
        [(service_event, 1), (only, 69)]
    );
    assert!(all.len() > 5_000);
}

#[test]
fn the_campaign_asks_for_what_policies_can_name() {
    let mut stolen: Vec<Call> = mapped()
        .into_iter()
        .filter_map(|(_, result)| result.ok())
        .filter(|call| call.principal.name() == Some("marc.dubois"))
        .filter(|call| call.time.to_string().starts_with("2025-11-03T09"))
        .collect();
    stolen.sort_by_key(|call| (call.time, call.record));
    let first = |name: &str| stolen.iter().find(|call| &*call.name == name).unwrap();
    let account = "111122223333";
    assert_eq!(
        needs(first("CreateFunctionUrlConfig")),
        [format!(
            "lambda:CreateFunctionUrlConfig arn:aws:lambda:us-east-1:{account}:function:svc-status-k41"
        )]
    );
    assert_eq!(
        needs(first("RegisterTaskDefinition")),
        [
            format!(
                "ecs:RegisterTaskDefinition arn:aws:ecs:us-east-1:{account}:task-definition/wk-9a1fff:*"
            ),
            format!("iam:PassRole arn:aws:iam::{account}:role/ecsTaskExecutionRole"),
        ]
    );
    assert_eq!(
        needs(first("CreateUser")),
        [format!(
            "iam:CreateUser arn:aws:iam::{account}:user/ops-mailer-k41"
        )]
    );
    assert_eq!(
        needs(first("GetUser")),
        [format!(
            "iam:GetUser arn:aws:iam::{account}:user/marc.dubois"
        )]
    );
    let run = needs(first("RunInstances"));
    assert!(run.contains(&format!(
        "ec2:RunInstances arn:aws:ec2:us-east-1:{account}:instance/*"
    )));
    assert_eq!(first("RunInstances").outcome, Outcome::DryRun);
}

#[test]
fn what_the_log_does_not_hold_is_not_known() {
    let all = mapped();
    let calls: Vec<&Call> = all
        .iter()
        .filter_map(|(_, call)| call.as_ref().ok())
        .collect();
    assert!(
        calls
            .iter()
            .flat_map(|call| &call.needs)
            .all(|need| need.context.is_incomplete())
    );
    let by_service = calls
        .iter()
        .filter(|call| call.principal.is_service_linked());
    assert!(by_service.count() > 100);
}

/// A cluster is not its service, and a stack's id is not its name.
#[test]
fn each_part_of_an_arn_comes_from_its_own_parameter() {
    let calls: Vec<Call> = mapped()
        .into_iter()
        .filter_map(|(_, result)| result.ok())
        .filter(|call| call.principal.name() == Some("ci-deploy"))
        .collect();
    for (name, head, tail) in [
        (
            "UpdateService",
            "ecs:eu-west-1:111122223333:service/shop/",
            "",
        ),
        (
            "DescribeServices",
            "ecs:eu-west-1:111122223333:service/shop/",
            "*",
        ),
        (
            "DescribeStacks",
            "cloudformation:eu-west-1:111122223333:stack/",
            "/*",
        ),
    ] {
        let of: Vec<&Call> = calls.iter().filter(|call| &*call.name == name).collect();
        assert!(!of.is_empty(), "{name}");
        for call in of {
            let arn = call
                .needs
                .first()
                .map(|need| need.resource.as_str())
                .unwrap();
            assert!(arn.contains(head) && arn.ends_with(tail), "{arn}");
        }
    }
}
