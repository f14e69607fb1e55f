//! Against facts that nobody of this project wrote: real attacks, labelled
//! events and somebody else's rules, read from the shared data folder.
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

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use common::{events_of, investigate_one, manifest, our_rules, real_files, shared};
use gardefou_finding::{Finding, Severity, Timestamp};
use gardefou_trail::rules::RuleSet;
use rsigma_eval::{Engine, JsonEvent};
use serde_json::Value;

/// What tells that a finding is about the technique of a file of `stratus`:
/// one of these ATT&CK techniques (or a sub-technique), and this word in the
/// rule's title.
const OWN: &[(&str, &[&str], &[&str])] = &[
    (
        "credential-access.ec2-get-password-data",
        &["T1552", "T1555"],
        &["password"],
    ),
    (
        "credential-access.ec2-steal-instance-credentials",
        &["T1552.005"],
        &["instance role"],
    ),
    (
        "credential-access.secretsmanager-batch-retrieve-secrets",
        &["T1555.006"],
        &["batch"],
    ),
    (
        "credential-access.secretsmanager-retrieve-secrets",
        &["T1555.006"],
        &["ecrets"],
    ),
    (
        "credential-access.ssm-retrieve-securestring-parameters",
        &["T1555", "T1552"],
        &["arameters"],
    ),
    (
        "defense-evasion.cloudtrail-delete",
        &["T1562.008"],
        &["trail was deleted"],
    ),
    (
        "defense-evasion.cloudtrail-event-selectors",
        &["T1562.008"],
        &["selectors"],
    ),
    (
        "defense-evasion.cloudtrail-stop",
        &["T1562.008"],
        &["stopped"],
    ),
    ("defense-evasion.dns-delete-logs", &["T1562.008"], &["DNS"]),
    (
        "defense-evasion.organizations-leave",
        &["T1666"],
        &["leave"],
    ),
    (
        "defense-evasion.vpc-remove-flow-logs",
        &["T1562.008"],
        &["flow logs"],
    ),
    (
        "discovery.ec2-download-user-data",
        &["T1580", "T1552.005"],
        &["ser data"],
    ),
    (
        "execution.ec2-launch-unusual-instances",
        &["T1578", "T1496"],
        &["nstances"],
    ),
    (
        "execution.ec2-user-data",
        &["T1059", "T1578"],
        &["tart-up script", "script"],
    ),
    ("execution.ssm-send-command", &["T1651"], &["ommand"]),
    (
        "execution.ssm-start-session",
        &["T1651", "T1021"],
        &["ession"],
    ),
    (
        "exfiltration.ec2-security-group-open-port-22-ingress",
        &["T1562.007", "T1048"],
        &["port"],
    ),
    ("exfiltration.ec2-share-ami", &["T1537"], &["image"]),
    (
        "exfiltration.ec2-share-ebs-snapshot",
        &["T1537"],
        &["snapshot"],
    ),
    ("exfiltration.rds-share-snapshot", &["T1537"], &["snapshot"]),
    ("impact.bedrock-invoke-model", &["T1496"], &["odel"]),
    (
        "initial-access.console-login-without-mfa",
        &["T1078.004"],
        &["MFA"],
    ),
    (
        "lateral-movement.ec2-instance-connect",
        &["T1021"],
        &["SSH"],
    ),
    (
        "lateral-movement.ec2-serial-console-send-ssh-public-key",
        &["T1021"],
        &["erial console"],
    ),
    (
        "persistence.iam-backdoor-role",
        &["T1098", "T1484"],
        &["rust"],
    ),
    (
        "persistence.iam-backdoor-user",
        &["T1098.001"],
        &["ccess key"],
    ),
    (
        "persistence.iam-create-admin-user",
        &["T1136.003", "T1098.003"],
        &["dministrator"],
    ),
    (
        "persistence.iam-create-backdoor-role",
        &["T1098", "T1484", "T1136"],
        &["another account"],
    ),
    (
        "persistence.iam-create-user-login-profile",
        &["T1098", "T1136"],
        &["password"],
    ),
    (
        "persistence.lambda-backdoor-function",
        &["T1098", "T1648"],
        &["Lambda"],
    ),
    (
        "persistence.lambda-layer-extension",
        &["T1546", "T1648"],
        &["ayer"],
    ),
    (
        "persistence.lambda-overwrite-code",
        &["T1525", "T1546", "T1648"],
        &["ode of"],
    ),
    (
        "persistence.rolesanywhere-create-trust-anchor",
        &["T1556", "T1098"],
        &["anchor"],
    ),
    (
        "persistence.sts-federation-token",
        &["T1550.001", "T1078.004"],
        &["ederation"],
    ),
    (
        "privilege-escalation.iam-update-user-login-profile",
        &["T1098", "T1078"],
        &["password"],
    ),
];

