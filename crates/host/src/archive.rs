//! An archive: the sources that were named, and reading them in parallel.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::{io, thread};

use gardefou_finding::{Coverage, FailureReason, SkipReason, SourceCoverage, Timestamp};

use crate::error::SourceError;
use crate::layout::Selection;
use crate::list::{Listing, LocalLister};
use crate::progress::{Meter, ProgressCallback};
use crate::read::{Body, Consumer, Limits, ReadSummary, Reader, open};
use crate::s3::{
    Fetched, Location, Request, Session, UserMetadata, fetch_all, public_keys, user_metadata,
};
use crate::save::save_all;
use crate::source::{Object, Origin, Source, skipped};

/// The sources that arguments name.
#[derive(Debug, Default)]
pub struct Archive {
    /// What to read, in a stable order: arguments as given, directories and
    /// buckets sorted.
    pub sources: Vec<Source>,
    /// Skips and failures met while listing. Sources are not counted in it.
    pub coverage: Coverage,
    session: Option<Arc<Session>>,
}

/// What of the arguments to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Times, accounts and regions.
    pub selection: Selection,
    /// Only objects whose key comes after this one: a key, or the `s3://` URL
    /// that [`ReadOutcome::resume_after`] gave.
    pub resume_after: Option<String>,
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
    /// standard input, `s3://bucket/prefix`, where the prefix is the beginning
    /// of keys, not necessarily a folder. The network is used for `s3://` only.
    ///
    /// # Errors
    /// An argument that names nothing, or a bucket that cannot be listed.
    pub fn open(arguments: &[OsString], scope: &Scope) -> Result<Self, SourceError> {
        let mut listing = Listing::default();
        let mut local = LocalLister::new(&scope.selection);
        let locations = locations(arguments)?;
        let after = resume_key(scope, locations.iter().flatten())?;
        let mut session = None;
        for (argument, location) in arguments.iter().zip(&locations) {
            if let Some(location) = location {
                let request = Request {
                    location,
                    selection: &scope.selection,
                    after,
                };
                list_objects(&mut session, &request, &mut listing)?;
            } else {
                local.list(argument, &mut listing)?;
            }
        }
        drop_repeated_objects(&mut listing);
        Ok(Self {
            sources: listing.sources,
            coverage: listing.coverage,
            session: session.map(Arc::new),
        })
    }

    /// The user metadata of sources that are objects in S3, by index, in the
    /// order given; one request each.
    pub fn user_metadata(&self, indices: &[u32]) -> Vec<io::Result<UserMetadata>> {
        let part = self.part(indices);
        let objects: Option<Vec<Object>> = part.sources.iter().map(object_of).collect();
        match (&self.session, objects) {
            (Some(session), Some(objects)) => user_metadata(session, &objects),
            _ => indices
                .iter()
                .map(|_| Err(io::Error::other("not an object")))
                .collect(),
        }
    }

    /// The public keys that CloudTrail signed digests with in a region at some
    /// time between two: the JSON of each page of `ListPublicKeys`.
    ///
    /// # Errors
    /// No credentials, no answer, an answer that is an error; and always when
    /// the archive is not in S3.
    pub fn public_keys(
        &self,
        region: &str,
        from: Timestamp,
        to: Timestamp,
    ) -> io::Result<Vec<Vec<u8>>> {
        let session = self.session.as_ref();
        let session = session.ok_or_else(|| io::Error::other("the archive is not in S3"))?;
        public_keys(session, region, from, to)
    }

    /// Copies every object, as it is stored, below a directory under its key.
    /// Files appear whole or not at all. Answers how many there are now, and
    /// what could not be copied.
    ///
    /// # Errors
    /// The system's when the directory cannot be made.
    pub fn save(&self, directory: &Path) -> io::Result<(u64, Coverage)> {
        fs::create_dir_all(directory)?;
        let Some(session) = &self.session else {
            return Err(io::Error::other("the archive is not in S3"));
        };
        let (fetched, sender) = Fetched::new();
        Ok(thread::scope(|scope| {
            scope.spawn(|| fetch_all(session, &self.sources, sender));
            save_all(&self.sources, &fetched, directory)
        }))
    }

    /// Some of the sources, by index, in the order given: to read them again.
    pub fn part(&self, indices: &[u32]) -> Self {
        let source = |index: &u32| self.sources.get(usize::try_from(*index).ok()?).cloned();
        Self {
            sources: indices.iter().filter_map(source).collect(),
            coverage: Coverage::default(),
            session: self.session.clone(),
        }
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
        let count = self.thread_count(options.threads);
        let workers = (0..count).map(|_| make_worker()).collect();
        let (workers, job) = match &self.session {
            None => {
                let job = self.job(options, meter, Queue::Local(AtomicUsize::new(0)));
                (run_threads(workers, &job), job)
            }
            Some(session) => {
                let (fetched, sender) = Fetched::new();
                let job = self.job(options, meter, Queue::Fetched(fetched));
                let workers = thread::scope(|scope| {
                    scope.spawn(|| fetch_all(session, &self.sources, sender));
                    // Also when a worker panics, or the getting waits for ever.
                    let _closed = CloseWhenDone(&job.queue);
                    run_threads(workers, &job)
                });
                (workers, job)
            }
        };
        ReadOutcome {
            workers,
            totals: job.meter.coverage(),
            resume_after: resume_after(&self.sources, &job.into_unread()),
        }
    }

    fn job<'a>(&'a self, options: &ReadOptions<'a>, meter: Meter<'a>, queue: Queue) -> Job<'a> {
        let unread = Mutex::new(HashSet::new());
        Job {
            sources: &self.sources,
            limits: options.limits,
            queue,
            meter,
            unread,
        }
    }

    fn thread_count(&self, asked: Option<NonZeroUsize>) -> usize {
        let machine = || thread::available_parallelism().ok();
        let threads = asked.or_else(machine).map_or(1, NonZeroUsize::get);
        threads.min(self.sources.len()).max(1)
    }
}

