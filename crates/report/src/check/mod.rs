//! The gate's report in every format.

mod dependencies;
mod github;
mod html;
mod markdown;
mod sarif;
mod text;

use std::fmt;
use std::str::FromStr;

use gardefou_scan::{CheckReport, Finding};

use crate::catalogue::{Lang, checks};
use crate::{Options, json};

/// An output format of the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CheckFormat {
    /// For a terminal.
    Text,
    /// The whole report, as `schemas/gardefou.check.1.schema.json` describes it.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// GitHub's workflow commands, which annotate a pull request.
    Github,
    /// For a comment of a pull request.
    Markdown,
    /// One self-contained page.
    Html,
}

impl CheckFormat {
    /// Every format.
    pub const ALL: &'static [Self] = &[
        Self::Text,
        Self::Json,
        Self::Sarif,
        Self::Github,
        Self::Markdown,
        Self::Html,
    ];

    /// The word of the option.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Markdown => "markdown",
            Self::Html => "html",
        }
    }
}

impl fmt::Display for CheckFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for CheckFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL
            .iter()
            .copied()
            .find(|format| format.word() == text);
        found.ok_or_else(|| {
            let words: Vec<_> = Self::ALL.iter().map(|format| format.word()).collect();
            format!("`{text}` is none of {}", words.join(", "))
        })
    }
}

/// Renders a report of the gate. The answer ends in a line end.
pub fn render_check(report: &CheckReport, format: CheckFormat, options: &Options) -> String {
    match format {
        CheckFormat::Text => text::render(report, options),
        CheckFormat::Json => json::render(report, options.pretty) + "\n",
        CheckFormat::Sarif => sarif::render(report, options.lang),
        CheckFormat::Github => github::render(report, options.lang),
        CheckFormat::Markdown => markdown::render(report, options.lang),
        CheckFormat::Html => html::render(report, options.lang),
    }
}

/// The sentence of a finding.
fn sentence(finding: &Finding, lang: Lang) -> &'static str {
    checks::of(lang, checks::reason(finding.reason))
}

/// Where a finding is: path and line, or the commit. Not escaped.
fn place(finding: &Finding, lang: Lang) -> String {
    let path = finding.location.path.as_str();
    match (path, finding.location.line) {
        ("", _) => checks::of(lang, checks::label(&checks::Label::WholeCommit)).to_owned(),
        (path, Some(line)) => format!("{path}:{line}"),
        (path, None) => path.to_owned(),
    }
}

/// A text on one line, without what steers a terminal.
fn one_line(text: &str, most: usize) -> String {
    let flat: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let escaped = gardefou_finding::Untrusted::new(flat)
        .escaped()
        .into_owned();
    match escaped.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", escaped.get(..end).unwrap_or_default()),
        None => escaped,
    }
}

#[cfg(test)]
mod tests;
