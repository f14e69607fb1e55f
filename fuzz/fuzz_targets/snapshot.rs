//! Any bytes as a file of a snapshot: reading and auditing must not panic, and
//! what is given is read, skipped or failed.

#![no_main]

use gardefou_finding::{Timestamp, Tool, Untrusted};
use gardefou_iam::audit;
use gardefou_iam::check::Suppressions;
use gardefou_iam::snapshot::Reader;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut reader = Reader::default();
    reader.add(&Untrusted::new("file"), data, true);
    let (snapshot, coverage) = reader.finish();
    let told = coverage.failed_total() + coverage.items.values().sum::<u64>();
    assert!(told > 0 || coverage.is_complete());
    let tool = Tool {
        name: "fuzz".to_owned(),
        version: "0".to_owned(),
    };
    let now = Timestamp::from_seconds(1_790_000_000).expect("a time");
    audit(&snapshot, coverage, &Suppressions::default(), tool, now).expect("methods load");
});
