//! What an audit of accounts concludes: findings of checks, paths by which one
//! principal becomes more, and what was looked at.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Confidence, ExitStatus, FindingId, MAX_LISTED, Severity, Technique, Timestamp, Tool, Untrusted,
};

/// Name and version of the audit's schema; the number changes when a reader
/// of the previous one could misread the new one.
pub const AUDIT_SCHEMA: &str = "gardefou.audit/1";

/// Everything an audit concludes. Every output format renders this.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Audit {
    /// [`AUDIT_SCHEMA`].
    pub schema: String,
    /// Which program wrote it.
    pub tool: Tool,
    /// The time of the judgement.
    pub at: Timestamp,
    /// How much there is, in numbers.
    pub summary: AuditSummary,
    /// What checks found, most severe first.
    pub findings: Vec<AuditFinding>,
    /// Findings that did not fit.
    pub findings_left_out: u64,
    /// Ways from a principal to more, most severe first.
    pub paths: Vec<AuditPath>,
    /// Paths that did not fit.
    pub paths_left_out: u64,
    /// What was read, skipped and failed.
    pub coverage: AuditCoverage,
}

impl Audit {
    /// The one place that decides an audit's exit status: 3 when something
    /// could not be read or there was nobody to audit, 1 when a finding is at
    /// or above `threshold`, else 0.
    pub fn exit_status(&self, threshold: Severity) -> ExitStatus {
        if !self.coverage.is_complete() || self.coverage.accounts.is_empty() {
            ExitStatus::Incomplete
        } else if self.findings.iter().any(|one| one.severity >= threshold) {
            ExitStatus::Findings
        } else {
            ExitStatus::Clean
        }
    }
}

/// An audit in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AuditSummary {
    /// Accounts with principals.
    pub accounts: u64,
    /// Users.
    pub users: u64,
    /// Roles.
    pub roles: u64,
    /// Groups.
    pub groups: u64,
    /// Principals that may do everything.
    pub administrators: u64,
    /// Other principals with a path to one that may, on which nothing is unknown.
    pub escalating: u64,
    /// Other principals with such a path only if something unknown is so.
    pub perhaps_escalating: u64,
}

/// A check that fired for one subject.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AuditFinding {
    /// Stable identifier: the same input gives the same id in every run.
    pub id: FindingId,
    /// Id of the check; `docs/checks/<id>.md` is its page.
    pub check: String,
    /// The check's title (English).
    pub title: String,
    /// The check's title in French.
    pub title_fr: String,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// The account.
    pub account: Untrusted,
    /// What it is about: an ARN, or a part of an account in words.
    pub subject: Untrusted,
    /// What was seen: a name and its value.
    pub facts: Vec<AuditFact>,
    /// The statements that make it so.
    pub evidence: Vec<StatementPlace>,
    /// Ids of the paths that make it so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<String>,
    /// Sections of the CIS AWS Foundations Benchmark 3.0.0.
    pub cis: Vec<String>,
    /// ATT&CK techniques.
    pub techniques: Vec<Technique>,
}

/// Something seen, such as `access_key_1_age_days` and `412`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AuditFact {
    /// What.
    pub name: String,
    /// Its value.
    pub value: Untrusted,
}

/// A statement of a policy.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct StatementPlace {
    /// What the policy is attached to: a principal's or group's ARN.
    pub holder: Untrusted,
    /// The policy's name or ARN; `trust policy` for a role's own.
    pub policy: Untrusted,
    /// The statement's number, from 0.
    pub statement: u64,
    /// Its `Sid`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<Untrusted>,
}

/// What a path leads to.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// Everything in an account.
    Administrator,
    /// The content of a bucket.
    Data,
}

/// How far a path is proven by what was read.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// The permissions are there, but no target today: none is in what was
    /// read, or what was read has no list of such targets.
    NoTarget,
    /// It goes only if something that nobody knows is so.
    Depends,
    /// Nothing on it is unknown.
    Proven,
}

/// A way by which one principal becomes more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AuditPath {
    /// Stable identifier.
    pub id: String,
    /// ARN of the principal that it begins with.
    pub from: Untrusted,
    /// ARN of what it ends at: a principal that may do everything (the first
    /// itself, where it gives itself more), or a bucket. For a path without a
    /// target today, a pattern of it.
    pub to: Untrusted,
    /// What is gained.
    pub goal: Goal,
    /// How bad.
    pub severity: Severity,
    /// How far it is proven.
    pub certainty: Certainty,
    /// Ids of the methods, in order of the steps; all that work, where several do.
    pub methods: Vec<String>,
    /// The steps.
    pub steps: Vec<PathStep>,
    /// What it depends on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<Dependency>,
}

