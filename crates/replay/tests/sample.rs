//! What guardrails would have done to the samples and to other attacks.
#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test reads the samples and fails by panicking"
)]

mod common;

use common::{Ready, all, generated, ready, sample};
use gardefou_finding::{GuardrailEffect, Replay, StepRef};
use gardefou_replay::guardrail::{Guardrail, Kind, library};
use gardefou_replay::{Collected, Collector, Lens, Mapper, Reference};
use gardefou_testkit::{Config, Variant};
use gardefou_trail::decode::Sink as _;
use gardefou_trail::scan::{NeverSeen, TimeRange};
use gardefou_trail::story::Focus;

fn only(ids: &[String]) -> Vec<Guardrail> {
    let mut set = all();
    set.retain(|one| ids.contains(&one.id));
    set
}

fn effect<'a>(replay: &'a Replay, id: &str) -> &'a GuardrailEffect {
    replay.guardrails.iter().find(|one| one.id == id).unwrap()
}

/// The suggested set breaks nothing, stops every effect, and needs each of
/// its members.
fn holds(ready: &Ready, replay: &Replay) {
    let suggestion = replay.suggestion.as_ref().unwrap();
    assert_eq!(suggestion.broken, 0, "{suggestion:?}");
    assert_eq!(suggestion.effects_through, 0, "{suggestion:?}");
    for left_out in &suggestion.guardrails {
        let rest: Vec<String> = suggestion
            .guardrails
            .iter()
            .filter(|one| *one != left_out)
            .cloned()
            .collect();
        let without = ready.replay(&only(&rest));
        let through = without
            .suggestion
            .map_or(replay.attacks[0].effects, |it| it.effects_through);
        assert!(through > 0, "{left_out} is not needed");
    }
}

#[test]
fn the_campaign_is_stopped_before_its_first_instance() {
    let ready = ready(&sample("attack"), &all());
    let replay = ready.replay(&all());
    holds(&ready, &replay);
    let suggestion = replay.suggestion.as_ref().unwrap();
    let first = suggestion.stopped.first.as_ref().unwrap();
    assert!(
        first.event.time.to_string().as_str() < "2025-11-03T09:49:17Z",
        "before any capacity"
    );
    assert_eq!(replay.attacks.len(), 1);
    // The stolen key's 154 calls, the attacker's own key's 5, and 10 launches
    // by Auto Scaling that made instances.
    assert_eq!(replay.attacks[0].steps, 169, "{:?}", replay.attacks);
    assert!(suggestion.stopped.usd_per_hour > 200.0);
    assert_eq!(replay.history.left_out, 0);
    assert_eq!(replay.history.unknown, 0);
}

#[test]
fn single_guardrails_stop_and_break_what_they_are_for() {
    let ready = ready(&sample("attack"), &all());
    let replay = ready.replay(&all());
    let networks = effect(&replay, "long-lived-keys-from-known-networks");
    assert_eq!(
        networks.stopped.first.as_ref().unwrap().step,
        2,
        "GetCallerIdentity cannot be denied"
    );
    assert_eq!(networks.broken.calls, 0);
    let urls = effect(&replay, "no-open-function-urls");
    assert_eq!(urls.stopped.denied, 2);
    assert_eq!(urls.broken.calls, 0);
    let protection = effect(&replay, "no-protection-changes");
    assert_eq!(protection.stopped.denied, 18);
    assert_eq!(
        protection.broken.calls, 1,
        "an engineer protects a database"
    );
    assert!(
        protection.broken.who[0]
            .principal
            .as_str()
            .ends_with("role/sso-engineer")
    );
    let groups = effect(&replay, "no-large-groups");
    assert_eq!(groups.broken.calls, 0);
    assert!(groups.stopped.usd_per_hour > 0.0, "no group, no instances");
    let regions = effect(&replay, "no-unused-regions");
    assert_eq!(regions.broken.calls, 0);
    let root = effect(&replay, "no-root-use");
    assert_eq!((root.stopped.denied, root.broken.calls), (0, 0));
}

