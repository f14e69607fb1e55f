//! Any text as a shell script, a recipe and a string in code: no panic, and no
//! stack that runs out on nesting.

#![no_main]

use gardefou_scan::change::File;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    static JUDGE: std::sync::LazyLock<gardefou_scan::Judge> =
        std::sync::LazyLock::new(gardefou_scan::Judge::new);
    let script = [b"rm -rf \"".as_slice(), bytes, b"\" | sh -c '", bytes, b"'\n"].concat();
    for path in ["a.sh", "Makefile", "a.py", "a.ps1"] {
        let _ = JUDGE.file(&File::present(path, script.clone()));
    }
});
