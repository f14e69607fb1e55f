//! Temporary.
#![allow(clippy::disallowed_methods, reason = "temporary")]
#[test]
fn dump() {
    std::fs::create_dir_all("/tmp/wt/replay/samples/snapshot").unwrap();
    for (name, text) in gardefou_testkit::accounts(&gardefou_testkit::Config::attacked(2025)) {
        std::fs::write(format!("/tmp/wt/replay/samples/snapshot/{name}"), text).unwrap();
    }
}
