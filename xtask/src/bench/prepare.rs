//! What the benchmark reads: archives, events one a line, rules in one folder.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use gardefou_testkit::Config;
use libdeflater::Decompressor;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::inflate::{gzip_files, inflate};
use super::options::Options;
use crate::sample;

/// Seed of the archive.
const SEED: u64 = 2025;

/// Paths and sizes of what was prepared.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    /// The large archive.
    pub(crate) large: Part,
    /// A part of its files, evenly spread over its time.
    pub(crate) small: Part,
    /// Events of the small archive, one a line.
    pub(crate) lines: PathBuf,
    /// Events in `lines`.
    pub(crate) line_events: u64,
    /// Our rules and the others', for `rsigma`.
    pub(crate) rules: PathBuf,
}

/// An archive on disk.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) folder: PathBuf,
    pub(crate) files: usize,
    pub(crate) events: u64,
    /// Inflated bytes.
    pub(crate) bytes: u64,
}

/// Makes what is missing; archives made before are used again.
pub(crate) fn prepare(options: &Options) -> Result<Prepared> {
    let bulk = bulk(options)?;
    let large = size_up(&bulk)?;
    let small_folder = options
        .dir
        .join(format!("small-{}-{}", options.small, options.bytes));
    if !small_folder.exists() {
        thin_out(&large, &small_folder, options.small)?;
    }
    let small = size_up(&small_folder)?;
    let lines = options.dir.join("events.ndjson");
    let line_events = write_lines(&small.folder, &lines, options.events)?;
    let rules = options.dir.join("rules");
    gather_rules(options.sigma.as_deref(), &rules)?;
    Ok(Prepared {
        large,
        small,
        lines,
        line_events,
        rules,
    })
}

/// The large archive's folder; made when it is missing.
pub(crate) fn bulk(options: &Options) -> Result<PathBuf> {
    let bulk = options
        .dir
        .join(format!("bulk-{}-{}", options.bytes, options.files));
    if !bulk.join("AWSLogs").exists() {
        eprintln!("making {} …", bulk.display());
        let config = Config::bulk(SEED, options.bytes, options.files);
        // Made aside, so that half an archive is never taken for one.
        let aside = options.dir.join("bulk.part");
        sample::write(&config, &aside)?;
        fs::rename(&aside, &bulk)?;
    }
    Ok(bulk)
}

/// A file as CloudTrail writes it.
#[derive(Deserialize)]
struct Records<'a> {
    #[serde(rename = "Records", borrow)]
    records: Vec<&'a RawValue>,
}

/// Calls `each` with the records of every file, and returns the size of all.
fn each_file(
    folder: &Path,
    mut each: impl FnMut(&[&RawValue]) -> Result<()>,
) -> Result<(usize, u64, u64)> {
    let (mut decompressor, mut buffer) = (Decompressor::new(), Vec::new());
    let (mut events, mut bytes) = (0, 0);
    let files = gzip_files(folder)?;
    for path in &files {
        let inflated = inflate(path, &mut decompressor, &mut buffer)?;
        let file: Records<'_> = serde_json::from_slice(inflated)
            .with_context(|| format!("`{}` is no CloudTrail file", path.display()))?;
        events += file.records.len() as u64;
        bytes += inflated.len() as u64;
        each(&file.records)?;
    }
    Ok((files.len(), events, bytes))
}

fn size_up(folder: &Path) -> Result<Part> {
    let (files, events, bytes) = each_file(folder, |_| Ok(()))?;
    Ok(Part {
        folder: folder.to_owned(),
        files,
        events,
        bytes,
    })
}

/// Links every so many-th file into another folder, until `bytes` are reached.
fn thin_out(large: &Part, folder: &Path, bytes: u64) -> Result<()> {
    let files = gzip_files(&large.folder)?;
    let wanted = (files.len() as u64 * bytes).div_ceil(large.bytes.max(1));
    let step = files.len() / usize::try_from(wanted)?.clamp(1, files.len().max(1));
    for path in files.iter().step_by(step.max(1)) {
        let target = folder.join(path.strip_prefix(&large.folder)?);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::hard_link(path, &target).or_else(|_| fs::copy(path, &target).map(drop))?;
    }
    Ok(())
}

/// Writes at most `limit` events one a line; returns how many.
fn write_lines(folder: &Path, path: &Path, limit: u64) -> Result<u64> {
    let mut out = BufWriter::new(File::create(path)?);
    let mut written = 0;
    each_file(folder, |records| {
        for record in records {
            if written < limit {
                writeln!(out, "{record}")?;
                written += 1;
            }
        }
        Ok(())
    })?;
    out.flush()?;
    Ok(written)
}

/// Copies our rules and the others' into one new folder.
fn gather_rules(sigma: Option<&Path>, folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    for (prefix, from) in [
        ("own", Some(Path::new("rules/cloudtrail"))),
        ("other", sigma),
    ] {
        let Some(from) = from else { continue };
        let entries =
            fs::read_dir(from).with_context(|| format!("cannot list `{}`", from.display()))?;
        for entry in entries {
            let path = entry?.path();
            if let (Some("yml" | "yaml"), Some(name)) = (
                path.extension().and_then(|e| e.to_str()),
                path.file_name().and_then(|n| n.to_str()),
            ) {
                fs::copy(&path, folder.join(format!("{prefix}-{name}")))?;
            }
        }
    }
    Ok(())
}
