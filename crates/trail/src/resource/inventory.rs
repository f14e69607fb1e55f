//! What an incident's touches leave behind.

use std::collections::HashMap;

use gardefou_finding::{
    EventRef, Resource, ResourceAction, ResourceKind as K, ResourceState as S, Timestamp, Untrusted,
};

use super::{Capacity, Detail, Ref, Touch};

/// Resources kept at once; what comes after is only counted.
const MAX_HELD: usize = 200_000;
/// Region of what has none, as IAM's names.
const GLOBAL: &str = "global";

/// One touch with when, by whom and where it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// When.
    pub time: Timestamp,
    /// Order among events of the same second, as far as the caller knows one.
    pub order: u64,
    /// Index of the identity that did it.
    pub identity: usize,
    /// The call.
    pub evidence: EventRef,
    /// Account that the call was made in.
    pub account: Option<String>,
    /// What it did.
    pub touch: Touch,
}

/// A resource with what the cost is reckoned from.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// The resource, as reported.
    pub resource: Resource,
    /// What it can run.
    pub capacity: Option<Capacity>,
    /// What it belongs to.
    pub owner: Option<Ref>,
}

/// Resources after the report's limit, with their cost.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stock {
    /// Earliest first.
    pub held: Vec<Held>,
    /// Resources that did not fit.
    pub left_out: u64,
    /// Cost; its indices are into `held`.
    pub cost: gardefou_finding::Cost,
}

/// What makes two touches one resource's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    kind: K,
    account: Option<String>,
    region: String,
    service: String,
    id: String,
}

/// The key of a resource: IAM's and buckets' names are the same in every
/// region; things of no kind of their own are told apart by service.
pub fn key_of(kind: K, account: Option<&str>, region: &str, service: &str, id: &str) -> Key {
    Key {
        kind,
        account: account.map(str::to_owned),
        region: if is_global(kind, service) {
            GLOBAL
        } else {
            region
        }
        .to_owned(),
        service: if kind == K::Other {
            service.to_owned()
        } else {
            String::new()
        },
        id: id.to_owned(),
    }
}

fn is_global(kind: K, service: &str) -> bool {
    match kind {
        K::Bucket => true,
        K::User | K::Group | K::Role | K::AccessKey | K::LoginProfile | K::Policy => true,
        K::InstanceProfile | K::MfaDevice => true,
        _ => service == "iam.amazonaws.com" || service == "organizations.amazonaws.com",
    }
}

/// Last-known state of every resource touched; takes changes in time order.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    index: HashMap<Key, usize>,
    /// Launch templates are named by id or by name.
    templates: HashMap<Key, String>,
    held: Vec<Held>,
    left_out: u64,
}

/// The resources left by an incident's changes, given in any order. Within one
/// second, making comes before changing before deleting; then the caller's
/// order, then the event's id and position.
pub fn build(mut changes: Vec<Change>) -> Vec<Held> {
    changes.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
    let mut inventory = Inventory::default();
    for change in changes {
        inventory.apply(change);
    }
    inventory.into_held().0
}

type SortKey<'c> = (
    Timestamp,
    ResourceAction,
    u64,
    &'c Untrusted,
    (u64, u64),
    K,
    &'c str,
);

fn sort_key(change: &Change) -> SortKey<'_> {
    let position = &change.evidence.position;
    (
        change.time,
        change.touch.action,
        change.order,
        &change.evidence.event_id,
        (position.offset, position.record),
        change.touch.kind,
        &change.touch.id,
    )
}

impl Inventory {
    /// Takes the next change in time order.
    pub fn apply(&mut self, change: Change) {
        let key = self.key(&change);
        if let Some(held) = self.index.get(&key).and_then(|&at| self.held.get_mut(at)) {
            update(held, change);
        } else if self.held.len() < MAX_HELD {
            self.index.insert(key, self.held.len());
            self.held.push(first(change));
        } else {
            self.left_out = self.left_out.saturating_add(1);
        }
    }

    /// The resources, in the order of their first touch, and how many were
    /// not kept.
    pub fn into_held(mut self) -> (Vec<Held>, u64) {
        self.cascade();
        (self.held, self.left_out)
    }

    fn key(&mut self, change: &Change) -> Key {
        let (touch, evidence) = (&change.touch, &change.evidence);
        let (region, service) = (evidence.region.as_str(), evidence.service.as_str());
        let key = |id: &str| key_of(touch.kind, change.account.as_deref(), region, service, id);
        if touch.kind != K::LaunchTemplate {
            return key(&touch.id);
        }
        if touch.id.starts_with("lt-") {
            let name = touch
                .details
                .iter()
                .find(|(detail, _)| *detail == Detail::Name);
            if let Some((_, name)) = name
                && self.templates.len() < MAX_HELD
            {
                self.templates.insert(key(name), touch.id.clone());
            }
            return key(&touch.id);
        }
        let named = key(&touch.id);
        self.templates
            .get(&named)
            .map(|id| key(id))
            .unwrap_or(named)
    }

