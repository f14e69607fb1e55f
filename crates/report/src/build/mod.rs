//! From a report's data to a document's sentences.

mod boundary;
mod coverage;
mod findings;
mod resources;
mod stages;
mod steps;
mod story;
mod who;

use std::collections::{BTreeMap, HashMap};

use gardefou_finding::{
    Finding, FindingId, Incident, Outcome, ProofSummary, Report, Timestamp, Untrusted,
};

use crate::catalogue::{Counted, Lang, Message, Say, Sentence, french_typography, outcome_forms};
use crate::document::{Block, Column, Document, IncidentPart, Note, Section, Set, Table};
use crate::limits::Limits;
use crate::proof::spans;

pub(crate) use who::tree_order;

/// Longest name in a list of a narrow output, in bytes.
const SHORT_NAME: usize = 44;

/// What the parts of the builder need.
pub(crate) struct Builder<'a> {
    /// The report.
    pub(crate) report: &'a Report,
    /// Its findings by id.
    pub(crate) findings: HashMap<&'a FindingId, &'a Finding>,
    /// The language.
    pub(crate) say: Say,
    /// How much to show.
    limits: &'a Limits,
}

impl<'a> Builder<'a> {
    /// Tells `report` in a language, as much of it as `limits` allow.
    pub(crate) fn new(report: &'a Report, lang: Lang, limits: &'a Limits) -> Self {
        let findings = report.findings.iter();
        Self {
            report,
            findings: findings.map(|finding| (&finding.id, finding)).collect(),
            say: Say { lang },
            limits,
        }
    }

