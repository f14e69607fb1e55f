//! The whole log, judged with nothing but a public key.
//!
//! Every entry is hashed again; every stored tile, payload and older partial
//! form is compared with what it must be. What is found wrong is a [`Fault`];
//! what could not be read is an error. What a lone log cannot show by itself
//! (that its tail was not cut off, that it was not replaced whole) is said by
//! how far kept checkpoints and witnesses reach.

use std::collections::BTreeSet;
use std::fmt;

use tlog_tiles::{Hash, record_hash};

use crate::error::At as _;
use crate::frontier::flatten;
use crate::layout::{TILE_WIDTH, bundle_path, partials, payload_path, split_bundle, tile_path};
use crate::payload::Payload;
use crate::reader::width;
use crate::tail::read_file;
use crate::writer::erased_by;
use crate::{
    CHECKPOINT, Entry, Frontier, LedgerError, MAX_PAYLOAD, Reader, Rotation, SignedCheckpoint,
    Store, Terms, Time, VerifierKey,
};

/// Faults that are listed one by one; more are counted.
const MAX_FAULTS: usize = 100;

/// Largest payload file that is read in one piece.
const WHOLE: u64 = 8 << 20;

/// What the entries are taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Our envelopes, with their payloads.
    Ledger,
    /// Our envelopes; that payloads are missing is no fault.
    WithoutPayloads,
    /// Any bytes: another program's log.
    Opaque,
}

/// Something that contradicts the log's claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The checkpoint is not signed by the key, nor by one that it appointed.
    Signature,
    /// The published checkpoint is not the journal's newest.
    Published,
    /// The entries do not hash to the signed root.
    Root,
    /// A stored file is not what the entries make it.
    File(String),
    /// An entry is not an envelope.
    Entry(u64, String),
    /// The first entry does not hold the ledger's terms, or another log's.
    Terms,
    /// An entry says that it hands over to another key, but both do not sign so.
    Rotation(u64),
    /// A payload is not the one of its digest.
    Payload(u64),
    /// A payload is missing, and no entry records its erasure.
    NoPayload(u64),
    /// An entry records an erasure, but the payload is still there, or never was.
    NotErased(u64),
    /// A kept checkpoint is of another history.
    Kept {
        /// Its size.
        size: u64,
        /// Entries in the log now.
        now: u64,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signature => write!(
                f,
                "the checkpoint is not signed by this key, nor by one that it appointed"
            ),
            Self::Published => write!(f, "`{CHECKPOINT}` is not the journal's newest checkpoint"),
            Self::Root => write!(f, "the entries do not hash to the root that was signed"),
            Self::File(path) => write!(f, "`{path}` is not what the entries make it"),
            Self::Entry(index, why) => write!(f, "entry {index}: {why}"),
            Self::Terms => write!(f, "entry 0 does not hold this ledger's terms"),
            Self::Rotation(index) => {
                write!(
                    f,
                    "entry {index} hands over to a key, but both keys do not sign so"
                )
            }
            Self::Payload(index) => write!(f, "entry {index}: its payload was changed"),
            Self::NoPayload(index) => {
                write!(
                    f,
                    "entry {index}: its payload is gone, and no entry records its erasure"
                )
            }
            Self::NotErased(index) => {
                write!(
                    f,
                    "entry {index}: an erasure is recorded, but the payload is there"
                )
            }
            Self::Kept { size, now } if size > now => write!(
                f,
                "a kept checkpoint has {size} entries, the ledger {now}: its tail was cut off"
            ),
            Self::Kept { size, .. } => write!(
                f,
                "the first {size} entries are not those of a kept checkpoint: history was rewritten"
            ),
        }
    }
}

/// What a verification found.
#[derive(Debug)]
pub struct Report {
    /// The checkpoint that everything was compared with.
    pub checkpoint: SignedCheckpoint,
    /// The key that signed it.
    pub signer: Option<VerifierKey>,
    /// Hand-overs from the trusted key to the signer.
    pub rotations: Vec<Rotation>,
    /// The ledger's terms.
    pub terms: Option<Terms>,
    /// What contradicts the claim, at most a hundred.
    pub faults: Vec<Fault>,
    /// How many more.
    pub more_faults: u64,
    /// Payloads that are there and have their digest.
    pub payloads: u64,
    /// Payloads that were erased, as entries record.
    pub erased: u64,
    /// Payloads that are not here.
    pub absent: u64,
    /// Sizes of the kept checkpoints that the log continues.
    pub kept: Vec<u64>,
    /// Entries whose time is before their predecessor's.
    pub backwards: u64,
    /// Whether a record that nobody was told of follows the journal.
    pub is_torn: bool,
}

