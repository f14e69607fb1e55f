//! Close public doors, and clear away what could be used again.

use gardefou_finding::{Resource, ResourceKind as K, StepKind};

use super::{Line, Scene, Steps, detail, id, is_gone, is_made, place};
use crate::resource::Detail as D;

pub(super) fn close(scene: &Scene<'_>, steps: &mut Steps) {
    close_functions(scene, steps);
    close_permissions(scene, steps);
    close_networks(scene, steps);
    for resource in scene.resources.iter().filter(|resource| !is_gone(resource)) {
        if let Some((kind, line)) = unshare(resource) {
            let line = line.region(place(resource).region);
            steps.add(kind, id(resource), place(resource), [line]);
        }
    }
    end_model_access(scene, steps);
}

/// Agreements and entitlements that the incident made, with which it may call
/// models for money.
fn end_model_access(scene: &Scene<'_>, steps: &mut Steps) {
    let granted = |r: &&Resource| {
        matches!(
            detail(r, D::Call),
            Some("CreateFoundationModelAgreement" | "PutFoundationModelEntitlement")
        )
    };
    for model in scene.made(K::Other).filter(granted) {
        let line = Line::new("bedrock", "delete-foundation-model-agreement")
            .arg("--model-id", id(model))
            .region(place(model).region);
        steps.add(StepKind::RemoveModelAccess, id(model), place(model), [line]);
    }
}

fn close_functions(scene: &Scene<'_>, steps: &mut Steps) {
    for resource in scene.of(K::FunctionUrl).filter(|r| !is_gone(r)) {
        let name = detail(resource, D::Function).unwrap_or(id(resource));
        let line = Line::new("lambda", "delete-function-url-config")
            .arg("--function-name", name)
            .maybe("--qualifier", detail(resource, D::Qualifier))
            .region(place(resource).region);
        steps.add(
            StepKind::RemoveFunctionUrl,
            id(resource),
            place(resource),
            [line],
        );
    }
    for resource in scene.of(K::Function).filter(|r| !is_gone(r)) {
        let region = place(resource).region;
        if is_made(resource) {
            let line = Line::new("lambda", "put-function-concurrency")
                .arg("--function-name", id(resource))
                .arg("--reserved-concurrent-executions", "0")
                .region(region);
            steps.add(
                StepKind::DisableFunction,
                id(resource),
                place(resource),
                [line],
            );
        } else if detail(resource, D::Code).is_some() || detail(resource, D::Layers).is_some() {
            let line = Line::new("lambda", "list-versions-by-function")
                .arg("--function-name", id(resource))
                .region(region);
            steps.add(StepKind::Review, id(resource), place(resource), [line]);
        }
    }
}

fn close_permissions(scene: &Scene<'_>, steps: &mut Steps) {
    for resource in scene.made(K::FunctionPermission) {
        let (Some(name), Some(statement)) = (
            detail(resource, D::Function),
            detail(resource, D::Statement),
        ) else {
            continue;
        };
        let line = Line::new("lambda", "remove-permission")
            .arg("--function-name", name)
            .arg("--statement-id", statement)
            .maybe("--qualifier", detail(resource, D::Qualifier))
            .region(place(resource).region);
        let kind = permission_step(resource);
        steps.add(kind, id(resource), place(resource), [line]);
    }
}

/// Whom a permission lets in: a service, the account's own, or outsiders.
fn permission_step(permission: &Resource) -> StepKind {
    let principal = detail(permission, D::Principal).unwrap_or("*");
    let own = permission
        .account
        .as_ref()
        .is_some_and(|account| principal.contains(account.as_str()));
    if principal.ends_with(".amazonaws.com") || principal.ends_with(".amazonaws.com.cn") {
        StepKind::RemoveServicePermission
    } else if own {
        StepKind::Review
    } else {
        StepKind::RemoveFunctionPermission
    }
}

/// The rules let in are shown; which of them were there before, the log does
/// not tell.
fn close_networks(scene: &Scene<'_>, steps: &mut Steps) {
    for resource in scene.of(K::SecurityGroup).filter(|r| !is_gone(r)) {
        let Some(open) = detail(resource, D::OpenTo) else {
            continue;
        };
        let region = place(resource).region;
        let mut lines: Vec<Line> = open
            .split(',')
            .filter_map(|network| revoke(resource, network))
            .collect();
        if lines.is_empty() {
            lines.push(
                Line::new("ec2", "describe-security-group-rules")
                    .list(
                        "--filters",
                        [format!("Name=group-id,Values={}", id(resource)).as_str()],
                    )
                    .region(region),
            );
        }
        steps.add(StepKind::Review, id(resource), place(resource), lines);
    }
}

