//! Least privilege on the shipped sample: what the pipeline and the contractor
//! did stays possible, and nothing of the campaign would have been.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and reads the samples"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use gardefou_finding::Outcome;
use gardefou_iam::Principal;
use gardefou_iam::least::{Past, documents, propose, replay};
use gardefou_iam::usage::Who;
use gardefou_replay::deeds::{Deeds, DeedsOf, UsageOf};
use gardefou_replay::{Call, Mapper, Reference};
use gardefou_trail::decode::Sink as _;
use gardefou_trail::scan::{SeenEvents, TimeRange};
use serde_json::Value;

use common::each_record;

const CI: &str = "arn:aws:iam::111122223333:role/ci-deploy";
const CONTRACTOR: &str = "arn:aws:iam::111122223333:role/sso-contractor";

fn deeds(mapper: &Mapper<'_>, arn: &str) -> Deeds {
    let (seen, who) = (SeenEvents::small(), Who::of(arn).unwrap());
    let mut look = DeedsOf::new(mapper, &who, &seen, TimeRange::default());
    each_record("attack", |record| look.record(record));
    let (deeds, coverage) = look.finish();
    assert!(coverage.is_complete() && coverage.events_read > 5_000);
    deeds
}

/// The calls of the campaign that the attacker made, by what the generator of
/// the sample wrote down.
fn campaign(mapper: &Mapper<'_>) -> Vec<Call> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../samples/attack-truth.json"
    );
    let truth: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let ids: BTreeSet<String> = truth
        .pointer("/attack/event_ids")
        .and_then(Value::as_array)
        .unwrap()
        .iter()
        .filter_map(|id| id.as_str().map(str::to_owned))
        .collect();
    let mut calls = Vec::new();
    each_record("attack", |record| {
        if ids.contains(&*record.event_id().unwrap_or_default()) {
            calls.extend(mapper.map(record).ok());
        }
    });
    calls.retain(|call| call.principal.has_identity() && !call.principal.is_service_linked());
    calls
}

/// The same call as somebody else would make it.
fn as_session(call: &Call, arn: &str) -> Vec<Past> {
    let name = arn.rsplit('/').next().unwrap();
    let session = format!("arn:aws:sts::111122223333:assumed-role/{name}/x");
    let principal = Principal::parse(&session).unwrap();
    let needs = call.needs.iter().map(|need| Past {
        principal: principal.clone(),
        action: need.action.clone(),
        resource: need.resource.clone(),
        context: need.context.clone(),
        region: None,
        count: 1,
    });
    needs.collect()
}

#[test]
fn what_was_done_stays_possible_and_the_campaign_does_not() {
    let reference = Reference::load();
    let mapper = Mapper::new(&reference);
    let campaign = campaign(&mapper);
    assert!(campaign.len() > 100, "{}", campaign.len());
    for (arn, least) in [(CI, 300), (CONTRACTOR, 30)] {
        let deeds = deeds(&mapper, arn);
        assert!(deeds.history.succeeded() >= least, "{:?}", deeds.history);
        assert_eq!(deeds.history.not_understood, BTreeMap::new());
        let past = deeds.requests();
        let policies = documents(&propose(&past, &[]).statements);
        let own = replay(&past, &policies).unwrap();
        assert_eq!(own.refused, Vec::new(), "{arn}");
        assert!(own.requests >= least);

        let mut possible = BTreeSet::new();
        for call in &campaign {
            let told = replay(&as_session(call, arn), &policies).unwrap();
            // Not known is not refused.
            let refused = told
                .refused
                .iter()
                .any(|one| one.decision.ends_with("_deny"));
            if !refused {
                possible.insert(&*call.name);
            }
        }
        // Whoever has credentials may ask AWS whose they are: no policy can
        // refuse it ("Permissions required: none" in the API reference).
        assert_eq!(possible, BTreeSet::from(["GetCallerIdentity"]), "{arn}");
    }
}

#[test]
fn what_was_refused_is_not_proposed() {
    let reference = Reference::load();
    let mapper = Mapper::new(&reference);
    let deeds = deeds(&mapper, CONTRACTOR);
    assert!(deeds.history.calls.contains_key(&Outcome::Denied));
    let actions: BTreeSet<String> = propose(&deeds.requests(), &[])
        .statements
        .into_iter()
        .flat_map(|one| one.actions)
        .collect();
    assert!(actions.contains("ec2:DescribeInstances"), "{actions:?}");
    assert!(!actions.contains("iam:ListUsers"), "{actions:?}");
    assert!(
        !actions.contains("secretsmanager:GetSecretValue"),
        "{actions:?}"
    );
}

/// Reading in two parts, in any order, is reading at once.
#[test]
fn parts_of_a_history_add_up() {
    let reference = Reference::load();
    let mapper = Mapper::new(&reference);
    let whole = deeds(&mapper, CI);
    let (seen, who) = (SeenEvents::small(), Who::of(CI).unwrap());
    let mut parts = [0, 1].map(|_| DeedsOf::new(&mapper, &who, &seen, TimeRange::default()));
    let mut turn = 0;
    each_record("attack", |record| {
        turn = 1 - turn;
        if let Some(part) = parts.get_mut(turn) {
            part.record(record);
        }
    });
    let mut sum = Deeds::default();
    for part in parts.into_iter().rev() {
        sum.merge(part.finish().0);
    }
    assert_eq!(sum.history, whole.history);
    let told = |deeds: &Deeds| -> Vec<String> {
        let all = deeds.requests();
        all.iter()
            .map(|one| {
                format!(
                    "{} {} {}",
                    one.action.as_str(),
                    one.resource.as_str(),
                    one.count
                )
            })
            .collect()
    };
    assert_eq!(told(&sum), told(&whole));
}

#[test]
fn use_is_seen_for_everybody() {
    let (reference, seen) = (Reference::load(), SeenEvents::small());
    let mut look = UsageOf::new(&reference, &seen, TimeRange::default());
    each_record("attack", |record| look.record(record));
    let (usage, coverage) = look.finish();
    assert!(coverage.is_complete());
    assert!(usage.days() >= 27, "{}", usage.days());
    let role = gardefou_iam::snapshot::Principal::bare(
        gardefou_iam::snapshot::Kind::Role,
        CI,
        "ci-deploy",
        "",
    );
    let used = usage.of(&role).unwrap();
    assert!(used.has_service("ecs") && used.has_service("lambda"));
    assert!(!used.has_service("iam"), "{:?}", used.actions);
}
