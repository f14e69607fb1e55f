//! How fast records are read, against inflating the same bytes with libdeflate.
//!
//! Prints GB of inflated JSON a second for inflating alone, for decoding
//! alone and for both, and their ratios. Each file's time is its best of many
//! rounds, so that what else the machine does spoils little. With the argument
//! `once`, decodes once and does no more.

#![allow(
    clippy::print_stdout,
    reason = "a benchmark's answer goes to the terminal"
)]
#![allow(
    clippy::expect_used,
    reason = "a benchmark that cannot run has nothing to save"
)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use gardefou_finding::{FailureReason, InputForm, SkipReason};
use gardefou_trail::decode::{Limits, Record, Sink, decode};
use libdeflater::{CompressionLvl, Compressor, Decompressor};

/// Archive files, each as large as CloudTrail's are in a busy account.
const FILES: u64 = 24;
const RECORDS: u64 = 800;
const ROUNDS: usize = 60;

/// Counts, and reads the fields that every record's judge reads.
#[derive(Default)]
struct Counter {
    records: u64,
    lengths: usize,
    faults: u64,
}

impl Sink for Counter {
    fn record(&mut self, record: &Record<'_>) {
        self.records += 1;
        let fields = [
            record.event_id(),
            record.aws_region(),
            record.source_ip(),
            record.user_agent(),
            record.access_key_id(),
            record.arn(),
        ];
        self.lengths += fields
            .iter()
            .flatten()
            .map(|text| text.len())
            .sum::<usize>();
        self.lengths += record.event_source().len() + record.event_name().len();
        black_box((record.time(), record.outcome(), record.shape()));
    }

    fn skipped(&mut self, _: u64, _: SkipReason) {
        self.faults += 1;
    }

    fn failed(&mut self, _: u64, _: FailureReason, _: Option<&str>) {
        self.faults += 1;
    }

    fn form(&mut self, _: InputForm) {}
}

/// A generator of numbers that differ from run to run of the program in nothing.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    fn uuid(&mut self) -> String {
        let (a, b) = (self.next(1 << 31), self.next(1 << 31));
        format!(
            "{a:08x}-{:04x}-4{:03x}-a{:03x}-{b:012x}",
            a & 0xffff,
            b & 0xfff,
            a >> 20
        )
    }
}

fn identity(n: &mut Numbers, out: &mut String) {
    let (account, id) = (100_000_000_000 + n.next(9), n.next(40));
    if n.next(4) == 0 {
        let _ = write!(
            out,
            r#"{{"type":"IAMUser","principalId":"AIDAEXAMPLE{id:010}","arn":"arn:aws:iam::{account}:user/deploy-{id}","accountId":"{account}","accessKeyId":"AKIAEXAMPLE{id:09}","userName":"deploy-{id}"}}"#
        );
        return;
    }
    let _ = write!(
        out,
        r#"{{"type":"AssumedRole","principalId":"AROAEXAMPLE{id:010}:session-{id}","arn":"arn:aws:sts::{account}:assumed-role/service-{id}/session-{id}","accountId":"{account}","accessKeyId":"ASIAEXAMPLE{id:09}","sessionContext":{{"sessionIssuer":{{"type":"Role","principalId":"AROAEXAMPLE{id:010}","arn":"arn:aws:iam::{account}:role/service-{id}","accountId":"{account}","userName":"service-{id}"}},"attributes":{{"creationDate":"2026-03-0{}T0{}:12:44Z","mfaAuthenticated":"false"}}}}}}"#,
        1 + n.next(9),
        n.next(10),
    );
}

