//! Stages over time, as SVG.

use gardefou_finding::{Incident, Outcome, Stage, Tactic, TimelineEntry};
use maud::{Markup, html};

use super::Page;
use crate::catalogue::{Message, offset};

/// Width of the drawing, in its own units.
const WIDTH: i64 = 960;
/// Where the time axis begins.
const LEFT: i64 = 226;
/// Where it ends.
const RIGHT: i64 = WIDTH - 30;
/// Height of a stage's row.
const ROW: i64 = 34;
/// Room for the axis above the rows.
const TOP: i64 = 44;
/// Steps between marks of the axis, in seconds, smallest first.
const STEPS: [i64; 17] = [
    1, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400, 604_800,
    2_592_000, 31_536_000,
];
/// No more marks than this.
const MAX_MARKS: i64 = 8;

/// Time since the first sign to a place on the axis.
#[derive(Clone, Copy)]
struct Axis {
    seconds: i64,
}

impl Axis {
    fn of(incident: &Incident) -> Self {
        let last = incident
            .stages
            .iter()
            .map(|stage| stage.last.since(incident.first_sign))
            .max();
        Self {
            seconds: last.unwrap_or(0).max(1),
        }
    }

    fn x(self, seconds: i64) -> i64 {
        let seconds = seconds.clamp(0, self.seconds);
        LEFT + (RIGHT - LEFT) * seconds / self.seconds
    }

    fn marks(self) -> impl Iterator<Item = i64> {
        let fits = |step: &&i64| self.seconds / **step < MAX_MARKS;
        let step = STEPS.iter().find(fits).copied().unwrap_or(self.seconds);
        (0..=self.seconds / step).map(move |nth| nth * step)
    }
}

impl Page<'_> {
    /// A bar for each stage, a dot for each line of the timeline.
    pub(super) fn timeline(self, incident: &Incident) -> Markup {
        if incident.stages.is_empty() {
            return html! {};
        }
        let axis = Axis::of(incident);
        let bottom = TOP + ROW * incident.stages.len() as i64;
        let height = bottom + 12;
        let picture = html! {
            svg .chart viewBox={ "0 0 " (WIDTH) " " (height) } role="img"
                aria-label=(self.say.label(Message::ChartStages)) {
                (marks(axis, bottom))
                @if let Some(seconds) = incident.seconds_to_impact {
                    (self.impact(axis.x(seconds), bottom))
                }
                @for (nth, stage) in incident.stages.iter().enumerate() {
                    (self.stage(incident, axis, TOP + ROW * nth as i64, stage))
                }
            }
        };
        self.figure(Message::ChartStages, &picture)
    }

    fn impact(self, x: i64, bottom: i64) -> Markup {
        html! {
            line .mark x1=(x) x2=(x) y1="16" y2=(bottom) {}
            text .marked x=(x) y="12" text-anchor="middle" {
                (self.say.label(Message::ChartImpact))
            }
        }
    }

    fn stage(self, incident: &Incident, axis: Axis, top: i64, stage: &Stage) -> Markup {
        let start = axis.x(stage.first.since(incident.first_sign));
        let end = axis.x(stage.last.since(incident.first_sign)).max(start + 4);
        let impact = stage.tactic == Tactic::Impact;
        let entries = incident
            .timeline
            .iter()
            .filter(|one| one.tactic == Some(stage.tactic));
        let name = self.say.word(stage.tactic);
        html! {
            text .strong x=(LEFT - 14) y=(top + 21) text-anchor="end" { (name) }
            rect .bar .impact[impact] x=(start) y=(top + 8) width=(end - start) height="18"
                rx="4" {}
            @for entry in entries { (self.dot(incident, axis, top + 17, entry, impact)) }
        }
    }

    fn dot(
        self,
        incident: &Incident,
        axis: Axis,
        y: i64,
        entry: &TimelineEntry,
        impact: bool,
    ) -> Markup {
        let since = entry.event.time.since(incident.first_sign);
        let succeeded = entry.event.outcome == Outcome::Succeeded;
        let title = format!(
            "{} {} × {} ({})",
            offset(since),
            self.say.number(entry.count),
            entry.event.call.escaped(),
            self.say.word(entry.event.outcome)
        );
        html! {
            circle .dot .impact[impact] .hollow[!succeeded] cx=(axis.x(since)) cy=(y) r="5" {
                title { (title) }
            }
        }
    }
}

fn marks(axis: Axis, bottom: i64) -> Markup {
    html! {
        @for seconds in axis.marks() {
            @let x = axis.x(seconds);
            line .grid x1=(x) x2=(x) y1=(TOP - 6) y2=(bottom) {}
            text .dim x=(x) y=(TOP - 12) text-anchor="middle" { (offset(seconds)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_of_any_length_has_few_marks() {
        for seconds in [1, 59, 580, 86_400, 400 * 86_400] {
            let marks = Axis { seconds }.marks().count();
            assert!((1..=8).contains(&marks), "{seconds}: {marks}");
        }
    }

    #[test]
    fn times_outside_stay_on_the_axis() {
        let axis = Axis { seconds: 100 };
        assert_eq!(axis.x(-5), LEFT);
        assert_eq!(axis.x(1_000), RIGHT);
    }
}
