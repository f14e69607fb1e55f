//! What happened, in a few sentences, and the key figures.

use std::collections::{BTreeMap, BTreeSet};

use gardefou_finding::{
    Actor, ActorKind, Incident, Leak, NoveltyKind, Outcome, ResourceAction, ResourceKind, Tactic,
    Untrusted,
};

use super::{Builder, total};
use crate::catalogue::{Counted, Message, Sentence, resource_forms};
use crate::replay::breaking;

/// How many kinds of resources the story names.
const KINDS_TOLD: usize = 5;
/// How many places of leaked keys it names.
const LEAKS: usize = 5;

impl Builder<'_> {
    /// `Critical incident, high confidence`.
    pub(super) fn incident_title(&self, incident: &Incident) -> Sentence {
        let mut severity = self.say.word(incident.severity);
        if self.say.lang == crate::Lang::En {
            severity = capitalised(&severity);
        }
        self.say.fill(
            Message::IncidentHead,
            &[
                ("severity", Sentence::plain(severity)),
                (
                    "confidence",
                    Sentence::plain(self.say.word(incident.confidence)),
                ),
            ],
        )
    }

    /// Its id and its time.
    pub(super) fn incident_subtitle(&self, incident: &Incident) -> Sentence {
        let id = self
            .say
            .fill(Message::IncidentId, &[("id", Sentence::code(&incident.id))]);
        let time = self.period(incident.boundary.starts, incident.boundary.ends);
        Sentence::join(vec![id, time], " · ")
    }

    /// The story, a sentence each.
    pub(crate) fn story(&self, incident: &Incident) -> Vec<Sentence> {
        let mut story = vec![self.way_in(incident)];
        story.extend(
            incident
                .leaks
                .iter()
                .take(LEAKS)
                .map(|leak| self.leak(leak)),
        );
        story.extend(self.created(incident));
        story.push(self.how_fast(incident));
        story.extend(self.what_it_costs(incident));
        story.extend(self.prevention(incident));
        story
    }

    /// What would have stopped it, where that was asked.
    fn prevention(&self, incident: &Incident) -> Option<Sentence> {
        let prevention = incident.prevention.as_ref()?;
        let Some(step) = prevention.step else {
            return Some(self.say.plain(Message::PreventionNone));
        };
        let names = prevention.guardrails.iter().map(|id| Sentence::code(id));
        let values = [
            ("step", Sentence::strong(self.say.number(step))),
            ("guardrails", self.say.list(names.collect())),
            ("broken", breaking(self.say, prevention.broken)),
            ("calls", self.say.count(Counted::Calls, prevention.calls)),
            ("days", self.say.count(Counted::Days, prevention.days)),
        ];
        let mut told = self.say.fill(Message::ReplaySuggested, &values);
        if prevention.unknown > 0 {
            let calls = self.say.count(Counted::Calls, prevention.unknown);
            told = told.and_then(
                self.say
                    .fill(Message::PreventionUnknown, &[("calls", calls)]),
            );
        }
        if prevention.effects_through > 0 {
            let effects = self.say.count(Counted::Effects, prevention.effects_through);
            let through = [("effects", effects)];
            told = told.and_then(self.say.fill(Message::PreventionThrough, &through));
        }
        Some(told)
    }

    /// Where the key lay before it was used.
    fn leak(&self, leak: &Leak) -> Sentence {
        let line = leak
            .line
            .map_or_else(String::new, |line| format!(":{line}"));
        let place = Sentence::quote(&leak.path).with(&line);
        let mut values = vec![("key", Sentence::quote(&leak.key)), ("place", place)];
        match &leak.commit {
            Some(commit) => {
                values.push(("commit", Sentence::quote(commit)));
                self.say.fill(Message::StoryLeakCommit, &values)
            }
            None => self.say.fill(Message::StoryLeak, &values),
        }
    }

    fn way_in(&self, incident: &Incident) -> Sentence {
        let (subject, used) = match incident.identities.first() {
            Some(identity) => self.subject(&identity.actor),
            None => (self.say.plain(Message::Nobody), Message::UsedFeminine),
        };
        let mut values = vec![("subject", subject), ("used", self.say.plain(used))];
        let network = incident
            .boundary
            .novelties
            .iter()
            .find(|new| new.kind == NoveltyKind::Network);
        let addresses = first_addresses(incident);
        let message = match (network, addresses.as_slice()) {
            (Some(network), _) => {
                values.push(("network", Sentence::quote(&network.value)));
                if incident.boundary.history_is_short {
                    Message::FromNewNetworkShort
                } else {
                    Message::FromNewNetwork
                }
            }
            (None, []) => Message::FromNowhere,
            (None, [address, rest @ ..]) => {
                let count = self.say.count(Counted::Addresses, rest.len() as u64 + 1);
                values.push(("address", Sentence::quote(address)));
                values.push(("count", count));
                if rest.is_empty() {
                    Message::FromAddress
                } else {
                    Message::FromAddresses
                }
            }
        };
        self.say.fill(message, &values)
    }

    /// Who acted, and the participle that agrees with it.
    fn subject(&self, actor: &Actor) -> (Sentence, Message) {
        let known = |name: &Option<Untrusted>| name.clone().filter(|name| !name.is_empty());
        let name = known(&actor.name).or_else(|| known(&actor.arn));
        let message = match (actor.kind, &name) {
            (ActorKind::AccessKey, Some(_)) => Message::KeyOfUser,
            (ActorKind::AccessKey, None) => Message::Key,
            (ActorKind::Session, Some(_)) => Message::SessionOf,
            (ActorKind::Session, None) => Message::Session,
            (ActorKind::Root, _) if actor.account.is_some() => Message::RootOf,
            (ActorKind::Root, _) => Message::Root,
            (ActorKind::Console, _) => Message::ConsoleUser,
            (ActorKind::Service, _) => Message::Service,
            (ActorKind::Principal, _) => Message::Principal,
            (ActorKind::Unknown, _) => Message::Nobody,
        };
        let account = actor.account.clone().unwrap_or_default();
        let values = [
            ("key", self.name(&actor.key)),
            ("name", self.name(name.as_ref().unwrap_or(&actor.key))),
            ("account", self.name(&account)),
        ];
        let feminine = matches!(
            actor.kind,
            ActorKind::AccessKey | ActorKind::Session | ActorKind::Unknown
        );
        let used = if feminine {
            Message::UsedFeminine
        } else {
            Message::UsedMasculine
        };
        (self.say.fill(message, &values), used)
    }

    fn created(&self, incident: &Incident) -> Option<Sentence> {
        let mut kinds: BTreeMap<ResourceKind, u64> = BTreeMap::new();
        let mut regions = BTreeSet::new();
        let made = |action| action == ResourceAction::Created;
        for resource in incident.resources.iter().filter(|one| made(one.action)) {
            *kinds.entry(resource.kind).or_default() += 1;
            // IAM and other services without regions are no place of their own.
            if !matches!(resource.region.as_str(), "" | "global" | "aws-global") {
                regions.insert(&resource.region);
            }
        }
        let mut kinds: Vec<_> = kinds.into_iter().collect();
        // A new user among fifty clusters is what must not be missed.
        kinds.sort_by_key(|(kind, count)| (*kind != ResourceKind::User, u64::MAX - count));
        let things: Vec<_> = kinds
            .into_iter()
            .take(KINDS_TOLD)
            .map(|(kind, count)| self.say.count_forms(resource_forms(kind), count))
            .collect();
        if things.is_empty() {
            return None;
        }
        let things = self.say.list(things);
        let regions = match (regions.len(), regions.first()) {
            (0, _) => {
                return Some(
                    self.say
                        .fill(Message::StoryCreatedOnly, &[("things", things)]),
                );
            }
            (1, Some(region)) => self.name(region),
            (count, _) => self.say.count(Counted::Regions, count as u64),
        };
        let values = [("things", things), ("regions", regions)];
        Some(self.say.fill(Message::StoryCreated, &values))
    }

    fn how_fast(&self, incident: &Incident) -> Sentence {
        if let Some(seconds) = incident.seconds_to_impact {
            let duration = Sentence::strong(self.say.duration(seconds));
            return self.impact(incident, duration);
        }
        if !incident.calls.contains_key(&Outcome::Succeeded) && total(&incident.calls) > 0 {
            return self.say.plain(Message::NothingSucceeded);
        }
        let latest = incident.stages.iter().max_by_key(|stage| stage.first);
        latest.map_or_else(Sentence::default, |stage| {
            let tactic = Sentence::plain(self.say.word(stage.tactic));
            self.say.fill(Message::StoryNoImpact, &[("tactic", tactic)])
        })
    }

    /// With what impact began: with what costs, else with what was destroyed
    /// or misused.
    fn impact(&self, incident: &Incident, duration: Sentence) -> Sentence {
        if let Some(things) = self.first_cost(incident) {
            let values = [("duration", duration), ("things", things)];
            return self.say.fill(Message::StoryFirstCost, &values);
        }
        let what = incident
            .stages
            .iter()
            .filter(|stage| stage.tactic == Tactic::Impact)
            .flat_map(|stage| &stage.findings)
            .find_map(|id| self.findings.get(id))
            .map_or_else(
                || self.say.plain(Message::ImpactUnnamed),
                |one| self.title(one),
            );
        let values = [("duration", duration), ("what", what)];
        self.say.fill(Message::StoryImpact, &values)
    }

    /// The resources that were made at the moment of impact and cost: it is
    /// their making that the moment was taken from.
    fn first_cost(&self, incident: &Incident) -> Option<Sentence> {
        let cost = &incident.cost;
        let priced = cost
            .items
            .iter()
            .map(|item| (item.resource, item.count_now));
        let unpriced = cost.unpriced.iter();
        let unpriced = unpriced.map(|item| (item.resource, item.count_now));
        let paid: BTreeSet<usize> = priced
            .chain(unpriced)
            .filter(|(_, now)| *now > 0)
            .map(|(resource, _)| resource)
            .collect();
        let mut kinds: BTreeMap<ResourceKind, u64> = BTreeMap::new();
        let resources = paid.iter().filter_map(|at| incident.resources.get(*at));
        for one in resources.filter(|one| one.action == ResourceAction::Created) {
            if Some(one.first) == incident.impact {
                *kinds.entry(one.kind).or_default() += 1;
            }
        }
        let things = kinds
            .into_iter()
            .map(|(kind, count)| self.say.count_forms(resource_forms(kind), count));
        let things: Vec<_> = things.collect();
        (!things.is_empty()).then(|| self.say.list(things))
    }

    fn what_it_costs(&self, incident: &Incident) -> Option<Sentence> {
        let cost = &incident.cost;
        if cost.usd_per_hour_now <= 0.0 && cost.usd_per_hour_max <= 0.0 {
            return None;
        }
        let values = [
            (
                "now",
                Sentence::strong(self.say.money(cost.usd_per_hour_now)),
            ),
            (
                "max",
                Sentence::strong(self.say.money(cost.usd_per_hour_max)),
            ),
        ];
        Some(self.say.fill(Message::StoryCost, &values))
    }

    /// The figures to see first.
    pub(super) fn figures(&self, incident: &Incident) -> Vec<(String, Sentence)> {
        let say = self.say;
        let succeeded = incident
            .calls
            .get(&Outcome::Succeeded)
            .copied()
            .unwrap_or(0);
        let succeeded = [("succeeded", Sentence::plain(say.number(succeeded)))];
        let impact = match incident.seconds_to_impact {
            Some(seconds) => (say.duration(seconds), say.plain(Message::FigureToImpact)),
            None => ("–".to_owned(), say.plain(Message::FigureNoImpact)),
        };
        let count = |n: usize| say.number(n as u64);
        let mut figures = self.cost_figures(incident);
        figures.extend([
            impact,
            (
                count(incident.identities.len()),
                say.plain(Message::FigureIdentities),
            ),
            (
                say.number(total(&incident.calls)),
                say.fill(Message::FigureCalls, &succeeded),
            ),
            (
                count(incident.still_open.len()),
                say.plain(Message::FigureOpen),
            ),
        ]);
        figures
    }

    /// The cost, or a dash: that nothing priced was seen is not that nothing
    /// is paid.
    fn cost_figures(&self, incident: &Incident) -> Vec<(String, Sentence)> {
        let (say, cost) = (self.say, &incident.cost);
        if cost.items.is_empty() {
            return vec![("–".to_owned(), say.plain(Message::FigureNoCost))];
        }
        vec![
            (
                say.money_round(cost.usd_per_hour_now),
                say.plain(Message::FigureCostNow),
            ),
            (
                say.money_round(cost.usd_per_hour_max),
                say.plain(Message::FigureCostMax),
            ),
        ]
    }
}

/// Addresses of the way in, most used first: those of the whole incident where
/// it is alone, else those that its lines of the timeline show.
fn first_addresses(incident: &Incident) -> Vec<&Untrusted> {
    let acted = |at: usize| incident.timeline.iter().any(|line| line.identity == at);
    if !(1..incident.identities.len()).any(acted) {
        let all = incident.origin.addresses.iter();
        return all.map(|(address, _)| address).collect();
    }
    let mut calls: BTreeMap<&Untrusted, u64> = BTreeMap::new();
    for line in incident.timeline.iter().filter(|line| line.identity == 0) {
        *calls.entry(&line.event.source_ip).or_default() += line.count;
    }
    calls.remove(&Untrusted::default());
    let mut addresses: Vec<_> = calls.into_iter().collect();
    addresses.sort_by_key(|(address, count)| (u64::MAX - count, *address));
    addresses.into_iter().map(|(address, _)| address).collect()
}

/// The text with its first letter in upper case.
fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}
