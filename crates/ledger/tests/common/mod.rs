//! A file system in memory that loses what was not synced, and a small ledger.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, and each test file uses a part of this"
)]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;

use fastrand::Rng;
use gardefou_ledger::{LogKey, NewEntry, SecretKey, Store, Time, Writer};

/// Name of every test's log.
pub(crate) const ORIGIN: &str = "example.com/test-log";

/// What a disk writes at once.
const SECTOR: usize = 512;

/// How the `at`th operation goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It fails and does nothing.
    Error,
    /// A write that does a part and fails; a sync that makes a part durable and fails.
    Short,
    /// It does everything and reports failure.
    DoneButFailed,
    /// A sync that fails and marks everything clean: what it should have made
    /// durable stays readable until the power is cut, and then is gone.
    LyingSync,
    /// The process dies before it.
    KilledBefore,
    /// The process dies after it.
    KilledAfter,
}

/// All of them.
pub(crate) const FAULTS: [Fault; 6] = [
    Fault::Error,
    Fault::Short,
    Fault::DoneButFailed,
    Fault::LyingSync,
    Fault::KilledBefore,
    Fault::KilledAfter,
];

#[derive(Clone, Debug)]
enum Change {
    Write(usize, Vec<u8>),
    Truncate(usize),
}

#[derive(Clone, Debug, Default)]
struct Inode {
    /// What processes read.
    content: Vec<u8>,
    /// What is on the disk for good.
    durable: Vec<u8>,
    /// What may or may not be on the disk.
    pending: Vec<Change>,
}

#[derive(Clone, Debug)]
enum Naming {
    Set(String, usize),
    Remove(String),
    Rename(String, String, usize),
}

impl Naming {
    fn concerns(&self, path: &str) -> bool {
        match self {
            Self::Set(name, _) | Self::Remove(name) => name == path,
            Self::Rename(from, to, _) => from == path || to == path,
        }
    }

    fn apply(&self, names: &mut BTreeMap<String, usize>) {
        match self {
            Self::Set(name, inode) => drop(names.insert(name.clone(), *inode)),
            Self::Remove(name) => drop(names.remove(name)),
            Self::Rename(from, to, inode) => {
                // The old name may lead to another file by now.
                if names.get(from) == Some(inode) {
                    names.remove(from);
                }
                names.insert(to.clone(), *inode);
            }
        }
    }
}

#[derive(Clone, Debug, Default)]
struct Disk {
    inodes: Vec<Inode>,
    names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
    pending_names: Vec<Naming>,
    operations: u64,
    plan: Option<(u64, Fault)>,
    is_dead: bool,
}

/// The file system.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    disk: RefCell<Disk>,
}

fn broken() -> io::Error {
    io::Error::other("injected fault")
}

impl Memory {
    /// Lets the operation that is `after` others from now go wrong.
    pub(crate) fn plan(&self, after: u64, fault: Fault) {
        let mut disk = self.disk.borrow_mut();
        disk.plan = Some((disk.operations + after, fault));
    }

    /// How many operations there were.
    pub(crate) fn operations(&self) -> u64 {
        self.disk.borrow().operations
    }

    /// Whether the planned fault came to pass.
    pub(crate) fn has_failed(&self) -> bool {
        let disk = self.disk.borrow();
        disk.plan.is_some_and(|(at, _)| disk.operations > at)
    }

    /// The process ends; what it wrote stays with the system.
    pub(crate) fn restart(&self) {
        let mut disk = self.disk.borrow_mut();
        (disk.is_dead, disk.plan) = (false, None);
    }

    /// The power is cut: of what was not synced, any part is lost.
    pub(crate) fn cut_power(&self, rng: &mut Rng) {
        let mut disk = self.disk.borrow_mut();
        for inode in &mut disk.inodes {
            for change in std::mem::take(&mut inode.pending) {
                apply_some(&mut inode.durable, &change, rng);
            }
            inode.content = inode.durable.clone();
        }
        let mut names = std::mem::take(&mut disk.durable_names);
        for naming in std::mem::take(&mut disk.pending_names) {
            if rng.bool() {
                naming.apply(&mut names);
            }
        }
        (disk.names, disk.durable_names) = (names.clone(), names);
        (disk.is_dead, disk.plan) = (false, None);
    }

