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
mod floors;
mod iam_reference;
mod managed_policies;
mod new_rule;
mod options;
mod organization;
mod pages;
mod picture;
mod sample;
mod suite;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::options::Options;

const HELP: &str = "\
usage: cargo xtask COMMAND

  test                               run every test; installs what the tests need under target/
  floors                             compare ARCHITECTURE.md with the crates' dependencies
  pages [--check]                    write docs/rules and docs/guardrails from their files, or say what is stale
  new-rule SLUG                      write a rule file to fill in
  managed-policies                   write the AWS managed policies' data file (needs pip and python3)
  iam-reference                      write the table of calls and IAM actions (needs pip and python3)
  picture                            draw docs/report.svg from the program's own output
  sample [--seed N] [--out DIR]      write the shipped samples (default: 2025, samples)
  variant NAME [--seed N] [--days N] [--out DIR]
                                     write one archive: an attack or a benign undertaking
  bulk --out DIR [--seed N] [--bytes N] [--files N]
                                     write a large archive (default: 1.5 GB in 2,000 files)
  bench verify-trail [--bytes N] [--files N] [--dir DIR] [--runs N] [--core N]
                                     measure verify-trail beside inflating and hashing alone
  bench trail [--bytes N] [--files N] [--dir DIR] [--sigma DIR] [--rsigma BIN]
              [--events N] [--runs N] [--core N] [--write]
                                     measure speed and memory (Linux; build xtask with --release)
  bench ledger [--entries N] [--dir DIR]
                                     the same of the ledger
  bench iam [--dir DIR] [--data DIR] [--runs N] [--core N] [--write]
                                     the same of `iam audit` and of single decisions
  organization --out DIR [--principals N] [--accounts N] [--seed N]
                                     write an invented organization's authorization details
  bench replay                       a million calls against the guardrails
  bench check [--gitleaks FILE] [--from DIR] [--dir DIR] [--runs N] [--write]
                                     the gate beside gitleaks, and a pull request in a long history
";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next();
    let outcome = match command.as_deref() {
        Some("test") => suite::run(),
        Some("floors") => floors::run(),
        Some("pages") => check_flag(arguments).and_then(pages::run),
        Some("managed-policies") => managed_policies::run(),
        Some("iam-reference") => iam_reference::run(),
        Some("new-rule") => new_rule::run(arguments.next().as_deref()),
        Some("picture") => picture::run(),
        Some("sample") => Options::parse(arguments).and_then(|options| sample::samples(&options)),
        Some("variant") => Options::parse(arguments).and_then(|options| sample::variant(&options)),
        Some("bulk") => Options::parse(arguments).and_then(|options| sample::bulk(&options)),
        Some("organization") => organization::run(arguments),
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

/// Whether `--check` was given, and nothing else.
fn check_flag(mut arguments: impl Iterator<Item = String>) -> Result<bool> {
    let flag = arguments.next();
    match (flag.as_deref(), arguments.next()) {
        (None, None) => Ok(false),
        (Some("--check"), None) => Ok(true),
        _ => bail!("only `--check` is known here"),
    }
}

/// The project's folder.
fn root() -> PathBuf {
    let mut path = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    path.pop();
    path
}
