//! Every form that CloudTrail's records come in, and every fault they may have.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test's helpers fail the test, and say what they skipped"
)]

mod seen;

use gardefou_finding::FailureReason::{
    BadJson, BadTime, BadUtf8, DuplicateKey, MissingField, NotCloudTrail, RecordTooLarge, TooDeep,
    TruncatedJson, WrongType,
};
use gardefou_finding::SkipReason::{DeliveryNotification, DigestFile, EmptyFile, InsightRecord};
use gardefou_finding::{InputForm, Outcome};
use gardefou_trail::decode::Limits;
use seen::{Seen, ids, in_chunks, record, seen, seen_with};
use serde_json::{Value, json};

/// What is read of a text, without forms.
fn reads(text: &str) -> Seen {
    seen(text.as_bytes())
}

/// A record with a field set to a value, or taken away.
fn with(field: &str, value: Option<Value>) -> String {
    let mut record: Value = serde_json::from_str(&record(7)).unwrap();
    let mut at = &mut record;
    let (path, name) = field.rsplit_once('.').unwrap_or(("", field));
    for part in path.split('.').filter(|part| !part.is_empty()) {
        at = at.get_mut(part).unwrap();
    }
    let object = at.as_object_mut().unwrap();
    match value {
        Some(value) => drop(object.insert(name.to_owned(), value)),
        None => drop(object.remove(name)),
    }
    record.to_string()
}

/// The text as a JSON string.
fn quoted(text: &str) -> String {
    json!(text).to_string()
}

#[test]
fn reads_cloudtrails_own_files() {
    let (a, b) = (record(1), record(2));
    let seen = reads(&format!("{{\"Records\":[{a},{b}]}}"));
    assert_eq!(seen.forms, [InputForm::Records]);
    assert_eq!(seen.problems, []);
    let first = "{\"Records\":[".len() as u64;
    assert_eq!(seen.records[0].offset, first);
    assert_eq!(seen.records[1].offset, first + a.len() as u64 + 1);
    assert_eq!(seen.records[1].ordinal, 1);
    assert_eq!(seen.records[1].raw, b);
}

#[test]
fn reads_pretty_files_and_keys_before_and_after_the_records() {
    let value: Value = serde_json::from_str(&record(1)).unwrap();
    let value = json!({"a": [1, {"Records": 2}], "Records": [value, value], "z": {"Records": []}});
    let text = serde_json::to_string_pretty(&value).unwrap();
    let seen = reads(&format!("\u{feff}\r\n{text}\r\n"));
    assert_eq!((seen.records.len(), seen.problems.len()), (2, 0));
    assert_eq!(seen.forms, [InputForm::Records]);
}

#[test]
fn an_envelope_without_records_is_a_fine_file() {
    for (text, form) in [
        ("{\"Records\":[]}", InputForm::Records),
        (" { \"Records\" : [ ] } ", InputForm::Records),
        ("{\"Events\":[]}", InputForm::LookupEvents),
        ("[]", InputForm::Array),
    ] {
        let seen = reads(text);
        assert_eq!((seen.forms, seen.problems), (vec![form], vec![]), "{text}");
    }
}

#[test]
fn reads_lines_and_sequences_and_arrays() {
    let (a, b, c) = (record(1), record(2), record(3));
    for text in [
        format!("{a}\n{b}\r\n{c}\n"),
        format!("{a}{b} {c}"),
        format!("\n\n{a}\n\n{b}\n{c}"),
    ] {
        let seen = reads(&text);
        assert_eq!(ids(&seen), ["1", "2", "3"]);
        assert_eq!(
            (seen.forms, seen.problems),
            (vec![InputForm::Ndjson], vec![])
        );
    }
    let seen = reads(&format!("[{a},{b},\n{c}]"));
    assert_eq!(ids(&seen), ["1", "2", "3"]);
    assert_eq!(
        (seen.forms, seen.problems),
        (vec![InputForm::Array], vec![])
    );
}

