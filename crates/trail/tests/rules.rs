//! Every rule that we ship is complete and holds its own examples, and every
//! kind of Sigma correlation and filter means here what it means in rsigma.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use common::{investigate_one, load, our_files, our_rules, records};
use gardefou_finding::Timestamp;
use gardefou_trail::rules::{RuleText, check_examples};
use rsigma_eval::{CorrelationConfig, CorrelationEngine, JsonEvent, TimestampFallback};
use rsigma_parser::parse_sigma_yaml;
use serde_json::{Value, json};

/// The documents of a rule file.
fn documents(file: &RuleText) -> Vec<yaml_serde::Value> {
    use serde::Deserialize as _;
    yaml_serde::Deserializer::from_str(&file.text)
        .map(|document| yaml_serde::Value::deserialize(document).unwrap())
        .collect()
}

/// How often a rule's examples expect each outcome.
fn expectations(rule: &yaml_serde::Value) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    // Both spellings that rsigma reads.
    let places = [
        &rule["rsigma.exemplars"],
        &rule["custom_attributes"]["rsigma.exemplars"],
    ];
    for example in places
        .into_iter()
        .filter_map(|place| place.as_sequence())
        .flatten()
    {
        let expect = example["expect"].as_str().unwrap_or("match");
        *counts.entry(expect.to_owned()).or_default() += 1;
    }
    counts
}

#[test]
fn every_example_of_every_embedded_rule_holds() {
    let outcome = check_examples(&our_files()).unwrap();
    assert_eq!(outcome.problems, Vec::<String>::new());
    assert!(
        outcome.rules >= 300 && outcome.examples >= 2 * 300,
        "{outcome:?}"
    );
}

#[test]
fn every_embedded_rule_shows_what_it_matches_and_what_not() {
    let mut wanting = Vec::new();
    for file in our_files() {
        let rules = documents(&file);
        for rule in &rules {
            let title = rule["title"].as_str().unwrap();
            let is_filter = rule.get("filter").is_some();
            let counts = expectations(rule);
            let has = |word: &str| counts.get(word).is_some_and(|count| *count > 0);
            // Rules that only serve correlations are shown by these.
            let is_base = !our_rules()
                .detection_metas()
                .iter()
                .chain(our_rules().correlation_metas())
                .any(|meta| Some(meta.id.as_str()) == rule["id"].as_str() && meta.alerts);
            if !(is_filter || is_base || has("match") && has("no-match")) {
                wanting.push(format!("{}: {title}: {counts:?}", file.origin));
            }
        }
    }
    assert!(
        wanting.is_empty(),
        "{} rules\n{}",
        wanting.len(),
        wanting.join("\n")
    );
}

#[test]
fn every_embedded_rule_says_all_that_a_page_needs() {
    let mut wanting = Vec::new();
    let mut names = BTreeSet::new();
    let mut ids = BTreeSet::new();
    let metas = our_rules().detection_metas().iter();
    for meta in metas.chain(our_rules().correlation_metas()) {
        let lacks = [
            ("name", meta.name.is_none()),
            ("title_fr", meta.title_fr.is_none()),
            ("description", meta.description.is_empty()),
            ("false positives", meta.false_positives.is_empty()),
            ("a tactic", meta.tactics.is_empty()),
            ("a technique", meta.techniques.is_empty()),
            ("a name of its own", !names.insert(meta.name.clone())),
            ("an id of its own", !ids.insert(meta.id.clone())),
        ];
        for (what, _) in lacks.iter().filter(|(_, is_lacking)| *is_lacking) {
            wanting.push(format!("{}: {}: no {what}", meta.origin, meta.title));
        }
    }
    for file in our_files() {
        let rules = documents(&file);
        let called = Path::new(&file.origin).file_stem().unwrap();
        let called = called.to_string_lossy().replace('-', "_");
        if !rules
            .iter()
            .any(|rule| rule["name"].as_str() == Some(&called))
        {
            wanting.push(format!("{}: no rule is called like the file", file.origin));
        }
        for rule in rules.iter().filter(|rule| rule.get("filter").is_none()) {
            if rule["level"].as_str().is_none() {
                wanting.push(format!("{}: no level", file.origin));
            }
        }
    }
    assert!(
        wanting.is_empty(),
        "{}\n{}",
        wanting.len(),
        wanting.join("\n")
    );
}

/// A detection of one call.
fn detection(name: &str, call: &str) -> String {
    format!(
        "title: T {name}\nid: id-{name}\nname: {name}\nlogsource:\n  product: aws\n  service: cloudtrail\n\
         detection:\n  s:\n    eventName: {call}\n  condition: s\nlevel: low\n"
    )
}

