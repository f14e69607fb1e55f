//! Who can act as a principal: the ways into a node of the graph.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use gardefou_finding::{Dependency, Untrusted};

use super::method::{ActorKind, Everyone, Gains, Keys, Method, Target, Whose};
use super::step::{Aim, Tried, Use};
use super::witness::witness;
use super::world::{Class, ClassId, World, looks_at_the_asker};
use crate::policy::{Effect, PrincipalPattern, Scope};
use crate::snapshot::{Id, Kind, Principal};

/// Classes that may do what does not depend on the target, by account and
/// method.
type Ready = HashMap<(Arc<str>, usize), Vec<(ClassId, Tried)>>;

/// What is known once for all targets.
#[derive(Debug)]
pub(super) struct Edges<'w> {
    pub(super) world: &'w World<'w>,
    /// For each account and method, the classes that may do what does not
    /// depend on the target.
    ready: Ready,
    /// Things that act as a role: kind, pattern of the ARN, and whether its
    /// name is known.
    acting: HashMap<Id, Vec<Acting>>,
    /// Kinds of things that there are in each account.
    present: BTreeSet<(String, String)>,
}

/// A thing that acts as a role.
#[derive(Clone, Debug)]
struct Acting {
    kind: String,
    form: String,
    shown: String,
}

/// A principal who can act as another, and by which methods.
pub(super) type Way = (Id, Vec<Use>);

impl<'w> Edges<'w> {
    pub(super) fn new(world: &'w World<'w>) -> Self {
        let mut edges = Self {
            world,
            ready: HashMap::new(),
            acting: HashMap::new(),
            present: BTreeSet::new(),
        };
        for (id, class) in world.classes.iter().enumerate() {
            for (number, method) in world.methods.methods.iter().enumerate() {
                if !fits(method, class)
                    || world
                        .snapshot
                        .principals
                        .get(class.first())
                        .is_some_and(Principal::is_service_linked)
                {
                    continue;
                }
                if let Some(tried) = world.try_independent(class, method) {
                    let key = (Arc::clone(&class.account), number);
                    edges.ready.entry(key).or_default().push((id, tried));
                }
            }
        }
        edges.place_things();
        edges
    }

    /// The classes of an account that may do what does not depend on the
    /// target of a method.
    pub(super) fn ready(&self, account: &Arc<str>, method: usize) -> &[(ClassId, Tried)] {
        self.ready
            .get(&(Arc::clone(account), method))
            .map_or(&[], Vec::as_slice)
    }

    fn place_things(&mut self) {
        let snapshot = self.world.snapshot;
        let profiles = profiles(self.world);
        for thing in &snapshot.things {
            for (kind, form) in &self.world.methods.things {
                if !form.types.contains(&thing.kind) {
                    continue;
                }
                self.present.insert((thing.account.clone(), kind.clone()));
                let role = form.role.iter().find_map(|field| thing.find(field));
                let Some(id) =
                    role.and_then(|text| resolve(self.world, &profiles, &thing.account, text))
                else {
                    continue;
                };
                let name = form.name.iter().find_map(|field| thing.text(field));
                let known = thing.text("arn").filter(|arn| arn.starts_with("arn:"));
                let arn = snapshot.principals.get(id).map_or("", |one| &one.arn);
                let filled = |name: &str| {
                    form.arn
                        .replace("{partition}", super::world::partition(arn))
                        .replace("{account}", &thing.account)
                        .replace("{name}", name)
                };
                let form = filled(name.unwrap_or("*"));
                let shown = name.map_or_else(|| format!("{} {}", thing.kind, thing.name), filled);
                // A thing's own ARN says its region too, where it is listed.
                let known = known.filter(|known| witness(&form, known).is_some());
                let acting = Acting {
                    kind: kind.clone(),
                    shown: known.map_or(shown, str::to_owned),
                    form: known.map_or(form, str::to_owned),
                };
                self.acting.entry(id).or_default().push(acting);
            }
        }
    }

