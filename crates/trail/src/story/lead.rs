//! What rules found, by rule, credential and origin: the raw material of
//! findings and incidents.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use gardefou_finding::{Outcome, Severity, Timestamp};

use crate::facts::{
    CorrelationFact, Correlations, Evidence, Facts, Match, MatchKey, Place, Symbol, day,
};
use crate::rules::{Correlator, Firing, RuleIndex, RuleMeta, RuleSet};

/// Matches from which a rule can be common.
const COMMON_MATCHES: u64 = 5_000;
/// One in so many events matches a common rule.
const COMMON_SHARE: u64 = 20;

/// What a lead shows as evidence.
#[derive(Clone, Debug)]
pub(crate) enum Proof {
    /// Events kept at the first look.
    Kept(Vec<Evidence>),
    /// Places to read again.
    Places(Vec<(Timestamp, Place)>),
}

/// One rule that fired for one credential from one origin.
#[derive(Clone, Debug)]
pub(crate) struct Lead<'a> {
    pub(crate) meta: &'a RuleMeta,
    pub(crate) credential: Symbol,
    pub(crate) network: Symbol,
    pub(crate) agent: Symbol,
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
    pub(crate) count: u64,
    pub(crate) outcome: Outcome,
    pub(crate) days: BTreeSet<u32>,
    pub(crate) proof: Proof,
}

impl Lead<'_> {
    /// Until when the lead goes on from its first event without a silence
    /// longer than `gap` seconds: what one hand does once a week is not one
    /// undertaking. Between events that were not kept a day is no silence.
    pub(crate) fn reach(&self, gap: i64) -> Timestamp {
        let times: Vec<Timestamp> = match &self.proof {
            Proof::Kept(kept) => kept.iter().map(|evidence| evidence.time).collect(),
            Proof::Places(places) => places.iter().map(|(time, _)| *time).collect(),
        };
        let mut reach = self.first;
        for time in &times {
            if time.since(reach) > gap {
                return reach;
            }
            reach = reach.max(*time);
        }
        if times.len() as u64 >= self.count {
            return reach;
        }
        let mut until = day(reach);
        while self.days.contains(&(until + 1)) {
            until += 1;
        }
        let end = Timestamp::from_seconds((i64::from(until) + 1) * 86_400 - 1);
        end.map_or(self.last, |end| self.last.min(end))
    }
}

/// All leads in a stable order, and the number of firings of each correlation.
pub(crate) fn leads<'a>(rules: &'a RuleSet, facts: &Facts) -> (Vec<Lead<'a>>, Vec<u64>) {
    let mut leads: Vec<Lead<'a>> = facts
        .matches
        .iter()
        .filter(|(key, _)| !is_common(rules, facts, key.rule))
        .filter_map(|(key, found)| of_match(rules, *key, found))
        .collect();
    let mut firings_of = vec![0; rules.correlation_metas().len()];
    let (sorted, firings) = correlate(rules, facts);
    for firing in &firings {
        if let Some(count) = firings_of.get_mut(firing.correlation) {
            *count += firing.firings;
        }
        leads.extend(of_firing(rules, &sorted, firing));
    }
    let text = |symbol| facts.symbols.text(symbol);
    leads.sort_by(|a, b| {
        (
            a.first,
            &a.meta.id,
            text(a.credential),
            text(a.network),
            text(a.agent),
        )
            .cmp(&(
                b.first,
                &b.meta.id,
                text(b.credential),
                text(b.network),
                text(b.agent),
            ))
    });
    (leads, firings_of)
}

/// Whether a rule below medium matches so many of an archive's events that a
/// match says nothing of any of them. Its matches are only counted.
pub(crate) fn is_common(rules: &RuleSet, facts: &Facts, rule: RuleIndex) -> bool {
    let matches = facts.rule_matches.get(&rule).copied().unwrap_or(0);
    matches >= COMMON_MATCHES
        && matches >= facts.events / COMMON_SHARE
        && rules
            .meta(rule)
            .is_some_and(|meta| meta.severity < Severity::Medium)
}

fn of_match<'a>(rules: &'a RuleSet, key: MatchKey, found: &Match) -> Option<Lead<'a>> {
    Some(Lead {
        meta: rules.meta(key.rule).filter(|meta| meta.alerts)?,
        credential: key.credential,
        network: key.network,
        agent: key.agent,
        first: found.first,
        last: found.last,
        count: found.count,
        outcome: found.outcome,
        days: found.days.clone(),
        proof: Proof::Kept(found.evidence.clone()),
    })
}

/// Correlation facts in order of time, once each, and what fired.
fn correlate<'f>(rules: &RuleSet, facts: &'f Facts) -> (Cow<'f, Correlations>, Vec<Firing>) {
    let sorted = if facts.correlation.is_settled() {
        Cow::Borrowed(&facts.correlation)
    } else {
        Cow::Owned(facts.correlation.settled())
    };
    if sorted.is_empty() {
        // Compiling the correlations costs more than a small archive's reading.
        return (sorted, Vec::new());
    }
    let firings = Correlator::new(rules, &facts.symbols)
        .map_or_else(Vec::new, |correlator| correlator.run(&sorted));
    (sorted, firings)
}

/// A firing's leads: one for each credential and origin in its window. The
/// rule counts once for each of them, since each took part.
fn of_firing<'a>(rules: &'a RuleSet, facts: &Correlations, firing: &Firing) -> Vec<Lead<'a>> {
    let Some(meta) = rules
        .correlation_metas()
        .get(firing.correlation)
        .filter(|m| m.alerts)
    else {
        return Vec::new();
    };
    let mut leads: Vec<Lead<'a>> = Vec::new();
    let mut index: HashMap<(Symbol, Symbol, Symbol), usize> = HashMap::new();
    for fact in firing.evidence.iter().filter_map(|at| facts.get(*at)) {
        let who = fact.shape.key;
        let key = (who.credential, who.network, who.agent);
        let at = *index.entry(key).or_insert_with(|| {
            leads.push(Lead {
                meta,
                credential: key.0,
                network: key.1,
                agent: key.2,
                first: fact.time,
                last: fact.time,
                count: 0,
                outcome: fact.shape.outcome,
                days: BTreeSet::new(),
                proof: Proof::Places(Vec::new()),
            });
            leads.len() - 1
        });
        if let Some(lead) = leads.get_mut(at) {
            add_fact(lead, &fact);
        }
    }
    widen_main(&mut leads, firing);
    leads
}

fn add_fact(lead: &mut Lead<'_>, fact: &CorrelationFact<'_>) {
    lead.count += 1;
    lead.last = lead.last.max(fact.time);
    lead.outcome = lead.outcome.min(fact.shape.outcome);
    lead.days.insert(day(fact.time));
    if let Proof::Places(places) = &mut lead.proof
        && places.len() < 20
    {
        places.push((fact.time, fact.place));
    }
}

/// The window may hold more facts than are kept as evidence; the lead with the
/// most of them stands for the rest.
fn widen_main(leads: &mut [Lead<'_>], firing: &Firing) {
    let counted: u64 = leads.iter().map(|lead| lead.count).sum();
    if let Some(main) = leads.iter_mut().max_by_key(|lead| lead.count) {
        main.count += firing.count.saturating_sub(counted);
        main.last = main.last.max(firing.last);
    }
}
