//! A document as GitHub-flavoured Markdown, for an issue or a wiki.
//!
//! Text from outside only ever stands in code spans and code blocks, where
//! Markdown has no links, images, mentions or HTML. Our own words are escaped
//! all the same: a rule's title may come from a file.

use std::fmt::Write as _;

use gardefou_finding::{Report, Untrusted};

use crate::Options;
use crate::build::Builder;
use crate::catalogue::{Sentence, Span};
use crate::document::{Block, Document, IncidentPart, Section, Set, Step, Table, TreeLine};
use crate::limits::Limits;

/// Longest text from outside that is shown in one place.
const MAX_QUOTE: usize = 300;

/// Renders as Markdown.
pub(crate) fn render(report: &Report, options: &Options) -> String {
    let builder = Builder::new(report, options.lang, &Limits::MARKDOWN);
    let mut page = Page::default();
    page.document(&builder.document());
    page.0
}

/// Renders a document that has no incidents.
pub(crate) fn render_document(document: &Document<'_>) -> String {
    let mut page = Page::default();
    page.document(document);
    page.0
}

#[derive(Default)]
struct Page(String);

impl Page {
    fn document(&mut self, document: &Document<'_>) {
        self.heading(1, &document.say.plain(document.title));
        self.paragraph(&Sentence::strong(document.headline.to_plain()));
        for note in &document.notes {
            self.prefixed("> ", &note.text);
        }
        for incident in &document.incidents {
            self.incident(incident);
        }
        for section in &document.sections {
            self.section(2, section);
        }
        self.0.push_str("---\n\n");
        self.prefixed("", &document.colophon);
        self.0.truncate(self.0.trim_end().len());
        self.0.push('\n');
    }

    fn incident(&mut self, part: &IncidentPart<'_>) {
        self.heading(2, &part.title);
        self.paragraph(&part.subtitle);
        for sentence in &part.story {
            if !sentence.is_empty() {
                self.paragraph(sentence);
            }
        }
        for (value, label) in &part.figures {
            let line = Sentence::strong(value.as_str())
                .with(" ")
                .joined(label.clone());
            let _ = writeln!(self.0, "- {}", inline(&line, false));
        }
        self.0.push('\n');
        for section in &part.sections {
            self.section(3, section);
        }
    }

    fn section(&mut self, level: usize, section: &Section<'_>) {
        let title = Sentence::plain(section.title.as_str());
        if section.folded {
            let _ = writeln!(
                self.0,
                "<details><summary>{}</summary>\n",
                inline(&title, false)
            );
        } else {
            self.heading(level, &title);
        }
        for block in &section.blocks {
            self.block(block);
        }
        if section.folded {
            self.0.push_str("</details>\n\n");
        }
    }

    fn block(&mut self, block: &Block<'_>) {
        match block {
            Block::Paragraph(text) => self.paragraph(text),
            Block::Warning(text) => self.prefixed("> ⚠ ", text),
            Block::Fields(fields) => {
                for (label, value) in fields {
                    let label = Sentence::strong(label.as_str());
                    let _ = writeln!(
                        self.0,
                        "- {} {}",
                        inline(&label, false),
                        inline(value, false)
                    );
                }
                self.0.push('\n');
            }
            Block::List(items) => {
                for item in items {
                    let _ = writeln!(self.0, "- {}", inline(item, false));
                }
                self.0.push('\n');
            }
            Block::Tree(lines) => self.tree(lines),
            Block::Table(table) => self.table(table),
            Block::Steps(steps) => {
                for (index, step) in steps.iter().enumerate() {
                    self.step(index + 1, step);
                }
            }
            Block::Figure(_) => {}
        }
    }

    fn heading(&mut self, level: usize, text: &Sentence) {
        let _ = writeln!(self.0, "{} {}\n", "#".repeat(level), inline(text, false));
    }

    fn paragraph(&mut self, text: &Sentence) {
        self.prefixed("", text);
    }

    fn prefixed(&mut self, prefix: &str, text: &Sentence) {
        let _ = writeln!(self.0, "{prefix}{}\n", inline(text, false));
    }

    fn tree(&mut self, lines: &[TreeLine]) {
        for line in lines {
            let depth = if line.root { 0 } else { line.trunk.len() + 1 };
            let text = line.head.clone().with(" ").joined(line.text.clone());
            let _ = writeln!(self.0, "{}- {}", "  ".repeat(depth), inline(&text, false));
        }
        self.0.push('\n');
    }

