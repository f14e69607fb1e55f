//! Against accounts that others built to be attacked, read from the shared
//! data folder: every path that they were built for, and no path for those
//! whom they do not make vulnerable.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a test fails by panicking, reads the shared data and shows its tables"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use gardefou_finding::{AuditCoverage, AuditPath, Certainty, Goal, Timestamp, Untrusted};
use gardefou_iam::graph::{Analysis, Limits, Methods, analyse};
use gardefou_iam::snapshot::{Reader, Snapshot};
use serde_json::Value;

/// The shared data, or nothing with a loud word.
fn shared() -> Option<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/iam");
    if dir.is_dir() {
        return Some(dir);
    }
    eprintln!("SKIPPED: no {}", dir.display());
    None
}

fn now() -> Timestamp {
    Timestamp::parse("2026-11-01T00:00:00Z").unwrap()
}

fn read(dir: &Path) -> (Snapshot, AuditCoverage) {
    let mut reader = Reader::default();
    let mut files: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    for file in files
        .iter()
        .filter(|file| file.extension().is_some_and(|it| it == "json"))
    {
        reader.add(
            &Untrusted::new(file.to_string_lossy()),
            &fs::read(file).unwrap(),
            false,
        );
    }
    reader.finish()
}

fn analysed(dir: &Path) -> (Snapshot, Analysis) {
    let (snapshot, _) = read(dir);
    let analysis = analyse(&snapshot, now(), &Limits::default()).unwrap();
    (snapshot, analysis)
}

fn name(arn: &Untrusted) -> &str {
    arn.as_str().rsplit(['/', ':']).next().unwrap()
}

fn show(path: &AuditPath) -> String {
    let steps: Vec<String> = path
        .steps
        .iter()
        .map(|step| {
            let ids: Vec<_> = step.methods.iter().map(|one| one.id.as_str()).collect();
            format!("-[{}]-> {}", ids.join("|"), name(&step.to))
        })
        .collect();
    format!(
        "{:?} {:?} {} {} ({:?})",
        path.goal,
        path.certainty,
        name(&path.from),
        steps.join(" "),
        path.depends_on
    )
}

/// Each account of `iam-vulnerable`, the end of the name of who starts, and
/// the methods that are right there.
const VULNERABLE: &[(&str, &str, &[&str])] = &[
    (
        "privesc-paths__privesc-AssumeRole",
        "starting-role",
        &["sts-001"],
    ),
    (
        "privesc-paths__privesc-cloudFormationUpdateStack",
        "-user",
        &["cloudformation-002"],
    ),
    (
        "privesc-paths__privesc-codeBuildCreateProjectPassRole",
        "-user",
        &["codebuild-001", "codebuild-004"],
    ),
    (
        "privesc-paths__privesc-ec2InstanceConnect",
        "-user",
        &["ec2instanceconnect-003"],
    ),
    (
        "privesc-paths__privesc-sageMakerCreateNotebookPassRole",
        "-user",
        &["sagemaker-001"],
    ),
    (
        "privesc-paths__privesc-sageMakerCreatePresignedNotebookURL",
        "-user",
        &["sagemaker-004"],
    ),
    (
        "privesc-paths__privesc-sageMakerCreateProcessingJob",
        "-user",
        &["sagemaker-003"],
    ),
    (
        "privesc-paths__privesc-sageMakerCreateTrainingJob",
        "-user",
        &["sagemaker-002"],
    ),
    (
        "privesc-paths__privesc-ssmSendCommand",
        "-user",
        &["ssm-002"],
    ),
    (
        "privesc-paths__privesc-ssmStartSession",
        "-user",
        &["ssm-001"],
    ),
    (
        "privesc-paths__privesc1-CreateNewPolicyVersion",
        "-user",
        &["iam-001"],
    ),
    (
        "privesc-paths__privesc2-SetExistingDefaultPolicyVersion",
        "-user",
        &["iam-set-default-policy-version"],
    ),
    (
        "privesc-paths__privesc3-CreateEC2WithExistingIP",
        "-user",
        &["ec2-001"],
    ),
    (
        "privesc-paths__privesc4-CreateAccessKey",
        "-user",
        &["iam-002"],
    ),
    (
        "privesc-paths__privesc5-CreateLoginProfile",
        "-user",
        &["iam-004"],
    ),
    (
        "privesc-paths__privesc6-UpdateLoginProfile",
        "-user",
        &["iam-006"],
    ),
    (
        "privesc-paths__privesc7-AttachUserPolicy",
        "-user",
        &["iam-008"],
    ),
    (
        "privesc-paths__privesc8-AttachGroupPolicy",
        "-user",
        &["iam-010"],
    ),
    (
        "privesc-paths__privesc9-AttachRolePolicy",
        "-role",
        &["iam-009"],
    ),
    (
        "privesc-paths__privesc10-PutUserPolicy",
        "-user",
        &["iam-007"],
    ),
    (
        "privesc-paths__privesc11-PutGroupPolicy",
        "-user",
        &["iam-011"],
    ),
    (
        "privesc-paths__privesc12-PutRolePolicy",
        "-role",
        &["iam-005"],
    ),
    (
        "privesc-paths__privesc13-AddUserToGroup",
        "-user",
        &["iam-013"],
    ),
    (
        "privesc-paths__privesc14-UpdatingAssumeRolePolicy",
        "-user",
        &["iam-012"],
    ),
    (
        "privesc-paths__privesc15-PassExistingRoleToNewLambdaThenInvoke",
        "-user",
        &["lambda-001"],
    ),
    (
        "privesc-paths__privesc16-PassRoleToNewLambdaThenTriggerWithNewDynamo",
        "-user",
        &["lambda-002", "lambda-new-table"],
    ),
    (
        "privesc-paths__privesc17-EditExistingLambdaFunctionWithRole",
        "-user",
        &["lambda-003", "lambda-004"],
    ),
    (
        "privesc-paths__privesc18-PassExistingRoleToNewGlueDevEndpoint",
        "-user",
        &["glue-001"],
    ),
    (
        "privesc-paths__privesc19-UpdateExistingGlueDevEndpoint",
        "-user",
        &["glue-002"],
    ),
    (
        "privesc-paths__privesc20-PassExistingRoleToCloudFormation",
        "-user",
        &["cloudformation-001"],
    ),
    (
        "privesc-paths__privesc21-PassExistingRoleToNewDataPipeline",
        "-user",
        &["datapipeline-001"],
    ),
    (
        "tool-testing__fn1-privesc3-multiple-policies",
        "-user",
        &["ec2-001"],
    ),
    (
        "tool-testing__fn2-ExploitableResourceConstraint",
        "-user",
        &["iam-001"],
    ),
    (
        "tool-testing__fn3-ExploitableConditionConstraint",
        "-user",
        &["iam-001"],
    ),
    (
        "tool-testing__fn4-ExploitableNotAction",
        "-role",
        &["iam-005"],
    ),
];

