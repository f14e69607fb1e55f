//! How far a snapshot's policies explain what the log says: the measure of how
//! far a replay may be believed.
//!
//! Every call that succeeded must be allowed by the policies of the snapshot,
//! every denied one must not. A call that they leave open is unknown, with
//! the reason. What a snapshot does not hold is not assumed: where only a
//! resource's own policy could have allowed or denied, and it is not in the
//! snapshot, the call is unknown.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use ahash::RandomState;
use gardefou_finding::{Disagreement, Fidelity, Outcome, Untrusted};
use gardefou_iam::request::PrincipalType;
use gardefou_iam::snapshot::{Attached as Read, Snapshot};
use gardefou_iam::{
    Arn, Attached, Decision, Level, Policy, PolicyKind, Principal, Request, Stack, evaluate,
};

use crate::effect::everything;
use crate::history::{Class, Collected};
use crate::mapping::{Call, Need};

/// Disagreements that are listed.
const MAX_LISTED: usize = 200;

/// What stands for a resource's own policy that the snapshot lacks.
const RESOURCE_POLICY: &str = "the resource's policy";
/// What stands for policies of a principal that the snapshot lacks.
const PRINCIPAL: &str = "the principal's policies";

/// The policies of a snapshot, as the evaluator takes them.
#[derive(Debug, Default)]
pub struct Known {
    /// By ARN of the user or role.
    principals: HashMap<String, Own, RandomState>,
    /// By ARN of the resource.
    resources: HashMap<String, Vec<Attached>, RandomState>,
    /// SCPs and RCPs by account.
    accounts: HashMap<String, (Vec<Level>, Vec<Level>), RandomState>,
}

/// What a user or role has.
#[derive(Debug, Default)]
struct Own {
    identity: Vec<Attached>,
    boundary: Vec<Attached>,
    /// Whether a policy of it could not be read or is not known.
    is_partial: bool,
}

impl Known {
    /// The policies of a snapshot.
    pub fn of(snapshot: &Snapshot) -> Self {
        let mut known = Self::default();
        for (id, principal) in snapshot.principals.iter().enumerate() {
            let mut own = Own::default();
            for (_, policy) in snapshot.identity_policies(id) {
                own.is_partial |= policy.policy.is_none();
                own.identity.extend(attached(policy));
            }
            if let Some(boundary) = &principal.boundary {
                own.is_partial |= boundary.policy.is_none();
                own.boundary.extend(attached(boundary));
            }
            if let Some(trust) = principal.trust.as_ref().and_then(attached) {
                let arn = principal.arn.to_string();
                known.resources.entry(arn).or_default().push(trust);
            }
            known.principals.insert(principal.arn.to_string(), own);
        }
        for (number, account) in &snapshot.accounts {
            let levels = (
                levels(&account.service_control),
                levels(&account.resource_control),
            );
            known.accounts.insert(number.clone(), levels);
        }
        known.things(snapshot);
        known
    }

    /// Policies that resource files have: of buckets, keys and whatever names
    /// its ARN.
    fn things(&mut self, snapshot: &Snapshot) {
        for thing in &snapshot.things {
            let arn = match (thing.text("arn"), thing.text("bucket")) {
                (Some(arn), _) => arn.to_owned(),
                (None, Some(bucket)) => format!("arn:aws:s3:::{bucket}"),
                _ => continue,
            };
            let policy = match &thing.policy {
                Some(Ok(policy)) => Some(policy.clone()),
                Some(Err(())) => None,
                None => thing
                    .text("policy")
                    .and_then(|text| Policy::parse(text, PolicyKind::Resource).ok())
                    .map(Arc::new),
            };
            if let Some(policy) = policy {
                let own = Attached::new(thing.kind.as_str(), policy);
                self.resources.entry(arn).or_default().push(own);
            }
        }
    }

    /// Every policy, for the lens.
    pub fn policies(&self) -> impl Iterator<Item = &Arc<Policy>> {
        let own = self.principals.values();
        let own = own.flat_map(|one| one.identity.iter().chain(&one.boundary));
        let resources = self.resources.values().flatten();
        let levels = self.accounts.values().flat_map(|(service, resource)| {
            service
                .iter()
                .chain(resource)
                .flat_map(|level| &level.policies)
        });
        own.chain(resources).chain(levels).map(|one| &one.policy)
    }

