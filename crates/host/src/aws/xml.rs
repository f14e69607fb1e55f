//! AWS's XML as JSON.
//!
//! An element with elements is an object, one without is text. Where all
//! children are called `member` or `item` it is an array; where all are called
//! `entry`, a map. A list with nothing in it cannot be told from an empty text
//! and is one.

use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};
use serde_json::{Map, Value};

use super::error::AwsError;

/// Deepest nesting.
const MAX_DEPTH: usize = 64;
/// Most elements of one answer.
const MAX_ELEMENTS: usize = 1_000_000;

/// An element that is open.
#[derive(Default)]
struct Open {
    name: String,
    children: Vec<(String, Value)>,
    text: String,
}

/// Reads a document; what is below its root.
///
/// # Errors
/// What is no XML, is nested deeper or has more elements than any answer.
pub(super) fn read(bytes: &[u8]) -> Result<Value, AwsError> {
    let malformed = |what: &str| AwsError::Malformed(what.to_owned());
    let text = std::str::from_utf8(bytes).map_err(|_| malformed("not UTF-8"))?;
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Open> = Vec::new();
    for _ in 0..MAX_ELEMENTS * 3 {
        let event = reader
            .read_event()
            .map_err(|error| AwsError::Malformed(error.to_string()))?;
        match event {
            Event::Start(start) => {
                if open.len() >= MAX_DEPTH {
                    return Err(malformed("nested too deeply"));
                }
                open.push(begin(start.local_name().as_ref()));
            }
            Event::Empty(empty) => {
                let (name, value) = end(begin(empty.local_name().as_ref()));
                let Some(parent) = open.last_mut() else {
                    return Ok(value);
                };
                parent.children.push((name, value));
            }
            Event::End(_) => {
                let (name, value) = end(open.pop().ok_or_else(|| malformed("unbalanced"))?);
                let Some(parent) = open.last_mut() else {
                    return Ok(value);
                };
                parent.children.push((name, value));
            }
            Event::Text(more) => add(&mut open, &more.xml10_content().unwrap_or_default()),
            Event::CData(more) => add(&mut open, &more.xml10_content().unwrap_or_default()),
            Event::GeneralRef(reference) => add(&mut open, &resolve(&reference)?),
            Event::Eof => return Err(malformed("cut off")),
            // A DTD's entities are not followed: a reference to one is an error.
            _ => {}
        }
    }
    Err(malformed("too many elements"))
}

fn begin(name: &[u8]) -> Open {
    Open {
        name: String::from_utf8_lossy(name).into_owned(),
        ..Open::default()
    }
}

fn add(open: &mut [Open], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

/// A character, or one of XML's own five entities.
fn resolve(reference: &BytesRef<'_>) -> Result<String, AwsError> {
    let unknown = || AwsError::Malformed("an unknown entity".to_owned());
    if let Some(character) = reference.resolve_char_ref().map_err(|_| unknown())? {
        return Ok(character.to_string());
    }
    let name = reference.decode().map_err(|_| unknown())?;
    let known = quick_xml::escape::resolve_predefined_entity(&name);
    known.map(str::to_owned).ok_or_else(unknown)
}

fn end(element: Open) -> (String, Value) {
    let Open {
        name,
        children,
        text,
    } = element;
    let all = |wanted: &str| children.iter().all(|(name, _)| name == wanted);
    let value = if children.is_empty() {
        Value::String(text)
    } else if all("member") || all("item") {
        Value::Array(children.into_iter().map(|(_, value)| value).collect())
    } else if all("entry") {
        Value::Object(
            children
                .into_iter()
                .filter_map(|(_, one)| entry(&one))
                .collect(),
        )
    } else {
        Value::Object(object(children))
    };
    (name, value)
}

fn entry(one: &Value) -> Option<(String, Value)> {
    let key = one.get("key")?.as_str()?.to_owned();
    Some((key, one.get("value")?.clone()))
}

/// The first of several of one name stays: AWS repeats none but list items.
fn object(children: Vec<(String, Value)>) -> Map<String, Value> {
    let mut members = Map::new();
    for (name, value) in children {
        members.entry(name).or_insert(value);
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
    fn hostile_documents_are_refused() {
        let deep = "<a>".repeat(100);
        let bomb = r#"<!DOCTYPE l [<!ENTITY a "aaaa">]><l>&a;</l>"#;
        for text in ["", "<a>", "</a>", "{}", "<a><b></a>", deep.as_str(), bomb] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
        assert!(read(b"<a>\xff</a>").is_err());
    }
}
