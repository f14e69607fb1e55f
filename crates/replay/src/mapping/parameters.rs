//! What was asked and answered, in a form that is quick to look things up in.

use gardefou_trail::decode::{Field, Record};
use serde_json::Value;

/// How deep parameters are looked through.
const MAX_DEPTH: usize = 8;
/// Most values of one name that are listed.
const MAX_VALUES: usize = 4_096;

/// A call's parameters and answer.
#[derive(Clone, Debug, Default)]
pub struct Parameters {
    /// `requestParameters`; `None` where the record has none.
    pub request: Option<Value>,
    /// `responseElements`; `None` where the record has none.
    pub response: Option<Value>,
    /// ARNs of `resources`, with the account that the record says owns each.
    pub resources: Vec<(String, Option<String>)>,
}

impl Parameters {
    /// Those of a record.
    pub(crate) fn of(record: &Record<'_>) -> Self {
        let listed = record.parsed(Field::Resources);
        let resources = listed.as_ref().and_then(Value::as_array);
        Self {
            request: record.request(),
            response: record.response(),
            resources: resources.into_iter().flatten().filter_map(owned).collect(),
        }
    }

    /// A text parameter, by path: `["createVolumePermission", "add"]`.
    /// Names are compared without regard to case.
    pub(crate) fn text(&self, path: &[&str]) -> Option<String> {
        let mut at = self.request.as_ref()?;
        for name in path {
            at = member(at, name)?;
        }
        text(at)
    }

    /// Whether the request has a parameter of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.request
            .as_ref()
            .and_then(|request| member(request, name))
            .is_some()
    }

    /// The parameter of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        member(self.request.as_ref()?, name)
    }

    /// Every text of this name in the request, at any depth.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        let mut found = Vec::new();
        if let Some(request) = &self.request {
            collect(request, name, MAX_DEPTH, &mut found);
        }
        found
    }

    /// Every text in the request that is an ARN.
    pub(crate) fn arns(&self) -> Vec<&str> {
        let mut found = Vec::new();
        if let Some(request) = &self.request {
            arns(request, MAX_DEPTH, &mut found);
        }
        found
    }

    /// Tags that the request gives, or `None` where the log does not show them:
    /// `key`/`value` pairs, or a member `tags` with values by name.
    pub(crate) fn tags(&self) -> Option<Vec<(String, String)>> {
        let request = self.request.as_ref()?;
        let mut tags = Vec::new();
        collect_tags(request, MAX_DEPTH, &mut tags);
        Some(tags)
    }
}

fn owned(item: &Value) -> Option<(String, Option<String>)> {
    let arn = member(item, "arn").and_then(Value::as_str)?;
    let account = member(item, "accountId").and_then(Value::as_str);
    Some((arn.to_owned(), account.map(str::to_owned)))
}

fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let members = value.as_object()?;
    members.get(name).or_else(|| {
        members
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    })
}

/// A value as text; `{"value": …}` is EC2's way to write one.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Object(members) => members
            .get("value")
            .or(members.get("content"))
            .and_then(text),
        _ => None,
    }
}

fn collect(value: &Value, name: &str, depth: usize, found: &mut Vec<String>) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                if found.len() >= MAX_VALUES {
                    return;
                }
                if key.eq_ignore_ascii_case(name) {
                    texts(value, found);
                }
                collect(value, name, depth, found);
            }
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| collect(item, name, depth, found)),
        _ => {}
    }
}

fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => found.extend(items.iter().filter_map(text)),
        value => found.extend(text(value)),
    }
}

fn arns<'a>(value: &'a Value, depth: usize, found: &mut Vec<&'a str>) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    match value {
        Value::String(text) if text.starts_with("arn:") && found.len() < MAX_VALUES => {
            found.push(text);
        }
        Value::Object(members) => members.values().for_each(|one| arns(one, depth, found)),
        Value::Array(items) => items.iter().for_each(|one| arns(one, depth, found)),
        _ => {}
    }
}

fn collect_tags(value: &Value, depth: usize, tags: &mut Vec<(String, String)>) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    match value {
        Value::Object(members) => {
            let pair = (member(value, "key"), member(value, "value"));
            if let (Some(Value::String(key)), Some(Value::String(value))) = pair {
                tags.push((key.clone(), value.clone()));
            }
            for (name, inner) in members {
                if name.eq_ignore_ascii_case("tags") {
                    by_name(inner, tags);
                }
                collect_tags(inner, depth, tags);
            }
        }
        Value::Array(items) => items.iter().for_each(|one| collect_tags(one, depth, tags)),
        _ => {}
    }
}

/// Tags as `{"name": "value"}`.
fn by_name(value: &Value, tags: &mut Vec<(String, String)>) {
    for (name, value) in value.as_object().into_iter().flatten() {
        if let Value::String(value) = value {
            tags.push((name.clone(), value.clone()));
        }
    }
}
