//! A least-privilege proposal: for people, for programs, and as a policy.

use std::fmt;
use std::str::FromStr;

use gardefou_finding::{Proposal, ProposedStatement, RefusedRequest, StatementOrigin, Untrusted};
use gardefou_iam::least::terraform;
use serde_json::Value;

use crate::catalogue::{Counted, Message, Say, Sentence, outcome_forms};
use crate::document::{Block, Column, Document, Note, Section, Set, Table};
use crate::{Options, json, markdown, text};

/// Items of a list that are shown; JSON has all.
const SHOWN: usize = 40;

/// Actions or resources that are shown of a statement.
const SHOWN_PARTS: usize = 12;

/// An output format of a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProposalFormat {
    /// For a terminal.
    Text,
    /// All of it, as `schemas/gardefou.least-privilege.1.schema.json` describes it.
    Json,
    /// For an issue or a wiki.
    Markdown,
    /// The policy alone; a list where AWS's limit makes several of it.
    Policy,
    /// The policy as Terraform's JSON (`.tf.json`).
    Terraform,
}

impl ProposalFormat {
    /// Every format.
    pub const ALL: &'static [Self] = &[
        Self::Text,
        Self::Json,
        Self::Markdown,
        Self::Policy,
        Self::Terraform,
    ];

    /// The word of the option.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Policy => "policy",
            Self::Terraform => "terraform",
        }
    }

    /// The ending of a file in this format, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Json => "json",
            Self::Markdown => "md",
            Self::Policy => "policy.json",
            Self::Terraform => "tf.json",
        }
    }
}

impl fmt::Display for ProposalFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for ProposalFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.iter().copied();
        all.find(|format| format.word() == text).ok_or_else(|| {
            let words: Vec<_> = Self::ALL.iter().map(|format| format.word()).collect();
            format!("`{text}` is none of {}", words.join(", "))
        })
    }
}

/// Renders a proposal. The answer ends in a line end.
pub fn render_proposal(proposal: &Proposal, format: ProposalFormat, options: &Options) -> String {
    let say = Say { lang: options.lang };
    let teller = Teller { proposal, say };
    match format {
        ProposalFormat::Text => text::render_document(&teller.document(), options),
        ProposalFormat::Markdown => markdown::render_document(&teller.document()),
        ProposalFormat::Json => json::render(proposal, options.pretty) + "\n",
        ProposalFormat::Policy => json::render(&policy(proposal), options.pretty) + "\n",
        ProposalFormat::Terraform => {
            let name = proposal.principal.as_str();
            let name = name.rsplit('/').next().unwrap_or(name);
            json::render(&terraform(name, &proposal.policies), options.pretty) + "\n"
        }
    }
}

/// The one policy, or the list of several.
fn policy(proposal: &Proposal) -> Value {
    match proposal.policies.as_slice() {
        [only] => only.clone(),
        several => several.to_vec().into(),
    }
}

struct Teller<'a> {
    proposal: &'a Proposal,
    say: Say,
}

