//! What an identity of an incident's chain has needed, as a guardrail.
#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test reads the samples and fails by panicking"
)]

mod common;

use std::collections::BTreeSet;

use common::{Ready, all, ready, sample};
use gardefou_finding::{
    FailureReason, GuardrailEffect, Incident, InputForm, Replay, SkipReason, Timestamp,
};
use gardefou_replay::guardrail::{Guardrail, Kind};
use gardefou_replay::history::Step;
use gardefou_replay::{Collected, Collector, Lens, Mapper, Reference, split};
use gardefou_trail::decode::{Limits, Record, Sink, decode};
use gardefou_trail::scan::{NeverSeen, TimeRange};
use gardefou_trail::story::{Focus, event_ref};
use serde_json::{Value, json};

/// The guardrail that is made for each identity.
fn own() -> Vec<Guardrail> {
    let mut own = all();
    own.retain(|one| one.each.is_some());
    assert_eq!(own.len(), 1);
    own
}

fn made(replay: &Replay) -> Vec<&GuardrailEffect> {
    let is_made = |one: &&GuardrailEffect| one.id.starts_with("only-what-it-needs-");
    replay.guardrails.iter().filter(is_made).collect()
}

fn actions(one: &GuardrailEffect) -> BTreeSet<String> {
    let listed = one.parameters["actions"].iter();
    listed
        .map(|action| action.as_str().to_ascii_lowercase())
        .collect()
}

fn call(user: &str, time: &str, service: &str, name: &str, request: &Value) -> Value {
    json!({"eventVersion": "1.09", "eventTime": time, "eventName": name, "eventID": format!("{user}{time}"),
        "eventSource": format!("{service}.amazonaws.com"), "awsRegion": "eu-west-1",
        "sourceIPAddress": "203.0.113.7", "userAgent": "aws-cli/2", "eventType": "AwsApiCall",
        "recipientAccountId": "111122223333", "requestParameters": request,
        "userIdentity": {"type": "IAMUser", "userName": user, "accountId": "111122223333",
            "arn": format!("arn:aws:iam::111122223333:user/{user}"), "accessKeyId": "AKIAIOSFODNN7EXAMPLE"}})
}

/// Takes records for a history, or as steps of the first incident.
struct Feed<'f, 'a, 'm> {
    collector: Option<&'f mut Collector<'a, NeverSeen>>,
    mapper: &'f Mapper<'m>,
    steps: Collected,
}

impl Sink for Feed<'_, '_, '_> {
    fn record(&mut self, record: &Record<'_>) {
        if let Some(collector) = &mut self.collector {
            collector.record(record);
            return;
        }
        let step = Step {
            identity: 0,
            event: event_ref(record, "attack"),
            call: self.mapper.map(record).map(Box::new),
            is_effect: true,
        };
        self.steps
            .steps
            .insert((0, record.time(), self.steps.steps.len() as u64), step);
    }

    fn skipped(&mut self, _: u64, _: SkipReason) {}

    fn failed(&mut self, _: u64, why: FailureReason, _: Option<&str>) {
        panic!("{why:?}");
    }

    fn form(&mut self, _: InputForm) {}
}

fn incident(made: bool) -> Incident {
    let time = "2026-01-02T03:04:05Z";
    serde_json::from_value(json!({
        "id": "small", "severity": "high", "confidence": "high",
        "identities": [{
            "actor": {"key": "AKIAIOSFODNN7EXAMPLE", "kind": "access_key",
                "arn": "arn:aws:iam::111122223333:user/alice", "name": "alice", "account": "111122223333"},
            "link": null, "made_by_incident": made, "calls": {}, "first_seen": time, "last_seen": time}],
        "origin": {"addresses": [], "user_agents": [], "regions": []},
        "boundary": {"starts": time, "ends": time, "reason": "first_call", "novelties": [],
            "calls_before": 0, "history_days": 0, "history_is_short": true},
        "stages": [], "first_sign": time, "impact": null, "seconds_to_impact": null, "calls": {},
        "timeline": [], "timeline_left_out": 0, "resources": [], "resources_left_out": 0, "still_open": [],
        "cost": {"usd_per_hour_now": 0.0, "usd_per_hour_max": 0.0, "items": [], "unpriced": [],
            "prices_as_of": "", "prices_source": ""},
        "next_steps": [], "findings": []
    }))
    .unwrap()
}

/// A history of these calls, and an incident of those.
fn small(history: &[Value], attack: &[Value], made: bool) -> Ready {
    let guardrails = own();
    let judged = guardrails.iter().filter(|one| one.kind != Kind::Advice);
    let blanks: Vec<_> = judged.map(|one| one.blank().unwrap().policy).collect();
    let (lens, reference, focus) = (Lens::new(&blanks), Reference::load(), Focus::default());
    let mapper = Mapper::new(&reference).asking(&lens);
    let time = |day: u32| Timestamp::parse(&format!("2026-01-{day:02}T00:00:00Z")).unwrap();
    let span = Some((time(1), time(31)));
    let range = TimeRange::default();
    let mut collector =
        Collector::new(&mapper, &lens, &focus, Some(&NeverSeen), range, split(span));
    let feed = |collector: Option<&mut Collector<'_, NeverSeen>>, events: &[Value]| {
        let mut feed = Feed {
            collector,
            mapper: &mapper,
            steps: Collected::default(),
        };
        let bytes = json!({"Records": events}).to_string();
        decode(Limits::default(), bytes.as_bytes(), &mut feed);
        feed.steps
    };
    feed(Some(&mut collector), history);
    let steps = feed(None, attack);
    let mut collected = collector.finish();
    collected.merge(steps);
    Ready {
        incidents: vec![incident(made)],
        collected,
        span,
    }
}

