//! The snapshot as the evaluator sees it: classes of like principals.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use gardefou_finding::{Dependency, Timestamp, Untrusted};

use super::method::Methods;
use crate::arn::Arn;
use crate::evaluate::{Permit, permits};
use crate::policy::{Effect, Policy, PrincipalPattern, Scope};
use crate::request::{Action, Context, ContextValue, Principal as Asker, Request, Resource};
use crate::snapshot::{Attached as Read, Id, Kind, Principal, Snapshot};
use crate::stack::{Attached, Level, Stack};
use crate::{Answer, Decision, decide, evaluate};

/// Keys, in lower case, whose value whoever asks chooses, so that one that
/// helps will be there: where, which type, by which name.
const CHOSEN: [&str; 4] = [
    "aws:requestedregion",
    "ec2:instancetype",
    "ec2:region",
    "sts:rolesessionname",
];

/// Whether the session began with a second factor.
const MFA: &str = "aws:MultiFactorAuthPresent";

/// Number of a class.
pub(super) type ClassId = usize;

/// What the evaluator says, and on what it depends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Not allowed.
    No,
    /// Allowed, if all of these are so; with none, it is certain.
    Yes(BTreeSet<Dependency>),
}

impl Outcome {
    /// Certainly allowed.
    pub(super) fn certain() -> Self {
        Self::Yes(BTreeSet::new())
    }

    /// Whether it may be allowed.
    pub fn is_yes(&self) -> bool {
        matches!(self, Self::Yes(_))
    }

    /// Both.
    #[must_use]
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes(mut all), Self::Yes(more)) => {
                all.extend(more);
                Self::Yes(all)
            }
            _ => Self::No,
        }
    }

    /// Whether it depends on the value of a condition key.
    fn depends_on_key(&self, key: &str) -> bool {
        let is_it = |one: &Dependency| match one {
            Dependency::ContextKey(name) => name.as_str().eq_ignore_ascii_case(key),
            _ => false,
        };
        matches!(self, Self::Yes(on) if on.iter().any(is_it))
    }

    /// How uncertain: the number of things it depends on.
    pub(super) fn doubt(&self) -> usize {
        match self {
            Self::No => usize::MAX,
            Self::Yes(on) => on.len(),
        }
    }
}

/// Principals that have the same policies, so that one answer is good for all.
#[derive(Debug)]
pub struct Class {
    /// Its members; the first stands for all.
    pub members: Vec<Id>,
    /// User or role.
    pub kind: Kind,
    /// The account.
    pub account: Arc<str>,
    /// Identity policies. Their names are places in `names`, so that a reason
    /// tells which of two policies of one name it is about.
    pub(super) identity: Vec<Attached>,
    /// Whose the identity policies are, and how they are called.
    pub(super) names: Vec<(Arc<str>, Arc<str>)>,
    /// Permissions boundaries: none or one.
    pub(super) boundary: Vec<Attached>,
    /// Policies that could not be read or are not known.
    pub(super) unread: Vec<Arc<str>>,
    /// For each action of the methods, whether an `Allow` touches it.
    touches: Vec<bool>,
    /// What the context of its requests holds.
    context: Context,
    /// Roles that nobody but services can assume.
    is_of_services: bool,
}

impl Class {
    /// Whether some statement allows the action for something.
    pub(super) fn touches(&self, action: usize) -> bool {
        self.touches.get(action).copied().unwrap_or(false)
    }

    /// The member that stands for all.
    pub(super) fn first(&self) -> Id {
        self.members.first().copied().unwrap_or_default()
    }

    /// With more identity policies, for questions about any action.
    pub(super) fn adding(&self, more: &[(Arc<str>, Read)]) -> Self {
        let mut class = self.alike();
        for (holder, policy) in more {
            class.push(holder, policy);
        }
        class
    }

    /// With more identity policies.
    pub(super) fn with_identity(&self, world: &World<'_>, more: &[(Arc<str>, Read)]) -> Self {
        let mut class = self.adding(more);
        class.touches = touches(&class.identity, &world.methods.actions);
        class
    }

    /// Without the identity policy of this ARN.
    pub(super) fn without(&self, arn: &str) -> Self {
        self.keeping(|_, name| name != arn)
    }

