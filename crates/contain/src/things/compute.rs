//! Instances, Auto Scaling groups, ECS services and tasks.

use gardefou_finding::{AwsCall, AwsService};
use serde_json::{Map, Value, json};

use super::{Ask, items, members, number, text, texts, truth};

/// The processes that launch; `Terminate` has to go on, or a group could not
/// shrink.
const LAUNCHING: [&str; 5] = [
    "AZRebalance",
    "AlarmNotification",
    "Launch",
    "ReplaceUnhealthy",
    "ScheduledActions",
];

fn ec2(operation: &str, region: Option<&str>) -> AwsCall {
    AwsCall::new(AwsService::Ec2, operation).region(region)
}

pub(super) fn observe_instances<E>(
    ids: &[String],
    region: Option<&str>,
    ask: Ask<'_, E>,
) -> Result<Value, E> {
    // By a filter: one id that is not there would refuse the whole list.
    let call = ec2("DescribeInstances", region)
        .with("Filters", json!([{"Name": "instance-id", "Values": ids}]));
    let pages = ask(&call)?.unwrap_or_default();
    let mut state = Map::new();
    let reservations = items(&pages, "/reservationSet");
    let instances = reservations.filter_map(|one| one.pointer("/instancesSet")?.as_array());
    for instance in instances.flatten() {
        let is_gone = matches!(
            text(instance, "/instanceState/name"),
            Some("shutting-down" | "terminated")
        );
        if let Some(id) = text(instance, "/instanceId") {
            let word = if is_gone { "gone" } else { "running" };
            state.insert(id.to_owned(), json!(word));
        }
    }
    Ok(Value::Object(state))
}

pub(super) fn instances_toward(region: Option<&str>, from: &Value, to: &Value) -> Vec<AwsCall> {
    let doomed: Vec<&str> = changed(from, to)
        .into_iter()
        .filter(|(_, to)| *to == &json!("gone"))
        .map(|(id, _)| id)
        .collect();
    if doomed.is_empty() {
        return Vec::new();
    }
    vec![ec2("TerminateInstances", region).with("InstanceIds", doomed)]
}

/// Members that exist and are to become something else.
pub(super) fn changed<'v>(from: &'v Value, to: &'v Value) -> Vec<(&'v str, &'v Value)> {
    members(to, "")
        .into_iter()
        .filter(|(id, wanted)| from.get(*id).is_some_and(|now| now != *wanted))
        .collect()
}

/// The two protections: the attribute in a request and in an answer, and the
/// member in a state.
const PROTECTIONS: [(&str, &str, &str); 2] = [
    (
        "DisableApiTermination",
        "disableApiTermination",
        "terminate",
    ),
    ("DisableApiStop", "disableApiStop", "stop"),
];

pub(super) fn observe_protection<E>(
    ids: &[String],
    region: Option<&str>,
    ask: Ask<'_, E>,
) -> Result<Value, E> {
    let alive = observe_instances(ids, region, ask)?;
    let mut state = Map::new();
    for (id, word) in members(&alive, "") {
        if word != &json!("running") {
            continue;
        }
        let mut both = Map::new();
        for (_, attribute, member) in PROTECTIONS {
            let call = ec2("DescribeInstanceAttribute", region)
                .with("InstanceId", id)
                .with("Attribute", attribute);
            let pages = ask(&call)?.unwrap_or_default();
            let path = format!("/{attribute}/value");
            let on = pages.first().is_some_and(|page| truth(page, &path));
            both.insert(member.to_owned(), json!(on));
        }
        state.insert(id.to_owned(), Value::Object(both));
    }
    Ok(Value::Object(state))
}

pub(super) fn protection_toward(region: Option<&str>, from: &Value, to: &Value) -> Vec<AwsCall> {
    let mut calls = Vec::new();
    for (id, wanted) in changed(from, to) {
        for (attribute, _, member) in PROTECTIONS {
            let (now, then) = (
                from.get(id).and_then(|it| it.get(member)),
                wanted.get(member),
            );
            if now != then {
                calls.push(
                    ec2("ModifyInstanceAttribute", region)
                        .with("InstanceId", id)
                        .with(attribute, json!({"Value": then})),
                );
            }
        }
    }
    calls
}

pub(super) fn recoverable_protection(before: &Value, now: &Value) -> Value {
    super::only_known(before, now)
}

fn groups(operation: &str, name: &str, region: Option<&str>) -> AwsCall {
    AwsCall::new(AwsService::Autoscaling, operation)
        .region(region)
        .with("AutoScalingGroupName", name)
}

