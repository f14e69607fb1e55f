//! Costs of calls as AWS writes them.

use gardefou_finding::{Outcome, Pricing, ResourceKind as K, Timestamp};
use serde_json::{Value, json};

use super::instance::UNKNOWN_TYPE;
use super::*;
use crate::fixture::event;
use crate::resource::{Call, Change, build, touches};

/// The resources after calls one second apart.
fn after(calls: &[(&str, &str, Value, Value)]) -> Vec<Held> {
    let mut changes = Vec::new();
    for (second, (service, name, request, response)) in (0_i64..).zip(calls) {
        let time = Timestamp::from_seconds(second).unwrap();
        let service = format!("{service}.amazonaws.com");
        let found = touches(&Call {
            service: &service,
            name,
            region: "us-east-1",
            account: None,
            request: Some(request),
            response: Some(response),
            outcome: Outcome::Succeeded,
            time,
        });
        assert!(!found.touches.is_empty(), "{name} touches nothing");
        let evidence = event(second, &service, name);
        changes.extend(found.touches.into_iter().map(|touch| Change {
            time,
            order: 0,
            identity: 0,
            evidence: evidence.clone(),
            account: None,
            touch,
        }));
    }
    build(changes)
}

fn near(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-9, "{a} is not {b}");
}

fn instances(count: usize, kind: &str, group: Option<&str>) -> Value {
    let items: Vec<Value> = (0..count)
        .map(|i| {
            let tags: Vec<Value> = group
                .map(|group| json!({"key": "aws:autoscaling:groupName", "value": group}))
                .into_iter()
                .collect();
            let id = format!("i-{kind}-{}-{i}", group.unwrap_or("alone"));
            json!({"instanceId": id, "instanceType": kind, "tagSet": {"items": tags}})
        })
        .collect();
    json!({"instancesSet": {"items": items}})
}

fn template(kind: &str) -> (&'static str, &'static str, Value, Value) {
    let request = json!({"CreateLaunchTemplateRequest": {"LaunchTemplateName": "t",
        "LaunchTemplateData": {"InstanceType": kind}}});
    let response = json!({"CreateLaunchTemplateResponse": {"launchTemplate": {
        "launchTemplateId": "lt-1", "launchTemplateName": "t"}}});
    ("ec2", "CreateLaunchTemplate", request, response)
}

fn group(maximum: u64, desired: u64) -> (&'static str, &'static str, Value, Value) {
    let request = json!({"autoScalingGroupName": "g", "minSize": 0, "maxSize": maximum,
        "desiredCapacity": desired, "launchTemplate": {"launchTemplateName": "t", "version": "$Latest"}});
    (
        "autoscaling",
        "CreateAutoScalingGroup",
        request,
        Value::Null,
    )
}

#[test]
fn lone_instances_of_a_type_are_one_line() {
    let held = after(&[(
        "ec2",
        "RunInstances",
        json!({}),
        instances(3, "g5.xlarge", None),
    )]);
    let cost = cost(&held);
    assert_eq!(
        (
            cost.items.len(),
            cost.items[0].count_now,
            cost.items[0].count_max
        ),
        (1, 3, 3)
    );
    near(cost.usd_per_hour_now, 3.0 * 1.006);
}

#[test]
fn a_groups_members_are_counted_once() {
    let held = after(&[
        template("p3.16xlarge"),
        group(999, 2),
        (
            "ec2",
            "RunInstances",
            json!({}),
            instances(2, "p3.16xlarge", Some("g")),
        ),
    ]);
    let cost = cost(&held);
    near(cost.usd_per_hour_now, 2.0 * 24.48);
    near(cost.usd_per_hour_max, 999.0 * 24.48);
    assert!(cost.unpriced.is_empty());
}

#[test]
fn a_group_without_known_members_is_at_its_desired_capacity() {
    let cost = cost(&after(&[template("g5.xlarge"), group(10, 4)]));
    near(cost.usd_per_hour_now, 4.0 * 1.006);
    near(cost.usd_per_hour_max, 10.0 * 1.006);
}

#[test]
fn a_group_scaled_to_zero_costs_nothing_more() {
    let zero =
        json!({"autoScalingGroupName": "g", "minSize": 0, "maxSize": 0, "desiredCapacity": 0});
    for kind in ["g5.xlarge", "zz9.huge"] {
        let update = (
            "autoscaling",
            "UpdateAutoScalingGroup",
            zero.clone(),
            Value::Null,
        );
        let cost = cost(&after(&[template(kind), group(10, 4), update]));
        near(cost.usd_per_hour_max, 0.0);
        assert!(cost.items.is_empty() && cost.unpriced.is_empty());
    }
}