const SILENT: &[&str] = &[
    "tool-testing__fp1-allow-and-deny-same-policy",
    "tool-testing__fp2-allow-and-deny-multiple-policies",
    "tool-testing__fp3-deny",
    "tool-testing__fp4-NonExploitableResourceConstraint",
    "tool-testing__fp5-NonExploitableConditionConstraint",
];

#[test]
fn iam_vulnerable_is_found_from_the_right_principal() {
    let Some(dir) = shared() else { return };
    let mut missed = Vec::new();
    for (account, who, methods) in VULNERABLE {
        let (_, analysis) = analysed(&dir.join("iam-vulnerable").join(account));
        let found = analysis.paths.iter().any(|path| {
            name(&path.from).ends_with(who)
                && methods
                    .iter()
                    .any(|id| path.methods.iter().any(|one| one == id))
        });
        if !found {
            missed.push(format!(
                "{account}: {:#?}",
                analysis.paths.iter().map(show).collect::<Vec<_>>()
            ));
        }
    }
    assert!(
        missed.is_empty(),
        "{} of {} missed\n{}",
        missed.len(),
        VULNERABLE.len(),
        missed.join("\n")
    );
}

#[test]
fn iam_vulnerable_is_silent_where_nothing_can_be_done() {
    let Some(dir) = shared() else { return };
    for account in SILENT {
        let (snapshot, analysis) = analysed(&dir.join("iam-vulnerable").join(account));
        assert!(snapshot.principals.len() >= 2, "{account}");
        let paths: Vec<_> = analysis.paths.iter().map(show).collect();
        assert!(
            paths.is_empty() && analysis.administrators.is_empty(),
            "{account}: {paths:#?}"
        );
    }
}

#[test]
fn iam_vulnerable_as_one_account() {
    let Some(dir) = shared() else { return };
    let (_, analysis) = analysed(&dir.join("iam-vulnerable/ALL"));
    for path in &analysis.paths {
        println!("{}", show(path));
    }
    for (account, _, methods) in VULNERABLE {
        let stem = account.split("__").nth(1).unwrap();
        let found = analysis.paths.iter().any(|path| {
            name(&path.from).to_lowercase().starts_with(
                &stem
                    .to_lowercase()
                    .replace("privesc3-createec2withexistingip", "privesc3-")
                    .replace("fn1-privesc3-multiple-policies", "fn1-"),
            ) && methods
                .iter()
                .any(|id| path.methods.iter().any(|one| one == id))
        });
        assert!(found, "{account}");
    }
    for path in &analysis.paths {
        assert!(!name(&path.from).starts_with("fp"), "{}", show(path));
    }
}