fn history() -> Vec<Value> {
    vec![
        call(
            "alice",
            "2026-01-02T08:00:00Z",
            "s3",
            "ListBuckets",
            &Value::Null,
        ),
        call(
            "alice",
            "2026-01-03T08:00:00Z",
            "s3",
            "ListBuckets",
            &Value::Null,
        ),
        call(
            "alice",
            "2026-01-28T08:00:00Z",
            "ec2",
            "DescribeInstances",
            &json!({}),
        ),
        call(
            "bob",
            "2026-01-05T08:00:00Z",
            "iam",
            "CreateUser",
            &json!({"userName": "new"}),
        ),
    ]
}

fn attack() -> Vec<Value> {
    vec![
        call(
            "alice",
            "2026-01-30T08:00:00Z",
            "sts",
            "GetCallerIdentity",
            &Value::Null,
        ),
        call(
            "alice",
            "2026-01-30T08:00:01Z",
            "s3",
            "ListBuckets",
            &Value::Null,
        ),
        call(
            "alice",
            "2026-01-30T08:00:02Z",
            "iam",
            "CreateUser",
            &json!({"userName": "evil"}),
        ),
    ]
}

#[test]
fn a_thief_is_left_with_the_owners_work() {
    let replay = small(&history(), &attack(), false).replay(&own());
    let made = made(&replay);
    let [one] = made.as_slice() else {
        panic!("one identity, {} guardrails", made.len());
    };
    assert_eq!(
        (one.id.as_str(), one.kind.as_str()),
        ("only-what-it-needs-alice", "boundary")
    );
    let identity = one.parameters["identity"][0].as_str();
    assert_eq!(identity, "arn:aws:iam::111122223333:user/alice");
    // What bob does is nothing that alice needs, and nothing that she breaks.
    assert_eq!((one.stopped.denied, one.broken.calls), (1, 0));
    assert_eq!(one.stopped.first.as_ref().unwrap().step, 3);
    // What was learnt of the first two thirds would have broken a late call.
    assert_eq!(one.broken.later, Some(1));
    let actions = actions(one);
    for needed in [
        "s3:listallmybuckets",
        "ec2:describeinstances",
        "sts:getcalleridentity",
    ] {
        assert!(actions.contains(needed), "{needed}");
    }
    assert!(!actions.contains("iam:createuser") && !actions.contains("ec2:runinstances"));
    let suggestion = replay.suggestion.as_ref().unwrap();
    assert_eq!(suggestion.guardrails, ["only-what-it-needs-alice"]);
    let files = gardefou_replay::files::of(&replay);
    let (name, policy) = &files[0];
    assert_eq!(name, "only-what-it-needs-alice.boundary.json");
    let policy: Value = serde_json::from_str(policy).unwrap();
    assert_eq!(
        policy["Statement"][1]["NotAction"]
            .as_array()
            .unwrap()
            .len(),
        actions.len()
    );
    assert!(
        files[1]
            .1
            .contains("aws_iam_policy\" \"only_what_it_needs_alice\"")
    );
}

#[test]
fn nobody_is_bounded_of_whom_the_history_shows_no_work() {
    let idle: Vec<Value> = history().into_iter().skip(3).collect();
    assert!(made(&small(&idle, &attack(), false).replay(&own())).is_empty());
    assert!(made(&small(&history(), &attack(), true).replay(&own())).is_empty());
}

/// On the sample: what the policy lists is what the legitimate calls needed.
#[test]
fn the_samples_identities_keep_what_they_needed() {
    let ready = ready(&sample("attack"), &all());
    let replay = ready.replay(&all());
    let made = made(&replay);
    assert!(!made.is_empty());
    let mut denied = 0;
    for one in made {
        assert_eq!((one.broken.calls, one.too_large), (0, false), "{}", one.id);
        assert!(one.broken.later.is_some(), "{}", one.id);
        let identity = one.parameters["identity"][0].as_str();
        let listed = actions(one);
        let calls = ready
            .collected
            .classes
            .values()
            .filter_map(|class| class.call.as_ref());
        let own = calls.filter(|call| call.principal.principal_arn() == Some(identity));
        let needed: BTreeSet<&str> = own
            .flat_map(|call| &call.needs)
            .map(|need| need.action.lower())
            .collect();
        assert!(!needed.is_empty(), "{}", one.id);
        let has = |action: &str| {
            let service = action.split(':').next().unwrap();
            listed.contains(action) || listed.contains(&format!("{service}:*"))
        };
        assert!(
            needed.iter().all(|action| has(action)),
            "{}: {needed:?}",
            one.id
        );
        denied += one.stopped.denied;
    }
    assert!(denied > 20, "{denied}");
}
