//! Capacity that is rented in other ways than by single launches: spot requests
//! and fleets, node groups, Batch, notebooks.

use gardefou_finding::{AwsCall, AwsService};
use serde_json::{Map, Value, json};

use super::compute::{changed, observe_instances};
use super::{Ask, items, members, number, text};

/// How a kind of spot request is asked after and ended.
struct SpotKind {
    /// What its ids begin with.
    prefix: &'static str,
    /// Reads, with the ids under `ids`.
    describe: &'static str,
    /// Ends, with the ids under `ids`.
    cancel: &'static str,
    ids: &'static str,
    /// Whether ending it can end its instances too.
    takes_instances: bool,
    /// Where an answer has them, the id in one, and its state.
    answer: (&'static str, &'static str, &'static str),
}

/// The three kinds, as EC2's API reference has them.
const SPOT: [SpotKind; 3] = [
    SpotKind {
        prefix: "sir-",
        describe: "DescribeSpotInstanceRequests",
        cancel: "CancelSpotInstanceRequests",
        ids: "SpotInstanceRequestIds",
        takes_instances: false,
        answer: (
            "/spotInstanceRequestSet",
            "/spotInstanceRequestId",
            "/state",
        ),
    },
    SpotKind {
        prefix: "sfr-",
        describe: "DescribeSpotFleetRequests",
        cancel: "CancelSpotFleetRequests",
        ids: "SpotFleetRequestIds",
        takes_instances: true,
        answer: (
            "/spotFleetRequestConfigSet",
            "/spotFleetRequestId",
            "/spotFleetRequestState",
        ),
    },
    SpotKind {
        prefix: "fleet-",
        describe: "DescribeFleets",
        cancel: "DeleteFleets",
        ids: "FleetIds",
        takes_instances: true,
        answer: ("/fleetSet", "/fleetId", "/fleetState"),
    },
];

/// Which ids are of spot requests that can be ended.
pub(crate) fn is_spot(id: &str) -> bool {
    SPOT.iter().any(|kind| id.starts_with(kind.prefix))
}

fn of(service: AwsService, operation: &str, region: Option<&str>) -> AwsCall {
    AwsCall::new(service, operation).region(region)
}

/// Each request, and the instances of a single one, which outlive it.
pub(super) fn observe_spot<E>(
    ids: &[String],
    region: Option<&str>,
    ask: Ask<'_, E>,
) -> Result<Value, E> {
    let mut state = Map::new();
    for kind in &SPOT {
        // One by one: an id that is not there would refuse the whole list.
        for id in ids.iter().filter(|id| id.starts_with(kind.prefix)) {
            let call = of(AwsService::Ec2, kind.describe, region).with(kind.ids, vec![id.as_str()]);
            let pages = ask(&call)?.unwrap_or_default();
            let (list, id_at, state_at) = kind.answer;
            let found = items(&pages, list).find(|one| text(one, id_at) == Some(id));
            let Some(found) = found else { continue };
            let word = spot_word(text(found, state_at).unwrap_or_default());
            state.insert(id.clone(), json!(word));
            if let Some(instance) = text(found, "/instanceId").filter(|one| !one.is_empty()) {
                let instances = observe_instances(&[instance.to_owned()], region, ask)?;
                let instances = members(&instances, "").into_iter();
                state.extend(instances.map(|(id, word)| (id.to_owned(), word.clone())));
            }
        }
    }
    Ok(Value::Object(state))
}

fn spot_word(state: &str) -> &'static str {
    let ended = [
        "cancelled",
        "cancelled_terminating",
        "closed",
        "completed",
        "deleted",
        "deleted_terminating",
        "failed",
    ];
    // Emulators write what AWS writes with a hyphen in places.
    if ended.contains(&state.replace('-', "_").as_str()) {
        "gone"
    } else {
        "open"
    }
}

pub(super) fn spot_toward(region: Option<&str>, from: &Value, to: &Value) -> Vec<AwsCall> {
    let doomed: Vec<&str> = changed(from, to)
        .into_iter()
        .filter(|(_, wanted)| *wanted == &json!("gone"))
        .map(|(id, _)| id)
        .collect();
    let mut calls = Vec::new();
    for kind in &SPOT {
        let ids: Vec<&str> = doomed
            .iter()
            .copied()
            .filter(|id| id.starts_with(kind.prefix))
            .collect();
        if ids.is_empty() {
            continue;
        }
        let call = of(AwsService::Ec2, kind.cancel, region).with(kind.ids, ids);
        calls.push(if kind.takes_instances {
            call.with("TerminateInstances", true)
        } else {
            call
        });
    }
    let left: Vec<&str> = doomed
        .into_iter()
        .filter(|id| id.starts_with("i-"))
        .collect();
    if !left.is_empty() {
        calls.push(of(AwsService::Ec2, "TerminateInstances", region).with("InstanceIds", left));
    }
    calls
}

fn nodes(operation: &str, (cluster, group): (&str, &str), region: Option<&str>) -> AwsCall {
    of(AwsService::Eks, operation, region)
        .with("name", cluster)
        .with("nodegroupName", group)
}

