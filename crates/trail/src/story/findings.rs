//! Leads to findings, and which of them are of an incident.

use std::collections::{BTreeMap, HashMap};

use gardefou_finding::{EventRef, Finding, FindingId};

use super::judge::Member;
use super::lead::Proof;
use super::tell::Teller;
use super::weigh::Weighed;
use crate::digest::identifier;
use crate::facts::Symbol;

/// Findings in a report at most.
const MAX_FINDINGS: usize = 10_000;
/// Events shown as evidence of a finding.
const MAX_EVIDENCE: usize = 20;

/// Indices of findings of each incident.
pub(super) type ByIncident = BTreeMap<usize, Vec<usize>>;

/// Keeps the gravest findings where there are too many, in order of time, and
/// says how many were left out.
pub(super) fn keep_gravest(findings: &mut Vec<Finding>) -> u64 {
    let left_out = findings.len().saturating_sub(MAX_FINDINGS);
    if findings.len() > MAX_FINDINGS {
        findings.sort_by_key(|f| (f.incident.is_none(), std::cmp::Reverse(f.severity)));
        findings.truncate(MAX_FINDINGS);
    }
    findings.sort_by(|a, b| (a.first_seen, &a.id).cmp(&(b.first_seen, &b.id)));
    left_out as u64
}

impl Teller<'_> {
    /// Leads of one rule, credential and incident are one finding.
    pub(super) fn findings(&self) -> (Vec<Finding>, ByIncident) {
        let incident_of = self.incident_of_leads();
        let mut index: HashMap<(&str, Symbol, Option<usize>), usize> = HashMap::new();
        let mut findings: Vec<Finding> = Vec::new();
        let mut by_incident: ByIncident = BTreeMap::new();
        for (lead, found) in self.judgement.weighed.iter().enumerate() {
            let incident = incident_of.get(&lead).copied();
            let key = (found.lead.meta.id.as_str(), found.lead.credential, incident);
            if let Some(known) = index.get(&key).and_then(|at| findings.get_mut(*at)) {
                self.widen(known, found);
                continue;
            }
            index.insert(key, findings.len());
            if let Some(incident) = incident {
                by_incident
                    .entry(incident)
                    .or_default()
                    .push(findings.len());
            }
            findings.push(self.finding(found, incident));
        }
        (findings, by_incident)
    }

    /// Leads that outlines name, and those of their members from the same
    /// origins at the same time that alone would say little.
    fn incident_of_leads(&self) -> HashMap<usize, usize> {
        let mut of = HashMap::new();
        for (incident, outline) in self.judgement.outlines.iter().enumerate() {
            outline.leads.iter().for_each(|lead| {
                of.insert(*lead, incident);
            });
        }
        for (incident, outline) in self.judgement.outlines.iter().enumerate() {
            let members: HashMap<Symbol, &Member> = outline
                .members
                .iter()
                .map(|member| (member.credential, member))
                .collect();
            for (index, found) in self.judgement.weighed.iter().enumerate() {
                if members
                    .get(&found.lead.credential)
                    .is_some_and(|m| is_inside(m, found))
                {
                    of.entry(index).or_insert(incident);
                }
            }
        }
        of
    }

    fn finding(&self, found: &Weighed<'_>, incident: Option<usize>) -> Finding {
        let (lead, meta) = (&found.lead, found.lead.meta);
        let incident = incident
            .and_then(|index| self.judgement.outlines.get(index))
            .map(|outline| outline.id.clone());
        let key = self.facts.symbols.text(lead.credential);
        let place = incident.as_deref().unwrap_or("");
        let mut finding = Finding {
            id: FindingId(identifier("fnd", &[&meta.id, key, place])),
            rule: meta.id.clone(),
            title: meta.title.clone(),
            title_fr: meta.title_fr.clone(),
            severity: meta.severity,
            confidence: meta.confidence,
            tactics: meta.tactics.clone(),
            techniques: meta.techniques.clone(),
            actor: self.actor(lead.credential),
            outcome: lead.outcome,
            count: 0,
            first_seen: lead.first,
            last_seen: lead.last,
            evidence: Vec::new(),
            incident,
        };
        self.widen(&mut finding, found);
        finding
    }

    fn widen(&self, finding: &mut Finding, found: &Weighed<'_>) {
        let lead = &found.lead;
        finding.count += lead.count;
        finding.outcome = finding.outcome.min(lead.outcome);
        finding.first_seen = finding.first_seen.min(lead.first);
        finding.last_seen = finding.last_seen.max(lead.last);
        finding.evidence.extend(self.evidence(&lead.proof));
        finding.evidence.sort();
        finding.evidence.dedup();
        finding.evidence.truncate(MAX_EVIDENCE);
    }

    fn evidence(&self, proof: &Proof) -> Vec<EventRef> {
        match proof {
            Proof::Kept(kept) => kept
                .iter()
                .map(|evidence| evidence.resolve(&self.facts.symbols, self.sources))
                .collect(),
            Proof::Places(places) => places
                .iter()
                .filter_map(|(_, place)| self.details.resolved.get(place).cloned())
                .collect(),
        }
    }
}

/// Whether a lead is of a member, from its origins and in its time.
fn is_inside(member: &Member, found: &Weighed<'_>) -> bool {
    let lead = &found.lead;
    let origin = (lead.network, lead.agent);
    !found.is_habit
        && lead.first >= member.from
        && lead.first <= member.until
        && member
            .origins
            .as_ref()
            .is_none_or(|origins| origins.contains(&origin))
}