/// A correlation with this body.
fn correlation(name: &str, body: &str) -> String {
    let body: String = body.lines().map(|line| format!("  {line}\n")).collect();
    format!("title: C {name}\nid: id-{name}\nname: {name}\ncorrelation:\n{body}level: medium\n")
}

/// A call at a second, by a user, with a size.
fn call(second: usize, name: &str, user: &str, size: usize) -> Value {
    json!({
        "eventVersion": "1.09",
        "userIdentity": {"type": "IAMUser", "principalId": user, "accountId": "111122223333",
            "arn": format!("arn:aws:iam::111122223333:user/{user}"), "userName": user,
            "accessKeyId": format!("AKIAEXAMPLE{user}")},
        "eventTime": format!("2025-11-03T10:{:02}:{:02}Z", second / 60, second % 60),
        "eventSource": "ec2.amazonaws.com",
        "eventName": name,
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2.15.0",
        "requestParameters": {"target": user, "size": size},
        "responseElements": null,
        "eventID": format!("00000000-0000-4000-8000-{second:06}{size:06}"),
        "eventType": "AwsApiCall",
        "recipientAccountId": "111122223333"
    })
}

/// Two users who do A, B and C in different orders, sometimes fast.
fn day() -> Vec<Value> {
    let mut calls = Vec::new();
    for round in 0..8 {
        let start = round * 220;
        calls.push(call(start, "A", "zoe", 10 + round));
        calls.push(call(start + 7, "B", "zoe", 40));
        calls.push(call(start + 11, "C", "max", 5));
        calls.push(call(start + 13, "B", "max", 90 * (round % 3)));
        calls.push(call(start + 19, "A", "max", 7));
        if round % 2 == 0 {
            calls.push(call(start + 23, "A", "zoe", 300));
            calls.push(call(start + 29, "C", "zoe", 1));
        }
    }
    calls
}

/// Firings by correlation, counted by rsigma's engine over whole events in order.
fn by_rsigma(texts: &[String], events: &[Value]) -> BTreeMap<String, u64> {
    let collection = parse_sigma_yaml(&texts.join("---\n")).unwrap();
    assert!(collection.errors.is_empty(), "{:?}", collection.errors);
    let mut engine = CorrelationEngine::new(CorrelationConfig {
        timestamp_fallback: TimestampFallback::Skip,
        ..CorrelationConfig::default()
    });
    engine.add_collection(&collection).unwrap();
    let mut firings: BTreeMap<String, u64> = collection
        .correlations
        .iter()
        .map(|rule| (rule.id.clone().unwrap(), 0))
        .collect();
    for event in events {
        let time = Timestamp::parse(event["eventTime"].as_str().unwrap()).unwrap();
        let results = engine.process_event_at(&JsonEvent::borrow(event), time.seconds());
        for result in results.iter().filter(|result| result.is_correlation()) {
            *firings
                .get_mut(result.header.rule_id.as_ref().unwrap())
                .unwrap() += 1;
        }
    }
    firings
}

/// The same by us, the events in the wrong order, as archives have them.
fn by_us(texts: &[String], events: &[Value]) -> BTreeMap<String, u64> {
    let rules = load(texts);
    let reversed: Vec<Value> = events.iter().rev().cloned().collect();
    let told = investigate_one(&rules, "day", &records(&reversed));
    assert_eq!(told.events, events.len() as u64);
    let correlations: BTreeSet<&str> = rules
        .correlation_metas()
        .iter()
        .map(|meta| meta.id.as_str())
        .collect();
    told.rules
        .into_iter()
        .filter(|rule| correlations.contains(rule.id.as_str()))
        .map(|rule| (rule.id, rule.matches))
        .collect()
}

const GROUP: &str = "group-by:\n  - userIdentity.arn\ntimespan: 5m\n";

