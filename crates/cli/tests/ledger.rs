//! `gardefou ledger` as its users meet it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and makes its own files and processes"
)]
#![cfg(unix)]

mod common;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use common::{Place, Run, root, run};
use serde_json::Value;

/// Runs `ledger …` and expects a status.
fn ledger(place: &Place, status: i32, args: &[&str]) -> Run {
    let run = place.run(&[&["ledger"], args].concat());
    run.assert_sane();
    assert_eq!(run.status, status, "{args:?}\n{}{}", run.stdout, run.stderr);
    run
}

/// A place with the ledger `audit` of three entries.
fn opened() -> Place {
    let place = Place::new();
    ledger(
        &place,
        0,
        &[
            "init",
            "audit",
            "--origin",
            "example.com/audit",
            "--actor",
            "zoe",
        ],
    );
    place.write("plan.json", "{\"stop\": \"i-0abc\"}");
    let append = [
        "append",
        "audit",
        "plan.json",
        "--kind",
        "approval",
        "--subject",
        "plan 7",
        "--actor",
        "zoe",
    ];
    assert!(
        ledger(&place, 0, &append)
            .stdout
            .starts_with("entry 1; 2 entries, root ")
    );
    let input =
        b"{\"kind\":\"verdict\",\"subject\":\"call 1\",\"payload\":{\"decision\": \"deny\"}}\n";
    let args = ["ledger", "append", "audit", "--ndjson", "--actor", "guard"];
    assert_eq!(run(place.path(), &args, Some(input), &[]).status, 0);
    place
}

/// The ledger's public key.
fn vkey(place: &Place) -> String {
    let key = fs::read_to_string(place.path().join("audit/vkey")).unwrap();
    key.trim().to_owned()
}

fn verdict(place: &Place, status: i32, args: &[&str]) -> Value {
    let run = ledger(
        place,
        status,
        &[&["verify", "--format", "json"], args].concat(),
    );
    serde_json::from_str(&run.stdout).unwrap()
}

#[test]
fn a_ledger_is_opened_shown_proven_and_verified() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = opened();
    let mode = fs::metadata(place.path().join("audit.key"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let list = ledger(&place, 0, &["show", "audit"]).stdout;
    assert_eq!(list.lines().count(), 3, "{list}");
    let one = ledger(&place, 0, &["show", "audit", "2"]).stdout;
    assert!(
        one.contains("{\"decision\": \"deny\"}") && one.contains("guard"),
        "{one}"
    );
    let filtered = ledger(
        &place,
        0,
        &["show", "audit", "--kind", "approval", "--format", "json"],
    );
    let filtered: Value = serde_json::from_str(&filtered.stdout).unwrap();
    assert_eq!(
        (&filtered["index"], &filtered["actor"]),
        (&1.into(), &"zoe".into())
    );

    let key = vkey(&place);
    let whole = verdict(&place, 0, &["audit", "--vkey", &key]);
    assert_eq!(whole["verdict"], "proven");
    assert!(
        whole["not_ruled_out"][0]
            .as_str()
            .unwrap()
            .contains("cut tail"),
        "{whole}"
    );

    ledger(
        &place,
        0,
        &[
            "prove",
            "audit",
            "1",
            "--out",
            "1.tlog-proof",
            "--disclose",
            "1.bin",
        ],
    );
    let args = [
        "--proof",
        "1.tlog-proof",
        "--vkey",
        "audit/vkey",
        "--payload",
        "1.bin",
    ];
    assert!(
        verdict(&place, 0, &args)["proven"]
            .to_string()
            .contains("plan 7")
    );
    place.write("1.bin", "{\"stop\": \"i-0abd\"}");
    assert_eq!(
        verdict(&place, 1, &args)["faults"][0],
        "the payload is another"
    );
}

#[test]
fn a_changed_ledger_is_not_proven_and_a_missing_one_not_read() {
    let place = opened();
    let key = vkey(&place);
    ledger(&place, 0, &["export", "audit", "copy"]);
    assert_eq!(
        verdict(&place, 0, &["copy", "--vkey", &key])["verdict"],
        "proven"
    );
    let path = place.path().join("copy/payload/000");
    let mut bytes = fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&path, bytes).unwrap();
    let faults = &verdict(&place, 1, &["copy", "--vkey", &key])["faults"];
    assert_eq!(faults[0], "entry 2: its payload was changed");
    fs::remove_file(&path).unwrap();
    verdict(&place, 1, &["copy", "--vkey", &key]);
    verdict(&place, 0, &["copy", "--vkey", &key, "--without-payloads"]);
    fs::remove_file(place.path().join("copy/tile/entries/000.p/3")).unwrap();
    ledger(&place, 3, &["verify", "copy", "--vkey", &key]);
    ledger(&place, 2, &["verify", "nowhere", "--vkey", &key]);
    ledger(
        &place,
        2,
        &[
            "verify",
            "audit",
            "--vkey",
            "example.com/audit+00000000+AAAA",
        ],
    );
    ledger(&place, 2, &["verify", "audit"]);
    ledger(
        &place,
        2,
        &[
            "append",
            "copy",
            "plan.json",
            "--kind",
            "x",
            "--key",
            "audit.key",
        ],
    );
}

