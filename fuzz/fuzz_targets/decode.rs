//! Any bytes: the decoder must neither panic nor depend on how the bytes are
//! cut into chunks, and a record that it accepts must be one for `serde_json`
//! too, with the same fields.

#![no_main]

use gardefou_finding::{FailureReason, InputForm, SkipReason};
use gardefou_trail::decode::{Decoder, Field, Limits, Record, Sink};
use libfuzzer_sys::fuzz_target;
use rsigma_eval::{Event, JsonEvent};
use serde_json::Value;

/// Small enough that the fuzzer reaches them.
const LIMITS: Limits = Limits { max_depth: 20, max_record: 4_096, max_envelopes: 4 };

/// All that the decoder said, as text.
#[derive(Default)]
struct Told(Vec<String>);

impl Sink for Told {
    fn record(&mut self, record: &Record<'_>) {
        compare(record);
        self.0.push(format!(
            "{} {} {:?} {:?} {}",
            record.offset(),
            record.ordinal(),
            record.shape(),
            record.outcome(),
            record.raw()
        ));
    }

    fn skipped(&mut self, offset: u64, why: SkipReason) {
        self.0.push(format!("{offset} {why:?}"));
    }

    fn failed(&mut self, offset: u64, why: FailureReason, detail: Option<&str>) {
        self.0.push(format!("{offset} {why:?} {detail:?}"));
    }

    fn form(&mut self, form: InputForm) {
        self.0.push(format!("{form:?}"));
    }
}

/// Compares a record with its parsed value.
fn compare(record: &Record<'_>) {
    let value: Value = serde_json::from_str(record.raw()).expect("an accepted record is JSON");
    let event = JsonEvent::borrow(&value);
    for field in [Field::EventName, Field::Arn, Field::IssuerArn, Field::RequestParameters] {
        let path = field.path();
        assert_eq!(record.get_field(path), event.get_field(path), "{path}");
    }
    for path in event.field_keys() {
        assert_eq!(record.get_field(&path), event.get_field(&path), "{path}");
    }
    assert_eq!(record.to_json(), value);
    assert_eq!(record.all_string_values(), event.all_string_values());
}

fn in_chunks(bytes: &[u8], size: usize) -> Vec<String> {
    let mut told = Told::default();
    let mut decoder = Decoder::new(LIMITS);
    let mut buffer = Vec::new();
    for chunk in bytes.chunks(size) {
        buffer.extend_from_slice(chunk);
        let done = decoder.feed(&buffer, false, &mut told);
        buffer.drain(..done);
    }
    decoder.feed(&buffer, true, &mut told);
    assert_eq!(decoder.finish().bytes, bytes.len() as u64, "every byte is accounted for");
    told.0
}

fuzz_target!(|bytes: &[u8]| {
    let whole = in_chunks(bytes, bytes.len().max(1));
    assert!(!whole.is_empty(), "something is said of every source");
    for size in [1, 13, 100] {
        assert_eq!(in_chunks(bytes, size), whole, "chunks of {size}");
    }
});
