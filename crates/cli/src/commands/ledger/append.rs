//! `gardefou ledger append`

use std::path::Path;

use gardefou_finding::ExitStatus;
use gardefou_host::{LedgerFolder, LedgerLock, Lines, random, read_limited};
use gardefou_ledger::{
    BATCH_BYTES, BATCH_ENTRIES, MAX_PAYLOAD, NewEntry, Receipt, SecretKey, Writer,
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
    let folder = LedgerFolder::new(&options.folder.dir);
    let mut target = Target {
        folder: &folder,
        dir: &options.folder.dir,
        secret,
        writer: None,
    };
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

fn entry(kind: &str, subject: &str, actor: &str, payload: Vec<u8>) -> Result<NewEntry, Error> {
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
            let Some(line) = lines.next().map_err(wrong)? else {
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
struct Target<'f> {
    folder: &'f LedgerFolder,
    dir: &'f Path,
    secret: SecretKey,
    writer: Option<Writer<'f, LedgerFolder>>,
}

impl<'f> Target<'f> {
    fn append(&mut self, batch: Vec<NewEntry>, is_last: bool) -> Result<Receipt, Error> {
        let _lock = self.open()?;
        let writer = self.writer.as_mut().ok_or_else(Error::not_opened)?;
        let receipt = writer.append(batch)?;
        if is_last {
            writer.publish()?;
        }
        Ok(receipt)
    }

    /// Writes tiles and checkpoint for others to read, when anything was appended.
    fn publish(&mut self) -> Result<(), Error> {
        if self.writer.is_none() {
            return Ok(());
        }
        let _lock = self.open()?;
        let writer = self.writer.as_mut().ok_or_else(Error::not_opened)?;
        Ok(writer.publish()?)
    }

    fn open(&mut self) -> Result<LedgerLock, Error> {
        let lock = lock(self.folder, self.dir)?;
        let is_current = match &self.writer {
            Some(writer) => writer.is_current()?,
            None => false,
        };
        if !is_current {
            self.writer = Some(Writer::open(self.folder, &self.secret)?);
        }
        Ok(lock)
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
