//! Counting while reading, and telling it now and then.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use gardefou_finding::SourceCoverage;

use crate::read::ReadSummary;

/// Least time between two calls of a progress callback.
const INTERVAL: Duration = Duration::from_millis(100);

/// How far a reading is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Sources read to their end or failure.
    pub sources_done: u64,
    /// Sources to read.
    pub sources_total: u64,
    /// Stored bytes of the sources done.
    pub bytes_stored: u64,
    /// Stored bytes of all sources whose size is known.
    pub bytes_stored_total: u64,
    /// Inflated bytes handed over so far.
    pub bytes_inflated: u64,
}

/// Told how far the work is, at most ten times a second, from any thread.
pub type ProgressCallback<'a> = &'a (dyn Fn(&Progress) + Sync);

/// Counts for all threads together.
pub(crate) struct Meter<'a> {
    callback: Option<ProgressCallback<'a>>,
    last_told: Mutex<Instant>,
    sources_total: u64,
    bytes_stored_total: u64,
    sources_done: AtomicU64,
    bytes_stored: AtomicU64,
    bytes_inflated: AtomicU64,
}

impl<'a> Meter<'a> {
    pub(crate) fn new(
        callback: Option<ProgressCallback<'a>>,
        sources_total: u64,
        bytes_stored_total: u64,
    ) -> Self {
        Self {
            callback,
            last_told: Mutex::new(Instant::now()),
            sources_total,
            bytes_stored_total,
            sources_done: AtomicU64::new(0),
            bytes_stored: AtomicU64::new(0),
            bytes_inflated: AtomicU64::new(0),
        }
    }

    /// Counts content handed over.
    pub(crate) fn inflated(&self, bytes: usize) {
        self.bytes_inflated
            .fetch_add(bytes as u64, Ordering::Relaxed);
        self.tell();
    }

    /// Counts a source that is done.
    pub(crate) fn done(&self, summary: &ReadSummary) {
        self.bytes_stored
            .fetch_add(summary.bytes_stored, Ordering::Relaxed);
        self.sources_done.fetch_add(1, Ordering::Relaxed);
        self.tell();
    }

    /// The totals.
    pub(crate) fn coverage(&self) -> SourceCoverage {
        let now = self.now();
        SourceCoverage {
            files: now.sources_done,
            bytes_stored: now.bytes_stored,
            bytes_inflated: now.bytes_inflated,
        }
    }

    fn now(&self) -> Progress {
        Progress {
            sources_done: self.sources_done.load(Ordering::Relaxed),
            sources_total: self.sources_total,
            bytes_stored: self.bytes_stored.load(Ordering::Relaxed),
            bytes_stored_total: self.bytes_stored_total,
            bytes_inflated: self.bytes_inflated.load(Ordering::Relaxed),
        }
    }

    fn tell(&self) {
        let Some(callback) = self.callback else {
            return;
        };
        // A thread that finds the lock taken leaves the telling to its holder.
        let mut last = match self.last_told.try_lock() {
            Ok(last) => last,
            Err(std::sync::TryLockError::Poisoned(poisoned)) => PoisonError::into_inner(poisoned),
            Err(std::sync::TryLockError::WouldBlock) => return,
        };
        if last.elapsed() >= INTERVAL {
            *last = Instant::now();
            callback(&self.now());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[test]
    fn a_callback_is_called_at_most_ten_times_a_second() {
        let calls = AtomicUsize::new(0);
        let callback = |_: &Progress| {
            calls.fetch_add(1, Ordering::Relaxed);
        };
        let meter = Meter::new(Some(&callback), 1, 0);
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(350) {
            meter.inflated(1);
        }
        let elapsed = start.elapsed().as_millis() as usize;
        let calls = calls.load(Ordering::Relaxed);
        assert!(
            calls >= 1 && calls <= elapsed / 100,
            "{calls} calls in {elapsed} ms"
        );
    }
}
