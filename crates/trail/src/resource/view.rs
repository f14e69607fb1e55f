//! Tolerant reading of a call's request and response.

use serde_json::{Map, Value};

use super::Call;

/// Longest text kept from a field, in bytes; no AWS id is longer than an ARN's 2,048.
const MAX_TEXT: usize = 2048;

/// A call, read by paths such as `res.instancesSet.instanceId|req.instanceId`:
/// alternatives are tried in order; arrays and `{"items": […]}` on the way are
/// entered; keys match exactly or else without regard to case; a lone
/// `…Request` or `…Response` wrapper (EC2's newer calls) is stepped through.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    /// The call.
    pub(super) call: &'a Call<'a>,
}

impl<'a> View<'a> {
    /// Every value at the first alternative that has any.
    pub(super) fn all(self, paths: &str) -> Vec<&'a Value> {
        paths
            .split('|')
            .map(|path| self.walk(path))
            .find(|found| !found.is_empty())
            .unwrap_or_default()
    }

    /// Every text, number or flag at the first alternative that has any, as text.
    pub(super) fn texts(self, paths: &str) -> Vec<String> {
        paths
            .split('|')
            .map(|path| {
                self.walk(path)
                    .into_iter()
                    .filter_map(text)
                    .collect::<Vec<_>>()
            })
            .find(|found| !found.is_empty())
            .unwrap_or_default()
    }

    /// The first text at any alternative.
    pub(super) fn text(self, paths: &str) -> Option<String> {
        self.texts(paths).into_iter().next()
    }

    /// The first whole number, also where it is written as text.
    pub(super) fn number(self, paths: &str) -> Option<u64> {
        self.all(paths).into_iter().find_map(number)
    }

    /// The first flag, also where it is written as text.
    pub(super) fn flag(self, paths: &str) -> Option<bool> {
        self.text(paths)?.to_ascii_lowercase().parse().ok()
    }

    /// Several texts as one line, at most `MAX_TEXT` bytes.
    pub(super) fn joined(self, paths: &str) -> Option<String> {
        let mut texts = self.texts(paths);
        texts.dedup();
        texts.truncate(20);
        (!texts.is_empty()).then(|| shorten(&texts.join(","), 200))
    }

    fn walk(self, path: &str) -> Vec<&'a Value> {
        let (side, rest) = path.split_once('.').unwrap_or((path, ""));
        let root = match side {
            "req" => self.call.request,
            "res" => self.call.response,
            _ => None,
        };
        root.map(|root| at(unwrapped(root, rest), rest))
            .unwrap_or_default()
    }
}

/// Every value at `path` under `root`; see [`View`].
pub(super) fn at<'v>(root: &'v Value, path: &str) -> Vec<&'v Value> {
    let mut here = vec![root];
    for step in path.split('.').filter(|step| !step.is_empty()) {
        let mut next = Vec::new();
        for value in here {
            enter(value, step, &mut next);
        }
        here = next;
    }
    let mut leaves = Vec::new();
    for value in here {
        spread(value, &mut leaves);
    }
    leaves
}

/// The first text at a path under a value.
pub(super) fn text_at(root: &Value, path: &str) -> Option<String> {
    at(root, path).into_iter().find_map(text)
}

/// The first whole number at a path under a value.
pub(super) fn number_at(root: &Value, path: &str) -> Option<u64> {
    at(root, path).into_iter().find_map(number)
}

/// A leaf as text: texts, numbers, flags, and objects that hold one under
/// `content` or `value`, as EC2's attributes do. Over-long text is no id.
pub(super) fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Object(map) => {
            let inner = map.get("content").or_else(|| map.get("value"))?;
            if inner.is_object() {
                return None;
            }
            return text(inner);
        }
        Value::Null | Value::Array(_) => return None,
    };
    (!text.is_empty() && text.len() <= MAX_TEXT).then_some(text)
}

