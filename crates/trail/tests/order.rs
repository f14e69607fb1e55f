//! Whatever the split of an archive among workers and the order of its files,
//! the same is concluded; facts survive being written down; hostile chains end.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use std::io::Read as _;

use common::{Concluded, File, conclude, investigate, investigate_one, load, our_rules, records};
use gardefou_testkit::{Config, Variant, generate};
use gardefou_trail::facts::Facts;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

fn inflated(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(bytes)
        .read_to_end(&mut text)
        .unwrap();
    text
}

/// The events of some days with an attack, in the order of the archive.
fn events(variant: Variant, days: u32) -> Vec<Value> {
    let archive = generate(&Config::short(7, days, variant)).unwrap();
    archive
        .files
        .iter()
        .flat_map(|file| common::events_of(&inflated(&file.bytes)))
        .collect()
}

/// Events dealt out to files: each event to the file of its number, and once
/// more to another one where a number is given.
fn dealt(events: &[Value], hands: &[(usize, Option<usize>)], files: usize) -> Vec<File> {
    let mut content: Vec<Vec<Value>> = vec![Vec::new(); files];
    for (event, (first, again)) in events.iter().zip(hands.iter().cycle()) {
        content[first % files].push(event.clone());
        if let Some(again) = again {
            content[again % files].push(event.clone());
        }
    }
    content
        .iter()
        .enumerate()
        .map(|(index, events)| File {
            name: format!("file-{index:03}"),
            bytes: records(events),
        })
        .collect()
}

/// Without what names files and places in them, which differ between deals.
fn placeless(concluded: &Concluded) -> Value {
    let mut value = json!({
        "incidents": concluded.incidents,
        "findings": concluded.findings,
        "rules": concluded.rules,
        "events": concluded.events,
    });
    forget_places(&mut value);
    value
}

fn forget_places(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.remove("position");
            map.values_mut().for_each(forget_places);
        }
        Value::Array(values) => values.iter_mut().for_each(forget_places),
        _ => {}
    }
}

/// The first difference between two values, for a message that can be read.
fn difference(a: &Value, b: &Value, path: &str) -> Option<String> {
    match (a, b) {
        (Value::Object(x), Value::Object(y)) => x
            .keys()
            .chain(y.keys())
            .find_map(|key| difference(&a[key], &b[key], &format!("{path}/{key}"))),
        (Value::Array(x), Value::Array(y)) if x.len() == y.len() => x
            .iter()
            .zip(y)
            .enumerate()
            .find_map(|(index, (x, y))| difference(x, y, &format!("{path}/{index}"))),
        _ => (a != b).then(|| format!("{path}: {a} / {b}").chars().take(600).collect()),
    }
}

fn full(concluded: &Concluded) -> Value {
    json!({
        "incidents": concluded.incidents,
        "findings": concluded.findings,
        "rules": concluded.rules,
        "events": concluded.events,
    })
}

/// File numbers in some order, cut into shares of up to four workers.
fn split(files: usize) -> impl Strategy<Value = Vec<Vec<usize>>> {
    let order = Just((0..files).collect::<Vec<usize>>()).prop_shuffle();
    (order, prop::collection::vec(0..4_usize, files)).prop_map(|(order, workers)| {
        let mut shares = vec![Vec::new(); 4];
        for (file, worker) in order.into_iter().zip(workers) {
            shares[worker].push(file);
        }
        shares
    })
}

