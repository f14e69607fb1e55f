//! The identities of an incident, and how each joined.

use std::collections::{BTreeMap, HashMap};

use gardefou_finding::{Actor, ActorKind, ChainLink, Identity, LinkKind, Outcome, Untrusted};

use super::judge::{Member, Outline};
use super::look::Collected;
use super::tell::Teller;
use crate::facts::Symbol;

impl Teller<'_> {
    pub(super) fn actor(&self, credential: Symbol) -> Actor {
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

    pub(super) fn identities(&self, outline: &Outline, collected: &Collected) -> Vec<Identity> {
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
                let link = self.link(member, &position, outline, collected);
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
        collected: &Collected,
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
        self.same_user(member, outline, collected)
    }

    /// A further credential of a user that is already in the incident.
    fn same_user(
        &self,
        member: &Member,
        outline: &Outline,
        collected: &Collected,
    ) -> Option<ChainLink> {
        let known = |m: &Member| self.facts.credentials.get(&m.credential);
        let own = known(member)?;
        let identity = outline
            .members
            .iter()
            .position(|m| m.credential == member.credential)?;
        let from = outline
            .members
            .iter()
            .take(identity)
            .position(|m| known(m).is_some_and(|other| other.principal == own.principal))?;
        let kind = match own.kind {
            ActorKind::AccessKey => LinkKind::SamePrincipal,
            _ => LinkKind::ConsoleSignIn,
        };
        let mut rows = collected.rows.values();
        let evidence = rows.find(|row| row.identity == identity)?.event.clone();
        Some(ChainLink {
            from,
            kind,
            evidence,
        })
    }
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
