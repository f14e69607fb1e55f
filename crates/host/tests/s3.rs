//! S3 through moto, the AWS emulator: the same as from disk.
//!
//! The tests are children of `s3_gives_the_same_as_the_disk`, which starts
//! moto and gives each of them its own environment, since AWS credentials and
//! endpoints come from there. Without moto they are skipped, and say so.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::indexing_slicing,
    reason = "helpers of tests, outside of test functions"
)]

mod common;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{Collect, Taking, collect, gzip, records, zstd};
use gardefou_finding::{FailureReason, SkipReason, Timestamp};
use gardefou_host::{Archive, Limits, ReadOptions, Scope, Selection, SourceError};
use gardefou_testkit::moto::{KEYS, Moto, free_port};

/// Objects in the bucket `many`: more than one page of a listing.
const MANY: usize = 1100;

/// Children that need credentials and a filled server.
const CHILDREN: &[&str] = &[
    "child_the_same_content_as_from_disk",
    "child_every_page_is_listed",
    "child_folders_are_pruned",
    "child_reading_resumes_after_a_key",
    "child_a_large_object_comes_in_parts",
    "child_an_object_that_cannot_be_read_is_a_failure",
    "child_odd_keys_are_read",
    "child_what_does_not_exist_is_told",
    "child_repeated_objects_are_read_once",
];

#[test]
fn s3_gives_the_same_as_the_disk() {
    let Some(server) = Moto::start("s3_gives_the_same_as_the_disk", &[]) else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    fill(directory.path());
    server.run_script(
        UPLOAD,
        &[directory.path().to_str().unwrap(), &MANY.to_string()],
    );
    let mut failed = Vec::new();
    let mut run = |name: &'static str, variables: &[(&str, &str)]| {
        if !run_child(server.endpoint(), name, directory.path(), variables) {
            failed.push(name);
        }
    };
    for name in CHILDREN {
        run(name, KEYS);
    }
    run("child_without_credentials_is_told", &[]);
    let process = "[profile ci]\nregion = us-east-1\ncredential_process = \
        echo '{\"Version\":1,\"AccessKeyId\":\"AKIAEXAMPLE\",\"SecretAccessKey\":\"secret\"}'\n";
    let config = directory.path().join("../gardefou-s3-config");
    let config = config.to_str().unwrap();
    fs::write(config, process).unwrap();
    run(
        "child_a_profile_with_a_credential_process_is_used",
        &[("AWS_CONFIG_FILE", config), ("AWS_PROFILE", "ci")],
    );
    fs::remove_file(config).unwrap();
    let closed = format!("http://127.0.0.1:{}", free_port().unwrap());
    let unreachable = [
        KEYS,
        &[("AWS_ENDPOINT_URL_S3", &*closed), ("AWS_MAX_ATTEMPTS", "1")],
    ];
    run("child_an_unreachable_server_is_told", &unreachable.concat());
    assert!(failed.is_empty(), "failed: {failed:?}");
}

#[test]
fn wrong_credentials_are_told() {
    // From its second request on this server checks credentials.
    let variables = [("INITIAL_NO_AUTH_ACTION_COUNT", "1")];
    let Some(server) = Moto::start("wrong_credentials_are_told", &variables) else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    server.run_script(
        "import sys,boto3\nboto3.client('s3',endpoint_url=sys.argv[1])\
        .create_bucket(Bucket='trail')",
        &[],
    );
    let child = "child_wrong_credentials_are_told";
    assert!(run_child(server.endpoint(), child, directory.path(), KEYS));
}

/// Arguments: endpoint. Makes a user who may do all, a bucket, and then has the
/// server check signatures; prints the user's key.
const WITH_SIGNATURES: &str = r"
import json, sys, urllib.request, boto3
endpoint = sys.argv[1]
s3 = boto3.client('s3', endpoint_url=endpoint)
s3.create_bucket(Bucket='trail')
for key in ('a//b', 'sp ace+plus%41\u00e9', 'plain', 'large'):
    s3.put_object(Bucket='trail', Key=key, Body=b'x' * (5 << 20 if key == 'large' else 1))
