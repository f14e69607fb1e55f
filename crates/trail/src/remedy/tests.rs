//! Order, and names that are not names.

use std::collections::BTreeMap;

use gardefou_finding::{Actor, ActorKind};
use proptest::prelude::*;

use super::*;
use crate::fixture::event;

fn made(kind: ResourceKind, id: &str, details: &[(Detail, &str)]) -> Resource {
    let time = Timestamp::from_seconds(0).unwrap();
    Resource {
        kind,
        id: id.into(),
        account: Some("1".into()),
        region: "us-east-1".into(),
        action: ResourceAction::Created,
        state: ResourceState::Active,
        first: time,
        last: time,
        identity: 0,
        details: details
            .iter()
            .map(|(key, text)| (key.key().to_owned(), Untrusted::new(*text)))
            .collect(),
        evidence: event(0, "x.amazonaws.com", "Call"),
    }
}

fn alice() -> Identity {
    Identity {
        actor: Actor {
            key: "AKIA1".into(),
            kind: ActorKind::AccessKey,
            arn: Some("arn:aws:iam::1:user/alice".into()),
            name: Some("alice".into()),
            account: Some("1".into()),
        },
        link: None,
        made_by_incident: false,
        calls: BTreeMap::new(),
        first_seen: None,
        last_seen: None,
    }
}

fn steps(resources: &[Resource]) -> Vec<NextStep> {
    steps_of(&[alice()], resources)
}

fn steps_of(identities: &[Identity], resources: &[Resource]) -> Vec<NextStep> {
    next_steps(&Scene {
        identities,
        resources,
        secrets: &[],
        regions: &["us-east-1"],
        left_out: 0,
        now: Timestamp::from_seconds(1_762_000_000).unwrap(),
    })
}

/// A resource that was there before, in its state after the incident.
fn changed(
    kind: ResourceKind,
    id: &str,
    state: ResourceState,
    details: &[(Detail, &str)],
) -> Resource {
    Resource {
        action: ResourceAction::Changed,
        state,
        ..made(kind, id, details)
    }
}

/// The one step about a target: its kind and its lines.
fn about<'s>(steps: &'s [NextStep], target: &str) -> (StepKind, Vec<&'s str>) {
    let about: Vec<_> = steps
        .iter()
        .filter(|step| step.target.as_str() == target)
        .collect();
    assert_eq!(about.len(), 1, "steps about {target}");
    let lines = about[0].commands.iter().map(Untrusted::as_str).collect();
    (about[0].kind, lines)
}

fn position(steps: &[NextStep], kind: StepKind) -> usize {
    steps
        .iter()
        .position(|step| step.kind == kind)
        .unwrap_or_else(|| panic!("no {kind:?}"))
}

fn commands(steps: &[NextStep]) -> Vec<&str> {
    steps
        .iter()
        .flat_map(|step| &step.commands)
        .map(Untrusted::as_str)
        .collect()
}

#[test]
fn the_stolen_key_is_disabled_first() {
    let steps = steps(&[
        made(
            ResourceKind::AccessKey,
            "AKIA2",
            &[(Detail::User, "mallory")],
        ),
        made(ResourceKind::User, "mallory", &[]),
    ]);
    assert_eq!(
        (steps[0].kind, steps[0].target.as_str()),
        (StepKind::DisableKey, "AKIA1")
    );
    assert_eq!(
        (steps[1].kind, steps[1].target.as_str()),
        (StepKind::DisableKey, "AKIA2")
    );
    assert!(position(&steps, StepKind::DenyUser) < position(&steps, StepKind::RemoveUser));
}

#[test]
fn groups_stop_before_instances_and_protection_goes_before_termination() {
    let steps = steps(&[
        made(
            ResourceKind::Instance,
            "i-1",
            &[(Detail::TerminationProtection, "true")],
        ),
        made(ResourceKind::Instance, "i-2", &[]),
        made(ResourceKind::AutoScalingGroup, "g", &[]),
        made(ResourceKind::EcsService, "c/s", &[]),
        made(
            ResourceKind::Schedule,
            "rule",
            &[(Detail::Service, "events")],
        ),
    ]);
    let at = |kind| position(&steps, kind);
    assert!(at(StepKind::DisableSchedule) < at(StepKind::StopGroup));
    assert!(at(StepKind::StopGroup) < at(StepKind::ClearProtection));
    assert!(at(StepKind::StopService) < at(StepKind::TerminateInstance));
    assert!(at(StepKind::ClearProtection) < at(StepKind::TerminateInstance));
    let all = commands(&steps);
    assert!(all.contains(&"aws ec2 terminate-instances --instance-ids i-1 i-2 --region us-east-1"));
    assert_eq!(
        all.iter()
            .filter(|line| line.contains("no-disable-api-termination"))
            .count(),
        1
    );
}

