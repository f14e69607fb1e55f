//! The whole log, judged with nothing but a public key.
//!
//! Every entry is hashed again; every stored tile, payload and older partial
//! form is compared with what it must be. What is found wrong is a [`Fault`];
//! what could not be read is an error. What a lone log cannot show by itself
//! (that its tail was not cut off, that it was not replaced whole) is said by
//! how far kept checkpoints and witnesses reach.

use std::collections::BTreeSet;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, Scope};

use tlog_tiles::Hash;

use crate::error::At as _;
use crate::examine::{Examined, Examinee, Examiner, Files};
use crate::frontier::flatten;
use crate::layout::{TILE_WIDTH, tile_path};
use crate::payload_file::Found;
use crate::tail::read_file;
use crate::writer::erased_by;
use crate::{
    CHECKPOINT, Entry, Frontier, LedgerError, Reader, Rotation, SignedCheckpoint, Store, Terms,
    Time, VerifierKey,
};

/// Faults that are listed one by one; more are counted.
const MAX_FAULTS: usize = 100;

/// Bundles that a thread examines before they are wanted.
const AHEAD: usize = 4;

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
    let mut examiner = Examiner::new(reader, content);
    for n in 0..reader.bundles() {
        run.bundle(n, examiner.bundle(n)?)?;
    }
    run.finish()
}

/// The same on several threads at once, for stores that can be read so.
///
/// # Errors
/// Those of [`verify`]; when a thread cannot be started.
pub fn verify_on<S: Store + Sync>(
    threads: NonZeroUsize,
    reader: &Reader<'_, S>,
    trusted: &VerifierKey,
    content: Content,
    kept: Vec<SignedCheckpoint>,
) -> Result<Report, LedgerError> {
    let mut run = Run::new(reader, trusted, content, kept)?;
    thread::scope(|scope| {
        let queues = (0..threads.get() as u64).map(|first| {
            let turns = (first..reader.bundles()).step_by(threads.get());
            examine_apart(scope, reader, content, turns)
        });
        let queues = queues.collect::<Result<Vec<_>, _>>()?;
        for (n, queue) in (0..reader.bundles()).zip(queues.iter().cycle()) {
            // A thread ends early by a panic only, which the scope passes on.
            let ended = |_| std::io::Error::other("a thread ended early");
            let examined = queue.recv().map_err(ended).at("verify", CHECKPOINT)?;
            run.bundle(n, examined?)?;
        }
        Ok::<(), LedgerError>(())
    })?;
    run.finish()
}

/// Starts a thread that examines these bundles, some ahead of who takes them.
fn examine_apart<'scope, S: Store + Sync>(
    scope: &'scope Scope<'scope, '_>,
    reader: &'scope Reader<'_, S>,
    content: Content,
    mut bundles: impl Iterator<Item = u64> + Send + 'scope,
) -> Result<Receiver<Result<Examined, LedgerError>>, LedgerError> {
    let (sender, queue) = sync_channel(AHEAD);
    let work = move || {
        let mut examiner = Examiner::new(reader, content);
        // Nobody listens any more when an error ended the verification.
        let _ = bundles.try_for_each(|n| sender.send(examiner.bundle(n)));
    };
    let thread = thread::Builder::new().spawn_scoped(scope, work);
    thread.at("start a thread for", CHECKPOINT)?;
    Ok(queue)
}

/// A verification under way.
struct Run<'r, 's, S> {
    reader: &'r Reader<'s, S>,
    content: Content,
    files: Files<'r, 's, S>,
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
            files: Files::new(reader),
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

    /// Takes the next bundle.
    fn bundle(&mut self, n: u64, examined: Examined) -> Result<(), LedgerError> {
        self.take(examined.faults);
        for leaf in examined.leaves {
            self.grow(leaf)?;
        }
        for (index, entry) in (n * TILE_WIDTH..).zip(examined.entries) {
            match entry {
                Examinee::Plain(time) => {
                    self.report.payloads += 1;
                    self.order(time);
                }
                Examinee::Other(entry, payload) => match *entry {
                    Ok(entry) => self.envelope(index, &entry, payload),
                    Err(error) => self.fault(Fault::Entry(index, error.to_string())),
                },
            }
        }
        Ok(())
    }

    fn take_files(&mut self) {
        let faults = std::mem::take(&mut self.files.faults);
        self.take(faults);
    }

    fn take(&mut self, faults: Vec<Fault>) {
        faults.into_iter().for_each(|fault| self.fault(fault));
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
            self.files.compare(&path, &bytes)?;
            self.files.partial_forms(&path, &bytes)?;
        }
        self.take_files();
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
            self.files.compare(&tile_path(level, n, width), &bytes)?;
            self.files
                .partial_forms(&tile_path(level, n, TILE_WIDTH), &bytes)?;
        }
        self.take_files();
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
