//! `xtask bench contain`: planning for an incident with very many resources.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use gardefou_contain::{Request, plan};
use gardefou_finding::{Incident, Timestamp, Tool};
use serde_json::{Value, json};

/// Resources of the incident.
const RESOURCES: usize = 10_000;
/// What planning may take.
const MOST: Duration = Duration::from_secs(2);
/// How often it is measured; the slowest counts.
const RUNS: usize = 5;

/// Measures, prints, and fails when it takes too long.
///
/// # Errors
/// Too slow, or an incident that is none.
pub(crate) fn run() -> Result<()> {
    let incident: Incident = serde_json::from_value(incident())?;
    let request = Request {
        incident: &incident,
        snapshot: None,
        responder: None,
        now: Timestamp::epoch(),
        has_organization: false,
        keeps_evidence: false,
    };
    let tool = || Tool {
        name: "bench".to_owned(),
        version: String::new(),
    };
    let mut slowest = Duration::ZERO;
    let mut steps = 0;
    for _ in 0..RUNS {
        let start = Instant::now();
        steps = plan(&request, tool()).steps.len();
        slowest = slowest.max(start.elapsed());
    }
    let told = format!("{RESOURCES} resources, {steps} steps: {slowest:?} (to reach: {MOST:?})\n");
    let _ = gardefou_host::print(gardefou_host::Stream::Out, &told)?;
    ensure!(slowest < MOST, "planning is too slow");
    Ok(())
}

/// Instances, groups, users, policies and functions in equal parts.
fn incident() -> Value {
    let time = "2026-01-02T03:04:05Z";
    let event = json!({"time": time, "event_id": "e", "service": "s", "call": "c",
        "outcome": "succeeded", "error": null, "region": "us-east-1", "source_ip": "",
        "user_agent": "", "targets": [], "position": {"source": "f", "offset": 0, "record": 0}});
    let kinds = [
        "instance",
        "auto_scaling_group",
        "user",
        "policy",
        "function_permission",
    ];
    let resources: Vec<Value> = (0..RESOURCES)
        .map(|n| {
            let kind = kinds.get(n % kinds.len()).copied().unwrap_or("instance");
            json!({"kind": kind, "id": format!("thing-{n}"), "account": "111122223333",
                "region": format!("region-{}", n % 17), "action": "created", "state": "active",
                "first": time, "last": time, "identity": 0, "evidence": event,
                "details": {"termination_protection": "true", "user": format!("user-{n}"),
                    "policy_name": "p", "function": format!("f-{n}"), "statement": "s"}})
        })
        .collect();
    json!({
        "id": "bench", "severity": "high", "confidence": "high", "identities": [],
        "origin": {"addresses": [], "user_agents": [], "regions": []},
        "boundary": {"starts": time, "ends": time, "reason": "first_call", "novelties": [],
            "calls_before": 0, "history_days": 0, "history_is_short": true},
        "stages": [], "first_sign": time, "impact": null, "seconds_to_impact": null, "calls": {},
        "timeline": [], "timeline_left_out": 0, "resources": resources, "resources_left_out": 0,
        "still_open": [],
        "cost": {"usd_per_hour_now": 0.0, "usd_per_hour_max": 0.0, "items": [], "unpriced": [],
            "prices_as_of": "", "prices_source": ""},
        "next_steps": [], "findings": []
    })
}
