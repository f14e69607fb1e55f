//! What an incident's resources cost an hour, now and at most.
//!
//! *Now* is what the log shows: instances launched and not terminated, ECS
//! services at their desired count (how many tasks really run is not in the
//! log), groups at their known members or, where no group's members are known,
//! at their desired capacity. *At most* is what resources may grow to by themselves: a
//! group's maximum of the dearest type it may launch, a service's scaling
//! maximum, a public function's reserved concurrency. An instance that a group
//! launched is counted inside the group. What the table cannot price is listed
//! with its numbers, and nothing is guessed.

mod prices;
mod settle;

pub use prices::{AS_OF, Rates, SOURCE, coverage, ec2, rates};
pub use settle::settle;

use std::collections::{BTreeMap, HashMap, HashSet};

use gardefou_finding::{
    Cost, CostItem, Pricing, ResourceKind as K, ResourceState as S, Unpriced, Untrusted,
};

use crate::resource::{
    Capacity, Detail, Function, Group, Held, Launch, Service, TaskSize, Template, TemplateRef,
};

/// Unit of what has no known type.
const UNKNOWN_TYPE: &str = "unknown instance type";
/// Unit of tasks of no known size.
const UNKNOWN_SIZE: &str = "fargate task of unknown size";

/// What `held` costs; indices are into it.
pub fn cost(held: &[Held]) -> Cost {
    let mut bill = Bill::new(held);
    for at in 0..held.len() {
        bill.charge(at);
    }
    bill.into_cost()
}

/// One resource's region and account, to find others of the same place.
type Place<'h> = (Option<&'h str>, &'h str);

/// Sums in the making, and where to look things up.
struct Bill<'h> {
    held: &'h [Held],
    names: HashMap<(K, Place<'h>, &'h str), usize>,
    /// Running members of each group, by type and market.
    members: HashMap<usize, BTreeMap<(Option<&'h str>, bool), u64>>,
    /// Groups of which any member was ever seen.
    seen: HashSet<usize>,
    /// Instances of no group, alike ones together under the first.
    alone: BTreeMap<(Place<'h>, Option<&'h str>, bool), (usize, u64)>,
    /// Functions that anybody may call, by URL or permission.
    public: HashSet<(Place<'h>, &'h str)>,
    items: Vec<CostItem>,
    unpriced: Vec<Unpriced>,
}

/// Units of one thing of one resource.
struct Units {
    at: usize,
    unit: String,
    now: u64,
    maximum: u64,
    price: Option<f64>,
    spot: bool,
}

fn place(held: &Held) -> Place<'_> {
    let resource = &held.resource;
    (
        resource.account.as_ref().map(Untrusted::as_str),
        resource.region.as_str(),
    )
}

/// The function that a resource lets anybody call.
fn public_function(held: &Held) -> Option<(Place<'_>, &str)> {
    let text = |detail: Detail| {
        held.resource
            .details
            .get(detail.key())
            .map(Untrusted::as_str)
    };
    let public = match held.resource.kind {
        K::FunctionUrl => text(Detail::UrlAuth) == Some("NONE"),
        K::FunctionPermission => text(Detail::Principal) == Some("*"),
        _ => false,
    };
    if !public || is_gone(held) {
        return None;
    }
    Some((place(held), text(Detail::Function)?))
}

fn is_running(held: &Held) -> bool {
    matches!(held.resource.state, S::Active)
}

fn is_gone(held: &Held) -> bool {
    held.resource.state == S::Deleted
}

impl<'h> Bill<'h> {
    fn new(held: &'h [Held]) -> Self {
        let mut bill = Self {
            held,
            names: HashMap::new(),
            members: HashMap::new(),
            seen: HashSet::new(),
            alone: BTreeMap::new(),
            public: held.iter().filter_map(public_function).collect(),
            items: Vec::new(),
            unpriced: Vec::new(),
        };
        bill.name_all();
        bill.gather_instances();
        bill
    }

    fn name_all(&mut self) {
        for (at, held) in self.held.iter().enumerate() {
            let id = held.resource.id.as_str();
            let mut name = |id| self.names.insert((held.resource.kind, place(held), id), at);
            name(id);
            match held.resource.kind {
                K::LaunchTemplate => {
                    if let Some(given) = held.resource.details.get(Detail::Name.key()) {
                        name(given.as_str());
                    }
                }
                // Node groups are `cluster/name`; their groups know the name.
                K::EksCluster => {
                    if let Some((_, group)) = id.split_once('/') {
                        name(group);
                    }
                }
                _ => {}
            }
        }
    }

    fn find(&self, kind: K, place: Place<'h>, id: &'h str) -> Option<usize> {
        self.names.get(&(kind, place, id)).copied()
    }

