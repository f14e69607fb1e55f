//! The payload file of one bundle, digested record by record. No more than a
//! piece of it is held at once, however large its payloads are.

use sha2::{Digest as _, Sha256};

use crate::error::At as _;
use crate::layout::payload_path;
use crate::payload::{Digest, Payload};
use crate::{LedgerError, Store};

/// Bytes of a piece: a bundle's payloads of 1 or 2 KB each, and few enough to
/// stay in a processor's cache.
const PIECE: usize = 512 << 10;

/// Bytes of a record before its salt.
const HEAD: usize = 5;

/// A payload's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// It is there and has this digest.
    Whole(Digest),
    /// It was erased.
    Erased,
    /// There is nothing.
    Absent,
}

impl Found {
    /// From the digest of what is there.
    pub(crate) fn of(digest: Option<Digest>) -> Self {
        digest.map_or(Self::Erased, Self::Whole)
    }
}

/// A payload file that is read from its begin to its end.
#[derive(Debug, Default)]
pub(crate) struct PayloadFile {
    path: String,
    /// Bytes of the file; none when it is missing.
    size: u64,
    /// Where the next record begins.
    at: u64,
    /// What is held of the file, and from where on; its memory is used again.
    piece: Vec<u8>,
    held: Option<u64>,
}

impl PayloadFile {
    /// Begins the file of bundle `n`.
    ///
    /// # Errors
    /// When it cannot be looked for.
    pub(crate) fn begin(&mut self, store: &impl Store, n: u64) -> Result<(), LedgerError> {
        self.path = payload_path(n);
        let size = store.size(&self.path).at("read", &self.path)?;
        (self.size, self.at, self.held) = (size.unwrap_or(0), 0, None);
        Ok(())
    }

    /// The next record's state.
    ///
    /// # Errors
    /// A file that cannot be read; bytes that are no record.
    pub(crate) fn next(&mut self, store: &impl Store) -> Result<Found, LedgerError> {
        if self.at >= self.size {
            return Ok(Found::Absent);
        }
        if let Some(found) = self.held_record() {
            return Ok(found);
        }
        self.held = None;
        let read = store.read_into(&self.path, self.at, PIECE, &mut self.piece);
        read.at("read", &self.path)?;
        self.held = Some(self.at);
        match self.held_record() {
            Some(found) => Ok(found),
            None => self.long_record(store),
        }
    }

    /// The next record's state, when all of it is held.
    fn held_record(&mut self) -> Option<Found> {
        let from = usize::try_from(self.at - self.held?).ok()?;
        let (digest, length) = Payload::digest_at(self.piece.get(from..)?)?;
        self.at += length;
        Some(Found::of(digest))
    }

    /// The state of a record that is longer than the piece that begins with it.
    fn long_record(&mut self, store: &impl Store) -> Result<Found, LedgerError> {
        let length = Payload::record_length(self.piece.get(..HEAD).unwrap_or_default());
        let length = length.filter(|length| *length > PIECE as u64);
        let end = self.at + length.ok_or_else(|| self.broken())?;
        self.held = None;
        let mut hash = Sha256::new();
        let mut at = self.at + HEAD as u64;
        while at < end {
            let length = usize::try_from(end - at).unwrap_or(PIECE).min(PIECE);
            let read = store.read_into(&self.path, at, length, &mut self.piece);
            read.at("read", &self.path)?;
            if self.piece.is_empty() {
                return Err(self.broken());
            }
            hash.update(&self.piece);
            at += self.piece.len() as u64;
        }
        self.at = end;
        Ok(Found::Whole(Digest::finish(hash)))
    }

    fn broken(&self) -> LedgerError {
        LedgerError::damaged(&self.path, format!("no record at byte {}", self.at))
    }
}
