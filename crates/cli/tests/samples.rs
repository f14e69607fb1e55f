//! What a reader of the shipped samples gets, from the first line to the exit status.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking and reads the shipped samples"
)]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;

use common::{Place, gardefou, root, steady};
use flate2::read::GzDecoder;
use gardefou_testkit::data::files_below;
use serde_json::Value;

fn json(sample: &str) -> (i32, Value) {
    let run = gardefou(&["investigate", "-q", "--format", "json", sample]);
    run.assert_sane();
    assert_eq!(run.stderr, "");
    (run.status, run.report())
}

fn truth() -> Value {
    let text = fs::read_to_string(root().join("samples/attack-truth.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap()
}

#[test]
fn the_attack_is_one_critical_incident_told_as_it_was() {
    let (status, report) = json("samples/attack");
    let truth = &truth()["attack"];
    assert_eq!(status, 1);
    let incidents = list(&report["incidents"]);
    assert_eq!(incidents.len(), 1);
    let incident = &incidents[0];
    assert_eq!(incident["severity"], "critical");

    let way_in = &incident["identities"][0];
    assert!(way_in["link"].is_null(), "{way_in}");
    assert_eq!(way_in["actor"]["key"], truth["stolen_key"]);
    assert_eq!(way_in["actor"]["name"], truth["owner"]);
    assert_eq!(incident["first_sign"], truth["first_event"]);

    for user in list(&truth["created_users"]) {
        let made = list(&incident["resources"])
            .iter()
            .find(|r| r["kind"] == "user" && r["id"] == *user)
            .expect("the created user is a resource");
        assert_eq!(made["action"], "created");
    }
    for key in list(&truth["created_keys"]) {
        let known = list(&incident["identities"])
            .iter()
            .find(|identity| identity["actor"]["key"] == *key)
            .expect("the created key is an identity");
        assert_eq!(known["made_by_incident"], true);
    }
    let stages: BTreeSet<&str> = list(&incident["stages"])
        .iter()
        .map(|stage| stage["tactic"].as_str().unwrap())
        .collect();
    for stage in ["discovery", "persistence", "privilege_escalation", "impact"] {
        assert!(stages.contains(stage), "{stages:?}");
    }
}

/// Ids of the attack's calls that were made with one of its keys; what a
/// service did for it is told apart.
fn own_calls() -> u64 {
    let truth = truth();
    let ids: BTreeSet<&str> = strings(&truth["attack"]["event_ids"]);
    let mut keys = strings(&truth["attack"]["created_keys"]);
    keys.insert(truth["attack"]["stolen_key"].as_str().unwrap());
    let mut count = 0;
    for path in files_below(&root().join("samples/attack")) {
        let mut text = String::new();
        GzDecoder::new(fs::File::open(path).unwrap())
            .read_to_string(&mut text)
            .unwrap();
        let file: Value = serde_json::from_str(&text).unwrap();
        count += list(&file["Records"])
            .iter()
            .filter(|event| {
                let key = event["userIdentity"]["accessKeyId"].as_str();
                ids.contains(event["eventID"].as_str().unwrap())
                    && key.is_some_and(|key| keys.contains(key))
            })
            .count() as u64;
    }
    count
}

fn strings(value: &Value) -> BTreeSet<&str> {
    list(value)
        .iter()
        .map(|text| text.as_str().unwrap())
        .collect()
}

#[test]
fn every_call_of_the_attack_and_no_other_is_counted() {
    let (_, report) = json("samples/attack");
    let told: u64 = report["incidents"][0]["calls"]
        .as_object()
        .unwrap()
        .values()
        .map(|count| count.as_u64().unwrap())
        .sum();
    assert_eq!(told, own_calls());
}

#[test]
fn the_cost_is_the_sum_of_its_items() {
    let (_, report) = json("samples/attack");
    let cost = &report["incidents"][0]["cost"];
    for (total, count) in [
        ("usd_per_hour_now", "count_now"),
        ("usd_per_hour_max", "count_max"),
    ] {
        let total = cost[total].as_f64().unwrap();
        let sum: f64 = list(&cost["items"])
            .iter()
            .map(|item| item[count].as_f64().unwrap() * item["unit_usd_per_hour"].as_f64().unwrap())
            .sum();
        assert!(total > 0.0);
        assert!((total - sum).abs() < 0.01, "{total} {sum}");
    }
    assert!(
        cost["usd_per_hour_max"].as_f64() >= cost["usd_per_hour_now"].as_f64(),
        "{cost}"
    );
}

#[test]
fn the_first_step_disables_the_key_and_protection_goes_before_termination() {
    let (_, report) = json("samples/attack");
    let truth = truth();
    let steps = list(&report["incidents"][0]["next_steps"]);
    assert_eq!(steps[0]["kind"], "disable_key");
    assert_eq!(steps[0]["target"], truth["attack"]["stolen_key"]);
    let command = steps[0]["commands"][0].as_str().unwrap();
    assert!(command.contains("--status Inactive"), "{command}");
    let positions = |kind: &str| -> Vec<usize> {
        steps
            .iter()
            .enumerate()
            .filter(|(_, step)| step["kind"] == kind)
            .map(|(index, _)| index)
            .collect()
    };
    let clear = positions("clear_protection");
    let terminate = positions("terminate_instance");
    let groups = positions("stop_group");
    assert!(!clear.is_empty() && !terminate.is_empty() && !groups.is_empty());
    assert!(clear.iter().max() < terminate.iter().min());
    assert!(groups.iter().max() < terminate.iter().min());
}

#[test]
fn the_twin_without_the_attack_is_clean() {
    let (status, report) = json("samples/quiet");
    assert_eq!(status, 0);
    assert!(list(&report["incidents"]).is_empty());
    assert!(report["coverage"]["failed"].as_object().unwrap().is_empty());
}

#[test]
fn the_attack_reads_like_this() {
    let run = gardefou(&["investigate", "-q", "samples/attack"]);
    run.assert_sane();
    insta::assert_snapshot!(steady(&run.stdout));
}

#[test]
fn the_attack_begins_like_this_in_french() {
    let run = gardefou(&["investigate", "-q", "--lang", "fr", "samples/attack"]);
    run.assert_sane();
    let head: Vec<&str> = run.stdout.lines().take(60).collect();
    insta::assert_snapshot!(steady(&head.join("\n")));
}

#[test]
fn the_quiet_sample_reads_like_this() {
    let run = gardefou(&["investigate", "-q", "samples/quiet"]);
    run.assert_sane();
    insta::assert_snapshot!(steady(&run.stdout));
}

#[test]
fn every_form_says_the_same_incident_and_is_written_with_out() {
    let place = Place::new();
    let out = place.path().join("out");
    let run = gardefou(&[
        "investigate",
        "-q",
        "samples/attack",
        "--out",
        out.to_str().unwrap(),
    ]);
    run.assert_sane();
    assert_eq!(run.status, 1, "{}", run.stderr);
    let key = truth()["attack"]["stolen_key"].as_str().unwrap().to_owned();
    let files = files_below(&out);
    assert_eq!(files.len(), 5, "{files:?}");
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(&key), "{}", file.display());
    }
    for format in ["text", "json", "markdown", "ocsf", "html"] {
        let run = gardefou(&["investigate", "-q", "samples/quiet", "--format", format]);
        assert_eq!(run.status, 0, "{format}: {}", run.stderr);
        assert!(!run.stdout.is_empty());
    }
}