#[test]
fn a_set_of_many_needs_each_of_them() {
    let mut some = all();
    some.retain(|one| {
        let strong = ["long-lived-keys-from-known-networks", "iam-writes-need-mfa"];
        one.each.is_none() && !strong.contains(&one.id.as_str())
    });
    let ready = ready(&sample("attack"), &some);
    let replay = ready.replay(&some);
    let suggestion = replay.suggestion.as_ref().unwrap();
    assert!(
        suggestion.guardrails.len() > 2,
        "{:?}",
        suggestion.guardrails
    );
    assert_eq!(suggestion.broken, 0);
    for left_out in &suggestion.guardrails {
        let rest: Vec<String> = suggestion
            .guardrails
            .iter()
            .filter(|one| *one != left_out)
            .cloned()
            .collect();
        let fewer = ready.replay(&only(&rest)).suggestion.unwrap();
        assert!(
            fewer.effects_through > suggestion.effects_through,
            "{left_out}"
        );
    }
}

#[test]
fn a_quiet_month_has_nothing_to_stop() {
    let ready = ready(&sample("quiet"), &all());
    let replay = ready.replay(&all());
    assert!(replay.suggestion.is_none());
    assert!(replay.attacks.is_empty());
    for one in &replay.guardrails {
        assert_eq!(one.stopped.steps, 0, "{}", one.id);
    }
}

#[test]
fn other_attacks_are_stopped_too() {
    let mut failed = Vec::new();
    for (seed, variant) in [
        (41, Variant::RoleChain),
        (42, Variant::CrossAccount),
        (43, Variant::SnapshotTheft),
        (44, Variant::Ransom),
        (45, Variant::ModelAbuse),
        (46, Variant::ConsoleLogin),
    ] {
        let ready = ready(&generated(&Config::short(seed, 12, variant)), &all());
        let replay = ready.replay(&all());
        // The user whose password was stolen made a key that day, from the office:
        // it is in the incident's time, and nothing should have stopped it.
        // And no policy decides about a sign-in.
        let may_pass = |step: &StepRef| {
            step.event.source_ip.as_str().starts_with("203.0.113.")
                || step.event.call.as_str() == "ConsoleLogin"
        };
        let held = replay.suggestion.as_ref().is_some_and(|suggestion| {
            suggestion.broken == 0
                && suggestion.effects_through <= 2
                && suggestion.first_through.as_ref().is_none_or(may_pass)
        });
        if !held || replay.attacks.is_empty() {
            let through = replay.suggestion.map(|it| {
                (
                    it.guardrails,
                    it.broken,
                    it.effects_through,
                    it.first_through,
                )
            });
            failed.push(format!("{variant:?}: {through:?}"));
        }
    }
    assert_eq!(failed, Vec::<String>::new());
}

/// Remembering what parameters told must tell nothing else than mapping them
/// again: one collector for all calls, and one for each.
#[test]
fn what_is_remembered_is_what_would_be_mapped_again() {
    let guardrails = library().unwrap();
    let judged = guardrails.iter().filter(|one| one.kind != Kind::Advice);
    let blanks: Vec<_> = judged.map(|one| one.blank().unwrap().policy).collect();
    let lens = Lens::new(&blanks);
    let reference = Reference::load();
    let mapper = Mapper::new(&reference).asking(&lens);
    let focus = Focus::default();
    let fresh = || {
        let range = TimeRange::default();
        Collector::new(&mapper, &lens, &focus, Some(&NeverSeen), range, None)
    };
    let (mut all, mut each) = (fresh(), Collected::default());
    common::each_record("attack", |record| {
        all.record(record);
        let mut one = fresh();
        one.record(record);
        each.merge(one.finish());
    });
    let all = all.finish();
    assert_eq!(all.unmapped, each.unmapped);
    assert_eq!(all.classes.len(), each.classes.len());
    for (sight, class) in &all.classes {
        assert_eq!(class.calls, each.classes[sight].calls);
    }
}
