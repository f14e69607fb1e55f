//! Reading a ledger: entries, payloads, proofs.

use std::collections::BTreeMap;

use tlog_tiles::{Error, Hash, Tile, TileHashReader, TileReader, prove_record, prove_tree};

use crate::error::At as _;
use crate::frontier::{flatten, unflatten};
use crate::layout::{TILE_WIDTH, bundle_path, payload_path, split_bundle, tile_path};
use crate::payload::Payload;
use crate::tail::{Tail, Unfolded, read_bundle, read_file, read_tile};
use crate::{Checkpoint, Entry, LedgerError, SignedCheckpoint, Store, Terms};

/// A file with the newest checkpoint that a witness cosigned.
pub(crate) const WITNESSED: &str = "witnessed";

/// A ledger as it stood when it was opened. Later appends do not change what a
/// reader sees, and no lock is needed.
pub struct Reader<'s, S> {
    store: &'s S,
    tail: Tail,
    /// Files that are not folded yet, by path.
    unfolded: BTreeMap<String, Vec<u8>>,
}

impl<'s, S: Store> Reader<'s, S> {
    /// Opens a ledger and checks its edge against its checkpoint.
    ///
    /// # Errors
    /// No ledger, an unreadable or a damaged one.
    pub fn open(store: &'s S) -> Result<Self, LedgerError> {
        let tail = Tail::load(store)?;
        let unfolded = Unfolded::of(store, &tail)?.into_files(&tail);
        Ok(Self {
            store,
            tail,
            unfolded,
        })
    }

    /// The newest signed checkpoint; its signature is not verified here.
    pub fn tip(&self) -> &SignedCheckpoint {
        &self.tail.tip
    }

    /// Entries in the ledger.
    pub fn size(&self) -> u64 {
        self.tail.size()
    }

