//! `xtask bench check`: the gate's speed and memory, beside gitleaks on the same
//! tree, and on a pull request in a long history.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use gardefou_scan::Judge;
use gardefou_scan::change::File;

use super::measure::{Cost, Subject, medians};
use super::{page, table};

/// Files of the tree.
const FILES: usize = 2_400;
/// Sizes of files that are taken, in bytes: published crates' come to some 55 MB.
const SIZES: std::ops::Range<u64> = 10_000..60_000;
/// Commits of the history.
const COMMITS: usize = 13_000;
/// Files that the history touches.
const SPREAD: usize = 1_500;
/// Lines that the pull request adds.
const LINES: usize = 500;
/// Bytes of text without a keyword.
const PLAIN: usize = 100_000_000;

/// What was typed after `bench check`.
struct Options {
    /// The program `gitleaks`, where there is one.
    gitleaks: Option<PathBuf>,
    /// Sources that the tree is taken from.
    from: PathBuf,
    /// Where tree and repository are put; removed afterwards.
    dir: PathBuf,
    /// Alternating runs.
    runs: usize,
    write: bool,
}

/// Runs `bench check [--gitleaks FILE] [--from DIR] [--dir DIR] [--runs N] [--write]`.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    if cfg!(debug_assertions) {
        bail!("numbers of a debug build mislead: cargo run --release -p xtask -- bench check");
    }
    let options = options(arguments)?;
    if options.dir.exists() {
        fs::remove_dir_all(&options.dir)?;
    }
    let tree = options.dir.join("tree");
    let (files, bytes) = assemble(&options.from, &tree)?;
    let repository = options.dir.join("repository");
    history(&repository)?;
    let mut text = head(files, bytes);
    side_by_side(&options, &tree, bytes, &mut text)?;
    pull_request(&options, &repository, &mut text)?;
    plain(&mut text);
    fs::remove_dir_all(&options.dir)?;
    println!("{text}");
    if options.write {
        page::put(&text)?;
    }
    Ok(())
}

fn options(arguments: &[String]) -> Result<Options> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let registry = home.unwrap_or_default().join(".cargo/registry/src");
    let mut options = Options {
        gitleaks: None,
        from: registry,
        dir: PathBuf::from("target/bench-check"),
        runs: 3,
        write: false,
    };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        if argument == "--write" {
            options.write = true;
            continue;
        }
        let value = arguments.next().context("an option without its value")?;
        match argument.as_str() {
            "--gitleaks" => options.gitleaks = Some(value.into()),
            "--from" => options.from = value.into(),
            "--dir" => options.dir = value.into(),
            "--runs" => options.runs = value.parse()?,
            _ => bail!("there is no option `{argument}`"),
        }
    }
    Ok(options)
}

/// Copies sources that nobody here wrote, evenly spread over their paths.
fn assemble(from: &Path, to: &Path) -> Result<(usize, u64)> {
    let mut all = Vec::new();
    walk(from, &mut all)?;
    all.sort();
    let step = (all.len() / FILES).max(1);
    let (mut files, mut bytes) = (0, 0);
    for (path, size) in all.iter().step_by(step).take(FILES) {
        let target = to.join(path.strip_prefix(from)?);
        fs::create_dir_all(target.parent().context("a folder")?)?;
        fs::copy(path, target)?;
        files += 1;
        bytes += size;
    }
    Ok((files, bytes))
}

fn walk(folder: &Path, out: &mut Vec<(PathBuf, u64)>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (kind, path) = (entry.file_type()?, entry.path());
        if kind.is_dir() {
            walk(&path, out)?;
        } else if kind.is_file() {
            let size = entry.metadata()?.len();
            if SIZES.contains(&size) {
                out.push((path, size));
            }
        }
    }
    Ok(())
}

/// A repository of many commits, and a branch with one that adds lines.
fn history(to: &Path) -> Result<()> {
    git(
        Path::new("."),
        &["init", "-q", "-b", "main", &to.to_string_lossy()],
    )?;
    let mut stream = String::new();
    for number in 0..COMMITS {
        let from = if number == 0 {
            String::new()
        } else {
            format!("from :{number}\n")
        };
        let text = lines(number, 40);
        let path = format!("src/m{}/f{}.rs", number % 37, number % SPREAD);
        commit(&mut stream, "main", number, &from, &[(path, text)]);
    }
    let from = format!("from :{COMMITS}\n");
    let files: Vec<_> = (0..5)
        .map(|file| (format!("src/new/f{file}.rs"), lines(file, LINES / 5)))
        .collect();
    commit(&mut stream, "side", COMMITS, &from, &files);
    let mut child = Command::new("git")
        .args(["fast-import", "--quiet"])
        .current_dir(to)
        .stdin(Stdio::piped())
        .spawn()?;
    let mut stdin = child.stdin.take().context("a pipe")?;
    stdin.write_all(stream.as_bytes())?;
    drop(stdin);
    if !child.wait()?.success() {
        bail!("git fast-import failed");
    }
    Ok(())
}

fn commit(out: &mut String, branch: &str, number: usize, from: &str, files: &[(String, String)]) {
    let person = format!(
        "Ann <ann{}@example.org> {} +0000",
        number % 25,
        1_700_000_000 + number
    );
    let message = format!("feat: change {number}");
    let _ = write!(
        out,
        "commit refs/heads/{branch}\nmark :{}\nauthor {person}\ncommitter {person}\ndata {}\n{message}\n{from}",
        number + 1,
        message.len()
    );
    for (path, text) in files {
        let _ = write!(out, "M 100644 inline {path}\ndata {}\n{text}\n", text.len());
    }
}

