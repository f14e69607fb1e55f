//! The command line: what was typed, what it means, and the exit status.

mod args;
mod commands;
mod messages;
mod pipeline;

use std::process::ExitCode;

use clap::Parser;

/// Many threads allocate small things; the system's allocator makes them wait.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let typed = match args::Typed::try_parse() {
        Ok(typed) => typed,
        Err(error) => return messages::clap(&error),
    };
    let status = commands::run(typed).unwrap_or_else(|error| {
        messages::error(&error);
        error.status()
    });
    ExitCode::from(status.code())
}
