//! What CloudTrail's digests prove: the shared scenarios, and trails signed by
//! a test key with every tampering that has a name.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking and reads what the program wrote"
)]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use common::{Place, Run, gzip, records};
use gardefou_testkit::data::shared;
use gardefou_testkit::{SignedTrail, Signer, TrailPlan};
use serde_json::{Value, json};

const SINCE: &str = "2026-11-01T00:00:00Z";
const UNTIL: &str = "2026-11-01T06:00:00Z";

/// Lays a trail out as a copy of its bucket, with both files at its root.
fn lay(place: &Place, trail: &SignedTrail) {
    for (key, bytes) in &trail.objects {
        place.write(&format!("copy/{key}"), bytes);
    }
    place.write("copy/s3-metadata.json", trail.metadata_json());
    place.write(
        "copy/list-public-keys.json",
        SignedTrail::public_keys().unwrap(),
    );
}

fn verify(place: &Place, more: &[&str]) -> (Run, Value) {
    let fixed = ["verify-trail", "-q", "--format", "json", "copy"];
    let run = place.run(&[&fixed[..], more].concat());
    run.assert_sane();
    assert_eq!(run.stderr, "");
    let proof = run.report();
    (run, proof)
}

/// Verifies a trail over its six hours.
fn judged(trail: &SignedTrail) -> (i32, Value) {
    let place = Place::new();
    lay(&place, trail);
    let (run, proof) = verify(&place, &["--since", SINCE, "--until", UNTIL]);
    (run.status, proof)
}

