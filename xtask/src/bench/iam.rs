//! `xtask bench iam`: what an audit costs and how that grows, and how fast
//! single decisions are.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::decisions::Rates;
use super::measure::{Cost, Subject, medians};
use super::{page, table, trail};
use crate::organization;

/// Principals of the organizations that are audited, in 20 accounts.
const SIZES: [(u32, &str); 3] = [
    (1_000, "1,000 principals"),
    (3_000, "3,000 principals"),
    (10_000, "10,000 principals"),
];

/// The labelled account, in the test data.
const LABELLED: &str = "iam-vulnerable/ALL/gaad-111111111111.json";

/// What was typed after `bench iam`.
struct Options {
    /// Where organizations are put; kept for the next time.
    dir: PathBuf,
    /// Authorization details that others wrote.
    data: PathBuf,
    /// Measurements of each kind.
    runs: usize,
    /// The processor that everything runs on.
    core: usize,
    /// Whether `docs/benchmarks.md` is written.
    write: bool,
}

/// Runs the benchmark.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    if cfg!(debug_assertions) {
        bail!("numbers of a debug build mislead: cargo run --release -p xtask -- bench iam");
    }
    let options = options(arguments)?;
    let binary = trail::build()?;
    let mut table = heading(&options);
    audits(&mut table, &options, &binary)?;
    decisions(&mut table, &options)?;
    println!("{table}");
    if options.write {
        page::put(&table)?;
    }
    Ok(())
}

fn options(arguments: &[String]) -> Result<Options> {
    let mut options = Options {
        dir: PathBuf::from("target/bench-iam"),
        data: crate::root().join("../shared/data/iam"),
        runs: 5,
        core: 0,
        write: false,
    };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        if argument == "--write" {
            options.write = true;
            continue;
        }
        let value = arguments
            .next()
            .with_context(|| format!("`{argument}` lacks a value"))?;
        match argument.as_str() {
            "--dir" => options.dir = value.into(),
            "--data" => options.data = value.into(),
            "--runs" => options.runs = value.parse::<usize>()?.max(1),
            "--core" => options.core = value.parse()?,
            _ => bail!("unknown option `{argument}`"),
        }
    }
    Ok(options)
}

fn heading(options: &Options) -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!(
        "## The audit\n\nWritten by `cargo run --release -p xtask -- bench iam --write` on {}, {cores} processors, one of them used.\n\n\
         `gardefou iam audit --format json`, from start to end of the process, medians of {} alternating runs. The organizations are \
         invented (20 accounts, teams that share policies, SCPs); `cargo xtask organization` writes them. `iam-vulnerable/ALL` is the \
         test data's account of 86 principals.\n\n\
         | what | seconds | CPU seconds | peak MB | to reach | |\n|---|---|---|---|---|---|\n",
        table::today(),
        options.runs
    )
}

fn audits(out: &mut String, options: &Options, binary: &Path) -> Result<()> {
    let mut subjects = Vec::new();
    for (principals, name) in SIZES {
        let folder = options.dir.join(principals.to_string());
        organization::usual(&folder, principals)?;
        subjects.push(audit(options, binary, &folder, name));
    }
    let labelled = options.data.join(LABELLED);
    if labelled.exists() {
        subjects.push(audit(options, binary, &labelled, "`iam-vulnerable/ALL`"));
    }
    let costs = medians(&subjects, options.runs)?;
    for (subject, cost) in subjects.iter().zip(&costs) {
        row(out, subject.name, *cost);
    }
    let [small, _, large, ..] = costs.as_slice() else {
        bail!("a measurement is missing");
    };
    writeln!(
        out,
        "\nTen times the principals cost {:.1} times the CPU time.\n",
        large.cpu / small.cpu
    )?;
    Ok(())
}

fn audit(options: &Options, binary: &Path, path: &Path, name: &'static str) -> Subject {
    let words = ["--format", "json", "--at", "2026-11-01T00:00:00Z"];
    let mut command: Vec<OsString> = vec![binary.into(), "iam".into(), "audit".into(), path.into()];
    command.extend(words.map(OsString::from));
    Subject {
        name,
        command,
        core: Some(options.core),
    }
}

fn row(out: &mut String, name: &str, cost: Cost) {
    let (target, reached) = match name {
        "10,000 principals" => ("< 10 s, < 1,000 MB", cost.wall < 10.0 && cost.peak < 1e9),
        "`iam-vulnerable/ALL`" => ("< 0.050 s", cost.wall < 0.05),
        _ => ("", true),
    };
    let verdict = match (target, reached) {
        ("", _) => "",
        (_, true) => "yes",
        (_, false) => "**no**",
    };
    let (wall, cpu, peak) = (cost.wall, cost.cpu, cost.peak / 1e6);
    let _ = writeln!(
        out,
        "| {name} | {wall:.3} | {cpu:.3} | {peak:.0} | {target} | {verdict} |"
    );
}

fn decisions(out: &mut String, options: &Options) -> Result<()> {
    if !options.data.is_dir() {
        println!("SKIPPED decisions: no `{}`", options.data.display());
        return Ok(());
    }
    let own = std::env::current_exe()?;
    let output = Command::new(own)
        .args(["bench", "decisions"])
        .arg(&options.data)
        .output()?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr));
    }
    let rates: Rates = serde_json::from_slice(&output.stdout)?;
    writeln!(
        out,
        "Single decisions, one thread, CPU time: the test data's policies ({} principals, {} statements), each principal asking 12 \
         questions, every context key unknown, {} of a round allowed.\n\n\
         | what | a second | to reach | |\n|---|---|---|---|\n\
         | bare decision | {:.0} | ≥ 1,000,000 | {} |\n\
         | with reasons | {:.0} | | |",
        rates.principals,
        rates.statements,
        rates.allowed,
        rates.bare,
        if rates.bare >= 1e6 { "yes" } else { "**no**" },
        rates.reasoned,
    )?;
    Ok(())
}
