//! `xtask bench`: speed and memory, as ratios of one run.
//!
//! `trail` measures an investigation beside libdeflate alone and beside `rsigma
//! engine eval`; `verify-trail` a verification beside inflating and hashing;
//! `ledger` a ledger beside the disk and SHA-256 alone; `iam` an audit of
//! organizations of growing size, and single decisions; `replay` guardrails
//! beside decoding alone; `check` the gate beside gitleaks, and a pull request
//! in a long history; `contain` the planning for a large incident.

mod check;
mod contain;
mod decisions;
mod iam;
mod inflate;
mod ledger;
mod measure;
mod options;
mod page;
mod prepare;
mod table;
mod trail;
mod verify;

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

/// Runs `xtask bench WHAT`.
///
/// # Errors
/// An unknown benchmark or option, or whatever goes wrong while measuring.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let (what, rest) = arguments
        .split_first()
        .map_or(("", arguments), |(w, rest)| (w, rest));
    match what {
        "trail" => trail::run(&options::Options::parse(rest)?),
        "verify-trail" => verify::run(&options::Options::parse(rest)?),
        // Those that the benchmarks run as processes of their own.
        "inflate-hash" => inflate::run_hashed(Path::new(rest.first().map_or("", String::as_str))),
        "inflate" => inflate::run(Path::new(rest.first().map_or("", String::as_str))),
        "measure" => measure::run(rest),
        "check" => check::run(rest),
        "contain" => contain::run(),
        "ledger" => ledger::run(rest),
        "iam" => iam::run(rest),
        "ledger-step" => ledger::run_step(rest),
        "decisions" => decisions::run(Path::new(rest.first().map_or("", String::as_str))),
        "replay" => replay(),
        _ => bail!(
            "there is no benchmark `{what}`; there are `trail`, `verify-trail`, `ledger`, `iam`, `replay`, `check` and `contain`"
        ),
    }
}

/// Replaying is measured by a benchmark of its own crate, which needs no other.
fn replay() -> Result<()> {
    let status = Command::new("cargo")
        .args(["bench", "--package", "gardefou-replay", "--bench", "replay"])
        .status()?;
    if !status.success() {
        bail!("the benchmark failed");
    }
    Ok(())
}