#[test]
fn a_kept_checkpoint_tells_a_cut_tail() {
    let place = opened();
    let key = vkey(&place);
    ledger(&place, 0, &["export", "audit", "before"]);
    ledger(
        &place,
        0,
        &["append", "audit", "plan.json", "--kind", "later"],
    );
    ledger(&place, 0, &["checkpoint", "audit", "--out", "kept"]);
    let args = ["--vkey", &key, "--checkpoint", "kept"];
    let whole = verdict(&place, 0, &[&["audit"], &args[..]].concat());
    assert!(
        whole["proven"].to_string().contains("the first 4 entries"),
        "{whole}"
    );
    let cut = verdict(&place, 1, &[&["before"], &args[..]].concat());
    assert!(
        cut["faults"][0]
            .as_str()
            .unwrap()
            .contains("its tail was cut off"),
        "{cut}"
    );
}

#[test]
fn erasure_needs_a_reason_before_its_time_and_leaves_the_proof() {
    let place = opened();
    let key = vkey(&place);
    let refused = ledger(&place, 2, &["erase", "audit", "1"]);
    assert!(
        refused.stderr.contains("must be retained until"),
        "{}",
        refused.stderr
    );
    ledger(
        &place,
        0,
        &["erase", "audit", "1", "--reason", "Art. 17 request"],
    );
    assert!(
        ledger(&place, 0, &["show", "audit", "1"])
            .stdout
            .contains("payload  erased")
    );
    assert!(
        ledger(&place, 0, &["show", "audit", "3"])
            .stdout
            .contains("Art. 17 request")
    );
    assert_eq!(
        verdict(&place, 0, &["audit", "--vkey", &key])["facts"]["payloads"]["erased"],
        1
    );
    ledger(&place, 2, &["prove", "audit", "1", "--disclose", "x"]);
    ledger(&place, 0, &["prove", "audit", "1"]);
}

#[test]
fn a_rotated_key_is_followed_and_the_old_one_refused() {
    let place = opened();
    let old = vkey(&place);
    ledger(&place, 0, &["rotate", "audit", "--new-key", "next.key"]);
    let refused = ledger(&place, 2, &["append", "audit", "plan.json", "--kind", "x"]);
    assert!(
        refused.stderr.contains("this key does not sign here"),
        "{}",
        refused.stderr
    );
    ledger(
        &place,
        0,
        &[
            "append",
            "audit",
            "plan.json",
            "--kind",
            "x",
            "--key",
            "next.key",
        ],
    );
    for key in [&old, &vkey(&place)] {
        assert_eq!(
            verdict(&place, 0, &["audit", "--vkey", key])["verdict"],
            "proven"
        );
    }
    let args = [
        "ledger",
        "append",
        "audit",
        "plan.json",
        "--kind",
        "x",
        "--key-env",
        "KEY",
    ];
    assert_eq!(place.run(&args).status, 2, "the variable is not set");
}

