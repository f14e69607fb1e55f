//! `gardefou advisories`: OSV records → one compact file that `check` compares with.

pub(crate) mod args;
mod sync;

use gardefou_finding::ExitStatus;

use super::Error;
use args::Advisories;

/// Name of the file in the directory that `--to` names.
pub(crate) const FILE: &str = "advisories.gardefou";

/// Runs `gardefou advisories`.
pub(crate) fn run(command: &Advisories) -> Result<ExitStatus, Error> {
    match command {
        Advisories::Sync(options) => sync::run(options),
    }
}
