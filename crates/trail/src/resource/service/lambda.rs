//! Lambda.

use gardefou_finding::ResourceKind as K;
use gardefou_finding::ResourceState as S;

use super::Table;
use crate::resource::capacity::{Capacity, Function};
use crate::resource::names::{colon_tail, function, function_name};
use crate::resource::row::{Effect, changed, made};
use crate::resource::view::View;
use crate::resource::{Detail as D, Ref, Touch};

const NAME: &str = "req.functionName|res.functionName|res.functionArn";

pub(super) static TABLE: Table = &[
    (
        "AddLayerVersionPermission",
        changed(K::Other, "req.layerName")
            .named(colon_tail)
            .fixed(D::Call, "AddLayerVersionPermission")
            .with(&[(D::Principal, "req.principal")])
            .effect(),
    ),
    ("AddPermission", Effect::Read(add_permission)),
    (
        "CreateEventSourceMapping",
        changed(K::Function, "req.functionName|res.functionArn")
            .named(function_name)
            .with(&[(D::Source, "req.eventSourceArn")])
            .effect(),
    ),
    ("CreateFunction", Effect::Read(create)),
    ("CreateFunctionUrlConfig", Effect::Read(create_url)),
    ("DeleteFunction", Effect::Read(delete)),
    ("DeleteFunctionConcurrency", Effect::Read(no_concurrency)),
    ("DeleteFunctionUrlConfig", Effect::Read(delete_url)),
    (
        "PublishLayerVersion",
        made(K::Other, "req.layerName")
            .fixed(D::Call, "PublishLayerVersion")
            .effect(),
    ),
    ("PutFunctionConcurrency", Effect::Read(concurrency)),
    ("RemovePermission", Effect::Read(remove_permission)),
    ("UpdateFunctionCode", Effect::Read(code)),
    ("UpdateFunctionConfiguration", Effect::Read(configuration)),
    ("UpdateFunctionUrlConfig", Effect::Read(update_url)),
];

/// Function name, and the version or alias that the call names.
fn target(view: View<'_>) -> Option<(String, Option<String>)> {
    let (name, qualifier) = function(&view.text(NAME)?);
    Some((name, view.text("req.qualifier").or(qualifier)))
}

fn owner(name: &str) -> Option<Ref> {
    Some(Ref {
        kind: K::Function,
        id: name.to_owned(),
    })
}

fn create(view: View<'_>) -> Vec<Touch> {
    let Some((name, _)) = target(view) else {
        return Vec::new();
    };
    vec![describe(Touch::made(K::Function, name), view)]
}

fn configuration(view: View<'_>) -> Vec<Touch> {
    let Some((name, _)) = target(view) else {
        return Vec::new();
    };
    vec![describe(
        Touch::changed(K::Function, name).state(S::Active),
        view,
    )]
}

fn code(view: View<'_>) -> Vec<Touch> {
    let Some((name, _)) = target(view) else {
        return Vec::new();
    };
    vec![
        Touch::changed(K::Function, name)
            .state(S::Active)
            .note(D::Code, Some("changed")),
    ]
}

fn describe(touch: Touch, view: View<'_>) -> Touch {
    let architecture = view.text("req.architectures|res.architectures");
    let memory = view.number("req.memorySize|res.memorySize");
    let arm = architecture.as_deref().map(|name| name == "arm64");
    touch
        .note(D::Runtime, view.text("req.runtime|res.runtime"))
        .note(D::Role, view.text("req.role|res.role"))
        .note(D::Memory, memory.map(|n| n.to_string()))
        .note(D::Architecture, architecture)
        .note(D::Layers, view.joined("req.layers"))
        .sized(Capacity::Function(Function {
            memory,
            concurrency: None,
            arm,
        }))
}

fn delete(view: View<'_>) -> Vec<Touch> {
    let Some((name, qualifier)) = target(view) else {
        return Vec::new();
    };
    match qualifier {
        Some(qualifier) => {
            vec![Touch::changed(K::Function, name).note(D::Qualifier, Some(qualifier))]
        }
        None => vec![Touch::gone(K::Function, name)],
    }
}

fn concurrency(view: View<'_>) -> Vec<Touch> {
    let Some((name, _)) = target(view) else {
        return Vec::new();
    };
    let concurrency = view.number("req.reservedConcurrentExecutions");
    let state = if concurrency == Some(0) {
        S::Stopped
    } else {
        S::Active
    };
    let touch = Touch::changed(K::Function, name)
        .state(state)
        .note(D::Concurrency, concurrency.map(|n| n.to_string()));
    vec![touch.sized(Capacity::Function(Function {
        concurrency,
        ..Function::default()
    }))]
}

fn no_concurrency(view: View<'_>) -> Vec<Touch> {
    let Some((name, _)) = target(view) else {
        return Vec::new();
    };
    vec![
        Touch::changed(K::Function, name)
            .state(S::Active)
            .note(D::Concurrency, Some("")),
    ]
}

fn url_id(name: &str, qualifier: Option<&str>) -> String {
    qualifier.map_or_else(
        || name.to_owned(),
        |qualifier| format!("{name}:{qualifier}"),
    )
}

fn create_url(view: View<'_>) -> Vec<Touch> {
    url(view, Touch::made)
}

fn update_url(view: View<'_>) -> Vec<Touch> {
    url(view, |kind, id| Touch::changed(kind, id).state(S::Active))
}

fn url(view: View<'_>, touch: fn(K, String) -> Touch) -> Vec<Touch> {
    let Some((name, qualifier)) = target(view) else {
        return Vec::new();
    };
    let touch = touch(K::FunctionUrl, url_id(&name, qualifier.as_deref()))
        .note(D::UrlAuth, view.text("req.authType|res.authType"))
        .note(D::Url, view.text("res.functionUrl"))
        .note(D::Function, Some(name.as_str()))
        .note(D::Qualifier, qualifier)
        .of(owner(&name));
    vec![touch]
}

fn delete_url(view: View<'_>) -> Vec<Touch> {
    let Some((name, qualifier)) = target(view) else {
        return Vec::new();
    };
    vec![
        Touch::gone(K::FunctionUrl, url_id(&name, qualifier.as_deref()))
            .note(D::Function, Some(name.as_str()))
            .note(D::Qualifier, qualifier),
    ]
}

fn permission_id(view: View<'_>, name: &str) -> Option<String> {
    Some(format!("{name}/{}", view.text("req.statementId")?))
}

fn add_permission(view: View<'_>) -> Vec<Touch> {
    let Some((name, qualifier)) = target(view) else {
        return Vec::new();
    };
    let Some(id) = permission_id(view, &name) else {
        return Vec::new();
    };
    let touch = Touch::made(K::FunctionPermission, id)
        .note(D::Function, Some(name.as_str()))
        .note(D::Statement, view.text("req.statementId"))
        .note(D::Qualifier, qualifier)
        .note(D::Principal, view.text("req.principal"))
        .note(D::Permits, view.text("req.action"))
        .note(D::UrlAuth, view.text("req.functionUrlAuthType"))
        .of(owner(&name));
    vec![touch]
}

fn remove_permission(view: View<'_>) -> Vec<Touch> {
    let Some((name, _)) = target(view) else {
        return Vec::new();
    };
    permission_id(view, &name)
        .map(|id| Touch::gone(K::FunctionPermission, id))
        .into_iter()
        .collect()
}
