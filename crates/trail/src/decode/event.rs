//! A record as Sigma rules see it: the same answers as [`JsonEvent`] gives
//! over the parsed record, without parsing it.
//!
//! [`JsonEvent`]: rsigma_eval::JsonEvent

use std::borrow::Cow;

use rsigma_eval::{Event, EventValue};
use rsigma_parser::fieldpath::{first_unescaped, unescape_brackets};
use serde_json::Value;

use super::json::{child, elements, event_value, members, unquote};
use super::record::Record;

/// Levels below which `JsonEvent` looks for no strings.
const STRING_LEVELS: usize = 64;

impl Event for Record<'_> {
    fn get_field(&self, path: &str) -> Option<EventValue<'_>> {
        if let Some(raw) = self.top_level(path) {
            return Some(event_value(raw));
        }
        if !path.contains(['.', '[', '\\']) {
            return None;
        }
        if let Some(found) = self.known(path) {
            return found.map(event_value);
        }
        let mut found = Vec::new();
        if let Some((root, rest)) = plain_path(path) {
            follow(self.top_level(root)?, rest, &mut found);
        } else {
            if let Some(root) = root_key(path) {
                self.top_level(&root)?;
            }
            collect(self.raw(), &steps(path), &mut found);
        }
        if found.len() > 1 {
            return Some(EventValue::Array(found));
        }
        found.pop()
    }

    fn any_string_value(&self, pred: &dyn Fn(&str) -> bool) -> bool {
        any_string(self.raw(), STRING_LEVELS, &mut |text| pred(text))
    }

    fn all_string_values(&self) -> Vec<Cow<'_, str>> {
        let mut found = Vec::new();
        self.visit_string_values(&mut |text| found.push(Cow::Owned(text.to_owned())));
        found
    }

    fn visit_string_values(&self, visit: &mut dyn FnMut(&str)) {
        // Through the parsed record for its order of keys.
        rsigma_eval::JsonEvent::borrow(self.value()).visit_string_values(visit);
    }

    fn to_json(&self) -> Value {
        self.value().clone()
    }

    fn field_keys(&self) -> Vec<Cow<'_, str>> {
        let event = rsigma_eval::JsonEvent::borrow(self.value());
        event
            .field_keys()
            .into_iter()
            .map(|key| Cow::Owned(key.into_owned()))
            .collect()
    }

    fn top_level_keys(&self) -> Option<Vec<Cow<'_, str>>> {
        let mut keys: Vec<_> = members(self.raw()).map(|(key, _)| key).collect();
        keys.sort_unstable();
        Some(keys)
    }

    fn visit_top_level_keys(&self, visit: &mut dyn FnMut(&str)) -> bool {
        self.each_top_level_key(visit);
        true
    }
}

/// A step of a path.
enum Step<'a> {
    /// Into an object's member, or the same member of every element.
    Key(Cow<'a, str>),
    /// To one element, from the end where negative.
    Index(i64),
}

/// The key at the root that a path needs; `None` where it needs none.
fn root_key(path: &str) -> Option<Cow<'_, str>> {
    let segment = path.get(..first_unescaped(path, b'.').unwrap_or(path.len()))?;
    let name = segment.get(..first_unescaped(segment, b'[').unwrap_or(segment.len()))?;
    (!name.is_empty()).then(|| unescape_brackets(name))
}

/// The root and the rest of a path of keys alone, as nearly all are.
fn plain_path(path: &str) -> Option<(&str, &str)> {
    if path.contains(['[', '\\']) {
        return None;
    }
    path.split_once('.').filter(|(root, _)| !root.is_empty())
}

/// Follows the keys of a plain path from a raw value, into every element of
/// lists, and collects what they end at.
fn follow<'a>(raw: &'a str, path: &str, found: &mut Vec<EventValue<'a>>) {
    if raw.starts_with('[') {
        for element in elements(raw) {
            follow(element, path, found);
        }
        return;
    }
    let (key, rest) = match path.split_once('.') {
        Some((key, rest)) => (key, Some(rest)),
        None => (path, None),
    };
    match (child(raw, key), rest) {
        (Some(value), Some(rest)) => follow(value, rest, found),
        (Some(value), None) => found.push(event_value(value)),
        (None, _) => {}
    }
}

/// The steps of a path that has indices or escapes.
fn steps(path: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let indexed = first_unescaped(part, b'[')
            .and_then(|bracket| part.split_at_checked(bracket))
            .and_then(|(name, groups)| Some((name, indices(groups)?)));
        match indexed {
            Some((name, indices)) => {
                if !name.is_empty() {
                    steps.push(Step::Key(unescape_brackets(name)));
                }
                steps.extend(indices.into_iter().map(Step::Index));
            }
            None => steps.push(Step::Key(unescape_brackets(part))),
        }
    }
    steps
}

/// `[1][-2]` as numbers; `None` where it is not of that form.
fn indices(groups: &str) -> Option<Vec<i64>> {
    let mut found = Vec::new();
    let mut rest = groups;
    while !rest.is_empty() {
        let (number, after) = rest.strip_prefix('[')?.split_once(']')?;
        found.push(number.parse().ok()?);
        rest = after;
    }
    Some(found)
}

/// Follows the steps from a raw value and collects what they end at.
fn collect<'a>(raw: &'a str, steps: &[Step<'_>], found: &mut Vec<EventValue<'a>>) {
    let Some((step, rest)) = steps.split_first() else {
        found.push(event_value(raw));
        return;
    };
    match step {
        Step::Key(_) if raw.starts_with('[') => {
            for element in elements(raw) {
                collect(element, steps, found);
            }
        }
        Step::Key(key) => {
            if let Some(value) = child(raw, key) {
                collect(value, rest, found);
            }
        }
        Step::Index(index) => {
            if let Some(element) = element(raw, *index) {
                collect(element, rest, found);
            }
        }
    }
}

fn element(raw: &str, index: i64) -> Option<&str> {
    let back = usize::try_from(index.unsigned_abs()).ok()?;
    let index = if index < 0 {
        elements(raw).count().checked_sub(back)?
    } else {
        back
    };
    elements(raw).nth(index)
}

/// Whether a string in the value, at most `levels` deep, satisfies `pred`.
fn any_string(raw: &str, levels: usize, pred: &mut dyn FnMut(&str) -> bool) -> bool {
    if levels == 0 {
        return false;
    }
    match raw.as_bytes().first() {
        Some(b'"') => unquote(raw).is_some_and(|text| pred(&text)),
        Some(b'{') => members(raw).any(|(_, value)| any_string(value, levels - 1, pred)),
        Some(b'[') => elements(raw).any(|value| any_string(value, levels - 1, pred)),
        _ => false,
    }
}
