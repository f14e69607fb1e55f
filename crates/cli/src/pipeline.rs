//! Readers' bytes → decoder → scanner: what one thread does.

use std::collections::HashMap;

use gardefou_finding::{Coverage, Failure, FailureReason, Untrusted};
use gardefou_host::{Consumer, ReadSummary, Source, Worker};
use gardefou_replay::{Collected, Collector};
use gardefou_trail::decode::{Decoder, Limits};
use gardefou_trail::facts::Facts;
use gardefou_trail::proof::{
    Checked, DigestCheck, Judge, LogCheck, LogOutcomes, Metadata, PublicKeys, Survey, is_unread,
};
use gardefou_trail::rules::RuleSet;
use gardefou_trail::scan::{Scanner, SeenEvents, TimeRange};
use gardefou_trail::story::{Details, Focus, SecondLook};

/// How the first look at each source ended, by number.
pub(crate) type Endings = HashMap<u32, Ending>;

/// How one look at a source ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ending {
    inflated: u64,
    failed: Option<FailureReason>,
}

impl Ending {
    fn of(summary: &ReadSummary) -> Self {
        Self {
            inflated: summary.bytes_inflated,
            failed: summary.failure.as_ref().map(|failure| failure.reason),
        }
    }

    /// Whether less was read than at the `first` look, or another thing failed.
    /// What failed alike both times is told once, by the first look.
    fn is_worse_than(self, first: Self) -> bool {
        let fails_anew = self.failed.is_some() && self.failed != first.failed;
        fails_anew || self.inflated < first.inflated
    }
}

/// A thread of the first look.
pub(crate) struct First<'a> {
    decoder: Decoder,
    scanner: Scanner<'a, SeenEvents>,
    source: u32,
    endings: Endings,
}

impl<'a> First<'a> {
    pub(crate) fn new(rules: &'a RuleSet, seen: &'a SeenEvents, range: TimeRange) -> Self {
        let scanner = Scanner::new(rules, seen, range);
        Self {
            decoder: Decoder::new(Limits::default()),
            scanner,
            source: 0,
            endings: Endings::default(),
        }
    }

    pub(crate) fn finish(self) -> (Facts, Coverage, Endings) {
        let (facts, coverage) = self.scanner.finish();
        (facts, coverage, self.endings)
    }
}

impl Consumer for First<'_> {
    fn feed(&mut self, buf: &[u8], eof: bool) -> usize {
        self.decoder.feed(buf, eof, &mut self.scanner)
    }
}

impl Worker for First<'_> {
    fn begin(&mut self, index: usize, source: &Source) {
        self.decoder.begin();
        self.source = number(index);
        self.scanner.begin(self.source, source.name().as_str());
    }

    fn end(&mut self, summary: ReadSummary) {
        self.endings.insert(self.source, Ending::of(&summary));
        let coverage = self.scanner.coverage_mut();
        if let Some(skip) = summary.skip {
            coverage.skip(skip);
        }
        if let Some(failure) = summary.failure {
            coverage.fail(failure);
        }
    }
}

/// A thread of the second look.
pub(crate) struct Second<'a> {
    decoder: Decoder,
    look: SecondLook<'a, SeenEvents>,
    again: Again<'a>,
    source: u32,
    name: Untrusted,
    coverage: Coverage,
}

/// What the second look has to know of the first.
#[derive(Clone, Copy)]
pub(crate) struct Again<'a> {
    /// Numbers of the sources at the first look.
    pub(crate) numbers: &'a [u32],
    /// How they ended there.
    pub(crate) endings: &'a Endings,
}

impl<'a> Second<'a> {
    pub(crate) fn new(
        rules: &'a RuleSet,
        focus: &'a Focus,
        seen: &'a SeenEvents,
        again: Again<'a>,
    ) -> Self {
        Self {
            decoder: Decoder::new(Limits::default()),
            look: SecondLook::new(rules, focus, seen),
            again,
            source: 0,
            name: Untrusted::new(""),
            coverage: Coverage::default(),
        }
    }

    /// What was found, and what could not be read again.
    pub(crate) fn finish(self) -> (Details, Coverage) {
        (self.look.finish(), self.coverage)
    }
}

impl Consumer for Second<'_> {
    fn feed(&mut self, buf: &[u8], eof: bool) -> usize {
        self.decoder.feed(buf, eof, &mut self.look)
    }
}