iam = boto3.client('iam', endpoint_url=endpoint)
iam.create_user(UserName='reader')
policy = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': '*', 'Resource': '*'}]}
iam.put_user_policy(UserName='reader', PolicyName='all', PolicyDocument=json.dumps(policy))
key = iam.create_access_key(UserName='reader')['AccessKey']
form = {'Content-Type': 'text/plain'}
reset = urllib.request.Request(endpoint + '/moto-api/reset-auth', data=b'0', method='POST', headers=form)
urllib.request.urlopen(reset).read()
print(key['AccessKeyId'], key['SecretAccessKey'])
";

#[test]
fn signatures_are_those_that_the_server_computes() {
    let test = "signatures_are_those_that_the_server_computes";
    let variables = [("INITIAL_NO_AUTH_ACTION_COUNT", "1000000")];
    let Some(server) = Moto::start(test, &variables) else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let printed = server.ask_script(WITH_SIGNATURES, &[]);
    let (id, secret) = printed.trim().split_once(' ').unwrap();
    let run = |child, secret| {
        let keys = [("AWS_ACCESS_KEY_ID", id), ("AWS_SECRET_ACCESS_KEY", secret)];
        run_child(server.endpoint(), child, directory.path(), &keys)
    };
    assert!(run("child_signed_requests_are_answered", secret));
    assert!(run("child_wrong_signatures_are_told", "wrong"));
}

/// A server that knows one object, and answers getting it first with an error,
/// then with half of it, then with all.
fn serve_badly(listener: &TcpListener, content: &[u8]) {
    let mut gets = 0;
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let Some(request) = BufReader::new(&stream).lines().next() else {
            continue;
        };
        let length = content.len();
        let (status, length, body) = if request.unwrap().contains("list-type=2") {
            let list = format!(
                "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>one</Key>\
                 <Size>{length}</Size></Contents></ListBucketResult>"
            );
            ("200 OK", list.len(), list.into_bytes())
        } else {
            gets += 1;
            match gets {
                1 => ("503 Slow Down", 0, Vec::new()),
                2 => (
                    "206 Partial Content",
                    length,
                    content[..length / 2].to_vec(),
                ),
                _ => ("206 Partial Content", length, content.to_vec()),
            }
        };
        let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n");
        stream
            .write_all(format!("{head}Connection: close\r\n\r\n").as_bytes())
            .unwrap();
        stream.write_all(&body).unwrap();
    }
}

#[test]
fn errors_and_broken_connections_are_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || serve_badly(&listener, &records(1000)));
    let directory = tempfile::tempdir().unwrap();
    let child = "child_a_bad_server_is_asked_again";
    assert!(run_child(&endpoint, child, directory.path(), KEYS));
}

/// Arguments: endpoint, directory to put into the bucket `trail`, number of
/// objects in the bucket `many`.
const UPLOAD: &str = r"
import os, sys, boto3
endpoint, root, many = sys.argv[1:4]
s3 = boto3.client('s3', endpoint_url=endpoint)
for bucket in ('trail', 'many', 'odd', 'cold'):
    s3.create_bucket(Bucket=bucket)
for folder, _, names in os.walk(root):
    for name in names:
        path = os.path.join(folder, name)
        s3.upload_file(path, 'trail', os.path.relpath(path, root))
for index in range(int(many)):
    s3.put_object(Bucket='many', Key=f'{index:05}.json', Body=b'{}')
for key in ('a//b', 'sp ace+plus%41\u00e9', 'folder/', '/lead', 'dot/../dot', 'tab\tkey'):
    s3.put_object(Bucket='odd', Key=key, Body=b'' if key == 'folder/' else key.encode())
for key in ('1', '2', '3'):
    storage = {'StorageClass': 'GLACIER'} if key == '2' else {}
    s3.put_object(Bucket='cold', Key=key, Body=b'x', **storage)
";

/// Runs one ignored test of this binary, with nothing but its own environment.
fn run_child(endpoint: &str, name: &str, directory: &Path, variables: &[(&str, &str)]) -> bool {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--ignored", "--nocapture"])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", directory)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_ENDPOINT_URL", endpoint)
        .env(DIRECTORY, directory)
        .envs(variables.iter().copied())
        .status()
        .unwrap()
        .success()
}

/// The variable that tells a child where the uploaded files lie.
const DIRECTORY: &str = "GARDEFOU_TEST_S3_DIRECTORY";

fn directory() -> PathBuf {
    std::env::var_os(DIRECTORY)
        .expect("run by another test")
        .into()
}

