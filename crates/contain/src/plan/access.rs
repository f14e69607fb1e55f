//! Shut the incident's identities out.

use std::collections::{BTreeMap, BTreeSet};

use gardefou_finding::{
    ActorKind, Holder, Identity, Incident, LeftOutReason, Resource, ResourceKind as K, StepKind,
    StepRisk, Thing, Timestamp, Untrusted,
};
use gardefou_iam::snapshot::{Id, Kind, Principal, Snapshot};
use gardefou_trail::resource::Detail as D;

use super::Request;
use super::build::{Draft, Place, denial, detail, globally, is_made, made, made_ones, present};
use super::trust::Restorable;

/// Name of the policy that ends old sessions, as the report's next steps have
/// it.
const DENY_OLD: &str = "gardefou-deny-older-sessions";
/// Name of the policy that shuts a role whose trust was changed.
const DENY_ALL: &str = "gardefou-deny-all";
/// Seconds after the plan within which a changed trust policy is to be restored:
/// until then whoever was let in may take the role again.
const UNTIL_RESTORED: i64 = 3600;
/// How the roles of permission sets begin: they take no policy of one's own.
const PERMISSION_SET: &str = "AWSReservedSSO_";
/// How the roles begin that AWS services make for themselves.
const SERVICE_LINKED: &str = "AWSServiceRoleFor";

/// Users and roles of the incident that it did not make, with what it takes
/// to shut them out. By account and name.
#[derive(Default)]
struct People {
    users: BTreeMap<(Option<String>, String), StepRisk>,
    keys: BTreeMap<(Option<String>, String), BTreeSet<String>>,
    roles: BTreeMap<(Option<String>, String), StepRisk>,
    /// Roles that somebody new may take.
    opened: BTreeSet<(Option<String>, String)>,
}

/// A principal by name, from its ARN.
enum Named<'a> {
    User(&'a str),
    Role(&'a str),
    Root,
    Other,
}

fn named(arn: &str) -> Named<'_> {
    let rest = arn.splitn(6, ':').nth(5).unwrap_or_default();
    let (kind, path) = rest.split_once('/').unwrap_or((rest, ""));
    let last = path.rsplit('/').next().unwrap_or_default();
    match kind {
        "root" => Named::Root,
        "user" if !last.is_empty() => Named::User(last),
        "role" if !last.is_empty() => Named::Role(last),
        "assumed-role" => match path.split('/').next() {
            Some(role) if !role.is_empty() => Named::Role(role),
            _ => Named::Other,
        },
        _ => Named::Other,
    }
}

/// Shuts everybody out; the roles whose trust can be restored.
pub(super) fn shut_out(request: &Request<'_>, draft: &mut Draft) -> Vec<Restorable> {
    let incident = request.incident;
    let people = people(incident, draft);
    let responder = request.responder.map(named);
    shut_users(request, &people, responder.as_ref(), draft);
    remove_users(incident, draft);
    let opened = shut_roles(request, &people, responder.as_ref(), draft);
    remove_roles(incident, draft);
    take_grants(incident, draft);
    opened
}

fn people(incident: &Incident, draft: &mut Draft) -> People {
    let mut people = People::default();
    let first = draft.risk_of_first();
    for (place, identity) in incident.identities.iter().enumerate() {
        let risk = if place == 0 {
            first.clone()
        } else {
            StepRisk::default()
        };
        people.take(identity, risk, draft);
    }
    // A key that the incident made for somebody lets it be them.
    for key in present(incident, K::AccessKey).filter(|one| is_made(one)) {
        let account = globally(key).account;
        people.user(account.clone(), detail(key, D::User));
        // SSH keys and certificates are keys too, but not of the API.
        if let (Some(user), None) = (detail(key, D::User), detail(key, D::Service)) {
            people.key(account, user, key.id.as_str());
        }
    }
    for login in present(incident, K::LoginProfile) {
        people.user(globally(login).account, Some(login.id.as_str()));
    }
    for role in present(incident, K::Role).filter(|one| detail(one, D::Trust).is_some()) {
        let key = (globally(role).account, role.id.as_str().to_owned());
        people.opened.insert(key.clone());
        people.roles.entry(key).or_default();
    }
    people.forget_made(incident);
    people
}

impl People {
    fn user(&mut self, account: Option<String>, name: Option<&str>) {
        if let Some(name) = name {
            self.users.entry((account, name.to_owned())).or_default();
        }
    }

    fn key(&mut self, account: Option<String>, user: &str, key: &str) {
        let keys = self.keys.entry((account, user.to_owned())).or_default();
        keys.insert(key.to_owned());
    }

    /// The keys that are known, or whose they are.
    fn target(&self, who: &(Option<String>, String)) -> String {
        let keys = self.keys.get(who).into_iter().flatten();
        let keys: Vec<&str> = keys.map(String::as_str).collect();
        if keys.is_empty() {
            return who.1.clone();
        }
        keys.join(", ")
    }

