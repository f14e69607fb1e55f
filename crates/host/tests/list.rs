//! What arguments name: each real file once, whatever the file system holds.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "helpers of tests, outside of test functions"
)]

mod common;

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::{Taking, archive, collect, gzip, records};
use gardefou_finding::{FailureReason, SkipReason, Timestamp};
use gardefou_host::{Archive, Limits, Scope, Selection, SourceError};

/// A directory with files of the given names, each holding its own name.
fn tree(names: &[&str]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for name in names {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, name).unwrap();
    }
    root
}

/// The listed sources, relative to `root`.
fn names(archive: &Archive, root: &Path) -> Vec<String> {
    let relative = |name: &str| {
        name.strip_prefix(root.to_str().unwrap())
            .unwrap_or(name)
            .to_owned()
    };
    archive
        .sources
        .iter()
        .map(|source| relative(source.name().as_str()))
        .collect()
}

fn open(arguments: &[&str], scope: &Scope) -> Result<Archive, SourceError> {
    let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
    Archive::open(&arguments, scope)
}

fn open_path(path: &Path) -> Result<Archive, SourceError> {
    open(&[path.to_str().unwrap()], &Scope::default())
}

fn make_pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn directories_are_read_depth_first_and_sorted() {
    let root = tree(&["b/2.json", "b/1.json", "a/c/3.json", "a/b.json", "z"]);
    let archive = archive(&[root.path()]);
    assert_eq!(
        names(&archive, root.path()),
        ["/a/b.json", "/a/c/3.json", "/b/1.json", "/b/2.json", "/z"]
    );
    assert!(archive.coverage.is_complete());
}

#[test]
fn a_directory_of_nothing_lists_nothing() {
    let root = tempfile::tempdir().unwrap();
    assert_eq!(archive(&[root.path()]).sources, []);
}

#[test]
fn links_are_followed_and_loops_end() {
    let root = tree(&["a/1.json", "b/2.json"]);
    symlink(root.path(), root.path().join("a/up")).unwrap();
    symlink(root.path().join("b"), root.path().join("a/b-again")).unwrap();
    symlink(
        root.path().join("b/2.json"),
        root.path().join("linked.json"),
    )
    .unwrap();
    symlink("self", root.path().join("self")).unwrap();
    let archive = archive(&[root.path()]);
    assert_eq!(
        names(&archive, root.path()),
        ["/a/1.json", "/a/b-again/2.json"]
    );
    // The root through `a/up`, the directory `b`, the file `2.json`.
    assert_eq!(archive.coverage.skipped[&SkipReason::SameFile], 3);
    // A link to itself cannot be resolved, and that is told.
    assert_eq!(archive.coverage.failed[&FailureReason::Unreadable], 1);
}

#[test]
fn a_fan_of_links_costs_no_more_than_its_directories() {
    let root = tree(&["d40/x.json"]);
    for level in 0..40 {
        let directory = root.path().join(format!("d{level}"));
        fs::create_dir(&directory).unwrap();
        for name in ["left", "right"] {
            symlink(format!("../d{}", level + 1), directory.join(name)).unwrap();
        }
    }
    assert_eq!(archive(&[&root.path().join("d0")]).sources.len(), 1);
}

#[test]
fn the_same_file_by_another_way_is_read_once() {
    let root = tree(&["a.json", "copy.json"]);
    fs::hard_link(root.path().join("a.json"), root.path().join("hard.json")).unwrap();
    let file = root.path().join("a.json");
    let archive = archive(&[&file, root.path(), &file]);
    assert_eq!(names(&archive, root.path()), ["/a.json", "/copy.json"]);
    assert_eq!(archive.coverage.skipped[&SkipReason::SameFile], 3);
}

