//! From facts to incidents in outline, and what is needed to tell them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use gardefou_finding::{ActorKind, Confidence, LinkKind, RuleCount, Severity, Timestamp};

use super::boundary::{Line, line};
use super::burst::{Burst, bursts, verdict};
use super::chain::{Chains, Edge};
use super::lead::{Proof, is_common, leads};
use super::look::{Focus, Window};
use super::origin::Pasts;
use super::trust::{TrustPlaces, places};
use super::weigh::{Weighed, principal_of, weigh};
use crate::facts::{Facts, Grant, Symbol};
use crate::rules::{RuleIndex, RuleKind, RuleMeta, RuleSet};

/// Members of one incident at most; an incident with more is cut, and its
/// remaining identities are counted by the report's left-outs.
const MAX_MEMBERS: usize = 500;
/// Seconds after the last lead in which calls still belong to the incident.
const TAIL: i64 = 24 * 3600;

/// A credential (or a user that was made and never acted) in an incident.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) credential: Symbol,
    /// How it joined, and from which member.
    pub(crate) joined: Option<Edge>,
    /// Origins of which the calls belong to the incident; `None`: all.
    pub(crate) origins: Option<HashSet<(Symbol, Symbol)>>,
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
}

/// An incident in outline.
#[derive(Debug)]
pub(crate) struct Outline {
    pub(crate) id: String,
    pub(crate) severity: Severity,
    pub(crate) confidence: Confidence,
    pub(crate) leads: Vec<usize>,
    pub(crate) members: Vec<Member>,
    pub(crate) line: Line,
}

/// What the rules and habits say, before the second look.
#[derive(Debug)]
pub struct Judgement<'a> {
    pub(crate) weighed: Vec<Weighed<'a>>,
    pub(crate) outlines: Vec<Outline>,
    /// Of each of them, where changed trust policies are written.
    pub(crate) trusts: Vec<Vec<TrustPlaces>>,
    /// What the second look has to collect.
    pub focus: Focus,
    /// Each rule with its number of matches.
    pub rules: Vec<RuleCount>,
    /// Titles of rules that matched for more credentials and origins than were
    /// kept, so that something may be missing.
    pub cut: Vec<String>,
}

/// Weighs the facts of an archive, which must be settled.
pub fn judge<'a>(rules: &'a RuleSet, facts: &Facts) -> Judgement<'a> {
    let (leads, firings) = leads(rules, facts);
    let pasts = Pasts::of(facts);
    let weighed = weigh(facts, &pasts, leads);
    let chains = Chains::of(facts, &weighed);
    let judge = Judge {
        facts,
        pasts: &pasts,
        weighed: &weighed,
        chains: &chains,
    };
    let mut outlines = judge.outlines();
    outlines.sort_by(|a, b| {
        (b.severity, a.line.starts, &a.id).cmp(&(a.severity, b.line.starts, &b.id))
    });
    let mut focus = focus(facts, &weighed, &outlines);
    let trusts = places(facts, &outlines);
    for place in trusts.iter().flatten().flat_map(TrustPlaces::all) {
        focus.add_trust(place);
    }
    focus.choose_sources(&facts.sources);
    Judgement {
        rules: counts(rules, facts, &firings),
        cut: cut(rules, facts),
        weighed,
        outlines,
        trusts,
        focus,
    }
}

/// What incidents are outlined from.
struct Judge<'j, 'a> {
    facts: &'j Facts,
    pasts: &'j Pasts<'j>,
    weighed: &'j [Weighed<'a>],
    chains: &'j Chains,
}

impl Judge<'_, '_> {
    fn outlines(&self) -> Vec<Outline> {
        let mut by_chain: BTreeMap<Symbol, Vec<usize>> = BTreeMap::new();
        for (index, found) in self.weighed.iter().enumerate() {
            by_chain
                .entry(self.chains.root(found.lead.credential))
                .or_default()
                .push(index);
        }
        let mut outlines = Vec::new();
        for chain in by_chain.values() {
            for burst in bursts(self.weighed, chain) {
                if let Some((severity, confidence)) = verdict(self.weighed, &burst) {
                    outlines.push(self.outline(burst, severity, confidence));
                }
            }
        }
        outlines
    }

