//! Moving about in JSON that a walk has found valid.

use std::borrow::Cow;

use rsigma_eval::EventValue;
use serde_json::Value;

use super::scan::{interruption, non_space};

/// The text of a string that is written with its quotes; `None` for what is
/// no string.
pub(super) fn unquote(raw: &str) -> Option<Cow<'_, str>> {
    let body = raw.strip_prefix('"')?.strip_suffix('"')?;
    Some(unescape(raw, body))
}

/// The text of a string: `body` where it has no escapes.
fn unescape<'a>(raw: &str, body: &'a str) -> Cow<'a, str> {
    if memchr::memchr(b'\\', body.as_bytes()).is_none() {
        return Cow::Borrowed(body);
    }
    // INVARIANT: `raw` has been walked, so that it is read without an error.
    Cow::Owned(serde_json::from_str(raw).unwrap_or_default())
}

/// The value that a raw text stands for. Its depth has been checked.
pub(super) fn value(raw: &str) -> Option<Value> {
    let mut reader = serde_json::Deserializer::from_str(raw);
    reader.disable_recursion_limit();
    reader.into_iter().next()?.ok()
}

/// Where the value that begins at `at` ends.
fn value_end(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at) {
        Some(b'"') => string_end(bytes, at + 1) + 1,
        Some(b'{' | b'[') => container_end(bytes, at),
        _ => {
            let rest = bytes.get(at..).unwrap_or_default();
            let is_end =
                |byte: &u8| matches!(*byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t');
            at + rest.iter().position(is_end).unwrap_or(rest.len())
        }
    }
}

/// The closing quote of the string whose body begins at `from`.
pub(super) fn string_end(bytes: &[u8], from: usize) -> usize {
    let mut at = interruption(bytes, from);
    while bytes.get(at).is_some_and(|byte| *byte != b'"') {
        // A backslash and what it escapes, which may be a quote.
        at = interruption(bytes, at + 2);
    }
    at
}

fn container_end(bytes: &[u8], at: usize) -> usize {
    let mut at = at;
    let mut depth = 0usize;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = string_end(bytes, at + 1),
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
        if depth == 0 {
            break;
        }
    }
    at
}

/// The members of an object: key as text, value as written. Nothing for what
/// is no object.
pub(super) struct Members<'a> {
    raw: &'a str,
    at: usize,
}

/// See [`Members`].
pub(super) fn members(raw: &str) -> Members<'_> {
    let at = if raw.starts_with('{') { 1 } else { raw.len() };
    Members { raw, at }
}

impl<'a> Iterator for Members<'a> {
    type Item = (Cow<'a, str>, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.raw.as_bytes();
        let quote = next_item(bytes, self.at)?;
        let end = string_end(bytes, quote + 1);
        let key = unescape(self.raw.get(quote..=end)?, self.raw.get(quote + 1..end)?);
        let colon = non_space(bytes, end + 1);
        let start = non_space(bytes, colon + 1);
        self.at = value_end(bytes, start);
        Some((key, self.raw.get(start..self.at)?))
    }
}

/// The elements of an array, as written. Nothing for what is no array.
pub(super) struct Elements<'a> {
    raw: &'a str,
    at: usize,
}

/// See [`Elements`].
pub(super) fn elements(raw: &str) -> Elements<'_> {
    let at = if raw.starts_with('[') { 1 } else { raw.len() };
    Elements { raw, at }
}

impl<'a> Iterator for Elements<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<Self::Item> {
        let start = next_item(self.raw.as_bytes(), self.at)?;
        self.at = value_end(self.raw.as_bytes(), start);
        self.raw.get(start..self.at)
    }
}

/// The next item of a container after `at`; `None` at the container's end.
fn next_item(bytes: &[u8], at: usize) -> Option<usize> {
    let at = non_space(bytes, at);
    match bytes.get(at)? {
        b',' => Some(non_space(bytes, at + 1)),
        b'}' | b']' => None,
        _ => Some(at),
    }
}

/// The value of an object's key, as written.
pub(super) fn child<'a>(raw: &'a str, key: &str) -> Option<&'a str> {
    members(raw)
        .find(|(name, _)| name == key)
        .map(|(_, value)| value)
}

/// The value as rules see it.
pub(super) fn event_value(raw: &str) -> EventValue<'_> {
    match raw.as_bytes().first() {
        Some(b'"') => unquote(raw).map_or(EventValue::Null, EventValue::Str),
        Some(b't') => EventValue::Bool(true),
        Some(b'f') => EventValue::Bool(false),
        Some(b'{' | b'[') => value(raw).map_or(EventValue::Null, owned),
        Some(b'n') | None => EventValue::Null,
        Some(_) => number(raw),
    }
}

/// A number as `serde_json` reads it: an integer that fits, else a double.
fn number(raw: &str) -> EventValue<'static> {
    let short = raw.len() < 18 && !raw.starts_with("-0");
    match raw.parse() {
        Ok(integer) if short => EventValue::Int(integer),
        _ => value(raw).map_or(EventValue::Null, owned),
    }
}

fn owned(value: Value) -> EventValue<'static> {
    match value {
        Value::String(text) => EventValue::Str(Cow::Owned(text)),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => EventValue::Int(integer),
            None => EventValue::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::Bool(truth) => EventValue::Bool(truth),
        Value::Null => EventValue::Null,
        Value::Array(items) => EventValue::Array(items.into_iter().map(owned).collect()),
        Value::Object(map) => EventValue::Map(
            map.into_iter()
                .map(|(key, value)| (Cow::Owned(key), owned(value)))
                .collect(),
        ),
    }
}
