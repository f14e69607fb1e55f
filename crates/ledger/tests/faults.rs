//! The fault table, and random crash points: whatever goes wrong, the ledger
//! opens again, verifies, and has lost nothing that was acknowledged.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod common;

use std::collections::BTreeMap;

use common::{FAULTS, Fault, Memory, create, day, entry, key, secret};
use fastrand::Rng;
use gardefou_ledger::{Content, Entry, Erasure, LedgerError, Payload, Reader, Writer, verify};

/// One thing that is done to a ledger.
#[derive(Clone, Copy, Debug)]
enum Step {
    Append(u64),
    Publish,
    Fold,
    Erase(u64),
    Rotate(u8),
    Reopen,
}

/// What was acknowledged.
#[derive(Clone, Debug, Default)]
struct Known {
    /// Subject of each entry.
    subjects: BTreeMap<u64, String>,
    /// Entries whose erasure was acknowledged.
    erased: Vec<u64>,
    /// An erasure or a rotation that may or may not have come to pass.
    maybe_erased: Option<u64>,
    /// The key that signs.
    key: u8,
    maybe_key: Option<u8>,
}

fn run(store: &Memory, steps: &[Step], known: &mut Known) -> Result<(), LedgerError> {
    let mut writer = Writer::open(store, &secret(known.key))?;
    for step in steps {
        match *step {
            Step::Append(count) => {
                let first = writer.size();
                let receipt = writer.append((first..first + count).map(entry).collect())?;
                assert_eq!(receipt.first, first);
                for index in first..receipt.checkpoint.size {
                    known.subjects.insert(index, format!("subject {index}"));
                }
            }
            Step::Publish => writer.publish()?,
            Step::Fold => writer.fold()?,
            Step::Erase(index) => {
                known.maybe_erased = Some(index);
                let erasure = Erasure {
                    index,
                    reason: Some("because"),
                    actor: "zoe",
                    now: day(3),
                };
                match writer.erase(&erasure, [5; 32]) {
                    Err(LedgerError::Erased(_)) => {}
                    other => {
                        let receipt = other?;
                        known.erased.push(index);
                        known.subjects.insert(receipt.first, index.to_string());
                    }
                }
                known.maybe_erased = None;
            }
            Step::Rotate(to) => {
                known.maybe_key = Some(to);
                let rotation = writer.rotate(secret(to), "zoe", day(3), [6; 32])?;
                known
                    .subjects
                    .insert(rotation.index, key(to).verifier().to_string());
                (known.key, known.maybe_key) = (to, None);
            }
            Step::Reopen => writer = Writer::open(store, &secret(known.key))?,
        }
    }
    Ok(())
}

/// Opens what is left, as a reader and as a writer, and compares it with what
/// was acknowledged.
fn check(store: &Memory, known: &mut Known, case: &str) {
    look(store, known, case);
    if let Some(key) = known.maybe_key.take()
        && Writer::open(store, &secret(key)).is_ok()
    {
        known.key = key;
    }
    let mut writer = Writer::open(store, &secret(known.key))
        .unwrap_or_else(|error| panic!("{case}: it does not open: {error}"));
    let index = writer.size();
    writer.append(vec![entry(index)]).unwrap();
    known.subjects.insert(index, format!("subject {index}"));
    writer.publish().unwrap();
    look(store, known, case);
}

fn look(store: &Memory, known: &Known, case: &str) {
    let reader = Reader::open(store)
        .unwrap_or_else(|error| panic!("{case}: it does not open to read: {error}"));
    let bundles = (0..reader.bundles()).flat_map(|n| reader.bundle(n).unwrap());
    let entries: Vec<Vec<u8>> = bundles.collect();
    for (index, subject) in &known.subjects {
        let bytes = entries.get(usize::try_from(*index).unwrap());
        let bytes = bytes.unwrap_or_else(|| panic!("{case}: entry {index} is lost"));
        let entry = Entry::decode(bytes).unwrap();
        assert_eq!(&entry.subject, subject, "{case}: entry {index}");
        // Payloads are compared with their digests by `verify` below.
        if known.erased.contains(index) {
            assert_eq!(
                reader.payload(*index).unwrap(),
                Payload::Erased,
                "{case}: entry {index}"
            );
        }
    }
    // An erasure that was cut short is finished by the next writer.
    if known.maybe_erased.is_none() {
        let report = verify(&reader, &key(1).verifier(), Content::Ledger, Vec::new()).unwrap();
        assert_eq!(report.faults, [], "{case}");
        let all = u64::try_from(known.erased.len()).unwrap();
        assert_eq!(report.erased, all, "{case}: something else was erased");
    }
}

/// A folded ledger of this many entries.
fn grown(size: u64) -> (Memory, Known) {
    let store = Memory::default();
    let mut writer = create(&store);
    let mut known = Known {
        key: 1,
        ..Known::default()
    };
    if size > 1 {
        writer.append((1..size).map(entry).collect()).unwrap();
        writer.fold().unwrap();
        known.subjects = (1..size)
            .map(|index| (index, format!("subject {index}")))
            .collect();
    }
    (store, known)
}