#[test]
fn a_broken_link_is_a_failure_and_the_rest_is_listed() {
    let root = tree(&["a.json"]);
    symlink("nowhere", root.path().join("gone.json")).unwrap();
    let archive = archive(&[root.path()]);
    assert_eq!(names(&archive, root.path()), ["/a.json"]);
    let failure = &archive.coverage.failures[0];
    assert_eq!(failure.reason, FailureReason::Unreadable);
    assert!(failure.source.as_str().ends_with("gone.json"));
    assert!(
        failure
            .detail
            .as_ref()
            .unwrap()
            .as_str()
            .contains("No such file")
    );
}

#[test]
fn a_file_that_cannot_be_read_is_a_failure_and_the_rest_is_read() {
    let root = tree(&["a.json"]);
    // Reading address 0 of a process fails for every user, root included.
    symlink("/proc/self/mem", root.path().join("b.json")).unwrap();
    let all = collect(
        &archive(&[root.path()]),
        2,
        Limits::default(),
        Taking::Everything,
    );
    assert_eq!(all.contents.len(), 1);
    let failures: Vec<_> = all
        .summaries
        .values()
        .filter_map(|one| one.failure.clone())
        .collect();
    assert_eq!(failures.len(), 1);
    assert_eq!(
        (failures[0].reason, failures[0].offset),
        (FailureReason::Unreadable, None)
    );
}

