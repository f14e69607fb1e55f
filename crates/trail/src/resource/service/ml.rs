//! SageMaker and Bedrock.

use gardefou_finding::ResourceKind as K;

use super::Table;
use crate::resource::capacity::{Capacity, Other};
use crate::resource::names::tail;
use crate::resource::row::{Effect, changed, gone, made, off, on};
use crate::resource::view::View;
use crate::resource::{Detail as D, Touch};

pub(super) static SAGEMAKER: Table = &[
    (
        "CreateApp",
        made(K::SageMakerResource, "req.appName")
            .fixed(D::Call, "CreateApp")
            .with(&[(D::InstanceType, "req.resourceSpec.instanceType")])
            .effect(),
    ),
    (
        "CreateDomain",
        made(K::SageMakerResource, "req.domainName")
            .fixed(D::Call, "CreateDomain")
            .effect(),
    ),
    (
        "CreateEndpoint",
        made(K::SageMakerResource, "req.endpointName")
            .fixed(D::Call, "CreateEndpoint")
            .effect(),
    ),
    (
        "CreateEndpointConfig",
        made(K::SageMakerResource, "req.endpointConfigName")
            .fixed(D::Call, "CreateEndpointConfig")
            .with(&[(D::InstanceType, "req.productionVariants.instanceType")])
            .effect(),
    ),
    (
        "CreateHyperParameterTuningJob",
        made(K::SageMakerResource, "req.hyperParameterTuningJobName")
            .fixed(D::Call, "CreateHyperParameterTuningJob")
            .effect(),
    ),
    ("CreateNotebookInstance", Effect::Read(notebook)),
    (
        "CreatePresignedNotebookInstanceUrl",
        changed(K::SageMakerResource, "req.notebookInstanceName").effect(),
    ),
    ("CreateProcessingJob", Effect::Read(processing)),
    ("CreateTrainingJob", Effect::Read(training)),
    (
        "DeleteApp",
        gone(K::SageMakerResource, "req.appName").effect(),
    ),
    (
        "DeleteEndpoint",
        gone(K::SageMakerResource, "req.endpointName").effect(),
    ),
    (
        "DeleteEndpointConfig",
        gone(K::SageMakerResource, "req.endpointConfigName").effect(),
    ),
    (
        "DeleteNotebookInstance",
        gone(K::SageMakerResource, "req.notebookInstanceName").effect(),
    ),
    (
        "StartNotebookInstance",
        on(K::SageMakerResource, "req.notebookInstanceName").effect(),
    ),
    (
        "StopNotebookInstance",
        off(K::SageMakerResource, "req.notebookInstanceName").effect(),
    ),
    (
        "StopProcessingJob",
        off(K::SageMakerResource, "req.processingJobName").effect(),
    ),
    (
        "StopTrainingJob",
        off(K::SageMakerResource, "req.trainingJobName").effect(),
    ),
];

