//! Least privilege: from requests that a history shows to a policy that allows
//! these and little more.
//!
//! [`propose`] makes the statements, [`documents`] policies of them, and
//! [`replay`] puts the history to them.

mod blind;
mod documents;
mod keep;
mod replay;
mod resources;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gardefou_finding::{BlindSpot, ProposedStatement, StatementOrigin, Untrusted, Widening};

pub use documents::{MAX_DOCUMENT, documents, terraform};
pub use replay::replay;

use crate::Policy;
use crate::request::{Action, Context, Principal, Resource};

/// Whether a service has actions that CloudTrail logs only where it was told
/// to, or never: of such a service silence proves nothing.
pub(crate) fn logs_no_data(service: &str) -> bool {
    !blind::of(service).is_empty()
}

/// Services with actions that CloudTrail logs only where it was told to, or
/// never, and those actions; a star stands for all of a service.
pub fn unlogged() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    blind::BLIND.iter().copied()
}

/// The key by which statements are bound to regions.
const REGION: &str = "aws:RequestedRegion";

/// Most patterns of today's policies that are listed as dropped.
const MAX_DROPPED: usize = 200;

/// A request that a history shows, as often as it was made.
#[derive(Clone, Debug)]
pub struct Past {
    /// Who: a user, or a session of a role.
    pub principal: Principal,
    /// What.
    pub action: Action,
    /// To which resource; `*` where the history does not say.
    pub resource: Resource,
    /// What the history tells of the context.
    pub context: Context,
    /// The region that it was made to.
    pub region: Option<String>,
    /// How often.
    pub count: u64,
}

/// Statements, and what they leave out or add.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// The statements.
    pub statements: Vec<ProposedStatement>,
    /// Patterns in the place of single resources.
    pub widened: Vec<Widening>,
    /// What the history cannot show.
    pub blind_spots: Vec<BlindSpot>,
    /// Patterns of today's policies that nothing of the proposal is about.
    pub dropped: Vec<Untrusted>,
    /// Those that did not fit.
    pub dropped_left_out: u64,
}

/// Makes statements of a history; `current` are the principal's policies of
/// today, of which is kept what the history would not show.
pub fn propose(past: &[Past], current: &[Arc<Policy>]) -> Draft {
    let mut draft = Draft::default();
    let seen = by_action(past);
    let mut groups: BTreeMap<Group, (BTreeSet<String>, u64)> = BTreeMap::new();
    for (action, uses) in &seen {
        let (resources, widened) = resources::patterns(&uses.resources);
        draft.widened.extend(widened);
        let group = Group {
            service: action.split(':').next().unwrap_or_default().to_owned(),
            resources,
            regions: uses.regions.clone().unwrap_or_default(),
        };
        let (actions, requests) = groups.entry(group).or_default();
        actions.insert(uses.spelled.clone());
        *requests += uses.requests;
    }
    draft.widened.sort();
    draft.widened.dedup();
    for (group, (actions, requests)) in groups {
        draft.statements.push(group.statement(actions, requests));
    }
    keep::keep(&mut draft, &seen, current);
    number(&mut draft.statements);
    draft
}

/// What was done with one action.
#[derive(Debug, Default)]
struct Uses {
    spelled: String,
    resources: BTreeSet<String>,
    /// The regions; `None` once a request did not tell its own.
    regions: Option<BTreeSet<String>>,
    requests: u64,
}

/// By action in lower case.
fn by_action(past: &[Past]) -> BTreeMap<String, Uses> {
    let mut seen: BTreeMap<String, Uses> = BTreeMap::new();
    for one in past {
        let key = one.action.lower().to_owned();
        let uses = seen.entry(key).or_insert_with(|| Uses {
            spelled: one.action.as_str().to_owned(),
            regions: Some(BTreeSet::new()),
            ..Uses::default()
        });
        uses.resources.insert(resources::spelled(&one.resource));
        uses.requests += one.count;
        match (&one.region, &mut uses.regions) {
            (Some(region), Some(known)) => {
                known.insert(region.clone());
            }
            _ => uses.regions = None,
        }
    }
    seen
}

/// Actions of a service with the same resources and regions are a statement.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    service: String,
    resources: Vec<String>,
    regions: BTreeSet<String>,
}

impl Group {
    fn statement(self, actions: BTreeSet<String>, requests: u64) -> ProposedStatement {
        let mut conditions = BTreeMap::new();
        if !self.regions.is_empty() {
            let regions = self.regions.into_iter().map(Untrusted::new).collect();
            let key = BTreeMap::from([(REGION.to_owned(), regions)]);
            conditions.insert("StringEquals".to_owned(), key);
        }
        ProposedStatement {
            sid: self.service,
            origin: StatementOrigin::Seen,
            actions: actions.into_iter().collect(),
            resources: self.resources.into_iter().map(Untrusted::new).collect(),
            conditions,
            requests,
        }
    }
}

/// Gives each statement a `Sid` of its own: AWS allows letters and digits.
fn number(statements: &mut [ProposedStatement]) {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for one in statements {
        let mut name: String = one
            .sid
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        if let Some(first) = name.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let nth = count.entry(name.clone()).or_default();
        *nth += 1;
        one.sid = format!("{name}{nth}");
    }
}

#[cfg(test)]
mod tests;
