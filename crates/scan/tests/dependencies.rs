//! Attacks through dependencies, and look-alikes that must pass: `cases/dependencies.txt`.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::sync::Arc;

use gardefou_finding::{Severity, Timestamp};
use gardefou_scan::change::{Change, Content, File, Status, parse_patch};
use gardefou_scan::dependency::advisory::{Advisories, Builder};
use gardefou_scan::dependency::{DependencyOptions, Published};
use gardefou_scan::{Judge, Judged};

/// Own records in OSV's form: id, aliases, ecosystem, name, and the rest of the affected package.
const RECORDS: &[(&str, &str, &str, &str, &str)] = &[
    (
        "MAL-2025-1",
        "",
        "npm",
        "evil-pkg",
        r#""ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}]"#,
    ),
    (
        "MAL-2025-2",
        r#""GHSA-mmmm""#,
        "npm",
        "good-pkg",
        r#""versions":["1.4.1"]"#,
    ),
    (
        "MAL-2025-3",
        "",
        "PyPI",
        "evil-py",
        r#""ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"}]}]"#,
    ),
    (
        "MAL-2025-4",
        "",
        "crates.io",
        "evil_crate",
        r#""ranges":[{"type":"SEMVER","events":[{"introduced":"0.0.0-0"}]}]"#,
    ),
    (
        "MAL-2025-5",
        "",
        "RubyGems",
        "evil_gem",
        r#""versions":["1.0.0"]"#,
    ),
    (
        "MAL-2025-6",
        "",
        "NuGet",
        "Evil.Net",
        r#""ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"}]}]"#,
    ),
    (
        "MAL-2025-7",
        "",
        "Go",
        "github.com/evil/mod",
        r#""ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}]"#,
    ),
    (
        "GHSA-aaaa",
        r#""CVE-2025-1""#,
        "npm",
        "weak-lib",
        r#""ranges":[{"type":"SEMVER","events":[{"introduced":"1.0.0"},{"fixed":"1.2.3"},{"introduced":"2.0.0"},{"fixed":"2.0.1"}]}],"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]"#,
    ),
    (
        "GHSA-bbbb",
        r#""CVE-2025-2""#,
        "PyPI",
        "weak-py",
        r#""ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"2.0"}]}],"database_specific":{"severity":"HIGH"}"#,
    ),
    (
        "PYSEC-2025-2",
        r#""CVE-2025-2""#,
        "PyPI",
        "Weak_Py",
        r#""versions":["1.0","1.9.9"]"#,
    ),
    (
        "RUSTSEC-2025-1",
        "",
        "crates.io",
        "weak-crate",
        r#""ranges":[{"type":"SEMVER","events":[{"introduced":"0.0.0-0"},{"fixed":"0.4.0"}]}],"severity":[{"type":"CVSS_V4","score":"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"}]"#,
    ),
    (
        "RUSTSEC-2025-2",
        "",
        "crates.io",
        "old-crate",
        r#""ranges":[{"type":"SEMVER","events":[{"introduced":"0.0.0-0"}]}],"database_specific":{"informational":"unmaintained"}"#,
    ),
    (
        "GO-2025-1",
        r#""CVE-2025-3""#,
        "Go",
        "github.com/weak/mod",
        r#""ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.5.0"}]}],"database_specific":{"severity":"HIGH"}"#,
    ),
    (
        "GHSA-cccc",
        "",
        "Maven",
        "g.weak:lib",
        r#""ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"2.0-beta9"},{"last_affected":"2.14.1"}]}],"database_specific":{"severity":"CRITICAL"}"#,
    ),
    (
        "GHSA-dddd",
        "",
        "Packagist",
        "weak/php",
        r#""ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"2.0.0"},{"fixed":"2.1.0"}]}],"database_specific":{"severity":"HIGH"}"#,
    ),
    (
        "GHSA-eeee",
        "",
        "RubyGems",
        "weak_gem",
        r#""ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1.0.0.rc2"}]}],"database_specific":{"severity":"HIGH"}"#,
    ),
    (
        "GHSA-ffff",
        "",
        "NuGet",
        "Weak.Net",
        r#""ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"3.0.0"}]}],"database_specific":{"severity":"HIGH"}"#,
    ),
    (
        "GHSA-gggg",
        r#""CVE-2025-30066""#,
        "GitHub Actions",
        "tj-like/changed",
        r#""ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"46.0.1"}]}],"database_specific":{"severity":"HIGH"}"#,
    ),
    (
        "PYSEC-2025-9",
        "",
        "PyPI",
        "git-only",
        r#""ranges":[{"type":"GIT","repo":"https://x","events":[{"introduced":"0"},{"fixed":"abc"}]}]"#,
    ),
];

