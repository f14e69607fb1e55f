//! The next steps' lines against the real AWS CLI, where it is installed.

use std::io::Write;
use std::process::{Command, Stdio};

use gardefou_finding::{
    Actor, ActorKind, ChainLink, EventRef, Identity, LinkKind, NextStep, Outcome, Position,
    Resource, StepKind, Timestamp, Untrusted,
};
use gardefou_trail::remedy::{Scene, next_steps};
use gardefou_trail::resource::{Call, Change, SecretRead, SecretStore, build, touches};
use serde_json::Value;

#[allow(clippy::unwrap_used, reason = "a helper of tests")]
fn at(second: i64) -> Timestamp {
    Timestamp::from_seconds(second).unwrap()
}

fn evidence(service: &str, name: &str, region: &str, second: i64) -> EventRef {
    EventRef {
        time: at(second),
        event_id: format!("e{second}").into(),
        service: format!("{service}.amazonaws.com").into(),
        call: name.into(),
        outcome: Outcome::Succeeded,
        error: None,
        region: region.into(),
        source_ip: "".into(),
        user_agent: "".into(),
        targets: Vec::new(),
        position: Position {
            source: "a".into(),
            offset: 0,
            record: 0,
        },
    }
}

fn resources(calls: &[Row]) -> Vec<Resource> {
    let mut changes = Vec::new();
    for (second, (service, name, request, response)) in (1_000_i64..).zip(calls) {
        let evidence = evidence(service, name, "eu-west-1", second);
        let found = touches(&Call {
            service: evidence.service.as_str(),
            name,
            region: "eu-west-1",
            account: Some("123456789012"),
            request: Some(request),
            response: Some(response),
            outcome: Outcome::Succeeded,
            time: evidence.time,
        });
        assert!(
            !found.touches.is_empty(),
            "{service} {name} touches nothing"
        );
        changes.extend(found.touches.into_iter().map(|touch| Change {
            time: evidence.time,
            order: 0,
            identity: 0,
            evidence: evidence.clone(),
            account: Some("123456789012".into()),
            touch,
        }));
    }
    build(changes)
        .into_iter()
        .map(|held| held.resource)
        .collect()
}

fn identity(key: &str, kind: ActorKind, arn: &str, link: Option<(usize, LinkKind)>) -> Identity {
    Identity {
        actor: Actor {
            key: key.into(),
            kind,
            arn: Some(arn.into()),
            name: None,
            account: Some("123456789012".into()),
        },
        link: link.map(|(from, kind)| ChainLink {
            from,
            kind,
            evidence: evidence("sts", "X", "r", 0),
        }),
        made_by_incident: false,
        calls: Default::default(),
        first_seen: None,
        last_seen: None,
    }
}

fn identities() -> Vec<Identity> {
    vec![
        identity(
            "AKIAALICEALICEALICE1",
            ActorKind::AccessKey,
            "arn:aws:iam::123456789012:user/alice",
            None,
        ),
        identity(
            "ASIASESSIONSESSION11",
            ActorKind::Session,
            "arn:aws:iam::123456789012:user/alice",
            Some((0, LinkKind::SessionToken)),
        ),
        identity(
            "ASIAROLEROLEROLEROL1",
            ActorKind::Session,
            "arn:aws:sts::123456789012:assumed-role/deploy/s",
            Some((0, LinkKind::AssumedRole)),
        ),
        identity(
            "arn:aws:iam::123456789012:user/bob",
            ActorKind::Console,
            "arn:aws:iam::123456789012:user/bob",
            Some((0, LinkKind::CreatedLogin)),
        ),
        identity(
            "ASIASSOSSOSSOSSOSSO1",
            ActorKind::Session,
            "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/tom.o'berg@acme.io",
            None,
        ),
    ]
}

/// A call of which a step comes: service, name, request, response.
type Row = (String, String, Value, Value);

/// Calls for every kind of step, some with names that are hard to quote.
#[allow(clippy::unwrap_used, reason = "a helper of tests")]
fn everything() -> Vec<Row> {
    serde_json::from_str(include_str!("calls.json")).unwrap()
}

fn steps() -> Vec<NextStep> {
    let resources = resources(&everything());
    let secrets = [SecretRead {
        store: SecretStore::SecretsManager,
        id: "db password".into(),
        region: "eu-west-1".into(),
        account: None,
    }];
    next_steps(&Scene {
        identities: &identities(),
        resources: &resources,
        secrets: &secrets,
        regions: &["eu-west-1", "us-east-1"],
        left_out: 3,
        now: at(1_762_077_600),
    })
}

/// Every kind of step has a line that is checked below.
#[test]
fn every_kind_of_step_is_made() {
    let steps = steps();
    let missing: Vec<StepKind> = [
        StepKind::DisableKey,
        StepKind::RevokeSessions,
        StepKind::DenyUser,
        StepKind::DenySsoUser,
        StepKind::RemoveSsoAccess,
        StepKind::RemoveLogin,
        StepKind::RemoveMfaDevice,
        StepKind::RemoveProvider,
        StepKind::RestoreTrust,
        StepKind::StopGroup,
        StepKind::StopService,
        StepKind::StopTask,
        StepKind::DeleteCluster,
        StepKind::DeregisterTaskDefinition,
        StepKind::ClearProtection,
        StepKind::TerminateInstance,
        StepKind::CancelSpot,
        StepKind::StopNotebook,
        StepKind::DeleteLaunchTemplate,
        StepKind::RemoveFunctionUrl,
        StepKind::RemoveFunctionPermission,
        StepKind::RemoveServicePermission,
        StepKind::DisableFunction,
        StepKind::RemoveUser,
        StepKind::RemoveRole,
        StepKind::DetachPolicy,
        StepKind::StopMail,
        StepKind::RestoreControl,
        StepKind::RecreateTrail,
        StepKind::KeepObjects,
        StepKind::CancelDeletion,
        StepKind::EnableKey,
        StepKind::RemoveModelAccess,
        StepKind::Unshare,
        StepKind::DisableSchedule,
        StepKind::RotateSecret,
        StepKind::Review,
        StepKind::ReviewCredentials,
        StepKind::ReviewLeftOut,
    ]
    .into_iter()
    .filter(|kind| !steps.iter().any(|step| step.kind == *kind))
    .collect();
    assert_eq!(missing, []);
}

#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "an oracle outside: the AWS CLI's own parser"
)]
fn the_aws_cli_takes_every_line() {
    let steps = steps();
    let lines: Vec<&str> = steps
        .iter()
        .flat_map(|step| &step.commands)
        .map(Untrusted::as_str)
        .collect();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli_check.py");
    let started = Command::new("python3")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = started else {
        eprintln!("SKIPPED: no python3, the AWS CLI lines were not checked");
        return;
    };
    child
        .stdin
        .take()
        .unwrap()
        .write_all(lines.join("\0").as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    if output.status.code() == Some(77) {
        eprintln!("SKIPPED: no awscli, its lines were not checked");
        return;
    }
    let refused = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{refused}");
}
