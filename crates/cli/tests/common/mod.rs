//! One harness for all tests of the binary: a scrubbed environment, a directory
//! of its own for each run, and output without what changes from run to run.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and this one starts programs; each test file uses a part"
)]

use std::ffi::OsStr;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

/// A rule that matches the calls of [`event`].
const ONE_RULE: &str = "title: Buckets listed\nid: 7f3f2a0e-43b0-4b6f-9d4d-6a0a8d8e5a11\n\
    logsource:\n  product: aws\n  service: cloudtrail\ndetection:\n  s:\n    \
    eventName: ListBuckets\n  condition: s\nlevel: low\n";

/// What a run of the program left behind.
pub(crate) struct Run {
    /// Exit status; -1 after a signal.
    pub(crate) status: i32,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
}

impl Run {
    /// Standard output as a JSON report.
    pub(crate) fn report(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.stdout, self.stderr))
    }

    /// Fails when the program panicked or was killed.
    pub(crate) fn assert_sane(&self) -> &Self {
        assert!((0..=3).contains(&self.status), "{}", self.stderr);
        for word in ["panicked", "RUST_BACKTRACE", "overflowed its stack"] {
            assert!(!self.stderr.contains(word), "{}", self.stderr);
        }
        self
    }
}

/// A directory that is removed at the end, in which the program runs.
pub(crate) struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    /// An empty one.
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self { dir }
    }

    /// Its path.
    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Writes a file under it, with its directories.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// Runs the program in it.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> Run {
        run(self.path(), args, None, &[])
    }

    /// Runs `investigate` with one rule, which loads fast.
    pub(crate) fn quick(&self, args: &[&str]) -> Run {
        let rule = self.write(".rule/one.yml", ONE_RULE);
        let rule = rule.to_string_lossy();
        let fixed = ["investigate", "-q", "--no-embedded-rules", "--rules", &rule];
        self.run(&[&fixed[..], args].concat())
    }

    /// Runs `investigate` with a JSON report and one rule, which loads fast.
    pub(crate) fn investigate(&self, args: &[&str]) -> (Run, Value) {
        let run = self.quick(&[&["--format", "json"], args].concat());
        run.assert_sane();
        let report = run.report();
        (run, report)
    }
}

/// Runs the program in the repository's root.
pub(crate) fn gardefou<S: AsRef<OsStr>>(args: &[S]) -> Run {
    run(&root(), args, None, &[])
}

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap()
        .to_owned()
}

/// Runs the program, with `input` on standard input, else an empty one, and
/// with `variables` beside a scrubbed environment.
pub(crate) fn run<S: AsRef<OsStr>>(
    dir: &Path,
    args: &[S],
    input: Option<&[u8]>,
    variables: &[(&str, &str)],
) -> Run {
    let mut child = Command::new(env!("CARGO_BIN_EXE_gardefou"))
        .args(args)
        .current_dir(dir)
        .env_clear()
        .env("HOME", dir)
        .env("LC_ALL", "C")
        .env("TZ", "UTC")
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let input = input.unwrap_or_default();
    let (out, err) = std::thread::scope(|scope| {
        // A program that does not read closes the pipe, which is its right.
        scope.spawn(move || drop(stdin.write_all(input)));
        let err = scope.spawn(move || text(&mut stderr));
        (text(&mut stdout), err.join().unwrap())
    });
    let status = child.wait().unwrap();
    Run {
        status: status.code().unwrap_or(-1),
        stdout: out,
        stderr: err,
    }
}

fn text(stream: &mut impl Read) -> String {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    String::from_utf8(bytes).expect("the program writes UTF-8 only")
}

/// Replaces the time of the run, which the next steps carry as
/// `aws:TokenIssueTime`, and the program's version.
pub(crate) fn steady(text: &str) -> String {
    const MARK: &str = "aws:TokenIssueTime";
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(MARK) {
        let (before, after) = rest.split_at(at + MARK.len());
        out.push_str(before);
        let begins = after.find("20").unwrap_or(0);
        let length = after[begins..]
            .find(|c: char| !(c.is_ascii_digit() || "-:TZ.".contains(c)))
            .unwrap_or(0);
        out.push_str(&after[..begins]);
        out.push_str("[NOW]");
        rest = &after[begins + length..];
    }
    out.push_str(rest);
    out.replace(env!("CARGO_PKG_VERSION"), "[VERSION]")
}

/// Compresses as CloudTrail does.
pub(crate) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// An ordinary event, the `index`th of its kind.
pub(crate) fn event(index: usize) -> Value {
    json!({
        "eventVersion": "1.09",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": "AIDAEXAMPLEEXAMPLE000",
            "arn": "arn:aws:iam::111122223333:user/zoe",
            "accountId": "111122223333",
            "accessKeyId": "AKIAEXAMPLEEXAMPLE00",
            "userName": "zoe"
        },
        "eventTime": format!("2025-11-03T10:{:02}:{:02}Z", index / 60 % 60, index % 60),
        "eventSource": "s3.amazonaws.com",
        "eventName": "ListBuckets",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2.15.0",
        "requestParameters": null,
        "responseElements": null,
        "requestID": format!("R{index:015}"),
        "eventID": format!("00000000-0000-4000-8000-{index:012}"),
        "readOnly": true,
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": "111122223333",
        "eventCategory": "Management"
    })
}

/// A CloudTrail file of these events.
pub(crate) fn records(events: &[Value]) -> Vec<u8> {
    serde_json::to_vec(&json!({ "Records": events })).unwrap()
}

/// The count under `coverage.kind.reason`, 0 when there is none.
pub(crate) fn counted(report: &Value, kind: &str, reason: &str) -> u64 {
    report["coverage"][kind][reason].as_u64().unwrap_or(0)
}