fn kinds(proof: &Value) -> BTreeSet<&str> {
    proof["doubts"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

/// `from/to` in hours and minutes of every span that is proven.
fn proven(proof: &Value) -> Vec<String> {
    spans(&proof["proven"])
}

fn spans(list: &Value) -> Vec<String> {
    let time = |value: &Value| value.as_str().map_or("-", |text| &text[11..16]).to_owned();
    let spans = list.as_array().unwrap().iter();
    spans
        .map(|span| format!("{}/{}", time(&span["from"]), time(&span["to"])))
        .collect()
}

/// The span and the object of the first doubt of a kind.
fn doubt(proof: &Value, kind: &str) -> (String, String) {
    let chains = proof["chains"].as_array().unwrap();
    let all = chains
        .iter()
        .flat_map(|chain| chain["doubts_listed"].as_array().unwrap())
        .chain(proof["doubts_listed"].as_array().unwrap());
    let found = all.clone().find(|doubt| doubt["kind"] == kind);
    let found = found.unwrap_or_else(|| panic!("no {kind} in {proof:#}"));
    let object = found["object"].as_str().unwrap_or("").to_owned();
    (spans(&json!([found])).remove(0), object)
}

/// Fails unless a trail is in doubt for exactly these reasons, in this time,
/// and what is left is proven.
fn assert_doubts(trail: &SignedTrail, expected: &[(&str, &str)], left: &[&str]) -> Value {
    let (status, proof) = judged(trail);
    assert_eq!(status, 1, "{proof:#}");
    let names: BTreeSet<&str> = expected.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(kinds(&proof), names, "{proof:#}");
    for (kind, span) in expected {
        assert_eq!(doubt(&proof, kind).0, *span, "{kind}");
    }
    assert_eq!(proven(&proof), left, "{proof:#}");
    proof
}

fn plan() -> TrailPlan {
    TrailPlan::default()
}

fn good() -> SignedTrail {
    plan().sign().unwrap()
}

#[test]
fn the_shared_scenarios_are_judged_as_a_good_tool_must() {
    let Some(data) = shared("digests", "the_shared_scenarios") else {
        return;
    };
    let place = Place::new();
    let mut seen = 0;
    for entry in fs::read_dir(&data).unwrap() {
        let folder = entry.unwrap().path();
        let text = fs::read_to_string(folder.join("expected.json")).unwrap();
        let expected: Value = serde_json::from_str(&text).unwrap();
        let range = |index: usize| expected["range"][index].as_str().unwrap().to_owned();
        let folder = folder.to_string_lossy().into_owned();
        let run = place.run(&[
            "verify-trail",
            "-q",
            &folder,
            "--since",
            &range(0),
            "--until",
            &range(1),
        ]);
        let status = i32::from(expected["a_good_tool_must"] != "ok");
        assert_eq!(run.status, status, "{folder}\n{}", run.stdout);
        seen += 1;
    }
    assert_eq!(seen, 6);
}

#[test]
fn an_untouched_trail_is_proven_whole() {
    let (status, proof) = judged(&good());
    assert_eq!(
        (status, proven(&proof)),
        (0, vec!["00:00/06:00".to_owned()])
    );
    let chain = &proof["chains"][0];
    assert_eq!(chain["digests_valid"], 6);
    assert_eq!(chain["logs_valid"], 12);
    assert_eq!(chain["name"]["trail"], "my_audit");
    assert_eq!(chain["delivered_to"], "s3://example-trail-bucket/");
    assert_eq!(proof["keys"], "beside_archive");
}

#[test]
fn the_answer_satisfies_its_schema() {
    let text =
        fs::read_to_string(common::root().join("schemas/gardefou.trail-proof.1.schema.json"));
    let schema: Value = serde_json::from_str(&text.unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut broken = good();
    broken.delete(&plan().digest_number(2));
    for trail in [good(), broken, SignedTrail::default()] {
        let (_, proof) = judged(&trail);
        assert!(validator.is_valid(&proof), "{proof:#}");
    }
    assert!(!validator.is_valid(&json!({"schema": "gardefou.trail-proof/1"})));
}

#[test]
fn a_changed_log_takes_its_hour_away() {
    let mut trail = good();
    let key = plan().log_number(2, 1);
    trail.rewrite(&key, "ListBuckets", "ListBukets").unwrap();
    let proof = assert_doubts(
        &trail,
        &[("log_modified", "02:00/03:00")],
        &["00:00/02:00", "03:00/06:00"],
    );
    assert!(doubt(&proof, "log_modified").1.ends_with(&key));
}

#[test]
fn what_is_appended_to_a_log_changes_it() {
    let key = plan().log_number(0, 0);
    let appended: [&[u8]; 3] = [
        &gzip(b"{\"Records\":[]}"),
        b"\x1f\x8b\x08garbage",
        b"garbage",
    ];
    for bytes in appended {
        let mut trail = good();
        trail
            .objects
            .get_mut(&key)
            .unwrap()
            .extend_from_slice(bytes);
        assert_doubts(&trail, &[("log_modified", "00:00/01:00")], &["01:00/06:00"]);
    }
    // A member that inflates to nothing changes nothing that anybody reads.
    let mut trail = good();
    trail
        .objects
        .get_mut(&key)
        .unwrap()
        .extend_from_slice(&gzip(b""));
    assert_eq!(judged(&trail).0, 0);
}

#[test]
fn a_log_cut_short_or_emptied_is_changed() {
    let key = plan().log_number(0, 0);
    for length in [0, 1, 30] {
        let mut trail = good();
        trail.objects.get_mut(&key).unwrap().truncate(length);
        assert_doubts(&trail, &[("log_modified", "00:00/01:00")], &["01:00/06:00"]);
    }
}

#[test]
fn a_log_that_is_gone_is_missed() {
    let mut trail = good();
    let key = plan().log_number(5, 1);
    trail.delete(&key);
    let proof = assert_doubts(&trail, &[("log_missing", "05:00/06:00")], &["00:00/05:00"]);
    assert_eq!(
        doubt(&proof, "log_missing").1,
        format!("s3://example-trail-bucket/{key}")
    );
}

#[test]
fn a_log_that_no_digest_lists_is_told() {
    let added = plan().log_number(3, 0).replace("0315Z", "0316Z");
    let mut trail = good();
    let copy = trail.objects[&plan().log_number(3, 0)].clone();
    trail.objects.insert(added, copy);
    assert_doubts(
        &trail,
        &[("log_unlisted", "03:00/04:00")],
        &["00:00/03:00", "04:00/06:00"],
    );
}

#[test]
fn a_log_under_any_name_takes_all_time_away() {
    let content = records(&[common::event(0)]);
    for name in [
        "readme.txt",
        "AWSLogs/x.json.gz",
        "AWSLogs/111122223333/CloudTrail/late.json",
    ] {
        let mut trail = good();
        trail.objects.insert(name.to_owned(), content.clone());
        assert_doubts(&trail, &[("log_unlisted", "00:00/06:00")], &[]);
    }
    let mut trail = good();
    trail
        .objects
        .insert("readme.txt".to_owned(), b"No log.".to_vec());
    trail
        .objects
        .insert("other.json".to_owned(), b"{\"a\":1}".to_vec());
    let (status, proof) = judged(&trail);
    assert_eq!((status, &proof["other_files"]), (0, &json!(4)));
}

#[test]
fn a_digest_that_is_gone_is_missed_by_the_next() {
    let mut trail = good();
    trail.delete(&plan().digest_number(2));
    let expected = [
        ("digest_missing", "02:00/03:00"),
        ("log_undigested", "02:15/02:16"),
    ];
    assert_doubts(&trail, &expected, &["00:00/02:00", "03:00/06:00"]);
}

#[test]
fn several_digests_that_are_gone_are_one_span() {
    let mut trail = good();
    for number in [1, 2, 3] {
        trail.delete(&plan().digest_number(number));
        trail.delete(&plan().log_number(number, 0));
        trail.delete(&plan().log_number(number, 1));
    }
    assert_doubts(
        &trail,
        &[("digest_missing", "01:00/04:00")],
        &["00:00/01:00", "04:00/06:00"],
    );
}

#[test]
fn a_tail_cut_off_with_its_logs_is_told_when_an_end_was_asked_for() {
    let mut trail = good();
    trail.delete(&plan().digest_number(5));
    trail.delete(&plan().log_number(5, 0));
    trail.delete(&plan().log_number(5, 1));
    assert_doubts(
        &trail,
        &[("end_not_covered", "05:00/06:00")],
        &["00:00/05:00"],
    );
}

#[test]
fn a_tail_cut_off_is_told_by_logs_that_were_left() {
    let mut trail = good();
    trail.delete(&plan().digest_number(5));
    let expected = [
        ("digest_deleted_at_tail", "05:00/06:00"),
        ("log_undigested", "05:15/05:16"),
    ];
    assert_doubts(&trail, &expected, &["00:00/05:00"]);
}

#[test]
fn a_tail_cut_off_is_told_by_the_metadata_without_any_end() {
    let mut trail = good();
    for number in [4, 5] {
        trail.objects.remove(&plan().digest_number(number));
        trail.delete(&plan().log_number(number, 0));
        trail.delete(&plan().log_number(number, 1));
    }
    let place = Place::new();
    lay(&place, &trail);
    let (run, proof) = verify(&place, &[]);
    assert_eq!(run.status, 1);
    assert_eq!(kinds(&proof), BTreeSet::from(["digest_deleted_at_tail"]));
    assert_eq!(doubt(&proof, "digest_deleted_at_tail").0, "04:00/06:00");
    assert_eq!(proven(&proof), ["00:00/04:00"]);
}

#[test]
fn a_tail_cut_off_is_told_by_another_regions_chain() {
    let paris = TrailPlan {
        region: "eu-west-3".to_owned(),
        ..plan()
    };
    let mut trail = good();
    trail.join(paris.sign().unwrap());
    for number in [4, 5] {
        trail.delete(&paris.digest_number(number));
        trail.delete(&paris.log_number(number, 0));
        trail.delete(&paris.log_number(number, 1));
    }
    let place = Place::new();
    lay(&place, &trail);
    let (run, proof) = verify(&place, &[]);
    assert_eq!(run.status, 1);
    assert_eq!(kinds(&proof), BTreeSet::from(["digest_deleted_at_tail"]));
    assert_eq!(doubt(&proof, "digest_deleted_at_tail").0, "04:00/06:00");
    assert_eq!(spans(&proof["chains"][1]["proven"]), ["00:00/06:00"]);
}

#[test]
fn everything_deleted_is_no_proof() {
    let (status, proof) = judged(&SignedTrail::default());
    assert_eq!(
        (status, kinds(&proof)),
        (1, BTreeSet::from(["everything_deleted"]))
    );
    assert_eq!(doubt(&proof, "everything_deleted").0, "00:00/06:00");
    // Also when the metadata still names what was there.
    let mut trail = good();
    trail.objects.clear();
    let (status, proof) = judged(&trail);
    assert_eq!(status, 1);
    assert_eq!(
        kinds(&proof),
        BTreeSet::from(["digest_missing", "everything_deleted"])
    );
    assert_eq!(proof["doubts"]["digest_missing"], 6);
}

#[test]
fn logs_without_digests_are_no_proof() {
    let mut trail = good();
    for number in 0..6 {
        trail.delete(&plan().digest_number(number));
    }
    assert_doubts(&trail, &[("no_digest", "00:15/05:31")], &[]);
}

#[test]
fn a_region_without_digests_is_no_proof_for_the_others() {
    let paris = TrailPlan {
        region: "eu-west-3".to_owned(),
        ..plan()
    };
    let mut trail = good();
    trail.join(paris.sign().unwrap());
    for number in 0..6 {
        trail.delete(&paris.digest_number(number));
    }
    let proof = assert_doubts(&trail, &[("no_digest", "00:15/05:31")], &[]);
    let chains = proof["chains"].as_array().unwrap();
    let us = chains
        .iter()
        .find(|chain| chain["name"]["region"] == "us-east-1")
        .unwrap();
    assert_eq!(spans(&us["proven"]), ["00:00/06:00"]);
}

#[test]
fn a_start_that_is_not_covered_is_told() {
    let place = Place::new();
    lay(&place, &good());
    let (run, proof) = verify(&place, &["--since", "2026-10-31", "--until", UNTIL]);
    assert_eq!(
        (run.status, kinds(&proof)),
        (1, BTreeSet::from(["start_not_covered"]))
    );
    assert_eq!(doubt(&proof, "start_not_covered").0, "00:00/00:00");
    assert_eq!(proven(&proof), ["00:00/06:00"]);
}

#[test]
fn a_head_cut_off_is_told_by_the_first_digest_left() {
    let mut trail = good();
    for number in [0, 1] {
        trail.delete(&plan().digest_number(number));
        trail.delete(&plan().log_number(number, 0));
        trail.delete(&plan().log_number(number, 1));
    }
    assert_doubts(
        &trail,
        &[("digest_missing", "00:00/02:00")],
        &["02:00/06:00"],
    );
    let place = Place::new();
    lay(&place, &trail);
    assert_eq!(
        kinds(&verify(&place, &[]).1),
        BTreeSet::from(["digest_missing"])
    );
    let (run, proof) = verify(
        &place,
        &["--since", "2026-11-01T02:00:00Z", "--until", UNTIL],
    );
    assert_eq!(
        (run.status, proven(&proof)),
        (0, vec!["02:00/06:00".to_owned()])
    );
}

#[test]
fn a_chain_that_was_restarted_is_told() {
    let restarted = |hour: u32, body: &mut serde_json::Map<String, Value>| {
        if hour == 3 {
            for name in [
                "S3Bucket",
                "S3Object",
                "HashValue",
                "HashAlgorithm",
                "Signature",
            ] {
                body.insert(format!("previousDigest{name}"), Value::Null);
            }
        }
    };
    let trail = plan()
        .sign_edited(&mut |hour, body| restarted(hour, body))
        .unwrap();
    assert_doubts(
        &trail,
        &[("chain_restarted", "03:00/03:00")],
        &["00:00/03:00", "03:00/06:00"],
    );
    // With a digest cut out before it, the time between is in doubt.
    let mut trail = trail;
    trail.delete(&plan().digest_number(2));
    let expected = [
        ("chain_restarted", "02:00/03:00"),
        ("log_undigested", "02:15/02:16"),
    ];
    assert_doubts(&trail, &expected, &["00:00/02:00", "03:00/06:00"]);
}

#[test]
fn a_digest_signed_by_nobody_we_know_is_told() {
    let mut trail = good();
    trail
        .rewrite(&plan().digest_number(5), "ListBuckets", "x")
        .unwrap();
    assert_eq!(judged(&trail).0, 0, "nothing was replaced");
    trail
        .rewrite(
            &plan().digest_number(5),
            "awsAccountId\":\"1",
            "awsAccountId\":\"2",
        )
        .unwrap();
    let expected = [
        ("log_undigested", "05:15/05:16"),
        ("signature_invalid", "05:00/06:00"),
    ];
    assert_doubts(&trail, &expected, &["00:00/05:00"]);
    let mut trail = good();
    trail
        .resign(&plan().digest_number(5), |_| {}, Signer::Attacker)
        .unwrap();
    assert_doubts(&trail, &expected, &["00:00/05:00"]);
}

#[test]
fn a_digest_rewritten_in_the_middle_is_told_by_itself_and_the_next() {
    let mut trail = good();
    let drop_log = |body: &mut serde_json::Map<String, Value>| {
        body["logFiles"].as_array_mut().unwrap().pop();
    };
    trail
        .resign(&plan().digest_number(2), drop_log, Signer::Attacker)
        .unwrap();
    trail.delete(&plan().log_number(2, 1));
    let expected = [
        ("log_undigested", "02:15/02:16"),
        ("previous_hash_mismatch", "02:00/03:00"),
        ("previous_signature_mismatch", "02:00/03:00"),
        ("signature_invalid", "02:00/03:00"),
    ];
    assert_doubts(&trail, &expected, &["00:00/02:00", "03:00/06:00"]);
}

#[test]
fn a_predecessor_that_was_replaced_by_a_signed_one_is_told() {
    // Signed with the right key, as if the signer had been deceived: only the
    // chain shows it.
    let mut trail = good();
    let change = |body: &mut serde_json::Map<String, Value>| {
        body.insert("extra".to_owned(), json!(1));
    };
    trail
        .resign(&plan().digest_number(2), change, Signer::Trusted)
        .unwrap();
    let expected = [
        ("previous_hash_mismatch", "02:00/03:00"),
        ("previous_signature_mismatch", "02:00/03:00"),
    ];
    assert_doubts(&trail, &expected, &["00:00/02:00", "03:00/06:00"]);
}

#[test]
fn hash_and_signature_of_the_predecessor_are_each_compared() {
    for (field, kind) in [
        ("previousDigestHashValue", "previous_hash_mismatch"),
        ("previousDigestSignature", "previous_signature_mismatch"),
    ] {
        let trail = plan().sign_edited(&mut |hour, body| {
            if hour == 2 {
                let value = body[field].as_str().unwrap().to_owned();
                let other = if value.starts_with('0') { "1" } else { "0" };
                body.insert(field.to_owned(), json!(format!("{other}{}", &value[1..])));
            }
        });
        let (status, proof) = judged(&trail.unwrap());
        assert_eq!((status, kinds(&proof)), (1, BTreeSet::from([kind])));
        assert_eq!(doubt(&proof, kind).0, "01:00/02:00");
    }
}

#[test]
fn a_predecessor_that_is_another_than_the_one_before_is_told() {
    let skipped = plan().digest_number(0);
    let trail = plan().sign_edited(&mut |hour, body| {
        if hour == 2 {
            body.insert("previousDigestS3Object".to_owned(), json!(skipped));
        }
    });
    let (status, proof) = judged(&trail.unwrap());
    assert_eq!(
        (status, kinds(&proof)),
        (1, BTreeSet::from(["previous_elsewhere"]))
    );
}

#[test]
fn gaps_and_overlaps_of_the_hours_are_told() {
    for (minutes, kind, span, left) in [
        (
            30,
            "hour_gap",
            "02:00/02:30",
            &["00:00/02:00", "02:30/06:00"][..],
        ),
        (
            -30,
            "hour_overlap",
            "01:30/02:00",
            &["00:00/02:00", "01:30/06:00"][..],
        ),
    ] {
        let trail = plan().sign_edited(&mut |hour, body| {
            if hour == 2 {
                let at = if minutes > 0 {
                    "2026-11-01T02:30:00Z"
                } else {
                    "2026-11-01T01:30:00Z"
                };
                body.insert("digestStartTime".to_owned(), json!(at));
            }
        });
        let (status, proof) = judged(&trail.unwrap());
        assert_eq!(status, 1);
        assert!(kinds(&proof).contains(kind), "{proof:#}");
        assert_eq!(doubt(&proof, kind).0, span);
        assert_eq!(proven(&proof), left);
    }
}

#[test]
fn a_digest_out_of_its_place_is_told() {
    // A good digest renamed to fill the hole that another left.
    let mut trail = good();
    let (from, to) = (plan().digest_number(1), plan().digest_number(2));
    let copy = trail.objects[&from].clone();
    let signed = trail.metadata[&from].clone();
    trail.objects.insert(to.clone(), copy);
    trail.metadata.insert(to, signed);
    let (status, proof) = judged(&trail);
    assert_eq!(status, 1);
    assert!(kinds(&proof).contains("digest_moved"), "{proof:#}");
    assert_eq!(proven(&proof), ["00:00/02:00", "03:00/06:00"]);
    // One that was delivered to another bucket.
    let elsewhere = TrailPlan {
        bucket: "other-bucket".to_owned(),
        ..plan()
    };
    let mut trail = good();
    let key = plan().digest_number(5);
    let other = elsewhere.sign().unwrap();
    trail
        .objects
        .insert(key.clone(), other.objects[&key].clone());
    trail
        .metadata
        .insert(key.clone(), other.metadata[&key].clone());
    let (status, proof) = judged(&trail);
    assert_eq!(status, 1);
    assert!(kinds(&proof).contains("digest_moved"), "{proof:#}");
}

#[test]
fn keys_must_be_known_and_valid_at_the_time() {
    let place = Place::new();
    lay(&place, &good());
    let empty = json!({"PublicKeyList": []}).to_string();
    place.write("copy/list-public-keys.json", &empty);
    let (run, proof) = verify(&place, &["--until", UNTIL]);
    assert_eq!(run.status, 1);
    assert!(kinds(&proof).contains("key_unknown"));
    for (from, to) in [
        ("2026-01-01T00:00:00Z", "2026-10-01T00:00:00Z"),
        ("2026-11-02T00:00:00Z", "2027-01-01T00:00:00Z"),
    ] {
        place.write(
            "keys.json",
            SignedTrail::public_keys_valid(from, to).unwrap(),
        );
        let (run, proof) = verify(&place, &["--public-keys", "keys.json"]);
        assert_eq!(run.status, 1);
        assert!(kinds(&proof).contains("key_outside_validity"), "{proof:#}");
        assert_eq!(proof["proven"], json!([]));
        assert_eq!(proof["keys"], "named");
    }
}

#[test]
fn what_is_no_digest_is_told() {
    let contents: [&[u8]; 6] = [
        b"",
        b"{}",
        b"not json",
        &gzip(b"{\"digestStartTime\":1}"),
        &gzip(&[b'['; 100_000]),
        b"\x1f\x8b\x08cut",
    ];
    for content in contents {
        let mut trail = good();
        trail
            .objects
            .insert(plan().digest_number(2), content.to_vec());
        let expected = [
            ("digest_unparsable", "02:00/03:00"),
            ("log_undigested", "02:15/02:16"),
        ];
        assert_doubts(&trail, &expected, &["00:00/02:00", "03:00/06:00"]);
    }
}

#[test]
fn names_in_digests_open_nothing() {
    let place = Place::new();
    place.write("secret.json", "secret");
    for name in [
        "../secret.json",
        "/etc/passwd",
        "AWSLogs/../../secret.json",
        "\u{0}",
        "a\u{1b}[31m",
    ] {
        let trail = plan().sign_edited(&mut |hour, body| {
            if hour == 2 {
                body["logFiles"][0]["s3Object"] = json!(name);
            }
        });
        lay(&place, &trail.unwrap());
        let (run, proof) = verify(&place, &["--since", SINCE, "--until", UNTIL]);
        assert_eq!(run.status, 1);
        assert!(doubt(&proof, "log_missing").1.ends_with(name));
        let text = place.run(&["verify-trail", "-q", "copy"]);
        assert!(!text.stdout.contains('\u{1b}') && !text.stdout.contains('\u{0}'));
    }
}

#[test]
fn without_metadata_all_but_the_newest_digest_are_verified() {
    let mut trail = good();
    trail.metadata.clear();
    let expected = [
        ("log_undigested", "05:15/05:16"),
        ("signature_missing", "05:00/06:00"),
    ];
    assert_doubts(&trail, &expected, &["00:00/05:00"]);
    trail
        .rewrite(
            &plan().digest_number(2),
            "awsAccountId\":\"1",
            "awsAccountId\":\"2",
        )
        .unwrap();
    let (_, proof) = judged(&trail);
    assert!(kinds(&proof).contains("signature_invalid"), "{proof:#}");
    assert_eq!(proven(&proof), ["00:00/02:00", "03:00/05:00"]);
}

#[test]
fn backfill_digests_vouch_for_late_logs() {
    let mut trail = good();
    plan().backfill(&mut trail, 1).unwrap();
    let (status, proof) = judged(&trail);
    assert_eq!(
        (status, &proof["chains"][0]["backfills_valid"]),
        (0, &json!(1)),
        "{proof:#}"
    );
    let key = plan().digest_key(plan().start + 2 * 3600, "_backfill");
    let mut forged = trail.clone();
    forged.resign(&key, |_| {}, Signer::Attacker).unwrap();
    let expected = [
        ("log_unlisted", "01:00/02:00"),
        ("signature_invalid", "01:00/02:00"),
    ];
    assert_doubts(&forged, &expected, &["00:00/01:00", "02:00/06:00"]);
    trail.delete(&key);
    assert_doubts(
        &trail,
        &[("log_unlisted", "01:00/02:00")],
        &["00:00/01:00", "02:00/06:00"],
    );
}

#[test]
fn every_account_region_and_prefix_is_a_chain_of_its_own() {
    let plans = [
        plan(),
        TrailPlan {
            region: "eu-west-3".to_owned(),
            ..plan()
        },
        TrailPlan {
            account: "444455556666".to_owned(),
            organisation: Some("o-abc123".to_owned()),
            ..plan()
        },
        TrailPlan {
            prefix: "other/".to_owned(),
            ..plan()
        },
        TrailPlan {
            trail: "second".to_owned(),
            prefix: "second/".to_owned(),
            ..plan()
        },
    ];
    let mut trail = SignedTrail::default();
    for plan in &plans {
        trail.join(plan.sign().unwrap());
    }
    let place = Place::new();
    lay(&place, &trail);
    let (run, proof) = verify(&place, &["--since", SINCE, "--until", UNTIL]);
    assert_eq!(
        (run.status, proof["chains"].as_array().unwrap().len()),
        (0, 5),
        "{proof:#}"
    );
    trail
        .rewrite(&plans[2].log_number(4, 0), "ListBuckets", "x")
        .unwrap();
    let proof = assert_doubts(
        &trail,
        &[("log_modified", "04:00/05:00")],
        &["00:00/04:00", "05:00/06:00"],
    );
    let doubted = proof["chains"].as_array().unwrap().iter();
    let doubted: Vec<&Value> = doubted
        .filter(|chain| chain["doubts"] != json!({}))
        .collect();
    assert_eq!(doubted.len(), 1);
    assert_eq!(doubted[0]["name"]["account"], "444455556666");
    assert_eq!(doubted[0]["name"]["organisation"], "o-abc123");
}

#[test]
fn one_trails_logs_do_not_vouch_for_anothers() {
    // The log of one prefix copied over that of another: same name, other place.
    let other = TrailPlan {
        prefix: "other/".to_owned(),
        events: 2,
        ..plan()
    };
    let mut trail = good();
    trail.join(other.sign().unwrap());
    let bytes = trail.objects[&other.log_number(1, 0)].clone();
    trail.objects.insert(plan().log_number(1, 0), bytes);
    assert_doubts(
        &trail,
        &[("log_modified", "01:00/02:00")],
        &["00:00/01:00", "02:00/06:00"],
    );
}

#[test]
fn what_cannot_be_read_ends_with_3() {
    use std::os::unix::fs::symlink;
    let place = Place::new();
    lay(&place, &good());
    symlink("nowhere", place.path().join("copy/AWSLogs/dangling")).unwrap();
    let (run, proof) = verify(&place, &["--since", SINCE, "--until", UNTIL]);
    assert_eq!(run.status, 3);
    assert_eq!(proof["coverage"]["failed"]["unreadable"], 1);
}

#[test]
fn wrong_use_ends_with_2() {
    let place = Place::new();
    lay(&place, &good());
    fs::remove_file(place.path().join("copy/list-public-keys.json")).unwrap();
    let no_keys = place.run(&["verify-trail", "-q", "copy"]);
    assert_eq!(no_keys.status, 2);
    assert!(
        no_keys.stderr.contains("--public-keys"),
        "{}",
        no_keys.stderr
    );
    place.write("keys.json", "[]");
    let wrong: [&[&str]; 6] = [
        &["verify-trail"],
        &["verify-trail", "missing"],
        &["verify-trail", "copy", "--public-keys", "missing.json"],
        &["verify-trail", "copy", "--public-keys", "keys.json"],
        &["verify-trail", "copy", "--since", UNTIL, "--until", SINCE],
        &["verify-trail", "copy", "--format", "xml"],
    ];
    for args in wrong {
        assert_eq!(place.run(args).status, 2, "{args:?}");
    }
}

#[test]
fn the_archive_is_found_from_within() {
    let place = Place::new();
    lay(&place, &good());
    let keys = place.path().join("copy/list-public-keys.json");
    let metadata = place.path().join("copy/s3-metadata.json");
    let inside = place.path().join("copy/AWSLogs/111122223333");
    let args = |root: &Path| -> Vec<std::ffi::OsString> {
        vec![
            "verify-trail".into(),
            "-q".into(),
            root.into(),
            "--until".into(),
            UNTIL.into(),
            "--public-keys".into(),
            keys.clone().into(),
            "--metadata".into(),
            metadata.clone().into(),
        ]
    };
    for root in [Path::new("."), &inside] {
        let run = common::run(&inside, &args(root), None, &[]);
        assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    }
}

#[test]
fn a_flat_copy_is_proven_too() {
    let place = Place::new();
    for (key, bytes) in &good().objects {
        let name = key.rsplit('/').next().unwrap();
        let folder = if name.contains("Digest") { "d" } else { "l" };
        place.write(&format!("copy/{folder}/{name}"), bytes);
    }
    place.write("copy/s3-metadata.json", good().metadata_json());
    place.write(
        "copy/list-public-keys.json",
        SignedTrail::public_keys().unwrap(),
    );
    let (run, proof) = verify(&place, &["--since", SINCE, "--until", UNTIL]);
    assert_eq!(run.status, 0, "{proof:#}");
}

#[test]
fn the_text_reads_like_this() {
    let place = Place::new();
    let mut trail = good();
    trail.delete(&plan().digest_number(2));
    trail
        .rewrite(&plan().log_number(4, 0), "ListBuckets", "x")
        .unwrap();
    lay(&place, &trail);
    for lang in ["en", "fr"] {
        let args = [
            "verify-trail",
            "-q",
            "copy",
            "--since",
            SINCE,
            "--until",
            UNTIL,
            "--lang",
            lang,
        ];
        let run = place.run(&args);
        assert_eq!(run.status, 1);
        insta::assert_snapshot!(format!("text_{lang}"), common::steady(&run.stdout));
    }
}

#[test]
fn an_investigation_says_in_its_head_what_is_proven() {
    let place = Place::new();
    let mut trail = good();
    lay(&place, &trail);
    let (run, report) = place.investigate(&["copy/AWSLogs"]);
    assert_eq!(run.status, 0, "{report:#}");
    assert_eq!(spans(&report["proof"]["proven"]), ["00:00/06:00"]);
    assert_eq!(report["proof"]["doubts"], json!({}));
    let head = place.quick(&["copy/AWSLogs"]).stdout;
    assert!(
        head.contains("nothing was changed, deleted or added"),
        "{head}"
    );

    trail
        .rewrite(&plan().log_number(2, 0), "ListBuckets", "x")
        .unwrap();
    lay(&place, &trail);
    let (_, report) = place.investigate(&["copy/AWSLogs"]);
    assert_eq!(
        spans(&report["proof"]["proven"]),
        ["00:00/02:00", "03:00/06:00"]
    );
    assert_eq!(report["proof"]["doubts"]["log_modified"], 1);

    fs::remove_file(place.path().join("copy/list-public-keys.json")).unwrap();
    let (run, report) = place.investigate(&["copy/AWSLogs"]);
    assert_eq!(run.status, 0);
    let reason = report["proof"]["unverified"].as_str().unwrap();
    assert!(reason.contains("no public keys"), "{reason}");

    let logs = format!("copy/{}", plan().log_number(0, 0));
    let (_, report) = place.investigate(&[&logs]);
    assert!(report["proof"].is_null(), "there are no digests");
}