    /// Every file's name.
    pub(crate) fn files(&self) -> Vec<String> {
        self.disk.borrow().names.keys().cloned().collect()
    }

    /// A file's content.
    pub(crate) fn content(&self, path: &str) -> Vec<u8> {
        let disk = self.disk.borrow();
        disk.inodes[disk.names[path]].content.clone()
    }

    /// Replaces a file's content.
    pub(crate) fn put(&self, path: &str, content: Vec<u8>) {
        let mut disk = self.disk.borrow_mut();
        let inode = disk.open(path);
        disk.inodes[inode] = Inode {
            durable: content.clone(),
            content,
            pending: Vec::new(),
        };
    }

    /// Removes a file.
    pub(crate) fn lose(&self, path: &str) {
        let mut disk = self.disk.borrow_mut();
        disk.names.remove(path);
        disk.durable_names.remove(path);
    }

    /// Runs an operation, or lets it go wrong as planned; `part` does a part of it.
    fn run<T>(
        &self,
        whole: impl FnOnce(&mut Disk) -> io::Result<T>,
        part: impl FnOnce(&mut Disk, Fault),
    ) -> io::Result<T> {
        let mut disk = self.disk.borrow_mut();
        if disk.is_dead {
            return Err(broken());
        }
        let now = disk.operations;
        disk.operations += 1;
        match disk.plan.filter(|(at, _)| *at == now) {
            None => whole(&mut disk),
            Some((_, Fault::Error)) => Err(broken()),
            Some((_, fault @ (Fault::Short | Fault::LyingSync))) => {
                part(&mut disk, fault);
                Err(broken())
            }
            Some((_, Fault::DoneButFailed)) => {
                let _ = whole(&mut disk);
                Err(broken())
            }
            Some((_, Fault::KilledBefore)) => {
                disk.is_dead = true;
                Err(broken())
            }
            Some((_, Fault::KilledAfter)) => {
                let _ = whole(&mut disk);
                disk.is_dead = true;
                Err(broken())
            }
        }
    }
}

fn apply_some(content: &mut Vec<u8>, change: &Change, rng: &mut Rng) {
    match change {
        Change::Truncate(size) => {
            if rng.bool() {
                content.resize(*size, 0);
            }
        }
        Change::Write(at, bytes) => {
            let is_whole = rng.u8(..4) == 0;
            for (sector, bytes) in bytes.chunks(SECTOR).enumerate() {
                if is_whole || rng.bool() {
                    write_at(content, at + sector * SECTOR, bytes);
                }
            }
        }
    }
}

fn write_at(content: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    if content.len() < at + bytes.len() {
        content.resize(at + bytes.len(), 0);
    }
    content[at..at + bytes.len()].copy_from_slice(bytes);
}

impl Disk {
    fn open(&mut self, path: &str) -> usize {
        if let Some(inode) = self.names.get(path) {
            return *inode;
        }
        let inode = self.inodes.len();
        self.inodes.push(Inode::default());
        self.names.insert(path.to_owned(), inode);
        self.pending_names.push(Naming::Set(path.to_owned(), inode));
        inode
    }

    fn sync(&mut self, paths: &[String]) {
        for path in paths {
            let inode = self.names[path];
            let inode = &mut self.inodes[inode];
            inode.durable = inode.content.clone();
            inode.pending.clear();
        }
    }

    fn sync_names(&mut self, paths: &[String]) {
        let (now, later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.pending_names)
            .into_iter()
            .partition(|naming| paths.iter().any(|path| naming.concerns(path)));
        now.iter()
            .for_each(|naming| naming.apply(&mut self.durable_names));
        self.pending_names = later;
    }
}

impl Store for Memory {
    fn size(&self, path: &str) -> io::Result<Option<u64>> {
        self.run(
            |disk| {
                let inode = disk.names.get(path);
                Ok(inode.map(|inode| disk.inodes[*inode].content.len() as u64))
            },
            |_, _| (),
        )
    }

    fn read(&self, path: &str, at: u64, len: usize) -> io::Result<Vec<u8>> {
        self.run(
            |disk| {
                let inode = *disk.names.get(path).ok_or(io::ErrorKind::NotFound)?;
                let content = &disk.inodes[inode].content;
                let from = usize::try_from(at).unwrap().min(content.len());
                let to = from.saturating_add(len).min(content.len());
                Ok(content[from..to].to_vec())
            },
            |_, _| (),
        )
    }