pub(super) fn observe_group<E>(
    name: &str,
    region: Option<&str>,
    ask: Ask<'_, E>,
) -> Result<Value, E> {
    let call = AwsCall::new(AwsService::Autoscaling, "DescribeAutoScalingGroups")
        .region(region)
        .with("AutoScalingGroupNames", vec![name]);
    let pages = ask(&call)?.unwrap_or_default();
    let Some(group) = items(&pages, "/AutoScalingGroups").next() else {
        return Ok(Value::Null);
    };
    let one = std::slice::from_ref(group);
    let mut suspended: Vec<&str> = items(one, "/SuspendedProcesses")
        .filter_map(|process| text(process, "/ProcessName"))
        .collect();
    suspended.sort_unstable();
    let mut protected: Vec<&str> = items(one, "/Instances")
        .filter(|instance| truth(instance, "/ProtectedFromScaleIn"))
        .filter_map(|instance| text(instance, "/InstanceId"))
        .collect();
    protected.sort_unstable();
    Ok(json!({
        "min": number(group, "/MinSize"),
        "max": number(group, "/MaxSize"),
        "desired": number(group, "/DesiredCapacity"),
        "suspended": suspended,
        "protected": protected,
    }))
}

/// Sized 0, with everything that launches suspended.
pub(super) fn empty_group(before: &Value) -> Value {
    let mut suspended = texts(before, "/suspended");
    suspended.extend(LAUNCHING);
    suspended.sort_unstable();
    suspended.dedup();
    json!({"min": 0, "max": 0, "desired": 0, "suspended": suspended, "protected": []})
}

/// The instances of the group are others now.
pub(super) fn recoverable_group(before: &Value) -> Value {
    let mut group = before.clone();
    if let Some(group) = group.as_object_mut() {
        group.insert("protected".to_owned(), json!([]));
    }
    group
}

pub(super) fn group_toward(
    name: &str,
    region: Option<&str>,
    from: &Value,
    to: &Value,
) -> Vec<AwsCall> {
    if from.is_null() || to.is_null() {
        return Vec::new();
    }
    let only_in = |one: &Value, other: &Value| -> Vec<String> {
        let other = texts(other, "/suspended");
        let mine = texts(one, "/suspended").into_iter();
        mine.filter(|it| !other.contains(it))
            .map(str::to_owned)
            .collect()
    };
    let mut calls = Vec::new();
    let (suspend, resume) = (only_in(to, from), only_in(from, to));
    if !suspend.is_empty() {
        calls.push(groups("SuspendProcesses", name, region).with("ScalingProcesses", suspend));
    }
    let protected = texts(from, "/protected");
    if !protected.is_empty() && texts(to, "/protected").is_empty() {
        calls.push(
            groups("SetInstanceProtection", name, region)
                .with("InstanceIds", protected)
                .with("ProtectedFromScaleIn", false),
        );
    }
    let size = |state: &Value| ["/min", "/max", "/desired"].map(|path| number(state, path));
    if size(from) != size(to) {
        let [min, max, desired] = size(to);
        calls.push(
            groups("UpdateAutoScalingGroup", name, region)
                .with("MinSize", min)
                .with("MaxSize", max)
                .with("DesiredCapacity", desired),
        );
    }
    if !resume.is_empty() {
        calls.push(groups("ResumeProcesses", name, region).with("ScalingProcesses", resume));
    }
    calls
}

fn ecs(operation: &str, cluster: &str, region: Option<&str>) -> AwsCall {
    AwsCall::new(AwsService::Ecs, operation)
        .region(region)
        .with("cluster", cluster)
}

/// What of a service `CreateService` takes again.
const SERVICE: [&str; 11] = [
    "capacityProviderStrategy",
    "deploymentConfiguration",
    "healthCheckGracePeriodSeconds",
    "launchType",
    "loadBalancers",
    "networkConfiguration",
    "placementConstraints",
    "placementStrategy",
    "platformVersion",
    "schedulingStrategy",
    "serviceRegistries",
];

/// Keys by which Application Auto Scaling knows a service.
fn scaling(operation: &str, (cluster, service): (&str, &str), region: Option<&str>) -> AwsCall {
    AwsCall::new(AwsService::ApplicationAutoscaling, operation)
        .region(region)
        .with("ServiceNamespace", "ecs")
        .with("ScalableDimension", "ecs:service:DesiredCount")
        .with("ResourceId", format!("service/{cluster}/{service}"))
}

pub(super) fn observe_service<E>(
    (cluster, name): (&str, &str),
    region: Option<&str>,
    ask: Ask<'_, E>,
) -> Result<Value, E> {
    let call = ecs("DescribeServices", cluster, region).with("services", vec![name]);
    let pages = ask(&call)?.unwrap_or_default();
    let found = items(&pages, "/services").find(|one| text(one, "/status") == Some("ACTIVE"));
    let Some(service) = found else {
        return Ok(Value::Null);
    };
    let kept = SERVICE.iter().filter_map(|key| {
        let value = service.get(*key)?;
        let is_empty = value.as_array().is_some_and(Vec::is_empty) || value.is_null();
        (!is_empty).then(|| ((*key).to_owned(), value.clone()))
    });
    Ok(json!({
        "desired": number(service, "/desiredCount"),
        "definition": text(service, "/taskDefinition"),
        "settings": kept.collect::<Map<_, _>>(),
        "scaling": observe_scaling((cluster, name), region, ask)?,
    }))
}

