//! For a terminal: what is wrong first, then each finding with why it matters
//! and what to do, then the verdict and what it means for the exit status.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use gardefou_finding::Severity;
use gardefou_scan::{CheckReport, Coverage, Finding, Verdict};

use super::{dependencies, one_line, place, sentence};
use crate::Options;
use crate::catalogue::Lang;
use crate::catalogue::checks::{self, Label};
use crate::catalogue::{Word as _, advice};

/// Things not read that are shown one by one.
const SHOWN: usize = 20;
/// Most findings that need no summary above them.
const FEW: usize = 4;
/// Severities, worst first.
const WORST_FIRST: [Severity; 5] = [
    Severity::Critical,
    Severity::High,
    Severity::Medium,
    Severity::Low,
    Severity::Informational,
];

pub(super) fn render(report: &CheckReport, options: &Options) -> String {
    let say = |label| checks::of(options.lang, checks::label(&label));
    let mut out = String::new();
    if report.findings.len() > FEW {
        summary(&mut out, report, options);
    }
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
    compared(&mut out, &report.coverage, options);
    unread(&mut out, &report.coverage, options);
    verdict(&mut out, report, options);
    out
}

/// How many findings there are of each severity.
fn summary(out: &mut String, report: &CheckReport, options: &Options) {
    let counts: Vec<String> = WORST_FIRST
        .iter()
        .filter_map(|severity| {
            let of = report.findings.iter().filter(|f| f.severity == *severity);
            let count = of.count();
            (count > 0).then(|| format!("{count} {}", severity.pair().text(options.lang)))
        })
        .collect();
    let total = report.findings.len() as u64;
    let findings = checks::counted(options.lang, total, &Label::Findings);
    let _ = writeln!(out, "{findings}: {}\n", counts.join(", "));
}

/// Which dependencies were compared with what, or that they were not.
fn compared(out: &mut String, coverage: &Coverage, options: &Options) {
    let lines = dependencies::lines(&coverage.dependencies, options.lang);
    for line in &lines {
        let _ = writeln!(out, "{line}");
    }
    if !lines.is_empty() {
        out.push('\n');
    }
}

fn unread(out: &mut String, coverage: &Coverage, options: &Options) {
    let failed: u64 = coverage.failed.values().sum();
    if failed == 0 {
        return;
    }
    let headline = checks::counted(options.lang, failed, &Label::Incomplete);
    let _ = writeln!(out, "{headline}");
    for gap in coverage.failures.iter().take(SHOWN) {
        let detail = gap.detail.as_ref().map_or(String::new(), |detail| {
            format!(" ({})", one_line(detail.as_str(), 120))
        });
        let line = gap.line.map_or(String::new(), |line| format!(":{line}"));
        let why = checks::of(options.lang, checks::unread(gap.reason));
        let _ = writeln!(out, "  {}{line}: {why}{detail}", gap.source.escaped());
    }
    out.push('\n');
}

/// The verdict, what it means for the exit status, and what was judged.
fn verdict(out: &mut String, report: &CheckReport, options: &Options) {
    let colour = match report.verdict {
        Verdict::Allow => AnsiColor::Green,
        Verdict::Ask => AnsiColor::Yellow,
        Verdict::Deny => AnsiColor::Red,
    };
    let has_findings = !report.findings.is_empty();
    let headline = checks::of(options.lang, checks::verdict(report.verdict, has_findings));
    paint(out, headline, colour.on_default().bold(), options);
    let coverage = &report.coverage;
    let status = checks::status(report.verdict, coverage.is_complete());
    let _ = writeln!(
        out,
        "\n{}\n{}: {}, {}{}",
        checks::of(options.lang, status),
        checks::of(options.lang, checks::label(&Label::Judged)),
        checks::counted(options.lang, coverage.commits, &Label::Commits),
        checks::counted(options.lang, coverage.files, &Label::Files),
        accepted(coverage, options.lang)
    );
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
    .map(|(label, count)| format!(", {}", checks::counted(lang, count, &label)))
    .collect()
}

fn one(out: &mut String, finding: &Finding, options: &Options) {
    let colour = match finding.severity {
        Severity::Critical | Severity::High => AnsiColor::Red,
        Severity::Medium => AnsiColor::Yellow,
        Severity::Low | Severity::Informational => AnsiColor::Cyan,
    };
    let severity = finding.severity.pair().text(options.lang);
    paint(out, &severity, colour.on_default().bold(), options);
    let say = |label| checks::of(options.lang, checks::label(&label));
    let _ = writeln!(
        out,
        " [{}] {} ({}: {})",
        finding.id.word(),
        one_line(&place(finding, options.lang), 200),
        say(Label::Confidence),
        finding.confidence.pair().text(options.lang)
    );
    let mut row = |label: Label, text: &str| {
        if !text.is_empty() {
            let _ = writeln!(out, "  {:<8} {text}", format!("{}:", say(label)));
        }
    };
    row(Label::Why, sentence(finding, options.lang));
    row(Label::Seen, &one_line(finding.excerpt.as_str(), 160));
    row(Label::Facts, &facts(finding));
    row(Label::HiddenBy, &hidden_by(finding, options.lang));
    row(Label::ToDo, checks::of(options.lang, advice(finding.id)));
    let page = format!("docs/checks/change/{}.md", finding.id.word());
    row(Label::Page, &page);
    let commit = finding.commit.as_ref();
    row(
        Label::Commit,
        &commit.map_or(String::new(), |id| one_line(id.as_str(), 64)),
    );
    out.push('\n');
}

/// The facts of a finding, but for one that says no more than its excerpt.
fn facts(finding: &Finding) -> String {
    let shown = one_line(finding.excerpt.as_str(), 160);
    let details = finding.details.iter().filter(|detail| !detail.is_empty());
    let details = details.map(|detail| one_line(detail.as_str(), 120));
    let new: Vec<String> = details.filter(|detail| *detail != shown).collect();
    new.join(", ")
}

fn hidden_by(finding: &Finding, lang: Lang) -> String {
    let names = finding.hidden_by.iter();
    let names: Vec<&str> = names
        .map(|via| checks::of(lang, checks::via(*via)))
        .collect();
    names.join(", ")
}

fn paint(out: &mut String, text: &str, style: Style, options: &Options) {
    if options.colour {
        let _ = write!(out, "{style}{text}{style:#}");
    } else {
        out.push_str(text);
    }
}
