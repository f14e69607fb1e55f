//! What an incident touched, what became of it, and what it costs.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use gardefou_finding::{
    Actor, ActorKind, ChainLink, Cost, EventRef, Identity, LinkKind, Outcome, Resource,
    ResourceAction, Timestamp, Untrusted,
};

use super::look::{Collected, Touched};
use crate::cost::settle;
use crate::resource::{Change, Held, Key, Ref, SecretRead, Touch, build, key_of, still_open};
use crate::scan::user_name_of_arn;

/// Resources of one incident in a report.
const MAX_RESOURCES: usize = 2_000;

/// Changes of others, in order of time.
type Others = BTreeMap<(Timestamp, u64), Touched>;

/// See the module.
pub(crate) struct Property {
    pub(crate) resources: Vec<Resource>,
    pub(crate) resources_left_out: u64,
    pub(crate) still_open: Vec<usize>,
    pub(crate) cost: Cost,
    pub(crate) secrets: Vec<SecretRead>,
}

/// The property of an incident. Services that act for it and users that it
/// made join `identities`.
pub(crate) fn property(
    collected: &Collected,
    others: &Others,
    identities: &mut Vec<Identity>,
) -> Property {
    let mut changes: Vec<Change> = collected
        .touched
        .iter()
        .flat_map(|((_, event), t)| of_call(t, *event))
        .collect();
    let own = build(changes.clone());
    let mine = Mine::of(&own);
    for ((_, event), touched) in others {
        changes.extend(adopt(touched, *event, &mine, identities));
    }
    name_made_users(&own, identities);
    let stock = settle(build(changes), 0, MAX_RESOURCES);
    let resources: Vec<Resource> = stock.held.into_iter().map(|held| held.resource).collect();
    let still_open = (0..resources.len())
        .filter(|at| resources.get(*at).is_some_and(still_open))
        .collect();
    let secrets: BTreeSet<SecretRead> = collected
        .touched
        .values()
        .flat_map(|touched| touched.secrets.iter().cloned())
        .collect();
    Property {
        resources,
        resources_left_out: stock.left_out,
        still_open,
        cost: stock.cost,
        secrets: secrets.into_iter().collect(),
    }
}

fn of_call(touched: &Touched, event: u64) -> Vec<Change> {
    touched
        .touches
        .iter()
        .map(|touch| change(touched, event, touch.clone()))
        .collect()
}

fn change(touched: &Touched, order: u64, touch: Touch) -> Change {
    Change {
        time: touched.event.time,
        order,
        identity: touched.identity,
        evidence: touched.event.clone(),
        account: (!touched.account.is_empty()).then(|| touched.account.clone()),
        touch,
    }
}

/// The incident's own resources, to recognise what belongs to them.
struct Mine {
    keys: HashSet<Key>,
    made: BTreeMap<(Option<String>, String, Ref), usize>,
}

impl Mine {
    fn of(held: &[Held]) -> Self {
        let mut mine = Self {
            keys: HashSet::new(),
            made: BTreeMap::new(),
        };
        for resource in held.iter().map(|held| &held.resource) {
            let account = resource.account.as_ref().map(Untrusted::as_str);
            let service = resource.evidence.service.as_str();
            let region = resource.region.as_str();
            let id = resource.id.as_str();
            mine.keys
                .insert(key_of(resource.kind, account, region, service, id));
            if resource.action == ResourceAction::Created {
                let reference = Ref {
                    kind: resource.kind,
                    id: id.to_owned(),
                };
                let account = account.map(str::to_owned);
                mine.made
                    .insert((account, region.to_owned(), reference), resource.identity);
            }
        }
        mine
    }

    /// Who made what a touch belongs to.
    fn maker(&self, touched: &Touched, touch: &Touch) -> Option<usize> {
        let owner = touch.owner.clone()?;
        let account = (!touched.account.is_empty()).then(|| touched.account.clone());
        let region = touched.event.region.as_str().to_owned();
        self.made.get(&(account, region, owner)).copied()
    }

    fn holds(&self, touched: &Touched, touch: &Touch) -> bool {
        let account = (!touched.account.is_empty()).then_some(touched.account.as_str());
        let (region, service) = (
            touched.event.region.as_str(),
            touched.event.service.as_str(),
        );
        self.keys
            .contains(&key_of(touch.kind, account, region, service, &touch.id))
    }
}

/// What others did to the incident's resources, and what services made for them.
fn adopt(
    touched: &Touched,
    event: u64,
    mine: &Mine,
    identities: &mut Vec<Identity>,
) -> Vec<Change> {
    let mut adopted = Vec::new();
    for touch in &touched.touches {
        let maker = mine.maker(touched, touch);
        if maker.is_none() && !mine.holds(touched, touch) {
            continue;
        }
        let mut change = change(touched, event, touch.clone());
        change.identity = match maker {
            Some(maker) => service(&touched.event, maker, identities),
            None => 0,
        };
        adopted.push(change);
    }
    adopted
}

/// The service that acts for the incident, as one of its identities.
fn service(event: &EventRef, maker: usize, identities: &mut Vec<Identity>) -> usize {
    let name = if event.source_ip.as_str().ends_with(".amazonaws.com") {
        &event.source_ip
    } else {
        &event.service
    };
    let known = identities
        .iter()
        .position(|i| i.actor.kind == ActorKind::Service && i.actor.key == *name);
    let at = known.unwrap_or_else(|| {
        identities.push(Identity {
            actor: Actor {
                key: name.clone(),
                kind: ActorKind::Service,
                arn: None,
                name: Some(name.clone()),
                account: None,
            },
            link: Some(ChainLink {
                from: maker,
                kind: LinkKind::ActsFor,
                evidence: event.clone(),
            }),
            made_by_incident: false,
            calls: BTreeMap::new(),
            first_seen: None,
            last_seen: None,
        });
        identities.len() - 1
    });
    if let Some(identity) = identities.get_mut(at) {
        *identity.calls.entry(Outcome::Succeeded).or_default() += 1;
        let (first, last) = (identity.first_seen, identity.last_seen);
        identity.first_seen = Some(first.map_or(event.time, |first| first.min(event.time)));
        identity.last_seen = Some(last.map_or(event.time, |last| last.max(event.time)));
    }
    at
}

/// A user that the incident made is one of its identities even if it never
/// acted.
fn name_made_users(held: &[Held], identities: &mut Vec<Identity>) {
    let users = held.iter().map(|held| &held.resource).filter(|resource| {
        resource.kind == gardefou_finding::ResourceKind::User
            && resource.action == ResourceAction::Created
    });
    for user in users {
        let account = user.account.as_ref().map_or("", Untrusted::as_str);
        let acts = identities.iter().any(|identity| {
            let arn = identity.actor.arn.as_ref().map_or("", Untrusted::as_str);
            user_name_of_arn(arn) == Some((account, user.id.as_str()))
        });
        if acts {
            continue;
        }
        let arn = format!("arn:aws:iam::{account}:user/{}", user.id.as_str());
        identities.push(Identity {
            actor: Actor {
                key: Untrusted::new(arn.as_str()),
                kind: ActorKind::Principal,
                arn: Some(Untrusted::new(arn)),
                name: Some(user.id.clone()),
                account: user.account.clone(),
            },
            link: Some(ChainLink {
                from: user.identity,
                kind: LinkKind::CreatedUser,
                evidence: user.evidence.clone(),
            }),
            made_by_incident: true,
            calls: BTreeMap::new(),
            first_seen: None,
            last_seen: None,
        });
    }
}
