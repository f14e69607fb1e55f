//! `xtask bench ledger`: the journal's speed and memory, as ratios to what the
//! disk and SHA-256 alone can do.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use gardefou_host::LedgerFolder;
use gardefou_ledger::{
    BATCH_ENTRIES, Content, LogKey, NewEntry, Reader, SecretKey, Time, Writer, verify,
};
use sha2::{Digest as _, Sha256};

use super::measure::{Cost, Subject, medians};

/// Bytes of a payload.
const PAYLOAD: usize = 1_024;

/// Durable appends, one by one, that are measured.
const SINGLE: usize = 300;

/// Proofs from cold tiles that are measured.
const PROOFS: u64 = 50;

/// Runs the benchmark: `bench ledger [--entries N] [--dir DIR]`.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    if cfg!(debug_assertions) {
        bail!("numbers of a debug build mislead: cargo run --release -p xtask -- bench ledger");
    }
    let (entries, dir) = options(arguments)?;
    if dir.exists() {
        fs::remove_dir_all(&dir)?;
    }
    fs::create_dir_all(&dir)?;
    println!("| what | measured | to reach |\n|---|---|---|");
    single(&dir)?;
    let (small, large) = (dir.join("small"), dir.join("large"));
    append(&small, entries / 10)?;
    append(&large, entries)?;
    verification(&small, &large, entries)?;
    proofs(&large, entries)?;
    fs::remove_dir_all(&dir)?;
    Ok(())
}

fn options(arguments: &[String]) -> Result<(u64, PathBuf)> {
    let (mut entries, mut dir) = (1_000_000, PathBuf::from("target/bench-ledger"));
    for pair in arguments.chunks(2) {
        match pair {
            [name, value] if name == "--entries" => entries = value.parse()?,
            [name, value] if name == "--dir" => dir = value.into(),
            _ => bail!("usage: bench ledger [--entries N] [--dir DIR]"),
        }
    }
    Ok((entries, dir))
}

fn row(what: &str, measured: &str, target: &str) {
    println!("| {what} | {measured} | {target} |");
}

fn secret() -> SecretKey {
    SecretKey::from_seed(&[7; 32])
}

fn entry(number: u64) -> Result<NewEntry> {
    let time = Time::from_seconds(1_790_000_000).context("a time")?;
    let mut salt = [0; 32];
    getrandom::fill(&mut salt).map_err(|error| anyhow::anyhow!("{error}"))?;
    let mut payload = vec![b'x'; PAYLOAD];
    let digits = number.to_string();
    payload.splice(..digits.len(), digits.bytes());
    let subject = format!("call {number}");
    Ok(NewEntry::new(
        time, "bench", "verdict", &subject, payload, salt,
    )?)
}

fn create(folder: &LedgerFolder) -> Result<Writer<'_, LedgerFolder>> {
    let time = Time::from_seconds(1_790_000_000).context("a time")?;
    let key = LogKey::new("example.com/bench", secret())?;
    Ok(Writer::create(folder, key, 184, "bench", time, [0; 32])?)
}

/// Single durable appends beside bare writes and syncs of as many bytes, alternately.
fn single(dir: &Path) -> Result<()> {
    let folder = LedgerFolder::new(&dir.join("single"));
    let mut writer = create(&folder)?;
    let mut file = File::create(dir.join("bare"))?;
    let (mut bare, mut ours) = (Vec::new(), Vec::new());
    for number in 0..SINGLE as u64 {
        let start = Instant::now();
        file.write_all(&[b'x'; PAYLOAD])?;
        file.sync_data()?;
        bare.push(start.elapsed().as_secs_f64());
        let start = Instant::now();
        writer.append(vec![entry(number)?])?;
        ours.push(start.elapsed().as_secs_f64());
    }
    let (bare, ours) = (median(&mut bare), median(&mut ours));
    row(
        "a single durable append ÷ a bare write and sync",
        &format!(
            "{:.2} ({:.2} ms ÷ {:.2} ms)",
            ours / bare,
            ours * 1e3,
            bare * 1e3
        ),
        "≤ 1.5",
    );
    Ok(())
}

fn median(all: &mut [f64]) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or_default()
}

/// Group commit in a process of its own, on one core.
fn append(dir: &Path, entries: u64) -> Result<()> {
    let cost = step("append", dir, entries)?;
    let rate = entries as f64 / cost.wall;
    row(
        &format!(
            "appends of 1 KB a second, {entries} of them, one core, a sync each {BATCH_ENTRIES}, folded"
        ),
        &format!(
            "{rate:.0} by the clock, {:.0} by CPU time; {:.0} MB",
            entries as f64 / cost.cpu,
            cost.peak / 1e6
        ),
        "≥ 100,000",
    );
    Ok(())
}

fn verification(small: &Path, large: &Path, entries: u64) -> Result<()> {
    let bytes = bytes_of(large, entries)?;
    let hashing = step("hash", large, bytes)?;
    let verifying = step("verify", large, entries)?;
    let little = step("verify", small, entries / 10)?;
    let rate = |cost: Cost| bytes as f64 / 1e6 / cost.cpu;
    row(
        "verification ÷ SHA-256 alone over the same bytes, CPU time, one core",
        &format!(
            "{:.2} ({:.0} ÷ {:.0} MB/s)",
            hashing.cpu / verifying.cpu,
            rate(verifying),
            rate(hashing)
        ),
        "≥ 0.7",
    );
    row(
        "peak memory of verifying ÷ that of a tenth of the log",
        &format!(
            "{:.2} ({:.1} MB ÷ {:.1} MB)",
            verifying.peak / little.peak,
            verifying.peak / 1e6,
            little.peak / 1e6
        ),
        "≈ 1",
    );
    Ok(())
}

