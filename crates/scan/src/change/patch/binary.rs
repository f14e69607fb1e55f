//! `GIT binary patch`: base85 lines of deflated bytes.
//!
//! Source: git's `diff.c` (`emit_binary_diff_body`) and `base85.c`.

use std::io::Read as _;

use super::Lines;

/// Most bytes that one binary file may inflate to.
const MAX_BYTES: u64 = 64 << 20;

const ALPHABET: &[u8; 85] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";

/// Reads both directions of a binary patch. `None` when the first is a delta
/// against bytes that the patch does not show.
pub(super) fn read(lines: &mut Lines<'_>) -> Result<Option<Vec<u8>>, ()> {
    let forward = read_one(lines)?;
    let is_begun = |line: &str| line.starts_with("literal ") || line.starts_with("delta ");
    if lines.peek().is_some_and(is_begun) {
        read_one(lines)?;
    }
    Ok(forward)
}

fn read_one(lines: &mut Lines<'_>) -> Result<Option<Vec<u8>>, ()> {
    let head = lines.next().ok_or(())?;
    let (kind, size) = head.split_once(' ').ok_or(())?;
    let size: u64 = size.trim().parse().map_err(|_| ())?;
    let mut deflated = Vec::new();
    while let Some(line) = lines
        .next()
        .map(str::trim_end)
        .filter(|line| !line.is_empty())
    {
        decode_line(line.as_bytes(), &mut deflated)?;
    }
    let mut bytes = Vec::new();
    flate2::read::ZlibDecoder::new(deflated.as_slice())
        .take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|_| ())?;
    if bytes.len() as u64 != size || size > MAX_BYTES {
        return Err(());
    }
    Ok((kind == "literal").then_some(bytes))
}

/// A line: its length as a letter, then groups of five digits.
fn decode_line(line: &[u8], out: &mut Vec<u8>) -> Result<(), ()> {
    let (first, digits) = line.split_first().ok_or(())?;
    let length = match first {
        b'A'..=b'Z' => first - b'A' + 1,
        b'a'..=b'z' => first - b'a' + 27,
        _ => return Err(()),
    };
    let start = out.len();
    for group in digits.chunks(5) {
        let value = group.iter().try_fold(0u64, |value, digit| {
            let place = ALPHABET.iter().position(|letter| letter == digit)?;
            Some(value * 85 + place as u64)
        });
        let value = u32::try_from(value.ok_or(())?).map_err(|_| ())?;
        out.extend(value.to_be_bytes());
    }
    out.truncate(start + usize::from(length));
    Ok(())
}
