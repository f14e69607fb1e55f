//! The yardstick: inflating every file of an archive with libdeflate, whole,
//! into one reused buffer, and looking at nothing, or hashing it.

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use libdeflater::Decompressor;
use ring::digest::{SHA256, digest};

/// Inflates the gzip files below a folder and prints how many bytes that made.
pub(crate) fn run(folder: &Path) -> Result<()> {
    let mut decompressor = Decompressor::new();
    let mut buffer = Vec::new();
    let mut total = 0;
    for path in gzip_files(folder)? {
        total += inflate(&path, &mut decompressor, &mut buffer)?.len();
    }
    println!("{total}");
    Ok(())
}

/// Inflates the gzip files below a folder and hashes each with SHA-256: what a
/// verification cannot do without. Prints how many bytes that made.
pub(crate) fn run_hashed(folder: &Path) -> Result<()> {
    let mut decompressor = Decompressor::new();
    let mut buffer = Vec::new();
    let mut total = 0;
    for path in gzip_files(folder)? {
        let content = inflate(&path, &mut decompressor, &mut buffer)?;
        total += content.len();
        black_box(digest(&SHA256, content));
    }
    println!("{total}");
    Ok(())
}

/// Inflates one gzip file of one member into the front of `buffer`.
pub(crate) fn inflate<'b>(
    path: &Path,
    decompressor: &mut Decompressor,
    buffer: &'b mut Vec<u8>,
) -> Result<&'b [u8]> {
    let stored = fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let size = declared_size(&stored);
    if buffer.len() < size {
        buffer.resize(size, 0);
    }
    let count = decompressor
        .gzip_decompress(&stored, buffer)
        .with_context(|| format!("cannot inflate `{}`", path.display()))?;
    buffer.get(..count).context("more bytes than room")
}

/// The size that the last four bytes declare (RFC 1952, 2.3.1).
pub(crate) fn declared_size(stored: &[u8]) -> usize {
    let size = stored
        .last_chunk()
        .map_or(0, |last| u32::from_le_bytes(*last));
    usize::try_from(size).unwrap_or(usize::MAX)
}

/// The `.gz` files below a folder, sorted.
pub(crate) fn gzip_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).with_context(|| format!("cannot list `{}`", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else if entry.path().extension().is_some_and(|e| e == "gz") {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}
