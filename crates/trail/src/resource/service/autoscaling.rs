//! EC2 Auto Scaling.

use gardefou_finding::ResourceKind as K;
use gardefou_finding::ResourceState as S;
use serde_json::Value;

use super::Table;
use super::ec2::{template_name, template_ref, weight};
use crate::resource::capacity::{Capacity, Choice, Group, Launch};
use crate::resource::row::{Effect, changed, gone};
use crate::resource::view::{View, at, text_at};
use crate::resource::{Detail as D, Ref, Touch};

const NAME: &str = "req.autoScalingGroupName";

pub(super) static TABLE: Table = &[
    ("AttachInstances", Effect::Read(attach)),
    ("CreateAutoScalingGroup", Effect::Read(create)),
    ("CreateLaunchConfiguration", Effect::Read(configuration)),
    (
        "DeleteAutoScalingGroup",
        gone(K::AutoScalingGroup, NAME).effect(),
    ),
    (
        "DeleteLaunchConfiguration",
        gone(K::LaunchConfiguration, "req.launchConfigurationName").effect(),
    ),
    (
        "DeleteScheduledAction",
        changed(K::AutoScalingGroup, NAME).effect(),
    ),
    (
        "PutScalingPolicy",
        changed(K::AutoScalingGroup, NAME).effect(),
    ),
    ("PutScheduledUpdateGroupAction", Effect::Read(scheduled)),
    (
        "ResumeProcesses",
        changed(K::AutoScalingGroup, NAME)
            .fixed(D::Status, "processes resumed")
            .effect(),
    ),
    ("SetDesiredCapacity", Effect::Read(update)),
    (
        "SetInstanceProtection",
        changed(K::AutoScalingGroup, NAME).effect(),
    ),
    (
        "StartInstanceRefresh",
        changed(K::AutoScalingGroup, NAME).effect(),
    ),
    (
        "SuspendProcesses",
        changed(K::AutoScalingGroup, NAME)
            .fixed(D::Status, "processes suspended")
            .effect(),
    ),
    (
        "TerminateInstanceInAutoScalingGroup",
        gone(K::Instance, "req.instanceId").effect(),
    ),
    ("UpdateAutoScalingGroup", Effect::Read(update)),
];

fn create(view: View<'_>) -> Vec<Touch> {
    view.text(NAME)
        .map(|name| describe(Touch::made(K::AutoScalingGroup, name), view))
        .into_iter()
        .collect()
}

fn update(view: View<'_>) -> Vec<Touch> {
    let Some(name) = view.text(NAME) else {
        return Vec::new();
    };
    let state = match (
        view.number("req.maxSize"),
        view.number("req.desiredCapacity"),
    ) {
        (Some(0), _) => S::Stopped,
        (Some(_), _) | (None, Some(1..)) => S::Active,
        (None, _) => S::Unknown,
    };
    vec![describe(
        Touch::changed(K::AutoScalingGroup, name).state(state),
        view,
    )]
}

fn describe(touch: Touch, view: View<'_>) -> Touch {
    let (maximum, desired) = (
        view.number("req.maxSize"),
        view.number("req.desiredCapacity"),
    );
    let minimum = view.number("req.minSize");
    let choices = choices(view);
    let configuration = view.text("req.launchConfigurationName");
    let template = choices
        .iter()
        .find_map(|choice| choice.launch.template.as_ref())
        .map(template_name);
    let mut types: Vec<&str> = choices
        .iter()
        .filter_map(|choice| choice.launch.instance_type.as_deref())
        .collect();
    types.dedup();
    let types = (!types.is_empty()).then(|| types.join(","));
    let spot = buys_spot(view);
    let owner = view.text(NAME).and_then(|name| node_group(&name));
    let touch = touch
        .note(D::Minimum, minimum.map(|n| n.to_string()))
        .note(D::Maximum, maximum.map(|n| n.to_string()))
        .note(
            D::Desired,
            desired
                .or(created_with(view, minimum))
                .map(|n| n.to_string()),
        )
        .note(D::LaunchTemplate, template)
        .note(D::LaunchConfiguration, configuration.as_deref())
        .note(D::InstanceType, types)
        .note(D::Market, (spot == Some(true)).then_some("spot"))
        .of(owner);
    let by_attributes = !view
        .all("req.mixedInstancesPolicy.launchTemplate.overrides.instanceRequirements")
        .is_empty();
    touch.sized(Capacity::Group(Group {
        desired: desired.or(created_with(view, minimum)),
        maximum,
        spot,
        configuration,
        choices,
        by_attributes,
    }))
}