impl Worker for Second<'_> {
    fn begin(&mut self, index: usize, source: &Source) {
        self.decoder.begin();
        self.source = self.again.numbers.get(index).copied().unwrap_or(u32::MAX);
        self.name = source.name();
        self.look.begin(self.source, self.name.as_str());
    }

    /// An incident told from a source that can no longer be read lacks calls,
    /// so that is a failure too.
    fn end(&mut self, summary: ReadSummary) {
        let first = self.again.endings.get(&self.source).copied();
        if let Some(failure) = worse(first, summary, &self.name) {
            self.coverage.fail(failure);
        }
    }
}

/// The failure of a further look at a source that went worse than the first.
fn worse(first: Option<Ending>, summary: ReadSummary, name: &Untrusted) -> Option<Failure> {
    if !first.is_some_and(|first| Ending::of(&summary).is_worse_than(first)) {
        return None;
    }
    Some(summary.failure.unwrap_or_else(|| Failure {
        source: name.clone(),
        offset: Some(summary.bytes_inflated),
        reason: FailureReason::Unreadable,
        detail: Some(Untrusted::new("shorter when it was read again")),
    }))
}

/// A thread of the third look: what guardrails can see of every call.
pub(crate) struct Calls<'a> {
    decoder: Decoder,
    collector: Collector<'a, SeenEvents>,
    endings: &'a Endings,
    source: u32,
    name: Untrusted,
    coverage: Coverage,
}

impl<'a> Calls<'a> {
    pub(crate) fn new(collector: Collector<'a, SeenEvents>, endings: &'a Endings) -> Self {
        Self {
            decoder: Decoder::new(Limits::default()),
            collector,
            endings,
            source: 0,
            name: Untrusted::default(),
            coverage: Coverage::default(),
        }
    }

    /// What was collected, and what could not be read again.
    pub(crate) fn finish(self) -> (Collected, Coverage) {
        (self.collector.finish(), self.coverage)
    }
}

impl Consumer for Calls<'_> {
    fn feed(&mut self, buf: &[u8], eof: bool) -> usize {
        self.decoder.feed(buf, eof, &mut self.collector)
    }
}

impl Worker for Calls<'_> {
    fn begin(&mut self, index: usize, source: &Source) {
        self.decoder.begin();
        self.source = number(index);
        self.name = source.name();
        self.collector.begin(self.name.as_str());
    }

    fn end(&mut self, summary: ReadSummary) {
        let first = self.endings.get(&self.source).copied();
        if let Some(failure) = worse(first, summary, &self.name) {
            self.coverage.fail(failure);
        }
    }
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// A thread that reads digests.
pub(crate) struct Digests<'a> {
    check: DigestCheck<'a>,
    /// Numbers of the files in the whole archive.
    numbers: &'a [u32],
    coverage: Coverage,
}

impl<'a> Digests<'a> {
    pub(crate) fn new(
        survey: &'a Survey<'a>,
        keys: &'a PublicKeys,
        metadata: &'a Metadata,
        numbers: &'a [u32],
    ) -> Self {
        Self {
            check: DigestCheck::new(survey, keys, metadata),
            numbers,
            coverage: Coverage::default(),
        }
    }

    pub(crate) fn finish(self) -> (Vec<Checked>, Coverage) {
        (self.check.finish(), self.coverage)
    }
}

impl Consumer for Digests<'_> {
    fn feed(&mut self, buf: &[u8], _: bool) -> usize {
        self.check.feed(buf);
        buf.len()
    }
}

impl Worker for Digests<'_> {
    fn begin(&mut self, index: usize, _: &Source) {
        self.check.begin(in_archive(self.numbers, index));
    }

    fn end(&mut self, summary: ReadSummary) {
        self.check.end(summary.failure.as_ref());
        let unread = summary.failure.filter(|failure| is_unread(failure.reason));
        if let Some(failure) = unread {
            self.coverage.fail(failure);
        }
    }
}

/// A thread that reads logs and compares them with what digests say.
pub(crate) struct Logs<'a> {
    check: LogCheck<'a>,
    numbers: &'a [u32],
}

impl<'a> Logs<'a> {
    pub(crate) fn new(judge: &'a Judge<'a>) -> Self {
        Self {
            check: LogCheck::new(judge),
            numbers: judge.wanted(),
        }
    }

    pub(crate) fn finish(self) -> LogOutcomes {
        self.check.finish()
    }
}

impl Consumer for Logs<'_> {
    fn feed(&mut self, buf: &[u8], eof: bool) -> usize {
        self.check.feed(buf, eof)
    }
}

impl Worker for Logs<'_> {
    fn begin(&mut self, index: usize, _: &Source) {
        self.check.begin(in_archive(self.numbers, index));
    }

    fn end(&mut self, summary: ReadSummary) {
        self.check.end(summary.failure);
    }
}