#[test]
fn reads_several_envelopes_in_one_source() {
    let text = format!(
        "{{\"Records\":[{}]}}\n{{\"Records\":[{}]}}\n",
        record(1),
        record(2)
    );
    assert_eq!(ids(&reads(&text)), ["1", "2"]);
    let text = format!(
        "[{{\"Records\":[{}]}},{{\"Records\":[{}]}}]",
        record(1),
        record(2)
    );
    assert_eq!(ids(&reads(&text)), ["1", "2"]);
}

#[test]
fn reads_lookup_events() {
    let event = |n| json!({"EventId": "x", "CloudTrailEvent": record(n), "Resources": []});
    let text = json!({"Events": [event(1), event(2)], "NextToken": "t"}).to_string();
    let seen = reads(&text);
    assert_eq!(ids(&seen), ["1", "2"]);
    assert_eq!(
        (&seen.forms, &seen.problems),
        (&vec![InputForm::LookupEvents], &vec![])
    );
    assert_eq!(
        seen.records[0].offset,
        text.find("{\"CloudTrailEvent").unwrap() as u64
    );
    let lines = format!("{}\n{}\n", quoted(&record(1)), quoted(&record(2)));
    assert_eq!(
        ids(&reads(&lines)),
        ["1", "2"],
        "the events alone, as texts"
    );
}

fn bridged(n: u32, kind: &str) -> Value {
    let detail: Value = serde_json::from_str(&record(n)).unwrap();
    json!({"version": "0", "id": "b", "detail-type": kind, "source": "aws.ec2", "detail": detail})
}

#[test]
fn reads_event_bridge_alone_in_arrays_and_in_lines() {
    let (a, b) = (
        bridged(1, "AWS API Call via CloudTrail"),
        bridged(2, "AWS Console Sign In via CloudTrail"),
    );
    for text in [format!("{a}\n{b}"), format!("[{a},{b}]")] {
        let seen = reads(&text);
        assert_eq!(ids(&seen), ["1", "2"], "{text}");
        assert_eq!(
            (seen.forms, seen.problems),
            (vec![InputForm::EventBridge], vec![])
        );
    }
    let seen = reads(&bridged(1, "AWS Insight via CloudTrail").to_string());
    assert_eq!(seen.skips(), [InsightRecord]);
    let seen = reads(&bridged(1, "EC2 Instance State-change Notification").to_string());
    assert_eq!(seen.failures(), [NotCloudTrail]);
}

#[test]
fn reads_queues_and_topics_and_what_is_nested_in_them() {
    let sns = |text: String| json!({"Type": "Notification", "Message": text}).to_string();
    let queue = |text: &str| json!({"Messages": [{"MessageId": "m", "Body": text}]}).to_string();
    let lambda = |text: &str| {
        let message = json!({"messageId": "m", "body": text, "eventSource": "aws:sqs"});
        json!({"Records": [message]}).to_string()
    };
    let lambda_sns = |text: &str| {
        let message = json!({"EventSource": "aws:sns", "Sns": {"Message": text}});
        json!({"Records": [message]}).to_string()
    };
    let bridge = bridged(3, "AWS API Call via CloudTrail").to_string();
    for (text, form) in [
        (queue(&record(3)), InputForm::Sqs),
        (lambda(&record(3)), InputForm::Sqs),
        (sns(record(3)), InputForm::Sns),
        (lambda_sns(&record(3)), InputForm::Sns),
        (queue(&sns(bridge.clone())), InputForm::Sqs),
        (lambda(&sns(bridge)), InputForm::Sqs),
        (
            queue(&format!("{{\"Records\":[{}]}}", record(3))),
            InputForm::Sqs,
        ),
    ] {
        let seen = reads(&text);
        assert_eq!(
            (ids(&seen), &*seen.problems),
            (vec!["3".to_owned()], &[][..]),
            "{text}"
        );
        assert_eq!(seen.forms, [form], "{text}");
    }
}

#[test]
fn envelopes_are_opened_four_levels_deep() {
    let mut text = record(1);
    for level in 1..=6 {
        text = json!({"Type": "Notification", "Message": text}).to_string();
        let seen = reads(&text);
        let expected = if level <= 4 { vec![] } else { vec![TooDeep] };
        assert_eq!(seen.failures(), expected, "{level} levels");
        assert_eq!(seen.records.len(), usize::from(level <= 4));
    }
}