/// Every operation of `steps` goes wrong in every way, once with the machine
/// running on and once with the power cut.
fn table(size: u64, steps: &[Step]) -> u64 {
    let (start, known) = grown(size);
    let before = start.operations();
    run(&start.clone(), steps, &mut known.clone()).unwrap();
    let whole = start.clone();
    run(&whole, steps, &mut known.clone()).unwrap();
    let operations = whole.operations() - before;
    let mut cases = 0;
    for at in 0..operations {
        for fault in FAULTS {
            for is_cut in [false, true] {
                one_case(&start, &known, steps, (at, fault, is_cut));
                cases += 1;
            }
        }
    }
    cases
}

fn one_case(
    start: &Memory,
    known: &Known,
    steps: &[Step],
    (at, fault, is_cut): (u64, Fault, bool),
) {
    let case = format!("operation {at} {fault:?} power cut {is_cut} in {steps:?}");
    let (store, mut known) = (start.clone(), known.clone());
    store.plan(at, fault);
    let outcome = run(&store, steps, &mut known);
    assert!(
        outcome.is_err() || store.has_failed(),
        "{case}: the fault was not noticed"
    );
    if is_cut {
        store.cut_power(&mut Rng::with_seed(at));
    } else {
        store.restart();
    }
    finish_erasure(&store, &mut known);
    check(&store, &mut known, &case);
}

/// A writer that opens finishes an erasure that was cut short; whether it had
/// begun is seen in the entries.
fn finish_erasure(store: &Memory, known: &mut Known) {
    let Some(index) = known.maybe_erased else {
        return;
    };
    let keys = [Some(known.key), known.maybe_key];
    let opened = keys
        .into_iter()
        .flatten()
        .any(|seed| Writer::open(store, &secret(seed)).is_ok());
    assert!(opened, "it does not open");
    let reader = Reader::open(store).unwrap();
    let bundles = (0..reader.bundles()).flat_map(|n| reader.bundle(n).unwrap());
    let is_recorded = bundles
        .map(|bytes| Entry::decode(&bytes).unwrap())
        .any(|entry| entry.kind == Entry::ERASURE && entry.subject == index.to_string());
    if is_recorded && !known.erased.contains(&index) {
        known.erased.push(index);
    }
    known.maybe_erased = None;
}

#[test]
fn every_operation_of_appending_may_fail_in_every_way() {
    use Step::{Append, Fold, Publish, Reopen};
    let cases = table(
        1,
        &[
            Append(1),
            Publish,
            Append(2),
            Reopen,
            Append(1),
            Fold,
            Append(1),
        ],
    ) + table(255, &[Append(1), Fold, Append(1), Publish])
        + table(254, &[Append(4), Publish, Fold, Append(1)]);
    assert!(cases > 1_500, "{cases}");
}

#[test]
fn every_operation_of_erasing_and_rotating_may_fail_in_every_way() {
    use Step::{Append, Erase, Publish, Rotate};
    let cases = table(3, &[Append(1), Erase(2), Append(1)])
        + table(2, &[Append(1), Publish, Rotate(2), Append(1)]);
    assert!(cases > 1_500, "{cases}");
}

#[test]
fn ten_thousand_random_crash_points() {
    let starts: Vec<_> = [1, 2, 3, 4, 5, 6, 255, 256]
        .into_iter()
        .map(grown)
        .collect();
    let mut crashed = 0;
    for seed in 0..10_000 {
        let mut rng = Rng::with_seed(seed);
        let (start, known) = &starts[rng.usize(..starts.len())];
        let (store, mut known) = (start.clone(), known.clone());
        let steps: Vec<Step> = (0..rng.usize(1..6))
            .map(|_| step(&mut rng, start))
            .collect();
        let killed = [
            Fault::KilledBefore,
            Fault::KilledAfter,
            Fault::Short,
            Fault::LyingSync,
        ];
        store.plan(rng.u64(..90), killed[rng.usize(..killed.len())]);
        crashed += u64::from(run(&store, &steps, &mut known).is_err());
        if rng.u8(..4) == 0 {
            store.restart();
        } else {
            store.cut_power(&mut rng);
        }
        finish_erasure(&store, &mut known);
        check(&store, &mut known, &format!("seed {seed}: {steps:?}"));
    }
    assert!(crashed > 5_000, "{crashed}");
}

fn step(rng: &mut Rng, start: &Memory) -> Step {
    let size = Reader::open(start).unwrap().size();
    match rng.u8(..12) {
        0..6 => Step::Append(rng.u64(1..6)),
        6 => Step::Publish,
        7 | 8 => Step::Fold,
        9 => Step::Reopen,
        10 if size > 1 => Step::Erase(rng.u64(1..size)),
        10 => Step::Fold,
        _ => Step::Rotate(rng.u8(2..250)),
    }
}