/// The rules found in a file that are about its own technique.
fn own<'a>(file: &str, findings: &'a [Finding]) -> Vec<&'a Finding> {
    let name = file.trim_start_matches("aws.").trim_end_matches(".json");
    let (_, techniques, words) = OWN
        .iter()
        .find(|(known, _, _)| *known == name)
        .unwrap_or_else(|| panic!("{name} is not in the table"));
    findings
        .iter()
        .filter(|finding| {
            let has_technique = finding
                .techniques
                .iter()
                .any(|found| techniques.iter().any(|own| found.0.starts_with(own)));
            has_technique && words.iter().any(|word| finding.title.contains(word))
        })
        .collect()
}

fn stratus_table(dir: &Path) -> (usize, Vec<String>, String) {
    let mut table = String::from("| file | worst own finding |\n|---|---|\n");
    let mut silent = Vec::new();
    let rows = manifest(dir);
    for row in &rows {
        let bytes = fs::read(dir.join(&row[0])).unwrap();
        let told = investigate_one(our_rules(), &row[0], &bytes);
        let worst = own(&row[0], &told.findings)
            .into_iter()
            .max_by_key(|finding| finding.severity);
        let text = worst.map_or_else(
            || "**none**".to_owned(),
            |f| format!("{} ({})", f.title, f.severity.word()),
        );
        let _ = writeln!(table, "| `{}` | {text} |", row[0]);
        if worst.is_none() {
            let found: Vec<&str> = told.findings.iter().map(|f| f.title.as_str()).collect();
            silent.push(format!("{}: {found:?}", row[0]));
        }
    }
    (rows.len(), silent, table)
}