pub(super) static BEDROCK: Table = &[
    ("Converse", Effect::Read(model_call)),
    ("ConverseStream", Effect::Read(model_call)),
    (
        "CreateFoundationModelAgreement",
        made(K::Other, "req.modelId")
            .fixed(D::Call, "CreateFoundationModelAgreement")
            .effect(),
    ),
    ("CreateProvisionedModelThroughput", Effect::Read(throughput)),
    (
        "DeleteFoundationModelAgreement",
        gone(K::Other, "req.modelId")
            .fixed(D::Call, "DeleteFoundationModelAgreement")
            .effect(),
    ),
    (
        "DeleteGuardrail",
        gone(K::SecurityControl, "req.guardrailIdentifier")
            .named(tail)
            .fixed(D::Control, "bedrock_guardrail")
            .effect(),
    ),
    (
        "DeleteModelInvocationLoggingConfiguration",
        gone(K::SecurityControl, "=bedrock-invocation-logging")
            .fixed(D::Control, "bedrock_invocation_log")
            .effect(),
    ),
    (
        "DeleteProvisionedModelThroughput",
        gone(K::Other, "req.provisionedModelId")
            .named(tail)
            .fixed(D::Call, "DeleteProvisionedModelThroughput")
            .effect(),
    ),
    ("InvokeModel", Effect::Read(model_call)),
    (
        "InvokeModelWithBidirectionalStream",
        Effect::Read(model_call),
    ),
    ("InvokeModelWithResponseStream", Effect::Read(model_call)),
    (
        "PutFoundationModelEntitlement",
        // The console's own call, with which access through the agreement begins.
        made(K::Other, "req.modelId")
            .fixed(D::Call, "PutFoundationModelEntitlement")
            .effect(),
    ),
    (
        "PutModelInvocationLoggingConfiguration",
        on(K::SecurityControl, "=bedrock-invocation-logging")
            .fixed(D::Control, "bedrock_invocation_log")
            .effect(),
    ),
    (
        "PutUseCaseForModelAccess",
        changed(K::Other, "=bedrock-model-access")
            .fixed(D::Call, "PutUseCaseForModelAccess")
            .effect(),
    ),
    ("StartAsyncInvoke", Effect::Read(model_call)),
    (
        "UpdateGuardrail",
        changed(K::SecurityControl, "req.guardrailIdentifier")
            .named(tail)
            .fixed(D::Control, "bedrock_guardrail")
            .effect(),
    ),
];

fn notebook(view: View<'_>) -> Vec<Touch> {
    paid(view, "req.notebookInstanceName", "req.instanceType", None)
}

fn training(view: View<'_>) -> Vec<Touch> {
    let count = view.number("req.resourceConfig.instanceCount");
    paid(
        view,
        "req.trainingJobName",
        "req.resourceConfig.instanceType",
        count,
    )
}

fn processing(view: View<'_>) -> Vec<Touch> {
    let count = view.number("req.processingResources.clusterConfig.instanceCount");
    paid(
        view,
        "req.processingJobName",
        "req.processingResources.clusterConfig.instanceType",
        count,
    )
}

fn paid(view: View<'_>, id: &str, unit: &str, count: Option<u64>) -> Vec<Touch> {
    let Some(id) = view.text(id) else {
        return Vec::new();
    };
    let unit = view.text(unit);
    let count = count.unwrap_or(1);
    let touch = Touch::made(K::SageMakerResource, id)
        .note(D::Call, Some(view.call.name))
        .note(D::InstanceType, unit.as_deref())
        .note(D::Count, Some(count.to_string()))
        .note(D::Role, view.text("req.roleArn"));
    vec![touch.sized(Capacity::Other(Other {
        unit,
        now: Some(count),
        maximum: Some(count),
    }))]
}

fn throughput(view: View<'_>) -> Vec<Touch> {
    let id = view.text("res.provisionedModelArn|req.provisionedModelName");
    let Some(id) = id else { return Vec::new() };
    let model = view.text("req.modelId");
    let units = view.number("req.modelUnits").unwrap_or(1);
    let unit = format!("bedrock model unit {}", model.as_deref().unwrap_or(""))
        .trim()
        .to_owned();
    let touch = Touch::made(K::Other, tail(&id))
        .note(D::Call, Some("CreateProvisionedModelThroughput"))
        .note(D::Name, view.text("req.provisionedModelName"))
        .note(D::Value, model)
        .note(D::Count, Some(units.to_string()));
    vec![touch.sized(Capacity::Other(Other {
        unit: Some(unit),
        now: Some(units),
        maximum: Some(units),
    }))]
}

/// A call of a model, billed by tokens, which the log does not hold.
fn model_call(view: View<'_>) -> Vec<Touch> {
    let Some(model) = view.text("req.modelId") else {
        return Vec::new();
    };
    let touch = Touch::used(K::Other, tail(&model))
        .note(D::Call, Some(view.call.name))
        .sized(Capacity::Calls(1));
    vec![touch]
}