/// A trail of two regions and some months, and files of other kinds.
fn fill(root: &Path) {
    let put = |name: &str, content: Vec<u8>| {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    for (index, region) in ["eu-west-1", "us-east-1"].into_iter().enumerate() {
        for (year, month, day) in [
            (2024, 12, 31),
            (2025, 10, 31),
            (2025, 11, 1),
            (2025, 11, 2),
            (2025, 12, 1),
        ] {
            let folder =
                format!("AWSLogs/111122223333/CloudTrail/{region}/{year}/{month:02}/{day:02}");
            let name = format!(
                "111122223333_CloudTrail_{region}_{year}{month:02}{day:02}T1205Z_a.json.gz"
            );
            put(&format!("{folder}/{name}"), gzip(&records(day + index)));
        }
    }
    put("other/plain.json", records(50));
    put("other/some.zst", zstd(&records(500)));
    put("other/cut.json.gz", gzip(&records(500))[..200].to_vec());
    put("other/empty.json", Vec::new());
    put("large/large.json", records(100_000));
    put("large/large.json.gz", gzip(&random_hex(9 << 20)));
}

/// Text that compresses to half its size only.
fn random_hex(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        b"0123456789abcdef"[(state % 16) as usize]
    };
    (0..length)
        .map(|index| if index % 80 == 79 { b'\n' } else { next() })
        .collect()
}

fn open(arguments: &[&str], scope: &Scope) -> Result<Archive, SourceError> {
    let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
    Archive::open(&arguments, scope)
}

fn open_all(url: &str) -> Archive {
    open(&[url], &Scope::default()).unwrap()
}

/// Names without the root that they begin with.
fn relative<T>(root: &str, named: BTreeMap<String, T>) -> BTreeMap<String, T> {
    let strip = |name: String| name.strip_prefix(root).unwrap().to_owned();
    named
        .into_iter()
        .map(|(name, value)| (strip(name), value))
        .collect()
}

fn keys(archive: &Archive) -> Vec<String> {
    archive
        .sources
        .iter()
        .map(|source| source.name().as_str().to_owned())
        .collect()
}

#[test]
#[ignore = "run by s3_gives_the_same_as_the_disk"]
fn child_the_same_content_as_from_disk() {
    let directory = directory();
    let root = format!("{}/", directory.to_str().unwrap());
    let disk = common::archive(&[&directory]);
    let cloud = open_all("s3://trail/");
    assert!(keys(&cloud).is_sorted());
    for threads in [1, 3] {
        let on_disk = collect(&disk, threads, Limits::default(), Taking::Lines);
        let in_cloud = collect(&cloud, threads, Limits::default(), Taking::Lines);
        let contents = relative("s3://trail/", in_cloud.contents);
        assert!(contents == relative(&root, on_disk.contents));
        let facts = |collected: BTreeMap<String, gardefou_host::ReadSummary>, root: &str| {
            let facts = collected.into_iter().map(|(name, summary)| {
                let failure = summary
                    .failure
                    .map(|failure| (failure.reason, failure.offset));
                let skip = summary.skip.map(|skip| skip.reason);
                (
                    name,
                    (summary.bytes_stored, summary.bytes_inflated, failure, skip),
                )
            });
            relative(root, facts.collect())
        };
        let facts_in_cloud = facts(in_cloud.summaries, "s3://trail/");
        assert_eq!(facts_in_cloud, facts(on_disk.summaries, &root));
        let cut = &facts_in_cloud["other/cut.json.gz"];
        assert_eq!(
            cut.2.map(|(reason, _)| reason),
            Some(FailureReason::TruncatedCompression)
        );
        assert_eq!(
            facts_in_cloud["other/empty.json"].3,
            Some(SkipReason::EmptyFile)
        );
    }
}

#[test]
#[ignore = "run by s3_gives_the_same_as_the_disk"]
fn child_every_page_is_listed() {
    let archive = open_all("s3://many");
    assert_eq!(archive.sources.len(), MANY);
    let all = collect(&archive, 4, Limits::default(), Taking::Everything);
    assert_eq!(
        all.contents
            .values()
            .filter(|content| *content == b"{}")
            .count(),
        MANY
    );
    assert_eq!(
        open_all("s3://many/0109").sources.len(),
        10,
        "a prefix is no folder"
    );
}