/// At most `limit` bytes of a text, cut at a character, with `…` where cut.
pub(super) fn shorten(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let end = (0..=limit)
        .rev()
        .find(|&i| text.is_char_boundary(i))
        .unwrap_or(0);
    format!("{}…", text.get(..end).unwrap_or(""))
}

fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64().or_else(|| number.as_f64().and_then(whole)),
        _ => text(value)?.trim().parse().ok(),
    }
}

/// A float as a count: CloudTrail writes some capacities with a fraction.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range is checked before the cast"
)]
fn whole(float: f64) -> Option<u64> {
    (0.0..=1e12).contains(&float).then(|| float.ceil() as u64)
}

/// Steps through a lone wrapper such as `CreateFleetRequest`.
fn unwrapped<'v>(root: &'v Value, path: &str) -> &'v Value {
    let Value::Object(map) = root else {
        return root;
    };
    let first = path.split('.').next().unwrap_or("");
    if first.is_empty() || get(map, first).is_some() {
        return root;
    }
    map.iter()
        .find(|(key, value)| {
            value.is_object() && (key.ends_with("Request") || key.ends_with("Response"))
        })
        .map_or(root, |(_, value)| value)
}

fn enter<'v>(value: &'v Value, step: &str, out: &mut Vec<&'v Value>) {
    match value {
        Value::Array(items) => {
            for item in items.iter().filter(|item| !item.is_array()) {
                enter(item, step, out);
            }
        }
        Value::Object(map) => match (get(map, step), map.get("items")) {
            (Some(found), _) => out.push(found),
            (None, Some(Value::Array(items))) => {
                for item in items.iter().filter_map(Value::as_object) {
                    out.extend(get(item, step));
                }
            }
            (None, _) => {}
        },
        _ => {}
    }
}

/// Opens arrays and `items` at the end of a path.
fn spread<'v>(value: &'v Value, out: &mut Vec<&'v Value>) {
    match value {
        Value::Array(items) => out.extend(items.iter()),
        Value::Object(map) => match map.get("items") {
            Some(Value::Array(items)) => out.extend(items.iter()),
            _ => out.push(value),
        },
        Value::Null => {}
        _ => out.push(value),
    }
}

fn get<'v>(map: &'v Map<String, Value>, key: &str) -> Option<&'v Value> {
    map.get(key)
        .or_else(|| {
            map.iter()
                .find(|(k, _)| k.eq_ignore_ascii_case(key))
                .map(|(_, v)| v)
        })
        .filter(|value| !value.is_null())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn enters_items_and_arrays_alike() {
        let value = json!({"set": {"items": [{"id": "a"}, {"id": 2}, {"id": null}, 7]}});
        let found: Vec<_> = at(&value, "set.id").into_iter().filter_map(text).collect();
        assert_eq!(found, ["a", "2"]);
        let value = json!({"set": [{"Id": "a"}, {"id": {"content": "b", "tag": 1}}]});
        let found: Vec<_> = at(&value, "set.id").into_iter().filter_map(text).collect();
        assert_eq!(found, ["a", "b"]);
    }

    #[test]
    fn bears_wrong_types() {
        for value in [
            json!(null),
            json!(3),
            json!("x"),
            json!([[["x"]]]),
            json!({"set": "x"}),
        ] {
            assert_eq!(at(&value, "set.id").into_iter().filter_map(text).count(), 0);
        }
    }

    #[test]
    fn shortens_at_a_character() {
        assert_eq!(shorten("éé", 3), "é…");
        assert_eq!(shorten("abc", 3), "abc");
    }

    #[test]
    fn a_count_may_be_text_or_fraction() {
        assert_eq!(number(&json!("12")), Some(12));
        assert_eq!(number(&json!(2.0)), Some(2));
        assert_eq!(number(&json!(-2)), None);
        assert_eq!(number(&json!(1e300)), None);
        assert_eq!(number(&json!({"value": "3"})), Some(3));
    }
}
