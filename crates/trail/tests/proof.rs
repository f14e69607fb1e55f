//! Whatever is done to a signed trail, no hour that it touches stays proven,
//! and every moment that is not proven has a doubt that says why.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::io::Read as _;
use std::sync::OnceLock;

use flate2::read::MultiGzDecoder;
use gardefou_finding::{Coverage, Doubt, DoubtKind, KeySource, Timestamp, Tool, TrailProof};
use gardefou_testkit::{SignedTrail, TrailPlan, gzip};
use gardefou_trail::proof::{
    DigestCheck, Judge, LogCheck, LogOutcomes, Metadata, Period, PublicKeys, Survey,
};
use proptest::prelude::*;

const HOUR: i64 = 3600;

fn plan() -> TrailPlan {
    TrailPlan {
        hours: 5,
        logs: 1,
        ..TrailPlan::default()
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(plan().start + seconds).unwrap()
}

fn period() -> Period {
    Period {
        since: Some(at(0)),
        until: Some(at(5 * HOUR)),
    }
}

/// Runs the whole proof in memory, over inflated content as a host hands it.
fn prove(objects: &[(String, Vec<u8>)], metadata: &str) -> TrailProof {
    let names: Vec<String> = objects
        .iter()
        .map(|(key, _)| format!("copy/{key}"))
        .collect();
    let survey = Survey::new(&names);
    let keys = PublicKeys::parse(SignedTrail::public_keys().unwrap().as_bytes()).unwrap();
    let metadata = Metadata::parse(metadata.as_bytes()).unwrap();
    let mut check = DigestCheck::new(&survey, &keys, &metadata);
    for file in survey.digests() {
        check.begin(*file);
        check.feed(&objects[*file as usize].1);
        check.end(None);
    }
    let judge = Judge::new(&survey, period(), &keys, &metadata, check.finish());
    let mut logs = LogCheck::new(&judge);
    for file in judge.wanted() {
        logs.begin(*file);
        logs.feed(&objects[*file as usize].1, true);
        logs.end(None);
    }
    let mut outcomes = LogOutcomes::default();
    outcomes.merge(logs.finish());
    let tool = Tool {
        name: String::new(),
        version: String::new(),
    };
    judge.tell(outcomes, Coverage::default(), KeySource::Named, tool)
}

fn inflated(trail: &SignedTrail) -> Vec<(String, Vec<u8>)> {
    let inflate = |stored: &Vec<u8>| {
        let mut content = Vec::new();
        MultiGzDecoder::new(&**stored)
            .read_to_end(&mut content)
            .unwrap();
        content
    };
    let objects = trail.objects.iter();
    objects
        .map(|(key, stored)| (key.clone(), inflate(stored)))
        .collect()
}

fn proves(proof: &TrailProof, time: Timestamp) -> bool {
    proof
        .proven
        .iter()
        .any(|span| span.from <= time && time < span.to)
}

fn doubts(proof: &TrailProof) -> impl Iterator<Item = &Doubt> {
    let chains = proof.chains.iter().flat_map(|chain| &chain.doubts_listed);
    chains.chain(&proof.doubts_listed)
}

/// Every minute is proven, or some doubt speaks of it or of its hour's digest.
fn assert_every_moment_is_accounted_for(proof: &TrailProof) {
    for minute in 0..5 * 60 {
        let time = at(minute * 60);
        let hour = (at(minute / 60 * HOUR), at((minute / 60 + 1) * HOUR));
        let speaks = |doubt: &Doubt| {
            doubt.from.is_none_or(|from| from < hour.1) && doubt.to.is_none_or(|to| to > hour.0)
        };
        assert!(
            proves(proof, time) || doubts(proof).any(speaks),
            "nobody speaks of {time}: {proof:#?}"
        );
    }
}

#[test]
fn every_byte_of_a_digest_counts() {
    let trail = plan().sign().unwrap();
    let mut objects = inflated(&trail);
    let metadata = trail.metadata_json();
    assert!(prove(&objects, &metadata).is_proven());
    let key = plan().digest_number(2);
    let index = objects.iter().position(|(name, _)| *name == key).unwrap();
    for byte in 0..objects[index].1.len() {
        objects[index].1[byte] ^= 1;
        let proof = prove(&objects, &metadata);
        assert!(!proves(&proof, at(2 * HOUR + 60)), "byte {byte}");
        assert!(!proof.is_proven(), "byte {byte}");
        objects[index].1[byte] ^= 1;
    }
}

#[test]
fn every_character_of_a_signature_counts() {
    let trail = plan().sign().unwrap();
    let objects = inflated(&trail);
    let key = plan().digest_number(4);
    for at_character in 0..512 {
        let mut changed = trail.clone();
        let entry = changed.metadata.get_mut(&key).unwrap();
        let signature = entry.get_mut("signature").unwrap();
        let old = &signature[at_character..=at_character];
        let new = if old == "0" { "1" } else { "0" };
        signature.replace_range(at_character..=at_character, new);
        let proof = prove(&objects, &changed.metadata_json());
        assert!(
            !proves(&proof, at(4 * HOUR + 60)),
            "character {at_character}"
        );
    }
}

#[test]
fn a_forged_digest_cannot_cover_up_a_hole() {
    // Hours 1 to 3 are gone; the digest that ends at 4 claims to span them.
    let mut trail = plan().sign().unwrap();
    for hour in [1, 2] {
        trail.delete(&plan().digest_number(hour));
        trail.delete(&plan().log_number(hour, 0));
    }
    trail.delete(&plan().log_number(3, 0));
    let forged = plan().digest_number(3);
    let start = at(HOUR).to_string();
    let before = plan().digest_number(0);
    let edit = |body: &mut serde_json::Map<String, serde_json::Value>| {
        body.insert("digestStartTime".to_owned(), start.into());
        body.insert("previousDigestS3Object".to_owned(), before.into());
        body.insert("logFiles".to_owned(), serde_json::json!([]));
    };
    trail
        .resign(&forged, edit, gardefou_testkit::Signer::Attacker)
        .unwrap();
    let proof = prove(&inflated(&trail), &trail.metadata_json());
    assert!(proof.doubts.contains_key(&DoubtKind::SignatureInvalid));
    assert!(proof.doubts.contains_key(&DoubtKind::HourGap), "{proof:#?}");
    assert!(!proves(&proof, at(2 * HOUR)));
    assert_every_moment_is_accounted_for(&proof);
}

#[test]
fn a_digest_of_garbage_cannot_cover_up_a_hole() {
    let mut trail = plan().sign().unwrap();
    for hour in [1, 2] {
        trail.delete(&plan().digest_number(hour));
        trail.delete(&plan().log_number(hour, 0));
    }
    for hour in [3, 4] {
        trail.delete(&plan().log_number(hour, 0));
    }
    trail.delete(&plan().digest_number(4));
    let garbage = gzip(b"{}").unwrap();
    trail.objects.insert(plan().digest_number(3), garbage);
    let proof = prove(&inflated(&trail), &trail.metadata_json());
    let kinds: Vec<DoubtKind> = proof.doubts.keys().copied().collect();
    let expected = [
        DoubtKind::EndNotCovered,
        DoubtKind::HourGap,
        DoubtKind::DigestUnparsable,
    ];
    assert_eq!(kinds, expected, "{proof:#?}");
    assert_every_moment_is_accounted_for(&proof);
}

/// The trail that tampering begins with.
fn honest() -> &'static SignedTrail {
    static HONEST: OnceLock<SignedTrail> = OnceLock::new();
    HONEST.get_or_init(|| plan().sign().unwrap())
}