fn object_of(source: &Source) -> Option<Object> {
    match &source.origin {
        Origin::Object(object) => Some(object.clone()),
        Origin::Stream(..) | Origin::File(_) => None,
    }
}

/// The places in S3 among the arguments.
fn locations(arguments: &[OsString]) -> Result<Vec<Option<Location>>, SourceError> {
    let parse = |argument: &OsString| argument.to_str().and_then(Location::parse).transpose();
    arguments.iter().map(parse).collect()
}

/// The key to resume after, which only one place in S3 can have.
fn resume_key<'a>(
    scope: &'a Scope,
    mut locations: impl Iterator<Item = &'a Location>,
) -> Result<Option<&'a str>, SourceError> {
    let Some(key) = scope.resume_after.as_deref() else {
        return Ok(None);
    };
    let bad = |reason| SourceError::BadResume {
        key: key.to_owned(),
        reason,
    };
    let (Some(location), None) = (locations.next(), locations.next()) else {
        return Err(bad("exactly one `s3://` argument is needed"));
    };
    let Some(url) = key.strip_prefix("s3://") else {
        return Ok(Some(key));
    };
    let key = url
        .strip_prefix(&*location.bucket)
        .and_then(|rest| rest.strip_prefix('/'));
    key.map(Some)
        .ok_or_else(|| bad("it lies in another bucket"))
}

fn list_objects(
    session: &mut Option<Session>,
    request: &Request<'_>,
    listing: &mut Listing,
) -> Result<(), SourceError> {
    let unreachable = |error: io::Error| SourceError::Unreachable {
        url: request.location.url(),
        reason: error.to_string(),
    };
    let session = match session {
        Some(session) => session,
        None => session.insert(Session::connect().map_err(unreachable)?),
    };
    session.list(request, listing)
}

/// Drops objects that an earlier argument listed already.
fn drop_repeated_objects(listing: &mut Listing) {
    let mut seen: HashSet<Object> = HashSet::new();
    let Listing { sources, coverage } = listing;
    sources.retain(|source| match &source.origin {
        Origin::Object(object) if !seen.insert(object.clone()) => {
            coverage.skip(skipped(source.name(), SkipReason::SameFile));
            false
        }
        _ => true,
    });
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
    queue: Queue,
    meter: Meter<'a>,
    /// Indices of sources that could not be read.
    unread: Mutex<HashSet<usize>>,
}

/// Where threads take the next source from.
enum Queue {
    /// The index of the next one, which the thread opens.
    Local(AtomicUsize),
    /// Sources that were got ahead.
    Fetched(Fetched),
}

/// Ends the getting of objects when nobody reads them any more.
struct CloseWhenDone<'a>(&'a Queue);

impl Drop for CloseWhenDone<'_> {
    fn drop(&mut self) {
        if let Queue::Fetched(fetched) = self.0 {
            fetched.close();
        }
    }
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
        let (index, body) = match &self.queue {
            Queue::Local(next) => (next.fetch_add(1, Ordering::Relaxed), None),
            Queue::Fetched(fetched) => fetched.take()?,
        };
        let source = self.sources.get(index)?;
        Some((index, source, body.unwrap_or_else(|| open(source))))
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
                .insert(index);
        }
    }

    fn into_unread(self) -> HashSet<usize> {
        self.unread
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The last object before the first one that could not be read.
fn resume_after(sources: &[Source], unread: &HashSet<usize>) -> Option<String> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn object(key: &str) -> Source {
        Source::object("b".into(), key.to_owned(), 1)
    }

    #[test]
    fn reading_resumes_before_the_first_object_that_failed() {
        let sources = [
            object("1"),
            Source::file("a".into(), None),
            object("2"),
            object("3"),
        ];
        let after = |unread: &[usize]| resume_after(&sources, &unread.iter().copied().collect());
        assert_eq!(after(&[]).unwrap(), "s3://b/3");
        assert_eq!(after(&[3]).unwrap(), "s3://b/2");
        assert_eq!(after(&[1]).unwrap(), "s3://b/3", "only objects count");
        assert_eq!(after(&[2, 3]).unwrap(), "s3://b/1");
        assert_eq!(after(&[0]), None);
    }

    /// Panics on its first source.
    struct Panicking;

    impl Consumer for Panicking {
        fn feed(&mut self, _: &[u8], _: bool) -> usize {
            0
        }
    }

    impl Worker for Panicking {
        fn begin(&mut self, _: usize, _: &Source) {
            panic!("deliberate");
        }

        fn end(&mut self, _: ReadSummary) {}
    }

    #[test]
    fn a_panic_of_a_worker_is_passed_on() {
        let directory = tempfile::tempdir().unwrap();
        for name in ["a", "b", "c"] {
            std::fs::write(directory.path().join(name), name).unwrap();
        }
        let archive = Archive::open(&[directory.path().into()], &Scope::default()).unwrap();
        let read = || archive.read(&ReadOptions::default(), || Panicking);
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)).is_err());
    }
}
