//! Stable hashes: the same on every machine and in every version, since facts
//! travel between machines and identifiers between runs.

use twox_hash::XxHash3_64;

/// XXH3-64 of parts, each closed by a byte that UTF-8 never holds.
pub(crate) fn digest<'a>(buffer: &mut Vec<u8>, parts: impl IntoIterator<Item = &'a [u8]>) -> u64 {
    buffer.clear();
    for part in parts {
        buffer.extend_from_slice(part);
        buffer.push(0xFF);
    }
    XxHash3_64::oneshot(buffer)
}

/// A short identifier with a prefix, for example `inc-3f9a0c1b2d4e`.
pub(crate) fn identifier(prefix: &str, parts: &[&str]) -> String {
    let digest = digest(&mut Vec::new(), parts.iter().map(|part| part.as_bytes()));
    format!("{prefix}-{:012x}", digest >> 16)
}
