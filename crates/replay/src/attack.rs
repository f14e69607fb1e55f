//! Incidents as steps, and which steps rely on which.
//!
//! A step relies on the steps that made what it uses: the identity that calls
//! (its key, its session), and every resource of the incident that the call
//! names. When one of those is denied, the step does not happen either.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use gardefou_finding::{
    ActorKind, Attack, EventRef, Incident, LinkKind, Position, ResourceAction, StepRef, WhyUnmapped,
};

use crate::effect::{Effect, Guard};
use crate::history::{Collected, Step};

/// The incidents' steps, in order: incident by incident, each by time.
#[derive(Debug)]
pub struct Steps<'a> {
    incidents: &'a [Incident],
    /// Incident, step.
    all: Vec<(usize, Step)>,
    /// For each step, those that it relies on.
    relies: Vec<BTreeSet<usize>>,
}

/// What a guardrail does to each step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Against {
    /// Steps that it denies.
    pub denied: BTreeSet<usize>,
    /// Steps that do not happen: denied, or relying on one that is.
    pub prevented: BTreeSet<usize>,
    /// Steps of which the log does not tell.
    pub unknown: BTreeSet<usize>,
}

impl Against {
    /// What several do together: guardrails only deny.
    pub fn union<'b>(all: impl IntoIterator<Item = &'b Self>) -> Self {
        let mut union = Self::default();
        for one in all {
            union.denied.extend(&one.denied);
            union.prevented.extend(&one.prevented);
            union.unknown.extend(&one.unknown);
        }
        union.unknown = &union.unknown - &union.prevented;
        union
    }
}

impl<'a> Steps<'a> {
    /// The steps of incidents: their identities' calls, and what services did
    /// on their behalf as the incidents' resources show it.
    pub fn new(incidents: &'a [Incident], collected: &Collected) -> Self {
        let mut all: Vec<(usize, Step)> = collected
            .steps
            .iter()
            .map(|((incident, _, _), step)| (*incident, step.clone()))
            .collect();
        for (index, incident) in incidents.iter().enumerate() {
            let known: BTreeSet<Position> = all
                .iter()
                .filter(|(of, _)| *of == index)
                .map(|(_, step)| step.event.position.clone())
                .collect();
            all.extend(of_services(incident, &known).map(|step| (index, step)));
        }
        all.sort_by(|(a, one), (b, other)| {
            let place = |step: &Step| (step.event.time, step.event.position.clone());
            (a, place(one)).cmp(&(b, place(other)))
        });
        let mut steps = Self {
            incidents,
            all,
            relies: Vec::new(),
        };
        steps.relies = steps.find_relies();
        steps
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The steps that took effect.
    pub fn effects(&self) -> BTreeSet<usize> {
        let effects = self.all.iter().enumerate();
        effects
            .filter(|(_, (_, step))| step.is_effect)
            .map(|(index, _)| index)
            .collect()
    }

    /// The event of a step.
    pub fn event(&self, index: usize) -> Option<&EventRef> {
        self.all.get(index).map(|(_, step)| &step.event)
    }

    /// The incident of a step, by its index.
    pub fn incident(&self, index: usize) -> Option<usize> {
        self.all.get(index).map(|(incident, _)| *incident)
    }

    /// A step with its number in its incident.
    pub fn reference(&self, index: usize) -> Option<StepRef> {
        let (incident, step) = self.all.get(index)?;
        let before = self.all.iter().take(index);
        let number = before.filter(|(of, _)| of == incident).count() + 1;
        Some(StepRef {
            incident: self.incidents.get(*incident)?.id.clone(),
            step: number as u64,
            event: step.event.clone(),
        })
    }

    /// Each incident in numbers.
    pub fn attacks(&self) -> Vec<Attack> {
        let incidents = self.incidents.iter().enumerate();
        incidents
            .map(|(index, incident)| self.attack(index, incident))
            .collect()
    }

    fn attack(&self, index: usize, incident: &Incident) -> Attack {
        let own = || {
            self.all
                .iter()
                .filter(move |(of, _)| *of == index)
                .map(|(_, step)| step)
        };
        Attack {
            incident: incident.id.clone(),
            steps: own().count() as u64,
            effects: own().filter(|step| step.is_effect).count() as u64,
            first: own().map(|step| step.event.time).next(),
            last: own().map(|step| step.event.time).next_back(),
        }
    }

    /// What a guardrail does to the steps.
    pub fn against(&self, guard: &Guard) -> Against {
        let mut against = Against::default();
        for (index, (_, step)) in self.all.iter().enumerate() {
            match &step.call {
                Ok(call) => match guard.call(call) {
                    Effect::Stops => drop(against.denied.insert(index)),
                    Effect::Unknown(_) => drop(against.unknown.insert(index)),
                    Effect::Lets => {}
                },
                Err(WhyUnmapped::NotARequest) => {}
                Err(_) => drop(against.unknown.insert(index)),
            }
            let relies = self.relies.get(index);
            let is_prevented = against.denied.contains(&index)
                || relies.is_some_and(|on| !on.is_disjoint(&against.prevented));
            if is_prevented {
                against.prevented.insert(index);
            }
        }
        against.unknown = &against.unknown - &against.prevented;
        against
    }

    /// US dollars an hour, now and at most, of the resources whose making is
    /// prevented.
    pub fn saved(&self, against: &Against) -> (f64, f64) {
        let places: BTreeSet<&Position> = against
            .prevented
            .iter()
            .filter_map(|index| Some(&self.event(*index)?.position))
            .collect();
        let mut saved = (0.0, 0.0);
        for incident in self.incidents {
            for item in &incident.cost.items {
                let resource = incident.resources.get(item.resource);
                if resource.is_some_and(|it| places.contains(&it.evidence.position)) {
                    let each = item.unit_usd_per_hour;
                    saved.0 += each * count(item.count_now);
                    saved.1 += each * count(item.count_max);
                }
            }
        }
        saved
    }

    fn find_relies(&self) -> Vec<BTreeSet<usize>> {
        let place: HashMap<(usize, &Position), usize> = self
            .all
            .iter()
            .enumerate()
            .map(|(index, (incident, step))| ((*incident, &step.event.position), index))
            .collect();
        let makers: Vec<Makers<'_>> = self
            .incidents
            .iter()
            .enumerate()
            .map(|(index, incident)| Makers::new(index, incident, &place))
            .collect();
        let steps = self.all.iter().enumerate();
        steps
            .map(|(index, (incident, step))| {
                let mut on = makers
                    .get(*incident)
                    .map_or(BTreeSet::new(), |it| it.of(step));
                on.retain(|maker| *maker < index);
                on
            })
            .collect()
    }
}

#[allow(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn count(count: u64) -> f64 {
    count as f64
}

