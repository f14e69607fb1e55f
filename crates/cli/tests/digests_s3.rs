//! Digests in S3, through moto: proven in place, and copied and proven offline.
//!
//! moto knows no `ListPublicKeys`, so a small server stands in for CloudTrail.
//! It recomputes the request's signature with botocore and refuses another.
//! `GARDEFOU_TEST_PYTHON` names a Python that has `moto[server]`; without one
//! the tests are skipped, and say so.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test fails by panicking and starts programs"
)]

mod common;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use common::Place;
use gardefou_testkit::{SignedTrail, TrailPlan};
use serde_json::Value;

/// Serves the bucket `example-trail-bucket` with the files of a directory, and
/// public keys. Prints both ports and lives as long as its standard input.
const SERVERS: &str = r#"
import json, logging, os, sys, threading
logging.disable(logging.CRITICAL)
from http.server import BaseHTTPRequestHandler, HTTPServer
import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.server import ThreadedMotoServer

root, bucket = sys.argv[1], "example-trail-bucket"
moto = ThreadedMotoServer(port=0, verbose=False)
moto.start()
endpoint = "http://%s:%d" % moto.get_host_and_port()
s3 = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1",
                  aws_access_key_id="AKIAEXAMPLE", aws_secret_access_key="secret")
s3.create_bucket(Bucket=bucket)
metadata = json.load(open(os.path.join(root, "s3-metadata.json")))
for folder, _, names in os.walk(os.path.join(root, "AWSLogs")):
    for name in names:
        path = os.path.join(folder, name)
        key = os.path.relpath(path, root)
        s3.upload_file(path, bucket, key, ExtraArgs={"Metadata": metadata.get(key, {})})
keys = json.load(open(os.path.join(root, "list-public-keys.json")))["PublicKeyList"]

