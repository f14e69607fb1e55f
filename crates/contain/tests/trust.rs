//! A trust policy that the incident changed is put back where it is known.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use gardefou_contain::{Opening, Request, closes, openings, plan};
use gardefou_finding::{
    Holder, Incident, LeftOutReason, Plan, StepKind, Thing, Timestamp, Tool, TrustSource, Untrusted,
};
use gardefou_iam::snapshot::{Reader, Snapshot};
use serde_json::{Value, json};

const TIME: &str = "2026-01-02T03:04:05Z";

fn trusting(principal: &Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]})
}

fn ours() -> Value {
    trusting(&json!({"Service": "codebuild.amazonaws.com"}))
}

fn theirs() -> Value {
    trusting(&json!({"AWS": "arn:aws:iam::999999999999:root"}))
}

fn event(call: &str) -> Value {
    json!({"time": TIME, "event_id": "e", "service": "iam.amazonaws.com", "call": call, "outcome": "succeeded",
        "error": null, "region": "us-east-1", "source_ip": "198.51.100.7", "user_agent": "x", "targets": [],
        "position": {"source": "a", "offset": 0, "record": 0}})
}

/// Alice's key changed the trust of the role `release`; `before` as the log
/// has it.
fn incident(before: Option<Value>) -> Incident {
    let before = before.map(|document| json!({"document": document, "event": event("CreateRole")}));
    serde_json::from_value(json!({
        "id": "inc", "severity": "high", "confidence": "high",
        "identities": [{
            "actor": {"key": "AKIAIOSFODNN7EXAMPLE", "kind": "access_key",
                "arn": "arn:aws:iam::111122223333:user/alice", "name": "alice", "account": "111122223333"},
            "link": null, "made_by_incident": false, "calls": {}, "first_seen": TIME, "last_seen": TIME}],
        "origin": {"addresses": [], "user_agents": [], "regions": []},
        "boundary": {"starts": TIME, "ends": TIME, "reason": "first_call", "novelties": [],
            "calls_before": 0, "history_days": 0, "history_is_short": true},
        "stages": [], "first_sign": TIME, "impact": null, "seconds_to_impact": null, "calls": {},
        "timeline": [], "timeline_left_out": 0, "resources_left_out": 0, "still_open": [],
        "resources": [{"kind": "role", "id": "release", "account": "111122223333", "region": "global",
            "action": "changed", "state": "active", "first": TIME, "last": TIME, "identity": 0,
            "details": {"trust": "changed"}, "evidence": event("UpdateAssumeRolePolicy")}],
        "cost": {"usd_per_hour_now": 0.0, "usd_per_hour_max": 0.0, "items": [], "unpriced": [],
            "prices_as_of": "", "prices_source": ""},
        "next_steps": [{"kind": "restore_trust", "target": "release", "count": 1, "commands": [],
            "account": "111122223333", "region": null}],
        "findings": [],
        "trusts": [{"role": "release", "account": "111122223333", "put": [theirs()], "before": before}]
    }))
    .unwrap()
}

