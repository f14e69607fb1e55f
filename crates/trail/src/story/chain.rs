//! Credentials that belong together: who gave whom an identity.

use std::collections::{HashMap, HashSet};

use gardefou_finding::{ActorKind, LinkKind};

use super::weigh::Weighed;
use crate::facts::{Facts, Grant, Symbol};

/// A grant from one credential to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Edge {
    pub(crate) from: Symbol,
    pub(crate) to: Symbol,
    pub(crate) grant: Grant,
}

/// Edges between credentials, as far as leads are concerned.
pub(crate) struct Chains {
    pub(crate) edges: Vec<Edge>,
    parent: HashMap<Symbol, Symbol>,
}

impl Chains {
    /// Joins credentials that have leads with those that gave them their
    /// identity and those to which they gave one. Linear in the grants;
    /// cycles end where they meet.
    pub(crate) fn of(facts: &Facts, weighed: &[Weighed<'_>]) -> Self {
        let lit: HashSet<Symbol> = weighed
            .iter()
            .filter(|w| w.weight > 0.0)
            .map(|w| w.lead.credential)
            .collect();
        let mut edges = edges(facts);
        let near = near(&edges, lit);
        edges.retain(|edge| near.contains(&edge.from) && near.contains(&edge.to));
        edges.sort_unstable_by_key(|edge| (edge.grant, edge.to));
        let mut chains = Self {
            edges: Vec::new(),
            parent: HashMap::new(),
        };
        for edge in &edges {
            chains.join(edge.from, edge.to);
        }
        chains.join_same_user(facts, &near);
        chains.edges = edges;
        chains
    }

    /// The representative of a credential's chain.
    pub(crate) fn root(&self, mut symbol: Symbol) -> Symbol {
        while let Some(parent) = self.parent.get(&symbol) {
            symbol = *parent;
        }
        symbol
    }

    fn join(&mut self, a: Symbol, b: Symbol) {
        let (a, b) = (self.root(a), self.root(b));
        if a != b {
            // The smaller symbol leads; depth stays small in practice, and a
            // long chain only costs its length.
            self.parent.insert(a.max(b), a.min(b));
        }
    }

    /// Credentials of one IAM user (keys, console sessions) are one actor.
    fn join_same_user(&mut self, facts: &Facts, near: &HashSet<Symbol>) {
        let mut first_of: HashMap<Symbol, Symbol> = HashMap::new();
        let mut near: Vec<Symbol> = near.iter().copied().collect();
        near.sort_unstable();
        for credential in near {
            let Some(known) = facts.credentials.get(&credential) else {
                continue;
            };
            if !facts.symbols.text(known.principal).starts_with("user/") {
                continue;
            }
            let first = *first_of.entry(known.principal).or_insert(credential);
            if first != credential {
                self.join(first, credential);
            }
        }
    }
}

/// Credentials with leads, and those one or more grants away from them: all
/// that gave (upwards), and all that were given (downwards).
fn near(edges: &[Edge], lit: HashSet<Symbol>) -> HashSet<Symbol> {
    let mut up: HashMap<Symbol, Vec<Symbol>> = HashMap::new();
    let mut down: HashMap<Symbol, Vec<Symbol>> = HashMap::new();
    for edge in edges {
        up.entry(edge.to).or_default().push(edge.from);
        down.entry(edge.from).or_default().push(edge.to);
    }
    let mut near = spread(&lit, &up);
    near.extend(spread(&lit, &down));
    near
}

fn spread(start: &HashSet<Symbol>, edges: &HashMap<Symbol, Vec<Symbol>>) -> HashSet<Symbol> {
    let mut reached = start.clone();
    let mut open: Vec<Symbol> = start.iter().copied().collect();
    while let Some(symbol) = open.pop() {
        for next in edges.get(&symbol).into_iter().flatten() {
            if reached.insert(*next) {
                open.push(*next);
            }
        }
    }
    reached
}

/// Grants resolved to credentials.
fn edges(facts: &Facts) -> Vec<Edge> {
    let index = Index::of(facts);
    let mut edges = Vec::new();
    for (target, grants) in facts.grants.iter() {
        for grant in grants.iter().filter(|grant| !is_copy(facts, grant, grants)) {
            for to in index.credentials(facts, target, grant) {
                if to != grant.from {
                    edges.push(Edge {
                        from: grant.from,
                        to,
                        grant: *grant,
                    });
                }
            }
        }
    }
    edges
}

/// A role assumed in another account is written in both; the other account
/// knows the caller only by an id. The record of the caller's own account
/// names its credential.
fn is_copy(facts: &Facts, grant: &Grant, all: &[Grant]) -> bool {
    let names_nobody = |from: Symbol| {
        let kind = facts.credentials.get(&from).map(|known| known.kind);
        matches!(kind, None | Some(ActorKind::Principal | ActorKind::Unknown))
    };
    names_nobody(grant.from)
        && all
            .iter()
            .any(|other| other.kind == grant.kind && !names_nobody(other.from))
}

/// Credentials by what a grant's target may be.
struct Index {
    by_principal: HashMap<Symbol, Vec<Symbol>>,
    by_session: HashMap<Symbol, Vec<Symbol>>,
}

impl Index {
    fn of(facts: &Facts) -> Self {
        let mut index = Self {
            by_principal: HashMap::new(),
            by_session: HashMap::new(),
        };
        for (key, credential) in &facts.credentials {
            index
                .by_principal
                .entry(credential.principal)
                .or_default()
                .push(*key);
            if credential.session != Symbol::default() {
                index
                    .by_session
                    .entry(credential.session)
                    .or_default()
                    .push(*key);
            }
        }
        index
    }

    /// The credentials that a grant's target means: the credential itself, a
    /// user's credentials, a role's sessions begun after the grant.
    fn credentials(&self, facts: &Facts, target: Symbol, grant: &Grant) -> Vec<Symbol> {
        if facts.credentials.contains_key(&target) {
            return vec![target];
        }
        let found = match grant.kind {
            LinkKind::PassedRole => self.by_session.get(&target),
            LinkKind::CreatedUser
            | LinkKind::CreatedLogin
            | LinkKind::CreatedRole
            | LinkKind::ChangedTrust => self.by_principal.get(&target),
            _ => None,
        };
        found
            .into_iter()
            .flatten()
            .copied()
            .filter(|key| {
                facts
                    .credentials
                    .get(key)
                    .is_some_and(|known| match grant.kind {
                        LinkKind::CreatedLogin => known.span.last >= grant.time,
                        _ => known.span.first >= grant.time,
                    })
            })
            .collect()
    }
}
