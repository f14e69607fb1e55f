//! A small account that refuses, throttles, loses answers and dies at each
//! single call: whatever happens, the end is the same, nothing is done twice,
//! and the journal tells what happened.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};

use gardefou_finding::{
    Holder, PLAN_SCHEMA, Plan, PlanStep, StepKind, StepRisk, Thing, Timestamp, Tool, Untrusted,
};
use serde_json::json;

use super::*;

/// What goes wrong at a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Refuse,
    Throttle,
    NotSent,
    /// The call was not done, and no answer came.
    LostBefore,
    /// It was done, and no answer came.
    LostAfter,
    /// It was done, and the answer cannot be read.
    Unreadable,
    /// The program dies before the call, and after it.
    DieBefore,
    DieAfter,
}

const FAULTS: [Fault; 8] = [
    Fault::Refuse,
    Fault::Throttle,
    Fault::NotSent,
    Fault::LostBefore,
    Fault::LostAfter,
    Fault::Unreadable,
    Fault::DieBefore,
    Fault::DieAfter,
];

#[derive(Clone, Debug, Default, PartialEq)]
struct User {
    keys: BTreeMap<String, String>,
    inline: BTreeMap<String, String>,
    attached: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq)]
struct Group {
    size: [i64; 3],
    suspended: BTreeSet<String>,
}

/// What the account is.
#[derive(Clone, Debug, PartialEq)]
struct State {
    users: BTreeMap<String, User>,
    /// Running, protected.
    instances: BTreeMap<String, (bool, bool)>,
    group: Group,
    url: Option<String>,
}

struct Fake {
    state: State,
    /// Changing calls that took effect, in order.
    performed: Vec<AwsCall>,
    /// Changing calls so far.
    count: usize,
    fault: Option<(usize, Fault)>,
    is_dead: bool,
    /// Operations that a dry run says are not permitted.
    denied: Vec<&'static str>,
    /// Seconds since the plan was made.
    clock: i64,
}