#[test]
fn files_without_permission_are_failures() {
    let root = tree(&["a.json", "locked/b.json", "c.json"]);
    let lock = |name: &str, mode| {
        fs::set_permissions(root.path().join(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    lock("locked", 0o000);
    lock("c.json", 0o000);
    if fs::read(root.path().join("c.json")).is_ok() {
        eprintln!("SKIPPED files_without_permission_are_failures: this user may read everything");
        lock("locked", 0o755);
        return;
    }
    let archive = archive(&[root.path()]);
    let all = collect(&archive, 1, Limits::default(), Taking::Everything);
    lock("locked", 0o755);
    assert_eq!(archive.coverage.failed[&FailureReason::Unreadable], 1);
    assert_eq!(all.contents.len(), 1);
    assert_eq!(
        all.summaries
            .values()
            .filter(|one| one.failure.is_some())
            .count(),
        1
    );
}

#[test]
fn a_pipe_inside_a_directory_is_not_opened_and_told() {
    let root = tree(&["a.json"]);
    make_pipe(&root.path().join("pipe"));
    let archive = archive(&[root.path()]);
    assert_eq!(archive.sources.len(), 1);
    assert_eq!(archive.coverage.failed[&FailureReason::Unreadable], 1);
}

#[test]
fn a_pipe_that_was_named_is_read() {
    let root = tree(&[]);
    let pipe = root.path().join("pipe");
    make_pipe(&pipe);
    let content = records(100);
    let writer = {
        let (pipe, stored) = (pipe.clone(), gzip(&content));
        std::thread::spawn(move || fs::write(pipe, stored).unwrap())
    };
    let all = collect(&archive(&[&pipe]), 1, Limits::default(), Taking::Everything);
    writer.join().unwrap();
    assert_eq!(all.contents.values().next().unwrap(), &content);
}

#[test]
fn what_does_not_exist_is_named() {
    let root = tree(&["a.json"]);
    let error = open_path(&root.path().join("absent.json")).unwrap_err();
    assert!(matches!(&error, SourceError::NotFound { path } if path.ends_with("absent.json")));
    assert!(error.to_string().contains("absent.json"));
    let error = open_path(&root.path().join("a.json/below")).unwrap_err();
    assert!(matches!(error, SourceError::NotFound { .. }));
    assert!(open_path(Path::new("")).is_err());
}

#[test]
fn patterns_match_or_are_refused() {
    let root = tree(&["a/1.json", "a/2.gz", "b/3.json", "b/c/4.json"]);
    let pattern = |rest: &str| open_path(&root.path().join(rest));
    assert_eq!(
        names(&pattern("*/*.json").unwrap(), root.path()),
        ["/a/1.json", "/b/3.json"]
    );
    assert_eq!(
        names(&pattern("**/*.json").unwrap(), root.path()),
        ["/a/1.json", "/b/3.json", "/b/c/4.json"]
    );
    assert_eq!(
        names(&pattern("b*").unwrap(), root.path()),
        ["/b/3.json", "/b/c/4.json"]
    );
    assert!(matches!(
        pattern("*.none").unwrap_err(),
        SourceError::NoMatch { .. }
    ));
    assert!(matches!(
        pattern("a***").unwrap_err(),
        SourceError::BadPattern { .. }
    ));
}

#[test]
fn a_pattern_does_not_follow_loops() {
    let root = tree(&["a/1.json"]);
    symlink(root.path(), root.path().join("a/up")).unwrap();
    let archive = open_path(&root.path().join("**/*.json")).unwrap();
    assert_eq!(archive.sources.len(), 1);
}

#[test]
fn a_file_whose_name_is_a_pattern_is_that_file() {
    let root = tree(&["[x].json", "x.json"]);
    let archive = open_path(&root.path().join("[x].json")).unwrap();
    assert_eq!(names(&archive, root.path()), ["/[x].json"]);
}

#[test]
fn pruning_by_name_is_counted() {
    let folder = "AWSLogs/111122223333/CloudTrail/eu-west-1/2025/11";
    let file = |day: &str| {
        format!("{folder}/{day}/111122223333_CloudTrail_eu-west-1_202511{day}T1200Z_a.json")
    };
    let (one, two) = (file("01"), file("02"));
    let root = tree(&[&one, &two, "other.json"]);
    let selection = Selection {
        since: Timestamp::parse("2025-11-02T00:00:00Z"),
        ..Selection::default()
    };
    let archive = open(
        &[root.path().to_str().unwrap()],
        &Scope {
            selection,
            resume_after: None,
        },
    )
    .unwrap();
    assert_eq!(
        names(&archive, root.path()),
        [format!("/{two}"), "/other.json".to_owned()]
    );
    assert_eq!(archive.coverage.skipped[&SkipReason::OutsideTimeRange], 1);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let root = tree(&[]);
    for index in 0..60 {
        let content = records(index * 10);
        let stored = if index % 2 == 0 {
            gzip(&content)
        } else {
            content
        };
        fs::write(root.path().join(format!("{index:02}")), stored).unwrap();
    }
    let archive = archive(&[root.path()]);
    let once = collect(&archive, 1, Limits::default(), Taking::Lines);
    assert_eq!(once.contents.len(), 59, "the first one is empty");
    for threads in [2, 3, 100] {
        let again = collect(&archive, threads, Limits::default(), Taking::Lines);
        assert!(again.contents == once.contents && again.summaries == once.summaries);
    }
}

/// Runs one test of this very binary with something on its standard input.
fn run_with_stdin(test: &str, input: &Path) -> bool {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored"])
        .stdin(Stdio::from(fs::File::open(input).unwrap()))
        .status()
        .unwrap()
        .success()
}

#[test]
fn standard_input_is_read_once() {
    let root = tree(&[]);
    let input: PathBuf = root.path().join("input");
    fs::write(&input, gzip(&records(1000))).unwrap();
    assert!(run_with_stdin("child_that_reads_standard_input", &input));
    fs::write(&input, "something else").unwrap();
    assert!(
        !run_with_stdin("child_that_reads_standard_input", &input),
        "the child can fail"
    );
}

#[test]
#[ignore = "run by standard_input_is_read_once"]
fn child_that_reads_standard_input() {
    let archive = open(&["-", "-"], &Scope::default()).unwrap();
    assert_eq!(archive.coverage.skipped[&SkipReason::SameFile], 1);
    let all = collect(&archive, 1, Limits::default(), Taking::Everything);
    assert_eq!(all.contents["-"], records(1000));
}