fn lines(seed: usize, count: usize) -> String {
    (0..count)
        .map(|line| format!("pub fn f{seed}_{line}(x: u64) -> u64 {{ x.rotate_left({line}) }}\n"))
        .collect()
}

fn git(dir: &Path, arguments: &[&str]) -> Result<()> {
    let status = Command::new("git")
        .args(arguments)
        .current_dir(dir)
        .status()?;
    if !status.success() {
        bail!("git {arguments:?} failed");
    }
    Ok(())
}

fn head(files: usize, bytes: u64) -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!(
        "## The gate\n\nWritten by `cargo run --release -p xtask -- bench check --gitleaks FILE --write` on {}, {cores} processors.\n\n\
         A tree of {files} files and {:.1} MB of published crates' sources; a repository of {COMMITS} commits and one that adds \
         {LINES} lines. Medians of alternating runs, files in the page cache. gitleaks looks for secrets alone, gardefou for \
         everything.\n\n| what | measured | to reach | |\n|---|---|---|---|\n",
        table::today(),
        bytes as f64 / 1e6
    )
}

fn subject(name: &'static str, command: &[&str]) -> Subject {
    Subject {
        name,
        command: command.iter().map(OsString::from).collect(),
        core: None,
    }
}

fn own() -> Result<String> {
    let path = std::env::current_exe()?.with_file_name("gardefou");
    if !path.is_file() {
        bail!("build the program first: cargo build --release -p gardefou");
    }
    Ok(path.to_string_lossy().into_owned())
}

fn side_by_side(options: &Options, tree: &Path, bytes: u64, text: &mut String) -> Result<()> {
    let (own, tree) = (own()?, tree.to_string_lossy().into_owned());
    let mut subjects = vec![subject(
        "gardefou",
        &[&own, "check", &tree, "--format", "json"],
    )];
    let gitleaks = options
        .gitleaks
        .as_ref()
        .map(|path| path.to_string_lossy().into_owned());
    if let Some(gitleaks) = &gitleaks {
        subjects.push(subject(
            "gitleaks",
            &[
                gitleaks,
                "dir",
                &tree,
                "--no-banner",
                "--exit-code",
                "1",
                "--log-level",
                "error",
            ],
        ));
    }
    let costs = medians(&subjects, options.runs)?;
    let told = |cost: &Cost| {
        format!(
            "{:.2} s, {:.2} s of CPU, {:.0} MB of memory, {:.1} MB/s of CPU",
            cost.wall,
            cost.cpu,
            cost.peak / 1e6,
            bytes as f64 / 1e6 / cost.cpu
        )
    };
    if let Some(ours) = costs.first() {
        row(
            text,
            "gardefou, the tree, all checks",
            &told(ours),
            Some(("< 500 MB", ours.peak < 500e6)),
        );
        if let Some(theirs) = costs.get(1) {
            row(text, "gitleaks, the tree, secrets", &told(theirs), None);
            let ratios = [
                ("processor time", ours.cpu / theirs.cpu),
                ("by the clock", ours.wall / theirs.wall),
            ];
            for (what, ratio) in ratios {
                let what = format!("gardefou ÷ gitleaks, {what}");
                let target = Some(("< 1", ratio < 1.0));
                row(text, &what, &format!("{ratio:.2}"), target);
            }
        }
    }
    Ok(())
}

fn pull_request(options: &Options, repository: &Path, text: &mut String) -> Result<()> {
    let (own, repository) = (own()?, repository.to_string_lossy().into_owned());
    let range = [
        &own[..],
        "check",
        "--range",
        "main..side",
        "--repo",
        &repository,
    ];
    let costs = medians(&[subject("pull request", &range)], options.runs.max(5))?;
    if let Some(cost) = costs.first() {
        let measured = format!("{:.0} ms, {:.0} MB", cost.wall * 1e3, cost.peak / 1e6);
        row(
            text,
            "a pull request of 500 lines",
            &measured,
            Some(("< 300 ms", cost.wall < 0.3)),
        );
    }
    Ok(())
}

/// Text without any keyword, on one thread of this process.
fn plain(text: &mut String) {
    let line = "ipsum dolor amet veniam nostru quis labori nisu aliqua comodo duis irure velit\n";
    let bytes: Vec<u8> = line.bytes().cycle().take(1_000_000).collect();
    let judge = Judge::new();
    let start = Instant::now();
    for number in 0..PLAIN / bytes.len() {
        let _ = judge.file(&File::present(format!("src/f{number}.txt"), bytes.clone()));
    }
    let rate = PLAIN as f64 / 1e6 / start.elapsed().as_secs_f64();
    row(
        text,
        "text that the prefilter rejects, one core",
        &format!("{rate:.0} MB/s"),
        Some(("≥ 200 MB/s", rate >= 200.0)),
    );
}

/// A row; without a target it is there to be known.
fn row(text: &mut String, what: &str, measured: &str, target: Option<(&str, bool)>) {
    let (target, verdict) = match target {
        Some((target, true)) => (target, "yes"),
        Some((target, false)) => (target, "**no**"),
        None => ("", ""),
    };
    let _ = writeln!(text, "| {what} | {measured} | {target} | {verdict} |");
}
