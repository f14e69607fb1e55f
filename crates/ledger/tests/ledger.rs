//! A ledger's life in memory: append, read, prove, verify, rotate, erase.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod common;

use common::{Memory, create, day, entry, key, secret};
use gardefou_ledger::{
    Content, Entry, Erasure, Fault, JOURNAL, LedgerError, Payload, Proof, Reader, Report,
    SignedCheckpoint, Writer, check_consistency, verify,
};

fn verified(store: &Memory, seed: u8) -> Report {
    let reader = Reader::open(store).unwrap();
    verify(&reader, &key(seed).verifier(), Content::Ledger, Vec::new()).unwrap()
}

fn append(writer: &mut Writer<'_, Memory>, count: u64) {
    let first = writer.size();
    let receipt = writer
        .append((first..first + count).map(entry).collect())
        .unwrap();
    assert_eq!(
        (receipt.first, receipt.checkpoint.size),
        (first, first + count)
    );
}

#[test]
fn entries_are_there_before_and_after_folding() {
    let store = Memory::default();
    let mut writer = create(&store);
    let mut sizes = vec![1];
    for count in [1, 1, 200, 60, 1, 300, 513] {
        append(&mut writer, count);
        sizes.push(writer.size());
        assert!(verified(&store, 1).is_proven());
        if count == 60 {
            writer.publish().unwrap();
        } else if count > 200 {
            writer.fold().unwrap();
        }
        assert_eq!(verified(&store, 1).faults, []);
    }
    let reader = Reader::open(&store).unwrap();
    assert_eq!(reader.size(), 1_077);
    for index in 1..reader.size() {
        let found = Entry::decode(&reader.entry(index).unwrap()).unwrap();
        assert_eq!(found.subject, format!("subject {index}"));
        let payload = reader.payload(index).unwrap();
        assert_eq!(payload.digest(), Some(found.digest));
    }
    assert!(matches!(
        reader.entry(1_077),
        Err(LedgerError::NoEntry { .. })
    ));
    let is_left_over = |name: &String| name.contains("0/000.p/") || name.contains("entries/000.p/");
    assert!(
        !store.files().iter().any(is_left_over),
        "{:?}",
        store.files()
    );
}

#[test]
fn every_entry_can_be_proven_and_every_older_tree() {
    let store = Memory::default();
    let mut writer = create(&store);
    let mut checkpoints = vec![Reader::open(&store).unwrap().tip().checkpoint().clone()];
    for count in [3, 252, 1, 44] {
        append(&mut writer, count);
        checkpoints.push(Reader::open(&store).unwrap().tip().checkpoint().clone());
    }
    let reader = Reader::open(&store).unwrap();
    let tip = reader.tip().checkpoint();
    for old in &checkpoints {
        let proof = reader.prove_consistency(old.size).unwrap();
        check_consistency(&proof, (old.size, old.root), (tip.size, tip.root)).unwrap();
    }
    for index in (0..reader.size()).step_by(7) {
        let proof = Proof {
            extra: None,
            index,
            hashes: reader.prove_inclusion(tip, index).unwrap(),
            checkpoint: SignedCheckpoint::parse(&reader.tip().to_bytes()).unwrap(),
        };
        let proof = Proof::parse(proof.to_string().as_bytes()).unwrap();
        assert!(proof.includes(&reader.entry(index).unwrap()));
        assert!(!proof.includes(b"something else"));
    }
    let older = &checkpoints[2];
    assert!(reader.prove_inclusion(older, 254).is_ok());
}

#[test]
fn a_kept_checkpoint_tells_a_cut_and_a_rewritten_log() {
    let store = Memory::default();
    let mut writer = create(&store);
    append(&mut writer, 5);
    writer.fold().unwrap();
    let early = store.clone();
    append(&mut writer, 300);
    writer.fold().unwrap();
    let kept = || vec![SignedCheckpoint::parse(&store.content("checkpoint")).unwrap()];

    let check = |store: &Memory| {
        let reader = Reader::open(store).unwrap();
        verify(&reader, &key(1).verifier(), Content::Ledger, kept()).unwrap()
    };
    assert_eq!(check(&store).kept, [306]);
    assert_eq!(check(&early).faults, [Fault::Kept { size: 306, now: 6 }]);

    let mut other = Writer::open(&early, &secret(1)).unwrap();
    other.append((7..400).map(entry).collect()).unwrap();
    other.fold().unwrap();
    assert_eq!(
        check(&early).faults,
        [Fault::Kept {
            size: 306,
            now: 399
        }]
    );
}

#[test]
fn who_knows_the_first_key_can_follow_to_the_last() {
    let store = Memory::default();
    let mut writer = create(&store);
    append(&mut writer, 3);
    writer.rotate(secret(2), "zoe", day(2), [1; 32]).unwrap();
    append(&mut writer, 3);
    let rotation = writer.rotate(secret(3), "zoe", day(3), [1; 32]).unwrap();
    assert_eq!(rotation.index, 8);
    append(&mut writer, 1);
    for (seed, hand_overs) in [(1, 2), (2, 1), (3, 0)] {
        let report = verified(&store, seed);
        assert_eq!(report.faults, [], "key {seed}");
        assert_eq!(report.rotations.len(), hand_overs);
        assert_eq!(report.signer, Some(key(3).verifier()));
    }
    assert_eq!(verified(&store, 4).faults, [Fault::Signature]);
    for old in [1, 2] {
        assert!(matches!(
            Writer::open(&store, &secret(old)),
            Err(LedgerError::Key(_))
        ));
    }
    assert!(Writer::open(&store, &secret(3)).is_ok());
}

