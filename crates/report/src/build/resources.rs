//! What was touched, what it costs, what is still open.

use std::collections::BTreeMap;

use gardefou_finding::{
    Incident, Pricing, Resource, ResourceAction, ResourceKind, ResourceState, Untrusted,
};

use super::Builder;
use crate::catalogue::{Counted, Message, Sentence, offset, resource_forms, resource_name};
use crate::document::{Block, Section, Set, Table};

/// Facts named for one group of resources.
const FACTS: usize = 6;
/// In larger groups only facts that members share are named.
const LARGE_GROUP: usize = 3;

/// One line of the cost: everything billed by the same unit at the same price.
#[derive(Clone, Debug)]
struct CostRow {
    /// What is billed.
    unit: Untrusted,
    /// How it is paid.
    pricing: Pricing,
    /// US dollars an hour for one.
    unit_usd: f64,
    /// Units now.
    now: u64,
    /// Units at most.
    max: u64,
}

impl CostRow {
    /// US dollars an hour now.
    fn usd_now(&self) -> f64 {
        self.unit_usd * self.now as f64
    }

    /// US dollars an hour at most.
    fn usd_max(&self) -> f64 {
        self.unit_usd * self.max as f64
    }
}

impl<'a> Builder<'a> {
    /// Created, changed, deleted.
    pub(super) fn resources_section(&self, incident: &Incident) -> Section<'a> {
        let mut groups: BTreeMap<(ResourceAction, ResourceKind), Vec<&Resource>> = BTreeMap::new();
        for resource in &incident.resources {
            groups
                .entry((resource.action, resource.kind))
                .or_default()
                .push(resource);
        }
        let left = groups.len().saturating_sub(self.limits.groups);
        let rows: Vec<_> = groups
            .iter()
            .take(self.limits.groups)
            .map(|((action, kind), group)| self.resource_row(*action, *kind, group))
            .collect();
        let mut blocks = if rows.is_empty() {
            vec![Block::Paragraph(self.say.plain(Message::NoResources))]
        } else {
            let columns = self.resource_columns();
            vec![Block::Table(self.table(&columns, rows, left))]
        };
        if incident.resources_left_out > 0 {
            let text = self
                .say
                .count(Counted::LeftOutResources, incident.resources_left_out);
            blocks.push(Block::Warning(text));
        }
        self.section("resources", Message::SectionResources, blocks)
    }

    fn resource_columns(&self) -> Vec<(Message, Set)> {
        let mut columns = vec![
            (Message::ColumnResource, Set::Tight),
            (Message::ColumnAction, Set::Tight),
            (Message::ColumnState, Set::Tight),
            (Message::ColumnRegions, Set::Wide),
            (Message::ColumnNames, Set::Wide),
        ];
        if self.limits.page {
            columns.push((Message::ColumnDetails, Set::Wide));
        }
        columns
    }

    fn resource_row(
        &self,
        action: ResourceAction,
        kind: ResourceKind,
        group: &[&Resource],
    ) -> Vec<Sentence> {
        let names = group.iter().map(|resource| &resource.id);
        let mut row = vec![
            self.say
                .count_forms(resource_forms(kind), group.len() as u64),
            Sentence::plain(self.say.word(action)),
            self.states(group),
            self.regions(group),
            self.names(names, self.limits.names),
        ];
        if self.limits.page {
            row.push(self.facts(group));
        }
        row
    }

    fn states(&self, group: &[&Resource]) -> Sentence {
        let mut states: BTreeMap<ResourceState, u64> = BTreeMap::new();
        for resource in group {
            *states.entry(resource.state).or_default() += 1;
        }
        if let (1, Some((state, _))) = (states.len(), states.first_key_value()) {
            return Sentence::plain(self.say.word(*state));
        }
        let parts = states
            .into_iter()
            .map(|(state, count)| format!("{} {}", self.say.number(count), self.say.word(state)));
        Sentence::plain(parts.collect::<Vec<_>>().join(", "))
    }

    fn regions(&self, group: &[&Resource]) -> Sentence {
        let mut regions: BTreeMap<&Untrusted, u64> = BTreeMap::new();
        for resource in group {
            *regions.entry(&resource.region).or_default() += 1;
        }
        if let (1, Some((region, _))) = (regions.len(), regions.first_key_value()) {
            return self.name(region);
        }
        if !self.limits.page {
            return self.say.count(Counted::Regions, regions.len() as u64);
        }
        let parts = regions.into_iter().map(|(region, n)| {
            self.name(region)
                .with(&format!(" ({})", self.say.number(n)))
        });
        Sentence::join(parts.collect(), ", ")
    }

    /// Facts that the members of a group have, each value once. What is each
    /// member's own (its ARN) says nothing about a large group.
    fn facts(&self, group: &[&Resource]) -> Sentence {
        let mut facts: BTreeMap<(&String, &Untrusted), usize> = BTreeMap::new();
        for (name, value) in group.iter().flat_map(|resource| &resource.details) {
            *facts.entry((name, value)).or_default() += 1;
        }
        let shared = if group.len() > LARGE_GROUP { 2 } else { 1 };
        let mut facts: Vec<_> = facts
            .into_iter()
            .filter(|(_, count)| *count >= shared)
            .collect();
        facts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let left = facts.len().saturating_sub(FACTS);
        let shown = facts.into_iter().take(FACTS);
        let shown = shown.map(|((name, value), _)| {
            Sentence::plain(self.say.detail(name))
                .with(" ")
                .then_quote(value)
        });
        let shown = Sentence::join(shown.collect(), ", ");
        match left {
            0 => shown,
            _ => shown.and_then(self.say.count(Counted::AndMore, left as u64)),
        }
    }

    /// Every resource, where the format has room for them.
    pub(super) fn every_resource_section(&self, incident: &Incident) -> Option<Section<'a>> {
        if self.limits.resources == 0 || incident.resources.is_empty() {
            return None;
        }
        let shown = incident.resources.iter().take(self.limits.resources);
        let rows = shown
            .map(|resource| self.one_resource(incident, resource))
            .collect();
        let left = incident
            .resources
            .len()
            .saturating_sub(self.limits.resources);
        let columns = [
            (Message::ColumnTime, Set::Tight),
            (Message::ColumnResource, Set::Tight),
            (Message::ColumnAction, Set::Tight),
            (Message::ColumnState, Set::Tight),
            (Message::ColumnRegions, Set::Tight),
            (Message::ColumnNames, Set::Wide),
            (Message::ColumnIdentity, Set::Tight),
            (Message::ColumnDetails, Set::Note),
            (Message::ColumnEvidence, Set::Note),
        ];
        let blocks = vec![Block::Table(self.table(&columns, rows, left))];
        Some(self.folded_section("every-resource", Message::SectionEveryResource, blocks))
    }

    fn one_resource(&self, incident: &Incident, resource: &Resource) -> Vec<Sentence> {
        let who = incident.identities.get(resource.identity);
        let name = resource_name(resource.kind).text(self.say.lang);
        vec![
            Sentence::plain(offset(resource.first.since(incident.first_sign))),
            Sentence::plain(name),
            Sentence::plain(self.say.word(resource.action)),
            Sentence::plain(self.say.word(resource.state)),
            self.name(&resource.region),
            self.name(&resource.id),
            who.map_or_else(Sentence::default, |one| self.name(&one.actor.key)),
            self.facts(&[resource]),
            self.evidence(&resource.evidence),
        ]
    }

    /// What it costs.
    pub(super) fn cost_section(&self, incident: &Incident) -> Section<'a> {
        let cost = &incident.cost;
        let mut blocks = Vec::new();
        if cost.items.is_empty() {
            blocks.push(Block::Paragraph(self.say.plain(Message::CostNothing)));
        } else {
            let money = |usd: f64| Sentence::strong(self.say.money(usd));
            let values = [
                ("now", money(cost.usd_per_hour_now)),
                ("nowday", money(cost.usd_per_hour_now * 24.0)),
                ("max", money(cost.usd_per_hour_max)),
                ("maxday", money(cost.usd_per_hour_max * 24.0)),
            ];
            blocks.push(Block::Paragraph(
                self.say.fill(Message::CostTotals, &values),
            ));
            blocks.push(Block::Table(self.cost_table(incident)));
        }
        blocks.extend(self.unpriced(incident).map(Block::Warning));
        blocks.extend(self.metered(incident).map(Block::Warning));
        if !cost.items.is_empty() {
            let values = [
                ("date", Sentence::plain(cost.prices_as_of.as_str())),
                ("source", Sentence::plain(cost.prices_source.as_str())),
            ];
            blocks.push(Block::Paragraph(
                self.say.fill(Message::PriceTable, &values),
            ));
        }
        self.section("cost", Message::SectionCost, blocks)
    }

    fn cost_table(&self, incident: &Incident) -> Table {
        let rows = cost_rows(incident);
        let left = rows.len().saturating_sub(self.limits.costs);
        let columns = [
            (Message::ColumnUnit, Set::Wide),
            (Message::ColumnUnitPrice, Set::Right),
            (Message::ColumnNow, Set::Right),
            (Message::ColumnHourNow, Set::Right),
            (Message::ColumnMax, Set::Right),
            (Message::ColumnHourMax, Set::Right),
        ];
        let rows = rows
            .iter()
            .take(self.limits.costs)
            .map(|row| self.cost_row(row))
            .collect();
        self.table(&columns, rows, left)
    }

    fn cost_row(&self, row: &CostRow) -> Vec<Sentence> {
        let plain = |text: String| Sentence::plain(text);
        let pricing = format!(" ({})", self.say.word(row.pricing));
        vec![
            self.name(&row.unit).with(&pricing),
            plain(self.say.money(row.unit_usd)),
            plain(self.say.number(row.now)),
            plain(self.say.money(row.usd_now())),
            plain(self.say.number(row.max)),
            plain(self.say.money(row.usd_max())),
        ]
    }

    fn unpriced(&self, incident: &Incident) -> Option<Sentence> {
        let units = unpriced_units(incident);
        if units.is_empty() {
            return None;
        }
        let left = units.len().saturating_sub(self.limits.costs);
        let items = units
            .into_iter()
            .take(self.limits.costs)
            .map(|((unit, region), counts)| self.unpriced_item(unit, region, counts))
            .collect();
        let items = self.listed(items, left);
        Some(self.say.fill(Message::Unpriced, &[("items", items)]))
    }

    fn unpriced_item(
        &self,
        unit: &Untrusted,
        region: Option<&Untrusted>,
        (now, max): (u64, u64),
    ) -> Sentence {
        let names = std::iter::once(unit).chain(region);
        let names = names.map(|name| self.name(name)).collect();
        let unit = ("unit", Sentence::join(names, ", "));
        if (now, max) == (0, 0) {
            return self.say.fill(Message::UncountedItem, &[unit]);
        }
        let number = |count| Sentence::plain(self.say.number(count));
        let values = [unit, ("now", number(now)), ("max", number(max))];
        self.say.fill(Message::UnpricedItem, &values)
    }

    fn metered(&self, incident: &Incident) -> Option<Sentence> {
        let mut calls: BTreeMap<&Untrusted, u64> = BTreeMap::new();
        for item in &incident.cost.metered {
            if let Some(model) = incident.resources.get(item.resource) {
                let sum = calls.entry(&model.id).or_default();
                *sum = sum.saturating_add(item.calls);
            }
        }
        let left = calls.len().saturating_sub(self.limits.costs);
        let item = |(model, calls)| {
            let calls = Sentence::plain(self.say.number(calls));
            let values = [("calls", calls), ("model", self.name(model))];
            self.say.fill(Message::MeteredItem, &values)
        };
        let items: Vec<_> = calls
            .into_iter()
            .take(self.limits.costs)
            .map(item)
            .collect();
        if items.is_empty() {
            return None;
        }
        let items = self.listed(items, left);
        Some(self.say.fill(Message::Metered, &[("items", items)]))
    }

    /// Items one after the other, and how many were left out.
    fn listed(&self, items: Vec<Sentence>, left: usize) -> Sentence {
        let items = Sentence::join(items, &self.say.label(Message::Semicolon));
        match left {
            0 => items,
            left => items.and_then(self.say.count(Counted::AndMore, left as u64)),
        }
    }

    /// What is still open.
    pub(super) fn open_section(&self, incident: &Incident) -> Section<'a> {
        let mut groups: BTreeMap<ResourceKind, Vec<&Resource>> = BTreeMap::new();
        for resource in incident
            .still_open
            .iter()
            .filter_map(|at| incident.resources.get(*at))
        {
            groups.entry(resource.kind).or_default().push(resource);
        }
        let block = if groups.is_empty() {
            Block::Paragraph(self.say.plain(Message::NothingOpen))
        } else if self.limits.page {
            Block::List(
                groups
                    .iter()
                    .map(|(kind, group)| self.open_line(*kind, group))
                    .collect(),
            )
        } else {
            // The names stand right above, among what was created.
            let groups = groups
                .iter()
                .map(|(kind, group)| self.open_briefly(*kind, group));
            Block::Paragraph(self.say.list(groups.collect()).with("."))
        };
        self.section("open", Message::SectionOpen, vec![block])
    }

    fn open_briefly(&self, kind: ResourceKind, group: &[&Resource]) -> Sentence {
        let named = match group {
            [one] => Sentence::plain(resource_name(kind).text(self.say.lang))
                .with(" ")
                .joined(self.short_name(&one.id)),
            _ => self
                .say
                .count_forms(resource_forms(kind), group.len() as u64),
        };
        match self.why_open(group) {
            Some(states) => named.with(" (").joined(states).with(")"),
            None => named,
        }
    }

    /// The states of what is open by its being off: a deleted trail, a key that
    /// waits for its deletion.
    fn why_open(&self, group: &[&Resource]) -> Option<Sentence> {
        let off =
            |one: &&Resource| matches!(one.state, ResourceState::Stopped | ResourceState::Deleted);
        group.iter().any(off).then(|| self.states(group))
    }

    fn open_line(&self, kind: ResourceKind, group: &[&Resource]) -> Sentence {
        let names = self.names(group.iter().map(|one| &one.id), self.limits.names);
        let counted = match group.len() {
            1 => Sentence::plain(resource_name(kind).text(self.say.lang)),
            count => self.say.count_forms(resource_forms(kind), count as u64),
        };
        let places = [Some(self.regions(group)), self.why_open(group)];
        let places = Sentence::join(places.into_iter().flatten().collect(), ", ");
        Sentence::join(vec![counted, names], &self.say.label(Message::Colon))
            .with(" (")
            .joined(places)
            .with(")")
    }
}

