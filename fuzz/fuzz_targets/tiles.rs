//! A small ledger of which one file is replaced by any bytes: reading and
//! verifying it must not panic, and must not prove what was not signed.

#![no_main]

use std::collections::BTreeMap;
use std::io;
use std::sync::LazyLock;

use gardefou_ledger::{
    Content, LogKey, NewEntry, Reader, SecretKey, Store, Time, Writer, verify,
};
use libfuzzer_sys::fuzz_target;

/// Files in memory; nothing goes wrong here.
#[derive(Default)]
struct Files(std::cell::RefCell<BTreeMap<String, Vec<u8>>>);

impl Store for Files {
    fn size(&self, path: &str) -> io::Result<Option<u64>> {
        Ok(self.0.borrow().get(path).map(|bytes| bytes.len() as u64))
    }

    fn read(&self, path: &str, at: u64, len: usize) -> io::Result<Vec<u8>> {
        let files = self.0.borrow();
        let bytes = files.get(path).ok_or(io::ErrorKind::NotFound)?;
        let from = usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
        Ok(bytes[from..from.saturating_add(len).min(bytes.len())].to_vec())
    }

    fn write(&self, path: &str, at: u64, bytes: &[u8]) -> io::Result<()> {
        let mut files = self.0.borrow_mut();
        let file = files.entry(path.to_owned()).or_default();
        let at = usize::try_from(at).expect("small");
        file.resize(file.len().max(at + bytes.len()), 0);
        file[at..at + bytes.len()].copy_from_slice(bytes);
        Ok(())
    }

    fn truncate(&self, path: &str, size: u64) -> io::Result<()> {
        let size = usize::try_from(size).expect("small");
        self.0.borrow_mut().entry(path.to_owned()).or_default().resize(size, 0);
        Ok(())
    }

    fn sync(&self, _: &[String]) -> io::Result<()> {
        Ok(())
    }

    fn sync_names(&self, _: &[String]) -> io::Result<()> {
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut files = self.0.borrow_mut();
        let bytes = files.remove(from).ok_or(io::ErrorKind::NotFound)?;
        files.insert(to.to_owned(), bytes);
        Ok(())
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        self.0.borrow_mut().remove(path);
        Ok(())
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let prefix = format!("{folder}/");
        let files = self.0.borrow();
        let below = files.keys().filter_map(|name| name.strip_prefix(&prefix));
        Ok(below.filter(|name| !name.contains('/')).map(str::to_owned).collect())
    }
}

fn key() -> LogKey {
    LogKey::new("example.com/fuzzed", SecretKey::from_seed(&[7; 32])).expect("a name")
}

/// The files of [`grown`], made once: signing takes longer than all the rest.
static LEDGER: LazyLock<BTreeMap<String, Vec<u8>>> = LazyLock::new(|| grown().0.into_inner());

/// A ledger with two folded entries and one in the journal.
fn grown() -> Files {
    let files = Files::default();
    let time = Time::from_seconds(1_790_000_000).expect("a time");
    let entry = |n: u8| NewEntry::new(time, "a", "k", "s", vec![n; 3], [n; 32]).expect("an entry");
    let mut writer = Writer::create(&files, key(), 184, "a", time, [0; 32]).expect("a ledger");
    writer.append(vec![entry(1)]).expect("memory is there");
    writer.fold().expect("memory is there");
    writer.append(vec![entry(2)]).expect("memory is there");
    writer.publish().expect("memory is there");
    files
}

fuzz_target!(|bytes: &[u8]| {
    let Some((which, content)) = bytes.split_first() else { return };
    let files = Files(LEDGER.clone().into());
    let names: Vec<String> = files.0.borrow().keys().cloned().collect();
    let name = &names[usize::from(*which) % names.len()];
    let old = files.0.borrow_mut().insert(name.clone(), content.to_vec());
    // Zeros after the journal's last record are room, however many.
    let without_room = |bytes: &[u8]| {
        let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        bytes[..if name == "journal" { end } else { bytes.len() }].to_vec()
    };
    let is_same = old.is_some_and(|old| without_room(&old) == without_room(content));
    let proven = Reader::open(&files).and_then(|reader| {
        let report = verify(&reader, &key().verifier(), Content::Ledger, Vec::new())?;
        let whole = report.checkpoint.checkpoint().size == 3 && !report.is_torn;
        Ok(report.is_proven() && whole)
    });
    if matches!(proven, Ok(true)) && name != "checkpoint" {
        assert!(is_same, "`{name}` is another and was not noticed");
    }
    let _ = Writer::open(&files, &SecretKey::from_seed(&[7; 32])).and_then(|mut writer| writer.fold());
});