#[test]
fn each_detonated_technique_is_found_as_itself() {
    let Some(dir) = shared("cloudtrail/stratus", "stratus") else {
        return;
    };
    let (files, silent, table) = stratus_table(&dir);
    println!("{table}");
    assert_eq!(files, 35);
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

/// A labelled event and the worst of what it raised.
struct Judged {
    name: String,
    is_attack: bool,
    /// It could not be read, and was told as such.
    is_unread: bool,
    finding: Option<Severity>,
    incident: Option<Severity>,
}

/// Judges each event alone, its bytes passed through `change`.
fn judge_panther(dir: &Path, change: impl Fn(&[u8]) -> Vec<u8>) -> Vec<Judged> {
    manifest(dir)
        .into_iter()
        .map(|row| {
            let bytes = fs::read(dir.join(&row[0])).unwrap();
            let told = investigate_one(our_rules(), &row[0], &change(&bytes));
            Judged {
                name: row[0].clone(),
                is_attack: row[5] == "True",
                is_unread: told.failed > 0,
                finding: told.findings.iter().map(|f| f.severity).max(),
                incident: told.incidents.iter().map(|i| i.severity).max(),
            }
        })
        .collect()
}

fn panther_table(judged: &[Judged]) -> String {
    let mut table = String::from(
        "| findings of at least | true events found | false events found | precision | recall |\n\
         |---|---|---|---|---|\n",
    );
    let attacks = judged.iter().filter(|one| one.is_attack).count();
    for level in [
        Severity::Informational,
        Severity::Low,
        Severity::Medium,
        Severity::High,
    ] {
        let found = |is_attack: bool| {
            judged
                .iter()
                .filter(|one| one.is_attack == is_attack && one.finding >= Some(level))
                .count()
        };
        let (hits, false_alarms) = (found(true), found(false));
        let percent = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
        let _ = writeln!(
            table,
            "| {} | {hits} of {attacks} | {false_alarms} of {} | {:.1} % | {:.1} % |",
            level.word(),
            judged.len() - attacks,
            percent(hits, hits + false_alarms),
            percent(hits, attacks),
        );
    }
    table
}

/// The names of some events, as a list.
fn names(judged: &[Judged], is_one: impl Fn(&Judged) -> bool) -> String {
    let lines = judged.iter().filter(|one| is_one(one)).map(|one| {
        let finding = one.finding.map_or("nothing", Severity::word);
        format!("- `{}` ({finding})\n", one.name)
    });
    lines.collect()
}

#[test]
fn no_benign_look_alike_alone_is_a_severe_incident() {
    let Some(dir) = shared("cloudtrail/panther", "panther") else {
        return;
    };
    let judged = judge_panther(&dir, repaired);
    println!("{}", panther_table(&judged));
    let whole = judged.iter().filter(|one| !one.is_unread);
    assert_eq!(whole.count(), 464, "nothing is left to refuse");
    assert_eq!(judged.len(), 464);
    let severe: Vec<&str> = judged
        .iter()
        .filter(|one| !one.is_attack && one.incident >= Some(Severity::High))
        .map(|one| one.name.as_str())
        .collect();
    assert!(severe.is_empty(), "{severe:?}");
    // Most of the true ones are found: a floor under the measured table.
    let found = judged
        .iter()
        .filter(|one| one.is_attack && one.finding.is_some());
    assert!(found.count() * 10 >= 214 * 6);
}

/// Why an event is rightly refused, if it is: whoever shortened it for a test
/// left out or overwrote what CloudTrail writes in every record, and without
/// which it has no place in time or no meaning. Twenty of Panther's are such.
fn refusal(event: &Value) -> Option<&'static str> {
    let text = |key: &str| event[key].as_str().unwrap_or_default();
    let day = text("eventTime").get(..10).unwrap_or_default();
    let has_day = Timestamp::parse(&format!("{day}T00:00:00Z")).is_some();
    match (has_day, text("eventSource").is_empty()) {
        (false, _) => Some("eventTime"),
        (true, true) => Some("eventSource"),
        (true, false) => None,
    }
}

/// The file with what its shortened events lack, so that rules can be asked.
fn repaired(bytes: &[u8]) -> Vec<u8> {
    let mut events = events_of(bytes);
    for event in &mut events {
        while let Some(field) = refusal(event) {
            event[field] = match field {
                "eventTime" => "2025-01-01T00:00:00Z".into(),
                _ => "unknown.amazonaws.com".into(),
            };
        }
    }
    common::records(&events)
}

