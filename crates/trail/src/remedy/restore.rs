//! Restore what was switched off, rotate what was read, look at the rest.

use std::collections::BTreeSet;

use gardefou_finding::{Resource, ResourceKind as K, ResourceState as S, StepKind};

use super::{Line, Place, Scene, Steps, detail, globally, id, is_gone, is_made, place};
use crate::resource::{Detail as D, SecretStore, awaits_deletion, is_expiring, is_unversioned};

/// Most regions that are looked at by a line of their own.
const MAX_REGIONS: usize = 40;

pub(super) fn restore(scene: &Scene<'_>, steps: &mut Steps) {
    for resource in scene
        .of(K::SecurityControl)
        .filter(|r| r.state != S::Active && !(is_gone(r) && is_made(r)))
    {
        let (kind, lines) = match control(resource) {
            None => recreate(resource),
            Some((kind, line)) => (kind, vec![line]),
        };
        let lines = lines
            .into_iter()
            .map(|line| line.region(place(resource).region));
        steps.add(kind, id(resource), place(resource), lines);
    }
    keep_objects(scene, steps);
    restore_keys(scene, steps);
    restore_secrets(scene, steps);
    rotate(scene, steps);
}

/// A deleted trail's bucket is not in the log: the reader fills it in.
fn recreate(control: &Resource) -> (StepKind, Vec<Line>) {
    if detail(control, D::Control) != Some("trail") || !is_gone(control) {
        return (StepKind::Review, Vec::new());
    }
    let name = id(control);
    let lines = vec![
        Line::new("cloudtrail", "create-trail")
            .arg("--name", name)
            .arg("--s3-bucket-name", "BUCKET")
            .flag("--is-multi-region-trail")
            .flag("--enable-log-file-validation"),
        Line::new("cloudtrail", "start-logging").arg("--name", name),
    ];
    (StepKind::RecreateTrail, lines)
}

/// How a control is switched on again. What was deleted with its settings, or
/// narrowed, cannot be restored from the log.
fn control(resource: &Resource) -> Option<(StepKind, Line)> {
    let (name, gone) = (id(resource), is_gone(resource));
    let off = resource.state == S::Stopped;
    let line = match detail(resource, D::Control) {
        Some("trail") if off => Line::new("cloudtrail", "start-logging").arg("--name", name),
        Some("trail") if !gone => {
            let line = Line::new("cloudtrail", "get-event-selectors").arg("--trail-name", name);
            return Some((StepKind::Review, line));
        }
        Some("event_data_store") if off => {
            Line::new("cloudtrail", "start-event-data-store-ingestion")
                .arg("--event-data-store", name)
        }
        Some("event_data_store") if gone => {
            Line::new("cloudtrail", "restore-event-data-store").arg("--event-data-store", name)
        }
        Some("detector") if off => Line::new("guardduty", "update-detector")
            .arg("--detector-id", name)
            .flag("--enable"),
        Some("detector") if gone => Line::new("guardduty", "create-detector").flag("--enable"),
        Some("config_recorder") if off => {
            Line::new("configservice", "start-configuration-recorder")
                .arg("--configuration-recorder-name", name)
        }
        Some("security_hub") => Line::new("securityhub", "enable-security-hub"),
        Some("macie") if off => Line::new("macie2", "enable-macie"),
        Some("ebs_encryption") => Line::new("ec2", "enable-ebs-encryption-by-default"),
        Some("snapshot_block_public_access") => {
            Line::new("ec2", "enable-snapshot-block-public-access")
                .arg("--state", "block-all-sharing")
        }
        Some("image_block_public_access") => Line::new("ec2", "enable-image-block-public-access")
            .arg("--image-block-public-access-state", "block-new-sharing"),
        Some("alarm") if off => {
            Line::new("cloudwatch", "enable-alarm-actions").list("--alarm-names", [name])
        }
        _ => return None,
    };
    Some((StepKind::RestoreControl, line))
}

/// What a ransom leaves on buckets: a lifecycle that deletes everything, and
/// versions no longer kept. The lifecycle of before is not in the log.
fn keep_objects(scene: &Scene<'_>, steps: &mut Steps) {
    for bucket in scene.of(K::Bucket).filter(|bucket| !is_gone(bucket)) {
        let on = |operation| Line::new("s3api", operation).arg("--bucket", id(bucket));
        let lifecycle = is_expiring(bucket).then(|| on("delete-bucket-lifecycle"));
        let versions = is_unversioned(bucket).then(|| {
            on("put-bucket-versioning").arg("--versioning-configuration", "Status=Enabled")
        });
        let lines: Vec<Line> = lifecycle.into_iter().chain(versions).collect();
        if !lines.is_empty() {
            steps.add(StepKind::KeepObjects, id(bucket), place(bucket), lines);
        }
    }
}

