//! What every archive of this crate promises.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops at the first broken promise"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

use gardefou_testkit::{Archive, AttackTruth, Benign, Config, File, Variant, generate};
use serde_json::Value;

const SEED: u64 = 2025;

fn make(config: &Config) -> Archive {
    generate(config).expect("memory takes everything")
}

fn records(file: &File) -> Vec<Value> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(file.bytes.as_slice())
        .read_to_string(&mut text)
        .unwrap();
    let mut json: Value = serde_json::from_str(&text).unwrap_or_else(|error| {
        panic!("{}: {error}", file.path);
    });
    match json["Records"].take() {
        Value::Array(records) => records,
        other => panic!("{}: `Records` is {other}", file.path),
    }
}

fn all(archive: &Archive) -> Vec<Value> {
    let mut all: Vec<Value> = archive.files.iter().flat_map(records).collect();
    all.sort_by(|a, b| text(a, "eventTime").cmp(text(b, "eventTime")));
    all
}

fn text<'a>(record: &'a Value, field: &str) -> &'a str {
    record[field]
        .as_str()
        .unwrap_or_else(|| panic!("`{field}` lacks in {record}"))
}

fn by_id(archive: &Archive) -> BTreeMap<String, Value> {
    all(archive)
        .into_iter()
        .map(|record| (text(&record, "eventID").to_owned(), record))
        .collect()
}

fn truth(archive: &Archive) -> &AttackTruth {
    archive.truth.attack.as_ref().expect("there is an attack")
}

/// The attack's own records, in order of time.
fn raid(archive: &Archive) -> Vec<Value> {
    let ids: BTreeSet<&str> = truth(archive)
        .event_ids
        .iter()
        .map(String::as_str)
        .collect();
    all(archive)
        .into_iter()
        .filter(|record| ids.contains(text(record, "eventID")))
        .collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let config = Config::short(SEED, 3, Variant::Mining);
    let first = make(&config);
    assert_eq!(first.files, make(&config).files);
    let other = make(&Config {
        seed: SEED + 1,
        ..config
    });
    assert_ne!(first.files, other.files);
}

#[test]
fn the_quiet_archive_is_the_attacked_one_without_the_attack() {
    let attacked = make(&Config::attacked(SEED));
    let quiet = make(&Config::quiet(SEED));
    let mut records = by_id(&attacked);
    for id in &truth(&attacked).event_ids {
        assert!(records.remove(id).is_some(), "{id} is not in the archive");
    }
    assert!(records == by_id(&quiet), "something else differs");
    assert!(quiet.truth.attack.is_none());
}

#[test]
fn the_shipped_pair_is_small_and_long_enough() {
    let attacked = make(&Config::attacked(SEED)).truth;
    let quiet = make(&Config::quiet(SEED)).truth;
    let both = attacked.compressed_bytes + quiet.compressed_bytes;
    assert!((1_800_000..3_000_000).contains(&both), "{both} bytes");
    assert!(
        (5_000..20_000).contains(&quiet.events),
        "{} events",
        quiet.events
    );
    assert!(attacked.files < 500, "{} files", attacked.files);
}

#[test]
fn every_record_has_its_full_shape() {
    for variant in Variant::ALL {
        for record in all(&make(&Config::short(SEED, 2, variant))) {
            check_shape(&record);
        }
    }
    for benign in Benign::ALL {
        let config = Config {
            days: 2,
            ..Config::benign(SEED, benign)
        };
        for record in all(&make(&config)) {
            check_shape(&record);
        }
    }
}

fn check_shape(record: &Value) {
    assert_eq!(text(record, "eventVersion"), "1.11");
    for field in [
        "eventTime",
        "eventSource",
        "eventName",
        "awsRegion",
        "sourceIPAddress",
    ] {
        assert!(
            !text(record, field).is_empty(),
            "`{field}` is empty in {record}"
        );
    }
    for field in [
        "userAgent",
        "eventID",
        "eventType",
        "recipientAccountId",
        "eventCategory",
    ] {
        assert!(
            !text(record, field).is_empty(),
            "`{field}` is empty in {record}"
        );
    }
    for field in ["requestParameters", "responseElements"] {
        let value = &record[field];
        assert!(record.get(field).is_some(), "`{field}` lacks in {record}");
        assert!(
            value.is_object() || value.is_null(),
            "`{field}` is odd in {record}"
        );
    }
    for field in ["readOnly", "managementEvent"] {
        assert!(record[field].is_boolean(), "`{field}` lacks in {record}");
    }
    assert!(text(record, "eventSource").ends_with(".amazonaws.com"));
    assert_eq!(
        record["managementEvent"] == false,
        text(record, "eventCategory") == "Data"
    );
    let service = text(record, "sourceIPAddress").ends_with(".amazonaws.com");
    assert_eq!(record.get("tlsDetails").is_none(), service, "{record}");
    if record.get("errorCode").is_some() {
        assert!(record["responseElements"].is_null(), "{record}");
    }
    check_identity(record);
    let all = record
        .to_string()
        .replace("$LATEST", "")
        .replace("$Latest", "");
    assert!(!all.contains('$'), "a template is not filled in {record}");
}

