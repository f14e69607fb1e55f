//! The whole way from bytes to a report, in memory, and events to send along it.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking; each test file uses its own part"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use gardefou_finding::{Coverage, Finding, Incident, RuleCount, Timestamp};
use gardefou_testkit::data::files_with;
pub(crate) use gardefou_testkit::data::shared;
use gardefou_trail::decode::{Decoder, Limits};
use gardefou_trail::facts::Facts;
use gardefou_trail::rules::{RuleSet, RuleText, embedded};
use gardefou_trail::scan::{NeverSeen, Scanner, Seen, SeenEvents, TimeRange};
use gardefou_trail::story::{Details, SecondLook, judge, tell};
use serde_json::Value;

/// A source in memory.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// What an investigation concludes, as far as it does not depend on reading.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Concluded {
    pub(crate) incidents: Vec<Incident>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) rules: Vec<RuleCount>,
    pub(crate) cut: Vec<String>,
    pub(crate) events: u64,
    pub(crate) failed: u64,
}

/// The embedded rules, loaded once.
pub(crate) fn our_rules() -> &'static RuleSet {
    static RULES: OnceLock<RuleSet> = OnceLock::new();
    RULES.get_or_init(|| RuleSet::load(&embedded()).unwrap())
}

/// Loads rule texts.
pub(crate) fn load(texts: &[String]) -> RuleSet {
    let files: Vec<RuleText> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| RuleText {
            origin: format!("{index}.yml"),
            text: text.clone(),
        })
        .collect();
    RuleSet::load(&files).unwrap_or_else(|errors| panic!("{errors:?}\n{}", texts.join("\n---\n")))
}

/// The rule files of a directory, sorted.
pub(crate) fn rule_files(dir: &Path) -> Vec<RuleText> {
    files_with(dir, "yml")
        .into_iter()
        .map(|path| RuleText {
            origin: path.to_string_lossy().into_owned(),
            text: fs::read_to_string(&path).unwrap(),
        })
        .collect()
}

/// The files of our own rules. What the program carries lacks their examples.
pub(crate) fn our_files() -> Vec<RuleText> {
    rule_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules/cloudtrail"))
}

/// One worker's look at some sources, in the order given by number.
pub(crate) fn scan(
    rules: &RuleSet,
    files: &[File],
    order: &[usize],
    seen: &impl Seen,
) -> (Facts, Coverage) {
    let mut scanner = Scanner::new(rules, seen, TimeRange::default());
    for index in order {
        scanner.begin(u32::try_from(*index).unwrap(), &files[*index].name);
        Decoder::new(Limits::default()).feed(&files[*index].bytes, true, &mut scanner);
    }
    scanner.finish()
}

/// Scans one source without leaving duplicates out.
pub(crate) fn scan_all(rules: &RuleSet, bytes: &[u8]) -> (Facts, Coverage) {
    let file = File {
        name: "one".to_owned(),
        bytes: bytes.to_vec(),
    };
    scan(rules, &[file], &[0], &NeverSeen)
}

/// Investigates as the program does, each worker reading its sources in the
/// order of `split`; workers' facts are merged in that order.
pub(crate) fn investigate(rules: &RuleSet, files: &[File], split: &[Vec<usize>]) -> Concluded {
    conclude(rules, files, split, |facts| facts)
}

/// The same, with the merged facts passed through `change`.
pub(crate) fn conclude(
    rules: &RuleSet,
    files: &[File],
    split: &[Vec<usize>],
    change: impl Fn(Facts) -> Facts,
) -> Concluded {
    let seen = SeenEvents::default();
    let mut facts = Facts::default();
    let mut failed = 0;
    for order in split {
        let (found, coverage) = scan(rules, files, order, &seen);
        facts.merge(found);
        failed += coverage.failed_total();
    }
    let mut facts = change(facts);
    facts.settle();
    let judgement = judge(rules, &facts);
    let seen = SeenEvents::default();
    let mut details = Details::default();
    for order in split {
        let mut look = SecondLook::new(rules, &judgement.focus, &seen);
        for index in order {
            let number = u32::try_from(*index).unwrap();
            if judgement.focus.sources().contains(&number) {
                look.begin(number, &files[*index].name);
                Decoder::new(Limits::default()).feed(&files[*index].bytes, true, &mut look);
            }
        }
        details.merge(look.finish());
    }
    let names: Vec<String> = files.iter().map(|file| file.name.clone()).collect();
    let now = Timestamp::parse("2025-11-05T00:00:00Z").unwrap();
    let told = tell(rules, &facts, &judgement, &details, &names, now);
    Concluded {
        cut: judgement.cut,
        incidents: told.incidents,
        findings: told.findings,
        rules: judgement.rules,
        events: facts.events,
        failed,
    }
}

/// Investigates one source.
pub(crate) fn investigate_one(rules: &RuleSet, name: &str, bytes: &[u8]) -> Concluded {
    let file = File {
        name: name.to_owned(),
        bytes: bytes.to_vec(),
    };
    investigate(rules, &[file], &[vec![0]])
}

/// A CloudTrail file of these events.
pub(crate) fn records(events: &[Value]) -> Vec<u8> {
    serde_json::to_vec(&serde_json::json!({ "Records": events })).unwrap()
}

/// The events of a file in any form that the shared data has.
pub(crate) fn events_of(bytes: &[u8]) -> Vec<Value> {
    match serde_json::from_slice(bytes).unwrap() {
        Value::Array(events) => events,
        Value::Object(mut object) if object.contains_key("Records") => {
            match object.remove("Records").unwrap() {
                Value::Array(events) => events,
                _ => panic!("Records is no list"),
            }
        }
        one => vec![one],
    }
}

/// Every file of real CloudTrail records in the shared data.
pub(crate) fn real_files(test: &str) -> Vec<PathBuf> {
    shared("cloudtrail", test)
        .map(|dir| files_with(&dir, "json"))
        .unwrap_or_default()
}

/// The rows of a manifest, without its head; cells by column.
pub(crate) fn manifest(dir: &Path) -> Vec<Vec<String>> {
    fs::read_to_string(dir.join("MANIFEST.tsv"))
        .unwrap()
        .lines()
        .skip(1)
        .map(|line| line.split('\t').map(str::to_owned).collect())
        .collect()
}
