//! A whole account in moto, with its policies enforced: a campaign is played
//! with a stolen key, investigated, contained and undone.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test fails by panicking, starts its own servers, and says loudly what it skips"
)]

mod common;

use common::{Place, Run, root, run, steady};
use gardefou_testkit::moto::Moto;
use serde_json::Value;

const ACCOUNT: &str = include_str!("support/account.py");
const CAMPAIGN: &str = include_str!("support/campaign.py");

/// An account after the campaign, and where its logs are.
struct Scene {
    moto: Moto,
    place: Place,
}

impl Scene {
    fn play(test: &str) -> Option<Self> {
        let variables = [
            ("INITIAL_NO_AUTH_ACTION_COUNT", "1000000"),
            ("MOTO_IAM_LOAD_MANAGED_POLICIES", "true"),
        ];
        let moto = Moto::serve(test, ACCOUNT, &variables)?;
        let place = Place::new();
        let scene = Self { moto, place };
        scene.ask("play");
        let init = ["ledger", "init", "ledger", "--origin", "example.com/test"];
        assert_eq!(scene.place.run(&init).status, 0);
        Some(scene)
    }

    fn ask(&self, command: &str) -> String {
        let work = self.place.path().to_str().unwrap();
        self.moto.ask_script(CAMPAIGN, &[work, command])
    }

    /// Who can do what, and what runs.
    fn check(&self) -> Value {
        serde_json::from_str(&self.ask("check")).unwrap()
    }

    fn key(&self, user: &str) -> [String; 2] {
        let keys = std::fs::read(self.place.path().join("keys.json")).unwrap();
        let keys: Value = serde_json::from_slice(&keys).unwrap();
        ["id", "secret"].map(|part| keys[user][part].as_str().unwrap().to_owned())
    }

    /// Runs the program with somebody's credentials.
    fn run_as(&self, user: &str, args: &[&str]) -> Run {
        let [id, secret] = self.key(user);
        let variables = [
            ("AWS_ENDPOINT_URL", self.moto.endpoint()),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", &id),
            ("AWS_SECRET_ACCESS_KEY", &secret),
        ];
        let run = run(self.place.path(), args, None, &variables);
        run.assert_sane();
        run
    }

    fn plan(&self) -> Value {
        let responder = "arn:aws:iam::123456789012:user/responder";
        let args = ["contain", "plan", "AWSLogs", "--responder", responder];
        let more = ["--evidence", "--out", "plan"];
        let run = self.place.run(&[&args[..], &more].concat());
        assert_eq!(run.status, 1, "nothing is proven: {}", run.stderr);
        let plan = std::fs::read(self.place.path().join("plan/plan.json")).unwrap();
        serde_json::from_slice(&plan).unwrap()
    }

    fn contain(&self, what: &str, more: &[&str]) -> Run {
        let args = ["contain", what, "plan/plan.json", "--ledger", "ledger"];
        self.run_as("responder", &[&args[..], more].concat())
    }
}

/// Lists that AWS gives in no order.
fn sorted(mut value: Value) -> Value {
    match &mut value {
        Value::Array(items) => {
            for item in items.iter_mut() {
                *item = sorted(item.take());
            }
            items.sort_by_key(ToString::to_string);
        }
        Value::Object(members) => {
            for member in members.values_mut() {
                *member = sorted(member.take());
            }
        }
        _ => {}
    }
    value
}

const ONCE: &[&str] = &["--yes", "--spread", "0"];

#[test]
fn a_campaign_is_contained_and_the_containment_undone() {
    let Some(scene) = Scene::play("a_campaign_is_contained_and_the_containment_undone") else {
        return;
    };
    let before = scene.check();
    assert_eq!(before["can"]["ci-deploy"], true);
    let plan = scene.plan();
    let steps = plan["steps"].as_array().unwrap().len();
    let applied = scene.contain("apply", ONCE);
    assert_eq!(applied.status, 0, "{}\n{}", applied.stdout, applied.stderr);
    assert_contained(&before, &scene.check());
    let again = scene.contain("apply", ONCE);
    assert_eq!((again.status, again.stdout.lines().count()), (0, steps));
    let status = scene.contain("status", &[]);
    assert_eq!(status.status, 0, "{}", status.stdout);

    let undone = scene.contain("undo", ONCE);
    assert_eq!(undone.status, 0, "{}\n{}", undone.stdout, undone.stderr);
    assert_restored(&before, &scene.check());
    let verified = scene
        .place
        .run(&["ledger", "verify", "ledger", "--vkey", &scene.vkey()]);
    assert_eq!(verified.status, 0, "{}", verified.stdout);
}

