//! `gardefou iam audit`: files → snapshot → graph and checks → report.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Args;
use gardefou_finding::{
    Audit, AuditCoverage, AuditFailure, AuditFault, ExitStatus, Severity, Timestamp, Untrusted,
};
use gardefou_host::{Stream, Terminal, print, read_bytes, read_text, text_files, write_atomically};
use gardefou_iam::audit;
use gardefou_iam::check::Suppressions;
use gardefou_iam::snapshot::{Reader, Snapshot};
use gardefou_report::{Format, Lang, Options, render_audit};

use super::history::Trail;
use super::snapshot;
use crate::args::{Color, format, lang, severity, time};
use crate::commands::{Error, colour, tool};

/// Largest file that is read, in bytes.
const MAX_FILE: u64 = 1 << 30;

/// Largest file of suppressions that is read, in bytes.
const MAX_SUPPRESSIONS: u64 = 1 << 20;

/// Endings of files that are looked for in directories.
const ENDINGS: &[&str] = &["json", "csv", "ndjson", "jsonl"];

const EXAMPLES: &str = "\
What is read, each by its content (docs/iam-audit.md):
  aws iam get-account-authorization-details   of one account or many, whole or by pages
  aws iam get-credential-report               as it comes, or only its CSV
  aws iam get-account-summary, get-account-password-policy, list-mfa-devices,
  list-virtual-mfa-devices                    the account's number in the file's name, where there are several
  guardrails                                  SCPs and RCPs by account
  resources                                   functions, instances, buckets and the roles on them
  gardefou iam snapshot                       all of the first three groups, and guardrails, in one file

Examples:
  gardefou iam audit snapshot/
  gardefou iam audit --live resources.json
  gardefou iam audit details.json credentials.csv --format json
  gardefou iam audit snapshot/ --suppressions accepted.yml --fail-on high --out report

Exit status:
  0  no finding at or above --fail-on, and everything was read
  1  a finding at or above --fail-on
  2  wrong use, or suppressions that do not load
  3  something could not be read or judged; the report says what";

/// `gardefou iam audit`
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct AuditOptions {
    /// Files, or directories with files that end in .json or .csv
    #[arg(required_unless_present = "live", value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Ask AWS, with calls that only read, for the account of the credentials in use
    #[arg(long)]
    live: bool,

    /// With --live: do not ask Organizations for service and resource control policies
    #[arg(long, requires = "live")]
    no_organization: bool,

    /// CloudTrail archive, for permissions and roles that nobody uses: files, directories, globs
    /// or s3://bucket/prefix [may be repeated]
    #[arg(long, value_name = "ARCHIVE")]
    trail: Vec<OsString>,

    /// Findings that are accepted, with reason and end [YAML, see docs/iam-audit.md]
    #[arg(long, value_name = "FILE")]
    suppressions: Option<PathBuf>,

    /// The time of the judgement, by which ages are counted [default: now]
    #[arg(long, value_name = "TIME", value_parser = time)]
    at: Option<Timestamp>,

    /// Form of the report on standard output: text, json, markdown, ocsf, html
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = format)]
    format: Format,

    /// Also write the report in every form as files of this directory
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Language of the report
    #[arg(long, value_name = "en|fr", default_value = "en", value_parser = lang)]
    lang: Lang,

    /// Exit with status 1 from this severity of a finding on: informational, low, medium, high,
    /// critical
    #[arg(long, value_name = "SEVERITY", default_value = "medium", value_parser = severity)]
    fail_on: Severity,

    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Color,
}

/// Runs `gardefou iam audit`.
pub(crate) fn run(options: &AuditOptions) -> Result<ExitStatus, Error> {
    let suppressions = suppressions(options.suppressions.as_deref())?;
    let now = options
        .at
        .or_else(gardefou_host::now)
        .unwrap_or_else(Timestamp::epoch);
    let (mut snapshot, mut coverage) = read(options)?;
    if !options.trail.is_empty() {
        add_usage(options, &mut snapshot, &mut coverage)?;
    }
    let audit = audit(&snapshot, coverage, &suppressions, tool(), now)
        .map_err(|error| Error::Usage(error.to_string()))?;
    write_all(options, &audit)?;
    let terminal = Terminal::of(Stream::Out);
    let shown = Options {
        colour: colour(options.color, &terminal),
        width: terminal.width.map_or(100, usize::from),
        ..plain(options)
    };
    let text = render_audit(&audit, options.format, &shown);
    print(Stream::Out, &text).map(drop).map_err(Error::output)?;
    Ok(audit.exit_status(options.fail_on))
}

