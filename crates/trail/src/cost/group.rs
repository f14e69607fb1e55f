//! Groups, fleets and node groups, at the dearest of what they may launch.

use gardefou_finding::{ResourceKind as K, ResourceState as S};

use super::bill::{Bill, Units, float, place};
use super::instance::{UNKNOWN_TYPE, typed};
use super::prices::ec2;
use crate::resource::{Capacity, Group, Held, Launch, Template, TemplateRef};

impl<'h> Bill<'h> {
    pub(super) fn group(&mut self, at: usize, held: &'h Held, group: &'h Group) {
        if self.payer(held).is_some() {
            return;
        }
        let members = self.members.remove(&at).unwrap_or_default();
        let running: u64 = members.values().sum();
        for ((kind, spot), count) in members {
            self.add(typed(at, held, kind, spot, (count, 0)));
        }
        let choices = self.choices(held, group);
        let desired = group.desired.unwrap_or(0);
        let units = group.maximum.unwrap_or(0).max(desired);
        // Where the log shows members of any group, it shows launches: a group
        // without members has none. Else what is desired has to do.
        let untold = self.seen.is_empty() && held.resource.state != S::Stopped;
        let now = if untold { desired } else { 0 };
        let Some(dearest) = dearest(held, &choices, units) else {
            let unit = words(&choices);
            let maximum = units.max(running);
            self.add(Units::unpriced(at, unit, (now, maximum)));
            return;
        };
        let spot = group.spot.or(dearest.spot) == Some(true);
        self.dearest(at, held, &choices, &dearest, (now, running, spot));
        if group.by_attributes {
            let unit = UNKNOWN_TYPE.to_owned();
            self.add(Units::unpriced(at, unit, (0, units)));
        }
    }

    /// A group at its dearest. What runs now has this price only where there is
    /// one thing to launch; else it is one of several, and unpriced.
    fn dearest(
        &mut self,
        at: usize,
        held: &'h Held,
        choices: &[Resolved],
        dearest: &Dearest,
        (now, running, spot): (u64, u64, bool),
    ) {
        let maximum = dearest.count.max(running);
        let kind = Some(dearest.kind.as_str());
        if let [only] = choices {
            let now = instances_for(now, only.weight);
            self.add(typed(at, held, kind, spot, (now, maximum)));
            return;
        }
        self.add(typed(at, held, kind, spot, (0, maximum)));
        self.add(Units::unpriced(at, words(choices), (now, 0)));
    }

    /// What a group may launch, with templates looked up.
    fn choices(&self, held: &'h Held, group: &'h Group) -> Vec<Resolved> {
        let mut found: Vec<Resolved> = Vec::new();
        for choice in group.choices.iter().take(200) {
            let launch = self.resolve(held, &choice.launch);
            found.push(Resolved {
                kind: launch.0,
                spot: launch.1,
                weight: choice.weight.unwrap_or(1.0),
            });
        }
        if let Some(name) = &group.configuration {
            let at = self.find(K::LaunchConfiguration, place(held), name);
            if let Some(Some(Capacity::Configuration(launch))) =
                at.and_then(|at| self.get(at)).map(|held| &held.capacity)
            {
                let (kind, spot) = (launch.instance_type.clone(), launch.spot);
                found.push(Resolved {
                    kind,
                    spot,
                    weight: 1.0,
                });
            }
        }
        found
    }

    fn resolve(&self, held: &'h Held, launch: &'h Launch) -> (Option<String>, Option<bool>) {
        let template = launch
            .template
            .as_ref()
            .and_then(|named| self.template(held, named));
        let kind = launch.instance_type.clone();
        let kind = kind.or_else(|| template.and_then(|template| template.instance_type.clone()));
        (
            kind,
            launch
                .spot
                .or_else(|| template.and_then(|template| template.spot)),
        )
    }

    fn template(&self, held: &'h Held, named: &'h TemplateRef) -> Option<&'h Launch> {
        let at = self.find(K::LaunchTemplate, place(held), &named.template)?;
        let template: &Template = match &self.get(at)?.capacity {
            Some(Capacity::Template(template)) => template,
            _ => return None,
        };
        template.version(named.version.as_deref())
    }
}

/// One way for a group to launch, looked up.
struct Resolved {
    kind: Option<String>,
    spot: Option<bool>,
    weight: f64,
}

/// The choice that makes a group cost most.
struct Dearest {
    kind: String,
    spot: Option<bool>,
    count: u64,
}

/// `None` unless every choice has a price: a maximum that leaves out a choice
/// would be too low.
fn dearest(held: &Held, choices: &[Resolved], units: u64) -> Option<Dearest> {
    let region = held.resource.region.as_str();
    let mut best: Option<(f64, Dearest)> = None;
    for choice in choices {
        let kind = choice.kind.clone()?;
        let price = ec2(region, &kind)?;
        let count = instances_for(units, choice.weight);
        let total = price * float(count);
        if best.as_ref().is_none_or(|(most, _)| total > *most) {
            best = Some((
                total,
                Dearest {
                    kind,
                    spot: choice.spot,
                    count,
                },
            ));
        }
    }
    best.map(|(_, dearest)| dearest)
}

/// Instances of a weight that make up so many units: the last may overshoot.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a quotient of non-negative numbers, and casts saturate"
)]
fn instances_for(units: u64, weight: f64) -> u64 {
    (float(units) / weight.max(f64::MIN_POSITIVE))
        .ceil()
        .min(1e12) as u64
}

/// The types that a group may launch, for people.
fn words(choices: &[Resolved]) -> String {
    let mut kinds: Vec<&str> = choices
        .iter()
        .map(|choice| choice.kind.as_deref().unwrap_or(UNKNOWN_TYPE))
        .collect();
    kinds.dedup();
    kinds.truncate(10);
    if kinds.is_empty() {
        kinds.push(UNKNOWN_TYPE);
    }
    kinds.join(" or ")
}
