//! Which file holds what.
//!
//! | file | what | form |
//! |---|---|---|
//! | `checkpoint` | the signed head of the tree | C2SP tlog-checkpoint |
//! | `tile/<level>/<n>[.p/<width>]` | hashes of the tree | C2SP tlog-tiles |
//! | `tile/entries/<n>[.p/<width>]` | entries | C2SP tlog-tiles |
//! | `payload/<n>` | payloads of the entries of bundle n | [`crate::Payload`] |
//! | `journal` | what was acknowledged and is not folded into the above | `crate::journal` |

use tlog_tiles::Tile;

use crate::LedgerError;

/// The signed head of the tree.
pub const CHECKPOINT: &str = "checkpoint";

/// What was acknowledged since the other files were last made durable.
pub const JOURNAL: &str = "journal";

/// Hashes of a full tile and entries of a full bundle.
pub const TILE_WIDTH: u64 = 256;

/// Levels of the tree that one tile spans.
pub(crate) const TILE_HEIGHT: u8 = 8;

/// Path of a tile: hashes of `level`, the `n`th, `width` hashes wide (256: full).
pub fn tile_path(level: u8, n: u64, width: u64) -> String {
    format!("tile/{level}/{}", number(n, width))
}

/// Path of an entry bundle.
pub fn bundle_path(n: u64, width: u64) -> String {
    format!("tile/entries/{}", number(n, width))
}

/// Path of a payload file; it has no partial form.
pub fn payload_path(n: u64) -> String {
    format!("payload/{}", number(n, TILE_WIDTH))
}

/// The folder of the partial forms of a file with this full path.
pub(crate) fn partials(full: &str) -> String {
    format!("{full}.p")
}

/// `x001/x234/067`, with `.p/<width>` when partial.
fn number(n: u64, width: u64) -> String {
    let width = u32::try_from(width.clamp(1, TILE_WIDTH)).unwrap_or(1);
    let path = Tile::new(TILE_HEIGHT, 0, n, width, false).path();
    path.strip_prefix("tile/8/0/").unwrap_or(&path).to_owned()
}

/// Adds an entry to a bundle: 16 bits of length, big-endian, then the entry.
pub(crate) fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) {
    // An entry has at most `MAX_ENTRY` bytes.
    let length = u16::try_from(entry.len()).unwrap_or(u16::MAX);
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
}

/// The entries of a bundle, which must be exactly `width`.
///
/// # Errors
/// Too few or too many bytes, or too few or too many entries.
pub(crate) fn split_bundle<'a>(
    path: &str,
    bundle: &'a [u8],
    width: u64,
) -> Result<Vec<&'a [u8]>, LedgerError> {
    let entries = split(bundle).ok_or_else(|| LedgerError::damaged(path, "an entry is cut off"))?;
    if entries.len() as u64 != width {
        let what = format!("{} entries instead of {width}", entries.len());
        return Err(LedgerError::damaged(path, what));
    }
    Ok(entries)
}

fn split(mut rest: &[u8]) -> Option<Vec<&[u8]>> {
    let mut entries = Vec::new();
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk()?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, after) = after.split_at_checked(length)?;
        entries.push(entry);
        rest = after;
    }
    Some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_tlog_tiles() {
        assert_eq!(tile_path(0, 1_234_067, 256), "tile/0/x001/x234/067");
        assert_eq!(tile_path(2, 0, 1), "tile/2/000.p/1");
        assert_eq!(bundle_path(273, 112), "tile/entries/273.p/112");
        assert_eq!(payload_path(5), "payload/005");
    }

    #[test]
    fn bundles_come_apart_as_they_were_put_together() {
        let mut bundle = Vec::new();
        for entry in [&b"one"[..], b"", b"three"] {
            push_entry(&mut bundle, entry);
        }
        let entries = split_bundle("b", &bundle, 3).unwrap();
        assert_eq!(entries, [&b"one"[..], b"", b"three"]);
        assert!(split_bundle("b", &bundle, 2).is_err());
        bundle.pop();
        assert!(split_bundle("b", &bundle, 3).is_err());
    }
}