    fn take(&mut self, identity: &Identity, risk: StepRisk, draft: &mut Draft) {
        let actor = &identity.actor;
        let account = actor.account.as_ref().map(|one| one.as_str().to_owned());
        let arn = actor.arn.as_ref().map(Untrusted::as_str);
        let name = actor.name.as_ref().map(Untrusted::as_str);
        if actor.kind == ActorKind::AccessKey {
            let user = match arn.map(named) {
                Some(Named::User(user)) => Some(user),
                Some(_) => None,
                None => name,
            };
            if let Some(user) = user {
                self.key(account.clone(), user, actor.key.as_str());
            }
        }
        match (arn.map(named), actor.kind) {
            (Some(Named::User(user)), _) => {
                self.users.entry((account, user.to_owned())).or_insert(risk);
            }
            (Some(Named::Role(role)), _) => {
                self.roles.entry((account, role.to_owned())).or_insert(risk);
            }
            (Some(Named::Root), _) | (_, ActorKind::Root) => {
                draft.leave_out(actor.key.as_str(), LeftOutReason::Root);
            }
            (_, ActorKind::AccessKey) => match name {
                Some(user) => {
                    self.users.entry((account, user.to_owned())).or_insert(risk);
                }
                None => draft.leave_out(actor.key.as_str(), LeftOutReason::NameUnknown),
            },
            _ => {}
        }
    }

    /// Whom the incident made is removed, not shut out.
    fn forget_made(&mut self, incident: &Incident) {
        for user in made_ones(incident, K::User) {
            self.users
                .remove(&(globally(user).account, user.id.as_str().to_owned()));
        }
        for role in made_ones(incident, K::Role) {
            let key = (globally(role).account, role.id.as_str().to_owned());
            self.roles.remove(&key);
            self.opened.remove(&key);
        }
    }
}

fn remove_users(incident: &Incident, draft: &mut Draft) {
    for user in made_ones(incident, K::User) {
        let name = user.id.as_str();
        let thing = Thing::User {
            name: name.to_owned(),
        };
        draft.add(StepKind::RemoveUser, name, &globally(user), thing, made());
    }
}

fn shut_users(
    request: &Request<'_>,
    people: &People,
    responder: Option<&Named<'_>>,
    draft: &mut Draft,
) {
    for (who, risk) in &people.users {
        let (account, name) = who;
        if matches!(responder, Some(Named::User(one)) if one == name) {
            draft.leave_out(name, LeftOutReason::Responder);
            continue;
        }
        let place = Place {
            account: account.clone(),
            region: None,
        };
        let user = || name.clone();
        let known = people.keys.get(who).into_iter().flatten();
        let keys = Thing::UserKeys {
            user: user(),
            keys: known.cloned().collect(),
        };
        let target = people.target(who);
        draft.add(StepKind::DisableKey, &target, &place, keys, risk.clone());
        let deny = deny_old(request, Holder::User(user()), 0);
        draft.add(StepKind::DenyUser, name, &place, deny, risk.clone());
        if has_login(request, account.as_deref(), name) {
            let login = Thing::Login { user: user() };
            draft.add(StepKind::RemoveLogin, name, &place, login, risk.clone());
        }
    }
    for device in made_ones(request.incident, K::MfaDevice) {
        let Some(user) = detail(device, D::User) else {
            continue;
        };
        let thing = Thing::MfaDevice {
            user: user.to_owned(),
            serial: device.id.as_str().to_owned(),
        };
        let place = globally(device);
        draft.add(
            StepKind::RemoveMfaDevice,
            device.id.as_str(),
            &place,
            thing,
            made(),
        );
    }
}

/// Whether a user has, or may have, a password that the incident knows.
fn has_login(request: &Request<'_>, account: Option<&str>, name: &str) -> bool {
    let incident = request.incident;
    let is_it =
        |identity: &&Identity| {
            identity.actor.kind == ActorKind::Console
                && identity.actor.arn.as_ref().is_some_and(
                    |arn| matches!(named(arn.as_str()), Named::User(user) if user == name),
                )
        };
    incident.identities.iter().any(|one| is_it(&one))
        || present(incident, K::LoginProfile).any(|one| one.id.as_str() == name)
        || request
            .snapshot
            .and_then(|snapshot| find(snapshot, Kind::User, account, name))
            .is_some_and(|user| user.has_login() == Some(true))
}

/// The user or role of an ARN, which may be that of a session.
pub(crate) fn principal_named(snapshot: &Snapshot, arn: &str, account: Option<&str>) -> Option<Id> {
    if let Some(id) = snapshot.principal(arn) {
        return Some(id);
    }
    let account = account.or_else(|| arn.split(':').nth(4).filter(|one| !one.is_empty()));
    let (kind, name) = match named(arn) {
        Named::User(name) => (Kind::User, name),
        Named::Role(name) => (Kind::Role, name),
        Named::Root | Named::Other => return None,
    };
    let is_it = |one: &Principal| {
        one.kind == kind && *one.name == *name && account.is_none_or(|it| *one.account == *it)
    };
    snapshot.principals.iter().position(is_it)
}

