//! What the incident's identities could do before a plan and can do after it,
//! by the policies of a snapshot.
//!
//! An identity acts through means: a long-lived credential, or a session that
//! was issued before the plan. A credential that a step takes away is no means
//! any more. For those that remain, the evaluator is asked, with the policies
//! as the plan leaves them, for every action that the identity's policies name
//! and for a list of actions of many services. What is not known counts as
//! allowed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gardefou_finding::{Holder, Plan, PlanProof, Power, PowerMeans, Thing, Timestamp, Untrusted};
use gardefou_iam::graph::{Analysis, Limits, analyse};
use gardefou_iam::policy::Effect;
use gardefou_iam::snapshot::{Attached as Read, Id, Kind, Snapshot};
use gardefou_iam::{
    Action, Attached, Context, Decision, Level, Policy, PolicyKind, Principal as Asker, Request,
    Resource, Stack, decide,
};

use crate::plan::{Request as PlanRequest, principal_named};

/// Actions of many services: enough for a policy that allows anything with a
/// wildcard to allow one of them.
const ACTIONS: &[&str] = &[
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreateUser",
    "iam:AttachUserPolicy",
    "iam:PutUserPolicy",
    "iam:PutRolePolicy",
    "iam:UpdateAssumeRolePolicy",
    "iam:PassRole",
    "iam:DeleteUserPolicy",
    "iam:ListUsers",
    "sts:AssumeRole",
    "sts:GetFederationToken",
    "ec2:RunInstances",
    "ec2:TerminateInstances",
    "ec2:DescribeInstances",
    "s3:GetObject",
    "s3:PutObject",
    "s3:ListAllMyBuckets",
    "kms:Decrypt",
    "secretsmanager:GetSecretValue",
    "ssm:SendCommand",
    "ssm:GetParameter",
    "lambda:CreateFunction",
    "lambda:InvokeFunction",
    "lambda:UpdateFunctionCode",
    "ecs:RunTask",
    "ecs:CreateService",
    "autoscaling:CreateAutoScalingGroup",
    "cloudformation:CreateStack",
    "codebuild:StartBuild",
    "dynamodb:GetItem",
    "rds:DeleteDBInstance",
    "ses:SendEmail",
    "bedrock:InvokeModel",
    "sagemaker:CreateNotebookInstance",
    "glue:CreateDevEndpoint",
    "events:PutRule",
    "cloudtrail:StopLogging",
    "guardduty:DeleteDetector",
    "organizations:LeaveOrganization",
];

/// Actions whose being allowed, all of them, is called administrator.
const EVERYTHING: &[&str] = &[
    "iam:PutUserPolicy",
    "iam:CreateAccessKey",
    "ec2:RunInstances",
    "s3:GetObject",
    "kms:Decrypt",
    "lambda:CreateFunction",
    "cloudtrail:StopLogging",
];

/// Most examples of what is allowed.
const MAX_EXAMPLES: usize = 10;

/// Says what a plan achieves.
pub fn prove(request: &PlanRequest<'_>, snapshot: &Snapshot, plan: &Plan) -> PlanProof {
    let (people, not_in_snapshot) = people(request, snapshot);
    let after = carried_out(snapshot, plan);
    let (before_graph, after_graph) = (paths(snapshot, request.now), paths(&after, request.now));
    // Sessions that are out were issued before the plan's time.
    let issued = Timestamp::from_seconds(request.now.seconds() - 60).unwrap_or(request.now);
    let mut proof = PlanProof {
        before: Vec::new(),
        after: Vec::new(),
        not_in_snapshot,
        asked: 0,
        responder_can: request
            .responder
            .and_then(|who| responder_can(&after, who, plan, request.now)),
    };
    for (id, means) in people {
        let Some(arn) = snapshot.principals.get(id).map(|one| Arc::clone(&one.arn)) else {
            continue;
        };
        let look = |snapshot: &Snapshot, graph: &Analysis| {
            let id = snapshot.principal(&arn)?;
            Some(power(&World { snapshot, graph }, id, means, issued))
        };
        if let Some((power, asked)) = look(snapshot, &before_graph) {
            proof.asked += asked;
            proof.before.extend(Some(power).filter(has_any));
        }
        if is_shut(plan, snapshot, id, means) {
            continue;
        }
        if let Some((power, asked)) = look(&after, &after_graph) {
            proof.asked += asked;
            proof.after.extend(Some(power).filter(has_any));
        }
    }
    proof
}

