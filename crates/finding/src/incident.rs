//! Findings and events of one chain of actors, as one story.
//!
//! Everything here is data with codes; the sentences in which it is told live
//! in the report crate's catalogue, so that every language tells the same.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Actor, Confidence, EventRef, FindingId, Outcome, Prevention, Severity, Tactic, Technique,
    Timestamp, Untrusted,
};

/// How one identity came from another.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// A credential of the same user or role session.
    SamePrincipal,
    /// `AssumeRole`, `AssumeRoleWithSAML`, `AssumeRoleWithWebIdentity`.
    AssumedRole,
    /// `GetSessionToken`.
    SessionToken,
    /// `GetFederationToken` (also `GetSigninToken`).
    FederationToken,
    /// A console session opened with the identity.
    ConsoleSignIn,
    /// `CreateAccessKey`.
    CreatedKey,
    /// `CreateUser`.
    CreatedUser,
    /// `CreateLoginProfile` or `UpdateLoginProfile`.
    CreatedLogin,
    /// `CreateRole`.
    CreatedRole,
    /// `UpdateAssumeRolePolicy`.
    ChangedTrust,
    /// A role given to EC2, Lambda, ECS or another service (`iam:PassRole`).
    PassedRole,
    /// A service acting for the identity, for example Auto Scaling.
    ActsFor,
}

/// The link by which an identity joined the incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChainLink {
    /// Index in [`Incident::identities`] of the identity it came from.
    pub from: usize,
    /// How.
    pub kind: LinkKind,
    /// The event that shows it.
    pub evidence: EventRef,
}

/// One identity of the incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Identity {
    /// Who.
    pub actor: Actor,
    /// How it joined; the first identity (the way in) has none.
    pub link: Option<ChainLink>,
    /// Whether the incident itself made it (key, user, role), rather than used it.
    pub made_by_incident: bool,
    /// Calls inside the incident by outcome.
    pub calls: BTreeMap<Outcome, u64>,
    /// First and last call inside the incident; `None` if it never acted.
    pub first_seen: Option<Timestamp>,
    /// See `first_seen`.
    pub last_seen: Option<Timestamp>,
}

/// Where the calls came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Origin {
    /// Source addresses with number of calls, most used first, at most 50.
    pub addresses: Vec<(Untrusted, u64)>,
    /// User agents with number of calls, most used first, at most 50.
    pub user_agents: Vec<(Untrusted, u64)>,
    /// Regions with number of calls, most used first, at most 50.
    pub regions: Vec<(Untrusted, u64)>,
}

/// What an actor did for the first time.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum NoveltyKind {
    /// First call from this network (IPv4 /24, IPv6 /48).
    Network,
    /// First call in this region.
    Region,
    /// First call to this service.
    Service,
    /// First call with this user agent (family, without versions).
    UserAgent,
    /// First call of this kind of action (read, write, identity, data).
    Action,
}

/// A first time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Novelty {
    /// What was new.
    pub kind: NoveltyKind,
    /// The new value, for example the network.
    pub value: Untrusted,
    /// When it was first seen.
    pub at: Timestamp,
}

/// Why the incident's line is drawn where it is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum BoundaryReason {
    /// The actor's first call from a network it never used before.
    NewNetwork,
    /// The actor's first call with a user agent it never used before.
    NewUserAgent,
    /// The actor's first call ever in the archive.
    FirstCall,
    /// The first suspicious call; nothing before it differs from the actor's habits.
    FirstFinding,
}

/// A place where a change shows an access key that the incident used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Leak {
    /// The key's id.
    pub key: Untrusted,
    /// Path of the file.
    pub path: Untrusted,
    /// Line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The commit that brought it, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<Untrusted>,
}

/// Where the incident begins and what stays outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Boundary {
    /// First moment inside.
    pub starts: Timestamp,
    /// Last moment inside.
    pub ends: Timestamp,
    /// Why it starts there.
    pub reason: BoundaryReason,
    /// What was new at the start or during the incident.
    pub novelties: Vec<Novelty>,
    /// Calls of the first identity before the line: left out as ordinary.
    pub calls_before: u64,
    /// Days of history of the first identity before the line.
    pub history_days: u64,
    /// Whether that history is too short (under 7 days or 100 calls) for
    /// 'never before' to mean much.
    pub history_is_short: bool,
}

