//! Readers' bytes → decoder → scanner: what one thread does.

use gardefou_finding::Coverage;
use gardefou_host::{Consumer, ReadSummary, Source, Worker};
use gardefou_trail::decode::{Decoder, Limits};
use gardefou_trail::facts::Facts;
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
        let first = self.numbers.get(index).copied().unwrap_or(u32::MAX);
        self.look.begin(first, source.name().as_str());
    }

    fn end(&mut self, _: ReadSummary) {}
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
