//! Who has all that a method needs, but nobody to use it on: no role, user or
//! thing of that kind is in what was read, or none that leads anywhere. The next
//! one that is made falls. Where there are some, only who may use the method on
//! any of them, whatever its name, is meant.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gardefou_finding::{Dependency, Untrusted};

use super::edge::{Edges, customer_policies, kind_of};
use super::method::{Gains, Method, Target};
use super::step::{Aim, Use};
use crate::policy::{PrincipalPattern, Scope};
use crate::snapshot::{Id, Kind};

/// A name that no policy has in mind, and that only a wildcard matches.
const ANY_NAME: &str = "gardefou-any-name";

/// A way without a target today.
#[derive(Debug)]
pub(super) struct Hypothesis {
    pub(super) from: Id,
    /// A pattern of what would be reached.
    pub(super) to: String,
    pub(super) uses: Vec<Use>,
}

/// All of them, for those who get nowhere by concrete ways.
pub(super) fn hypotheses(edges: &Edges<'_>, reach: &BTreeSet<Id>) -> Vec<Hypothesis> {
    let mut found: BTreeMap<(Id, String), Vec<Use>> = BTreeMap::new();
    let world = edges.world;
    for (number, method) in world.methods.methods.iter().enumerate() {
        if !is_for_another(method) || method.only_assumes(world.methods) {
            continue;
        }
        for account in world.by_account.keys() {
            let ready = edges.ready(account, number);
            if ready.is_empty() {
                continue;
            }
            let there = has_targets(edges, method, account);
            for (id, tried) in ready {
                let Some(class) = world.classes.get(*id) else {
                    continue;
                };
                if method.target == Target::Itself && !has_own_policy(edges, class.first()) {
                    continue;
                }
                let forms = Forms::of(edges, method, class, account, there);
                let aim = forms.aim(method);
                let Some(mut one) = world.try_dependent(class, class.first(), number, &aim, tried)
                else {
                    continue;
                };
                one.depends.insert(forms.missing.clone());
                one.depends.extend(edges.circumstances(method, account));
                one.through = method
                    .through
                    .as_ref()
                    .map(|_| forms.through.replace(ANY_NAME, "*"));
                let members = class
                    .members
                    .iter()
                    .filter(|member| !reach.contains(member));
                for member in members.filter(|member| is_held(edges, **member)) {
                    found
                        .entry((*member, forms.target.replace(ANY_NAME, "*")))
                        .or_default()
                        .push(one.clone());
                }
            }
        }
    }
    let whole = |((from, to), mut uses): ((Id, String), Vec<Use>)| {
        super::edge::tidy(&mut uses);
        Hypothesis { from, to, uses }
    };
    found.into_iter().map(whole).collect()
}

/// Whether somebody can come to hold a principal: what only a service uses is
/// worth telling when it leads somewhere, not before.
fn is_held(edges: &Edges<'_>, member: Id) -> bool {
    let Some(principal) = edges.world.snapshot.principals.get(member) else {
        return false;
    };
    let trust = edges
        .world
        .trust(member)
        .iter()
        .flat_map(|one| one.policy.statements());
    let named = trust
        .filter_map(|one| one.principals())
        .flat_map(Scope::listed);
    principal.kind == Kind::User
        || named
            .into_iter()
            .any(|pattern| !matches!(pattern, PrincipalPattern::Service(_)))
}

/// Whether a customer managed policy is attached to a principal.
fn has_own_policy(edges: &Edges<'_>, member: Id) -> bool {
    let principal = edges.world.snapshot.principals.get(member);
    principal.is_some_and(|one| !customer_policies(one).is_empty())
}

/// Whether a method is aimed at somebody else, whom there need not be.
fn is_for_another(method: &Method) -> bool {
    match method.target {
        Target::User | Target::Role => !method.conditions.boundary,
        Target::Group => method.gains == Gains::Group,
        Target::PermissionSet => true,
        Target::Itself => method.gains == Gains::Version,
        Target::New => false,
    }
}

/// Whether there is somebody in an account on whom the method could be used,
/// whether that is worth it or not.
fn has_targets(edges: &Edges<'_>, method: &Method, account: &Arc<str>) -> bool {
    let snapshot = edges.world.snapshot;
    match method.target {
        Target::PermissionSet => false,
        Target::Group => snapshot
            .groups
            .iter()
            .any(|group| group.account == *account),
        // Whether another version of one's own policy helps was seen before.
        Target::Itself => false,
        _ => {
            let classes = edges
                .world
                .by_account
                .get(account)
                .map_or(&[][..], Vec::as_slice);
            let members = classes
                .iter()
                .filter_map(|id| edges.world.classes.get(*id))
                .flat_map(|class| &class.members);
            let kind = kind_of(method.target);
            let mut targets = members.filter_map(|id| Some((*id, snapshot.principals.get(*id)?)));
            let there = targets
                .by_ref()
                .filter(|(_, one)| kind == Some(one.kind) && !one.is_service_linked());
            // One user is the actor itself.
            let needed = if method.target == Target::User { 2 } else { 1 };
            there
                .filter(|(id, one)| !edges.aims(method, *id, one).is_empty())
                .take(needed)
                .count()
                >= needed
        }
    }
}

/// Patterns of what is not there.
struct Forms {
    target: String,
    through: String,
    policy: String,
    missing: Dependency,
}

impl Forms {
    fn of(
        edges: &Edges<'_>,
        method: &Method,
        class: &super::world::Class,
        account: &str,
        there: bool,
    ) -> Self {
        let world = edges.world;
        let arn = world
            .snapshot
            .principals
            .get(class.first())
            .map_or("", |one| &one.arn);
        let partition = super::world::partition(arn);
        let name = if there { ANY_NAME } else { "*" };
        let iam = |kind: &str| format!("arn:{partition}:iam::{account}:{kind}/{name}");
        let through = method.through.as_deref();
        let missing = match (through, method.target) {
            (Some(kind), _) => edges.absent(account, kind),
            (None, Target::PermissionSet) => {
                Dependency::NotListed(Untrusted::new("permission_set"))
            }
            (None, Target::Role) => {
                Dependency::NoTarget(Untrusted::new(match method.conditions.trusts.first() {
                    Some(service) => format!("role that trusts {service}"),
                    None => "role".to_owned(),
                }))
            }
            (None, Target::User) => Dependency::NoTarget(Untrusted::new("user")),
            (None, Target::Group) => Dependency::NoTarget(Untrusted::new("group")),
            (None, _) => Dependency::NoTarget(Untrusted::new("policy version")),
        };
        Self {
            target: match method.target {
                Target::User => iam("user"),
                Target::Group => iam("group"),
                Target::PermissionSet => format!("arn:{partition}:sso:::permissionSet/*"),
                Target::Itself => iam("policy"),
                _ => iam("role"),
            },
            through: through.map_or_else(String::new, |kind| {
                world.form(class, class.first(), kind, name)
            }),
            policy: iam("policy"),
            missing,
        }
    }

    fn aim<'a>(&'a self, method: &'a Method) -> Aim<'a> {
        Aim {
            target_arn: &self.target,
            group: &self.target,
            policies: vec![&self.policy],
            through: &self.through,
            service: method.conditions.trusts.first().map(String::as_str),
            ..Aim::default()
        }
    }
}