/// One ATT&CK tactic of the story.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Stage {
    /// The tactic.
    pub tactic: Tactic,
    /// Its techniques.
    pub techniques: Vec<Technique>,
    /// First and last matched event.
    pub first: Timestamp,
    /// See `first`.
    pub last: Timestamp,
    /// Findings of this stage, earliest first.
    pub findings: Vec<FindingId>,
    /// Matched calls by outcome.
    pub calls: BTreeMap<Outcome, u64>,
}

/// One line of the timeline: one call, or several like calls in a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TimelineEntry {
    /// First of the calls.
    pub event: EventRef,
    /// Time of the last of the calls.
    pub until: Timestamp,
    /// How many like calls this line stands for.
    pub count: u64,
    /// Index in [`Incident::identities`].
    pub identity: usize,
    /// Tactic of the most severe finding on it, if any.
    pub tactic: Option<Tactic>,
    /// Findings on these calls.
    pub findings: Vec<FindingId>,
}

/// What kind of thing was touched.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ResourceKind {
    /// EC2 instance.
    Instance,
    /// EC2 launch template.
    LaunchTemplate,
    /// EC2 key pair.
    KeyPair,
    /// EC2 Auto Scaling group.
    AutoScalingGroup,
    /// EC2 Auto Scaling launch configuration.
    LaunchConfiguration,
    /// EC2 security group.
    SecurityGroup,
    /// EBS volume.
    Volume,
    /// EBS, RDS or other snapshot.
    Snapshot,
    /// AMI.
    Image,
    /// EC2 spot request or spot fleet.
    SpotRequest,
    /// ECS cluster.
    EcsCluster,
    /// ECS service.
    EcsService,
    /// ECS task or set of tasks from one `RunTask`.
    EcsTask,
    /// ECS task definition.
    TaskDefinition,
    /// EKS cluster or node group.
    EksCluster,
    /// AWS Batch environment, queue or job.
    BatchResource,
    /// SageMaker instance, job or endpoint.
    SageMakerResource,
    /// Lambda function.
    Function,
    /// Lambda function URL.
    FunctionUrl,
    /// Lambda resource permission (statement of the function's policy).
    FunctionPermission,
    /// IAM user.
    User,
    /// IAM group.
    Group,
    /// IAM role.
    Role,
    /// IAM access key.
    AccessKey,
    /// IAM console password.
    LoginProfile,
    /// IAM policy, managed or inline, or its attachment.
    Policy,
    /// IAM instance profile.
    InstanceProfile,
    /// MFA device.
    MfaDevice,
    /// IAM identity provider, Roles Anywhere trust anchor or profile.
    IdentityProvider,
    /// SES identity.
    EmailIdentity,
    /// S3 bucket.
    Bucket,
    /// KMS key.
    KmsKey,
    /// Secrets Manager secret or SSM parameter.
    Secret,
    /// CloudTrail trail, GuardDuty detector, Config recorder, flow log and the like.
    SecurityControl,
    /// EventBridge rule or scheduler schedule.
    Schedule,
    /// RDS instance or cluster.
    Database,
    /// CloudFormation stack.
    Stack,
    /// A service quota.
    Quota,
    /// Anything else, named by its call.
    Other,
}

/// What the incident did to it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ResourceAction {
    /// Made.
    Created,
    /// Changed.
    Changed,
    /// Deleted or terminated.
    Deleted,
    /// Used, and left as it was: a model that was called.
    Used,
}

/// Last known state, as the log shows it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ResourceState {
    /// Exists and, if it can run, runs.
    Active,
    /// Stopped, disabled or scaled to zero.
    Stopped,
    /// Deleted or terminated.
    Deleted,
    /// The log does not tell.
    Unknown,
}

