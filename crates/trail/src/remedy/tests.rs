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
    next_steps(&Scene {
        identities: &[alice()],
        resources,
        secrets: &[],
        regions: &[],
        left_out: 0,
        now: Timestamp::from_seconds(1_762_000_000).unwrap(),
    })
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
        (last.kind, last.target.as_str()),
        (StepKind::Review, "202 more steps")
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