    /// Without the inline policies of this holder.
    pub(super) fn without_inline(&self, holder: &str) -> Self {
        self.keeping(|whose, name| whose != holder || name.starts_with("arn:"))
    }

    /// With the identity policies whose holder and name are meant.
    fn keeping(&self, meant: impl Fn(&str, &str) -> bool) -> Self {
        let mut class = self.alike();
        let kept: Vec<bool> = class
            .names
            .iter()
            .map(|(holder, name)| meant(holder, name))
            .collect();
        class.identity.retain(|one| {
            one.name
                .parse()
                .ok()
                .and_then(|at: usize| kept.get(at).copied())
                .unwrap_or(true)
        });
        class
    }

    /// Without identity policies.
    pub(super) fn without_identity(&self) -> Self {
        Self {
            identity: Vec::new(),
            names: Vec::new(),
            ..self.alike()
        }
    }

    /// Without permissions boundary.
    pub(super) fn unbounded(&self) -> Self {
        Self {
            boundary: Vec::new(),
            ..self.alike()
        }
    }

    fn alike(&self) -> Self {
        Self {
            members: self.members.clone(),
            kind: self.kind,
            account: Arc::clone(&self.account),
            identity: self.identity.clone(),
            names: self.names.clone(),
            boundary: self.boundary.clone(),
            unread: self.unread.clone(),
            touches: self.touches.clone(),
            context: self.context.clone(),
            is_of_services: self.is_of_services,
        }
    }

    fn push(&mut self, holder: &Arc<str>, read: &Read) {
        let shown = read.arn.as_ref().unwrap_or(&read.name);
        match &read.policy {
            Some(policy) => {
                let place = self.names.len().to_string();
                self.names.push((Arc::clone(holder), Arc::clone(shown)));
                self.identity.push(Attached::new(place, Arc::clone(policy)));
            }
            None => self.unread.push(Arc::clone(shown)),
        }
    }
}

/// The guardrails of an account, as the evaluator takes them.
#[derive(Debug, Default)]
struct Guardrails {
    service: Vec<Level>,
    resource: Vec<Level>,
    unread: Vec<Arc<str>>,
}

/// The snapshot as the evaluator sees it.
#[derive(Debug)]
pub struct World<'a> {
    /// The snapshot.
    pub snapshot: &'a Snapshot,
    /// The methods.
    pub methods: &'a Methods,
    /// The classes.
    pub(super) classes: Vec<Class>,
    /// The class of each principal.
    pub(super) class_of: Vec<ClassId>,
    /// The classes of each account.
    pub(super) by_account: BTreeMap<Arc<str>, Vec<ClassId>>,
    askers: Vec<Option<Asker>>,
    trusts: Vec<Vec<Attached>>,
    services: Vec<OnceCell<Vec<String>>>,
    guardrails: HashMap<Arc<str>, Guardrails>,
    tags: TagKeys,
    /// Each account's own managed policies that allow everything.
    pub(super) powerful: HashMap<Arc<str>, Vec<String>>,
    now: Timestamp,
}

impl<'a> World<'a> {
    /// Looks at a snapshot at a time.
    pub fn new(snapshot: &'a Snapshot, methods: &'a Methods, now: Timestamp) -> Self {
        let mut world = Self {
            snapshot,
            methods,
            classes: Vec::new(),
            class_of: Vec::with_capacity(snapshot.principals.len()),
            by_account: BTreeMap::new(),
            askers: snapshot
                .principals
                .iter()
                .map(|one| Asker::parse(&one.arn).ok())
                .collect(),
            trusts: snapshot.principals.iter().map(trust).collect(),
            services: vec![OnceCell::new(); snapshot.principals.len()],
            guardrails: guardrails(snapshot),
            tags: TagKeys::of(snapshot),
            powerful: powerful(snapshot),
            now,
        };
        world.classify();
        world
    }