/// A user or role by its name.
fn find<'s>(
    snapshot: &'s Snapshot,
    kind: Kind,
    account: Option<&str>,
    name: &str,
) -> Option<&'s Principal> {
    snapshot.principals.iter().find(|one| {
        one.kind == kind && *one.name == *name && account.is_none_or(|it| *one.account == *it)
    })
}

/// Denies what was issued before the plan, or until so many seconds after it.
fn deny_old(request: &Request<'_>, holder: Holder, seconds: i64) -> Thing {
    let until = Timestamp::from_seconds(request.now.seconds() + seconds).unwrap_or(request.now);
    Thing::InlinePolicy {
        holder,
        name: DENY_OLD.to_owned(),
        document: Some(denial(Some(&until.to_string()))),
    }
}

fn shut_roles(
    request: &Request<'_>,
    people: &People,
    responder: Option<&Named<'_>>,
    draft: &mut Draft,
) -> Vec<Restorable> {
    let mut opened = Vec::new();
    for (key, risk) in &people.roles {
        let (account, name) = key;
        if let Some(reason) = untouchable(name, responder) {
            draft.leave_out(name, reason);
            continue;
        }
        let place = Place {
            account: account.clone(),
            region: None,
        };
        let holder = Holder::Role(name.clone());
        let is_opened = people.opened.contains(key);
        let known = is_opened.then(|| Restorable::of(request, name, &place));
        let thing = match known {
            None => deny_old(request, holder, 0),
            Some(Some(known)) => {
                opened.push(known);
                deny_old(request, holder, UNTIL_RESTORED)
            }
            Some(None) => {
                draft.leave_out(name, LeftOutReason::TrustUnknown);
                deny_all(holder)
            }
        };
        draft.add(StepKind::RevokeSessions, name, &place, thing, risk.clone());
    }
    opened
}

/// Who was let in can take the role again, so old sessions are not enough.
fn deny_all(holder: Holder) -> Thing {
    Thing::InlinePolicy {
        holder,
        name: DENY_ALL.to_owned(),
        document: Some(denial(None)),
    }
}

fn untouchable(role: &str, responder: Option<&Named<'_>>) -> Option<LeftOutReason> {
    if role.starts_with(SERVICE_LINKED) {
        return Some(LeftOutReason::ServiceLinked);
    }
    if role.starts_with(PERMISSION_SET) {
        return Some(LeftOutReason::PermissionSet);
    }
    matches!(responder, Some(Named::Role(one)) if *one == role).then_some(LeftOutReason::Responder)
}

fn remove_roles(incident: &Incident, draft: &mut Draft) {
    for role in made_ones(incident, K::Role) {
        let name = role.id.as_str();
        // AWS makes and removes its own roles for services.
        if detail(role, D::Service).is_some() || name.starts_with(SERVICE_LINKED) {
            draft.leave_out(name, LeftOutReason::ServiceLinked);
            continue;
        }
        let thing = Thing::Role {
            name: name.to_owned(),
        };
        draft.add(StepKind::RemoveRole, name, &globally(role), thing, made());
    }
}

/// Policies and memberships that the incident gave to somebody who was there
/// before. A policy that only denies was put there to shut somebody out.
fn take_grants(incident: &Incident, draft: &mut Draft) {
    for policy in made_ones(incident, K::Policy) {
        if detail(policy, D::Status) == Some("denies only") || goes_with_holder(incident, policy) {
            continue;
        }
        if let Some(thing) = grant(policy) {
            let place = globally(policy);
            draft.add(
                StepKind::DetachPolicy,
                policy.id.as_str(),
                &place,
                thing,
                made(),
            );
        }
    }
}

fn holder(policy: &Resource) -> Option<Holder> {
    let name = |which| detail(policy, which).map(str::to_owned);
    name(D::OnRole)
        .map(Holder::Role)
        .or_else(|| name(D::User).map(Holder::User))
        .or_else(|| name(D::OnGroup).map(Holder::Group))
}

fn grant(policy: &Resource) -> Option<Thing> {
    let holder = holder(policy)?;
    if let Some(name) = detail(policy, D::PolicyName) {
        return Some(Thing::InlinePolicy {
            holder,
            name: name.to_owned(),
            document: None,
        });
    }
    if let Some(arn) = detail(policy, D::PolicyArn) {
        return Some(Thing::Attachment {
            holder,
            policy_arn: arn.to_owned(),
        });
    }
    let (Holder::User(user), Some(group)) = (holder, detail(policy, D::OnGroup)) else {
        return None;
    };
    Some(Thing::Membership {
        user,
        group: group.to_owned(),
    })
}

fn goes_with_holder(incident: &Incident, policy: &Resource) -> bool {
    let (kind, name) = match holder(policy) {
        Some(Holder::Role(name)) => (K::Role, name),
        Some(Holder::User(name)) => (K::User, name),
        Some(Holder::Group(name)) => (K::Group, name),
        None => return false,
    };
    made_ones(incident, kind).any(|one| one.id.as_str() == name && one.account == policy.account)
}
