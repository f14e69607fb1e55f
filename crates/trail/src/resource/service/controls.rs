//! Services that watch: their being switched off or narrowed.

use gardefou_finding::ResourceKind as K;
use gardefou_finding::ResourceState as S;

use super::Table;
use crate::resource::names::tail;
use crate::resource::row::{Effect, Row, changed, gone, made, off, on};
use crate::resource::view::View;
use crate::resource::{Detail as D, Touch};

const fn control(row: Row, kind: &'static str) -> Row {
    row.fixed(D::Control, kind)
}

const TRAIL: &str = "req.name|req.trailName";

pub(super) static CLOUDTRAIL: Table = &[
    (
        "CreateTrail",
        control(made(K::SecurityControl, TRAIL), "trail")
            .named(tail)
            .effect(),
    ),
    (
        "DeleteEventDataStore",
        control(
            gone(K::SecurityControl, "req.eventDataStore"),
            "event_data_store",
        )
        .named(tail)
        .effect(),
    ),
    (
        "DeleteTrail",
        control(gone(K::SecurityControl, TRAIL), "trail")
            .named(tail)
            .effect(),
    ),
    (
        "PutEventSelectors",
        control(changed(K::SecurityControl, TRAIL), "trail")
            .named(tail)
            .with(&[
                (D::Changed, "req.eventSelectors.readWriteType"),
                (D::Value, "req.eventSelectors.includeManagementEvents"),
            ])
            .effect(),
    ),
    (
        "PutInsightSelectors",
        control(changed(K::SecurityControl, TRAIL), "trail")
            .named(tail)
            .effect(),
    ),
    (
        "RemoveTags",
        control(changed(K::SecurityControl, "req.resourceId"), "trail")
            .named(tail)
            .effect(),
    ),
    (
        "StartLogging",
        control(on(K::SecurityControl, TRAIL), "trail")
            .named(tail)
            .effect(),
    ),
    (
        "StopEventDataStoreIngestion",
        control(
            off(K::SecurityControl, "req.eventDataStore"),
            "event_data_store",
        )
        .named(tail)
        .effect(),
    ),
    (
        "StopLogging",
        control(off(K::SecurityControl, TRAIL), "trail")
            .named(tail)
            .effect(),
    ),
    (
        "UpdateTrail",
        control(changed(K::SecurityControl, TRAIL), "trail")
            .named(tail)
            .with(&[
                (D::Target, "req.s3BucketName"),
                (D::EncryptedWith, "req.kmsKeyId"),
            ])
            .effect(),
    ),
];

pub(super) static GUARDDUTY: Table = &[
    (
        "CreateDetector",
        control(on(K::SecurityControl, "res.detectorId"), "detector").effect(),
    ),
    (
        "CreateFilter",
        control(changed(K::SecurityControl, "req.detectorId"), "detector")
            .with(&[(D::Changed, "req.name")])
            .effect(),
    ),
    (
        "CreateIPSet",
        control(changed(K::SecurityControl, "req.detectorId"), "detector")
            .with(&[(D::Changed, "req.location")])
            .effect(),
    ),
    (
        "DeleteDetector",
        control(gone(K::SecurityControl, "req.detectorId"), "detector").effect(),
    ),
    (
        "DeleteMembers",
        control(changed(K::SecurityControl, "req.detectorId"), "detector").effect(),
    ),
    (
        "DeletePublishingDestination",
        control(changed(K::SecurityControl, "req.detectorId"), "detector").effect(),
    ),
    (
        "DisassociateFromAdministratorAccount",
        control(changed(K::SecurityControl, "req.detectorId"), "detector").effect(),
    ),
    (
        "DisassociateFromMasterAccount",
        control(changed(K::SecurityControl, "req.detectorId"), "detector").effect(),
    ),
    (
        "DisassociateMembers",
        control(changed(K::SecurityControl, "req.detectorId"), "detector").effect(),
    ),
    (
        "StopMonitoringMembers",
        control(changed(K::SecurityControl, "req.detectorId"), "detector").effect(),
    ),
    ("UpdateDetector", Effect::Read(update_detector)),
    (
        "UpdateIPSet",
        control(changed(K::SecurityControl, "req.detectorId"), "detector").effect(),
    ),
];

fn update_detector(view: View<'_>) -> Vec<Touch> {
    let Some(id) = view.text("req.detectorId") else {
        return Vec::new();
    };
    let state = match view.flag("req.enable") {
        Some(true) => S::Active,
        Some(false) => S::Stopped,
        None => S::Unknown,
    };
    vec![
        Touch::changed(K::SecurityControl, id)
            .state(state)
            .note(D::Control, Some("detector")),
    ]
}

pub(super) static CONFIG: Table = &[
    (
        "DeleteConfigRule",
        control(
            gone(K::SecurityControl, "req.configRuleName"),
            "config_rule",
        )
        .effect(),
    ),
    (
        "DeleteConfigurationRecorder",
        control(
            gone(K::SecurityControl, "req.configurationRecorderName"),
            "config_recorder",
        )
        .effect(),
    ),
    (
        "DeleteDeliveryChannel",
        control(
            gone(
                K::SecurityControl,
                "req.deliveryChannelName|req.configurationRecorderName",
            ),
            "config_delivery_channel",
        )
        .effect(),
    ),
    (
        "PutConfigurationRecorder",
        control(
            changed(
                K::SecurityControl,
                "req.configurationRecorder.name|req.configurationRecorderName",
            ),
            "config_recorder",
        )
        .effect(),
    ),
    (
        "PutDeliveryChannel",
        control(
            changed(
                K::SecurityControl,
                "req.deliveryChannel.name|req.deliveryChannelName",
            ),
            "config_delivery_channel",
        )
        .effect(),
    ),
    (
        "StartConfigurationRecorder",
        control(
            on(K::SecurityControl, "req.configurationRecorderName"),
            "config_recorder",
        )
        .effect(),
    ),
    (
        "StopConfigurationRecorder",
        control(
            off(K::SecurityControl, "req.configurationRecorderName"),
            "config_recorder",
        )
        .effect(),
    ),
];

