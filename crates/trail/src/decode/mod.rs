//! CloudTrail bytes, in whichever form they lie, to records.
//!
//! A [`Decoder`] is fed the inflated bytes of one source in chunks of any size
//! and hands each record to a [`Sink`], or says why it could not. It reads
//! every byte (a record with a syntax error anywhere is a failure, not a
//! guess), but copies none: a [`Record`] knows where its fields lie in the
//! buffer and reads one when it is asked for it.
//!
//! The form is recognised by content alone: CloudTrail's files, one record a
//! line, arrays, `lookup-events`, EventBridge, SQS, SNS and CloudWatch Logs
//! around them, also nested.

mod check;
mod classify;
mod event;
mod fields;
mod json;
mod key;
mod outcome;
mod recall;
mod record;
mod resync;
mod scan;
mod stream;
mod text;
mod time;
mod walk;

pub use fields::Field;
pub use record::{Record, Shape};
pub use stream::{Decoder, Summary, decode};

use gardefou_finding::{FailureReason, InputForm, SkipReason};

/// What one source may ask of the decoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Levels of objects and arrays in a record, itself included. At most 128.
    pub max_depth: usize,
    /// Bytes of one record, as it lies in the source. At most 1 GiB.
    pub max_record: usize,
    /// Envelopes within envelopes (a notification in a queue's message).
    pub max_envelopes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_depth: 128,
            max_record: 16 << 20,
            max_envelopes: 4,
        }
    }
}

/// Takes what a [`Decoder`] finds, in the order of the source.
///
/// Offsets are byte offsets in the inflated source; for what lies in a text
/// inside an envelope, the offset of the envelope.
pub trait Sink {
    /// A record that has all that an event must have.
    fn record(&mut self, record: &Record<'_>);
    /// Something that holds no event, on purpose.
    fn skipped(&mut self, offset: u64, why: SkipReason);
    /// Something that should have been a record. `detail` says which field or
    /// place; it may quote the source's bytes only as far as field names that
    /// the decoder knows.
    fn failed(&mut self, offset: u64, why: FailureReason, detail: Option<&str>);
    /// A form of input that the source has; said once for each.
    fn form(&mut self, form: InputForm);
}