fn has_any(power: &Power) -> bool {
    power.actions > 0 || power.administrator || !power.becomes.is_empty()
}

fn paths(snapshot: &Snapshot, now: Timestamp) -> Analysis {
    // The methods are in the program; a test holds that they load.
    analyse(snapshot, now, &Limits::default()).unwrap_or_default()
}

/// The incident's principals with the means of each, and those that the
/// snapshot does not have.
fn people(
    request: &PlanRequest<'_>,
    snapshot: &Snapshot,
) -> (BTreeSet<(Id, PowerMeans)>, Vec<Untrusted>) {
    let mut people = BTreeSet::new();
    let mut missing = Vec::new();
    for identity in &request.incident.identities {
        let Some(arn) = identity.actor.arn.as_ref() else {
            continue;
        };
        let account = identity.actor.account.as_ref().map(Untrusted::as_str);
        match principal_named(snapshot, arn.as_str(), account) {
            Some(id) => {
                people.insert((id, PowerMeans::Session));
                let is_user = snapshot
                    .principals
                    .get(id)
                    .is_some_and(|one| one.kind == Kind::User);
                if is_user {
                    people.insert((id, PowerMeans::Credential));
                }
            }
            None if !missing.contains(arn) => missing.push(arn.clone()),
            None => {}
        }
    }
    (people, missing)
}

/// Whether a step takes the means away altogether.
fn is_shut(plan: &Plan, snapshot: &Snapshot, id: Id, means: PowerMeans) -> bool {
    let Some(principal) = snapshot.principals.get(id) else {
        return false;
    };
    let is_account = |account: Option<&Untrusted>| {
        account.is_none_or(|account| *account.as_str() == *principal.account)
    };
    let steps = plan
        .steps
        .iter()
        .filter(|step| is_account(step.account.as_ref()));
    let (mut keys, mut login, mut gone) = (false, false, false);
    for step in steps {
        match &step.thing {
            Thing::UserKeys { user, .. } => keys |= **user == *principal.name,
            Thing::Login { user } => login |= **user == *principal.name,
            Thing::User { name } => {
                gone |= **name == *principal.name && principal.kind == Kind::User
            }
            Thing::Role { name } => {
                gone |= **name == *principal.name && principal.kind == Kind::Role
            }
            _ => {}
        }
    }
    let no_login = login || principal.has_login() != Some(true);
    gone || (means == PowerMeans::Credential && keys && no_login)
}

/// The snapshot as the plan leaves it.
fn carried_out(snapshot: &Snapshot, plan: &Plan) -> Snapshot {
    let mut after = snapshot.clone();
    for step in &plan.steps {
        let account = step.account.as_ref().map(Untrusted::as_str);
        carry_out(&mut after, account, &step.thing);
    }
    after
}

