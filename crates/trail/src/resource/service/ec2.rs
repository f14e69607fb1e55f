//! EC2.

use gardefou_finding::ResourceKind as K;
use gardefou_finding::ResourceState as S;
use serde_json::Value;

use super::Table;
use crate::resource::capacity::{Capacity, Choice, Group, Launch, Template, TemplateRef};
use crate::resource::row::{Effect, changed, gone, made, off, on};
use crate::resource::view::{View, at, text_at};
use crate::resource::{Detail as D, Ref, Touch};

const INSTANCES: &str = "req.instancesSet.instanceId|res.instancesSet.instanceId";

pub(super) static TABLE: Table = &[
    (
        "AssociateIamInstanceProfile",
        changed(K::Instance, "req.InstanceId")
            .with(&[(
                D::InstanceProfile,
                "req.IamInstanceProfile.Name|req.IamInstanceProfile.Arn",
            )])
            .effect(),
    ),
    (
        "AuthorizeSecurityGroupEgress",
        changed(K::SecurityGroup, "req.groupId").effect(),
    ),
    ("AuthorizeSecurityGroupIngress", Effect::Read(ingress)),
    (
        "CancelSpotFleetRequests",
        gone(K::SpotRequest, "req.SpotFleetRequestId").effect(),
    ),
    (
        "CancelSpotInstanceRequests",
        gone(
            K::SpotRequest,
            "req.spotInstanceRequestIdSet.spotInstanceRequestId",
        )
        .effect(),
    ),
    (
        "CopyImage",
        made(K::Image, "res.imageId")
            .with(&[(D::Source, "req.sourceImageId"), (D::Name, "req.name")])
            .effect(),
    ),
    (
        "CopySnapshot",
        made(K::Snapshot, "res.snapshotId")
            .with(&[(D::Source, "req.sourceSnapshotId")])
            .effect(),
    ),
    ("CreateFleet", Effect::Read(create_fleet)),
    (
        "CreateFlowLogs",
        made(K::SecurityControl, "res.flowLogIdSet|res.FlowLogIdSet")
            .fixed(D::Control, "flow_log")
            .effect(),
    ),
    (
        "CreateImage",
        made(K::Image, "res.imageId")
            .with(&[(D::Source, "req.instanceId"), (D::Name, "req.name")])
            .effect(),
    ),
    (
        "CreateInternetGateway",
        made(K::Other, "res.internetGateway.internetGatewayId")
            .fixed(D::Call, "CreateInternetGateway")
            .effect(),
    ),
    (
        "CreateKeyPair",
        made(K::KeyPair, "req.keyName|res.keyName").effect(),
    ),
    ("CreateLaunchTemplate", Effect::Read(create_template)),
    (
        "CreateLaunchTemplateVersion",
        Effect::Read(create_template_version),
    ),
    (
        "CreateNetworkAclEntry",
        changed(K::Other, "req.networkAclId")
            .fixed(D::Call, "CreateNetworkAclEntry")
            .effect(),
    ),
    (
        "CreateSecurityGroup",
        made(K::SecurityGroup, "res.groupId|req.groupName")
            .with(&[(D::Name, "req.groupName")])
            .effect(),
    ),
    (
        "CreateSnapshot",
        made(K::Snapshot, "res.snapshotId")
            .with(&[(D::Source, "req.volumeId")])
            .effect(),
    ),
    (
        "CreateSnapshots",
        made(
            K::Snapshot,
            "res.snapshotSet.snapshotId|res.snapshots.snapshotId",
        )
        .effect(),
    ),
    (
        "CreateSubnet",
        made(K::Other, "res.subnet.subnetId")
            .fixed(D::Call, "CreateSubnet")
            .effect(),
    ),
    (
        "CreateTrafficMirrorSession",
        made(K::Other, "res.trafficMirrorSession.trafficMirrorSessionId")
            .fixed(D::Call, "CreateTrafficMirrorSession")
            .effect(),
    ),
    (
        "CreateVolume",
        made(K::Volume, "res.volumeId")
            .with(&[(D::Source, "req.snapshotId")])
            .effect(),
    ),
    (
        "CreateVpc",
        made(K::Other, "res.vpc.vpcId")
            .fixed(D::Call, "CreateVpc")
            .effect(),
    ),
    (
        "CreateVpcPeeringConnection",
        made(K::Other, "res.vpcPeeringConnection.vpcPeeringConnectionId")
            .fixed(D::Call, "CreateVpcPeeringConnection")
            .effect(),
    ),
    ("DeleteFleets", gone(K::SpotRequest, "req.FleetId").effect()),
    (
        "DeleteFlowLogs",
        gone(K::SecurityControl, "req.FlowLogId|req.flowLogIds")
            .fixed(D::Control, "flow_log")
            .effect(),
    ),
    (
        "DeleteKeyPair",
        gone(K::KeyPair, "req.keyName|res.keyName").effect(),
    ),
    ("DeleteLaunchTemplate", Effect::Read(delete_template)),
    (
        "DeleteLaunchTemplateVersions",
        Effect::Read(change_template),
    ),
    (
        "DeleteNetworkAclEntry",
        changed(K::Other, "req.networkAclId")
            .fixed(D::Call, "DeleteNetworkAclEntry")
            .effect(),
    ),
    (
        "DeleteSecurityGroup",
        gone(K::SecurityGroup, "req.groupId|req.groupName").effect(),
    ),
    (
        "DeleteSnapshot",
        gone(K::Snapshot, "req.snapshotId").effect(),
    ),
    ("DeleteVolume", gone(K::Volume, "req.volumeId").effect()),
    ("DeregisterImage", gone(K::Image, "req.imageId").effect()),
    (
        "DisableEbsEncryptionByDefault",
        off(K::SecurityControl, "=ebs-encryption-by-default")
            .fixed(D::Control, "ebs_encryption")
            .effect(),
    ),
    (
        "DisableImageBlockPublicAccess",
        off(K::SecurityControl, "=image-block-public-access")
            .fixed(D::Control, "image_block_public_access")
            .effect(),
    ),
    (
        "DisableSnapshotBlockPublicAccess",
        off(K::SecurityControl, "=snapshot-block-public-access")
            .fixed(D::Control, "snapshot_block_public_access")
            .effect(),
    ),
    (
        "EnableEbsEncryptionByDefault",
        on(K::SecurityControl, "=ebs-encryption-by-default")
            .fixed(D::Control, "ebs_encryption")
            .effect(),
    ),
    (
        "EnableImageBlockPublicAccess",
        on(K::SecurityControl, "=image-block-public-access")
            .fixed(D::Control, "image_block_public_access")
            .effect(),
    ),
    (
        "EnableSerialConsoleAccess",
        on(K::Other, "=serial-console-access")
            .fixed(D::Call, "EnableSerialConsoleAccess")
            .effect(),
    ),
    (
        "EnableSnapshotBlockPublicAccess",
        on(K::SecurityControl, "=snapshot-block-public-access")
            .fixed(D::Control, "snapshot_block_public_access")
            .effect(),
    ),
    (
        "ImportKeyPair",
        made(K::KeyPair, "req.keyName|res.keyName").effect(),
    ),
    ("ModifyFleet", Effect::Read(modify_fleet)),
    ("ModifyImageAttribute", Effect::Read(share_image)),
    ("ModifyInstanceAttribute", Effect::Read(modify_instance)),
    (
        "ModifyInstanceMetadataOptions",
        changed(K::Instance, "req.InstanceId")
            .with(&[(D::MetadataTokens, "req.HttpTokens")])
            .effect(),
    ),
    ("ModifyLaunchTemplate", Effect::Read(change_template)),
    ("ModifySnapshotAttribute", Effect::Read(share_snapshot)),
    ("ModifySpotFleetRequest", Effect::Read(modify_spot_fleet)),
    (
        "RegisterImage",
        made(K::Image, "res.imageId")
            .with(&[(D::Name, "req.name")])
            .effect(),
    ),
    (
        "ReplaceIamInstanceProfileAssociation",
        changed(K::Instance, "res.iamInstanceProfileAssociation.instanceId")
            .with(&[(
                D::InstanceProfile,
                "req.IamInstanceProfile.Name|req.IamInstanceProfile.Arn",
            )])
            .effect(),
    ),
    ("RequestSpotFleet", Effect::Read(request_spot_fleet)),
    ("RequestSpotInstances", Effect::Read(request_spot_instances)),
    (
        "ResetImageAttribute",
        changed(K::Image, "req.imageId")
            .fixed(D::SharedWith, "")
            .effect(),
    ),
    (
        "ResetSnapshotAttribute",
        changed(K::Snapshot, "req.snapshotId")
            .fixed(D::SharedWith, "")
            .effect(),
    ),
    ("RevokeSecurityGroupIngress", Effect::Read(revoke_ingress)),
    ("RunInstances", Effect::Read(run_instances)),
    ("StartInstances", on(K::Instance, INSTANCES).effect()),
    ("StopInstances", off(K::Instance, INSTANCES).effect()),
    ("TerminateInstances", gone(K::Instance, INSTANCES).effect()),
];

