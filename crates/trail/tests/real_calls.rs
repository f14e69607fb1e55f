//! Real calls of the shared data folder, where it is there.

use gardefou_finding::{Outcome, ResourceKind, Timestamp};
use gardefou_testkit::data::{files_with, shared};
use gardefou_trail::resource::{Call, Touch, is_notable, is_secret_read, secrets_read, touches};
use serde_json::Value;

/// The records of a folder of real ones, or `None` after saying loudly that
/// `test` is skipped.
#[allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "an oracle test reads its files"
)]
fn records(folder: &str, test: &str) -> Option<Vec<Value>> {
    let files = files_with(&shared(folder, test)?, "json");
    let records = files.iter().flat_map(|path| {
        match serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap() {
            Value::Array(records) => records,
            mut whole => match whole.get_mut("Records").map(Value::take) {
                Some(Value::Array(records)) => records,
                _ => vec![whole],
            },
        }
    });
    Some(records.collect())
}

/// What a record touches, and whether it is a secret that was read.
#[allow(clippy::unwrap_used, reason = "a helper of tests")]
fn read(record: &Value) -> (Vec<Touch>, bool) {
    let text = |key: &str| record.get(key).and_then(Value::as_str).unwrap_or("");
    let failed = record.get("errorCode").is_some_and(|code| !code.is_null());
    let call = Call {
        service: text("eventSource"),
        name: text("eventName"),
        region: text("awsRegion"),
        account: None,
        request: record.get("requestParameters"),
        response: record.get("responseElements"),
        outcome: if failed {
            Outcome::Failed
        } else {
            Outcome::Succeeded
        },
        time: Timestamp::from_seconds(0).unwrap(),
    };
    let found = touches(&call).touches;
    assert!(found.is_empty() || is_notable(call.service, call.name));
    let secrets = secrets_read(&call);
    assert!(secrets.is_empty() || is_secret_read(call.service, call.name));
    (found, !secrets.is_empty())
}

#[test]
fn real_attacks_are_seen_to_touch_what_they_touch() {
    let test = "real_attacks_are_seen_to_touch_what_they_touch";
    let Some(records) = records("cloudtrail/stratus", test) else {
        return;
    };
    let mut found: Vec<(ResourceKind, String)> = Vec::new();
    let mut secrets = 0;
    for record in records {
        let (touches, secret) = read(&record);
        found.extend(touches.into_iter().map(|touch| (touch.kind, touch.id)));
        secrets += usize::from(secret);
    }
    for (kind, start) in [
        (ResourceKind::AccessKey, "AKIA"),
        (ResourceKind::User, "malicious-iam-user"),
        (ResourceKind::Role, "stratus-red-team-backdoor-r-role"),
        (
            ResourceKind::LoginProfile,
            "stratus-red-team-login-profile-user",
        ),
        (
            ResourceKind::Policy,
            "user/malicious-iam-user/arn:aws:iam::aws:policy/Admin",
        ),
        (
            ResourceKind::FunctionPermission,
            "stratus-red-team-backdoor-f-func/backdoor",
        ),
        (ResourceKind::Function, "stratus-red-team-olc-func"),
        (ResourceKind::Snapshot, "snap-"),
        (ResourceKind::Snapshot, "exfiltration"),
        (ResourceKind::Image, "ami-"),
        (ResourceKind::SecurityGroup, "sg-"),
        (
            ResourceKind::SecurityControl,
            "stratus-red-team-ct-stop-trail",
        ),
        (ResourceKind::SecurityControl, "fl-"),
        (ResourceKind::SecurityControl, "rqlc-"),
        (ResourceKind::IdentityProvider, ""),
        (ResourceKind::Instance, "i-"),
    ] {
        let seen = found
            .iter()
            .any(|(k, id)| *k == kind && id.starts_with(start));
        assert!(seen, "{kind:?} {start} in {found:?}");
    }
    assert!(secrets > 10, "{secrets}");
}

#[test]
fn real_single_events_are_borne() {
    let Some(records) = records("cloudtrail/panther", "real_single_events_are_borne") else {
        return;
    };
    let touched = records.iter().filter(|r| !read(r).0.is_empty()).count();
    assert!(touched > 100, "{touched}");
}