    /// The whole document.
    pub(crate) fn document(&self) -> Document<'a> {
        let shown = self.report.incidents.iter().take(self.limits.incidents);
        Document {
            say: self.say,
            title: Message::ReportTitle,
            headline: self.headline(),
            worst: self
                .report
                .incidents
                .iter()
                .map(|incident| incident.severity)
                .max(),
            notes: self.notes(),
            incidents: shown.map(|incident| self.incident(incident)).collect(),
            sections: self.run_sections(),
            colophon: self.say.fill(
                Message::WrittenBy,
                &[
                    ("tool", Sentence::plain(self.report.tool.name.as_str())),
                    (
                        "version",
                        Sentence::plain(self.report.tool.version.as_str()),
                    ),
                ],
            ),
        }
    }

    fn headline(&self) -> Sentence {
        let count = self.report.incidents.len();
        if count == 0 && self.report.coverage.is_without_events() {
            return self.say.plain(Message::NoEvents);
        }
        match (count, self.report.coverage.is_complete()) {
            (0, true) => self.say.plain(Message::NoIncident),
            (0, false) => self.say.plain(Message::NoIncidentPartial),
            (1, _) => self.say.count(Counted::Incidents, 1).with("."),
            _ => {
                let worst = self.report.incidents.iter().map(|one| one.severity).max();
                let worst = worst.map_or_else(String::new, |severity| self.say.word(severity));
                let values = [
                    (
                        "incidents",
                        self.say.count(Counted::Incidents, count as u64),
                    ),
                    ("severity", Sentence::plain(worst)),
                ];
                self.say.fill(Message::SeveralIncidents, &values)
            }
        }
    }

    fn notes(&self) -> Vec<Note> {
        let mut notes = Vec::new();
        if self.report.incidents.is_empty() {
            notes.push(Note {
                text: self.looked_at(),
                warns: false,
            });
            if !self.report.findings.is_empty() {
                let findings = self
                    .say
                    .count(Counted::Findings, self.report.findings.len() as u64);
                let text = self
                    .say
                    .fill(Message::FindingsRemain, &[("findings", findings)]);
                notes.push(Note { text, warns: false });
            }
        }
        if !self.report.coverage.is_complete() {
            let failed = self
                .say
                .count(Counted::CouldNotRead, self.report.coverage.failed_total());
            let text = self
                .say
                .fill(Message::IncompleteHead, &[("failed", failed)])
                .and_then(self.say.plain(Message::SeeCoverage));
            notes.push(Note { text, warns: true });
        }
        notes.extend(
            self.report
                .proof
                .as_ref()
                .map(|proof| proven(self.say, proof)),
        );
        let left = self
            .report
            .incidents
            .len()
            .saturating_sub(self.limits.incidents);
        notes.extend(self.more(left).map(|text| Note { text, warns: false }));
        notes
    }

    fn looked_at(&self) -> Sentence {
        let coverage = &self.report.coverage;
        let mut values = vec![
            (
                "events",
                self.say.count(Counted::Events, coverage.events_read),
            ),
            (
                "files",
                self.say.count(Counted::Files, coverage.sources.files),
            ),
        ];
        let (Some(first), Some(last)) = (coverage.first_event, coverage.last_event) else {
            return self.say.fill(Message::LookedAtUndated, &values);
        };
        values.push(("first", Sentence::plain(first.to_string())));
        values.push(("last", Sentence::plain(last.to_string())));
        self.say.fill(Message::LookedAt, &values)
    }

    fn incident(&self, incident: &'a Incident) -> IncidentPart<'a> {
        let mut sections = vec![
            self.who_section(incident),
            self.origin_section(incident),
            self.stages_section(incident),
            self.resources_section(incident),
            self.cost_section(incident),
            self.open_section(incident),
            self.steps_section(incident),
            self.boundary_section(incident),
        ];
        sections.extend(self.timeline_section(incident));
        sections.extend(self.every_resource_section(incident));
        sections.extend(self.incident_findings_section(incident));
        IncidentPart {
            incident,
            title: self.incident_title(incident),
            subtitle: self.incident_subtitle(incident),
            story: self.story(incident),
            figures: self.figures(incident),
            sections,
        }
    }

    fn run_sections(&self) -> Vec<Section<'a>> {
        let mut sections = Vec::new();
        sections.extend(self.outside_section());
        sections.push(self.coverage_section());
        sections.extend(self.rules_section());
        sections
    }

    /// Whether accounts are named: with one account alone it would be noise.
    fn names_accounts(&self) -> bool {
        let incidents = self.report.incidents.iter();
        let actors = incidents
            .flat_map(|incident| &incident.identities)
            .map(|one| &one.actor);
        let mut accounts = actors.filter_map(|actor| actor.account.as_ref());
        let first = accounts.next();
        self.limits.page || accounts.any(|account| Some(account) != first)
    }

    /// `… and 12 more`, or nothing.
    fn more(&self, left: usize) -> Option<Sentence> {
        (left > 0).then(|| self.say.count(Counted::MoreLines, left as u64))
    }

    /// A title in the report's language, where the rule has one.
    pub(crate) fn title(&self, finding: &Finding) -> Sentence {
        self.in_language(&finding.title, finding.title_fr.as_deref())
    }

    /// A rule's words in the report's language, where the rule has them.
    fn in_language(&self, english: &str, french: Option<&str>) -> Sentence {
        match (self.say.lang, french) {
            (Lang::Fr, Some(text)) => Sentence::plain(french_typography(text)),
            _ => Sentence::plain(english),
        }
    }

    /// `12 succeeded, 3 denied`.
    fn outcomes(&self, calls: &BTreeMap<Outcome, u64>) -> Sentence {
        let known = calls.iter().filter(|(_, count)| **count > 0);
        let parts = known.map(|(outcome, n)| self.say.count(outcome_forms(*outcome), *n));
        Sentence::join(parts.collect(), ", ")
    }

    /// Up to `limit` names, then `and 47 more`.
    fn names<'b>(
        &self,
        names: impl ExactSizeIterator<Item = &'b Untrusted>,
        limit: usize,
    ) -> Sentence {
        let left = names.len().saturating_sub(limit);
        let shown = names
            .take(limit)
            .map(|name| self.short_name(name))
            .collect();
        let shown = Sentence::join(shown, ", ");
        if left == 0 {
            return shown;
        }
        shown.and_then(self.say.count(Counted::AndMore, left as u64))
    }

    /// A name, or the words for one that is missing.
    fn name(&self, name: &Untrusted) -> Sentence {
        if name.is_empty() {
            self.say.plain(Message::Unnamed)
        } else {
            Sentence::quote(name)
        }
    }

    /// A name in a list; in a narrow output a long one is cut.
    fn short_name(&self, name: &Untrusted) -> Sentence {
        if self.limits.page || name.as_str().len() <= SHORT_NAME {
            return self.name(name);
        }
        let cut: String = name
            .as_str()
            .chars()
            .take(SHORT_NAME - 1)
            .chain(['…'])
            .collect();
        Sentence::quote(&Untrusted::new(cut))
    }

    /// A section.
    fn section(&self, id: &'static str, title: Message, blocks: Vec<Block<'a>>) -> Section<'a> {
        Section {
            id,
            title: self.say.label(title),
            blocks,
            folded: false,
        }
    }

    /// A section that a page shows folded.
    fn folded_section(
        &self,
        id: &'static str,
        title: Message,
        blocks: Vec<Block<'a>>,
    ) -> Section<'a> {
        Section {
            folded: true,
            ..self.section(id, title, blocks)
        }
    }

    /// A table of columns by title and setting, from which `left` rows were cut.
    fn table(&self, columns: &[(Message, Set)], rows: Vec<Vec<Sentence>>, left: usize) -> Table {
        let column = |(title, set): &(Message, Set)| Column {
            title: self.say.label(*title),
            set: *set,
        };
        Table {
            columns: columns.iter().map(column).collect(),
            rows,
            more: self.more(left),
            compact: false,
        }
    }

    /// From one time to another.
    fn period(&self, first: Timestamp, last: Timestamp) -> Sentence {
        let first = Sentence::plain(first.to_string());
        let last = Sentence::plain(last.to_string());
        self.say
            .fill(Message::IncidentTime, &[("first", first), ("last", last)])
    }
}

/// What digests prove, in a line.
fn proven(say: Say, proof: &ProofSummary) -> Note {
    if let Some(reason) = &proof.unverified {
        let values = [("reason", Sentence::quote(reason))];
        return Note {
            text: say.fill(Message::ProofHeadUnverified, &values),
            warns: true,
        };
    }
    let total = proof.doubts.values().sum();
    let message = match (proof.proven.is_empty(), total) {
        (false, 0) => Message::ProofHead,
        (false, _) => Message::ProofHeadPart,
        (true, _) => Message::ProofHeadNothing,
    };
    let values = [
        ("spans", spans(say, &proof.proven)),
        ("doubts", say.count(Counted::Doubts, total)),
    ];
    Note {
        text: say.fill(message, &values),
        warns: message != Message::ProofHead,
    }
}

/// The sum of calls of every outcome.
pub(crate) fn total(calls: &BTreeMap<Outcome, u64>) -> u64 {
    calls
        .values()
        .fold(0, |sum, count| sum.saturating_add(*count))
}
