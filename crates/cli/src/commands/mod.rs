//! The commands: configuration, wiring, rendering.

pub(crate) mod advisories;
pub(crate) mod approve;
pub(crate) mod check;
pub(crate) mod contain;
mod error;
mod fetch_trail;
pub(crate) mod hook;
pub(crate) mod iam;
mod investigate;
pub(crate) mod ledger;
mod replay;
mod rules;
mod verify_trail;

use clap::CommandFactory;
use gardefou_finding::{ExitStatus, Tool};
use gardefou_host::{Stream, Terminal, print};

pub(crate) use error::Error;

use crate::args::{Color, Command, Typed};

/// Runs what was typed.
pub(crate) fn run(typed: Typed) -> Result<ExitStatus, Error> {
    match typed.command {
        Command::Investigate(options) => investigate::run(&options),
        Command::Replay(options) => replay::run(&options),
        Command::Check(options) => check::run(&options),
        Command::Advisories(command) => advisories::run(&command),
        Command::Contain(command) => contain::run(&command),
        Command::Approve(options) => approve::run(&options),
        Command::Hook(command) => hook::run(&command),
        Command::VerifyTrail(options) => verify_trail::run(&options),
        Command::FetchTrail(options) => fetch_trail::run(&options),
        Command::Iam(command) => iam::run(&command),
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

/// Who writes what a command answers.
fn tool() -> Tool {
    Tool {
        name: "gardefou".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

/// Whether to colour what goes to a terminal.
fn colour(choice: Color, terminal: &Terminal) -> bool {
    match choice {
        Color::Auto => terminal.color,
        Color::Always => true,
        Color::Never => false,
    }
}