#[test]
fn reads_cloudwatch_logs() {
    let event = |n| json!({"id": "i", "timestamp": 1, "message": record(n)});
    let subscription = json!({
        "messageType": "DATA_MESSAGE", "owner": "1", "logEvents": [event(1), event(2)],
    });
    let filtered = json!({"events": [event(1), event(2)], "searchedLogStreams": []});
    for text in [subscription.to_string(), filtered.to_string()] {
        let seen = reads(&text);
        assert_eq!(ids(&seen), ["1", "2"]);
        assert_eq!(
            (seen.forms, seen.problems),
            (vec![InputForm::CloudWatchLogs], vec![])
        );
    }
    let control = json!({"messageType": "CONTROL_MESSAGE", "logEvents": [
        {"id": "", "timestamp": 1, "message": "CWL CONTROL MESSAGE: Checking health"}]});
    assert_eq!(reads(&control.to_string()).skips(), [DeliveryNotification]);
}

#[test]
fn digests_insights_and_notifications_are_no_events() {
    let digest = json!({"awsAccountId": "1", "digestS3Bucket": "b", "digestS3Object": "o",
        "logFiles": [{"s3Bucket": "b", "s3Object": "o"}]});
    let seen = reads(&digest.to_string());
    assert_eq!(
        (seen.skips(), &seen.forms[..]),
        (vec![DigestFile], &[InputForm::Digest][..])
    );

    for insight in [
        with("eventCategory", Some(json!("Insight"))),
        with("insightDetails", Some(json!({"state": "Start"}))),
    ] {
        let seen = reads(&format!("{{\"Records\":[{insight}]}}"));
        assert_eq!(
            (seen.skips(), seen.forms),
            (vec![InsightRecord], vec![InputForm::Insight])
        );
    }

    let s3 = json!({"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
        "eventVersion": "2.1", "eventTime": "2026-03-01T00:00:00Z", "s3": {"bucket": {}}}]});
    let delivery = json!({"s3Bucket": "b", "s3ObjectKey": ["k"]});
    let test = json!({"Service": "Amazon S3", "Event": "s3:TestEvent"});
    for text in [
        s3.to_string(),
        delivery.to_string(),
        test.to_string(),
        json!({"Type": "Notification", "Message": delivery.to_string()}).to_string(),
        json!({"Type": "Notification", "Message": "CloudTrail validation message."}).to_string(),
    ] {
        let seen = reads(&text);
        assert_eq!(
            (seen.skips(), seen.failures()),
            (vec![DeliveryNotification], vec![]),
            "{text}"
        );
    }
}

#[test]
fn what_is_not_cloudtrail_fails_loudly() {
    for text in [
        "{\"a\":1}",
        "12",
        "null",
        "\"x\"",
        "hello world",
        "\u{0}\u{1}ELF",
        "<html></html>",
        "{}",
        "{\"message\":\"GET /\"}",
        "{\"Records\":null}",
        "{\"Records\":{\"a\":1}}",
    ] {
        let seen = reads(text);
        assert_eq!(seen.records.len(), 0, "{text}");
        assert!(
            seen.failures().contains(&NotCloudTrail),
            "{text}: {:?}",
            seen.problems
        );
    }
    assert_eq!(reads("{hello}").failures(), [BadJson]);
    assert_eq!(
        reads("[1,\"\",{}]").failures(),
        [WrongType, NotCloudTrail, NotCloudTrail]
    );
    assert_eq!(
        reads("{\"Records\":[{},5]}").failures(),
        [MissingField, WrongType]
    );
}

#[test]
fn an_empty_source_is_skipped() {
    for text in ["", " \n", "\u{feff}"] {
        let seen = reads(text);
        assert_eq!(
            (seen.skips(), seen.failures()),
            (vec![EmptyFile], vec![]),
            "{text:?}"
        );
    }
}