    /// What belongs to a deleted function, user or role went with it.
    fn cascade(&mut self) {
        for at in 0..self.held.len() {
            let Some(held) = self.held.get(at) else {
                continue;
            };
            let dependent = matches!(
                held.resource.kind,
                K::FunctionUrl | K::FunctionPermission | K::AccessKey | K::Policy
            );
            if dependent
                && held.resource.state != S::Deleted
                && self.owner_is_gone(held)
                && let Some(held) = self.held.get_mut(at)
            {
                held.resource.state = S::Deleted;
            }
        }
    }

    fn owner_is_gone(&self, held: &Held) -> bool {
        let Some(owner) = &held.owner else {
            return false;
        };
        let resource = &held.resource;
        let account = resource.account.as_ref().map(Untrusted::as_str);
        let key = key_of(owner.kind, account, resource.region.as_str(), "", &owner.id);
        self.index
            .get(&key)
            .and_then(|&at| self.held.get(at))
            .is_some_and(|owner| {
                owner.resource.state == S::Deleted && owner.resource.last >= resource.last
            })
    }
}

fn first(change: Change) -> Held {
    let Change {
        time,
        identity,
        evidence,
        account,
        touch,
        ..
    } = change;
    let region = if is_global(touch.kind, evidence.service.as_str()) {
        Untrusted::new(GLOBAL)
    } else {
        evidence.region.clone()
    };
    let mut held = Held {
        resource: Resource {
            kind: touch.kind,
            id: Untrusted::new(touch.id.as_str()),
            account: account.map(Untrusted::new),
            region,
            action: touch.action,
            state: touch.state,
            first: time,
            last: time,
            identity,
            details: Default::default(),
            evidence,
        },
        capacity: None,
        owner: None,
    };
    tell(&mut held, touch);
    held
}

fn update(held: &mut Held, change: Change) {
    let touch = change.touch;
    let resource = &mut held.resource;
    let later = change.time > resource.last;
    resource.last = resource.last.max(change.time);
    let again = touch.action == ResourceAction::Created && resource.state == S::Deleted;
    if again {
        // The same name, made anew: nothing of the old one holds.
        resource.details.clear();
        held.capacity = None;
        held.owner = None;
    }
    resource.action = later_action(resource.action, touch.action);
    if touch.state != S::Unknown && (again || later || resource.state != S::Deleted) {
        resource.state = touch.state;
    }
    tell(held, touch);
}

/// What is told of a resource in one word: made, if the incident made it; else
/// deleted, if it ended so.
fn later_action(old: ResourceAction, new: ResourceAction) -> ResourceAction {
    match (old, new) {
        (ResourceAction::Created, _) | (_, ResourceAction::Created) => ResourceAction::Created,
        (ResourceAction::Deleted, _) | (_, ResourceAction::Deleted) => ResourceAction::Deleted,
        (ResourceAction::Changed, _) | (_, ResourceAction::Changed) => ResourceAction::Changed,
        (ResourceAction::Used, ResourceAction::Used) => ResourceAction::Used,
    }
}

/// Takes over a touch's facts; an empty fact takes one back.
fn tell(held: &mut Held, touch: Touch) {
    for (detail, text) in touch.details {
        if text.is_empty() {
            held.resource.details.remove(detail.key());
        } else {
            held.resource
                .details
                .insert(detail.key().to_owned(), Untrusted::new(text));
        }
    }
    if let Some(later) = touch.capacity {
        match &mut held.capacity {
            Some(capacity) => capacity.merge(later),
            none => *none = Some(later),
        }
    }
    if touch.owner.is_some() {
        held.owner = touch.owner;
    }
}

/// Days within which an expiry or a deletion to come counts as the incident's
/// doing: AWS's own longest wait for a key or a secret, and more than a ransom
/// gives.
const LOOMING_DAYS: u64 = 30;

/// Whether a bucket's lifecycle is about to delete all that is in it.
pub(crate) fn is_expiring(bucket: &Resource) -> bool {
    text(bucket, Detail::ExpiresAfterDays)
        .and_then(|days| days.parse::<u64>().ok())
        .is_some_and(|days| days <= LOOMING_DAYS)
}

