//! Who may do everything.
//!
//! "Everything" is tried with a set of actions: those that govern IAM itself,
//! some of every large service, and one of a service that does not exist,
//! which only `*` allows. What an account's service control policies take from
//! everybody is not asked for.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::world::{Class, Outcome, Question, World, partition};
use crate::policy::{Policy, PolicyKind};
use crate::request::Action;
use crate::snapshot::{Attached, Id, Kind};

/// Actions, and what they are tried on; `{account}` is filled in.
const PROBES: [(&str, &str); 24] = [
    ("iam:AttachUserPolicy", "iam::{account}:user/gardefou-probe"),
    ("gardefou-probe:Act", "gardefou-probe::{account}:thing/1"),
    ("iam:CreateUser", "iam::{account}:user/gardefou-probe"),
    ("iam:PutUserPolicy", "iam::{account}:user/gardefou-probe"),
    ("iam:CreateAccessKey", "iam::{account}:user/gardefou-probe"),
    (
        "iam:CreateLoginProfile",
        "iam::{account}:user/gardefou-probe",
    ),
    ("iam:AttachRolePolicy", "iam::{account}:role/gardefou-probe"),
    ("iam:PutRolePolicy", "iam::{account}:role/gardefou-probe"),
    (
        "iam:UpdateAssumeRolePolicy",
        "iam::{account}:role/gardefou-probe",
    ),
    (
        "iam:CreatePolicyVersion",
        "iam::{account}:policy/gardefou-probe",
    ),
    ("iam:PassRole", "iam::{account}:role/gardefou-probe"),
    ("sts:AssumeRole", "iam::{account}:role/gardefou-probe"),
    ("ec2:RunInstances", "ec2:us-east-1:{account}:instance/i-0"),
    (
        "ec2:TerminateInstances",
        "ec2:us-east-1:{account}:instance/i-0",
    ),
    ("s3:GetObject", ":s3:::gardefou-probe/object"),
    ("s3:DeleteBucket", ":s3:::gardefou-probe"),
    (
        "lambda:CreateFunction",
        "lambda:us-east-1:{account}:function:gardefou-probe",
    ),
    (
        "dynamodb:GetItem",
        "dynamodb:us-east-1:{account}:table/gardefou-probe",
    ),
    ("kms:Decrypt", "kms:us-east-1:{account}:key/gardefou-probe"),
    (
        "secretsmanager:GetSecretValue",
        "secretsmanager:us-east-1:{account}:secret:gardefou-probe",
    ),
    (
        "rds:DeleteDBInstance",
        "rds:us-east-1:{account}:db:gardefou-probe",
    ),
    (
        "cloudformation:CreateStack",
        "cloudformation:us-east-1:{account}:stack/gardefou-probe/1",
    ),
    (
        "logs:DeleteLogGroup",
        "logs:us-east-1:{account}:log-group:gardefou-probe",
    ),
    (
        "ssm:SendCommand",
        "ssm:us-east-1:{account}:document/gardefou-probe",
    ),
];

/// Actions each set of which is enough to have everything: who has one of them
/// gives the rest to another, and acts as that one.
const ENOUGH: [&[&str]; 5] = [
    &[
        "iam:CreateUser",
        "iam:AttachUserPolicy",
        "iam:CreateAccessKey",
    ],
    &["iam:CreateUser", "iam:PutUserPolicy", "iam:CreateAccessKey"],
    &[
        "iam:CreateUser",
        "iam:AttachUserPolicy",
        "iam:CreateLoginProfile",
    ],
    // A trust policy that names somebody needs no more of that one's account.
    &["iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy"],
    &["iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"],
];

/// A policy that allows everything.
const EVERYTHING: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

/// Says who may do everything.
#[derive(Debug)]
pub(super) struct Admin<'w> {
    world: &'w World<'w>,
    actions: Vec<Action>,
    everything: Option<(Arc<str>, Attached)>,
    /// For each account, the probes that its guardrails leave, with their ARNs.
    left: HashMap<Arc<str>, Vec<(usize, String)>>,
}

