//! What was typed.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use chrono::{NaiveDate, NaiveTime};
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use gardefou_finding::{Severity, Timestamp};
use gardefou_report::{CheckFormat, Format, Lang};

use crate::commands::advisories::args::Advisories;
use crate::commands::approve::Approve;
use crate::commands::check::args::{Outcome, TrustChoice};
use crate::commands::contain::args::Contain;
use crate::commands::hook::args::Hook;
use crate::commands::iam::args::Iam;
use crate::commands::ledger::args::Ledger;

/// Reads AWS CloudTrail and tells what happened as incidents.
#[derive(Debug, Parser)]
#[command(name = "gardefou", version, max_term_width = 100, after_help = AFTER_HELP)]
pub(crate) struct Typed {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER_HELP: &str = "\
Exit status:
  0  no incident at or above --fail-on, and everything was read
  1  an incident at or above --fail-on
  2  wrong use, or a rule that does not load
  3  something could not be read or judged; the report says what";

const VERIFY_EXAMPLES: &str = "\
Examples:
  gardefou verify-trail copy/ --since 2026-11-01 --until 2026-12-01
  gardefou verify-trail s3://my-trail/AWSLogs/ --since 2026-11-01

Exit status:
  0  all of the time asked for is proven
  1  something is not proven or in doubt
  2  wrong use
  3  something could not be read; the output says what";

const CHECK_EXAMPLES: &str = "\
Nothing that is checked is executed, and the network is not used.

Examples:
  gardefou check --range origin/main..HEAD
  gardefou check --staged
  git format-patch -1 --stdout | gardefou check --patch -
  gardefou check --artifact build/extension.vsix --source v1.84.0
  gardefou check . --format sarif
  gardefou check . --config gardefou.toml --baseline before.json

Exit status:
  0  no finding at or above --fail-on (high, unless told), and everything was read: the verdicts
     ALLOW and, with medium findings, ASK
  1  a finding at or above --fail-on, and more than guessed: the verdict DENY
  2  wrong use, no repository, or no such revision
  3  something could not be read or judged; the report says what";

const FETCH_EXAMPLES: &str = "\
Writes two files beside the copy: s3-metadata.json (the digests' signatures, which S3 keeps in the
objects' metadata) and list-public-keys.json (CloudTrail's public keys of the digests' regions).

Examples:
  gardefou fetch-trail s3://my-trail/AWSLogs/ copy/ --since 2026-11-01
  gardefou verify-trail copy/ --since 2026-11-01 --until 2026-12-01

Exit status:
  0  everything was copied
  2  wrong use
  3  something could not be read or written; standard error says what";

const INVESTIGATE_EXAMPLES: &str = "\
Examples:
  gardefou investigate AWSLogs/
  gardefou investigate s3://my-trail/AWSLogs/ --since 2026-11-01 --fail-on high
  gardefou investigate AWSLogs/ --lang fr --out report
  aws cloudtrail lookup-events --output json | gardefou investigate -

Exit status:
  0  no incident at or above --fail-on, and everything was read
  1  an incident at or above --fail-on
  2  wrong use, or a rule that does not load
  3  something could not be read or judged; the report says what";

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Read CloudTrail logs and tell what happened as incidents
    Investigate(Box<Investigate>),
    /// Say which guardrails would have stopped an incident, and what they would have broken
    Replay(Box<Replay>),
    /// Judge a change, a tree or an artifact before it goes in
    Check(Box<Check>),
    /// Make the file of advisories that check compares dependencies with
    #[command(subcommand)]
    Advisories(Advisories),
    /// Close the door: plan the containment of an incident, carry it out, undo it
    #[command(subcommand)]
    Contain(Box<Contain>),
    /// Sign that you looked at a change and agree
    Approve(Box<Approve>),
    /// Put the gate into a repository's hooks, or into a CI service
    #[command(subcommand)]
    Hook(Hook),
    /// Verify CloudTrail's digest files: which hours of an archive nobody changed
    VerifyTrail(Box<VerifyTrail>),
    /// Copy logs and digests from S3, with all that verify-trail needs to prove the copy
    FetchTrail(Box<FetchTrail>),
    /// Say what AWS decides about a request
    #[command(subcommand)]
    Iam(Box<Iam>),
    /// Keep and verify the journal that cannot be quietly rewritten
    #[command(subcommand)]
    Ledger(Box<Ledger>),
    /// List, show and test the detection rules
    #[command(subcommand)]
    Rules(Rules),
    /// Print a shell completion script
    Completions {
        /// For which shell
        shell: Shell,
    },
    /// Print the manual page
    Man,
}