fn run_instances(view: View<'_>) -> Vec<Touch> {
    let common = view.text("req.tagSpecificationSet.tags.key|req.TagSpecification.Tag.Key");
    let owner = common.is_some().then(|| request_owner(view)).flatten();
    view.all("res.instancesSet")
        .into_iter()
        .filter_map(|item| run_instance(view, item, owner.clone()))
        .collect()
}

fn run_instance(view: View<'_>, item: &Value, owner: Option<Ref>) -> Option<Touch> {
    let id = text_at(item, "instanceId")?;
    let launch = Launch {
        instance_type: text_at(item, "instanceType").or_else(|| view.text("req.instanceType")),
        spot: Some(is_spot(view, item)),
        template: template_ref(view.all("req.launchTemplate").into_iter().next()),
    };
    let owner = owner_by_tags(item).or(owner).or_else(|| spot_owner(item));
    let protection = view
        .flag("req.disableApiTermination")
        .map(|on| on.to_string());
    let stop = view.flag("req.disableApiStop").map(|on| on.to_string());
    let touch = Touch::made(K::Instance, id)
        .note(D::InstanceType, launch.instance_type.as_deref())
        .note(
            D::Image,
            text_at(item, "imageId").or_else(|| view.text("req.imageId")),
        )
        .note(D::KeyPair, text_at(item, "keyName"))
        .note(D::InstanceProfile, text_at(item, "iamInstanceProfile.arn"))
        .note(D::Market, (launch.spot == Some(true)).then_some("spot"))
        .note(
            D::LaunchTemplate,
            launch.template.as_ref().map(template_name),
        )
        .note(D::LaunchedBy, owner.as_ref().map(|owner| owner.id.as_str()))
        .note(D::TerminationProtection, protection)
        .note(D::StopProtection, stop)
        .sized(Capacity::Instance(launch))
        .of(owner);
    Some(touch)
}

