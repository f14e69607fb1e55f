//! A least-privilege policy: a guardrail made from what a principal did.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Coverage, ExitStatus, Outcome, Timestamp, Tool, Untrusted};

/// Name and version of the proposal's schema; the number changes when a reader
/// of the previous one could misread the new one.
pub const PROPOSAL_SCHEMA: &str = "gardefou.least-privilege/1";

/// A policy for one principal, what it is made from, and how it stands the
/// history that it is made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Proposal {
    /// [`PROPOSAL_SCHEMA`].
    pub schema: String,
    /// Which program wrote it.
    pub tool: Tool,
    /// ARN of the user or role.
    pub principal: Untrusted,
    /// What the history holds of it.
    pub history: ProposalHistory,
    /// The statements.
    pub statements: Vec<ProposedStatement>,
    /// The statements as policy documents, each within AWS's size for a
    /// managed policy.
    pub policies: Vec<Value>,
    /// Where more is allowed than was seen, so that the next call of the same
    /// work is allowed too.
    pub widened: Vec<Widening>,
    /// What the history cannot show.
    pub blind_spots: Vec<BlindSpot>,
    /// Actions that today's policies allow and the proposal does not: patterns
    /// as they are spelled.
    pub dropped: Vec<Untrusted>,
    /// Patterns that did not fit into `dropped`.
    pub dropped_left_out: u64,
    /// Whether today's policies were given.
    pub current_known: bool,
    /// The history, put to the proposal.
    pub replay: ProposalReplay,
    /// What of the archive was read.
    pub coverage: Coverage,
}

impl Proposal {
    /// The one place that decides a proposal's exit status: 3 when something
    /// could not be read, or the principal is not in what was read; 1 when the
    /// proposal does not allow all that succeeded, or a call could not be told
    /// in IAM's words; else 0.
    pub fn exit_status(&self) -> ExitStatus {
        let history = &self.history;
        if !self.coverage.is_complete() || history.succeeded() == 0 {
            ExitStatus::Incomplete
        } else if !history.not_understood.is_empty() || !self.replay.refused.is_empty() {
            ExitStatus::Findings
        } else {
            ExitStatus::Clean
        }
    }
}

/// What a history holds of a principal.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProposalHistory {
    /// Time of its first call.
    pub first: Option<Timestamp>,
    /// Time of its last call.
    pub last: Option<Timestamp>,
    /// Number of its calls by outcome.
    pub calls: BTreeMap<Outcome, u64>,
    /// Calls that succeeded and of which nobody knows the action, with their
    /// number: they are not in the proposal.
    pub not_understood: BTreeMap<String, u64>,
}

impl ProposalHistory {
    /// Number of calls that succeeded.
    pub fn succeeded(&self) -> u64 {
        self.calls.get(&Outcome::Succeeded).copied().unwrap_or(0)
    }
}

/// Why a statement is in a proposal.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum StatementOrigin {
    /// The principal did it.
    Seen,
    /// Today's policies allow it, and the history would not show it.
    Kept,
}

/// A statement of a proposal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProposedStatement {
    /// Its `Sid`.
    pub sid: String,
    /// Why it is there.
    pub origin: StatementOrigin,
    /// Its actions.
    pub actions: Vec<String>,
    /// Its resources.
    pub resources: Vec<Untrusted>,
    /// Its conditions, by operator and key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub conditions: BTreeMap<String, BTreeMap<String, Vec<Untrusted>>>,
    /// Number of requests of the history that it is made from.
    pub requests: u64,
}

/// A pattern in the place of single resources.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Widening {
    /// The pattern.
    pub pattern: Untrusted,
    /// How many resources it stands for.
    pub resources: u64,
}

/// Actions that CloudTrail does not log, or not by default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BlindSpot {
    /// The service's prefix.
    pub service: String,
    /// The actions that today's policies allow and the proposal keeps.
    pub kept: Vec<String>,
}

/// A history put to a proposal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProposalReplay {
    /// Requests of calls that succeeded.
    pub requests: u64,
    /// Those that the proposal allows.
    pub allowed: u64,
    /// Those that it does not allow: each is a fault of the proposal.
    pub refused: Vec<RefusedRequest>,
}

/// Like requests that a proposal does not allow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RefusedRequest {
    /// The action.
    pub action: String,
    /// The resource.
    pub resource: Untrusted,
    /// What is decided: `implicit_deny`, `explicit_deny` or `unknown`.
    pub decision: String,
    /// How many they are.
    pub requests: u64,
}