/// What is read of an archive, and how.
#[derive(Args, Debug)]
pub(crate) struct Reading {
    /// Files, directories, globs, s3://bucket/prefix, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<OsString>,

    /// Only events from this time on: 2026-11-01, or 2026-11-01T10:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) since: Option<Timestamp>,

    /// Only events before this time
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) until: Option<Timestamp>,

    /// Only files of this account, where their names tell [may be repeated]
    #[arg(long, value_name = "ID")]
    pub(crate) account: Vec<String>,

    /// Only files of this region, where their names tell [may be repeated]; IAM, STS and sign-in
    /// are logged in us-east-1
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Vec<String>,

    #[command(flatten)]
    pub(crate) rules: RuleChoice,

    /// Threads that read [default: as many as the machine has]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<NonZeroUsize>,

    /// Largest size of one file when inflated, in MiB; the rest is told as not read
    #[arg(long, value_name = "MIB", default_value_t = 1024)]
    pub(crate) max_inflated: u64,

    /// Largest number of inflated bytes for each stored byte of one file
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub(crate) max_ratio: u64,

    /// Go on after this object of an s3:// listing, which was read before
    #[arg(long, value_name = "S3-URL")]
    pub(crate) resume_after: Option<String>,

    /// Show no progress on standard error
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// `gardefou investigate`
#[derive(Args, Debug)]
#[command(after_help = INVESTIGATE_EXAMPLES)]
pub(crate) struct Investigate {
    #[command(flatten)]
    pub(crate) reading: Reading,

    /// Form of the report on standard output: text, json, markdown, ocsf, html
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = format)]
    pub(crate) format: Format,

    /// Also write the report in every form as files of this directory
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    /// Language of the report
    #[arg(long, value_name = "en|fr", default_value = "en", value_parser = lang)]
    pub(crate) lang: Lang,

    /// Exit with status 1 from this severity of an incident on: informational, low, medium, high,
    /// critical
    #[arg(long, value_name = "SEVERITY", default_value = "medium", value_parser = severity)]
    pub(crate) fail_on: Severity,

    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,

    /// Append the report's digest and coverage to this ledger
    #[arg(long, value_name = "DIR")]
    pub(crate) ledger: Option<PathBuf>,

    /// File of the ledger's private key [default: DIR.key]
    #[arg(long, value_name = "FILE", requires = "ledger")]
    pub(crate) ledger_key: Option<PathBuf>,

    /// A report of `gardefou check --format json`: access keys that it found in commits, and that
    /// an incident used, join both
    #[arg(long, value_name = "FILE")]
    pub(crate) with_changes: Option<PathBuf>,
}

const REPLAY_EXAMPLES: &str = "\
Examples:
  gardefou replay AWSLogs/
  gardefou replay AWSLogs/ --suggest --out guardrails
  gardefou replay AWSLogs/ --snapshot snapshot/ --guardrail no-unused-regions
  gardefou replay AWSLogs/ --set no-unused-regions.regions=eu-west-1,eu-central-1

Exit status:
  0  the guardrails would have stopped every incident, and everything was read
  1  some effect of an incident goes through, or the snapshot does not explain the history
  2  wrong use, or a guardrail that does not load
  3  something could not be read or judged; the report says what";

/// `gardefou replay`
#[derive(Args, Debug)]
#[command(after_help = REPLAY_EXAMPLES)]
pub(crate) struct Replay {
    #[command(flatten)]
    pub(crate) reading: Reading,

    /// Snapshot of the accounts, as iam audit reads it, to measure how far it explains the history
    /// [may be repeated]
    #[arg(long, value_name = "PATH")]
    pub(crate) snapshot: Vec<PathBuf>,