#[test]
fn a_bad_line_is_named_and_nothing_of_its_batch_is_appended() {
    let place = opened();
    let input = b"{\"kind\":\"a\"}\n{\"kind\":\"b\",\"secret\":1}\n";
    let refused = run(
        place.path(),
        &["ledger", "append", "audit", "--ndjson"],
        Some(input),
        &[],
    );
    assert_eq!(refused.status, 2);
    assert!(
        refused.stderr.contains("line 2: unknown field `secret`"),
        "{}",
        refused.stderr
    );
    assert_eq!(
        ledger(&place, 0, &["show", "audit"]).stdout.lines().count(),
        3
    );
}

#[test]
fn text_from_outside_cannot_steer_the_terminal() {
    let place = opened();
    place.write("evil", "\u{1b}[2J\u{1b}]0;x\u{7}");
    let subject = "a\u{1b}[31mb\u{202e}";
    let args = [
        "append",
        "audit",
        "evil",
        "--kind",
        "x",
        "--subject",
        subject,
        "--actor",
        subject,
    ];
    ledger(&place, 0, &args);
    for args in [&["show", "audit"][..], &["show", "audit", "3"]] {
        let text = ledger(&place, 0, args).stdout;
        assert!(
            !text.contains('\u{1b}') && !text.contains('\u{202e}'),
            "{text:?}"
        );
    }
}

/// A witness's key, and a policy that asks for it.
fn witness(place: &Place) {
    let made = ledger(
        place,
        0,
        &["witness", "init", "--name", "w.example/1", "--key", "w.key"],
    );
    place.write("policy", format!("witness w {}quorum w\n", made.stdout));
    place.write("w.vkey", made.stdout);
}

const WITNESS: [&str; 8] = [
    "--key",
    "w.key",
    "--name",
    "w.example/1",
    "--state",
    "w",
    "--log",
    "audit/vkey",
];

#[test]
fn a_witness_cosigns_by_file_and_follows_one_history() {
    let place = opened();
    let key = vkey(&place);
    witness(&place);
    let by_policy = ["audit", "--vkey", &key, "--policy", "policy"];
    verdict(&place, 1, &by_policy);
    for size in [3, 4] {
        ledger(
            &place,
            0,
            &["checkpoint", "audit", "--request", "--out", "request"],
        );
        let cosign = [&["witness", "cosign"], &WITNESS[..], &["request"]].concat();
        let line = ledger(&place, 0, &cosign).stdout;
        let request = fs::read_to_string(place.path().join("request")).unwrap();
        place.write("answer", request + &line);
        ledger(
            &place,
            0,
            &[
                "checkpoint",
                "audit",
                "--add",
                "answer",
                "--witness",
                "w.vkey",
            ],
        );
        let whole = verdict(&place, 0, &by_policy);
        assert!(
            whole["proven"]
                .to_string()
                .contains(&format!("the same first {size} entries")),
            "{whole}"
        );
        ledger(
            &place,
            0,
            &["append", "audit", "plan.json", "--kind", "later"],
        );
        let late = verdict(&place, 1, &by_policy);
        assert!(
            late["faults"][0].as_str().unwrap().contains("entries only"),
            "{late}"
        );
    }
    ledger(&place, 0, &["prove", "audit", "1", "--out", "p"]);
    verdict(
        &place,
        0,
        &["--proof", "p", "--vkey", &key, "--policy", "policy"],
    );
    // The same key with another history: the witness has seen the first.
    ledger(
        &place,
        0,
        &[
            "init",
            "other",
            "--origin",
            "example.com/audit",
            "--key",
            "audit.key",
        ],
    );
    ledger(
        &place,
        0,
        &["checkpoint", "other", "--request", "--out", "request"],
    );
    let cosign = [&["witness", "cosign"], &WITNESS[..], &["request"]].concat();
    let refused = ledger(&place, 1, &cosign);
    assert!(
        refused.stderr.contains("not cosigned"),
        "{}",
        refused.stderr
    );
}

