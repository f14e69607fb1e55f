//! An event, who did it and where it is written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Timestamp, Untrusted};

/// How a call ended. Rules and stories never mix these up: a dry run is not a
/// success, a throttled call is not a denial.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The call took effect (no error code).
    Succeeded,
    /// `DryRun` said that it would have succeeded; nothing took effect.
    DryRun,
    /// Refused for lack of permission or authentication.
    Denied,
    /// Refused for its rate.
    Throttled,
    /// Any other error; nothing took effect.
    Failed,
    /// The record does not say.
    Unknown,
}

impl Outcome {
    /// The word used in outputs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Denied => "denied",
            Self::DryRun => "dry run",
            Self::Throttled => "throttled",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

/// What kind of credential or principal acts.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// A long-lived access key of an IAM user (`AKIA…`).
    AccessKey,
    /// A temporary credential (`ASIA…`): role, session token, federation.
    Session,
    /// The account's root user.
    Root,
    /// A person at the console, known by principal.
    Console,
    /// An AWS service.
    Service,
    /// A principal known only by its ARN or id.
    Principal,
    /// The record names nobody.
    Unknown,
}

/// Who did it: one credential, or one principal where the log shows none.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Actor {
    /// The credential (`AKIA…`, `ASIA…`), or the principal's ARN or service name.
    pub key: Untrusted,
    /// What the key is.
    pub kind: ActorKind,
    /// ARN of the principal, where the record has one.
    pub arn: Option<Untrusted>,
    /// The user's or role's name as people know it.
    pub name: Option<Untrusted>,
    /// Account that the principal belongs to.
    pub account: Option<Untrusted>,
}

/// Where a record is written: file, and byte offset in its inflated content.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Position {
    /// Path or URL of the source, as the user would name it.
    pub source: Untrusted,
    /// Offset of the record's first byte in the inflated source, from 0.
    pub offset: u64,
    /// Ordinal of the record in its source, from 0.
    pub record: u64,
}

/// An event as evidence: which call, whether it succeeded, where it is written.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct EventRef {
    /// `eventTime`.
    pub time: Timestamp,
    /// `eventID`; empty where the record has none.
    pub event_id: Untrusted,
    /// `eventSource`, for example `ec2.amazonaws.com`.
    pub service: Untrusted,
    /// `eventName`, for example `RunInstances`.
    pub call: Untrusted,
    /// How it ended.
    pub outcome: Outcome,
    /// `errorCode`, where there is one.
    pub error: Option<Untrusted>,
    /// `awsRegion`.
    pub region: Untrusted,
    /// `sourceIPAddress`: an address or a service's name.
    pub source_ip: Untrusted,
    /// `userAgent`.
    pub user_agent: Untrusted,
    /// What was touched, where the record says: names, ids or ARNs.
    pub targets: Vec<Untrusted>,
    /// Where the record is written.
    pub position: Position,
}
