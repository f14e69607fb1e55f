//! `xtask bench ledger`: the journal's speed and memory, as ratios to what the
//! disk and SHA-256 alone can do.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use gardefou_host::LedgerFolder;
use gardefou_ledger::{
    BATCH_ENTRIES, Content, LogKey, NewEntry, Reader, SecretKey, Time, Writer, verify_on,
};
use sha2::{Digest as _, Sha256};

use super::measure::{Cost, Subject, medians};
use super::{page, table};

/// Bytes of a payload.
const PAYLOAD: usize = 1_024;

/// Durable appends, one by one, that are measured.
const SINGLE: usize = 1_000;

/// Proofs from cold tiles that are measured.
const PROOFS: u64 = 50;

/// What was typed after `bench ledger`.
struct Options {
    /// Entries of the large ledger.
    entries: u64,
    /// Where ledgers are put; removed afterwards.
    dir: PathBuf,
    /// Whether `docs/benchmarks.md` is written.
    write: bool,
}

/// Runs the benchmark: `bench ledger [--entries N] [--dir DIR] [--write]`.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    if cfg!(debug_assertions) {
        bail!("numbers of a debug build mislead: cargo run --release -p xtask -- bench ledger");
    }
    let Options {
        entries,
        dir,
        write,
    } = options(arguments)?;
    if dir.exists() {
        fs::remove_dir_all(&dir)?;
    }
    fs::create_dir_all(&dir)?;
    let mut table = Table::new(entries);
    single(&mut table, &dir)?;
    let (small, large) = (dir.join("small"), dir.join("large"));
    append(&mut table, &small, entries / 10)?;
    append(&mut table, &large, entries)?;
    verification(&mut table, &small, &large, entries)?;
    proofs(&mut table, &large, entries)?;
    fs::remove_dir_all(&dir)?;
    println!("{}", table.0);
    if write {
        page::put(&table.0)?;
    }
    Ok(())
}

fn options(arguments: &[String]) -> Result<Options> {
    let mut options = Options {
        entries: 1_000_000,
        dir: PathBuf::from("target/bench-ledger"),
        write: false,
    };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), arguments.as_slice().first()) {
            ("--write", _) => {
                options.write = true;
                continue;
            }
            ("--entries", Some(value)) => options.entries = value.parse()?,
            ("--dir", Some(value)) => options.dir = value.into(),
            _ => bail!("usage: bench ledger [--entries N] [--dir DIR] [--write]"),
        }
        arguments.next();
    }
    Ok(options)
}

/// The part of the page that this benchmark writes.
struct Table(String);

impl Table {
    fn new(entries: u64) -> Self {
        let (day, cores) = (table::today(), std::thread::available_parallelism());
        Self(format!(
            "## The ledger\n\nWritten by `cargo run --release -p xtask -- bench ledger --write` on {day}, {} processors.\n\n\
             A ledger of {entries} entries with payloads of {PAYLOAD} bytes. \"The same bytes\" are those of entries and \
             payloads; a verification also hashes the tree and reads the files, hashing alone reads nothing. Bare writes are of {PAYLOAD} \
             bytes at a growing file's end.\n\n\
             | what | measured | to reach | |\n|---|---|---|---|\n",
            cores.map_or(1, usize::from)
        ))
    }

    /// A row; without a target it is there to be known.
    fn row(&mut self, what: &str, measured: &str, target: Option<(&str, bool)>) {
        let (target, verdict) = match target {
            Some((target, true)) => (target, "yes"),
            Some((target, false)) => (target, "**no**"),
            None => ("", ""),
        };
        let _ = writeln!(self.0, "| {what} | {measured} | {target} | {verdict} |");
    }
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

/// Single durable appends beside bare writes and syncs, alternately.
fn single(table: &mut Table, dir: &Path) -> Result<()> {
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
    let sums = (ours.iter().sum::<f64>(), bare.iter().sum::<f64>());
    let medians = (median(&mut ours), median(&mut bare));
    for (what, (ours, bare)) in [("medians", medians), ("sums", sums)] {
        table.row(
            &format!("a single durable append ÷ a bare write and sync, {what} of {SINGLE}"),
            &format!(
                "{:.2} ({:.2} ms ÷ {:.2} ms)",
                ours / bare,
                ours * 1e3,
                bare * 1e3
            ),
            Some(("≤ 1.5", ours / bare <= 1.5)),
        );
    }
    Ok(())
}

fn median(all: &mut [f64]) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or_default()
}

/// Group commit in a process of its own, on one core.
fn append(table: &mut Table, dir: &Path, entries: u64) -> Result<()> {
    let cost = step("append", dir, entries, Some(0))?;
    let rate = entries as f64 / cost.cpu;
    table.row(
        &format!(
            "appends of 1 KB a CPU second, {entries} of them, one core, a sync each {BATCH_ENTRIES}, folded"
        ),
        &format!(
            "{rate:.0} ({:.0} a second by the clock; {:.0} MB)",
            entries as f64 / cost.wall,
            cost.peak / 1e6
        ),
        Some(("≥ 100,000", rate >= 1e5)),
    );
    Ok(())
}

fn verification(table: &mut Table, small: &Path, large: &Path, entries: u64) -> Result<()> {
    let bytes = bytes_of(large, entries)?;
    let hashing = step("hash", large, bytes, Some(0))?;
    let one = step("verify", large, 1, Some(0))?;
    let two = step("verify", large, 2, None)?;
    let little = step("verify", small, 1, Some(0))?;
    let rate = |seconds: f64| bytes as f64 / 1e6 / seconds;
    for (what, ours, alone) in [
        ("two threads, by the clock", two.wall, hashing.wall),
        ("one core, CPU time", one.cpu, hashing.cpu),
    ] {
        table.row(
            &format!("verification ÷ SHA-256 alone over the same bytes, {what}"),
            &format!(
                "{:.2} ({:.0} ÷ {:.0} MB/s)",
                alone / ours,
                rate(ours),
                rate(alone)
            ),
            Some(("≥ 0.7", alone / ours >= 0.7)),
        );
    }
    table.row(
        "peak memory of verifying ÷ that of a tenth of the log, one core",
        &format!(
            "{:.2} ({:.1} MB ÷ {:.1} MB; two threads {:.1} MB)",
            one.peak / little.peak,
            one.peak / 1e6,
            little.peak / 1e6,
            two.peak / 1e6
        ),
        Some(("≈ 1", one.peak / little.peak <= 1.1)),
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
fn step(what: &'static str, dir: &Path, number: u64, core: Option<usize>) -> Result<Cost> {
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
        core,
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
        "verify" => step_verify(dir, usize::try_from(number)?),
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

fn step_verify(dir: &Path, threads: usize) -> Result<()> {
    let threads = NonZeroUsize::new(threads).context("no thread")?;
    let folder = LedgerFolder::new(dir);
    let reader = Reader::open(&folder)?;
    let key = LogKey::new("example.com/bench", secret())?.verifier();
    let report = verify_on(threads, &reader, &key, Content::Ledger, Vec::new())?;
    if !report.is_proven() {
        bail!("{:?}", report.faults);
    }
    Ok(())
}

/// Opening the ledger and one proof, its files thrown out of the page cache before.
fn proofs(table: &mut Table, dir: &Path, entries: u64) -> Result<()> {
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
    table.row(
        "opening and an inclusion proof, tiles not in the page cache",
        &format!(
            "{:.2} ms (worst of {PROOFS}: {:.2} ms)",
            middle * 1e3,
            worst * 1e3
        ),
        Some(("< 1 ms", middle < 1e-3)),
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
