//! The fault table: what is damaged, hostile, empty or something else ends with
//! the right status and the right coverage, never with a panic, and the rest of
//! the archive is still read.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking and makes its own files"
)]

mod common;

use common::{Place, counted, event, gzip, records};
use gardefou_testkit::data::files_below;
use serde_json::{Value, json};

/// A damaged file, and what is expected of reading it beside a good one.
struct Fault {
    name: &'static str,
    content: Vec<u8>,
    /// Failures by reason that must be counted, at least once each.
    failed: &'static [&'static str],
    /// Events of the damaged file that are still read.
    still_read: u64,
}

fn fault(
    name: &'static str,
    content: impl Into<Vec<u8>>,
    failed: &'static [&'static str],
    still_read: u64,
) -> Fault {
    Fault {
        name,
        content: content.into(),
        failed,
        still_read,
    }
}

/// Events 100, 101, 102, with `change` applied to the middle one's text.
fn middle(change: impl Fn(&str) -> String) -> Vec<u8> {
    let texts: Vec<String> = (100..103)
        .map(|index| serde_json::to_string(&event(index)).unwrap())
        .collect();
    format!(
        "{{\"Records\":[{},{},{}]}}",
        texts[0],
        change(&texts[1]),
        texts[2]
    )
    .into_bytes()
}

/// The middle event with one field set to another value.
fn with(field: &'static str, value: Value) -> Vec<u8> {
    middle(move |text| {
        let mut event: Value = serde_json::from_str(text).unwrap();
        event[field] = value.clone();
        event.to_string()
    })
}

fn bad_utf8() -> Vec<u8> {
    let mut bytes = middle(|text| text.replace("aws-cli", "aws-##"));
    let at = bytes.windows(2).position(|pair| pair == b"##").unwrap();
    bytes.splice(at..at + 2, [0xC3, 0x28]);
    bytes
}

fn deep() -> Vec<u8> {
    let nest = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    middle(|text| {
        text.replace(
            "\"responseElements\":null",
            &format!("\"responseElements\":{nest}"),
        )
    })
}

fn large(bytes: usize) -> Vec<u8> {
    middle(|text| text.replace("aws-cli", &"x".repeat(bytes)))
}

fn table() -> Vec<Fault> {
    let good = middle(str::to_owned);
    let zipped = gzip(&good);
    let trailing = [zipped.as_slice(), b"tail that is not gzip"].concat();
    vec![
        fault(
            "truncated.json.gz",
            &zipped[..zipped.len() - 1],
            &["truncated_compression"],
            3,
        ),
        fault(
            "half.json.gz",
            &zipped[..zipped.len() / 2],
            &["truncated_compression"],
            0,
        ),
        fault("trailing.json.gz", trailing, &["trailing_bytes"], 3),
        fault(
            "truncated.json",
            &good[..good.len() - 40],
            &["truncated_json"],
            2,
        ),
        fault(
            "text-time.json",
            with("eventTime", json!("soon")),
            &["bad_time"],
            2,
        ),
        fault(
            "number-time.json",
            with("eventTime", json!(12)),
            &["wrong_type"],
            2,
        ),
        fault(
            "null-name.json",
            with("eventName", Value::Null),
            &["missing_field"],
            2,
        ),
        fault(
            "object-name.json",
            with("eventName", json!({})),
            &["wrong_type"],
            2,
        ),
        fault(
            "list-identity.json",
            with("userIdentity", json!(["x"])),
            &["wrong_type"],
            2,
        ),
        fault("deep.json", deep(), &["too_deep"], 2),
        fault("utf8.json", bad_utf8(), &["bad_utf8"], 2),
        fault(
            "twice.json",
            middle(|text| text.replacen('{', "{\"eventName\":\"StopLogging\",", 1)),
            &["duplicate_key"],
            2,
        ),
        fault("huge.json", large(17 << 20), &["record_too_large"], 2),
        fault(
            "bomb.json.gz",
            gzip(&vec![0; 300 << 20]),
            &["ratio_too_high"],
            0,
        ),
        fault("text.json", "hello, world\n", &["not_cloud_trail"], 0),
        fault("other.json", "{\"a\":[1,2,3]}", &["not_cloud_trail"], 0),
        fault("binary.bin", [0_u8, 159, 146, 150].as_slice(), &[], 0),
        // Not faults, only unusual.
        fault("mega.json", large(1 << 20), &[], 3),
        fault(
            "null-parameters.json",
            with("requestParameters", Value::Null),
            &[],
            3,
        ),
    ]
}