fn carry_out(snapshot: &mut Snapshot, account: Option<&str>, thing: &Thing) {
    let mut on = |kind: Kind,
                  name: &str,
                  change: &dyn Fn(&mut gardefou_iam::snapshot::Principal)| {
        let ours = snapshot.principals.iter_mut().filter(|one| {
            one.kind == kind && *one.name == *name && account.is_none_or(|it| *one.account == *it)
        });
        ours.for_each(change);
    };
    let mut on_holder =
        |holder: &Holder, change: &dyn Fn(&mut gardefou_iam::snapshot::Principal)| match holder {
            Holder::User(name) => on(Kind::User, name, change),
            Holder::Role(name) => on(Kind::Role, name, change),
            Holder::Group(_) => {}
        };
    match thing {
        Thing::InlinePolicy {
            holder,
            name,
            document,
        } => {
            let policy = document
                .as_ref()
                .and_then(|text| Policy::from_value(text, PolicyKind::Identity).ok());
            on_holder(holder, &|one| {
                one.policies
                    .retain(|it| it.arn.is_some() || *it.name != **name);
                one.policies.extend(policy.clone().map(|policy| Read {
                    name: name.as_str().into(),
                    arn: None,
                    policy: Some(Arc::new(policy)),
                }));
            });
        }
        Thing::Attachment { holder, policy_arn } => on_holder(holder, &|one| {
            one.policies
                .retain(|it| it.arn.as_deref() != Some(policy_arn));
        }),
        Thing::Trust { role, document, .. } => {
            let policy = Policy::from_value(document, PolicyKind::Resource).ok();
            on(Kind::Role, role, &|one| {
                one.trust = Some(Read {
                    name: "trust policy".into(),
                    arn: None,
                    policy: policy.clone().map(Arc::new),
                });
            });
        }
        // Who is gone has no policies, and nobody may become them.
        Thing::User { name } => on(Kind::User, name, &strip),
        Thing::Role { name } => on(Kind::Role, name, &strip),
        Thing::Membership { user, .. } => on(Kind::User, user, &|one| one.groups.clear()),
        _ => {}
    }
}

fn strip(one: &mut gardefou_iam::snapshot::Principal) {
    one.policies.clear();
    one.groups.clear();
    one.trust = None;
}

struct World<'w> {
    snapshot: &'w Snapshot,
    graph: &'w Analysis,
}

/// What a principal can do by some means, and how many actions were asked.
fn power(world: &World<'_>, id: Id, means: PowerMeans, issued: Timestamp) -> (Power, u64) {
    let stacks = Stacks::of(world.snapshot, id);
    let principal = world.snapshot.principals.get(id);
    let arn = principal.map_or("", |one| &one.arn);
    let context = context(means, issued);
    let asked = questions(&stacks);
    let allowed: BTreeSet<&str> = asked
        .iter()
        .filter(|(action, resource)| stacks.allow(arn, action, resource, &context))
        .map(|(action, _)| action.as_str())
        .collect();
    let everything = EVERYTHING.iter().all(|action| allowed.contains(*action));
    // Where nothing is allowed, no way leads on.
    let becomes = if allowed.is_empty() {
        Vec::new()
    } else {
        becomes(world.graph, arn)
    };
    let power = Power {
        arn: Untrusted::new(arn),
        means,
        administrator: everything,
        actions: allowed.len() as u64,
        examples: allowed
            .iter()
            .take(MAX_EXAMPLES)
            .map(|one| Untrusted::new(*one))
            .collect(),
        becomes,
    };
    (power, asked.len() as u64)
}

/// Where the graph's paths lead from somebody.
fn becomes(graph: &Analysis, arn: &str) -> Vec<Untrusted> {
    let ends = graph.paths.iter().filter(|path| path.from.as_str() == arn);
    let steps = ends.flat_map(|path| path.steps.iter().map(|step| step.to.clone()));
    steps.collect::<BTreeSet<_>>().into_iter().collect()
}

/// What the requests of a means have in common. The rest is not known, and
/// what is not known counts as allowed.
fn context(means: PowerMeans, issued: Timestamp) -> Context {
    let context = Context::incomplete().with("aws:SecureTransport", "true");
    match means {
        PowerMeans::Session => context.with("aws:TokenIssueTime", &issued.to_string()),
        PowerMeans::Credential => context.without("aws:TokenIssueTime"),
    }
}

/// The policies that a principal's requests have to pass.
struct Stacks {
    identity: Vec<Attached>,
    boundaries: Vec<Attached>,
    service_control: Vec<Level>,
}

impl Stacks {
    fn of(snapshot: &Snapshot, id: Id) -> Self {
        let read = |one: &Read| {
            let policy = one.policy.clone()?;
            Some(Attached::new(Arc::clone(&one.name), policy))
        };
        let principal = snapshot.principals.get(id);
        let account = principal.and_then(|one| snapshot.accounts.get(&*one.account));
        let level = |level: &gardefou_iam::snapshot::Level| Level {
            name: level.name.as_str().into(),
            policies: level.policies.iter().filter_map(read).collect(),
        };
        Self {
            identity: snapshot
                .identity_policies(id)
                .filter_map(|(_, one)| read(one))
                .collect(),
            boundaries: principal
                .and_then(|one| one.boundary.as_ref())
                .and_then(read)
                .into_iter()
                .collect(),
            service_control: account
                .map(|account| account.service_control.iter().map(level).collect())
                .unwrap_or_default(),
        }
    }

