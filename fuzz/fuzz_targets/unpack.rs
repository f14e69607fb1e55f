//! Any bytes as an archive: no panic, and no more than the caps let through.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let caps = gardefou_scan::archive::Caps { bytes: 1 << 20, ratio: 50, entries: 64, depth: 3 };
    let out = gardefou_scan::archive::unpack("x", bytes, &caps);
    assert!(out.files.len() <= 64 * 3, "entries are capped");
});
