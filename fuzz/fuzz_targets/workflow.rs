//! Any text as a whole workflow and as a part of one in a patch: no panic.

#![no_main]

use gardefou_scan::change::{Change, Content, File, Status, View};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    static JUDGE: std::sync::LazyLock<gardefou_scan::Judge> =
        std::sync::LazyLock::new(gardefou_scan::Judge::new);
    let text = String::from_utf8_lossy(bytes).into_owned();
    let path = ".github/workflows/a.yml";
    let (old, new) = text.split_at(text.floor_char_boundary(text.len() / 2));
    let part = Content::Text(View::between(old, new.to_owned()));
    let whole = Content::Text(View::whole(text.clone()));
    let files = vec![
        File::with(path, Status::Added, whole),
        File::with(path, Status::Modified, part),
    ];
    let _ = JUDGE.change(&Change { files, ..Change::default() });
});
