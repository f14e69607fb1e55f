//! What was read, skipped and failed. Part of every report.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Timestamp, Untrusted};

/// How many skips and failures are listed one by one; all are counted.
pub const MAX_LISTED: usize = 200;

/// The form of an input, as its content shows.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum InputForm {
    /// `{"Records":[…]}` as CloudTrail delivers to S3.
    Records,
    /// One record a line, or records one after another.
    Ndjson,
    /// A JSON array of records.
    Array,
    /// Output of `aws cloudtrail lookup-events`.
    LookupEvents,
    /// EventBridge envelopes (`detail`).
    EventBridge,
    /// SQS messages or a Lambda's SQS event.
    Sqs,
    /// SNS notifications.
    Sns,
    /// CloudWatch Logs subscription or `filter-log-events` output.
    CloudWatchLogs,
    /// A CloudTrail digest file.
    Digest,
    /// A CloudTrail Insights file.
    Insight,
}

/// Why something was left out on purpose. It is not a fault.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// A digest file: no events in it.
    DigestFile,
    /// An Insights record: a statistic about events, not an event.
    InsightRecord,
    /// The same event delivered again.
    DuplicateDelivery,
    /// A notification that points to files instead of holding events.
    DeliveryNotification,
    /// Outside `--since`/`--until`.
    OutsideTimeRange,
    /// An account or region that was not asked for.
    OutsideSelection,
    /// The same file, reached again by another path.
    SameFile,
    /// An empty file.
    EmptyFile,
}

/// Why something that should have been read was not. It changes the exit status.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FailureReason {
    /// The file, object or directory could not be opened or read.
    Unreadable,
    /// The compressed data ends too early.
    TruncatedCompression,
    /// The compressed data is damaged.
    CorruptCompression,
    /// Bytes after the end of the compressed data.
    TrailingBytes,
    /// Inflates to more than the limit.
    InflatedTooLarge,
    /// Inflates by more than the limit's ratio.
    RatioTooHigh,
    /// Not JSON where JSON should be.
    BadJson,
    /// The JSON ends too early.
    TruncatedJson,
    /// Bytes that are not UTF-8.
    BadUtf8,
    /// Nested deeper than the limit.
    TooDeep,
    /// A record larger than the limit.
    RecordTooLarge,
    /// The same key twice in one object.
    DuplicateKey,
    /// A field that every event has is missing or `null`.
    MissingField,
    /// A field has another type than CloudTrail's.
    WrongType,
    /// `eventTime` is not a time.
    BadTime,
    /// Valid data, but not CloudTrail.
    NotCloudTrail,
    /// A state limit was reached; what follows is counted, not judged.
    LimitReached,
}

/// One thing left out on purpose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Skip {
    /// File or object.
    pub source: Untrusted,
    /// Byte offset in the inflated content, where it is part of a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// Why.
    pub reason: SkipReason,
}

/// One thing that could not be read or judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Failure {
    /// File or object.
    pub source: Untrusted,
    /// Byte offset in the inflated content, where it is part of a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// Why.
    pub reason: FailureReason,
    /// What exactly, in words (a field's name, the system's error).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<Untrusted>,
}

/// Totals over the sources.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceCoverage {
    /// Files or objects opened.
    pub files: u64,
    /// Bytes as stored.
    pub bytes_stored: u64,
    /// Bytes after inflating.
    pub bytes_inflated: u64,
}

/// What was read, skipped (why) and failed (where, why).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// Files and bytes.
    pub sources: SourceCoverage,
    /// Events read and judged, duplicates not counted.
    pub events_read: u64,
    /// Number of files or records skipped, by reason.
    pub skipped: BTreeMap<SkipReason, u64>,
    /// Number of files or records failed, by reason.
    pub failed: BTreeMap<FailureReason, u64>,
    /// Number of inputs by form.
    pub forms: BTreeMap<InputForm, u64>,
    /// First event's time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_event: Option<Timestamp>,
    /// Last event's time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_event: Option<Timestamp>,
    /// Accounts seen (`recipientAccountId`), at most [`MAX_LISTED`].
    pub accounts: Vec<Untrusted>,
    /// Regions seen, at most [`MAX_LISTED`].
    pub regions: Vec<Untrusted>,
    /// The first [`MAX_LISTED`] skips except duplicates, in order of source and offset.
    pub skips: Vec<Skip>,
    /// The first [`MAX_LISTED`] failures, in order of source and offset.
    pub failures: Vec<Failure>,
}

impl Coverage {
    /// Whether everything that should have been read was read.
    pub fn is_complete(&self) -> bool {
        self.failed.values().all(|count| *count == 0)
    }

    /// Whether no event was there to judge, and not because the user asked to
    /// leave events out. That is never a clean result: an empty folder or one
    /// of digests is more often a wrong path than a quiet account.
    pub fn is_without_events(&self) -> bool {
        let asked = [SkipReason::OutsideTimeRange, SkipReason::OutsideSelection];
        self.events_read == 0 && !asked.iter().any(|reason| self.skipped.contains_key(reason))
    }

    /// Number of failures of every reason.
    pub fn failed_total(&self) -> u64 {
        self.failed.values().sum()
    }

    /// Number of skips of every reason.
    pub fn skipped_total(&self) -> u64 {
        self.skipped.values().sum()
    }

    /// Adds what another part of the same reading covered. Totals over the
    /// sources, times and places are set once, by [`Coverage::see`].
    pub fn merge(&mut self, other: Self) {
        self.events_read += other.events_read;
        add_counts(&mut self.skipped, other.skipped);
        add_counts(&mut self.failed, other.failed);
        add_counts(&mut self.forms, other.forms);
        self.skips.extend(other.skips);
        self.skips
            .sort_by(|a, b| (&a.source, a.offset, a.reason).cmp(&(&b.source, b.offset, b.reason)));
        self.skips.truncate(MAX_LISTED);
        self.failures.extend(other.failures);
        self.failures
            .sort_by(|a, b| (&a.source, a.offset, a.reason).cmp(&(&b.source, b.offset, b.reason)));
        self.failures.truncate(MAX_LISTED);
    }

    /// Says which accounts, regions and times the events were of.
    pub fn see(
        &mut self,
        accounts: &BTreeSet<String>,
        regions: &BTreeSet<String>,
        time: Option<(Timestamp, Timestamp)>,
    ) {
        let texts = |set: &BTreeSet<String>| {
            set.iter()
                .take(MAX_LISTED)
                .map(|text| Untrusted::new(text.as_str()))
                .collect()
        };
        self.accounts = texts(accounts);
        self.regions = texts(regions);
        self.first_event = time.map(|(first, _)| first);
        self.last_event = time.map(|(_, last)| last);
    }

    /// Counts a failure and lists it while there is room.
    pub fn fail(&mut self, failure: Failure) {
        *self.failed.entry(failure.reason).or_default() += 1;
        if self.failures.len() < MAX_LISTED {
            self.failures.push(failure);
        }
    }

    /// Counts a skip and lists it while there is room; duplicates are only counted.
    pub fn skip(&mut self, skip: Skip) {
        *self.skipped.entry(skip.reason).or_default() += 1;
        if skip.reason != SkipReason::DuplicateDelivery && self.skips.len() < MAX_LISTED {
            self.skips.push(skip);
        }
    }
}

fn add_counts<K: Ord>(counts: &mut BTreeMap<K, u64>, other: BTreeMap<K, u64>) {
    for (key, count) in other {
        *counts.entry(key).or_default() += count;
    }
}