#[test]
fn every_real_record_is_read_unless_it_was_cut_short() {
    let mut wrong = Vec::new();
    let mut refused = 0;
    for path in real_files("every real record") {
        let bytes = fs::read(&path).unwrap();
        let (facts, coverage) = common::scan_all(our_rules(), &bytes);
        let events = events_of(&bytes);
        let argued = events
            .iter()
            .filter(|event| refusal(event).is_some())
            .count() as u64;
        refused += argued;
        if facts.events + argued != events.len() as u64 || coverage.failed_total() != argued {
            wrong.push(format!("{}: {:?}", path.display(), coverage.failures));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(refused <= 20, "{refused}");
}

type Matches = BTreeMap<String, u64>;

/// Matches by rule id, counted by rsigma's own engine over parsed JSON.
fn by_rsigma(engine: &Engine, bytes: &[u8]) -> Matches {
    let mut matches = Matches::new();
    for event in events_of(bytes) {
        for found in engine.evaluate(&JsonEvent::borrow(&event)) {
            *matches.entry(found.header.rule_id.unwrap()).or_default() += 1;
        }
    }
    matches
}

/// The same by us: lazily decoded, prefiltered.
fn by_us(rules: &RuleSet, bytes: &[u8]) -> Matches {
    let (facts, _) = common::scan_all(rules, bytes);
    facts
        .rule_matches
        .iter()
        .map(|(rule, count)| (rules.meta(*rule).unwrap().id.clone(), *count))
        .collect()
}

/// Compares the two on every real file; returns the rules that matched.
fn compare(rules: &RuleSet, test: &str) -> BTreeSet<String> {
    let mut engine = Engine::new();
    engine.set_bloom_prefilter(false);
    engine.set_logsource_extractor(None);
    engine.add_collection(rules.collection()).unwrap();
    let mut matched = BTreeSet::new();
    for path in real_files(test) {
        let bytes = repaired(&fs::read(&path).unwrap());
        let plain = by_rsigma(&engine, &bytes);
        assert_eq!(by_us(rules, &bytes), plain, "{}", path.display());
        matched.extend(plain.into_keys());
    }
    matched
}

#[test]
fn sigmahq_rules_match_as_in_rsigma() {
    let Some(dir) = shared("sigma-aws", "SigmaHQ's rules") else {
        return;
    };
    let rules = RuleSet::load(&common::rule_files(&dir)).unwrap();
    assert_eq!(
        rules.detection_metas().len() + rules.correlation_metas().len(),
        57
    );
    let matched = compare(&rules, "SigmaHQ's rules");
    println!("{} of SigmaHQ's rules match real data", matched.len());
    assert!(matched.len() >= 20, "{matched:?}");
}

#[test]
fn our_rules_match_as_in_rsigma() {
    if shared("cloudtrail", "our rules").is_none() {
        return;
    }
    let matched = compare(our_rules(), "our rules");
    println!("{} of our detections match real data", matched.len());
    assert!(matched.len() >= 50, "{matched:?}");
}

/// Writes `docs/measured.md`:
/// `cargo test -p gardefou-trail --test oracle -- --ignored measured`
#[test]
#[ignore = "writes docs/measured.md; run it when rules have changed"]
fn measured() {
    let (Some(stratus), Some(panther)) = (
        shared("cloudtrail/stratus", "measured"),
        shared("cloudtrail/panther", "measured"),
    ) else {
        return;
    };
    let (files, silent, techniques) = stratus_table(&stratus);
    let as_given = judge_panther(&panther, <[u8]>::to_vec);
    let unread = |is_attack: bool| {
        let of = |one: &&Judged| one.is_unread && one.is_attack == is_attack;
        as_given.iter().filter(of).count()
    };
    let whole = judge_panther(&panther, repaired);
    let text = format!(
        "# Measured\n\n\
         Made by `cargo test -p gardefou-trail --test oracle -- --ignored measured`, with the \
         embedded rules, on data that nobody of this project wrote.\n\n\
         ## Attack techniques, detonated one by one\n\n\
         Each file holds the records of one technique of Stratus Red Team \
         (DataDog, Apache-2.0). {} of {files} raise a finding of their own technique; the worst \
         is shown.\n\n{techniques}\n\
         ## Labelled single events\n\n\
         The {} test events of Panther's AWS rules (panther-labs/panther-analysis, Apache-2.0), \
         each read alone, so without history and without the events around it. A *false* event \
         is one on which the rule that it was written for stays silent: a benign look-alike, one \
         that differs only in what a team has configured, or another rule's attack. Findings are notes, not alarms: no false event alone raises an incident \
         of severity high or above.\n\n\
         {} of them ({} true, {} false) were shortened so far that they lack a time or a service. \
         Such a record is refused: it is counted as failed and the exit status is 3. Here they \
         count as not found.\n\n{}\n\
         To ask the rules alone, the same with a time or a service put into those that lack \
         it:\n\n{}\n\
         ### True events that raise nothing\n\n{}\n\
         ### False events that raise a finding of severity medium or above\n\n{}",
        files - silent.len(),
        as_given.len(),
        unread(true) + unread(false),
        unread(true),
        unread(false),
        panther_table(&as_given),
        panther_table(&whole),
        names(&whole, |one| one.is_attack && one.finding.is_none()),
        names(&whole, |one| !one.is_attack
            && one.finding >= Some(Severity::Medium)),
    );
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/measured.md");
    println!("{text}");
    fs::write(docs, text).unwrap();
}
