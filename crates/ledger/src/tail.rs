//! The journal as it stands, and the files that it would become.

use std::collections::BTreeMap;

use tlog_tiles::Hash;

use crate::error::At as _;
use crate::frontier::{flatten, unflatten};
use crate::hashing::LeafHasher;
use crate::journal::{self, Check, HEAD, Item, ROOM};
use crate::layout::{
    CHECKPOINT, JOURNAL, TILE_WIDTH, bundle_path, push_entry, split_bundle, tile_path,
};
use crate::{Checkpoint, Frontier, LedgerError, SignedCheckpoint, Store};

/// Largest stored file that is read in one piece: a full entry bundle.
const MAX_FILE: usize = 256 * (65_535 + 2);

/// What was acknowledged: everything up to the base is in tiles, the rest is here.
#[derive(Debug)]
pub(crate) struct Tail {
    /// Size and root of what is folded into tiles.
    pub(crate) base: Checkpoint,
    /// Entries after that.
    pub(crate) items: Vec<Item>,
    /// The signed checkpoint after them.
    pub(crate) tip: SignedCheckpoint,
    /// The last whole record's check.
    pub(crate) check: Check,
    /// Bytes of the journal's whole records; `None` without a journal.
    pub(crate) journal: Option<u64>,
    /// Bytes of the journal's file: those of its records and of room for more.
    pub(crate) laid: u64,
    /// Whether a torn record, which nobody was told of, follows.
    pub(crate) is_torn: bool,
}

impl Tail {
    /// Reads the journal. Without one, as in a copy or in another program's
    /// log, everything is taken to be in tiles under the `checkpoint`.
    ///
    /// # Errors
    /// No ledger, or a damaged one.
    pub(crate) fn load(store: &impl Store) -> Result<Self, LedgerError> {
        let tail = match store.size(JOURNAL).at("read", JOURNAL)? {
            Some(length) => Self::of_journal(store, length)?,
            None => Self::of_checkpoint(store)?,
        };
        let published = published(store)?;
        let ahead = published.filter(|one| one.checkpoint().size > tail.size());
        match ahead {
            Some(ahead) => Err(LedgerError::damaged(
                JOURNAL,
                format!(
                    "it ends at {} entries, but the checkpoint says {}",
                    tail.size(),
                    ahead.checkpoint().size
                ),
            )),
            None => Ok(tail),
        }
    }

    fn of_checkpoint(store: &impl Store) -> Result<Self, LedgerError> {
        if store.size(CHECKPOINT).at("read", CHECKPOINT)?.is_none() {
            return Err(LedgerError::Missing(CHECKPOINT));
        }
        let tip = published(store)?
            .ok_or_else(|| LedgerError::damaged(CHECKPOINT, "it is no checkpoint"))?;
        Ok(Self {
            base: tip.checkpoint().clone(),
            items: Vec::new(),
            tip,
            check: [0; 32],
            journal: None,
            laid: 0,
            is_torn: false,
        })
    }

    fn of_journal(store: &impl Store, length: u64) -> Result<Self, LedgerError> {
        let first = record(store, &[0; 32], 0)?;
        let base = first
            .as_ref()
            .and_then(|(_, record)| journal::base_of(record.get(HEAD..)?));
        let tip = base.and_then(SignedCheckpoint::parse);
        let (Some(tip), Some((check, first))) = (tip, first) else {
            return Err(LedgerError::damaged(JOURNAL, "it does not begin as one"));
        };
        let mut tail = Self {
            base: tip.checkpoint().clone(),
            items: Vec::new(),
            tip,
            check,
            journal: None,
            laid: length,
            is_torn: false,
        };
        let mut at = first.len() as u64;
        while let Some((check, record)) = record(store, &tail.check, at)? {
            tail.add(record.get(HEAD..).unwrap_or_default())
                .ok_or_else(|| LedgerError::damaged(JOURNAL, format!("the record at byte {at}")))?;
            tail.check = check;
            at += record.len() as u64;
        }
        tail.journal = Some(at);
        tail.is_torn = !is_room(store, at, length)?;
        Ok(tail)
    }

