//! Leaf and node hashes of RFC 6962, section 2.1, each in one call of SHA-256's
//! compression function.
//!
//! They are `record_hash` and `node_hash` of `tlog_tiles`. Those feed a hasher
//! piece by piece, which for messages as short as these costs a third more than
//! the compression itself, and a verification makes millions of them.

use sha2::compress256;
use sha2::digest::generic_array::{GenericArray, typenum::U64};
use tlog_tiles::Hash;

/// A block as the compression function takes it.
type Block = GenericArray<u8, U64>;

/// Bytes of a block.
const BLOCK: usize = 64;

/// The initial state of SHA-256 (FIPS 180-4, section 5.3.3).
const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// Hashes leaves, and keeps its memory for the next one.
#[derive(Debug, Default)]
pub(crate) struct LeafHasher {
    blocks: Vec<Block>,
}

impl LeafHasher {
    /// The hash of a leaf with this content.
    pub(crate) fn hash(&mut self, leaf: &[u8]) -> Hash {
        // A byte before it; one byte and eight of length after it.
        let blocks = (leaf.len() + 10).div_ceil(BLOCK);
        self.blocks.clear();
        self.blocks.resize(blocks, Block::default());
        hash(&mut self.blocks, 0, leaf)
    }
}

/// The hash of a node with these children.
pub(crate) fn node_hash(left: Hash, right: Hash) -> Hash {
    let mut children = [0; 64];
    let (first, second) = children.split_at_mut(32);
    first.copy_from_slice(&left.0);
    second.copy_from_slice(&right.0);
    hash(&mut [Block::default(); 2], 1, &children)
}

/// The hash of `content` after the byte `prefix`; `blocks` are zero, and as many
/// as that takes.
fn hash(blocks: &mut [Block], prefix: u8, content: &[u8]) -> Hash {
    let (begin, rest) = content.split_at(content.len().min(BLOCK - 1));
    if let Some((first, others)) = blocks.split_first_mut() {
        put(first, 0, &[prefix]);
        put(first, 1, begin);
        for (block, chunk) in others.iter_mut().zip(rest.chunks(BLOCK)) {
            put(block, 0, chunk);
        }
    }
    let size = content.len() + 1;
    if let Some(block) = blocks.get_mut(size / BLOCK) {
        put(block, size % BLOCK, &[0x80]);
    }
    if let Some(last) = blocks.last_mut() {
        put(last, BLOCK - 8, &(size as u64 * 8).to_be_bytes());
    }
    let mut state = INITIAL;
    compress256(&mut state, blocks);
    bytes_of(state)
}

/// Copies bytes into a block, from `at` on.
fn put(block: &mut Block, at: usize, bytes: &[u8]) {
    if let Some(place) = block.get_mut(at..at + bytes.len()) {
        place.copy_from_slice(bytes);
    }
}

fn bytes_of(state: [u32; 8]) -> Hash {
    let mut hash = Hash([0; 32]);
    for (bytes, word) in hash.0.as_chunks_mut().0.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_tlog_tiles() {
        let content: Vec<u8> = (0..=u8::MAX).cycle().take(70_000).collect();
        let mut hasher = LeafHasher::default();
        for size in (0..400).chain([65_534, 65_535, 70_000]) {
            let leaf = &content[..size];
            assert_eq!(hasher.hash(leaf), tlog_tiles::record_hash(leaf), "{size}");
        }
        let (left, right) = (hasher.hash(b"left"), hasher.hash(b"right"));
        let expected = tlog_tiles::node_hash(left, right);
        assert_eq!(node_hash(left, right), expected);
    }
}