    fn outline(&self, burst: Burst, severity: Severity, confidence: Confidence) -> Outline {
        let burst = self.narrowed(burst);
        let members = self.members(&burst);
        let line = line(self.facts, self.pasts, self.weighed, &burst, &members);
        let way_in = members
            .first()
            .map_or("", |m| self.facts.symbols.text(m.credential));
        let id = crate::digest::identifier("inc", &[way_in, &burst.first.to_string()]);
        Outline {
            id,
            severity,
            confidence,
            leads: burst.leads,
            members,
            line,
        }
    }

    /// The burst without leads from where a credential usually works, if it has
    /// others from a new origin: a rule about two places names both of them,
    /// and the incident begins in the strange one.
    fn narrowed(&self, mut burst: Burst) -> Burst {
        let members = self.members(&burst);
        let is_outside = |index: &usize| {
            self.weighed.get(*index).is_some_and(|found| {
                let origin = (found.lead.network, found.lead.agent);
                let mut members = members.iter();
                let own = members.find(|member| member.credential == found.lead.credential);
                own.and_then(|member| member.origins.as_ref())
                    .is_some_and(|origins| !origins.contains(&origin))
            })
        };
        burst.leads.retain(|index| !is_outside(index));
        let leads = burst
            .leads
            .iter()
            .filter_map(|index| self.weighed.get(*index));
        let first = leads.map(|found| found.lead.first).min();
        burst.first = first.unwrap_or(burst.first);
        burst
    }

    /// The credentials of a burst: those with leads in it, those that gave them
    /// their identity, and those that they gave one to during it.
    fn members(&self, burst: &Burst) -> Vec<Member> {
        let mut chosen: BTreeSet<Symbol> = burst
            .leads
            .iter()
            .filter_map(|i| self.weighed.get(*i))
            .map(|w| w.lead.credential)
            .collect();
        let given = self.given(burst);
        // Upwards first, then downwards from all of them; edges are sorted by time,
        // so two passes each way follow any chain that grew forwards.
        for _ in 0..2 {
            for edge in self
                .chains
                .edges
                .iter()
                .rev()
                .filter(|e| chosen.contains(&e.to) && !self.only_carries(e, &given))
                .collect::<Vec<_>>()
            {
                chosen.insert(edge.from);
            }
        }
        let suspicious = origins_by_credential(self.weighed, burst);
        for edge in self.chains.edges.iter().filter(|e| is_during(e, burst)) {
            if chosen.contains(&edge.from)
                && continues(edge, &suspicious)
                && chosen.len() < MAX_MEMBERS
            {
                chosen.insert(edge.to);
            }
        }
        let mut members: Vec<Member> = chosen
            .iter()
            .map(|credential| self.member(burst, *credential, (&chosen, &given)))
            .collect();
        sort(self.facts, &mut members);
        members
    }

    /// What somebody other than a service gave an identity to in a burst. A
    /// service that then takes the role only carries it out.
    fn given(&self, burst: &Burst) -> HashSet<Symbol> {
        let edges = self.chains.edges.iter();
        edges
            .filter(|edge| is_during(edge, burst) && !self.is_service(edge.from))
            .map(|edge| edge.to)
            .collect()
    }

    fn only_carries(&self, edge: &Edge, given: &HashSet<Symbol>) -> bool {
        given.contains(&edge.to) && self.is_service(edge.from)
    }

    fn is_service(&self, credential: Symbol) -> bool {
        let known = self.facts.credentials.get(&credential);
        known.is_some_and(|known| known.kind == ActorKind::Service)
    }

    fn member(
        &self,
        burst: &Burst,
        credential: Symbol,
        (chosen, given): (&BTreeSet<Symbol>, &HashSet<Symbol>),
    ) -> Member {
        let joined = self
            .chains
            .edges
            .iter()
            .filter(|edge| edge.to == credential && chosen.contains(&edge.from))
            .filter(|edge| !self.only_carries(edge, given))
            .max_by_key(|edge| (edge.grant.time <= burst.last, edge.grant.time))
            .copied();
        let origins = self.attack_origins(burst, credential, joined.as_ref());
        let (from, until) = self.reach(burst, credential, origins.as_ref());
        Member {
            credential,
            joined,
            origins,
            from,
            until,
        }
    }