    /// Puts principals that have the same policies together. Those with a
    /// policy that looks at who asks are for themselves.
    fn classify(&mut self) {
        let mut known: HashMap<ClassKey, ClassId, ahash::RandomState> = HashMap::default();
        let mut personal: HashMap<*const Policy, bool, ahash::RandomState> = HashMap::default();
        for id in 0..self.snapshot.principals.len() {
            let Some(principal) = self.snapshot.principals.get(id) else {
                continue;
            };
            let key = self.key(id, principal, &mut personal);
            let class = match known.get(&key) {
                Some(class) => *class,
                None => {
                    let class = self.class(id, principal);
                    self.by_account
                        .entry(Arc::clone(&class.account))
                        .or_default()
                        .push(self.classes.len());
                    self.classes.push(class);
                    known.insert(key, self.classes.len() - 1);
                    self.classes.len() - 1
                }
            };
            if let Some(class) = self.classes.get_mut(class) {
                class.members.push(id);
            }
            self.class_of.push(class);
        }
    }

    fn key(
        &self,
        id: Id,
        principal: &Principal,
        personal: &mut HashMap<*const Policy, bool, ahash::RandomState>,
    ) -> ClassKey {
        let mut looks = |policy: &Arc<Policy>| {
            *personal
                .entry(Arc::as_ptr(policy))
                .or_insert_with(|| is_personal(policy))
        };
        let mut policies = Vec::new();
        let mut alone = false;
        let boundary = principal.boundary.iter().map(|boundary| (true, boundary));
        let identity = self
            .snapshot
            .identity_policies(id)
            .map(|(_, policy)| (false, policy));
        for (is_boundary, read) in boundary.chain(identity) {
            match &read.policy {
                Some(policy) => {
                    alone |= looks(policy);
                    policies.push((is_boundary, Arc::as_ptr(policy)));
                }
                None => alone = true,
            }
        }
        let levels = self.guardrails.get(&principal.account);
        let above = levels.into_iter().flat_map(|rails| rails.service.iter());
        alone |= above
            .flat_map(|level| &level.policies)
            .any(|one| looks(&one.policy));
        policies.sort_unstable();
        policies.dedup();
        ClassKey {
            account: Arc::clone(&principal.account),
            kind: principal.kind,
            linked: principal.is_service_linked(),
            of_services: is_of_services(principal),
            policies,
            alone: alone.then_some(id),
        }
    }

    fn class(&self, id: Id, principal: &Principal) -> Class {
        let mut class = Class {
            members: Vec::new(),
            kind: principal.kind,
            account: Arc::clone(&principal.account),
            identity: Vec::new(),
            names: Vec::new(),
            boundary: Vec::new(),
            unread: Vec::new(),
            touches: Vec::new(),
            context: self.context(principal),
            is_of_services: is_of_services(principal),
        };
        for (holder, read) in self.snapshot.identity_policies(id) {
            class.push(holder, read);
        }
        if let Some(boundary) = &principal.boundary {
            match &boundary.policy {
                Some(policy) => class.boundary.push(Attached::new(
                    Arc::clone(&boundary.name),
                    Arc::clone(policy),
                )),
                None => class.unread.push(Arc::clone(&boundary.name)),
            }
        }
        if let Some(rails) = self.guardrails.get(&principal.account) {
            class.unread.extend(rails.unread.iter().cloned());
        }
        class.touches = touches(&class.identity, &self.methods.actions);
        class
    }

    /// What is known of every request of a principal. All else is not known:
    /// from where, with MFA or without, in which region.
    fn context(&self, principal: &Principal) -> Context {
        let now = self.now.to_string();
        let mut context = Context::incomplete()
            .with("aws:CurrentTime", &now)
            .with("aws:TokenIssueTime", &now)
            .with("aws:EpochTime", &self.now.seconds().to_string())
            .with("aws:SecureTransport", "true")
            .with("aws:ViaAWSService", "false");
        if principal.kind == Kind::User && !principal.unique_id.is_empty() {
            context = context.with("aws:userid", &principal.unique_id);
        }
        if let Some(organization) = &self.snapshot.organization {
            context = context.with("aws:PrincipalOrgID", organization);
        }
        with_tags(
            context,
            "aws:PrincipalTag/",
            &self.tags.principal,
            principal,
        )
    }

    /// What is known of a request on a principal, beside what is known of the
    /// one who asks.
    fn about(&self, context: Context, target: &Principal) -> Context {
        let mut context = with_tags(context, "aws:ResourceTag/", &self.tags.resource, target);
        context = with_tags(context, "iam:ResourceTag/", &self.tags.resource, target);
        match &target.boundary {
            Some(boundary) => match &boundary.arn {
                Some(arn) => context.with("iam:PermissionsBoundary", arn),
                None => context,
            },
            None => context.with_value(
                "iam:PermissionsBoundary",
                ContextValue::Many(Box::default()),
            ),
        }
    }

