//! The project's own chores. `cargo xtask` lists them.
#![allow(
    clippy::disallowed_methods,
    reason = "chores read and write files by nature"
)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "chores talk to who runs them"
)]

mod bench;
mod options;
mod sample;

use std::process::ExitCode;

use crate::options::Options;

const HELP: &str = "\
usage: cargo xtask COMMAND

  sample [--seed N] [--out DIR]      write the shipped samples (default: 2025, samples)
  variant NAME [--seed N] [--days N] [--out DIR]
                                     write one archive: an attack or a benign undertaking
  bulk --out DIR [--seed N] [--bytes N] [--files N]
                                     write a large archive (default: 1.5 GB in 2,000 files)
  bench trail [--bytes N] [--files N] [--dir DIR] [--sigma DIR] [--rsigma BIN]
              [--events N] [--runs N] [--core N] [--write]
                                     measure speed and memory (Linux; build xtask with --release)
";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next();
    let outcome = match command.as_deref() {
        Some("sample") => Options::parse(arguments).and_then(|options| sample::samples(&options)),
        Some("variant") => Options::parse(arguments).and_then(|options| sample::variant(&options)),
        Some("bulk") => Options::parse(arguments).and_then(|options| sample::bulk(&options)),
        Some("bench") => bench::run(&arguments.collect::<Vec<_>>()),
        Some("help" | "--help" | "-h") => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprint!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}
