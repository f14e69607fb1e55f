//! The decoder against independent readers: `serde_json` says what is valid
//! and what a record holds, `rsigma_eval::JsonEvent` what a rule sees in it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test's helpers fail the test, and say what they skipped"
)]

mod seen;

use std::collections::HashSet;
use std::fmt;
use std::path::PathBuf;

use gardefou_finding::FailureReason::{BadTime, DuplicateKey, MissingField};
use gardefou_testkit::data::{files_with, shared};
use gardefou_trail::decode::{Field, Record};
use proptest::prelude::*;
use rsigma_eval::{Event, JsonEvent};
use seen::{Seen, in_chunks, record, seen, seen_with};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Value, json};

/// A JSON value whose objects hold no key twice; reading it fails otherwise.
struct Unique;

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Unique {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Self, A::Error> {
        while access.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self, A::Error> {
        let mut keys = HashSet::new();
        while let Some((key, _)) = access.next_entry::<String, Self>()? {
            if !keys.insert(key) {
                return Err(serde::de::Error::custom("twice"));
            }
        }
        Ok(self)
    }
}

/// Paths that lead to, through and past everything in a value.
fn paths(value: &Value, prefix: &str, out: &mut Vec<String>) {
    let joined = |name: &str| {
        if prefix.is_empty() {
            name.into()
        } else {
            format!("{prefix}.{name}")
        }
    };
    match value {
        Value::Object(map) => {
            for (key, child) in map {
                out.push(joined(key));
                out.push(joined(&key.replace('[', "\\[").replace(']', "\\]")));
                paths(child, &joined(key), out);
            }
            out.push(joined("missing"));
        }
        Value::Array(items) => {
            for (index, child) in items.iter().enumerate().take(3) {
                out.push(format!("{prefix}[{index}]"));
                out.push(format!("{prefix}[-{}]", index + 1));
                paths(child, &format!("{prefix}[{index}]"), out);
                paths(child, prefix, out);
            }
            out.push(format!("{prefix}[any]"));
        }
        _ => out.push(format!("{prefix}.x")),
    }
}

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts
}

/// A rule sees in the record what it sees in the parsed value.
fn same_event(record: &Record<'_>) {
    let value: Value = serde_json::from_str(record.raw()).unwrap();
    let event = JsonEvent::borrow(&value);
    let mut all = Vec::new();
    paths(&value, "", &mut all);
    for path in &all {
        assert_eq!(
            record.get_field(path),
            event.get_field(path),
            "{path} of {}",
            record.raw()
        );
    }
    for path in [
        "",
        ".",
        "a.",
        ".a",
        "[0]",
        "\\",
        "eventName.",
        "userIdentity..type",
        "x[y].z",
    ] {
        assert_eq!(
            record.get_field(path),
            event.get_field(path),
            "{path} of {}",
            record.raw()
        );
    }
    assert_eq!(record.to_json(), value);
    assert_eq!(record.all_string_values(), event.all_string_values());
    assert_eq!(record.field_keys(), event.field_keys());
    assert_eq!(record.top_level_keys(), event.top_level_keys());
    let mut keys = Vec::new();
    assert!(record.visit_top_level_keys(&mut |key| keys.push(key.to_owned())));
    let expected = event
        .top_level_keys()
        .unwrap()
        .into_iter()
        .map(|key| key.into_owned());
    assert_eq!(sorted(keys), sorted(expected.collect()));
    for text in event.all_string_values() {
        assert!(record.any_string_value(&|other| other == text));
    }
    assert!(!record.any_string_value(&|other| other == "no string of any record"));
    same_fields(record, &value);
}

/// The accessors give what stands in the value.
fn same_fields(record: &Record<'_>, value: &Value) {
    for field in [
        Field::EventName,
        Field::AwsRegion,
        Field::UserAgent,
        Field::ErrorCode,
        Field::Arn,
        Field::UserName,
        Field::AccessKeyId,
        Field::IssuerArn,
        Field::CreationDate,
        Field::EventId,
    ] {
        let pointer = format!("/{}", field.path().replace('.', "/"));
        let expected = value.pointer(&pointer).and_then(Value::as_str);
        assert_eq!(
            record.text(field).as_deref(),
            expected,
            "{pointer} of {}",
            record.raw()
        );
    }
    let request = value
        .get("requestParameters")
        .filter(|value| !value.is_null());
    assert_eq!(record.request().as_ref(), request);
}

/// A text of one record, and what `serde_json` thinks of it.
fn agree(text: &str) -> Result<(), TestCaseError> {
    let seen = seen_with(text.as_bytes(), &mut same_event);
    let read = seen.records.iter().any(|read| read.raw == text.trim());
    let reasons = seen.failures();
    if serde_json::from_str::<Value>(text).is_err() {
        prop_assert!(
            !read && !reasons.is_empty(),
            "refused by serde_json: {text}"
        );
    } else if serde_json::from_str::<Unique>(text).is_err() {
        prop_assert_eq!(reasons, [DuplicateKey], "{}", text);
    } else {
        prop_assert!(read && reasons.is_empty(), "{reasons:?}: {text}");
    }
    for size in [1, 7, 64] {
        prop_assert_eq!(&in_chunks(text.as_bytes(), Default::default(), size), &seen);
    }
    Ok(())
}