#[test]
#[ignore = "run by s3_gives_the_same_as_the_disk"]
fn child_folders_are_pruned() {
    let selection = Selection {
        since: Timestamp::parse("2025-11-01T06:00:00Z"),
        until: Timestamp::parse("2025-11-02T18:00:00Z"),
        regions: ["eu-west-1".to_owned()].into(),
        ..Selection::default()
    };
    let scope = Scope {
        selection,
        resume_after: None,
    };
    let directory = directory();
    let disk = open(&[&format!("{}/AWSLogs", directory.display())], &scope).unwrap();
    for url in [
        "s3://trail/AWSLogs/",
        "s3://trail/AWSLogs",
        "s3://trail/AWSLogs/111122223333/C",
    ] {
        let cloud = open(&[url], &scope).unwrap();
        let on_disk: Vec<_> = keys(&disk)
            .iter()
            .map(|name| name.replace(directory.to_str().unwrap(), "s3://trail"))
            .collect();
        assert_eq!(keys(&cloud), on_disk);
        assert_eq!(cloud.sources.len(), 2);
        let skipped: Vec<_> = cloud
            .coverage
            .skips
            .iter()
            .map(|skip| skip.source.as_str())
            .collect();
        let base = "s3://trail/AWSLogs/111122223333/CloudTrail";
        let expected = [
            "us-east-1/",
            "eu-west-1/2024/",
            "eu-west-1/2025/10/",
            "eu-west-1/2025/12/",
        ];
        assert_eq!(skipped, expected.map(|rest| format!("{base}/{rest}")));
    }
}

#[test]
#[ignore = "run by s3_gives_the_same_as_the_disk"]
fn child_reading_resumes_after_a_key() {
    let archive = open_all("s3://many/");
    let outcome = archive.read(&ReadOptions::default(), Collect::default);
    assert_eq!(
        outcome.resume_after.unwrap(),
        format!("s3://many/{:05}.json", MANY - 1)
    );
    for key in ["s3://many/01050.json", "01050.json"] {
        let scope = Scope {
            resume_after: Some(key.to_owned()),
            ..Scope::default()
        };
        let rest = open(&["s3://many/"], &scope).unwrap();
        assert_eq!(keys(&rest), keys(&archive)[1051..]);
        assert_eq!(
            rest.coverage.skipped_total(),
            1,
            "what was read before is told"
        );
    }
    let scope = Scope {
        resume_after: Some("s3://other/x".to_owned()),
        ..Scope::default()
    };
    assert!(matches!(
        open(&["s3://many/"], &scope),
        Err(SourceError::BadResume { .. })
    ));
    let scope = Scope {
        resume_after: Some("x".to_owned()),
        ..Scope::default()
    };
    let two = open(&["s3://many/", "s3://trail/"], &scope);
    assert!(matches!(two, Err(SourceError::BadResume { .. })));
}

#[test]
#[ignore = "run by s3_gives_the_same_as_the_disk"]
fn child_a_large_object_comes_in_parts() {
    let archive = open_all("s3://trail/large/");
    assert!(
        archive
            .sources
            .iter()
            .all(|source| source.size.unwrap() > 4 << 20)
    );
    let all = collect(&archive, 2, Limits::default(), Taking::Lines);
    assert!(all.contents["s3://trail/large/large.json"] == records(100_000));
    assert!(all.contents["s3://trail/large/large.json.gz"] == random_hex(9 << 20));
}

#[test]
#[ignore = "run by s3_gives_the_same_as_the_disk"]
fn child_an_object_that_cannot_be_read_is_a_failure() {
    let archive = open_all("s3://cold/");
    let outcome = archive.read(&ReadOptions::default(), Collect::default);
    assert_eq!(outcome.resume_after.as_deref(), Some("s3://cold/1"));
    let all = collect(&archive, 1, Limits::default(), Taking::Everything);
    assert_eq!(all.contents.len(), 2);
    let failure = all.summaries["s3://cold/2"].failure.as_ref().unwrap();
    assert_eq!(failure.reason, FailureReason::Unreadable);
    assert!(
        failure
            .detail
            .as_ref()
            .unwrap()
            .as_str()
            .starts_with("InvalidObjectState")
    );
}

