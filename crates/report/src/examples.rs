//! Reports made by hand for the tests: a campaign with hostile text in every
//! field that an attacker writes, a quiet archive, an archive half unreadable.

use std::collections::BTreeMap;

use gardefou_finding::*;

/// Text that tries to break out of every format.
pub(crate) const HOSTILE: &[&str] = &[
    "\u{1b}[2J\u{1b}]0;owned\u{7}No incident.",
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "a\u{202e}gnp.exe\u{2066}\u{200b}\u{feff}",
    "``` ` | ~~~ [x](javascript:alert(1)) ![i](http://evil.example/i.png) @all #1",
    "line one\r\nline two\u{2028}three\u{85}four",
    "</style></svg>\"'><a href=\"javascript:alert(1)\">&lt;",
    "{n} {key} {{ }} %s $(id) `id`",
];

const ACCOUNT: &str = "111122223333";
const KEY: &str = "AKIAEXAMPLEMARC00001";
const SESSION: &str = "ASIAEXAMPLESESS00001";
const MAIL_KEY: &str = "AKIAEXAMPLEMAIL00001";
const REGIONS: [&str; 4] = ["us-east-1", "us-west-2", "eu-west-1", "ap-southeast-2"];

/// Seconds after the start of the campaign.
fn at(seconds: i64) -> Timestamp {
    let start = Timestamp::parse("2025-11-02T03:12:05Z").unwrap();
    Timestamp::from_seconds(start.seconds() + seconds).unwrap()
}

fn text(text: &str) -> Untrusted {
    Untrusted::new(text)
}

fn actor(key: &str, kind: ActorKind, name: &str) -> Actor {
    Actor {
        key: text(key),
        kind,
        arn: Some(text(&format!("arn:aws:iam::{ACCOUNT}:user/{name}"))),
        name: Some(text(name)),
        account: Some(text(ACCOUNT)),
    }
}

fn event(seconds: i64, service: &str, call: &str, region: &str) -> EventRef {
    let record = seconds.unsigned_abs();
    EventRef {
        time: at(seconds),
        event_id: text(&format!("0f3c1a52-0000-4000-8000-{record:012}")),
        service: text(&format!("{service}.amazonaws.com")),
        call: text(call),
        outcome: Outcome::Succeeded,
        error: None,
        region: text(region),
        source_ip: text("198.18.7.44"),
        user_agent: text("aws-cli/2.15.0 Python/3.11.6 Linux/6.5"),
        targets: Vec::new(),
        position: Position {
            source: text("AWSLogs/111122223333/CloudTrail/us-east-1/2025/11/02/part-07.json.gz"),
            offset: record * 1_731,
            record,
        },
    }
}

fn outcomes(list: &[(Outcome, u64)]) -> BTreeMap<Outcome, u64> {
    list.iter().copied().collect()
}

#[derive(Clone, Copy)]
struct Shot {
    seconds: i64,
    tactic: Tactic,
    technique: &'static str,
    service: &'static str,
    call: &'static str,
    title: &'static str,
    title_fr: &'static str,
    outcome: Outcome,
    count: u64,
    identity: usize,
}