    /// Asks whether a member of a class may do an action of the methods to a
    /// resource of its own account.
    pub(super) fn ask(&self, class: &Class, member: Id, what: &Question<'_>) -> Outcome {
        if !class.touches(what.action) || self.is_closed(what) {
            return Outcome::No;
        }
        let (Some(principal), Some(action)) = (
            self.askers.get(member).and_then(Option::as_ref),
            self.methods.actions.get(what.action),
        ) else {
            return Outcome::No;
        };
        self.asked(class, principal, action, what)
    }

    /// Whether IAM refuses the action on a role that only AWS itself changes.
    fn is_closed(&self, what: &Question<'_>) -> bool {
        let target = what.target.and_then(|id| self.snapshot.principals.get(id));
        target.is_some_and(Principal::is_reserved)
            && self
                .methods
                .actions
                .get(what.action)
                .is_some_and(|one| one.lower().starts_with("iam:"))
            && !self.methods.is_pass_role(what.action)
    }

    /// The whole answer to the same question.
    pub(super) fn explain(&self, class: &Class, member: Id, what: &Question<'_>) -> Option<Answer> {
        self.with_request(class, member, what, evaluate)
    }

    fn with_request<T>(
        &self,
        class: &Class,
        member: Id,
        what: &Question<'_>,
        answer: impl FnOnce(&Request<'_>, &Stack<'_>) -> T,
    ) -> Option<T> {
        let principal = self.askers.get(member)?.as_ref()?;
        let action = self.methods.actions.get(what.action)?;
        self.with_action(class, principal, action, what, answer)
    }

    fn with_action<T>(
        &self,
        class: &Class,
        principal: &Asker,
        action: &Action,
        what: &Question<'_>,
        answer: impl FnOnce(&Request<'_>, &Stack<'_>) -> T,
    ) -> Option<T> {
        let owner = what.owner.unwrap_or(&class.account);
        let resource = Resource::new(what.resource, Some(owner)).ok()?;
        let mut changed = None;
        if let Some(target) = what.target.and_then(|id| self.snapshot.principals.get(id)) {
            changed = Some(self.about(class.context.clone(), target));
        }
        for (key, value) in what.context {
            let context = changed.unwrap_or_else(|| class.context.clone());
            changed = Some(match *value {
                "" => context.with_value(key, ContextValue::Many(Box::default())),
                value => context.with(key, value),
            });
        }
        let request = Request {
            principal,
            action,
            resource: &resource,
            context: changed.as_ref().unwrap_or(&class.context),
        };
        let above = |account: &str| self.guardrails.get(account);
        let stack = Stack {
            identity: &class.identity,
            boundaries: &class.boundary,
            resource: what.policies,
            service_control: above(&class.account).map_or(&[], |rails| &rails.service),
            resource_control: match what.policies {
                [] => &[],
                _ => above(owner).map_or(&[], |rails| &rails.resource),
            },
            ..Stack::default()
        };
        Some(answer(&request, &stack))
    }

    /// Asks about any action, also one that no method has.
    pub(super) fn ask_action(
        &self,
        class: &Class,
        member: Id,
        action: &Action,
        what: &Question<'_>,
    ) -> Outcome {
        let Some(principal) = self.askers.get(member).and_then(Option::as_ref) else {
            return Outcome::No;
        };
        self.asked(class, principal, action, what)
    }

    /// The same, asked by another ARN of a member: a session of a role.
    pub(super) fn ask_as(
        &self,
        class: &Class,
        arn: &str,
        action: &Action,
        what: &Question<'_>,
    ) -> Outcome {
        Asker::parse(arn).map_or(Outcome::No, |asker| self.asked(class, &asker, action, what))
    }

    fn asked(&self, class: &Class, asker: &Asker, action: &Action, what: &Question<'_>) -> Outcome {
        let outcome = self.asked_once(class, asker, action, what);
        if class.is_of_services && outcome.depends_on_key(MFA) {
            return self.asked_without_mfa(class, asker, action, what, outcome);
        }
        outcome
    }