fn account() -> State {
    let user = |key: &str| User {
        keys: [(key.to_owned(), "Active".to_owned())].into(),
        ..User::default()
    };
    let mut mallory = user("AKIAMALLORY");
    mallory
        .attached
        .insert("arn:aws:iam::aws:policy/AdministratorAccess".to_owned());
    mallory
        .inline
        .insert("more".to_owned(), r#"{"Statement":[]}"#.to_owned());
    State {
        users: [
            ("alice".to_owned(), user("AKIAALICE")),
            ("mallory".to_owned(), mallory),
        ]
        .into(),
        instances: [
            ("i-1".to_owned(), (true, true)),
            ("i-2".to_owned(), (true, false)),
        ]
        .into(),
        group: Group {
            size: [2, 9, 4],
            suspended: ["AZRebalance".to_owned()].into(),
        },
        url: Some("NONE".to_owned()),
    }
}

impl Fake {
    fn new(fault: Option<(usize, Fault)>) -> Self {
        Self {
            state: account(),
            performed: Vec::new(),
            count: 0,
            fault,
            is_dead: false,
            denied: Vec::new(),
            clock: 0,
        }
    }

    fn user(&mut self, call: &AwsCall) -> Result<&mut User, Trouble> {
        let name = call.text("UserName").unwrap();
        let missing = || Trouble::NotFound("NoSuchEntity".to_owned());
        self.state.users.get_mut(name).ok_or_else(missing)
    }

    fn list(&mut self, call: &AwsCall) -> Result<Value, Trouble> {
        let tail = |found: Vec<Value>| found;
        Ok(match call.operation.as_str() {
            "GetUser" => {
                self.user(call)?;
                json!({"User": {"Path": "/"}})
            }
            "ListAccessKeys" => {
                let keys = self.user(call)?.keys.iter();
                let keys = keys.map(|(id, status)| json!({"AccessKeyId": id, "Status": status}));
                json!({"AccessKeyMetadata": tail(keys.collect())})
            }
            "ListUserPolicies" => {
                json!({"PolicyNames": self.user(call)?.inline.keys().collect::<Vec<_>>()})
            }
            "GetUserPolicy" => {
                let name = call.text("PolicyName").unwrap().to_owned();
                let found = self.user(call)?.inline.get(&name).cloned();
                let found = found.ok_or(Trouble::NotFound(name));
                json!({"PolicyDocument": found?})
            }
            "ListAttachedUserPolicies" => {
                let arns = self.user(call)?.attached.iter();
                let arns = arns.map(|arn| json!({"PolicyArn": arn}));
                json!({"AttachedPolicies": tail(arns.collect())})
            }
            "GetLoginProfile" => return Err(Trouble::NotFound("NoSuchEntity".to_owned())),
            "ListMFADevices"
            | "ListGroupsForUser"
            | "ListSSHPublicKeys"
            | "ListSigningCertificates" => json!({"none": ""}),
            "DescribeInstances" => {
                let found = self.state.instances.iter().map(|(id, (running, _))| {
                    let word = if *running { "running" } else { "terminated" };
                    json!({"instanceId": id, "instanceState": {"name": word}})
                });
                json!({"reservationSet": [{"instancesSet": tail(found.collect())}]})
            }
            "DescribeInstanceAttribute" => {
                let on = self.state.instances[call.text("InstanceId").unwrap()].1;
                let on = on && call.text("Attribute") == Some("disableApiTermination");
                json!({call.text("Attribute").unwrap(): {"value": on.to_string()}})
            }
            "DescribeAutoScalingGroups" => {
                let Group { size, suspended } = &self.state.group;
                let suspended = suspended.iter().map(|one| json!({"ProcessName": one}));
                json!({"AutoScalingGroups": [{"MinSize": size[0].to_string(), "MaxSize": size[1],
                    "DesiredCapacity": size[2], "SuspendedProcesses": tail(suspended.collect())}]})
            }
            "GetFunctionUrlConfig" => match &self.state.url {
                Some(auth) => json!({"AuthType": auth}),
                None => return Err(Trouble::NotFound("ResourceNotFoundException".to_owned())),
            },
            other => panic!("{other}"),
        })
    }

    fn perform(&mut self, call: &AwsCall) -> Result<(), Trouble> {
        let owned = |name: &str| call.text(name).unwrap().to_owned();
        match call.operation.as_str() {
            "UpdateAccessKey" => {
                let user = self.user(call)?;
                *user.keys.get_mut(&owned("AccessKeyId")).unwrap() = owned("Status");
            }
            "DeleteAccessKey" => drop(self.user(call)?.keys.remove(&owned("AccessKeyId"))),
            "PutUserPolicy" => {
                let (name, document) = (owned("PolicyName"), owned("PolicyDocument"));
                self.user(call)?.inline.insert(name, document);
            }
            "DeleteUserPolicy" => drop(self.user(call)?.inline.remove(&owned("PolicyName"))),
            "AttachUserPolicy" => drop(self.user(call)?.attached.insert(owned("PolicyArn"))),
            "DetachUserPolicy" => {
                self.user(call)?.attached.remove(&owned("PolicyArn"));
            }
            "DeleteUser" => {
                let user = self.user(call)?;
                assert_eq!(*user, User::default(), "something of the user is left");
                self.state.users.remove(&owned("UserName"));
            }
            "CreateUser" => drop(self.state.users.insert(owned("UserName"), User::default())),
            "SuspendProcesses" | "ResumeProcesses" => {
                let names = call.parameters["ScalingProcesses"].as_array().unwrap();
                for name in names.iter().map(|one| one.as_str().unwrap().to_owned()) {
                    if call.operation == "SuspendProcesses" {
                        self.state.group.suspended.insert(name);
                    } else {
                        self.state.group.suspended.remove(&name);
                    }
                }
            }
            "UpdateAutoScalingGroup" => {
                let size = ["MinSize", "MaxSize", "DesiredCapacity"];
                self.state.group.size = size.map(|name| call.parameters[name].as_i64().unwrap());
            }
            "ModifyInstanceAttribute" => {
                let on = &call.parameters["DisableApiTermination"]["Value"];
                let id = owned("InstanceId");
                self.state.instances.get_mut(&id).unwrap().1 = on.as_bool().unwrap();
            }
            "TerminateInstances" => {
                for id in call.parameters["InstanceIds"].as_array().unwrap() {
                    let one = self.state.instances.get_mut(id.as_str().unwrap()).unwrap();
                    assert!(!one.1, "a protected instance cannot be terminated");
                    one.0 = false;
                }
            }
            "DeleteFunctionUrlConfig" => self.state.url = None,
            "CreateFunctionUrlConfig" => self.state.url = Some(owned("AuthType")),
            other => panic!("{other}"),
        }
        self.performed.push(call.clone());
        Ok(())
    }
}

impl Cloud for Fake {
    fn call(&mut self, call: &AwsCall) -> Result<Value, Trouble> {
        assert!(!self.is_dead, "a dead program calls nobody");
        if call.parameters.contains_key("DryRun") {
            let is_denied = self.denied.contains(&call.operation.as_str());
            let code = if is_denied {
                "UnauthorizedOperation"
            } else {
                "DryRunOperation"
            };
            return Err(Trouble::Refused {
                code: code.to_owned(),
                message: "dry run".to_owned(),
            });
        }
        let number = self.count;
        self.count += 1;
        let fault = self
            .fault
            .filter(|(at, _)| *at == number)
            .map(|(_, fault)| fault);
        let text = || "fault".to_owned();
        match fault {
            Some(Fault::Refuse) => {
                return Err(Trouble::Refused {
                    code: "AccessDenied".to_owned(),
                    message: text(),
                });
            }
            Some(Fault::Throttle) => return Err(Trouble::Throttled(text())),
            Some(Fault::NotSent) => return Err(Trouble::NotSent(text())),
            Some(Fault::LostBefore) => return Err(Trouble::Unknown(text())),
            Some(Fault::DieBefore) => {
                self.is_dead = true;
                return Err(Trouble::Unknown(text()));
            }
            _ => {}
        }
        self.perform(call)?;
        match fault {
            Some(Fault::LostAfter) => Err(Trouble::Unknown(text())),
            Some(Fault::Unreadable) => Err(Trouble::Unreadable(text())),
            Some(Fault::DieAfter) => {
                self.is_dead = true;
                Err(Trouble::Unknown(text()))
            }
            _ => Ok(Value::Null),
        }
    }

    fn read(&mut self, call: &AwsCall) -> Result<Vec<Value>, Trouble> {
        assert!(!self.is_dead, "a dead program calls nobody");
        self.list(call).map(|answer| vec![answer])
    }

    fn wait(&mut self, _: u64) {}

    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.clock).unwrap()
    }
}

