//! EventBridge rules and schedules.

use gardefou_finding::ResourceKind as K;
use gardefou_finding::ResourceState as S;

use super::Table;
use crate::resource::row::{Effect, gone, off, on};
use crate::resource::view::View;
use crate::resource::{Detail as D, Touch};

const BUS: (D, &str) = (D::Bus, "req.eventBusName");

pub(super) static EVENTS: Table = &[
    (
        "DeleteRule",
        gone(K::Schedule, "req.name")
            .fixed(D::Service, "events")
            .effect(),
    ),
    (
        "DisableRule",
        off(K::Schedule, "req.name")
            .fixed(D::Service, "events")
            .with(&[BUS])
            .effect(),
    ),
    (
        "EnableRule",
        on(K::Schedule, "req.name")
            .fixed(D::Service, "events")
            .with(&[BUS])
            .effect(),
    ),
    ("PutRule", Effect::Read(put_rule)),
    (
        "PutTargets",
        on(K::Schedule, "req.rule")
            .fixed(D::Service, "events")
            .with(&[
                BUS,
                (D::Target, "req.targets.arn"),
                (D::Role, "req.targets.roleArn"),
            ])
            .effect(),
    ),
    (
        "RemoveTargets",
        on(K::Schedule, "req.rule")
            .fixed(D::Service, "events")
            .with(&[BUS])
            .effect(),
    ),
];

pub(super) static SCHEDULER: Table = &[
    ("CreateSchedule", Effect::Read(create)),
    ("DeleteSchedule", Effect::Read(delete)),
    ("UpdateSchedule", Effect::Read(update)),
];

fn state_of(view: View<'_>) -> S {
    if view.text("req.state").as_deref() == Some("DISABLED") {
        S::Stopped
    } else {
        S::Active
    }
}

/// `PutRule` makes and changes: which, the log does not tell.
fn put_rule(view: View<'_>) -> Vec<Touch> {
    let Some(id) = view.text("req.name") else {
        return Vec::new();
    };
    vec![
        Touch::made(K::Schedule, id)
            .state(state_of(view))
            .note(D::Service, Some("events"))
            .note(D::Bus, view.text("req.eventBusName"))
            .note(
                D::Expression,
                view.text("req.scheduleExpression|req.eventPattern"),
            )
            .note(D::Role, view.text("req.roleArn")),
    ]
}

/// A schedule of a named group is `group/name`.
fn id(view: View<'_>) -> Option<String> {
    let name = view.text("req.name")?;
    match view.text("req.groupName") {
        Some(group) if group != "default" => Some(format!("{group}/{name}")),
        _ => Some(name),
    }
}

fn create(view: View<'_>) -> Vec<Touch> {
    id(view)
        .map(|id| describe(Touch::made(K::Schedule, id), view))
        .into_iter()
        .collect()
}

fn update(view: View<'_>) -> Vec<Touch> {
    id(view)
        .map(|id| describe(Touch::changed(K::Schedule, id), view))
        .into_iter()
        .collect()
}

fn delete(view: View<'_>) -> Vec<Touch> {
    id(view)
        .map(|id| Touch::gone(K::Schedule, id))
        .into_iter()
        .collect()
}

fn describe(touch: Touch, view: View<'_>) -> Touch {
    touch
        .state(state_of(view))
        .note(D::Service, Some("scheduler"))
        .note(D::Name, view.text("req.name"))
        .note(D::Bus, view.text("req.groupName"))
        .note(D::Expression, view.text("req.scheduleExpression"))
        .note(D::Target, view.text("req.target.arn"))
        .note(D::Role, view.text("req.target.roleArn"))
}
