//! Readers' bytes → decoder → scanner: what one thread does.

use gardefou_finding::Coverage;
use gardefou_host::{Consumer, ReadSummary, Source, Worker};
use gardefou_trail::decode::{Decoder, Limits};
use gardefou_trail::facts::Facts;
use gardefou_trail::proof::{
    Checked, DigestCheck, Judge, LogCheck, LogOutcomes, Metadata, PublicKeys, Survey, is_unread,
};
use gardefou_trail::rules::RuleSet;
use gardefou_trail::scan::{Scanner, SeenEvents, TimeRange};
use gardefou_trail::story::{Details, Focus, SecondLook};

/// A thread of the first look.
pub(crate) struct First<'a> {
    decoder: Decoder,
    scanner: Scanner<'a, SeenEvents>,
}

impl<'a> First<'a> {
    pub(crate) fn new(rules: &'a RuleSet, seen: &'a SeenEvents, range: TimeRange) -> Self {
        let scanner = Scanner::new(rules, seen, range);
        Self {
            decoder: Decoder::new(Limits::default()),
            scanner,
        }
    }

    pub(crate) fn finish(self) -> (Facts, Coverage) {
        self.scanner.finish()
    }
}

impl Consumer for First<'_> {
    fn feed(&mut self, buf: &[u8], eof: bool) -> usize {
        self.decoder.feed(buf, eof, &mut self.scanner)
    }
}

impl Worker for First<'_> {
    fn begin(&mut self, index: usize, source: &Source) {
        self.decoder = Decoder::new(Limits::default());
        self.scanner.begin(number(index), source.name().as_str());
    }

    fn end(&mut self, summary: ReadSummary) {
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
    /// Numbers of the sources at the first look.
    numbers: &'a [u32],
}

impl<'a> Second<'a> {
    pub(crate) fn new(
        rules: &'a RuleSet,
        focus: &'a Focus,
        seen: &'a SeenEvents,
        numbers: &'a [u32],
    ) -> Self {
        let look = SecondLook::new(rules, focus, seen);
        Self {
            decoder: Decoder::new(Limits::default()),
            look,
            numbers,
        }
    }

    pub(crate) fn finish(self) -> Details {
        self.look.finish()
    }
}

impl Consumer for Second<'_> {
    fn feed(&mut self, buf: &[u8], eof: bool) -> usize {
        self.decoder.feed(buf, eof, &mut self.look)
    }
}

impl Worker for Second<'_> {
    fn begin(&mut self, index: usize, source: &Source) {
        self.decoder = Decoder::new(Limits::default());
        let first = in_archive(self.numbers, index);
        self.look.begin(first, source.name().as_str());
    }

    fn end(&mut self, _: ReadSummary) {}
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
