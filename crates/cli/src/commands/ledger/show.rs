//! `gardefou ledger show`

use gardefou_finding::ExitStatus;
use gardefou_host::{LedgerFolder, write_atomically};
use gardefou_ledger::{Entry, Payload, Reader, TILE_WIDTH};
use serde_json::{Value, json};

use super::args::{Form, Show};
use super::{Error, escaped, put};

/// Bytes of a payload that are shown.
const SHOWN: usize = 64 << 10;

/// Lists entries, or shows one.
pub(crate) fn run(options: &Show) -> Result<ExitStatus, Error> {
    let folder = LedgerFolder::new(&options.folder.dir);
    let reader = Reader::open(&folder)?;
    match options.entry {
        Some(index) => one(options, &reader, index)?,
        None => list(options, &reader)?,
    }
    Ok(ExitStatus::Clean)
}

fn one(options: &Show, reader: &Reader<'_, LedgerFolder>, index: u64) -> Result<(), Error> {
    let entry = Entry::decode(&reader.entry(index)?)?;
    let payload = reader.payload(index)?;
    if let (Some(path), Payload::Present { bytes, .. }) = (&options.payload_to, &payload) {
        write_atomically(path, bytes).map_err(|error| Error::file(path, error))?;
    }
    match options.format {
        Form::Json => {
            let mut value = as_json(index, &entry);
            if let Some(fields) = value.as_object_mut() {
                fields.insert("payload".to_owned(), payload_json(&payload));
            }
            put(&format!("{value}\n"))
        }
        Form::Text => put(&details(index, &entry, &payload)),
    }
}

fn payload_json(payload: &Payload) -> Value {
    match payload {
        Payload::Erased => json!({"state": "erased"}),
        Payload::Present { bytes, .. } => match std::str::from_utf8(bytes) {
            Ok(text) => json!({"state": "present", "text": text}),
            Err(_) => json!({"state": "present", "hex": hex::encode(bytes)}),
        },
    }
}

fn details(index: u64, entry: &Entry, payload: &Payload) -> String {
    let mut text = format!(
        "entry    {index}\ntime     {}\nactor    {}\nkind     {}\nsubject  {}\ndigest   {}\n",
        entry.time,
        escaped(&entry.actor),
        entry.kind,
        escaped(&entry.subject),
        entry.digest,
    );
    if let Some(statement) = &entry.statement {
        text.push_str("states\n");
        indent(&mut text, statement);
    }
    match payload {
        Payload::Erased => text.push_str("payload  erased\n"),
        Payload::Present { bytes, .. } => {
            text.push_str(&format!("payload  {} bytes\n", bytes.len()));
            let shown = bytes.get(..SHOWN).unwrap_or(bytes);
            indent(&mut text, &String::from_utf8_lossy(shown));
            if shown.len() < bytes.len() {
                text.push_str("    … (--payload-to FILE writes all of it)\n");
            }
        }
    }
    text
}

fn indent(text: &mut String, block: &str) {
    for line in block.lines() {
        text.push_str("    ");
        text.push_str(&escaped(line));
        text.push('\n');
    }
}

fn list(options: &Show, reader: &Reader<'_, LedgerFolder>) -> Result<(), Error> {
    for n in 0..reader.size().div_ceil(TILE_WIDTH) {
        let mut text = String::new();
        for (index, bytes) in (n * TILE_WIDTH..).zip(reader.bundle(n)?) {
            let entry = Entry::decode(&bytes)?;
            if is_wanted(options, &entry) {
                text.push_str(&line(options.format, index, &entry));
            }
        }
        put(&text)?;
    }
    Ok(())
}

fn is_wanted(options: &Show, entry: &Entry) -> bool {
    let same =
        |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|one| one == found);
    let seconds = entry.time.seconds();
    same(&options.kind, &entry.kind)
        && same(&options.actor, &entry.actor)
        && options
            .subject
            .as_deref()
            .is_none_or(|part| entry.subject.contains(part))
        && options.since.is_none_or(|since| since.seconds() <= seconds)
        && options.until.is_none_or(|until| seconds < until.seconds())
}

fn line(format: Form, index: u64, entry: &Entry) -> String {
    match format {
        Form::Json => format!("{}\n", as_json(index, entry)),
        Form::Text => format!(
            "{index:>8}  {}  {:<16} {:<20} {}\n",
            entry.time,
            entry.kind,
            escaped(&entry.actor),
            escaped(&entry.subject)
        ),
    }
}

fn as_json(index: u64, entry: &Entry) -> Value {
    json!({
        "index": index,
        "time": entry.time,
        "actor": entry.actor,
        "kind": entry.kind,
        "subject": entry.subject,
        "digest": entry.digest,
        "statement": entry.statement,
    })
}