/// Whether a bucket was told to keep no more old versions.
pub(crate) fn is_unversioned(bucket: &Resource) -> bool {
    text(bucket, Detail::Versioning) == Some("Suspended")
}

/// Whether a deletion waits that can still be cancelled.
pub(crate) fn awaits_deletion(resource: &Resource) -> bool {
    text(resource, Detail::PendingDays).is_some()
}

fn text(resource: &Resource, detail: Detail) -> Option<&str> {
    resource.details.get(detail.key()).map(Untrusted::as_str)
}

/// Whether a resource, as the log leaves it, still runs, still gives access, or
/// still does harm: a control that no longer watches, a loss that is to come.
pub fn still_open(resource: &Resource) -> bool {
    does_harm(resource) || gives_access(resource)
}

/// What is worse the longer it stays as it is, though it runs nothing.
fn does_harm(resource: &Resource) -> bool {
    let off = matches!(resource.state, S::Deleted | S::Stopped);
    match resource.kind {
        // Records that were deleted do not come back; what was made for the
        // incident alone is not missed.
        K::SecurityControl => {
            off && !created(resource) && text(resource, Detail::Control) != Some("log_group")
        }
        K::KmsKey => off,
        K::Secret => !created(resource) && awaits_deletion(resource),
        K::Bucket => {
            resource.state != S::Deleted && (is_expiring(resource) || is_unversioned(resource))
        }
        _ => false,
    }
}

fn gives_access(resource: &Resource) -> bool {
    let has = |detail: Detail| text(resource, detail).is_some();
    let is = |detail: Detail, word: &str| text(resource, detail) == Some(word);
    let alive = !matches!(resource.state, S::Deleted | S::Stopped);
    alive
        && match resource.kind {
            K::SecurityGroup => has(Detail::OpenTo),
            K::Snapshot | K::Image => has(Detail::SharedWith) || created(resource),
            K::Bucket => has(Detail::SharedWith) || is(Detail::PublicAccessBlock, "removed"),
            K::KmsKey => has(Detail::SharedWith),
            K::Policy => !is(Detail::Status, "denies only"),
            K::FunctionUrl => is(Detail::UrlAuth, "NONE") || created(resource),
            K::FunctionPermission | K::LoginProfile | K::AccessKey | K::IdentityProvider => true,
            K::Role => created(resource) || has(Detail::Trust) || is(Detail::Boundary, "removed"),
            K::SecurityControl | K::Quota | K::TaskDefinition | K::LaunchTemplate => false,
            K::Secret => false,
            K::LaunchConfiguration | K::MfaDevice => false,
            _ => created(resource) || resource.state == S::Active,
        }
}

