//! Asking only the rules that can match gives what asking all of them gives,
//! for any rules and any events.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use std::collections::BTreeMap;

use common::{load, our_rules, records, scan_all};
use gardefou_trail::rules::RuleSet;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;
use rsigma_eval::{Engine, JsonEvent};
use serde_json::{Value, json};

/// Fields that decide the prefilter, and others.
const FIELDS: [&str; 8] = [
    "eventSource",
    "eventName",
    "errorCode",
    "userIdentity.type",
    "userIdentity.arn",
    "userAgent",
    "requestParameters.name",
    "readOnly",
];

const WORDS: [&str; 12] = [
    "iam.amazonaws.com",
    "ec2.amazonaws.com",
    "CreateUser",
    "createuser",
    "RunInstances",
    "AccessDenied",
    "Client.DryRunOperation",
    "IAMUser",
    "AssumedRole",
    "true",
    "a\u{e9}*b",
    "",
];

/// A `field|modifier: value` line of a selection.
fn line() -> impl Strategy<Value = String> {
    let pattern = select(vec![
        "'*'",
        "'Create*'",
        "'*User'",
        "'*.amazonaws.com'",
        "'?am*'",
        "'Client.*'",
        "'a\\*b'",
    ]);
    let plain = (select(&FIELDS[..]), select(&WORDS[..]))
        .prop_map(|(field, word)| format!("{field}: '{word}'"));
    let wild = (select(&FIELDS[..]), pattern).prop_map(|(field, p)| format!("{field}: {p}"));
    let listed = (select(&FIELDS[..]), select(&WORDS[..]), select(&WORDS[..]))
        .prop_map(|(field, a, b)| format!("{field}: ['{a}', '{b}']"));
    let changed = (
        select(&FIELDS[..]),
        select(vec![
            "contains",
            "startswith",
            "endswith",
            "cased",
            "contains|cased",
        ]),
        select(vec!["amazonaws", "Create", "User", "Denied", "c", "IAM"]),
    )
        .prop_map(|(field, modifier, word)| format!("{field}|{modifier}: '{word}'"));
    let regex = (
        select(&FIELDS[..]),
        select(vec!["^(Create|Run).*", "(?i)denied$", "^.{0,7}$", "^$"]),
    )
        .prop_map(|(field, regex)| format!("{field}|re: '{regex}'"));
    let presence = (select(&FIELDS[..]), any::<bool>())
        .prop_map(|(field, is)| format!("{field}|exists: {is}"));
    let null = select(&FIELDS[..]).prop_map(|field| format!("{field}: null"));
    prop_oneof![4 => plain, 2 => wild, 2 => listed, 3 => changed, 1 => regex, 1 => presence, 1 => null]
}

/// A selection: a map of lines, or a list of maps.
fn selection() -> impl Strategy<Value = String> {
    let map = prop::collection::vec(line(), 1..4).prop_map(|mut lines| {
        // YAML has no key twice.
        lines.sort();
        lines.dedup_by_key(|line| line.split(": ").next().unwrap().to_owned());
        lines
            .iter()
            .map(|line| format!("    {line}\n"))
            .collect::<String>()
    });
    let list = prop::collection::vec(line(), 1..4)
        .prop_map(|lines| lines.iter().map(|line| format!("    - {line}\n")).collect());
    let keywords = select(vec!["    - 'CreateUser'\n", "    - 'Denied'\n"]).prop_map(str::to_owned);
    prop_oneof![6 => map, 2 => list, 1 => keywords]
}

fn condition() -> impl Strategy<Value = &'static str> {
    select(vec![
        "sel_a",
        "not sel_a",
        "sel_a and sel_b",
        "sel_a or sel_b",
        "sel_a and not sel_b",
        "not (sel_a and sel_b)",
        "not (sel_a or not sel_b)",
        "1 of sel_*",
        "all of sel_*",
        "sel_a and not 1 of filter_*",
        "all of them",
        "1 of them",
        "not 1 of them",
        "sel_a and (sel_b or not filter_a)",
    ])
}

fn rule() -> impl Strategy<Value = String> {
    (selection(), selection(), selection(), condition()).prop_map(|(a, b, f, condition)| {
        format!(
            "title: T\nlogsource:\n  product: aws\n  service: cloudtrail\ndetection:\n  sel_a:\n{a}  \
             sel_b:\n{b}  filter_a:\n{f}  condition: {condition}\n"
        )
    })
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => select(&WORDS[..]).prop_map(str::to_owned),
        1 => "[a-zA-Z.*\\\\\"\u{e9}]{0,12}",
    ]
}

