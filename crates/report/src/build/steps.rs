//! What to do now.

use gardefou_finding::{Incident, NextStep, StepKind, Untrusted};

use super::Builder;
use crate::catalogue::{Counted, Message, Sentence, step_text};
use crate::document::{Block, Section, Step};

/// So few lines are never cut: to say that there are more would take as much,
/// and the last of a few lines is often the one that does it.
const FEW: usize = 4;

impl<'a> Builder<'a> {
    /// The next steps, like ones in a row put together.
    pub(super) fn steps_section(&self, incident: &Incident) -> Section<'a> {
        // Only neighbours are put together: the order is part of the advice.
        let groups: Vec<&[NextStep]> = incident
            .next_steps
            .chunk_by(|one, next| one.kind == next.kind && one.account == next.account)
            .collect();
        if groups.is_empty() {
            let nothing_open = incident.still_open.is_empty();
            let text = if nothing_open {
                Message::NoSteps
            } else {
                Message::NoStepsButOpen
            };
            let text = Block::Paragraph(self.say.plain(text));
            return self.section("steps", Message::SectionSteps, vec![text]);
        }
        let left = groups.len().saturating_sub(self.limits.steps);
        let steps = groups.iter().take(self.limits.steps);
        let steps = steps.filter_map(|group| self.step(group)).collect();
        let mut blocks = vec![
            Block::Paragraph(self.say.plain(Message::StepsIntro)),
            Block::Steps(steps),
        ];
        blocks.extend(self.more(left).map(Block::Paragraph));
        self.section("steps", Message::SectionSteps, blocks)
    }

    fn step(&self, group: &[NextStep]) -> Option<Step> {
        let first = group.first()?;
        let text = step_text(first.kind);
        let commands: Vec<&Untrusted> = group.iter().flat_map(|step| &step.commands).collect();
        let limit = if commands.len() <= FEW {
            FEW
        } else {
            self.limits.commands
        };
        let left = commands.len().saturating_sub(limit);
        let commands: Vec<Untrusted> = commands.into_iter().take(limit).cloned().collect();
        let escaped = commands.iter().any(|line| line.escaped() != line.as_str());
        Some(Step {
            title: self.step_title(group)?,
            place: self.place(group, first),
            stops: Sentence::plain(text.stops.text(self.say.lang)),
            commands,
            more: (left > 0).then(|| self.say.count(Counted::MoreCommands, left as u64)),
            caution: escaped.then(|| self.say.plain(Message::CommandEscaped)),
        })
    }

    /// What like steps in a row do, and to how many things. What has to be
    /// looked at differs from step to step, so steps are counted there.
    pub(crate) fn step_title(&self, group: &[NextStep]) -> Option<Sentence> {
        let first = group.first()?;
        let steps = group.len() as u64;
        let count = match first.kind {
            StepKind::Review => steps,
            _ => group.iter().map(|step| step.count).sum(),
        };
        let number = |count| Sentence::plain(self.say.number(count));
        let values = [
            ("target", self.name(&first.target)),
            ("n", number(count)),
            ("rest", number(steps.saturating_sub(1))),
        ];
        let title = step_text(first.kind).title.of(count, self.say.lang);
        Some(self.say.fill_pair(title, &values))
    }

    /// Account and region, where the whole group shares them.
    fn place(&self, group: &[NextStep], first: &NextStep) -> Sentence {
        // The lines themselves name their region; only a page repeats it.
        let shared = self.limits.page && group.iter().all(|step| step.region == first.region);
        let region = first
            .region
            .as_ref()
            .filter(|region| shared && !region.is_empty());
        let account = first.account.as_ref();
        let account = account.filter(|account| self.names_accounts() && !account.is_empty());
        let quote = |text: &Untrusted| Sentence::quote(text);
        match (account, region) {
            (Some(account), Some(region)) => self.say.fill(
                Message::InAccountRegion,
                &[("account", quote(account)), ("region", quote(region))],
            ),
            (Some(account), None) => self
                .say
                .fill(Message::InAccount, &[("account", quote(account))]),
            (None, Some(region)) => self
                .say
                .fill(Message::InRegion, &[("region", quote(region))]),
            (None, None) => Sentence::default(),
        }
    }
}
