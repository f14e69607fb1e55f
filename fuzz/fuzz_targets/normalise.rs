//! Any text through all layers: no panic, and every place leads into the source.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    for layer in &gardefou_scan::text::layers(&text).layers {
        let prose = gardefou_scan::text::prose(&layer.text);
        for (at, _) in prose.text().char_indices() {
            assert!(prose.source(at) <= text.len(), "a place leads into the source");
        }
    }
});