#[test]
fn an_erased_payload_is_gone_and_every_proof_stands() {
    let store = Memory::default();
    let mut writer = create(&store);
    append(&mut writer, 300);
    let secret_text = b"payload 7 payload 7";
    let holds = |store: &Memory| {
        let files = store.files().into_iter().map(|name| store.content(&name));
        files
            .filter(|file| {
                file.windows(secret_text.len())
                    .any(|part| part == secret_text)
            })
            .count()
    };
    assert_eq!(holds(&store), 1);
    let erasure = |reason, now| Erasure {
        index: 7,
        reason,
        actor: "zoe",
        now,
    };
    let early = writer.erase(&erasure(None, day(100)), [1; 32]);
    assert!(matches!(early, Err(LedgerError::Retained { .. })));
    let blank = writer.erase(&erasure(Some("  "), day(100)), [1; 32]);
    assert!(matches!(blank, Err(LedgerError::Retained { .. })));
    let receipt = writer
        .erase(&erasure(Some("a court says so"), day(100)), [1; 32])
        .unwrap();
    assert_eq!(holds(&store), 0);

    let report = verified(&store, 1);
    assert_eq!(
        (report.faults.len(), report.erased, report.payloads),
        (0, 1, 301)
    );
    let reader = Reader::open(&store).unwrap();
    assert_eq!(reader.payload(7).unwrap(), Payload::Erased);
    let record = reader.payload(receipt.first).unwrap();
    let Payload::Present { bytes, .. } = record else {
        panic!("an erasure's record stays")
    };
    let record = String::from_utf8(bytes).unwrap();
    assert!(
        record.contains("a court says so") && record.contains("\"before_retention_ended\":true")
    );

    assert!(matches!(
        writer.erase(&erasure(Some("x"), day(100)), [1; 32]),
        Err(LedgerError::Erased(7))
    ));
    let late = Erasure {
        index: 8,
        reason: None,
        actor: "zoe",
        now: day(1 + 184),
    };
    assert!(writer.erase(&late, [1; 32]).is_ok());
    let terms = Erasure {
        index: 0,
        reason: Some("x"),
        actor: "zoe",
        now: day(900),
    };
    assert!(matches!(
        writer.erase(&terms, [1; 32]),
        Err(LedgerError::NotErasable(0))
    ));
    assert_eq!(verified(&store, 1).faults, []);
}

#[test]
fn a_payload_that_goes_without_a_record_is_missed() {
    let store = Memory::default();
    let mut writer = create(&store);
    append(&mut writer, 3);
    writer.fold().unwrap();
    store.lose("payload/000");
    let faults: Vec<Fault> = (0..4).map(Fault::NoPayload).collect();
    assert_eq!(verified(&store, 1).faults, faults);
    let reader = Reader::open(&store).unwrap();
    let key = key(1).verifier();
    let report = verify(&reader, &key, Content::WithoutPayloads, Vec::new()).unwrap();
    assert_eq!((report.faults.len(), report.absent), (0, 4));
}

#[test]
fn a_second_writer_is_noticed_and_a_second_ledger_refused() {
    let store = Memory::default();
    let first = create(&store);
    assert!(first.is_current().unwrap());
    let mut second = Writer::open(&store, &secret(1)).unwrap();
    append(&mut second, 1);
    assert!(!first.is_current().unwrap() && second.is_current().unwrap());
    let mut first = Writer::open(&store, &secret(1)).unwrap();
    append(&mut first, 1);
    let again = Writer::create(&store, key(1), 184, "zoe", day(0), [9; 32]);
    assert!(matches!(again, Err(LedgerError::Exists)));
}

#[test]
fn each_flipped_byte_of_a_ledger_is_noticed() {
    let store = Memory::default();
    let mut writer = create(&store);
    append(&mut writer, 2);
    writer.fold().unwrap();
    append(&mut writer, 2);
    writer.publish().unwrap();
    assert_eq!(verified(&store, 1).faults, []);
    let key = key(1).verifier();
    let mut flipped = 0;
    for path in store.files() {
        let content = store.content(&path);
        let written = content.len() - content.iter().rev().take_while(|byte| **byte == 0).count();
        // Every byte that was written, and some of the journal's room.
        for at in (0..written).chain((written..content.len()).step_by(509)) {
            let mut other = content.clone();
            other[at] ^= 1 << (at % 8);
            store.put(&path, other);
            let report = Reader::open(&store)
                .and_then(|reader| verify(&reader, &key, Content::Ledger, Vec::new()));
            // In the journal's room, where no record is, it makes a torn one.
            assert!(
                !report.is_ok_and(|report| report.is_proven() && !report.is_torn),
                "{path} byte {at}"
            );
            flipped += 1;
        }
        store.put(&path, content);
    }
    assert!(flipped > 3_000, "{flipped}");
}

#[test]
fn a_record_in_the_room_that_another_left_is_noticed() {
    let store = Memory::default();
    let mut first = create(&store);
    append(&mut first, 1);
    first.publish().unwrap();
    let size = store.content(JOURNAL).len();
    let state = first.suspend();
    let mut second = Writer::open(&store, &secret(1)).unwrap();
    assert_eq!(
        store.content(JOURNAL).len(),
        size,
        "nothing was to be folded"
    );
    append(&mut second, 1);
    assert_eq!(store.content(JOURNAL).len(), size, "there was room");
    drop(second);
    let mut first = Writer::resume(&store, &secret(1), Some(state)).unwrap();
    assert_eq!(first.size(), 3);
    append(&mut first, 1);
    assert_eq!(verified(&store, 1).faults, []);
    assert_eq!(Reader::open(&store).unwrap().size(), 4);
}
