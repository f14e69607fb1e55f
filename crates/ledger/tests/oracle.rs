//! What nobody here wrote: the proof vectors of transparency-dev/merkle, and a
//! log that transparency-dev/tessera made.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests"
)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use common::{Memory, shared_data};
use gardefou_ledger::{
    Content, Hash, Reader, SignedCheckpoint, VerifierKey, check_consistency, check_inclusion,
    check_subtree_consistency, check_subtree_inclusion, verify,
};
use serde_json::Value;

fn files_below(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Where we are stricter than upstream, and why.
const STRICTER: [(&str, &str); 1] = [(
    "subtreeconsistency/additional/subtree-is-empty-sizes-are-equal-zero-subtree-root-valid-tree-root-random-proof-is-empty.json",
    "upstream does not look at the root of an empty tree; RFC 6962 says what it is, \
     so another one is no tree's, and a checkpoint with it is not believed",
)];

/// A hash. Upstream compares roots as any bytes, so that a few vectors that are
/// labelled good have words for roots; `as_words` stands a hash in for each.
fn hash(value: &Value, as_words: bool) -> Option<Hash> {
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(value.as_str()?)
        .ok()?;
    match bytes.clone().try_into() {
        Ok(hash) => Some(Hash(hash)),
        Err(_) => as_words.then(|| tlog_tiles::record_hash(&bytes)),
    }
}

/// Whether the vector's proof proves what it says; `None` when a hash in it is none.
fn judge(kind: &str, vector: &Value, as_words: bool) -> Option<bool> {
    let number = |name: &str| vector[name].as_u64().unwrap();
    let hash = |value: &Value| hash(value, as_words);
    let one = |name: &str| hash(&vector[name]);
    let no_hashes = Vec::new();
    let proof = vector["proof"].as_array().unwrap_or(&no_hashes);
    let proof: Vec<Hash> = proof.iter().map(hash).collect::<Option<_>>()?;
    let outcome = match kind {
        "inclusion" => check_inclusion(
            &proof,
            number("treeSize"),
            one("root")?,
            number("leafIdx"),
            one("leafHash")?,
        ),
        "consistency" => check_consistency(
            &proof,
            (number("size1"), one("root1")?),
            (number("size2"), one("root2")?),
        ),
        "subtreeinclusion" => check_subtree_inclusion(
            &proof,
            (number("start"), number("end")),
            one("root")?,
            number("leafIdx"),
            one("leafHash")?,
        ),
        "subtreeconsistency" => check_subtree_consistency(
            &proof,
            (number("start"), number("end"), one("root1")?),
            (number("size"), one("root2")?),
        ),
        _ => panic!("an unknown kind of vector: {kind}"),
    };
    Some(outcome.is_ok())
}

#[test]
fn every_proof_vector_is_judged_as_labelled() {
    let Some(data) = shared_data("every_proof_vector_is_judged_as_labelled") else {
        return;
    };
    let root = data.join("tlog/merkle-vectors/testdata");
    let mut judged = 0;
    let mut wrong = Vec::new();
    for path in files_below(&root) {
        let kind = path
            .strip_prefix(&root)
            .unwrap()
            .iter()
            .next()
            .unwrap()
            .to_str()
            .unwrap();
        let vector: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let is_good = !vector["wantErr"].as_bool().unwrap();
        // What is no hash proves nothing, but in a vector that is labelled good.
        let judged_good = judge(kind, &vector, is_good).unwrap_or(false);
        let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
        let stricter = STRICTER.iter().any(|(strict, _)| *strict == name);
        if judged_good != (is_good && !stricter) {
            wrong.push(format!("{name}: {vector}"));
        }
        judged += 1;
    }
    assert_eq!(judged, 518);
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

const TESSERA: &str =
    "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";

#[test]
fn the_log_of_another_program_is_verified() {
    let Some(data) = shared_data("the_log_of_another_program_is_verified") else {
        return;
    };
    let root = data.join("tlog/tessera-log/testdata/log");
    let store = Memory::default();
    for path in files_below(&root) {
        let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
        store.put(name, fs::read(&path).unwrap());
    }
    let key = VerifierKey::parse(TESSERA).unwrap();
    let kept: Vec<SignedCheckpoint> = (0..16)
        .map(|number| {
            let bytes = store.content(&format!("checkpoint.{number}"));
            let checkpoint = SignedCheckpoint::parse(&bytes).unwrap();
            assert!(checkpoint.signed_by(&key), "{number}");
            checkpoint
        })
        .collect();
    let reader = Reader::open(&store).unwrap();
    let tip = reader.tip().checkpoint().clone();
    for older in &kept {
        let older = older.checkpoint();
        let proof = reader.prove_consistency(older.size).unwrap();
        check_consistency(&proof, (older.size, older.root), (tip.size, tip.root)).unwrap();
    }
    let report = verify(&reader, &key, Content::Opaque, kept).unwrap();
    assert_eq!(report.faults, []);
    assert_eq!(report.kept.len(), 16);
    for index in 0..reader.size() {
        let proof = reader.prove_inclusion(&tip, index).unwrap();
        let leaf = tlog_tiles::record_hash(&reader.entry(index).unwrap());
        check_inclusion(&proof, tip.size, tip.root, index, leaf).unwrap();
    }
}
