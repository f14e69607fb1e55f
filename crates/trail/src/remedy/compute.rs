//! Stop what costs: first what replaces itself, then the instances and tasks.

use std::collections::BTreeMap;

use gardefou_finding::{Resource, ResourceKind as K, ResourceState, StepKind};

use super::{Line, MAX_BATCH, Place, Scene, Steps, detail, id, is_gone, is_made, place};
use crate::resource::Detail as D;

pub(super) fn stop(scene: &Scene<'_>, steps: &mut Steps) {
    stop_schedules(scene, steps);
    stop_groups(scene, steps);
    stop_services(scene, steps);
    stop_node_groups(scene, steps);
    stop_batch(scene, steps);
    cancel_spot(scene, steps);
    clear_protection(scene, steps);
    terminate(scene, steps);
    stop_tasks(scene, steps);
    delete_clusters(scene, steps);
    stop_notebooks(scene, steps);
    stop_others(scene, steps);
}

/// Ids by where they are, in lists of at most `size`.
fn batches<'a>(
    resources: impl Iterator<Item = &'a Resource>,
    size: usize,
) -> Vec<(Place<'a>, Vec<&'a str>)> {
    let mut places: BTreeMap<Place<'a>, Vec<&'a str>> = BTreeMap::new();
    for resource in resources {
        places
            .entry(place(resource))
            .or_default()
            .push(id(resource));
    }
    let mut lists = Vec::new();
    for (place, ids) in places {
        lists.extend(ids.chunks(size).map(|ids| (place, ids.to_vec())));
    }
    lists
}

/// Rules and schedules come first: they start things again.
fn stop_schedules(scene: &Scene<'_>, steps: &mut Steps) {
    for resource in scene
        .of(K::Schedule)
        .filter(|r| r.state == ResourceState::Active)
    {
        let region = place(resource).region;
        let lines: Vec<Line> = match detail(resource, D::Service) {
            Some("events") => vec![
                Line::new("events", "disable-rule")
                    .arg("--name", id(resource))
                    .maybe("--event-bus-name", detail(resource, D::Bus))
                    .region(region),
            ],
            Some("autoscaling") => scheduled_action(resource).into_iter().collect(),
            _ => vec![
                Line::new("scheduler", "delete-schedule")
                    .arg("--name", detail(resource, D::Name).unwrap_or(id(resource)))
                    .maybe("--group-name", detail(resource, D::Bus))
                    .region(region),
            ],
        };
        // A schedule that was there before is only looked at.
        let ours = is_made(resource) || detail(resource, D::Service) == Some("events");
        let (kind, lines) = if ours {
            (StepKind::DisableSchedule, lines)
        } else {
            (StepKind::Review, Vec::new())
        };
        steps.add(kind, id(resource), place(resource), lines);
    }
}

fn scheduled_action(resource: &Resource) -> Option<Line> {
    let (group, action) = id(resource).rsplit_once('/')?;
    Some(
        Line::new("autoscaling", "delete-scheduled-action")
            .arg("--auto-scaling-group-name", group)
            .arg("--scheduled-action-name", action)
            .region(place(resource).region),
    )
}

/// Suspended are the processes that launch; `Terminate` has to go on, or the
/// group could not shrink.
const LAUNCHING: [&str; 5] = [
    "Launch",
    "ReplaceUnhealthy",
    "AZRebalance",
    "AlarmNotification",
    "ScheduledActions",
];

fn stop_groups(scene: &Scene<'_>, steps: &mut Steps) {
    let line = |operation, resource: &Resource| {
        Line::new("autoscaling", operation)
            .arg("--auto-scaling-group-name", id(resource))
            .region(place(resource).region)
    };
    for resource in scene.made(K::AutoScalingGroup) {
        let lines = [
            line("suspend-processes", resource).list("--scaling-processes", LAUNCHING),
            line("update-auto-scaling-group", resource)
                .arg("--min-size", "0")
                .arg("--max-size", "0")
                .arg("--desired-capacity", "0"),
            line("delete-auto-scaling-group", resource).flag("--force-delete"),
        ];
        steps.add(StepKind::StopGroup, id(resource), place(resource), lines);
    }
    for resource in scene.changed(K::AutoScalingGroup) {
        let look = Line::new("autoscaling", "describe-auto-scaling-groups")
            .list("--auto-scaling-group-names", [id(resource)])
            .region(place(resource).region);
        steps.add(StepKind::Review, id(resource), place(resource), [look]);
    }
}

