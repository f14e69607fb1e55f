//! Accounts that other people made vulnerable, each with its start principal
//! stolen: after the plan it can do nothing, and without any step of the plan
//! it can do something.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test fails by panicking, reads its data, and says loudly what it skips"
)]

use std::path::{Path, PathBuf};

use gardefou_contain::{Request, plan, prove};
use gardefou_finding::{Incident, Plan, Timestamp, Tool, Untrusted};
use gardefou_iam::snapshot::{Reader, Snapshot};
use serde_json::{Value, json};

fn labs() -> Option<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/iam");
    let dir = dir.join("pathfinding-labs");
    if !dir.exists() {
        eprintln!("SKIPPED the labs: no {}", dir.display());
        return None;
    }
    Some(dir)
}

fn snapshot(dir: &Path) -> Snapshot {
    let mut reader = Reader::default();
    for file in std::fs::read_dir(dir).unwrap() {
        let path = file.unwrap().path();
        if !path.ends_with("expected.json") {
            let name = Untrusted::new(path.to_string_lossy());
            reader.add(&name, &std::fs::read(&path).unwrap(), false);
        }
    }
    reader.finish().0
}

/// An incident that is nothing but a stolen credential.
fn stolen(arn: &str) -> Incident {
    let time = "2026-01-02T03:04:05Z";
    let account = arn.split(':').nth(4).unwrap();
    let kind = if arn.contains(":user/") {
        "access_key"
    } else {
        "session"
    };
    let name = arn.rsplit('/').next().unwrap();
    serde_json::from_value(json!({
        "id": "lab", "severity": "high", "confidence": "high",
        "identities": [{
            "actor": {"key": "AKIAIOSFODNN7EXAMPLE", "kind": kind, "arn": arn, "name": name, "account": account},
            "link": null, "made_by_incident": false, "calls": {}, "first_seen": time, "last_seen": time}],
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

fn tool() -> Tool {
    Tool {
        name: "test".to_owned(),
        version: "0".to_owned(),
    }
}

/// Without any one step, something remains.
fn assert_minimal(request: &Request<'_>, snapshot: &Snapshot, whole: &Plan, lab: &str) {
    for left_out in 0..whole.steps.len() {
        let mut plan = whole.clone();
        let step = plan.steps.remove(left_out);
        let proof = prove(request, snapshot, &plan);
        assert!(!proof.after.is_empty(), "{lab}: {} does nothing", step.id);
    }
}

#[test]
fn a_stolen_start_principal_can_do_nothing_after_the_plan() {
    let Some(dir) = labs() else { return };
    let manifest = std::fs::read_to_string(dir.join("manifest.json")).unwrap();
    let manifest: Vec<Value> = serde_json::from_str(&manifest).unwrap();
    let mut judged = 0;
    for lab in manifest.iter().filter(|lab| lab["start_in_gaad"] == true) {
        let (name, start) = (lab["dir"].as_str().unwrap(), lab["start"].as_str().unwrap());
        let snapshot = snapshot(&dir.join(name));
        let incident = stolen(start);
        let request = Request {
            incident: &incident,
            snapshot: Some(&snapshot),
            responder: None,
            now: Timestamp::parse("2026-01-02T04:00:00Z").unwrap(),
            has_organization: false,
            keeps_evidence: false,
        };
        let plan = plan(&request, tool());
        let proof = plan.proof.as_ref().unwrap();
        assert!(proof.not_in_snapshot.is_empty(), "{name}");
        assert!(
            !proof.before.is_empty(),
            "{name}: it could do nothing before"
        );
        assert!(proof.after.is_empty(), "{name}: {:?}", proof.after);
        assert_minimal(&request, &snapshot, &plan, name);
        judged += 1;
    }
    assert!(judged >= 20, "only {judged} labs were judged");
    eprintln!("{judged} labs were judged");
}

#[test]
fn a_denial_of_some_actions_leaves_the_others() {
    let Some(dir) = labs() else { return };
    let lab = dir.join("attack-simulation__sysdig-8-minutes-to-admin");
    let snapshot = snapshot(&lab);
    let incident = stolen("arn:aws:iam::111111111111:user/pl-prod-8min-frick");
    let request = Request {
        incident: &incident,
        snapshot: Some(&snapshot),
        responder: None,
        now: Timestamp::parse("2026-01-02T04:00:00Z").unwrap(),
        has_organization: false,
        keeps_evidence: false,
    };
    let mut plan = plan(&request, tool());
    let deny = plan
        .steps
        .iter_mut()
        .find_map(|step| match &mut step.thing {
            gardefou_finding::Thing::InlinePolicy { document, .. } => document.as_mut(),
            _ => None,
        });
    deny.unwrap()["Statement"][0]["Action"] = json!(["iam:*", "ec2:*"]);
    let proof = prove(&request, &snapshot, &plan);
    let left = &proof.after[0];
    assert!(left.actions > 10 && !left.administrator, "{left:?}");
    assert!(
        left.examples
            .iter()
            .all(|one| !one.as_str().starts_with("iam:"))
    );
}