    /// The newest checkpoint that a witness cosigned, if any.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn witnessed(&self) -> Result<Option<SignedCheckpoint>, LedgerError> {
        let bytes = read_file(self.store, WITNESSED)?;
        let parsed = bytes.map(|bytes| {
            SignedCheckpoint::parse(&bytes)
                .ok_or_else(|| LedgerError::damaged(WITNESSED, "it is no checkpoint"))
        });
        parsed.transpose()
    }

    /// The ledger's terms, from its first entry.
    ///
    /// # Errors
    /// When the first entry does not hold them.
    pub fn terms(&self) -> Result<Terms, LedgerError> {
        let first = Entry::decode(&self.entry(0)?)?;
        Terms::of(&first)
            .ok_or_else(|| LedgerError::damaged(&bundle_path(0, 1), "entry 0 holds no terms"))
    }

    /// The encoded entries of bundle `n`, as many as there are.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn bundle(&self, n: u64) -> Result<Vec<Vec<u8>>, LedgerError> {
        let width = width(n, self.size());
        let path = bundle_path(n, width);
        match self.unfolded.get(&path) {
            Some(bytes) => {
                let entries = split_bundle(&path, bytes, width)?;
                Ok(entries.into_iter().map(<[u8]>::to_vec).collect())
            }
            None => read_bundle(self.store, n, width),
        }
    }

    /// An encoded entry.
    ///
    /// # Errors
    /// No such entry, or it cannot be read.
    pub fn entry(&self, index: u64) -> Result<Vec<u8>, LedgerError> {
        self.must_have(index)?;
        if let Some(item) = self.tail.item(index) {
            return Ok(item.entry.clone());
        }
        let mut bundle = self.bundle(index / TILE_WIDTH)?;
        let place = usize::try_from(index % TILE_WIDTH).unwrap_or(0);
        if place >= bundle.len() {
            return Err(LedgerError::damaged(
                &bundle_path(index / TILE_WIDTH, TILE_WIDTH),
                "too short",
            ));
        }
        Ok(bundle.swap_remove(place))
    }

    /// The payload of an entry.
    ///
    /// # Errors
    /// No such entry, or it cannot be read.
    pub fn payload(&self, index: u64) -> Result<Payload, LedgerError> {
        self.must_have(index)?;
        if let Some(item) = self.tail.item(index) {
            return Ok(item.payload.clone());
        }
        let path = payload_path(index / TILE_WIDTH);
        let (at, length) = payload_place(self.store, &path, index % TILE_WIDTH)?;
        let bytes = self.store.read(&path, at, length).at("read", &path)?;
        let record = Payload::decode(&bytes).map(|(payload, _)| payload);
        record.ok_or_else(|| LedgerError::damaged(&path, "a record is cut off"))
    }

    /// The proof that the tree of `size` entries has entry `index` (RFC 6962,
    /// section 2.1.1), checked against the tree's root on the way.
    ///
    /// # Errors
    /// No such entry, or tiles that cannot be read or contradict the checkpoint.
    pub fn prove_inclusion(&self, tree: &Checkpoint, index: u64) -> Result<Vec<Hash>, LedgerError> {
        self.must_have(index)?;
        let reader = TileHashReader::new(tree.size, tree.root, self);
        prove_record(tree.size, index, &reader).map_err(|error| broken(&error))
    }

    /// The proof that the newest tree begins with the tree of `old` entries.
    ///
    /// # Errors
    /// More entries than there are, or tiles that cannot be read.
    pub fn prove_consistency(&self, old: u64) -> Result<Vec<Hash>, LedgerError> {
        if old == 0 {
            return Ok(Vec::new());
        }
        let tip = self.tail.tip.checkpoint();
        let reader = TileHashReader::new(tip.size, tip.root, self);
        prove_tree(tip.size, old, &reader).map_err(|error| broken(&error))
    }

    /// Bundles of entries, the last one perhaps partial.
    pub fn bundles(&self) -> u64 {
        self.size().div_ceil(TILE_WIDTH)
    }

    /// The tiles and entry bundles that the newest checkpoint needs.
    pub fn paths(&self) -> Vec<String> {
        let mut paths = Vec::new();
        let mut hashes = self.size();
        for n in 0..self.bundles() {
            paths.push(bundle_path(n, width(n, hashes)));
        }
        for level in 0u8.. {
            for n in 0..hashes.div_ceil(TILE_WIDTH) {
                paths.push(tile_path(level, n, width(n, hashes)));
            }
            hashes /= TILE_WIDTH;
            if hashes == 0 {
                break;
            }
        }
        paths
    }

    /// One of these files.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn file(&self, path: &str) -> Result<Vec<u8>, LedgerError> {
        if let Some(bytes) = self.unfolded.get(path) {
            return Ok(bytes.clone());
        }
        let missing = || std::io::Error::from(std::io::ErrorKind::NotFound);
        match read_file(self.store, path)? {
            Some(bytes) => Ok(bytes),
            None => Err(missing()).at("read", path),
        }
    }

    /// The payload file of a bundle: its path and its bytes.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn payload_file(&self, n: u64) -> Result<(String, Vec<u8>), LedgerError> {
        let mut bytes = Vec::new();
        for place in 0..width(n, self.size()) {
            self.payload(n * TILE_WIDTH + place)?.encode(&mut bytes);
        }
        Ok((payload_path(n), bytes))
    }

    /// What the ledger knows of its files that are not folded yet, by path.
    pub(crate) fn unfolded(&self) -> &BTreeMap<String, Vec<u8>> {
        &self.unfolded
    }

    /// The folder.
    pub(crate) fn store(&self) -> &'s S {
        self.store
    }

    /// Whether the journal ends with a record that nobody was told of.
    pub fn is_torn(&self) -> bool {
        self.tail.is_torn
    }

    /// The payload of an entry that is not folded yet; `None` for others.
    pub(crate) fn unfolded_payload(&self, index: u64) -> Option<&Payload> {
        self.tail.item(index).map(|item| &item.payload)
    }

    fn must_have(&self, index: u64) -> Result<(), LedgerError> {
        let size = self.size();
        if index < size {
            return Ok(());
        }
        Err(LedgerError::NoEntry { index, size })
    }

    /// A tile's first `width` hashes, out of the widest that there is now.
    fn tile(&self, level: u8, n: u64, wanted: u64) -> Result<Vec<Hash>, LedgerError> {
        let hashes_below = self.size().checked_shr(8 * u32::from(level)).unwrap_or(0);
        let width = width(n, hashes_below);
        let held = self.unfolded.get(&tile_path(level, n, width));
        let mut hashes = match held.and_then(|bytes| unflatten(bytes)) {
            Some(hashes) => hashes,
            None => read_tile(self.store, level, n, width)?,
        };
        hashes.truncate(usize::try_from(wanted).unwrap_or(usize::MAX));
        Ok(hashes)
    }
}

impl<S: Store> TileReader for Reader<'_, S> {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, Error> {
        let read = |tile: &Tile| {
            self.tile(tile.level(), tile.level_index(), u64::from(tile.width()))
                .map(|hashes| flatten(&hashes))
                .map_err(|error| Error::InvalidInput(error.to_string()))
        };
        tiles.iter().map(read).collect()
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

/// How many of the `n`th 256 there are among `size`.
pub(crate) fn width(n: u64, size: u64) -> u64 {
    size.saturating_sub(n * TILE_WIDTH).min(TILE_WIDTH)
}

fn broken(error: &Error) -> LedgerError {
    LedgerError::damaged("tile", error.to_string())
}

/// Where the `place`th record of a payload file is: offset and length.
pub(crate) fn payload_place(
    store: &impl Store,
    path: &str,
    place: u64,
) -> Result<(u64, usize), LedgerError> {
    let mut at = 0;
    let mut left = place;
    loop {
        let head = store.read(path, at, 5).at("read", path)?;
        let length = Payload::record_length(&head)
            .ok_or_else(|| LedgerError::damaged(path, format!("no record at byte {at}")))?;
        if left == 0 {
            return Ok((at, usize::try_from(length).unwrap_or(usize::MAX)));
        }
        (at, left) = (at + length, left - 1);
    }
}