    fn add(&mut self, body: &[u8]) -> Option<()> {
        let batch = journal::batch_of(body)?;
        let tip = SignedCheckpoint::parse(&batch.checkpoint)?;
        let size = self.size() + batch.items.len() as u64;
        (tip.checkpoint().size == size && tip.checkpoint().origin == self.base.origin)
            .then_some(())?;
        self.items.extend(batch.items);
        self.tip = tip;
        Some(())
    }

    /// Entries of the log.
    pub(crate) fn size(&self) -> u64 {
        self.tip.checkpoint().size
    }

    /// The item of an entry that is not folded.
    pub(crate) fn item(&self, index: u64) -> Option<&Item> {
        let after = index.checked_sub(self.base.size)?;
        self.items.get(usize::try_from(after).ok()?)
    }
}

/// The record at byte `at` with its check. `None` when there is no whole one.
fn record(
    store: &impl Store,
    previous: &Check,
    at: u64,
) -> Result<Option<(Check, Vec<u8>)>, LedgerError> {
    let head = store.read(JOURNAL, at, HEAD).at("read", JOURNAL)?;
    let Some(length) = journal::body_length(&head).filter(|_| head.len() == HEAD) else {
        return Ok(None);
    };
    let record = store.read(JOURNAL, at, HEAD + length).at("read", JOURNAL)?;
    let check = journal::open(previous, &record).map(|(check, _)| check);
    Ok(check.map(|check| (check, record)))
}

/// Whether the journal has nothing but room from byte `at` to its end.
fn is_room(store: &impl Store, at: u64, end: u64) -> Result<bool, LedgerError> {
    let length = usize::try_from(end.saturating_sub(at)).unwrap_or(usize::MAX);
    if length > ROOM {
        return Ok(false);
    }
    let rest = store.read(JOURNAL, at, length).at("read", JOURNAL)?;
    Ok(is_zero(&rest))
}

/// Whether nothing was written here.
pub(crate) fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

/// The published checkpoint; `None` when it is missing or none.
pub(crate) fn published(store: &impl Store) -> Result<Option<SignedCheckpoint>, LedgerError> {
    let bytes = read_file(store, CHECKPOINT)?;
    Ok(bytes.and_then(|bytes| SignedCheckpoint::parse(&bytes)))
}

/// A whole file; `None` when it is missing.
pub(crate) fn read_file(store: &impl Store, path: &str) -> Result<Option<Vec<u8>>, LedgerError> {
    let mut bytes = Vec::new();
    Ok(read_file_into(store, path, &mut bytes)?.then_some(bytes))
}

/// A whole file into a buffer that is used again; whether it is there.
pub(crate) fn read_file_into(
    store: &impl Store,
    path: &str,
    into: &mut Vec<u8>,
) -> Result<bool, LedgerError> {
    match store.read_into(path, 0, MAX_FILE + 1, into) {
        Ok(()) if into.len() > MAX_FILE => {
            Err(LedgerError::damaged(path, "it is larger than any can be"))
        }
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error).at("read", path),
    }
}

/// Hashes of a tile; of a full one when the partial one is gone.
pub(crate) fn read_tile(
    store: &impl Store,
    level: u8,
    n: u64,
    width: u64,
) -> Result<Vec<Hash>, LedgerError> {
    let (path, bytes) = partial_or_full(store, width, |width| tile_path(level, n, width))?;
    let hashes = unflatten(&bytes).filter(|hashes| hashes.len() as u64 >= width);
    let mut hashes = hashes.ok_or_else(|| LedgerError::damaged(&path, "its length is wrong"))?;
    hashes.truncate(usize::try_from(width).unwrap_or(usize::MAX));
    Ok(hashes)
}

/// The first `width` entries of a bundle; of a full one when the partial one is gone.
pub(crate) fn read_bundle(
    store: &impl Store,
    n: u64,
    width: u64,
) -> Result<Vec<Vec<u8>>, LedgerError> {
    let (path, bytes) = partial_or_full(store, width, |width| bundle_path(n, width))?;
    let stored = if path == bundle_path(n, width) {
        width
    } else {
        TILE_WIDTH
    };
    let entries = split_bundle(&path, &bytes, stored)?;
    let first = entries
        .into_iter()
        .take(usize::try_from(width).unwrap_or(0));
    Ok(first.map(<[u8]>::to_vec).collect())
}