#[test]
fn each_fault_is_counted_and_the_rest_is_read() {
    let mut wrong = Vec::new();
    for fault in table() {
        let place = Place::new();
        place.write("in/a-good.json", records(&[event(1), event(2)]));
        place.write(&format!("in/{}", fault.name), &fault.content);
        place.write("in/z-good.json.gz", gzip(&records(&[event(3)])));
        let (run, report) = place.investigate(&["in"]);
        let failed = report["coverage"]["failed"].as_object().unwrap();
        let is_fault = !fault.failed.is_empty() || fault.name == "binary.bin";
        let is_right = run.status == if is_fault { 3 } else { 0 }
            && failed.is_empty() != is_fault
            && fault
                .failed
                .iter()
                .all(|reason| counted(&report, "failed", reason) >= 1)
            && report["coverage"]["events_read"] == 3 + fault.still_read;
        if !is_right {
            wrong.push(format!(
                "{}: status {}, failed {failed:?}, read {}",
                fault.name, run.status, report["coverage"]["events_read"]
            ));
        }
        let names_it = report["coverage"]["failures"]
            .as_array()
            .unwrap()
            .iter()
            .all(|failure| failure["source"].as_str().unwrap().ends_with(fault.name));
        assert!(names_it, "{}", fault.name);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_cannot_be_opened_is_a_failure_not_a_silence() {
    let place = Place::new();
    place.write("in/good.json", records(&[event(1)]));
    std::os::unix::fs::symlink("loop", place.path().join("in/loop")).unwrap();
    std::os::unix::fs::symlink("nowhere", place.path().join("in/dangling")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(place.path().join("in/socket")).unwrap();
    let (run, report) = place.investigate(&["in"]);
    assert_eq!(run.status, 3);
    assert_eq!(counted(&report, "failed", "unreadable"), 3, "{report}");
    assert_eq!(report["coverage"]["events_read"], 1);
    if std::path::Path::new("/proc/self/mem").exists() {
        let (run, report) = place.investigate(&["/proc/self/mem", "in/good.json"]);
        assert_eq!(run.status, 3);
        assert_eq!(counted(&report, "failed", "unreadable"), 1, "{report}");
    }
}

#[test]
fn directories_that_link_in_circles_are_read_once() {
    let place = Place::new();
    place.write("in/a/good.json", records(&[event(1)]));
    std::os::unix::fs::symlink("..", place.path().join("in/a/up")).unwrap();
    let (run, report) = place.investigate(&["in"]);
    assert_eq!(run.status, 0);
    assert_eq!(report["coverage"]["events_read"], 1);
    assert_eq!(counted(&report, "skipped", "same_file"), 1);
}

/// An archive in which nothing was judged is never called clean.
#[test]
fn nothing_to_judge_is_incomplete_and_said() {
    let place = Place::new();
    let digest = json!({"awsAccountId": "111122223333", "digestStartTime": "2025-11-03T10:00:00Z",
        "digestEndTime": "2025-11-03T11:00:00Z", "digestS3Bucket": "b", "digestS3Object": "o",
        "digestPublicKeyFingerprint": "f", "digestSignatureAlgorithm": "SHA256withRSA",
        "previousDigestS3Bucket": null, "previousDigestS3Object": null,
        "previousDigestHashValue": null, "previousDigestHashAlgorithm": null,
        "previousDigestSignature": null, "logFiles": [],
        "newestEventTime": null, "oldestEventTime": null});
    let insight = json!({"Records": [{"eventVersion": "1.09", "eventTime": "2025-11-03T10:00:00Z",
        "awsRegion": "eu-west-1", "eventID": "e", "eventType": "AwsCloudTrailInsight",
        "recipientAccountId": "111122223333", "sharedEventID": "s",
        "insightDetails": {"state": "Start", "eventSource": "iam.amazonaws.com",
        "eventName": "CreateUser", "insightType": "ApiCallRateInsight"},
        "eventCategory": "Insight"}]});
    let notification = json!({"s3Bucket": "b", "s3ObjectKey": ["AWSLogs/1/a.json.gz"]});
    std::fs::create_dir(place.path().join("nothing")).unwrap();
    place.write("empty/empty.json", "");
    place.write("none/none.json", "{\"Records\":[]}");
    place.write("digest/d.json.gz", gzip(digest.to_string().as_bytes()));
    place.write("insight/i.json.gz", gzip(insight.to_string().as_bytes()));
    place.write("notice/n.json", notification.to_string());
    let table = [
        ("nothing", "", ""),
        ("empty", "skipped", "empty_file"),
        ("none", "", ""),
        ("digest", "skipped", "digest_file"),
        ("insight", "skipped", "insight_record"),
        ("notice", "skipped", "delivery_notification"),
    ];
    for (dir, kind, reason) in table {
        let (run, report) = place.investigate(&[dir]);
        assert_eq!(run.status, 3, "{dir}: {report}");
        assert_eq!(report["coverage"]["events_read"], 0, "{dir}");
        assert!(report["incidents"].as_array().unwrap().is_empty());
        if !reason.is_empty() {
            assert_eq!(counted(&report, kind, reason), 1, "{dir}: {report}");
        }
        let text = place.quick(&[dir]);
        assert!(
            text.stdout.starts_with("No event was found"),
            "{dir}: {}",
            text.stdout
        );
    }
    // What is left out because it was asked for is no fault.
    place.write("good/good.json", records(&[event(1)]));
    let (run, report) = place.investigate(&["good", "--since", "2026-01-01"]);
    assert_eq!(run.status, 0);
    assert_eq!(counted(&report, "skipped", "outside_time_range"), 1);
}

#[test]
fn a_directory_of_other_things_is_a_loud_failure() {
    let place = Place::new();
    place.write("in/readme.md", "# notes\n");
    place.write("in/package.json", "{\"name\":\"x\",\"version\":\"1.0.0\"}");
    place.write("in/table.csv", "a,b\n1,2\n");
    place.write(
        "in/s3-event.json",
        json!({"Records": [{"eventVersion": "2.1", "eventSource": "aws:s3",
            "eventTime": "2025-11-03T10:00:00.000Z", "eventName": "ObjectCreated:Put",
            "s3": {"bucket": {"name": "b"}, "object": {"key": "k"}}}]})
        .to_string(),
    );
    let (run, report) = place.investigate(&["in"]);
    assert_eq!(run.status, 3);
    assert_eq!(report["coverage"]["events_read"], 0);
    let told: u64 = ["failed", "skipped"]
        .iter()
        .flat_map(|kind| report["coverage"][kind].as_object().unwrap().values())
        .map(|count| count.as_u64().unwrap())
        .sum();
    assert!(told >= 4, "{report}");
    assert!(
        counted(&report, "failed", "not_cloud_trail") >= 3,
        "{report}"
    );
}

#[test]
fn an_event_counts_once_in_whatever_form_it_comes() {
    let place = Place::new();
    let one = event(1);
    place.write("in/a.json", records(&[one.clone(), event(2)]));
    place.write("in/b.json", records(&[one.clone(), event(2)]));
    place.write("in/c.ndjson", format!("{one}\n{}\n", event(2)));
    place.write(
        "in/d.json.gz",
        gzip(&serde_json::to_vec_pretty(&json!({"Records": [one]})).unwrap()),
    );
    place.write(
        "in/e.json",
        json!({"Events": [{"EventId": one["eventID"], "EventName": one["eventName"],
            "CloudTrailEvent": one.to_string()}]})
        .to_string(),
    );
    place.write(
        "in/f.json",
        json!({"version": "0", "id": "x", "detail-type": "AWS API Call via CloudTrail",
            "source": "aws.s3", "account": "111122223333", "time": one["eventTime"],
            "region": "eu-west-1", "resources": [], "detail": one})
        .to_string(),
    );
    let (run, report) = place.investigate(&["in"]);
    assert_eq!(run.status, 0, "{report}");
    assert_eq!(report["coverage"]["events_read"], 2);
    assert_eq!(counted(&report, "skipped", "duplicate_delivery"), 7);
    assert_eq!(report["coverage"]["forms"]["records"], 3, "{report}");
}

#[test]
fn rules_with_an_error_stop_everything_and_name_file_line_and_reason() {
    let place = Place::new();
    place.write("in/good.json", records(&[event(1)]));
    place.write(
        "rules/bad.yml",
        "title: t\nlogsource:\n  product: aws\n  service: cloudtrail\ndetection:\n  s:\n    a: b\n  condition: s and (\n",
    );
    std::fs::create_dir(place.path().join("no-rules")).unwrap();
    for (rules, said) in [
        ("rules", "rules/bad.yml:8: "),
        ("rules/bad.yml", "rules/bad.yml:8: "),
        ("no-rules", "`no-rules`: no .yml or .yaml file"),
        ("missing", "`missing`: "),
    ] {
        let run = place.run(&["investigate", "-q", "in", "--rules", rules]);
        run.assert_sane();
        assert_eq!(run.status, 2, "{rules}: {}", run.stderr);
        assert_eq!(run.stdout, "");
        assert!(run.stderr.contains(said), "{rules}: {}", run.stderr);
    }
}

#[test]
fn what_hurts_a_terminal_or_a_page_never_reaches_the_output() {
    let place = Place::new();
    let evil = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}<script>alert(1)</script>`|\r\n# x";
    let mut attack: Vec<Value> = Vec::new();
    for (index, (source, name)) in [
        ("cloudtrail.amazonaws.com", "StopLogging"),
        ("cloudtrail.amazonaws.com", "DeleteTrail"),
        ("iam.amazonaws.com", "CreateUser"),
        ("iam.amazonaws.com", "CreateAccessKey"),
        ("iam.amazonaws.com", "AttachUserPolicy"),
        ("guardduty.amazonaws.com", "DeleteDetector"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut call = event(index);
        call["eventSource"] = json!(source);
        call["eventName"] = json!(name);
        call["readOnly"] = json!(false);
        call["userAgent"] = json!(format!("kali {evil}"));
        call["sourceIPAddress"] = json!(evil);
        call["awsRegion"] = json!(evil);
        call["userIdentity"]["userName"] = json!(evil);
        call["userIdentity"]["arn"] = json!(format!("arn:aws:iam::111122223333:user/{evil}"));
        call["requestParameters"] = json!({"userName": evil, "name": evil, "detectorId": evil,
            "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"});
        call["responseElements"] = json!({"user": {"userName": evil}, "accessKey":
            {"userName": evil, "accessKeyId": "AKIAEXAMPLEEXAMPLE11"}});
        attack.push(call);
    }
    place.write(&format!("in/{}.json", "a\u{1b}[31m"), records(&attack));
    place.write("in/bad\u{1b}[31m.json", "{\"eventName\":\u{1b}");
    for lang in ["en", "fr"] {
        let out = format!("out-{lang}");
        let run = place.run(&["investigate", "in", "--lang", lang, "--out", &out]);
        run.assert_sane();
        assert_eq!(run.status, 3, "{}", run.stderr);
        let mut texts = vec![("stdout".into(), run.stdout), ("stderr".into(), run.stderr)];
        for path in files_below(&place.path().join(out)) {
            let text = std::fs::read_to_string(&path).unwrap();
            texts.push((path.to_string_lossy().into_owned(), text));
        }
        assert_eq!(texts.len(), 7);
        for (name, text) in &texts {
            let bad = text.chars().find(|c| is_harmful(*c));
            assert!(bad.is_none(), "{name}: {bad:?}");
            // In Markdown it may stand in code, which shows it as it is; the
            // report crate's own tests look at that.
            let is_page = name.ends_with("html");
            assert!(!(is_page && text.contains("<script>alert")), "{name}");
        }
        assert!(texts.iter().any(|(_, text)| text.contains("owned")));
    }
}

/// Controls except the line feed, and what turns the direction of text.
fn is_harmful(c: char) -> bool {
    (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