    fn write(&self, path: &str, at: u64, bytes: &[u8]) -> io::Result<()> {
        let write = |disk: &mut Disk, bytes: &[u8]| {
            let inode = disk.open(path);
            let at = usize::try_from(at).unwrap();
            write_at(&mut disk.inodes[inode].content, at, bytes);
            let change = Change::Write(at, bytes.to_vec());
            disk.inodes[inode].pending.push(change);
        };
        self.run(
            |disk| {
                write(disk, bytes);
                Ok(())
            },
            |disk, _| write(disk, &bytes[..bytes.len() / 2]),
        )
    }

    fn truncate(&self, path: &str, size: u64) -> io::Result<()> {
        self.run(
            |disk| {
                let inode = disk.open(path);
                let size = usize::try_from(size).unwrap();
                disk.inodes[inode].content.resize(size, 0);
                disk.inodes[inode].pending.push(Change::Truncate(size));
                Ok(())
            },
            |_, _| (),
        )
    }

    fn sync(&self, paths: &[String]) -> io::Result<()> {
        self.run(
            |disk| {
                disk.sync(paths);
                Ok(())
            },
            |disk, fault| match fault {
                Fault::LyingSync => {
                    for path in paths {
                        let inode = disk.names[path];
                        disk.inodes[inode].pending.clear();
                    }
                }
                _ => disk.sync(&paths[..paths.len() / 2]),
            },
        )
    }

    fn sync_names(&self, paths: &[String]) -> io::Result<()> {
        self.run(
            |disk| {
                disk.sync_names(paths);
                Ok(())
            },
            |disk, _| disk.sync_names(&paths[..paths.len() / 2]),
        )
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.run(
            |disk| {
                let inode = disk.names.remove(from).ok_or(io::ErrorKind::NotFound)?;
                disk.names.insert(to.to_owned(), inode);
                let naming = Naming::Rename(from.to_owned(), to.to_owned(), inode);
                disk.pending_names.push(naming);
                Ok(())
            },
            |_, _| (),
        )
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        self.run(
            |disk| {
                if disk.names.remove(path).is_some() {
                    disk.pending_names.push(Naming::Remove(path.to_owned()));
                }
                Ok(())
            },
            |_, _| (),
        )
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let prefix = format!("{folder}/");
        self.run(
            |disk| {
                let below = disk
                    .names
                    .keys()
                    .filter_map(|name| name.strip_prefix(&prefix));
                Ok(below
                    .filter(|name| !name.contains('/'))
                    .map(str::to_owned)
                    .collect())
            },
            |_, _| (),
        )
    }
}

/// A private key.
pub(crate) fn secret(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

/// A private key under the log's name.
pub(crate) fn key(seed: u8) -> LogKey {
    LogKey::new(ORIGIN, secret(seed)).unwrap()
}

/// Some time, plus a number of days.
pub(crate) fn day(days: u32) -> Time {
    Time::from_seconds(1_790_000_000).unwrap().plus_days(days)
}

/// An entry whose subject and payload tell its number.
pub(crate) fn entry(number: u64) -> NewEntry {
    let payload = format!("payload {number} ").repeat(1 + usize::try_from(number % 90).unwrap());
    let salt = [u8::try_from(number % 251).unwrap(); 32];
    let subject = format!("subject {number}");
    NewEntry::new(day(1), "zoe", "test", &subject, payload.into_bytes(), salt).unwrap()
}

/// A new ledger with key 1.
pub(crate) fn create(store: &Memory) -> Writer<'_, Memory> {
    Writer::create(store, key(1), 184, "zoe", day(0), [9; 32]).unwrap()
}

/// The shared data folder, or `None` after saying loudly that it is missing.
pub(crate) fn shared_data(test: &str) -> Option<std::path::PathBuf> {
    use std::io::Write as _;
    let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    if data.is_dir() {
        return Some(data);
    }
    let line = format!("SKIPPED {test}: {} is missing\n", data.display());
    let _ = io::stderr().write_all(line.as_bytes());
    None
}
