//! From a replay's data to a document's sentences.

use gardefou_finding::{
    Advice, BrokenCalls, Disagreement, Fidelity, GuardrailEffect, Replay, StepRef, Suggestion,
    Untrusted,
};

use crate::catalogue::{Counted, Lang, Message, Say, Sentence, french_typography};
use crate::document::{Block, Column, Document, Note, Section, Set, Table};

/// How much of each list is shown: in a terminal or Markdown, and on a page.
const BROKEN: [usize; 2] = [12, 500];
const UNKNOWN: usize = 6;
const DISAGREEMENTS: [usize; 2] = [15, 200];
const UNMAPPED: [usize; 2] = [10, 200];
const VALUES: usize = 6;

/// Tells a replay in a language.
pub(super) struct Teller<'a> {
    pub(super) replay: &'a Replay,
    pub(super) say: Say,
    /// Whether the output is a page, which has room.
    pub(super) page: bool,
}

impl<'a> Teller<'a> {
    /// The whole document.
    pub(super) fn document(&self) -> Document<'a> {
        let mut sections = Vec::new();
        sections.extend(self.ranked());
        sections.extend(self.broken());
        sections.extend(self.unknown());
        sections.extend(self.advice());
        sections.extend(self.fidelity());
        sections.push(self.coverage());
        let tool = &self.replay.tool;
        Document {
            say: self.say,
            title: Message::ReplayTitle,
            headline: self.headline(),
            worst: None,
            notes: self.notes(),
            incidents: Vec::new(),
            sections,
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
        let replay = self.replay;
        if replay.history.calls == 0 && replay.attacks.is_empty() {
            return self.say.plain(Message::NoEvents);
        }
        if replay.attacks.is_empty() {
            return self.say.plain(Message::ReplayNoAttack);
        }
        match &replay.suggestion {
            Some(suggestion) => self.suggested(suggestion),
            None => self.say.plain(Message::ReplayNothingStops),
        }
    }

    fn suggested(&self, suggestion: &Suggestion) -> Sentence {
        let names = suggestion.guardrails.iter().map(|id| Sentence::code(id));
        let step = suggestion.stopped.first.as_ref();
        self.say.fill(
            Message::ReplaySuggested,
            &[
                (
                    "step",
                    Sentence::strong(step.map_or_else(String::new, |it| self.say.number(it.step))),
                ),
                ("guardrails", self.say.list(names.collect())),
                ("broken", self.breaking(suggestion.broken)),
                (
                    "calls",
                    self.say
                        .count(Counted::Calls, self.replay.history.succeeded),
                ),
                (
                    "days",
                    self.say.count(Counted::Days, self.replay.history.days),
                ),
            ],
        )
    }

    fn breaking(&self, calls: u64) -> Sentence {
        breaking(self.say, calls)
    }

    fn notes(&self) -> Vec<Note> {
        let mut notes = Vec::new();
        let mut note = |text, warns| notes.push(Note { text, warns });
        if let Some(suggestion) = &self.replay.suggestion {
            note(self.saved(suggestion), false);
            if suggestion.effects_through > 0 {
                let effects = self.say.count(Counted::Effects, suggestion.effects_through);
                let step = suggestion.first_through.as_ref().map(|it| self.step(it));
                let values = [("effects", effects), ("step", step.unwrap_or_default())];
                note(self.say.fill(Message::ReplayThrough, &values), true);
            }
            if suggestion.unknown > 0 {
                let calls = self.say.count(Counted::Calls, suggestion.unknown);
                note(
                    self.say.fill(Message::ReplayUnknown, &[("calls", calls)]),
                    true,
                );
            }
            note(self.say.plain(Message::ReplayScp), false);
        }
        let failed = self.replay.coverage.failed_total() + self.replay.history.left_out;
        if failed > 0 {
            let failed = self.say.count(Counted::CouldNotRead, failed);
            let text = self
                .say
                .fill(Message::IncompleteHead, &[("failed", failed)])
                .and_then(self.say.plain(Message::SeeCoverage));
            note(text, true);
        }
        notes
    }

