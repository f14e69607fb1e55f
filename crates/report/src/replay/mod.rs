//! A replay of guardrails, for people and for programs.

mod document;
#[cfg(test)]
mod tests;
mod words;

use gardefou_finding::Replay;

use crate::catalogue::Say;
use crate::{Format, Options, html, json, markdown, text};

pub(crate) use document::breaking;

/// Renders a replay. The answer ends in a line end. There is no OCSF form of
/// it; asked for that, it answers in JSON.
pub fn render_replay(replay: &Replay, format: Format, options: &Options) -> String {
    let teller = document::Teller {
        replay,
        say: Say { lang: options.lang },
        page: matches!(format, Format::Html),
    };
    match format {
        Format::Text => text::render_document(&teller.document(), options),
        Format::Json | Format::Ocsf => json::render(replay, options.pretty) + "\n",
        Format::Markdown => markdown::render_document(&teller.document()),
        Format::Html => html::render_document(&teller.document()),
    }
}
