//! Carrying a plan out, and undoing it.

mod course;
mod record;
mod run;
mod send;
#[cfg(test)]
mod tests;

pub use course::{Course, courses};
pub use record::{Direction, Ended, Record, What};
pub use run::{Carried, Options, StepEnd, Stop, apply, undo};

use gardefou_finding::{AwsCall, Timestamp};
use serde_json::Value;
use thiserror::Error;

/// How a call failed, told apart by what is known of its outcome.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Trouble {
    /// What it is about does not exist; nothing was done.
    #[error("{0}")]
    NotFound(String),
    /// Refused; nothing was done.
    #[error("{code}: {message}")]
    Refused {
        /// AWS's code.
        code: String,
        /// AWS's message.
        message: String,
    },
    /// Refused for its rate; nothing was done.
    #[error("throttled ({0})")]
    Throttled(String),
    /// Never sent.
    #[error("{0}")]
    NotSent(String),
    /// Sent, and whether it was done is not known.
    #[error("{0}")]
    Unknown(String),
    /// Done, but the answer cannot be read.
    #[error("{0}")]
    Unreadable(String),
}

/// AWS, as far as a plan needs it.
pub trait Cloud {
    /// Makes a call once.
    ///
    /// # Errors
    /// See [`Trouble`].
    fn call(&mut self, call: &AwsCall) -> Result<Value, Trouble>;

    /// Makes a call that only reads, page after page.
    ///
    /// # Errors
    /// See [`Trouble`].
    fn read(&mut self, call: &AwsCall) -> Result<Vec<Value>, Trouble>;

    /// Lets this many seconds pass.
    fn wait(&mut self, seconds: u64);

    /// What time it is.
    fn now(&self) -> Timestamp;
}

/// Where it is written down. When `record` returns, it is durable.
pub trait Journal {
    /// Appends a record.
    ///
    /// # Errors
    /// In words, when it may not be durable: then nothing more is done.
    fn record(&mut self, record: &Record) -> Result<(), String>;
}