pub(super) static SECURITY_HUB: Table = &[
    (
        "BatchDisableStandards",
        control(
            off(K::SecurityControl, "req.standardsSubscriptionArns"),
            "security_hub_standard",
        )
        .effect(),
    ),
    (
        "DeleteInsight",
        control(
            gone(K::SecurityControl, "req.insightArn"),
            "security_hub_insight",
        )
        .effect(),
    ),
    (
        "DisableSecurityHub",
        control(off(K::SecurityControl, "=security-hub"), "security_hub").effect(),
    ),
    (
        "DisassociateFromAdministratorAccount",
        control(changed(K::SecurityControl, "=security-hub"), "security_hub").effect(),
    ),
    (
        "EnableSecurityHub",
        control(on(K::SecurityControl, "=security-hub"), "security_hub").effect(),
    ),
    (
        "UpdateStandardsControl",
        control(
            changed(K::SecurityControl, "req.standardsControlArn"),
            "security_hub_standard",
        )
        .effect(),
    ),
];

pub(super) static MACIE: Table = &[
    (
        "DisableMacie",
        control(off(K::SecurityControl, "=macie"), "macie").effect(),
    ),
    (
        "EnableMacie",
        control(on(K::SecurityControl, "=macie"), "macie").effect(),
    ),
    (
        "UpdateMacieSession",
        control(changed(K::SecurityControl, "=macie"), "macie")
            .with(&[(D::Status, "req.status")])
            .effect(),
    ),
];

pub(super) static ACCESS_ANALYZER: Table = &[
    (
        "CreateAnalyzer",
        control(
            made(K::SecurityControl, "req.analyzerName"),
            "access_analyzer",
        )
        .effect(),
    ),
    (
        "CreateArchiveRule",
        control(
            changed(K::SecurityControl, "req.analyzerName"),
            "access_analyzer",
        )
        .effect(),
    ),
    (
        "DeleteAnalyzer",
        control(
            gone(K::SecurityControl, "req.analyzerName"),
            "access_analyzer",
        )
        .effect(),
    ),
];

pub(super) static INSPECTOR: Table = &[
    (
        "Disable",
        control(off(K::SecurityControl, "=inspector"), "inspector").effect(),
    ),
    (
        "Enable",
        control(on(K::SecurityControl, "=inspector"), "inspector").effect(),
    ),
];

pub(super) static DETECTIVE: Table = &[(
    "DeleteGraph",
    control(gone(K::SecurityControl, "req.graphArn"), "detective_graph").effect(),
)];

pub(super) static LOGS: Table = &[
    (
        "DeleteDestination",
        control(
            gone(K::SecurityControl, "req.destinationName"),
            "log_destination",
        )
        .effect(),
    ),
    (
        "DeleteLogGroup",
        control(gone(K::SecurityControl, "req.logGroupName"), "log_group").effect(),
    ),
    (
        "DeleteLogStream",
        control(changed(K::SecurityControl, "req.logGroupName"), "log_group").effect(),
    ),
    (
        "DeleteMetricFilter",
        control(gone(K::SecurityControl, "req.filterName"), "metric_filter").effect(),
    ),
    (
        "DeleteResourcePolicy",
        control(gone(K::SecurityControl, "req.policyName"), "log_policy").effect(),
    ),
    (
        "DeleteSubscriptionFilter",
        control(
            gone(K::SecurityControl, "req.filterName"),
            "subscription_filter",
        )
        .effect(),
    ),
    (
        "PutRetentionPolicy",
        control(changed(K::SecurityControl, "req.logGroupName"), "log_group")
            .with(&[(D::Value, "req.retentionInDays")])
            .effect(),
    ),
];

pub(super) static MONITORING: Table = &[
    (
        "DeleteAlarms",
        control(gone(K::SecurityControl, "req.alarmNames"), "alarm").effect(),
    ),
    (
        "DisableAlarmActions",
        control(off(K::SecurityControl, "req.alarmNames"), "alarm").effect(),
    ),
    (
        "EnableAlarmActions",
        control(on(K::SecurityControl, "req.alarmNames"), "alarm").effect(),
    ),
];

pub(super) static RESOLVER: Table = &[
    (
        "DeleteResolverQueryLogConfig",
        control(
            gone(K::SecurityControl, "req.resolverQueryLogConfigId"),
            "dns_query_log",
        )
        .effect(),
    ),
    (
        "DisassociateResolverQueryLogConfig",
        control(
            off(K::SecurityControl, "req.resolverQueryLogConfigId"),
            "dns_query_log",
        )
        .effect(),
    ),
];

pub(super) static WAF: Table = &[
    (
        "DeleteIPSet",
        control(gone(K::SecurityControl, "req.name"), "web_acl").effect(),
    ),
    (
        "DeleteLoggingConfiguration",
        control(off(K::SecurityControl, "req.resourceArn"), "web_acl_log").effect(),
    ),
    (
        "DeleteRuleGroup",
        control(gone(K::SecurityControl, "req.name"), "web_acl").effect(),
    ),
    (
        "DeleteWebACL",
        control(gone(K::SecurityControl, "req.name"), "web_acl").effect(),
    ),
    (
        "DisassociateWebACL",
        control(off(K::SecurityControl, "req.resourceArn"), "web_acl").effect(),
    ),
    (
        "UpdateWebACL",
        control(changed(K::SecurityControl, "req.name"), "web_acl").effect(),
    ),
];