/// Service, call, request and answer, as JSON.
fn call(n: &mut Numbers) -> (&'static str, &'static str, String, String) {
    let id = n.next(1 << 31);
    match n.next(6) {
        0 => (
            "ec2",
            "DescribeInstances",
            format!(
                r#"{{"instancesSet":{{"items":[{{"instanceId":"i-0{id:016x}"}},{{"instanceId":"i-0{:016x}"}}]}},"filterSet":{{}}}}"#,
                id + 1
            ),
            "null".into(),
        ),
        1 => (
            "sts",
            "AssumeRole",
            format!(
                r#"{{"roleArn":"arn:aws:iam::100000000001:role/service-{id}","roleSessionName":"session-{id}","durationSeconds":3600}}"#
            ),
            format!(
                r#"{{"credentials":{{"accessKeyId":"ASIAEXAMPLE{id:010}","sessionToken":"{}","expiration":"Mar 3, 2026, 5:12:44 PM"}},"assumedRoleUser":{{"assumedRoleId":"AROAEXAMPLE:{id}","arn":"arn:aws:sts::100000000001:assumed-role/service-{id}/session-{id}"}}}}"#,
                n.uuid().repeat(6)
            ),
        ),
        2 => (
            "s3",
            "GetObject",
            format!(
                r#"{{"bucketName":"data-{}","Host":"data.s3.eu-west-1.amazonaws.com","key":"daily/2026/03/{id}.parquet"}}"#,
                id % 9
            ),
            "null".into(),
        ),
        3 => (
            "kms",
            "Decrypt",
            format!(
                r#"{{"encryptionAlgorithm":"SYMMETRIC_DEFAULT","encryptionContext":{{"aws:lambda:FunctionArn":"arn:aws:lambda:eu-west-1:100000000001:function:f{id}"}}}}"#
            ),
            "null".into(),
        ),
        4 => (
            "ec2",
            "CreateNetworkInterface",
            format!(
                r#"{{"subnetId":"subnet-0{id:016x}","groupSet":{{"items":[{{"groupId":"sg-0{id:016x}"}}]}},"description":"pod","ipv6AddressCount":0,"privateIpAddressesSet":{{}}}}"#
            ),
            format!(
                r#"{{"requestId":"{}","networkInterface":{{"networkInterfaceId":"eni-0{id:016x}","vpcId":"vpc-0{id:016x}","availabilityZone":"eu-west-1b","ownerId":"100000000001","requesterManaged":false,"status":"pending","sourceDestCheck":true,"tagSet":{{}}}}}}"#,
                n.uuid()
            ),
        ),
        _ => (
            "iam",
            "GetRolePolicy",
            format!(
                r#"{{"roleName":"service-{id}","policyName":"inline","policyDocument":"{{\"Version\":\"2012-10-17\",\"Statement\":[{{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"*\"}}]}}"}}"#
            ),
            "null".into(),
        ),
    }
}

