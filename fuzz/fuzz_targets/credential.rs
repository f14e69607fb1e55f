//! Any text as the lines of a credential report: every line becomes a user or
//! a fault with its place, none is lost.

#![no_main]

use gardefou_finding::Untrusted;
use gardefou_iam::snapshot::Reader;
use libfuzzer_sys::fuzz_target;

/// The columns that a report has.
const HEADING: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,\
password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,\
access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,\
access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,\
cert_1_last_rotated,cert_2_active,cert_2_last_rotated\n";

fuzz_target!(|text: &str| {
    let mut reader = Reader::default();
    reader.add(&Untrusted::new("report.csv"), format!("{HEADING}{text}").as_bytes(), true);
    let (snapshot, coverage) = reader.finish();
    let lines = coverage.items.get("credential").copied().unwrap_or(0);
    let users = snapshot.principals.iter().filter(|one| one.credential.is_some()).count() as u64;
    let roots = snapshot.accounts.values().filter(|one| one.root.is_some()).count() as u64;
    // The same user twice is one user.
    assert!(users + roots <= lines);
    let is_told = lines + coverage.failed_total() > 0;
    assert!(is_told || text.trim().is_empty() || text.lines().all(|line| line.trim().is_empty()));
});
