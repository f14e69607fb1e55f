//! S3: the same report as from the disk, and objects that change under the reader.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking and makes its own servers"
)]

mod common;

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::{Place, Run, counted, event, gzip, records, root, run, steady};
use gardefou_testkit::moto::{KEYS, Moto};
use serde_json::{Value, json};

/// Puts a directory, named as it is given, into the bucket `trail`.
const UPLOAD: &str = r"
import os, sys, boto3
endpoint, root = sys.argv[1:3]
s3 = boto3.client('s3', endpoint_url=endpoint)
s3.create_bucket(Bucket='trail')
for folder, _, names in os.walk(root):
    for name in names:
        path = os.path.join(folder, name)
        s3.upload_file(path, 'trail', os.path.relpath(path, sys.argv[3]))
";

/// A JSON report of `source`, with S3 at `endpoint`.
fn investigate(source: &str, endpoint: &str) -> Run {
    let args = ["investigate", "-q", "--format", "json", source];
    let place = [
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_REGION", "us-east-1"),
    ];
    let run = run(&root(), &args, None, &[KEYS, &place].concat());
    run.assert_sane();
    run
}

#[test]
fn s3_gives_the_report_that_the_disk_gives() {
    let Some(moto) = Moto::start("s3_gives_the_report_that_the_disk_gives", &[]) else {
        return;
    };
    let repository = root();
    let sample = repository.join("samples/attack");
    let paths = [&sample, &repository].map(|path| path.to_str().unwrap().to_owned());
    moto.run_script(UPLOAD, &[&paths[0], &paths[1]]);
    let disk = investigate("samples/attack", moto.endpoint());
    let cloud = investigate("s3://trail/samples/attack/", moto.endpoint());
    assert_eq!((disk.status, cloud.status), (1, 1), "{}", cloud.stderr);
    assert!(cloud.stdout.contains("s3://trail/samples/attack/AWSLogs/"));
    let renamed = cloud.stdout.replace("s3://trail/", "");
    let [disk, cloud] = [&disk.stdout, &renamed].map(|text| -> Value {
        let text = steady(text);
        serde_json::from_str(&text).unwrap()
    });
    assert!(disk["incidents"][0]["timeline"].as_array().unwrap().len() > 10);
    assert!(disk["incidents"][0]["prevention"].is_object());
    for (key, value) in disk.as_object().unwrap() {
        assert_eq!(&cloud[key], value, "{key}");
    }
    assert_eq!(cloud, disk);
}

/// Serves one object, which is gone after it was got once; counts the gets.
fn serve_once(content: Vec<u8>) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let gets = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&gets);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let Some(Ok(request)) = BufReader::new(&stream).lines().next() else {
                continue;
            };
            let (status, body) = answer(&request, &content, &counter);
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n", body.len());
            let head = format!("{head}Connection: close\r\n\r\n");
            stream
                .write_all(&[head.as_bytes(), &body].concat())
                .unwrap();
        }
    });
    (endpoint, gets)
}

fn answer(request: &str, content: &[u8], gets: &AtomicUsize) -> (&'static str, Vec<u8>) {
    if request.contains("list-type=2") {
        let list = format!(
            "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>one.json.gz</Key>\
             <Size>{}</Size></Contents></ListBucketResult>",
            content.len()
        );
        return ("200 OK", list.into_bytes());
    }
    match gets.fetch_add(1, Ordering::SeqCst) {
        0 => ("206 Partial Content", content.to_vec()),
        _ => (
            "404 Not Found",
            b"<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>".to_vec(),
        ),
    }
}

/// Calls that make an incident, so that its file is read a second time.
fn attack() -> Vec<Value> {
    let calls = [
        ("cloudtrail.amazonaws.com", "StopLogging"),
        ("cloudtrail.amazonaws.com", "DeleteTrail"),
        ("guardduty.amazonaws.com", "DeleteDetector"),
        ("iam.amazonaws.com", "CreateAccessKey"),
    ];
    let call = |(index, (source, name)): (usize, (&str, &str))| {
        let mut call = event(index);
        call["eventSource"] = json!(source);
        call["eventName"] = json!(name);
        call["readOnly"] = json!(false);
        call["requestParameters"] = json!({"name": "trail", "detectorId": "d", "userName": "eve"});
        call
    };
    calls.into_iter().enumerate().map(call).collect()
}

#[test]
fn what_is_gone_at_the_second_look_is_told() {
    let content = gzip(&records(&attack()));
    let place = Place::new();
    place.write("one.json.gz", &content);
    let disk = place.run(&["investigate", "-q", "--format", "json", "one.json.gz"]);
    assert_eq!(disk.status, 1, "an incident, and nothing is missing");
    assert_eq!(disk.report()["coverage"]["failed"], json!({}));

    let (endpoint, gets) = serve_once(content);
    let run = investigate("s3://trail/", &endpoint);
    assert_eq!(gets.load(Ordering::SeqCst), 3, "one for each look");
    let report = run.report();
    assert_eq!(run.status, 3, "{report}");
    assert_eq!(counted(&report, "failed", "unreadable"), 2, "twice in vain");
    assert_eq!(report["coverage"]["events_read"], 4);
    let failure = &report["coverage"]["failures"][0];
    assert_eq!(failure["source"], "s3://trail/one.json.gz");
    assert!(!report["incidents"].as_array().unwrap().is_empty());
}