fn check_identity(record: &Value) {
    let identity = &record["userIdentity"];
    let fields: &[&str] = match text(identity, "type") {
        "IAMUser" => &["principalId", "arn", "accountId", "userName"],
        "AssumedRole" => &["principalId", "arn", "accountId", "sessionContext"],
        "AWSService" => &["invokedBy"],
        "AWSAccount" => &["principalId", "accountId"],
        "WebIdentityUser" | "SAMLUser" => &["principalId", "userName", "identityProvider"],
        "Root" => &["principalId", "arn", "accountId", "accessKeyId"],
        other => panic!("no such identity: {other}"),
    };
    for field in fields {
        assert!(
            identity.get(field).is_some(),
            "`{field}` lacks in {identity}"
        );
    }
    if text(identity, "type") == "AssumedRole" {
        let issuer = &identity["sessionContext"]["sessionIssuer"];
        let id = text(issuer, "principalId");
        assert!(
            text(identity, "principalId").starts_with(&format!("{id}:")),
            "{identity}"
        );
        let name = text(issuer, "userName");
        assert!(
            text(issuer, "arn").ends_with(&format!("/{name}")),
            "{identity}"
        );
        assert!(
            text(identity, "arn").contains(&format!(":assumed-role/{name}/")),
            "{identity}"
        );
    }
}

#[test]
fn files_lie_where_cloudtrail_puts_them_and_hold_their_own_records() {
    let archive = make(&Config::short(SEED, 3, Variant::CrossAccount));
    for file in &archive.files {
        let parts: Vec<&str> = file.path.split('/').collect();
        let [logs, account, trail, region, year, month, day, name] = parts[..] else {
            panic!("odd path {}", file.path);
        };
        assert_eq!((logs, trail), ("AWSLogs", "CloudTrail"));
        let start = format!("{account}_CloudTrail_{region}_{year}{month}{day}T");
        let rest = name.strip_prefix(&start).expect(name);
        let (time, suffix) = rest.split_once("Z_").expect(name);
        assert!(
            time.len() == 4 && time.bytes().all(|b| b.is_ascii_digit()),
            "{name}"
        );
        let suffix = suffix.strip_suffix(".json.gz").expect(name);
        assert!(suffix.len() == 16 && suffix.bytes().all(|b| b.is_ascii_alphanumeric()));
        for record in records(file) {
            assert_eq!(text(&record, "recipientAccountId"), account);
            assert_eq!(text(&record, "awsRegion"), region);
        }
    }
}

#[test]
fn temporary_keys_are_used_only_after_they_were_given_out() {
    let archive = make(&Config::short(SEED, 4, Variant::RoleChain));
    let mut given: BTreeMap<String, (String, String)> = BTreeMap::new();
    let records = all(&archive);
    for record in &records {
        let answer = &record["responseElements"];
        if let Some(key) = answer["credentials"]["accessKeyId"].as_str() {
            let arn = answer["assumedRoleUser"]["arn"].as_str().unwrap_or("");
            let entry = (text(record, "eventTime").to_owned(), arn.to_owned());
            given.entry(key.to_owned()).or_insert(entry);
        }
    }
    let mut checked = 0;
    for record in &records {
        let identity = &record["userIdentity"];
        if identity["type"] != "AssumedRole" || identity.get("accessKeyId").is_none() {
            continue;
        }
        let key = text(identity, "accessKeyId");
        let (time, arn) = given
            .get(key)
            .unwrap_or_else(|| panic!("{key} comes from nowhere"));
        assert!(time.as_str() <= text(record, "eventTime"), "{record}");
        assert_eq!(arn, text(identity, "arn"), "{record}");
        checked += 1;
    }
    assert!(checked > 300, "only {checked} calls with temporary keys");
}