    /// Only this guardrail: its name, or its file [may be repeated]
    #[arg(long, value_name = "ID|FILE")]
    pub(crate) guardrail: Vec<String>,

    /// Values of a guardrail's parameter, instead of learning them [may be repeated]
    #[arg(long, value_name = "ID.NAME=VALUE,…")]
    pub(crate) set: Vec<String>,

    /// Show and write only the smallest set that stops most and breaks least
    #[arg(long, conflicts_with = "guardrail")]
    pub(crate) suggest: bool,

    /// Form of the report on standard output: text, json, markdown, html
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = replay_format)]
    pub(crate) format: Format,

    /// Also write the report in every form, and the policies as JSON and Terraform, as files of
    /// this directory
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    /// Language of the report
    #[arg(long, value_name = "en|fr", default_value = "en", value_parser = lang)]
    pub(crate) lang: Lang,

    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
}

/// `gardefou check`
#[derive(Args, Debug)]
#[command(
    after_help = CHECK_EXAMPLES,
    group = ArgGroup::new("subject")
        .required(true)
        .args(["range", "staged", "patch", "artifact", "branch_protection", "paths"]),
)]
pub(crate) struct Check {
    /// Files and directories
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,

    /// The commits of this range, each by itself: A..B, A...B, or one commit
    #[arg(long, value_name = "A..B")]
    pub(crate) range: Option<String>,

    /// What the index would commit
    #[arg(long)]
    pub(crate) staged: bool,

    /// A patch, or - for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) patch: Option<PathBuf>,

    /// A package or archive: .vsix, .tgz, .whl, .crate, .zip, .tar.gz, .tar.xz, .tar.zst
    #[arg(long, value_name = "FILE")]
    pub(crate) artifact: Option<PathBuf>,

    /// The revision that the artifact is said to be made of
    #[arg(long, value_name = "REV", requires = "artifact")]
    pub(crate) source: Option<String>,

    /// Compare dependencies with these advisories, as `gardefou advisories sync` writes them: the
    /// file, or its directory
    #[arg(long, value_name = "FILE")]
    pub(crate) advisories: Option<PathBuf>,

    /// Say that advisories are old when their newest record is older than so many days
    #[arg(long, value_name = "DAYS", default_value_t = 7)]
    pub(crate) max_advisory_age: u32,

    /// Times of publication: lines of ecosystem, name, version and time, with tabs between
    #[arg(long, value_name = "FILE")]
    pub(crate) published: Option<PathBuf>,

    /// Tell new dependencies that were published less than so many days ago, where that is known;
    /// 0 for none
    #[arg(long, value_name = "DAYS", default_value_t = 7)]
    pub(crate) min_age: u32,

    /// What protects a branch, as GitHub or GitLab exports it (JSON)
    #[arg(long, value_name = "FILE")]
    pub(crate) branch_protection: Option<PathBuf>,

    /// The repository of --range, --staged and --source [default: where the program runs]
    #[arg(long, value_name = "DIR")]
    pub(crate) repo: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) trust: TrustChoice,

    #[command(flatten)]
    pub(crate) outcome: Outcome,

    /// Form of the report on standard output: text, json, sarif, github, markdown, html
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = check_format)]
    pub(crate) format: CheckFormat,

    /// Language of the report
    #[arg(long, value_name = "en|fr", default_value = "en", value_parser = lang)]
    pub(crate) lang: Lang,

    /// Exit with status 1 from this severity of a finding on, when it is of more than low
    /// confidence: informational, low, medium, high, critical
    #[arg(long, value_name = "SEVERITY", default_value = "high", value_parser = severity)]
    pub(crate) fail_on: Severity,

    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,

    /// Threads that judge a tree [default: as many as the machine has]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<NonZeroUsize>,
}

/// `gardefou verify-trail`
#[derive(Args, Debug)]
#[command(after_help = VERIFY_EXAMPLES)]
pub(crate) struct VerifyTrail {
    /// A directory with logs and digests as CloudTrail delivers them, or s3://bucket/prefix
    #[arg(value_name = "DIR")]
    pub(crate) path: OsString,