fn partial_or_full(
    store: &impl Store,
    width: u64,
    path: impl Fn(u64) -> String,
) -> Result<(String, Vec<u8>), LedgerError> {
    for path in [path(width), path(TILE_WIDTH)] {
        if let Some(bytes) = read_file(store, &path)? {
            return Ok((path, bytes));
        }
    }
    Err(std::io::Error::from(std::io::ErrorKind::NotFound)).at("read", &path(width))
}

/// The tiles and bundles that a tail becomes.
#[derive(Debug, Default)]
pub(crate) struct Unfolded {
    /// The tree's edge after the tail.
    pub(crate) frontier: Frontier,
    /// Content of each tile and bundle that the tail made full, by path.
    pub(crate) full: BTreeMap<String, Vec<u8>>,
    /// The bundle that is not full yet.
    bundle: Vec<u8>,
    hasher: LeafHasher,
}

impl Unfolded {
    /// Grows the base's tree by the tail, and checks it against both signed roots.
    ///
    /// # Errors
    /// A tree that contradicts its checkpoint.
    pub(crate) fn of(store: &impl Store, tail: &Tail) -> Result<Self, LedgerError> {
        let tile = |level, n, width| read_tile(store, level, n, width);
        let frontier = Frontier::restore(tail.base.size, tile)?;
        agree(&frontier, &tail.base)?;
        let mut unfolded = Self {
            frontier,
            ..Self::default()
        };
        if !tail.items.is_empty() {
            unfolded.load_bundle(store)?;
        }
        for item in &tail.items {
            unfolded.push(&item.entry);
        }
        agree(&unfolded.frontier, tail.tip.checkpoint())?;
        Ok(unfolded)
    }

    /// Reads the bundle that the base has begun, which must be there before
    /// anything is added.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn load_bundle(&mut self, store: &impl Store) -> Result<(), LedgerError> {
        let (n, begun) = (
            self.frontier.size() / TILE_WIDTH,
            self.frontier.size() % TILE_WIDTH,
        );
        if begun > 0 && self.bundle.is_empty() {
            for entry in read_bundle(store, n, begun)? {
                push_entry(&mut self.bundle, &entry);
            }
        }
        Ok(())
    }

    /// Adds an encoded entry.
    pub(crate) fn push(&mut self, entry: &[u8]) {
        push_entry(&mut self.bundle, entry);
        let full = &mut self.full;
        let leaf = self.hasher.hash(entry);
        self.frontier.push(leaf, &mut |level, n, hashes| {
            full.insert(tile_path(level, n, TILE_WIDTH), flatten(hashes));
        });
        if self.frontier.size().is_multiple_of(TILE_WIDTH) {
            let n = self.frontier.size() / TILE_WIDTH - 1;
            full.insert(bundle_path(n, TILE_WIDTH), std::mem::take(&mut self.bundle));
        }
    }

    /// The partial tiles and the partial bundle at the tree's edge, by path.
    pub(crate) fn partial(&self) -> BTreeMap<String, Vec<u8>> {
        let tiles = self.frontier.partial_tiles();
        let mut partial: BTreeMap<_, _> = tiles
            .map(|(level, n, hashes)| {
                let path = tile_path(level, n, hashes.len() as u64);
                (path, flatten(hashes))
            })
            .collect();
        if !self.bundle.is_empty() {
            let size = self.frontier.size();
            let path = bundle_path(size / TILE_WIDTH, size % TILE_WIDTH);
            partial.insert(path, self.bundle.clone());
        }
        partial
    }

    /// The files that differ from what the base needs.
    pub(crate) fn into_files(self, tail: &Tail) -> BTreeMap<String, Vec<u8>> {
        if tail.items.is_empty() {
            return BTreeMap::new();
        }
        let mut files = self.partial();
        files.extend(self.full);
        files
    }
}

fn agree(frontier: &Frontier, checkpoint: &Checkpoint) -> Result<(), LedgerError> {
    if frontier.root() == checkpoint.root {
        return Ok(());
    }
    let what = format!(
        "they do not lead to the root that was signed for {} entries",
        checkpoint.size
    );
    Err(LedgerError::damaged("tile", what))
}
