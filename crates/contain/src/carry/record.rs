//! What is written down while a plan is carried out.

use gardefou_finding::AwsCall;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Whether a step is carried out or undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// It is carried out.
    Apply,
    /// It is undone.
    Undo,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ended", rename_all = "snake_case")]
pub enum Ended {
    /// AWS said that it is done.
    Done,
    /// Done, as the status said; the answer could not be read.
    DoneUnreadable {
        /// Why.
        detail: String,
    },
    /// AWS refused; nothing was done.
    Refused {
        /// Its code.
        code: String,
        /// Its message.
        message: String,
    },
    /// There is no such thing; nothing was done.
    NotFound {
        /// What AWS said.
        detail: String,
    },
    /// Refused for its rate; nothing was done.
    Throttled,
    /// Never sent.
    NotSent {
        /// Why.
        detail: String,
    },
    /// Nobody knows.
    Unknown {
        /// What happened instead of an answer.
        detail: String,
    },
}

impl Ended {
    /// Whether AWS did it.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Done | Self::DoneUnreadable { .. })
    }
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// The state before the step, whole.
    Saved {
        /// It.
        state: Value,
    },
    /// This call is about to be made.
    Intent {
        /// Its number within the step, from 1.
        number: u32,
        /// It.
        call: AwsCall,
    },
    /// How it ended.
    Outcome {
        /// The intent's number.
        number: u32,
        /// How.
        #[serde(flatten)]
        ended: Ended,
    },
    /// A call of which nobody knew: what the state shows of it now.
    Settled {
        /// The intent's number.
        number: u32,
        /// Whether its effect is there. If not, it may still come.
        seen: bool,
    },
    /// The step has reached what it is for.
    Reached {
        /// The state that it left.
        state: Value,
    },
    /// It was so before anything was done.
    Already,
    /// What the step had reached was changed by somebody since.
    Reopened {
        /// The state found.
        state: Value,
    },
    /// The step is undone.
    Undone {
        /// The state now.
        state: Value,
    },
}

/// A line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Digest of the plan.
    pub plan: String,
    /// The step's id.
    pub step: String,
    /// Which way.
    pub direction: Direction,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
}
