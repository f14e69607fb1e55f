//! A plan of containment: ordered steps, each with its calls and its undo.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{AwsCall, NextStep, StepKind, Timestamp, Tool, Untrusted};

/// Name and version of the plan's schema; the number changes when a reader of
/// the previous one could misread the new one.
pub const PLAN_SCHEMA: &str = "gardefou.plan/1";

/// Who holds a policy.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// A user, by name.
    User(String),
    /// A role, by name.
    Role(String),
    /// A group, by name.
    Group(String),
}

/// Where a role's earlier trust policy is known from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum TrustSource {
    /// From the call that put it, in the log.
    Log {
        /// The call's name.
        call: Untrusted,
        /// Its time.
        time: Timestamp,
    },
    /// From the snapshot of the accounts' policies.
    Snapshot,
}

/// What a step changes. Each has a state that can be read, a state that the
/// step leads to, and calls that lead from one state to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Thing {
    /// All access keys of a user; they become inactive.
    UserKeys {
        /// The user.
        user: String,
        /// The keys that the incident shows; others are found.
        keys: Vec<String>,
    },
    /// An inline policy; it becomes the document, or goes where there is none.
    InlinePolicy {
        /// Who has it.
        holder: Holder,
        /// Its name.
        name: String,
        /// Its new content.
        document: Option<Value>,
    },
    /// A managed policy on somebody; it is detached.
    Attachment {
        /// Who has it.
        holder: Holder,
        /// The policy's ARN.
        policy_arn: String,
    },
    /// A user in a group; the user leaves it.
    Membership {
        /// The user.
        user: String,
        /// The group.
        group: String,
    },
    /// A user's console password; it is removed.
    Login {
        /// The user.
        user: String,
    },
    /// An MFA device of a user; it is deactivated.
    MfaDevice {
        /// The user.
        user: String,
        /// Its serial number or ARN.
        serial: String,
    },
    /// A role's trust policy; it becomes the document.
    Trust {
        /// The role.
        role: String,
        /// The trust policy as it is to be.
        document: Value,
        /// Where it is known from.
        known_from: TrustSource,
    },
    /// A user with all that belongs to it; it is removed.
    User {
        /// Its name.
        name: String,
    },
    /// A role with all that belongs to it; it is removed.
    Role {
        /// Its name.
        name: String,
    },
    /// Protection of instances against termination and stopping; it is cleared.
    Protection {
        /// The instances.
        instances: Vec<String>,
    },
    /// Instances; they are terminated.
    Instances {
        /// Their ids.
        instances: Vec<String>,
    },
    /// An Auto Scaling group; what launches is suspended, its size becomes 0.
    ScalingGroup {
        /// Its name.
        name: String,
    },
    /// An ECS service; it is scaled to 0 and deleted.
    EcsService {
        /// Its cluster.
        cluster: String,
        /// Its name.
        service: String,
    },
    /// ECS tasks; they are stopped. None named are all of the cluster.
    EcsTasks {
        /// Their cluster.
        cluster: String,
        /// Their ids.
        tasks: Vec<String>,
    },
    /// A function's URL; it is deleted.
    FunctionUrl {
        /// The function.
        function: String,
        /// Its alias.
        qualifier: Option<String>,
    },
    /// A statement of a function's policy; it is removed.
    FunctionPermission {
        /// The function.
        function: String,
        /// The statement's id.
        statement: String,
        /// Version or alias.
        qualifier: Option<String>,
    },
    /// A function; it may run 0 times at once.
    FunctionConcurrency {
        /// The function.
        function: String,
    },
    /// An SES identity; it is deleted.
    MailIdentity {
        /// Address or domain.
        identity: String,
    },
    /// An EventBridge rule; it is disabled.
    EventRule {
        /// Its name.
        name: String,
        /// Its bus, if not the default one.
        bus: Option<String>,
    },
    /// The volumes of instances; a snapshot of each is taken, and kept.
    Evidence {
        /// The incident, by which the snapshots are tagged.
        incident: String,
        /// The instances.
        instances: Vec<String>,
    },
    /// Spot requests and fleets; they are cancelled with their instances.
    SpotRequests {
        /// Their ids.
        requests: Vec<String>,
    },
    /// A node group of EKS; its size becomes 0.
    NodeGroup {
        /// Its cluster.
        cluster: String,
        /// Its name.
        group: String,
    },
    /// A compute environment of AWS Batch; it is disabled.
    BatchEnvironment {
        /// Its name.
        name: String,
    },
    /// A job queue of AWS Batch; it is disabled.
    BatchQueue {
        /// Its name.
        name: String,
    },
    /// A notebook instance of SageMaker; it is stopped.
    Notebook {
        /// Its name.
        name: String,
    },
}

impl Thing {
    /// How many things it stands for: at least one, also where the incident
    /// does not name them.
    pub fn count(&self) -> u64 {
        let named = match self {
            Self::UserKeys { keys, .. } => keys.len(),
            Self::Protection { instances }
            | Self::Instances { instances }
            | Self::Evidence { instances, .. } => instances.len(),
            Self::EcsTasks { tasks, .. } => tasks.len(),
            Self::SpotRequests { requests } => requests.len(),
            _ => 1,
        };
        named.max(1) as u64
    }
}