/// Records, and where the program stood when each was written.
#[derive(Default)]
struct Memory(Vec<Record>);

/// What is written by a program that may die: a dead one writes nothing.
struct Pen<'m> {
    memory: &'m mut Memory,
    dead: std::rc::Rc<std::cell::Cell<bool>>,
}

impl Journal for Pen<'_> {
    fn record(&mut self, record: &Record) -> Result<(), String> {
        if self.dead.get() {
            return Err("dead".to_owned());
        }
        // What is written is what is read again.
        let text = serde_json::to_string(record).unwrap();
        self.memory.0.push(serde_json::from_str(&text).unwrap());
        assert_eq!(self.memory.0.last(), Some(record));
        Ok(())
    }
}

/// A cloud whose death the pen hears of.
struct Wired<'f> {
    fake: &'f mut Fake,
    dead: std::rc::Rc<std::cell::Cell<bool>>,
}

impl Cloud for Wired<'_> {
    fn call(&mut self, call: &AwsCall) -> Result<Value, Trouble> {
        let answer = self.fake.call(call);
        self.dead.set(self.fake.is_dead);
        answer
    }

    fn read(&mut self, call: &AwsCall) -> Result<Vec<Value>, Trouble> {
        self.fake.read(call)
    }

    fn wait(&mut self, seconds: u64) {
        self.fake.wait(seconds);
    }

    fn now(&self) -> Timestamp {
        self.fake.now()
    }
}

