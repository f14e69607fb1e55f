//! `gardefou investigate`: sources → facts → judgement → details → report.

use std::collections::BTreeSet;

use gardefou_finding::{
    Coverage, ExitStatus, Failure, FailureReason, REPORT_SCHEMA, Report, Timestamp, Untrusted,
};
use gardefou_host::{
    Archive, Limits, ReadOptions, Scope, Selection, Stream, Terminal, print, write_atomically,
};
use gardefou_ledger::sha256_hex;
use gardefou_report::{Format, Options, render};
use gardefou_scan::join;
use gardefou_trail::facts::Facts;
use gardefou_trail::proof::Period;
use gardefou_trail::rules::RuleSet;
use gardefou_trail::scan::{SeenEvents, TimeRange};
use gardefou_trail::story::{Details, Focus, judge, tell};

use super::{Error, check, colour, ledger, rules, tool, verify_trail};
use crate::args::Investigate;
use crate::messages::{progress, say};
use crate::pipeline::{Again, Endings, First, Second};

/// Runs `gardefou investigate`.
pub(crate) fn run(options: &Investigate) -> Result<ExitStatus, Error> {
    let rules = rules::load(&options.rules)?;
    for title in rules.skipped() {
        say(&format!(
            "gardefou: rule `{title}` is not about CloudTrail and is left out"
        ));
    }
    let archive = Archive::open(&options.paths, &scope(options))?;
    let mut report = investigate(options, &rules, archive);
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

fn scope(options: &Investigate) -> Scope {
    let selection = Selection {
        since: options.since,
        until: options.until,
        accounts: options.account.iter().cloned().collect::<BTreeSet<_>>(),
        regions: options.region.iter().cloned().collect::<BTreeSet<_>>(),
    };
    Scope {
        selection,
        resume_after: options.resume_after.clone(),
    }
}

/// Two looks at the archive: the first at everything, the second at what can
/// hold an incident's calls.
fn investigate(options: &Investigate, rules: &RuleSet, archive: Archive) -> Report {
    let names: Vec<String> = archive
        .sources
        .iter()
        .map(|source| source.name().as_str().to_owned())
        .collect();
    let range = TimeRange {
        since: options.since,
        until: options.until,
    };
    let terminal = Terminal::of(Stream::Err);
    let show = |at: &gardefou_host::Progress| progress(at, terminal.is_tty);
    let read_options = ReadOptions {
        threads: options.threads,
        limits: limits(options),
        progress: (!options.quiet).then_some(&show),
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
    Report {
        schema: REPORT_SCHEMA.to_owned(),
        tool: tool(),
        incidents: told.incidents,
        findings: told.findings,
        findings_left_out: told.findings_left_out,
        coverage,
        proof: verify_trail::summary(
            &options.paths,
            &archive,
            &names,
            period(options),
            &read_options,
        ),
        rules: judgement.rules,
    }
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

fn period(options: &Investigate) -> Period {
    Period {
        since: options.since,
        until: options.until,
    }
}

fn limits(options: &Investigate) -> Limits {
    Limits {
        inflated_size: options.max_inflated.saturating_mul(1 << 20),
        ratio: options.max_ratio,
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