fn revoke(resource: &Resource, network: &str) -> Option<Line> {
    let mut words = detail(resource, D::Ports)?.split(' ');
    let (protocol, ports) = (words.next()?, words.next());
    let is_v4 = network.contains('/') && !network.contains(':');
    let by_id = id(resource).starts_with("sg-");
    (is_v4 && by_id).then(|| {
        Line::new("ec2", "revoke-security-group-ingress")
            .arg("--group-id", id(resource))
            .arg("--protocol", protocol)
            .maybe("--port", ports)
            .arg("--cidr", network)
            .region(place(resource).region)
    })
}

fn unshare(resource: &Resource) -> Option<(StepKind, Line)> {
    if resource.kind == K::Bucket {
        return close_bucket(resource);
    }
    let shared = detail(resource, D::SharedWith)?;
    // A list that was shortened has no whole last name.
    let with = shared.split(',').filter(|name| !name.ends_with('…'));
    let line = match (resource.kind, detail(resource, D::Service)) {
        (K::Snapshot, Some("rds")) => Line::new("rds", "modify-db-snapshot-attribute")
            .arg("--db-snapshot-identifier", id(resource))
            .arg("--attribute-name", "restore")
            .list("--values-to-remove", with),
        (K::Snapshot, Some("rds-cluster")) => {
            Line::new("rds", "modify-db-cluster-snapshot-attribute")
                .arg("--db-cluster-snapshot-identifier", id(resource))
                .arg("--attribute-name", "restore")
                .list("--values-to-remove", with)
        }
        (K::Snapshot, _) => Line::new("ec2", "reset-snapshot-attribute")
            .arg("--snapshot-id", id(resource))
            .arg("--attribute", "createVolumePermission"),
        (K::Image, _) => Line::new("ec2", "reset-image-attribute")
            .arg("--image-id", id(resource))
            .arg("--attribute", "launchPermission"),
        (K::KmsKey, _) => {
            let line = Line::new("kms", "list-grants").arg("--key-id", id(resource));
            return Some((StepKind::Review, line));
        }
        _ => return None,
    };
    Some((StepKind::Unshare, line))
}

/// The policy that was there before is not in the log: what is public is shut,
/// and what is shared with somebody is looked at.
fn close_bucket(bucket: &Resource) -> Option<(StepKind, Line)> {
    let opened = detail(bucket, D::Public) == Some("true")
        || detail(bucket, D::PublicAccessBlock) == Some("removed");
    if opened {
        let all = "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,\
                   RestrictPublicBuckets=true";
        let line = Line::new("s3api", "put-public-access-block")
            .arg("--bucket", id(bucket))
            .arg("--public-access-block-configuration", all);
        return Some((StepKind::Unshare, line));
    }
    detail(bucket, D::SharedWith)?;
    let line = Line::new("s3api", "get-bucket-policy").arg("--bucket", id(bucket));
    Some((StepKind::Review, line))
}

/// Mail, templates, definitions and keys: what could be used again.
pub(super) fn tidy(scene: &Scene<'_>, steps: &mut Steps) {
    stop_mail(scene, steps);
    for resource in scene.resources.iter().filter(|r| is_made(r) && !is_gone(r)) {
        let Some((kind, line)) = leftover(resource) else {
            continue;
        };
        let line = line.region(place(resource).region);
        steps.add(kind, id(resource), place(resource), [line]);
    }
}

fn stop_mail(scene: &Scene<'_>, steps: &mut Steps) {
    let sending = |r: &&Resource| detail(r, D::Sending) == Some("true");
    for resource in scene.of(K::Other).filter(sending) {
        let line = Line::new("sesv2", "put-account-sending-attributes")
            .flag("--no-sending-enabled")
            .region(place(resource).region);
        steps.add(StepKind::StopMail, id(resource), place(resource), [line]);
    }
    for resource in scene.made(K::EmailIdentity) {
        let line = Line::new("sesv2", "delete-email-identity")
            .arg("--email-identity", id(resource))
            .region(place(resource).region);
        steps.add(StepKind::StopMail, id(resource), place(resource), [line]);
    }
}

fn leftover(resource: &Resource) -> Option<(StepKind, Line)> {
    let name = id(resource);
    Some(match resource.kind {
        K::LaunchTemplate => {
            let option = if name.starts_with("lt-") {
                "--launch-template-id"
            } else {
                "--launch-template-name"
            };
            (
                StepKind::DeleteLaunchTemplate,
                Line::new("ec2", "delete-launch-template").arg(option, name),
            )
        }
        K::LaunchConfiguration => (
            StepKind::DeleteLaunchTemplate,
            Line::new("autoscaling", "delete-launch-configuration")
                .arg("--launch-configuration-name", name),
        ),
        K::TaskDefinition => (
            StepKind::DeregisterTaskDefinition,
            Line::new("ecs", "deregister-task-definition").arg("--task-definition", name),
        ),
        K::KeyPair => (
            StepKind::Review,
            Line::new("ec2", "delete-key-pair").arg("--key-name", name),
        ),
        _ => return None,
    })
}