/// An event of which every field that rules look at varies.
fn event() -> impl Strategy<Value = Value> {
    let optional = || prop::option::weighted(0.7, word());
    (
        word(),
        word(),
        optional(),
        optional(),
        optional(),
        optional(),
        any::<Option<bool>>(),
    )
        .prop_map(
            |(source, name, error, identity, arn, parameter, read_only)| {
                let mut event = json!({
                    "eventVersion": "1.09",
                    "eventTime": "2025-11-03T10:00:00Z",
                    "eventSource": source,
                    "eventName": name,
                    "awsRegion": "eu-west-1",
                    "sourceIPAddress": "198.51.100.7",
                    "userAgent": "aws-cli",
                    "eventID": "e",
                    "recipientAccountId": "111122223333",
                    "userIdentity": {},
                    "requestParameters": null,
                });
                let mut set = |pointer: &str, key: &str, value: Option<Value>| {
                    if let (Some(value), Some(map)) = (
                        value,
                        event.pointer_mut(pointer).and_then(Value::as_object_mut),
                    ) {
                        map.insert(key.to_owned(), value);
                    }
                };
                set("", "errorCode", error.map(Value::from));
                set("", "readOnly", read_only.map(Value::from));
                set("/userIdentity", "type", identity.map(Value::from));
                set("/userIdentity", "arn", arn.map(Value::from));
                set(
                    "",
                    "requestParameters",
                    parameter.map(|name| json!({ "name": name })),
                );
                event
            },
        )
}

type Matches = BTreeMap<String, u64>;

fn by_us(rules: &RuleSet, events: &[Value]) -> (u64, Matches) {
    let (facts, _) = scan_all(rules, &records(events));
    let matches = facts
        .rule_matches
        .iter()
        .map(|(rule, count)| (rules.meta(*rule).unwrap().id.clone(), *count))
        .collect();
    (facts.events, matches)
}

/// rsigma's own engine, without any of its prefilters.
fn engine(rules: &RuleSet) -> Engine {
    let mut engine = Engine::new();
    engine.set_bloom_prefilter(false);
    for rule in &rules.collection().rules {
        engine.add_rule(rule).unwrap();
    }
    engine
}

fn plainly(engine: &Engine, events: &[Value]) -> Matches {
    let mut matches = Matches::new();
    for event in events {
        for found in engine.evaluate(&JsonEvent::borrow(event)) {
            *matches.entry(found.header.rule_id.unwrap()).or_default() += 1;
        }
    }
    matches
}

/// The events that our decoder takes: the others are failures, told as such.
fn readable(rules: &RuleSet, events: Vec<Value>) -> Vec<Value> {
    events
        .into_iter()
        .filter(|event| by_us(rules, std::slice::from_ref(event)).0 == 1)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn random_rules_match_random_events_as_in_rsigma(
        texts in prop::collection::vec(rule(), 1..6),
        events in prop::collection::vec(event(), 1..12),
    ) {
        let rules = load(&texts);
        let events = readable(&rules, events);
        prop_assert_eq!(by_us(&rules, &events).1, plainly(&engine(&rules), &events));
    }
}

/// Events that resemble what the embedded rules look for: their own examples,
/// with fields exchanged between them.
fn crossed(examples: &[Value]) -> impl Strategy<Value = Vec<Value>> {
    let keys = [
        "eventName",
        "eventSource",
        "errorCode",
        "userIdentity",
        "requestParameters",
        "userAgent",
        "responseElements",
    ];
    let pick = (
        select(examples.to_vec()),
        select(examples.to_vec()),
        select(keys.to_vec()),
    );
    let cross = pick.prop_map(|(mut event, other, key)| {
        match other.get(key) {
            Some(value) => event[key] = value.clone(),
            None => drop(event.as_object_mut().unwrap().remove(key)),
        }
        event
    });
    prop::collection::vec(cross, 1..20)
}

/// The events in the embedded rules' examples.
fn examples() -> Vec<Value> {
    let mut events = Vec::new();
    for file in common::our_files() {
        for line in file.text.lines() {
            let text = line.trim_start();
            if text.starts_with("- name:") {
                continue;
            }
            events.extend(event_in(&file.text, line));
        }
    }
    assert!(events.len() > 500, "{}", events.len());
    events
}

/// The JSON event that begins on a line of a rule's examples.
fn event_in(text: &str, line: &str) -> Option<Value> {
    let at = line.find("event: {")?;
    let begin = line.as_ptr() as usize - text.as_ptr() as usize + at + "event: ".len();
    let mut values = serde_json::Deserializer::from_str(&text[begin..]).into_iter::<Value>();
    values.next()?.ok()
}

#[test]
fn our_rules_match_crossed_examples_as_in_rsigma() {
    let examples = examples();
    let engine = engine(our_rules());
    let mut runner = TestRunner::new(ProptestConfig::with_cases(100));
    runner
        .run(&crossed(&examples), |events| {
            let events = readable(our_rules(), events);
            prop_assert_eq!(by_us(our_rules(), &events).1, plainly(&engine, &events));
            Ok(())
        })
        .unwrap();
}
