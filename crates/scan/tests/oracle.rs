//! Against facts that nobody of this project wrote: real malicious commits,
//! ordinary ones, ordinary workflows and rule files, from the shared data folder.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a test fails by panicking, reads the shared data and shows its tables"
)]

use std::fs;
use std::path::{Path, PathBuf};

use gardefou_finding::Severity;
use gardefou_scan::change::{Change, File, parse_patch};
use gardefou_scan::{CheckId, Finding, Judge, Judged};

/// The folder of specimens, or a loud note that there is none.
fn changes() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/changes");
    if root.is_dir() {
        return Some(root);
    }
    eprintln!("SKIPPED: no folder `{}`", root.display());
    None
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn judge_patch(path: &Path) -> Judged {
    let text = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
    let judge = Judge::new();
    let mut judged = Judged::default();
    for change in parse_patch(&text) {
        judged.merge(judge.change(&change));
    }
    judged
}

fn show(path: &Path, finding: &Finding) -> String {
    format!(
        "{} {} {}/{} {}:{:?} [{}] {:?} {:?}",
        path.file_name().unwrap().to_string_lossy(),
        finding.id.word(),
        finding.severity,
        finding.confidence,
        finding.location.path.as_str(),
        finding.location.line,
        finding.excerpt.as_str().replace('\n', "⏎"),
        finding.details,
        finding.hidden_by,
    )
}

/// Findings of at least this severity, shown.
fn at_least(severity: Severity, path: &Path, judged: &Judged) -> Vec<String> {
    let findings = judged.findings.iter();
    findings
        .filter(|f| f.severity >= severity)
        .map(|f| show(path, f))
        .collect()
}

#[test]
fn the_commit_that_armed_amazon_q_is_refused() {
    let Some(root) = changes() else { return };
    let judged = judge_patch(&root.join("amazonq/malicious/678851bb.patch"));
    assert!(
        judged
            .findings
            .iter()
            .any(|f| f.id == CheckId::BuildFetch && f.severity >= Severity::High),
        "{:#?}",
        judged.findings
    );
    assert!(judged.coverage.is_complete());
}

#[test]
fn its_payload_is_critical() {
    let Some(root) = changes() else { return };
    let bytes = fs::read(root.join("amazonq/malicious/extensionNode.reconstructed.ts")).unwrap();
    let judged = Judge::new().file(&File::present("src/extensionNode.ts", bytes));
    let has = |id: CheckId| {
        judged
            .findings
            .iter()
            .any(|f| f.id == id && f.severity == Severity::Critical)
    };
    assert!(has(CheckId::AgentPrompt), "{:#?}", judged.findings);
    let runs = judged
        .findings
        .iter()
        .any(|f| f.id == CheckId::AgentRun && f.severity >= Severity::High);
    assert!(runs, "{:#?}", judged.findings);
}

#[test]
fn event_stream_and_xz_are_seen() {
    let Some(root) = changes() else { return };
    for name in [
        "event-stream/e316336-adds-flatmap-stream.patch",
        "event-stream/908fee5-removes-it.patch",
        "xz/cf44e4b7.patch.txt",
        "xz/6e636819.patch.txt",
        "xz/328c52da.patch.txt",
        "xz/4323bc3e.patch.txt",
    ] {
        let path = root.join(name);
        let found = at_least(Severity::Medium, &path, &judge_patch(&path));
        println!("{}", found.join("\n"));
        assert!(!found.is_empty(), "{name}");
    }
}

/// Everything of at least this severity in the patches of a folder.
fn loud_patches(folder: &Path, severity: Severity) -> Vec<String> {
    let mut loud = Vec::new();
    for path in files_below(folder) {
        loud.extend(at_least(severity, &path, &judge_patch(&path)));
    }
    loud
}

#[test]
fn ordinary_commits_are_left_alone() {
    let Some(root) = changes() else { return };
    for folder in ["amazonq/benign", "xz/benign"] {
        println!(
            "{}",
            loud_patches(&root.join(folder), Severity::Low).join("\n")
        );
        let loud = loud_patches(&root.join(folder), Severity::High);
        assert!(loud.is_empty(), "{folder}:\n{}", loud.join("\n"));
    }
}

/// Everything of at least this severity in the files of a folder, as a change that adds each.
fn loud_files(folder: &Path, prefix: &str, severity: Severity) -> Vec<String> {
    let judge = Judge::new();
    let mut loud = Vec::new();
    for path in files_below(folder) {
        let name = format!("{prefix}{}", path.file_name().unwrap().to_string_lossy());
        let file = File::present(name, fs::read(&path).unwrap());
        let judged = judge.change(&Change {
            files: vec![file],
            ..Change::default()
        });
        assert!(
            judged.coverage.is_complete(),
            "{} {:?}",
            path.display(),
            judged.coverage
        );
        loud.extend(at_least(severity, &path, &judged));
    }
    loud
}

#[test]
fn ordinary_workflows_and_rules_are_left_alone() {
    let Some(root) = changes() else { return };
    for (folder, prefix) in [
        ("benign-workflows", ".github/workflows/"),
        ("benign-agent-rules/rules", ".cursor/rules/"),
    ] {
        println!(
            "{}",
            loud_files(&root.join(folder), prefix, Severity::Low).join("\n")
        );
        let loud = loud_files(&root.join(folder), prefix, Severity::High);
        assert!(loud.is_empty(), "{folder}:\n{}", loud.join("\n"));
    }
}