fn is_spot(view: View<'_>, item: &Value) -> bool {
    let market = view.text("req.instanceMarketOptions.marketType");
    text_at(item, "instanceLifecycle").or(market).as_deref() == Some("spot")
}

/// The group or fleet named by AWS's own tags on an instance.
fn owner_by_tags(item: &Value) -> Option<Ref> {
    at(item, "tagSet")
        .into_iter()
        .chain(at(item, "tags"))
        .find_map(owner_of_tag)
}

fn request_owner(view: View<'_>) -> Option<Ref> {
    view.all("req.tagSpecificationSet.tags|req.TagSpecification.Tag")
        .into_iter()
        .find_map(owner_of_tag)
}

/// Tags under `aws:` can be set by AWS alone.
fn owner_of_tag(tag: &Value) -> Option<Ref> {
    let kind = match text_at(tag, "key")?.as_str() {
        "aws:autoscaling:groupName" => K::AutoScalingGroup,
        "aws:ec2:fleet-id" | "aws:ec2spot:fleet-request-id" => K::SpotRequest,
        _ => return None,
    };
    Some(Ref {
        kind,
        id: text_at(tag, "value")?,
    })
}

fn spot_owner(item: &Value) -> Option<Ref> {
    Some(Ref {
        kind: K::SpotRequest,
        id: text_at(item, "spotInstanceRequestId")?,
    })
}

