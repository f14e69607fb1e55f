//! The file of advisories, written: entries in order of their package, in
//! compressed blocks with an index behind them.
//!
//! ```text
//! gardefou.advisories/1 LF
//! block …                zlib: lines `ecosystem/name TAB entry`, sorted
//! index                  zlib: JSON {head, blocks: [first key, offset, length, CRC-32]}
//! trailer                offset and length of the index (u64 LE each), CRC-32 (u32 LE)
//! ```
//!
//! The same records give the same bytes, in whatever order they come.

use std::collections::{BTreeSet, HashMap};
use std::io::{self, Write};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use gardefou_finding::Timestamp;
use serde::{Deserialize, Serialize};

use super::entry::Class;
use super::osv::{OsvError, Record};

/// First bytes of the file, and its version.
pub(super) const MAGIC: &[u8] = b"gardefou.advisories/1\n";
/// Bytes of the trailer.
pub(super) const TRAILER: u64 = 20;
/// Bytes of lines from which on a block is closed.
const BLOCK: usize = 16 << 10;

/// What a file of advisories says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// What it was made of.
    pub sources: BTreeSet<String>,
    /// When the newest record was changed: as old as this the file is.
    pub newest: Option<Timestamp>,
    /// Records read, withdrawn ones included.
    pub records: u64,
    /// Records that were withdrawn, and are left out.
    pub withdrawn: u64,
    /// Records that came more than once.
    pub repeated: u64,
    /// Entries about malicious packages.
    pub malicious: u64,
    /// Entries about weaknesses, and notices.
    pub vulnerable: u64,
    /// Affected packages of ecosystems that are not read.
    pub foreign: u64,
    /// Records that could not be read.
    pub failed: u64,
}

/// Place of a block.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Block {
    /// The first key in it.
    pub(super) first: String,
    /// Offset in the file.
    pub(super) offset: u64,
    /// Bytes as stored.
    pub(super) length: u64,
    /// CRC-32 of the stored bytes.
    pub(super) sum: u32,
}

/// What lies behind the blocks.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Index {
    pub(super) head: Head,
    pub(super) blocks: Vec<Block>,
}

/// One line, before it is known whether it stays.
struct Line {
    key: String,
    id: String,
    modified: Timestamp,
    class: Class,
    json: String,
}

/// Takes records one by one.
#[derive(Default)]
pub struct Builder {
    head: Head,
    lines: Vec<Line>,
    /// Newest known change of each record, and whether it was withdrawn then.
    newest: HashMap<String, (Timestamp, bool)>,
}

impl Builder {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Names a source that records come from.
    pub fn source(&mut self, name: &str) {
        self.head.sources.insert(name.to_owned());
    }

    /// Adds a record of JSON.
    ///
    /// # Errors
    /// When it is none; it is counted, and the file will say so.
    pub fn add(&mut self, bytes: &[u8]) -> Result<(), OsvError> {
        let record = Record::parse(bytes).inspect_err(|_| self.head.failed += 1)?;
        self.head.records += 1;
        self.head.foreign += record.foreign;
        self.head.newest = self.head.newest.max(Some(record.modified));
        let stands = (record.modified, record.is_withdrawn);
        let repeated = self.newest.get(&record.id).copied();
        self.head.repeated += u64::from(repeated.is_some());
        if repeated.is_none_or(|known| known < stands) {
            self.newest.insert(record.id.clone(), stands);
        }
        if record.is_withdrawn {
            return Ok(());
        }
        for (ecosystem, name, entry) in record.entries {
            self.lines.push(Line {
                key: format!("{}/{name}", ecosystem.word()),
                id: record.id.clone(),
                modified: record.modified,
                class: entry.class,
                json: serde_json::to_string(&entry)?,
            });
        }
        Ok(())
    }

    /// Counts something that should have been a record and could not be read.
    pub fn fail(&mut self) {
        self.head.failed += 1;
    }

    /// Writes the file.
    ///
    /// # Errors
    /// The writer's.
    pub fn finish(mut self, out: &mut impl Write) -> io::Result<Head> {
        let newest = std::mem::take(&mut self.newest);
        let mut lines = std::mem::take(&mut self.lines);
        lines.retain(|line| newest.get(&line.id) == Some(&(line.modified, false)));
        lines.sort_unstable_by(|a, b| (&a.key, &a.id, &a.json).cmp(&(&b.key, &b.id, &b.json)));
        lines.dedup_by(|a, b| (&a.key, &a.json) == (&b.key, &b.json));
        let malicious = lines
            .iter()
            .filter(|line| line.class == Class::Malicious)
            .count() as u64;
        self.head.malicious = malicious;
        self.head.vulnerable = lines.len() as u64 - malicious;
        self.head.withdrawn = newest.values().filter(|(_, withdrawn)| *withdrawn).count() as u64;
        out.write_all(MAGIC)?;
        let mut writer = Blocks {
            out,
            offset: MAGIC.len() as u64,
            blocks: Vec::new(),
        };
        writer.all(&lines)?;
        writer.end(self.head)
    }
}

struct Blocks<'a, W> {
    out: &'a mut W,
    offset: u64,
    blocks: Vec<Block>,
}

impl<W: Write> Blocks<'_, W> {
    /// Writes the lines in blocks; a key's lines stay together.
    fn all(&mut self, lines: &[Line]) -> io::Result<()> {
        let mut text = String::new();
        let mut first: &str = "";
        for group in lines.chunk_by(|a, b| a.key == b.key) {
            for line in group {
                if text.is_empty() {
                    first = &line.key;
                }
                text.extend([&line.key, "\t", &line.json, "\n"]);
            }
            if text.len() >= BLOCK {
                self.block(first, &text)?;
                text.clear();
            }
        }
        if text.is_empty() {
            return Ok(());
        }
        self.block(first, &text)
    }

    fn block(&mut self, first: &str, text: &str) -> io::Result<()> {
        let stored = deflated(text.as_bytes())?;
        self.out.write_all(&stored)?;
        self.blocks.push(Block {
            first: first.to_owned(),
            offset: self.offset,
            length: stored.len() as u64,
            sum: crc32fast::hash(&stored),
        });
        self.offset += stored.len() as u64;
        Ok(())
    }

    fn end(self, head: Head) -> io::Result<Head> {
        let index = Index {
            head,
            blocks: self.blocks,
        };
        let stored = deflated(&serde_json::to_vec(&index)?)?;
        self.out.write_all(&stored)?;
        self.out.write_all(&self.offset.to_le_bytes())?;
        self.out.write_all(&(stored.len() as u64).to_le_bytes())?;
        self.out
            .write_all(&crc32fast::hash(&stored).to_le_bytes())?;
        Ok(index.head)
    }
}

fn deflated(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}