fn observe_scaling<E>(
    (cluster, service): (&str, &str),
    region: Option<&str>,
    ask: Ask<'_, E>,
) -> Result<Value, E> {
    let call = AwsCall::new(
        AwsService::ApplicationAutoscaling,
        "DescribeScalableTargets",
    )
    .region(region)
    .with("ServiceNamespace", "ecs")
    .with("ScalableDimension", "ecs:service:DesiredCount")
    .with("ResourceIds", vec![format!("service/{cluster}/{service}")]);
    let pages = ask(&call)?.unwrap_or_default();
    let target = items(&pages, "/ScalableTargets").next();
    Ok(target.map_or(
        Value::Null,
        |one| json!({"min": number(one, "/MinCapacity"), "max": number(one, "/MaxCapacity")}),
    ))
}

pub(super) fn service_toward(
    who: (&str, &str),
    region: Option<&str>,
    from: &Value,
    to: &Value,
) -> Vec<AwsCall> {
    match (from.is_null(), to.is_null()) {
        (false, true) => remove_service(who, region, from),
        (true, false) => create_service(who, region, to),
        _ => Vec::new(),
    }
}

/// A scaling target would set the count again, so it goes first.
fn remove_service(
    (cluster, name): (&str, &str),
    region: Option<&str>,
    from: &Value,
) -> Vec<AwsCall> {
    let mut calls = Vec::new();
    if from.get("scaling").is_some_and(|target| !target.is_null()) {
        calls.push(scaling("DeregisterScalableTarget", (cluster, name), region));
    }
    let call = |operation| ecs(operation, cluster, region).with("service", name);
    if number(from, "/desired") > 0 {
        calls.push(call("UpdateService").with("desiredCount", 0));
    }
    calls.push(call("DeleteService").with("force", true));
    calls
}

fn create_service((cluster, name): (&str, &str), region: Option<&str>, to: &Value) -> Vec<AwsCall> {
    let mut create = ecs("CreateService", cluster, region)
        .with("serviceName", name)
        .with("desiredCount", number(to, "/desired"))
        .maybe("taskDefinition", text(to, "/definition"));
    for (key, value) in members(to, "/settings") {
        create = create.with(key, value.clone());
    }
    let mut calls = vec![create];
    if let Some(target) = to.get("scaling").filter(|target| !target.is_null()) {
        calls.push(
            scaling("RegisterScalableTarget", (cluster, name), region)
                .with("MinCapacity", number(target, "/min"))
                .with("MaxCapacity", number(target, "/max")),
        );
    }
    calls
}

/// Most tasks that one call describes.
const MAX_TASKS: usize = 100;

pub(super) fn observe_tasks<E>(
    cluster: &str,
    named: &[String],
    region: Option<&str>,
    ask: Ask<'_, E>,
) -> Result<Value, E> {
    let mut state = Map::new();
    if named.is_empty() {
        let call = ecs("ListTasks", cluster, region).with("desiredStatus", "RUNNING");
        let pages = ask(&call)?.unwrap_or_default();
        for arn in items(&pages, "/taskArns").filter_map(Value::as_str) {
            state.insert(task_id(arn).to_owned(), json!("running"));
        }
        return Ok(Value::Object(state));
    }
    for some in named.chunks(MAX_TASKS) {
        let call = ecs("DescribeTasks", cluster, region).with("tasks", some.to_vec());
        let pages = ask(&call)?.unwrap_or_default();
        for task in items(&pages, "/tasks") {
            let is_gone = [text(task, "/lastStatus"), text(task, "/desiredStatus")]
                .contains(&Some("STOPPED"));
            if let Some(arn) = text(task, "/taskArn") {
                let word = if is_gone { "gone" } else { "running" };
                state.insert(task_id(arn).to_owned(), json!(word));
            }
        }
    }
    Ok(Value::Object(state))
}

/// The last part of a task's ARN.
fn task_id(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

pub(super) fn tasks_toward(
    cluster: &str,
    region: Option<&str>,
    from: &Value,
    to: &Value,
) -> Vec<AwsCall> {
    let doomed = changed(from, to).into_iter();
    doomed
        .filter(|(_, wanted)| *wanted == &json!("gone"))
        .map(|(id, _)| ecs("StopTask", cluster, region).with("task", id))
        .collect()
}
