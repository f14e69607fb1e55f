//! Paths for people: each step with the statements that allow it.

use std::collections::BTreeSet;
use std::sync::Arc;

use gardefou_finding::{
    AuditPath, Certainty, Dependency, Goal, PathStep, Severity, StatementPlace, StepMethod,
    StepPermission, Untrusted,
};

use super::admin::Administrators;
use super::hypothesis::Hypothesis;
use super::method::On;
use super::search::{Found, Readers, Way, bucket_policy, objects};
use super::seed::To;
use super::step::{Aim, Use, question};
use super::together::Together;
use super::world::{Class, Outcome, Question, World};
use crate::policy::Effect;
use crate::request::Action;
use crate::snapshot::Id;
use crate::{Answer, Decision, Layer, Reason};

/// Longest path that is told; a longer one has shorter ones in it.
const MAX_STEPS: usize = 64;

/// How many of the things that a path depends on make it doubtful. Things
/// that a snapshot never shows (that an instance runs) do not.
pub(super) fn doubts(depends: &BTreeSet<Dependency>) -> u32 {
    let real = depends
        .iter()
        .filter(|one| !matches!(one, Dependency::Circumstance(_)));
    u32::try_from(real.count()).unwrap_or(u32::MAX)
}

/// Writes paths down.
pub(super) struct Teller<'w> {
    world: &'w World<'w>,
    most: usize,
    paths: Vec<AuditPath>,
    left_out: u64,
}

impl<'w> Teller<'w> {
    pub(super) fn new(world: &'w World<'w>, most: usize) -> Self {
        Self {
            world,
            most,
            paths: Vec::new(),
            left_out: 0,
        }
    }

    /// The paths, most severe first, and how many did not fit.
    pub(super) fn finish(mut self) -> (Vec<AuditPath>, u64) {
        for path in &mut self.paths {
            path.id = identifier(path);
        }
        self.paths.sort_by(|a, b| {
            let key = |path: &AuditPath| {
                (
                    std::cmp::Reverse((path.severity, path.certainty)),
                    path.steps.len(),
                )
            };
            key(a)
                .cmp(&key(b))
                .then_with(|| (&a.from, &a.to).cmp(&(&b.from, &b.to)))
        });
        (self.paths, self.left_out)
    }

    /// Every way to administrators.
    pub(super) fn administrators(&mut self, found: &Found, admins: &Administrators, most: usize) {
        for (from, ways) in &found.ways {
            for way in worth_telling(ways, most) {
                let Some(chain) = chain(*from, way, found, &|id| admins.contains_key(&id)) else {
                    continue;
                };
                let mut depends = depends_of(&chain);
                if let Some((_, last)) = chain.last() {
                    depends.extend(end_depends(last, admins));
                }
                self.path(*from, &chain, Goal::Administrator, depends, None);
            }
        }
    }

    /// Every way to a bucket.
    pub(super) fn bucket(&mut self, name: &str, found: &Found, readers: &Readers, most: usize) {
        for (from, ways) in &found.ways {
            for way in worth_telling(ways, most) {
                let Some(chain) = chain(*from, way, found, &|id| readers.contains_key(&id)) else {
                    continue;
                };
                let Some(To::Principal(reader)) = chain.last().map(|(_, way)| &way.to) else {
                    continue;
                };
                let mut depends = depends_of(&chain);
                if let Some(Outcome::Yes(on)) = readers.get(reader) {
                    depends.extend(on.iter().cloned());
                }
                let last = self.reading(*reader, name);
                self.path(*from, &chain, Goal::Data, depends, Some(last));
            }
        }
    }

    /// A way by two principals that one holds.
    pub(super) fn together(&mut self, together: &Together) {
        let steps: Vec<(Id, &Way)> = together.steps.iter().map(|(id, way)| (*id, way)).collect();
        let depends = depends_of(&steps);
        self.path(together.from, &steps, Goal::Administrator, depends, None);
    }

    /// A way without a target.
    pub(super) fn hypothesis(&mut self, hypothesis: Hypothesis) {
        let depends = hypothesis
            .uses
            .first()
            .map(|one| one.depends.clone())
            .unwrap_or_default();
        let way = Way {
            to: To::New(hypothesis.to),
            uses: hypothesis.uses,
            ends: true,
            cost: 0,
        };
        let first = self.paths.len();
        self.path(
            hypothesis.from,
            &[(hypothesis.from, &way)],
            Goal::Administrator,
            depends,
            None,
        );
        for path in self.paths.iter_mut().skip(first) {
            path.certainty = Certainty::NoTarget;
            path.severity = Severity::Low;
        }
    }

