//! ECS, and the scaling of its services.

use gardefou_finding::ResourceKind as K;
use gardefou_finding::ResourceState as S;
use serde_json::Value;

use super::Table;
use crate::resource::capacity::{Capacity, Service, TaskSize};
use crate::resource::names::{in_cluster, tail, task_definition};
use crate::resource::row::{Effect, gone, made};
use crate::resource::view::{View, number_at, text_at};
use crate::resource::{Detail as D, Touch};

pub(super) static TABLE: Table = &[
    (
        "CreateCluster",
        made(K::EcsCluster, "req.clusterName|res.cluster.clusterName")
            .named(tail)
            .with(&[(D::Arn, "res.cluster.clusterArn")])
            .effect(),
    ),
    ("CreateService", Effect::Read(create_service)),
    (
        "DeleteCluster",
        gone(K::EcsCluster, "req.cluster|res.cluster.clusterName")
            .named(tail)
            .effect(),
    ),
    ("DeleteService", Effect::Read(delete_service)),
    (
        "DeleteTaskDefinitions",
        gone(K::TaskDefinition, "req.taskDefinitions")
            .named(task_definition)
            .effect(),
    ),
    (
        "DeregisterTaskDefinition",
        gone(
            K::TaskDefinition,
            "res.taskDefinition.taskDefinitionArn|req.taskDefinition",
        )
        .named(task_definition)
        .effect(),
    ),
    ("RegisterTaskDefinition", Effect::Read(register)),
    ("RunTask", Effect::Read(run_task)),
    ("StartTask", Effect::Read(run_task)),
    ("StopTask", Effect::Read(stop_task)),
    ("UpdateService", Effect::Read(update_service)),
];

pub(super) static APPLICATION_AUTOSCALING: Table = &[
    ("DeregisterScalableTarget", Effect::Read(unscaled)),
    ("RegisterScalableTarget", Effect::Read(scaled)),
];

fn cluster(view: View<'_>) -> Option<String> {
    view.text("req.cluster|res.service.clusterArn|res.task.clusterArn|res.tasks.clusterArn")
}

fn service_id(view: View<'_>) -> Option<String> {
    let name = view.text("res.service.serviceArn|req.service|req.serviceName")?;
    Some(in_cluster(&name, cluster(view).as_deref()))
}

fn create_service(view: View<'_>) -> Vec<Touch> {
    service_id(view)
        .map(|id| describe(Touch::made(K::EcsService, id), view))
        .into_iter()
        .collect()
}

fn update_service(view: View<'_>) -> Vec<Touch> {
    let Some(id) = service_id(view) else {
        return Vec::new();
    };
    let state = match view.number("req.desiredCount") {
        Some(0) => S::Stopped,
        Some(_) => S::Active,
        None => S::Unknown,
    };
    vec![describe(
        Touch::changed(K::EcsService, id).state(state),
        view,
    )]
}

fn delete_service(view: View<'_>) -> Vec<Touch> {
    service_id(view)
        .map(|id| Touch::gone(K::EcsService, id))
        .into_iter()
        .collect()
}

fn describe(touch: Touch, view: View<'_>) -> Touch {
    let service = Service {
        desired: view.number("req.desiredCount"),
        maximum: None,
        task_definition: definition(view),
        fargate: fargate(view),
        spot: providers(view).map(|names| names.iter().any(|name| name == "FARGATE_SPOT")),
        size: TaskSize::default(),
    };
    touch
        .note(D::Cluster, cluster(view).as_deref().map(tail))
        .note(D::Desired, service.desired.map(|n| n.to_string()))
        .note(D::TaskDefinition, service.task_definition.as_deref())
        .note(D::LaunchType, launch_type(view))
        .note(D::Market, (service.spot == Some(true)).then_some("spot"))
        .sized(Capacity::Service(service))
}

/// The response has the revision where the request has only the family.
fn definition(view: View<'_>) -> Option<String> {
    let paths = "res.service.taskDefinition|res.tasks.taskDefinitionArn|req.taskDefinition";
    view.text("req.taskDefinition")?;
    view.text(paths).map(|id| task_definition(&id))
}

fn providers(view: View<'_>) -> Option<Vec<String>> {
    let names = view.texts("req.capacityProviderStrategy.capacityProvider");
    (!names.is_empty()).then_some(names)
}

fn launch_type(view: View<'_>) -> Option<String> {
    view.text("req.launchType|res.service.launchType|res.tasks.launchType")
        .or_else(|| providers(view).map(|names| names.join(",")))
}

fn fargate(view: View<'_>) -> Option<bool> {
    launch_type(view).map(|kind| kind.split(',').any(|kind| kind.starts_with("FARGATE")))
}

fn run_task(view: View<'_>) -> Vec<Touch> {
    let tasks = view.all("res.tasks");
    let mut found: Vec<Touch> = tasks
        .iter()
        .filter_map(|task| one_task(view, task))
        .collect();
    if found.is_empty() {
        found.extend(unnamed_tasks(view));
    }
    found
}

fn one_task(view: View<'_>, task: &Value) -> Option<Touch> {
    let arn = text_at(task, "taskArn")?;
    let size = TaskSize {
        cpu: number_at(task, "cpu").or_else(|| view.number("req.overrides.cpu")),
        memory: number_at(task, "memory").or_else(|| view.number("req.overrides.memory")),
        ..TaskSize::default()
    };
    let id = in_cluster(
        &arn,
        text_at(task, "clusterArn")
            .or_else(|| cluster(view))
            .as_deref(),
    );
    Some(tasks(Touch::made(K::EcsTask, id), view, 1, size))
}