#[test]
fn the_campaign_has_the_published_steps_and_numbers() {
    let archive = make(&Config::attacked(SEED));
    let truth = truth(&archive);
    let raid = raid(&archive);
    let count = |name: &str, error: Option<&str>| {
        raid.iter()
            .filter(|record| text(record, "eventName") == name)
            .filter(|record| record["errorCode"].as_str() == error)
            .count()
    };
    assert_eq!(count("RunInstances", Some("Client.DryRunOperation")), 6);
    assert_eq!(count("CreateCluster", None), 50);
    assert_eq!(count("CreateAutoScalingGroup", None), 14);
    assert_eq!(
        count("ModifyInstanceAttribute", None),
        truth.instances.len()
    );
    assert_eq!(count("CreateService", None), truth.services.len());
    assert_eq!(count("CreateFunctionUrlConfig", None), 1);
    assert!(truth.groups.iter().any(|group| group.max == 999));
    assert!(!truth.instances.is_empty());
    assert!(count("AddPermission20150331v2", None) == 1 && count("AttachUserPolicy", None) == 1);
    let minutes = (minute(&truth.impact) - minute(&truth.first_event)).abs();
    assert!((8..=13).contains(&minutes), "{minutes} minutes to impact");
}

/// Minutes of the day in an RFC 3339 time.
fn minute(time: &str) -> i64 {
    let digits = |from: usize| time[from..from + 2].parse::<i64>().unwrap();
    digits(11) * 60 + digits(14)
}

#[test]
fn the_keys_owner_works_on_from_elsewhere_before_during_and_after() {
    let archive = make(&Config::attacked(SEED));
    let truth = truth(&archive);
    let raid_ids: BTreeSet<&str> = truth.event_ids.iter().map(String::as_str).collect();
    let day = &truth.first_event[..10];
    let (mut before, mut after, mut history) = (0, 0, 0);
    for record in all(&archive) {
        if record["userIdentity"]["accessKeyId"] != truth.stolen_key.as_str() {
            continue;
        }
        let address = text(&record, "sourceIPAddress").to_owned();
        let own = raid_ids.contains(text(&record, "eventID"));
        assert_eq!(own, truth.addresses.contains(&address), "{record}");
        let time = text(&record, "eventTime");
        if own {
            continue;
        } else if !time.starts_with(day) {
            history += 1;
        } else if time < truth.first_event.as_str() {
            before += 1;
        } else {
            after += 1;
        }
    }
    assert!(
        before >= 3 && after >= 3 && history >= 100,
        "{before} {after} {history}"
    );
}

#[test]
fn every_attack_leaves_its_mark_even_without_history() {
    for variant in Variant::ALL {
        for days in [1, 2] {
            let archive = make(&Config::short(SEED, days, variant));
            let truth = truth(&archive);
            assert_eq!(raid(&archive).len(), truth.event_ids.len(), "{variant:?}");
            assert!(truth.event_ids.len() > 10, "{variant:?}");
            assert!(!truth.impact.is_empty(), "{variant:?}");
            assert!(truth.first_event < truth.last_event, "{variant:?}");
        }
    }
}

#[test]
fn the_slow_attack_takes_days_and_the_others_hours() {
    for variant in Variant::ALL {
        let archive = make(&Config::short(SEED, 6, variant));
        let truth = truth(&archive);
        let same_day = truth.first_event[..10] == truth.last_event[..10];
        assert_eq!(
            same_day,
            variant != Variant::Slow,
            "{variant:?}: {}",
            truth.last_event
        );
    }
}

#[test]
fn undertakings_add_events_and_change_no_other() {
    let quiet = by_id(&make(&Config {
        days: 3,
        ..Config::quiet(SEED)
    }));
    for benign in Benign::ALL {
        let with = by_id(&make(&Config {
            days: 3,
            ..Config::benign(SEED, benign)
        }));
        assert!(with.len() > quiet.len(), "{benign:?} does nothing");
        assert!(
            quiet
                .iter()
                .all(|(id, record)| with.get(id) == Some(record)),
            "{benign:?}"
        );
    }
}

#[test]
fn a_bulk_archive_has_about_the_size_and_files_asked_for() {
    let archive = make(&Config::bulk(SEED, 12_000_000, 20));
    let truth = &archive.truth;
    assert!(
        (12_000_000..30_000_000).contains(&truth.inflated_bytes),
        "{truth:?}"
    );
    let (mut read, mut sessions, mut count) = (0, BTreeSet::new(), 0);
    for record in archive.files.iter().flat_map(records) {
        count += 1;
        read += usize::from(record["readOnly"] == true);
        sessions.insert(record["userIdentity"]["accessKeyId"].to_string());
    }
    assert!(
        (70..92).contains(&(read * 100 / count)),
        "{read} of {count} are reads"
    );
    assert!(sessions.len() > 500, "{} sessions", sessions.len());
}