    /// The policy of a resource; that of a bucket for what is in it.
    fn resource(&self, arn: &str) -> Option<&[Attached]> {
        let bucket = || arn.strip_prefix("arn:aws:s3:::")?.split_once('/');
        let found = self.resources.get(arn).or_else(|| {
            let (bucket, _) = bucket()?;
            self.resources.get(&format!("arn:aws:s3:::{bucket}"))
        });
        found.map(Vec::as_slice)
    }
}

fn attached(read: &Read) -> Option<Attached> {
    Some(Attached::new(read.name.clone(), read.policy.clone()?))
}

fn levels(read: &[gardefou_iam::snapshot::Level]) -> Vec<Level> {
    let one = |level: &gardefou_iam::snapshot::Level| Level {
        name: level.name.as_str().into(),
        policies: level.policies.iter().filter_map(attached).collect(),
    };
    read.iter().map(one).collect()
}

/// What the policies say of a call.
enum Verdict<'c> {
    Allowed,
    Denied(&'c Need, Decision),
    Unknown(Vec<String>),
}

/// Compares every class of calls with what the policies say.
pub fn fidelity(known: &Known, collected: &Collected) -> Fidelity {
    let mut sum = Sum::default();
    let steps = collected.steps.values();
    for class in collected.classes.values() {
        if let Some(call) = &class.call {
            sum.add(known, call, class);
        }
    }
    for step in steps {
        if let Ok(call) = &step.call {
            let class = Class {
                call: None,
                calls: 1,
                late: 0,
                first: call.time,
                last: call.time,
                example: Some(Box::new(step.event.clone())),
            };
            sum.add(known, call, &class);
        }
    }
    sum.finish()
}

