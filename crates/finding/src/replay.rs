//! What guardrails would have done to a history: which steps of an incident
//! they would have stopped, which legitimate calls they would have broken.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Coverage, EventRef, ExitStatus, Outcome, Timestamp, Tool, Untrusted};

/// Name and version of the replay's schema; the number changes when a reader
/// of the previous one could misread the new one.
pub const REPLAY_SCHEMA: &str = "gardefou.replay/1";

/// Everything a replay concludes. Every output format renders this.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Replay {
    /// [`REPLAY_SCHEMA`].
    pub schema: String,
    /// Which program wrote it.
    pub tool: Tool,
    /// The calls that were replayed.
    pub history: History,
    /// The incidents, whose steps are to be stopped.
    pub attacks: Vec<Attack>,
    /// What each guardrail would have done, the most useful first.
    pub guardrails: Vec<GuardrailEffect>,
    /// Guardrails that are no policy: settings to make elsewhere.
    pub advice: Vec<Advice>,
    /// The smallest set that stops most and breaks least; `None` where nothing
    /// is to be stopped, or nothing stops anything.
    pub suggestion: Option<Suggestion>,
    /// How far the replay may be believed; `None` without a snapshot.
    pub fidelity: Option<Fidelity>,
    /// What was read, skipped and failed.
    pub coverage: Coverage,
}

impl Replay {
    /// The one place that decides a replay's exit status: 3 when something
    /// could not be read or judged, or the history is empty; 1 when some
    /// effect of an attack would still go through the suggestion, or there is
    /// none, or the fidelity is below 100 %; else 0.
    pub fn exit_status(&self) -> ExitStatus {
        let goes_through = match &self.suggestion {
            Some(suggestion) => suggestion.effects_through > 0,
            None => self.attacks.iter().any(|attack| attack.effects > 0),
        };
        let doubtful = self.fidelity.as_ref().is_some_and(|it| it.disagree > 0);
        if !self.coverage.is_complete() || self.history.calls == 0 || self.history.left_out > 0 {
            ExitStatus::Incomplete
        } else if goes_through || doubtful {
            ExitStatus::Findings
        } else {
            ExitStatus::Clean
        }
    }
}

/// The calls that were replayed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct History {
    /// Calls outside incidents, by outcome.
    pub by_outcome: BTreeMap<Outcome, u64>,
    /// Calls outside incidents.
    pub calls: u64,
    /// Those of them that succeeded, and could be broken.
    pub succeeded: u64,
    /// First and last event of the archive.
    pub first: Option<Timestamp>,
    /// See `first`.
    pub last: Option<Timestamp>,
    /// Days from the first to the last event, begun days counted whole.
    pub days: u64,
    /// Distinct calls, as policies can tell them apart.
    pub classes: u64,
    /// Calls that did not fit into the classes that are kept, and were not
    /// judged.
    pub left_out: u64,
    /// Calls that are not judged, and why, most first.
    pub unmapped: Vec<UnmappedCalls>,
    /// Calls that cannot be mapped to an action, and therefore are unknown to
    /// every guardrail.
    pub unknown: u64,
}

/// Calls of one kind that are not judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UnmappedCalls {
    /// `eventSource`.
    pub service: Untrusted,
    /// `eventName`.
    pub call: Untrusted,
    /// Why.
    pub why: WhyUnmapped,
    /// How many.
    pub calls: u64,
}

/// Why a call is not judged.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum WhyUnmapped {
    /// Not a request that IAM decides: a service's own event, a sign-in.
    NotARequest,
    /// The service is not known.
    UnknownService,
    /// The service is known, the call is not.
    UnknownCall,
    /// The record does not say who asked in a way that policies could name.
    NoPrincipal,
}

/// An incident as steps that a guardrail can stop.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Attack {
    /// The incident's id.
    pub incident: String,
    /// Its calls, in order of time: the first is step 1.
    pub steps: u64,
    /// Steps that took effect: succeeded and changed something, or read data.
    pub effects: u64,
    /// First step.
    pub first: Option<Timestamp>,
    /// Last step.
    pub last: Option<Timestamp>,
}

/// A step of an attack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StepRef {
    /// The incident's id.
    pub incident: String,
    /// Its number, from 1.
    pub step: u64,
    /// The call.
    pub event: EventRef,
}

/// What a guardrail, or a set of them, would have stopped.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Stopped {
    /// Steps that it denies.
    pub denied: u64,
    /// Steps that would not have happened: denied, or relying on one that is.
    pub steps: u64,
    /// Those of them that took effect.
    pub effects: u64,
    /// The first step denied.
    pub first: Option<StepRef>,
    /// Seconds from that step to the attack's last.
    pub seconds_saved: u64,
    /// US dollars an hour of what would not run now.
    pub usd_per_hour: f64,
    /// The same of what it could grow to by itself.
    pub usd_per_hour_max: f64,
    /// Steps of which the log does not tell.
    pub unknown: u64,
}

