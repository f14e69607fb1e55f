//! The ledger as a plan's journal.

use std::path::Path;

use gardefou_contain::{Journal, Record, What};
use gardefou_finding::Plan;
use gardefou_host::{LedgerFolder, LedgerLock, user_name};
use gardefou_ledger::{Entry, LedgerError, Payload, Reader, SecretKey, Writer, WriterState};

use super::args::LedgerChoice;
use crate::commands::Error;
use crate::commands::ledger::{append_entry, lock, secret_of};

/// How the kinds of a plan's entries begin.
const KIND: &str = "containment/";
/// The rest of the kind of the entry that holds the plan.
const PLAN: &str = "plan";

/// A ledger that this process alone writes until it is dropped: two runs of
/// one plan exclude each other.
pub(super) struct LedgerJournal<'d> {
    folder: LedgerFolder,
    _lock: LedgerLock,
    secret: SecretKey,
    state: Option<WriterState>,
    dir: &'d Path,
    actor: String,
}

impl<'d> LedgerJournal<'d> {
    /// Takes the right to write, and waits for it.
    pub(super) fn open(choice: &'d LedgerChoice) -> Result<Self, Error> {
        let dir = choice.ledger.as_path();
        let secret = secret_of(choice.ledger_key.clone(), dir)?;
        let folder = LedgerFolder::new(dir);
        let lock = lock(&folder, dir)?;
        Ok(Self {
            folder,
            _lock: lock,
            secret,
            state: None,
            dir,
            actor: user_name(),
        })
    }

    /// The records of the plan so far.
    pub(super) fn records(&self, digest: &str) -> Result<Vec<Record>, Error> {
        records(self.dir, digest)
    }

    /// Keeps the plan itself, once.
    pub(super) fn keep_plan(&mut self, plan: &Plan, digest: &str) -> Result<(), Error> {
        let kind = format!("{KIND}{PLAN}");
        if has(self.dir, &kind, digest)? {
            return Ok(());
        }
        let payload = serde_json::to_vec(plan).unwrap_or_default();
        self.append(&kind, digest, payload)
    }

    /// Writes tiles and checkpoint for others to read.
    pub(super) fn publish(&mut self) -> Result<(), Error> {
        let state = self.state.take();
        let mut writer = Writer::resume(&self.folder, &self.secret, state)?;
        writer.publish()?;
        self.state = Some(writer.suspend());
        Ok(())
    }

    fn append(&mut self, kind: &str, subject: &str, payload: Vec<u8>) -> Result<(), Error> {
        let entry = append_entry(kind, subject, &self.actor, payload)?;
        let state = self.state.take();
        let mut writer = Writer::resume(&self.folder, &self.secret, state)?;
        writer.append(vec![entry])?;
        self.state = Some(writer.suspend());
        Ok(())
    }
}

impl Journal for LedgerJournal<'_> {
    fn record(&mut self, record: &Record) -> Result<(), String> {
        let kind = format!("{KIND}{}", word(&record.what));
        // What is in the envelope stays for ever: the digest and the step's
        // number and kind name nobody.
        let subject = format!("{} {}", record.plan, record.step);
        let payload = serde_json::to_vec(record).map_err(|error| error.to_string())?;
        self.append(&kind, &subject, payload)
            .map_err(|error| error.lines().join("; "))
    }
}

fn word(what: &What) -> &'static str {
    match what {
        What::Saved { .. } => "saved",
        What::Intent { .. } => "intent",
        What::Outcome { .. } => "outcome",
        What::Settled { .. } => "settled",
        What::Reached { .. } => "reached",
        What::Already => "already",
        What::Reopened { .. } => "reopened",
        What::Undone { .. } => "undone",
    }
}

/// The records of a plan in a ledger.
///
/// # Errors
/// A ledger that cannot be read, or a record whose payload is erased or is
/// none: nobody can go on from what is not known.
pub(super) fn records(dir: &Path, digest: &str) -> Result<Vec<Record>, Error> {
    let folder = LedgerFolder::new(dir);
    let reader = Reader::open(&folder)?;
    let mut records = Vec::new();
    each(&reader, |index, entry| {
        let Some(kind) = entry.kind.strip_prefix(KIND) else {
            return Ok(());
        };
        if kind == PLAN || !entry.subject.starts_with(digest) {
            return Ok(());
        }
        let Payload::Present { bytes, .. } = reader.payload(index)? else {
            return Err(unreadable(index, "its payload was erased"));
        };
        let record = serde_json::from_slice(&bytes)
            .map_err(|error| unreadable(index, &error.to_string()))?;
        records.push(record);
        Ok(())
    })?;
    Ok(records)
}

fn has(dir: &Path, kind: &str, subject: &str) -> Result<bool, Error> {
    let folder = LedgerFolder::new(dir);
    let reader = Reader::open(&folder)?;
    let mut found = false;
    each(&reader, |_, entry| {
        found |= entry.kind == kind && entry.subject == subject;
        Ok(())
    })?;
    Ok(found)
}

fn each(
    reader: &Reader<'_, LedgerFolder>,
    mut look: impl FnMut(u64, &Entry) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut index = 0;
    for bundle in 0..reader.bundles() {
        for entry in reader.bundle(bundle)? {
            look(index, &Entry::decode(&entry).map_err(LedgerError::from)?)?;
            index += 1;
        }
    }
    Ok(())
}

fn unreadable(index: u64, why: &str) -> Error {
    Error::Aws(format!("entry {index} of the ledger cannot be read: {why}"))
}
