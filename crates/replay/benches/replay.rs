//! A million calls against the library of guardrails, on one core: what
//! collecting costs beside decoding alone, and what judging costs then.
//!
//! `cargo xtask bench replay`, or `cargo bench -p gardefou-replay`.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a benchmark tells its numbers and stops when something fails"
)]

use std::collections::BTreeMap;
use std::io::Read as _;
use std::time::{Duration, Instant};

use flate2::read::GzDecoder;
use gardefou_finding::{Coverage, FailureReason, InputForm, SkipReason, Timestamp, Tool};
use gardefou_replay::guardrail::{Kind, library};
use gardefou_replay::{Collected, Collector, Lens, Mapper, Material, Reference, replay, split};
use gardefou_testkit::{Config, generate};
use gardefou_trail::decode::{Decoder, Limits, Record, Sink};
use gardefou_trail::scan::{NeverSeen, TimeRange};
use gardefou_trail::story::Focus;

/// The program's own allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Calls that are replayed at least.
const CALLS: u64 = 1_000_000;

/// Counts records and remembers when they begin and end.
#[derive(Default)]
struct Count {
    records: u64,
    span: Option<(Timestamp, Timestamp)>,
}

impl Sink for Count {
    fn record(&mut self, record: &Record<'_>) {
        self.records += 1;
        let time = record.time();
        let (first, last) = self.span.unwrap_or((time, time));
        self.span = Some((first.min(time), last.max(time)));
    }

    fn skipped(&mut self, _: u64, _: SkipReason) {}

    fn failed(&mut self, _: u64, _: FailureReason, _: Option<&str>) {}

    fn form(&mut self, _: InputForm) {}
}

fn archive() -> Vec<Vec<u8>> {
    // A month of the company with a fleet, in a form that fits into memory.
    let config = Config::bulk(7, 150_000_000, 200);
    let files = generate(&config).unwrap().files.into_iter();
    files
        .map(|file| {
            let mut bytes = Vec::new();
            GzDecoder::new(&*file.bytes)
                .read_to_end(&mut bytes)
                .unwrap();
            bytes
        })
        .collect()
}

fn feed(files: &[Vec<u8>], sink: &mut dyn Sink) {
    for bytes in files {
        Decoder::new(Limits::default()).feed(bytes, true, sink);
    }
}

fn rate(calls: u64, took: Duration) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "a number for people")]
    let calls = calls as f64;
    calls / took.as_secs_f64()
}

fn main() {
    let files = archive();
    let mut count = Count::default();
    feed(&files, &mut count);
    let rounds = CALLS.div_ceil(count.records);
    let begin = Instant::now();
    for _ in 0..rounds {
        feed(&files, &mut Count::default());
    }
    let decoding = begin.elapsed();
    let calls = rounds * count.records;
    let guardrails = library().unwrap();
    let with_policy = guardrails.iter().filter(|one| one.kind != Kind::Advice);
    let blanks: Vec<_> = with_policy.map(|one| one.blank().unwrap().policy).collect();
    let lens = Lens::new(&blanks);
    let begin = Instant::now();
    let reference = Reference::load();
    println!("reference loaded in {:.0?}", begin.elapsed());
    let mapper = Mapper::new(&reference).asking(&lens);
    let focus = Focus::default();
    let at = split(count.span);
    let mut collector = Collector::new(
        &mapper,
        &lens,
        &focus,
        Some(&NeverSeen),
        TimeRange::default(),
        at,
    );
    let begin = Instant::now();
    for _ in 0..rounds {
        feed(&files, &mut collector);
    }
    let collecting = begin.elapsed();
    let collected: Collected = collector.finish();
    let begin = Instant::now();
    let material = Material {
        guardrails: &guardrails,
        given: &BTreeMap::new(),
        collected: &collected,
        incidents: &[],
        span: count.span,
        split: at,
        fidelity: None,
        coverage: Coverage::default(),
    };
    let tool = Tool {
        name: "bench".to_owned(),
        version: String::new(),
    };
    let report = replay(material, tool).unwrap();
    let judging = begin.elapsed();
    assert_eq!(report.history.left_out, 0);
    println!(
        "{calls} calls, {} classes, {} guardrails\n\
         decoding alone   {decoding:>8.2?}  {:>9.0} calls/s\n\
         with collecting  {collecting:>8.2?}  {:>9.0} calls/s\n\
         judging          {judging:>8.2?}\n\
         all              {:>8.2?}  {:>9.0} calls/s",
        report.history.classes,
        blanks.len(),
        rate(calls, decoding),
        rate(calls, collecting),
        collecting + judging,
        rate(calls, collecting + judging),
    );
}