    fn saved(&self, suggestion: &Suggestion) -> Sentence {
        let stopped = &suggestion.stopped;
        let seconds = i64::try_from(stopped.seconds_saved).unwrap_or(i64::MAX);
        let first = stopped.first.as_ref().map(|it| self.step(it));
        self.say.fill(
            Message::ReplaySaved,
            &[
                ("step", first.unwrap_or_default()),
                ("steps", self.say.count(Counted::Steps, stopped.steps)),
                ("time", Sentence::plain(self.say.duration(seconds))),
                ("now", Sentence::plain(self.say.money(stopped.usd_per_hour))),
                (
                    "most",
                    Sentence::plain(self.say.money(stopped.usd_per_hour_max)),
                ),
            ],
        )
    }

    fn step(&self, step: &StepRef) -> Sentence {
        let service = step
            .event
            .service
            .as_str()
            .trim_end_matches(".amazonaws.com");
        let call = format!("{service}:{}", step.event.call.as_str());
        Sentence::quote(&Untrusted::new(call)).with(&format!(" ({})", step.event.time))
    }

    fn title(&self, title: &str, title_fr: &str) -> Sentence {
        Sentence::plain(match self.say.lang {
            Lang::En => title.to_owned(),
            Lang::Fr => french_typography(title_fr),
        })
    }

