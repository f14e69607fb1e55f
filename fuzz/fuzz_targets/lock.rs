//! Any bytes as a lock file of every format: no panic, and places inside the text.

#![no_main]

use gardefou_scan::dependency::lock::{Format, read, read_part};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, rest)) = bytes.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let Some(format) = Format::ALL.get(usize::from(*choice) % Format::ALL.len()) else { return };
    let part = read_part(*format, text);
    assert!(part.packages.iter().all(|package| package.at <= text.len()));
    match read(*format, text) {
        Ok(listing) => assert!(listing.packages.iter().all(|package| package.at <= text.len())),
        Err(error) => assert!(error.at().is_none_or(|at| at <= text.len())),
    }
});
