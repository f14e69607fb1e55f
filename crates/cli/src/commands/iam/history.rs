//! A CloudTrail archive, read for what principals did.

use std::ffi::OsString;
use std::num::NonZeroUsize;

use gardefou_finding::{Coverage, Timestamp};
use gardefou_host::{
    Archive, Consumer, ReadOptions, ReadSummary, Scope, Selection, Source, Stream, Terminal, Worker,
};
use gardefou_iam::usage::{Usage, Who};
use gardefou_replay::deeds::{Deeds, DeedsOf, UsageOf};
use gardefou_replay::{Mapper, Reference};
use gardefou_trail::decode::{Decoder, Limits, Sink};
use gardefou_trail::scan::{Seen, SeenEvents, TimeRange};

use crate::commands::Error;
use crate::messages::progress;

/// Which part of which archive is read, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trail<'a> {
    /// What [`Archive::open`] takes.
    pub(crate) paths: &'a [OsString],
    /// Only events from this time on.
    pub(crate) since: Option<Timestamp>,
    /// Only events before this time.
    pub(crate) until: Option<Timestamp>,
    /// Threads that read.
    pub(crate) threads: Option<NonZeroUsize>,
    /// Whether nothing is said while reading.
    pub(crate) quiet: bool,
}

impl Trail<'_> {
    /// What one principal did.
    pub(crate) fn deeds(&self, mapper: &Mapper<'_>, who: &Who) -> Result<(Deeds, Coverage), Error> {
        let seen = SeenEvents::default();
        let range = self.range();
        let looks = || Look::new(DeedsOf::new(mapper, who, &seen, range));
        let (looks, mut coverage) = self.read(looks)?;
        let mut deeds = Deeds::default();
        for look in looks {
            let (found, covered) = look.looker.finish();
            deeds.merge(found);
            coverage.merge(covered);
        }
        Ok((deeds, coverage))
    }

    /// Which actions everybody used.
    pub(crate) fn usage(&self) -> Result<(Usage, Coverage), Error> {
        let reference = Reference::load();
        let seen = SeenEvents::default();
        let range = self.range();
        let looks = || Look::new(UsageOf::new(&reference, &seen, range));
        let (looks, mut coverage) = self.read(looks)?;
        let mut usage = Usage::default();
        for look in looks {
            let (found, covered) = look.looker.finish();
            usage.merge(found);
            coverage.merge(covered);
        }
        Ok((usage, coverage))
    }

    fn range(&self) -> TimeRange {
        TimeRange {
            since: self.since,
            until: self.until,
        }
    }

    /// Reads the archive; the coverage is without what the looks covered.
    fn read<L: Looker + Send>(
        &self,
        looks: impl Fn() -> Look<L>,
    ) -> Result<(Vec<Look<L>>, Coverage), Error> {
        let scope = Scope {
            selection: Selection {
                since: self.since,
                until: self.until,
                ..Selection::default()
            },
            ..Scope::default()
        };
        let archive = Archive::open(self.paths, &scope)?;
        let terminal = Terminal::of(Stream::Err);
        let show = |at: &gardefou_host::Progress| progress(at, terminal.is_tty);
        let options = ReadOptions {
            threads: self.threads,
            progress: (!self.quiet).then_some(&show),
            ..ReadOptions::default()
        };
        let read = archive.read(&options, looks);
        let mut coverage = archive.coverage.clone();
        coverage.sources = read.totals;
        Ok((read.workers, coverage))
    }
}

/// A sink that wants to know of which source its records are.
trait Looker: Sink {
    fn begin(&mut self, name: &str);
    fn coverage_mut(&mut self) -> &mut Coverage;
}

impl<S: Seen> Looker for DeedsOf<'_, S> {
    fn begin(&mut self, name: &str) {
        self.begin(name);
    }

    fn coverage_mut(&mut self) -> &mut Coverage {
        self.coverage_mut()
    }
}

impl<S: Seen> Looker for UsageOf<'_, S> {
    fn begin(&mut self, name: &str) {
        self.begin(name);
    }

    fn coverage_mut(&mut self) -> &mut Coverage {
        self.coverage_mut()
    }
}

/// A thread that reads.
struct Look<L> {
    decoder: Decoder,
    looker: L,
}

impl<L> Look<L> {
    fn new(looker: L) -> Self {
        Self {
            decoder: Decoder::new(Limits::default()),
            looker,
        }
    }
}

impl<L: Looker> Consumer for Look<L> {
    fn feed(&mut self, buf: &[u8], eof: bool) -> usize {
        self.decoder.feed(buf, eof, &mut self.looker)
    }
}

impl<L: Looker + Send> Worker for Look<L> {
    fn begin(&mut self, _: usize, source: &Source) {
        self.decoder = Decoder::new(Limits::default());
        self.looker.begin(source.name().as_str());
    }

    fn end(&mut self, summary: ReadSummary) {
        let coverage = self.looker.coverage_mut();
        if let Some(skip) = summary.skip {
            coverage.skip(skip);
        }
        if let Some(failure) = summary.failure {
            coverage.fail(failure);
        }
    }
}
