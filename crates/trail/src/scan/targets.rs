//! What a call touched, in the words of its own request.

use serde_json::Value;

use crate::decode::{Field, Record};

/// Targets named at most.
const MAX_TARGETS: usize = 4;
/// Longest target kept, in characters.
const MAX_CHARS: usize = 256;
/// Members looked at in one request.
const MAX_LOOKED_AT: usize = 400;
/// Depth looked at.
const MAX_DEPTH: usize = 6;

/// Endings of keys that name a thing.
const NAMING: &[&str] = &[
    "name",
    "id",
    "arn",
    "names",
    "ids",
    "arns",
    "identifier",
    "identity",
];
/// Keys that end so and name nothing that is touched.
const NOT_TARGETS: &[&str] = &[
    "clienttoken",
    "imageid",
    "hostname",
    "subnetid",
    "vpcid",
    "attributename",
    "requestid",
];

/// Names, ids and ARNs in the request, at most four; for a call that makes
/// things without naming them (`RunInstances`), those in the response.
pub(crate) fn targets(record: &Record<'_>) -> Box<[Box<str>]> {
    let mut found = Vec::new();
    for field in [Field::RequestParameters, Field::ResponseElements] {
        if found.is_empty()
            && let Some(value) = record.parsed(field)
        {
            collect(&value, "", 0, &mut MAX_LOOKED_AT.clone(), &mut found);
        }
    }
    found.into_boxed_slice()
}

fn collect(value: &Value, key: &str, depth: usize, budget: &mut usize, out: &mut Vec<Box<str>>) {
    if out.len() >= MAX_TARGETS || *budget == 0 || depth > MAX_DEPTH {
        return;
    }
    *budget -= 1;
    match value {
        Value::String(text) if names_a_target(key) && !text.is_empty() => {
            let text: Box<str> = text.chars().take(MAX_CHARS).collect();
            if !out.contains(&text) {
                out.push(text);
            }
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| collect(item, key, depth + 1, budget, out)),
        Value::Object(members) => {
            members
                .iter()
                .for_each(|(key, item)| collect(item, key, depth + 1, budget, out));
        }
        _ => {}
    }
}

fn names_a_target(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    NAMING.iter().any(|ending| key.ends_with(ending)) && !NOT_TARGETS.contains(&key.as_str())
}