fn record(n: &mut Numbers, out: &mut String) {
    let (service, name, request, answer) = call(n);
    out.push_str(r#"{"eventVersion":"1.11","userIdentity":"#);
    identity(n, out);
    let _ = write!(
        out,
        r#","eventTime":"2026-03-{:02}T{:02}:{:02}:{:02}Z","eventSource":"{service}.amazonaws.com","eventName":"{name}","awsRegion":"eu-west-{}","sourceIPAddress":"10.{}.{}.7","userAgent":"aws-sdk-go-v2/1.{}.0 os/linux lang/go#1.24.1 md/GOOS#linux md/GOARCH#amd64 api/{service}#1.2.0","#,
        1 + n.next(28),
        n.next(24),
        n.next(60),
        n.next(60),
        1 + n.next(3),
        n.next(256),
        n.next(256),
        n.next(40),
    );
    if n.next(16) == 0 {
        out.push_str(r#""errorCode":"AccessDenied","errorMessage":"User is not authorized to perform this operation","#);
    }
    let _ = write!(
        out,
        r#""requestParameters":{request},"responseElements":{answer},"requestID":"{}","eventID":"{}","readOnly":{},"#,
        n.uuid(),
        n.uuid(),
        n.next(2) == 0,
    );
    if service == "s3" || service == "kms" {
        let _ = write!(
            out,
            r#""resources":[{{"accountId":"100000000001","type":"AWS::S3::Object","ARN":"arn:aws:s3:::data/{}"}}],"#,
            n.next(1 << 20)
        );
    }
    let _ = write!(
        out,
        r#""eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"100000000001","eventCategory":"Management","tlsDetails":{{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"{service}.eu-west-1.amazonaws.com"}}}}"#
    );
}

fn file(seed: u64) -> Vec<u8> {
    let mut numbers = Numbers(seed);
    let mut out = String::from(r#"{"Records":["#);
    for index in 0..RECORDS {
        if index > 0 {
            out.push(',');
        }
        record(&mut numbers, &mut out);
    }
    out.push_str("]}");
    out.into_bytes()
}

fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut compressor = Compressor::new(CompressionLvl::new(6).expect("level 6 exists"));
    let mut out = vec![0; compressor.gzip_compress_bound(bytes.len())];
    let length = compressor
        .gzip_compress(bytes, &mut out)
        .expect("the buffer has the bound");
    out.truncate(length);
    out
}

/// How long `work` takes.
fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// A file as it is stored and as it is read.
struct File {
    packed: Vec<u8>,
    bytes: Vec<u8>,
    /// Best times of inflating, of decoding and of both.
    best: [Duration; 3],
}

impl File {
    fn new(seed: u64) -> Self {
        let bytes = file(seed);
        Self {
            packed: compress(&bytes),
            bytes,
            best: [Duration::MAX; 3],
        }
    }

    /// One more round.
    fn measure(&mut self, inflater: &mut Decompressor, buffer: &mut [u8]) {
        let inflate = time(|| {
            black_box(
                inflater
                    .gzip_decompress(&self.packed, buffer)
                    .expect("our own file"),
            );
        });
        let decode = time(|| read(&self.bytes));
        let both = time(|| {
            let length = inflater
                .gzip_decompress(&self.packed, buffer)
                .expect("our own file");
            read(buffer.get(..length).expect("within the buffer"));
        });
        for (best, time) in self.best.iter_mut().zip([inflate, decode, both]) {
            *best = time.min(*best);
        }
    }
}

/// Decodes a file, every record of which must be read.
fn read(bytes: &[u8]) {
    let mut counter = Counter::default();
    black_box(decode(Limits::default(), bytes, &mut counter));
    assert_eq!(
        (counter.records, counter.faults),
        (RECORDS, 0),
        "every record is read"
    );
    black_box(counter.lengths);
}

fn main() {
    let mut files: Vec<File> = (0..FILES).map(File::new).collect();
    if std::env::args().any(|argument| argument == "once") {
        files.iter().for_each(|file| read(&file.bytes));
        return;
    }
    let bytes: usize = files.iter().map(|file| file.bytes.len()).sum();
    let stored: usize = files.iter().map(|file| file.packed.len()).sum();
    let mut buffer = vec![0; 4 << 20];
    let mut inflater = Decompressor::new();
    for _ in 0..ROUNDS {
        for file in &mut files {
            file.measure(&mut inflater, &mut buffer);
        }
    }
    let total = |place: usize| -> f64 {
        files
            .iter()
            .filter_map(|file| file.best.get(place))
            .map(Duration::as_secs_f64)
            .sum()
    };
    let (inflate, walk, both) = (total(0), total(1), total(2));
    let speed = |time: f64| bytes as f64 / time / 1e9;
    println!(
        "{} bytes a record, {:.1} MB inflated, ratio {:.1}",
        bytes as u64 / (FILES * RECORDS),
        bytes as f64 / 1e6,
        bytes as f64 / stored as f64
    );
    println!("inflate        {:6.2} GB/s", speed(inflate));
    println!(
        "decode         {:6.2} GB/s, {:.2} of inflating",
        speed(walk),
        walk / inflate
    );
    println!(
        "inflate+decode {:6.2} GB/s, {:.2} of inflating",
        speed(both),
        both / inflate
    );
}
