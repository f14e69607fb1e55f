//! The right edge of the tree: all that is needed to grow it.

use tlog_tiles::{EMPTY_HASH, Hash, Tile};

use crate::LedgerError;
use crate::hashing::node_hash;
use crate::layout::{TILE_HEIGHT, TILE_WIDTH};

/// Levels of the tree that one tile spans.
const HEIGHT: u32 = TILE_HEIGHT as u32;

/// Bytes of a hash.
const HASH_SIZE: usize = 32;

/// The right edge of a tree of any size: per level of tiles the hashes of its
/// partial tile. Memory follows the logarithm of the size.
#[derive(Clone, Debug, Default)]
pub struct Frontier {
    size: u64,
    /// Hashes of the partial tile of each level, fewer than 256.
    edges: Vec<Vec<Hash>>,
    /// Roots of the perfect trees of which the tree consists, largest first:
    /// one for each bit of its size.
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The edge of a tree of `size` entries, from its partial tiles.
    ///
    /// # Errors
    /// Whatever `tile` says; a tile of a wrong length.
    pub(crate) fn restore(
        size: u64,
        mut tile: impl FnMut(u8, u64, u64) -> Result<Vec<Hash>, LedgerError>,
    ) -> Result<Self, LedgerError> {
        let mut edges = Vec::new();
        let mut left = size;
        let mut level = 0;
        while left > 0 {
            let (n, width) = (left / TILE_WIDTH, left % TILE_WIDTH);
            edges.push(if width == 0 {
                Vec::new()
            } else {
                tile(level, n, width)?
            });
            left = n;
            level += 1;
        }
        let mut frontier = Self {
            size,
            edges,
            peaks: Vec::new(),
        };
        let heights = (0..u64::BITS)
            .rev()
            .filter(|height| size >> height & 1 == 1);
        // A hash that is missing makes a root that contradicts the checkpoint.
        let peaks = heights.map(|height| frontier.peak(height).unwrap_or_default());
        frontier.peaks = peaks.collect();
        Ok(frontier)
    }

    /// The perfect tree of this height at the right edge, from its tile.
    fn peak(&self, height: u32) -> Option<Hash> {
        let (level, within) = (height / HEIGHT, height % HEIGHT);
        let edge = self.edges.get(usize::try_from(level).ok()?)?;
        let n = (self.size >> height) - 1;
        let begin = usize::try_from((n << within) % TILE_WIDTH).ok()?;
        let hashes = edge.get(begin..begin + (1 << within))?;
        Some(Tile::subtree_hash(&flatten(hashes)))
    }

    /// Entries of the tree.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds an entry's leaf hash; `full` is told level, number and hashes of
    /// each tile that becomes full.
    pub fn push(&mut self, leaf: Hash, full: &mut impl FnMut(u8, u64, &[Hash])) {
        self.size += 1;
        let mut hash = leaf;
        self.widen(0, hash, full);
        for height in 1..=self.size.trailing_zeros() {
            hash = node_hash(self.peaks.pop().unwrap_or_default(), hash);
            if height.is_multiple_of(HEIGHT) {
                self.widen(height / HEIGHT, hash, full);
            }
        }
        self.peaks.push(hash);
    }

    /// Adds a hash to the partial tile of a level.
    fn widen(&mut self, level: u32, hash: Hash, full: &mut impl FnMut(u8, u64, &[Hash])) {
        let (Ok(level), Ok(place)) = (u8::try_from(level), usize::try_from(level)) else {
            return;
        };
        if self.edges.len() == place {
            self.edges.push(Vec::new());
        }
        let Some(edge) = self.edges.get_mut(place) else {
            return;
        };
        edge.push(hash);
        if edge.len() as u64 == TILE_WIDTH {
            let tiles = self.size >> (HEIGHT * (u32::from(level) + 1));
            full(level, tiles - 1, edge);
            edge.clear();
        }
    }

    /// The partial tiles: level, number, hashes.
    pub(crate) fn partial_tiles(&self) -> impl Iterator<Item = (u8, u64, &[Hash])> {
        let numbered = self.edges.iter().zip(0u8..);
        numbered.filter_map(|(edge, level)| {
            let n = self
                .size
                .checked_shr(8 * (u32::from(level) + 1))
                .unwrap_or(0);
            (!edge.is_empty()).then_some((level, n, edge.as_slice()))
        })
    }

    /// The root hash (RFC 6962, section 2.1).
    pub fn root(&self) -> Hash {
        let Some((last, larger)) = self.peaks.split_last() else {
            return EMPTY_HASH;
        };
        let larger = larger.iter().rev();
        larger.fold(*last, |right, left| node_hash(*left, right))
    }
}

/// Hashes one after another.
pub(crate) fn flatten(hashes: &[Hash]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(hashes.len() * HASH_SIZE);
    for hash in hashes {
        bytes.extend_from_slice(&hash.0);
    }
    bytes
}

/// Bytes to hashes; `None` when their number does not fit.
pub(crate) fn unflatten(bytes: &[u8]) -> Option<Vec<Hash>> {
    let (hashes, rest) = bytes.as_chunks::<HASH_SIZE>();
    rest.is_empty()
        .then(|| hashes.iter().map(|hash| Hash(*hash)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6962's definition, word for word.
    fn by_definition(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => tlog_tiles::EMPTY_HASH,
            [one] => *one,
            _ => {
                let k = leaves.len().next_power_of_two() / 2;
                let (left, right) = leaves.split_at(k);
                tlog_tiles::node_hash(by_definition(left), by_definition(right))
            }
        }
    }

    #[test]
    fn roots_are_those_of_the_definition() {
        let mut frontier = Frontier::default();
        let mut leaves = Vec::new();
        for index in 0..70_000u32 {
            let interesting =
                index < 600 || index % 4_099 == 0 || (65_530..65_545).contains(&index);
            if interesting {
                assert_eq!(frontier.root(), by_definition(&leaves), "{index}");
            }
            let leaf = tlog_tiles::record_hash(&index.to_be_bytes());
            leaves.push(leaf);
            frontier.push(leaf, &mut |_, _, _| ());
        }
    }

    #[test]
    fn an_edge_comes_back_from_its_tiles() {
        let mut frontier = Frontier::default();
        for index in 0..66_000u32 {
            frontier.push(
                tlog_tiles::record_hash(&index.to_be_bytes()),
                &mut |_, _, _| (),
            );
        }
        let tiles: Vec<_> = frontier.partial_tiles().collect();
        let numbers: Vec<_> = tiles
            .iter()
            .map(|(level, n, hashes)| (*level, *n, hashes.len()))
            .collect();
        assert_eq!(numbers, [(0, 257, 208), (1, 1, 1), (2, 0, 1)]);
        let again = Frontier::restore(66_000, |level, n, width| {
            let found = tiles
                .iter()
                .find(|tile| (tile.0, tile.1) == (level, n))
                .unwrap();
            assert_eq!(found.2.len() as u64, width);
            Ok(found.2.to_vec())
        });
        assert_eq!(again.unwrap().root(), frontier.root());
    }
}