/// A step from one principal to the next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PathStep {
    /// ARN of who acts.
    pub from: Untrusted,
    /// ARN of what is reached.
    pub to: Untrusted,
    /// The ways to do it; the first is the one that the evidence is of.
    pub methods: Vec<StepMethod>,
    /// What is used on the way: a function, an instance, a group, a policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<Untrusted>,
    /// What the actor is allowed to do, and by which statements.
    pub permissions: Vec<StepPermission>,
}

/// A method of privilege escalation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StepMethod {
    /// Its id.
    pub id: String,
    /// The names that others gave it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// What is done (English).
    pub title: String,
    /// The same in French.
    pub title_fr: String,
}

/// An action that a step needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StepPermission {
    /// The action.
    pub action: String,
    /// ARN of the resource for which it was evaluated.
    pub resource: Untrusted,
    /// The statements that allow it.
    pub statements: Vec<StatementPlace>,
}

/// Something that nobody knows, on which a path depends.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(tag = "kind", content = "what", rename_all = "snake_case")]
pub enum Dependency {
    /// The value of a condition key.
    ContextKey(Untrusted),
    /// A policy that could not be read, or is not known.
    Policy(Untrusted),
    /// There is no such target in what was read.
    NoTarget(Untrusted),
    /// What was read has no list of such things.
    NotListed(Untrusted),
    /// The name or region of a thing, which was not read.
    Identity(Untrusted),
    /// Whether a user has a console password.
    LoginProfile(Untrusted),
    /// How many access keys a user has.
    AccessKeys(Untrusted),
    /// What a snapshot cannot show, such as `running` or `agent`.
    Circumstance(Untrusted),
    /// The other account's side, which was not read.
    OtherAccount(Untrusted),
}

/// Why something that should have been read was not. It changes the exit status.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum AuditFault {
    /// The file or directory could not be opened or read.
    Unreadable,
    /// Larger than what is read.
    TooLarge,
    /// Bytes that are not UTF-8.
    BadUtf8,
    /// Not JSON where JSON should be, or JSON that ends too early.
    BadJson,
    /// Not CSV where a credential report should be.
    BadCsv,
    /// JSON or CSV of a form that an audit does not know.
    UnknownForm,
    /// An item that lacks something, or has something of another type.
    BadItem,
    /// A policy that is not valid.
    BadPolicy,
    /// An AWS managed policy that is not known, or another that is not there.
    UnknownPolicy,
    /// Part of an answer, whose other pages are not there.
    Incomplete,
    /// The same thing twice, and not alike.
    Conflict,
    /// A limit was reached; what follows was not judged.
    LimitReached,
    /// A part of a history that could not be read.
    BadHistory,
    /// A suppression that is not valid.
    BadSuppression,
}

/// One thing that could not be read or judged.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct AuditFailure {
    /// The file.
    pub source: Untrusted,
    /// Byte offset in the file, where it is part of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// Why.
    pub reason: AuditFault,
    /// What exactly, in words.
    pub detail: Untrusted,
}

/// What was read, skipped and failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AuditCoverage {
    /// Files read.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Accounts with principals.
    pub accounts: Vec<Untrusted>,
    /// Number of items read, by kind: `user`, `role`, `group`, `policy`,
    /// `credential`, `resource`, `guardrail`, `event`.
    pub items: BTreeMap<String, u64>,
    /// Number of items that another file had alike.
    pub repeated: u64,
    /// Number of files found in directories that are of no form that an audit reads.
    pub skipped: u64,
    /// The first [`MAX_LISTED`] of them.
    pub skips: Vec<Untrusted>,
    /// Number of things failed, by reason.
    pub failed: BTreeMap<AuditFault, u64>,
    /// The first [`MAX_LISTED`] failures.
    pub failures: Vec<AuditFailure>,
    /// Checks that were not judged because what they judge was not given, by
    /// check: what is missing, with the accounts it is missing for.
    pub not_judged: BTreeMap<String, Vec<Untrusted>>,
    /// Findings that suppressions took away, by check.
    pub suppressed: BTreeMap<String, u64>,
    /// The date of the AWS managed policies' copy that was used for some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed_policies_of: Option<String>,
}

impl AuditCoverage {
    /// Whether everything that was given was read and judged.
    pub fn is_complete(&self) -> bool {
        self.failed.values().all(|count| *count == 0)
    }

    /// Number of failures of every reason.
    pub fn failed_total(&self) -> u64 {
        self.failed.values().sum()
    }

    /// Counts a failure and lists it while there is room.
    pub fn fail(&mut self, failure: AuditFailure) {
        *self.failed.entry(failure.reason).or_default() += 1;
        if self.failures.len() < MAX_LISTED {
            self.failures.push(failure);
        }
    }

    /// Counts a file of another form and lists it while there is room.
    pub fn skip(&mut self, source: Untrusted) {
        self.skipped += 1;
        if self.skips.len() < MAX_LISTED {
            self.skips.push(source);
        }
    }

    /// Counts an item of a kind.
    pub fn count(&mut self, kind: &str) {
        *self.items.entry(kind.to_owned()).or_default() += 1;
    }
}
