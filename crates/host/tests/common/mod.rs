//! What the integration tests share.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test binary uses its own part"
)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "helpers of tests, outside of test functions"
)]

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use gardefou_finding::{FailureReason, SkipReason};
use gardefou_host::{Archive, Consumer, Limits, ReadOptions, ReadSummary, Scope, Source, Worker};

/// How a [`Collect`] takes content.
#[derive(Clone, Copy, Default)]
pub enum Taking {
    /// All of every piece.
    #[default]
    Everything,
    /// Whole lines, the last one at the end.
    Lines,
    /// Nothing before the end.
    Nothing,
}

/// Collects the content of each source by name.
#[derive(Default)]
pub struct Collect {
    pub taking: Taking,
    pub contents: BTreeMap<String, Vec<u8>>,
    pub summaries: BTreeMap<String, ReadSummary>,
    pub pieces: usize,
    pub ends: usize,
    current: String,
}

impl Consumer for Collect {
    fn feed(&mut self, buf: &[u8], eof: bool) -> usize {
        self.pieces += 1;
        self.ends += usize::from(eof);
        let taken = match (self.taking, eof) {
            (_, true) | (Taking::Everything, _) => buf.len(),
            (Taking::Lines, _) => memchr::memrchr(b'\n', buf).map_or(0, |at| at + 1),
            (Taking::Nothing, _) => 0,
        };
        self.contents
            .entry(self.current.clone())
            .or_default()
            .extend_from_slice(&buf[..taken]);
        taken
    }
}

impl Worker for Collect {
    fn begin(&mut self, _: usize, source: &Source) {
        self.current = source.name().as_str().to_owned();
    }

    fn end(&mut self, summary: ReadSummary) {
        let before = self.summaries.insert(self.current.clone(), summary);
        assert_eq!(before, None, "`{}` was read twice", self.current);
    }
}

/// Opens an archive of everything below the arguments.
pub fn archive(arguments: &[&Path]) -> Archive {
    let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
    Archive::open(&arguments, &Scope::default()).unwrap()
}

/// Reads an archive on `threads` threads and merges what the threads saw.
pub fn collect(archive: &Archive, threads: usize, limits: Limits, taking: Taking) -> Collect {
    let options = ReadOptions {
        threads: NonZeroUsize::new(threads),
        limits,
        progress: None,
    };
    let outcome = archive.read(&options, || Collect {
        taking,
        ..Collect::default()
    });
    let mut all = Collect::default();
    for worker in outcome.workers {
        all.pieces += worker.pieces;
        all.ends += worker.ends;
        all.contents.extend(worker.contents);
        all.summaries.extend(worker.summaries);
    }
    assert_eq!(outcome.totals.files as usize, archive.sources.len());
    all
}

/// What reading one stored content gave.
#[derive(Debug, PartialEq)]
pub struct Got {
    pub content: Vec<u8>,
    pub failure: Option<(FailureReason, Option<u64>)>,
    pub skip: Option<SkipReason>,
    pub stored: u64,
    pub pieces: usize,
}

/// Stores bytes in a file and reads it.
pub fn read_bytes(stored: &[u8], limits: Limits, taking: Taking) -> Got {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("source");
    std::fs::write(&path, stored).unwrap();
    let mut all = collect(&archive(&[&path]), 1, limits, taking);
    assert!(all.ends <= 1, "told of the end {} times", all.ends);
    let pieces = all.pieces;
    let (name, summary) = all.summaries.pop_first().unwrap();
    got(all.contents.remove(&name), summary, pieces)
}

/// The same for many, with the default limits and one reader for all.
pub fn read_many(stored: &[Vec<u8>]) -> Vec<Got> {
    let directory = tempfile::tempdir().unwrap();
    for (index, bytes) in stored.iter().enumerate() {
        std::fs::write(directory.path().join(format!("{index:06}")), bytes).unwrap();
    }
    let archive = archive(&[directory.path()]);
    let mut all = collect(&archive, 1, Limits::default(), Taking::Everything);
    let summaries = std::mem::take(&mut all.summaries);
    summaries
        .into_iter()
        .map(|(name, summary)| got(all.contents.remove(&name), summary, 1))
        .collect()
}

fn got(content: Option<Vec<u8>>, summary: ReadSummary, pieces: usize) -> Got {
    Got {
        content: content.unwrap_or_default(),
        failure: summary
            .failure
            .map(|failure| (failure.reason, failure.offset)),
        skip: summary.skip.map(|skip| skip.reason),
        stored: summary.bytes_stored,
        pieces,
    }
}

/// The same with the default limits, taking everything.
pub fn read_default(stored: &[u8]) -> Got {
    read_bytes(stored, Limits::default(), Taking::Everything)
}

pub fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// One zstd frame with a checksum.
pub fn zstd(content: &[u8]) -> Vec<u8> {
    let mut context = zstd_safe::CCtx::create();
    context
        .set_parameter(zstd_safe::CParameter::ChecksumFlag(true))
        .unwrap();
    let mut out = Vec::with_capacity(zstd_safe::compress_bound(content.len()));
    context.compress2(&mut out, content).unwrap();
    out
}

/// Lines that look like records, `count` of them, reproducible and as varied
/// as real ones.
pub fn records(count: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut out = Vec::new();
    for index in 0..count {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(index as u64 | 1);
        writeln!(
            out,
            "{{\"eventVersion\":\"1.08\",\"eventTime\":\"2025-11-02T10:{:02}:{:02}Z\",\
             \"eventSource\":\"ec2.amazonaws.com\",\"eventName\":\"DescribeInstances\",\
             \"awsRegion\":\"eu-west-1\",\"eventID\":\"{state:016x}{:016x}\",\
             \"readOnly\":true,\"recipientAccountId\":\"111122223333\"}}",
            index / 60 % 60,
            index % 60,
            state.rotate_left(17) ^ 0xabcd,
        )
        .unwrap();
    }
    out
}
