//! Who can make itself, or another whom it can use, an administrator: by
//! writing policies, joining groups, removing boundaries.

use std::collections::BTreeSet;

use gardefou_finding::Dependency;

use super::admin::Admin;
use super::edge::{Edges, customer_policies, kind_of};
use super::method::{Gains, Method, Need, On, Target};
use super::step::{Aim, Tried, Use};
use super::world::{Class, Outcome};
use crate::snapshot::{Attached, Id, Principal};

/// Where a seed leads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum To {
    /// A principal, which is then an administrator.
    Principal(Id),
    /// A principal that is made for it, by a pattern of its ARN.
    New(String),
}

/// Someone who becomes an administrator in one step.
#[derive(Debug)]
pub(super) struct Seed {
    pub(super) from: Id,
    pub(super) to: To,
    pub(super) found: Use,
}

/// Finds seeds.
pub(super) struct Seeds<'e, 'w> {
    edges: &'e Edges<'w>,
    admin: &'e Admin<'w>,
    most: usize,
    found: Vec<Seed>,
}

impl<'e, 'w> Seeds<'e, 'w> {
    /// All seeds; of each method, at most `most` for one principal.
    pub(super) fn find(
        edges: &'e Edges<'w>,
        admin: &'e Admin<'w>,
        most: usize,
        skip: &dyn Fn(Id) -> bool,
    ) -> Vec<Seed> {
        let mut seeds = Self {
            edges,
            admin,
            most,
            found: Vec::new(),
        };
        let world = edges.world;
        for (number, method) in world.methods.methods.iter().enumerate() {
            if method.gains == Gains::Target {
                continue;
            }
            for account in world.by_account.keys() {
                for (id, tried) in edges.ready(account, number) {
                    let Some(class) = world.classes.get(*id) else {
                        continue;
                    };
                    for member in class.members.iter().filter(|member| !skip(**member)) {
                        seeds.of(Case {
                            number,
                            method,
                            class,
                            member: *member,
                            tried,
                        });
                    }
                }
            }
        }
        seeds.found
    }

    fn of(&mut self, case: Case<'_>) {
        let Some(principal) = self.edges.world.snapshot.principals.get(case.member) else {
            return;
        };
        match (case.method.target, case.method.gains) {
            (Target::Itself, Gains::Version) => self.versions(case, principal),
            (Target::Itself, gains) => self.on_itself(case, principal, gains),
            (Target::Group, Gains::Group) => self.joins(case, principal),
            (Target::Group, _) => self.own_groups(case, principal),
            (Target::User | Target::Role, gains) => self.on_another(case, gains),
            (Target::New, _) => self.on_new(case),
            (Target::PermissionSet, _) => {}
        }
    }

    fn keep(&mut self, case: Case<'_>, to: To, mut found: Use, outcome: Outcome) -> bool {
        let Outcome::Yes(depends) = outcome else {
            return false;
        };
        found.depends.extend(depends);
        found
            .depends
            .extend(self.edges.circumstances(case.method, &case.class.account));
        self.found.push(Seed {
            from: case.member,
            to,
            found,
        });
        true
    }

    fn on_itself(&mut self, case: Case<'_>, principal: &Principal, gains: Gains) {
        if case.method.conditions.boundary && principal.boundary.is_none() {
            return;
        }
        let aim = Aim {
            policies: self.policies_of(principal),
            ..Aim::default()
        };
        let Some(found) = self.tried(case, &aim) else {
            return;
        };
        let outcome = match gains {
            Gains::Unbounded => self.powerful(&case.class.unbounded(), case.member),
            _ => self
                .admin
                .would_be(&self.rewritten(case, principal, &found), case.member),
        };
        self.keep(case, To::Principal(case.member), found, outcome);
    }

    /// What is left of a principal's policies when it may write them anew: an
    /// inline policy is replaced by its name, a managed one by a version.
    fn rewritten(&self, case: Case<'_>, principal: &Principal, found: &Use) -> Class {
        let writes = |need: &Need| {
            let action = self.edges.world.methods.actions.get(need.action);
            action.is_some_and(|one| one.lower().starts_with("iam:put"))
        };
        if case.method.needs.iter().any(writes) {
            return case.class.without_inline(&principal.arn);
        }
        let replaced = found.chosen.iter().find(|(on, _)| *on == On::Policy);
        match replaced {
            Some((_, policy)) => case.class.without(&policy.resource),
            None => case.class.adding(&[]),
        }
    }