const SHOTS: &[Shot] = &[
    Shot {
        seconds: 0,
        tactic: Tactic::InitialAccess,
        technique: "T1078.004",
        service: "sts",
        call: "GetCallerIdentity",
        title: "Long-lived key used from a new network",
        title_fr: "Clé durable utilisée depuis un nouveau réseau",
        outcome: Outcome::Succeeded,
        count: 1,
        identity: 0,
    },
    Shot {
        seconds: 31,
        tactic: Tactic::Discovery,
        technique: "T1580",
        service: "servicequotas",
        call: "GetServiceQuota",
        title: "Quota reconnaissance",
        title_fr: "Reconnaissance des quotas",
        outcome: Outcome::Succeeded,
        count: 24,
        identity: 0,
    },
    Shot {
        seconds: 58,
        tactic: Tactic::Discovery,
        technique: "T1526",
        service: "ec2",
        call: "RunInstances",
        title: "Dry-run probe of instance rights",
        title_fr: "Sondage à blanc des droits sur les instances",
        outcome: Outcome::DryRun,
        count: 8,
        identity: 0,
    },
    Shot {
        seconds: 72,
        tactic: Tactic::PrivilegeEscalation,
        technique: "T1548.005",
        service: "sts",
        call: "GetSessionToken",
        title: "Session token taken with a long-lived key",
        title_fr: "Jeton de session obtenu avec une clé durable",
        outcome: Outcome::Succeeded,
        count: 1,
        identity: 1,
    },
    Shot {
        seconds: 95,
        tactic: Tactic::Persistence,
        technique: "T1136.003",
        service: "iam",
        call: "CreateUser",
        title: "User created and given mail rights",
        title_fr: "Utilisateur créé et doté de droits d'envoi de courrier",
        outcome: Outcome::Succeeded,
        count: 4,
        identity: 1,
    },
    Shot {
        seconds: 160,
        tactic: Tactic::Persistence,
        technique: "T1098.001",
        service: "lambda",
        call: "CreateFunctionUrlConfig",
        title: "Lambda URL open to everyone",
        title_fr: "URL Lambda ouverte à tous",
        outcome: Outcome::Succeeded,
        count: 1,
        identity: 1,
    },
    Shot {
        seconds: 214,
        tactic: Tactic::Execution,
        technique: "T1610",
        service: "ecs",
        call: "CreateCluster",
        title: "Burst of ECS clusters",
        title_fr: "Rafale de clusters ECS",
        outcome: Outcome::Succeeded,
        count: 50,
        identity: 1,
    },
    Shot {
        seconds: 410,
        tactic: Tactic::DefenseEvasion,
        technique: "T1578",
        service: "ec2",
        call: "ModifyInstanceAttribute",
        title: "Termination protection switched on",
        title_fr: "Protection contre la résiliation activée",
        outcome: Outcome::Succeeded,
        count: 12,
        identity: 1,
    },
    Shot {
        seconds: 580,
        tactic: Tactic::Impact,
        technique: "T1496.001",
        service: "autoscaling",
        call: "CreateAutoScalingGroup",
        title: "Auto Scaling groups of GPU instances with an extreme maximum",
        title_fr: "Groupes Auto Scaling d'instances GPU au maximum démesuré",
        outcome: Outcome::Succeeded,
        count: 14,
        identity: 1,
    },
    Shot {
        seconds: 900,
        tactic: Tactic::Impact,
        technique: "T1496.004",
        service: "ses",
        call: "PutAccountDetails",
        title: "Mail sending limits raised",
        title_fr: "Plafonds d'envoi de courrier relevés",
        outcome: Outcome::Denied,
        count: 3,
        identity: 2,
    },
];

fn shot_event(shot: &Shot, index: usize) -> EventRef {
    let mut event = event(shot.seconds, shot.service, shot.call, REGIONS[index % 4]);
    event.outcome = shot.outcome;
    match shot.outcome {
        Outcome::Denied => event.error = Some(text("AccessDenied")),
        Outcome::DryRun => event.error = Some(text("Client.DryRunOperation")),
        _ => {}
    }
    let hostile = HOSTILE[index % HOSTILE.len()];
    event.user_agent = text(hostile);
    event.targets = vec![text(hostile), text("i-0abc"), text("c"), text("d")];
    event
}

fn shot_finding(shot: &Shot, index: usize, actors: &[Actor]) -> Finding {
    Finding {
        id: FindingId(format!("f-{index:04}")),
        rule: format!("gardefou-{}", shot.call.to_lowercase()),
        title: shot.title.to_owned(),
        title_fr: Some(shot.title_fr.to_owned()),
        severity: if shot.tactic == Tactic::Impact {
            Severity::Critical
        } else {
            Severity::High
        },
        confidence: Confidence::High,
        tactics: vec![shot.tactic],
        techniques: vec![Technique(shot.technique.to_owned())],
        actor: actors[shot.identity].clone(),
        outcome: shot.outcome,
        count: shot.count,
        first_seen: at(shot.seconds),
        last_seen: at(shot.seconds + 20),
        evidence: vec![shot_event(shot, index)],
        incident: Some("inc-5f1c9a03".to_owned()),
    }
}

