//! `gardefou check`: a change, a tree or an artifact → checks → what is
//! accepted → verdict.

pub(crate) mod args;
mod dependencies;
mod subject;
mod trusted;

use std::path::{Path, PathBuf};

use gardefou_finding::{ExitStatus, Report, Untrusted};
use gardefou_host::{Stream, Terminal, print, read_bytes, with_deep_stack};
use gardefou_ledger::sha256_hex;
use gardefou_report::{CheckFormat, Lang, Options, render_check};
use gardefou_scan::{CHECK_SCHEMA, CheckReport, Finding, Judge, Judged, join};
use serde::Deserialize;

use self::args::Outcome;
use super::{Error, colour, ledger, tool};
use crate::args::{Check, Color};
use crate::messages::say;

pub(super) use subject::{commits, git, index};
pub(super) use trusted::Trusted;

/// Largest patch, artifact or report that is read, in bytes.
const MAX_INPUT: u64 = 1 << 30;

/// Runs `gardefou check`.
pub(crate) fn run(options: &Check) -> Result<ExitStatus, Error> {
    let judge = Judge::with(dependencies::options(options)?);
    let judged = with_deep_stack(|| subject::judged(options, &judge)).map_err(Error::output)??;
    let report = concluded(judged, &options.outcome)?;
    record(options, &report)?;
    show(&report, options.format, options.lang, options.color)?;
    Ok(report.exit_status(options.fail_on))
}

/// The report about what was judged.
pub(super) fn concluded(mut judged: Judged, outcome: &Outcome) -> Result<CheckReport, Error> {
    if let Some(path) = &outcome.with_trail {
        let trail: Report = from_json(path)?;
        join::with_trail(&mut judged.findings, &trail);
    }
    Ok(CheckReport::new(judged.findings, judged.coverage, tool()))
}

/// Prints a report.
pub(super) fn show(
    report: &CheckReport,
    format: CheckFormat,
    lang: Lang,
    color: Color,
) -> Result<(), Error> {
    let terminal = Terminal::of(Stream::Out);
    let shown = Options {
        lang,
        width: terminal.width.map_or(100, usize::from),
        colour: colour(color, &terminal),
        pretty: true,
    };
    let text = render_check(report, format, &shown);
    print(Stream::Out, &text).map(drop).map_err(Error::output)
}

/// The findings of an earlier report of the gate.
pub(super) fn findings_in(path: &Path) -> Result<Vec<Finding>, Error> {
    let report: CheckReport = from_json(path)?;
    if report.schema != CHECK_SCHEMA {
        return Err(Error::Usage(format!(
            "`{}` has not the schema `{CHECK_SCHEMA}`",
            path.display()
        )));
    }
    Ok(report.findings)
}

fn from_json<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, Error> {
    let bytes = read_bytes(path, MAX_INPUT).map_err(|error| Error::file(path, error))?;
    let told = |error| Error::Usage(format!("`{}`: {error}", path.display()));
    serde_json::from_slice(&bytes).map_err(told)
}

/// Appends the verdict to the ledger: the digest is that of `--format json`.
fn record(options: &Check, report: &CheckReport) -> Result<(), Error> {
    let Some(dir) = &options.outcome.ledger else {
        return Ok(());
    };
    let json = render_check(report, CheckFormat::Json, &Options::default());
    let payload = serde_json::json!({
        "schema": report.schema,
        "tool": report.tool,
        "subject": subject_told(options),
        "verdict": report.verdict,
        "report_sha256": sha256_hex(json.as_bytes()),
        "findings": report.findings.len() as u64 + report.findings_left_out,
        "exit_status": report.exit_status(options.fail_on).code(),
        "coverage": report.coverage,
    });
    let key = options.outcome.ledger_key.clone();
    let receipt = ledger::record(dir, key, "verdict", payload)?;
    say(&format!(
        "gardefou: recorded as entry {} of the ledger",
        receipt.first
    ));
    Ok(())
}

/// What was judged, as it was typed.
fn subject_told(options: &Check) -> serde_json::Value {
    let path = |path: &PathBuf| Untrusted::new(path.to_string_lossy());
    serde_json::json!({
        "range": options.range,
        "staged": options.staged,
        "patch": options.patch.as_ref().map(path),
        "artifact": options.artifact.as_ref().map(path),
        "source": options.source,
        "branch_protection": options.branch_protection.as_ref().map(path),
        "paths": options.paths.iter().map(path).collect::<Vec<_>>(),
    })
}