impl Report {
    /// Whether nothing contradicts the claim.
    pub fn is_proven(&self) -> bool {
        self.faults.is_empty()
    }
}

/// Verifies a whole log with a trusted key, and that it continues each of the
/// `kept` checkpoints.
///
/// # Errors
/// Whatever could not be read; a file whose form is broken.
pub fn verify<S: Store>(
    reader: &Reader<'_, S>,
    trusted: &VerifierKey,
    content: Content,
    kept: Vec<SignedCheckpoint>,
) -> Result<Report, LedgerError> {
    let mut run = Run::new(reader, trusted, content, kept)?;
    for n in 0..reader.size().div_ceil(TILE_WIDTH) {
        run.bundle(n)?;
    }
    run.finish()
}

/// A verification under way.
struct Run<'r, 's, S> {
    reader: &'r Reader<'s, S>,
    content: Content,
    frontier: Frontier,
    /// Kept checkpoints that are not reached yet, largest first.
    kept: Vec<SignedCheckpoint>,
    keys: Keys,
    /// Payloads found erased that no entry has recorded so far.
    unrecorded: BTreeSet<u64>,
    newest: Option<Time>,
    report: Report,
}

/// The keys from the trusted one on.
struct Keys {
    trusted: VerifierKey,
    /// Every key of the log, in order.
    all: Vec<VerifierKey>,
}

impl<'r, 's, S: Store> Run<'r, 's, S> {
    fn new(
        reader: &'r Reader<'s, S>,
        trusted: &VerifierKey,
        content: Content,
        mut kept: Vec<SignedCheckpoint>,
    ) -> Result<Self, LedgerError> {
        kept.sort_by_key(|one| std::cmp::Reverse(one.checkpoint().size));
        let bytes = reader.tip().to_bytes();
        let checkpoint = SignedCheckpoint::parse(&bytes)
            .ok_or_else(|| LedgerError::damaged(CHECKPOINT, "it is no checkpoint"))?;
        let report = Report {
            checkpoint,
            signer: None,
            rotations: Vec::new(),
            terms: None,
            faults: Vec::new(),
            more_faults: 0,
            payloads: 0,
            erased: 0,
            absent: 0,
            kept: Vec::new(),
            backwards: 0,
            is_torn: reader.is_torn(),
        };
        let keys = Keys {
            trusted: trusted.clone(),
            all: Vec::new(),
        };
        let mut run = Self {
            reader,
            content,
            frontier: Frontier::default(),
            kept,
            keys,
            unrecorded: BTreeSet::new(),
            newest: None,
            report,
        };
        run.compare_kept();
        Ok(run)
    }

    fn fault(&mut self, fault: Fault) {
        if self.report.faults.len() < MAX_FAULTS {
            self.report.faults.push(fault);
        } else {
            self.report.more_faults += 1;
        }
    }

    /// One bundle with its leaf tile and its payloads.
    fn bundle(&mut self, n: u64) -> Result<(), LedgerError> {
        let width = width(n, self.reader.size());
        let path = bundle_path(n, width);
        let bytes = self.file(&path)?;
        let entries = split_bundle(&path, &bytes, width)?;
        let first = n * TILE_WIDTH;
        let leaves: Vec<Hash> = entries.iter().map(|entry| record_hash(entry)).collect();
        let tile = flatten(&leaves);
        self.compare_stored(&tile_path(0, n, width), &tile)?;
        self.partial_forms(&bundle_path(n, TILE_WIDTH), &bytes)?;
        self.partial_forms(&tile_path(0, n, TILE_WIDTH), &tile)?;
        for leaf in leaves {
            self.grow(leaf)?;
        }
        if self.content != Content::Opaque {
            self.envelopes(first, &entries)?;
        }
        Ok(())
    }

    fn grow(&mut self, leaf: Hash) -> Result<(), LedgerError> {
        let mut full = Vec::new();
        self.frontier.push(leaf, &mut |level, n, hashes| {
            if level > 0 {
                full.push((level, n, flatten(hashes)));
            }
        });
        for (level, n, bytes) in full {
            let path = tile_path(level, n, TILE_WIDTH);
            self.compare_stored(&path, &bytes)?;
            self.partial_forms(&path, &bytes)?;
        }
        self.compare_kept();
        Ok(())
    }

    /// Compares the tree that is grown so far with the kept checkpoints of its size.
    fn compare_kept(&mut self) {
        let size = self.frontier.size();
        while let Some(kept) = self.kept.pop_if(|one| one.checkpoint().size == size) {
            if kept.checkpoint().root == self.frontier.root() {
                self.report.kept.push(size);
            } else {
                let now = self.reader.size();
                self.fault(Fault::Kept { size, now });
            }
        }
    }

