//! `gardefou check` as its users start it: patches, ranges, the index,
//! artifacts, and what cannot be read.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and this one starts git"
)]

mod common;

use std::process::Command;

use common::{Place, Run, run};

/// A repository in the place, with no configuration but its own.
fn git(place: &Place, author: &str, args: &[&str]) {
    let status = Command::new("git")
        .args(args)
        .current_dir(place.path())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_NAME", author)
        .env("GIT_AUTHOR_EMAIL", format!("{author}@example.org"))
        .env("GIT_COMMITTER_NAME", author)
        .env("GIT_COMMITTER_EMAIL", format!("{author}@example.org"))
        .env("GIT_AUTHOR_DATE", "1752276780 -0700")
        .env("GIT_COMMITTER_DATE", "1752276780 -0700")
        .output()
        .unwrap();
    assert!(status.status.success(), "{status:?}");
}

fn commit(place: &Place, author: &str, message: &str) {
    git(place, author, &["add", "-A"]);
    git(place, author, &["commit", "-qm", message]);
}

fn repository() -> Place {
    let place = Place::new();
    git(&place, "ann", &["init", "-q"]);
    place.write("src/a.ts", "export const a = 1\n");
    commit(&place, "ann", "fix: pass the token on");
    place
}

fn reasons(run: &Run) -> Vec<String> {
    let report = run.assert_sane().report();
    let findings = report["findings"].as_array().unwrap().clone();
    findings
        .iter()
        .map(|f| f["reason"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_range_is_judged_commit_by_commit() {
    let place = repository();
    place.write("scripts/clean.sh", "rm -rf ~\n");
    commit(&place, "bob", "fix: pass the token on");
    place.write("scripts/clean.sh", "true\n");
    commit(&place, "bob", "chore: undo");
    let run = place.run(&["check", "--range", "HEAD~2..HEAD", "--format", "json"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    let said = reasons(&run);
    assert!(said.contains(&"commit-cloned".to_owned()), "{said:?}");
    assert!(
        said.contains(&"destroy-system".to_owned()),
        "what a later commit hides is seen: {said:?}"
    );
    assert!(run.report()["findings"][0]["commit"].is_string());
}

#[test]
fn the_configuration_of_the_repository_runs_nothing() {
    let place = repository();
    let trap = place.write("trap.sh", "#!/bin/sh\ntouch \"$0.ran\"\ncat\n");
    Command::new("chmod").arg("+x").arg(&trap).status().unwrap();
    let trap = trap.to_string_lossy().into_owned();
    for name in [
        "core.fsmonitor",
        "diff.x.textconv",
        "filter.x.clean",
        "filter.x.smudge",
        "diff.external",
        "core.pager",
    ] {
        git(&place, "ann", &["config", name, &trap]);
    }
    place.write(".gitattributes", "* diff=x filter=x\n");
    place.write(".git/hooks/post-checkout", "#!/bin/sh\n");
    place.write("b.txt", "b\n");
    git(
        &place,
        "ann",
        &[
            "-c",
            "core.fsmonitor=false",
            "-c",
            "filter.x.clean=cat",
            "add",
            "b.txt",
        ],
    );
    let marker = place.path().join("trap.sh.ran");
    let _ = std::fs::remove_file(&marker);
    for args in [
        ["check", "--staged", "--format"],
        ["check", "--range=HEAD", "--format"],
    ] {
        let run = place.run(&[args[0], args[1], args[2], "json"]);
        assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    }
    assert!(!marker.exists(), "something of the repository ran");
}

#[test]
fn the_index_is_judged() {
    let place = repository();
    place.write("scripts/x.sh", "rm -rf \"$HOME\"\n");
    git(&place, "ann", &["add", "-A"]);
    let run = place.run(&["check", "--staged", "--format", "json"]);
    assert_eq!(
        (run.status, reasons(&run)),
        (1, vec!["destroy-system".to_owned()])
    );
}

#[test]
fn a_patch_comes_on_standard_input() {
    let place = Place::new();
    let patch = "diff --git a/x.sh b/x.sh\nnew file mode 100644\n--- /dev/null\n+++ b/x.sh\n@@ -0,0 +1 @@\n+rm -rf ~\n";
    let args = ["check", "--patch", "-", "--format", "json"];
    assert_eq!(
        run(place.path(), &args, Some(patch.as_bytes()), &[]).status,
        1
    );
    let quiet = patch.replace("rm -rf ~", "true");
    assert_eq!(
        run(place.path(), &args, Some(quiet.as_bytes()), &[]).status,
        0
    );
}

#[test]
fn what_it_cannot_read_never_looks_clean() {
    let place = repository();
    place.write("bad.zip", b"PK\x03\x04 broken");
    place.write("x.bz2", b"BZh91AY");
    place.write("empty/.keep", "");
    let binary = "diff --git a/x b/x\nindex 1..2 100644\nBinary files a/x and b/x differ\n";
    place.write("binary.patch", binary);
    let status = |args: &[&str]| place.run(args).assert_sane().status;
    for args in [
        &["check", "--artifact", "bad.zip"][..],
        &["check", "--artifact", "x.bz2"],
        &["check", "--artifact", "missing.zip"],
        &["check", "bad.zip"],
        &["check", "missing"],
        &["check", "--patch", "missing"],
        &["check", "--patch", "binary.patch"],
        &["check", "--patch", "src/a.ts"],
        &["check", "--patch", "-"],
    ] {
        assert_eq!(status(args), 3, "{args:?}");
    }
    for args in [
        &["check"][..],
        &["check", "--range", "nothing..HEAD"],
        &["check", "--range", "HEAD", "--repo", "/"],
        &["check", "--staged", "--patch", "x"],
        &["check", "src", "--format", "xml"],
    ] {
        assert_eq!(status(args), 2, "{args:?}");
    }
    assert_eq!(status(&["check", "src"]), 0);
}

/// An empty zip entry that says that it is encrypted.
fn encrypted_zip() -> Vec<u8> {
    let mut zip =
        b"PK\x03\x04\x14\0\x01\0\0\0\0\0\0\0\0\0\0\0\x0c\0\0\0\0\0\0\0\x01\0\0\0a".to_vec();
    let start = zip.len() + 12;
    zip.extend([7; 12]);
    zip.extend(b"PK\x01\x02\x14\0\x14\0\x01\0\0\0\0\0\0\0\0\0\0\0\x0c\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0a");
    let size = zip.len() - start;
    zip.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    zip.extend(u32::try_from(size).unwrap().to_le_bytes());
    zip.extend(u32::try_from(start).unwrap().to_le_bytes());
    zip.extend([0, 0]);
    zip
}

#[test]
fn in_a_tree_what_it_cannot_read_never_looks_clean_either() {
    let gzip = |bytes: &[u8]| {
        use std::io::Write as _;
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    };
    let cut = |bytes: Vec<u8>| bytes[..bytes.len() - 6].to_vec();
    for (name, bytes) in [
        ("a.tar.gz", cut(gzip(&[b'x'; 4096]))),
        ("a.xz", b"\xfd7zXZ\0\0\x04 cut".to_vec()),
        ("a.zst", b"\x28\xb5\x2f\xfd cut".to_vec()),
        ("a.7z", b"7z\xbc\xaf\x27\x1c\0\x04".to_vec()),
        ("a.rar", b"Rar!\x1a\x07\x01\0".to_vec()),
        ("a.bin", cut(gzip(b"a name says nothing"))),
        ("inner.gz", gzip(&cut(gzip(&[b'y'; 4096])))),
        ("locked.zip", encrypted_zip()),
        (".github/workflows/a.yml", b"on: [push\njobs: {".to_vec()),
    ] {
        let place = Place::new();
        place.write(name, &bytes);
        let run = place.run(&["check", "."]);
        assert_eq!(run.assert_sane().status, 3, "{name}: {}", run.stdout);
    }
    let place = Place::new();
    let large = std::fs::File::create(place.path().join("large.txt")).unwrap();
    large.set_len(300 << 20).unwrap();
    assert_eq!(place.run(&["check", "."]).status, 3);
}

#[test]
fn a_blob_that_is_gone_is_told() {
    let place = repository();
    place.write("src/b.ts", "export const b = 1\n");
    commit(&place, "ann", "feat: b");
    let list = Command::new("git")
        .args(["rev-parse", "HEAD:src/b.ts"])
        .current_dir(place.path())
        .output()
        .unwrap();
    let id = String::from_utf8(list.stdout).unwrap();
    let (head, tail) = id.trim().split_at(2);
    std::fs::remove_file(place.path().join(format!(".git/objects/{head}/{tail}"))).unwrap();
    let run = place.run(&["check", "--range", "HEAD"]);
    assert_eq!(run.assert_sane().status, 3, "{}{}", run.stdout, run.stderr);
}

#[test]
fn a_shallow_clone_is_not_the_whole_history() {
    let place = repository();
    place.write("src/b.ts", "export const b = 1\n");
    commit(&place, "ann", "feat: b");
    let url = format!("file://{}", place.path().display());
    git(
        &place,
        "ann",
        &["clone", "-q", "--depth", "1", &url, "shallow"],
    );
    let run = place.run(&["check", "--range", "HEAD", "--repo", "shallow"]);
    assert_eq!(run.status, 3, "{}{}", run.stdout, run.stderr);
}