/// Bytes of entries and payloads.
fn bytes_of(dir: &Path, entries: u64) -> Result<u64> {
    let mut bytes = 0;
    let mut open = vec![dir.join("tile/entries"), dir.join("payload")];
    while let Some(folder) = open.pop() {
        for item in fs::read_dir(&folder)? {
            let item = item?;
            if item.file_type()?.is_dir() {
                open.push(item.path());
            } else {
                bytes += item.metadata()?.len();
            }
        }
    }
    if bytes < entries * PAYLOAD as u64 {
        bail!("`{}` is not folded", dir.display());
    }
    Ok(bytes)
}

/// One part, as `bench ledger-step WHAT DIR NUMBER`, measured.
fn step(what: &'static str, dir: &Path, number: u64) -> Result<Cost> {
    let own = std::env::current_exe()?;
    let command: Vec<OsString> = vec![
        own.into(),
        "bench".into(),
        "ledger-step".into(),
        what.into(),
        dir.into(),
        number.to_string().into(),
    ];
    let subject = Subject {
        name: what,
        command,
        core: Some(0),
    };
    let runs = if what == "append" { 1 } else { 3 };
    medians(&[subject], runs)?
        .pop()
        .context("nothing was measured")
}

/// Runs one part in this process.
pub(crate) fn run_step(arguments: &[String]) -> Result<()> {
    let [what, dir, number] = arguments else {
        bail!("usage: bench ledger-step append|hash|verify DIR NUMBER");
    };
    let (dir, number) = (Path::new(dir), number.parse()?);
    match what.as_str() {
        "append" => step_append(dir, number),
        "hash" => step_hash(number),
        "verify" => step_verify(dir),
        _ => bail!("there is no part `{what}`"),
    }
}

fn step_append(dir: &Path, entries: u64) -> Result<()> {
    let folder = LedgerFolder::new(dir);
    let mut writer = create(&folder)?;
    let mut number = 0;
    while number < entries {
        let end = entries.min(number + BATCH_ENTRIES as u64);
        writer.append((number..end).map(entry).collect::<Result<_>>()?)?;
        number = end;
    }
    Ok(writer.fold()?)
}

fn step_hash(mut bytes: u64) -> Result<()> {
    let buffer = vec![0; 1 << 20];
    let mut hash = Sha256::new();
    while bytes > 0 {
        let length = bytes.min(buffer.len() as u64);
        hash.update(buffer.get(..usize::try_from(length)?).unwrap_or_default());
        bytes -= length;
    }
    println!("{:x?}", hash.finalize());
    Ok(())
}

fn step_verify(dir: &Path) -> Result<()> {
    let folder = LedgerFolder::new(dir);
    let reader = Reader::open(&folder)?;
    let key = LogKey::new("example.com/bench", secret())?.verifier();
    let report = verify(&reader, &key, Content::Ledger, Vec::new())?;
    if !report.is_proven() {
        bail!("{:?}", report.faults);
    }
    Ok(())
}

/// Opening the ledger and one proof, its files thrown out of the page cache before.
fn proofs(dir: &Path, entries: u64) -> Result<()> {
    let mut times = Vec::new();
    for number in 0..PROOFS {
        let index = number.wrapping_mul(7_919_777) % entries;
        cool(dir, index)?;
        let start = Instant::now();
        let folder = LedgerFolder::new(dir);
        let reader = Reader::open(&folder)?;
        reader.prove_inclusion(reader.tip().checkpoint(), index)?;
        times.push(start.elapsed().as_secs_f64());
    }
    let middle = median(&mut times);
    let worst = times.last().copied().unwrap_or_default();
    row(
        "opening and an inclusion proof, tiles not in the page cache",
        &format!(
            "{:.2} ms (worst of {PROOFS}: {:.2} ms)",
            middle * 1e3,
            worst * 1e3
        ),
        "< 1 ms",
    );
    Ok(())
}

/// Throws out of the page cache what a proof of this entry reads.
fn cool(dir: &Path, index: u64) -> Result<()> {
    use nix::fcntl::{PosixFadviseAdvice, posix_fadvise};
    let leaf = gardefou_ledger::tile_path(0, index / 256, 256);
    let mut files = vec![dir.join("checkpoint"), dir.join("journal"), dir.join(leaf)];
    for level in [1, 2] {
        for number in 0..64 {
            files.push(dir.join(gardefou_ledger::tile_path(level, number, 256)));
        }
        for width in 1..256 {
            for number in 0..16 {
                files.push(dir.join(gardefou_ledger::tile_path(level, number, width)));
            }
        }
    }
    for file in files.iter().filter_map(|path| File::open(path).ok()) {
        posix_fadvise(&file, 0, 0, PosixFadviseAdvice::POSIX_FADV_DONTNEED)?;
    }
    Ok(())
}
