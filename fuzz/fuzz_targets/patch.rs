//! Any text as a patch: no panic, and whatever it says has lines inside its text.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    for change in gardefou_scan::change::parse_patch(&text) {
        for file in &change.files {
            if let Some(view) = file.view() {
                for (start, line) in view.added_lines() {
                    assert!(view.text()[start..].starts_with(line), "an added line stands in the text");
                }
            }
        }
    }
});