    /// A session that a service holds never has a second factor: the key is
    /// `false` or not there.
    fn asked_without_mfa(
        &self,
        class: &Class,
        asker: &Asker,
        action: &Action,
        what: &Question<'_>,
        unsure: Outcome,
    ) -> Outcome {
        let [with_false, absent] = ["false", ""].map(|value| {
            let context: Vec<_> = what.context.iter().copied().chain([(MFA, value)]).collect();
            let what = Question {
                context: &context,
                ..*what
            };
            self.asked_once(class, asker, action, &what)
        });
        if with_false == absent {
            return absent;
        }
        unsure
    }

    fn asked_once(
        &self,
        class: &Class,
        asker: &Asker,
        action: &Action,
        what: &Question<'_>,
    ) -> Outcome {
        self.with_action(class, asker, action, what, |request, stack| {
            self.outcome(class, request, stack)
        })
        .unwrap_or(Outcome::No)
    }

    fn outcome(&self, class: &Class, request: &Request<'_>, stack: &Stack<'_>) -> Outcome {
        match permits(request, stack, &CHOSEN) {
            Permit::Yes => self.unless_unread(class),
            Permit::No => Outcome::No,
            Permit::If(keys) => self.unless_unread(class).and(depends_on(&keys)),
        }
    }

    /// The whole answer to the same question.
    pub(super) fn explain_action(
        &self,
        class: &Class,
        member: Id,
        action: &Action,
        what: &Question<'_>,
    ) -> Option<Answer> {
        let principal = self.askers.get(member)?.as_ref()?;
        self.with_action(class, principal, action, what, evaluate)
    }

    /// A policy that was not read may deny what the others allow.
    fn unless_unread(&self, class: &Class) -> Outcome {
        let unread = class.unread.iter();
        Outcome::Yes(
            unread
                .map(|name| Dependency::Policy(Untrusted::new(&**name)))
                .collect(),
        )
    }

    /// A role's trust policy, as the evaluator takes it.
    pub(super) fn trust(&self, role: Id) -> &[Attached] {
        self.trusts.get(role).map_or(&[], Vec::as_slice)
    }

    /// The services that a role trusts, each asked of the evaluator.
    pub(super) fn services(&self, role: Id) -> &[String] {
        let Some(cell) = self.services.get(role) else {
            return &[];
        };
        cell.get_or_init(|| self.find_services(role))
    }

    fn find_services(&self, role: Id) -> Vec<String> {
        let Some(principal) = self.snapshot.principals.get(role) else {
            return Vec::new();
        };
        let mut found = BTreeSet::new();
        for trust in self.trust(role) {
            for statement in trust.policy.statements() {
                let listed = statement.principals().map_or(&[][..], Scope::listed);
                found.extend(listed.iter().filter_map(|pattern| match pattern {
                    PrincipalPattern::Service(name) | PrincipalPattern::Federated(name) => {
                        Some(name.to_string())
                    }
                    _ => None,
                }));
            }
        }
        found.retain(|service| self.may_be_assumed_by(role, principal, service));
        found
            .into_iter()
            .map(|service| without_region(&service))
            .collect()
    }

    fn may_be_assumed_by(&self, role: Id, principal: &Principal, service: &str) -> bool {
        let (Ok(asker), Ok(resource)) =
            (Asker::parse(service), Resource::new(&principal.arn, None))
        else {
            return false;
        };
        let context = Context::incomplete();
        let stack = Stack {
            resource: self.trust(role),
            ..Stack::default()
        };
        ["sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"]
            .iter()
            .any(|action| {
                Action::new(action).is_ok_and(|action| {
                    let request = Request {
                        principal: &asker,
                        action: &action,
                        resource: &resource,
                        context: &context,
                    };
                    matches!(
                        decide(&request, &stack),
                        Decision::Allow | Decision::Unknown
                    )
                })
            })
    }

    /// The patterns of resources for which a class's statements allow any of
    /// these actions, as the policies spell them.
    pub(super) fn patterns<'c>(&self, class: &'c Class, actions: &[usize]) -> BTreeSet<&'c str> {
        let lower: Vec<&str> = actions
            .iter()
            .filter_map(|at| self.methods.actions.get(*at))
            .map(Action::lower)
            .collect();
        class.patterns(&lower)
    }
}