#[test]
#[ignore = "run by s3_gives_the_same_as_the_disk"]
fn child_odd_keys_are_read() {
    let archive = open_all("s3://odd/");
    let all = collect(&archive, 2, Limits::default(), Taking::Everything);
    for (name, content) in &all.contents {
        assert_eq!(name.strip_prefix("s3://odd/").unwrap().as_bytes(), content);
    }
    assert_eq!(all.contents.len(), 5, "{:?}", all.contents.keys());
    assert_eq!(
        archive.coverage.skipped[&SkipReason::EmptyFile],
        1,
        "the folder's marker"
    );
    assert_eq!(open_all("s3://odd/a//").sources.len(), 1);
}

#[test]
#[ignore = "run by s3_gives_the_same_as_the_disk"]
fn child_what_does_not_exist_is_told() {
    let error = |url| open(&[url], &Scope::default()).unwrap_err();
    let missing = error("s3://absent/AWSLogs/");
    assert!(matches!(missing, SourceError::NoBucket { .. }), "{missing}");
    assert!(missing.to_string().contains("s3://absent/AWSLogs/"));
    assert!(matches!(
        error("s3://trail/absent/"),
        SourceError::NoObject { .. }
    ));
    assert!(matches!(error("s3://"), SourceError::BadUrl { .. }));
}

#[test]
#[ignore = "run by s3_gives_the_same_as_the_disk"]
fn child_repeated_objects_are_read_once() {
    let local = directory().join("other/plain.json");
    let arguments = [
        "s3://trail/other/",
        local.to_str().unwrap(),
        "s3://trail/other/p",
    ];
    let archive = open(&arguments, &Scope::default()).unwrap();
    assert_eq!(archive.sources.len(), 5);
    assert_eq!(archive.coverage.skipped[&SkipReason::SameFile], 1);
    let all = collect(&archive, 2, Limits::default(), Taking::Everything);
    assert_eq!(
        all.contents["s3://trail/other/plain.json"],
        all.contents[local.to_str().unwrap()]
    );
}

#[test]
#[ignore = "run by s3_gives_the_same_as_the_disk"]
fn child_without_credentials_is_told() {
    let error = open(&["s3://trail/"], &Scope::default()).unwrap_err();
    assert!(
        matches!(error, SourceError::NoCredentials { .. }),
        "{error}"
    );
    eprintln!("{error}");
}

#[test]
#[ignore = "run by s3_gives_the_same_as_the_disk"]
fn child_a_profile_with_a_credential_process_is_used() {
    assert_eq!(open_all("s3://trail/other/plain").sources.len(), 1);
}

#[test]
#[ignore = "run by s3_gives_the_same_as_the_disk"]
fn child_an_unreachable_server_is_told() {
    let error = open(&["s3://trail/"], &Scope::default()).unwrap_err();
    assert!(matches!(error, SourceError::Unreachable { .. }), "{error}");
    eprintln!("{error}");
}

#[test]
#[ignore = "run by wrong_credentials_are_told"]
fn child_wrong_credentials_are_told() {
    let error = open(&["s3://trail/"], &Scope::default()).unwrap_err();
    assert!(matches!(error, SourceError::Refused { .. }), "{error}");
    assert!(error.to_string().contains("InvalidAccessKeyId"), "{error}");
}

#[test]
#[ignore = "run by signatures_are_those_that_the_server_computes"]
fn child_signed_requests_are_answered() {
    let archive = open_all("s3://trail/");
    let all = collect(&archive, 1, Limits::default(), Taking::Everything);
    let lengths: Vec<_> = all.contents.values().map(Vec::len).collect();
    assert_eq!(lengths, [1, 5 << 20, 1, 1], "{:?}", all.summaries);
}

#[test]
#[ignore = "run by signatures_are_those_that_the_server_computes"]
fn child_wrong_signatures_are_told() {
    let error = open(&["s3://trail/"], &Scope::default()).unwrap_err();
    assert!(
        error.to_string().contains("SignatureDoesNotMatch"),
        "{error}"
    );
}

#[test]
#[ignore = "run by errors_and_broken_connections_are_tried_again"]
fn child_a_bad_server_is_asked_again() {
    let all = collect(
        &open_all("s3://bad/"),
        1,
        Limits::default(),
        Taking::Everything,
    );
    assert_eq!(all.summaries["s3://bad/one"].failure, None);
    assert!(all.contents["s3://bad/one"] == records(1000));
}