/// A resource that the incident created, changed or deleted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Resource {
    /// What it is.
    pub kind: ResourceKind,
    /// Its id, name or ARN as the log has it.
    pub id: Untrusted,
    /// Account.
    pub account: Option<Untrusted>,
    /// Region.
    pub region: Untrusted,
    /// What was done to it.
    pub action: ResourceAction,
    /// Last known state.
    pub state: ResourceState,
    /// When it was first touched.
    pub first: Timestamp,
    /// When it was last touched.
    pub last: Timestamp,
    /// Index in [`Incident::identities`] of who did it.
    pub identity: usize,
    /// Facts worth a line: instance type, image, maximum size, protection.
    pub details: BTreeMap<String, Untrusted>,
    /// The call that shows it.
    pub evidence: EventRef,
}

/// How capacity is paid.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Pricing {
    /// On demand.
    OnDemand,
    /// Spot: the on-demand price is given as an upper bound.
    Spot,
}

/// What one resource costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CostItem {
    /// Index in [`Incident::resources`].
    pub resource: usize,
    /// What is paid for, for example `p4d.24xlarge` or `fargate 16 vCPU 64 GB`.
    pub unit: Untrusted,
    /// Units running now, as the log shows.
    pub count_now: u64,
    /// Units that the resource may grow to by itself.
    pub count_max: u64,
    /// US dollars an hour for one unit.
    pub unit_usd_per_hour: f64,
    /// On demand or spot.
    pub pricing: Pricing,
}

/// Something that costs, without a price in the table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Unpriced {
    /// Index in [`Incident::resources`].
    pub resource: usize,
    /// What has no price.
    pub unit: Untrusted,
    /// Units running now.
    pub count_now: u64,
    /// Units at most.
    pub count_max: u64,
}

/// Calls that are billed one by one, by a measure that the log does not hold:
/// a model's tokens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Metered {
    /// Index in [`Incident::resources`].
    pub resource: usize,
    /// Calls that succeeded.
    pub calls: u64,
}

/// What the incident costs, from the embedded price table. Never a guess:
/// what has no price is in `unpriced`, what is billed by use in `metered`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cost {
    /// US dollars an hour, as the log shows what runs at its end.
    pub usd_per_hour_now: f64,
    /// US dollars an hour if everything grows to its own maximum.
    pub usd_per_hour_max: f64,
    /// What makes up the sums.
    pub items: Vec<CostItem>,
    /// What has no price.
    pub unpriced: Vec<Unpriced>,
    /// What was called and is billed by use.
    #[serde(default)]
    pub metered: Vec<Metered>,
    /// Date of the price table (ISO 8601).
    pub prices_as_of: String,
    /// Where the price table comes from.
    pub prices_source: String,
}

/// What a next step does.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// Deactivate an access key.
    DisableKey,
    /// Deny everything to sessions issued before now (`aws:TokenIssueTime`).
    RevokeSessions,
    /// Deny everything to a user, for tokens that outlive the key.
    DenyUser,
    /// Deny everything to one user of IAM Identity Center, for sessions issued
    /// before now: its roles take no policy but their permission set's.
    DenySsoUser,
    /// Take a user's assignments in IAM Identity Center away.
    RemoveSsoAccess,
    /// Remove a console password.
    RemoveLogin,
    /// Deactivate an MFA device that the incident added.
    RemoveMfaDevice,
    /// Remove or disable an identity provider that the incident made.
    RemoveProvider,
    /// Restore a role's trust policy.
    RestoreTrust,
    /// Take snapshots of instances' volumes.
    KeepEvidence,
    /// Suspend an Auto Scaling group and scale it to zero.
    StopGroup,
    /// Scale an ECS service to zero and delete it.
    StopService,
    /// Stop an ECS task.
    StopTask,
    /// Delete an ECS cluster.
    DeleteCluster,
    /// Deregister a task definition.
    DeregisterTaskDefinition,
    /// Clear termination or stop protection.
    ClearProtection,
    /// Terminate an instance.
    TerminateInstance,
    /// Cancel a spot request or fleet.
    CancelSpot,
    /// Stop a notebook instance.
    StopNotebook,
    /// Delete a launch template or configuration.
    DeleteLaunchTemplate,
    /// Delete a Lambda function URL.
    RemoveFunctionUrl,
    /// Remove a permission of a function for the public or another account.
    RemoveFunctionPermission,
    /// Remove a permission of a function for an AWS service.
    RemoveServicePermission,
    /// Disable a function (reserved concurrency 0).
    DisableFunction,
    /// Remove a user that the incident made.
    RemoveUser,
    /// Remove a role that the incident made.
    RemoveRole,
    /// Detach a policy that the incident attached.
    DetachPolicy,
    /// Disable mail sending or remove a mail identity.
    StopMail,
    /// Switch a security control on again.
    RestoreControl,
    /// Make a deleted trail again.
    RecreateTrail,
    /// Keep a bucket's objects: no expiry, versions on.
    KeepObjects,
    /// Cancel the deletion of a KMS key or a secret.
    CancelDeletion,
    /// Enable a KMS key.
    EnableKey,
    /// End the agreement that gives access to a model.
    RemoveModelAccess,
    /// Take back the sharing of a snapshot, image or bucket.
    Unshare,
    /// Disable a schedule or rule.
    DisableSchedule,
    /// Rotate a secret that was read.
    RotateSecret,
    /// Look at something that the log cannot show.
    Review,
    /// Look at IAM's credential report.
    ReviewCredentials,
    /// Look at the resources that did not fit; `count` has their number.
    ReviewLeftOut,
    /// Steps that did not fit; `count` has their number.
    MoreSteps,
}