/// JSON as people, programs and attackers write it.
fn written() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "\"([a-zA-Z0-9:/ é\u{1f600}]|\\\\[\"\\\\/bfnrt]|\\\\u00[0-9a-f]{2}|\\\\ud83d\\\\ude00|\\\\u[0-9a-fA-F]{4}){0,20}\"",
        "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,3})?([eE][+-]?[0-9]{1,3})?",
        prop_oneof![
            Just("true"),
            Just("false"),
            Just("null"),
            Just("[]"),
            Just("{ }")
        ]
        .prop_map(str::to_owned),
        "[a-z0-9.+\\-\"]{0,5}",
    ];
    let space = "[ \n\t]{0,2}";
    leaf.prop_recursive(5, 40, 6, move |inner| {
        let members = prop::collection::vec(
            ("[a-d]{1,2}|a\\[b|c\\.d|\\\\u0061", inner.clone(), space),
            0..6,
        );
        let items = prop::collection::vec((inner, space), 0..6);
        prop_oneof![
            members.prop_map(|members| {
                let member = |(key, value, space): (String, String, String)| {
                    format!("{space}\"{key}\"{space}:{space}{value}{space}")
                };
                format!(
                    "{{{}}}",
                    members
                        .into_iter()
                        .map(member)
                        .collect::<Vec<_>>()
                        .join(",")
                )
            }),
            items.prop_map(|items| {
                let item = |(value, space): (String, String)| format!("{space}{value}{space}");
                format!(
                    "[{}]",
                    items.into_iter().map(item).collect::<Vec<_>>().join(",")
                )
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() })]

    #[test]
    fn accepts_and_sees_what_serde_json_does(value in written()) {
        let text = record(1).replacen("{\"maxResults\":5}", &value, 1);
        agree(&text)?;
    }

    #[test]
    fn a_changed_byte_is_judged_as_serde_json_judges(
        place in any::<prop::sample::Index>(),
        change in "[\\x00-\\x7f]{0,2}",
        pretty in any::<bool>(),
    ) {
        let mut text = record(1).replace('é', "e");
        if pretty {
            let value: Value = serde_json::from_str(&text).unwrap();
            text = serde_json::to_string_pretty(&value).unwrap();
        }
        let place = place.index(text.len());
        text.replace_range(place..=place, &change);
        // A change of a key or of a needed field is told, which is no question of syntax.
        let seen = seen_with(text.as_bytes(), &mut same_event);
        if serde_json::from_str::<Value>(&text).is_err() {
            prop_assert!(!seen.failures().is_empty(), "{text}");
        }
        for size in [1, 50] {
            prop_assert_eq!(&in_chunks(text.as_bytes(), Default::default(), size), &seen);
        }
    }

    #[test]
    fn any_bytes_in_any_chunks_give_one_answer(
        pieces in prop::collection::vec(0usize..12, 0..30),
        size in 1usize..120,
    ) {
        let (one, two) = (record(1), record(2));
        let all: [&[u8]; 12] = [
            one.as_bytes(), two.as_bytes(), b"{\"Records\":[", b"]}", b",", b"\n", b"\xff", b"{",
            b"\"", b"[{\"a\":1}", b"{\"eventName\":", b"12 ",
        ];
        let bytes = pieces.iter().flat_map(|piece| all[*piece].to_vec()).collect::<Vec<_>>();
        prop_assert_eq!(in_chunks(&bytes, Default::default(), size), seen(&bytes));
    }
}

#[allow(clippy::disallowed_methods, reason = "a test reads its data")]
fn read_all(folder: &str) -> Vec<(String, Seen)> {
    let Some(root) = shared(folder, "decoding of real records") else {
        return Vec::new();
    };
    let read = |path: PathBuf| {
        let bytes = std::fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let seen = seen_with(&bytes, &mut same_event);
        assert_eq!(in_chunks(&bytes, Default::default(), 97), seen, "{name}");
        (name, seen)
    };
    files_with(&root, "json").into_iter().map(read).collect()
}

#[test]
fn real_records_are_read_without_a_failure() {
    let all = read_all("cloudtrail/stratus");
    if all.is_empty() {
        return;
    }
    for (name, seen) in &all {
        assert_eq!(seen.problems, [], "{name}");
    }
    let records: usize = all.iter().map(|(_, seen)| seen.records.len()).sum();
    assert_eq!((all.len(), records), (35, 310));
}

#[test]
fn single_events_are_read_unless_they_lack_what_an_event_has() {
    let all = read_all("cloudtrail/panther");
    if all.is_empty() {
        return;
    }
    let failed: Vec<_> = all
        .iter()
        .filter(|(_, seen)| !seen.problems.is_empty())
        .collect();
    for (name, seen) in &failed {
        for why in seen.failures() {
            assert!(
                matches!(why, MissingField | BadTime),
                "{name}: {:?}",
                seen.problems
            );
        }
        eprintln!("not an event: {name} {:?}", seen.problems);
    }
    let records: usize = all.iter().map(|(_, seen)| seen.records.len()).sum();
    assert_eq!(
        (records, failed.len(), all.len()),
        (464 - failed.len(), failed.len(), 464)
    );
    assert!(failed.len() < 25, "{} of 464 are no events", failed.len());
}

#[test]
fn rules_see_the_same_in_a_record_as_in_its_parsed_value() {
    let odd = json!({
        "eventTime": "2026-03-01T10:00:00Z", "eventSource": "a", "eventName": "b",
        "a.b": 1, "a": {"b": 2, "c": [{"d": 1}, {"d": [2, [3]]}, 4]}, "x[0]": "y", "x": ["z", null],
        "n": [0, -0.0, 1e3, 18_446_744_073_709_551_615_u64, -9_223_372_036_854_775_808_i64, 1.5],
        "userIdentity": {"own": {"k": [true]}, "sessionContext": {"own": 1}},
        "": {"": 1}, "deep": [[[[{"k": "v"}]]]], "w\\[0]": 1,
    });
    let seen = seen_with(odd.to_string().as_bytes(), &mut same_event);
    assert_eq!((seen.records.len(), seen.problems.len()), (1, 0));
}