#[test]
fn members_of_a_deleted_group_still_cost() {
    let held = after(&[
        template("g5.xlarge"),
        group(10, 2),
        (
            "ec2",
            "RunInstances",
            json!({}),
            instances(2, "g5.xlarge", Some("g")),
        ),
        (
            "autoscaling",
            "DeleteAutoScalingGroup",
            json!({"autoScalingGroupName": "g"}),
            Value::Null,
        ),
    ]);
    near(cost(&held).usd_per_hour_max, 2.0 * 1.006);
}

#[test]
fn weights_make_fewer_instances() {
    let request = json!({"autoScalingGroupName": "g", "minSize": 0, "maxSize": 99, "desiredCapacity": 0,
        "mixedInstancesPolicy": {"launchTemplate": {"overrides": [
            {"instanceType": "g5.xlarge", "weightedCapacity": "1"},
            {"instanceType": "p3.16xlarge", "weightedCapacity": "10"}]}}});
    let cost = cost(&after(&[(
        "autoscaling",
        "CreateAutoScalingGroup",
        request,
        Value::Null,
    )]));
    // 99 units: 99 × 1.006 = 99.594, or 10 × 24.48 = 244.8.
    assert_eq!(
        (cost.items[0].unit.as_str(), cost.items[0].count_max),
        ("p3.16xlarge", 10)
    );
    near(cost.usd_per_hour_now, 0.0);
}

#[test]
fn what_the_log_does_not_show_is_unpriced() {
    let cost = cost(&after(&[group(50, 5)]));
    assert!(cost.items.is_empty());
    assert_eq!(
        (cost.unpriced[0].count_now, cost.unpriced[0].count_max),
        (5, 50)
    );
    assert_eq!(cost.unpriced[0].unit.as_str(), UNKNOWN_TYPE);
}

#[test]
fn a_choice_without_a_price_leaves_the_maximum_open() {
    let request = json!({"autoScalingGroupName": "g", "maxSize": 9, "mixedInstancesPolicy":
        {"launchTemplate": {"overrides": [{"instanceType": "g5.xlarge"}, {"instanceType": "zz9.huge"}]}}});
    let cost = cost(&after(&[(
        "autoscaling",
        "CreateAutoScalingGroup",
        request,
        Value::Null,
    )]));
    assert!(cost.items.is_empty());
    assert_eq!(cost.unpriced[0].unit.as_str(), "g5.xlarge or zz9.huge");
    assert_eq!(cost.unpriced[0].count_max, 9);
}

#[test]
fn a_fargate_service_costs_its_task_definition() {
    let register = json!({"family": "f", "cpu": "16384", "memory": "65536"});
    let registered = json!({"taskDefinition": {"taskDefinitionArn": "arn:aws:ecs:us-east-1:1:task-definition/f:1"}});
    let service = json!({"cluster": "c", "serviceName": "s", "desiredCount": 50, "launchType": "FARGATE",
        "taskDefinition": "f:1"});
    let scale = json!({"resourceId": "service/c/s", "maxCapacity": 500});
    let held = after(&[
        ("ecs", "RegisterTaskDefinition", register, registered),
        ("ecs", "CreateService", service, Value::Null),
        (
            "application-autoscaling",
            "RegisterScalableTarget",
            scale,
            Value::Null,
        ),
    ]);
    let cost = cost(&held);
    let each = 16.0 * 0.04048 + 64.0 * 0.004445;
    assert_eq!(cost.items[0].unit.as_str(), "fargate 16 vCPU 64 GB");
    near(cost.usd_per_hour_now, 50.0 * each);
    near(cost.usd_per_hour_max, 500.0 * each);
}

/// A sum of nothing is zero, not minus zero as JSON would print it.
#[test]
fn nothing_costs_nothing() {
    let cost = cost(&[]);
    assert!(cost.usd_per_hour_now.is_sign_positive());
    assert!(cost.usd_per_hour_max.is_sign_positive());
}

#[test]
fn tasks_on_instances_cost_nothing_themselves() {
    let service = json!({"cluster": "c", "serviceName": "s", "desiredCount": 50, "launchType": "EC2",
        "taskDefinition": "f:1"});
    let cost = cost(&after(&[("ecs", "CreateService", service, Value::Null)]));
    assert!(cost.items.is_empty() && cost.unpriced.is_empty());
}

#[test]
fn a_public_function_costs_its_concurrency_at_most() {
    let function = json!({"functionName": "f", "memorySize": 1024});
    let url = json!({"functionName": "f", "authType": "NONE"});
    let reserve = json!({"functionName": "f", "reservedConcurrentExecutions": 100});
    let mut calls = vec![
        ("lambda", "CreateFunction20150331", function, Value::Null),
        ("lambda", "CreateFunctionUrlConfig", url, Value::Null),
    ];
    let open = cost(&after(&calls));
    assert_eq!(
        open.unpriced[0].unit.as_str(),
        "lambda 1024 MB, account concurrency"
    );
    calls.push(("lambda", "PutFunctionConcurrency", reserve, Value::Null));
    let bound = cost(&after(&calls));
    near(bound.usd_per_hour_now, 0.0);
    near(bound.usd_per_hour_max, 100.0 * 3600.0 * 0.0000166667);
}

