//! Restore what was switched off, rotate what was read, look at the rest.

use std::collections::BTreeSet;

use gardefou_finding::{Resource, ResourceKind as K, ResourceState as S, StepKind};

use super::{Line, Place, Scene, Steps, detail, globally, id, is_gone, place};
use crate::resource::{Detail as D, SecretStore};

/// Most regions that are looked at by a line of their own.
const MAX_REGIONS: usize = 40;

pub(super) fn restore(scene: &Scene<'_>, steps: &mut Steps) {
    for resource in scene
        .of(K::SecurityControl)
        .filter(|r| r.state != S::Active)
    {
        let (kind, line) = control(resource);
        let lines = line.map(|line| line.region(place(resource).region));
        steps.add(kind, id(resource), place(resource), lines);
    }
    restore_keys(scene, steps);
    restore_secrets(scene, steps);
    rotate(scene, steps);
}

/// How a control is switched on again. What was deleted with its settings, or
/// narrowed, cannot be restored from the log.
fn control(resource: &Resource) -> (StepKind, Option<Line>) {
    let (name, gone) = (id(resource), is_gone(resource));
    let off = resource.state == S::Stopped;
    let line = match detail(resource, D::Control) {
        Some("trail") if off => Line::new("cloudtrail", "start-logging").arg("--name", name),
        Some("trail") if !gone => {
            let line = Line::new("cloudtrail", "get-event-selectors").arg("--trail-name", name);
            return (StepKind::Review, Some(line));
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
        _ => return (StepKind::Review, None),
    };
    (StepKind::RestoreControl, Some(line))
}

fn restore_keys(scene: &Scene<'_>, steps: &mut Steps) {
    for key in scene.of(K::KmsKey).filter(|key| key.state == S::Stopped) {
        let on = |operation| {
            Line::new("kms", operation)
                .arg("--key-id", id(key))
                .region(place(key).region)
        };
        let pending = detail(key, D::PendingDays).map(|_| on("cancel-key-deletion"));
        let lines = pending.into_iter().chain([on("enable-key")]);
        steps.add(StepKind::RestoreControl, id(key), place(key), lines);
    }
}

fn restore_secrets(scene: &Scene<'_>, steps: &mut Steps) {
    for secret in scene.of(K::Secret).filter(|secret| is_gone(secret)) {
        if detail(secret, D::Service) == Some("secretsmanager") {
            let line = Line::new("secretsmanager", "restore-secret")
                .arg("--secret-id", id(secret))
                .region(place(secret).region);
            steps.add(StepKind::RestoreControl, id(secret), place(secret), [line]);
        }
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
    steps.add(
        StepKind::Review,
        "credential report",
        Place::default(),
        [report],
    );
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
    if scene.left_out > 0 {
        let target = format!("{} resources left out", scene.left_out);
        steps.add(StepKind::Review, &target, Place::default(), []);
    }
}
