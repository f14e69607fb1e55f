//! A report in every output format and language. Pure.
//!
//! [`render`] turns a [`Report`] into terminal text, JSON, Markdown, OCSF or
//! one self-contained HTML page. Every sentence lives in the `catalogue`
//! module, in English and French; every text from outside is escaped in the
//! terms of the output it goes to.

mod advisories;
mod answers;
mod audit;
mod build;
mod catalogue;
mod check;
mod document;
#[cfg(test)]
mod examples;
mod html;
mod json;
mod limits;
mod markdown;
mod ocsf;
mod plan;
mod proof;
mod proposal;
mod replay;
#[cfg(test)]
mod tests;
mod text;

use std::fmt;
use std::str::FromStr;

use gardefou_finding::Report;

pub use advisories::render_advisories;
pub use answers::render_answers;
pub use audit::render_audit;
pub use catalogue::Lang;
pub use check::{CheckFormat, render_check};
pub use json::{
    audit_schema, check_schema, json_schema, plan_schema, proof_schema, proposal_schema,
    replay_schema,
};
pub use plan::{render_plan, render_plan_status};
pub use proof::render_proof;
pub use proposal::{ProposalFormat, render_proposal};
pub use replay::render_replay;

/// An output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// For a terminal.
    Text,
    /// The whole report, as `schemas/gardefou.report.1.schema.json` describes it.
    Json,
    /// For an issue or a wiki.
    Markdown,
    /// OCSF Detection Findings, one JSON object a line.
    Ocsf,
    /// One self-contained page.
    Html,
}

impl Format {
    /// Every format.
    pub const ALL: &'static [Self] = &[
        Self::Text,
        Self::Json,
        Self::Markdown,
        Self::Ocsf,
        Self::Html,
    ];

    /// The word of the option.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Ocsf => "ocsf",
            Self::Html => "html",
        }
    }

    /// The ending of a file in this format, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Json => "json",
            Self::Markdown => "md",
            Self::Ocsf => "ocsf.ndjson",
            Self::Html => "html",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|format| format.word() == text)
            .ok_or_else(|| {
                let words: Vec<_> = Self::ALL.iter().map(|format| format.word()).collect();
                format!("`{text}` is none of {}", words.join(", "))
            })
    }
}

/// How to render.
#[derive(Clone, Debug)]
pub struct Options {
    /// The language of sentences; field names of JSON and OCSF stay English.
    pub lang: Lang,
    /// Columns of the terminal; only [`Format::Text`] wraps. Kept within 60 to 160.
    pub width: usize,
    /// Whether [`Format::Text`] may use ANSI colours.
    pub colour: bool,
    /// Whether [`Format::Json`] is written in several lines.
    pub pretty: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            lang: Lang::En,
            width: 100,
            colour: false,
            pretty: true,
        }
    }
}

/// Renders a report. The answer ends in a line end.
pub fn render(report: &Report, format: Format, options: &Options) -> String {
    match format {
        Format::Text => text::render(report, options),
        Format::Json => json::render(report, options.pretty) + "\n",
        Format::Markdown => markdown::render(report, options),
        Format::Ocsf => ocsf::render(report, options),
        Format::Html => html::render(report, options),
    }
}