#[test]
fn a_record_needs_time_service_and_name() {
    for field in ["eventTime", "eventSource", "eventName"] {
        for value in [None, Some(Value::Null), Some(json!(""))] {
            let seen = reads(&with(field, value));
            assert_eq!(
                seen.problems[0].failure(),
                Some((MissingField, Some(field)))
            );
        }
        for value in [json!(5), json!({}), json!([]), json!(true)] {
            let seen = reads(&with(field, Some(value)));
            assert_eq!(seen.problems[0].failure(), Some((WrongType, Some(field))));
        }
    }
    for time in ["redacted", "2026-02-30T00:00:00Z", "2026-02-03"] {
        let seen = reads(&with("eventTime", Some(json!(time))));
        assert_eq!(
            seen.problems[0].failure(),
            Some((BadTime, Some("eventTime")))
        );
    }
}

#[test]
fn optional_fields_may_lack_but_not_be_something_else() {
    for field in [
        "awsRegion",
        "sourceIPAddress",
        "userAgent",
        "eventID",
        "userIdentity",
        "userIdentity.type",
        "userIdentity.arn",
        "userIdentity.sessionContext",
        "userIdentity.sessionContext.sessionIssuer",
        "userIdentity.sessionContext.attributes",
        "userIdentity.sessionContext.sessionIssuer.arn",
        "readOnly",
        "recipientAccountId",
        "userIdentity.sessionContext.attributes.mfaAuthenticated",
    ] {
        for value in [None, Some(Value::Null)] {
            assert_eq!(reads(&with(field, value)).problems, [], "{field}");
        }
        for value in [json!(5), json!([])] {
            let seen = reads(&with(field, Some(value)));
            assert_eq!(seen.problems[0].failure(), Some((WrongType, Some(field))));
        }
    }
    for value in [json!("x"), json!(5), json!([{"type": "Root"}])] {
        assert_eq!(
            reads(&with("userIdentity", Some(value))).failures(),
            [WrongType]
        );
    }
    for value in [json!("x"), json!(5), json!([1]), Value::Null] {
        assert_eq!(reads(&with("requestParameters", Some(value))).problems, []);
    }
}

#[test]
fn a_key_that_stands_twice_fails_the_record_wherever_it_is() {
    let record = record(1);
    for (place, key) in [
        ("{\"eventVersion\"", "{\"eventName\":\"x\",\"eventVersion\""),
        (
            "{\"eventVersion\"",
            "{\"eventN\\u0061me\":\"x\",\"eventVersion\"",
        ),
        ("{\"eventVersion\"", "{\"own\":1,\"own\":2,\"eventVersion\""),
        (
            "{\"eventVersion\"",
            "{\"own\":1,\"o\\u0077n\":2,\"eventVersion\"",
        ),
        (
            "\"type\":\"AssumedRole\"",
            "\"type\":\"AssumedRole\",\"type\":\"Root\"",
        ),
        (
            "\"type\":\"AssumedRole\"",
            "\"type\":\"AssumedRole\",\"own\":1,\"own\":2",
        ),
        (
            "\"mfaAuthenticated\":\"false\"",
            "\"mfaAuthenticated\":\"false\",\"mfaAuthenticated\":\"true\"",
        ),
        (
            "\"maxResults\":5",
            "\"maxResults\":5,\"deep\":[{\"k\":{\"a\":1,\"b\":2,\"a\":3}}]",
        ),
    ] {
        let text = record.replacen(place, key, 1);
        assert_ne!(text, record, "{place}");
        assert_eq!(reads(&text).failures(), [DuplicateKey], "{text}");
    }
    let many: Vec<String> = (0..600).map(|n| format!("\"key{n:04}\":{n}")).collect();
    let wide = |more: &str| {
        record.replace(
            "\"maxResults\":5",
            &format!("\"maxResults\":{{{}{more}}}", many.join(",")),
        )
    };
    assert_eq!(reads(&wide("")).problems, []);
    assert_eq!(reads(&wide(",\"key0003\":1")).failures(), [DuplicateKey]);
    assert_eq!(reads(&wide(",\"key0599\":1")).failures(), [DuplicateKey]);
    assert_eq!(
        reads(&record.replace("\"maxResults\":5", "\"a\":{\"k\":1},\"b\":{\"k\":1}")).problems,
        []
    );
}

