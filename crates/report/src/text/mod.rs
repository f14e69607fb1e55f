//! A document for a terminal: width-aware, coloured only on request.

mod layout;
mod table;

use anstyle::{AnsiColor, Style};
use gardefou_finding::{Report, Severity};

use crate::Options;
use crate::build::Builder;
use crate::catalogue::Sentence;
use crate::document::{Block, Document, IncidentPart, Section, Step, TreeLine};
use crate::limits::Limits;
use layout::Line;

/// No narrower: below this, words would be cut rather than wrapped.
const MIN_WIDTH: usize = 60;
/// No wider: longer lines are hard to read.
const MAX_WIDTH: usize = 160;
/// Lines that one incident may take before a shorter telling is tried.
const LINES_PER_INCIDENT: usize = 120;

/// Renders for a terminal. Takes the most detailed telling that stays short.
pub(crate) fn render(report: &Report, options: &Options) -> String {
    let budget = LINES_PER_INCIDENT * report.incidents.len().max(1);
    let mut out = String::new();
    for limits in &Limits::TERMINAL {
        let builder = Builder::new(report, options.lang, limits);
        let mut page = Page::new(options);
        let lines_of_incidents = page.document(&builder.document());
        out = page.out;
        if lines_of_incidents <= budget {
            break;
        }
    }
    out
}

/// Renders a document that has no incidents.
pub(crate) fn render_document(document: &Document<'_>, options: &Options) -> String {
    let mut page = Page::new(options);
    page.document(document);
    page.out
}

/// The text written so far.
pub(crate) struct Page {
    out: String,
    width: usize,
    colour: bool,
}

impl Page {
    fn new(options: &Options) -> Self {
        let width = options.width.clamp(MIN_WIDTH, MAX_WIDTH);
        Self {
            out: String::new(),
            width,
            colour: options.colour,
        }
    }

    /// Writes a document and says how many lines its incidents took.
    fn document(&mut self, document: &Document<'_>) -> usize {
        let warned = document.notes.iter().any(|note| note.warns);
        let clean = if warned { warning().bold() } else { good() };
        let style = document.worst.map_or(clean, severity_style);
        self.paragraph(&document.headline, 0, style);
        for note in &document.notes {
            let style = if note.warns { warning() } else { Style::new() };
            self.paragraph(&note.text, 0, style);
        }
        for incident in &document.incidents {
            self.incident(incident);
        }
        let lines = self.out.lines().count();
        for section in &document.sections {
            self.section(section);
        }
        self.end_line();
        self.paragraph(&document.colophon, 0, Style::new().dimmed());
        lines
    }

    fn incident(&mut self, part: &IncidentPart<'_>) {
        self.end_line();
        self.paragraph(&part.title, 0, severity_style(part.incident.severity));
        self.paragraph(&part.subtitle, 0, Style::new().dimmed());
        self.end_line();
        let story = part
            .story
            .iter()
            .cloned()
            .fold(Sentence::default(), Sentence::and_then);
        self.paragraph(&story, 0, Style::new());
        for section in &part.sections {
            self.section(section);
        }
    }

    fn section(&mut self, section: &Section<'_>) {
        self.end_line();
        self.styled(&section.title, Style::new().bold().underline());
        self.end_line();
        for block in &section.blocks {
            self.block(block);
        }
    }

    fn block(&mut self, block: &Block<'_>) {
        match block {
            Block::Paragraph(text) => self.paragraph(text, 2, Style::new()),
            Block::Warning(text) => self.paragraph(text, 2, warning()),
            Block::Fields(fields) => self.fields(fields),
            Block::List(items) => {
                for item in items {
                    self.hanging("  • ", item, Style::new());
                }
            }
            Block::Tree(lines) => {
                for line in lines {
                    self.tree_line(line);
                }
            }
            Block::Table(table) => self.table(table),
            Block::Steps(steps) => {
                for (index, step) in steps.iter().enumerate() {
                    self.step(index + 1, step);
                }
            }
            Block::Figure(_) => {}
        }
    }

