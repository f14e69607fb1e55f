//! `xtask test`: every test, from nothing but Rust and Python 3.
//!
//! The tests' oracles outside Rust (an S3 server, the AWS CLI's own parser) go
//! into a Python environment of their own under the target folder. Which tests
//! skipped themselves is told before the runner's closing line.

use std::collections::BTreeSet;
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::root;

/// Exact versions of the Python packages that the tests use.
const REQUIREMENTS: &str = include_str!("../requirements.txt");

/// Word with which a test says on standard error that it was skipped.
const SKIPPED: &str = "SKIPPED";

/// Runs all tests, those of the documentation first.
pub(crate) fn run() -> Result<()> {
    let target = target_folder()?;
    let bin = python(&target)?;
    let environment = Environment::new(&bin)?;
    let docs = ["test", "--workspace", "--doc", "--quiet"];
    let (is_well, _) = stream(environment.cargo(&docs), |_| false)?;
    if !is_well {
        bail!("the tests in the documentation failed");
    }
    let has_nextest = Command::new(env!("CARGO"))
        .args(["nextest", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if has_nextest {
        nextest(&environment, &target)
    } else {
        libtest(&environment)
    }
}

/// What the tests are told through the environment.
struct Environment {
    python: OsString,
    path: OsString,
}

impl Environment {
    fn new(bin: &Path) -> Result<Self> {
        let old = env::var_os("PATH").unwrap_or_default();
        let folders = [bin.to_owned()].into_iter().chain(env::split_paths(&old));
        Ok(Self {
            python: bin.join("python3").into_os_string(),
            path: env::join_paths(folders).context("PATH is not well formed")?,
        })
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO"));
        command
            .args(arguments)
            .current_dir(root())
            .env("GARDEFOU_TEST_PYTHON", &self.python)
            .env("PATH", &self.path)
            .stdin(Stdio::null());
        command
    }
}

fn nextest(environment: &Environment, target: &Path) -> Result<()> {
    let junit = target.join("nextest/default/junit.xml");
    // A report of an earlier run must not be read as this one's.
    if junit.exists() {
        fs::remove_file(&junit)?;
    }
    let command = environment.cargo(&["nextest", "run", "--workspace", "--no-fail-fast"]);
    let (is_well, held) = stream(command, |line| line.contains(" Summary ["))?;
    let report = fs::read_to_string(&junit).unwrap_or_default();
    close(&skipped(report.lines()), &held, is_well)
}

fn libtest(environment: &Environment) -> Result<()> {
    let kinds = [
        "test",
        "--workspace",
        "--lib",
        "--bins",
        "--tests",
        "--no-fail-fast",
    ];
    let mut command = environment.cargo(&kinds);
    command.args(["--", "--show-output"]);
    let mut lines = Vec::new();
    let (is_well, held) = stream(command, |line| {
        lines.push(line.to_owned());
        line.starts_with("test result: ")
    })?;
    close(&skipped(lines.iter().map(String::as_str)), &held, is_well)
}

/// Says what was skipped, then the runner's own last lines.
fn close(skipped: &BTreeSet<String>, held: &[String], is_well: bool) -> Result<()> {
    if skipped.is_empty() {
        println!("No test was skipped for want of an oracle.");
    } else {
        println!("Skipped for want of an oracle:");
    }
    for line in skipped {
        println!("  {line}");
    }
    for line in held {
        println!("{line}");
    }
    if is_well {
        Ok(())
    } else {
        bail!("tests failed")
    }
}

/// Runs a command and passes its output on; holds back the last line that
/// `closes` and what follows. Returns whether the command went well.
fn stream(
    mut command: Command,
    mut closes: impl FnMut(&str) -> bool,
) -> Result<(bool, Vec<String>)> {
    let (reader, writer) = std::io::pipe()?;
    command.stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn().context("cannot run cargo")?;
    // The command holds the pipe's other end; the reader would wait for ours.
    drop(command);
    let mut held: Vec<String> = Vec::new();
    for line in BufReader::new(reader).split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line).into_owned();
        if closes(&line) {
            held.drain(..).for_each(|old| println!("{old}"));
            held.push(line);
        } else if held.is_empty() {
            println!("{line}");
        } else {
            held.push(line);
        }
    }
    Ok((child.wait()?.success(), held))
}

/// The lines with which tests said that they were skipped, each once.
fn skipped<'a>(lines: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    lines
        .filter_map(|line| line.find(SKIPPED).and_then(|at| line.get(at..)))
        .map(|line| {
            let line = line.split("</system-").next().unwrap_or(line);
            line.replace("&quot;", "\"")
                .replace("&apos;", "'")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&")
        })
        .collect()
}

fn target_folder() -> Result<PathBuf> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root())
        .output()?;
    let metadata: Value =
        serde_json::from_slice(&output.stdout).context("cannot read `cargo metadata`")?;
    let folder = metadata.get("target_directory").and_then(Value::as_str);
    Ok(folder.context("cargo names no target folder")?.into())
}

/// The programs' folder of the tests' Python environment, made when it is
/// missing or was made for other versions.
fn python(target: &Path) -> Result<PathBuf> {
    let folder = target.join("test-python");
    let bin = folder.join("bin");
    let stamp = folder.join("gardefou-requirements.txt");
    if fs::read_to_string(&stamp).is_ok_and(|made_for| made_for == REQUIREMENTS) {
        return Ok(bin);
    }
    println!(
        "installing the tests' Python packages into {}",
        folder.display()
    );
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    must(
        "python3",
        [OsStr::new("-m"), OsStr::new("venv"), folder.as_os_str()],
    )?;
    let list = root().join("xtask/requirements.txt");
    let pip = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--requirement",
    ];
    let arguments = pip.iter().map(OsStr::new).chain([list.as_os_str()]);
    must(bin.join("python3"), arguments)?;
    fs::write(&stamp, REQUIREMENTS)?;
    Ok(bin)
}

/// Runs a command that has to go well.
fn must<'a>(
    program: impl AsRef<OsStr>,
    arguments: impl IntoIterator<Item = &'a OsStr>,
) -> Result<()> {
    let program = program.as_ref();
    let shown = program.to_string_lossy();
    let status = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("cannot run `{shown}`; the tests need Python 3 with venv"))?;
    if !status.success() {
        bail!("`{shown}` could not set up the tests' Python environment");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skips_are_found_in_a_report_once_each() {
        let report = "<system-err>SKIPPED: no &quot;moto&quot;</system-err>\n\
                      x\nSKIPPED: no &quot;moto&quot;\nnote: SKIPPED the data\n";
        let found = skipped(report.lines());
        let found: Vec<&str> = found.iter().map(String::as_str).collect();
        assert_eq!(found, ["SKIPPED the data", "SKIPPED: no \"moto\""]);
    }

    #[test]
    fn the_last_closing_line_is_held_back_with_what_follows() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo end 1; echo more; echo end 2; echo last; exit 3"]);
        let (is_well, held) = stream(command, |line| line.starts_with("end")).unwrap();
        assert!(!is_well);
        assert_eq!(held, ["end 2", "last"]);
    }

    #[test]
    fn every_python_package_has_its_exact_version() {
        let lines = REQUIREMENTS.lines().filter(|line| !line.starts_with('#'));
        for line in lines {
            assert!(line.contains("=="), "{line}");
        }
    }
}
