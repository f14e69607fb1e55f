//! An audit of accounts, for people and for programs.

mod advice;
mod document;
mod graph;
mod ocsf;
#[cfg(test)]
mod tests;
mod words;

use gardefou_finding::Audit;

use crate::catalogue::Say;
use crate::{Format, Options, html, json, markdown, text};

/// Renders an audit. The answer ends in a line end, but for OCSF where nothing
/// was found, which is empty.
pub fn render_audit(audit: &Audit, format: Format, options: &Options) -> String {
    let say = Say { lang: options.lang };
    let page = matches!(format, Format::Html);
    let teller = document::Teller { audit, say, page };
    match format {
        Format::Text => text::render_document(&teller.document(), options),
        Format::Json => json::render(audit, options.pretty) + "\n",
        Format::Markdown => markdown::render_document(&teller.document()),
        Format::Ocsf => ocsf::render(audit, say),
        Format::Html => html::render_document(&teller.document()),
    }
}

pub(crate) use graph::draw;