fn bodies() -> Vec<(&'static str, String)> {
    let by = |head: &str, condition: &str| format!("{head}\n{GROUP}{condition}");
    vec![
        (
            "event_count",
            by("type: event_count\nrules: [a]", "condition:\n  gte: 3"),
        ),
        (
            "count_by_id",
            by(
                "type: event_count\nrules: [id-a, id-b]",
                "condition:\n  gt: 4",
            ),
        ),
        (
            "count_range",
            by(
                "type: event_count\nrules: [a]",
                "condition:\n  gte: 2\n  lte: 3",
            ),
        ),
        (
            "value_count",
            by(
                "type: value_count\nrules: [a]",
                "condition:\n  field: requestParameters.size\n  gte: 3",
            ),
        ),
        ("temporal", by("type: temporal\nrules: [a, b, c]", "")),
        ("ordered", by("type: temporal_ordered\nrules: [a, b]", "")),
        (
            "ordered_back",
            by("type: temporal_ordered\nrules: [c, b, a]", ""),
        ),
        (
            "sum",
            by(
                "type: value_sum\nrules: [b]",
                "condition:\n  field: requestParameters.size\n  gte: 200",
            ),
        ),
        (
            "avg",
            by(
                "type: value_avg\nrules: [a]",
                "condition:\n  field: requestParameters.size\n  gte: 100",
            ),
        ),
        (
            "median",
            by(
                "type: value_median\nrules: [a]",
                "condition:\n  field: requestParameters.size\n  gte: 12",
            ),
        ),
        (
            "percentile",
            by(
                "type: value_percentile\nrules: [a]",
                "condition:\n  field: requestParameters.size\n  gte: 50\n  percentile: 90",
            ),
        ),
        (
            "aliased",
            "type: temporal\nrules: [a, b]\naliases:\n  who:\n    a: userIdentity.userName\n    \
             b: requestParameters.target\ngroup-by:\n  - who\ntimespan: 5m\n"
                .to_owned(),
        ),
        (
            "two_keys",
            "type: event_count\nrules: [a, b, c]\ngroup-by:\n  - userIdentity.userName\n  - \
             eventName\ntimespan: 10m\ncondition:\n  gte: 3\n"
                .to_owned(),
        ),
        (
            "ungrouped",
            "type: event_count\nrules: [a]\ntimespan: 2m\ncondition:\n  gte: 3\n".to_owned(),
        ),
        (
            "chained",
            by(
                "type: event_count\nrules: [ordered]",
                "condition:\n  gte: 2",
            ),
        ),
        (
            "chained_temporal",
            by("type: temporal\nrules: [ordered, event_count]", ""),
        ),
        (
            "loud",
            by(
                "type: event_count\nrules: [c]\ngenerate: true",
                "condition:\n  gte: 2",
            ),
        ),
    ]
}

#[test]
fn every_type_of_correlation_fires_as_in_rsigma() {
    let mut texts: Vec<String> = [("a", "A"), ("b", "B"), ("c", "C")]
        .iter()
        .map(|(name, call)| detection(name, call))
        .collect();
    texts.extend(bodies().iter().map(|(name, body)| correlation(name, body)));
    let events = day();
    let expected = by_rsigma(&texts, &events);
    let found = by_us(&texts, &events);
    let different: Vec<String> = expected
        .iter()
        .filter(|(id, count)| found.get(*id) != Some(count))
        .map(|(id, count)| format!("{id}: rsigma {count}, ours {:?}", found.get(id)))
        .collect();
    assert!(different.is_empty(), "{}", different.join("\n"));
    let silent: Vec<&String> = expected
        .iter()
        .filter(|(_, n)| **n == 0)
        .map(|(id, _)| id)
        .collect();
    assert!(silent.is_empty(), "these prove nothing: {silent:?}");
}

#[test]
fn base_rules_speak_only_when_generate_says_so() {
    let texts = vec![
        detection("a", "A"),
        detection("c", "C"),
        correlation(
            "quiet",
            &format!("type: event_count\nrules: [a]\n{GROUP}condition:\n  gte: 2"),
        ),
        correlation(
            "loud",
            &format!("type: event_count\nrules: [c]\ngenerate: true\n{GROUP}condition:\n  gte: 2"),
        ),
    ];
    let told = investigate_one(&load(&texts), "day", &records(&day()));
    let speaking: BTreeSet<&str> = told.findings.iter().map(|f| f.rule.as_str()).collect();
    assert_eq!(speaking, BTreeSet::from(["id-c", "id-loud", "id-quiet"]));
}

fn filter(rules: &str) -> String {
    format!(
        "title: F\nlogsource:\n  product: aws\n  service: cloudtrail\nfilter:\n  rules: {rules}\n  \
         admin:\n    userIdentity.userName: max\n  condition: not admin\n"
    )
}

#[test]
fn filters_apply_by_name_by_id_and_to_all() {
    let count = |texts: &[String]| -> Vec<u64> {
        let told = investigate_one(&load(texts), "day", &records(&day()));
        told.rules.iter().map(|rule| rule.matches).collect()
    };
    let base = [detection("a", "A"), detection("b", "B")];
    let zoe = |name: &str| {
        day()
            .iter()
            .filter(|e| e["eventName"] == name && e["userIdentity"]["userName"] == "zoe")
            .count() as u64
    };
    let with = |rules: &str| count(&[&base[..], &[filter(rules)]].concat());
    let all = count(&base);
    assert_eq!(with("[a]"), [zoe("A"), all[1]]);
    assert_eq!(with("[id-b]"), [all[0], zoe("B")]);
    assert_eq!(with("any"), [zoe("A"), zoe("B")]);
    assert!(all[0] > zoe("A") && all[1] > zoe("B"));
}