pub(super) fn observe_nodes<E>(
    who: (&str, &str),
    region: Option<&str>,
    ask: Ask<'_, E>,
) -> Result<Value, E> {
    let pages = ask(&nodes("DescribeNodegroup", who, region))?;
    let found = pages.as_deref().and_then(<[Value]>::first);
    let is_there = |one: &&Value| text(one, "/nodegroup/status") != Some("DELETING");
    let scaling = |size| format!("/nodegroup/scalingConfig/{size}Size");
    Ok(found.filter(is_there).map_or(Value::Null, |page| {
        json!({
            "min": number(page, &scaling("min")),
            "max": number(page, &scaling("max")),
            "desired": number(page, &scaling("desired")),
        })
    }))
}

/// No nodes; EKS takes no largest size below 1.
pub(super) fn empty_nodes() -> Value {
    json!({"min": 0, "max": 1, "desired": 0})
}

pub(super) fn nodes_toward(who: (&str, &str), region: Option<&str>, to: &Value) -> Vec<AwsCall> {
    if to.is_null() {
        return Vec::new();
    }
    let [min, max, desired] = ["/min", "/max", "/desired"].map(|size| number(to, size));
    let config = json!({"minSize": min, "maxSize": max, "desiredSize": desired});
    vec![nodes("UpdateNodegroupConfig", who, region).with("scalingConfig", config)]
}

/// What of Batch is switched off.
#[derive(Clone, Copy)]
pub(super) enum Batch {
    Environment,
    Queue,
}

impl Batch {
    /// What reads it with which parameter, where the answer has it, and what
    /// changes it with which parameter.
    fn words(self) -> [&'static str; 5] {
        match self {
            Self::Environment => [
                "DescribeComputeEnvironments",
                "computeEnvironments",
                "/computeEnvironments",
                "UpdateComputeEnvironment",
                "computeEnvironment",
            ],
            Self::Queue => [
                "DescribeJobQueues",
                "jobQueues",
                "/jobQueues",
                "UpdateJobQueue",
                "jobQueue",
            ],
        }
    }
}

pub(super) fn observe_batch<E>(
    what: Batch,
    name: &str,
    region: Option<&str>,
    ask: Ask<'_, E>,
) -> Result<Value, E> {
    let [describe, names, list, ..] = what.words();
    let call = of(AwsService::Batch, describe, region).with(names, vec![name]);
    let pages = ask(&call)?.unwrap_or_default();
    let is_there = |one: &&Value| !matches!(text(one, "/status"), Some("DELETING" | "DELETED"));
    let found = items(&pages, list).find(is_there);
    let state = found.and_then(|one| text(one, "/state"));
    Ok(state.map_or(Value::Null, |state| json!({"state": state})))
}

pub(super) fn batch_toward(
    what: Batch,
    name: &str,
    region: Option<&str>,
    to: &Value,
) -> Vec<AwsCall> {
    let [.., update, parameter] = what.words();
    let state = text(to, "/state").map(str::to_owned);
    let call = |state: String| {
        of(AwsService::Batch, update, region)
            .with(parameter, name)
            .with("state", state)
    };
    state.map(call).into_iter().collect()
}

fn notebook(operation: &str, name: &str, region: Option<&str>) -> AwsCall {
    of(AwsService::Sagemaker, operation, region).with("NotebookInstanceName", name)
}

pub(super) fn observe_notebook<E>(
    name: &str,
    region: Option<&str>,
    ask: Ask<'_, E>,
) -> Result<Value, E> {
    let pages = ask(&notebook("DescribeNotebookInstance", name, region))?;
    let found = pages.as_deref().and_then(<[Value]>::first);
    Ok(
        match found.and_then(|page| text(page, "/NotebookInstanceStatus")) {
            None | Some("Deleting") => Value::Null,
            Some("Stopping" | "Stopped" | "Failed") => json!({"status": "stopped"}),
            Some(_) => json!({"status": "running"}),
        },
    )
}

pub(super) fn notebook_toward(name: &str, region: Option<&str>, to: &Value) -> Vec<AwsCall> {
    let operation = match text(to, "/status") {
        Some("stopped") => "StopNotebookInstance",
        Some(_) => "StartNotebookInstance",
        None => return Vec::new(),
    };
    vec![notebook(operation, name, region)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_ended_by_the_call_of_its_kind_and_its_instance_after_it() {
        let from = json!({"sir-1": "open", "i-1": "running", "sfr-1": "open", "fleet-1": "gone"});
        let to = json!({"sir-1": "gone", "i-1": "gone", "sfr-1": "gone", "fleet-1": "gone"});
        let calls = spot_toward(Some("eu-west-3"), &from, &to);
        let told: Vec<String> = calls.iter().map(AwsCall::cli_line).collect();
        assert_eq!(
            told,
            [
                r#"aws ec2 cancel-spot-instance-requests --region eu-west-3 --cli-input-json '{"SpotInstanceRequestIds":["sir-1"]}'"#,
                r#"aws ec2 cancel-spot-fleet-requests --region eu-west-3 --cli-input-json '{"SpotFleetRequestIds":["sfr-1"],"TerminateInstances":true}'"#,
                r#"aws ec2 terminate-instances --region eu-west-3 --cli-input-json '{"InstanceIds":["i-1"]}'"#,
            ]
        );
    }

    #[test]
    fn a_fleet_whose_instances_run_on_is_open() {
        assert_eq!(spot_word("cancelled_running"), "open");
        assert_eq!(spot_word("deleted_running"), "open");
        assert_eq!(spot_word("deleted-terminating"), "gone");
    }
}
