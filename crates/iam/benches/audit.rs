//! How long an audit takes, and how it grows: organizations of 1,000, 3,000
//! and 10,000 principals in 20 accounts, and the labelled account
//! `iam-vulnerable/ALL` where the test data lies beside the repository.
//!
//! One size is measured when it is the first argument; peak memory is then
//! that of one audit (read `VmHWM` of the process, which is printed).

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark reads its input and answers on the terminal"
)]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a benchmark that cannot run has nothing to save"
)]

use std::fs;
use std::path::Path;
use std::time::Instant;

use gardefou_finding::{Timestamp, Tool, Untrusted};
use gardefou_iam::audit;
use gardefou_iam::check::Suppressions;
use gardefou_iam::snapshot::Reader;
use gardefou_testkit::{OrganizationPlan, organization};

type Files = Vec<(String, Vec<u8>)>;

fn main() {
    let sizes: Vec<u32> = std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .collect();
    let sizes = if sizes.is_empty() {
        vec![1_000, 3_000, 10_000]
    } else {
        sizes
    };
    println!("principals  bytes  seconds  administrators  escalating  paths  findings  VmHWM");
    for principals in sizes {
        let plan = OrganizationPlan {
            seed: 2025,
            accounts: 20,
            principals,
        };
        measure(&principals.to_string(), &organization(&plan));
    }
    let dir =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/iam/iam-vulnerable/ALL");
    match fs::read(dir.join("gaad-111111111111.json")) {
        Ok(bytes) => measure(
            "iam-vulnerable/ALL",
            &vec![("details.json".to_owned(), bytes)],
        ),
        Err(_) => println!("SKIPPED: no {}", dir.display()),
    }
}

fn measure(name: &str, files: &Files) {
    let bytes: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
    let start = Instant::now();
    let mut reader = Reader::default();
    for (name, bytes) in files {
        reader.add(&Untrusted::new(name.as_str()), bytes, true);
    }
    let (snapshot, coverage) = reader.finish();
    let tool = Tool {
        name: "bench".to_owned(),
        version: "0".to_owned(),
    };
    let now = Timestamp::parse("2026-11-01T00:00:00Z").unwrap();
    let audit = audit(&snapshot, coverage, &Suppressions::default(), tool, now).unwrap();
    let seconds = start.elapsed().as_secs_f64();
    let summary = audit.summary;
    println!(
        "{name}  {bytes}  {seconds:.3}  {}  {}  {}  {}  {}",
        summary.administrators,
        summary.escalating,
        audit.paths.len(),
        audit.findings.len(),
        peak()
    );
}

/// The most memory that this process has had, as Linux tells it.
fn peak() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |rest| rest.trim().to_owned())
}