#[test]
fn protection_by_the_launch_template_is_cleared_too() {
    let steps = steps(&[
        made(
            ResourceKind::LaunchTemplate,
            "lt-1",
            &[(Detail::TerminationProtection, "true")],
        ),
        made(
            ResourceKind::Instance,
            "i-1",
            &[(Detail::LaunchTemplate, "lt-1 $Latest")],
        ),
    ]);
    assert!(
        position(&steps, StepKind::ClearProtection) < position(&steps, StepKind::TerminateInstance)
    );
}

#[test]
fn what_was_only_changed_is_looked_at() {
    let mut group = made(ResourceKind::AutoScalingGroup, "production", &[]);
    group.action = ResourceAction::Changed;
    let mut service = made(ResourceKind::EcsService, "c/production", &[]);
    service.action = ResourceAction::Changed;
    let steps = steps(&[group, service]);
    let about: Vec<_> = steps
        .iter()
        .filter(|step| step.target.as_str().contains("production"))
        .collect();
    assert_eq!(about.len(), 2);
    assert!(about.iter().all(|step| step.kind == StepKind::Review));
    assert!(
        !commands(&steps)
            .iter()
            .any(|line| line.contains("delete") || line.contains("update-auto"))
    );
}

#[test]
fn a_key_already_inactive_needs_no_step() {
    let mut key = made(ResourceKind::AccessKey, "AKIA1", &[]);
    key.state = ResourceState::Stopped;
    assert!(
        !steps(&[key])
            .iter()
            .any(|step| step.kind == StepKind::DisableKey)
    );
}

#[test]
fn many_instances_go_in_lines_of_fifty() {
    let many: Vec<Resource> = (0..120)
        .map(|i| made(ResourceKind::Instance, &format!("i-{i}"), &[]))
        .collect();
    let steps = steps(&many);
    let lines: Vec<_> = steps
        .iter()
        .filter(|step| step.kind == StepKind::TerminateInstance)
        .collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0].target.as_str(), "i-0, i-1, i-2 (+47)");
}

#[test]
fn too_many_steps_end_in_how_many_more() {
    let many: Vec<Resource> = (0..700)
        .map(|i| made(ResourceKind::AutoScalingGroup, &format!("g{i}"), &[]))
        .collect();
    let steps = steps(&many);
    assert_eq!(steps.len(), MAX_STEPS + 1);
    let last = steps.last().unwrap();
    assert_eq!(
        (last.kind, last.target.as_str(), last.count),
        (StepKind::MoreSteps, "", 203)
    );
}

#[test]
fn a_name_that_cannot_be_one_makes_no_line() {
    for name in [
        "a\u{1b}[2J",
        "file:///etc/passwd",
        "a\nrm -rf /",
        "\u{202e}x",
    ] {
        let steps = steps(&[made(ResourceKind::AutoScalingGroup, name, &[])]);
        let step = steps
            .iter()
            .find(|step| step.target.as_str() == name)
            .unwrap();
        assert_eq!(
            (step.kind, step.commands.len()),
            (StepKind::Review, 0),
            "{name:?}"
        );
    }
}