/// What an undo cannot bring back.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// Access keys of a deleted user: AWS makes new ids and new secrets.
    AccessKeys,
    /// A password, which nobody can read.
    Password,
    /// An MFA device's seed.
    MfaDevice,
    /// The unique id of a user or role: policies that name it do not know the
    /// new one.
    UniqueId,
    /// SSH keys and signing certificates of a deleted user.
    OtherCredentials,
    /// Instances, with what is on volumes that go with them.
    Instances,
    /// Running tasks.
    Tasks,
    /// Spot requests and fleets, with what they would launch.
    SpotRequests,
    /// A function URL's host name.
    FunctionUrl,
    /// The verification of a mail identity.
    MailVerification,
}

/// Who else may need what a step takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StepRisk {
    /// Whether the incident itself made the thing, so that nobody else should
    /// need it.
    pub made_by_incident: bool,
    /// Calls of the same identity before the incident, where the log shows
    /// them; `None` where nothing was looked at.
    pub calls_before: Option<u64>,
    /// Days of history in which they were.
    pub history_days: Option<u64>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanStep {
    /// Its name in the plan: number and kind, such as `03-revoke-sessions`.
    pub id: String,
    /// What it does; its sentence and what it stops come from this.
    pub kind: StepKind,
    /// What it is done to.
    pub target: Untrusted,
    /// The account.
    pub account: Option<Untrusted>,
    /// The region, where there is one.
    pub region: Option<String>,
    /// What it changes.
    pub thing: Thing,
    /// The calls, for the state that the incident shows. What is found when
    /// the step is carried out decides: only what is not yet so is called.
    pub calls: Vec<AwsCall>,
    /// Whether more or other calls may follow from what is found.
    pub calls_follow_state: bool,
    /// The calls that undo it; empty where they follow from what is saved.
    pub undo: Vec<AwsCall>,
    /// Whether the undo is made of the state that is saved first.
    pub undo_follows_state: bool,
    /// What the undo cannot bring back.
    pub losses: BTreeSet<Loss>,
    /// Who else may need it.
    pub risk: StepRisk,
}

/// Why something is not in the plan.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum LeftOutReason {
    /// It would shut out the responder.
    Responder,
    /// A role that only AWS can change.
    ServiceLinked,
    /// AWS's own role of a permission set: it takes no policy.
    PermissionSet,
    /// The root user: no call of somebody else's shuts it out.
    Root,
    /// The log does not tell its name.
    NameUnknown,
    /// A role whose trust policy as it was is not known, so that it cannot be
    /// put back: the role is denied everything.
    TrustUnknown,
}

/// Something that is not in the plan though it would belong there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeftOut {
    /// What.
    pub target: Untrusted,
    /// Why.
    pub reason: LeftOutReason,
}

/// What one identity of the chain can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Power {
    /// Its ARN.
    pub arn: Untrusted,
    /// Through which means.
    pub means: PowerMeans,
    /// Whether it may do everything in its account.
    pub administrator: bool,
    /// Actions that are allowed, of those that were put to the evaluator.
    pub actions: u64,
    /// Some of them, sorted.
    pub examples: Vec<Untrusted>,
    /// Other principals that it can become.
    pub becomes: Vec<Untrusted>,
}

/// By what an identity acts.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum PowerMeans {
    /// A long-lived credential: access key or password.
    Credential,
    /// A session that was issued before the plan.
    Session,
}

/// What the incident's identities could do before the plan and can do after it,
/// by the policies of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlanProof {
    /// Before.
    pub before: Vec<Power>,
    /// After every step; empty when nothing is left.
    pub after: Vec<Power>,
    /// Identities of the incident that the snapshot does not have.
    pub not_in_snapshot: Vec<Untrusted>,
    /// Actions that were put to the evaluator for each of them.
    pub asked: u64,
    /// Whether the responder can still do every call of the plan after it;
    /// `None` where nobody was named or the snapshot does not have them.
    pub responder_can: Option<bool>,
}

/// A plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// [`PLAN_SCHEMA`].
    pub schema: String,
    /// Who made it.
    pub tool: Tool,
    /// The incident's id.
    pub incident: String,
    /// Sessions issued before this are denied.
    pub made: Timestamp,
    /// The steps, in order.
    pub steps: Vec<PlanStep>,
    /// What is left for people to do, with lines for it.
    pub by_hand: Vec<NextStep>,
    /// What is not touched, and why.
    pub left_out: Vec<LeftOut>,
    /// A guardrail for the organisation, where there is one: denies the
    /// incident's identities everything while the changes spread.
    pub offered_scp: Option<Value>,
    /// What the steps achieve, where there was a snapshot.
    pub proof: Option<PlanProof>,
}

/// How far a step is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Not begun.
    Open,
    /// Begun, and not at its end.
    Begun,
    /// Done.
    Done,
    /// It was so before.
    Already,
    /// Undone.
    Undone,
    /// Stopped: something failed.
    Stopped,
    /// It waits for credentials of its account.
    OtherAccount,
    /// It was done, and somebody changed it back.
    Reverted,
}

/// How far a step is, and why not further.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StepStatus {
    /// The step.
    pub id: String,
    /// How far.
    pub state: StepState,
    /// Why, where it stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Untrusted>,
}

/// How far a plan is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlanStatus {
    /// Digest of the plan.
    pub plan: String,
    /// Its steps, in order.
    pub steps: Vec<StepStatus>,
}