    /// Everyone who can act as `target`. Principals that are `full` are not
    /// asked about.
    pub(super) fn into(&self, target: Id, full: &dyn Fn(Id) -> bool) -> Vec<Way> {
        let Some(principal) = self.world.snapshot.principals.get(target) else {
            return Vec::new();
        };
        let mut ways: HashMap<Id, Vec<Use>> = HashMap::new();
        if principal.is_service_linked() {
            return Vec::new();
        }
        for (number, method) in self.world.methods.methods.iter().enumerate() {
            if method.gains != Gains::Target || kind_of(method.target) != Some(principal.kind) {
                continue;
            }
            for aim in self.aims(method, target, principal) {
                self.by_method(number, method, &aim, full, &mut |member, found| {
                    if member != target {
                        ways.entry(member).or_default().push(found);
                    }
                });
            }
        }
        let mut ways: Vec<Way> = ways.into_iter().collect();
        ways.sort_by_key(|(member, _)| *member);
        for (_, uses) in &mut ways {
            tidy(uses);
        }
        ways
    }

    /// What a method is aimed at when it is aimed at a principal; nothing
    /// when its conditions do not hold.
    pub(super) fn aims<'a>(
        &'a self,
        method: &'a Method,
        target: Id,
        principal: &'a Principal,
    ) -> Vec<Aimed<'a>> {
        let Some((depends, service)) = self.conditions(method, target, principal) else {
            return Vec::new();
        };
        let aim = Aim {
            target: Some(target),
            target_arn: &principal.arn,
            policies: customer_policies(principal),
            service,
            ..Aim::default()
        };
        let Some(kind) = &method.through else {
            return vec![Aimed {
                aim,
                depends,
                shown: None,
            }];
        };
        let acting = self.acting.get(&target).map_or(&[][..], Vec::as_slice);
        let acting = acting.iter().filter(|one| one.kind == *kind);
        acting
            .map(|one| Aimed {
                aim: Aim {
                    through: &one.form,
                    ..aim.clone()
                },
                depends: depends.clone(),
                shown: Some(one.shown.clone()),
            })
            .collect()
    }

    /// Whether what a method asks of its target holds, and what it depends
    /// on; with the service that the role would be passed to.
    fn conditions<'m>(
        &self,
        method: &'m Method,
        target: Id,
        principal: &Principal,
    ) -> Option<(BTreeSet<Dependency>, Option<&'m str>)> {
        let asked = &method.conditions;
        let mut depends = BTreeSet::new();
        let services = || self.world.services(target);
        let service = asked
            .trusts
            .iter()
            .find(|service| services().contains(service));
        let name = || Untrusted::new(&*principal.arn);
        if (!asked.trusts.is_empty() && service.is_none())
            || asked
                .instance_profile
                .is_some_and(|wanted| wanted == principal.instance_profiles.is_empty())
            || (asked.boundary && principal.boundary.is_none())
        {
            return None;
        }
        if let Some(wanted) = asked.login_profile {
            match principal.has_login() {
                Some(has) if has != wanted => return None,
                Some(_) => {}
                None => drop(depends.insert(Dependency::LoginProfile(name()))),
            }
        }
        if let Some(wanted) = asked.keys {
            match principal.key_count() {
                Some(count) if (count >= 2) != (wanted == Keys::Full) => return None,
                Some(_) => {}
                None => drop(depends.insert(Dependency::AccessKeys(name()))),
            }
        }
        depends.extend(self.circumstances(method, &principal.account));
        Some((depends, service.map(String::as_str)))
    }

    /// What must be there besides, and what a snapshot cannot show.
    pub(super) fn circumstances(&self, method: &Method, account: &str) -> BTreeSet<Dependency> {
        let missing = method.exists.iter().filter(|kind| {
            !self
                .present
                .contains(&(account.to_owned(), (*kind).clone()))
        });
        let missing = missing.map(|kind| self.absent(account, kind));
        let assumed = method
            .assumes
            .iter()
            .map(|word| Dependency::Circumstance(Untrusted::new(word.as_str())));
        missing.chain(assumed).collect()
    }

    /// That there is no such thing, or that nobody listed the account's things.
    pub(super) fn absent(&self, account: &str, kind: &str) -> Dependency {
        let what = Untrusted::new(kind);
        if self.world.snapshot.listed.contains(account) {
            Dependency::NoTarget(what)
        } else {
            Dependency::NotListed(what)
        }
    }

    /// Everyone for whom a method works on an aim.
    fn by_method(
        &self,
        number: usize,
        method: &Method,
        aimed: &Aimed<'_>,
        full: &dyn Fn(Id) -> bool,
        found: &mut dyn FnMut(Id, Use),
    ) {
        let Some(target) = aimed
            .aim
            .target
            .and_then(|id| self.world.snapshot.principals.get(id))
        else {
            return;
        };
        if method.only_assumes(self.world.methods) {
            return self.by_assuming(number, method, aimed, target, full, found);
        }
        for (id, tried) in self.ready(&target.account, number) {
            let Some(class) = self.world.classes.get(*id) else {
                continue;
            };
            if class.members.iter().all(|member| full(*member)) {
                continue;
            }
            // A trust policy may name one member and not another.
            let named = method
                .needs
                .iter()
                .any(|need| self.world.methods.is_assume_role(need.action));
            let asked = if named {
                class.members.as_slice()
            } else {
                class.members.get(..1).unwrap_or_default()
            };
            for first in asked {
                if let Some(one) = self
                    .world
                    .try_dependent(class, *first, number, &aimed.aim, tried)
                {
                    let one = aimed.finish(one);
                    let all = if named {
                        std::slice::from_ref(first)
                    } else {
                        class.members.as_slice()
                    };
                    all.iter()
                        .filter(|member| !full(**member))
                        .for_each(|member| found(*member, one.clone()));
                }
            }
        }
    }

    /// Everyone who can assume a role, by what its trust policy names.
    fn by_assuming(
        &self,
        number: usize,
        method: &Method,
        aimed: &Aimed<'_>,
        target: &Principal,
        full: &dyn Fn(Id) -> bool,
        found: &mut dyn FnMut(Id, Use),
    ) {
        let trust = aimed.aim.target.map_or(&[][..], |id| self.world.trust(id));
        let mut named: BTreeSet<Id> = BTreeSet::new();
        let mut classes: BTreeSet<ClassId> = BTreeSet::new();
        let mut everyone = false;
        let statements = trust.iter().flat_map(|one| one.policy.statements());
        for statement in statements.filter(|one| one.effect() == Effect::Allow) {
            let Some(principals) = statement.principals() else {
                continue;
            };
            if principals.is_except() {
                everyone = true;
            }
            for pattern in if principals.is_except() {
                &[]
            } else {
                Scope::listed(principals)
            } {
                match pattern {
                    PrincipalPattern::Everyone => everyone = true,
                    PrincipalPattern::Account(account) => classes.extend(self.may_assume(account)),
                    PrincipalPattern::User(arn) | PrincipalPattern::Role { arn, .. } => {
                        named.extend(self.world.snapshot.principal(arn))
                    }
                    PrincipalPattern::Session(arn) => named.extend(self.world.role_of_session(arn)),
                    _ => {}
                }
            }
        }
        if everyone {
            classes.extend(0..self.world.classes.len());
        }
        if (method.conditions.trust == Some(Everyone::Everyone)) != everyone {
            return;
        }
        let by_member = everyone || looks_at_the_asker(trust);
        for class in classes
            .into_iter()
            .filter_map(|id| self.world.classes.get(id))
        {
            if by_member {
                named.extend(class.members.iter().copied());
            } else if let Some(one) =
                self.assumes(number, method, aimed, target, class, class.first())
            {
                class
                    .members
                    .iter()
                    .filter(|member| !full(**member))
                    .for_each(|member| found(*member, one.clone()));
            }
        }
        for member in named.into_iter().filter(|member| !full(*member)) {
            let class = self
                .world
                .class_of
                .get(member)
                .and_then(|id| self.world.classes.get(*id));
            if let Some(one) =
                class.and_then(|class| self.assumes(number, method, aimed, target, class, member))
            {
                found(member, one);
            }
        }
    }

    fn assumes(
        &self,
        number: usize,
        method: &Method,
        aimed: &Aimed<'_>,
        target: &Principal,
        class: &Class,
        member: Id,
    ) -> Option<Use> {
        let same = class.account == target.account;
        let fits = match method.conditions.account {
            Some(Whose::Same) => same,
            Some(Whose::Other) => !same,
            None => true,
        };
        let linked = self
            .world
            .snapshot
            .principals
            .get(member)
            .is_some_and(Principal::is_service_linked);
        if !fits || linked {
            return None;
        }
        self.world
            .try_method(class, member, number, &aimed.aim)
            .map(|one| aimed.finish(one))
    }

    /// Classes of an account with a statement that allows assuming roles.
    fn may_assume(&self, account: &str) -> Vec<ClassId> {
        let assume = self
            .world
            .methods
            .actions
            .iter()
            .position(|one| one.lower() == "sts:assumerole");
        let classes = self
            .world
            .by_account
            .get(account)
            .map_or(&[][..], Vec::as_slice);
        let touch = |id: &ClassId| {
            self.world
                .classes
                .get(*id)
                .is_some_and(|class| assume.is_some_and(|action| class.touches(action)))
        };
        classes.iter().copied().filter(touch).collect()
    }
}