    /// Public keys, as `aws cloudtrail list-public-keys` prints them [default: the file
    /// list-public-keys.json in the directory or beside it; for s3://, CloudTrail is asked] [may
    /// be repeated]
    #[arg(long, value_name = "FILE")]
    pub(crate) public_keys: Vec<PathBuf>,

    /// S3 metadata of the digests [default: the file s3-metadata.json in the directory or beside
    /// it; for s3://, S3 is asked]
    #[arg(long, value_name = "FILE")]
    pub(crate) metadata: Option<PathBuf>,

    /// The time that must be proven begins here: 2026-11-01, or 2026-11-01T10:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) since: Option<Timestamp>,

    /// The time that must be proven ends here [default for s3://: two hours ago]
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) until: Option<Timestamp>,

    /// Form of the answer on standard output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: ProofFormat,

    /// Language of the text
    #[arg(long, value_name = "en|fr", default_value = "en", value_parser = lang)]
    pub(crate) lang: Lang,

    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,

    /// Threads that read [default: as many as the machine has]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<NonZeroUsize>,

    /// Show no progress on standard error
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// `gardefou fetch-trail`
#[derive(Args, Debug)]
#[command(after_help = FETCH_EXAMPLES)]
pub(crate) struct FetchTrail {
    /// s3://bucket/prefix
    #[arg(value_name = "S3-URL")]
    pub(crate) from: String,

    /// Directory to copy to; each object goes below it under its key
    #[arg(value_name = "DIR")]
    pub(crate) to: PathBuf,

    /// Only what was delivered from this time on, and a day before
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) since: Option<Timestamp>,

    /// Only what was delivered before this time, and a day after
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) until: Option<Timestamp>,
}

/// How a proof is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProofFormat {
    /// For a terminal
    Text,
    /// As schemas/gardefou.trail-proof.1.schema.json describes it
    Json,
}

/// Which rules are used.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct RuleChoice {
    /// Also use the Sigma rules of this file or directory [may be repeated]
    #[arg(long = "rules", id = "rule-paths", value_name = "DIR")]
    pub(crate) paths: Vec<PathBuf>,

    /// Use none of the rules that the program carries
    #[arg(long)]
    pub(crate) no_embedded_rules: bool,
}

/// `gardefou rules`
#[derive(Debug, Subcommand)]
pub(crate) enum Rules {
    /// List the rules, one a line: severity, id, name, title
    List {
        #[command(flatten)]
        rules: RuleChoice,
    },
    /// Show a rule's text (of those that the program carries, without the examples)
    Show {
        /// The rule's id or name
        id: String,
        #[command(flatten)]
        rules: RuleChoice,
    },
    /// Run the example events that rules carry; status 1 when one does not come out as expected
    Test {
        /// File or directory of Sigma rules
        path: PathBuf,
    },
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

pub(crate) fn time(text: &str) -> Result<Timestamp, String> {
    if let Some(time) = Timestamp::parse(text) {
        return Ok(time);
    }
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .and_then(|day| Timestamp::from_seconds(day.and_time(NaiveTime::MIN).and_utc().timestamp()))
        .ok_or_else(|| {
            "expected a day such as 2025-11-01 or a time such as 2025-11-01T10:00:00Z".to_owned()
        })
}

pub(crate) fn format(text: &str) -> Result<Format, String> {
    text.parse()
}

/// A format in which a replay can be written.
fn replay_format(text: &str) -> Result<Format, String> {
    match text.parse()? {
        Format::Ocsf => Err("a replay is no OCSF finding".to_owned()),
        format => Ok(format),
    }
}

fn check_format(text: &str) -> Result<CheckFormat, String> {
    text.parse()
}

pub(crate) fn lang(text: &str) -> Result<Lang, String> {
    text.parse()
}

pub(crate) fn severity(text: &str) -> Result<Severity, String> {
    text.parse()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Typed::command().debug_assert();
    }

    #[test]
    fn days_and_times_are_read() {
        assert_eq!(
            time("2025-11-02").unwrap().to_string(),
            "2025-11-02T00:00:00Z"
        );
        assert!(time("2025-11-02T01:02:03+01:00").is_ok());
        assert!(time("yesterday").is_err());
    }
}
