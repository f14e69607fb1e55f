//! Verification on several threads, and of payloads that are longer than what
//! is held of them at once.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod common;

use std::collections::BTreeMap;
use std::io;
use std::num::NonZeroUsize;
use std::sync::Mutex;

use common::{Memory, create, day, entry, key};
use gardefou_ledger::{
    Content, Erasure, Fault, LedgerError, NewEntry, Reader, Report, Store, verify, verify_on,
};

/// A ledger's files that nobody writes any more, and the longest read of a
/// payload file.
#[derive(Default)]
struct Frozen {
    files: BTreeMap<String, Vec<u8>>,
    longest: Mutex<usize>,
}

impl Frozen {
    fn of(store: &Memory) -> Self {
        let files = store.files().into_iter();
        Self {
            files: files
                .map(|path| (path.clone(), store.content(&path)))
                .collect(),
            longest: Mutex::default(),
        }
    }

    fn verified(&self, threads: usize) -> Result<Report, LedgerError> {
        let (reader, key) = (Reader::open(self)?, key(1).verifier());
        let threads = NonZeroUsize::new(threads).unwrap();
        verify_on(threads, &reader, &key, Content::Ledger, Vec::new())
    }
}

impl Store for Frozen {
    fn size(&self, path: &str) -> io::Result<Option<u64>> {
        Ok(self.files.get(path).map(|bytes| bytes.len() as u64))
    }

    fn read(&self, path: &str, at: u64, len: usize) -> io::Result<Vec<u8>> {
        if path.starts_with("payload/") {
            let mut longest = self.longest.lock().unwrap();
            *longest = len.max(*longest);
        }
        let bytes = self.files.get(path).ok_or(io::ErrorKind::NotFound)?;
        let from = usize::try_from(at).unwrap().min(bytes.len());
        Ok(bytes[from..from.saturating_add(len).min(bytes.len())].to_vec())
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let prefix = format!("{folder}/");
        let below = self
            .files
            .keys()
            .filter_map(|name| name.strip_prefix(&prefix));
        Ok(below
            .filter(|name| !name.contains('/'))
            .map(str::to_owned)
            .collect())
    }

    fn write(&self, _: &str, _: u64, _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn truncate(&self, _: &str, _: u64) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn sync(&self, _: &[String]) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn sync_names(&self, _: &[String]) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn rename(&self, _: &str, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn remove(&self, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }
}

/// Some folded bundles, some entries in the journal, one erasure.
fn grown() -> Memory {
    let store = Memory::default();
    let mut writer = create(&store);
    writer.append((1..1_400).map(entry).collect()).unwrap();
    let erasure = Erasure {
        index: 700,
        reason: Some("because"),
        actor: "zoe",
        now: day(2),
    };
    writer.erase(&erasure, [5; 32]).unwrap();
    writer.append((1_401..1_800).map(entry).collect()).unwrap();
    writer.publish().unwrap();
    drop(writer);
    store
}

/// All that a report counts and finds.
fn told(report: Result<Report, LedgerError>) -> Result<(Vec<Fault>, [u64; 5]), String> {
    let report = report.map_err(|error| error.to_string())?;
    let counts = [
        report.more_faults,
        report.payloads,
        report.erased,
        report.absent,
        report.backwards,
    ];
    Ok((report.faults, counts))
}

#[test]
fn any_number_of_threads_finds_the_same() {
    let store = grown();
    let files: Vec<String> = store.files();
    let mut refuted = 0;
    for path in std::iter::once(None).chain(files.iter().map(Some)) {
        let mut frozen = Frozen::of(&store);
        if let Some(path) = path {
            let bytes = frozen.files.get_mut(path).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
        }
        let alone = Reader::open(&frozen)
            .and_then(|reader| verify(&reader, &key(1).verifier(), Content::Ledger, Vec::new()));
        let alone = told(alone);
        assert_eq!(
            alone.as_ref().is_ok_and(|(faults, _)| faults.is_empty()),
            path.is_none()
        );
        refuted += u32::from(path.is_some());
        for threads in [1, 2, 3, 16] {
            assert_eq!(
                told(frozen.verified(threads)),
                alone,
                "{path:?} on {threads}"
            );
        }
    }
    assert!(refuted > 20, "{refuted}");
}

/// A ledger of which some payloads are longer than a piece.
fn long() -> Memory {
    let store = Memory::default();
    let mut writer = create(&store);
    for (number, size) in [
        (1, 3 << 20),
        (2, 10),
        ((3), 600_000),
        (4, 0),
        (5, 524_251),
        (6, 9),
    ] {
        let payload = (0..size).map(|at: usize| (at % 251) as u8).collect();
        let subject = format!("subject {number}");
        let entry = NewEntry::new(day(1), "zoe", "test", &subject, payload, [number; 32]);
        writer.append(vec![entry.unwrap()]).unwrap();
    }
    writer.fold().unwrap();
    drop(writer);
    store
}

#[test]
fn long_payloads_are_read_in_pieces() {
    let frozen = Frozen::of(&long());
    let report = frozen.verified(1).unwrap();
    assert_eq!((report.faults, report.payloads), (vec![], 7));
    assert!(*frozen.longest.lock().unwrap() <= 512 << 10);
}

#[test]
fn a_long_payload_that_was_changed_or_cut_off_is_noticed() {
    let mut frozen = Frozen::of(&long());
    let whole = frozen.files["payload/000"].clone();
    // The first entry's record is empty, the second's has 3 MiB.
    for at in [42 + 5, 42 + 700_000, 42 + (3 << 20) - 1] {
        frozen.files.get_mut("payload/000").unwrap()[at] ^= 1;
        assert_eq!(
            frozen.verified(1).unwrap().faults,
            [Fault::Payload(1)],
            "byte {at}"
        );
        frozen.files.insert("payload/000".to_owned(), whole.clone());
    }
    for size in [1 << 20, whole.len() - 1] {
        let cut = whole[..size].to_vec();
        frozen.files.insert("payload/000".to_owned(), cut);
        assert!(
            matches!(frozen.verified(1), Err(LedgerError::Damaged { .. })),
            "{size} bytes"
        );
    }
}