impl Scene {
    /// File of the ledger's public key.
    fn vkey(&self) -> String {
        let path = self.place.path().join("ledger/vkey");
        path.to_str().unwrap().to_owned()
    }
}

/// The thief is shut out, nothing of theirs runs, and everybody else works.
fn assert_contained(before: &Value, after: &Value) {
    for (who, expected) in [
        ("ci-deploy", false),
        ("svc-backup", false),
        ("colleague", true),
        ("responder", true),
    ] {
        assert_eq!(after["can"][who], expected, "{who}");
    }
    let ours = before["ours"].as_str().unwrap();
    for (instance, state) in after["instances"].as_object().unwrap() {
        let expected = if instance == ours {
            "running"
        } else {
            "terminated"
        };
        assert_eq!(state, expected, "{instance}");
    }
    let group = &after["groups"]["asg-k41"];
    for size in ["min", "max", "desired", "instances"] {
        assert_eq!(group[size], 0, "{size}");
    }
    assert!(
        group["suspended"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one == "Launch")
    );
    for (arn, service) in after["services"].as_object().unwrap() {
        let gone = service["tasks"] == 0 || service["status"] == "INACTIVE";
        assert!(gone, "{arn}: {service}");
    }
    let hook = &after["functions"]["hook"];
    assert_eq!(hook["concurrency"], 0);
    for door in ["url", "policy"] {
        let is_shut = hook[door]
            .as_str()
            .is_some_and(|text| text.starts_with("none"))
            || hook[door].as_array().is_some_and(Vec::is_empty);
        assert!(is_shut, "{door}: {hook}");
    }
    assert!(after["users"].get("svc-backup").is_none());
    // Of the four machines that were protected, each has a volume at least.
    assert_eq!(before["evidence"], 0);
    assert!(
        after["evidence"].as_u64() >= Some(4),
        "{}",
        after["evidence"]
    );
    assert_nothing_rented(&before["rented"], &after["rented"]);
    let lets_in = |roles: &Value| {
        roles["roles"]["release"]
            .to_string()
            .contains("999999999999")
    };
    assert!(lets_in(before) && !lets_in(after), "{}", after["roles"]);
}

/// Requests are ended with their instances, what can be switched off is.
fn assert_nothing_rented(before: &Value, after: &Value) {
    for (what, states) in after["gone"].as_object().unwrap() {
        let (states, were) = (states.as_array().unwrap(), &before["gone"][what]);
        let ended = [
            "cancelled",
            "terminated",
            "deleted",
            "cancelled_terminating",
            "deleted_terminating",
        ];
        let is_gone = |state: &Value| ended.contains(&state.as_str().unwrap());
        let ran = were.as_array().unwrap().iter();
        assert!(
            ran.filter(|state| !is_gone(state)).count() > 0,
            "no {what} to end"
        );
        assert!(states.iter().all(is_gone), "{what}: {states:?}");
    }
    let off = serde_json::json!({"environment": "DISABLED", "queue": "DISABLED", "notebook": "Stopped",
        "nodes": {"minSize": 0, "maxSize": 1, "desiredSize": 0}});
    assert_ne!(before["back"], off);
    assert_eq!(after["back"], off);
}

