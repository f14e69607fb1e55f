//! Whether a principal can use a method on a target, and with what.

use std::collections::BTreeSet;

use gardefou_finding::{Dependency, Untrusted};

use super::method::{Method, On};
use super::witness::witness;
use super::world::{Class, Outcome, Question, World, partition};
use crate::arn::Arn;
use crate::policy::{PrincipalPattern, Scope};
use crate::request::Action;
use crate::snapshot::{Id, Kind};
use crate::stack::Attached;

/// Most resources that are tried for one need.
const MAX_CANDIDATES: usize = 24;

/// AWS's managed policies by which one gets everything.
const AWS_POWERFUL: [&str; 2] = [
    "arn:aws:iam::aws:policy/AdministratorAccess",
    "arn:aws:iam::aws:policy/IAMFullAccess",
];

/// A method that works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Use {
    /// Number of the method.
    pub(super) method: usize,
    /// What it depends on.
    pub(super) depends: BTreeSet<Dependency>,
    /// For each thing that is acted on, which one.
    pub(super) chosen: Vec<(On, Chosen)>,
    /// What is used on the way, for people.
    pub(super) through: Option<String>,
    /// The value of `iam:PassedToService`.
    pub(super) service: Option<String>,
    /// Who is meant by `self`, where it is not who acts.
    pub(super) written: Option<Id>,
}

/// A resource that a need was asked of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chosen {
    /// An ARN for which the evaluator was asked.
    pub(super) resource: String,
    /// The same for people: a pattern, where any such thing will do.
    pub(super) shown: String,
}

/// What a method is tried on.
#[derive(Clone, Debug, Default)]
pub(super) struct Aim<'a> {
    /// The target, where it is a principal that there is.
    pub(super) target: Option<Id>,
    /// A pattern of the target's ARN; for one that there is, the ARN.
    pub(super) target_arn: &'a str,
    /// The group's ARN.
    pub(super) group: &'a str,
    /// ARNs of customer managed policies that are attached to the target.
    pub(super) policies: Vec<&'a str>,
    /// A pattern of the thing that acts as the target.
    pub(super) through: &'a str,
    /// The service that the role is passed to.
    pub(super) service: Option<&'a str>,
    /// Who is meant by `self`, where it is not who asks.
    pub(super) itself: Option<Id>,
}

impl<'w> World<'w> {
    /// Everything that a method needs, asked of a member of a class.
    pub(super) fn try_method(
        &self,
        class: &Class,
        member: Id,
        method: usize,
        on: &Aim<'_>,
    ) -> Option<Use> {
        let found = self.methods.methods.get(method)?;
        let ready = self.try_groups(class, member, found, on, |on| !on.is_independent())?;
        let more = self.try_groups(class, member, found, on, On::is_independent)?;
        Some(join(method, &ready, &more, on))
    }

    /// The needs that are the same for every target.
    pub(super) fn try_independent(&self, class: &Class, method: &Method) -> Option<Tried> {
        let all = method
            .needs
            .iter()
            .all(|need| class.touches(need.action) || self.methods.is_assume_role(need.action));
        if !all {
            return None;
        }
        self.try_groups(
            class,
            class.first(),
            method,
            &Aim::default(),
            On::is_independent,
        )
    }

    /// The needs that are about the target.
    pub(super) fn try_dependent(
        &self,
        class: &Class,
        member: Id,
        method: usize,
        on: &Aim<'_>,
        independent: &Tried,
    ) -> Option<Use> {
        let found = self.methods.methods.get(method)?;
        let ready = self.try_groups(class, member, found, on, |on| !on.is_independent())?;
        Some(join(method, &ready, independent, on))
    }

    fn try_groups(
        &self,
        class: &Class,
        member: Id,
        method: &Method,
        fixed: &Aim<'_>,
        which: impl Fn(&On) -> bool,
    ) -> Option<Tried> {
        let mut tried = Tried::default();
        for (on, actions) in method.groups.iter().filter(|(on, _)| which(on)) {
            let (chosen, outcome) = self.best(class, member, on, actions, fixed)?;
            match outcome {
                Outcome::Yes(depends) => tried.depends.extend(depends),
                Outcome::No => return None,
            }
            tried.chosen.push((on.clone(), chosen));
        }
        Some(tried)
    }

