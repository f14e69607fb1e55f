//! Who stands behind a change, what is accepted, and the hooks, in real
//! repositories with real pushes, keys and signatures of OpenSSH.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and this one starts git and ssh-keygen"
)]

mod common;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU64, Ordering};

use common::{Place, Run};
use serde_json::Value;

/// A command of git as one person, with no configuration but the repository's.
fn git_in(dir: &Path, who: &str, args: &[&str]) -> Output {
    static CLOCK: AtomicU64 = AtomicU64::new(1_752_276_780);
    // Two people do not commit in the same second.
    let time = format!("{} +0000", CLOCK.fetch_add(60, Ordering::Relaxed));
    Command::new("git")
        .args(args)
        .current_dir(dir)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_DATE", &time)
        .env("GIT_COMMITTER_DATE", &time)
        .env("GIT_AUTHOR_NAME", who)
        .env("GIT_AUTHOR_EMAIL", format!("{who}@example.org"))
        .env("GIT_COMMITTER_NAME", who)
        .env("GIT_COMMITTER_EMAIL", format!("{who}@example.org"))
        .output()
        .unwrap()
}

fn git(dir: &Path, who: &str, args: &[&str]) -> String {
    let output = git_in(dir, who, args);
    assert!(output.status.success(), "{args:?} {output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A place with a repository whose first commit holds these files.
fn repository(files: &[(&str, &str)]) -> Place {
    let place = Place::new();
    git(place.path(), "ann", &["init", "-q", "-b", "main"]);
    place.write("src/a.ts", "export const a = 1\n");
    for (name, text) in files {
        place.write(name, text);
    }
    commit(&place, "ann", "feat: begin");
    place
}

fn commit(place: &Place, who: &str, message: &str) {
    git(place.path(), who, &["add", "-A"]);
    git(place.path(), who, &["commit", "-qm", message]);
}

fn checked(place: &Place, args: &[&str]) -> (i32, Vec<String>, Value) {
    let run = place.run(&[&["check", "--format", "json"][..], args].concat());
    run.assert_sane();
    let report = run.report();
    let findings = report["findings"].as_array().unwrap();
    let reasons = findings
        .iter()
        .map(|one| one["reason"].as_str().unwrap().to_owned());
    (run.status, reasons.collect(), report)
}

fn has(reasons: &[String], reason: &str) -> bool {
    reasons.iter().any(|one| one == reason)
}

/// A key of a person: the private file, and the line for allowed signers.
fn key(place: &Place, who: &str, kind: &[&str]) -> (PathBuf, String) {
    let path = place.path().join(format!(".git/{who}.key"));
    let made = Command::new("ssh-keygen")
        .args(["-q", "-N", "", "-C", who, "-f"])
        .arg(&path)
        .arg("-t")
        .args(kind)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let public = std::fs::read_to_string(path.with_extension("key.pub")).unwrap();
    (path, format!("{who}@example.org {public}"))
}

const SUPPRESS: &str = "[[suppress]]\ncheck = \"destructive-command\"\npath = \"tools/*.sh\"\n\
    reason = \"the demonstration of what we refuse\"\nuntil = ";

#[test]
fn the_configuration_that_counts_is_the_bases() {
    let place = repository(&[]);
    place.write("tools/x.sh", "rm -rf ~\n");
    place.write("gardefou.toml", format!("{SUPPRESS}2099-01-01\n"));
    commit(&place, "bob", "chore: clean");
    let (status, reasons, _) = checked(&place, &["--range", "HEAD~1..HEAD"]);
    assert_eq!(status, 1, "a change does not acquit itself: {reasons:?}");
    assert!(
        has(&reasons, "destroy-system") && has(&reasons, "gate-changed"),
        "{reasons:?}"
    );
    place.write("tools/y.sh", "rm -rf ~\n");
    commit(&place, "bob", "chore: clean more");
    let (status, reasons, report) = checked(&place, &["--range", "HEAD~1..HEAD"]);
    assert_eq!((status, reasons.len()), (0, 0), "{reasons:?}");
    assert_eq!(report["coverage"]["suppressed"]["destructive-command"], 1);
    git(
        place.path(),
        "bob",
        &["checkout", "-q", "-b", "side", "HEAD~2"],
    );
    place.write("tools/z.sh", "rm -rf ~\n");
    commit(&place, "bob", "chore: clean from before");
    git(place.path(), "ann", &["checkout", "-q", "main"]);
    place.write("gardefou.toml", "");
    commit(&place, "ann", "chore: accept nothing");
    let (status, ..) = checked(&place, &["--range", "main...side"]);
    assert_eq!(
        status, 1,
        "the branch's tip counts, not where the other left it"
    );
}

#[test]
fn suppressions_end_and_tell_when_they_are_not_needed() {
    let place = repository(&[("tools/x.sh", "rm -rf ~\n")]);
    place.write("gardefou.toml", format!("{SUPPRESS}2020-01-01\n"));
    let whole = ["--config", "gardefou.toml", "."];
    let (status, reasons, _) = checked(&place, &whole);
    assert_eq!(status, 1);
    assert!(
        has(&reasons, "suppression-expired") && has(&reasons, "destroy-system"),
        "{reasons:?}"
    );
    place.write("gardefou.toml", format!("{SUPPRESS}2099-01-01\n"));
    assert_eq!(checked(&place, &whole).0, 0);
    place.write("tools/x.sh", "true\n");
    let (status, reasons, report) = checked(&place, &whole);
    assert_eq!((status, reasons), (0, vec!["suppression-stale".to_owned()]));
    assert_eq!(report["findings"][0]["location"]["line"], 1);
    place.write("gardefou.toml", "[[suppress]]\n");
    let run = place.run(&["check", "--config", "gardefou.toml", "."]);
    assert_eq!(run.status, 2, "{}", run.stderr);
    assert_eq!(
        place
            .run(&["check", "--config", "missing.toml", "."])
            .status,
        2
    );
}

#[test]
fn a_baseline_knows_each_finding_as_often_as_it_was_there() {
    let place = repository(&[("tools/x.sh", "rm -rf ~\n")]);
    let before = place.run(&["check", "--format", "json", "."]);
    assert_eq!(before.status, 1);
    place.write(".git/before.json", &before.stdout);
    let before = place.path().join(".git/before.json");
    let before = before.to_str().unwrap();
    let (status, _, report) = checked(&place, &["--baseline", before, "."]);
    assert_eq!((status, &report["coverage"]["known"]), (0, &Value::from(1)));
    place.write("tools/x.sh", "rm -rf ~\ntrue\nrm -rf ~\n");
    assert_eq!(checked(&place, &["--baseline", before, "."]).0, 1);
    place.write("bad.json", "{}");
    assert_eq!(
        place.run(&["check", "--baseline", "bad.json", "."]).status,
        2
    );
}

#[test]
fn what_builds_needs_a_second_person() {
    let place = repository(&[("scripts/build.sh", "make\n")]);
    let (ann, ann_line) = key(&place, "ann", &["ed25519"]);
    let (bob, bob_line) = key(&place, "bob", &["ecdsa", "-b", "256"]);
    let (eve, _) = key(&place, "eve", &["ed25519"]);
    place.write(".gardefou/approvers", format!("{ann_line}{bob_line}"));
    place.write(
        "gardefou.toml",
        "[review]\nallowed-signers = \".gardefou/approvers\"\n",
    );
    commit(&place, "ann", "chore: two people");
    git(place.path(), "bob", &["checkout", "-q", "-b", "side"]);
    place.write("scripts/build.sh", "make all\n");
    commit(&place, "bob", "build: everything");
    let range = ["--range", "main..side"];
    let asked = |file: Option<&str>| {
        let extra = file.map_or(vec![], |file| vec!["--approvals", file]);
        checked(&place, &[&range[..], &extra].concat())
    };
    let approve = |key: &Path, out: &str| {
        let key = key.to_str().unwrap();
        let run = place.run(&[
            "approve",
            "--range",
            "main..side",
            "--key",
            key,
            "--out",
            out,
        ]);
        assert_eq!(run.status, 0, "{}", run.stderr);
    };
    let (status, reasons, _) = asked(None);
    assert!(
        status == 1 && has(&reasons, "review-missing"),
        "{reasons:?}"
    );
    approve(&bob, ".git/own");
    let (status, reasons, _) = asked(Some(".git/own"));
    assert!(status == 1 && has(&reasons, "review-own"), "{reasons:?}");
    approve(&eve, ".git/strange");
    let (status, reasons, _) = asked(Some(".git/strange"));
    assert!(
        status == 1 && has(&reasons, "review-invalid"),
        "{reasons:?}"
    );
    approve(&ann, ".git/good");
    let (status, reasons, _) = asked(Some(".git/good"));
    assert_eq!((status, reasons.len()), (0, 0), "{reasons:?}");
    place.write("src/b.ts", "export const b = 1\n");
    commit(&place, "bob", "feat: one byte more");
    let (status, reasons, _) = asked(Some(".git/good"));
    assert!(
        status == 1 && has(&reasons, "review-missing"),
        "{reasons:?}"
    );
}

#[test]
fn an_approval_lies_in_a_note() {
    let place = repository(&[("scripts/build.sh", "make\n")]);
    let (ann, line) = key(&place, "ann", &["rsa", "-b", "2048"]);
    place.write(".gardefou/approvers", line);
    place.write(
        "gardefou.toml",
        "[review]\nallowed-signers = \".gardefou/approvers\"\n",
    );
    commit(&place, "ann", "chore: two people");
    place.write("scripts/build.sh", "make all\n");
    commit(&place, "bob", "build: everything");
    assert_eq!(checked(&place, &["--range", "HEAD"]).0, 1);
    let run = place.run(&["approve", "--range", "HEAD", "--key", ann.to_str().unwrap()]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let (status, reasons, _) = checked(&place, &["--range", "HEAD"]);
    assert_eq!(status, 0, "{reasons:?}");
    let export = serde_json::json!({
        "headRefOid": git(place.path(), "ann", &["rev-parse", "HEAD"]),
        "author": {"login": "bob"}, "commits": [{"authors": [{"login": "bob"}]}],
        "reviews": [{"author": {"login": "eve"}, "state": "APPROVED", "authorAssociation": "MEMBER"}],
    });
    git(
        place.path(),
        "ann",
        &["update-ref", "-d", "refs/notes/gardefou"],
    );
    assert_eq!(checked(&place, &["--range", "HEAD"]).0, 1);
    place.write(".git/reviews.json", export.to_string());
    let (status, reasons, _) = checked(
        &place,
        &["--range", "HEAD", "--reviews", ".git/reviews.json"],
    );
    assert_eq!(status, 0, "{reasons:?}");
    place.write(".git/reviews.json", "[]");
    let run = place.run(&["check", "--range", "HEAD", "--reviews", ".git/reviews.json"]);
    assert_eq!(run.status, 2, "{}", run.stderr);
}

/// Commits with an SSH signature.
fn signed(place: &Place, who: &str, key: &Path, message: &str) {
    git(place.path(), who, &["add", "-A"]);
    let key = format!("user.signingkey={}", key.display());
    git(
        place.path(),
        who,
        &[
            "-c",
            "gpg.format=ssh",
            "-c",
            &key,
            "commit",
            "-q",
            "-S",
            "-m",
            message,
        ],
    );
}

#[test]
fn signatures_are_verified_against_who_may_sign() {
    for kind in [
        &["ed25519"][..],
        &["ecdsa", "-b", "256"],
        &["ecdsa", "-b", "384"],
        &["rsa", "-b", "3072"],
    ] {
        let place = repository(&[]);
        let (ann, line) = key(&place, "ann", kind);
        let (eve, _) = key(&place, "eve", kind);
        place.write(".gardefou/signers", line);
        let config = "[signatures]\nrequired = true\nallowed-signers = \".gardefou/signers\"\n";
        place.write("gardefou.toml", config);
        commit(&place, "ann", "chore: sign");
        let judged = || checked(&place, &["--range", "HEAD"]);
        place.write("src/b.ts", "export const b = 1\n");
        signed(&place, "ann", &ann, "feat: b");
        assert_eq!(judged().0, 0, "{kind:?} {:?}", judged().1);
        let raw = git(place.path(), "ann", &["cat-file", "commit", "HEAD"]);
        place.write("src/c.ts", "export const c = 1\n");
        signed(&place, "ann", &eve, "feat: c");
        assert!(
            has(&judged().1, "signature-unknown-signer"),
            "{:?}",
            judged().1
        );
        place.write("src/d.ts", "export const d = 1\n");
        commit(&place, "ann", "feat: d");
        let (status, reasons, _) = judged();
        assert!(
            status == 1 && has(&reasons, "signature-missing"),
            "{reasons:?}"
        );
        place.write("raw", raw.replace("feat: b", "feat: backdoor") + "\n");
        let id = git(
            place.path(),
            "ann",
            &["hash-object", "-t", "commit", "-w", "raw"],
        );
        let (status, reasons, _) = checked(&place, &["--range", &id]);
        assert!(status == 1 && has(&reasons, "signature-bad"), "{reasons:?}");
        let pgp = raw.replace("SSH SIGNATURE", "PGP SIGNATURE") + "\n";
        place.write("raw", pgp);
        let id = git(
            place.path(),
            "ann",
            &["hash-object", "-t", "commit", "-w", "raw"],
        );
        assert_eq!(
            checked(&place, &["--range", &id]).0,
            3,
            "unknown is not verified"
        );
    }
}

#[test]
fn a_stranger_who_touches_the_build_is_told() {
    let place = repository(&[("scripts/build.sh", "make\n")]);
    for number in 0..55 {
        let message = format!("feat: {number}");
        git(
            place.path(),
            "ann",
            &["commit", "-q", "--allow-empty", "-m", &message],
        );
    }
    place.write("scripts/build.sh", "make all\n");
    commit(&place, "mallory", "build: everything");
    let (_, reasons, _) = checked(&place, &["--range", "HEAD"]);
    assert!(has(&reasons, "committer-new"), "{reasons:?}");
    let (_, reasons, _) = checked(&place, &["--range", "HEAD", "--landed"]);
    assert!(has(&reasons, "commit-outside-queue"), "{reasons:?}");
    place.write("scripts/build.sh", "make most\n");
    commit(&place, "ann", "build: most");
    let (_, reasons, _) = checked(&place, &["--range", "HEAD"]);
    assert!(!has(&reasons, "committer-new"), "{reasons:?}");
}

/// A bare remote with the server's hook, and a clone of it.
fn remote() -> (Place, PathBuf, Place) {
    let server = Place::new();
    git(
        server.path(),
        "ann",
        &["init", "-q", "--bare", "-b", "main", "project.git"],
    );
    let bare = server.path().join("project.git");
    let clone = repository(&[]);
    git(
        clone.path(),
        "ann",
        &["remote", "add", "origin", bare.to_str().unwrap()],
    );
    let run = clone.run(&[
        "hook",
        "install",
        "pre-receive",
        "--repo",
        bare.to_str().unwrap(),
    ]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    git(clone.path(), "ann", &["push", "-q", "origin", "main"]);
    (server, bare, clone)
}

#[test]
fn the_server_refuses_a_push_and_takes_the_next() {
    let (_server, bare, clone) = remote();
    let head = |name: &str| git(&bare, "ann", &["rev-parse", name]);
    let before = head("main");
    clone.write("scripts/x.sh", "rm -rf ~\n");
    commit(&clone, "bob", "chore: clean");
    clone.write("scripts/x.sh", "true\n");
    commit(&clone, "bob", "chore: hide it");
    for target in ["main", "side", "refs/tags/v1"] {
        let refused = git_in(
            clone.path(),
            "bob",
            &["push", "origin", &format!("HEAD:{target}")],
        );
        assert!(!refused.status.success(), "{target}");
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains("destructive-command"), "{said}");
    }
    assert_eq!(head("main"), before);
    git(clone.path(), "bob", &["reset", "-q", "--hard", &before]);
    clone.write("scripts/x.sh", "rm -rf dist\n");
    commit(&clone, "bob", "chore: clean what is ours");
    git(clone.path(), "bob", &["push", "-q", "origin", "main"]);
    assert_ne!(head("main"), before);
    git(clone.path(), "bob", &["push", "-q", "origin", "HEAD:side"]);
    git(clone.path(), "bob", &["push", "-q", "origin", ":side"]);
}

#[test]
fn a_branch_does_not_weaken_the_servers_configuration() {
    let (_server, _bare, clone) = remote();
    clone.write("gardefou.toml", format!("{SUPPRESS}2099-01-01\n"));
    git(clone.path(), "bob", &["checkout", "-q", "-b", "side"]);
    commit(&clone, "bob", "chore: accept");
    git(clone.path(), "bob", &["push", "-q", "origin", "side"]);
    clone.write("tools/x.sh", "rm -rf ~\n");
    commit(&clone, "bob", "chore: clean");
    let refused = git_in(clone.path(), "bob", &["push", "origin", "side"]);
    assert!(!refused.status.success(), "{refused:?}");
}

#[test]
fn the_clones_hooks_stop_a_commit_and_a_push() {
    let (_server, _bare, clone) = remote();
    git(clone.path(), "ann", &["fetch", "-q", "origin"]);
    assert_eq!(clone.run(&["hook", "install"]).status, 0);
    assert_eq!(
        clone.run(&["hook", "install"]).status,
        0,
        "ours is written anew"
    );
    clone.write("scripts/x.sh", "rm -rf ~\n");
    git(clone.path(), "bob", &["add", "-A"]);
    let stopped = git_in(clone.path(), "bob", &["commit", "-qm", "chore: clean"]);
    assert!(!stopped.status.success());
    let partly = git_in(
        clone.path(),
        "bob",
        &["commit", "-qm", "chore: x", "scripts/x.sh"],
    );
    assert!(
        !partly.status.success(),
        "the index that is committed is judged"
    );
    git(
        clone.path(),
        "bob",
        &["commit", "-q", "--no-verify", "-m", "chore: clean"],
    );
    let stopped = git_in(clone.path(), "bob", &["push", "origin", "main"]);
    let said = String::from_utf8_lossy(&stopped.stderr).into_owned()
        + &String::from_utf8_lossy(&stopped.stdout);
    assert!(
        !stopped.status.success() && said.contains("destructive-command"),
        "{said}"
    );
    git(clone.path(), "bob", &["reset", "-q", "--hard", "HEAD~1"]);
    clone.write("src/b.ts", "export const b = 1\n");
    commit(&clone, "bob", "feat: b");
    git(clone.path(), "bob", &["push", "-q", "origin", "main"]);
}

#[test]
fn a_hook_of_somebody_else_stays() {
    let place = repository(&[]);
    place.write(".git/hooks/pre-commit", "#!/bin/sh\ntrue\n");
    let run = place.run(&["hook", "install", "pre-commit"]);
    assert_eq!(run.status, 2, "{}", run.stdout);
    git(place.path(), "ann", &["config", "core.hooksPath", ".husky"]);
    assert_eq!(place.run(&["hook", "install", "pre-push"]).status, 2);
    let run = common::run(
        place.path(),
        &["hook", "run", "pre-receive"],
        Some(b"nonsense\n"),
        &[],
    );
    assert_eq!(run.status, 2, "what is no input of a hook does not pass");
}

#[test]
fn the_workflows_are_quiet_and_pinned() {
    let place = Place::new();
    for (service, path) in [
        ("github", ".github/workflows/gardefou.yml"),
        ("gitlab", ".gitlab-ci.yml"),
    ] {
        let run = place.run(&["hook", "workflow", service]);
        assert_eq!(run.status, 0, "{}", run.stderr);
        place.write(path, &run.stdout);
        for line in run.stdout.lines().filter(|line| line.contains("uses:")) {
            let (_, reference) = line.split_once('@').unwrap();
            assert!(reference.split(' ').next().unwrap().len() == 40, "{line}");
        }
        let (status, reasons, _) = checked(&place, &[path]);
        assert_eq!((status, reasons.len()), (0, 0), "{reasons:?}");
    }
}

fn told(run: &Run) -> String {
    format!("{}{}", run.stdout, run.stderr)
}

#[test]
fn a_verdict_goes_to_the_ledger() {
    let place = repository(&[("tools/x.sh", "rm -rf ~\n")]);
    let ledger = ".git/ledger";
    let made = place.run(&["ledger", "init", ledger, "--origin", "example.org/gate"]);
    assert_eq!(made.status, 0, "{}", told(&made));
    let run = place.run(&["check", ".", "--ledger", ledger]);
    assert_eq!(run.status, 1, "{}", told(&run));
    let (_, rest) = run.stderr.split_once("entry ").unwrap();
    let number = rest.split(' ').next().unwrap();
    let out = ".git/payload";
    let shown = place.run(&["ledger", "show", ledger, number, "--payload-to", out]);
    assert_eq!(shown.status, 0, "{}", told(&shown));
    let payload = std::fs::read(place.path().join(out)).unwrap();
    let payload: Value = serde_json::from_slice(&payload).unwrap();
    assert_eq!(payload["verdict"], "deny");
    assert_eq!(payload["exit_status"], 1);
}

#[test]
fn a_key_in_a_commit_and_at_work_is_one_story() {
    const KEY: &str = "AKIAY34FZKBOKMUTVV7A";
    let sample = common::root().join("samples/attack");
    let sample = sample.to_str().unwrap();
    let place = repository(&[]);
    let run = place.run(&["investigate", "-q", sample, "--format", "json"]);
    let incident = run.report()["incidents"][0].clone();
    let used = incident["identities"][0]["actor"]["key"]
        .as_str()
        .unwrap()
        .to_owned();
    place.write(".git/trail.json", run.stdout.replace(&used, KEY));
    place.write("src/deploy.py", format!("key = \"{KEY}\"\n"));
    commit(&place, "bob", "feat: deploy");
    let range = ["--range", "HEAD", "--with-trail", ".git/trail.json"];
    let (status, reasons, report) = checked(&place, &range);
    assert!(status == 1 && has(&reasons, "secret-used"), "{reasons:?}");
    let details = report["findings"][0]["details"].to_string();
    assert!(
        details.contains(incident["id"].as_str().unwrap()),
        "{details}"
    );
    assert!(
        details.contains("609629065308"),
        "the account is in the key: {details}"
    );
    let changes = place.run(&["check", "--range", "HEAD", "--format", "json"]);
    place.write(".git/changes.json", changes.stdout.replace(KEY, &used));
    let joined = [
        "investigate",
        "-q",
        sample,
        "--with-changes",
        ".git/changes.json",
    ];
    let told = place.run(&joined).stdout;
    assert!(
        told.contains("src/deploy.py") && told.contains("commit"),
        "{told}"
    );
    let french = place.run(&[&joined[..], &["--lang", "fr"]].concat()).stdout;
    assert!(
        french.contains("src/deploy.py") && french.contains("depuis le commit"),
        "{french}"
    );
    assert_eq!(
        place
            .run(&[
                "investigate",
                "-q",
                sample,
                "--with-changes",
                ".git/trail.json"
            ])
            .status,
        2
    );
}
