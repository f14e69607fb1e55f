//! The stages by tactic, and the timeline.

use std::collections::BTreeSet;

use gardefou_finding::{EventRef, Incident, Stage, TimelineEntry};

use super::Builder;
use crate::catalogue::{Counted, Message, Sentence, offset};
use crate::document::{Block, Figure, Section, Set};

/// Touched things named for one line of the timeline.
const TARGETS: usize = 3;

impl<'a> Builder<'a> {
    /// The stages.
    pub(super) fn stages_section(&self, incident: &'a Incident) -> Section<'a> {
        let rows = incident
            .stages
            .iter()
            .map(|stage| self.stage_row(incident, stage))
            .collect();
        let columns = [
            (Message::ColumnTime, Set::Tight),
            (Message::ColumnTactic, Set::Tight),
            (Message::ColumnCalls, Set::Tight),
            (Message::ColumnTechniques, Set::Wide),
            (Message::ColumnWhat, Set::Below),
        ];
        let blocks = vec![
            Block::Figure(Figure::Timeline(incident)),
            Block::Table(self.table(&columns, rows, 0)),
        ];
        self.section("stages", Message::SectionStages, blocks)
    }

    fn stage_row(&self, incident: &Incident, stage: &Stage) -> Vec<Sentence> {
        let techniques: Vec<_> = stage
            .techniques
            .iter()
            .map(|technique| Sentence::plain(technique.0.as_str()))
            .collect();
        vec![
            Sentence::plain(span(incident, stage.first, stage.last)),
            Sentence::strong(self.say.word(stage.tactic)),
            self.outcomes(&stage.calls),
            Sentence::join(techniques, ", "),
            self.stage_titles(stage),
        ]
    }

    fn stage_titles(&self, stage: &Stage) -> Sentence {
        let mut seen = BTreeSet::new();
        let mut titles = Vec::new();
        for finding in stage.findings.iter().filter_map(|id| self.findings.get(id)) {
            if seen.insert(finding.rule.as_str()) {
                titles.push(self.title(finding));
            }
        }
        let left = titles.len().saturating_sub(self.limits.titles);
        titles.truncate(self.limits.titles);
        let shown = Sentence::join(titles, &self.say.label(Message::Semicolon));
        match left {
            0 => shown,
            _ => shown.and_then(self.say.count(Counted::AndMore, left as u64)),
        }
    }

    /// The timeline, where the format has room for it.
    pub(super) fn timeline_section(&self, incident: &Incident) -> Option<Section<'a>> {
        if self.limits.timeline == 0 || incident.timeline.is_empty() {
            return None;
        }
        let shown = incident.timeline.iter().take(self.limits.timeline);
        let rows = shown
            .map(|entry| self.timeline_row(incident, entry))
            .collect();
        let left = incident.timeline.len().saturating_sub(self.limits.timeline);
        let columns = [
            (Message::ColumnTime, Set::Tight),
            (Message::ColumnTactic, Set::Tight),
            (Message::ColumnCall, Set::Tight),
            (Message::ColumnCount, Set::Right),
            (Message::ColumnOutcome, Set::Tight),
            (Message::ColumnIdentity, Set::Tight),
            (Message::ColumnTargets, Set::Wide),
            (Message::ColumnSource, Set::Note),
            (Message::ColumnEvidence, Set::Note),
        ];
        let mut blocks = vec![Block::Table(self.table(&columns, rows, left))];
        if incident.timeline_left_out > 0 {
            let text = self
                .say
                .count(Counted::LeftOutTimeline, incident.timeline_left_out);
            blocks.push(Block::Paragraph(text));
        }
        Some(self.folded_section("timeline", Message::SectionTimeline, blocks))
    }

    fn timeline_row(&self, incident: &Incident, entry: &TimelineEntry) -> Vec<Sentence> {
        let event = &entry.event;
        let who = incident
            .identities
            .get(entry.identity)
            .map_or_else(Sentence::default, |identity| self.name(&identity.actor.key));
        let tactic = entry
            .tactic
            .map_or_else(String::new, |tactic| self.say.word(tactic));
        vec![
            Sentence::plain(span(incident, event.time, entry.until)),
            Sentence::plain(tactic),
            self.call(event),
            Sentence::plain(self.say.number(entry.count)),
            self.outcome(event),
            who,
            self.names(event.targets.iter(), TARGETS),
            self.source(event),
            self.evidence(event),
        ]
    }

    /// `ec2:RunInstances`, as policies write it.
    pub(super) fn call(&self, event: &EventRef) -> Sentence {
        match event.service.as_str().strip_suffix(".amazonaws.com") {
            Some(service) => Sentence::code(&format!("{service}:{}", event.call.as_str())),
            None => self.name(&event.service).and_then(self.name(&event.call)),
        }
    }

    /// How a call ended, with its error.
    fn outcome(&self, event: &EventRef) -> Sentence {
        let word = Sentence::plain(self.say.word(event.outcome));
        match &event.error {
            Some(error) if !error.is_empty() => word.and_then(Sentence::quote(error)),
            _ => word,
        }
    }

    /// Address, region and user agent.
    fn source(&self, event: &EventRef) -> Sentence {
        let parts = [&event.source_ip, &event.region, &event.user_agent];
        let known = parts.into_iter().filter(|part| !part.is_empty());
        Sentence::join(known.map(Sentence::quote).collect(), " · ")
    }

    /// Where a record is written, and its id.
    pub(super) fn evidence(&self, event: &EventRef) -> Sentence {
        let place = self.say.fill(
            Message::Position,
            &[
                ("file", self.name(&event.position.source)),
                (
                    "offset",
                    Sentence::plain(self.say.number(event.position.offset)),
                ),
                (
                    "record",
                    Sentence::plain(self.say.number(event.position.record)),
                ),
            ],
        );
        if event.event_id.is_empty() {
            return place;
        }
        let id = self.say.fill(
            Message::EventId,
            &[("id", Sentence::quote(&event.event_id))],
        );
        Sentence::join(vec![place, id], ", ")
    }
}

/// `+09:40`, or `+09:40 – +12:00` when it lasted.
fn span(
    incident: &Incident,
    first: gardefou_finding::Timestamp,
    last: gardefou_finding::Timestamp,
) -> String {
    let start = offset(first.since(incident.first_sign));
    if last.since(first) <= 0 {
        return start;
    }
    format!("{start} – {}", offset(last.since(incident.first_sign)))
}