fn plan() -> Plan {
    let deny = json!({"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*",
        "Condition": {"DateLessThan": {"aws:TokenIssueTime": "2026-01-01T00:00:00Z"}}}]});
    let alice = || "alice".to_owned();
    let ids = || vec!["i-1".to_owned(), "i-2".to_owned()];
    let things = [
        Thing::User {
            name: "mallory".to_owned(),
        },
        Thing::UserKeys {
            user: alice(),
            keys: Vec::new(),
            only: false,
        },
        Thing::InlinePolicy {
            holder: Holder::User(alice()),
            name: "deny".to_owned(),
            document: Some(deny),
        },
        Thing::ScalingGroup {
            name: "miners".to_owned(),
        },
        Thing::Protection { instances: ids() },
        Thing::Instances { instances: ids() },
        Thing::FunctionUrl {
            function: "f".to_owned(),
            qualifier: None,
        },
    ];
    let steps = things
        .into_iter()
        .enumerate()
        .map(|(place, thing)| PlanStep {
            id: format!("{place:02}"),
            kind: StepKind::Review,
            target: Untrusted::default(),
            account: Some("1".into()),
            region: None,
            thing,
            calls: Vec::new(),
            calls_follow_state: true,
            undo: Vec::new(),
            undo_follows_state: true,
            losses: BTreeSet::new(),
            risk: StepRisk::default(),
        });
    Plan {
        schema: PLAN_SCHEMA.to_owned(),
        tool: Tool {
            name: "t".to_owned(),
            version: "0".to_owned(),
        },
        incident: "x".to_owned(),
        made: Timestamp::epoch(),
        steps: steps.collect(),
        by_hand: Vec::new(),
        left_out: Vec::new(),
        offered_scp: None,
        proof: None,
    }
}

/// One run of the program, until its end or its death.
fn run(fake: &mut Fake, memory: &mut Memory, is_undo: bool) -> Carried {
    let plan = plan();
    let dead = std::rc::Rc::new(std::cell::Cell::new(false));
    fake.is_dead = false;
    let mut courses = courses(&memory.0, "digest");
    let options = Options {
        digest: "digest",
        account: "1",
        only: None,
        spread: 1,
    };
    let mut cloud = Wired {
        fake,
        dead: dead.clone(),
    };
    let mut pen = Pen { memory, dead };
    let io = (&mut cloud, &mut pen);
    if is_undo {
        undo(&plan, &mut courses, io, &options)
    } else {
        apply(&plan, &mut courses, io, &options)
    }
}

/// Runs until it is complete.
fn complete(fake: &mut Fake, memory: &mut Memory, is_undo: bool) {
    for _ in 0..4 {
        if run(fake, memory, is_undo).is_complete() {
            return;
        }
        fake.clock += 3600;
    }
    panic!("never complete: {:?}", memory.0.last());
}