    /// The resource for which all of the actions are allowed most certainly.
    fn best(
        &self,
        class: &Class,
        member: Id,
        on: &On,
        actions: &[usize],
        fixed: &Aim<'_>,
    ) -> Option<(Chosen, Outcome)> {
        let mut best: Option<(Chosen, Outcome)> = None;
        for chosen in self.candidates(class, member, on, actions, fixed) {
            let mut outcome = Outcome::certain();
            for action in actions {
                outcome =
                    outcome.and(self.ask_need(class, member, *action, on, &chosen.resource, fixed));
            }
            if outcome.doubt() < best.as_ref().map_or(usize::MAX, |(_, best)| best.doubt()) {
                let certain = outcome.doubt() == 0;
                best = Some((chosen, outcome));
                if certain {
                    break;
                }
            }
        }
        best
    }

    /// The evaluator's answer to one need.
    fn ask_need(
        &self,
        class: &Class,
        member: Id,
        action: usize,
        on: &On,
        resource: &str,
        fixed: &Aim<'_>,
    ) -> Outcome {
        if self.methods.is_assume_role(action) && fixed.target.is_some() {
            return self.ask_to_assume(class, member, action, fixed);
        }
        let mut best = Outcome::No;
        for context in self.contexts(class, action, fixed) {
            let context: Vec<(&str, &str)> = context
                .iter()
                .map(|(key, value)| (*key, value.as_str()))
                .collect();
            let what = question(action, on, resource, member, fixed, &context);
            let outcome = self.ask(class, member, &what);
            if outcome.doubt() < best.doubt() {
                best = outcome;
            }
            if best.doubt() == 0 {
                break;
            }
        }
        best
    }

    /// `sts:AssumeRole`: the role's trust policy and both accounts decide.
    pub(super) fn ask_to_assume(
        &self,
        class: &Class,
        member: Id,
        action: usize,
        fixed: &Aim<'_>,
    ) -> Outcome {
        let Some((id, target)) = fixed
            .target
            .and_then(|id| Some((id, self.snapshot.principals.get(id)?)))
        else {
            return Outcome::No;
        };
        let Some(name) = self.methods.actions.get(action) else {
            return Outcome::No;
        };
        if target
            .trust
            .as_ref()
            .is_some_and(|trust| trust.policy.is_none())
        {
            return Outcome::Yes([Dependency::Policy(Untrusted::new(&*target.arn))].into());
        }
        let what = Question {
            action,
            resource: &target.arn,
            owner: Some(&target.account),
            target: Some(id),
            policies: self.trust(id),
            ..Question::default()
        };
        match self.ask_action(class, member, name, &what) {
            Outcome::No => self.ask_as_session(class, member, name, &what),
            outcome => outcome,
        }
    }

    /// The same asked by a session that the trust policy names: whoever takes
    /// a role chooses the session's name.
    fn ask_as_session(
        &self,
        class: &Class,
        member: Id,
        action: &Action,
        what: &Question<'_>,
    ) -> Outcome {
        let named = sessions(what.policies).filter(|arn| self.role_of_session(arn) == Some(member));
        let asked = named.map(|arn| self.ask_as(class, arn, action, what));
        asked.min_by_key(Outcome::doubt).unwrap_or(Outcome::No)
    }

    /// The role of `arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION`.
    pub(super) fn role_of_session(&self, arn: &str) -> Option<Id> {
        let parsed = Arn::parse(arn)?;
        let name = parsed
            .resource
            .strip_prefix("assumed-role/")?
            .split('/')
            .next()?;
        let all = self.snapshot.principals.iter();
        all.into_iter().position(|one| {
            one.kind == Kind::Role && *one.account == *parsed.account && *one.name == *name
        })
    }

    /// Keys that an action's request has beside the usual ones, in each way
    /// that is worth trying.
    pub(super) fn contexts(
        &self,
        class: &Class,
        action: usize,
        fixed: &Aim<'_>,
    ) -> Vec<Vec<(&'static str, String)>> {
        let lower = self
            .methods
            .actions
            .get(action)
            .map_or("", |one| one.lower());
        if let (true, Some(service)) = (lower == "iam:passrole", fixed.service) {
            return vec![vec![("iam:PassedToService", service.to_owned())]];
        }
        if matches!(lower, "iam:createuser" | "iam:createrole") {
            // Made without a boundary, or there is nothing to gain.
            return vec![vec![("iam:PermissionsBoundary", String::new())]];
        }
        let key = if lower.starts_with("iam:attach") {
            "iam:PolicyARN"
        } else if lower.ends_with("permissionsboundary") && lower.starts_with("iam:put") {
            "iam:PermissionsBoundary"
        } else {
            return vec![Vec::new()];
        };
        let own = self.powerful.get(&class.account);
        let powerful = AWS_POWERFUL.iter().copied();
        powerful
            .chain(own.into_iter().flatten().map(String::as_str))
            .map(|arn| vec![(key, arn.to_owned())])
            .collect()
    }

