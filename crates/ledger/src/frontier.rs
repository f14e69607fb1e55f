//! The right edge of the tree: all that is needed to grow it.

use tlog_tiles::{Error, Hash, HashReader, Tile, split_stored_hash_index, tree_hash};

use crate::LedgerError;
use crate::layout::{TILE_HEIGHT, TILE_WIDTH};

/// Bytes of a hash.
const HASH_SIZE: usize = 32;

/// The right edge of a tree of any size: per level of tiles the hashes of its
/// partial tile. Memory follows the logarithm of the size.
#[derive(Clone, Debug, Default)]
pub struct Frontier {
    size: u64,
    /// Hashes of the partial tile of each level, fewer than 256.
    edges: Vec<Vec<Hash>>,
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
        Ok(Self { size, edges })
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
        let mut last = self.size;
        for level in 0.. {
            if self.edges.len() == usize::from(level) {
                self.edges.push(Vec::new());
            }
            let Some(edge) = self.edges.get_mut(usize::from(level)) else {
                return;
            };
            edge.push(hash);
            if (edge.len() as u64) < TILE_WIDTH {
                return;
            }
            last /= TILE_WIDTH;
            full(level, last - 1, edge);
            hash = Tile::subtree_hash(&flatten(edge));
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
        // A frontier holds every hash that its own root needs.
        tree_hash(self.size, self).unwrap_or_default()
    }

    fn hash_at(&self, index: u64) -> Option<Hash> {
        let (level, n) = split_stored_hash_index(index);
        let edge = self.edges.get(usize::from(level / TILE_HEIGHT))?;
        let height = level % TILE_HEIGHT;
        let begin = usize::try_from((n << height) % TILE_WIDTH).ok()?;
        let hashes = edge.get(begin..begin + (1 << height))?;
        Some(Tile::subtree_hash(&flatten(hashes)))
    }
}

impl HashReader for Frontier {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        let hashes = indexes.iter().map(|&index| self.hash_at(index));
        hashes.collect::<Option<_>>().ok_or(Error::IndexesNotInTree)
    }
}

/// Hashes one after another.
pub(crate) fn flatten(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
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