impl<'w> Admin<'w> {
    pub(super) fn new(world: &'w World<'w>) -> Self {
        let policy = Policy::parse(EVERYTHING, PolicyKind::Identity).ok();
        let everything = policy.map(|policy| {
            let attached = Attached {
                name: "*".into(),
                arn: None,
                policy: Some(Arc::new(policy)),
            };
            (Arc::from("*"), attached)
        });
        let mut admin = Self {
            world,
            actions: PROBES
                .iter()
                .filter_map(|(action, _)| Action::new(action).ok())
                .collect(),
            everything,
            left: HashMap::new(),
        };
        for (account, classes) in &world.by_account {
            let left = admin.left_by_guardrails(account, classes);
            admin.left.insert(Arc::clone(account), left);
        }
        admin
    }

    /// Whether a member of a class may do everything.
    pub(super) fn is(&self, class: &Class, member: Id) -> Outcome {
        let Some(left) = self.left.get(&class.account) else {
            return Outcome::No;
        };
        if left.len() * 2 < PROBES.len() {
            return Outcome::No;
        }
        let mut outcome = Outcome::certain();
        for (at, resource) in left {
            outcome = outcome.and(self.probe(class, member, *at, resource));
            if !outcome.is_yes() {
                break;
            }
        }
        outcome
    }

    /// Whether it could if it gave itself any identity policy: its boundary,
    /// its denials and the guardrails stay.
    ///
    /// A denial that leaves it the means to hand out what it lacks, to
    /// somebody else, does not hold it.
    pub(super) fn would_be(&self, class: &Class, member: Id) -> Outcome {
        let more: Vec<_> = self.everything.iter().cloned().collect();
        let class = class.adding(&more);
        let whole = self.is(&class, member);
        if whole.doubt() == 0 {
            return whole;
        }
        let enough = ENOUGH.iter().map(|set| self.has_all(&class, member, set));
        enough.fold(whole, |best, one| {
            if one.doubt() < best.doubt() {
                one
            } else {
                best
            }
        })
    }

    fn has_all(&self, class: &Class, member: Id, names: &[&str]) -> Outcome {
        let left = self.left.get(&class.account).map_or(&[][..], Vec::as_slice);
        let mut outcome = Outcome::certain();
        for name in names {
            let probe = left
                .iter()
                .find(|(at, _)| PROBES.get(*at).is_some_and(|(action, _)| action == name));
            outcome = match probe {
                Some((at, resource)) => outcome.and(self.probe(class, member, *at, resource)),
                None => Outcome::No,
            };
            if !outcome.is_yes() {
                break;
            }
        }
        outcome
    }

    fn probe(&self, class: &Class, member: Id, at: usize, resource: &str) -> Outcome {
        let Some(action) = self.actions.get(at) else {
            return Outcome::No;
        };
        let what = Question {
            resource,
            ..Question::default()
        };
        self.world.ask_action(class, member, action, &what)
    }

    fn left_by_guardrails(&self, account: &str, classes: &[usize]) -> Vec<(usize, String)> {
        let world = self.world;
        let of = |id: &usize| world.classes.get(*id);
        let ordinary = classes
            .iter()
            .filter_map(of)
            .find(|class| class.kind == Kind::User || !is_linked(world, class.first()));
        let Some(class) = ordinary else {
            return Vec::new();
        };
        let arn = world
            .snapshot
            .principals
            .get(class.first())
            .map_or("", |one| &one.arn);
        let bare = class.unbounded().without_identity();
        let more: Vec<_> = self.everything.iter().cloned().collect();
        let free = bare.adding(&more);
        let probes = PROBES.iter().enumerate().map(|(at, (_, form))| {
            let form = form.replace("{account}", account);
            (
                at,
                format!("arn:{}:{}", partition(arn), form.trim_start_matches(':')),
            )
        });
        probes
            .filter(|(at, resource)| self.probe(&free, class.first(), *at, resource).is_yes())
            .collect()
    }
}

fn is_linked(world: &World<'_>, id: Id) -> bool {
    world
        .snapshot
        .principals
        .get(id)
        .is_some_and(|one| one.is_service_linked())
}

/// Administrators, and those who may be ones.
pub(super) type Administrators = BTreeMap<Id, Outcome>;

/// Asks every class, and each member of those that look at who asks.
pub(super) fn administrators(world: &World<'_>, admin: &Admin<'_>) -> Administrators {
    let mut found = Administrators::new();
    for class in &world.classes {
        let outcome = admin.is(class, class.first());
        if outcome.is_yes() {
            found.extend(
                class
                    .members
                    .iter()
                    .map(|member| (*member, outcome.clone())),
            );
        }
    }
    found
}