    fn get(&self, at: usize) -> Option<&'h Held> {
        self.held.get(at)
    }

    /// The living group, fleet or node group that pays for a resource.
    fn payer(&self, held: &'h Held) -> Option<usize> {
        let owner = held.owner.as_ref()?;
        let at = self.find(owner.kind, place(held), &owner.id)?;
        let payer = self.get(at)?;
        if is_gone(payer) || !matches!(payer.capacity, Some(Capacity::Group(_))) {
            return None;
        }
        // The group of an EKS node group is paid with the node group.
        self.payer(payer).or(Some(at))
    }

    fn gather_instances(&mut self) {
        for (at, held) in self.held.iter().enumerate() {
            let Some(Capacity::Instance(launch)) = &held.capacity else {
                continue;
            };
            let payer = self.payer(held);
            self.seen.extend(payer);
            if !is_running(held) {
                continue;
            }
            let (kind, spot) = (launch.instance_type.as_deref(), launch.spot == Some(true));
            if let Some(payer) = payer {
                *self
                    .members
                    .entry(payer)
                    .or_default()
                    .entry((kind, spot))
                    .or_default() += 1;
            } else {
                self.alone
                    .entry((place(held), kind, spot))
                    .or_insert((at, 0))
                    .1 += 1;
            }
        }
    }

    fn charge(&mut self, at: usize) {
        let Some(held) = self.get(at) else { return };
        match &held.capacity {
            _ if is_gone(held) => {}
            Some(Capacity::Instance(launch)) => self.instances(at, held, launch),
            Some(Capacity::Group(group)) => self.group(at, held, group),
            Some(Capacity::Service(service)) => self.service(at, held, service),
            Some(Capacity::Tasks(tasks)) => self.tasks(at, held, tasks),
            Some(Capacity::Function(function)) => self.function(at, held, function),
            Some(Capacity::Other(other)) if held.resource.state != S::Stopped => {
                let now = if is_running(held) {
                    other.now.unwrap_or(0)
                } else {
                    0
                };
                let maximum = other.maximum.unwrap_or(now).max(now);
                if let Some(unit) = other.unit.clone() {
                    self.add(Units {
                        at,
                        unit,
                        now,
                        maximum,
                        price: None,
                        spot: false,
                    });
                }
            }
            _ => {}
        }
    }

    /// Instances of no group, told once for all that are alike.
    fn instances(&mut self, at: usize, held: &'h Held, launch: &'h Launch) {
        let (kind, spot) = (launch.instance_type.as_deref(), launch.spot == Some(true));
        let alike = self.alone.get(&(place(held), kind, spot));
        if let Some(&(first, count)) = alike
            && first == at
        {
            self.add(typed(at, held, kind, spot, (count, count)));
        }
    }

    fn group(&mut self, at: usize, held: &'h Held, group: &'h Group) {
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
            self.add(Units {
                at,
                unit,
                now,
                maximum,
                price: None,
                spot: false,
            });
            return;
        };
        let spot = group.spot.or(dearest.spot) == Some(true);
        self.dearest(at, held, &choices, &dearest, (now, running, spot));
        if group.by_attributes {
            let unit = UNKNOWN_TYPE.to_owned();
            self.add(Units {
                at,
                unit,
                now: 0,
                maximum: units,
                price: None,
                spot,
            });
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
        let unit = words(choices);
        self.add(Units {
            at,
            unit,
            now,
            maximum: 0,
            price: None,
            spot,
        });
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

    fn service(&mut self, at: usize, held: &'h Held, service: &'h Service) {
        let desired = service.desired.unwrap_or(0);
        let now = if held.resource.state == S::Stopped {
            0
        } else {
            desired
        };
        self.fargate(
            at,
            held,
            service,
            (now, service.maximum.unwrap_or(0).max(now)),
        );
    }

    fn tasks(&mut self, at: usize, held: &'h Held, tasks: &'h Service) {
        let count = tasks.desired.unwrap_or(1);
        self.fargate(at, held, tasks, (count, count));
    }

    fn fargate(&mut self, at: usize, held: &'h Held, service: &'h Service, counts: (u64, u64)) {
        // On EC2 the instances cost, not the tasks; what the log does not tell
        // may be either.
        if service.fargate == Some(false) {
            return;
        }
        let size = service.size.or(self.task_size(held, service));
        let priced = fargate_price(held.resource.region.as_str(), size);
        let unit = match (size.cpu, size.memory) {
            (Some(cpu), Some(memory)) => fargate_unit(cpu, memory, size.arm),
            _ => UNKNOWN_SIZE.to_owned(),
        };
        let price = priced.filter(|_| service.fargate == Some(true));
        let spot = service.spot == Some(true);
        self.add(Units {
            at,
            unit,
            now: counts.0,
            maximum: counts.1,
            price,
            spot,
        });
    }

    fn task_size(&self, held: &'h Held, service: &'h Service) -> TaskSize {
        let named = service.task_definition.as_deref();
        named
            .and_then(|id| self.find(K::TaskDefinition, place(held), id))
            .and_then(|at| self.get(at))
            .and_then(|held| match &held.capacity {
                Some(Capacity::TaskDefinition(size)) => Some(*size),
                _ => None,
            })
            .unwrap_or_default()
    }

    fn function(&mut self, at: usize, held: &'h Held, function: &Function) {
        if held.resource.state == S::Stopped
            || !self
                .public
                .contains(&(place(held), held.resource.id.as_str()))
        {
            return;
        }
        let memory = function.memory.unwrap_or(128);
        let price = function_price(held.resource.region.as_str(), memory, function.arm);
        let (unit, maximum) = match function.concurrency {
            Some(count) => (format!("lambda {memory} MB"), count),
            None => (format!("lambda {memory} MB, account concurrency"), 0),
        };
        let known = function.concurrency.is_some() && function.memory.is_some();
        if known && price.is_some() {
            let (now, spot) = (0, false);
            self.add(Units {
                at,
                unit,
                now,
                maximum,
                price,
                spot,
            });
            return;
        }
        self.unpriced.push(Unpriced {
            resource: at,
            unit: Untrusted::new(unit),
            count_now: 0,
            count_max: maximum,
        });
    }

    fn add(&mut self, units: Units) {
        let Units {
            at: resource,
            unit,
            now,
            maximum,
            price,
            spot,
        } = units;
        if now == 0 && maximum == 0 {
            return;
        }
        let unit = Untrusted::new(unit);
        let (count_now, count_max) = (now, maximum);
        match price {
            Some(unit_usd_per_hour) => {
                let pricing = if spot {
                    Pricing::Spot
                } else {
                    Pricing::OnDemand
                };
                self.items.push(CostItem {
                    resource,
                    unit,
                    count_now,
                    count_max,
                    unit_usd_per_hour,
                    pricing,
                });
            }
            None => self.unpriced.push(Unpriced {
                resource,
                unit,
                count_now,
                count_max,
            }),
        }
    }

    fn into_cost(self) -> Cost {
        Cost {
            usd_per_hour_now: sum(&self.items, |item| item.count_now),
            usd_per_hour_max: sum(&self.items, |item| item.count_max),
            items: self.items,
            unpriced: self.unpriced,
            prices_as_of: AS_OF.to_owned(),
            prices_source: SOURCE.to_owned(),
        }
    }
}