    fn path(
        &mut self,
        from: Id,
        chain: &[(Id, &Way)],
        goal: Goal,
        depends: BTreeSet<Dependency>,
        last: Option<PathStep>,
    ) {
        if self.paths.len() >= self.most {
            self.left_out += 1;
            return;
        }
        let mut steps: Vec<PathStep> = chain
            .iter()
            .map(|(actor, way)| self.step(*actor, way))
            .collect();
        steps.extend(last);
        let certainty = if doubts(&depends) == 0 {
            Certainty::Proven
        } else {
            Certainty::Depends
        };
        let mut methods: Vec<String> = Vec::new();
        for method in steps.iter().flat_map(|step| &step.methods) {
            if !methods.contains(&method.id) {
                methods.push(method.id.clone());
            }
        }
        let to = steps.last().map(|step| step.to.clone()).unwrap_or_default();
        let from = self.arn(from);
        self.paths.push(AuditPath {
            id: String::new(),
            severity: severity(goal, certainty),
            from,
            to,
            goal,
            certainty,
            methods,
            steps,
            depends_on: depends.into_iter().collect(),
        });
    }

    fn arn(&self, id: Id) -> Untrusted {
        Untrusted::new(
            self.world
                .snapshot
                .principals
                .get(id)
                .map_or("", |one| &one.arn),
        )
    }

    fn step(&self, actor: Id, way: &Way) -> PathStep {
        let to = match &way.to {
            To::Principal(id) => self.arn(*id),
            To::New(form) => Untrusted::new(form.as_str()),
        };
        let first = way.uses.first();
        PathStep {
            from: self.arn(actor),
            to,
            methods: way.uses.iter().filter_map(|one| self.method(one)).collect(),
            through: first
                .and_then(|one| one.through.as_deref())
                .map(Untrusted::new),
            permissions: first
                .map(|one| self.permissions(actor, way, one))
                .unwrap_or_default(),
        }
    }

    fn method(&self, one: &Use) -> Option<StepMethod> {
        let method = self.world.methods.methods.get(one.method)?;
        let [title, title_fr] = method.title.clone();
        Some(StepMethod {
            id: method.id.clone(),
            also: method.also.clone(),
            title,
            title_fr,
        })
    }

    fn class(&self, member: Id) -> Option<&Class> {
        self.world.classes.get(*self.world.class_of.get(member)?)
    }

    /// What the best method needs, with the statements that allow it.
    fn permissions(&self, actor: Id, way: &Way, one: &Use) -> Vec<StepPermission> {
        let (Some(method), Some(class)) = (
            self.world.methods.methods.get(one.method),
            self.class(actor),
        ) else {
            return Vec::new();
        };
        let mut all = Vec::new();
        for need in &method.needs {
            let Some((_, chosen)) = one.chosen.iter().find(|(on, _)| *on == need.on) else {
                continue;
            };
            let target = match (&way.to, &need.on) {
                (To::Principal(id), On::Target) => Some(*id),
                _ => None,
            };
            let statements = self.statements(
                class,
                actor,
                need.action,
                &need.on,
                &chosen.resource,
                target,
                one,
            );
            all.push(StepPermission {
                action: self
                    .world
                    .methods
                    .actions
                    .get(need.action)
                    .map_or("", Action::as_str)
                    .to_owned(),
                resource: Untrusted::new(chosen.shown.as_str()),
                statements,
            });
        }
        all
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one question")]
    fn statements(
        &self,
        class: &Class,
        actor: Id,
        action: usize,
        on: &On,
        resource: &str,
        target: Option<Id>,
        one: &Use,
    ) -> Vec<StatementPlace> {
        let aim = Aim {
            target,
            itself: one.written,
            ..Aim::default()
        };
        let passed = one
            .service
            .as_deref()
            .filter(|_| self.world.methods.is_pass_role(action));
        let context: Vec<(&str, &str)> = passed
            .map(|service| ("iam:PassedToService", service))
            .into_iter()
            .collect();
        let mut what = question(action, on, resource, actor, &aim, &context);
        let role = target.filter(|_| self.world.methods.is_assume_role(action));
        let principal = role.and_then(|id| self.world.snapshot.principals.get(id));
        if let (Some(id), Some(principal)) = (role, principal) {
            what.policies = self.world.trust(id);
            what.owner = Some(&principal.account);
        }
        let answer = self.world.explain(class, actor, &what);
        let holder = principal.map(|one| &one.arn);
        answer
            .map(|answer| places(&answer, class, holder))
            .unwrap_or_default()
    }

    /// The last step of a way to a bucket.
    fn reading(&self, reader: Id, name: &str) -> PathStep {
        let owner = self.world.snapshot.things.iter().find(|one| {
            one.kind == "aws_s3_bucket" && (one.text("bucket") == Some(name) || one.name == name)
        });
        let policy = bucket_policy(self.world, name);
        let mut permission = StepPermission {
            action: "s3:GetObject".to_owned(),
            resource: Untrusted::new(format!("arn:aws:s3:::{name}/*")),
            statements: Vec::new(),
        };
        if let (Some(class), Ok(action)) = (self.class(reader), Action::new("s3:GetObject")) {
            let account = owner.map_or(&*class.account, |one| &one.account);
            let holder: Arc<str> = format!("arn:aws:s3:::{name}").into();
            for resource in objects(class, name) {
                let what = Question {
                    resource: &resource,
                    owner: Some(account),
                    policies: &policy,
                    ..Question::default()
                };
                let answer = self.world.explain_action(class, reader, &action, &what);
                if let Some(answer) = answer.filter(|one| one.decision == Decision::Allow) {
                    permission.statements = places(&answer, class, Some(&holder));
                    permission.resource = Untrusted::new(resource);
                    break;
                }
            }
        }
        PathStep {
            from: self.arn(reader),
            to: Untrusted::new(format!("arn:aws:s3:::{name}")),
            methods: Vec::new(),
            through: None,
            permissions: vec![permission],
        }
    }
}

/// Most ways by the same methods that are told of one principal.
const MAX_ALIKE: usize = 3;

/// The cheapest ways, and of the others those by another method.
fn worth_telling(ways: &[Way], most: usize) -> Vec<&Way> {
    let least = ways.iter().map(|way| way.cost).min().unwrap_or(0);
    let mut told: Vec<&Way> = Vec::new();
    let methods = |way: &Way| {
        way.uses
            .iter()
            .map(|one| one.method)
            .collect::<BTreeSet<_>>()
    };
    for way in ways {
        let own = methods(way);
        let alike = told.iter().filter(|other| methods(other) == own).count();
        let known = told.iter().any(|other| !methods(other).is_disjoint(&own));
        if (way.cost == least && alike < MAX_ALIKE) || !known {
            told.push(way);
        }
    }
    told.truncate(most);
    told
}

/// A principal's way, then the best way of where it leads, to the end.
fn chain<'f>(
    from: Id,
    way: &'f Way,
    found: &'f Found,
    is_end: &dyn Fn(Id) -> bool,
) -> Option<Vec<(Id, &'f Way)>> {
    let mut chain = vec![(from, way)];
    let mut seen = BTreeSet::from([from]);
    let mut at = way;
    while let To::Principal(next) = at.to {
        if at.ends || is_end(next) {
            return Some(chain);
        }
        if !seen.insert(next) || chain.len() >= MAX_STEPS {
            return None;
        }
        at = found.ways.get(&next)?.first()?;
        chain.push((next, at));
    }
    Some(chain)
}