/// Which steps made which identities and resources.
struct Makers<'a> {
    /// By name in lower case; the region, or nothing for global ones.
    resources: BTreeMap<(&'a str, &'a str), BTreeSet<usize>>,
    /// By identity.
    identities: BTreeMap<usize, usize>,
    /// Who launched what a service made, by the place of the call.
    launched: HashMap<&'a Position, BTreeSet<&'a str>>,
}

impl<'a> Makers<'a> {
    fn new(
        index: usize,
        incident: &'a Incident,
        place: &HashMap<(usize, &Position), usize>,
    ) -> Self {
        let mut makers = Self {
            resources: BTreeMap::new(),
            identities: BTreeMap::new(),
            launched: HashMap::new(),
        };
        let step = |event: &EventRef| place.get(&(index, &event.position)).copied();
        for (at, identity) in incident.identities.iter().enumerate() {
            let link = identity.link.as_ref().filter(|link| makes(link.kind));
            if let Some(maker) = link.and_then(|link| step(&link.evidence)) {
                makers.identities.insert(at, maker);
            }
        }
        for resource in &incident.resources {
            if resource.action != ResourceAction::Created {
                continue;
            }
            let region = region(resource.region.as_str());
            let id = resource.id.as_str();
            let last = id.rsplit('/').next().unwrap_or(id);
            if let Some(maker) = step(&resource.evidence) {
                for name in [id, last] {
                    makers
                        .resources
                        .entry((region, name))
                        .or_default()
                        .insert(maker);
                }
            }
            if let Some(group) = resource.details.get("launched_by") {
                let launched = makers.launched.entry(&resource.evidence.position);
                launched.or_default().insert(group.as_str());
            }
        }
        makers
    }

    /// The steps that made what a step uses.
    fn of(&self, step: &Step) -> BTreeSet<usize> {
        let mut on: BTreeSet<usize> = self
            .identities
            .get(&step.identity)
            .copied()
            .into_iter()
            .collect();
        let launched = self.launched.get(&step.event.position);
        let launched = launched.into_iter().flatten().copied();
        let targets = step.event.targets.iter().map(|target| target.as_str());
        for name in targets.chain(launched) {
            let last = name.rsplit(['/', ':']).next().unwrap_or(name);
            for region in ["", step.event.region.as_str()] {
                for name in [name, last] {
                    on.extend(self.resources.get(&(region, name)).into_iter().flatten());
                }
            }
        }
        on
    }
}

fn region(region: &str) -> &str {
    if region == "global" { "" } else { region }
}

/// Whether without the call of the link the identity could not act.
fn makes(kind: LinkKind) -> bool {
    !matches!(
        kind,
        LinkKind::SamePrincipal | LinkKind::ActsFor | LinkKind::ChangedTrust
    )
}

/// What services made on an incident's behalf, as its resources show it.
fn of_services<'i>(
    incident: &'i Incident,
    known: &BTreeSet<Position>,
) -> impl Iterator<Item = Step> + use<'i> {
    let mut made: BTreeMap<&Position, Step> = BTreeMap::new();
    for resource in &incident.resources {
        let event = &resource.evidence;
        let identity = incident.identities.get(resource.identity);
        let is_service = identity.is_some_and(|it| it.actor.kind == ActorKind::Service);
        let is_new = resource.action == ResourceAction::Created && !known.contains(&event.position);
        if is_service && is_new {
            made.entry(&event.position).or_insert_with(|| Step {
                identity: resource.identity,
                event: event.clone(),
                call: Err(WhyUnmapped::NotARequest),
                is_effect: true,
            });
        }
    }
    made.into_values()
}
