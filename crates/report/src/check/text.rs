//! For a terminal.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use gardefou_finding::Severity;
use gardefou_scan::{CheckReport, Coverage, Finding, Verdict};

use super::{dependencies, one_line, place, sentence};
use crate::Options;
use crate::catalogue::Lang;
use crate::catalogue::checks::{self, Label};

/// Things not read that are shown one by one.
const SHOWN: usize = 20;

pub(super) fn render(report: &CheckReport, options: &Options) -> String {
    let say = |label| checks::of(options.lang, checks::label(&label));
    let mut out = String::new();
    for finding in &report.findings {
        one(&mut out, finding, options);
    }
    if report.findings_left_out > 0 {
        let _ = writeln!(
            out,
            "+ {} {}",
            report.findings_left_out,
            say(Label::LeftOut)
        );
    }
    let dependencies = dependencies::lines(&report.coverage.dependencies, options.lang);
    for line in &dependencies {
        let _ = writeln!(out, "{line}");
    }
    if !dependencies.is_empty() {
        out.push('\n');
    }
    let failed: u64 = report.coverage.failed.values().sum();
    if failed > 0 {
        let _ = writeln!(out, "{failed} {}", say(Label::Incomplete));
        for gap in report.coverage.failures.iter().take(SHOWN) {
            let detail = gap.detail.as_ref().map_or(String::new(), |detail| {
                format!(" ({})", one_line(detail.as_str(), 120))
            });
            let line = gap.line.map_or(String::new(), |line| format!(":{line}"));
            let why = checks::of(options.lang, checks::unread(gap.reason));
            let _ = writeln!(out, "  {}{line}: {why}{detail}", gap.source.escaped());
        }
        out.push('\n');
    }
    let colour = match report.verdict {
        Verdict::Allow => AnsiColor::Green,
        Verdict::Ask => AnsiColor::Yellow,
        Verdict::Deny => AnsiColor::Red,
    };
    let headline = checks::of(options.lang, checks::verdict(report.verdict));
    paint(&mut out, headline, colour.on_default().bold(), options);
    let coverage = &report.coverage;
    let _ = writeln!(
        out,
        " ({}: {} {}, {} {}{})",
        say(Label::Judged),
        coverage.commits,
        say(Label::Commits),
        coverage.files,
        say(Label::Files),
        accepted(coverage, options.lang)
    );
    out
}

/// What was taken away, when anything was.
fn accepted(coverage: &Coverage, lang: Lang) -> String {
    let suppressed: u64 = coverage.suppressed.values().sum();
    [
        (Label::Suppressed, suppressed),
        (Label::Known, coverage.known),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .map(|(label, count)| format!(", {count} {}", checks::of(lang, checks::label(&label))))
    .collect()
}

fn one(out: &mut String, finding: &Finding, options: &Options) {
    let colour = match finding.severity {
        Severity::Critical | Severity::High => AnsiColor::Red,
        Severity::Medium => AnsiColor::Yellow,
        Severity::Low | Severity::Informational => AnsiColor::Cyan,
    };
    paint(
        out,
        finding.severity.word(),
        colour.on_default().bold(),
        options,
    );
    let _ = writeln!(
        out,
        " [{}] {}",
        finding.id.word(),
        one_line(&place(finding, options.lang), 200)
    );
    let _ = writeln!(
        out,
        "  {} ({})",
        sentence(finding, options.lang),
        finding.confidence.word()
    );
    if !finding.excerpt.is_empty() {
        let _ = writeln!(out, "  > {}", one_line(finding.excerpt.as_str(), 160));
    }
    let details: Vec<String> = finding
        .details
        .iter()
        .filter(|d| !d.is_empty())
        .map(|d| one_line(d.as_str(), 120))
        .collect();
    if !details.is_empty() {
        let _ = writeln!(out, "  = {}", details.join(", "));
    }
    if !finding.hidden_by.is_empty() {
        let label = checks::of(options.lang, checks::label(&Label::HiddenBy));
        let _ = writeln!(out, "  ({label} {:?})", finding.hidden_by);
    }
    if let Some(commit) = &finding.commit {
        let _ = writeln!(out, "  @ {}", one_line(commit.as_str(), 64));
    }
    out.push('\n');
}

fn paint(out: &mut String, text: &str, style: Style, options: &Options) {
    if options.colour {
        let _ = write!(out, "{style}{text}{style:#}");
    } else {
        out.push_str(text);
    }
}