    /// Policies attached to a principal or to one of its groups.
    fn policies_of<'p>(&self, principal: &'p Principal) -> Vec<&'p str>
    where
        'w: 'p,
    {
        let mut all = customer_policies(principal);
        let snapshot = self.edges.world.snapshot;
        let of_groups = principal
            .groups
            .iter()
            .filter_map(|group| snapshot.groups.get(*group));
        let arns = of_groups
            .flat_map(|group| &group.policies)
            .filter_map(|one| one.arn.as_deref());
        all.extend(arns.filter(|arn| !arn.contains(":iam::aws:")));
        all
    }

    fn versions(&mut self, case: Case<'_>, principal: &Principal) {
        let snapshot = self.edges.world.snapshot;
        let Some(account) = snapshot.accounts.get(&*principal.account) else {
            return;
        };
        for arn in self.policies_of(principal) {
            let Some(managed) = account.policies.get(arn) else {
                continue;
            };
            let others = managed
                .versions
                .iter()
                .filter(|(id, _)| **id != managed.default_version);
            for policy in others.filter_map(|(_, policy)| policy.clone()) {
                let read = Attached {
                    name: arn.into(),
                    arn: Some(arn.into()),
                    policy: Some(policy),
                };
                let changed = case
                    .class
                    .without(arn)
                    .with_identity(self.edges.world, &[(principal.arn.clone(), read)]);
                let aim = Aim {
                    policies: vec![arn],
                    ..Aim::default()
                };
                let Some(found) = self.tried(case, &aim) else {
                    continue;
                };
                let outcome = self.powerful(&changed, case.member);
                if self.keep(case, To::Principal(case.member), found, outcome) {
                    return;
                }
            }
        }
    }

    fn own_groups(&mut self, case: Case<'_>, principal: &Principal) {
        let snapshot = self.edges.world.snapshot;
        for group in principal
            .groups
            .iter()
            .filter_map(|id| snapshot.groups.get(*id))
        {
            let aim = Aim {
                group: &group.arn,
                ..Aim::default()
            };
            let Some(mut found) = self.tried(case, &aim) else {
                continue;
            };
            found.through = Some(group.arn.to_string());
            let outcome = self.admin.would_be(case.class, case.member);
            if self.keep(case, To::Principal(case.member), found, outcome) {
                return;
            }
        }
    }

    fn joins(&mut self, case: Case<'_>, principal: &Principal) {
        let world = self.edges.world;
        let mut kept = 0;
        for (id, group) in world.snapshot.groups.iter().enumerate() {
            if group.account != principal.account
                || principal.groups.contains(&id)
                || group.policies.is_empty()
            {
                continue;
            }
            let aim = Aim {
                group: &group.arn,
                ..Aim::default()
            };
            let Some(mut found) = self.tried(case, &aim) else {
                continue;
            };
            found.through = Some(group.arn.to_string());
            let more: Vec<_> = group
                .policies
                .iter()
                .map(|one| (group.arn.clone(), one.clone()))
                .collect();
            let outcome = self.powerful(&case.class.with_identity(world, &more), case.member);
            kept += usize::from(self.keep(case, To::Principal(case.member), found, outcome));
            if kept >= self.most {
                return;
            }
        }
    }

    fn on_another(&mut self, case: Case<'_>, gains: Gains) {
        let world = self.edges.world;
        let Some(classes) = world.by_account.get(&case.class.account) else {
            return;
        };
        let mut kept = 0;
        let theirs = classes.iter().filter_map(|id| world.classes.get(*id));
        let theirs = theirs.filter(|class| kind_of(case.method.target) == Some(class.kind));
        for (their, target) in
            theirs.flat_map(|class| class.members.iter().map(move |id| (class, *id)))
        {
            if target == case.member {
                continue;
            }
            let Some(principal) = world
                .snapshot
                .principals
                .get(target)
                .filter(|one| !one.is_service_linked())
            else {
                continue;
            };
            for aimed in self.edges.aims(case.method, target, principal) {
                let Some(found) = self.tried(case, &aimed.aim) else {
                    continue;
                };
                let outcome = match gains {
                    Gains::Unbounded => self.powerful(&their.unbounded(), target),
                    _ => self.admin.would_be(their, target),
                };
                kept += usize::from(self.keep(
                    case,
                    To::Principal(target),
                    aimed.finish(found),
                    outcome,
                ));
            }
            if kept >= self.most {
                return;
            }
        }
    }

    fn on_new(&mut self, case: Case<'_>) {
        let Some(found) = self.tried(case, &Aim::default()) else {
            return;
        };
        let shown = found
            .chosen
            .first()
            .map_or(String::new(), |(_, chosen)| chosen.shown.clone());
        let free = case.class.unbounded().without_identity();
        let outcome = self.admin.would_be(&free, case.member);
        self.keep(case, To::New(shown), found, outcome);
    }

    fn tried(&self, case: Case<'_>, aim: &Aim<'_>) -> Option<Use> {
        self.edges
            .world
            .try_dependent(case.class, case.member, case.number, aim, case.tried)
    }

    /// Whether a class, which may be one that only would be, is one of
    /// administrators or can make itself one.
    fn powerful(&self, class: &Class, member: Id) -> Outcome {
        let direct = self.admin.is(class, member);
        if direct.is_yes() {
            return direct;
        }
        let world = self.edges.world;
        let Some(principal) = world.snapshot.principals.get(member) else {
            return Outcome::No;
        };
        let aim = Aim {
            policies: self.policies_of(principal),
            ..Aim::default()
        };
        for (number, method) in world.methods.methods.iter().enumerate() {
            let rewrites = matches!(method.target, Target::Itself | Target::New)
                && method.gains == Gains::Anything;
            if !rewrites || !super::edge::fits(method, class) {
                continue;
            }
            if let Some(found) = world.try_method(class, member, number, &aim) {
                let bound = if method.target == Target::New {
                    class.unbounded().without_identity()
                } else {
                    class.without_identity()
                };
                let depends: BTreeSet<Dependency> = found.depends;
                let outcome = Outcome::Yes(depends).and(self.admin.would_be(&bound, member));
                if outcome.is_yes() {
                    return outcome;
                }
            }
        }
        Outcome::No
    }
}

/// One method, tried for one principal.
#[derive(Clone, Copy)]
struct Case<'c> {
    number: usize,
    method: &'c Method,
    class: &'c Class,
    member: Id,
    tried: &'c Tried,
}
