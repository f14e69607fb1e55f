//! The commands: configuration, wiring, rendering.

mod error;
mod investigate;
pub(crate) mod ledger;
mod rules;

use clap::CommandFactory;
use gardefou_finding::ExitStatus;
use gardefou_host::{Stream, print};

pub(crate) use error::Error;

use crate::args::{Command, Typed};

/// Runs what was typed.
pub(crate) fn run(typed: Typed) -> Result<ExitStatus, Error> {
    match typed.command {
        Command::Investigate(options) => investigate::run(&options),
        Command::Ledger(command) => ledger::run(&command),
        Command::Rules(command) => rules::run(&command),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Typed::command(), "gardefou", &mut script);
            show(&String::from_utf8_lossy(&script))
        }
        Command::Man => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Typed::command())
                .render(&mut page)
                .map_err(Error::output)?;
            show(&String::from_utf8_lossy(&page))
        }
    }
}

fn show(text: &str) -> Result<ExitStatus, Error> {
    print(Stream::Out, text).map(drop).map_err(Error::output)?;
    Ok(ExitStatus::Clean)
}
