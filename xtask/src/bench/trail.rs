//! `xtask bench trail`: prepares, measures alternately, tells.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use super::measure::{Cost, Subject, medians};
use super::options::Options;
use super::page;
use super::prepare::{Prepared, prepare};
use super::table;

/// The medians of everything measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured {
    /// libdeflate alone on one core.
    pub(crate) inflate: Cost,
    /// Ours on one core.
    pub(crate) one: Cost,
    /// Ours on two threads.
    pub(crate) two: Cost,
    /// Ours on the small archive, two threads.
    pub(crate) small: Cost,
    /// Ours on events one a line, one core.
    pub(crate) lines: Cost,
    /// `rsigma engine eval` on the same, one core.
    pub(crate) rsigma: Option<Cost>,
}

/// Runs the benchmark and prints its table.
pub(crate) fn run(options: &Options) -> Result<()> {
    if cfg!(debug_assertions) {
        bail!("numbers of a debug build mislead: cargo run --release -p xtask -- bench trail");
    }
    let binary = build()?;
    let prepared = prepare(options)?;
    let subjects = subjects(options, &prepared, &binary)?;
    let costs = medians(&subjects, options.runs)?;
    let [inflate, one, two, small, lines, rest @ ..] = costs.as_slice() else {
        bail!("a measurement is missing");
    };
    let measured = Measured {
        inflate: *inflate,
        one: *one,
        two: *two,
        small: *small,
        lines: *lines,
        rsigma: rest.first().copied(),
    };
    let text = table::markdown(options, &prepared, &measured);
    println!("{text}");
    if options.write {
        page::put(&text)?;
    }
    Ok(())
}

/// Builds the program as it is released; returns its path.
pub(crate) fn build() -> Result<PathBuf> {
    let status = Command::new("cargo")
        .args([
            "build",
            "--quiet",
            "--release",
            "--package",
            "gardefou",
            "--package",
            "xtask",
        ])
        .status()?;
    if !status.success() {
        bail!("the program does not build");
    }
    // Beside this program, wherever the target folder is.
    let own = std::env::current_exe()?;
    let binary = own.with_file_name("gardefou");
    if !binary.exists() {
        bail!("`{}` is missing", binary.display());
    }
    Ok(binary)
}

fn subjects(options: &Options, prepared: &Prepared, binary: &Path) -> Result<Vec<Subject>> {
    let own = std::env::current_exe()?;
    let inflate: Vec<OsString> = vec![
        own.into(),
        "bench".into(),
        "inflate".into(),
        prepared.large.folder.clone().into(),
    ];
    let ours = |path: &Path, threads| investigate(options, binary, path, threads);
    let core = Some(options.core);
    let subject = |name, command, core| Subject {
        name,
        command,
        core,
    };
    let large = &prepared.large.folder;
    let mut subjects = vec![
        subject("inflate only, one core", inflate, core),
        subject("gardefou, one core", ours(large, 1), core),
        subject("gardefou, two threads", ours(large, 2), None),
        subject(
            "gardefou, small archive",
            ours(&prepared.small.folder, 2),
            None,
        ),
        subject(
            "gardefou, events one a line",
            ours(&prepared.lines, 1),
            core,
        ),
    ];
    if let Some(rsigma) = &options.rsigma {
        subjects.push(subject("rsigma", rsigma_command(rsigma, prepared), core));
    }
    Ok(subjects)
}

fn investigate(options: &Options, binary: &Path, path: &Path, threads: u32) -> Vec<OsString> {
    let mut command: Vec<OsString> = vec![
        binary.into(),
        "investigate".into(),
        path.into(),
        "-q".into(),
        "--format".into(),
        "json".into(),
        "--threads".into(),
        threads.to_string().into(),
    ];
    if let Some(sigma) = &options.sigma {
        command.extend(["--rules".into(), sigma.into()]);
    }
    command
}

fn rsigma_command(rsigma: &Path, prepared: &Prepared) -> Vec<OsString> {
    let mut events = OsString::from("@");
    events.push(&prepared.lines);
    vec![
        rsigma.into(),
        "engine".into(),
        "eval".into(),
        "--quiet".into(),
        "--input-format".into(),
        "json".into(),
        "--timestamp-field".into(),
        "eventTime".into(),
        "--rules".into(),
        prepared.rules.clone().into(),
        "--event".into(),
        events,
    ]
}
