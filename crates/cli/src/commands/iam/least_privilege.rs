//! `gardefou iam least-privilege`: what a principal did → the policy that it needs.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use gardefou_finding::{ExitStatus, PROPOSAL_SCHEMA, Proposal, Timestamp, Untrusted};
use gardefou_host::{Stream, Terminal, print, write_atomically};
use gardefou_iam::Policy;
use gardefou_iam::least::{documents, propose, replay};
use gardefou_iam::snapshot::{Reader, Snapshot};
use gardefou_iam::usage::Who;
use gardefou_replay::{Mapper, Names, Reference};
use gardefou_report::{Lang, Options, ProposalFormat, render_proposal};

use super::audit::read_files;
use super::history::Trail;
use crate::args::{Color, lang, time};
use crate::commands::{Error, colour, tool};

const EXAMPLES: &str = "\
Examples:
  gardefou iam least-privilege arn:aws:iam::111122223333:role/ci-deploy --trail AWSLogs/
  gardefou iam least-privilege arn:aws:iam::111122223333:role/app --trail s3://trail/AWSLogs/ \\
      --since 2026-08-01 --snapshot snapshot/ --format policy

Exit status:
  0  every call that succeeded is allowed by the proposal
  1  a call is not allowed, or nobody knows its action; the report says which
  2  wrong use
  3  something could not be read, or the principal did nothing in what was read";

/// `gardefou iam least-privilege`
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct LeastPrivilege {
    /// ARN of a user or role
    #[arg(value_name = "PRINCIPAL", value_parser = principal)]
    principal: Named,

    /// CloudTrail archive: files, directories, globs or s3://bucket/prefix [may be repeated]
    #[arg(long, value_name = "ARCHIVE", required = true)]
    trail: Vec<OsString>,

    /// What `iam audit` reads, for today's policies: what they allow and the log would not show
    /// is kept [may be repeated]
    #[arg(long, value_name = "PATH")]
    snapshot: Vec<PathBuf>,

    /// Only events from this time on: 2026-11-01, or 2026-11-01T10:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<Timestamp>,

    /// Only events before this time
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<Timestamp>,

    /// Form of the answer on standard output: text, json, markdown, policy, terraform
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = format)]
    format: ProposalFormat,

    /// Also write the answer in every form as files of this directory
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Language of the text
    #[arg(long, value_name = "en|fr", default_value = "en", value_parser = lang)]
    lang: Lang,

    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Color,

    /// Threads that read [default: as many as the machine has]
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,

    /// Show no progress on standard error
    #[arg(long, short)]
    quiet: bool,
}

/// A principal as it was typed, and who that is.
#[derive(Clone, Debug)]
struct Named {
    arn: String,
    who: Who,
}

fn principal(text: &str) -> Result<Named, String> {
    let who = Who::of(text).ok_or("expected the ARN of a user or role")?;
    let arn = text.to_owned();
    Ok(Named { arn, who })
}

fn format(text: &str) -> Result<ProposalFormat, String> {
    text.parse()
}

/// Runs `gardefou iam least-privilege`.
pub(crate) fn run(options: &LeastPrivilege) -> Result<ExitStatus, Error> {
    let snapshot = snapshot(&options.snapshot)?;
    let proposal = proposal(options, &snapshot)?;
    write_all(options, &proposal)?;
    let terminal = Terminal::of(Stream::Out);
    let shown = Options {
        colour: colour(options.color, &terminal),
        width: terminal.width.map_or(100, usize::from),
        ..plain(options)
    };
    let text = render_proposal(&proposal, options.format, &shown);
    print(Stream::Out, &text).map(drop).map_err(Error::output)?;
    Ok(proposal.exit_status())
}

/// Today's policies must be read whole: what is kept depends on them.
fn snapshot(paths: &[PathBuf]) -> Result<Snapshot, Error> {
    let mut reader = Reader::default();
    read_files(&mut reader, paths);
    let (snapshot, coverage) = reader.finish();
    match coverage.failures.first() {
        None => Ok(snapshot),
        Some(first) => Err(Error::Usage(format!(
            "the snapshot cannot be read whole, {} faults, the first in `{}`: {}",
            coverage.failed_total(),
            first.source.as_str(),
            first.detail.as_str()
        ))),
    }
}

fn proposal(options: &LeastPrivilege, snapshot: &Snapshot) -> Result<Proposal, Error> {
    let current = current(options, snapshot)?;
    let reference = Reference::load();
    let mapper = Mapper::new(&reference).with_names(Names::of(snapshot));
    let trail = Trail {
        paths: &options.trail,
        since: options.since,
        until: options.until,
        threads: options.threads,
        quiet: options.quiet,
    };
    let (deeds, coverage) = trail.deeds(&mapper, &options.principal.who)?;
    let past = deeds.requests();
    let draft = propose(&past, &current);
    let policies = documents(&draft.statements);
    let replay = replay(&past, &policies).map_err(|error| Error::Usage(error.to_string()))?;
    Ok(Proposal {
        schema: PROPOSAL_SCHEMA.to_owned(),
        tool: tool(),
        principal: Untrusted::new(options.principal.arn.as_str()),
        history: deeds.history,
        statements: draft.statements,
        policies,
        widened: draft.widened,
        blind_spots: draft.blind_spots,
        dropped: draft.dropped,
        dropped_left_out: draft.dropped_left_out,
        current_known: !options.snapshot.is_empty(),
        replay,
        coverage,
    })
}

/// The principal's policies of today, its own and its groups'.
fn current(options: &LeastPrivilege, snapshot: &Snapshot) -> Result<Vec<Arc<Policy>>, Error> {
    if options.snapshot.is_empty() {
        return Ok(Vec::new());
    }
    let named = &options.principal;
    let found = snapshot.principals.iter().position(|one| named.who.is(one));
    let id =
        found.ok_or_else(|| Error::Usage(format!("`{}` is not in the snapshot", named.arn)))?;
    let policies = snapshot.identity_policies(id);
    Ok(policies
        .filter_map(|(_, held)| held.policy.clone())
        .collect())
}

fn write_all(options: &LeastPrivilege, proposal: &Proposal) -> Result<(), Error> {
    let Some(dir) = &options.out else {
        return Ok(());
    };
    for format in ProposalFormat::ALL {
        let path = dir.join(format!("least-privilege.{}", format.extension()));
        let text = render_proposal(proposal, *format, &plain(options));
        write_atomically(&path, text.as_bytes()).map_err(|error| Error::file(&path, error))?;
    }
    Ok(())
}

/// How files are rendered, whatever the terminal.
fn plain(options: &LeastPrivilege) -> Options {
    Options {
        lang: options.lang,
        ..Options::default()
    }
}