/// The same method under the name that a lab gives it.
fn ours(id: &str) -> &str {
    match id {
        "ec2-003" => "ec2instanceconnect-003",
        "ec2-004" => "ec2-003",
        "ec2-005" => "ec2-004",
        other => other,
    }
}

/// Principals with paths whom their lab does not name, each looked at: the
/// permissions are there.
const ARGUED: &[(&str, &str)] = &[
    (
        "pl-cspm-ec2-001-demo-user",
        "may open a session on the instance that the lab is about",
    ),
    (
        "pl-prod-rcs-to-bucket-starting-user",
        "the lab's start, under another name than it says",
    ),
    (
        "pl-prod-initial-role",
        "a step of the lab's chain, under another name",
    ),
    (
        "pl-prod-intermediate-role",
        "a step of the lab's chain, under another name",
    ),
    ("pl-prod-role-chain-user", "the intermediate role trusts it"),
    (
        "pl-prod-rpb-to-bucket-starting-user",
        "the lab's start, under another name than it says",
    ),
    (
        "pl-prod-cloudformation-003-to-admin-admin-role",
        "may assume the execution role",
    ),
    (
        "pl-prod-cloudformation-004-to-admin-stackset-admin-role",
        "may assume the execution role",
    ),
];

#[test]
fn pathfinding_labs_are_found() {
    let Some(dir) = shared() else { return };
    let dir = dir.join("pathfinding-labs");
    let manifest: Vec<Value> =
        serde_json::from_slice(&fs::read(dir.join("manifest.json")).unwrap()).unwrap();
    let (mut missed, mut found, mut surprising) = (Vec::new(), 0, Vec::new());
    for lab in &manifest {
        let lab_dir = dir.join(lab["dir"].as_str().unwrap());
        let expected: Value =
            serde_json::from_slice(&fs::read(lab_dir.join("expected.json")).unwrap()).unwrap();
        let (snapshot, analysis) = analysed(&lab_dir);
        let named: BTreeSet<&str> = expected["principals"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let others = analysis
            .paths
            .iter()
            .filter(|path| !named.contains(path.from.as_str()));
        let others = others.filter(|path| !ARGUED.iter().any(|(who, _)| *who == name(&path.from)));
        surprising.extend(others.map(|path| format!("{}: {}", lab["dir"], show(path))));
        // Paths are asked of labs about privilege escalation; an attack's story
        // may begin with credentials in a bucket, which no policy shows.
        let escalation = expected["category"] == "Privilege Escalation" || lab["id"].is_string();
        if lab["start_in_gaad"] != true || !escalation {
            continue;
        }
        let start = lab["start"].as_str().unwrap();
        let to_bucket = expected["target"] == "to-bucket";
        let ok = analysis.paths.iter().any(|path| {
            path.from.as_str() == start
                && path.certainty != Certainty::NoTarget
                && (path.goal == Goal::Data) == to_bucket
                && lab["id"]
                    .as_str()
                    .is_none_or(|id| path.methods.iter().any(|one| one == ours(id)))
                && (named.contains(path.to.as_str()) || to_bucket)
        });
        if ok {
            found += 1;
        } else {
            missed.push(format!(
                "{} from {start}, admins {:?}, {} things: {:#?}",
                lab["dir"],
                analysis.administrators.len(),
                snapshot.things.len(),
                analysis.paths.iter().map(show).collect::<Vec<_>>()
            ));
        }
    }
    println!("{found} labs found");
    assert!(
        surprising.is_empty(),
        "not named by their lab:\n{}",
        surprising.join("\n")
    );
    assert!(
        missed.is_empty(),
        "{} missed, {found} found\n{}",
        missed.len(),
        missed.join("\n")
    );
}

#[test]
fn every_method_of_the_catalogue_is_there() {
    let Some(dir) = shared() else { return };
    let catalogue: Vec<Value> =
        serde_json::from_slice(&fs::read(dir.join("privesc-catalogue.json")).unwrap()).unwrap();
    let methods = Methods::load().unwrap();
    let known: BTreeSet<&str> = methods
        .methods
        .iter()
        .flat_map(|one| one.also.iter().chain([&one.id]))
        .map(String::as_str)
        .collect();
    for entry in &catalogue {
        let key = entry["key"].as_str().unwrap();
        assert!(known.contains(key), "{key}");
    }
    assert_eq!(catalogue.len(), 111);
}
