//! GitHub's workflow commands. Source: *Workflow commands for GitHub Actions*.

use std::fmt::Write as _;

use gardefou_finding::Severity;
use gardefou_scan::{CheckReport, Finding};

use super::{one_line, sentence};
use crate::catalogue::{Lang, checks};

pub(super) fn render(report: &CheckReport, lang: Lang) -> String {
    let mut out = String::new();
    for finding in &report.findings {
        let _ = writeln!(out, "{}", annotation(finding, lang));
    }
    for gap in &report.coverage.failures {
        let why = checks::of(lang, checks::unread(gap.reason));
        let _ = writeln!(out, "::error file={}::{why}", property(gap.source.as_str()));
    }
    let _ = writeln!(
        out,
        "::notice::gardefou: {}",
        checks::of(
            lang,
            checks::verdict(report.verdict, !report.findings.is_empty())
        )
    );
    out
}

fn annotation(finding: &Finding, lang: Lang) -> String {
    let command = match finding.severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Informational => "notice",
    };
    let mut properties = Vec::new();
    if !finding.location.path.is_empty() {
        properties.push(format!("file={}", property(finding.location.path.as_str())));
    }
    properties.extend(finding.location.line.map(|line| format!("line={line}")));
    properties.extend(
        finding
            .location
            .end_line
            .map(|line| format!("endLine={line}")),
    );
    properties.push(format!("title=gardefou {}", finding.id.word()));
    let message = format!(
        "{}: {}",
        sentence(finding, lang),
        one_line(finding.excerpt.as_str(), 160)
    );
    format!("::{command} {}::{}", properties.join(","), data(&message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(&one_line(text, 400))
        .replace(':', "%3A")
        .replace(',', "%2C")
}