    fn ranked(&self) -> Option<Section<'a>> {
        let all = &self.replay.guardrails;
        let rows: Vec<Vec<Sentence>> = all.iter().map(|one| self.row(one)).collect();
        let columns = [
            (Message::ColumnGuardrail, Set::Tight),
            (Message::ColumnStops, Set::Right),
            (Message::ColumnFirst, Set::Right),
            (Message::ColumnBreaks, Set::Right),
            (Message::ColumnLater, Set::Right),
            (Message::ColumnUnknown, Set::Right),
            (Message::ColumnWhat, Set::Below),
        ];
        (!all.is_empty()).then(|| {
            let blocks = vec![
                Block::Table(self.table(&columns, rows, 0)),
                Block::Paragraph(self.say.plain(Message::ReplayLegend)),
            ];
            self.section("guardrails", Message::ReplayGuardrails, blocks)
        })
    }

    fn row(&self, one: &GuardrailEffect) -> Vec<Sentence> {
        let number = |n: u64| Sentence::plain(self.say.number(n));
        let first = one.stopped.first.as_ref();
        let is_chosen = self
            .replay
            .suggestion
            .as_ref()
            .is_some_and(|it| it.guardrails.contains(&one.id));
        let name = if is_chosen {
            Sentence::code(&one.id).with(" *")
        } else {
            Sentence::code(&one.id)
        };
        let mut what = self.title(&one.title, &one.title_fr);
        for (parameter, values) in &one.parameters {
            what = what
                .with(&format!(" · {parameter}: "))
                .joined(values_of(values));
        }
        if one.too_large {
            what = what.and_then(self.say.plain(Message::ReplayTooLarge));
        }
        vec![
            name,
            number(one.stopped.effects),
            first.map_or_else(|| Sentence::plain("–"), |it| number(it.step)),
            number(one.broken.calls),
            one.broken
                .later
                .map_or_else(|| Sentence::plain("–"), number),
            number(one.unknown.calls),
            what,
        ]
    }

    fn broken(&self) -> Option<Section<'a>> {
        let all: Vec<(&GuardrailEffect, &BrokenCalls)> = self
            .replay
            .guardrails
            .iter()
            .flat_map(|one| one.broken.who.iter().map(move |row| (one, row)))
            .collect();
        let most = self.most(BROKEN);
        let rows = all.iter().take(most).map(|(one, row)| {
            let service = row.service.as_str().trim_end_matches(".amazonaws.com");
            let call = format!("{service}:{}", row.call.as_str());
            vec![
                Sentence::code(&one.id),
                Sentence::quote(&Untrusted::new(call)),
                Sentence::plain(self.say.number(row.calls)),
                Sentence::plain(row.first.to_string()),
                Sentence::quote(&row.principal),
            ]
        });
        let columns = [
            (Message::ColumnGuardrail, Set::Tight),
            (Message::ColumnCall, Set::Tight),
            (Message::ColumnCalls, Set::Right),
            (Message::ColumnSince, Set::Tight),
            (Message::ColumnWho, Set::Below),
        ];
        let rows: Vec<_> = rows.collect();
        let left = all.len().saturating_sub(most);
        (!all.is_empty()).then(|| {
            let table = Block::Table(self.table(&columns, rows, left));
            self.section("broken", Message::ReplayBroken, vec![table])
        })
    }

    fn unknown(&self) -> Option<Section<'a>> {
        let with = self
            .replay
            .guardrails
            .iter()
            .filter(|one| one.unknown.calls > 0);
        let lines: Vec<Sentence> = with
            .map(|one| {
                let keys = one.unknown.because.iter().take(UNKNOWN);
                let keys = keys.map(|(key, calls)| {
                    Sentence::quote(key).with(&format!(" ({})", self.say.number(*calls)))
                });
                Sentence::code(&one.id)
                    .with(&self.say.label(Message::Colon))
                    .joined(self.say.count(Counted::Calls, one.unknown.calls))
                    .with(&self.say.label(Message::Colon))
                    .joined(Sentence::join(keys.collect(), ", "))
            })
            .collect();
        (!lines.is_empty()).then(|| {
            self.section(
                "unknown",
                Message::ReplayUnknownSection,
                vec![Block::List(lines)],
            )
        })
    }

    fn advice(&self) -> Option<Section<'a>> {
        let line = |one: &Advice| {
            Sentence::code(&one.id)
                .with(&self.say.label(Message::Colon))
                .joined(self.title(&one.title, &one.title_fr))
        };
        let lines: Vec<Sentence> = self.replay.advice.iter().map(line).collect();
        (!lines.is_empty())
            .then(|| self.section("advice", Message::ReplayAdvice, vec![Block::List(lines)]))
    }

    fn fidelity(&self) -> Option<Section<'a>> {
        let fidelity = self.replay.fidelity.as_ref()?;
        let mut blocks = vec![Block::Paragraph(self.figure(fidelity))];
        if fidelity.unknown > 0 {
            let because = fidelity.unknown_because.iter().take(UNKNOWN);
            let because = because.map(|(key, calls)| {
                Sentence::quote(key).with(&format!(" ({})", self.say.number(*calls)))
            });
            let values = [("what", Sentence::join(because.collect(), ", "))];
            blocks.push(Block::Paragraph(
                self.say.fill(Message::FidelityUnknown, &values),
            ));
        }
        let most = self.most(DISAGREEMENTS);
        let all = &fidelity.disagreements;
        if !all.is_empty() {
            let rows = all
                .iter()
                .take(most)
                .map(|one| self.disagreement(one))
                .collect();
            let columns = [
                (Message::ColumnCall, Set::Tight),
                (Message::ColumnCalls, Set::Right),
                (Message::ColumnLog, Set::Tight),
                (Message::ColumnPolicies, Set::Tight),
                (Message::ColumnWho, Set::Below),
            ];
            let left = all.len().saturating_sub(most);
            blocks.push(Block::Table(self.table(&columns, rows, left)));
        }
        Some(self.section("fidelity", Message::FidelitySection, blocks))
    }

    fn figure(&self, fidelity: &Fidelity) -> Sentence {
        let judged = fidelity.agree + fidelity.disagree;
        let share = match judged {
            0 => "–".to_owned(),
            // In tenths of a per cent, rounded down: 100 is only said of all.
            judged => {
                let tenths = fidelity.agree.saturating_mul(1_000) / judged;
                format!("{}.{}", tenths / 10, tenths % 10)
            }
        };
        self.say.fill(
            Message::FidelityFigure,
            &[
                ("share", Sentence::strong(share)),
                ("calls", self.say.count(Counted::Calls, judged)),
                (
                    "unknown",
                    Sentence::plain(self.say.number(fidelity.unknown)),
                ),
            ],
        )
    }

    fn disagreement(&self, one: &Disagreement) -> Vec<Sentence> {
        vec![
            Sentence::quote(&one.action),
            Sentence::plain(self.say.number(one.calls)),
            Sentence::plain(self.say.word(one.outcome)),
            Sentence::code(&one.decision),
            Sentence::quote(&one.principal)
                .with(" → ")
                .joined(Sentence::quote(&one.resource)),
        ]
    }

    fn coverage(&self) -> Section<'a> {
        let replay = self.replay;
        let history = &replay.history;
        let is_complete = replay.coverage.is_complete() && history.left_out == 0;
        let mut blocks = vec![if is_complete {
            Block::Paragraph(self.say.plain(Message::CoverageComplete))
        } else {
            let failed = replay.coverage.failed_total() + history.left_out;
            Block::Warning(self.say.count(Counted::CouldNotRead, failed))
        }];
        let calls = self.say.count(Counted::Calls, history.calls);
        let values = [
            ("calls", calls),
            (
                "succeeded",
                Sentence::plain(self.say.number(history.succeeded)),
            ),
            ("classes", Sentence::plain(self.say.number(history.classes))),
            ("unknown", Sentence::plain(self.say.number(history.unknown))),
        ];
        blocks.push(Block::Paragraph(
            self.say.fill(Message::ReplayHistory, &values),
        ));
        blocks.extend(self.unmapped());
        let failures = replay.coverage.failures.iter().take(20).map(|one| {
            let place = one
                .offset
                .map_or_else(String::new, |offset| format!(" @{offset}"));
            Sentence::quote(&one.source).with(&format!("{place}: {}", self.say.word(one.reason)))
        });
        let failures: Vec<Sentence> = failures.collect();
        if !failures.is_empty() {
            blocks.push(Block::List(failures));
        }
        self.section("coverage", Message::SectionCoverage, blocks)
    }

    fn unmapped(&self) -> Option<Block<'a>> {
        let all = &self.replay.history.unmapped;
        let lines = all.iter().take(self.most(UNMAPPED)).map(|one| {
            let service = one.service.as_str().trim_end_matches(".amazonaws.com");
            let call = format!("{service}:{}", one.call.as_str());
            Sentence::quote(&Untrusted::new(call)).with(&format!(
                " ({}){}{}",
                self.say.number(one.calls),
                self.say.label(Message::Colon),
                self.say.word(one.why)
            ))
        });
        (!all.is_empty()).then(|| Block::List(lines.collect()))
    }

    fn most(&self, most: [usize; 2]) -> usize {
        let [narrow, page] = most;
        if self.page { page } else { narrow }
    }

    fn section(&self, id: &'static str, title: Message, blocks: Vec<Block<'a>>) -> Section<'a> {
        Section {
            id,
            title: self.say.label(title),
            blocks,
            folded: false,
        }
    }

    fn table(&self, columns: &[(Message, Set)], rows: Vec<Vec<Sentence>>, left: usize) -> Table {
        let column = |(title, set): &(Message, Set)| Column {
            title: self.say.label(*title),
            set: *set,
        };
        Table {
            columns: columns.iter().map(column).collect(),
            rows,
            more: (left > 0).then(|| self.say.count(Counted::MoreLines, left as u64)),
            compact: false,
        }
    }
}

/// `breaking nothing`, or how much.
pub(crate) fn breaking(say: Say, calls: u64) -> Sentence {
    match calls {
        0 => say.plain(Message::BreakingNothing),
        calls => say.fill(
            Message::BreakingSome,
            &[("calls", say.count(Counted::Calls, calls))],
        ),
    }
}

/// The first values of a parameter, and how many more there are.
fn values_of(all: &[Untrusted]) -> Sentence {
    let shown = all.iter().take(VALUES).map(Sentence::quote).collect();
    let shown = Sentence::join(shown, ", ");
    match all.len().saturating_sub(VALUES) {
        0 => shown,
        more => shown.with(&format!(" +{more}")),
    }
}