class CloudTrail(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        said = self.headers["authorization"]
        region = said.split("Credential=")[1].split("/")[2]
        signed = said.split("SignedHeaders=")[1].split(",")[0].split(";")
        headers = {name: self.headers[name] for name in signed}
        request = AWSRequest("POST", "http://" + self.headers["host"] + "/", headers, body)
        request.context["timestamp"] = self.headers["x-amz-date"]
        auth = SigV4Auth(Credentials("AKIAEXAMPLE", "secret"), "cloudtrail", region)
        text = auth.string_to_sign(request, auth.canonical_request(request))
        good = auth.signature(text, request) == said.split("Signature=")[1]
        good = good and self.headers["x-amz-target"].endswith("CloudTrail_20131101.ListPublicKeys")
        asked = json.loads(body)
        good = good and asked["StartTime"] < asked["EndTime"]
        # One key a page, so that pages are followed; the AWS CLI follows none.
        size = len(keys) if "aws-cli" in (self.headers["user-agent"] or "") else 1
        page = int(asked.get("NextToken", "0"))
        answer = {"PublicKeyList": keys[page:page + size]}
        if page + size < len(keys):
            answer["NextToken"] = str(page + size)
        if not good:
            answer = {"__type": "SignatureDoesNotMatch"}
        data = json.dumps(answer).encode()
        self.send_response(200 if good else 400)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    def log_message(self, *_):
        pass

stub = HTTPServer(("127.0.0.1", 0), CloudTrail)
threading.Thread(target=stub.serve_forever, daemon=True).start()
print(endpoint, "http://127.0.0.1:%d" % stub.server_port, flush=True)
sys.stdin.read()
os._exit(0)
"#;

/// Both servers, stopped when dropped.
struct Servers {
    process: Child,
    s3: String,
    cloudtrail: String,
}

impl Servers {
    fn start(root: &Path) -> Option<Self> {
        let python = std::env::var_os("GARDEFOU_TEST_PYTHON").unwrap_or_else(|| "python3".into());
        let check = Command::new(&python)
            .args(["-c", "import moto.server, flask, boto3"])
            .stderr(Stdio::null())
            .status();
        if !check.is_ok_and(|status| status.success()) {
            eprintln!("SKIPPED the digests in S3: {python:?} has no `moto[server]`");
            return None;
        }
        let mut process = Command::new(python)
            .args(["-c", SERVERS])
            .arg(root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let (s3, cloudtrail) = line.trim().split_once(' ').expect("the servers start");
        Some(Self {
            s3: s3.to_owned(),
            cloudtrail: cloudtrail.to_owned(),
            process,
        })
    }

    fn run(&self, place: &Place, secret: &str, args: &[&str]) -> (i32, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_gardefou"))
            .args(args)
            .current_dir(place.path())
            .env_clear()
            .env("HOME", place.path())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", secret)
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ENDPOINT_URL", &self.s3)
            .env("AWS_ENDPOINT_URL_CLOUDTRAIL", &self.cloudtrail)
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (
            output.status.code().unwrap_or(-1),
            text(output.stdout),
            text(output.stderr),
        )
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        let _gone = self.process.kill();
        let _status = self.process.wait();
    }
}

/// The AWS CLI's own validation finds the generated trail valid: the generator
/// and what verifies it are not only each other's opinion.
fn aws_cli_agrees(servers: &Servers, place: &Place) {
    let python = std::env::var_os("GARDEFOU_TEST_PYTHON").unwrap_or_else(|| "python3".into());
    let output = Command::new(python)
        .args(["-m", "awscli", "cloudtrail", "validate-logs", "--verbose"])
        .args([
            "--trail-arn",
            "arn:aws:cloudtrail:us-east-1:111122223333:trail/my_audit",
        ])
        .args([
            "--s3-bucket",
            "example-trail-bucket",
            "--region",
            "us-east-1",
        ])
        .args([
            "--start-time",
            "2026-11-01T00:00:00Z",
            "--end-time",
            "2026-11-01T06:00:00Z",
        ])
        .args(["--endpoint-url", &servers.cloudtrail])
        .env("HOME", place.path())
        .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_ENDPOINT_URL_S3", &servers.s3)
        .output()
        .unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    if err.contains("No module named awscli") {
        eprintln!("SKIPPED the AWS CLI's opinion: python has no `awscli`");
        return;
    }
    assert!(output.status.success(), "{out}{err}");
    assert!(
        out.contains("6/6 digest files valid") && out.contains("12/12 log files valid"),
        "{out}{err}"
    );
}

#[test]
fn digests_are_proven_in_s3_and_in_a_copy() {
    let place = Place::new();
    let plan = TrailPlan::default();
    let mut trail = plan.sign().unwrap();
    let paris = TrailPlan {
        region: "eu-west-3".to_owned(),
        ..plan.clone()
    };
    trail.join(paris.sign().unwrap());
    for (key, bytes) in &trail.objects {
        place.write(&format!("up/{key}"), bytes);
    }
    place.write("up/s3-metadata.json", trail.metadata_json());
    let keys = SignedTrail::public_keys().unwrap();
    let mut keys: Value = serde_json::from_str(&keys).unwrap();
    let mut other = keys["PublicKeyList"][0].clone();
    other["Fingerprint"] = "another".into();
    keys["PublicKeyList"]
        .as_array_mut()
        .unwrap()
        .insert(0, other);
    place.write("up/list-public-keys.json", keys.to_string());
    let Some(servers) = Servers::start(&place.path().join("up")) else {
        return;
    };
    let url = "s3://example-trail-bucket/AWSLogs/";
    let period = ["--since", "2026-11-01", "--until", "2026-11-01T06:00:00Z"];

    let args = [
        &["verify-trail", "-q", "--format", "json", url][..],
        &period,
    ]
    .concat();
    let (status, out, err) = servers.run(&place, "secret", &args);
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    let proof: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(proof["keys"], "api");
    assert_eq!(proof["chains"].as_array().unwrap().len(), 2);
    assert_eq!(
        proof["chains"][0]["name"]["place"],
        "s3://example-trail-bucket/"
    );

    let (status, _, err) = servers.run(&place, "wrong", &args);
    assert_eq!(status, 2, "{err}");
    assert!(err.contains("SignatureDoesNotMatch"), "{err}");

    let (status, out, err) = servers.run(&place, "secret", &["fetch-trail", url, "down"]);
    assert_eq!((status, out.as_str()), (0, ""), "{err}");
    for (key, bytes) in &trail.objects {
        assert_eq!(
            &std::fs::read(place.path().join("down").join(key)).unwrap(),
            bytes
        );
    }
    let args = [&["verify-trail", "-q", "down"][..], &period].concat();
    let run = place.run(&args);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    place.write(&format!("down/{}", paris.log_number(1, 1)), "changed");
    assert_eq!(place.run(&args).status, 1);

    aws_cli_agrees(&servers, &place);

    // Nothing under the prefix is what somebody who deleted everything leaves.
    let empty = "s3://example-trail-bucket/gone/";
    let (status, out, _) = servers.run(&place, "secret", &["verify-trail", "-q", empty]);
    assert_eq!(status, 1, "{out}");
    assert!(out.contains("everything deleted"), "{out}");
}