/// A group made without a desired capacity starts at its minimum.
fn created_with(view: View<'_>, minimum: Option<u64>) -> Option<u64> {
    if view.call.name == "CreateAutoScalingGroup" {
        minimum
    } else {
        None
    }
}

/// EKS names the group of a node group `eks-NODEGROUP-UUID`; the node group is
/// what is paid for, once.
fn node_group(name: &str) -> Option<Ref> {
    let rest = name.strip_prefix("eks-")?;
    let cut = rest.len().checked_sub(37)?;
    let (group, uuid) = rest.split_at_checked(cut)?;
    let dashes = uuid
        .strip_prefix('-')?
        .bytes()
        .filter(|&b| b == b'-')
        .count();
    (dashes == 4).then(|| Ref {
        kind: K::EksCluster,
        id: group.to_owned(),
    })
}

/// Whether any of the capacity may be spot.
fn buys_spot(view: View<'_>) -> Option<bool> {
    let distribution = "req.mixedInstancesPolicy.instancesDistribution";
    let above = view.number(&format!(
        "{distribution}.onDemandPercentageAboveBaseCapacity"
    ));
    above.map(|percentage| percentage < 100)
}

fn choices(view: View<'_>) -> Vec<Choice> {
    let mixed = view
        .all("req.mixedInstancesPolicy.launchTemplate")
        .into_iter()
        .next();
    if let Some(mixed) = mixed {
        return mixed_choices(mixed);
    }
    template_ref(view.all("req.launchTemplate").into_iter().next())
        .map(|template| Choice {
            launch: Launch {
                template: Some(template),
                ..Launch::default()
            },
            weight: None,
        })
        .into_iter()
        .collect()
}

fn mixed_choices(mixed: &Value) -> Vec<Choice> {
    let common = template_ref(at(mixed, "launchTemplateSpecification").into_iter().next());
    let choices: Vec<Choice> = at(mixed, "overrides")
        .into_iter()
        .map(|item| {
            let own = template_ref(at(item, "launchTemplateSpecification").into_iter().next());
            let launch = Launch {
                instance_type: text_at(item, "instanceType"),
                spot: None,
                template: own.or_else(|| common.clone()),
            };
            Choice {
                launch,
                weight: weight(item),
            }
        })
        .collect();
    if choices.is_empty() && common.is_some() {
        let launch = Launch {
            template: common,
            ..Launch::default()
        };
        return vec![Choice {
            launch,
            weight: None,
        }];
    }
    choices
}

fn configuration(view: View<'_>) -> Vec<Touch> {
    let Some(name) = view.text("req.launchConfigurationName") else {
        return Vec::new();
    };
    let launch = Launch {
        instance_type: view.text("req.instanceType"),
        spot: view.text("req.spotPrice").map(|_| true),
        template: None,
    };
    let touch = Touch::made(K::LaunchConfiguration, name)
        .note(D::InstanceType, launch.instance_type.as_deref())
        .note(D::Image, view.text("req.imageId"))
        .note(D::KeyPair, view.text("req.keyName"))
        .note(D::InstanceProfile, view.text("req.iamInstanceProfile"))
        .note(D::Market, (launch.spot == Some(true)).then_some("spot"))
        .note(
            D::UserData,
            (!view.all("req.userData").is_empty()).then_some("set"),
        );
    vec![touch.sized(Capacity::Configuration(launch))]
}

/// A scheduled action may raise the maximum later: the log shows how far.
fn scheduled(view: View<'_>) -> Vec<Touch> {
    let Some(name) = view.text(NAME) else {
        return Vec::new();
    };
    let id = view.text("req.scheduledActionName").unwrap_or_default();
    let touch = Touch::made(K::Schedule, format!("{name}/{id}"))
        .note(D::Service, Some("autoscaling"))
        .note(D::Target, Some(name))
        .note(D::Expression, view.text("req.recurrence|req.startTime"))
        .note(D::Maximum, view.text("req.maxSize"))
        .note(D::Desired, view.text("req.desiredCapacity"));
    vec![touch]
}

fn attach(view: View<'_>) -> Vec<Touch> {
    let owner = view.text(NAME).map(|id| Ref {
        kind: K::AutoScalingGroup,
        id,
    });
    view.texts("req.instanceIds")
        .into_iter()
        .map(|id| {
            Touch::changed(K::Instance, id)
                .note(D::LaunchedBy, owner.as_ref().map(|owner| owner.id.as_str()))
                .of(owner.clone())
        })
        .collect()
}