    /// A file as it is stored, or as the journal has it before it is published.
    fn file(&mut self, path: &str) -> Result<Vec<u8>, LedgerError> {
        let stored = read_file(self.reader.store(), path)?;
        match (stored, self.reader.unfolded().get(path)) {
            (Some(stored), Some(journal)) if stored != *journal => {
                self.fault(Fault::File(path.to_owned()));
                Ok(journal.clone())
            }
            (Some(stored), _) => Ok(stored),
            (None, Some(journal)) => Ok(journal.clone()),
            (None, None) => {
                Err(std::io::Error::from(std::io::ErrorKind::NotFound)).at("read", path)
            }
        }
    }

    /// Compares a tile with what the entries make it.
    fn compare_stored(&mut self, path: &str, expected: &[u8]) -> Result<(), LedgerError> {
        if self.file(path)? != expected {
            self.fault(Fault::File(path.to_owned()));
        }
        Ok(())
    }

    /// Older, narrower forms of a file must be its beginning.
    fn partial_forms(&mut self, full: &str, content: &[u8]) -> Result<(), LedgerError> {
        let folder = partials(full);
        for name in self.reader.store().list(&folder).at("list", &folder)? {
            let is_form = name.bytes().all(|byte| byte.is_ascii_digit());
            let path = format!("{folder}/{name}");
            if !is_form || self.reader.unfolded().contains_key(&path) {
                continue;
            }
            let stored = read_file(self.reader.store(), &path)?.unwrap_or_default();
            if !is_form_of(&name, &stored, content, full) {
                self.fault(Fault::File(path));
            }
        }
        Ok(())
    }

    fn envelopes(&mut self, first: u64, entries: &[&[u8]]) -> Result<(), LedgerError> {
        let mut payloads = Payloads::of(self.reader, first)?;
        for (index, bytes) in (first..).zip(entries) {
            let payload = payloads.next(self.reader, index)?;
            if let Some(time) = plain(index, bytes, &payload) {
                self.report.payloads += 1;
                self.order(time);
                continue;
            }
            match Entry::decode(bytes) {
                Ok(entry) => self.envelope(index, &entry, payload),
                Err(error) => self.fault(Fault::Entry(index, error.to_string())),
            }
        }
        Ok(())
    }

    fn envelope(&mut self, index: u64, entry: &Entry, payload: Found) {
        if index == 0 {
            self.terms(entry);
        }
        self.payload(index, entry, payload);
        if let Some(erased) = erased_by(entry) {
            if self.unrecorded.remove(&erased) {
                self.report.erased += 1;
            } else if self.content == Content::Ledger {
                self.fault(Fault::NotErased(erased));
            }
        }
        if entry.kind == Entry::ROTATION {
            self.rotation(index, entry);
        }
        self.order(entry.time);
    }

    /// Counts the times that go backwards.
    fn order(&mut self, time: Time) {
        if self.newest.is_some_and(|newest| time < newest) {
            self.report.backwards += 1;
        }
        self.newest = self.newest.max(Some(time));
    }

    fn payload(&mut self, index: u64, entry: &Entry, payload: Found) {
        match payload {
            Found::Whole(digest) if digest == entry.digest => self.report.payloads += 1,
            Found::Whole(_) => self.fault(Fault::Payload(index)),
            Found::Erased => drop(self.unrecorded.insert(index)),
            Found::Absent if self.content == Content::WithoutPayloads => self.report.absent += 1,
            Found::Absent => self.fault(Fault::NoPayload(index)),
        }
    }

    fn terms(&mut self, entry: &Entry) {
        let terms = Terms::of(entry);
        let key = terms.as_ref().and_then(|terms| terms.key().ok());
        let origin = &self.reader.tip().checkpoint().origin;
        match key.filter(|key| key.name() == origin) {
            Some(key) => self.keys.all.push(key),
            None => self.fault(Fault::Terms),
        }
        self.report.terms = terms;
    }

    fn rotation(&mut self, index: u64, entry: &Entry) {
        let old = self.keys.all.last();
        match old.and_then(|old| Rotation::of(index, entry, old)) {
            Some(rotation) => {
                self.keys.all.push(rotation.new.clone());
                self.report.rotations.push(rotation);
            }
            None => self.fault(Fault::Rotation(index)),
        }
    }