const FILES: usize = 9;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn any_split_and_order_conclude_the_same(
        variant in select(Variant::ALL.to_vec()),
        hands in prop::collection::vec((any::<usize>(), prop::option::weighted(0.2, any::<usize>())), 97),
        shares in split(FILES),
    ) {
        let events = events(variant, 3);
        let files = dealt(&events, &hands, FILES);
        let in_order = investigate(our_rules(), &files, &[(0..FILES).collect()]);
        prop_assert_eq!(in_order.events, events.len() as u64);
        prop_assert!(!in_order.incidents.is_empty());
        let shuffled = investigate(our_rules(), &files, &shares);
        let differs = difference(&full(&in_order), &full(&shuffled), "");
        prop_assert!(differs.is_none(), "{:?} {:?}: {}", variant, shares, differs.unwrap());
    }

    #[test]
    fn any_dealing_of_events_to_files_concludes_the_same(
        variant in select(Variant::ALL.to_vec()),
        hands in prop::collection::vec((any::<usize>(), prop::option::weighted(0.2, any::<usize>())), 97),
        shares in split(FILES),
    ) {
        let events = events(variant, 3);
        let whole = investigate_one(our_rules(), "file-000", &records(&events));
        let files = dealt(&events, &hands, FILES);
        let parts = investigate(our_rules(), &files, &shares);
        let differs = difference(&placeless(&whole), &placeless(&parts), "");
        prop_assert!(differs.is_none(), "{:?}: {}", variant, differs.unwrap());
    }
}

#[test]
fn facts_written_down_and_read_again_tell_the_same() {
    let bytes = records(&events(Variant::RoleChain, 3));
    let files = [File {
        name: "one".to_owned(),
        bytes,
    }];
    let split = [vec![0]];
    let direct = investigate(our_rules(), &files, &split);
    let written = conclude(our_rules(), &files, &split, |facts: Facts| {
        let mut bytes = Vec::new();
        ciborium::into_writer(&facts, &mut bytes).unwrap();
        ciborium::from_reader(bytes.as_slice()).unwrap()
    });
    assert!(!direct.incidents.is_empty());
    assert!(direct == written);
}

/// A call by a session or key, the `index`th second.
fn grant(index: usize, from: &str, name: &str, to: &str) -> Value {
    json!({
        "eventVersion": "1.09",
        "userIdentity": {"type": "AssumedRole", "principalId": format!("AROA:{from}"),
            "arn": format!("arn:aws:sts::111122223333:assumed-role/{from}/s{}", index % 7),
            "accountId": "111122223333", "accessKeyId": format!("ASIA{from}"),
            "sessionContext": {"sessionIssuer": {"type": "Role", "userName": from,
                "arn": format!("arn:aws:iam::111122223333:role/{from}"),
                "accountId": "111122223333"}}},
        "eventTime": format!("2025-11-{:02}T{:02}:{:02}:{:02}Z",
            3 + index / 86_400 % 20, index / 3_600 % 24, index / 60 % 60, index % 60),
        "eventSource": "sts.amazonaws.com",
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2.15.0",
        "requestParameters": {"roleArn": format!("arn:aws:iam::111122223333:role/{to}"),
            "roleSessionName": "s"},
        "responseElements": {"credentials": {"accessKeyId": format!("ASIA{to}"),
            "expiration": "x", "sessionToken": "t"}},
        "eventID": format!("{index:032x}"),
        "eventType": "AwsApiCall",
        "recipientAccountId": "111122223333"
    })
}

/// The same session, switching a trail off: the chain has something to tell.
fn crime(index: usize, from: &str) -> Value {
    let mut event = grant(index, from, "StopLogging", from);
    event["eventSource"] = json!("cloudtrail.amazonaws.com");
    event["requestParameters"] = json!({"name": "trail"});
    event["responseElements"] = Value::Null;
    event
}

#[test]
fn roles_that_assume_each_other_in_circles_end() {
    let ring = ["A", "B", "C", "D"];
    let mut events: Vec<Value> = (0..4_000)
        .map(|index| {
            let from = ring[index % 4];
            let to = if index % 5 == 0 {
                from
            } else {
                ring[(index + 1) % 4]
            };
            grant(index, from, "AssumeRole", to)
        })
        .collect();
    events.extend(
        ring.iter()
            .enumerate()
            .map(|(index, from)| crime(5_000 + index, from)),
    );
    let told = investigate_one(our_rules(), "ring", &records(&events));
    assert_eq!(told.events, 4_004);
    assert_eq!(told.failed, 0);
    assert!(told.findings.len() >= 4);
    assert!(told.incidents.len() <= 4);
}

