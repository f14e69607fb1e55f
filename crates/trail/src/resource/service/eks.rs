//! EKS. Node groups are kept as clusters' parts: `cluster/nodegroup`.

use gardefou_finding::ResourceKind as K;

use super::Table;
use crate::resource::capacity::{Capacity, Choice, Group, Launch};
use crate::resource::names::tail;
use crate::resource::row::{Effect, changed, gone, made};
use crate::resource::view::View;
use crate::resource::{Detail as D, Touch};

pub(super) static TABLE: Table = &[
    (
        "AssociateAccessPolicy",
        changed(K::EksCluster, "req.name|req.clusterName")
            .named(tail)
            .with(&[
                (D::PolicyArn, "req.policyArn"),
                (D::Principal, "req.principalArn"),
            ])
            .effect(),
    ),
    (
        "CreateAccessEntry",
        changed(K::EksCluster, "req.name|req.clusterName")
            .named(tail)
            .with(&[(D::Principal, "req.principalArn")])
            .effect(),
    ),
    (
        "CreateCluster",
        made(K::EksCluster, "req.name|res.cluster.name")
            .named(tail)
            .with(&[(D::Role, "req.roleArn")])
            .effect(),
    ),
    (
        "CreateFargateProfile",
        changed(K::EksCluster, "req.clusterName|req.name")
            .named(tail)
            .effect(),
    ),
    ("CreateNodegroup", Effect::Read(create_nodegroup)),
    (
        "DeleteCluster",
        gone(K::EksCluster, "req.name").named(tail).effect(),
    ),
    ("DeleteNodegroup", Effect::Read(delete_nodegroup)),
    (
        "UpdateClusterConfig",
        changed(K::EksCluster, "req.name")
            .named(tail)
            .with(&[(D::Public, "req.resourcesVpcConfig.endpointPublicAccess")])
            .effect(),
    ),
    ("UpdateNodegroupConfig", Effect::Read(update_nodegroup)),
];

fn id(view: View<'_>) -> Option<String> {
    let cluster = view.text("req.clusterName|req.name")?;
    let group = view.text("req.nodegroupName")?;
    Some(format!("{}/{group}", tail(&cluster)))
}

fn create_nodegroup(view: View<'_>) -> Vec<Touch> {
    id(view)
        .map(|id| describe(Touch::made(K::EksCluster, id), view))
        .into_iter()
        .collect()
}

fn update_nodegroup(view: View<'_>) -> Vec<Touch> {
    id(view)
        .map(|id| describe(Touch::changed(K::EksCluster, id), view))
        .into_iter()
        .collect()
}

fn delete_nodegroup(view: View<'_>) -> Vec<Touch> {
    id(view)
        .map(|id| Touch::gone(K::EksCluster, id))
        .into_iter()
        .collect()
}

fn describe(touch: Touch, view: View<'_>) -> Touch {
    let choices: Vec<Choice> = view
        .texts("req.instanceTypes")
        .into_iter()
        .map(|kind| Choice {
            launch: Launch {
                instance_type: Some(kind),
                ..Launch::default()
            },
            weight: None,
        })
        .collect();
    let group = Group {
        desired: view.number("req.scalingConfig.desiredSize"),
        maximum: view.number("req.scalingConfig.maxSize"),
        spot: view.text("req.capacityType").map(|kind| kind == "SPOT"),
        choices,
        ..Group::default()
    };
    touch
        .note(D::InstanceType, view.joined("req.instanceTypes"))
        .note(D::Minimum, view.text("req.scalingConfig.minSize"))
        .note(D::Maximum, group.maximum.map(|n| n.to_string()))
        .note(D::Desired, group.desired.map(|n| n.to_string()))
        .note(D::Market, (group.spot == Some(true)).then_some("spot"))
        .sized(Capacity::Group(group))
}