#[test]
fn json_follows_its_published_schema() {
    let schema: Value = serde_json::from_str(
        &fs::read_to_string(root().join("schemas/gardefou.report.1.schema.json")).unwrap(),
    )
    .unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for sample in ["samples/attack", "samples/quiet"] {
        let (_, report) = json(sample);
        let errors: Vec<String> = validator
            .iter_errors(&report)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{sample}: {errors:?}");
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let one = gardefou(&[
        "investigate",
        "-q",
        "--format",
        "json",
        "--threads",
        "1",
        "samples/attack",
    ]);
    let four = gardefou(&[
        "investigate",
        "-q",
        "--format",
        "json",
        "--threads",
        "4",
        "samples/attack",
    ]);
    assert!(steady(&one.stdout) == steady(&four.stdout));
}

#[test]
fn a_time_range_leaves_out_what_lies_outside() {
    let (status, report) = {
        let run = gardefou(&[
            "investigate",
            "-q",
            "--format",
            "json",
            "--until",
            "2025-11-03",
            "samples/attack",
        ]);
        run.assert_sane();
        (run.status, run.report())
    };
    assert_eq!(status, 0);
    assert!(report["coverage"]["last_event"].as_str().unwrap() < "2025-11-03");
    let run = gardefou(&[
        "investigate",
        "-q",
        "--format",
        "json",
        "--since",
        "2025-11-03",
        "samples/attack",
    ]);
    assert_eq!(run.status, 1);
    assert!(run.report()["coverage"]["first_event"].as_str().unwrap() >= "2025-11-03");
}

#[test]
fn account_and_region_choose_files_by_their_names() {
    let run = gardefou(&[
        "investigate",
        "-q",
        "--format",
        "json",
        "--account",
        "111122223333",
        "--region",
        "eu-west-1",
        "samples/attack",
    ]);
    run.assert_sane();
    let coverage = &run.report()["coverage"];
    assert_eq!(coverage["accounts"], serde_json::json!(["111122223333"]));
    assert_eq!(coverage["regions"], serde_json::json!(["eu-west-1"]));
    assert!(coverage["skipped"]["outside_selection"].as_u64().unwrap() > 0);
}

#[test]
fn standard_input_tells_the_incident_as_the_disk_does() {
    let all: Vec<u8> = files_below(&root().join("samples/attack"))
        .iter()
        .filter(|path| path.to_string_lossy().contains("/2025/11/"))
        .flat_map(|path| fs::read(path).unwrap())
        .collect();
    let place = Place::new();
    let file = place.write("all.json.gz", &all);
    let disk = gardefou(&[
        "investigate",
        "-q",
        "--format",
        "json",
        file.to_str().unwrap(),
    ]);
    let piped = common::run(
        &root(),
        &["investigate", "-q", "--format", "json", "-"],
        Some(&all),
        &[],
    );
    piped.assert_sane();
    assert_eq!(piped.status, 1, "{}", piped.stderr);
    let renamed = steady(&disk.stdout).replace(file.to_str().unwrap(), "-");
    assert!(steady(&piped.stdout) == renamed);
    let calls = &piped.report()["incidents"][0]["identities"][0]["calls"]["succeeded"];
    assert!(calls.as_u64().unwrap() > 100, "{calls}");
}