fn identity(actor: Actor, link: Option<ChainLink>, calls: &[(Outcome, u64)]) -> Identity {
    Identity {
        made_by_incident: link.as_ref().is_some_and(|link| {
            matches!(
                link.kind,
                LinkKind::CreatedUser | LinkKind::CreatedKey | LinkKind::CreatedRole
            )
        }),
        actor,
        link,
        calls: outcomes(calls),
        first_seen: Some(at(0)),
        last_seen: Some(at(1_820)),
    }
}

fn link(from: usize, kind: LinkKind, seconds: i64, call: &str) -> Option<ChainLink> {
    Some(ChainLink {
        from,
        kind,
        evidence: event(seconds, "sts", call, "us-east-1"),
    })
}

fn identities() -> Vec<Identity> {
    use Outcome::{Denied, DryRun, Succeeded};
    vec![
        identity(
            actor(KEY, ActorKind::AccessKey, "marc.dubois"),
            None,
            &[(Succeeded, 31), (Denied, 6), (DryRun, 8)],
        ),
        identity(
            actor(SESSION, ActorKind::Session, "marc.dubois"),
            link(0, LinkKind::SessionToken, 72, "GetSessionToken"),
            &[(Succeeded, 318), (Denied, 9), (Outcome::Throttled, 4)],
        ),
        identity(
            actor("svc-mail-7", ActorKind::Principal, "svc-mail-7"),
            link(1, LinkKind::CreatedUser, 95, "CreateUser"),
            &[],
        ),
        identity(
            actor(MAIL_KEY, ActorKind::AccessKey, "svc-mail-7"),
            link(2, LinkKind::CreatedKey, 99, "CreateAccessKey"),
            &[(Succeeded, 2), (Denied, 3)],
        ),
        identity(
            actor(
                "arn:aws:iam::111122223333:role/ecsTaskRole",
                ActorKind::Principal,
                HOSTILE[1],
            ),
            link(1, LinkKind::PassedRole, 214, "RunTask"),
            &[],
        ),
        identity(
            actor("autoscaling.amazonaws.com", ActorKind::Service, HOSTILE[4]),
            link(1, LinkKind::ActsFor, 590, "RunInstances"),
            &[(Succeeded, 140)],
        ),
    ]
}

fn resource(kind: ResourceKind, id: &str, index: usize, seconds: i64) -> Resource {
    Resource {
        kind,
        id: text(id),
        account: Some(text(ACCOUNT)),
        region: text(REGIONS[index % 4]),
        action: ResourceAction::Created,
        state: ResourceState::Active,
        first: at(seconds),
        last: at(seconds),
        identity: 1,
        details: BTreeMap::new(),
        evidence: event(seconds, "ec2", "Create", REGIONS[index % 4]),
    }
}

fn resources() -> Vec<Resource> {
    let mut list = Vec::new();
    for index in 0..50 {
        let name = if index == 0 {
            HOSTILE[3].to_owned()
        } else {
            format!("prod-batch-{index:03}")
        };
        list.push(resource(
            ResourceKind::EcsCluster,
            &name,
            index,
            214 + index as i64,
        ));
    }
    for index in 0..14 {
        let name = format!("asg-{}-{index:02}", ["gpu", "web"][index % 2]);
        let mut group = resource(ResourceKind::AutoScalingGroup, &name, index, 580);
        group.details.insert("maximum".to_owned(), text("999"));
        group.details.insert(
            "instance_type".to_owned(),
            text(["p4d.24xlarge", "g5.48xlarge"][index % 2]),
        );
        list.push(group);
    }
    for index in 0..12 {
        let mut instance = resource(
            ResourceKind::Instance,
            &format!("i-0a1b2c3d4e5f6{index:04}"),
            index,
            400,
        );
        instance
            .details
            .insert("termination_protection".to_owned(), text("true"));
        instance
            .details
            .insert("note".to_owned(), text(HOSTILE[index % HOSTILE.len()]));
        list.push(instance);
    }
    list.push(resource(
        ResourceKind::TaskDefinition,
        "batch-worker:1",
        0,
        200,
    ));
    list.push(resource(ResourceKind::Function, HOSTILE[0], 0, 150));
    list.push(resource(ResourceKind::FunctionUrl, "sync-helper", 0, 160));
    list.push(resource(ResourceKind::User, "svc-mail-7", 0, 95));
    list.push(resource(ResourceKind::AccessKey, MAIL_KEY, 0, 99));
    let mut identity = resource(ResourceKind::EmailIdentity, HOSTILE[2], 0, 880);
    identity.action = ResourceAction::Changed;
    identity.state = ResourceState::Unknown;
    list.push(identity);
    let mut gone = resource(ResourceKind::KeyPair, &"k".repeat(400), 0, 390);
    gone.action = ResourceAction::Deleted;
    gone.state = ResourceState::Deleted;
    list.push(gone);
    list
}

