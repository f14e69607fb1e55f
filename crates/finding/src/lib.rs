//! The vocabulary of gardefou as types. Floor 0: imports no other crate of ours.
//!
//! Everything a judge concludes is said with these words, and every output
//! format is a rendering of [`Report`]. Text that came from a log, a commit or
//! a package is [`Untrusted`]; only a renderer may print it, escaped.

mod audit;
mod aws;
mod coverage;
mod event;
mod finding;
mod incident;
mod plan;
mod proof;
mod proposal;
mod replay;
mod report;
mod severity;
mod time;
mod untrusted;

pub use audit::{
    AUDIT_SCHEMA, Audit, AuditCoverage, AuditFact, AuditFailure, AuditFault, AuditFinding,
    AuditPath, AuditSummary, Certainty, Dependency, Goal, PathStep, StatementPlace, StepMethod,
    StepPermission,
};
pub use aws::{AwsCall, AwsService};
pub use coverage::{
    Coverage, Failure, FailureReason, InputForm, MAX_LISTED, Skip, SkipReason, SourceCoverage,
};
pub use event::{Actor, ActorKind, EventRef, Outcome, Position};
pub use finding::{Finding, FindingId, RuleCount, Tactic, Technique};
pub use incident::{
    Boundary, BoundaryReason, ChainLink, Cost, CostItem, EarlierTrust, Identity, Incident, Leak,
    LinkKind, Metered, NextStep, Novelty, NoveltyKind, Origin, Pricing, Resource, ResourceAction,
    ResourceKind, ResourceState, Stage, StepKind, TimelineEntry, TrustChange, Unpriced,
};
pub use plan::{
    Holder, LeftOut, LeftOutReason, Loss, PLAN_SCHEMA, Plan, PlanProof, PlanStatus, PlanStep,
    Power, PowerMeans, StepRisk, StepState, StepStatus, Thing, TrustSource,
};
pub use proof::{
    ChainName, ChainProof, Doubt, DoubtKind, Doubts, KeySource, PROOF_SCHEMA, ProofSummary,
    TimeSpan, TrailProof,
};
pub use proposal::{
    BlindSpot, PROPOSAL_SCHEMA, Proposal, ProposalHistory, ProposalReplay, ProposedStatement,
    RefusedRequest, StatementOrigin, Widening,
};
pub use replay::{
    Advice, Attack, Broken, BrokenCalls, Disagreement, Fidelity, GuardrailEffect, History,
    Prevention, REPLAY_SCHEMA, Replay, StepRef, Stopped, Suggestion, UnknownCalls, UnmappedCalls,
    WhyUnmapped,
};
pub use report::{ExitStatus, REPORT_SCHEMA, Report, Tool};
pub use severity::{Confidence, Severity};
pub use time::Timestamp;
pub use untrusted::Untrusted;
