//! `gardefou investigate`: sources → facts → judgement → details → report.

use std::collections::BTreeSet;

use gardefou_finding::{ExitStatus, REPORT_SCHEMA, Report, Timestamp, Tool};
use gardefou_host::{
    Archive, Limits, ReadOptions, Scope, Selection, Stream, Terminal, print, write_atomically,
};
use gardefou_ledger::sha256_hex;
use gardefou_report::{Format, Options, render};
use gardefou_trail::facts::Facts;
use gardefou_trail::rules::RuleSet;
use gardefou_trail::scan::{SeenEvents, TimeRange};
use gardefou_trail::story::{Details, judge, tell};

use super::{Error, ledger, rules};
use crate::args::{Color, Investigate};
use crate::messages::{progress, say};
use crate::pipeline::{First, Second};

/// Runs `gardefou investigate`.
pub(crate) fn run(options: &Investigate) -> Result<ExitStatus, Error> {
    let rules = rules::load(&options.rules)?;
    for title in rules.skipped() {
        say(&format!(
            "gardefou: rule `{title}` is not about CloudTrail and is left out"
        ));
    }
    let archive = Archive::open(&options.paths, &scope(options))?;
    let report = investigate(options, &rules, archive);
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
    let (facts, mut coverage) = first_look(rules, &archive, &read_options, range);
    let judgement = judge(rules, &facts);
    let details = second_look(rules, &archive, &read_options, &judgement.focus);
    let end = facts.time.map(|(_, last)| last);
    let now = gardefou_host::now()
        .or(end)
        .unwrap_or_else(Timestamp::epoch);
    let told = tell(rules, &facts, &judgement, &details, &names, now);
    coverage.see(&facts.accounts, &facts.regions, facts.time);
    Report {
        schema: REPORT_SCHEMA.to_owned(),
        tool: Tool {
            name: "gardefou".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        incidents: told.incidents,
        findings: told.findings,
        findings_left_out: told.findings_left_out,
        coverage,
        rules: judgement.rules,
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
) -> (Facts, gardefou_finding::Coverage) {
    let seen = SeenEvents::default();
    let read = archive.read(options, || First::new(rules, &seen, range));
    let mut facts = Facts::default();
    let mut coverage = archive.coverage.clone();
    for worker in read.workers {
        let (found, covered) = worker.finish();
        facts.merge(found);
        coverage.merge(covered);
    }
    facts.settle();
    coverage.sources = read.totals;
    (facts, coverage)
}

fn second_look(
    rules: &RuleSet,
    archive: &Archive,
    options: &ReadOptions<'_>,
    focus: &gardefou_trail::story::Focus,
) -> Details {
    let mut details = Details::default();
    if focus.is_empty() {
        return details;
    }
    let seen = SeenEvents::small();
    let numbers: Vec<u32> = focus.sources().iter().copied().collect();
    let again = archive.part(&numbers);
    let options = ReadOptions {
        progress: None,
        ..*options
    };
    let read = again.read(&options, || Second::new(rules, focus, &seen, &numbers));
    for worker in read.workers {
        details.merge(worker.finish());
    }
    details
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
    let colour = match options.color {
        Color::Auto => terminal.color,
        Color::Always => true,
        Color::Never => false,
    };
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