/// An aim, and what reaching it depends on.
#[derive(Clone, Debug)]
pub(super) struct Aimed<'a> {
    pub(super) aim: Aim<'a>,
    pub(super) depends: BTreeSet<Dependency>,
    pub(super) shown: Option<String>,
}

impl Aimed<'_> {
    pub(super) fn finish(&self, mut one: Use) -> Use {
        one.depends.extend(self.depends.iter().cloned());
        one.through.clone_from(&self.shown);
        one
    }
}

/// Fewest doubts first; each method once.
pub(super) fn tidy(uses: &mut Vec<Use>) {
    uses.sort_by_key(|one| {
        (
            super::tell::doubts(&one.depends),
            one.depends.len(),
            one.method,
        )
    });
    let mut seen = BTreeSet::new();
    uses.retain(|one| seen.insert(one.method));
}

/// Whether a class is of the kind that a method is for.
pub(super) fn fits(method: &Method, class: &Class) -> bool {
    match method.actor {
        Some(ActorKind::User) => class.kind == Kind::User,
        Some(ActorKind::Role) => class.kind == Kind::Role,
        None => true,
    }
}

/// The kind of principal that a target is.
pub(super) fn kind_of(target: Target) -> Option<Kind> {
    match target {
        Target::User => Some(Kind::User),
        Target::Role => Some(Kind::Role),
        _ => None,
    }
}

