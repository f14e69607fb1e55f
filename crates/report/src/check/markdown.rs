//! For a comment of a pull request.

use std::fmt::Write as _;

use gardefou_scan::CheckReport;

use super::{dependencies, one_line, place, sentence};
use crate::catalogue::Lang;
use crate::catalogue::checks::{self, Label};

/// Findings that a comment shows.
const SHOWN: usize = 50;

pub(super) fn render(report: &CheckReport, lang: Lang) -> String {
    let say = |label| checks::of(lang, checks::label(&label));
    let mut out = format!(
        "## gardefou: {}\n\n",
        checks::of(
            lang,
            checks::verdict(report.verdict, !report.findings.is_empty())
        )
    );
    let failed: u64 = report.coverage.failed.values().sum();
    if failed > 0 {
        let _ = writeln!(out, "**{failed} {}**\n", say(Label::Incomplete));
        for gap in report.coverage.failures.iter().take(20) {
            let why = checks::of(lang, checks::unread(gap.reason));
            let _ = writeln!(out, "- {}: {why}", code(gap.source.as_str()));
        }
        out.push('\n');
    }
    for finding in report.findings.iter().take(SHOWN) {
        let _ = writeln!(
            out,
            "- **{}** `{}` {}: {}",
            finding.severity.word(),
            finding.id.word(),
            code(&place(finding, lang)),
            sentence(finding, lang)
        );
        if !finding.excerpt.is_empty() {
            let _ = writeln!(out, "  {}", code(finding.excerpt.as_str()));
        }
    }
    let more = (report.findings.len().saturating_sub(SHOWN)) as u64 + report.findings_left_out;
    if more > 0 {
        let _ = writeln!(out, "\n+ {more} {}", say(Label::LeftOut));
    }
    for line in dependencies::lines(&report.coverage.dependencies, lang) {
        let _ = writeln!(out, "\n{}", code(line.trim()));
    }
    out
}

/// Text from outside as code: nothing in it is a link, an image or HTML.
fn code(text: &str) -> String {
    let flat = one_line(text, 160).replace('`', "'");
    format!("`{flat}`")
}