    fn table(&mut self, table: &Table) {
        if !table.rows.is_empty() {
            let titles: Vec<_> = table
                .columns
                .iter()
                .map(|one| Sentence::plain(one.title.as_str()))
                .collect();
            self.row(&titles);
            for column in &table.columns {
                self.0.push_str(if column.set == Set::Right {
                    "| --: "
                } else {
                    "| --- "
                });
            }
            self.0.push_str("|\n");
            for row in &table.rows {
                self.row(row);
            }
            self.0.push('\n');
        }
        if let Some(more) = &table.more {
            self.paragraph(more);
        }
    }

    fn row(&mut self, cells: &[Sentence]) {
        for cell in cells {
            let _ = write!(self.0, "| {} ", inline(cell, true));
        }
        self.0.push_str("|\n");
    }

    fn step(&mut self, number: usize, step: &Step) {
        let mut title = step.title.clone();
        if !step.place.is_empty() {
            title = title.with(" (").joined(step.place.clone()).with(")");
        }
        let title = title.with(". ").joined(step.stops.clone());
        let _ = writeln!(self.0, "{number}. {}\n", inline(&title, false));
        if !step.commands.is_empty() {
            self.commands(&step.commands);
        }
        for note in step.more.iter().chain(&step.caution) {
            let _ = writeln!(self.0, "   {}\n", inline(note, false));
        }
    }

    fn commands(&mut self, commands: &[Untrusted]) {
        let lines: Vec<_> = commands.iter().map(Untrusted::escaped).collect();
        let longest = lines.iter().map(|line| backticks(line)).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        let _ = writeln!(self.0, "   {fence}sh");
        for line in &lines {
            let _ = writeln!(self.0, "   {line}");
        }
        let _ = writeln!(self.0, "   {fence}\n");
    }
}

/// A sentence as inline Markdown; `in_table` also keeps its pipes from ending
/// the cell.
fn inline(sentence: &Sentence, in_table: bool) -> String {
    let mut out = String::new();
    for span in sentence.spans() {
        match span {
            Span::Plain(_) => out.push_str(&words(&span.escaped(), in_table)),
            Span::Strong(_) => {
                let _ = write!(out, "**{}**", words(&span.escaped(), in_table));
            }
            Span::Quote(text) => out.push_str(&code(&shortened(&text.escaped()), in_table)),
        }
    }
    out
}

fn shortened(text: &str) -> String {
    let mut chars = text.chars();
    let mut out: String = chars.by_ref().take(MAX_QUOTE).collect();
    if chars.next().is_some() {
        out.push('…');
    }
    out
}

/// Our own words. What a forge would turn into a mention, a reference or a
/// link even without Markdown stands in code instead.
fn words(text: &str, in_table: bool) -> String {
    if text.contains(['@', '#']) || text.contains("://") || text.contains("www.") {
        return code(text, in_table);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '|' => out.push_str("&#124;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '!' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

/// A code span. In a table a pipe would end the cell even inside code, and no
/// backslash helps where the text has backslashes too: there every mark is
/// written as an entity inside `<code>`.
fn code(text: &str, in_table: bool) -> String {
    if text.is_empty() {
        return String::new();
    }
    if in_table && text.contains('|') {
        return entities(text);
    }
    let fence = "`".repeat(backticks(text) + 1);
    let pad = text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']);
    let pad = if pad { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

fn entities(text: &str) -> String {
    let mut out = "<code>".to_owned();
    for c in text.chars() {
        if c.is_ascii_punctuation() {
            let _ = write!(out, "&#{};", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out + "</code>"
}

/// Length of the longest run of backticks.
fn backticks(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_spans_have_enough_backticks() {
        assert_eq!(code("plain", false), "`plain`");
        assert_eq!(code("a``b", false), "```a``b```");
        assert_eq!(code("`x`", false), "`` `x` ``");
    }

    #[test]
    fn a_pipe_in_a_table_is_an_entity_even_after_a_backslash() {
        assert_eq!(code("a\\|b", true), "<code>a&#92;&#124;b</code>");
        assert_eq!(code("a\\|b", false), "`a\\|b`");
    }

    #[test]
    fn our_words_make_no_markup() {
        assert_eq!(words("a *b* <i>|", false), "a \\*b\\* &lt;i&gt;&#124;");
        assert_eq!(words("ask @security", false), "`ask @security`");
        assert_eq!(
            words("see https://example.com", false),
            "`see https://example.com`"
        );
    }
}