#[test]
fn depth_is_limited_and_what_follows_is_read() {
    let nested = |levels: usize| {
        let deep = "[".repeat(levels) + &"]".repeat(levels);
        record(1).replace("\"maxResults\":5", &format!("\"deep\":{deep}"))
    };
    // The record and its request are two levels.
    assert_eq!(reads(&nested(126)).problems, []);
    for levels in [127, 10_000, 1_000_000] {
        let text = format!("{{\"Records\":[{},{}]}}", nested(levels), record(2));
        let seen = reads(&text);
        assert_eq!(
            (seen.failures(), ids(&seen)),
            (vec![TooDeep], vec!["2".to_owned()])
        );
    }
    assert_eq!(
        reads(&"[".repeat(1_000_000)).failures(),
        [TooDeep, TruncatedJson]
    );
    assert_eq!(
        reads(&"{\"a\":".repeat(1_000_000)).failures(),
        [TooDeep, TruncatedJson]
    );
}

#[test]
fn a_record_over_the_limit_is_passed_over() {
    let limits = Limits {
        max_record: 2_000,
        ..Limits::default()
    };
    let large = record(1).replace(
        "\"maxResults\":5",
        &format!("\"x\":\"{}\\\"\"", "}".repeat(3_000)),
    );
    let text = format!("{{\"Records\":[{large},{}],\"t\":1}}", record(2));
    for size in [1, 100, 1_999, 100_000] {
        let seen = in_chunks(text.as_bytes(), limits, size);
        assert_eq!(
            (seen.failures(), ids(&seen)),
            (vec![RecordTooLarge], vec!["2".to_owned()])
        );
    }
}

#[test]
fn invalid_utf8_fails_its_record_alone() {
    let mut bytes = format!(
        "{{\"Records\":[{},{},{}]}}",
        record(1),
        record(2),
        record(3)
    )
    .into_bytes();
    let place = bytes
        .windows(6)
        .rposition(|window| window == b"DryRun")
        .unwrap();
    let second = record(1).len() + 13 + record(2).find("DryRun").unwrap();
    assert!(second < place);
    bytes[second] = 0xff;
    let seen = seen(&bytes);
    assert_eq!(
        (seen.failures(), ids(&seen)),
        (vec![BadUtf8], vec!["1".to_owned(), "3".to_owned()])
    );
}

#[test]
fn after_a_syntax_error_the_following_records_are_read() {
    let faults = [
        ("\"maxResults\":5", "\"maxResults\":05"),
        ("\"maxResults\":5", "\"maxResults\":5,"),
        ("\"maxResults\":5", "\"maxResults\" 5"),
        ("\"maxResults\":5", "\"maxResults\":tru"),
        ("\"maxResults\":5", "\"maxResults\":\"\\x\""),
        ("\"maxResults\":5", "\"maxResults\":\"\\ud800\""),
        ("\"maxResults\":5", "\"maxResults\":\"\\udc00\\ud800\""),
        ("\"maxResults\":5", "\"maxResults\":\"a\nb\""),
        ("\"maxResults\":5", "\"maxResults\":1e999"),
        ("\"maxResults\":5", "\"maxResults\":"),
        ("\"maxResults\":5", "\"maxResults:5"),
        ("\"maxResults\":5", "\"maxResults\":[}"),
        ("\"maxResults\":5", "maxResults"),
        ("\"eventVersion\":\"1.11\",", ""),
    ];
    for (from, to) in faults {
        let mut bad = record(2).replacen(from, to, 1);
        if to.is_empty() {
            bad.truncate(bad.len() / 2);
        }
        for text in [
            format!(
                "{{\"Records\":[{},{bad},{},{}]}}",
                record(1),
                record(3),
                record(4)
            ),
            format!(
                "{{\"Records\":[{},\n{bad},\n{},{}]}}",
                record(1),
                record(3),
                record(4)
            ),
            format!("{}\n{bad}\n{}\n{}\n", record(1), record(3), record(4)),
        ] {
            let seen = reads(&text);
            assert_eq!(ids(&seen), ["1", "3", "4"], "{text}\n{:?}", seen.problems);
            assert_eq!(seen.failures(), [BadJson], "{text}");
        }
    }
}