/// A stable name: of who, what and by which steps.
fn identifier(path: &AuditPath) -> String {
    let mut hash = fnv_start();
    for text in [path.from.as_str(), path.to.as_str()]
        .into_iter()
        .chain(path.methods.iter().map(String::as_str))
    {
        hash = fnv(hash, text);
    }
    for step in &path.steps {
        hash = fnv(hash, step.to.as_str());
    }
    format!("path-{hash:016x}")
}

/// FNV-1a, 64 bits: the start.
pub(crate) const fn fnv_start() -> u64 {
    0xcbf2_9ce4_8422_2325
}

/// FNV-1a, 64 bits, of a text and a separator: the same in every run and on
/// every machine, which the standard library's hashing does not promise.
pub(crate) fn fnv(hash: u64, text: &str) -> u64 {
    text.bytes().chain([0xff]).fold(hash, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn depends_of(chain: &[(Id, &Way)]) -> BTreeSet<Dependency> {
    let first = chain.iter().filter_map(|(_, way)| way.uses.first());
    first.flat_map(|one| one.depends.iter().cloned()).collect()
}

/// What being an administrator depends on, at the end of a way.
fn end_depends(last: &Way, admins: &Administrators) -> BTreeSet<Dependency> {
    match &last.to {
        To::Principal(id) => match admins.get(id) {
            Some(Outcome::Yes(on)) => on.clone(),
            _ => BTreeSet::new(),
        },
        To::New(_) => BTreeSet::new(),
    }
}

fn severity(goal: Goal, certainty: Certainty) -> Severity {
    match (goal, certainty) {
        (Goal::Administrator, Certainty::Proven) => Severity::High,
        (Goal::Administrator, Certainty::Depends) | (Goal::Data, Certainty::Proven) => {
            Severity::Medium
        }
        _ => Severity::Low,
    }
}

/// The statements that allow, with whose they are.
pub(crate) fn places(
    answer: &Answer,
    class: &Class,
    other: Option<&Arc<str>>,
) -> Vec<StatementPlace> {
    let mut all: Vec<StatementPlace> = Vec::new();
    let statements = answer.reasons.iter().flat_map(|reason| match reason {
        Reason::Statement(one) => std::slice::from_ref(one),
        Reason::UnknownKey { statements, .. } => statements,
        _ => &[],
    });
    for one in statements {
        if one.effect != Effect::Allow || !matches!(one.layer, Layer::Identity | Layer::Resource) {
            continue;
        }
        let named = one
            .policy
            .as_str()
            .parse()
            .ok()
            .and_then(|at: usize| class.names.get(at));
        let (holder, policy) = match (one.layer, named) {
            (Layer::Identity, Some((holder, policy))) => (&**holder, Untrusted::new(&**policy)),
            _ => (other.map_or("", |arn| arn), one.policy.clone()),
        };
        let place = StatementPlace {
            holder: Untrusted::new(holder),
            policy,
            statement: one.index as u64,
            sid: one.sid.clone(),
        };
        if !all.contains(&place) {
            all.push(place);
        }
    }
    all
}