fn cost(resources: &[Resource]) -> Cost {
    let mut cost = Cost {
        prices_as_of: "2026-11-01".to_owned(),
        prices_source: "AWS Price List API".to_owned(),
        ..Cost::default()
    };
    for (index, resource) in resources.iter().enumerate() {
        let (unit, price, now, max) = match resource.kind {
            ResourceKind::AutoScalingGroup if index % 2 == 0 => ("p4d.24xlarge", 21.957, 3, 999),
            ResourceKind::AutoScalingGroup => ("g5.48xlarge", 16.288, 2, 999),
            ResourceKind::Instance => ("c5.18xlarge", 3.06, 1, 1),
            _ => continue,
        };
        cost.usd_per_hour_now += price * now as f64;
        cost.usd_per_hour_max += price * max as f64;
        cost.items.push(CostItem {
            resource: index,
            unit: text(unit),
            count_now: now,
            count_max: max,
            unit_usd_per_hour: price,
            pricing: if index % 2 == 0 {
                Pricing::OnDemand
            } else {
                Pricing::Spot
            },
        });
    }
    cost.unpriced.push(Unpriced {
        resource: 0,
        unit: text("x9z.999xlarge"),
        count_now: 1,
        count_max: 10,
    });
    cost.metered.push(Metered {
        resource: 0,
        calls: 340,
    });
    cost
}

fn step(kind: StepKind, target: &str, command: &str) -> NextStep {
    NextStep {
        kind,
        target: text(target),
        count: 1,
        commands: vec![text(command)],
        account: Some(text(ACCOUNT)),
        region: Some(text("us-east-1")),
    }
}

/// For each kind of resource: what is done to it, and how.
const UNDO: &[(ResourceKind, StepKind, &str)] = &[
    (
        ResourceKind::AutoScalingGroup,
        StepKind::StopGroup,
        "autoscaling update-auto-scaling-group --min-size 0 --max-size 0 --desired-capacity 0 --auto-scaling-group-name",
    ),
    (
        ResourceKind::Instance,
        StepKind::ClearProtection,
        "ec2 modify-instance-attribute --no-disable-api-termination --instance-id",
    ),
    (
        ResourceKind::Instance,
        StepKind::TerminateInstance,
        "ec2 terminate-instances --instance-ids",
    ),
    (
        ResourceKind::EcsCluster,
        StepKind::DeleteCluster,
        "ecs delete-cluster --cluster",
    ),
    (
        ResourceKind::FunctionUrl,
        StepKind::RemoveFunctionUrl,
        "lambda delete-function-url-config --function-name",
    ),
    (
        ResourceKind::Function,
        StepKind::DisableFunction,
        "lambda put-function-concurrency --reserved-concurrent-executions 0 --function-name",
    ),
];

const DENY_ALL: &str =
    r#"'{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'"#;

fn next_steps(resources: &[Resource]) -> Vec<NextStep> {
    let disable = |key, user| {
        let line = "aws iam update-access-key --status Inactive";
        step(
            StepKind::DisableKey,
            key,
            &format!("{line} --user-name {user} --access-key-id {key}"),
        )
    };
    let deny = format!(
        "aws iam put-user-policy --user-name marc.dubois --policy-name gardefou-deny-all --policy-document {DENY_ALL}"
    );
    let mut steps = vec![
        disable(KEY, "marc.dubois"),
        disable(MAIL_KEY, "svc-mail-7"),
        step(StepKind::DenyUser, "marc.dubois", &deny),
    ];
    for (kind, step_kind, call) in UNDO {
        let these = resources.iter().filter(|one| one.kind == *kind);
        steps.extend(these.map(|one| undo(one, *step_kind, call)));
    }
    let mail = "aws ses update-account-sending-enabled --no-enabled --region us-east-1";
    steps.push(step(StepKind::StopMail, "account sending", mail));
    steps.push(step(
        StepKind::RemoveUser,
        "svc-mail-7",
        "aws iam delete-user --user-name svc-mail-7",
    ));
    let review = step(StepKind::Review, "how the key of marc.dubois got out", "");
    steps.push(NextStep {
        commands: Vec::new(),
        region: None,
        ..review
    });
    steps
}