    /// The resources that may be what is acted on.
    fn candidates(
        &self,
        class: &Class,
        member: Id,
        on: &On,
        actions: &[usize],
        fixed: &Aim<'_>,
    ) -> Vec<Chosen> {
        let exact = |arn: &str| Chosen {
            resource: arn.to_owned(),
            shown: arn.to_owned(),
        };
        match on {
            On::Target if fixed.target.is_some() => vec![exact(fixed.target_arn)],
            On::Target => self.instances(class, member, actions, fixed.target_arn),
            On::Itself => self
                .snapshot
                .principals
                .get(fixed.itself.unwrap_or(member))
                .map(|one| exact(&one.arn))
                .into_iter()
                .collect(),
            On::Group => vec![exact(fixed.group)],
            On::Policy => fixed.policies.iter().map(|arn| exact(arn)).collect(),
            On::Through => self.instances(class, member, actions, fixed.through),
            On::Any => vec![exact("*")],
            On::Thing(kind) => {
                self.instances(class, member, actions, &self.form(class, member, kind, "*"))
            }
        }
    }

    /// The form of the ARNs of a kind of thing in the actor's account.
    pub(super) fn form(&self, class: &Class, member: Id, kind: &str, name: &str) -> String {
        let arn = self
            .snapshot
            .principals
            .get(member)
            .map_or("", |one| &one.arn);
        let form = self
            .methods
            .things
            .get(kind)
            .map_or("", |kind| kind.arn.as_str());
        form.replace("{partition}", partition(arn))
            .replace("{account}", &class.account)
            .replace("{name}", name)
    }

    /// Some things of a form, chosen so that what policies allow is among them.
    fn instances(&self, class: &Class, member: Id, actions: &[usize], form: &str) -> Vec<Chosen> {
        if !form.contains('*') {
            return vec![Chosen {
                resource: form.to_owned(),
                shown: form.to_owned(),
            }];
        }
        let name = self
            .snapshot
            .principals
            .get(member)
            .map_or("", |one| &one.name);
        let mut found: Vec<Chosen> = Vec::new();
        let patterns = self.patterns(class, actions);
        for pattern in ["*"].into_iter().chain(patterns).take(MAX_CANDIDATES) {
            let pattern = without_variables(pattern, name);
            let Some(resource) = witness(&pattern, form) else {
                continue;
            };
            if found.iter().all(|one| one.resource != resource) {
                let shown = if pattern == "*" {
                    form.to_owned()
                } else {
                    pattern
                };
                found.push(Chosen { resource, shown });
            }
        }
        found
    }
}

/// What was found of some of a method's needs.
#[derive(Clone, Debug, Default)]
pub(super) struct Tried {
    depends: BTreeSet<Dependency>,
    chosen: Vec<(On, Chosen)>,
}

fn join(method: usize, a: &Tried, b: &Tried, on: &Aim<'_>) -> Use {
    Use {
        method,
        depends: a.depends.iter().chain(&b.depends).cloned().collect(),
        chosen: a.chosen.iter().chain(&b.chosen).cloned().collect(),
        through: None,
        service: on.service.map(str::to_owned),
        written: on.itself,
    }
}

/// The sessions that trust policies name.
fn sessions(trust: &[Attached]) -> impl Iterator<Item = &str> {
    let statements = trust.iter().flat_map(|one| one.policy.statements());
    let named = statements.filter_map(|one| one.principals());
    named.flat_map(Scope::listed).filter_map(|one| match one {
        PrincipalPattern::Session(arn) => Some(&**arn),
        _ => None,
    })
}

/// The question that a need comes to.
pub(super) fn question<'q>(
    action: usize,
    on: &On,
    resource: &'q str,
    member: Id,
    fixed: &Aim<'_>,
    context: &'q [(&'q str, &'q str)],
) -> Question<'q> {
    let target = match on {
        On::Target => fixed.target,
        On::Itself => Some(fixed.itself.unwrap_or(member)),
        _ => None,
    };
    Question {
        action,
        resource,
        target,
        context,
        ..Question::default()
    }
}

/// A pattern with the user's name for `${aws:username}`, and anything for
/// other variables.
fn without_variables(pattern: &str, name: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        let (variable, tail) = after.split_once('}').unwrap_or((after, ""));
        match variable {
            "aws:username" => out.push_str(name),
            _ => out.push('*'),
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}