/// Principal, action, resource, outcome, decision: what is one disagreement.
type About = (String, String, String, Outcome, &'static str);

#[derive(Default)]
struct Sum {
    fidelity: Fidelity,
    unknown: BTreeMap<String, u64>,
    disagreements: BTreeMap<About, Disagreement>,
}

impl Sum {
    fn add(&mut self, known: &Known, call: &Call, class: &Class) {
        let wanted = match call.outcome {
            Outcome::Succeeded | Outcome::DryRun => true,
            Outcome::Denied => false,
            _ => return,
        };
        let calls = class.calls;
        match (known.verdict(call), wanted) {
            (Verdict::Allowed, true) | (Verdict::Denied(..), false) => self.fidelity.agree += calls,
            (Verdict::Unknown(keys), _) => {
                self.fidelity.unknown += calls;
                for key in keys {
                    *self.unknown.entry(key).or_default() += calls;
                }
            }
            (Verdict::Allowed, false) => {
                let need = call.needs.first();
                self.disagree(call, class, need, Decision::Allow);
            }
            (Verdict::Denied(need, decision), true) => {
                self.disagree(call, class, Some(need), decision);
            }
        }
    }

    fn disagree(&mut self, call: &Call, class: &Class, need: Option<&Need>, decision: Decision) {
        self.fidelity.disagree += class.calls;
        let (Some(need), Some(example)) = (need, &class.example) else {
            return;
        };
        let principal = crate::replay::who(call);
        let (action, resource) = (need.action.as_str(), need.resource.as_str());
        let about = (
            principal.to_owned(),
            action.to_owned(),
            resource.to_owned(),
            call.outcome,
            decision.word(),
        );
        self.disagreements
            .entry(about)
            .and_modify(|one| one.calls += class.calls)
            .or_insert_with(|| Disagreement {
                principal: Untrusted::new(principal),
                action: Untrusted::new(action),
                resource: Untrusted::new(resource),
                outcome: call.outcome,
                decision: decision.word().to_owned(),
                calls: class.calls,
                example: (**example).clone(),
            });
    }

    fn finish(mut self) -> Fidelity {
        let mut all: Vec<Disagreement> = self.disagreements.into_values().collect();
        all.sort_by_key(|one| Reverse(one.calls));
        self.fidelity.left_out = all.len().saturating_sub(MAX_LISTED) as u64;
        all.truncate(MAX_LISTED);
        self.fidelity.disagreements = all;
        self.fidelity.unknown_because = crate::replay::most_first(&self.unknown);
        self.fidelity
    }
}

impl Known {
    fn verdict<'c>(&self, call: &'c Call) -> Verdict<'c> {
        let mut unknown = Vec::new();
        for need in &call.needs {
            match self.decide(call, need) {
                Ok(Decision::Allow) => {}
                Ok(decision) => return Verdict::Denied(need, decision),
                Err(keys) => unknown.extend(keys),
            }
        }
        if unknown.is_empty() {
            return Verdict::Allowed;
        }
        unknown.sort();
        unknown.dedup();
        Verdict::Unknown(unknown)
    }

    /// The decision about a need, or what would have to be known.
    fn decide(&self, call: &Call, need: &Need) -> Result<Decision, Vec<String>> {
        let principal = &call.principal;
        if need.action.as_str() == "sts:GetCallerIdentity" {
            return Ok(Decision::Allow);
        }
        let own = principal
            .principal_arn()
            .and_then(|arn| self.principals.get(arn));
        let has_identity = principal.has_identity();
        if has_identity && own.is_none() && principal.account() == Some(&*call.account) {
            return Err(vec![PRINCIPAL.to_owned()]);
        }
        let policy = self.resource(need.resource.as_str());
        // What the caller's own account allows is not in the snapshot; the
        // resource's side is judged alone.
        let is_foreign = has_identity && own.is_none();
        let empty = Own {
            identity: everything().filter(|_| is_foreign).into_iter().collect(),
            ..Own::default()
        };
        let own = own.unwrap_or(&empty);
        let none = (Vec::new(), Vec::new());
        let of = |account: Option<&str>| {
            account
                .and_then(|account| self.accounts.get(account))
                .unwrap_or(&none)
        };
        let stack = Stack {
            identity: &own.identity,
            boundaries: &own.boundary,
            resource: policy.unwrap_or_default(),
            service_control: &of(principal.account()).0,
            resource_control: &of(need.resource.account()).1,
            ..Stack::default()
        };
        let request = Request {
            principal,
            action: &need.action,
            resource: &need.resource,
            context: &need.context,
        };
        let answer = evaluate(&request, &stack);
        let keys: Vec<String> = answer
            .unknown_because()
            .map(|key| key.as_str().to_owned())
            .collect();
        match answer.decision {
            Decision::Unknown => Err(keys),
            Decision::Allow if is_foreign && call.outcome == Outcome::Denied => {
                Err(vec![PRINCIPAL.to_owned()])
            }
            Decision::ImplicitDeny if policy.is_none() && is_open(principal, need) => {
                Err(vec![RESOURCE_POLICY.to_owned()])
            }
            Decision::ImplicitDeny if own.is_partial => Err(vec![PRINCIPAL.to_owned()]),
            decision => Ok(decision),
        }
    }
}

/// Services whose resources have policies of their own.
const WITH_POLICIES: [&str; 22] = [
    "backup",
    "codeartifact",
    "codebuild",
    "dynamodb",
    "ecr",
    "elasticfilesystem",
    "es",
    "events",
    "glacier",
    "glue",
    "iot",
    "kinesis",
    "kms",
    "lambda",
    "mediastore",
    "s3",
    "s3express",
    "secretsmanager",
    "ses",
    "sns",
    "sqs",
    "sts",
];

/// Whether a resource's policy, which the snapshot does not hold, could have
/// allowed it. Who has no identity policies needs one anyhow.
fn is_open(principal: &Principal, need: &Need) -> bool {
    let has_own = WITH_POLICIES.contains(&need.action.service());
    let about_one = need.resource.as_str() != "*" && Arn::parse(need.resource.as_str()).is_some();
    let is_outside = matches!(
        principal.kind(),
        PrincipalType::Service | PrincipalType::Federated | PrincipalType::Anonymous
    );
    is_outside || (has_own && about_one)
}