impl Teller<'_> {
    fn document(&self) -> Document<'static> {
        let sections = [
            self.statements(),
            self.refused(),
            self.not_understood(),
            Some(self.blind()),
            self.widened(),
            self.dropped(),
            Some(self.coverage()),
        ];
        let tool = &self.proposal.tool;
        Document {
            say: self.say,
            title: Message::LeastTitle,
            headline: self.headline(),
            worst: None,
            notes: self.notes(),
            incidents: Vec::new(),
            sections: sections.into_iter().flatten().collect(),
            colophon: self.say.fill(
                Message::WrittenBy,
                &[
                    ("tool", Sentence::plain(tool.name.as_str())),
                    ("version", Sentence::plain(tool.version.as_str())),
                ],
            ),
        }
    }

    fn headline(&self) -> Sentence {
        let history = &self.proposal.history;
        let who = Sentence::quote(&self.proposal.principal);
        let (Some(first), Some(last)) = (history.first, history.last) else {
            return self.say.fill(Message::LeastNothing, &[("who", who)]);
        };
        let statements = self.proposal.statements.len() as u64;
        let calls = history
            .calls
            .iter()
            .map(|(outcome, n)| self.say.count_forms(outcome_forms(*outcome).forms(), *n));
        let values = [
            ("who", who),
            (
                "statements",
                self.say.count(Counted::Statements, statements),
            ),
            ("calls", self.say.list(calls.collect())),
            ("first", Sentence::plain(first.to_string())),
            ("last", Sentence::plain(last.to_string())),
        ];
        self.say.fill(Message::LeastHeadline, &values)
    }

    fn notes(&self) -> Vec<Note> {
        let replay = &self.proposal.replay;
        let number = |n: u64| Sentence::strong(self.say.number(n));
        let values = [
            ("allowed", number(replay.allowed)),
            ("requests", number(replay.requests)),
        ];
        let mut notes = vec![Note {
            text: self.say.fill(Message::LeastReplay, &values),
            warns: replay.allowed < replay.requests,
        }];
        if !self.proposal.current_known {
            let text = self.say.plain(Message::LeastNoCurrent);
            notes.push(Note { text, warns: true });
        }
        let failed = self.proposal.coverage.failed_total();
        if failed > 0 {
            let failed = self.say.count(Counted::CouldNotRead, failed);
            let text = self
                .say
                .fill(Message::IncompleteHead, &[("failed", failed)]);
            notes.push(Note { text, warns: true });
        }
        notes
    }

    fn statements(&self) -> Option<Section<'static>> {
        let all = &self.proposal.statements;
        let column = |title, set| Column {
            title: self.say.label(title),
            set,
        };
        let table = Table {
            columns: vec![
                column(Message::ColumnStatement, Set::Tight),
                column(Message::ColumnMatches, Set::Right),
                column(Message::ColumnAction, Set::Wide),
                column(Message::ColumnResource, Set::Below),
            ],
            rows: all.iter().map(|one| self.statement(one)).collect(),
            more: None,
            compact: false,
        };
        (!all.is_empty())
            .then(|| self.section("statements", Message::LeastStatements, Block::Table(table)))
    }

    fn statement(&self, one: &ProposedStatement) -> Vec<Sentence> {
        let actions = one.actions.iter().map(|action| Sentence::code(action));
        let mut resources = self.few(one.resources.iter().map(Sentence::quote).collect());
        for (operator, keys) in &one.conditions {
            for (key, values) in keys {
                let values = self.few(values.iter().map(Sentence::quote).collect());
                resources = resources
                    .with("; ")
                    .joined(Sentence::code(&format!("{operator} {key}")))
                    .with(": ")
                    .joined(values);
            }
        }
        let requests = match one.origin {
            StatementOrigin::Seen => Sentence::plain(self.say.number(one.requests)),
            StatementOrigin::Kept => self.say.plain(Message::LeastKept),
        };
        vec![
            Sentence::plain(one.sid.as_str()),
            requests,
            self.few(actions.collect()),
            resources,
        ]
    }

    /// The first of some items, and how many more there are.
    fn few(&self, items: Vec<Sentence>) -> Sentence {
        let more = items.len().saturating_sub(SHOWN_PARTS) as u64;
        let shown = items.into_iter().take(SHOWN_PARTS).collect();
        let shown = Sentence::join(shown, ", ");
        if more == 0 {
            return shown;
        }
        shown
            .with(" ")
            .joined(self.say.count(Counted::AndMore, more))
    }

    fn refused(&self) -> Option<Section<'static>> {
        let line = |one: &RefusedRequest| {
            Sentence::code(&one.action)
                .with(" ")
                .then_quote(&one.resource)
                .with(&format!(": {} ({})", one.decision, one.requests))
        };
        let lines: Vec<Sentence> = self.proposal.replay.refused.iter().map(line).collect();
        self.list("refused", Message::LeastRefused, lines, 0)
    }

    fn not_understood(&self) -> Option<Section<'static>> {
        let all = &self.proposal.history.not_understood;
        let lines = all
            .iter()
            .map(|(call, n)| Sentence::code(call).with(&format!(": {n}")));
        self.list("unknown", Message::LeastNotUnderstood, lines.collect(), 0)
    }

    fn blind(&self) -> Section<'static> {
        let (kept, silent): (Vec<_>, Vec<_>) = self
            .proposal
            .blind_spots
            .iter()
            .partition(|one| !one.kept.is_empty());
        let mut lines: Vec<Sentence> = kept
            .into_iter()
            .map(|one| {
                let actions = one.kept.iter().map(|action| Sentence::code(action));
                let actions = self.few(actions.collect());
                self.say
                    .fill(Message::LeastBlindKept, &[("actions", actions)])
            })
            .collect();
        let silent: Vec<Sentence> = silent
            .into_iter()
            .map(|one| Sentence::code(&one.service))
            .collect();
        if !silent.is_empty() {
            let services = Sentence::join(silent, ", ");
            let values = [("services", services)];
            lines.push(self.say.fill(Message::LeastBlindDropped, &values));
        }
        self.section("blind", Message::LeastBlind, Block::List(lines))
    }

    fn widened(&self) -> Option<Section<'static>> {
        let lines = self.proposal.widened.iter().map(|one| {
            let n = Sentence::plain(self.say.number(one.resources));
            let values = [("pattern", Sentence::quote(&one.pattern)), ("n", n)];
            self.say.fill(Message::LeastWidens, &values)
        });
        self.list("widened", Message::LeastWidened, lines.collect(), 0)
    }

    fn dropped(&self) -> Option<Section<'static>> {
        let lines = self.proposal.dropped.iter().map(Sentence::quote).collect();
        let left = self.proposal.dropped_left_out;
        self.list("dropped", Message::LeastDropped, lines, left)
    }

    fn coverage(&self) -> Section<'static> {
        let coverage = &self.proposal.coverage;
        let read = [
            self.say.count(Counted::Events, coverage.events_read),
            self.say.count(Counted::Files, coverage.sources.files),
        ];
        let mut lines = vec![Sentence::join(read.to_vec(), ", ")];
        for one in coverage.failures.iter().take(SHOWN) {
            let detail = one.detail.clone().unwrap_or_else(|| Untrusted::new(""));
            let line = Sentence::quote(&one.source)
                .with(": ")
                .joined(Sentence::plain(self.say.word(one.reason)))
                .with(" ")
                .then_quote(&detail);
            lines.push(line);
        }
        self.section("coverage", Message::SectionCoverage, Block::List(lines))
    }

    /// A section of a list, where there is something in it.
    fn list(
        &self,
        id: &'static str,
        title: Message,
        mut lines: Vec<Sentence>,
        left_out: u64,
    ) -> Option<Section<'static>> {
        if lines.is_empty() {
            return None;
        }
        let left = lines.len().saturating_sub(SHOWN) as u64 + left_out;
        lines.truncate(SHOWN);
        if left > 0 {
            lines.push(self.say.count(Counted::MoreLines, left));
        }
        Some(self.section(id, title, Block::List(lines)))
    }

    fn section(&self, id: &'static str, title: Message, block: Block<'static>) -> Section<'static> {
        Section {
            id,
            title: self.say.label(title),
            blocks: vec![block],
            folded: false,
        }
    }
}

#[cfg(test)]
mod tests;
