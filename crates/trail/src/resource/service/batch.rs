//! AWS Batch.

use gardefou_finding::ResourceKind as K;
use gardefou_finding::ResourceState as S;

use super::Table;
use crate::resource::capacity::{Capacity, Other};
use crate::resource::names::tail;
use crate::resource::row::{Effect, gone, made};
use crate::resource::view::View;
use crate::resource::{Detail as D, Touch};

pub(super) static TABLE: Table = &[
    ("CancelJob", gone(K::BatchResource, "req.jobId").effect()),
    ("CreateComputeEnvironment", Effect::Read(create)),
    (
        "CreateJobQueue",
        made(K::BatchResource, "req.jobQueueName")
            .fixed(D::Call, "CreateJobQueue")
            .effect(),
    ),
    (
        "DeleteComputeEnvironment",
        gone(K::BatchResource, "req.computeEnvironment")
            .named(tail)
            .effect(),
    ),
    (
        "DeleteJobQueue",
        gone(K::BatchResource, "req.jobQueue").named(tail).effect(),
    ),
    (
        "DeregisterJobDefinition",
        gone(K::BatchResource, "req.jobDefinition")
            .named(tail)
            .effect(),
    ),
    (
        "RegisterJobDefinition",
        made(
            K::BatchResource,
            "res.jobDefinitionArn|req.jobDefinitionName",
        )
        .named(tail)
        .fixed(D::Call, "RegisterJobDefinition")
        .with(&[(D::ContainerImage, "req.containerProperties.image")])
        .effect(),
    ),
    (
        "SubmitJob",
        made(K::BatchResource, "res.jobId|req.jobName")
            .fixed(D::Call, "SubmitJob")
            .with(&[(D::Name, "req.jobName")])
            .effect(),
    ),
    ("TerminateJob", gone(K::BatchResource, "req.jobId").effect()),
    ("UpdateComputeEnvironment", Effect::Read(update)),
];

fn create(view: View<'_>) -> Vec<Touch> {
    let Some(name) = view.text("req.computeEnvironmentName") else {
        return Vec::new();
    };
    let touch = Touch::made(K::BatchResource, name).note(D::Call, Some("CreateComputeEnvironment"));
    vec![describe(touch, view)]
}

fn update(view: View<'_>) -> Vec<Touch> {
    let Some(name) = view.text("req.computeEnvironment") else {
        return Vec::new();
    };
    let state = match view.text("req.state").as_deref() {
        Some("DISABLED") => S::Stopped,
        Some("ENABLED") => S::Active,
        _ => S::Unknown,
    };
    vec![describe(
        Touch::changed(K::BatchResource, tail(&name)).state(state),
        view,
    )]
}

fn describe(touch: Touch, view: View<'_>) -> Touch {
    let types = view.joined("req.computeResources.instanceTypes");
    let kind = view.text("req.computeResources.type");
    let maximum = view.number("req.computeResources.maxvCpus");
    let unit = [Some("batch vCPU"), kind.as_deref(), types.as_deref()];
    let other = Other {
        unit: maximum.map(|_| unit.into_iter().flatten().collect::<Vec<_>>().join(" ")),
        now: view.number("req.computeResources.desiredvCpus"),
        maximum,
    };
    touch
        .note(D::InstanceType, types)
        .note(D::LaunchType, kind)
        .note(D::Maximum, maximum.map(|n| n.to_string()))
        .sized(Capacity::Other(other))
}
