//! Any bytes as an OSV record, any as a file of advisories, any as versions.

#![no_main]

use gardefou_scan::dependency::Ecosystem;
use gardefou_scan::dependency::advisory::{Advisories, Builder, Match};
use gardefou_scan::dependency::version::compare;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut builder = Builder::new();
    let is_record = builder.add(bytes).is_ok();
    let mut file = Vec::new();
    let head = builder.finish(&mut file).expect("memory takes everything");
    assert_eq!(head.failed, u64::from(!is_record));
    let read = Advisories::open(Box::new(file)).expect("what was written is read");
    let text = String::from_utf8_lossy(bytes);
    let mut words = text.split('"');
    let (name, version) = (words.nth(3).unwrap_or(""), words.next_back().unwrap_or(""));
    for ecosystem in Ecosystem::ALL {
        for entry in read.of(*ecosystem, name).expect("every block is whole") {
            assert!(entry.affects(*ecosystem, version) >= Match::Unaffected);
        }
        let order = compare(*ecosystem, name, version);
        assert_eq!(order, compare(*ecosystem, version, name).map(std::cmp::Ordering::reverse));
    }
    if let Ok(hostile) = Advisories::open(Box::new(bytes.to_vec())) {
        let _ = hostile.of(Ecosystem::Npm, name);
    }
});
