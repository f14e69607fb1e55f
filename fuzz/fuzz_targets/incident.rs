//! Arbitrary bytes as an archive, through both looks to a told report: never a
//! panic, and the same answer whether read as one part or as two.
#![no_main]

use gardefou_finding::{SkipReason, Timestamp};
use gardefou_trail::decode::{Limits, decode};
use gardefou_trail::facts::Facts;
use gardefou_trail::rules::{RuleSet, embedded};
use gardefou_trail::scan::{Scanner, SeenEvents, TimeRange};
use gardefou_trail::story::{Details, SecondLook, judge, tell};
use libfuzzer_sys::fuzz_target;
use std::sync::OnceLock;

fn rules() -> &'static RuleSet {
    static RULES: OnceLock<RuleSet> = OnceLock::new();
    RULES.get_or_init(|| match RuleSet::load(&embedded()) {
        Ok(rules) => rules,
        Err(errors) => panic!("{errors:?}"),
    })
}

/// The facts, and whether an event came twice.
fn scan(parts: &[(u32, &[u8])], seen: &SeenEvents) -> (Facts, bool) {
    let mut scanner = Scanner::new(rules(), seen, TimeRange::default());
    for (number, bytes) in parts {
        scanner.begin(*number, "source");
        decode(Limits::default(), bytes, &mut scanner);
    }
    let (mut facts, coverage) = scanner.finish();
    facts.settle();
    let again = coverage.skipped.contains_key(&SkipReason::DuplicateDelivery);
    (facts, again)
}

fn report(facts: &Facts, parts: &[(u32, &[u8])]) -> String {
    let judgement = judge(rules(), facts);
    let seen = SeenEvents::small();
    let mut look = SecondLook::new(rules(), &judgement.focus, &seen);
    for (number, bytes) in parts {
        look.begin(*number, "source");
        decode(Limits::default(), bytes, &mut look);
    }
    let mut details = Details::default();
    details.merge(look.finish());
    let names = vec!["source".to_owned(); parts.len()];
    let told = tell(rules(), facts, &judgement, &details, &names, Timestamp::epoch());
    format!("{told:?}{:?}", judgement.rules)
}

fuzz_target!(|bytes: &[u8]| {
    let at = bytes.iter().position(|byte| *byte == 0x1e).unwrap_or(bytes.len());
    let (first, second) = bytes.split_at(at);
    let parts = [(0, first), (1, second.get(1..).unwrap_or_default())];
    let seen = SeenEvents::small();
    let (whole, again) = scan(&parts, &seen);
    let told = report(&whole, &parts);
    if again {
        // Two events that only look like one delivered twice are one to us.
        return;
    }
    let seen = SeenEvents::small();
    let (mut later, _) = scan(&parts[1..], &seen);
    later.merge(scan(&parts[..1], &seen).0);
    later.settle();
    assert_eq!(report(&later, &parts), told, "the order of reading must not matter");
});
