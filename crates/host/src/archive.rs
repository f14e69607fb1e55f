//! An archive: the sources that were named, and reading them in parallel.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::{io, thread};

use gardefou_finding::{Coverage, FailureReason, SourceCoverage};

use crate::error::SourceError;
use crate::layout::Selection;
use crate::list::{self, Listing};
use crate::progress::{Meter, ProgressCallback};
use crate::read::{Body, Consumer, Limits, ReadSummary, Reader, open};
use crate::source::{Origin, Source};

/// The sources that arguments name.
#[derive(Debug)]
pub struct Archive {
    /// What to read, in a stable order: arguments as given, directories and
    /// buckets sorted.
    pub sources: Vec<Source>,
    /// Skips and failures met while listing. Sources are not counted in it.
    pub coverage: Coverage,
}

/// How to read.
#[derive(Clone, Copy, Default)]
pub struct ReadOptions<'a> {
    /// Number of threads; as many as the machine runs at once when `None`.
    pub threads: Option<NonZeroUsize>,
    /// What one source may cost.
    pub limits: Limits,
    /// Told how far the reading is.
    pub progress: Option<ProgressCallback<'a>>,
}

/// The state of one thread: takes the content of one source after another.
pub trait Worker: Consumer + Send {
    /// `source`, the one at `index` of [`Archive::sources`], begins.
    fn begin(&mut self, index: usize, source: &Source);

    /// The source that began last is done; its skip or failure is the
    /// worker's to record.
    fn end(&mut self, summary: ReadSummary);
}

/// What reading an archive came to.
#[derive(Debug)]
pub struct ReadOutcome<W> {
    /// The state of every thread. Which thread read which source is chance.
    pub workers: Vec<W>,
    /// Totals over all sources.
    pub totals: SourceCoverage,
    /// The last object, as an `s3://` URL, up to which all objects were read;
    /// a later reading may resume after it.
    pub resume_after: Option<String>,
}

impl Archive {
    /// Lists what `arguments` name: files, directories, globs, `-` for
    /// standard input, `s3://bucket/prefix`.
    ///
    /// # Errors
    /// An argument that names nothing.
    pub fn open(arguments: &[OsString], selection: &Selection) -> Result<Self, SourceError> {
        let mut listing = Listing::default();
        list::list_local(arguments, selection, &mut listing)?;
        Ok(Self {
            sources: listing.sources,
            coverage: listing.coverage,
        })
    }

    /// Reads every source once, on several threads, each with the state that
    /// `make_worker` gave it.
    pub fn read<W: Worker>(
        &self,
        options: &ReadOptions<'_>,
        make_worker: impl Fn() -> W,
    ) -> ReadOutcome<W> {
        let sizes = self.sources.iter().filter_map(|source| source.size).sum();
        let meter = Meter::new(options.progress, self.sources.len() as u64, sizes);
        let job = Job {
            sources: &self.sources,
            limits: options.limits,
            next: AtomicUsize::new(0),
            meter,
            unread: Mutex::new(Vec::new()),
        };
        let count = self.thread_count(options.threads);
        let workers = run_threads((0..count).map(|_| make_worker()).collect(), &job);
        ReadOutcome {
            workers,
            totals: job.meter.coverage(),
            resume_after: resume_after(&self.sources, &job.into_unread()),
        }
    }

    /// Some of the sources, by index, in the order given: to read them again.
    pub fn part(&self, indices: &[u32]) -> Self {
        let source = |index: &u32| self.sources.get(usize::try_from(*index).ok()?).cloned();
        Self {
            sources: indices.iter().filter_map(source).collect(),
            coverage: Coverage::default(),
        }
    }

    fn thread_count(&self, asked: Option<NonZeroUsize>) -> usize {
        let machine = || thread::available_parallelism().ok();
        let threads = asked.or_else(machine).map_or(1, NonZeroUsize::get);
        threads.min(self.sources.len()).max(1)
    }
}

/// Runs one thread a worker; the first one is this thread.
fn run_threads<W: Worker>(workers: Vec<W>, job: &Job<'_>) -> Vec<W> {
    thread::scope(|scope| {
        let mut workers = workers.into_iter();
        let first = workers.next();
        let others: Vec<_> = workers
            .map(|worker| scope.spawn(|| job.run(worker)))
            .collect();
        let first = first.map(|worker| job.run(worker));
        let others = others.into_iter().map(|thread| match thread.join() {
            Ok(worker) => worker,
            Err(panic) => resume_unwind(panic),
        });
        first.into_iter().chain(others).collect()
    })
}

/// What all threads share.
struct Job<'a> {
    sources: &'a [Source],
    limits: Limits,
    next: AtomicUsize,
    meter: Meter<'a>,
    /// Indices of sources that could not be read.
    unread: Mutex<Vec<usize>>,
}

impl Job<'_> {
    fn run<W: Worker>(&self, mut worker: W) -> W {
        let mut reader = Reader::new();
        while let Some((index, source, body)) = self.take() {
            worker.begin(index, source);
            let mut counted = Counted {
                worker: &mut worker,
                meter: &self.meter,
                kept: 0,
            };
            let summary = reader.read_opened(source, body, &self.limits, &mut counted);
            self.meter.done(&summary);
            self.note_unread(index, &summary);
            worker.end(summary);
        }
        worker
    }

    /// The next source, opened.
    fn take(&self) -> Option<(usize, &Source, io::Result<Body>)> {
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        let source = self.sources.get(index)?;
        Some((index, source, open(source)))
    }

    fn note_unread(&self, index: usize, summary: &ReadSummary) {
        let unreadable = |reason| reason == FailureReason::Unreadable;
        if summary
            .failure
            .as_ref()
            .is_some_and(|failure| unreadable(failure.reason))
        {
            self.unread
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(index);
        }
    }

    fn into_unread(self) -> Vec<usize> {
        self.unread
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The last object before the first one that could not be read.
fn resume_after(sources: &[Source], unread: &[usize]) -> Option<String> {
    let is_object = |source: &Source| matches!(source.origin, Origin::Object(_));
    let objects = sources
        .iter()
        .enumerate()
        .filter(|(_, source)| is_object(source));
    let read = objects.take_while(|(index, _)| !unread.contains(index));
    read.last()
        .map(|(_, source)| source.name().as_str().to_owned())
}

/// Passes content on and counts it, each byte once.
struct Counted<'a, W> {
    worker: &'a mut W,
    meter: &'a Meter<'a>,
    kept: usize,
}

impl<W: Worker> Consumer for Counted<'_, W> {
    fn feed(&mut self, buf: &[u8], eof: bool) -> usize {
        self.meter.inflated(buf.len().saturating_sub(self.kept));
        let taken = self.worker.feed(buf, eof).min(buf.len());
        self.kept = buf.len() - taken;
        taken
    }
}
