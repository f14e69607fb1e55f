//! Outlines and details to incidents and findings.

use std::collections::{BTreeMap, HashMap};

use gardefou_finding::{Boundary, Finding, Incident, Origin, Outcome, Timestamp, Untrusted};

use super::findings::{ByIncident, keep_gravest};
use super::judge::{Judgement, Outline};
use super::look::{Collected, Details};
use super::property::{Property, property};
use super::stages::{impact, stages};
use super::timeline::{FindingsOf, tactics, timeline};
use super::trust;
use crate::facts::Facts;
use crate::remedy::{Scene, next_steps};
use crate::rules::RuleSet;

/// Addresses, agents and regions listed.
const MAX_ORIGINS: usize = 50;

/// What a report says of an archive.
#[derive(Debug, Default)]
pub struct Told {
    /// Incidents, most severe first.
    pub incidents: Vec<Incident>,
    /// Findings in order of time.
    pub findings: Vec<Finding>,
    /// Findings beyond the limit.
    pub findings_left_out: u64,
}

/// Puts the judgement and the details together. `sources` are the names of
/// the sources by number; `now` is when the report is made, for the steps that
/// end sessions begun before.
pub fn tell(
    rules: &RuleSet,
    facts: &Facts,
    judgement: &Judgement<'_>,
    details: &Details,
    sources: &[String],
    now: Timestamp,
) -> Told {
    let teller = Teller {
        rules,
        facts,
        judgement,
        details,
        sources,
        now,
    };
    let (mut findings, by_incident) = teller.findings();
    let incidents = judgement
        .outlines
        .iter()
        .enumerate()
        .map(|(index, outline)| teller.incident(index, outline, &findings, &by_incident))
        .collect();
    let left_out = keep_gravest(&mut findings);
    Told {
        incidents,
        findings,
        findings_left_out: left_out,
    }
}

/// What is known of an archive, to be told.
pub(super) struct Teller<'a> {
    pub(super) rules: &'a RuleSet,
    pub(super) facts: &'a Facts,
    pub(super) judgement: &'a Judgement<'a>,
    pub(super) details: &'a Details,
    pub(super) sources: &'a [String],
    now: Timestamp,
}

impl Teller<'_> {
    fn incident(
        &self,
        index: usize,
        outline: &Outline,
        findings: &[Finding],
        by_incident: &ByIncident,
    ) -> Incident {
        let empty = Collected::default();
        let collected = self.details.incidents.get(&index).unwrap_or(&empty);
        let own: Vec<&Finding> = by_incident
            .get(&index)
            .into_iter()
            .flatten()
            .filter_map(|at| findings.get(*at))
            .collect();
        let mut identities = self.identities(outline, collected);
        let property = property(collected, &self.details.others, &mut identities);
        let (timeline, timeline_left_out) =
            timeline(self.rules, collected, &self.findings_of(outline, &own));
        let spans = tactics(self.rules, collected);
        let starts = outline.line.starts;
        let ends = collected
            .rows
            .keys()
            .next_back()
            .map_or(starts, |(time, _)| *time);
        let impact = impact(&spans, &own, &property);
        let regions: Vec<&str> = collected.regions.keys().map(String::as_str).collect();
        let next_steps = next_steps(&Scene {
            identities: &identities,
            resources: &property.resources,
            secrets: &property.secrets,
            regions: &regions,
            left_out: property.resources_left_out,
            now: self.now,
        });
        let Property {
            resources,
            resources_left_out,
            still_open,
            cost,
            ..
        } = property;
        Incident {
            id: outline.id.clone(),
            severity: outline.severity,
            confidence: outline.confidence,
            origin: origin(collected),
            boundary: boundary(outline, ends),
            prevention: None,
            stages: stages(&spans, &own),
            first_sign: starts,
            impact,
            seconds_to_impact: impact.map(|impact| impact.since(starts).max(0)),
            calls: by_outcome(collected),
            timeline,
            timeline_left_out,
            resources,
            resources_left_out,
            still_open,
            cost,
            next_steps,
            findings: own.iter().map(|finding| finding.id.clone()).collect(),
            leaks: Vec::new(),
            trusts: trust::told(
                self.facts,
                self.judgement.trusts.get(index).map_or(&[], Vec::as_slice),
                &self.details.trusts,
                &self.details.resolved,
            ),
            identities,
        }
    }

    fn findings_of(&self, outline: &Outline, own: &[&Finding]) -> FindingsOf {
        let symbols = &self.facts.symbols;
        let identity: HashMap<&str, usize> = outline
            .members
            .iter()
            .enumerate()
            .map(|(index, member)| (symbols.text(member.credential), index))
            .collect();
        own.iter()
            .filter_map(|finding| {
                let identity = *identity.get(finding.actor.key.as_str())?;
                Some(((finding.rule.clone(), identity), finding.id.clone()))
            })
            .collect()
    }
}

fn by_outcome(collected: &Collected) -> BTreeMap<Outcome, u64> {
    let mut calls = BTreeMap::new();
    for ((_, outcome), count) in &collected.calls {
        *calls.entry(*outcome).or_default() += count;
    }
    calls
}

fn origin(collected: &Collected) -> Origin {
    let most = |counts: &BTreeMap<String, u64>| {
        let mut all: Vec<(Untrusted, u64)> = counts
            .iter()
            .map(|(text, count)| (Untrusted::new(text.as_str()), *count))
            .collect();
        all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        all.truncate(MAX_ORIGINS);
        all
    };
    Origin {
        addresses: most(&collected.addresses),
        user_agents: most(&collected.agents),
        regions: most(&collected.regions),
    }
}

fn boundary(outline: &Outline, ends: Timestamp) -> Boundary {
    let line = &outline.line;
    Boundary {
        starts: line.starts,
        ends,
        reason: line.reason,
        novelties: line.novelties.clone(),
        calls_before: line.calls_before,
        history_days: line.history_days,
        history_is_short: line.history_is_short,
    }
}