    /// The origins that belong to the incident. New ones, if the credential's
    /// leads come from new ones: then the owner's ordinary calls stay outside.
    fn attack_origins(
        &self,
        burst: &Burst,
        credential: Symbol,
        joined: Option<&Edge>,
    ) -> Option<HashSet<(Symbol, Symbol)>> {
        let own = burst
            .leads
            .iter()
            .filter_map(|index| self.weighed.get(*index))
            .filter(|found| found.lead.credential == credential);
        let mut all = HashSet::new();
        let mut fresh = HashSet::new();
        for found in own {
            let origin = (found.lead.network, found.lead.agent);
            all.insert(origin);
            if found.newness.is_new() {
                fresh.insert(origin);
            }
        }
        if all.is_empty() {
            // No leads: a giver shows only the grant, a taker everything it did.
            return self.giver(burst, credential, joined);
        }
        if fresh.is_empty() {
            return if self.is_made_in(burst, joined) {
                None
            } else {
                Some(all)
            };
        }
        fresh.extend(self.also_new(burst, credential, &fresh));
        Some(fresh)
    }

    fn giver(
        &self,
        burst: &Burst,
        credential: Symbol,
        joined: Option<&Edge>,
    ) -> Option<HashSet<(Symbol, Symbol)>> {
        if joined.is_some() {
            return None;
        }
        let given = self
            .chains
            .edges
            .iter()
            .filter(|edge| edge.from == credential);
        let grants: Vec<Grant> = given.map(|edge| edge.grant).collect();
        let mut origins = self.giver_origins(burst, &grants);
        origins.extend(self.also_new(burst, credential, &origins));
        Some(origins)
    }

    /// The origins of a credential that only gave others their identity: those of
    /// its grants, if they were new to it. From where it usually works its calls
    /// stay outside.
    fn giver_origins(&self, burst: &Burst, grants: &[Grant]) -> HashSet<(Symbol, Symbol)> {
        let is_new = |grant: &&Grant| {
            let principal = principal_of(self.facts, grant.from);
            let origin = (grant.network, grant.agent);
            burst.first.since(grant.time).abs() < TAIL
                && self.pasts.newness(principal, origin, grant.time).is_new()
        };
        grants
            .iter()
            .filter(is_new)
            .map(|grant| (grant.network, grant.agent))
            .collect()
    }

    /// Whether the identity came into being inside the burst.
    fn is_made_in(&self, burst: &Burst, joined: Option<&Edge>) -> bool {
        joined.is_some_and(|edge| {
            let begins = self
                .facts
                .credentials
                .get(&edge.to)
                .map(|known| known.span.first);
            begins.is_some_and(|begins| begins.since(burst.first) >= -TAIL)
        })
    }

    /// Other origins of the principal that came up with the suspicious ones: the
    /// same network with another client, or the same day.
    fn also_new(
        &self,
        burst: &Burst,
        credential: Symbol,
        fresh: &HashSet<(Symbol, Symbol)>,
    ) -> Vec<(Symbol, Symbol)> {
        let principal = principal_of(self.facts, credential);
        let Some(principal) = self.facts.principals.get(&principal) else {
            return Vec::new();
        };
        let networks: HashSet<Symbol> = fresh.iter().map(|(network, _)| *network).collect();
        principal
            .origins
            .sorted()
            .into_iter()
            .filter(|((network, _), span)| {
                networks.contains(network)
                    && span.first.since(burst.first) > -TAIL
                    && burst.last.since(span.first) > -TAIL
            })
            .map(|(origin, _)| origin)
            .collect()
    }

    /// From when to when a member's calls belong to the incident.
    fn reach(
        &self,
        burst: &Burst,
        credential: Symbol,
        origins: Option<&HashSet<(Symbol, Symbol)>>,
    ) -> (Timestamp, Timestamp) {
        let principal = self
            .facts
            .principals
            .get(&principal_of(self.facts, credential));
        let firsts = origins.into_iter().flatten().filter_map(|origin| {
            let span = principal?.origins.get(*origin)?;
            (burst.first.since(span.first) < TAIL).then_some(span.first)
        });
        let begins = match origins {
            None => self
                .facts
                .credentials
                .get(&credential)
                .map(|known| known.span.first),
            Some(_) => firsts.min(),
        };
        let from = begins
            .filter(|b| burst.first.since(*b) < TAIL)
            .map_or(burst.first, |b| b.min(burst.first));
        let until = Timestamp::from_seconds(burst.last.seconds() + TAIL).unwrap_or(burst.last);
        (from, until)
    }
}