#[test]
fn damage_of_an_array_with_foreign_order_of_keys_is_survived() {
    // Keys in an order that no list of first keys knows.
    let turned = |n: u32| record(n).replacen("{\"eventVersion\":\"1.11\",", "{\"zzz\":1,", 1);
    let bad = turned(2).replacen("\"maxResults\":5", "\"maxResults\":05", 1);
    let text = format!(
        "{{\"Records\":[{},{bad},{},{}]}}",
        turned(1),
        turned(3),
        turned(4)
    );
    let seen = reads(&text);
    assert_eq!(
        (ids(&seen), seen.failures()),
        (vec!["1".into(), "3".into(), "4".into()], vec![BadJson])
    );
}

#[test]
fn bytes_after_the_last_value_fail() {
    for (tail, why) in [
        ("x", BadJson),
        ("]", BadJson),
        ("}", BadJson),
        ("{", TruncatedJson),
        ("1", NotCloudTrail),
    ] {
        let seen = reads(&format!("{{\"Records\":[{}]}}{tail}", record(1)));
        assert_eq!(
            (seen.records.len(), seen.failures()),
            (1, vec![why]),
            "{tail}"
        );
    }
}

#[test]
fn damage_is_never_quadratic() {
    // Each would take minutes if every candidate were walked to the end.
    for piece in [
        "{\"eventName\":",
        "[{\"a\":",
        "{\"eventName\":\"",
        "[{\"a\":\"x\",\"b\":",
        "{",
        "{\"a\":[",
        "\n{\"a\":\"",
        "\\\"",
        ",{\"a\":{}",
    ] {
        let mut text = String::from("{\"Records\":[");
        while text.len() < 1_000_000 {
            text.push_str(piece);
        }
        assert!(!reads(&text).failures().is_empty(), "{piece}");
    }
    let start = format!("{{\"Records\":[{{\"a\":\"{}\",", "x".repeat(200));
    assert!(!reads(&start.repeat(5_000)).failures().is_empty());
}

#[test]
fn truncation_at_every_byte_keeps_what_is_whole() {
    let (a, b, c) = (record(1), record(2), record(3));
    let files = format!("{{\"x\":[{{\"y\":1}}],\"Records\":[{a},{b},{c}],\"z\":true}}");
    let lines = format!("{a}\n{b}\n{c}\n");
    let whole = |text: &str, cut: usize| {
        let ends = [&a, &b, &c].map(|record| text.find(record.as_str()).unwrap() + record.len());
        ends.iter().filter(|end| **end <= cut).count()
    };
    for cut in 0..files.len() {
        let seen = seen(&files.as_bytes()[..cut]);
        assert_eq!(seen.records.len(), whole(&files, cut), "{cut}");
        assert_eq!(
            seen.failures(),
            if cut == 0 {
                vec![]
            } else {
                vec![TruncatedJson]
            },
            "{cut}"
        );
    }
    for cut in 0..lines.len() {
        let seen = seen(&lines.as_bytes()[..cut]);
        assert_eq!(seen.records.len(), whole(&lines, cut), "{cut}");
        let rest = lines.as_bytes()[..cut]
            .rsplit(|byte| *byte == b'\n')
            .next()
            .unwrap();
        let complete =
            rest.is_empty() || [&a, &b, &c].iter().any(|record| record.as_bytes() == rest);
        assert_eq!(
            seen.failures(),
            if complete {
                vec![]
            } else {
                vec![TruncatedJson]
            },
            "{cut}"
        );
    }
}

