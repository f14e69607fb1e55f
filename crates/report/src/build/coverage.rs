//! What was read, skipped and failed.

use std::collections::BTreeMap;

use gardefou_finding::{Coverage, Untrusted};

use super::Builder;
use crate::catalogue::{Counted, Message, Sentence, Word};
use crate::document::{Block, Section, Set};

/// Accounts and regions named.
const NAMED: usize = 12;

impl<'a> Builder<'a> {
    /// The coverage.
    pub(super) fn coverage_section(&self) -> Section<'a> {
        let coverage = &self.report.coverage;
        let verdict = if coverage.is_complete() {
            Block::Paragraph(self.say.plain(Message::CoverageComplete))
        } else {
            Block::Warning(
                self.say
                    .count(Counted::CouldNotRead, coverage.failed_total()),
            )
        };
        let mut blocks = vec![verdict, Block::Fields(self.coverage_fields(coverage))];
        blocks.extend(self.failures(coverage));
        blocks.extend(self.skips(coverage));
        self.section("coverage", Message::SectionCoverage, blocks)
    }

    fn coverage_fields(&self, coverage: &Coverage) -> Vec<(String, Sentence)> {
        let period = coverage.first_event.zip(coverage.last_event);
        let period = period.map_or_else(Sentence::default, |(one, other)| self.period(one, other));
        let fields = [
            (Message::CoverageRead, self.coverage_read(coverage)),
            (Message::CoveragePeriod, period),
            (Message::CoverageForms, self.by_reason(&coverage.forms)),
            (Message::CoverageAccounts, self.few(&coverage.accounts)),
            (Message::CoverageRegions, self.few(&coverage.regions)),
            (Message::CoverageSkipped, self.by_reason(&coverage.skipped)),
            (Message::CoverageFailed, self.by_reason(&coverage.failed)),
            (Message::CoverageTooCommon, self.too_common()),
        ];
        let known = fields.into_iter().filter(|(_, value)| !value.is_empty());
        known
            .map(|(label, value)| (self.say.label(label), value))
            .collect()
    }

    fn coverage_read(&self, coverage: &Coverage) -> Sentence {
        let sources = &coverage.sources;
        let values = [
            ("files", self.say.count(Counted::Files, sources.files)),
            (
                "stored",
                Sentence::plain(self.say.bytes(sources.bytes_stored)),
            ),
            (
                "inflated",
                Sentence::plain(self.say.bytes(sources.bytes_inflated)),
            ),
            (
                "events",
                self.say.count(Counted::Events, coverage.events_read),
            ),
        ];
        self.say.fill(Message::CoverageReadLine, &values)
    }

    fn few(&self, names: &[Untrusted]) -> Sentence {
        self.names(names.iter(), NAMED)
    }

    /// Rules of which no findings were made, with their matches.
    fn too_common(&self) -> Sentence {
        let mut all = Sentence::default();
        for rule in self.report.rules.iter().filter(|rule| rule.too_common) {
            if !all.is_empty() {
                all.push_plain(&self.say.label(Message::Semicolon));
            }
            all.push_plain(&format!("{} × ", self.say.number(rule.matches)));
            all.append(self.in_language(&rule.title, rule.title_fr.as_deref()));
        }
        all
    }

    /// `12 × same event delivered again, 1 × not JSON`.
    fn by_reason<R: Word>(&self, counts: &BTreeMap<R, u64>) -> Sentence {
        let parts = counts
            .iter()
            .filter(|(_, count)| **count > 0)
            .map(|(reason, n)| format!("{} × {}", self.say.number(*n), self.say.word(*reason)));
        let parts: Vec<_> = parts.collect();
        if parts.is_empty() {
            Sentence::default()
        } else {
            Sentence::plain(parts.join(&self.say.label(Message::Semicolon)))
        }
    }

    fn failures(&self, coverage: &Coverage) -> Vec<Block<'a>> {
        let rows: Vec<_> = coverage
            .failures
            .iter()
            .map(|failure| {
                let reason = Sentence::plain(self.say.word(failure.reason));
                let reason = match &failure.detail {
                    Some(detail) if !detail.is_empty() => {
                        reason.with(" (").then_quote(detail).with(")")
                    }
                    _ => reason,
                };
                vec![reason, self.located(&failure.source, failure.offset)]
            })
            .collect();
        self.located_table(Message::FirstFailures, rows, coverage.failed_total())
    }

    fn skips(&self, coverage: &Coverage) -> Vec<Block<'a>> {
        // A terminal counts what was left out on purpose; only pages list it.
        if self.limits.findings == 0 {
            return Vec::new();
        }
        let rows: Vec<_> = coverage
            .skips
            .iter()
            .map(|skip| {
                let reason = Sentence::plain(self.say.word(skip.reason));
                vec![reason, self.located(&skip.source, skip.offset)]
            })
            .collect();
        let count = rows.len() as u64;
        self.located_table(Message::FirstSkips, rows, count)
    }

    fn located_table(
        &self,
        title: Message,
        mut rows: Vec<Vec<Sentence>>,
        total: u64,
    ) -> Vec<Block<'a>> {
        if rows.is_empty() {
            return Vec::new();
        }
        rows.truncate(self.limits.failures);
        let left = usize::try_from(total)
            .unwrap_or(usize::MAX)
            .saturating_sub(rows.len());
        let columns = [
            (Message::ColumnReason, Set::Tight),
            (Message::ColumnFile, Set::Wide),
        ];
        vec![
            Block::Paragraph(Sentence::strong(self.say.label(title))),
            Block::Table(self.table(&columns, rows, left)),
        ]
    }

    fn located(&self, source: &Untrusted, offset: Option<u64>) -> Sentence {
        let file = self.name(source);
        let Some(offset) = offset else { return file };
        let offset = Sentence::plain(self.say.number(offset));
        self.say
            .fill(Message::AtOffset, &[("file", file), ("offset", offset)])
    }
}
