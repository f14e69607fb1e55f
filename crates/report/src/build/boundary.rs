//! Where the incident begins, why, and what stays outside.

use gardefou_finding::Incident;

use super::Builder;
use crate::catalogue::{Counted, Message, Sentence};
use crate::document::{Block, Section};

impl<'a> Builder<'a> {
    /// Where the line is drawn.
    pub(super) fn boundary_section(&self, incident: &Incident) -> Section<'a> {
        let boundary = &incident.boundary;
        let span = self.say.fill(
            Message::BoundarySpan,
            &[
                ("starts", Sentence::plain(boundary.starts.to_string())),
                ("ends", Sentence::plain(boundary.ends.to_string())),
            ],
        );
        let mut why = span.and_then(Sentence::plain(self.say.word(boundary.reason)));
        if boundary.calls_before > 0 {
            why = why.and_then(self.say.count(Counted::CallsBefore, boundary.calls_before));
        }
        let days = self.say.count(Counted::Days, boundary.history_days);
        why = why.and_then(self.say.fill(Message::BoundaryHistory, &[("days", days)]));
        let mut blocks = vec![Block::Paragraph(why)];
        if boundary.history_is_short {
            blocks.push(Block::Warning(self.say.plain(Message::ShortHistory)));
        }
        if !boundary.novelties.is_empty() {
            let label = self.say.label(Message::Novelties);
            blocks.push(Block::Fields(vec![(label, self.novelties(incident))]));
        }
        self.section("boundary", Message::SectionBoundary, blocks)
    }

    fn novelties(&self, incident: &Incident) -> Sentence {
        let novelties = &incident.boundary.novelties;
        let limit = self.limits.novelties;
        let shown = novelties
            .iter()
            .take(limit)
            .map(|novelty| {
                let since = novelty.at.since(incident.first_sign);
                let values = [
                    ("kind", Sentence::plain(self.say.word(novelty.kind))),
                    ("value", self.name(&novelty.value)),
                    ("at", Sentence::plain(crate::catalogue::offset(since))),
                ];
                self.say.fill(Message::NoveltyLine, &values)
            })
            .collect();
        let shown = Sentence::join(shown, ", ");
        match novelties.len().saturating_sub(limit) {
            0 => shown,
            left => shown.and_then(self.say.count(Counted::AndMore, left as u64)),
        }
    }
}
