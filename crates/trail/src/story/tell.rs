//! Outlines and details to incidents and findings.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use gardefou_finding::{
    Actor, ActorKind, Boundary, ChainLink, EventRef, Finding, FindingId, Identity, Incident,
    LinkKind, Origin, Outcome, Severity, Stage, Tactic, Technique, Timestamp, Untrusted,
};

use super::judge::{Judgement, Member, Outline};
use super::lead::Proof;
use super::look::{Collected, Details};
use super::property::{Property, property};
use super::timeline::{FindingsOf, TacticSpan, tactics, timeline};
use super::weigh::Weighed;
use crate::digest::identifier;
use crate::facts::{Facts, Symbol};
use crate::remedy::{Scene, next_steps};
use crate::rules::RuleSet;

/// Findings in a report at most.
const MAX_FINDINGS: usize = 10_000;
/// Events shown as evidence of a finding.
const MAX_EVIDENCE: usize = 20;
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
    let left_out = findings.len().saturating_sub(MAX_FINDINGS);
    keep_gravest(&mut findings);
    Told {
        incidents,
        findings,
        findings_left_out: left_out as u64,
    }
}

/// Keeps the gravest findings where there are too many, in order of time.
fn keep_gravest(findings: &mut Vec<Finding>) {
    if findings.len() > MAX_FINDINGS {
        findings.sort_by_key(|f| (f.incident.is_none(), std::cmp::Reverse(f.severity)));
        findings.truncate(MAX_FINDINGS);
    }
    findings.sort_by(|a, b| (a.first_seen, &a.id).cmp(&(b.first_seen, &b.id)));
}

/// Indices of findings of each incident.
type ByIncident = BTreeMap<usize, Vec<usize>>;

struct Teller<'a> {
    rules: &'a RuleSet,
    facts: &'a Facts,
    judgement: &'a Judgement<'a>,
    details: &'a Details,
    sources: &'a [String],
    now: Timestamp,
}