/// What a guardrail would have broken.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Broken {
    /// Legitimate calls that succeeded and would have been denied.
    pub calls: u64,
    /// Whose, which, how many, since when; most first.
    pub who: Vec<BrokenCalls>,
    /// Rows of `who` that did not fit.
    pub left_out: u64,
    /// With parameters learnt from the first two thirds of the history only:
    /// calls of the last third that would have been denied. `None` where
    /// nothing is learnt.
    pub later: Option<u64>,
}

/// Like calls of one principal that would have been broken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BrokenCalls {
    /// ARN of the user or role, or the name of the service.
    pub principal: Untrusted,
    /// `eventSource`.
    pub service: Untrusted,
    /// `eventName`.
    pub call: Untrusted,
    /// How many.
    pub calls: u64,
    /// The first.
    pub first: Timestamp,
    /// The last.
    pub last: Timestamp,
    /// Where the first that was read is written.
    pub example: EventRef,
}

/// Calls of which the log does not tell whether a guardrail would break them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UnknownCalls {
    /// How many.
    pub calls: u64,
    /// Because of which keys that the log does not hold, and how many each;
    /// most first. `Resource` stands for the resource.
    pub because: Vec<(Untrusted, u64)>,
}

/// What a guardrail would have done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GuardrailEffect {
    /// Its name.
    pub id: String,
    /// What it does, in English.
    pub title: String,
    /// What it does, in French.
    pub title_fr: String,
    /// `scp` or `boundary`.
    pub kind: String,
    /// The values of its parameters.
    pub parameters: BTreeMap<String, Vec<Untrusted>>,
    /// Whether some were learnt from this history.
    pub learnt: bool,
    /// The policy.
    pub policy: serde_json::Value,
    /// Whether it is larger than AWS takes.
    pub too_large: bool,
    /// What it would have stopped.
    pub stopped: Stopped,
    /// What it would have broken.
    pub broken: Broken,
    /// What nobody knows.
    pub unknown: UnknownCalls,
}

/// A guardrail that is no policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Advice {
    /// Its name.
    pub id: String,
    /// What it does, in English.
    pub title: String,
    /// What it does, in French.
    pub title_fr: String,
}

/// The suggested set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Suggestion {
    /// Names of its guardrails, in the library's order.
    pub guardrails: Vec<String>,
    /// What it would have stopped.
    pub stopped: Stopped,
    /// Effects that would have gone through all the same.
    pub effects_through: u64,
    /// The first of them.
    pub first_through: Option<StepRef>,
    /// Legitimate calls that it would have broken.
    pub broken: u64,
    /// Legitimate calls of which the log does not tell.
    pub unknown: u64,
}

/// How well the snapshot's policies explain what the log says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Fidelity {
    /// Calls whose outcome is what the policies say.
    pub agree: u64,
    /// Calls whose outcome is not.
    pub disagree: u64,
    /// Calls that the policies and the log together do not decide.
    pub unknown: u64,
    /// Why not, most first: a key, `Resource`, or what the snapshot lacks.
    pub unknown_because: Vec<(Untrusted, u64)>,
    /// Disagreements, most calls first.
    pub disagreements: Vec<Disagreement>,
    /// Disagreements that did not fit.
    pub left_out: u64,
}

/// Calls whose outcome is not what the snapshot's policies say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Disagreement {
    /// ARN of the user or role, or the name of the service.
    pub principal: Untrusted,
    /// The action about which they disagree.
    pub action: Untrusted,
    /// The resource.
    pub resource: Untrusted,
    /// How the calls ended.
    pub outcome: Outcome,
    /// What the policies say: `allow`, `implicit_deny` or `explicit_deny`.
    pub decision: String,
    /// How many.
    pub calls: u64,
    /// Where the first that was read is written.
    pub example: EventRef,
}

/// What would have prevented an incident, in a line of its report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Prevention {
    /// Names of the guardrails.
    pub guardrails: Vec<String>,
    /// The step at which they stop it, from 1; `None` where nothing does.
    pub step: Option<u64>,
    /// Steps of the incident.
    pub steps: u64,
    /// Effects that would have gone through all the same.
    pub effects_through: u64,
    /// Legitimate calls that they would have broken.
    pub broken: u64,
    /// Legitimate calls of which the log does not tell.
    pub unknown: u64,
    /// Legitimate calls looked at.
    pub calls: u64,
    /// Days that they cover.
    pub days: u64,
}
