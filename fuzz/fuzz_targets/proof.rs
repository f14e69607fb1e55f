//! Any bytes as a proof file and as an entry: no panic, one spelling, and no
//! proof of an entry that is not there.

#![no_main]

use gardefou_ledger::{
    Entry, Hash, Proof, check_consistency, check_inclusion, check_subtree_consistency,
    check_subtree_inclusion,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(proof) = Proof::parse(bytes) {
        let text = proof.to_string();
        let again = Proof::parse(text.as_bytes()).expect("what is written is read");
        assert_eq!(again.to_string(), text);
        assert!(!proof.includes(b"an entry that nobody has hashed"));
    }
    if let Ok(entry) = Entry::decode(bytes) {
        assert_eq!(entry.encode(), bytes, "an entry has one spelling");
    }
    raw(bytes);
});

/// Sizes, indexes and hashes as they come.
fn raw(bytes: &[u8]) {
    let Some((numbers, hashes)) = bytes.split_first_chunk::<24>() else { return };
    let number = |at: usize| u64::from_be_bytes(numbers[at..at + 8].try_into().expect("eight"));
    let (one, two, three) = (number(0), number(8), number(16));
    let hashes: Vec<Hash> = hashes.as_chunks::<32>().0.iter().map(|hash| Hash(*hash)).collect();
    let (root, leaf) = (Hash([1; 32]), Hash([2; 32]));
    assert!(check_inclusion(&hashes, one, root, two, leaf).is_err());
    assert!(check_consistency(&hashes, (one, leaf), (two, root)).is_err());
    assert!(check_subtree_inclusion(&hashes, (one, two), root, three, leaf).is_err());
    assert!(check_subtree_consistency(&hashes, (one, two, leaf), (three, root)).is_err());
}