/// ARNs of the customer managed policies that are attached to a principal.
pub(super) fn customer_policies(principal: &Principal) -> Vec<&str> {
    let arns = principal
        .policies
        .iter()
        .filter_map(|one| one.arn.as_deref());
    arns.filter(|arn| !arn.contains(":iam::aws:")).collect()
}

/// Roles by account and instance profile.
fn profiles(world: &World<'_>) -> HashMap<(Arc<str>, String), Id> {
    let mut found = HashMap::new();
    for (id, principal) in world.snapshot.principals.iter().enumerate() {
        for profile in &principal.instance_profiles {
            found.insert((Arc::clone(&principal.account), profile.clone()), id);
        }
    }
    found
}

/// The role that a text names: by its ARN, its instance profile's ARN or
/// name, or its own name.
fn resolve(
    world: &World<'_>,
    profiles: &HashMap<(Arc<str>, String), Id>,
    account: &str,
    text: &str,
) -> Option<Id> {
    if let Some(id) = world.snapshot.principal(text) {
        return Some(id);
    }
    let name = text.rsplit('/').next().unwrap_or(text);
    if let Some(id) = profiles.get(&(account.into(), name.to_owned())) {
        return Some(*id);
    }
    let all = world.snapshot.principals.iter();
    all.into_iter()
        .position(|one| one.kind == Kind::Role && *one.account == *account && *one.name == *name)
}
