//! AWS's XML as JSON.
//!
//! An element with elements is an object, one without is text. Where all
//! children are called `member` or `item` it is an array; where all are called
//! `entry`, a map. A list with nothing in it cannot be told from an empty text
//! and is one.

use serde_json::{Map, Value};

use super::error::AwsError;
use crate::xml::{self, Element};

/// Most elements of one answer.
const MAX_ELEMENTS: usize = 1_000_000;

/// Reads a document; what is below its root.
///
/// # Errors
/// What is no XML, is nested deeper or has more elements than any answer.
pub(super) fn read(bytes: &[u8]) -> Result<Value, AwsError> {
    let root = xml::read(bytes, MAX_ELEMENTS);
    let root = root.map_err(|error| AwsError::Malformed(error.to_string()))?;
    Ok(value(root))
}

fn value(element: Element) -> Value {
    let Element { children, text, .. } = element;
    let all = |wanted: &str| children.iter().all(|child| child.name == wanted);
    if children.is_empty() {
        Value::String(text)
    } else if all("member") || all("item") {
        Value::Array(children.into_iter().map(value).collect())
    } else if all("entry") {
        let pairs = children.into_iter().map(value);
        Value::Object(pairs.filter_map(|one| entry(&one)).collect())
    } else {
        Value::Object(object(children))
    }
}

fn entry(one: &Value) -> Option<(String, Value)> {
    let key = one.get("key")?.as_str()?.to_owned();
    Some((key, one.get("value")?.clone()))
}

/// The first of several of one name stays: AWS repeats none but list items.
fn object(children: Vec<Element>) -> Map<String, Value> {
    let mut members = Map::new();
    for mut child in children {
        let name = std::mem::take(&mut child.name);
        members.entry(name).or_insert_with(|| value(child));
    }
    members
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn elements_lists_and_maps() {
        let text = br#"<?xml version="1.0"?><R xmlns="urn:x">
            <Users><member><Name>a &amp; b&#10;</Name></member><member><Name/></member></Users>
            <set><item>1</item></set>
            <Map><entry><key>k</key><value>3</value></entry></Map></R>"#;
        assert_eq!(
            read(text).unwrap(),
            json!({"Users": [{"Name": "a & b\n"}, {"Name": ""}], "set": ["1"], "Map": {"k": "3"}})
        );
    }

    #[test]
    fn what_is_no_document_is_malformed() {
        for text in ["", "<a>", "{}", "<a>&b;</a>"] {
            let error = read(text.as_bytes()).unwrap_err();
            assert!(matches!(error, AwsError::Malformed(_)), "{text}");
        }
    }
}
