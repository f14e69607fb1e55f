//! One bundle of a log with its leaf tile and its payloads: all that can be
//! judged without knowing the bundles before it, so that several can be judged
//! at once.

use tlog_tiles::Hash;

use crate::error::At as _;
use crate::frontier::flatten;
use crate::hashing::LeafHasher;
use crate::layout::{TILE_WIDTH, bundle_path, partials, split_bundle, tile_path};
use crate::payload_file::{Found, PayloadFile};
use crate::reader::width;
use crate::tail::{read_file, read_file_into};
use crate::verify::{Content, Fault};
use crate::{Entry, EntryError, LedgerError, Reader, Store, Time};

/// What was found in a bundle.
pub(crate) struct Examined {
    /// The hash of each entry.
    pub(crate) leaves: Vec<Hash>,
    /// Each entry, when they are envelopes.
    pub(crate) entries: Vec<Examinee>,
    /// Files that contradict the entries.
    pub(crate) faults: Vec<Fault>,
}

/// An entry.
pub(crate) enum Examinee {
    /// One of which nothing but that and its payload's digest matters, and whose
    /// payload is whole.
    Plain(Time),
    /// Any other, with its payload's state.
    Other(Box<Result<Entry, EntryError>>, Found),
}

/// Examines bundles. Its memory is used again for each: fresh memory must be
/// cleared first, which a million entries make noticeable.
pub(crate) struct Examiner<'r, 's, S> {
    content: Content,
    files: Files<'r, 's, S>,
    hasher: LeafHasher,
    bundle: Vec<u8>,
    payloads: PayloadFile,
}

impl<'r, 's, S: Store> Examiner<'r, 's, S> {
    /// Examines a log whose entries are taken for `content`.
    pub(crate) fn new(reader: &'r Reader<'s, S>, content: Content) -> Self {
        Self {
            content,
            files: Files::new(reader),
            hasher: LeafHasher::default(),
            bundle: Vec::new(),
            payloads: PayloadFile::default(),
        }
    }

    /// Bundle `n` with its leaf tile and its payloads.
    ///
    /// # Errors
    /// Whatever could not be read; a file whose form is broken.
    pub(crate) fn bundle(&mut self, n: u64) -> Result<Examined, LedgerError> {
        let width = width(n, self.files.reader.size());
        let path = bundle_path(n, width);
        let mut bytes = std::mem::take(&mut self.bundle);
        self.files.load(&path, &mut bytes)?;
        let entries = split_bundle(&path, &bytes, width)?;
        let hasher = &mut self.hasher;
        let leaves: Vec<Hash> = entries.iter().map(|entry| hasher.hash(entry)).collect();
        let tile = flatten(&leaves);
        self.files.compare(&tile_path(0, n, width), &tile)?;
        self.files
            .partial_forms(&bundle_path(n, TILE_WIDTH), &bytes)?;
        self.files
            .partial_forms(&tile_path(0, n, TILE_WIDTH), &tile)?;
        let entries = self.envelopes(n, &entries)?;
        self.bundle = bytes;
        let faults = std::mem::take(&mut self.files.faults);
        Ok(Examined {
            leaves,
            entries,
            faults,
        })
    }

    fn envelopes(&mut self, n: u64, entries: &[&[u8]]) -> Result<Vec<Examinee>, LedgerError> {
        if self.content == Content::Opaque {
            return Ok(Vec::new());
        }
        self.payloads.begin(self.files.reader.store(), n)?;
        let mut examined = Vec::with_capacity(entries.len());
        for (index, bytes) in (n * TILE_WIDTH..).zip(entries) {
            let found = self.found(index)?;
            examined.push(match plain(index, bytes, &found) {
                Some(time) => Examinee::Plain(time),
                None => Examinee::Other(Box::new(Entry::decode(bytes)), found),
            });
        }
        Ok(examined)
    }

    /// The state of the next payload, which is this entry's.
    fn found(&mut self, index: u64) -> Result<Found, LedgerError> {
        match self.files.reader.unfolded_payload(index) {
            Some(payload) => Ok(Found::of(payload.digest())),
            None => self.payloads.next(self.files.reader.store()),
        }
    }
}

/// The time of an entry of which nothing but that and its payload's digest
/// matters, and whose payload is whole.
fn plain(index: u64, bytes: &[u8], payload: &Found) -> Option<Time> {
    match payload {
        // The first entry holds the terms.
        Found::Whole(digest) if index > 0 => Entry::time_of_plain(bytes, digest),
        _ => None,
    }
}

/// Stored files that are compared with what the entries make them.
pub(crate) struct Files<'r, 's, S> {
    reader: &'r Reader<'s, S>,
    stored: Vec<u8>,
    /// Those that are something else.
    pub(crate) faults: Vec<Fault>,
}

impl<'r, 's, S: Store> Files<'r, 's, S> {
    /// The files of this log.
    pub(crate) fn new(reader: &'r Reader<'s, S>) -> Self {
        Self {
            reader,
            stored: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// Reads a file as it is stored, or as the journal has it before it is published.
    fn load(&mut self, path: &str, into: &mut Vec<u8>) -> Result<(), LedgerError> {
        let is_stored = read_file_into(self.reader.store(), path, into)?;
        match self.reader.unfolded().get(path) {
            Some(journal) if is_stored && journal == into => {}
            Some(journal) => {
                if is_stored {
                    self.faults.push(Fault::File(path.to_owned()));
                }
                into.clone_from(journal);
            }
            None if is_stored => {}
            None => {
                let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
                return Err(missing).at("read", path);
            }
        }
        Ok(())
    }

    /// Compares a file with what the entries make it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn compare(&mut self, path: &str, expected: &[u8]) -> Result<(), LedgerError> {
        let mut stored = std::mem::take(&mut self.stored);
        self.load(path, &mut stored)?;
        if stored != expected {
            self.faults.push(Fault::File(path.to_owned()));
        }
        self.stored = stored;
        Ok(())
    }

    /// Older, narrower forms of a file must be its beginning.
    ///
    /// # Errors
    /// When they cannot be read.
    pub(crate) fn partial_forms(&mut self, full: &str, content: &[u8]) -> Result<(), LedgerError> {
        let folder = partials(full);
        for name in self.reader.store().list(&folder).at("list", &folder)? {
            let is_form = name.bytes().all(|byte| byte.is_ascii_digit());
            let path = format!("{folder}/{name}");
            if !is_form || self.reader.unfolded().contains_key(&path) {
                continue;
            }
            let stored = read_file(self.reader.store(), &path)?.unwrap_or_default();
            if !is_form_of(&name, &stored, content, full) {
                self.faults.push(Fault::File(path));
            }
        }
        Ok(())
    }
}

/// Whether a stored partial form, named by its width, is the beginning of a file.
fn is_form_of(name: &str, stored: &[u8], content: &[u8], full: &str) -> bool {
    let Ok(width) = name.parse::<u64>() else {
        return false;
    };
    let has_width = if full.starts_with("tile/entries/") {
        split_bundle(full, stored, width).is_ok()
    } else {
        stored.len() as u64 == width * 32
    };
    has_width && content.starts_with(stored)
}
