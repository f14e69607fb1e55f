//! Resource files: what there is besides principals, and as which role it acts.
//!
//! The form is `{"resources": [{"type", "name", "account", …}]}`, with types
//! and fields named as Terraform's AWS provider names them.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::policy::Policy;

/// Something that is neither a principal nor a policy.
#[derive(Clone, Debug)]
pub struct Thing {
    /// Its type, such as `aws_lambda_function`.
    pub kind: String,
    /// Its name in the file.
    pub name: String,
    /// Its account.
    pub account: String,
    /// Its fields.
    pub fields: Map<String, Value>,
    /// The policy attached to it, for a kind that says what may be done with
    /// something; `Err` when it could not be read.
    pub policy: Option<Result<Arc<Policy>, ()>>,
}

/// How deep fields are looked for.
const MAX_DEPTH: usize = 8;

impl Thing {
    /// Reads an item; the error says what is missing.
    pub(super) fn read(mut fields: Map<String, Value>) -> Result<Self, &'static str> {
        let mut text = |name| match fields.remove(name) {
            Some(Value::String(text)) if !text.is_empty() => Some(text),
            _ => None,
        };
        Ok(Self {
            kind: text("type").ok_or("no `type`")?,
            name: text("name").unwrap_or_default(),
            account: text("account").ok_or("no `account`")?,
            fields: unfolded(fields),
            policy: None,
        })
    }

    /// A text field at the top, such as `function_name`.
    pub fn text(&self, field: &str) -> Option<&str> {
        if field == "name" {
            return Some(&self.name);
        }
        self.fields.get(field)?.as_str()
    }

    /// The first text of a field, at the top or nested; of an object, any text
    /// in it, as `iam_instance_profile` has an `arn` or a `name`.
    pub fn find(&self, field: &str) -> Option<&str> {
        find(&self.fields, field, MAX_DEPTH)
    }
}

/// Fields with JSON in a text, as Terraform has `container_properties`, taken
/// apart; policies stay as they are, since they are read for themselves.
fn unfolded(mut fields: Map<String, Value>) -> Map<String, Value> {
    for (name, value) in &mut fields {
        let text = value.as_str().map(str::trim_start).unwrap_or_default();
        if text.starts_with(['{', '['])
            && !name.contains("policy")
            && let Ok(inner) = serde_json::from_str(text)
        {
            *value = inner;
        }
    }
    fields
}

fn find<'a>(fields: &'a Map<String, Value>, field: &str, depth: usize) -> Option<&'a str> {
    if let Some(found) = fields.get(field).and_then(|value| any_text(value, depth)) {
        return Some(found);
    }
    let depth = depth.checked_sub(1)?;
    fields.values().find_map(|value| match value {
        Value::Object(inner) => find(inner, field, depth),
        Value::Array(items) => items
            .iter()
            .filter_map(Value::as_object)
            .find_map(|inner| find(inner, field, depth)),
        _ => None,
    })
}

fn any_text(value: &Value, depth: usize) -> Option<&str> {
    let deeper = depth.checked_sub(1);
    match value {
        Value::String(text) if !text.is_empty() => Some(text),
        Value::Array(items) => items.iter().find_map(|item| any_text(item, deeper?)),
        Value::Object(fields) => fields.values().find_map(|item| any_text(item, deeper?)),
        _ => None,
    }
}