/// What has no price by unit and region, now and at most: a type may have a
/// price in one region and none in another.
fn unpriced_units(incident: &Incident) -> BTreeMap<(&Untrusted, Option<&Untrusted>), (u64, u64)> {
    let region = |at| incident.resources.get(at).map(|one: &Resource| &one.region);
    let mut units: BTreeMap<_, (u64, u64)> = BTreeMap::new();
    for item in &incident.cost.unpriced {
        let key = (&item.unit, region(item.resource));
        let (now, max) = units.entry(key).or_default();
        *now = now.saturating_add(item.count_now);
        *max = max.saturating_add(item.count_max);
    }
    units
}

/// Billed things by unit, price and way of paying, what costs most now first.
fn cost_rows(incident: &Incident) -> Vec<CostRow> {
    let mut rows: BTreeMap<(&Untrusted, Pricing, u64), CostRow> = BTreeMap::new();
    for item in &incident.cost.items {
        let key = (&item.unit, item.pricing, item.unit_usd_per_hour.to_bits());
        let row = rows.entry(key).or_insert_with(|| CostRow {
            unit: item.unit.clone(),
            pricing: item.pricing,
            unit_usd: item.unit_usd_per_hour,
            now: 0,
            max: 0,
        });
        row.now = row.now.saturating_add(item.count_now);
        row.max = row.max.saturating_add(item.count_max);
    }
    let mut rows: Vec<_> = rows.into_values().collect();
    rows.sort_by(|one, other| {
        let now = other.usd_now().total_cmp(&one.usd_now());
        now.then(other.usd_max().total_cmp(&one.usd_max()))
    });
    rows
}