/// Without a response the log shows how many were asked for, not their ids.
fn unnamed_tasks(view: View<'_>) -> Option<Touch> {
    let definition = definition(view)?;
    let count = view.number("req.count").unwrap_or(1);
    let cluster = cluster(view);
    let id = in_cluster(
        &format!("unnamed tasks of {definition}"),
        cluster.as_deref(),
    );
    let size = TaskSize {
        cpu: view.number("req.overrides.cpu"),
        memory: view.number("req.overrides.memory"),
        ..TaskSize::default()
    };
    let touch = Touch::made(K::EcsTask, id).state(S::Unknown);
    Some(tasks(touch, view, count, size).note(D::Count, Some(count.to_string())))
}

fn tasks(touch: Touch, view: View<'_>, count: u64, size: TaskSize) -> Touch {
    let service = Service {
        desired: Some(count),
        maximum: None,
        task_definition: definition(view),
        fargate: fargate(view),
        spot: providers(view).map(|names| names.iter().any(|name| name == "FARGATE_SPOT")),
        size,
    };
    touch
        .note(D::Cluster, cluster(view).as_deref().map(tail))
        .note(D::TaskDefinition, service.task_definition.as_deref())
        .note(D::LaunchType, launch_type(view))
        .note(D::Cpu, size.cpu.map(|n| n.to_string()))
        .note(D::Memory, size.memory.map(|n| n.to_string()))
        .sized(Capacity::Tasks(service))
}

fn stop_task(view: View<'_>) -> Vec<Touch> {
    let cluster = cluster(view);
    view.text("res.task.taskArn|req.task")
        .map(|id| Touch::gone(K::EcsTask, in_cluster(&id, cluster.as_deref())))
        .into_iter()
        .collect()
}

fn register(view: View<'_>) -> Vec<Touch> {
    let Some(id) = view.text("res.taskDefinition.taskDefinitionArn|req.family") else {
        return Vec::new();
    };
    let architecture = view.text("req.runtimePlatform.cpuArchitecture");
    let system = view.text("req.runtimePlatform.operatingSystemFamily");
    let size = TaskSize {
        cpu: view.text("req.cpu").as_deref().and_then(cpu_units),
        memory: view.text("req.memory").as_deref().and_then(mebibytes),
        arm: architecture.as_deref().map(|name| name == "ARM64"),
        windows: system.map(|name| name.starts_with("WINDOWS")),
    };
    let touch = Touch::made(K::TaskDefinition, task_definition(&id))
        .note(
            D::ContainerImage,
            view.joined("req.containerDefinitions.image"),
        )
        .note(D::Cpu, size.cpu.map(|n| n.to_string()))
        .note(D::Memory, size.memory.map(|n| n.to_string()))
        .note(D::Architecture, architecture)
        .note(D::Role, view.text("req.taskRoleArn"))
        .note(D::LaunchType, view.joined("req.requiresCompatibilities"));
    vec![touch.sized(Capacity::TaskDefinition(size))]
}

/// CPU units from `1024` or `1 vCPU`, as ECS takes both.
fn cpu_units(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    match text.strip_suffix("vcpu") {
        Some(count) => thousandfold(count.trim()),
        None => text.parse().ok(),
    }
}

/// MiB from `4096` or `4 GB`.
fn mebibytes(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    match text.strip_suffix("gb") {
        Some(count) => thousandfold(count.trim()),
        None => text.parse().ok(),
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range is checked before the cast"
)]
fn thousandfold(count: &str) -> Option<u64> {
    let count: f64 = count.parse().ok()?;
    (0.0..=1e6)
        .contains(&count)
        .then(|| (count * 1024.0).round() as u64)
}

/// A scalable target of an ECS service, whose id is `service/cluster/name`.
fn target(view: View<'_>) -> Option<String> {
    let id = view.text("req.resourceId")?;
    let id = id.strip_prefix("service/")?;
    id.contains('/').then(|| id.to_owned())
}

fn scaled(view: View<'_>) -> Vec<Touch> {
    let Some(id) = target(view) else {
        return Vec::new();
    };
    let maximum = view.number("req.maxCapacity");
    let touch = Touch::changed(K::EcsService, id)
        .note(D::Minimum, view.text("req.minCapacity"))
        .note(D::Maximum, maximum.map(|n| n.to_string()));
    vec![touch.sized(Capacity::Service(Service {
        maximum,
        ..Service::default()
    }))]
}

fn unscaled(view: View<'_>) -> Vec<Touch> {
    let Some(id) = target(view) else {
        return Vec::new();
    };
    // No scaling target: the maximum is what is desired.
    let service = Service {
        maximum: Some(0),
        ..Service::default()
    };
    vec![
        Touch::changed(K::EcsService, id)
            .note(D::Maximum, Some(""))
            .sized(Capacity::Service(service)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_may_have_units() {
        assert_eq!(cpu_units("16 vCPU"), Some(16_384));
        assert_eq!(cpu_units(".25 vcpu"), Some(256));
        assert_eq!(mebibytes("120GB"), Some(122_880));
        assert_eq!(mebibytes("512"), Some(512));
        assert_eq!(cpu_units("lots"), None);
        assert_eq!(mebibytes("infgb"), None);
    }
}