/// What must be true of every journal: an intent before each call that took
/// effect, in that order, and no outcome that did not happen.
fn assert_told(fake: &Fake, memory: &Memory) {
    let mut intents: BTreeMap<(&str, Direction, u32), &AwsCall> = BTreeMap::new();
    let mut said_done: Vec<&AwsCall> = Vec::new();
    let mut intended: Vec<&AwsCall> = Vec::new();
    for record in &memory.0 {
        let key = |number| (record.step.as_str(), record.direction, number);
        match &record.what {
            What::Intent { number, call } => {
                intents.insert(key(*number), call);
                intended.push(call);
            }
            What::Outcome { number, ended } if ended.is_done() => {
                said_done.push(intents[&key(*number)]);
            }
            What::Settled { number, seen: true } => said_done.push(intents[&key(*number)]),
            _ => {}
        }
    }
    let performed: Vec<&AwsCall> = fake.performed.iter().collect();
    assert_eq!(said_done, performed, "said to be done, and done");
    for call in &performed {
        assert!(intended.contains(call), "{call:?} without an intent");
    }
    let once: BTreeSet<String> = performed
        .iter()
        .map(|call| serde_json::to_string(call).unwrap())
        .collect();
    assert_eq!(once.len(), performed.len(), "something was done twice");
}

/// The account after the plan, and the number of its calls.
fn applied() -> (State, usize) {
    let (mut fake, mut memory) = (Fake::new(None), Memory::default());
    let carried = run(&mut fake, &mut memory, false);
    assert!(carried.is_complete(), "{carried:?}");
    assert_told(&fake, &memory);
    (fake.state, fake.count)
}

#[test]
fn a_plan_is_carried_out_once() {
    let (state, calls) = applied();
    assert_eq!(calls, 11);
    assert!(!state.users.contains_key("mallory"));
    assert_eq!(state.users["alice"].keys["AKIAALICE"], "Inactive");
    assert!(state.users["alice"].inline.contains_key("deny"));
    assert_eq!(state.group.size, [0, 0, 0]);
    assert!(state.group.suspended.contains("Launch"));
    assert!(state.instances.values().all(|(running, _)| !running));
    assert_eq!(state.url, None);
    let (mut fake, mut memory) = (Fake::new(None), Memory::default());
    run(&mut fake, &mut memory, false);
    let told = memory.0.len();
    let again = run(&mut fake, &mut memory, false);
    assert!(
        again
            .steps
            .iter()
            .all(|(_, end)| *end == StepEnd::DoneBefore)
    );
    assert_eq!(
        (fake.count, memory.0.len()),
        (11, told),
        "nothing more is called or told"
    );
}

/// Until when sessions are denied follows from when that was done.
fn whenever(mut state: State) -> State {
    let users = state.users.values_mut();
    for policy in users.flat_map(|user| user.inline.values_mut()) {
        for hour in 1..4 {
            *policy = policy.replace(&format!("T0{hour}:00:01Z"), "T00:00:01Z");
        }
    }
    state
}

#[test]
fn whatever_fails_the_end_is_the_same() {
    let (expected, calls) = applied();
    for at in 0..calls {
        for fault in FAULTS {
            let (mut fake, mut memory) = (Fake::new(Some((at, fault))), Memory::default());
            complete(&mut fake, &mut memory, false);
            let end = whenever(fake.state.clone());
            assert_eq!(end, expected, "{fault:?} at call {at}");
            assert_told(&fake, &memory);
        }
    }
}

/// What an undo cannot bring back: the instances, and the key of the user.
fn as_it_was() -> State {
    let mut state = account();
    for instance in state.instances.values_mut() {
        *instance = (false, false);
    }
    state.users.get_mut("mallory").unwrap().keys.clear();
    state
}

#[test]
fn an_undo_brings_back_what_can_be_brought_back_whatever_fails() {
    let (mut fake, mut memory) = (Fake::new(None), Memory::default());
    complete(&mut fake, &mut memory, false);
    let before = fake.count;
    complete(&mut fake, &mut memory, true);
    assert_eq!(fake.state, as_it_was());
    for at in before..fake.count {
        for fault in FAULTS {
            let (mut fake, mut memory) = (Fake::new(Some((at, fault))), Memory::default());
            complete(&mut fake, &mut memory, false);
            complete(&mut fake, &mut memory, true);
            assert_eq!(fake.state, as_it_was(), "{fault:?} at call {at}");
        }
    }
    let again = run(&mut fake, &mut memory, false);
    assert!(again.steps.iter().all(|(_, end)| *end == StepEnd::Undone));
}

