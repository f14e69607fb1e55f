//! `gardefou investigate`: sources → facts → judgement → details → report, and
//! where there is an incident: what would have prevented it.

use std::collections::BTreeSet;
use std::ffi::OsString;

use clap::Parser as _;
use gardefou_finding::{
    Coverage, ExitStatus, Failure, FailureReason, REPORT_SCHEMA, Report, Timestamp, Untrusted,
};
use gardefou_host::{
    Archive, Limits, ReadOptions, Scope, Selection, Stream, Terminal, print, write_atomically,
};
use gardefou_ledger::sha256_hex;
use gardefou_replay::Collected;
use gardefou_report::{Format, Options, render};
use gardefou_scan::join;
use gardefou_trail::facts::Facts;
use gardefou_trail::proof::Period;
use gardefou_trail::rules::RuleSet;
use gardefou_trail::scan::{SeenEvents, TimeRange};
use gardefou_trail::story::{Details, Focus, judge, tell};

use super::replay::{Looking, Third};
use super::{Error, check, colour, ledger, rules, tool, verify_trail};
use crate::args::{Command, Investigate, Reading, Typed};
use crate::messages::{progress, say};
use crate::pipeline::{Again, Endings, First, Second};

/// Runs `gardefou investigate`.
pub(crate) fn run(options: &Investigate) -> Result<ExitStatus, Error> {
    let mut report = look(&options.reading, Some(Third::for_preventions()?))?.report;
    if let Some(path) = &options.with_changes {
        join::with_changes(&mut report, &check::findings_in(path)?);
    }
    write_all(options, &report)?;
    record(options, &report)?;
    let terminal = Terminal::of(Stream::Out);
    let text = render(&report, options.format, &render_options(options, &terminal));
    print(Stream::Out, &text).map(drop).map_err(Error::output)?;
    Ok(report.exit_status(options.fail_on))
}

/// What several looks at an archive found.
pub(crate) struct Looked {
    /// The report of the first and second look.
    pub(crate) report: Report,
    /// What the third look collected, where there was one.
    pub(crate) collected: Option<Collected>,
    /// First and last event.
    pub(crate) span: Option<(Timestamp, Timestamp)>,
}

/// Looks at an archive: at everything; again at what can hold an incident's
/// calls; and where `third` wants it, again at everything, for the calls that
/// guardrails can see.
pub(crate) fn look(reading: &Reading, third: Option<Third<'_>>) -> Result<Looked, Error> {
    let rules = rules::load(&reading.rules)?;
    for title in rules.skipped() {
        say(&format!(
            "gardefou: rule `{title}` is not about CloudTrail and is left out"
        ));
    }
    let archive = Archive::open(&reading.paths, &scope(reading))?;
    investigate(reading, &rules, archive, third)
}

/// The report of an archive, with what `investigate` takes when nothing else
/// is typed.
pub(crate) fn report_of(paths: &[OsString]) -> Result<Report, Error> {
    let typed = ["gardefou", "investigate", "--quiet", "--"].map(OsString::from);
    let typed = typed.into_iter().chain(paths.iter().cloned());
    let typed = Typed::try_parse_from(typed).map_err(|error| Error::Usage(error.to_string()))?;
    let Command::Investigate(options) = typed.command else {
        return Err(Error::Usage("nothing to investigate".to_owned()));
    };
    Ok(look(&options.reading, None)?.report)
}

fn scope(reading: &Reading) -> Scope {
    let selection = Selection {
        since: reading.since,
        until: reading.until,
        accounts: reading.account.iter().cloned().collect::<BTreeSet<_>>(),
        regions: reading.region.iter().cloned().collect::<BTreeSet<_>>(),
    };
    Scope {
        selection,
        resume_after: reading.resume_after.clone(),
    }
}

fn investigate(
    reading: &Reading,
    rules: &RuleSet,
    archive: Archive,
    third: Option<Third<'_>>,
) -> Result<Looked, Error> {
    let names: Vec<String> = archive
        .sources
        .iter()
        .map(|source| source.name().as_str().to_owned())
        .collect();
    let range = TimeRange {
        since: reading.since,
        until: reading.until,
    };
    let terminal = Terminal::of(Stream::Err);
    let show = |at: &gardefou_host::Progress| progress(at, terminal.is_tty);
    let read_options = ReadOptions {
        threads: reading.threads,
        limits: limits(reading),
        progress: (!reading.quiet).then_some(&show),
    };
    let (facts, mut coverage, endings) = first_look(rules, &archive, &read_options, range);
    let judgement = judge(rules, &facts);
    for title in &judgement.cut {
        coverage.fail(over_limit(title));
    }
    let focus = &judgement.focus;
    let (details, unread) = second_look(rules, &archive, &read_options, focus, &endings);
    coverage.merge(unread);
    let end = facts.time.map(|(_, last)| last);
    let now = gardefou_host::now()
        .or(end)
        .unwrap_or_else(Timestamp::epoch);
    let told = tell(rules, &facts, &judgement, &details, &names, now);
    coverage.see(&facts.accounts, &facts.regions, facts.time);
    let mut looked = Looked {
        report: Report {
            schema: REPORT_SCHEMA.to_owned(),
            tool: tool(),
            incidents: told.incidents,
            findings: told.findings,
            findings_left_out: told.findings_left_out,
            coverage,
            proof: verify_trail::summary(
                &reading.paths,
                &archive,
                &names,
                period(reading),
                &read_options,
            ),
            rules: judgement.rules,
        },
        collected: None,
        span: facts.time,
    };
    if let Some(third) = third {
        let at = Looking {
            archive: &archive,
            options: ReadOptions {
                progress: None,
                ..read_options
            },
            focus,
            range,
            endings: &endings,
        };
        third.look(&at, &mut looked)?;
    }
    Ok(looked)
}