fn modify_instance(view: View<'_>) -> Vec<Touch> {
    let Some(id) = view.text("req.instanceId") else {
        return Vec::new();
    };
    let named = |wanted: &str| {
        let attribute = view.text("req.attribute")?;
        attribute
            .eq_ignore_ascii_case(wanted)
            .then(|| view.text("req.value"))
            .flatten()
    };
    let termination = view
        .text("req.disableApiTermination")
        .or_else(|| named("disableApiTermination"));
    let stop = view
        .text("req.disableApiStop")
        .or_else(|| named("disableApiStop"));
    let kind = view
        .text("req.instanceType")
        .or_else(|| named("instanceType"));
    let user_data = !view.all("req.userData").is_empty() || named("userData").is_some();
    let mut touch = Touch::changed(K::Instance, id)
        .note(D::TerminationProtection, termination)
        .note(D::StopProtection, stop)
        .note(D::InstanceType, kind.as_deref())
        .note(D::UserData, user_data.then_some("changed"));
    if kind.is_some() {
        touch = touch.sized(Capacity::Instance(Launch {
            instance_type: kind,
            ..Launch::default()
        }));
    }
    vec![touch]
}

fn ingress(view: View<'_>) -> Vec<Touch> {
    security_group(view, true)
}

fn revoke_ingress(view: View<'_>) -> Vec<Touch> {
    security_group(view, false)
}

fn security_group(view: View<'_>, opened: bool) -> Vec<Touch> {
    let Some(id) = view.text("req.groupId|res.securityGroupRuleSet.groupId|req.groupName") else {
        return Vec::new();
    };
    let touch = Touch::changed(K::SecurityGroup, id).state(S::Active);
    if !opened {
        return vec![touch.note(D::OpenTo, Some("")).note(D::Ports, Some(""))];
    }
    vec![
        touch
            .note(D::OpenTo, opened_to(view))
            .note(D::Ports, ports(view)),
    ]
}

fn opened_to(view: View<'_>) -> Option<String> {
    let mut found = view
        .texts("req.cidrIp|req.ipPermissions.ipRanges.cidrIp|res.securityGroupRuleSet.cidrIpv4");
    found.extend(
        view.texts("req.ipPermissions.ipv6Ranges.cidrIpv6|res.securityGroupRuleSet.cidrIpv6"),
    );
    found.extend(view.texts("req.ipPermissions.groups.groupId"));
    found.sort();
    found.dedup();
    found.truncate(20);
    (!found.is_empty()).then(|| found.join(","))
}

fn ports(view: View<'_>) -> Option<String> {
    let protocol = view.text("req.ipProtocol|req.ipPermissions.ipProtocol")?;
    let from = view.text("req.fromPort|req.ipPermissions.fromPort");
    let to = view.text("req.toPort|req.ipPermissions.toPort");
    Some(match (from, to) {
        (Some(from), Some(to)) => format!("{protocol} {from}-{to}"),
        _ => protocol,
    })
}

fn share_image(view: View<'_>) -> Vec<Touch> {
    share(view, K::Image, "req.imageId", "launchPermission")
}

fn share_snapshot(view: View<'_>) -> Vec<Touch> {
    share(
        view,
        K::Snapshot,
        "req.snapshotId",
        "createVolumePermission",
    )
}

fn share(view: View<'_>, kind: K, id: &str, list: &str) -> Vec<Touch> {
    let Some(id) = view.text(id) else {
        return Vec::new();
    };
    let with = shared(view, list, "add");
    let touch = Touch::changed(kind, id).state(S::Active);
    let taken_back = with.is_none() && shared(view, list, "remove").is_some();
    vec![touch.note(
        D::SharedWith,
        if taken_back {
            Some(String::new())
        } else {
            with
        },
    )]
}

fn shared(view: View<'_>, list: &str, side: &str) -> Option<String> {
    let mut with = Vec::new();
    for field in [
        "userId",
        "group",
        "organizationArn",
        "organizationalUnitArn",
    ] {
        with.extend(view.texts(&format!("req.{list}.{side}.{field}")));
    }
    with.truncate(20);
    (!with.is_empty()).then(|| with.join(","))
}

fn create_template(view: View<'_>) -> Vec<Touch> {
    let Some(id) = view.text("res.launchTemplate.launchTemplateId|req.LaunchTemplateName") else {
        return Vec::new();
    };
    let launch = template_data(view);
    let template = Template {
        versions: [(1, launch.clone())].into(),
        source: None,
        default: Some(1),
    };
    vec![
        describe_template(Touch::made(K::LaunchTemplate, id), view, &launch)
            .sized(Capacity::Template(template)),
    ]
}

