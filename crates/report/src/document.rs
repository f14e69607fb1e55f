//! A report as blocks of sentences, before any output format.
//!
//! Terminal, Markdown and HTML tell the same content: the builder says it once
//! in these blocks, and each renderer lays them out in its own terms.

use gardefou_finding::{Audit, Incident, Severity, Untrusted};

use crate::catalogue::{Message, Say, Sentence};

/// The whole report.
#[derive(Debug)]
pub(crate) struct Document<'a> {
    /// The language it is said in.
    pub(crate) say: Say,
    /// What it is.
    pub(crate) title: Message,
    /// What it comes to, in one line.
    pub(crate) headline: Sentence,
    /// The worst severity, if there is an incident.
    pub(crate) worst: Option<Severity>,
    /// What was looked at, where that is the answer; what is missing.
    pub(crate) notes: Vec<Note>,
    /// The incidents, most severe first.
    pub(crate) incidents: Vec<IncidentPart<'a>>,
    /// Sections about the whole run.
    pub(crate) sections: Vec<Section<'a>>,
    /// Who wrote it.
    pub(crate) colophon: Sentence,
}

/// A line under the headline.
#[derive(Debug)]
pub(crate) struct Note {
    /// What it says.
    pub(crate) text: Sentence,
    /// Whether it warns.
    pub(crate) warns: bool,
}

/// One incident.
#[derive(Debug)]
pub(crate) struct IncidentPart<'a> {
    /// The incident, for figures that need its data.
    pub(crate) incident: &'a Incident,
    /// `Critical incident, high confidence`.
    pub(crate) title: Sentence,
    /// Id and times.
    pub(crate) subtitle: Sentence,
    /// What happened, a sentence each.
    pub(crate) story: Vec<Sentence>,
    /// Key figures: value and what it is.
    pub(crate) figures: Vec<(String, Sentence)>,
    /// Its sections, in reading order.
    pub(crate) sections: Vec<Section<'a>>,
}

/// A titled part.
#[derive(Debug)]
pub(crate) struct Section<'a> {
    /// A short name for anchors.
    pub(crate) id: &'static str,
    /// The title.
    pub(crate) title: String,
    /// The content.
    pub(crate) blocks: Vec<Block<'a>>,
    /// Whether it is only opened on request, where the output can.
    pub(crate) folded: bool,
}

/// A piece of content.
#[derive(Debug)]
pub(crate) enum Block<'a> {
    /// A paragraph.
    Paragraph(Sentence),
    /// A paragraph that warns.
    Warning(Sentence),
    /// Labels with their values.
    Fields(Vec<(String, Sentence)>),
    /// Items of a list, and what was cut.
    List(Vec<Sentence>),
    /// A tree, and what was cut.
    Tree(Vec<TreeLine>),
    /// A table.
    Table(Table),
    /// Steps in order.
    Steps(Vec<Step>),
    /// A picture, where the output has pictures.
    Figure(Figure<'a>),
}

/// A picture drawn from an incident.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Figure<'a> {
    /// Stages over time.
    Timeline(&'a Incident),
    /// The identities and their links.
    Graph(&'a Incident),
    /// Who can become whom.
    Paths(&'a Audit),
}

/// A line of a tree.
#[derive(Debug)]
pub(crate) struct TreeLine {
    /// For each level above, whether that branch goes on below this line.
    pub(crate) trunk: Vec<bool>,
    /// Whether it is the last of its siblings.
    pub(crate) last: bool,
    /// Whether it is a root.
    pub(crate) root: bool,
    /// What it is.
    pub(crate) head: Sentence,
    /// What there is to say about it.
    pub(crate) text: Sentence,
}

/// A table.
#[derive(Debug)]
pub(crate) struct Table {
    /// Its columns.
    pub(crate) columns: Vec<Column>,
    /// Its rows, a cell for each column.
    pub(crate) rows: Vec<Vec<Sentence>>,
    /// What was cut.
    pub(crate) more: Option<Sentence>,
    /// Whether a row must stay on one line where the output is narrow.
    pub(crate) compact: bool,
}

impl Table {
    /// The same, each row on one line where the output is narrow.
    pub(crate) fn compact(self) -> Self {
        Self {
            compact: true,
            ..self
        }
    }
}

/// A column of a table.
#[derive(Debug)]
pub(crate) struct Column {
    /// The header.
    pub(crate) title: String,
    /// How its cells are set.
    pub(crate) set: Set,
}

/// How the cells of a column are set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Set {
    /// As wide as its content.
    Tight,
    /// Numbers, to the right.
    Right,
    /// Takes the room that is left, and wraps.
    Wide,
    /// On a line of its own under the row, where the output is narrow.
    Below,
    /// On a line of its own under the row, small, in every output but Markdown.
    Note,
}

impl Set {
    /// Whether the cell stands under its row in a terminal.
    pub(crate) fn is_below(self) -> bool {
        matches!(self, Self::Below | Self::Note)
    }
}

/// A step, for one target or several like ones.
#[derive(Debug)]
pub(crate) struct Step {
    /// What to do.
    pub(crate) title: Sentence,
    /// Where.
    pub(crate) place: Sentence,
    /// What it stops.
    pub(crate) stops: Sentence,
    /// Lines to paste.
    pub(crate) commands: Vec<Untrusted>,
    /// How many lines were cut.
    pub(crate) more: Option<Sentence>,
    /// A warning that a line is shown escaped.
    pub(crate) caution: Option<Sentence>,
}