/// The account is as it was, but for what AWS cannot give back: instances,
/// tasks, and the key of a user that was removed.
fn assert_restored(before: &Value, after: &Value) {
    let part = |of: &Value, name: &str| sorted(of[name].clone());
    let mut users = part(before, "users");
    users["svc-backup"]["keys"] = serde_json::json!({});
    assert_eq!(part(after, "users"), users);
    for name in ["roles", "functions"] {
        assert_eq!(part(after, name), part(before, name), "{name}");
    }
    let steady = |of: &Value| {
        let mut groups = part(of, "groups");
        groups["asg-k41"]["instances"] = Value::Null;
        groups
    };
    assert_eq!(steady(after), steady(before));
    for (arn, service) in before["services"].as_object().unwrap() {
        if service.get("tasks").is_none() {
            assert_eq!(after["services"][arn], *service, "{arn}");
        }
    }
    assert_eq!(after["rented"]["back"], before["rented"]["back"]);
    assert_eq!(after["can"]["ci-deploy"], true);
}

#[test]
fn nobody_shuts_themselves_out_and_two_people_must_agree() {
    let test = "nobody_shuts_themselves_out_and_two_people_must_agree";
    let Some(scene) = Scene::play(test) else {
        return;
    };
    scene.plan();
    let args = [
        "contain",
        "apply",
        "plan/plan.json",
        "--ledger",
        "ledger",
        "--yes",
    ];
    let own = scene.run_as("ci-deploy", &args);
    assert_eq!(own.status, 2);
    assert!(own.stderr.contains("would shut out"), "{}", own.stderr);
    let unsure = scene.contain("apply", &[]);
    assert_eq!((unsure.status, unsure.stdout.as_str()), (2, ""));
    let two = [
        "--yes",
        "--require-approval",
        "2",
        "--approver",
        "ledger/vkey",
    ];
    let approve = [
        "contain",
        "approve",
        "plan/plan.json",
        "--name",
        "example.com/test",
    ];
    let approve = [&approve[..], &["--key", "ledger.key", "--out", "one.note"]].concat();
    assert_eq!(scene.place.run(&approve).status, 0);
    let refused = scene.contain("apply", &[&two[..], &["--approval", "one.note"]].concat());
    assert_eq!(refused.status, 2, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("1 of 2 approvals"),
        "{}",
        refused.stderr
    );
    assert_eq!(scene.check()["can"]["ci-deploy"], true, "nothing was done");
}

/// An SSH key of somebody's, made by ssh-keygen; `None` where there is none.
fn ssh_key(place: &Place, name: &str) -> Option<String> {
    let path = place.path().join(name);
    let made = std::process::Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"])
        .arg(&path)
        .status();
    if !made.is_ok_and(|status| status.success()) {
        eprintln!("SKIPPED approvals by SSH: no ssh-keygen");
        return None;
    }
    Some(std::fs::read_to_string(path.with_extension("pub")).unwrap())
}

/// Signs a file as people do it without the program.
fn ssh_sign(place: &Place, key: &str, namespace: &str, file: &str) {
    let status = std::process::Command::new("ssh-keygen")
        .current_dir(place.path())
        .args(["-q", "-Y", "sign", "-n", namespace, "-f", key, file])
        .status();
    assert!(status.unwrap().success());
    let (from, to) = (format!("{file}.sig"), format!("{key}.sig"));
    std::fs::rename(place.path().join(from), place.path().join(to)).unwrap();
}