fn snapshot(trust: &Value) -> Snapshot {
    let role = json!({"Arn": "arn:aws:iam::111122223333:role/release", "RoleName": "release",
        "AssumeRolePolicyDocument": trust});
    let page = json!({"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [role], "Policies": []});
    let mut reader = Reader::default();
    reader.add(&Untrusted::new("a.json"), page.to_string().as_bytes(), true);
    reader.finish().0
}

fn planned(incident: &Incident, snapshot: Option<&Snapshot>) -> Plan {
    let request = Request {
        incident,
        snapshot,
        responder: None,
        now: Timestamp::parse("2026-01-02T04:00:00Z").unwrap(),
        has_organization: false,
        keeps_evidence: false,
    };
    let tool = Tool {
        name: "test".to_owned(),
        version: "0".to_owned(),
    };
    plan(&request, tool)
}

fn restored(plan: &Plan) -> Option<(&Value, &TrustSource)> {
    plan.steps.iter().find_map(|step| match &step.thing {
        Thing::Trust {
            document,
            known_from,
            ..
        } => Some((document, known_from)),
        _ => None,
    })
}

/// What the role is denied: everything, or what was issued before when.
fn denied(plan: &Plan) -> &Value {
    let mut found = plan.steps.iter().filter_map(|step| match &step.thing {
        Thing::InlinePolicy {
            holder: Holder::Role(_),
            document: Some(document),
            ..
        } => Some(document),
        _ => None,
    });
    found.next().unwrap()
}

#[test]
fn the_log_knows_the_policy_of_before() {
    let incident = incident(Some(ours()));
    let plan = planned(&incident, None);
    let (document, source) = restored(&plan).unwrap();
    assert_eq!(document, &ours());
    assert!(matches!(source, TrustSource::Log { call, .. } if call.as_str() == "CreateRole"));
    assert_eq!(plan.steps.last().unwrap().kind, StepKind::RestoreTrust);
    assert!(plan.by_hand.is_empty(), "{:?}", plan.by_hand);
    assert!(plan.left_out.is_empty(), "{:?}", plan.left_out);
    // Until then, what is issued is denied too.
    let until = &denied(&plan)["Statement"][0]["Condition"]["DateLessThan"]["aws:TokenIssueTime"];
    assert_eq!(until, "2026-01-02T05:00:00Z");
}

#[test]
fn each_step_about_the_role_closes_something() {
    let incident = incident(Some(ours()));
    let plan = planned(&incident, None);
    let all = openings(&plan);
    assert!(all.contains(&Opening::Trust("release".to_owned())));
    assert!(all.contains(&Opening::Sessions(Holder::Role("release".to_owned()))));
    for step in &plan.steps {
        let others = plan.steps.iter().filter(|one| one.id != step.id);
        let others: Vec<Opening> = others.flat_map(closes).collect();
        assert!(
            closes(step).iter().any(|one| !others.contains(one)),
            "{} does nothing",
            step.id
        );
    }
}

#[test]
fn a_snapshot_of_before_knows_it_too_and_one_of_after_does_not() {
    let incident = incident(None);
    let before = snapshot(&ours());
    let plan = planned(&incident, Some(&before));
    let (document, source) = restored(&plan).unwrap();
    assert_eq!((document, source), (&ours(), &TrustSource::Snapshot));

    // As IAM gives it back: one action without list, the account by number.
    let mut after = theirs();
    after["Statement"][0]["Principal"]["AWS"] = json!(["999999999999"]);
    let gone = trusting(&json!({"AWS": "AROAEXAMPLEEXAMPLE"}));
    for (unusable, why) in [
        (after, "the incident's own"),
        (gone, "of somebody who is gone"),
    ] {
        let snapshot = snapshot(&unusable);
        assert_denied(&planned(&incident, Some(&snapshot)), why);
    }
    assert_denied(&planned(&incident, None), "nobody knows it");
}

#[test]
fn where_log_and_snapshot_differ_nobody_knows() {
    let incident = incident(Some(ours()));
    let other = snapshot(&trusting(&json!({"Service": "ec2.amazonaws.com"})));
    assert_denied(&planned(&incident, Some(&other)), "they differ");
    let same = snapshot(&ours());
    assert!(restored(&planned(&incident, Some(&same))).is_some());
}

/// The role is denied everything, and the plan says why and what is left.
fn assert_denied(plan: &Plan, why: &str) {
    assert!(restored(plan).is_none(), "{why}");
    assert!(
        denied(plan)["Statement"][0].get("Condition").is_none(),
        "{why}"
    );
    let told = plan
        .left_out
        .iter()
        .any(|one| one.reason == LeftOutReason::TrustUnknown);
    assert!(told, "{why}");
    assert_eq!(plan.by_hand.len(), 1, "{why}");
}