fn create_template_version(view: View<'_>) -> Vec<Touch> {
    let id = view.text(
        "res.launchTemplateVersion.launchTemplateId|req.LaunchTemplateId|req.LaunchTemplateName",
    );
    let Some(id) = id else { return Vec::new() };
    let launch = template_data(view);
    let template = Template {
        versions: view
            .number("res.launchTemplateVersion.versionNumber")
            .map(|version| (version, launch.clone()))
            .into_iter()
            .collect(),
        source: view.number("req.SourceVersion"),
        default: None,
    };
    let touch = Touch::changed(K::LaunchTemplate, id).state(S::Active);
    vec![describe_template(touch, view, &launch).sized(Capacity::Template(template))]
}

fn describe_template(touch: Touch, view: View<'_>, launch: &Launch) -> Touch {
    let termination = view.text("req.LaunchTemplateData.DisableApiTermination");
    touch
        .note(D::Name, view.text("req.LaunchTemplateName|res.launchTemplate.launchTemplateName|res.launchTemplateVersion.launchTemplateName"))
        .note(D::InstanceType, launch.instance_type.as_deref())
        .note(D::Image, view.text("req.LaunchTemplateData.ImageId"))
        .note(D::KeyPair, view.text("req.LaunchTemplateData.KeyName"))
        .note(D::InstanceProfile, view.text("req.LaunchTemplateData.IamInstanceProfile.Arn|req.LaunchTemplateData.IamInstanceProfile.Name"))
        .note(D::TerminationProtection, termination)
        .note(D::UserData, (!view.all("req.LaunchTemplateData.UserData").is_empty()).then_some("set"))
}

fn template_data(view: View<'_>) -> Launch {
    let market = view.text("req.LaunchTemplateData.InstanceMarketOptions.MarketType");
    Launch {
        instance_type: view.text("req.LaunchTemplateData.InstanceType"),
        spot: market.map(|market| market == "spot"),
        template: None,
    }
}

fn change_template(view: View<'_>) -> Vec<Touch> {
    let id = view
        .text("res.launchTemplate.launchTemplateId|req.LaunchTemplateId|req.LaunchTemplateName");
    let Some(id) = id else { return Vec::new() };
    let default = view
        .number("req.SetDefaultVersion|req.DefaultVersion|res.launchTemplate.defaultVersionNumber");
    let template = Template {
        default,
        ..Template::default()
    };
    let touch = Touch::changed(K::LaunchTemplate, id).state(S::Active).note(
        D::DefaultVersion,
        default.map(|version| version.to_string()),
    );
    vec![touch.sized(Capacity::Template(template))]
}

fn delete_template(view: View<'_>) -> Vec<Touch> {
    let id = view
        .text("res.launchTemplate.launchTemplateId|req.LaunchTemplateId|req.LaunchTemplateName");
    let name = view.text("req.LaunchTemplateName|res.launchTemplate.launchTemplateName");
    id.map(|id| Touch::gone(K::LaunchTemplate, id).note(D::Name, name))
        .into_iter()
        .collect()
}

/// A launch template as a call names it.
pub(super) fn template_ref(value: Option<&Value>) -> Option<TemplateRef> {
    let value = value?;
    let template =
        text_at(value, "launchTemplateId").or_else(|| text_at(value, "launchTemplateName"))?;
    Some(TemplateRef {
        template,
        version: text_at(value, "version"),
    })
}

/// A template with its version, for people.
pub(super) fn template_name(template: &TemplateRef) -> String {
    match &template.version {
        Some(version) => format!("{} {version}", template.template),
        None => template.template.clone(),
    }
}

fn create_fleet(view: View<'_>) -> Vec<Touch> {
    let Some(id) = view.text("res.fleetId") else {
        return Vec::new();
    };
    let mut choices = Vec::new();
    for config in view.all("req.LaunchTemplateConfigs") {
        choices.extend(config_choices(config, "LaunchTemplateSpecification"));
    }
    let kind = view.text("req.TargetCapacitySpecification.DefaultTargetCapacityType");
    let target = view.number("req.TargetCapacitySpecification.TotalTargetCapacity");
    let spot = kind.map(|kind| kind == "spot");
    // A fleet of type `instant` launches once and never again: its instances
    // are in the log for themselves.
    let instant = view.text("req.Type").as_deref() == Some("instant");
    let group = Group {
        desired: target,
        maximum: target,
        spot,
        choices,
        ..Group::default()
    };
    let touch = fleet(Touch::made(K::SpotRequest, id), &group);
    vec![if instant {
        Touch {
            capacity: None,
            ..touch.state(S::Stopped)
        }
    } else {
        touch
    }]
}

