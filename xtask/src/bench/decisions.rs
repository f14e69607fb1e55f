//! `xtask bench decisions DIR`: how many decisions a second, on one thread,
//! over the policies of a folder of authorization details.
//!
//! Every principal asks every question, with every key of the context unknown.
//! Where the system tells (Linux), time is the processor's that this thread
//! had, so that what else the machine does spoils little.

use std::ffi::OsStr;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use gardefou_finding::Untrusted;
use gardefou_iam::snapshot::{Reader, Snapshot};
use gardefou_iam::{
    Action, Attached, Context, Decision, Principal, Request, Resource, Stack, decide, evaluate,
};
use serde::{Deserialize, Serialize};

/// How often every principal asks every question.
const ROUNDS: u64 = 100;

const QUESTIONS: [(&str, &str); 12] = [
    (
        "iam:CreateAccessKey",
        "arn:aws:iam::111111111111:user/admin",
    ),
    ("iam:PassRole", "arn:aws:iam::111111111111:role/admin"),
    ("iam:AttachUserPolicy", "arn:aws:iam::111111111111:user/a"),
    ("sts:AssumeRole", "arn:aws:iam::111111111111:role/admin"),
    ("s3:GetObject", "arn:aws:s3:::data/key"),
    ("s3:PutBucketPolicy", "arn:aws:s3:::data"),
    (
        "ec2:RunInstances",
        "arn:aws:ec2:eu-west-1:111111111111:instance/*",
    ),
    ("ec2:DescribeInstances", "*"),
    (
        "lambda:UpdateFunctionCode",
        "arn:aws:lambda:eu-west-1:111111111111:function:f",
    ),
    (
        "ssm:SendCommand",
        "arn:aws:ec2:eu-west-1:111111111111:instance/i-1",
    ),
    ("kms:Decrypt", "arn:aws:kms:eu-west-1:111111111111:key/k"),
    (
        "cloudformation:UpdateStack",
        "arn:aws:cloudformation:eu-west-1:111111111111:stack/s/1",
    ),
];

/// What was measured.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Rates {
    /// Principals with policies.
    pub(crate) principals: usize,
    /// Statements of these policies.
    pub(crate) statements: usize,
    /// Bare decisions a second.
    pub(crate) bare: f64,
    /// Decisions with reasons a second.
    pub(crate) reasoned: f64,
    /// Requests of a round that were allowed.
    pub(crate) allowed: usize,
}

/// Who asks, and with which policies.
struct Entity {
    principal: Principal,
    policies: Vec<Attached>,
}

/// Measures, and prints [`Rates`] as JSON.
pub(crate) fn run(folder: &Path) -> Result<()> {
    let mut files = Vec::new();
    json_files(folder, &mut files)?;
    files.sort();
    let mut all = Vec::new();
    for file in &files {
        let mut reader = Reader::default();
        reader.add(&Untrusted::new("details"), &fs::read(file)?, false);
        entities(&reader.finish().0, &mut all);
    }
    if all.is_empty() {
        bail!("no authorization details in `{}`", folder.display());
    }
    let questions = questions()?;
    let (bare, allowed) = rate(&all, &questions, decide);
    let (reasoned, _) = rate(&all, &questions, |request, stack| {
        evaluate(request, stack).decision
    });
    let policies = all.iter().flat_map(|one| &one.policies);
    let rates = Rates {
        principals: all.len(),
        statements: policies.map(|one| one.policy.statements().len()).sum(),
        bare,
        reasoned,
        allowed,
    };
    println!("{}", serde_json::to_string(&rates)?);
    Ok(())
}

fn json_files(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            json_files(&path, found)?;
        } else if path.extension() == Some(OsStr::new("json")) {
            found.push(path);
        }
    }
    Ok(())
}

/// The principals of a snapshot that have policies.
fn entities(snapshot: &Snapshot, found: &mut Vec<Entity>) {
    for (id, one) in snapshot.principals.iter().enumerate() {
        let policies: Vec<Attached> = snapshot
            .identity_policies(id)
            .filter_map(|(_, held)| Some(Attached::new(&*held.name, held.policy.clone()?)))
            .collect();
        if let (Ok(principal), false) = (Principal::parse(&one.arn), policies.is_empty()) {
            found.push(Entity {
                principal,
                policies,
            });
        }
    }
}

fn questions() -> Result<Vec<(Action, Resource)>> {
    let one = |(action, resource): &(&str, &str)| {
        Ok((Action::new(action)?, Resource::new(resource, None)?))
    };
    QUESTIONS.iter().map(one).collect()
}

/// Seconds that the processor has given to this thread, or that have passed.
fn seconds(start: Instant) -> f64 {
    let told = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = told.split(' ').next().and_then(|it| it.parse::<f64>().ok());
    nanoseconds.map_or_else(|| start.elapsed().as_secs_f64(), |it| it / 1e9)
}

/// Decisions a second, and how many of the last round were allowed.
fn rate(
    entities: &[Entity],
    questions: &[(Action, Resource)],
    one: impl Fn(&Request<'_>, &Stack<'_>) -> Decision,
) -> (f64, usize) {
    let start = Instant::now();
    let before = seconds(start);
    let (mut decided, mut allowed) = (0_u64, 0);
    for _ in 0..ROUNDS {
        allowed = 0;
        for entity in entities {
            for question in questions {
                decided += 1;
                allowed += usize::from(ask(entity, question, &one) == Decision::Allow);
            }
        }
    }
    (decided as f64 / (seconds(start) - before), allowed)
}

fn ask(
    entity: &Entity,
    (action, resource): &(Action, Resource),
    one: impl Fn(&Request<'_>, &Stack<'_>) -> Decision,
) -> Decision {
    let stack = Stack {
        identity: &entity.policies,
        ..Stack::default()
    };
    let request = Request {
        principal: &entity.principal,
        action,
        resource,
        context: &Context::incomplete(),
    };
    black_box(one(&request, &stack))
}
