//! A digest, the keys and the metadata file of any bytes: nothing may panic,
//! what is not signed must never be proven, and the answer must not depend on
//! how a digest's content is cut into pieces.

#![no_main]

use gardefou_finding::{Coverage, KeySource, Tool};
use gardefou_trail::proof::{
    DigestCheck, Judge, LogCheck, LogOutcomes, Metadata, Period, PublicKeys, Survey,
};
use libfuzzer_sys::fuzz_target;

/// Two digests, a log of the first, and a file of no kind.
const NAMES: [&str; 4] = [
    "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/11/01/111122223333_CloudTrail-Digest_us-east-1_a_us-east-1_20261101T010000Z.json.gz",
    "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/11/01/111122223333_CloudTrail-Digest_us-east-1_a_us-east-1_20261101T020000Z.json.gz",
    "AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/01/111122223333_CloudTrail_us-east-1_20261101T0035Z_x.json.gz",
    "notes.txt",
];

fuzz_target!(|parts: (Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>, String)| {
    let (keys, metadata, one, two, name) = parts;
    let keys = PublicKeys::parse(&keys).unwrap_or_default();
    let metadata = Metadata::parse(&metadata).unwrap_or_default();
    let mut names: Vec<String> = NAMES.iter().map(|name| (*name).to_owned()).collect();
    names.push(name);
    let whole = prove(&names, &keys, &metadata, &[&one, &two], usize::MAX);
    let cut = prove(&names, &keys, &metadata, &[&one, &two], 7);
    assert_eq!(whole, cut);
});

fn prove(
    names: &[String],
    keys: &PublicKeys,
    metadata: &Metadata,
    digests: &[&[u8]],
    piece: usize,
) -> gardefou_finding::TrailProof {
    let survey = Survey::new(names);
    let mut check = DigestCheck::new(&survey, keys, metadata);
    for (file, content) in survey.digests().iter().zip(digests) {
        check.begin(*file);
        for part in content.chunks(piece.min(content.len().max(1))) {
            check.feed(part);
        }
        check.end(None);
    }
    let judge = Judge::new(&survey, Period::default(), keys, metadata, check.finish());
    let mut logs = LogCheck::new(&judge);
    for file in judge.wanted() {
        logs.begin(*file);
        logs.feed(b"{\"Records\":[]}", true);
        logs.end(None);
    }
    let mut outcomes = LogOutcomes::default();
    outcomes.merge(logs.finish());
    let tool = Tool { name: String::new(), version: String::new() };
    let proof = judge.tell(outcomes, Coverage::default(), KeySource::Named, tool);
    // Breaking RSA is not what a fuzzer does.
    assert!(proof.proven.is_empty() && !proof.is_proven());
    proof
}