/// Sums in the order of the items, so that the same items give the same bits.
fn sum(items: &[CostItem], count: fn(&CostItem) -> u64) -> f64 {
    items
        .iter()
        .map(|item| float(count(item)) * item.unit_usd_per_hour)
        .sum()
}

#[allow(
    clippy::cast_precision_loss,
    reason = "counts above 2^53 are no counts of anything"
)]
fn float(count: u64) -> f64 {
    count as f64
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

fn typed(at: usize, held: &Held, kind: Option<&str>, spot: bool, counts: (u64, u64)) -> Units {
    let region = held.resource.region.as_str();
    Units {
        at,
        unit: kind.unwrap_or(UNKNOWN_TYPE).to_owned(),
        now: counts.0,
        maximum: counts.1,
        price: kind.and_then(|kind| ec2(region, kind)),
        spot,
    }
}

fn fargate_unit(cpu: u64, memory: u64, arm: Option<bool>) -> String {
    let suffix = if arm == Some(true) { " arm" } else { "" };
    format!(
        "fargate {} vCPU {} GB{suffix}",
        float(cpu) / 1024.0,
        float(memory) / 1024.0
    )
}

/// `None` on Windows, whose licence is not in the table.
fn fargate_price(region: &str, size: TaskSize) -> Option<f64> {
    if size.windows == Some(true) {
        return None;
    }
    let rates = rates(region)?;
    let (vcpu, gigabyte) = if size.arm == Some(true) {
        rates.fargate_arm
    } else {
        rates.fargate
    };
    Some(float(size.cpu?) / 1024.0 * vcpu + float(size.memory?) / 1024.0 * gigabyte)
}

/// An hour of one execution at a time, without the price of requests.
fn function_price(region: &str, memory: u64, arm: Option<bool>) -> Option<f64> {
    let rates = rates(region)?;
    let rate = if arm == Some(true) {
        rates.lambda_arm
    } else {
        rates.lambda
    };
    Some(float(memory) / 1024.0 * 3600.0 * rate)
}

#[cfg(test)]
mod tests;
