//! The sums in the making, and where to look up what belongs together.

use std::collections::{BTreeMap, HashMap, HashSet};

use gardefou_finding::{
    Cost, CostItem, Metered, Pricing, ResourceKind as K, ResourceState as S, Unpriced, Untrusted,
};

use super::function::public_function;
use super::prices::{AS_OF, SOURCE};
use crate::resource::{Capacity, Detail, Held, Other};

/// One resource's region and account, to find others of the same place.
pub(super) type Place<'h> = (Option<&'h str>, &'h str);

/// Sums in the making, and where to look things up.
pub(super) struct Bill<'h> {
    pub(super) held: &'h [Held],
    pub(super) names: HashMap<(K, Place<'h>, &'h str), usize>,
    /// Running members of each group, by type and market.
    pub(super) members: HashMap<usize, BTreeMap<(Option<&'h str>, bool), u64>>,
    /// Groups of which any member was ever seen.
    pub(super) seen: HashSet<usize>,
    /// Instances of no group, alike ones together under the first.
    pub(super) alone: BTreeMap<(Place<'h>, Option<&'h str>, bool), (usize, u64)>,
    /// Functions that anybody may call, by URL or permission.
    pub(super) public: HashSet<(Place<'h>, &'h str)>,
    pub(super) items: Vec<CostItem>,
    pub(super) unpriced: Vec<Unpriced>,
    metered: Vec<Metered>,
}

/// Units of one thing of one resource.
pub(super) struct Units {
    pub(super) at: usize,
    pub(super) unit: String,
    pub(super) now: u64,
    pub(super) maximum: u64,
    pub(super) price: Option<f64>,
    pub(super) spot: bool,
}

impl Units {
    /// Units now and at most that have no price.
    pub(super) fn unpriced(at: usize, unit: String, (now, maximum): (u64, u64)) -> Self {
        Self {
            at,
            unit,
            now,
            maximum,
            price: None,
            spot: false,
        }
    }
}

pub(super) fn place(held: &Held) -> Place<'_> {
    let resource = &held.resource;
    (
        resource.account.as_ref().map(Untrusted::as_str),
        resource.region.as_str(),
    )
}

pub(super) fn is_running(held: &Held) -> bool {
    matches!(held.resource.state, S::Active)
}

pub(super) fn is_gone(held: &Held) -> bool {
    held.resource.state == S::Deleted
}

impl<'h> Bill<'h> {
    pub(super) fn new(held: &'h [Held]) -> Self {
        let mut bill = Self {
            held,
            names: HashMap::new(),
            members: HashMap::new(),
            seen: HashSet::new(),
            alone: BTreeMap::new(),
            public: held.iter().filter_map(public_function).collect(),
            items: Vec::new(),
            unpriced: Vec::new(),
            metered: Vec::new(),
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

    pub(super) fn find(&self, kind: K, place: Place<'h>, id: &'h str) -> Option<usize> {
        self.names.get(&(kind, place, id)).copied()
    }

    pub(super) fn get(&self, at: usize) -> Option<&'h Held> {
        self.held.get(at)
    }

    /// The living group, fleet or node group that pays for a resource.
    pub(super) fn payer(&self, held: &'h Held) -> Option<usize> {
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

    pub(super) fn charge(&mut self, at: usize) {
        let Some(held) = self.get(at) else { return };
        match &held.capacity {
            _ if is_gone(held) => {}
            Some(Capacity::Instance(launch)) => self.instances(at, held, launch),
            Some(Capacity::Group(group)) => self.group(at, held, group),
            Some(Capacity::Service(service)) => self.service(at, held, service),
            Some(Capacity::Tasks(tasks)) => self.tasks(at, held, tasks),
            Some(Capacity::Function(function)) => self.function(at, held, function),
            Some(Capacity::Other(other)) => self.other(at, held, other),
            Some(Capacity::Calls(calls)) => self.metered.push(Metered {
                resource: at,
                calls: *calls,
            }),
            _ => {}
        }
    }

    /// What has units of its own, of which the table knows no price.
    fn other(&mut self, at: usize, held: &'h Held, other: &Other) {
        let Some(unit) = other.unit.clone() else {
            return;
        };
        if held.resource.state == S::Stopped {
            return;
        }
        let now = other.now.filter(|_| is_running(held)).unwrap_or(0);
        let maximum = other.maximum.unwrap_or(now).max(now);
        self.add(Units::unpriced(at, unit, (now, maximum)));
    }

    pub(super) fn add(&mut self, units: Units) {
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

    pub(super) fn into_cost(self) -> Cost {
        Cost {
            usd_per_hour_now: sum(&self.items, |item| item.count_now),
            usd_per_hour_max: sum(&self.items, |item| item.count_max),
            items: self.items,
            unpriced: self.unpriced,
            metered: self.metered,
            prices_as_of: AS_OF.to_owned(),
            prices_source: SOURCE.to_owned(),
        }
    }
}

/// Sums in the order of the items, so that the same items give the same bits.
fn sum(items: &[CostItem], count: fn(&CostItem) -> u64) -> f64 {
    // `Sum` of nothing is minus zero, and would be printed so.
    items
        .iter()
        .map(|item| float(count(item)) * item.unit_usd_per_hour)
        .fold(0.0, |sum, usd| sum + usd)
}

#[allow(
    clippy::cast_precision_loss,
    reason = "counts above 2^53 are no counts of anything"
)]
pub(super) fn float(count: u64) -> f64 {
    count as f64
}