fn stop_services(scene: &Scene<'_>, steps: &mut Steps) {
    for resource in scene.of(K::EcsService).filter(|r| !is_gone(r)) {
        let Some((cluster, service)) = id(resource).split_once('/') else {
            continue;
        };
        let region = place(resource).region;
        if !is_made(resource) {
            let look = Line::new("ecs", "describe-services")
                .arg("--cluster", cluster)
                .list("--services", [service])
                .region(region);
            steps.add(StepKind::Review, id(resource), place(resource), [look]);
            continue;
        }
        let line = |operation| {
            Line::new("ecs", operation)
                .arg("--cluster", cluster)
                .arg("--service", service)
                .region(region)
        };
        let mut lines = Vec::new();
        if detail(resource, D::Maximum).is_some() {
            lines.push(unscale(id(resource), region));
        }
        lines.push(line("update-service").arg("--desired-count", "0"));
        lines.push(line("delete-service").flag("--force"));
        steps.add(StepKind::StopService, id(resource), place(resource), lines);
    }
}

/// A scaling target would set the count again.
fn unscale(service: &str, region: Option<&str>) -> Line {
    Line::new("application-autoscaling", "deregister-scalable-target")
        .arg("--service-namespace", "ecs")
        .arg("--scalable-dimension", "ecs:service:DesiredCount")
        .arg("--resource-id", &format!("service/{service}"))
        .region(region)
}

fn stop_node_groups(scene: &Scene<'_>, steps: &mut Steps) {
    for resource in scene.made(K::EksCluster) {
        let Some((cluster, group)) = id(resource).split_once('/') else {
            continue;
        };
        let line = Line::new("eks", "delete-nodegroup")
            .arg("--cluster-name", cluster)
            .arg("--nodegroup-name", group)
            .region(place(resource).region);
        steps.add(StepKind::StopGroup, id(resource), place(resource), [line]);
    }
}

fn stop_batch(scene: &Scene<'_>, steps: &mut Steps) {
    for resource in scene.made(K::BatchResource) {
        let (name, region) = (id(resource), place(resource).region);
        let (kind, lines) = match detail(resource, D::Call) {
            Some("CreateComputeEnvironment") => (
                StepKind::StopGroup,
                vec![
                    Line::new("batch", "update-compute-environment")
                        .arg("--compute-environment", name)
                        .arg("--state", "DISABLED")
                        .region(region),
                ],
            ),
            Some("CreateJobQueue") => (
                StepKind::StopGroup,
                vec![
                    Line::new("batch", "update-job-queue")
                        .arg("--job-queue", name)
                        .arg("--state", "DISABLED")
                        .region(region),
                ],
            ),
            Some("SubmitJob") => (
                StepKind::StopTask,
                vec![
                    Line::new("batch", "terminate-job")
                        .arg("--job-id", name)
                        .arg("--reason", "incident")
                        .region(region),
                ],
            ),
            _ => (StepKind::Review, Vec::new()),
        };
        steps.add(kind, name, place(resource), lines);
    }
}

/// How a request is cancelled: what its id begins with, the operation, the
/// option that takes ids, and the flag that ends its instances too.
const SPOT: [(&str, &str, &str, Option<&str>); 3] = [
    (
        "sfr-",
        "cancel-spot-fleet-requests",
        "--spot-fleet-request-ids",
        Some("--terminate-instances"),
    ),
    (
        "fleet-",
        "delete-fleets",
        "--fleet-ids",
        Some("--terminate-instances"),
    ),
    (
        "sir-",
        "cancel-spot-instance-requests",
        "--spot-instance-request-ids",
        None,
    ),
];

fn cancel_spot(scene: &Scene<'_>, steps: &mut Steps) {
    for (prefix, operation, option, flag) in SPOT {
        let requests = scene
            .made(K::SpotRequest)
            .filter(|resource| id(resource).starts_with(prefix));
        for (place, ids) in batches(requests, MAX_BATCH) {
            let line = Line::new("ec2", operation)
                .list(option, ids.iter().copied())
                .region(place.region);
            let line = flag.into_iter().fold(line, Line::flag);
            steps.add_all(StepKind::CancelSpot, &ids, place, [line]);
        }
    }
}

/// Whether an instance has a protection of its own, or by a launch template:
/// its own or its group's. Clearing one that is not there does no harm.
fn is_protected(scene: &Scene<'_>, instance: &Resource, which: D) -> bool {
    let protects = |name: &str| {
        scene.of(K::LaunchTemplate).any(|template| {
            (id(template) == name || detail(template, D::Name) == Some(name))
                && detail(template, which) == Some("true")
        })
    };
    let group = detail(instance, D::LaunchedBy).and_then(|name| {
        scene
            .of(K::AutoScalingGroup)
            .find(|group| id(group) == name)
    });
    // A template is named with its version.
    let templates = [Some(instance), group].into_iter().flatten();
    let mut names = templates.filter_map(|it| detail(it, D::LaunchTemplate)?.split(' ').next());
    detail(instance, which) == Some("true") || names.any(protects)
}

