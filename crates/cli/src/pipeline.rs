//! Readers' bytes → decoder → scanner: what one thread does.

use std::collections::HashMap;

use gardefou_finding::{Coverage, Failure, FailureReason, Untrusted};
use gardefou_host::{Consumer, ReadSummary, Source, Worker};
use gardefou_trail::decode::{Decoder, Limits};
use gardefou_trail::facts::Facts;
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
        self.decoder = Decoder::new(Limits::default());
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
        self.decoder = Decoder::new(Limits::default());
        self.source = self.again.numbers.get(index).copied().unwrap_or(u32::MAX);
        self.name = source.name();
        self.look.begin(self.source, self.name.as_str());
    }

    /// An incident told from a source that can no longer be read lacks calls,
    /// so that is a failure too.
    fn end(&mut self, summary: ReadSummary) {
        let first = self.again.endings.get(&self.source).copied();
        if first.is_some_and(|first| Ending::of(&summary).is_worse_than(first)) {
            let failure = summary.failure.unwrap_or_else(|| Failure {
                source: self.name.clone(),
                offset: Some(summary.bytes_inflated),
                reason: FailureReason::Unreadable,
                detail: Some(Untrusted::new("shorter when it was read again")),
            });
            self.coverage.fail(failure);
        }
    }
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
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
}
