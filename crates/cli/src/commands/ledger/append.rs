//! `gardefou ledger append`

use std::path::Path;

use gardefou_finding::ExitStatus;
use gardefou_host::{LedgerFolder, Lines, random, read_limited};
use gardefou_ledger::{
    BATCH_BYTES, BATCH_ENTRIES, MAX_PAYLOAD, NewEntry, Receipt, SecretKey, Writer, WriterState,
};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::args::{Append, Form};
use super::{Error, actor, lock, put, secret, time_now};

/// One line of NDJSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'l> {
    kind: String,
    #[serde(default)]
    subject: String,
    actor: Option<String>,
    /// Stored as it is spelled.
    #[serde(borrow, default)]
    payload: Option<&'l RawValue>,
}

/// Appends one entry, or one for each line.
pub(crate) fn run(options: &Append) -> Result<ExitStatus, Error> {
    let secret = secret(&options.key, &options.folder.dir)?;
    let mut target = Target::new(&options.folder.dir, secret);
    if options.ndjson {
        return lines(options, &mut target);
    }
    let payload = read_limited(&options.file, MAX_PAYLOAD)
        .map_err(|error| Error::file(&options.file, error))?;
    let kind = options.kind.as_deref().unwrap_or_default();
    let entry = entry(kind, &options.subject, &actor(&options.actor), payload)?;
    let receipt = target.append(vec![entry], true)?;
    put(&told(options.format, &receipt))?;
    Ok(ExitStatus::Clean)
}

pub(super) fn entry(
    kind: &str,
    subject: &str,
    actor: &str,
    payload: Vec<u8>,
) -> Result<NewEntry, Error> {
    let salt = random().map_err(Error::randomness)?;
    Ok(NewEntry::new(
        time_now()?,
        actor,
        kind,
        subject,
        payload,
        salt,
    )?)
}

/// Appends line after line, in batches; each batch is told when it is durable.
fn lines(options: &Append, target: &mut Target<'_>) -> Result<ExitStatus, Error> {
    let wrong = |error| Error::file(&options.file, error);
    let mut lines = Lines::open(&options.file, MAX_PAYLOAD + (64 << 10)).map_err(wrong)?;
    let default = actor(&options.actor);
    let mut number = 0u64;
    let mut is_open = true;
    while is_open {
        let mut batch = Vec::new();
        let mut bytes = 0;
        while batch.len() < BATCH_ENTRIES && bytes < BATCH_BYTES {
            let Some(line) = lines.next_line().map_err(wrong)? else {
                is_open = false;
                break;
            };
            number += 1;
            bytes += line.len();
            batch.push(from_line(&line, &default).map_err(|error| error.in_line(number))?);
        }
        if !batch.is_empty() {
            let receipt = target.append(batch, !is_open)?;
            put(&told(options.format, &receipt))?;
        }
    }
    target.publish()?;
    Ok(ExitStatus::Clean)
}

fn from_line(line: &[u8], default: &str) -> Result<NewEntry, Error> {
    let line: Line<'_> =
        serde_json::from_slice(line).map_err(|error| Error::Usage(error.to_string()))?;
    let payload = line.payload.map_or("", RawValue::get).as_bytes().to_vec();
    let actor = line.actor.as_deref().unwrap_or(default);
    entry(&line.kind, &line.subject, actor, payload)
}

/// A ledger that several processes may append to: the lock is held for a batch
/// at a time, and what others wrote in between is read.
pub(super) struct Target<'d> {
    folder: LedgerFolder,
    dir: &'d Path,
    secret: SecretKey,
    state: Option<WriterState>,
}

impl<'d> Target<'d> {
    /// Nothing is opened yet.
    pub(super) fn new(dir: &'d Path, secret: SecretKey) -> Self {
        Self {
            folder: LedgerFolder::new(dir),
            dir,
            secret,
            state: None,
        }
    }

    /// Appends a batch; when this returns, it is durable.
    pub(super) fn append(&mut self, batch: Vec<NewEntry>, is_last: bool) -> Result<Receipt, Error> {
        let _lock = lock(&self.folder, self.dir)?;
        let mut writer = Writer::resume(&self.folder, &self.secret, self.state.take())?;
        let receipt = writer.append(batch)?;
        if is_last {
            writer.publish()?;
        }
        self.state = Some(writer.suspend());
        Ok(receipt)
    }

    /// Writes tiles and checkpoint for others to read, when anything was appended.
    fn publish(&mut self) -> Result<(), Error> {
        let Some(state) = self.state.take() else {
            return Ok(());
        };
        let _lock = lock(&self.folder, self.dir)?;
        Ok(Writer::resume(&self.folder, &self.secret, Some(state))?.publish()?)
    }
}

fn told(format: Form, receipt: &Receipt) -> String {
    let Receipt { first, checkpoint } = receipt;
    let last = checkpoint.size.saturating_sub(1);
    match format {
        Form::Json => format!(
            "{}\n",
            serde_json::json!({
                "first": first,
                "last": last,
                "size": checkpoint.size,
                "root": checkpoint.root.to_string(),
            })
        ),
        Form::Text if *first == last => {
            format!(
                "entry {first}; {} entries, root {}\n",
                checkpoint.size, checkpoint.root
            )
        }
        Form::Text => format!(
            "entries {first} to {last}; {} entries, root {}\n",
            checkpoint.size, checkpoint.root
        ),
    }
}
