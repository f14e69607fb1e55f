//! Proposals: what is in them, and what stands their own history.

use super::*;
use crate::policy::PolicyKind;
use proptest::prelude::*;

const ROLE: &str = "arn:aws:sts::111122223333:assumed-role/deploy/x";

fn past(action: &str, resource: &str, region: &str) -> Past {
    Past {
        principal: Principal::parse(ROLE).unwrap(),
        action: Action::new(action).unwrap(),
        resource: Resource::new(resource, None).unwrap(),
        context: Context::incomplete().with("aws:RequestedRegion", region),
        region: Some(region.to_owned()),
        count: 2,
    }
}

fn policy(text: &str) -> Arc<Policy> {
    Arc::new(Policy::parse(text, PolicyKind::Identity).unwrap())
}

fn allows(draft: &Draft, one: &Past) -> bool {
    let told = replay(std::slice::from_ref(one), &documents(&draft.statements)).unwrap();
    told.refused.is_empty()
}

#[test]
fn what_was_done_is_allowed_and_nothing_else() {
    let service = "arn:aws:ecs:eu-west-1:111122223333:service/shop/api";
    let done = [
        past("ecs:UpdateService", service, "eu-west-1"),
        past("ecs:DescribeServices", service, "eu-west-1"),
        past(
            "sts:AssumeRole",
            "arn:aws:iam::444455556666:role/there",
            "us-east-1",
        ),
    ];
    let draft = propose(&done, &[]);
    assert_eq!(draft.statements.len(), 2);
    let ecs = &draft.statements[0];
    assert_eq!((ecs.sid.as_str(), ecs.requests), ("Ecs1", 4));
    assert_eq!(ecs.actions, ["ecs:DescribeServices", "ecs:UpdateService"]);
    for one in &done {
        assert!(allows(&draft, one));
    }
    let other = service.replace("api", "other");
    for one in [
        past("ecs:UpdateService", &other, "eu-west-1"),
        past("ecs:UpdateService", service, "us-east-1"),
        past("ecs:DeleteService", service, "eu-west-1"),
    ] {
        assert!(!allows(&draft, &one), "{one:?}");
    }
}

#[test]
fn what_the_log_would_not_show_is_kept() {
    let current = policy(
        r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":["s3:*","sqs:SendMessage","ecs:*","ec2:*"],
         "Resource":"arn:aws:s3:::data/${aws:username}/*","Condition":{"bool":{"aws:SecureTransport":"true"}}},
        {"Effect":"Allow","Action":"*","Resource":"*"},
        {"Effect":"Deny","Action":"kinesis:*","Resource":"*"}]}"#,
    );
    let done = [
        past("ecs:ListServices", "*", "eu-west-1"),
        past(
            "sqs:SendMessage",
            "arn:aws:sqs:eu-west-1:111122223333:q",
            "eu-west-1",
        ),
    ];
    let draft = propose(&done, &[current]);
    let kept: Vec<&ProposedStatement> = draft
        .statements
        .iter()
        .filter(|one| one.origin == StatementOrigin::Kept)
        .collect();
    assert_eq!(kept.len(), 1, "{kept:#?}");
    assert!(kept[0].actions.contains(&"s3:GetObject".to_owned()));
    assert!(!kept[0].actions.contains(&"s3:PutBucketPolicy".to_owned()));
    assert_eq!(
        kept[0].resources[0].as_str(),
        "arn:aws:s3:::data/${aws:username}/*"
    );
    assert!(kept[0].conditions["Bool"].contains_key("aws:SecureTransport"));
    let spot = |service: &str| draft.blind_spots.iter().find(|one| one.service == service);
    assert!(!spot("s3").unwrap().kept.is_empty());
    assert!(spot("dynamodb").unwrap().kept.is_empty());
    assert_eq!(spot("sqs"), None, "the history shows its data events");
    let dropped: Vec<&str> = draft.dropped.iter().map(Untrusted::as_str).collect();
    assert_eq!(dropped, ["ec2:*"]);
}

#[test]
fn terraform_evaluates_nothing_in_it() {
    let current = policy(
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject",
        "Resource":"arn:aws:s3:::b/${aws:username}%{x}"}}"#,
    );
    let documents = documents(&propose(&[], &[current]).statements);
    let text = terraform("a/b", &documents).to_string();
    assert!(text.contains("$${aws:username}%%{x}"), "{text}");
    assert!(text.contains("\"least_privilege_a_b_1\""));
}

#[test]
fn large_proposals_are_several_policies() {
    let done: Vec<Past> = (0..400)
        .map(|n| {
            past(
                &format!("svc{n}:Do"),
                &format!("arn:aws:svc{n}:eu-west-1:111122223333:thing/x"),
                "eu-west-1",
            )
        })
        .collect();
    let all = documents(&propose(&done, &[]).statements);
    assert!(all.len() > 1);
    assert!(all.iter().all(|one| one.to_string().len() <= MAX_DOCUMENT));
    let told = replay(&done, &all).unwrap();
    assert_eq!((told.requests, told.allowed), (800, 800));
}

proptest! {
    /// Whatever was done, the proposal allows all of it.
    #[test]
    fn every_history_stands_its_own_proposal(
        done in prop::collection::vec(
            ("(s3|ec2|iam|lambda):[A-Z][a-z]{1,6}", "[a-zA-Z0-9/:*?${}._-]{0,24}", "(eu|us)-(west|east)-[12]"),
            1..60,
        )
    ) {
        let done: Vec<Past> = done
            .iter()
            .map(|(action, name, region)| past(action, &format!("arn:aws:svc:eu-west-1:111122223333:{name}"), region))
            .collect();
        let draft = propose(&done, &[]);
        let told = replay(&done, &documents(&draft.statements)).unwrap();
        prop_assert_eq!(told.refused, Vec::new());
    }
}