/// What an attacker without a key does to one object.
#[derive(Clone, Debug)]
enum Tampering {
    Delete(usize),
    DeleteWithMetadata(usize),
    Flip(usize, usize),
    Swap(usize, usize),
    Copy(usize, usize),
    Add(i64),
}

fn tampering() -> impl Strategy<Value = Tampering> {
    let object = 0..10_usize;
    prop_oneof![
        object.clone().prop_map(Tampering::Delete),
        object.clone().prop_map(Tampering::DeleteWithMetadata),
        (object.clone(), any::<usize>()).prop_map(|(a, b)| Tampering::Flip(a, b)),
        (object.clone(), 0..10_usize).prop_map(|(a, b)| Tampering::Swap(a, b)),
        (object, 0..10_usize).prop_map(|(a, b)| Tampering::Copy(a, b)),
        (0..5 * HOUR).prop_map(Tampering::Add),
    ]
}

fn tamper(trail: &mut SignedTrail, tampering: &Tampering) {
    let keys: Vec<&String> = honest().objects.keys().collect();
    let swap = |trail: &mut SignedTrail, from: usize, to: usize| {
        if let Some(bytes) = trail.objects.get(keys[from]).cloned() {
            trail.objects.insert(keys[to].clone(), bytes);
        }
    };
    match tampering {
        Tampering::Delete(index) => drop(trail.objects.remove(keys[*index])),
        Tampering::DeleteWithMetadata(index) => drop(trail.delete(keys[*index])),
        Tampering::Flip(index, byte) => {
            if let Some(stored) = trail.objects.get_mut(keys[*index]) {
                let mut content = Vec::new();
                MultiGzDecoder::new(&**stored)
                    .read_to_end(&mut content)
                    .unwrap();
                let byte = byte % content.len();
                content[byte] ^= 1;
                *stored = gzip(&content).unwrap();
            }
        }
        Tampering::Swap(from, to) => {
            let other = trail.objects.get(keys[*to]).cloned();
            swap(trail, *from, *to);
            if let Some(bytes) = other {
                trail.objects.insert(keys[*from].clone(), bytes);
            }
        }
        Tampering::Copy(from, to) => swap(trail, *from, *to),
        Tampering::Add(second) => {
            let minute = at(*second).to_string().replace(['-', ':'], "");
            let key = plan().log_number(0, 0);
            let stamp = &key[key.len() - 39..key.len() - 25];
            let added = key
                .replace(stamp, &format!("{}Z", &minute[..13]))
                .replace(".json", "x.json");
            let bytes = gzip(b"{\"Records\":[]}").unwrap();
            trail.objects.insert(added, bytes);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_is_proven_is_what_was_signed(
        all in prop::collection::vec(tampering(), 1..6),
        with_metadata in any::<bool>(),
    ) {
        let honest = honest();
        let mut trail = honest.clone();
        for one in &all {
            tamper(&mut trail, one);
        }
        let metadata = if with_metadata { trail.metadata_json() } else { "{}".to_owned() };
        let proof = prove(&inflated(&trail), &metadata);
        assert_every_moment_is_accounted_for(&proof);
        for hour in 0..5_u32 {
            let touched = proves(&proof, at(i64::from(hour) * HOUR + 60));
            let keys = [plan().digest_number(hour), plan().log_number(hour, 0)];
            for key in &keys {
                let same = inflated_one(&trail, key) == inflated_one(honest, key);
                prop_assert!(same || !touched, "{key} was changed and its hour is proven");
            }
        }
    }
}

fn inflated_one(trail: &SignedTrail, key: &str) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    MultiGzDecoder::new(&**trail.objects.get(key)?)
        .read_to_end(&mut content)
        .unwrap();
    Some(content)
}