fn undo(resource: &Resource, kind: StepKind, call: &str) -> NextStep {
    let (region, id) = (resource.region.as_str(), resource.id.as_str());
    let quoted = format!("'{}'", id.replace('\'', "'\\''"));
    let mut step = step(kind, id, &format!("aws {call} {quoted} --region {region}"));
    step.region = Some(resource.region.clone());
    step
}

fn stages(findings: &[Finding]) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    for finding in findings {
        let tactic = finding.tactics[0];
        let position = stages
            .iter()
            .position(|stage| stage.tactic == tactic)
            .unwrap_or_else(|| {
                stages.push(Stage {
                    tactic,
                    techniques: Vec::new(),
                    first: finding.first_seen,
                    last: finding.last_seen,
                    findings: Vec::new(),
                    calls: BTreeMap::new(),
                });
                stages.len() - 1
            });
        let stage = &mut stages[position];
        stage.techniques.extend(finding.techniques.iter().cloned());
        stage.last = finding.last_seen;
        stage.findings.push(finding.id.clone());
        *stage.calls.entry(finding.outcome).or_default() += finding.count;
    }
    stages
}

fn timeline(findings: &[Finding]) -> Vec<TimelineEntry> {
    let entry = |(index, finding): (usize, &Finding)| TimelineEntry {
        event: finding.evidence[0].clone(),
        until: finding.last_seen,
        count: finding.count,
        identity: SHOTS[index].identity,
        tactic: finding.tactics.first().copied(),
        findings: vec![finding.id.clone()],
    };
    findings.iter().enumerate().map(entry).collect()
}

fn boundary() -> Boundary {
    Boundary {
        starts: at(0),
        ends: at(1_820),
        reason: BoundaryReason::NewNetwork,
        novelties: vec![
            Novelty {
                kind: NoveltyKind::Network,
                value: text("198.18.7.0/24"),
                at: at(0),
            },
            Novelty {
                kind: NoveltyKind::UserAgent,
                value: text(HOSTILE[5]),
                at: at(0),
            },
            Novelty {
                kind: NoveltyKind::Region,
                value: text("ap-southeast-2"),
                at: at(215),
            },
            Novelty {
                kind: NoveltyKind::Service,
                value: text("ecs.amazonaws.com"),
                at: at(200),
            },
        ],
        calls_before: 1_284,
        history_days: 28,
        history_is_short: false,
    }
}

fn origin() -> Origin {
    Origin {
        addresses: vec![
            (text("198.18.7.44"), 371),
            (text("autoscaling.amazonaws.com"), 140),
        ],
        user_agents: HOSTILE.iter().map(|agent| (text(agent), 40)).collect(),
        regions: REGIONS.iter().map(|region| (text(region), 128)).collect(),
    }
}

fn tool() -> Tool {
    Tool {
        name: "gardefou".to_owned(),
        version: "0.1.0".to_owned(),
    }
}

fn coverage() -> Coverage {
    Coverage {
        sources: SourceCoverage {
            files: 214,
            bytes_stored: 2_904_113,
            bytes_inflated: 48_220_907,
        },
        events_read: 28_406,
        skipped: [
            (SkipReason::DuplicateDelivery, 61),
            (SkipReason::DigestFile, 28),
        ]
        .into(),
        failed: BTreeMap::new(),
        forms: [(InputForm::Records, 186), (InputForm::Digest, 28)].into(),
        first_event: Some(at(-2_500_000)),
        last_event: Some(at(40_000)),
        accounts: vec![text(ACCOUNT)],
        regions: REGIONS.iter().map(|region| text(region)).collect(),
        skips: vec![Skip {
            source: text(HOSTILE[4]),
            offset: None,
            reason: SkipReason::DigestFile,
        }],
        failures: Vec::new(),
    }
}