fn clear_protection(scene: &Scene<'_>, steps: &mut Steps) {
    for (which, flag) in [
        (D::TerminationProtection, "--no-disable-api-termination"),
        (D::StopProtection, "--no-disable-api-stop"),
    ] {
        let guarded = scene
            .made(K::Instance)
            .filter(|it| is_protected(scene, it, which));
        // One call takes one instance.
        for (place, ids) in batches(guarded, MAX_BATCH) {
            let lines = ids.iter().map(|id| {
                Line::new("ec2", "modify-instance-attribute")
                    .arg("--instance-id", id)
                    .flag(flag)
                    .region(place.region)
            });
            steps.add_all(StepKind::ClearProtection, &ids, place, lines);
        }
    }
}

fn terminate(scene: &Scene<'_>, steps: &mut Steps) {
    for (place, ids) in batches(scene.made(K::Instance), MAX_BATCH) {
        let line = Line::new("ec2", "terminate-instances")
            .list("--instance-ids", ids.iter().copied())
            .region(place.region);
        steps.add_all(StepKind::TerminateInstance, &ids, place, [line]);
    }
    let touched = scene.changed(K::Instance).filter(|resource| {
        [
            D::UserData,
            D::InstanceProfile,
            D::Call,
            D::TerminationProtection,
        ]
        .iter()
        .any(|key| detail(resource, *key).is_some())
    });
    for (place, ids) in batches(touched, MAX_BATCH) {
        let line = Line::new("ec2", "describe-instances")
            .list("--instance-ids", ids.iter().copied())
            .region(place.region);
        steps.add_all(StepKind::Review, &ids, place, [line]);
    }
}

fn stop_tasks(scene: &Scene<'_>, steps: &mut Steps) {
    for resource in scene.made(K::EcsTask) {
        let Some((cluster, task)) = id(resource).split_once('/') else {
            continue;
        };
        let region = place(resource).region;
        // A count without ids: the cluster's list shows them.
        let line = if detail(resource, D::Count).is_some() {
            Line::new("ecs", "list-tasks")
                .arg("--cluster", cluster)
                .region(region)
        } else {
            Line::new("ecs", "stop-task")
                .arg("--cluster", cluster)
                .arg("--task", task)
                .region(region)
        };
        steps.add(StepKind::StopTask, id(resource), place(resource), [line]);
    }
}

fn delete_clusters(scene: &Scene<'_>, steps: &mut Steps) {
    for resource in scene.made(K::EcsCluster) {
        let line = Line::new("ecs", "delete-cluster")
            .arg("--cluster", id(resource))
            .region(place(resource).region);
        steps.add(
            StepKind::DeleteCluster,
            id(resource),
            place(resource),
            [line],
        );
    }
    for resource in scene
        .made(K::EksCluster)
        .filter(|resource| !id(resource).contains('/'))
    {
        let line = Line::new("eks", "delete-cluster")
            .arg("--name", id(resource))
            .region(place(resource).region);
        steps.add(
            StepKind::DeleteCluster,
            id(resource),
            place(resource),
            [line],
        );
    }
}

fn stop_notebooks(scene: &Scene<'_>, steps: &mut Steps) {
    for resource in scene
        .made(K::SageMakerResource)
        .filter(|r| detail(r, D::Call) == Some("CreateNotebookInstance"))
    {
        let line = Line::new("sagemaker", "stop-notebook-instance")
            .arg("--notebook-instance-name", id(resource))
            .region(place(resource).region);
        let target = id(resource);
        steps.add(StepKind::StopNotebook, target, place(resource), [line]);
    }
}

/// What costs and has no step of its own.
fn stop_others(scene: &Scene<'_>, steps: &mut Steps) {
    for resource in scene.resources.iter().filter(|r| is_made(r) && !is_gone(r)) {
        let (name, region) = (id(resource), place(resource).region);
        let line = match (resource.kind, detail(resource, D::Call)) {
            (K::SageMakerResource, Some("CreateTrainingJob")) => {
                Line::new("sagemaker", "stop-training-job").arg("--training-job-name", name)
            }
            (K::SageMakerResource, Some("CreateProcessingJob")) => {
                Line::new("sagemaker", "stop-processing-job").arg("--processing-job-name", name)
            }
            (K::SageMakerResource, Some("CreateEndpoint")) => {
                Line::new("sagemaker", "delete-endpoint").arg("--endpoint-name", name)
            }
            (K::Other, Some("CreateProvisionedModelThroughput")) => {
                Line::new("bedrock", "delete-provisioned-model-throughput")
                    .arg("--provisioned-model-id", name)
            }
            (K::Other, Some("lightsail:CreateInstances")) => {
                Line::new("lightsail", "delete-instance").arg("--instance-name", name)
            }
            (K::Database, _) => {
                Line::new("rds", "stop-db-instance").arg("--db-instance-identifier", name)
            }
            (K::Stack, _) => {
                Line::new("cloudformation", "describe-stack-resources").arg("--stack-name", name)
            }
            _ => continue,
        };
        steps.add(
            StepKind::Review,
            name,
            place(resource),
            [line.region(region)],
        );
    }
}