/// A rule that matched for more credentials and origins than are kept.
fn over_limit(title: &str) -> Failure {
    Failure {
        source: Untrusted::default(),
        offset: None,
        reason: FailureReason::LimitReached,
        detail: Some(Untrusted::new(title)),
    }
}

fn period(reading: &Reading) -> Period {
    Period {
        since: reading.since,
        until: reading.until,
    }
}

fn limits(reading: &Reading) -> Limits {
    Limits {
        inflated_size: reading.max_inflated.saturating_mul(1 << 20),
        ratio: reading.max_ratio,
        ..Limits::default()
    }
}

fn first_look(
    rules: &RuleSet,
    archive: &Archive,
    options: &ReadOptions<'_>,
    range: TimeRange,
) -> (Facts, Coverage, Endings) {
    let seen = SeenEvents::default();
    let read = archive.read(options, || First::new(rules, &seen, range));
    let mut facts = Facts::default();
    let mut coverage = archive.coverage.clone();
    let mut endings = Endings::default();
    for worker in read.workers {
        let (found, covered, ended) = worker.finish();
        facts.merge(found);
        coverage.merge(covered);
        endings.extend(ended);
    }
    facts.settle();
    coverage.sources = read.totals;
    (facts, coverage, endings)
}

fn second_look(
    rules: &RuleSet,
    archive: &Archive,
    options: &ReadOptions<'_>,
    focus: &Focus,
    endings: &Endings,
) -> (Details, Coverage) {
    let mut details = Details::default();
    let mut unread = Coverage::default();
    if focus.is_empty() {
        return (details, unread);
    }
    let seen = SeenEvents::small();
    let numbers: Vec<u32> = focus.sources().iter().copied().collect();
    let part = archive.part(&numbers);
    let again = Again {
        numbers: &numbers,
        endings,
    };
    let options = ReadOptions {
        progress: None,
        ..*options
    };
    let read = part.read(&options, || Second::new(rules, focus, &seen, again));
    for worker in read.workers {
        let (found, failed) = worker.finish();
        details.merge(found);
        unread.merge(failed);
    }
    (details, unread)
}

/// Appends what was concluded, from how much, to the ledger: the digest is that
/// of `report.json`, as `--out` writes it.
fn record(options: &Investigate, report: &Report) -> Result<(), Error> {
    let Some(dir) = &options.ledger else {
        return Ok(());
    };
    let json = render(report, Format::Json, &plain(options));
    let payload = serde_json::json!({
        "schema": report.schema,
        "tool": report.tool,
        "report_sha256": sha256_hex(json.as_bytes()),
        "incidents": report.incidents.len(),
        "exit_status": report.exit_status(options.fail_on).code(),
        "coverage": report.coverage,
    });
    let receipt = ledger::record(dir, options.ledger_key.clone(), "investigation", payload)?;
    say(&format!(
        "gardefou: recorded as entry {} of the ledger",
        receipt.first
    ));
    Ok(())
}

fn render_options(options: &Investigate, terminal: &Terminal) -> Options {
    let colour = colour(options.color, terminal);
    let width = terminal.width.map_or(100, usize::from);
    Options {
        lang: options.lang,
        width,
        colour,
        pretty: true,
    }
}

fn write_all(options: &Investigate, report: &Report) -> Result<(), Error> {
    let Some(dir) = &options.out else {
        return Ok(());
    };
    for format in Format::ALL {
        let path = dir.join(format!("report.{}", format.extension()));
        let text = render(report, *format, &plain(options));
        write_atomically(&path, text.as_bytes()).map_err(|error| Error::file(&path, error))?;
    }
    Ok(())
}

/// How files are rendered, whatever the terminal.
fn plain(options: &Investigate) -> Options {
    Options {
        lang: options.lang,
        width: 100,
        colour: false,
        pretty: true,
    }
}