fn outside(index: usize) -> Finding {
    let shot = &SHOTS[index % SHOTS.len()];
    let actor = actor(
        "AKIAEXAMPLEOTHER0001",
        ActorKind::AccessKey,
        HOSTILE[index % HOSTILE.len()],
    );
    let mut finding = shot_finding(shot, index, &vec![actor; 6]);
    finding.id = FindingId(format!("o-{index:04}"));
    finding.severity = Severity::ALL[index % 3];
    finding.incident = None;
    finding
}

/// The crypto-mining campaign, with one incident.
pub(crate) fn campaign() -> Report {
    let identities = identities();
    let actors: Vec<_> = identities
        .iter()
        .map(|identity| identity.actor.clone())
        .collect();
    let mut findings: Vec<_> = SHOTS
        .iter()
        .enumerate()
        .map(|(at, shot)| shot_finding(shot, at, &actors))
        .collect();
    let resources = resources();
    let incident = Incident {
        id: "inc-5f1c9a03".to_owned(),
        severity: Severity::Critical,
        confidence: Confidence::High,
        identities,
        origin: origin(),
        boundary: boundary(),
        prevention: None,
        stages: stages(&findings),
        first_sign: at(0),
        impact: Some(at(580)),
        seconds_to_impact: Some(580),
        calls: outcomes(&[
            (Outcome::Succeeded, 491),
            (Outcome::Denied, 18),
            (Outcome::DryRun, 8),
            (Outcome::Throttled, 4),
        ]),
        timeline: timeline(&findings),
        timeline_left_out: 12,
        cost: cost(&resources),
        next_steps: next_steps(&resources),
        still_open: (0..resources.len() - 1).collect(),
        resources,
        resources_left_out: 0,
        findings: findings.iter().map(|finding| finding.id.clone()).collect(),
        leaks: Vec::new(),
        trusts: Vec::new(),
    };
    let rules = findings
        .iter()
        .map(|finding| RuleCount {
            id: finding.rule.clone(),
            title: finding.title.clone(),
            title_fr: finding.title_fr.clone(),
            severity: finding.severity,
            matches: finding.count,
            too_common: false,
        })
        .collect();
    findings.extend((0..12).map(outside));
    Report {
        schema: REPORT_SCHEMA.to_owned(),
        tool: tool(),
        incidents: vec![incident],
        findings,
        findings_left_out: 0,
        coverage: coverage(),
        proof: None,
        rules,
    }
}

/// The same archive without the campaign.
pub(crate) fn quiet() -> Report {
    Report {
        schema: REPORT_SCHEMA.to_owned(),
        tool: tool(),
        incidents: Vec::new(),
        findings: vec![outside(1)],
        findings_left_out: 0,
        coverage: coverage(),
        proof: None,
        rules: Vec::new(),
    }
}

/// Nothing found, and not everything read.
pub(crate) fn incomplete() -> Report {
    let mut report = quiet();
    report.proof = Some(partly_proven());
    report.findings.clear();
    let reasons = [
        FailureReason::TruncatedCompression,
        FailureReason::BadJson,
        FailureReason::BadJson,
        FailureReason::MissingField,
    ];
    for (index, reason) in reasons.into_iter().enumerate() {
        report.coverage.fail(Failure {
            source: text(&format!("logs/{}/part-{index}.json.gz", HOSTILE[index])),
            offset: (index > 0).then_some(4_096 * index as u64),
            reason,
            detail: (index == 3).then(|| text("eventName")),
        });
    }
    report
}

/// Digests that leave an hour in doubt.
fn partly_proven() -> ProofSummary {
    let at = |text: &str| Timestamp::parse(text).unwrap();
    ProofSummary {
        proven: vec![TimeSpan {
            from: at("2025-11-02T00:00:00Z"),
            to: at("2025-11-02T10:00:00Z"),
        }],
        doubts: BTreeMap::from([(DoubtKind::LogModified, 2)]),
        keys: Some(KeySource::BesideArchive),
        unverified: None,
    }
}