/// A witness that listens, ended when dropped.
struct Serving {
    child: Child,
    address: String,
}

impl Serving {
    fn start(place: &Place) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_gardefou"))
            .args(
                [
                    &["ledger", "witness", "serve", "--listen", "127.0.0.1:0"],
                    &WITNESS[..],
                ]
                .concat(),
            )
            .current_dir(place.path())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stderr.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line
            .split("http://")
            .nth(1)
            .unwrap()
            .split('/')
            .next()
            .unwrap()
            .to_owned();
        Self { child, address }
    }

    /// Sends bytes and reads the whole answer.
    fn send(&self, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        let _ = stream.write_all(request);
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        answer
    }

    fn post(&self, path: &str, body: &[u8]) -> String {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: w\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        self.send(&[head.as_bytes(), body].concat())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_witness_answers_over_http_as_tlog_witness_says() {
    let place = opened();
    witness(&place);
    let serving = Serving::start(&place);
    ledger(
        &place,
        0,
        &["checkpoint", "audit", "--request", "--out", "request"],
    );
    let request = fs::read_to_string(place.path().join("request")).unwrap();
    let answer = serving.post("/add-checkpoint", request.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let line = answer.split("\r\n\r\n").nth(1).unwrap();
    assert!(line.starts_with("— w.example/1 "), "{line}");
    place.write("answer", format!("{request}{line}"));
    ledger(
        &place,
        0,
        &[
            "checkpoint",
            "audit",
            "--add",
            "answer",
            "--witness",
            "w.vkey",
        ],
    );
    verdict(
        &place,
        0,
        &["audit", "--vkey", &vkey(&place), "--policy", "policy"],
    );

    let conflict = serving.post("/add-checkpoint", request.as_bytes());
    assert!(
        conflict.starts_with("HTTP/1.1 409") && conflict.ends_with("\r\n\r\n3\n"),
        "{conflict}"
    );
    assert!(conflict.contains("text/x.tlog.size"), "{conflict}");
    for (path, body, status) in [
        ("/add-checkpoint", &b"old x\n"[..], "400"),
        ("/elsewhere", b"", "404"),
        ("/add-checkpoint", &[b'x'; 100_000], "413"),
    ] {
        let answer = serving.post(path, body);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{status}: {answer}"
        );
    }
    let get = serving.send(b"GET /add-checkpoint HTTP/1.1\r\nHost: w\r\nConnection: close\r\n\r\n");
    assert!(get.starts_with("HTTP/1.1 405"), "{get}");
}

#[test]
fn processes_append_at_once_and_one_of_them_is_killed() {
    let place = opened();
    let lines = |name: &str| -> String {
        (0..300)
            .map(|n| format!("{{\"kind\":\"race\",\"subject\":\"{name} {n}\",\"payload\":{n}}}\n"))
            .collect()
    };
    let append = |name: &str| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_gardefou"))
            .args([
                "ledger", "append", "audit", "--ndjson", "--format", "json", "--actor", name,
            ])
            .current_dir(place.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // A killed process closes its pipe.
        let _ = child
            .stdin
            .take()
            .unwrap()
            .write_all(lines(name).as_bytes());
        child
    };
    let mut acknowledged = Vec::new();
    for round in 0..6 {
        let mut victim = append(&format!("victim{round}"));
        let others = [
            append(&format!("left{round}")),
            append(&format!("right{round}")),
        ];
        thread::sleep(Duration::from_millis(7 * round));
        let _ = victim.kill();
        let told = victim.wait_with_output().unwrap();
        if !told.stdout.is_empty() {
            acknowledged.push(format!("victim{round}"));
        }
        for (child, name) in others.into_iter().zip(["left", "right"]) {
            assert!(child.wait_with_output().unwrap().status.success());
            acknowledged.push(format!("{name}{round}"));
        }
    }
    verdict(&place, 0, &["audit", "--vkey", &vkey(&place)]);
    for name in &acknowledged {
        let shown = ledger(&place, 0, &["show", "audit", "--actor", name]).stdout;
        assert_eq!(shown.lines().count(), 300, "{name}");
    }
}

/// Builds the independent verifier, or says loudly that it cannot.
fn go_verifier(place: &Place) -> Option<std::path::PathBuf> {
    let binary = place.path().join("go-verify");
    let source = root().join("crates/ledger/tests/go/verify.go");
    let built = Command::new("go")
        .args(["build", "-o"])
        .arg(&binary)
        .arg(&source)
        // Debian's golang-golang-x-mod-dev puts its sources there.
        .env("GO111MODULE", "off")
        .env("GOPATH", "/usr/share/gocode")
        .env("GOCACHE", std::env::temp_dir().join("gardefou-go-cache"))
        .output();
    match built {
        Ok(output) if output.status.success() => Some(binary),
        _ => {
            let line = "SKIPPED the independent verifier: it needs Go and golang.org/x/mod (Debian: golang-go golang-golang-x-mod-dev)\n";
            let _ = std::io::stderr().write_all(line.as_bytes());
            None
        }
    }
}

#[test]
fn an_independent_implementation_verifies_log_and_proofs() {
    let place = opened();
    let Some(go) = go_verifier(&place) else {
        return;
    };
    let lines: String = (0..700)
        .map(|n| format!("{{\"kind\":\"many\",\"payload\":{n}}}\n"))
        .collect();
    let args = ["ledger", "append", "audit", "--ndjson"];
    assert_eq!(
        run(place.path(), &args, Some(lines.as_bytes()), &[]).status,
        0
    );
    let verify = |args: &[&str]| {
        let output = Command::new(&go)
            .args(args)
            .current_dir(place.path())
            .output()
            .unwrap();
        (
            output.status.success(),
            String::from_utf8_lossy(&output.stdout).into_owned(),
        )
    };
    let key = vkey(&place);
    let (is_well, told) = verify(&["audit", &key]);
    assert!(is_well && told.contains("703 entries"), "{told}");
    ledger(&place, 0, &["export", "audit", "copy"]);
    assert!(verify(&["copy", &key]).0);
    for index in ["0", "255", "256", "702"] {
        ledger(&place, 0, &["prove", "audit", index, "--out", "p"]);
        entry_of(&place, index);
        assert!(verify(&["audit", &key, "p", "entry"]).0, "{index}");
    }
    place.write("entry", "another");
    assert!(!verify(&["audit", &key, "p", "entry"]).0);
    let path = place.path().join("copy/tile/entries/001");
    let mut bytes = fs::read(&path).unwrap();
    bytes[40] ^= 1;
    fs::write(&path, bytes).unwrap();
    assert!(!verify(&["copy", &key]).0);
}

/// Writes the entry that a proof is about, as the proof carries it, to `entry`.
fn entry_of(place: &Place, index: &str) {
    let shown = ledger(place, 0, &["show", "audit", index, "--format", "json"]);
    let shown: Value = serde_json::from_str(&shown.stdout).unwrap();
    let text = |name: &str| serde_json::to_string(&shown[name]).unwrap();
    let mut entry = format!(
        "{{\"v\":1,\"time\":{},\"actor\":{},\"kind\":{},\"subject\":{},\"digest\":{}",
        text("time"),
        text("actor"),
        text("kind"),
        text("subject"),
        text("digest")
    );
    if !shown["statement"].is_null() {
        entry += &format!(",\"statement\":{}", text("statement"));
    }
    place.write("entry", entry + "}");
}

#[test]
fn another_programs_log_is_verified() {
    let Some(data) = gardefou_testkit::data::shared("tlog", "another_programs_log_is_verified")
    else {
        return;
    };
    let log = data.join("tessera-log/testdata/log");
    let key = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";
    let place = Place::new();
    let path = |path: &Path| path.to_string_lossy().into_owned();
    let mut args = vec![path(&log), "--opaque".into(), "--vkey".into(), key.into()];
    for number in 0..16 {
        args.extend([
            "--checkpoint".into(),
            path(&log.join(format!("checkpoint.{number}"))),
        ]);
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    assert_eq!(verdict(&place, 0, &args)["verdict"], "proven");
}
