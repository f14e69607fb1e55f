//! The trust policies that an incident replaced, and those before them.
//!
//! The first look knows who made a role or changed its trust, and where that is
//! written; the second reads the policies there.

use std::collections::HashMap;

use gardefou_finding::{EarlierTrust, EventRef, LinkKind, TrustChange, Untrusted};
use serde_json::Value;

use super::judge::{Member, Outline};
use crate::facts::{Facts, Grant, Place, Symbol};

/// Roles of one incident whose trust is told.
const MAX_ROLES: usize = 100;

/// Where the trust policies of a role are written that an incident changed.
#[derive(Clone, Debug)]
pub(crate) struct TrustPlaces {
    role: Symbol,
    /// Those that the incident put, earliest first.
    put: Vec<Place>,
    /// The last one before.
    before: Option<Place>,
}

impl TrustPlaces {
    /// All of them.
    pub(crate) fn all(&self) -> impl Iterator<Item = Place> {
        self.put.iter().copied().chain(self.before)
    }
}

/// For each incident, the roles whose trust it changed and nobody did after it.
pub(crate) fn places(facts: &Facts, outlines: &[Outline]) -> Vec<Vec<TrustPlaces>> {
    let is_change = |grant: &Grant| grant.kind == LinkKind::ChangedTrust;
    let mut changed: Vec<(Symbol, &[Grant])> = facts
        .grants
        .iter()
        .filter(|(_, grants)| grants.iter().any(is_change) && !facts.grants.is_cut(grants))
        .collect();
    changed.sort_by_key(|(role, _)| facts.symbols.text(*role));
    let each = |outline| {
        let roles = changed.iter();
        let found = roles.filter_map(|(role, grants)| of_role(*role, grants, outline, outlines));
        found.take(MAX_ROLES).collect()
    };
    outlines.iter().map(each).collect()
}

fn of_role(
    role: Symbol,
    grants: &[Grant],
    outline: &Outline,
    all: &[Outline],
) -> Option<TrustPlaces> {
    let is_own = |grant: &&Grant| grant.kind == LinkKind::ChangedTrust && made_by(outline, grant);
    let put: Vec<&Grant> = grants.iter().filter(is_own).collect();
    let (first, last) = (put.first()?, put.last()?);
    let others = grants
        .iter()
        .filter(|grant| !all.iter().any(|outline| made_by(outline, grant)));
    let (earlier, later): (Vec<&Grant>, Vec<&Grant>) =
        others.partition(|grant| grant.time < first.time);
    if later.iter().any(|grant| grant.time >= last.time) {
        return None;
    }
    Some(TrustPlaces {
        role,
        put: put.iter().map(|grant| grant.place).collect(),
        before: earlier.last().map(|grant| grant.place),
    })
}

fn made_by(outline: &Outline, grant: &Grant) -> bool {
    let holds = |member: &Member| {
        let origin = (grant.network, grant.agent);
        member.credential == grant.from
            && (member.from..=member.until).contains(&grant.time)
            && member
                .origins
                .as_ref()
                .is_none_or(|own| own.contains(&origin))
    };
    outline.members.iter().any(holds)
}

/// What the second look found at the places, told. A role of which it found
/// no policy of the incident's is left out: nobody could tell what to compare.
pub(crate) fn told(
    facts: &Facts,
    places: &[TrustPlaces],
    documents: &HashMap<Place, Value>,
    events: &HashMap<Place, EventRef>,
) -> Vec<TrustChange> {
    let tell = |one: &TrustPlaces| {
        let mut name = facts.symbols.text(one.role).splitn(3, '/').skip(1);
        let (account, role) = (name.next()?, name.next()?);
        let put = one.put.iter().map(|place| documents.get(place).cloned());
        let before = one.before.and_then(|place| {
            Some(EarlierTrust {
                document: documents.get(&place)?.clone(),
                event: events.get(&place)?.clone(),
            })
        });
        Some(TrustChange {
            role: Untrusted::new(role),
            account: Untrusted::new(account),
            put: put.collect::<Option<Vec<_>>>()?,
            before,
        })
    };
    places.iter().filter_map(tell).collect()
}