    /// Whether a request may be allowed.
    fn allow(&self, arn: &str, action: &str, resource: &str, context: &Context) -> bool {
        let (Ok(principal), Ok(action)) = (Asker::parse(arn), Action::new(action)) else {
            return false;
        };
        let account = principal.account().map(str::to_owned);
        let Ok(resource) = Resource::new(resource, account.as_deref()) else {
            return false;
        };
        let request = Request {
            principal: &principal,
            action: &action,
            resource: &resource,
            context,
        };
        let stack = Stack {
            identity: &self.identity,
            boundaries: &self.boundaries,
            service_control: &self.service_control,
            ..Stack::default()
        };
        matches!(
            decide(&request, &stack),
            Decision::Allow | Decision::Unknown
        )
    }
}

/// What to ask: the listed actions on anything, and what the policies' own
/// allowing statements name on what they name.
fn questions(stacks: &Stacks) -> BTreeSet<(String, String)> {
    let mut asked: BTreeSet<(String, String)> = ACTIONS
        .iter()
        .map(|action| ((*action).to_owned(), "*".to_owned()))
        .collect();
    for policy in &stacks.identity {
        for statement in policy.policy.statements() {
            if statement.effect() != Effect::Allow {
                continue;
            }
            let resources = statement
                .resources()
                .map_or(&[][..], |scope| scope.listed());
            let first = resources.first().map_or("*", |one| one.as_str());
            let resource = concrete(first, "x");
            for action in statement.actions().listed() {
                for action in actions_of(action.as_str()) {
                    // Allowed to whoever signs, whatever is denied: it tells
                    // them who they are, and no more.
                    if !action.eq_ignore_ascii_case("sts:GetCallerIdentity") {
                        asked.insert((action, resource.clone()));
                    }
                }
            }
        }
    }
    asked
}

/// A pattern's listed actions, or itself with something for its wildcards.
fn actions_of(pattern: &str) -> Vec<String> {
    if !pattern.contains(['*', '?']) {
        return vec![pattern.to_owned()];
    }
    let prefix = pattern.split(['*', '?']).next().unwrap_or_default();
    let lower = prefix.to_ascii_lowercase();
    let known = ACTIONS
        .iter()
        .filter(|action| action.to_ascii_lowercase().starts_with(&lower));
    let mut actions: Vec<String> = known.map(|action| (*action).to_owned()).collect();
    if pattern.contains(':') {
        actions.push(concrete(pattern, "Get"));
    }
    actions
}

/// A pattern with something for its wildcards and variables.
fn concrete(pattern: &str, filler: &str) -> String {
    if pattern == "*" {
        return "*".to_owned();
    }
    pattern
        .replace('*', filler)
        .replace('?', "x")
        .replace("${", "")
        .replace('}', "")
}

/// Whether the responder can still make every changing call of the plan when
/// it is carried out.
fn responder_can(snapshot: &Snapshot, who: &str, plan: &Plan, now: Timestamp) -> Option<bool> {
    let id = principal_named(snapshot, who, None)?;
    let arn = snapshot
        .principals
        .get(id)
        .map(|one| Arc::clone(&one.arn))?;
    let stacks = Stacks::of(snapshot, id);
    let context = Context::incomplete().with("aws:TokenIssueTime", &now.to_string());
    let calls = plan.steps.iter().flat_map(|step| &step.calls);
    let actions: BTreeMap<String, ()> = calls
        .map(|call| (format!("{}:{}", call.service.word(), call.operation), ()))
        .collect();
    Some(
        actions
            .keys()
            .all(|action| stacks.allow(&arn, action, "*", &context)),
    )
}
