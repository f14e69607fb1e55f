//! `gardefou iam`: what AWS decides, and who can do what.

pub(crate) mod args;
pub(crate) mod audit;
mod evaluate;
mod history;
mod least_privilege;
mod snapshot;

use gardefou_finding::ExitStatus;

use super::Error;
use args::Iam;

/// Runs `gardefou iam`.
pub(crate) fn run(command: &Iam) -> Result<ExitStatus, Error> {
    match command {
        Iam::Evaluate(options) => evaluate::run(options),
        Iam::Audit(options) => audit::run(options),
        Iam::Snapshot(options) => snapshot::run(options),
        Iam::LeastPrivilege(options) => least_privilege::run(options),
    }
}