#[test]
fn sessions_are_denied_until_the_step_is_done() {
    let (mut fake, mut memory) = (Fake::new(None), Memory::default());
    fake.clock = 7200;
    complete(&mut fake, &mut memory, false);
    assert!(fake.state.users["alice"].inline["deny"].contains("2026-01-01T02:00:01Z"));
    fake.clock += 7200;
    let (told, calls) = (memory.0.len(), fake.count);
    complete(&mut fake, &mut memory, false);
    assert_eq!((memory.0.len(), fake.count), (told, calls), "it stays");
}

#[test]
fn an_undo_refuses_what_somebody_changed_since() {
    let (mut fake, mut memory) = (Fake::new(None), Memory::default());
    complete(&mut fake, &mut memory, false);
    fake.state.group.size = [0, 5, 1];
    let carried = run(&mut fake, &mut memory, true);
    let (id, end) = carried.steps.last().unwrap();
    assert_eq!((id.as_str(), end), ("03", &StepEnd::Stopped(Stop::Changed)));
    assert_eq!(fake.state.group.size, [0, 5, 1]);
}

#[test]
fn what_an_attacker_takes_back_is_told_and_done_again() {
    let (mut fake, mut memory) = (Fake::new(None), Memory::default());
    complete(&mut fake, &mut memory, false);
    let alice = fake.state.users.get_mut("alice").unwrap();
    alice.inline.clear();
    alice.keys.insert("AKIANEW".to_owned(), "Active".to_owned());
    let carried = run(&mut fake, &mut memory, false);
    assert!(carried.is_complete());
    let done = |id: &str| {
        carried
            .steps
            .iter()
            .any(|(it, end)| it == id && *end == StepEnd::Done)
    };
    assert!(done("01") && done("02") && !done("00"));
    assert_eq!(fake.state.users["alice"].keys["AKIANEW"], "Inactive");
    let reopened = memory
        .0
        .iter()
        .filter(|one| matches!(one.what, What::Reopened { .. }));
    assert_eq!(reopened.count(), 2);
}

#[test]
fn steps_of_other_accounts_wait() {
    let (mut fake, memory) = (Fake::new(None), Memory::default());
    let mut courses = courses(&memory.0, "digest");
    let dead = std::rc::Rc::default();
    let mut memory = Memory::default();
    let mut pen = Pen {
        memory: &mut memory,
        dead,
    };
    let options = Options {
        digest: "digest",
        account: "2",
        only: None,
        spread: 0,
    };
    let carried = apply(&plan(), &mut courses, (&mut fake, &mut pen), &options);
    assert!(
        carried
            .steps
            .iter()
            .all(|(_, end)| *end == StepEnd::OtherAccount)
    );
    assert_eq!((fake.count, carried.is_complete()), (0, false));
}

#[test]
fn what_a_dry_run_refuses_is_not_begun() {
    let (mut fake, mut memory) = (Fake::new(None), Memory::default());
    fake.denied = vec!["TerminateInstances"];
    let carried = run(&mut fake, &mut memory, false);
    let (last, end) = carried.steps.last().unwrap();
    assert_eq!(last, "05");
    let StepEnd::Stopped(Stop::NotPermitted { operation, .. }) = end else {
        panic!("{end:?}");
    };
    assert_eq!(operation, "TerminateInstances");
    let intents = memory.0.iter().filter(|record| record.step == "05");
    assert!(
        !intents
            .into_iter()
            .any(|record| matches!(record.what, What::Intent { .. }))
    );
    assert!(
        fake.performed
            .iter()
            .all(|call| call.operation != "TerminateInstances")
    );
    // With the permission, it goes on there.
    fake.denied.clear();
    assert!(run(&mut fake, &mut memory, false).is_complete());
}
