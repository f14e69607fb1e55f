//! `xtask bench`: speed and memory of an investigation, beside libdeflate alone
//! and beside `rsigma engine eval`, and of a ledger, beside the disk and
//! SHA-256 alone, as ratios of one run.

mod inflate;
mod ledger;
mod measure;
mod options;
mod prepare;
mod table;
mod trail;

use std::path::Path;

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
        "ledger" => ledger::run(rest),
        // Those that the others run as processes of their own.
        "ledger-step" => ledger::run_step(rest),
        "inflate" => inflate::run(Path::new(rest.first().map_or("", String::as_str))),
        "measure" => measure::run(rest),
        _ => bail!("there is no benchmark `{what}`; there are `trail` and `ledger`"),
    }
}
