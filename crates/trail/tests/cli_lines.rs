//! The next steps' lines against the real AWS CLI, where it is installed.

use std::io::Write;
use std::process::{Command, Stdio};

use gardefou_finding::{
    Actor, ActorKind, ChainLink, EventRef, Identity, LinkKind, NextStep, Outcome, Position,
    Resource, StepKind, Timestamp, Untrusted,
};
use gardefou_trail::remedy::{Scene, next_steps};
use gardefou_trail::resource::{Call, Change, SecretRead, SecretStore, build, touches};
use serde_json::{Value, json};

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

fn resources(calls: &[(&str, &str, Value, Value)]) -> Vec<Resource> {
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
    ]
}

/// Every call for which there is a step, with names that are hard to quote.
fn everything() -> Vec<(&'static str, &'static str, Value, Value)> {
    let null = Value::Null;
    let document = r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":"*"}}]}"#;
    vec![
        (
            "iam",
            "CreateUser",
            json!({"userName": "-mallory+x@y"}),
            null.clone(),
        ),
        (
            "iam",
            "CreateAccessKey",
            null.clone(),
            json!({"accessKey": {"accessKeyId": "AKIAMALLORYMALLORY11", "userName": "-mallory+x@y"}}),
        ),
        (
            "iam",
            "CreateServiceSpecificCredential",
            json!({"userName": "alice", "serviceName": "codecommit.amazonaws.com"}),
            json!({"serviceSpecificCredential": {"serviceSpecificCredentialId": "ACCA12345678901234567"}}),
        ),
        (
            "iam",
            "UploadSSHPublicKey",
            json!({"userName": "alice"}),
            json!({"sSHPublicKey": {"sSHPublicKeyId": "APKA12345678901234567"}}),
        ),
        (
            "iam",
            "UploadSigningCertificate",
            json!({"userName": "alice"}),
            json!({"certificate": {"certificateId": "C123456789012345678901234567"}}),
        ),
        (
            "iam",
            "CreateLoginProfile",
            json!({"userName": "-mallory+x@y"}),
            null.clone(),
        ),
        (
            "iam",
            "CreateVirtualMFADevice",
            json!({"virtualMFADeviceName": "m"}),
            json!({"virtualMFADevice": {"serialNumber": "arn:aws:iam::123456789012:mfa/m"}}),
        ),
        (
            "iam",
            "EnableMFADevice",
            json!({"userName": "-mallory+x@y", "serialNumber": "arn:aws:iam::123456789012:mfa/m"}),
            null.clone(),
        ),
        (
            "iam",
            "AttachUserPolicy",
            json!({"userName": "-mallory+x@y", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
            null.clone(),
        ),
        (
            "iam",
            "PutUserPolicy",
            json!({"userName": "alice", "policyName": "p", "policyDocument": "{}"}),
            null.clone(),
        ),
        (
            "iam",
            "AttachGroupPolicy",
            json!({"groupName": "g", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
            null.clone(),
        ),
        (
            "iam",
            "AddUserToGroup",
            json!({"groupName": "g", "userName": "-mallory+x@y"}),
            null.clone(),
        ),
        (
            "iam",
            "CreateGroup",
            json!({"groupName": "h"}),
            null.clone(),
        ),
        (
            "iam",
            "PutGroupPolicy",
            json!({"groupName": "g", "policyName": "p", "policyDocument": "{}"}),
            null.clone(),
        ),
        (
            "iam",
            "CreateRole",
            json!({"roleName": "r", "assumeRolePolicyDocument": document}),
            null.clone(),
        ),
        (
            "iam",
            "PutRolePolicy",
            json!({"roleName": "r", "policyName": "p", "policyDocument": "{}"}),
            null.clone(),
        ),
        (
            "iam",
            "AttachRolePolicy",
            json!({"roleName": "deploy", "policyArn": "arn:aws:iam::123456789012:policy/p"}),
            null.clone(),
        ),
        (
            "iam",
            "AddRoleToInstanceProfile",
            json!({"roleName": "r", "instanceProfileName": "ip"}),
            null.clone(),
        ),
        (
            "iam",
            "UpdateAssumeRolePolicy",
            json!({"roleName": "old", "policyDocument": document}),
            null.clone(),
        ),
        (
            "iam",
            "CreatePolicy",
            json!({"policyName": "p", "policyDocument": "{}"}),
            json!({"policy": {"arn": "arn:aws:iam::123456789012:policy/p"}}),
        ),
        (
            "iam",
            "CreatePolicyVersion",
            json!({"policyArn": "arn:aws:iam::123456789012:policy/q", "policyDocument": "{}"}),
            null.clone(),
        ),
        (
            "iam",
            "CreateOpenIDConnectProvider",
            json!({"url": "x"}),
            json!({"openIDConnectProviderArn": "arn:aws:iam::123456789012:oidc-provider/x"}),
        ),
        (
            "iam",
            "CreateSAMLProvider",
            json!({"name": "x"}),
            json!({"sAMLProviderArn": "arn:aws:iam::123456789012:saml-provider/x"}),
        ),
        (
            "iam",
            "UpdateSAMLProvider",
            json!({"sAMLProviderArn": "arn:aws:iam::123456789012:saml-provider/y"}),
            null.clone(),
        ),
        (
            "rolesanywhere",
            "CreateTrustAnchor",
            json!({"name": "t"}),
            json!({"trustAnchor": {"trustAnchorId": "0d5a1dcf-0000-4000-8000-000000000000"}}),
        ),
        (
            "rolesanywhere",
            "CreateProfile",
            json!({"name": "t"}),
            json!({"profile": {"profileId": "0d5a1dcf-0000-4000-8000-000000000001"}}),
        ),
        (
            "events",
            "PutRule",
            json!({"name": "rule", "eventBusName": "default", "scheduleExpression": "rate(1 minute)"}),
            null.clone(),
        ),
        (
            "scheduler",
            "CreateSchedule",
            json!({"name": "s", "groupName": "g"}),
            null.clone(),
        ),
        (
            "autoscaling",
            "CreateAutoScalingGroup",
            json!({"autoScalingGroupName": "it's $(a) group", "maxSize": 999,
            "launchTemplate": {"launchTemplateId": "lt-1"}}),
            null.clone(),
        ),
        (
            "autoscaling",
            "PutScheduledUpdateGroupAction",
            json!({"autoScalingGroupName": "g", "scheduledActionName": "a", "maxSize": 9}),
            null.clone(),
        ),
        (
            "autoscaling",
            "UpdateAutoScalingGroup",
            json!({"autoScalingGroupName": "legit", "maxSize": 9}),
            null.clone(),
        ),
        (
            "autoscaling",
            "CreateLaunchConfiguration",
            json!({"launchConfigurationName": "lc"}),
            null.clone(),
        ),
        (
            "ecs",
            "CreateCluster",
            json!({"clusterName": "c"}),
            null.clone(),
        ),
        (
            "ecs",
            "CreateService",
            json!({"cluster": "c", "serviceName": "s", "desiredCount": 9, "taskDefinition": "f:1"}),
            null.clone(),
        ),
        (
            "application-autoscaling",
            "RegisterScalableTarget",
            json!({"resourceId": "service/c/s", "maxCapacity": 99}),
            null.clone(),
        ),
        (
            "ecs",
            "UpdateService",
            json!({"cluster": "c", "service": "legit", "desiredCount": 9}),
            null.clone(),
        ),
        (
            "ecs",
            "RunTask",
            json!({"cluster": "c", "taskDefinition": "f:1", "count": 4}),
            null.clone(),
        ),
        (
            "ecs",
            "RunTask",
            json!({"cluster": "c", "taskDefinition": "f:1"}),
            json!({"tasks": [{"taskArn": "arn:aws:ecs:eu-west-1:123456789012:task/c/0123"}]}),
        ),
        (
            "ecs",
            "RegisterTaskDefinition",
            json!({"family": "f"}),
            json!({"taskDefinition": {"taskDefinitionArn": "arn:aws:ecs:eu-west-1:1:task-definition/f:1"}}),
        ),
        ("eks", "CreateCluster", json!({"name": "k"}), null.clone()),
        (
            "eks",
            "CreateNodegroup",
            json!({"clusterName": "k", "nodegroupName": "n"}),
            null.clone(),
        ),
        (
            "batch",
            "CreateComputeEnvironment",
            json!({"computeEnvironmentName": "ce"}),
            null.clone(),
        ),
        (
            "batch",
            "CreateJobQueue",
            json!({"jobQueueName": "jq"}),
            null.clone(),
        ),
        (
            "batch",
            "SubmitJob",
            json!({"jobName": "j"}),
            json!({"jobId": "0123"}),
        ),
        (
            "ec2",
            "RequestSpotFleet",
            null.clone(),
            json!({"spotFleetRequestId": "sfr-1"}),
        ),
        (
            "ec2",
            "CreateFleet",
            json!({"CreateFleetRequest": {"Type": "maintain"}}),
            json!({"CreateFleetResponse": {"fleetId": "fleet-1"}}),
        ),
        (
            "ec2",
            "RequestSpotInstances",
            null.clone(),
            json!({"spotInstanceRequestSet": {"items": [{"spotInstanceRequestId": "sir-1"}]}}),
        ),
        (
            "ec2",
            "CreateLaunchTemplate",
            json!({"CreateLaunchTemplateRequest": {"LaunchTemplateName": "t", "LaunchTemplateData": {"DisableApiTermination": true}}}),
            json!({"CreateLaunchTemplateResponse": {"launchTemplate": {"launchTemplateId": "lt-1"}}}),
        ),
        (
            "ec2",
            "RunInstances",
            json!({"disableApiTermination": true, "disableApiStop": true}),
            json!({"instancesSet": {"items": [{"instanceId": "i-1"}, {"instanceId": "i-2"}]}}),
        ),
        (
            "ec2",
            "ModifyInstanceAttribute",
            json!({"instanceId": "i-9", "userData": "x"}),
            null.clone(),
        ),
        (
            "ec2",
            "CreateKeyPair",
            json!({"keyName": "a key"}),
            null.clone(),
        ),
        (
            "ec2",
            "AuthorizeSecurityGroupIngress",
            json!({"groupId": "sg-1", "cidrIp": "0.0.0.0/0", "ipProtocol": "tcp", "fromPort": 22, "toPort": 22}),
            null.clone(),
        ),
        (
            "ec2",
            "AuthorizeSecurityGroupIngress",
            json!({"groupId": "sg-2", "ipPermissions": {"items": [{"ipRanges": {}, "ipv6Ranges": {"items": [{"cidrIpv6": "::/0"}]}}]}}),
            null.clone(),
        ),
        (
            "ec2",
            "ModifySnapshotAttribute",
            json!({"snapshotId": "snap-1", "createVolumePermission": {"add": {"items": [{"userId": "2"}]}}}),
            null.clone(),
        ),
        (
            "ec2",
            "ModifyImageAttribute",
            json!({"imageId": "ami-1", "launchPermission": {"add": {"items": [{"group": "all"}]}}}),
            null.clone(),
        ),
        (
            "rds",
            "ModifyDBSnapshotAttribute",
            json!({"dBSnapshotIdentifier": "s", "valuesToAdd": ["2", "all"]}),
            null.clone(),
        ),
        (
            "rds",
            "ModifyDBClusterSnapshotAttribute",
            json!({"dBClusterSnapshotIdentifier": "cs", "valuesToAdd": ["2"]}),
            null.clone(),
        ),
        (
            "rds",
            "CreateDBInstance",
            json!({"dBInstanceIdentifier": "db", "dBInstanceClass": "db.t3.micro"}),
            null.clone(),
        ),
        (
            "s3",
            "PutBucketPolicy",
            json!({"bucketName": "open", "bucketPolicy": {"Statement": [{"Effect": "Allow", "Principal": "*"}]}}),
            null.clone(),
        ),
        (
            "s3",
            "PutBucketPolicy",
            json!({"bucketName": "shared", "bucketPolicy": {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "2"}}]}}),
            null.clone(),
        ),
        (
            "kms",
            "CreateGrant",
            json!({"keyId": "k1", "granteePrincipal": "2"}),
            null.clone(),
        ),
        (
            "kms",
            "ScheduleKeyDeletion",
            json!({"keyId": "k2"}),
            null.clone(),
        ),
        ("kms", "DisableKey", json!({"keyId": "k3"}), null.clone()),
        (
            "lambda",
            "CreateFunction20150331",
            json!({"functionName": "f"}),
            null.clone(),
        ),
        (
            "lambda",
            "CreateFunctionUrlConfig",
            json!({"functionName": "f", "qualifier": "live", "authType": "NONE"}),
            null.clone(),
        ),
        (
            "lambda",
            "AddPermission20150331v2",
            json!({"functionName": "f", "statementId": "s", "principal": "*"}),
            null.clone(),
        ),
        (
            "lambda",
            "UpdateFunctionCode20150331v2",
            json!({"functionName": "legit"}),
            null.clone(),
        ),
        (
            "ses",
            "CreateEmailIdentity",
            json!({"emailIdentity": "a@b.example"}),
            null.clone(),
        ),
        (
            "ses",
            "PutAccountSendingAttributes",
            json!({"sendingEnabled": true}),
            null.clone(),
        ),
        (
            "sagemaker",
            "CreateNotebookInstance",
            json!({"notebookInstanceName": "n"}),
            null.clone(),
        ),
        (
            "sagemaker",
            "CreateTrainingJob",
            json!({"trainingJobName": "tj"}),
            null.clone(),
        ),
        (
            "sagemaker",
            "CreateProcessingJob",
            json!({"processingJobName": "pj"}),
            null.clone(),
        ),
        (
            "sagemaker",
            "CreateEndpoint",
            json!({"endpointName": "e"}),
            null.clone(),
        ),
        (
            "bedrock",
            "CreateProvisionedModelThroughput",
            json!({"provisionedModelName": "m", "modelId": "x"}),
            null.clone(),
        ),
        (
            "lightsail",
            "CreateInstances",
            json!({"instanceNames": ["l"]}),
            null.clone(),
        ),
        (
            "cloudformation",
            "CreateStack",
            json!({"stackName": "st"}),
            null.clone(),
        ),
        (
            "cloudtrail",
            "StopLogging",
            json!({"name": "t"}),
            null.clone(),
        ),
        (
            "cloudtrail",
            "PutEventSelectors",
            json!({"trailName": "u"}),
            null.clone(),
        ),
        (
            "cloudtrail",
            "StopEventDataStoreIngestion",
            json!({"eventDataStore": "eds"}),
            null.clone(),
        ),
        (
            "cloudtrail",
            "DeleteEventDataStore",
            json!({"eventDataStore": "eds2"}),
            null.clone(),
        ),
        (
            "guardduty",
            "UpdateDetector",
            json!({"detectorId": "d", "enable": false}),
            null.clone(),
        ),
        (
            "guardduty",
            "DeleteDetector",
            json!({"detectorId": "d2"}),
            null.clone(),
        ),
        (
            "config",
            "StopConfigurationRecorder",
            json!({"configurationRecorderName": "default"}),
            null.clone(),
        ),
        ("securityhub", "DisableSecurityHub", json!({}), null.clone()),
        ("macie2", "DisableMacie", json!({}), null.clone()),
        (
            "ec2",
            "DisableEbsEncryptionByDefault",
            json!({}),
            null.clone(),
        ),
        (
            "ec2",
            "DisableSnapshotBlockPublicAccess",
            json!({}),
            null.clone(),
        ),
        (
            "ec2",
            "DisableImageBlockPublicAccess",
            json!({}),
            null.clone(),
        ),
        (
            "monitoring",
            "DisableAlarmActions",
            json!({"alarmNames": ["a1"]}),
            null.clone(),
        ),
        (
            "secretsmanager",
            "DeleteSecret",
            json!({"secretId": "gone"}),
            null,
        ),
    ]
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
        StepKind::RemoveLogin,
        StepKind::RestoreTrust,
        StepKind::StopGroup,
        StepKind::StopService,
        StepKind::StopTask,
        StepKind::DeleteCluster,
        StepKind::DeregisterTaskDefinition,
        StepKind::ClearProtection,
        StepKind::TerminateInstance,
        StepKind::CancelSpot,
        StepKind::DeleteLaunchTemplate,
        StepKind::RemoveFunctionUrl,
        StepKind::RemoveFunctionPermission,
        StepKind::DisableFunction,
        StepKind::RemoveUser,
        StepKind::RemoveRole,
        StepKind::DetachPolicy,
        StepKind::StopMail,
        StepKind::RestoreControl,
        StepKind::Unshare,
        StepKind::DisableSchedule,
        StepKind::RotateSecret,
        StepKind::Review,
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
