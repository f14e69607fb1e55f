//! Blocks of a document as HTML.

use gardefou_finding::Untrusted;
use maud::{Markup, html};

use super::Page;
use crate::catalogue::{Counted, Message, Sentence, Span};
use crate::document::{Block, Figure, Set, Step, Table, TreeLine};

/// Longest text from outside that is shown in one place.
const MAX_QUOTE: usize = 400;
/// Text from outside so short, in bytes, that it is not broken into lines.
const SHORT: usize = 24;
/// Lines to paste that are shown without asking.
const LINES_SHOWN: usize = 3;
/// The deepest indentation that the style sheet knows.
const MAX_DEPTH: usize = 7;

/// A sentence, text from outside set off as code.
pub(super) fn sentence(sentence: &Sentence) -> Markup {
    html! {
        @for span in sentence.spans() {
            @match span {
                Span::Plain(_) => (span.escaped()),
                Span::Strong(_) => strong { (span.escaped()) },
                Span::Quote(text) => code .short[text.escaped().len() <= SHORT] { (shortened(text)) },
            }
        }
    }
}

fn shortened(text: &Untrusted) -> String {
    let escaped = text.escaped();
    let mut out: String = escaped.chars().take(MAX_QUOTE).collect();
    if out.len() < escaped.len() {
        out.push('…');
    }
    out
}

impl Page<'_> {
    /// A block; `title` names the section for those who do not see it.
    pub(super) fn block(self, block: &Block<'_>, title: &str) -> Markup {
        match block {
            Block::Paragraph(text) => html! { p { (sentence(text)) } },
            Block::Warning(text) => html! { p .warning { (sentence(text)) } },
            Block::Fields(fields) => html! {
                dl .fields {
                    @for (label, value) in fields { dt { (label) } dd { (sentence(value)) } }
                }
            },
            Block::List(items) => html! {
                ul .plain { @for item in items { li { (sentence(item)) } } }
            },
            Block::Tree(lines) => html! {
                ul .tree { @for line in lines { (tree_line(line)) } }
            },
            Block::Table(table) => self.table(table, title),
            Block::Steps(steps) => html! {
                ol .steps { @for step in steps { (self.step(step)) } }
            },
            Block::Figure(Figure::Timeline(incident)) => self.timeline(incident),
            Block::Figure(Figure::Graph(incident)) => self.graph(incident),
            Block::Figure(Figure::Paths(audit)) => {
                let picture = crate::audit::draw(audit, &self.say.label(Message::AuditGraph));
                self.figure(Message::AuditGraph, &picture)
            }
        }
    }

    fn table(self, table: &Table, title: &str) -> Markup {
        html! {
            @if !table.rows.is_empty() {
                div .scroll tabindex="0" role="region" aria-label=(title) {
                    table role="table" {
                        thead role="rowgroup" { tr role="row" {
                            @for column in table.columns.iter().filter(|one| one.set != Set::Note) {
                                th scope="col" role="columnheader" class=(class(column.set)) {
                                    (column.title)
                                }
                            }
                        } }
                        tbody role="rowgroup" {
                            @for row in &table.rows { (self.row(table, row)) }
                        }
                    }
                }
            }
            @if let Some(more) = &table.more { p .more { (sentence(more)) } }
        }
    }

    /// A row, and under it its notes.
    fn row(self, table: &Table, row: &[Sentence]) -> Markup {
        let (notes, cells): (Vec<_>, Vec<_>) = table
            .columns
            .iter()
            .zip(row)
            .partition(|(column, _)| column.set == Set::Note);
        let notes: Vec<_> = notes
            .into_iter()
            .filter(|(_, cell)| !cell.is_empty())
            .collect();
        let colon = self.say.label(Message::Colon);
        html! {
            tr role="row" .noted[!notes.is_empty()] {
                @for (column, cell) in &cells {
                    td role="cell" class=(class(column.set)) data-label=(column.title) {
                        (sentence(cell))
                    }
                }
            }
            @if !notes.is_empty() {
                tr .notes role="row" {
                    td role="cell" colspan=(cells.len()) {
                        @for (column, cell) in &notes {
                            div { (column.title) (colon) (sentence(cell)) }
                        }
                    }
                }
            }
        }
    }

    fn step(self, step: &Step) -> Markup {
        let (first, rest) = step.commands.split_at(LINES_SHOWN.min(step.commands.len()));
        let rest_count = self.say.count(Counted::LinesMore, rest.len() as u64);
        html! {
            li {
                h4 { (sentence(&step.title)) }
                p .stops { (sentence(&step.stops)) }
                @if !step.place.is_empty() { p .place { (sentence(&step.place)) } }
                @if !first.is_empty() { (lines(first)) }
                @if !rest.is_empty() {
                    details { summary { (sentence(&rest_count)) } (lines(rest)) }
                }
                @if let Some(more) = &step.more { p .more { (sentence(more)) } }
                @if let Some(caution) = &step.caution { p .warning { (sentence(caution)) } }
            }
        }
    }

    /// A picture that scrolls where the page is narrow.
    pub(super) fn figure(self, caption: Message, picture: &Markup) -> Markup {
        let caption = self.say.label(caption);
        html! {
            figure {
                div .scroll tabindex="0" role="region" aria-label=(caption) { (picture) }
                figcaption { (caption) }
            }
        }
    }
}

fn lines(commands: &[Untrusted]) -> Markup {
    html! { pre { @for command in commands { code { (command.escaped()) } } } }
}

fn tree_line(line: &TreeLine) -> Markup {
    let depth = if line.root {
        0
    } else {
        (line.trunk.len() + 1).min(MAX_DEPTH)
    };
    html! {
        li class={ "d" (depth) } { (sentence(&line.head)) " " (sentence(&line.text)) }
    }
}

fn class(set: Set) -> &'static str {
    match set {
        Set::Tight => "tight",
        Set::Right => "right",
        Set::Wide | Set::Below | Set::Note => "wide",
    }
}