/// The ways to launch of one `LaunchTemplateConfig`.
fn config_choices(config: &Value, specification: &str) -> Vec<Choice> {
    let template = template_ref(at(config, specification).into_iter().next());
    let overrides: Vec<Choice> = at(config, "Overrides")
        .into_iter()
        .map(|item| Choice {
            launch: Launch {
                instance_type: text_at(item, "InstanceType"),
                spot: None,
                template: template.clone(),
            },
            weight: weight(item),
        })
        .collect();
    if overrides.is_empty() {
        return vec![Choice {
            launch: Launch {
                template,
                ..Launch::default()
            },
            weight: None,
        }];
    }
    overrides
}

/// The weight of a choice in units of capacity.
pub(super) fn weight(item: &Value) -> Option<f64> {
    let weight: f64 = text_at(item, "weightedCapacity")?.parse().ok()?;
    (weight.is_finite() && weight > 0.0).then_some(weight)
}

fn fleet(touch: Touch, group: &Group) -> Touch {
    let mut types: Vec<&str> = group
        .choices
        .iter()
        .filter_map(|c| c.launch.instance_type.as_deref())
        .collect();
    types.dedup();
    touch
        .note(
            D::InstanceType,
            (!types.is_empty()).then(|| types.join(",")),
        )
        .note(D::Desired, group.desired.map(|n| n.to_string()))
        .note(D::Market, (group.spot == Some(true)).then_some("spot"))
        .sized(Capacity::Group(group.clone()))
}

fn request_spot_fleet(view: View<'_>) -> Vec<Touch> {
    let Some(id) = view.text("res.spotFleetRequestId") else {
        return Vec::new();
    };
    let mut choices: Vec<Choice> = view
        .all("req.spotFleetRequestConfig.launchSpecifications|req.spotFleetRequestConfig.launchSpecificationSet")
        .into_iter()
        .map(|item| Choice {
            launch: Launch { instance_type: text_at(item, "instanceType"), ..Launch::default() },
            weight: weight(item),
        })
        .collect();
    for config in view.all("req.spotFleetRequestConfig.launchTemplateConfigs") {
        choices.extend(config_choices(config, "launchTemplateSpecification"));
    }
    let target = view.number("req.spotFleetRequestConfig.targetCapacity");
    let group = Group {
        desired: target,
        maximum: target,
        spot: Some(true),
        choices,
        ..Group::default()
    };
    vec![fleet(Touch::made(K::SpotRequest, id), &group)]
}

fn request_spot_instances(view: View<'_>) -> Vec<Touch> {
    let launch = Launch {
        instance_type: view.text("req.launchSpecification.instanceType"),
        spot: Some(true),
        template: None,
    };
    view.texts("res.spotInstanceRequestSet.spotInstanceRequestId")
        .into_iter()
        .map(|id| {
            let choices = vec![Choice {
                launch: launch.clone(),
                weight: None,
            }];
            let group = Group {
                desired: Some(1),
                maximum: Some(1),
                spot: Some(true),
                choices,
                ..Group::default()
            };
            fleet(Touch::made(K::SpotRequest, id), &group)
        })
        .collect()
}

fn modify_fleet(view: View<'_>) -> Vec<Touch> {
    resize(
        view,
        "req.FleetId",
        "req.TargetCapacitySpecification.TotalTargetCapacity",
    )
}

fn modify_spot_fleet(view: View<'_>) -> Vec<Touch> {
    resize(view, "req.spotFleetRequestId", "req.targetCapacity")
}

fn resize(view: View<'_>, id: &str, size: &str) -> Vec<Touch> {
    let Some(id) = view.text(id) else {
        return Vec::new();
    };
    let size = view.number(size);
    let state = if size == Some(0) {
        S::Stopped
    } else {
        S::Unknown
    };
    let group = Group {
        desired: size,
        maximum: size,
        ..Group::default()
    };
    let touch = Touch::changed(K::SpotRequest, id).state(state);
    vec![
        touch
            .note(D::Desired, size.map(|n| n.to_string()))
            .sized(Capacity::Group(group)),
    ]
}