#[test]
fn chunks_of_any_size_give_the_same_answer() {
    let bad = record(9).replacen("\"maxResults\":5", "\"maxResults\":05", 1);
    let deep = record(8).replace("\"maxResults\":5", &("[".repeat(300) + &"]".repeat(300)));
    let sns = json!({"Type": "Notification", "Message": record(7)});
    let texts = [
        format!(
            "\u{feff}{{\"a\":12,\"Records\":[{},{bad}, {}],\"z\":[1]}}",
            record(1),
            record(2)
        ),
        format!(
            "{}\n{bad}\n{deep}\n{sns}\nnonsense\n12\n{}",
            record(1),
            record(2)
        ),
        format!(
            "[{},{},{}",
            record(1),
            deep.replace('[', "{\"a\":["),
            record(2)
        ),
        format!("{{\"Records\":[{},{}]}}", record(1), record(2)),
    ];
    for text in texts {
        let whole = reads(&text);
        for size in 1..200 {
            assert_eq!(
                in_chunks(text.as_bytes(), Limits::default(), size),
                whole,
                "{size}: {text}"
            );
        }
    }
}

#[test]
fn outcomes_tell_refusals_rehearsals_and_failures_apart() {
    let outcome = |changes: &[(&str, Value)]| {
        let mut value: Value = serde_json::from_str(&record(1)).unwrap();
        for (field, change) in changes {
            value[*field] = change.clone();
        }
        reads(&value.to_string()).records[0].outcome
    };
    let failure = json!({"ConsoleLogin": "Failure"});
    for (changes, expected) in [
        (vec![], Outcome::Succeeded),
        (vec![("errorCode", json!(""))], Outcome::Succeeded),
        (vec![("errorCode", Value::Null)], Outcome::Succeeded),
        (
            vec![("errorCode", json!("Client.DryRunOperation"))],
            Outcome::DryRun,
        ),
        (
            vec![("errorCode", json!("Access\u{44}enied"))],
            Outcome::Denied,
        ),
        (vec![("errorCode", json!("NoSuchBucket"))], Outcome::Failed),
        (vec![("errorCode", json!("SlowDown"))], Outcome::Throttled),
        (vec![("errorCode", json!(5))], Outcome::Unknown),
        (vec![("errorMessage", json!("broken"))], Outcome::Failed),
        (
            vec![
                ("eventName", json!("ConsoleLogin")),
                ("responseElements", failure.clone()),
            ],
            Outcome::Denied,
        ),
        (
            vec![
                ("eventName", json!("ConsoleLogin")),
                ("responseElements", json!({"ConsoleLogin": "Success"})),
            ],
            Outcome::Succeeded,
        ),
        (
            vec![
                ("eventName", json!("SwitchRole")),
                ("responseElements", json!({"SwitchRole": "Failure"})),
            ],
            Outcome::Denied,
        ),
        (
            vec![("errorMessage", json!("Failed authentication"))],
            Outcome::Denied,
        ),
    ] {
        assert_eq!(outcome(&changes), expected, "{changes:?}");
    }
}

#[test]
fn the_shape_forgets_white_space_and_order_but_no_value() {
    let one = reads(&record(1));
    let value: Value = serde_json::from_str(&record(1)).unwrap();
    let sorted = reads(&value.to_string());
    let pretty = reads(&serde_json::to_string_pretty(&value).unwrap());
    assert_eq!(one.records[0].shape, sorted.records[0].shape);
    assert_eq!(one.records[0].shape, pretty.records[0].shape);
    for other in [
        with("extra", Some(json!(1))),
        with("userAgent", Some(json!("longer than before"))),
    ] {
        assert_ne!(one.records[0].shape, reads(&other).records[0].shape);
    }
}

#[test]
fn fields_are_read_with_their_escapes() {
    let text = with("userAgent", Some(json!("a \"quoted\" \u{1f600}\n")))
        .replace("\"awsRegion\"", "\"aws\\u0052egion\"");
    let mut checked = 0;
    seen_with(text.as_bytes(), &mut |record| {
        checked += 1;
        assert_eq!(record.user_agent().unwrap(), "a \"quoted\" \u{1f600}\n");
        assert_eq!(record.aws_region().unwrap(), "eu-west-1");
        assert_eq!(record.issuer_user_name().unwrap(), "operator");
        assert_eq!(record.mfa_authenticated(), Some(false));
        assert_eq!(record.read_only(), Some(true));
        assert_eq!(record.request(), Some(json!({"maxResults": 5})));
        assert_eq!(record.response(), None);
        assert_eq!(record.time().to_string(), "2026-03-01T10:00:07Z");
    });
    assert_eq!(checked, 1);
}
