//! A snapshot's policies explain the sample, and a wrong one's do not.
#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test reads the samples and fails by panicking"
)]

mod common;

use common::{ready_for, sample};
use gardefou_finding::{Fidelity, Outcome, Untrusted};
use gardefou_iam::snapshot::Reader;
use gardefou_replay::fidelity::{Known, fidelity};
use gardefou_replay::{Lens, Names};
use gardefou_testkit::{Config, accounts};

/// How far the sample's snapshot, with `change` made to each of its files,
/// explains the sample.
fn explained(change: impl Fn(&str) -> String) -> Fidelity {
    let mut reader = Reader::default();
    for (name, text) in accounts(&Config::attacked(2025)) {
        let name = Untrusted::new(name);
        reader.add(&name, change(&text).as_bytes(), true);
    }
    let (snapshot, coverage) = reader.finish();
    assert!(coverage.is_complete(), "{:?}", coverage.failures);
    let known = Known::of(&snapshot);
    let lens = Lens::new(known.policies()).with_denied();
    let ready = ready_for(&sample("attack"), &lens, Names::of(&snapshot));
    fidelity(&known, &ready.collected)
}

#[test]
fn the_samples_snapshot_explains_every_call() {
    let fidelity = explained(str::to_owned);
    assert_eq!(fidelity.disagreements, [], "of {}", fidelity.agree);
    // Of some calls the log does not hold a resource that a policy names.
    let because = &fidelity.unknown_because;
    assert!(fidelity.unknown * 16 < fidelity.agree, "{because:?}");
    assert!(fidelity.agree > 5_000, "{}", fidelity.agree);
}

#[test]
fn a_wrong_snapshot_shows_where_it_is_wrong() {
    // The stolen key's owner could not have changed rights.
    let fidelity =
        explained(|text| text.replace("policy/IAMFullAccess", "policy/IAMReadOnlyAccess"));
    assert!(fidelity.disagree > 0);
    let created = fidelity.disagreements.iter().find(|one| {
        one.action.as_str() == "iam:CreateUser"
            && one.principal.as_str().ends_with("user/marc.dubois")
    });
    let created = created.unwrap();
    assert_eq!(
        (created.outcome, created.decision.as_str()),
        (Outcome::Succeeded, "implicit_deny")
    );
    // The contractor could have read the secret that was refused.
    let fidelity =
        explained(|text| text.replace("\"logs:GetLogEvents\"", "\"logs:*\", \"secretsmanager:*\""));
    let refused = fidelity
        .disagreements
        .iter()
        .find(|one| one.outcome == Outcome::Denied);
    assert_eq!(refused.unwrap().decision, "allow");
}
