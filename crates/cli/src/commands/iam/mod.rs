//! `gardefou iam`: what accounts are, and what AWS decides.

pub(crate) mod args;
mod audit;

use gardefou_finding::ExitStatus;

use super::Error;
use args::Iam;

/// Runs a command of `gardefou iam`.
pub(crate) fn run(command: &Iam) -> Result<ExitStatus, Error> {
    match command {
        Iam::Audit(options) => audit::run(options),
    }
}