/// One thing to do next, in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NextStep {
    /// What it does; its sentence and what it stops come from this.
    pub kind: StepKind,
    /// What it is done to: a name, or the first of several. Empty where the
    /// kind says it all.
    pub target: Untrusted,
    /// To how many things it is done.
    pub count: u64,
    /// AWS CLI lines, each quoted for a POSIX shell.
    pub commands: Vec<Untrusted>,
    /// Account to run it in, where known.
    pub account: Option<Untrusted>,
    /// Region to run it in, where it matters.
    pub region: Option<Untrusted>,
}

/// Findings and events of one chain of actors, as one story.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Incident {
    /// Stable identifier: the same input gives the same id.
    pub id: String,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// The identities of the chain; the first is the way in.
    pub identities: Vec<Identity>,
    /// Where the calls came from.
    pub origin: Origin,
    /// Where the line is drawn and why.
    pub boundary: Boundary,
    /// What would have prevented it; `None` where that was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prevention: Option<Prevention>,
    /// Stages by ATT&CK tactic, in order of their first event.
    pub stages: Vec<Stage>,
    /// First sign: time of the first event of the incident.
    pub first_sign: Timestamp,
    /// First event of the impact tactic, if it came to that.
    pub impact: Option<Timestamp>,
    /// Seconds from `first_sign` to `impact`.
    pub seconds_to_impact: Option<i64>,
    /// Calls inside the incident by outcome.
    pub calls: BTreeMap<Outcome, u64>,
    /// The story, earliest first, at most 500 lines.
    pub timeline: Vec<TimelineEntry>,
    /// Lines of the story that did not fit.
    pub timeline_left_out: u64,
    /// Resources touched, at most 2,000.
    pub resources: Vec<Resource>,
    /// Resources that did not fit.
    pub resources_left_out: u64,
    /// Indices in `resources` of what is still open: runs, or gives access.
    pub still_open: Vec<usize>,
    /// What it costs.
    pub cost: Cost,
    /// What to do next, in order.
    pub next_steps: Vec<NextStep>,
    /// Ids of all findings of the incident.
    pub findings: Vec<FindingId>,
    /// Where a report of the gate found the access keys of its identities.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leaks: Vec<Leak>,
    /// Roles whose trust policy it replaced, with what the log holds of them;
    /// roles that it made are not among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trusts: Vec<TrustChange>,
}

/// A role whose trust policy an incident replaced, and nobody after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TrustChange {
    /// The role's name.
    pub role: Untrusted,
    /// Its account.
    pub account: Untrusted,
    /// The trust policies that the incident put, earliest first.
    pub put: Vec<Value>,
    /// The one before, where the log holds the call that put it.
    pub before: Option<EarlierTrust>,
}

/// A trust policy that the log holds, and the call that put it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EarlierTrust {
    /// The policy.
    pub document: Value,
    /// The call.
    pub event: EventRef,
}
