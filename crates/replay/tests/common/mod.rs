//! What tests of several files share.

use std::io::Read as _;
use std::path::Path;

use flate2::read::GzDecoder;
use gardefou_finding::{FailureReason, InputForm, SkipReason};
use gardefou_testkit::data::files_below;
use gardefou_trail::decode::{Limits, Record, Sink, decode};

/// Hands every record of a shipped sample to `take`.
pub fn each_record(sample: &str, take: impl FnMut(&Record<'_>)) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../samples")
        .join(sample);
    let mut each = Each { take };
    for path in files_below(&dir) {
        let packed = std::fs::read(path).unwrap();
        let mut bytes = Vec::new();
        GzDecoder::new(&*packed).read_to_end(&mut bytes).unwrap();
        decode(Limits::default(), &bytes, &mut each);
    }
}

/// A sink that only takes records.
pub struct Each<F> {
    /// Takes each.
    pub take: F,
}

impl<F: FnMut(&Record<'_>)> Sink for Each<F> {
    fn record(&mut self, record: &Record<'_>) {
        (self.take)(record);
    }

    fn skipped(&mut self, _: u64, _: SkipReason) {}

    fn failed(&mut self, offset: u64, why: FailureReason, _: Option<&str>) {
        panic!("a record at {offset} failed: {why:?}");
    }

    fn form(&mut self, _: InputForm) {}
}
