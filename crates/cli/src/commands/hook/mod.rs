//! `gardefou hook`: the gate where commits pass.

pub(crate) mod args;
mod install;
mod run;

use gardefou_finding::ExitStatus;

use self::args::{Hook, Service};
use super::{Error, show};

/// Runs `gardefou hook`.
pub(crate) fn run(command: &Hook) -> Result<ExitStatus, Error> {
    match command {
        Hook::Install(options) => install::run(options),
        Hook::Run(options) => run::run(options),
        Hook::Workflow { service } => show(match service {
            Service::Github => include_str!("github.yml"),
            Service::Gitlab => include_str!("gitlab.yml"),
        }),
    }
}
