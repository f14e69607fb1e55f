//! What a decoder says of a source, gathered for comparison.

#![allow(dead_code, reason = "each test program uses a part")]

use gardefou_finding::{FailureReason, InputForm, Outcome, SkipReason};
use gardefou_trail::decode::{Decoder, Limits, Record, Shape, Sink};

/// A record that was read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Read {
    pub(crate) raw: String,
    pub(crate) id: String,
    pub(crate) offset: u64,
    pub(crate) ordinal: u64,
    pub(crate) outcome: Outcome,
    pub(crate) shape: Shape,
}

/// Something that was not read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Problem {
    Skipped(u64, SkipReason),
    Failed(u64, FailureReason, Option<String>),
}

impl Problem {
    pub(crate) fn failure(&self) -> Option<(FailureReason, Option<&str>)> {
        match self {
            Self::Skipped(..) => None,
            Self::Failed(_, why, detail) => Some((*why, detail.as_deref())),
        }
    }
}

/// Everything a sink was told.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Seen {
    pub(crate) records: Vec<Read>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) forms: Vec<InputForm>,
}

impl Seen {
    pub(crate) fn failures(&self) -> Vec<FailureReason> {
        self.problems
            .iter()
            .filter_map(Problem::failure)
            .map(|(why, _)| why)
            .collect()
    }

    pub(crate) fn skips(&self) -> Vec<SkipReason> {
        let skip = |problem: &Problem| match problem {
            Problem::Skipped(_, why) => Some(*why),
            Problem::Failed(..) => None,
        };
        self.problems.iter().filter_map(skip).collect()
    }
}

/// Gathers, and lets the test look at each record.
struct Gather<'a> {
    seen: Seen,
    look: &'a mut dyn FnMut(&Record<'_>),
}

impl Sink for Gather<'_> {
    fn record(&mut self, record: &Record<'_>) {
        (self.look)(record);
        self.seen.records.push(Read {
            raw: record.raw().to_owned(),
            id: record.event_id().unwrap_or_default().into_owned(),
            offset: record.offset(),
            ordinal: record.ordinal(),
            outcome: record.outcome(),
            shape: record.shape(),
        });
    }

    fn skipped(&mut self, offset: u64, why: SkipReason) {
        self.seen.problems.push(Problem::Skipped(offset, why));
    }

    fn failed(&mut self, offset: u64, why: FailureReason, detail: Option<&str>) {
        self.seen
            .problems
            .push(Problem::Failed(offset, why, detail.map(str::to_owned)));
    }

    fn form(&mut self, form: InputForm) {
        self.seen.forms.push(form);
    }
}

/// One shot, each record looked at.
pub(crate) fn seen_with(bytes: &[u8], look: &mut dyn FnMut(&Record<'_>)) -> Seen {
    let mut gather = Gather {
        seen: Seen::default(),
        look,
    };
    let summary = gardefou_trail::decode::decode(Limits::default(), bytes, &mut gather);
    assert_eq!(summary.forms, gather.seen.forms);
    assert_eq!(summary.bytes, bytes.len() as u64);
    gather.seen
}

/// One shot.
pub(crate) fn seen(bytes: &[u8]) -> Seen {
    seen_with(bytes, &mut |_| {})
}

/// In chunks of `size` bytes, as a reader of a file would bring them.
pub(crate) fn in_chunks(bytes: &[u8], limits: Limits, size: usize) -> Seen {
    let mut gather = Gather {
        seen: Seen::default(),
        look: &mut |_| {},
    };
    let mut decoder = Decoder::new(limits);
    let mut buffer = Vec::new();
    for chunk in bytes.chunks(size) {
        buffer.extend_from_slice(chunk);
        let done = decoder.feed(&buffer, false, &mut gather);
        buffer.drain(..done);
    }
    decoder.feed(&buffer, true, &mut gather);
    assert_eq!(decoder.finish().bytes, bytes.len() as u64);
    gather.seen
}

/// The ids of the records read.
pub(crate) fn ids(seen: &Seen) -> Vec<String> {
    seen.records
        .iter()
        .map(|record| record.id.clone())
        .collect()
}

/// A whole record whose id is `n`.
pub(crate) fn record(n: u32) -> String {
    format!(
        "{{\"eventVersion\":\"1.11\",\"userIdentity\":{{\"type\":\"AssumedRole\",\
         \"principalId\":\"AROAEXAMPLE:anna\",\
         \"arn\":\"arn:aws:sts::100000000001:assumed-role/operator/anna\",\
         \"accountId\":\"100000000001\",\"accessKeyId\":\"ASIAEXAMPLE\",\"sessionContext\":\
         {{\"sessionIssuer\":{{\"type\":\"Role\",\"principalId\":\"AROAEXAMPLE\",\
         \"arn\":\"arn:aws:iam::100000000001:role/operator\",\"accountId\":\"100000000001\",\
         \"userName\":\"operator\"}},\"attributes\":{{\"creationDate\":\"2026-03-01T09:00:00Z\",\
         \"mfaAuthenticated\":\"false\"}}}}}},\"eventTime\":\"2026-03-01T10:00:{:02}Z\",\
         \"eventSource\":\"ec2.amazonaws.com\",\"eventName\":\"DescribeInstances\",\
         \"awsRegion\":\"eu-west-1\",\"sourceIPAddress\":\"192.0.2.7\",\
         \"userAgent\":\"DryRun é\",\"requestParameters\":{{\"maxResults\":5}},\
         \"responseElements\":null,\"requestID\":\"r\",\"eventID\":\"{n}\",\"readOnly\":true,\
         \"eventType\":\"AwsApiCall\",\"recipientAccountId\":\"100000000001\"}}",
        n % 60
    )
}
