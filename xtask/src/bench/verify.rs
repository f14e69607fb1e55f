//! `xtask bench verify-trail`: the bulk archive with digests signed by the test
//! key, verified beside inflating and hashing the same files alone.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use gardefou_testkit::{ExistingLog, SignedTrail, sha256, sign_existing};
use libdeflater::Decompressor;

use super::inflate::{gzip_files, inflate};
use super::measure::{Cost, Subject, medians};
use super::options::Options;
use super::prepare::bulk;
use super::trail::build;

/// Share of inflating and hashing alone that a verification must reach.
const TO_REACH: f64 = 0.6;

/// Runs the benchmark and prints its table.
pub(crate) fn run(options: &Options) -> Result<()> {
    if cfg!(debug_assertions) {
        bail!(
            "numbers of a debug build mislead: cargo run --release -p xtask -- bench verify-trail"
        );
    }
    let binary = build()?;
    let large = signed(&bulk(options)?, 1, options)?;
    let small = signed(&bulk(options)?, 10, options)?;
    let subjects = subjects(options, &binary, &large, &small)?;
    let costs = medians(&subjects, options.runs)?;
    let [alone, one, two, less] = costs.as_slice() else {
        bail!("a measurement is missing");
    };
    println!("{}", table([alone, one, two, less], &large)?);
    Ok(())
}

/// Every so many-th file of an archive, in a folder of its own with digests.
fn signed(bulk: &Path, step: usize, options: &Options) -> Result<PathBuf> {
    let name = bulk
        .file_name()
        .map_or("", |name| name.to_str().unwrap_or(""));
    let folder = options.dir.join(format!("signed-{step}-{name}"));
    if folder.exists() {
        return Ok(folder);
    }
    eprintln!("signing {} …", folder.display());
    let part = options.dir.join("signed.part");
    let (mut decompressor, mut buffer) = (Decompressor::new(), Vec::new());
    let mut logs = Vec::new();
    for path in gzip_files(bulk)?.iter().step_by(step) {
        let key = path
            .strip_prefix(bulk)?
            .to_str()
            .context("a path is no text")?;
        let hash = sha256(inflate(path, &mut decompressor, &mut buffer)?);
        put(&part.join(key), &fs::read(path)?)?;
        logs.push(ExistingLog {
            key: key.to_owned(),
            hash,
        });
    }
    let trail = sign_existing(&logs)?;
    for (key, bytes) in &trail.objects {
        put(&part.join(key), bytes)?;
    }
    put(
        &part.join("s3-metadata.json"),
        trail.metadata_json().as_bytes(),
    )?;
    put(
        &part.join("list-public-keys.json"),
        SignedTrail::public_keys_valid("2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z")?.as_bytes(),
    )?;
    fs::rename(&part, &folder)?;
    Ok(folder)
}

fn put(path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    Ok(fs::write(path, bytes)?)
}

fn subjects(options: &Options, binary: &Path, large: &Path, small: &Path) -> Result<Vec<Subject>> {
    let own = std::env::current_exe()?;
    let alone: Vec<OsString> = vec![
        own.into(),
        "bench".into(),
        "inflate-hash".into(),
        large.into(),
    ];
    let ours = |path: &Path, threads: u32| -> Vec<OsString> {
        let (verify, threads) = ("verify-trail".into(), threads.to_string().into());
        vec![
            binary.into(),
            verify,
            path.into(),
            "-q".into(),
            "--threads".into(),
            threads,
        ]
    };
    let core = Some(options.core);
    let subject = |name, command, core| Subject {
        name,
        command,
        core,
    };
    Ok(vec![
        subject("inflate and SHA-256 only, one core", alone, core),
        subject("verify-trail, one core", ours(large, 1), core),
        subject("verify-trail, two threads", ours(large, 2), None),
        subject("verify-trail, a tenth, one core", ours(small, 1), core),
    ])
}

fn table([alone, one, two, less]: [&Cost; 4], folder: &Path) -> Result<String> {
    let (mut files, mut bytes) = (0_u64, 0_u64);
    for path in gzip_files(folder)? {
        files += 1;
        let stored = fs::read(path)?;
        bytes += super::inflate::declared_size(&stored) as u64;
    }
    let share = alone.cpu / one.cpu;
    let verdict = if share >= TO_REACH { "yes" } else { "**no**" };
    Ok([
        format!("{files} gzip files, {:.2} GB inflated.\n", bytes as f64 / 1e9),
        "| ratio | measured | to reach | |\n|---|---|---|---|".to_owned(),
        format!("| throughput on one core ÷ inflate and SHA-256 alone | {share:.2} | ≥ {TO_REACH} | {verdict} |"),
        format!("| two threads ÷ one core, by the clock | {:.2} | | |", one.wall / two.wall),
        format!("| peak memory, MB | {:.0} | | |", one.peak / 1e6),
        format!("| peak memory of a tenth of the files, MB | {:.0} | | |", less.peak / 1e6),
    ]
    .join("\n"))
}
