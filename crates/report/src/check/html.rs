//! One self-contained page, with the same sheet and policy as the other reports.

use gardefou_finding::Severity;
use gardefou_scan::{CheckReport, Finding};

use super::{one_line, place, sentence};
use crate::catalogue::checks::{self, Label};
use crate::catalogue::{Counted, Lang, Message, Say, Sentence};
use crate::document::{Block, Column, Document, Section, Set, Table};
use crate::html;

/// Findings that the page shows.
const SHOWN: usize = 1_000;

pub(super) fn render(report: &CheckReport, lang: Lang) -> String {
    let say = Say { lang };
    let mut sections = Vec::new();
    if !report.findings.is_empty() {
        sections.push(findings(report, say));
    }
    sections.push(coverage(report, say));
    html::render_document(&Document {
        say,
        title: Message::GateTitle,
        headline: Sentence::plain(checks::of(
            lang,
            checks::verdict(report.verdict, !report.findings.is_empty()),
        )),
        worst: report.findings.iter().map(|one| one.severity).max(),
        notes: Vec::new(),
        incidents: Vec::new(),
        sections,
        colophon: say.fill(
            Message::WrittenBy,
            &[
                ("tool", Sentence::plain(report.tool.name.as_str())),
                ("version", Sentence::plain(report.tool.version.as_str())),
            ],
        ),
    })
}

fn findings(report: &CheckReport, say: Say) -> Section<'static> {
    let left = report.findings.len().saturating_sub(SHOWN) as u64 + report.findings_left_out;
    let column = |title, set| Column {
        title: say.label(title),
        set,
    };
    let table = Table {
        columns: vec![
            column(Message::ColumnSeverity, Set::Tight),
            column(Message::ColumnFinding, Set::Wide),
            column(Message::ColumnSubject, Set::Below),
        ],
        rows: report
            .findings
            .iter()
            .take(SHOWN)
            .map(|one| row(one, say))
            .collect(),
        more: (left > 0).then(|| say.count(Counted::MoreLines, left)),
        compact: false,
    };
    section(
        "findings",
        say.label(Message::AuditFindings),
        vec![Block::Table(table)],
    )
}

fn row(finding: &Finding, say: Say) -> Vec<Sentence> {
    let title = Sentence::plain(format!("{} (", sentence(finding, say.lang)))
        .joined(Sentence::code(finding.id.word()))
        .with(")");
    let mut subject = Sentence::code(&one_line(&place(finding, say.lang), 300));
    if !finding.excerpt.is_empty() {
        subject = subject
            .with(" ")
            .joined(Sentence::code(&one_line(finding.excerpt.as_str(), 300)));
    }
    for detail in finding.details.iter().filter(|detail| !detail.is_empty()) {
        subject = subject.with("; ").then_quote(detail);
    }
    if let Some(commit) = &finding.commit {
        subject = subject.with("; commit ").then_quote(commit);
    }
    vec![severity(finding.severity, say), title, subject]
}

fn severity(severity: Severity, say: Say) -> Sentence {
    Sentence::plain(say.word(severity))
}

fn coverage(report: &CheckReport, say: Say) -> Section<'static> {
    let coverage = &report.coverage;
    let failed: u64 = coverage.failed.values().sum();
    let mut blocks = vec![if failed == 0 {
        Block::Paragraph(say.plain(Message::CoverageComplete))
    } else {
        Block::Warning(say.count(Counted::CouldNotRead, failed))
    }];
    let number = |count: u64| Sentence::plain(say.number(count));
    let label = |label: Label| checks::of(say.lang, checks::label(&label)).to_owned();
    let suppressed: u64 = coverage.suppressed.values().sum();
    blocks.push(Block::Fields(vec![
        (say.label(Message::GateCommits), number(coverage.commits)),
        (
            say.label(Message::CoverageRead),
            say.count(Counted::Files, coverage.files),
        ),
        (label(Label::Suppressed), number(suppressed)),
        (label(Label::Known), number(coverage.known)),
    ]));
    let gaps = coverage.failures.iter().map(|gap| {
        let why = checks::of(say.lang, checks::unread(gap.reason));
        let line = gap.line.map_or_else(String::new, |line| format!(":{line}"));
        let told = Sentence::quote(&gap.source).with(&format!("{line}: {why}"));
        match &gap.detail {
            Some(detail) => told.with(": ").then_quote(detail),
            None => told,
        }
    });
    let gaps: Vec<Sentence> = gaps.collect();
    if !gaps.is_empty() {
        blocks.push(Block::List(gaps));
    }
    section("coverage", say.label(Message::SectionCoverage), blocks)
}

fn section(id: &'static str, title: String, blocks: Vec<Block<'static>>) -> Section<'static> {
    Section {
        id,
        title,
        blocks,
        folded: false,
    }
}