fn restore_keys(scene: &Scene<'_>, steps: &mut Steps) {
    for key in scene.of(K::KmsKey).filter(|key| key.state == S::Stopped) {
        let on = |operation| {
            Line::new("kms", operation)
                .arg("--key-id", id(key))
                .region(place(key).region)
        };
        let (kind, lines) = if awaits_deletion(key) {
            let lines = vec![on("cancel-key-deletion"), on("enable-key")];
            (StepKind::CancelDeletion, lines)
        } else if detail(key, D::Call) == Some("DeleteImportedKeyMaterial") {
            // Only who has the material can bring it back.
            let line = on("get-parameters-for-import")
                .arg("--wrapping-algorithm", "RSAES_OAEP_SHA_256")
                .arg("--wrapping-key-spec", "RSA_4096");
            (StepKind::Review, vec![line])
        } else {
            (StepKind::EnableKey, vec![on("enable-key")])
        };
        steps.add(kind, id(key), place(key), lines);
    }
}

fn restore_secrets(scene: &Scene<'_>, steps: &mut Steps) {
    let waits = |r: &&Resource| is_gone(r) && !is_made(r) && awaits_deletion(r);
    for secret in scene.of(K::Secret).filter(waits) {
        let line = Line::new("secretsmanager", "restore-secret")
            .arg("--secret-id", id(secret))
            .region(place(secret).region);
        steps.add(StepKind::CancelDeletion, id(secret), place(secret), [line]);
    }
}

/// A secret without rotation, and a parameter, are changed where they are used.
fn rotate(scene: &Scene<'_>, steps: &mut Steps) {
    let secrets: BTreeSet<_> = scene.secrets.iter().collect();
    for secret in secrets {
        let place = Place {
            account: secret.account.as_deref(),
            region: Some(&secret.region),
        };
        let line = match secret.store {
            SecretStore::SecretsManager => Some(
                Line::new("secretsmanager", "rotate-secret")
                    .arg("--secret-id", &secret.id)
                    .region(place.region),
            ),
            SecretStore::Parameter => None,
        };
        steps.add(StepKind::RotateSecret, &secret.id, place, line);
    }
}

/// What the log cannot show: other keys, other regions, what was left out.
pub(super) fn look(scene: &Scene<'_>, steps: &mut Steps) {
    for key in [K::User, K::Role] {
        for resource in scene
            .changed(key)
            .filter(|r| detail(r, D::Boundary).is_some())
        {
            steps.add(StepKind::Review, id(resource), globally(resource), []);
        }
    }
    let report = Line::new("iam", "generate-credential-report");
    steps.add(StepKind::ReviewCredentials, "", Place::default(), [report]);
    if runs_something(scene) {
        look_for_instances(scene, steps);
    }
    if scene.left_out > 0 {
        let left_out = ("", scene.left_out);
        steps.add_counted(StepKind::ReviewLeftOut, left_out, Place::default(), []);
    }
}

/// Whether the incident is about what runs, as far as it is known: a list of
/// instances says nothing about mail, models, buckets or users alone.
fn runs_something(scene: &Scene<'_>) -> bool {
    let about = |kind| {
        matches!(
            kind,
            K::Instance
                | K::LaunchTemplate
                | K::KeyPair
                | K::AutoScalingGroup
                | K::LaunchConfiguration
                | K::SecurityGroup
                | K::Volume
                | K::Snapshot
                | K::Image
                | K::SpotRequest
                | K::EcsCluster
                | K::EcsService
                | K::EcsTask
                | K::TaskDefinition
                | K::EksCluster
                | K::BatchResource
                | K::SageMakerResource
                | K::Stack
                | K::InstanceProfile
        )
    };
    scene.left_out > 0 || scene.resources.iter().any(|resource| about(resource.kind))
}

fn look_for_instances(scene: &Scene<'_>, steps: &mut Steps) {
    let regions: BTreeSet<&str> = scene
        .regions
        .iter()
        .copied()
        .filter(|r| !r.is_empty())
        .collect();
    for region in regions.into_iter().take(MAX_REGIONS) {
        let place = Place {
            account: None,
            region: Some(region),
        };
        let running = Line::new("ec2", "describe-instances")
            .list(
                "--filters",
                ["Name=instance-state-name,Values=pending,running"],
            )
            .region(Some(region));
        steps.add(StepKind::Review, region, place, [running]);
    }
}
