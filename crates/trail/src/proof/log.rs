//! Logs: hashed piece by piece and compared with what a digest says; and files
//! that no digest lists, looked at for records.

use gardefou_finding::{Coverage, DoubtKind, Failure, FailureReason, InputForm, SkipReason};
use ring::digest::{Context, SHA256};

use super::check::{fault_of, is_unread};
use super::judge::Judge;
use crate::decode::{Decoder, Limits, Record, Sink};

/// What the logs turned out to be.
#[derive(Debug, Default)]
pub struct LogOutcomes {
    /// Logs whose content is what their digest says, by the digest's number.
    pub(crate) valid: Vec<u32>,
    /// Listed logs that are not, each with the reason.
    pub(crate) bad: Vec<(u32, DoubtKind, Option<FailureReason>)>,
    /// Files that no digest lists and that hold CloudTrail records.
    pub(crate) records: Vec<u32>,
    /// Files that no digest lists and that hold none.
    pub(crate) others: u64,
    /// What could not be read.
    pub(crate) coverage: Coverage,
}

impl LogOutcomes {
    /// Adds what another thread found.
    pub fn merge(&mut self, other: Self) {
        self.bad.extend(other.bad);
        self.records.extend(other.records);
        self.others += other.others;
        self.coverage.merge(other.coverage);
        if self.valid.len() < other.valid.len() {
            self.valid.resize(other.valid.len(), 0);
        }
        for (sum, count) in self.valid.iter_mut().zip(other.valid) {
            *sum += count;
        }
    }

    fn count_valid(&mut self, digest: usize) {
        if self.valid.len() <= digest {
            self.valid.resize(digest + 1, 0);
        }
        if let Some(count) = self.valid.get_mut(digest) {
            *count += 1;
        }
    }
}

/// Takes the content of one log after another.
pub struct LogCheck<'a> {
    judge: &'a Judge<'a>,
    file: u32,
    look: Look,
    outcomes: LogOutcomes,
}

/// How a file is looked at.
enum Look {
    /// Its hash is compared.
    Hash(Box<Context>),
    /// Records are looked for.
    Sniff(Box<(Decoder, Sniffed)>),
}

/// Whether any record was found.
#[derive(Default)]
struct Sniffed {
    found: bool,
}

impl Sink for Sniffed {
    fn record(&mut self, _: &Record<'_>) {
        self.found = true;
    }

    fn skipped(&mut self, _: u64, _: SkipReason) {}

    fn failed(&mut self, _: u64, why: FailureReason, _: Option<&str>) {
        // A record with a fault is one that an investigation would tell of.
        self.found |= !matches!(why, FailureReason::NotCloudTrail | FailureReason::BadJson)
            && !matches!(why, FailureReason::BadUtf8 | FailureReason::TruncatedJson);
    }

    fn form(&mut self, _: InputForm) {}
}

impl<'a> LogCheck<'a> {
    /// One for each thread.
    pub fn new(judge: &'a Judge<'a>) -> Self {
        Self {
            judge,
            file: 0,
            look: Look::Hash(Box::new(Context::new(&SHA256))),
            outcomes: LogOutcomes::default(),
        }
    }

    /// The file with this number begins.
    pub fn begin(&mut self, file: u32) {
        self.file = file;
        self.look = if self.judge.expected(file).is_some() {
            Look::Hash(Box::new(Context::new(&SHA256)))
        } else {
            Look::Sniff(Box::new((
                Decoder::new(Limits::default()),
                Sniffed::default(),
            )))
        };
    }

    /// More of its inflated content; the answer is how much of it was taken,
    /// and the rest must come again in front of what follows.
    pub fn feed(&mut self, bytes: &[u8], eof: bool) -> usize {
        match &mut self.look {
            Look::Hash(context) => {
                context.update(bytes);
                bytes.len()
            }
            Look::Sniff(sniff) => sniff.0.feed(bytes, eof, &mut sniff.1),
        }
    }

    /// It is done; `failure` says what of it could not be inflated.
    pub fn end(&mut self, failure: Option<Failure>) {
        let reason = failure.as_ref().map(|failure| failure.reason);
        let look = std::mem::replace(&mut self.look, Look::Hash(Box::new(Context::new(&SHA256))));
        match look {
            Look::Hash(context) => self.compare(context.finish().as_ref(), reason),
            Look::Sniff(sniff) if sniff.1.found => self.outcomes.records.push(self.file),
            Look::Sniff(_) => self.outcomes.others += 1,
        }
        if let Some(failure) = failure.filter(|failure| is_unread(failure.reason)) {
            self.outcomes.coverage.fail(failure);
        }
    }

    fn compare(&mut self, hash: &[u8], reason: Option<FailureReason>) {
        let Some((digest, expected)) = self.judge.expected(self.file) else {
            return;
        };
        match reason {
            Some(why) => {
                let kind = fault_of(why, DoubtKind::LogModified);
                self.outcomes.bad.push((self.file, kind, reason));
            }
            None if hash == expected => self.outcomes.count_valid(digest),
            None => {
                let kind = DoubtKind::LogModified;
                self.outcomes.bad.push((self.file, kind, None));
            }
        }
    }

    /// All that was found.
    pub fn finish(self) -> LogOutcomes {
        self.outcomes
    }
}