/// Adds what a history shows; what of it cannot be read is in the coverage.
fn add_usage(
    options: &AuditOptions,
    snapshot: &mut Snapshot,
    coverage: &mut AuditCoverage,
) -> Result<(), Error> {
    let trail = Trail {
        paths: &options.trail,
        since: None,
        until: None,
        threads: None,
        quiet: true,
    };
    let (usage, read) = trail.usage()?;
    snapshot.usage.get_or_insert_default().merge(usage);
    coverage.items.insert("event".to_owned(), read.events_read);
    for one in &read.failures {
        coverage.fail(AuditFailure {
            source: one.source.clone(),
            offset: one.offset,
            reason: AuditFault::BadHistory,
            detail: one.detail.clone().unwrap_or_else(|| Untrusted::new("")),
        });
    }
    // Those that are not listed count all the same.
    let unlisted = read
        .failed_total()
        .saturating_sub(read.failures.len() as u64);
    if unlisted > 0 {
        *coverage.failed.entry(AuditFault::BadHistory).or_default() += unlisted;
    }
    Ok(())
}

fn suppressions(path: Option<&Path>) -> Result<Suppressions, Error> {
    let Some(path) = path else {
        return Ok(Suppressions::default());
    };
    let text = read_text(path, MAX_SUPPRESSIONS).map_err(|error| Error::file(path, error))?;
    Suppressions::parse(&text)
        .map_err(|error| Error::Usage(format!("`{}`: {error}", path.display())))
}

/// Reads every file, and AWS where that was asked for; what cannot be read is
/// in the coverage.
fn read(options: &AuditOptions) -> Result<(Snapshot, AuditCoverage), Error> {
    let mut reader = Reader::default();
    if options.live {
        let taken = snapshot::ask(!options.no_organization)?;
        let name = format!("AWS account {}", taken.account);
        reader.add(&Untrusted::new(name), taken.text.as_bytes(), true);
    }
    read_files(&mut reader, &options.paths);
    Ok(reader.finish())
}

/// Reads files alone; what cannot be read is in the coverage.
pub(crate) fn read_snapshot(paths: &[PathBuf]) -> (Snapshot, AuditCoverage) {
    let mut reader = Reader::default();
    read_files(&mut reader, paths);
    reader.finish()
}

/// Reads files, and directories with files.
pub(crate) fn read_files(reader: &mut Reader, paths: &[PathBuf]) {
    for path in paths {
        match text_files(path, ENDINGS) {
            Ok(files) => {
                for file in files {
                    read_file(reader, &file, file == *path);
                }
            }
            Err(error) => reader.fail_file(&name(path), AuditFault::Unreadable, error.to_string()),
        }
    }
}

fn read_file(reader: &mut Reader, path: &Path, named: bool) {
    match read_bytes(path, MAX_FILE) {
        Ok(bytes) => reader.add(&name(path), &bytes, named),
        Err(error) => {
            let too_large = error.kind() == std::io::ErrorKind::FileTooLarge;
            let fault = if too_large {
                AuditFault::TooLarge
            } else {
                AuditFault::Unreadable
            };
            reader.fail_file(&name(path), fault, error.to_string());
        }
    }
}

fn name(path: &Path) -> Untrusted {
    Untrusted::new(path.to_string_lossy())
}

fn write_all(options: &AuditOptions, audit: &Audit) -> Result<(), Error> {
    let Some(dir) = &options.out else {
        return Ok(());
    };
    for format in Format::ALL {
        let path = dir.join(format!("audit.{}", format.extension()));
        let text = render_audit(audit, *format, &plain(options));
        write_atomically(&path, text.as_bytes()).map_err(|error| Error::file(&path, error))?;
    }
    Ok(())
}

/// How files are rendered, whatever the terminal.
fn plain(options: &AuditOptions) -> Options {
    Options {
        lang: options.lang,
        ..Options::default()
    }
}