impl Class {
    /// The patterns of resources for which statements allow any of these
    /// actions, which are in lower case.
    pub(super) fn patterns(&self, lower: &[&str]) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        for statement in self.identity.iter().flat_map(|one| one.policy.statements()) {
            if statement.effect() != Effect::Allow
                || !lower.iter().any(|action| statement.actions().names(action))
            {
                continue;
            }
            match statement.resources() {
                Some(Scope::Only(patterns)) => {
                    found.extend(patterns.iter().map(|pattern| pattern.as_str()))
                }
                _ => {
                    found.insert("*");
                }
            }
        }
        found
    }
}

/// A question to the evaluator.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Question<'q> {
    /// Number of the action.
    pub(super) action: usize,
    /// ARN of the resource, or `*`.
    pub(super) resource: &'q str,
    /// Its account, where it is not the asker's.
    pub(super) owner: Option<&'q str>,
    /// The principal that the resource is.
    pub(super) target: Option<Id>,
    /// The policies attached to the resource.
    pub(super) policies: &'q [Attached],
    /// Keys that this request has; without a value, one that it has not.
    pub(super) context: &'q [(&'q str, &'q str)],
}

/// What makes principals alike.
#[derive(Debug, PartialEq, Eq, Hash)]
struct ClassKey {
    account: Arc<str>,
    kind: Kind,
    linked: bool,
    of_services: bool,
    policies: Vec<(bool, *const Policy)>,
    alone: Option<Id>,
}

/// Keys of tags that some policy looks at: a tag that nobody looks at need not
/// be in a context, and one that is looked at is known to be there or not.
#[derive(Debug, Default)]
struct TagKeys {
    principal: BTreeSet<String>,
    resource: BTreeSet<String>,
}

impl TagKeys {
    fn of(snapshot: &Snapshot) -> Self {
        let mut keys = Self::default();
        let mut seen: std::collections::HashSet<*const Policy> = std::collections::HashSet::new();
        let own = snapshot
            .principals
            .iter()
            .flat_map(|one| one.policies.iter().chain(&one.boundary).chain(&one.trust));
        let groups = snapshot.groups.iter().flat_map(|group| &group.policies);
        let accounts = snapshot.accounts.values();
        let levels =
            accounts.flat_map(|one| one.service_control.iter().chain(&one.resource_control));
        let above = levels.flat_map(|level| &level.policies);
        for policy in own
            .chain(groups)
            .chain(above)
            .filter_map(|read| read.policy.as_ref())
        {
            if seen.insert(Arc::as_ptr(policy)) {
                keys.note(policy);
            }
        }
        keys
    }

    fn note(&mut self, policy: &Policy) {
        for statement in policy.statements() {
            for condition in statement.conditions() {
                self.note_key(condition.key());
                condition
                    .values()
                    .iter()
                    .for_each(|one| self.note_variables(one));
            }
            let resources = statement.resources().map_or(&[][..], Scope::listed);
            resources
                .iter()
                .for_each(|one| self.note_variables(one.as_str()));
        }
    }

    /// `${aws:PrincipalTag/team}`, also with a default.
    fn note_variables(&mut self, text: &str) {
        for after in text.split("${").skip(1) {
            let inside = after.split('}').next().unwrap_or_default();
            self.note_key(inside.split(',').next().unwrap_or_default().trim());
        }
    }

    fn note_key(&mut self, key: &str) {
        let Some((family, tag)) = key.split_once('/') else {
            return;
        };
        match family.to_ascii_lowercase().as_str() {
            "aws:principaltag" => drop(self.principal.insert(tag.to_owned())),
            "aws:resourcetag" | "iam:resourcetag" => drop(self.resource.insert(tag.to_owned())),
            _ => {}
        }
    }
}

fn with_tags(
    mut context: Context,
    family: &str,
    looked_at: &BTreeSet<String>,
    principal: &Principal,
) -> Context {
    for key in looked_at {
        let tag = principal
            .tags
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(key));
        let value = match tag {
            Some((_, value)) => ContextValue::One(value.as_str().into()),
            None => ContextValue::Many(Box::default()),
        };
        context = context.with_value(&format!("{family}{key}"), value);
    }
    context
}

