//! A document as one self-contained HTML page.
//!
//! No script, no font, no network: the page's own policy forbids them. All
//! text goes through maud, which escapes it; what steers or hides text is
//! escaped before. Pictures are inline SVG drawn from the same data as the
//! tables, so that no one needs them.

mod blocks;
mod graph;
mod timeline;

use gardefou_finding::{Coverage, Report, Severity, Tool};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::Options;
use crate::build::Builder;
use crate::catalogue::{Message, Say};
use crate::document::{Document, IncidentPart, Section};
use crate::limits::Limits;
use blocks::sentence;

/// The page's style sheet.
const STYLE: &str = include_str!("style.css");
/// SHA-256 of [`STYLE`] as a policy names it; a test compares.
const STYLE_HASH: &str = "sha256-5Y+PLujVUbWQr3h1F1TVUgqfWgHdUuByq0RogPkGE3c=";

/// Renders as an HTML page.
pub(crate) fn render(report: &Report, options: &Options) -> String {
    let builder = Builder::new(report, options.lang, &Limits::PAGE);
    let document = builder.document();
    let page = Page {
        builder: &builder,
        say: builder.say,
    };
    page.document(&document).into_string() + "\n"
}

/// Renders a document that has no incidents: the parts of the page that look
/// into a report find an empty one.
pub(crate) fn render_document(document: &Document<'_>) -> String {
    let report = Report {
        schema: String::new(),
        tool: Tool {
            name: String::new(),
            version: String::new(),
        },
        incidents: Vec::new(),
        findings: Vec::new(),
        findings_left_out: 0,
        coverage: Coverage::default(),
        proof: None,
        rules: Vec::new(),
    };
    let builder = Builder::new(&report, document.say.lang, &Limits::PAGE);
    let page = Page {
        builder: &builder,
        say: builder.say,
    };
    page.document(document).into_string() + "\n"
}

/// What the parts of the page need.
#[derive(Clone, Copy)]
struct Page<'a> {
    builder: &'a Builder<'a>,
    say: Say,
}

impl Page<'_> {
    fn document(self, document: &Document<'_>) -> Markup {
        let policy = format!(
            "default-src 'none'; style-src '{STYLE_HASH}'; base-uri 'none'; form-action 'none'"
        );
        let title = format!(
            "{} – {}",
            document.headline.to_plain().trim_end_matches('.'),
            self.say.label(document.title)
        );
        html! {
            (DOCTYPE)
            html lang=(self.say.lang.code()) {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(policy);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="referrer" content="no-referrer";
                    meta name="color-scheme" content="light dark";
                    title { (title) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    a .skip href="#main" { (self.say.label(Message::SkipToContent)) }
                    div .page {
                        (self.banner(document))
                        (self.contents(document))
                        main #main {
                            @for (nth, part) in document.incidents.iter().enumerate() {
                                (self.incident(nth + 1, part))
                            }
                            @for section in &document.sections {
                                (self.section("run", section, true))
                            }
                        }
                        footer .colophon { (sentence(&document.colophon)) }
                    }
                }
            }
        }
    }

    fn banner(self, document: &Document<'_>) -> Markup {
        let warned = document.notes.iter().any(|note| note.warns);
        let clean = if warned { "partial" } else { "none" };
        let class = document.worst.map_or(clean, Severity::word);
        html! {
            header {
                p .eyebrow { (self.say.label(document.title)) }
                h1 class=(class) { (sentence(&document.headline)) }
                @for note in &document.notes {
                    p .warning[note.warns] { (sentence(&note.text)) }
                }
            }
        }
    }

    fn contents(self, document: &Document<'_>) -> Markup {
        let incidents = document.incidents.iter().enumerate();
        html! {
            nav aria-labelledby="contents" {
                h2 #contents { (self.say.label(Message::SectionContents)) }
                ul {
                    @for (nth, part) in incidents {
                        @let scope = format!("i{}", nth + 1);
                        @if document.incidents.len() > 1 {
                            li { a href={ "#" (scope) } { strong { (sentence(&part.title)) } } }
                        } @else {
                            @for section in &part.sections { (link(&scope, section)) }
                        }
                    }
                    @for section in &document.sections { (link("run", section)) }
                }
            }
        }
    }

    fn incident(self, number: usize, part: &IncidentPart<'_>) -> Markup {
        let scope = format!("i{number}");
        let class = format!("incident {}", part.incident.severity.word());
        html! {
            article id=(scope) class=(class) aria-labelledby={ (scope) "-title" } {
                header {
                    h2 id={ (scope) "-title" } { (sentence(&part.title)) }
                    p .sub { (sentence(&part.subtitle)) }
                    div .story {
                        @for line in &part.story {
                            @if !line.is_empty() { p { (sentence(line)) } }
                        }
                    }
                    dl .figures aria-label=(self.say.label(Message::KeyFigures)) {
                        @for (value, label) in &part.figures {
                            div { dt { (sentence(label)) } dd { (value) } }
                        }
                    }
                }
                @for section in &part.sections { (self.section(&scope, section, false)) }
            }
        }
    }

    fn section(self, scope: &str, section: &Section<'_>, run: bool) -> Markup {
        let id = format!("{scope}-{}", section.id);
        let heading = format!("{id}-title");
        let title = html! {
            @if run { h2 id=(heading) { (section.title) } }
            @else { h3 id=(heading) { (section.title) } }
        };
        let content = html! {
            @for block in &section.blocks { (self.block(block, &section.title)) }
        };
        html! {
            section .run[run] id=(id) aria-labelledby=(heading) {
                @if section.folded {
                    details .section { summary { (title) } (content) }
                } @else { (title) (content) }
            }
        }
    }
}

fn link(scope: &str, section: &Section<'_>) -> Markup {
    html! { li { a href={ "#" (scope) "-" (section.id) } { (section.title) } } }
}