fn json(id: &str, aliases: &str, ecosystem: &str, name: &str, rest: &str, more: &str) -> String {
    format!(
        r#"{{"id":"{id}","modified":"2025-11-01T00:00:00Z","aliases":[{aliases}],"summary":"about {name}",{more}"affected":[{{"package":{{"ecosystem":"{ecosystem}","name":"{name}"}},{rest}}}]}}"#
    )
}

fn advisories() -> Vec<u8> {
    let mut builder = Builder::new();
    builder.source("own records");
    for (id, aliases, ecosystem, name, rest) in RECORDS {
        builder
            .add(json(id, aliases, ecosystem, name, rest, "").as_bytes())
            .unwrap();
    }
    let all = r#""ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}]"#;
    let withdrawn = r#""withdrawn":"2025-10-01T00:00:00Z","#;
    builder
        .add(json("GHSA-wwww", "", "npm", "fine-lib", all, withdrawn).as_bytes())
        .unwrap();
    builder
        .add(json("DSA-1", "", "Debian:12", "weak-lib", all, "").as_bytes())
        .unwrap();
    let mut bytes = Vec::new();
    builder.finish(&mut bytes).unwrap();
    bytes
}

fn judge() -> Judge {
    let published =
        "npm\tyoung-pkg\t1.0.0\t2025-11-09T00:00:00Z\nnpm\told-pkg\t1.0.0\t2015-01-01T00:00:00Z\n";
    Judge::with(DependencyOptions {
        advisories: Some(Arc::new(Advisories::open(Box::new(advisories())).unwrap())),
        published: Published::parse(published).unwrap(),
        now: Timestamp::parse("2025-11-10T00:00:00Z"),
        min_age_days: 7,
        max_advisory_age_days: 7,
    })
}

/// One case: what must be said (`None` for nothing), and the change.
struct Case {
    name: String,
    expect: Option<String>,
    changes: Vec<Change>,
}

fn cases() -> Vec<Case> {
    let text = include_str!("cases/dependencies.txt");
    let mut parts = text.split("\n=== ");
    parts.next();
    parts.map(case).collect()
}

fn case(text: &str) -> Case {
    let mut files = text.split("\n>>> ");
    let head = files.next().unwrap();
    let (kind, rest) = head.split_once(' ').unwrap();
    let (name, expect) = rest.split_once(" expect=").unwrap_or((rest, ""));
    let mut sides: BTreeMap<String, [Option<String>; 2]> = BTreeMap::new();
    let mut changes = Vec::new();
    for file in files {
        let (head, body) = file.split_once('\n').unwrap_or((file, ""));
        let body = format!("{body}\n");
        match head.split_once(' ') {
            None => changes.extend(parse_patch(&body)),
            Some((side, path)) => {
                sides.entry(path.to_owned()).or_default()[usize::from(side == "new")] = Some(body);
            }
        }
    }
    let files: Vec<File> = sides.into_iter().map(file).collect();
    if !files.is_empty() {
        changes.push(Change {
            files,
            ..Change::default()
        });
    }
    Case {
        name: name.trim().to_owned(),
        expect: (kind == "attack").then(|| expect.trim().to_owned()),
        changes,
    }
}