#[test]
fn people_approve_with_ssh_keys() {
    let place = Place::new();
    let keys = ["ann", "bob", "eve"].map(|name| ssh_key(&place, name));
    let [Some(ann), Some(bob), Some(_)] = keys else {
        return;
    };
    place.write(
        "signers",
        format!("ann@example.com {ann}\nbob@example.com namespaces=\"gardefou-plan\" {bob}"),
    );
    let sample = root().join("samples/attack");
    let args = ["contain", "plan", sample.to_str().unwrap(), "--out", "plan"];
    assert_eq!(place.run(&args).status, 1);
    for (key, namespace) in [
        ("ann", "gardefou-plan"),
        ("bob", "git"),
        ("eve", "gardefou-plan"),
    ] {
        ssh_sign(&place, key, namespace, "plan/approval.txt");
    }
    let apply = |approvals: &[&str], more: &[&str]| {
        let fixed = [
            "contain",
            "apply",
            "plan/plan.json",
            "--ledger",
            "none",
            "--yes",
            "--timeout",
            "1",
            "--require-approval",
            "2",
        ];
        let given = approvals.iter().flat_map(|one| ["--approval", *one]);
        let args: Vec<&str> = fixed
            .into_iter()
            .chain(given)
            .chain(more.iter().copied())
            .collect();
        // Nothing answers there: whoever may go on fails at asking AWS.
        let variables = [
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "x"),
        ];
        run(place.path(), &args, None, &variables)
    };
    let signers = ["--allowed-signers", "signers"];
    // A stranger, another purpose, and the same person twice count for nobody.
    let one = apply(&["ann.sig", "ann.sig", "bob.sig", "eve.sig"], &signers);
    assert_eq!(one.status, 2);
    assert!(one.stderr.contains("1 of 2 approvals"), "{}", one.stderr);
    let approve = [
        "contain",
        "approve",
        "plan/plan.json",
        "--ssh-key",
        "bob",
        "--out",
        "bob.sig",
    ];
    assert_eq!(place.run(&approve).status, 0);
    let two = apply(&["ann.sig", "bob.sig"], &signers);
    assert!(!two.stderr.contains("approvals"), "{}", two.stderr);
    assert_ne!(two.status, 0);
    let changed = std::fs::read_to_string(place.path().join("plan/plan.json")).unwrap();
    place.write("plan/plan.json", changed.replacen("inc-", "inc0", 1));
    let changed = apply(&["ann.sig", "bob.sig"], &signers);
    assert!(
        changed.stderr.contains("0 of 2 approvals"),
        "{}",
        changed.stderr
    );
}

/// A plan of the sample's campaign, once from its logs and once from a report.
#[test]
fn a_report_stands_for_the_logs_it_tells_of() {
    let place = Place::new();
    let sample = root().join("samples/attack");
    let sample = sample.to_str().unwrap();
    let report = place.run(&["investigate", sample, "--format", "json"]);
    place.write("report.json", &report.stdout);
    let from_report = place.run(&["contain", "plan", "report.json"]);
    assert_eq!(from_report.status, 1, "{}", from_report.stderr);
    let named = place.run(&["contain", "plan", "--report", "report.json"]);
    assert_eq!(steady(&from_report.stdout), steady(&named.stdout));
    let lines = from_report.stdout.lines().count();
    assert!(lines < 200, "{lines} lines are too many to read in a hurry");

    place.write("other.json", r#"{"schema": 1, "incidents": []}"#);
    let other = place.run(&["contain", "plan", "other.json"]);
    assert_eq!(other.status, 3, "{}", other.stderr);
    assert!(other.stderr.contains("other.json"), "{}", other.stderr);
}

#[test]
fn a_runbook_holds_every_call_of_the_plan() {
    let place = Place::new();
    let sample = root().join("samples/attack");
    let args = ["contain", "plan", sample.to_str().unwrap(), "--out", "plan"];
    assert_eq!(place.run(&args).status, 1);
    let read = |name: &str| std::fs::read_to_string(place.path().join(name)).unwrap();
    let plan: Value = serde_json::from_str(&read("plan/plan.json")).unwrap();
    let ids = plan["steps"].as_array().unwrap().iter();
    let ids: Vec<&str> = ids.map(|step| step["id"].as_str().unwrap()).collect();
    assert!(ids.len() > 50);
    let script = read("plan/contain.sh");
    let calls = script
        .lines()
        .filter(|line| line.starts_with("aws "))
        .filter_map(|line| line.strip_suffix(" || failed=1"));
    assert!(calls.clone().count() > 50);
    let user = "for one in $(aws iam list-access-keys";
    assert!(script.contains(user), "what a user has goes first");
    for runbook in ["plan/runbook.en.md", "plan/runbook.fr.md"].map(read) {
        assert!(ids.iter().all(|id| runbook.contains(id)));
        for call in calls.clone() {
            assert!(runbook.contains(call), "{call}");
        }
    }
}
