//! Any text as a script, a workflow and a manifest through every check: no panic.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    static JUDGE: std::sync::LazyLock<gardefou_scan::Judge> = std::sync::LazyLock::new(gardefou_scan::Judge::new);
    for path in ["a.sh", ".github/workflows/a.yml", "package.json", "AGENTS.md", "scripts/a.py"] {
        let file = gardefou_scan::change::File::present(path, bytes.to_vec());
        let _ = JUDGE.file(&file);
    }
});
