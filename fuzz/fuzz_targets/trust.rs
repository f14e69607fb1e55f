//! Any bytes as what a repository trusts: configuration, signers, approvals,
//! exports, a signed commit object. No panic, and nothing is proven by noise.

#![no_main]

use gardefou_finding::Timestamp;
use gardefou_scan::change::{Change, Commit};
use gardefou_scan::config::{Baseline, Config};
use gardefou_scan::trust::{
    AllowedSigners, Approvals, ReleaseLine, ReviewExport, Span, Trust, judge_protection,
};
use gardefou_scan::{Judged, Reason};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let _ = Baseline::parse(bytes);
    let _ = ReviewExport::parse(bytes);
    judge_protection("x", bytes, &mut Judged::default());
    let _ = Config::parse(&text);
    let signers = AllowedSigners::parse(&text).unwrap_or_default();
    let mut approvals = Approvals::default();
    approvals.add(&text);
    let config = Config::parse("[signatures]\nrequired = true\n[review]\n").unwrap_or_default();
    let commit = Commit::parse("1", bytes);
    let tree = approvals.found.first().map_or_else(String::new, |one| one.tree.clone());
    let bases = approvals.found.iter().map(|one| one.base.clone()).collect();
    let trust = Trust {
        config: &config,
        signers: &signers,
        approvers: &signers,
        approvals,
        exports: Vec::new(),
        line: ReleaseLine::default(),
        is_landed: true,
        span: Span { bases, tree, ..Span::default() },
        now: Timestamp::epoch(),
    };
    let change = Change { commit: Some(commit), ..Change::default() };
    let mut judged = Judged::default();
    trust.judge(&[change], &mut judged);
    let is_told = judged.findings.iter().any(|one| {
        matches!(
            one.reason,
            Reason::SignatureMissing | Reason::SignatureBad | Reason::SignatureUnknownSigner
        )
    });
    assert!(is_told || !judged.coverage.is_complete(), "noise is signed by nobody");
});