    fn fields(&mut self, fields: &[(String, Sentence)]) {
        let widest = fields
            .iter()
            .map(|(label, _)| layout::width(label))
            .max()
            .unwrap_or(0);
        let widest = widest.min(self.width / 3);
        for (label, value) in fields {
            let pad = widest.saturating_sub(layout::width(label));
            self.hanging(
                &format!("  {label}{}  ", " ".repeat(pad)),
                value,
                Style::new(),
            );
        }
    }

    fn tree_line(&mut self, line: &TreeLine) {
        let mut prefix = "  ".to_owned();
        for goes_on in &line.trunk {
            prefix.push_str(if *goes_on { "│  " } else { "   " });
        }
        if !line.root {
            prefix.push_str(if line.last { "└─ " } else { "├─ " });
        }
        let text = line.head.clone().with("  ").joined(line.text.clone());
        self.hanging(&prefix, &text, Style::new());
    }

    fn step(&mut self, number: usize, step: &Step) {
        let mut title = Sentence::default();
        for span in step.title.spans() {
            title.append(match span {
                crate::catalogue::Span::Plain(text) => Sentence::strong(text.as_str()),
                crate::catalogue::Span::Strong(text) => Sentence::strong(text.as_str()),
                crate::catalogue::Span::Quote(text) => Sentence::quote(text),
            });
        }
        if !step.place.is_empty() {
            title = title.with(" (").joined(step.place.clone()).with(")");
        }
        let title = title.with(". ").joined(step.stops.clone());
        self.hanging(&format!("{number:>3}. "), &title, Style::new());
        for command in &step.commands {
            self.out.push_str("       ");
            self.styled(
                &command.escaped(),
                Style::new().fg_color(Some(AnsiColor::Green.into())),
            );
            self.end_line();
        }
        for note in step.more.iter().chain(&step.caution) {
            self.paragraph(note, 7, Style::new().dimmed());
        }
    }

    /// A paragraph, every line indented.
    pub(crate) fn paragraph(&mut self, text: &Sentence, indent: usize, style: Style) {
        self.hanging(&" ".repeat(indent), text, style);
    }

    /// A paragraph whose first line begins with `prefix`; the others are
    /// indented as far.
    fn hanging(&mut self, prefix: &str, text: &Sentence, style: Style) {
        let indent = layout::width(prefix);
        let room = self.width.saturating_sub(indent).max(MIN_WIDTH / 3);
        for (index, line) in layout::wrap(text, room, usize::MAX).into_iter().enumerate() {
            if index == 0 {
                self.out.push_str(prefix);
            } else {
                self.out.push_str(&" ".repeat(indent));
            }
            self.line(&line, style);
            self.end_line();
        }
    }

    /// A laid-out line, without its end.
    fn line(&mut self, line: &Line, style: Style) {
        for (text, kind) in &line.pieces {
            let own = kind.style();
            self.styled(text, if own == Style::new() { style } else { own });
        }
    }

    fn styled(&mut self, text: &str, style: Style) {
        if self.colour && style != Style::new() {
            self.out.push_str(&format!("{style}{text}{style:#}"));
        } else {
            self.out.push_str(text);
        }
    }

    fn end_line(&mut self) {
        let end = self.out.trim_end_matches(' ').len();
        self.out.truncate(end);
        self.out.push('\n');
    }
}

/// Critical and high stand out; the words say the same without colour.
fn severity_style(severity: Severity) -> Style {
    let colour = match severity {
        Severity::Critical | Severity::High => AnsiColor::Red,
        Severity::Medium => AnsiColor::Yellow,
        Severity::Low | Severity::Informational => AnsiColor::Blue,
    };
    Style::new().bold().fg_color(Some(colour.into()))
}

fn good() -> Style {
    Style::new().bold().fg_color(Some(AnsiColor::Green.into()))
}

fn warning() -> Style {
    Style::new().fg_color(Some(AnsiColor::Yellow.into()))
}