impl Teller<'_> {
    /// Leads of one rule, credential and incident are one finding.
    fn findings(&self) -> (Vec<Finding>, ByIncident) {
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

    fn actor(&self, credential: Symbol) -> Actor {
        let symbols = &self.facts.symbols;
        let text = |symbol: Symbol| {
            let text = symbols.text(symbol);
            (!text.is_empty()).then(|| Untrusted::new(text))
        };
        let key = Untrusted::new(symbols.text(credential));
        match self.facts.credentials.get(&credential) {
            Some(known) => Actor {
                key,
                kind: known.kind,
                arn: text(known.arn),
                name: text(known.name),
                account: text(known.account),
            },
            None => Actor {
                key,
                kind: ActorKind::Unknown,
                arn: None,
                name: None,
                account: None,
            },
        }
    }

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
        let impact = impact(&spans, &own);
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

    fn identities(&self, outline: &Outline, collected: &Collected) -> Vec<Identity> {
        let position: HashMap<Symbol, usize> = outline
            .members
            .iter()
            .enumerate()
            .map(|(index, member)| (member.credential, index))
            .collect();
        outline
            .members
            .iter()
            .enumerate()
            .map(|(index, member)| {
                let link = self.link(member, &position, outline);
                let seen = collected.seen.get(&index);
                Identity {
                    actor: self.actor(member.credential),
                    made_by_incident: link.as_ref().is_some_and(|link| is_making(link.kind)),
                    link,
                    calls: calls_of(collected, index),
                    first_seen: seen.map(|(first, _)| *first),
                    last_seen: seen.map(|(_, last)| *last),
                }
            })
            .collect()
    }

    fn link(
        &self,
        member: &Member,
        position: &HashMap<Symbol, usize>,
        outline: &Outline,
    ) -> Option<ChainLink> {
        if let Some(edge) = member.joined
            && let Some(from) = position.get(&edge.from)
            && let Some(evidence) = self.details.resolved.get(&edge.grant.place)
        {
            let evidence = evidence.clone();
            return Some(ChainLink {
                from: *from,
                kind: edge.grant.kind,
                evidence,
            });
        }
        self.same_user(member, outline)
    }

    /// A further credential of a user that is already in the incident.
    fn same_user(&self, member: &Member, outline: &Outline) -> Option<ChainLink> {
        let principal = |m: &Member| {
            self.facts
                .credentials
                .get(&m.credential)
                .map(|known| known.principal)
        };
        let own = principal(member)?;
        let from = outline
            .members
            .iter()
            .take_while(|other| other.credential != member.credential)
            .position(|other| principal(other) == Some(own))?;
        let is_console = self
            .facts
            .credentials
            .get(&member.credential)
            .is_some_and(|known| known.kind != ActorKind::AccessKey);
        let kind = if is_console {
            LinkKind::ConsoleSignIn
        } else {
            LinkKind::SamePrincipal
        };
        let identity = outline
            .members
            .iter()
            .position(|m| m.credential == member.credential)?;
        let evidence = self
            .details
            .incidents
            .values()
            .flat_map(|collected| collected.rows.values())
            .find(|row| row.identity == identity)?
            .event
            .clone();
        Some(ChainLink {
            from,
            kind,
            evidence,
        })
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

fn is_making(kind: LinkKind) -> bool {
    matches!(
        kind,
        LinkKind::CreatedKey | LinkKind::CreatedUser | LinkKind::CreatedRole
    )
}

fn calls_of(collected: &Collected, identity: usize) -> BTreeMap<Outcome, u64> {
    let calls = collected
        .calls
        .iter()
        .filter(|((index, _), _)| *index == identity);
    calls
        .map(|((_, outcome), count)| (*outcome, *count))
        .collect()
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

/// The first moment of impact: of a call by its own rule, else of a correlation.
fn impact(spans: &BTreeMap<Tactic, TacticSpan>, own: &[&Finding]) -> Option<Timestamp> {
    let calls = spans
        .get(&Tactic::Impact)
        .filter(|span| span.calls.contains_key(&Outcome::Succeeded))
        .map(|span| span.first);
    let firings = own
        .iter()
        .filter(|finding| {
            finding.tactics.last() == Some(&Tactic::Impact)
                && finding.outcome == Outcome::Succeeded
                && finding.severity >= Severity::Medium
        })
        .map(|finding| finding.first_seen)
        .min();
    calls.into_iter().chain(firings).min()
}

fn stages(spans: &BTreeMap<Tactic, TacticSpan>, own: &[&Finding]) -> Vec<Stage> {
    let mut by_tactic: BTreeMap<Tactic, Vec<&Finding>> = BTreeMap::new();
    for finding in own
        .iter()
        .filter(|finding| finding.severity > Severity::Informational)
    {
        if let Some(tactic) = finding.tactics.last() {
            by_tactic.entry(*tactic).or_default().push(finding);
        }
    }
    let mut stages: Vec<Stage> = by_tactic
        .into_iter()
        .filter_map(|(tactic, findings)| stage(tactic, &findings, spans.get(&tactic)))
        .collect();
    stages.sort_by_key(|stage| (stage.first, stage.tactic));
    stages
}

fn stage(tactic: Tactic, findings: &[&Finding], span: Option<&TacticSpan>) -> Option<Stage> {
    let techniques: BTreeSet<Technique> = findings
        .iter()
        .flat_map(|finding| finding.techniques.iter().cloned())
        .collect();
    let first = findings
        .iter()
        .map(|f| f.first_seen)
        .chain(span.map(|s| s.first))
        .min()?;
    let last = findings
        .iter()
        .map(|f| f.last_seen)
        .chain(span.map(|s| s.last))
        .max()?;
    let calls = span.map_or_else(
        || {
            findings
                .iter()
                .map(|finding| (finding.outcome, finding.count))
                .collect()
        },
        |span| span.calls.clone(),
    );
    let ids: HashSet<&FindingId> = findings.iter().map(|finding| &finding.id).collect();
    let mut ordered: Vec<&&Finding> = findings
        .iter()
        .filter(|finding| ids.contains(&finding.id))
        .collect();
    ordered.sort_by_key(|finding| finding.first_seen);
    Some(Stage {
        tactic,
        techniques: techniques.into_iter().collect(),
        first,
        last,
        findings: ordered
            .into_iter()
            .map(|finding| finding.id.clone())
            .collect(),
        calls,
    })
}
