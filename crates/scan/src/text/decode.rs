//! What encoded parts decode to: base64, hexadecimal, gzip and zlib inside
//! them, and bytes hidden in variation selectors.

use std::io::Read;
use std::ops::Range;

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};

use super::Via;

/// Shortest run of base64 that is decoded, in characters.
const MIN_BASE64: usize = 20;
/// Shortest run of hexadecimal digits that is decoded.
const MIN_HEX: usize = 24;
/// Shortest run of variation selectors that is decoded.
const MIN_SELECTORS: usize = 8;
/// Most bytes that one part inflates to.
const MAX_INFLATED: u64 = 4 << 20;

/// A decoded part: where it stood, how it was hidden, what it says.
pub(super) struct Part {
    pub(super) range: Range<usize>,
    pub(super) via: Via,
    pub(super) text: String,
}

/// Every part of the text that decodes to text.
pub(super) fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    for range in runs(text.as_bytes()) {
        let Some(run) = text.get(range.clone()) else {
            continue;
        };
        if let Some((via, text)) = decoded(run) {
            parts.push(Part { range, via, text });
        }
    }
    if !text.is_ascii() {
        parts.extend(selectors(text));
    }
    parts
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// Runs of base64 or hexadecimal digits, over line breaks where the lines are full.
fn runs(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut at = 0;
    // From the back, so that most of what is no run is never looked at.
    while let Some(head) = bytes.get(at..at + MIN_BASE64) {
        if let Some(gap) = head.iter().rposition(|byte| !is_digit(*byte)) {
            at += gap + 1;
            continue;
        }
        let end = run_end(bytes, at + MIN_BASE64);
        let end = whole_block(bytes, end, end - at);
        runs.push(at..end);
        at = end + 1;
    }
    runs
}

fn run_end(bytes: &[u8], from: usize) -> usize {
    let tail = bytes.get(from..).unwrap_or_default();
    from + tail.iter().take_while(|b| is_digit(**b)).count()
}

/// Lines of a wrapped block are at least this long.
const MIN_WRAPPED: usize = 48;

fn whole_block(bytes: &[u8], end: usize, first: usize) -> usize {
    let mut end = end;
    let mut width = first;
    while width >= MIN_WRAPPED {
        let gap = bytes.get(end..).unwrap_or_default();
        let blank = gap
            .iter()
            .take(64)
            .take_while(|b| b"\r\n \t\\n".contains(b))
            .count();
        if !gap.get(..blank).is_some_and(|gap| gap.contains(&b'\n')) {
            break;
        }
        let next = run_end(bytes, end + blank);
        if next == end + blank {
            break;
        }
        width = next - end - blank;
        end = next;
    }
    end
}

/// What a run decodes to, when that is text.
fn decoded(run: &str) -> Option<(Via, String)> {
    let clean: String = run.chars().filter(|c| !c.is_whitespace()).collect();
    if clean.len() >= MIN_HEX
        && let Some(bytes) = hex(&clean)
        && let Some(text) = readable(&bytes)
    {
        return Some((Via::Hex, text));
    }
    let bytes = base64(&clean)?;
    if let Some(text) = inflated(&bytes) {
        return Some((Via::Compressed, text));
    }
    readable(&bytes).map(|text| (Via::Base64, text))
}

fn hex(run: &str) -> Option<Vec<u8>> {
    let run = run.strip_prefix("0x").unwrap_or(run);
    HEXLOWER_PERMISSIVE.decode(run.as_bytes()).ok()
}

fn base64(run: &str) -> Option<Vec<u8>> {
    // The length of base64 without padding is never 1 modulo 4; spare bits may
    // be anything, which decoders let pass.
    let even = run.get(..run.len() - usize::from(run.len() % 4 == 1))?;
    let digits = even.as_bytes();
    let strict = if even.contains(['-', '_']) {
        &BASE64URL_NOPAD
    } else {
        &BASE64_NOPAD
    };
    strict.decode(digits).ok().or_else(|| {
        let whole = digits.get(..digits.len() / 4 * 4)?;
        strict.decode(whole).ok()
    })
}

/// The bytes as text, when nearly all of them are what people write.
fn readable(bytes: &[u8]) -> Option<String> {
    if let Some(text) = wide(bytes) {
        return Some(text);
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let odd = text
        .chars()
        .filter(|c| c.is_control() && !c.is_whitespace())
        .count();
    let total = text.chars().count();
    let ascii = text.chars().filter(char::is_ascii).count();
    (total >= 8 && odd * 20 <= total && ascii * 2 >= total).then(|| text.to_owned())
}

/// UTF-16 as PowerShell's `-EncodedCommand` has it.
fn wide(bytes: &[u8]) -> Option<String> {
    let pairs = bytes.chunks_exact(2);
    let is_wide = bytes.len() >= 16
        && pairs
            .clone()
            .all(|pair| matches!(pair, [low, 0] if *low != 0));
    let text = || {
        pairs
            .map(|pair| char::from(pair.first().copied().unwrap_or(0)))
            .collect()
    };
    is_wide.then(text)
}

fn inflated(bytes: &[u8]) -> Option<String> {
    let mut out = Vec::new();
    let read = match bytes {
        [0x1f, 0x8b, ..] => flate2::read::MultiGzDecoder::new(bytes)
            .take(MAX_INFLATED)
            .read_to_end(&mut out),
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => flate2::read::ZlibDecoder::new(bytes)
            .take(MAX_INFLATED)
            .read_to_end(&mut out),
        _ => return None,
    };
    // What inflates before the end of a cut stream is read as well.
    let _ = read;
    readable(&out)
}

/// Bytes in runs of variation selectors, of which each can stand for one byte.
fn selectors(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut bytes = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match selector(c) {
            Some(byte) => {
                if bytes.is_empty() {
                    start = at;
                }
                bytes.push(byte);
            }
            None if !bytes.is_empty() => {
                let run = std::mem::take(&mut bytes);
                let text = (run.len() >= MIN_SELECTORS)
                    .then(|| readable(&run))
                    .flatten();
                parts.extend(text.map(|text| Part {
                    range: start..at,
                    via: Via::Selectors,
                    text,
                }));
            }
            None => {}
        }
    }
    parts
}

fn selector(c: char) -> Option<u8> {
    match c {
        '\u{fe00}'..='\u{fe0f}' => u8::try_from(u32::from(c) - 0xfe00).ok(),
        '\u{e0100}'..='\u{e01ef}' => u8::try_from(u32::from(c) - 0xe0100 + 16).ok(),
        _ => None,
    }
}