/// Whether a policy's answer can depend on who of several asks.
fn is_personal(policy: &Policy) -> bool {
    policy.statements().iter().any(|statement| {
        let resources = statement.resources().map_or(&[][..], Scope::listed);
        let by_variable = resources.iter().any(|one| one.as_str().contains("${"));
        by_variable
            || statement.conditions().iter().any(|condition| {
                let key = condition.key_lower();
                key.starts_with("aws:principal")
                    || matches!(key, "aws:userid" | "aws:username")
                    || condition.values().iter().any(|value| value.contains("${"))
            })
    })
}

/// Whether a policy tells principals of one account apart by anything but
/// naming them.
pub(super) fn looks_at_the_asker(trust: &[Attached]) -> bool {
    trust.iter().any(|one| is_personal(&one.policy))
}

/// Which actions some `Allow` of the policies touches.
fn touches(identity: &[Attached], actions: &[Action]) -> Vec<bool> {
    let statements = || identity.iter().flat_map(|one| one.policy.statements());
    actions
        .iter()
        .map(|action| {
            statements()
                .any(|one| one.effect() == Effect::Allow && one.actions().names(action.lower()))
        })
        .collect()
}

fn trust(principal: &Principal) -> Vec<Attached> {
    let read = principal.trust.as_ref();
    let policy = read.and_then(|read| read.policy.as_ref());
    policy
        .map(|policy| Attached::new("trust policy", Arc::clone(policy)))
        .into_iter()
        .collect()
}

/// Whether a principal is a role whose trust policy lets services in and nobody
/// else.
fn is_of_services(principal: &Principal) -> bool {
    let read = principal.trust.as_ref();
    let Some(policy) = read.and_then(|read| read.policy.as_ref()) else {
        return false;
    };
    let allowing = policy.statements().iter();
    let mut allowing = allowing.filter(|one| one.effect() == Effect::Allow);
    allowing.all(|one| match one.principals() {
        Some(Scope::Only(named)) => named
            .iter()
            .all(|one| matches!(one, PrincipalPattern::Service(_))),
        _ => false,
    })
}

/// Most policies of an account's own that are tried for attaching.
const MAX_POLICIES: usize = 4;

fn powerful(snapshot: &Snapshot) -> HashMap<Arc<str>, Vec<String>> {
    let accounts = snapshot.accounts.iter();
    let of = accounts.map(|(id, account)| {
        let free = account
            .policies
            .iter()
            .filter(|(_, one)| one.allows_everything());
        let arns = free.map(|(arn, _)| arn.clone()).take(MAX_POLICIES);
        (id.as_str().into(), arns.collect())
    });
    of.collect()
}

fn guardrails(snapshot: &Snapshot) -> HashMap<Arc<str>, Guardrails> {
    snapshot
        .accounts
        .iter()
        .map(|(id, account)| {
            let mut rails = Guardrails::default();
            rails.service = levels(&account.service_control, &mut rails.unread);
            rails.resource = levels(&account.resource_control, &mut rails.unread);
            (id.as_str().into(), rails)
        })
        .collect()
}

fn levels(levels: &[crate::snapshot::Level], unread: &mut Vec<Arc<str>>) -> Vec<Level> {
    let level = |level: &crate::snapshot::Level| {
        let mut policies = Vec::new();
        for read in &level.policies {
            match &read.policy {
                Some(policy) => {
                    policies.push(Attached::new(Arc::clone(&read.name), Arc::clone(policy)))
                }
                None => unread.push(Arc::clone(&read.name)),
            }
        }
        Level {
            name: level.name.as_str().into(),
            policies,
        }
    };
    levels.iter().map(level).collect()
}

fn depends_on(keys: &[String]) -> Outcome {
    let keys = keys.iter().map(|key| Untrusted::new(key.as_str()));
    Outcome::Yes(keys.map(Dependency::ContextKey).collect())
}

/// `states.eu-west-1.amazonaws.com` is `states.amazonaws.com`.
fn without_region(service: &str) -> String {
    let mut labels: Vec<&str> = service.split('.').collect();
    let is_region =
        |label: &str| label.contains('-') && label.ends_with(|c: char| c.is_ascii_digit());
    if labels.len() > 3 && labels.get(1).is_some_and(|label| is_region(label)) {
        labels.remove(1);
    }
    labels.join(".")
}

/// The partition of an ARN.
pub(super) fn partition(arn: &str) -> &str {
    Arn::parse(arn).map_or("aws", |arn| arn.partition)
}