/// Origins of the leads of each credential in a burst.
fn origins_by_credential(
    weighed: &[Weighed<'_>],
    burst: &Burst,
) -> HashMap<Symbol, HashSet<(Symbol, Symbol)>> {
    let mut origins: HashMap<Symbol, HashSet<(Symbol, Symbol)>> = HashMap::new();
    for found in burst.leads.iter().filter_map(|index| weighed.get(*index)) {
        let lead = &found.lead;
        origins
            .entry(lead.credential)
            .or_default()
            .insert((lead.network, lead.agent));
    }
    origins
}

/// Whether a grant was made in a burst, or within a day of it.
fn is_during(edge: &Edge, burst: &Burst) -> bool {
    let (from, until) = (burst.first.seconds() - TAIL, burst.last.seconds() + TAIL);
    (from..=until).contains(&edge.grant.time.seconds())
}

/// Whether a grant was made by the suspicious hand: from an origin of one of
/// its giver's leads. A giver without leads only stands above the chain.
fn continues(edge: &Edge, suspicious: &HashMap<Symbol, HashSet<(Symbol, Symbol)>>) -> bool {
    suspicious
        .get(&edge.from)
        .is_some_and(|origins| origins.contains(&(edge.grant.network, edge.grant.agent)))
        || matches!(edge.grant.kind, LinkKind::PassedRole | LinkKind::ActsFor)
}

/// The way in first: members that nobody in the incident made, then by time.
fn sort(facts: &Facts, members: &mut [Member]) {
    let text = |symbol| facts.symbols.text(symbol);
    members.sort_by(|a, b| {
        let key = |m: &Member| {
            (
                m.joined.is_some(),
                m.joined.map_or(m.from, |edge| edge.grant.time),
            )
        };
        key(a)
            .cmp(&key(b))
            .then_with(|| text(a.credential).cmp(text(b.credential)))
    });
}

/// What the second look has to find: calls of the members, and the places
/// that correlations only noted.
fn focus(facts: &Facts, weighed: &[Weighed<'_>], outlines: &[Outline]) -> Focus {
    let mut focus = Focus::default();
    for (incident, outline) in outlines.iter().enumerate() {
        for (identity, member) in outline.members.iter().enumerate() {
            let key = facts.symbols.text(member.credential).to_owned();
            focus.add_window(
                key,
                Window {
                    incident,
                    identity,
                    origins: member.origins.as_ref().map(|origins| named(facts, origins)),
                    from: member.from,
                    until: member.until,
                },
            );
        }
        focus.add_incident(outline.line.starts);
        for edge in outline.members.iter().filter_map(|member| member.joined) {
            focus.add_place(edge.grant.place);
        }
    }
    let chosen: HashSet<usize> = outlines.iter().flat_map(|o| o.leads.clone()).collect();
    for (index, found) in weighed.iter().enumerate() {
        if let Proof::Places(places) = &found.lead.proof {
            let matters = chosen.contains(&index) || found.lead.meta.severity >= Severity::Medium;
            for (_, place) in places {
                if matters {
                    focus.add_place(*place);
                } else {
                    focus.add_quiet_place(*place);
                }
            }
        }
    }
    focus
}

fn named(facts: &Facts, origins: &HashSet<(Symbol, Symbol)>) -> HashSet<(String, String)> {
    origins
        .iter()
        .map(|(n, a)| {
            (
                facts.symbols.text(*n).to_owned(),
                facts.symbols.text(*a).to_owned(),
            )
        })
        .collect()
}

fn cut(rules: &RuleSet, facts: &Facts) -> Vec<String> {
    let cut = facts.matches.cut().into_iter();
    cut.filter(|rule| !is_common(rules, facts, *rule))
        .filter_map(|rule| Some(rules.meta(rule)?.title.clone()))
        .collect()
}

fn counts(rules: &RuleSet, facts: &Facts, firings: &[u64]) -> Vec<RuleCount> {
    let matched = |index: RuleIndex| facts.rule_matches.get(&index).copied().unwrap_or(0);
    let count = |meta: &RuleMeta, matches: u64| RuleCount {
        id: meta.id.clone(),
        title: meta.title.clone(),
        title_fr: meta.title_fr.clone(),
        severity: meta.severity,
        matches,
        too_common: false,
    };
    debug_assert!(
        rules
            .detection_metas()
            .iter()
            .all(|meta| meta.kind == RuleKind::Detection)
    );
    let detections = (0..).zip(rules.detection_metas());
    let correlations = rules.correlation_metas().iter().zip(firings);
    let mut all: Vec<RuleCount> = detections
        .map(|(index, meta)| RuleCount {
            too_common: is_common(rules, facts, index),
            ..count(meta, matched(index))
        })
        .chain(correlations.map(|(meta, firings)| count(meta, *firings)))
        .collect();
    all.sort_by(|a, b| a.id.cmp(&b.id));
    all
}
