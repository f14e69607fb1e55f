//! Who gave whom an identity: the edges of actor chains.

use std::collections::HashMap;

use ahash::RandomState;
use gardefou_finding::{LinkKind, Timestamp};
use serde::{Deserialize, Serialize};

use super::symbols::translated;
use super::{Place, Symbol};

/// Grants kept for one target; the earliest stay. Cycles and repetition cost
/// no more than this.
const MAX_FOR_TARGET: usize = 16;

/// One identity given by a credential to a target (a credential, a user, a
/// role, a role session), at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Grant {
    /// When.
    pub time: Timestamp,
    /// The credential that gave it.
    pub from: Symbol,
    /// How.
    pub kind: LinkKind,
    /// From which network.
    pub network: Symbol,
    /// With which kind of client.
    pub agent: Symbol,
    /// Where it is written.
    pub place: Place,
}

/// Grants by target.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Grants {
    by_target: HashMap<Symbol, Vec<Grant>, RandomState>,
}

impl Grants {
    pub(crate) fn add(&mut self, target: Symbol, grant: Grant) {
        let grants = self.by_target.entry(target).or_default();
        let key = |g: &Grant| (g.time, g.from, g.kind);
        if let Some(known) = grants.iter_mut().find(|known| key(known) == key(&grant)) {
            known.place = known.place.min(grant.place);
            return;
        }
        let at = grants.partition_point(|known| known < &grant);
        if at < MAX_FOR_TARGET {
            grants.insert(at, grant);
            grants.truncate(MAX_FOR_TARGET);
        }
    }

    pub(super) fn merge(&mut self, other: Self, table: &[Symbol]) {
        for (target, grants) in other.by_target {
            for grant in grants {
                let grant = Grant {
                    from: translated(table, grant.from),
                    network: translated(table, grant.network),
                    agent: translated(table, grant.agent),
                    ..grant
                };
                self.add(translated(table, target), grant);
            }
        }
    }

    /// The grants to a target, earliest first.
    pub fn to(&self, target: Symbol) -> &[Grant] {
        self.by_target.get(&target).map_or(&[], |grants| grants)
    }

    /// Whether further grants of a target may have been left out.
    pub(crate) fn is_cut(&self, grants: &[Grant]) -> bool {
        grants.len() >= MAX_FOR_TARGET
    }

    /// Every target with its grants, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (Symbol, &[Grant])> {
        self.by_target
            .iter()
            .map(|(target, grants)| (*target, grants.as_slice()))
    }
}