/// Two hundred thousand sessions, each made by the one before, by a hub or by
/// itself. Without bounds this takes hours or tens of gigabytes.
#[test]
fn two_hundred_thousand_sessions_end() {
    let rules = load(&[
        "title: T\nid: t\nlogsource:\n  product: aws\n  service: cloudtrail\ndetection:\n  s:\n    \
         eventName: StopLogging\n  condition: s\nlevel: high\n"
            .to_owned(),
    ]);
    let count = 200_000;
    let files: Vec<File> = (0..20)
        .map(|part| {
            let share = count / 20;
            let mut events: Vec<Value> = (part * share..(part + 1) * share)
                .map(|index| {
                    let from = if index % 3 == 0 {
                        "HUB".to_owned()
                    } else {
                        format!("S{}", index - 1)
                    };
                    grant(index, &from, "AssumeRole", &format!("S{index}"))
                })
                .collect();
            events.push(crime(count + part, &format!("S{}", part * share + 1)));
            File {
                name: format!("part-{part}"),
                bytes: records(&events),
            }
        })
        .collect();
    let split = [(0..10).collect(), (10..20).collect()];
    let told = investigate(&rules, &files, &split);
    assert_eq!(told.events, count as u64 + 20);
    assert_eq!(told.rules[0].matches, 20);
    let members = told
        .incidents
        .iter()
        .map(|incident| incident.identities.len())
        .max();
    assert!(members.unwrap_or(0) <= 500, "{members:?}");
}

/// A rule on trails that are switched off, of this level.
fn rule_on_trails(level: &str) -> String {
    format!(
        "title: T\nid: t\nlogsource:\n  product: aws\n  service: cloudtrail\ndetection:\n  s:\n    \
         eventName: StopLogging\n  condition: s\nlevel: {level}\n"
    )
}

/// Trails switched off by more credentials than are kept for one rule.
fn many_hands() -> Vec<File> {
    (0..4_usize)
        .map(|part| {
            let events: Vec<Value> = (part * 6_000..(part + 1) * 6_000)
                .map(|index| crime(index, &format!("S{index}")))
                .collect();
            File {
                name: format!("part-{part}"),
                bytes: records(&events),
            }
        })
        .collect()
}

#[test]
fn what_is_kept_of_a_rule_with_too_many_hands_is_the_same_for_any_split() {
    let rules = load(&[rule_on_trails("medium")]);
    let files = many_hands();
    let one = investigate(&rules, &files, &[vec![0, 1, 2, 3]]);
    let three = investigate(&rules, &files, &[vec![3, 0], vec![2], vec![1]]);
    assert_eq!(one.cut, ["T"], "what is left out is told");
    assert_eq!((one.rules[0].matches, one.findings.len()), (24_000, 10_000));
    let differs = difference(&full(&one), &full(&three), "");
    assert!(differs.is_none(), "{}", differs.unwrap());
}

#[test]
fn a_rule_below_medium_that_matches_everywhere_is_counted_and_makes_no_findings() {
    let files = many_hands();
    let low = investigate(&load(&[rule_on_trails("low")]), &files, &[vec![0, 1, 2, 3]]);
    assert!(low.rules[0].too_common);
    assert_eq!((low.rules[0].matches, low.findings.len()), (24_000, 0));
    assert_eq!(low.cut, [""; 0]);
    // Few events, of which all match, are perhaps all that one has.
    let few = investigate(&load(&[rule_on_trails("low")]), &files[..1], &[vec![0]]);
    assert!(few.rules[0].too_common, "6,000 of 6,000");
    let events: Vec<Value> = (0..2_000)
        .map(|index| crime(index, &format!("S{index}")))
        .collect();
    let few = investigate_one(&load(&[rule_on_trails("low")]), "few", &records(&events));
    assert!(!few.rules[0].too_common);
    assert_eq!(few.findings.len(), 2_000);
}
