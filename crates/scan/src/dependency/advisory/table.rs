//! The file of advisories, read: the index at once, blocks as they are asked for.

use std::io::{self, Read};
use std::sync::{Arc, Mutex};

use flate2::read::ZlibDecoder;

use super::entry::Entry;
use super::write::{Head, Index, MAGIC, TRAILER};
use crate::dependency::Ecosystem;

/// Most bytes of the index or a block, inflated.
const MAX_INFLATED: u64 = 256 << 20;
/// Most stored bytes of the index or a block.
const MAX_STORED: u64 = 256 << 20;

/// Why a file of advisories cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// It cannot be read.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It is no such file.
    #[error("no file of advisories, or of another version")]
    Foreign,
    /// It is damaged.
    #[error("the file of advisories is damaged")]
    Damaged,
}

/// Bytes of a file by their place.
pub trait Pages: Send + Sync {
    /// Length of the file in bytes.
    fn length(&self) -> u64;

    /// The bytes from `offset` on.
    ///
    /// # Errors
    /// The system's, or when the file ends before.
    fn read(&self, offset: u64, length: usize) -> io::Result<Vec<u8>>;
}

impl Pages for Vec<u8> {
    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn read(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let start = usize::try_from(offset).ok();
        let range = start.and_then(|start| Some(start..start.checked_add(length)?));
        let bytes = range.and_then(|range| self.get(range));
        bytes
            .map(<[u8]>::to_vec)
            .ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}

/// Advisories of every package, in a file.
pub struct Advisories {
    pages: Box<dyn Pages>,
    index: Index,
    /// The block that was read last: packages are asked for in order.
    last: Mutex<Option<(usize, Arc<String>)>>,
}

impl std::fmt::Debug for Advisories {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Advisories")
            .field("head", &self.index.head)
            .finish_non_exhaustive()
    }
}

impl Advisories {
    /// Reads the index.
    ///
    /// # Errors
    /// When it cannot be read, is no such file, or is damaged.
    pub fn open(pages: Box<dyn Pages>) -> Result<Self, TableError> {
        let length = pages.length();
        let least = MAGIC.len() as u64 + TRAILER;
        if length < least || pages.read(0, MAGIC.len())? != MAGIC {
            return Err(TableError::Foreign);
        }
        let trailer = pages.read(length - TRAILER, 20)?;
        let (place, sum) = trailer.split_at_checked(16).ok_or(TableError::Damaged)?;
        let (offset, size) = place.split_at_checked(8).ok_or(TableError::Damaged)?;
        let number = |bytes: &[u8]| bytes.try_into().map(u64::from_le_bytes);
        let offset = number(offset).map_err(|_| TableError::Damaged)?;
        let size = number(size).map_err(|_| TableError::Damaged)?;
        let sum = sum
            .try_into()
            .map(u32::from_le_bytes)
            .map_err(|_| TableError::Damaged)?;
        let bytes = stored(&*pages, offset, size, sum)?;
        let index = serde_json::from_slice(&bytes).map_err(|_| TableError::Damaged)?;
        Ok(Self {
            pages,
            index,
            last: Mutex::new(None),
        })
    }

    /// What the file says of itself.
    pub fn head(&self) -> &Head {
        &self.index.head
    }

    /// The advisories of a package, whatever its version.
    ///
    /// # Errors
    /// When the file cannot be read or is damaged.
    pub fn of(&self, ecosystem: Ecosystem, name: &str) -> Result<Vec<Entry>, TableError> {
        let key = format!("{}/{}", ecosystem.word(), ecosystem.normal(name));
        let after = self
            .index
            .blocks
            .partition_point(|block| block.first <= key);
        let Some(number) = after.checked_sub(1) else {
            return Ok(Vec::new());
        };
        let text = self.block(number)?;
        let lines = text.lines().filter_map(|line| line.split_once('\t'));
        let own = lines.filter(|(found, _)| *found == key);
        own.map(|(_, json)| serde_json::from_str(json).map_err(|_| TableError::Damaged))
            .collect()
    }

    fn block(&self, number: usize) -> Result<Arc<String>, TableError> {
        let mut last = self.last.lock().map_err(|_| TableError::Damaged)?;
        if let Some((_, text)) = last.as_ref().filter(|(known, _)| *known == number) {
            return Ok(Arc::clone(text));
        }
        let block = self.index.blocks.get(number).ok_or(TableError::Damaged)?;
        let bytes = stored(&*self.pages, block.offset, block.length, block.sum)?;
        let text = String::from_utf8(bytes).map_err(|_| TableError::Damaged)?;
        let text = Arc::new(text);
        *last = Some((number, Arc::clone(&text)));
        Ok(text)
    }
}

/// Reads, checks and inflates what is stored at a place.
fn stored(pages: &dyn Pages, offset: u64, length: u64, sum: u32) -> Result<Vec<u8>, TableError> {
    let end = offset.checked_add(length).ok_or(TableError::Damaged)?;
    if length > MAX_STORED || end > pages.length() {
        return Err(TableError::Damaged);
    }
    let length = usize::try_from(length).map_err(|_| TableError::Damaged)?;
    let bytes = pages.read(offset, length)?;
    if crc32fast::hash(&bytes) != sum {
        return Err(TableError::Damaged);
    }
    let mut out = Vec::new();
    let mut inflater = ZlibDecoder::new(bytes.as_slice()).take(MAX_INFLATED + 1);
    inflater
        .read_to_end(&mut out)
        .map_err(|_| TableError::Damaged)?;
    if out.len() as u64 > MAX_INFLATED {
        return Err(TableError::Damaged);
    }
    Ok(out)
}