fn created(resource: &Resource) -> bool {
    resource.action == ResourceAction::Created
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::event;
    use crate::resource::{Group, Launch};

    fn change(second: i64, touch: Touch) -> Change {
        change_in("us-east-1", second, touch)
    }

    fn change_in(region: &str, second: i64, touch: Touch) -> Change {
        let time = Timestamp::from_seconds(second).unwrap();
        let evidence = EventRef {
            region: region.into(),
            ..event(second, "x.amazonaws.com", "Call")
        };
        Change {
            time,
            order: 0,
            identity: 0,
            evidence,
            account: Some("1".into()),
            touch,
        }
    }

    #[test]
    fn a_group_scaled_to_zero_is_stopped_and_keeps_its_type() {
        let launch = Launch {
            instance_type: Some("p4d.24xlarge".into()),
            ..Launch::default()
        };
        let choices = vec![super::super::Choice {
            launch,
            weight: None,
        }];
        let group = Group {
            maximum: Some(999),
            choices,
            ..Group::default()
        };
        let made = Touch::made(K::AutoScalingGroup, "g").sized(Capacity::Group(group));
        let zero = Group {
            maximum: Some(0),
            ..Group::default()
        };
        let scaled = Touch::changed(K::AutoScalingGroup, "g")
            .state(S::Stopped)
            .sized(Capacity::Group(zero));
        let held = build(vec![change(9, scaled), change(1, made)]);
        assert_eq!(held.len(), 1);
        assert_eq!(held[0].resource.state, S::Stopped);
        assert_eq!(held[0].resource.action, ResourceAction::Created);
        let Some(Capacity::Group(group)) = &held[0].capacity else {
            panic!("a group")
        };
        assert_eq!((group.maximum, group.choices.len()), (Some(0), 1));
    }

    #[test]
    fn a_name_made_anew_forgets_the_old_one() {
        let touch = |t: Touch, text: &str| t.note(Detail::OpenTo, Some(text.to_owned()));
        let held = build(vec![
            change(1, touch(Touch::made(K::SecurityGroup, "g"), "0.0.0.0/0")),
            change(2, Touch::gone(K::SecurityGroup, "g")),
            change(3, Touch::made(K::SecurityGroup, "g")),
        ]);
        assert_eq!(held[0].resource.state, S::Active);
        assert!(held[0].resource.details.is_empty());
        assert!(!still_open(&held[0].resource));
    }

    /// A resource after one touch, as calls on it would leave it.
    fn left(touch: Touch) -> Resource {
        build(vec![change(1, touch)]).remove(0).resource
    }

    #[test]
    fn a_control_that_is_off_is_still_open() {
        let trail = |touch: Touch| left(touch.note(Detail::Control, Some("trail")));
        for touch in [
            Touch::gone(K::SecurityControl, "main"),
            Touch::changed(K::SecurityControl, "main").state(S::Stopped),
        ] {
            assert!(still_open(&trail(touch)));
        }
        let on = Touch::changed(K::SecurityControl, "main").state(S::Active);
        assert!(!still_open(&trail(on)));
        // Its own trail, made and deleted, is nobody's.
        let control = |touch: Touch| touch.note(Detail::Control, Some("trail"));
        let own = build(vec![
            change(1, control(Touch::made(K::SecurityControl, "own"))),
            change(2, control(Touch::gone(K::SecurityControl, "own"))),
        ]);
        assert!(!still_open(&own[0].resource));
    }

    #[test]
    fn a_loss_to_come_is_still_open() {
        let bucket = |detail, text| left(Touch::changed(K::Bucket, "b").note(detail, Some(text)));
        assert!(still_open(&bucket(Detail::ExpiresAfterDays, "7")));
        assert!(!still_open(&bucket(Detail::ExpiresAfterDays, "365")));
        assert!(still_open(&bucket(Detail::Versioning, "Suspended")));
        assert!(!still_open(&bucket(Detail::Versioning, "Enabled")));
        let pending = |touch: Touch| left(touch.note(Detail::PendingDays, Some("7")));
        let key = Touch::changed(K::KmsKey, "k").state(S::Stopped);
        assert!(still_open(&pending(key)));
        assert!(still_open(&pending(Touch::gone(K::Secret, "s"))));
        assert!(!still_open(&left(Touch::gone(K::Secret, "s"))));
    }

    #[test]
    fn iam_is_one_name_in_every_region() {
        let held = build(vec![
            change_in("us-east-1", 1, Touch::made(K::User, "u")),
            change_in("eu-west-1", 2, Touch::gone(K::User, "u")),
            change_in("us-east-1", 3, Touch::made(K::KeyPair, "k")),
            change_in("eu-west-1", 4, Touch::made(K::KeyPair, "k")),
        ]);
        assert_eq!(held.len(), 3);
        assert_eq!(held[0].resource.region.as_str(), "global");
    }

    #[test]
    fn a_templates_name_is_its_id() {
        let named = Touch::made(K::LaunchTemplate, "lt-1").note(Detail::Name, Some("t"));
        let held = build(vec![
            change(1, named),
            change(2, Touch::gone(K::LaunchTemplate, "t")),
        ]);
        assert_eq!((held.len(), held[0].resource.state), (1, S::Deleted));
    }

    #[test]
    fn a_functions_url_goes_with_it() {
        let owner = Some(Ref {
            kind: K::Function,
            id: "f".into(),
        });
        let held = build(vec![
            change(1, Touch::made(K::Function, "f")),
            change(2, Touch::made(K::FunctionUrl, "f").of(owner)),
            change(3, Touch::gone(K::Function, "f")),
        ]);
        assert!(held.iter().all(|held| held.resource.state == S::Deleted));
    }

    #[test]
    fn the_order_of_arrival_does_not_matter() {
        let changes: Vec<Change> = (0..30)
            .map(|i| {
                let id = format!("r{}", i % 3);
                let touch = match i % 5 {
                    0 => Touch::made(K::Instance, id),
                    1 => Touch::changed(K::Instance, id).state(S::Stopped),
                    2 => Touch::gone(K::Instance, id),
                    n => Touch::changed(K::Instance, id)
                        .note(Detail::Image, Some(format!("ami{n}{i}"))),
                };
                Change {
                    order: i,
                    ..change(5, touch)
                }
            })
            .collect();
        let whole = build(changes.clone());
        let mut turned = changes;
        for turn in 0..30 {
            turned.rotate_left(7);
            turned.swap(turn, 0);
            assert_eq!(build(turned.clone()), whole);
        }
    }
}
