//! Proofs about trees, judged.
//!
//! Inclusion and consistency are RFC 6962's, judged by `tlog_tiles`; here is
//! what that crate takes for granted: sizes within bounds, the empty tree, and
//! a number of hashes that fits. Subtree proofs are those of
//! draft-ietf-plants-merkle-tree-certs-02, sections 4.3 and 4.4, which C2SP's
//! cosignatures build on.

use thiserror::Error;
use tlog_tiles::{EMPTY_HASH, Hash, check_record, check_tree, node_hash};

use crate::checkpoint::MAX_TREE_SIZE;

/// Most hashes of a proof that are read (C2SP tlog-witness).
pub const MAX_PROOF_HASHES: usize = 63;

/// Why a proof proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ProofError {
    /// Sizes or indexes that no proof can be about.
    #[error("the proof is about impossible sizes")]
    BadSizes,
    /// The hashes do not lead to the roots.
    #[error("the hashes of the proof do not lead to the root")]
    Invalid,
}

type Outcome = Result<(), ProofError>;

/// Whether the tree of `size` entries under `root` has `leaf` at `index`.
///
/// # Errors
/// When that is not proven.
pub fn check_inclusion(proof: &[Hash], size: u64, root: Hash, index: u64, leaf: Hash) -> Outcome {
    bounds(index < size && size <= MAX_TREE_SIZE, proof)?;
    check_record(&proof.to_vec(), size, root, index, leaf).map_err(|_| ProofError::Invalid)
}

/// Whether the tree of `new` entries under `new_root` begins with the tree of
/// `old` entries under `old_root`. Every tree begins with the empty one, whose
/// root is known and whose proof is empty.
///
/// # Errors
/// When that is not proven.
pub fn check_consistency(
    proof: &[Hash],
    (old, old_root): (u64, Hash),
    (new, new_root): (u64, Hash),
) -> Outcome {
    bounds(old <= new && new <= MAX_TREE_SIZE, proof)?;
    if old == 0 {
        let is_fine =
            proof.is_empty() && old_root == EMPTY_HASH && (new > 0 || new_root == EMPTY_HASH);
        return is_fine.then_some(()).ok_or(ProofError::Invalid);
    }
    check_tree(&proof.to_vec(), new, new_root, old, old_root).map_err(|_| ProofError::Invalid)
}

/// Whether the subtree of the entries from `start` to before `end`, under
/// `root`, has `leaf` at `index` (counted in the whole tree).
///
/// # Errors
/// When that is not proven.
pub fn check_subtree_inclusion(
    proof: &[Hash],
    (start, end): (u64, u64),
    root: Hash,
    index: u64,
    leaf: Hash,
) -> Outcome {
    bounds(
        is_subtree(start, end) && (start..end).contains(&index),
        proof,
    )?;
    check_inclusion(proof, end - start, root, index - start, leaf)
}

/// Whether the tree of `size` entries under `root` has the subtree of the
/// entries from `start` to before `end` under `subroot`.
///
/// # Errors
/// When that is not proven.
pub fn check_subtree_consistency(
    proof: &[Hash],
    (start, end, subroot): (u64, u64, Hash),
    (size, root): (u64, Hash),
) -> Outcome {
    bounds(end <= size && size <= MAX_TREE_SIZE, proof)?;
    if start == end {
        let is_fine = proof.is_empty() && subroot == EMPTY_HASH && (size > 0 || root == EMPTY_HASH);
        return is_fine.then_some(()).ok_or(ProofError::Invalid);
    }
    bounds(is_subtree(start, end), proof)?;
    let reached = walk(proof, (start, end, subroot), size).ok_or(ProofError::Invalid)?;
    (reached == (subroot, root))
        .then_some(())
        .ok_or(ProofError::Invalid)
}

/// Follows a subtree's consistency proof; the roots that it implies.
fn walk(
    proof: &[Hash],
    (start, end, subroot): (u64, u64, Hash),
    size: u64,
) -> Option<(Hash, Hash)> {
    let (mut first, mut last, mut tree) = (start, end - 1, size - 1);
    let shift = |first: &mut u64, last: &mut u64, tree: &mut u64| {
        (*first, *last, *tree) = (*first >> 1, *last >> 1, *tree >> 1);
    };
    while first != last && (last == tree || last & 1 == 1) {
        shift(&mut first, &mut last, &mut tree);
    }
    let (seed, rest) = if first == last {
        (subroot, proof)
    } else {
        let (seed, rest) = proof.split_first()?;
        (*seed, rest)
    };
    let (mut sub, mut whole) = (seed, seed);
    for &hash in rest {
        if tree == 0 {
            return None;
        }
        if last & 1 == 1 || last == tree {
            if first < last {
                sub = node_hash(hash, sub);
            }
            whole = node_hash(hash, whole);
            while last & 1 == 0 {
                shift(&mut first, &mut last, &mut tree);
            }
        } else {
            whole = node_hash(whole, hash);
        }
        shift(&mut first, &mut last, &mut tree);
    }
    (tree == 0).then_some((sub, whole))
}

/// Whether the entries from `start` to before `end` are one of the draft's
/// subtrees: not empty, and beginning where a full one of their length could.
fn is_subtree(start: u64, end: u64) -> bool {
    end <= MAX_TREE_SIZE && start < end && start.is_multiple_of((end - start).next_power_of_two())
}

fn bounds(are_kept: bool, proof: &[Hash]) -> Outcome {
    (are_kept && proof.len() <= MAX_PROOF_HASHES)
        .then_some(())
        .ok_or(ProofError::BadSizes)
}
