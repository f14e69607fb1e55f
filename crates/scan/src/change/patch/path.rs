//! Paths as git writes them: quoted like C strings when they hold odd bytes.

/// The path without `a/` or `b/` (or the other prefixes that git can be told to use).
pub(super) fn without_side(path: &str) -> &str {
    let (first, rest) = path.split_once('/').unwrap_or(("", path));
    match first {
        "a" | "b" | "c" | "i" | "o" | "w" => rest,
        _ => path,
    }
}

/// The path inside quotes, or the text itself when it has none. Bytes that are
/// no UTF-8 are replaced.
pub(super) fn unquote(text: &str) -> String {
    let Some(inner) = text.strip_prefix('"') else {
        return text.to_owned();
    };
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner.bytes().peekable();
    while let Some(byte) = rest.next() {
        match byte {
            b'"' => break,
            b'\\' => bytes.push(escape(&mut rest)),
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn escape(rest: &mut std::iter::Peekable<std::str::Bytes<'_>>) -> u8 {
    match rest.next() {
        Some(b'n') => b'\n',
        Some(b't') => b'\t',
        Some(b'r') => b'\r',
        Some(b'a') => 7,
        Some(b'b') => 8,
        Some(b'v') => 11,
        Some(b'f') => 12,
        Some(digit @ b'0'..=b'7') => octal(digit, rest),
        Some(other) => other,
        None => b'\\',
    }
}

fn octal(first: u8, rest: &mut std::iter::Peekable<std::str::Bytes<'_>>) -> u8 {
    let mut value = u32::from(first - b'0');
    for _ in 0..2 {
        match rest.peek() {
            Some(digit @ b'0'..=b'7') => value = value * 8 + u32::from(digit - b'0'),
            _ => break,
        }
        rest.next();
    }
    u8::try_from(value & 0xff).unwrap_or(b'?')
}