fn file((path, [old, new]): (String, [Option<String>; 2])) -> File {
    match (old, new) {
        (Some(old), Some(new)) => {
            let content = Content::between(old.as_bytes(), new.into_bytes());
            File::with(path, Status::Modified, content)
        }
        (None, Some(new)) => File::with(path, Status::Added, Content::of(new.into_bytes())),
        (Some(_), None) => File::with(path, Status::Deleted, Content::Nothing),
        (None, None) => panic!("a file without sides"),
    }
}

fn judged(judge: &Judge, case: &Case) -> Judged {
    let mut judged = Judged::default();
    for change in &case.changes {
        judged.merge(judge.change(change));
    }
    judged
}

#[test]
fn attacks_are_seen_and_look_alikes_pass() {
    let judge = judge();
    let (mut attacks, mut quiet, mut wrong) = (0, 0, Vec::new());
    for case in cases() {
        let judged = judged(&judge, &case);
        let said: Vec<String> = judged
            .findings
            .iter()
            .map(|f| format!("{}@{} {:?}", f.reason.word(), f.severity, f.location.line))
            .collect();
        let is_right = match &case.expect {
            Some(expect) if expect == "unread" => !judged.coverage.is_complete(),
            Some(expect) => said.iter().any(|said| said.starts_with(expect.as_str())),
            None => {
                let loud = judged
                    .findings
                    .iter()
                    .any(|f| f.severity >= Severity::Medium);
                !loud && judged.coverage.is_complete()
            }
        };
        attacks += usize::from(case.expect.is_some());
        quiet += usize::from(case.expect.is_none());
        if !is_right {
            let failures = &judged.coverage.failures;
            wrong.push(format!(
                "{}: wanted {:?}, said {said:?} {failures:?}",
                case.name, case.expect
            ));
        }
    }
    println!("{attacks} attacks, {quiet} look-alikes");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(attacks >= 40 && quiet >= 40, "{attacks} {quiet}");
}

#[test]
fn the_same_records_in_any_order_give_the_same_file() {
    let mut records: Vec<String> = RECORDS
        .iter()
        .map(|(id, aliases, ecosystem, name, rest)| json(id, aliases, ecosystem, name, rest, ""))
        .collect();
    let build = |records: &[String]| {
        let mut builder = Builder::new();
        for record in records {
            builder.add(record.as_bytes()).unwrap();
        }
        let mut bytes = Vec::new();
        builder.finish(&mut bytes).unwrap();
        bytes
    };
    let first = build(&records);
    records.reverse();
    assert_eq!(build(&records), first);
}

#[test]
fn a_damaged_file_of_advisories_never_looks_clean() {
    let good = advisories();
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 0x40;
        let Ok(advisories) = Advisories::open(Box::new(bad)) else {
            continue;
        };
        let found = advisories.of(gardefou_scan::dependency::Ecosystem::Npm, "evil-pkg");
        assert!(found.is_err(), "byte {at}");
    }
    for length in 0..good.len() {
        assert!(
            Advisories::open(Box::new(good[..length].to_vec())).is_err(),
            "{length}"
        );
    }
}

#[test]
fn a_tree_is_compared_and_says_so() {
    let lock = r#"{"lockfileVersion":3,"packages":{"node_modules/evil-pkg":{"version":"9.9.9"}}}"#;
    let file = File::present("package-lock.json", lock.as_bytes().to_vec());
    let found = judge().file(&file);
    assert_eq!(found.findings[0].severity, Severity::Critical);
    let counts = &found.coverage.dependencies;
    assert_eq!(
        (counts.lock_files, counts.packages, counts.compared),
        (1, 1, 1)
    );
    let database = counts.database.as_ref().unwrap();
    assert!(database.is_old && database.age_days == Some(9));
    // Without advisories nothing was compared, and that is said.
    let blind = Judge::new().file(&file);
    assert!(blind.findings.is_empty() && blind.coverage.is_complete());
    assert!(blind.coverage.dependencies.database.is_none());
}