#[test]
fn spot_is_marked_and_priced_as_on_demand() {
    let request = json!({"instanceMarketOptions": {"marketType": "spot"}});
    let held = after(&[(
        "ec2",
        "RunInstances",
        request,
        instances(1, "g5.xlarge", None),
    )]);
    let cost = cost(&held);
    assert_eq!(
        (cost.items[0].pricing, cost.items[0].unit_usd_per_hour),
        (Pricing::Spot, 1.006)
    );
}

#[test]
fn the_limit_keeps_what_costs_and_the_sums_of_all() {
    let mut calls = vec![];
    for i in 0..20 {
        calls.push((
            "ec2",
            "CreateKeyPair",
            json!({"keyName": format!("k{i}")}),
            Value::Null,
        ));
    }
    calls.push((
        "ec2",
        "RunInstances",
        json!({}),
        instances(3, "g5.xlarge", None),
    ));
    let stock = settle(after(&calls), 1, 2);
    assert_eq!((stock.held.len(), stock.left_out), (2, 22));
    let item = &stock.cost.items[0];
    assert_eq!(
        (stock.held[item.resource].resource.kind, item.count_now),
        (K::Instance, 3)
    );
    near(stock.cost.usd_per_hour_now, 3.0 * 1.006);
}

#[test]
fn a_group_whose_members_ended_runs_nothing_now() {
    let ended = json!({"instancesSet": {"items": [{"instanceId": "i-g5.xlarge-g-0"}]}});
    let held = after(&[
        template("g5.xlarge"),
        group(10, 1),
        (
            "ec2",
            "RunInstances",
            json!({}),
            instances(1, "g5.xlarge", Some("g")),
        ),
        ("ec2", "TerminateInstances", ended, Value::Null),
    ]);
    let cost = cost(&held);
    near(cost.usd_per_hour_now, 0.0);
    near(cost.usd_per_hour_max, 10.0 * 1.006);
}

#[test]
fn what_runs_of_several_choices_is_not_guessed() {
    let request = json!({"autoScalingGroupName": "g", "maxSize": 9, "desiredCapacity": 3, "mixedInstancesPolicy":
        {"launchTemplate": {"overrides": [{"instanceType": "g5.xlarge"}, {"instanceType": "g5.2xlarge"}]}}});
    let cost = cost(&after(&[(
        "autoscaling",
        "CreateAutoScalingGroup",
        request,
        Value::Null,
    )]));
    near(cost.usd_per_hour_now, 0.0);
    near(cost.usd_per_hour_max, 9.0 * 1.212);
    assert_eq!(cost.unpriced[0].unit.as_str(), "g5.xlarge or g5.2xlarge");
    assert_eq!(
        (cost.unpriced[0].count_now, cost.unpriced[0].count_max),
        (3, 0)
    );
}

#[test]
fn a_spot_request_made_once_is_its_instance() {
    let request = json!({"launchSpecification": {"instanceType": "g5.xlarge"}, "type": "one-time"});
    let response =
        json!({"spotInstanceRequestSet": {"items": [{"spotInstanceRequestId": "sir-1"}]}});
    let run = json!({"instancesSet": {"items": [{"instanceId": "i-1", "instanceType": "g5.xlarge",
        "instanceLifecycle": "spot", "spotInstanceRequestId": "sir-1"}]}});
    let mut calls = vec![
        ("ec2", "RequestSpotInstances", request, response),
        ("ec2", "RunInstances", json!({}), run),
    ];
    near(cost(&after(&calls)).usd_per_hour_max, 1.006);
    let ended = json!({"instancesSet": {"items": [{"instanceId": "i-1"}]}});
    calls.push(("ec2", "TerminateInstances", ended, Value::Null));
    near(cost(&after(&calls)).usd_per_hour_max, 0.0);
}

#[test]
fn calls_of_a_model_are_counted_and_not_priced() {
    let request = json!({"modelId":
        "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-v2"});
    let call = || ("bedrock", "InvokeModel", request.clone(), Value::Null);
    let cost = cost(&after(&[call(), call(), call()]));
    assert!(cost.items.is_empty() && cost.unpriced.is_empty());
    let calls: Vec<u64> = cost.metered.iter().map(|item| item.calls).collect();
    assert_eq!(calls, [3]);
}