fn in_archive(numbers: &[u32], index: usize) -> u32 {
    numbers.get(index).copied().unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::num::NonZeroUsize;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use gardefou_finding::SkipReason;
    use gardefou_host::{Archive, ReadOptions, Scope};

    use super::*;

    fn ending(inflated: u64, failed: Option<FailureReason>) -> Ending {
        Ending { inflated, failed }
    }

    #[test]
    fn only_what_the_first_look_did_not_tell_is_worse() {
        let (cut, gone) = (
            Some(FailureReason::TruncatedCompression),
            Some(FailureReason::Unreadable),
        );
        let whole = ending(9, None);
        assert!(ending(0, gone).is_worse_than(whole));
        assert!(ending(8, None).is_worse_than(whole), "it shrank");
        assert!(ending(0, None).is_worse_than(whole), "it was emptied");
        assert!(ending(5, gone).is_worse_than(ending(5, cut)));
        assert!(!ending(5, cut).is_worse_than(ending(5, cut)), "told before");
        assert!(!ending(12, None).is_worse_than(whole), "it grew meanwhile");
    }

    /// A file of three events, compressed as CloudTrail does.
    fn zipped() -> Vec<u8> {
        let event = |index: usize| {
            format!(
                r#"{{"eventVersion":"1.09","eventTime":"2025-11-03T10:00:0{index}Z",
                "eventSource":"s3.amazonaws.com","eventName":"ListBuckets","eventID":"{index}",
                "awsRegion":"eu-west-1","sourceIPAddress":"198.51.100.7","userAgent":"aws-cli",
                "userIdentity":{{"type":"IAMUser","accessKeyId":"AKIAEXAMPLEEXAMPLE00"}}}}"#
            )
        };
        let file = format!(r#"{{"Records":[{},{},{}]}}"#, event(1), event(2), event(3));
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(file.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    /// Looks at each source as if it were the only one.
    struct Each<'a> {
        rules: &'a RuleSet,
        seen: &'a SeenEvents,
        first: First<'a>,
        covered: Vec<Coverage>,
    }

    impl<'a> Each<'a> {
        fn new(rules: &'a RuleSet, seen: &'a SeenEvents) -> Self {
            Self {
                rules,
                seen,
                first: First::new(rules, seen, TimeRange::default()),
                covered: Vec::new(),
            }
        }
    }

    impl Consumer for Each<'_> {
        fn feed(&mut self, buf: &[u8], eof: bool) -> usize {
            self.first.feed(buf, eof)
        }
    }

    impl Worker for Each<'_> {
        fn begin(&mut self, index: usize, source: &Source) {
            self.first.begin(index, source);
        }

        fn end(&mut self, summary: ReadSummary) {
            self.first.end(summary);
            let next = First::new(self.rules, self.seen, TimeRange::default());
            let done = std::mem::replace(&mut self.first, next);
            self.covered.push(done.finish().1);
        }
    }

    /// Events of a file that were read, new or not.
    fn events(coverage: &Coverage) -> u64 {
        let again = coverage.skipped.get(&SkipReason::DuplicateDelivery);
        coverage.events_read + again.copied().unwrap_or(0)
    }

    #[test]
    #[allow(clippy::disallowed_methods, reason = "a test makes its own files")]
    fn a_gzip_cut_at_any_byte_is_incomplete() {
        let zipped = zipped();
        let directory = tempfile::tempdir().unwrap();
        for length in 1..=zipped.len() {
            let name = format!("{length:06}.json.gz");
            std::fs::write(directory.path().join(name), &zipped[..length]).unwrap();
        }
        let archive = Archive::open(&[directory.path().into()], &Scope::default()).unwrap();
        let (rules, seen) = (RuleSet::load(&[]).unwrap(), SeenEvents::small());
        let one = ReadOptions {
            threads: NonZeroUsize::new(1),
            ..ReadOptions::default()
        };
        let mut read = archive.read(&one, || Each::new(&rules, &seen));
        let mut covered = read.workers.pop().unwrap().covered;
        let whole = covered.pop().unwrap();
        assert!(whole.is_complete(), "only what is cut fails");
        assert_eq!(events(&whole), 3);
        assert_eq!(covered.len(), zipped.len() - 1);
        for (length, coverage) in (1..).zip(&covered) {
            assert!(!coverage.is_complete(), "cut at {length}");
            let failure = coverage.failures.first().unwrap();
            let name = format!("{length:06}.json.gz");
            assert!(failure.source.as_str().ends_with(&name));
        }
        assert!(covered.iter().map(events).is_sorted());
        let last = covered.last().map(events);
        assert_eq!(last, Some(3), "only the trailer is missing");
    }
}