    fn finish(mut self) -> Result<Report, LedgerError> {
        let edge: Vec<_> = self
            .frontier
            .partial_tiles()
            .filter(|(level, ..)| *level > 0)
            .map(|(level, n, hashes)| (level, n, hashes.len() as u64, flatten(hashes)))
            .collect();
        for (level, n, width, bytes) in edge {
            self.compare_stored(&tile_path(level, n, width), &bytes)?;
            self.partial_forms(&tile_path(level, n, TILE_WIDTH), &bytes)?;
        }
        if self.frontier.root() != self.report.checkpoint.checkpoint().root {
            self.fault(Fault::Root);
        }
        let now = self.reader.size();
        for kept in std::mem::take(&mut self.kept) {
            let size = kept.checkpoint().size;
            self.fault(Fault::Kept { size, now });
        }
        for index in std::mem::take(&mut self.unrecorded) {
            self.fault(Fault::NoPayload(index));
        }
        self.published()?;
        self.signer();
        Ok(self.report)
    }

    /// The published checkpoint must be the journal's newest, or an older one
    /// that a crash left behind; it cannot be anything else.
    fn published(&mut self) -> Result<(), LedgerError> {
        let tip = self.reader.tip();
        let published = read_file(self.reader.store(), CHECKPOINT)?;
        let parsed = published.as_deref().and_then(SignedCheckpoint::parse);
        let is_fine = match (&published, &parsed) {
            (None, _) => true,
            (Some(_), Some(one)) => {
                one.checkpoint().size < tip.checkpoint().size || one.body() == tip.body()
            }
            (Some(_), None) => false,
        };
        if !is_fine {
            self.fault(Fault::Published);
        }
        // The cosignatures are beside the published one.
        if let Some(parsed) = parsed.filter(|one| is_fine && one.body() == tip.body()) {
            self.report.checkpoint = parsed;
        }
        Ok(())
    }

    /// The trusted key must be one of the log's, and the last one must sign.
    fn signer(&mut self) {
        let signer = match self.content {
            Content::Opaque => Some(self.keys.trusted.clone()),
            _ => {
                let is_ours = self.keys.all.contains(&self.keys.trusted);
                self.keys.all.last().filter(|_| is_ours).cloned()
            }
        };
        let checkpoint = &self.report.checkpoint;
        let origin = &checkpoint.checkpoint().origin;
        let signer = signer.filter(|key| checkpoint.signed_by(key) && key.name() == origin);
        if signer.is_none() {
            self.fault(Fault::Signature);
        }
        self.report.signer = signer;
        let trusted = &self.keys.trusted;
        let from = self.keys.all.iter().position(|key| key == trusted);
        self.report
            .rotations
            .drain(..from.unwrap_or(0).min(self.report.rotations.len()));
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

/// The time of an entry of which nothing but that and its payload's digest
/// matters, and whose payload is whole.
fn plain(index: u64, bytes: &[u8], payload: &Found) -> Option<Time> {
    match payload {
        // The first entry holds the terms.
        Found::Whole(digest) if index > 0 => Entry::time_of_plain(bytes, digest),
        _ => None,
    }
}

/// A payload's state.
enum Found {
    Whole(crate::Digest),
    Erased,
    Absent,
}

/// The payloads of one bundle, read in one piece when that is small.
struct Payloads {
    path: String,
    whole: Option<Vec<u8>>,
    at: u64,
    size: Option<u64>,
}

impl Payloads {
    fn of<S: Store>(reader: &Reader<'_, S>, first: u64) -> Result<Self, LedgerError> {
        let path = payload_path(first / TILE_WIDTH);
        let size = reader.store().size(&path).at("read", &path)?;
        let small = size.filter(|size| *size <= WHOLE);
        let whole = small.map(|size| {
            let length = usize::try_from(size).unwrap_or(0);
            reader.store().read(&path, 0, length).at("read", &path)
        });
        Ok(Self {
            path,
            whole: whole.transpose()?,
            at: 0,
            size,
        })
    }

    fn next<S: Store>(&mut self, reader: &Reader<'_, S>, index: u64) -> Result<Found, LedgerError> {
        if index >= reader.base() {
            let digest = reader.payload(index)?.digest();
            return Ok(digest.map_or(Found::Erased, Found::Whole));
        }
        if self.size.is_none_or(|size| self.at >= size) {
            return Ok(Found::Absent);
        }
        let decoded = match &self.whole {
            Some(whole) => {
                let from = usize::try_from(self.at).unwrap_or(usize::MAX);
                Payload::digest_at(whole.get(from..).unwrap_or_default())
            }
            None => {
                let bytes = reader.store().read(&self.path, self.at, MAX_PAYLOAD + 64);
                Payload::digest_at(&bytes.at("read", &self.path)?)
            }
        };
        let (digest, length) = decoded.ok_or_else(|| {
            LedgerError::damaged(&self.path, format!("no record at byte {}", self.at))
        })?;
        self.at += length;
        Ok(digest.map_or(Found::Erased, Found::Whole))
    }
}