/// AWS's documented way: deny, provision, then take the assignment away.
#[test]
fn a_user_of_identity_center_is_shut_out() {
    let mut tom = alice();
    tom.actor.kind = ActorKind::Session;
    let role = "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_0123456789abcdef";
    tom.actor.arn = Some(Untrusted::new(format!("{role}/tom.berg@acme.io")));
    let again = tom.clone();
    let steps = steps_of(&[tom, again], &[]);
    let kinds: Vec<_> = steps.iter().map(|step| step.kind).take(2).collect();
    assert_eq!(kinds, [StepKind::DenySsoUser, StepKind::RemoveSsoAccess]);
    assert_eq!(steps[0].target.as_str(), "tom.berg@acme.io");
    let lines = commands(&steps);
    assert!(lines[1].starts_with("aws sso-admin put-inline-policy-to-permission-set "));
    assert!(lines[1].contains(r#""aws:userid":"*:tom.berg@acme.io""#));
    assert!(lines[1].contains(r#""aws:TokenIssueTime":"2025-11-01T12:26:40Z""#));
    assert!(lines[2].starts_with("aws sso-admin provision-permission-set "));
    assert!(lines[6].ends_with("--target-type AWS_ACCOUNT --target-id 123456789012"));
    assert_eq!(steps.len(), 3, "no step without a line: {steps:?}");
}

#[test]
fn a_ransomed_bucket_keeps_its_objects() {
    let details = [
        (Detail::ExpiresAfterDays, "7"),
        (Detail::Versioning, "Suspended"),
    ];
    let state = ResourceState::Unknown;
    let steps = steps(&[changed(ResourceKind::Bucket, "b", state, &details)]);
    let lines = vec![
        "aws s3api delete-bucket-lifecycle --bucket b",
        "aws s3api put-bucket-versioning --bucket b --versioning-configuration Status=Enabled",
    ];
    assert_eq!(about(&steps, "b"), (StepKind::KeepObjects, lines));
}

#[test]
fn a_lifecycle_of_a_year_is_nobodys_ransom() {
    let details = [(Detail::ExpiresAfterDays, "365")];
    let bucket = changed(ResourceKind::Bucket, "b", ResourceState::Unknown, &details);
    assert!(
        !commands(&steps(&[bucket]))
            .iter()
            .any(|line| line.contains("s3api"))
    );
}

#[test]
fn instances_are_looked_for_only_where_something_runs() {
    let looks = |kind| {
        let lines = steps(&[made(kind, "x", &[])]);
        commands(&lines)
            .iter()
            .any(|line| line.contains("describe-instances"))
    };
    for kind in [
        ResourceKind::Bucket,
        ResourceKind::EmailIdentity,
        ResourceKind::User,
        ResourceKind::Other,
    ] {
        assert!(!looks(kind), "{kind:?}");
    }
    assert!(looks(ResourceKind::LaunchTemplate) && looks(ResourceKind::SpotRequest));
}

#[test]
fn a_permission_for_a_service_is_not_called_public() {
    for (principal, kind) in [
        ("events.amazonaws.com", StepKind::RemoveServicePermission),
        ("*", StepKind::RemoveFunctionPermission),
        ("666677778888", StepKind::RemoveFunctionPermission),
        ("arn:aws:iam::123456789012:root", StepKind::Review),
    ] {
        let details = [
            (Detail::Function, "f"),
            (Detail::Statement, "s"),
            (Detail::Principal, principal),
        ];
        let mut permission = made(ResourceKind::FunctionPermission, "f/s", &details);
        permission.account = Some("123456789012".into());
        let steps = steps(&[permission]);
        let (found, lines) = about(&steps, "f/s");
        assert_eq!((found, lines.len()), (kind, 1), "{principal}");
    }
}

#[test]
fn keys_are_brought_back_by_what_was_done_to_them() {
    let key = |id, details: &[(Detail, &str)]| {
        changed(ResourceKind::KmsKey, id, ResourceState::Stopped, details)
    };
    let steps = steps(&[
        key("pending", &[(Detail::PendingDays, "7")]),
        key("disabled", &[]),
        key("bare", &[(Detail::Call, "DeleteImportedKeyMaterial")]),
    ]);
    let (kind, lines) = about(&steps, "pending");
    assert_eq!((kind, lines.len()), (StepKind::CancelDeletion, 2));
    assert!(lines[0].starts_with("aws kms cancel-key-deletion --key-id pending"));
    assert_eq!(about(&steps, "disabled").0, StepKind::EnableKey);
    assert_eq!(about(&steps, "bare").0, StepKind::Review);
}

#[test]
fn a_secret_comes_back_only_while_its_deletion_waits() {
    let gone = |id, details: &[(Detail, &str)]| Resource {
        action: ResourceAction::Deleted,
        ..changed(ResourceKind::Secret, id, ResourceState::Deleted, details)
    };
    let steps = steps(&[
        gone("waits", &[(Detail::PendingDays, "30")]),
        gone("gone", &[]),
    ]);
    assert_eq!(about(&steps, "waits").0, StepKind::CancelDeletion);
    assert!(steps.iter().all(|step| step.target.as_str() != "gone"));
}

#[test]
fn a_deleted_trail_is_made_again() {
    let details = [(Detail::Control, "trail")];
    let state = ResourceState::Deleted;
    let trail = changed(ResourceKind::SecurityControl, "main", state, &details);
    let steps = steps(&[trail]);
    let (kind, lines) = about(&steps, "main");
    assert_eq!((kind, lines.len()), (StepKind::RecreateTrail, 2));
    assert!(
        lines[0].starts_with("aws cloudtrail create-trail --name main --s3-bucket-name BUCKET ")
    );
}

#[test]
fn an_mfa_device_is_no_password() {
    let device = made(ResourceKind::MfaDevice, "mfa", &[(Detail::User, "bob")]);
    assert_eq!(about(&steps(&[device]), "mfa").0, StepKind::RemoveMfaDevice);
}

#[test]
fn a_provider_is_named_by_its_arn() {
    let provider = |control, id| {
        let mut provider = made(
            ResourceKind::IdentityProvider,
            id,
            &[(Detail::Control, control)],
        );
        provider.account = Some("123456789012".into());
        provider
    };
    let steps = steps(&[
        provider("saml", "okta-dr"),
        provider("oidc", "https://idp.example/x"),
    ]);
    let (kind, lines) = about(&steps, "okta-dr");
    assert_eq!(kind, StepKind::RemoveProvider);
    assert!(
        lines[0].ends_with("--saml-provider-arn arn:aws:iam::123456789012:saml-provider/okta-dr")
    );
    let (_, lines) = about(&steps, "https://idp.example/x");
    assert!(lines[0].ends_with(" arn:aws:iam::123456789012:oidc-provider/idp.example/x"));
}

#[test]
fn an_agreement_for_a_model_is_ended() {
    for call in [
        "CreateFoundationModelAgreement",
        "PutFoundationModelEntitlement",
    ] {
        let model = made(ResourceKind::Other, "a.b-v1:0", &[(Detail::Call, call)]);
        let line =
            "aws bedrock delete-foundation-model-agreement --model-id a.b-v1:0 --region us-east-1";
        let steps = steps(&[model]);
        assert_eq!(
            about(&steps, "a.b-v1:0"),
            (StepKind::RemoveModelAccess, vec![line])
        );
    }
}

/// What is told in a language is told by the catalogue.
#[test]
fn a_target_holds_no_words_of_ours() {
    let left_out = next_steps(&Scene {
        identities: &[],
        resources: &[],
        secrets: &[],
        regions: &[],
        left_out: 3,
        now: Timestamp::from_seconds(0).unwrap(),
    });
    let told: Vec<_> = left_out
        .iter()
        .map(|step| (step.kind, step.target.as_str(), step.count))
        .collect();
    assert_eq!(
        told,
        [
            (StepKind::ReviewCredentials, "", 1),
            (StepKind::ReviewLeftOut, "", 3)
        ]
    );
}

const KINDS: [ResourceKind; 16] = [
    ResourceKind::Instance,
    ResourceKind::AutoScalingGroup,
    ResourceKind::EcsService,
    ResourceKind::EcsTask,
    ResourceKind::LaunchTemplate,
    ResourceKind::User,
    ResourceKind::Role,
    ResourceKind::AccessKey,
    ResourceKind::LoginProfile,
    ResourceKind::Policy,
    ResourceKind::FunctionUrl,
    ResourceKind::FunctionPermission,
    ResourceKind::SecurityGroup,
    ResourceKind::Snapshot,
    ResourceKind::Bucket,
    ResourceKind::Schedule,
];

proptest! {
    /// Whatever a log names its things, a shell reads back the same words: an
    /// AWS CLI call of two plain words, with no further command.
    #[test]
    fn no_hostile_name_leaves_its_word(
        kind in proptest::sample::select(KINDS.to_vec()),
        name in "[-a-z$`\"'\\\\;|&<>(){}*?!~#= /\n%\u{e9}]{1,24}",
        more in "\\PC{0,24}",
    ) {
        let details = [
            (Detail::User, more.as_str()),
            (Detail::OpenTo, more.as_str()),
            (Detail::Ports, name.as_str()),
            (Detail::SharedWith, more.as_str()),
            (Detail::Function, more.as_str()),
            (Detail::Statement, name.as_str()),
            (Detail::PolicyArn, more.as_str()),
            (Detail::TerminationProtection, "true"),
        ];
        for step in steps(&[made(kind, &name, &details)]) {
            for line in &step.commands {
                let words = shlex::split(line.as_str()).unwrap();
                prop_assert_eq!(words[0].as_str(), "aws");
                for word in &words[1..3] {
                    prop_assert!(word.bytes().all(|b| b == b'-' || b.is_ascii_alphanumeric()));
                }
                prop_assert!(!line.as_str().contains('\n'));
                let unquoted = outside_quotes(line.as_str());
                prop_assert!(!unquoted.contains(['$', '`', ';', '|', '&', '<', '>', '(', '*', '?', '~', '#', '!']),
                    "{}", line.as_str());
            }
        }
    }
}

/// A line without what stands in single quotes, and without `\'` between them.
fn outside_quotes(line: &str) -> String {
    let (mut quoted, mut out) = (false, String::new());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            '\'' => quoted = !quoted,
            '\\' if !quoted => assert_eq!(chars.next(), Some('\'')),
            _ if !quoted => out.push(c),
            _ => {}
        }
    }
    out
}
