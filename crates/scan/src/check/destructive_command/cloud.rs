//! Commands and calls that delete cloud resources.

use std::collections::BTreeSet;
use std::ops::Range;

use super::super::Text;
use super::super::agent_run::tail;
use super::super::files::{Role, is_workflow, role};
use super::Harm;
use crate::pattern::patterns;
use crate::shell::Command;

/// How many services' resources a text deletes before it is no clean-up of its own.
const MANY: usize = 3;
/// Bytes within which a list and a deletion belong to one loop.
const LOOP: usize = 700;

patterns! {
    // boto3, the SDKs for JavaScript, Go, Java, Rust, .NET, and those of Google and Azure.
    pub(super) USES_SDK = r"(?i)\bboto3\b|aiobotocore|aws-sdk|@aws-sdk|aws_sdk_|awssdk|com\.amazonaws|Amazon\.(?:S3|EC2|RDS|Identity)|google\.cloud|@google-cloud|googleapiclient|azure\.mgmt|@azure/|azure-sdk|\.send\(\s*new\s+\w+Command\(|\b(?:ec2|iam|s3|rds|dynamodb|cloudformation|cloudtrail)(?:_client|Client)?\.\w+\(";
    SDK = r"(?i)\b(?:begin_?)?(?:terminate_?instances|delete_?(?:user|users|login_?profile|access_?key|bucket|buckets|objects|db_?instance|db_?cluster|db_?snapshot|table|stack|function|role|policy|snapshot|volume|cluster|nodegroup|repository|secret|hosted_?zone|log_?group|trail|detector|vpc|file_?system|key_?pair|image|project|resource_?group|resource_?groups|virtual_?machine|backup_?vault|recovery_?point|domain|organization|account)|deregister_?image|schedule_?key_?deletion|stop_?logging|delete_?managed_?instance|delete_?all)(?:Command|Async)?\s*\(|\bresource_?groups\.begin_?delete\(";
    // Objects of boto3 that are listed and deleted.
    RESOURCES = r"\.(?:buckets|instances|volumes|snapshots|users|roles|tables|images|groups)\.(?:all|iterator)\(\)(?:[^\n]|\n[ \t]){0,240}?\.(?:delete|terminate)\(";
    ALL = r"(?i)\b(?:list|describe|get|scan)_?(?:all_?)?(?:instances|users|buckets|tables|stacks|functions|roles|snapshots|volumes|clusters|db_?instances|db_?clusters|regions|repositories|secrets|trails|detectors|log_?groups|keys|projects|resource_?groups|hosted_?zones|accounts|objects(?:_?v2)?)(?:Command|Async|Paginator|Pages)?\s*\(|get_paginator|available_profiles|\.(?:buckets|instances|objects|volumes|snapshots)\.all\(\)|resource_groups\.list\(";
    NARROW = r"(?i)\bFilters?\s*[=:]|\btag[:\s_\x22'\]]|\btags\b|\.startswith\(|\.startsWith\(|HasPrefix|starts_with\(|dry_?run|\bprefix\b|older|\bage\b|\bttl\b|retention|expire|LaunchTime|CreationDate|created_?at|\bkeep\b|exclude|protected|confirm|\binput\(|readline|argparse|\bclick\b|click\.command|owner_?id|stale|orphan|unused|teardown|tear_?down|afterAll|tearDown|fixture|cleanup|clean_up|moto|mock|localstack";
    ENDS_THINGS = r"(?i)destroy|tear[ _-]?down|clean[ _-]?up|ephemeral|preview|e2e|nuke|workflow_dispatch|terraform apply|tofu apply|schedule:|sandbox";
    JANITOR = r"(?i)janitor|clean|nuke|sweep|reap|teardown|tear-down|destroy|purge|prune|garbage|(?:^|[/_-])gc(?:[/_.-]|$)|wipe|delete|remove|test|spec|e2e|example|sample|mock|cron|retention|expire|uninstall|undeploy";
}

fn words(command: &Command) -> impl Iterator<Item = &str> {
    command.words.iter().map(String::as_str)
}

/// The words that are neither options nor their values.
fn plain(command: &Command) -> Vec<&str> {
    let mut out = Vec::new();
    let mut skip = false;
    for word in words(command) {
        if skip {
            skip = false;
        } else if matches!(
            word,
            "--profile"
                | "--region"
                | "--output"
                | "--endpoint-url"
                | "-n"
                | "--namespace"
                | "--project"
                | "--context"
        ) {
            skip = true;
        } else if !word.starts_with('-') {
            out.push(word);
        }
    }
    out
}

/// What kind of resources a command deletes.
pub(super) fn destroys(command: &Command) -> Option<String> {
    let plain = plain(command);
    let has = |flag: &str| words(command).any(|word| word == flag);
    if has("--dry-run")
        || has("--dryrun")
        || has("--help")
        || words(command).any(|word| word.starts_with("--dry-run="))
    {
        return None;
    }
    match plain.as_slice() {
        ["aws", service, verb, ..] if is_deletion(verb) => Some((*service).to_owned()),
        ["aws", "s3", "rb", ..] => Some("s3".to_owned()),
        ["aws", "s3", "rm", ..] if has("--recursive") => Some("s3".to_owned()),
        ["gcloud", rest @ ..] if rest.contains(&"delete") => {
            Some(format!("gcloud {}", rest.first()?))
        }
        ["az", service, rest @ ..] if rest.contains(&"delete") || rest.contains(&"purge") => {
            Some(format!("az {service}"))
        }
        ["terraform" | "tofu" | "terragrunt", "destroy", ..] => Some("terraform".to_owned()),
        ["terraform" | "tofu" | "terragrunt", "apply", ..] if has("-destroy") => {
            Some("terraform".to_owned())
        }
        ["pulumi" | "cdk", "destroy", ..] => Some("pulumi".to_owned()),
        ["kubectl", "delete", kind, ..]
            if has("--all")
                || has("-A")
                || has("--all-namespaces")
                || matches!(*kind, "ns" | "namespace" | "namespaces") =>
        {
            Some("kubectl".to_owned())
        }
        ["eksctl", "delete", ..] => Some("eksctl".to_owned()),
        ["gsutil", "rm" | "rb", ..] => Some("gsutil".to_owned()),
        ["doctl", rest @ ..] if rest.contains(&"delete") => Some("doctl".to_owned()),
        _ => None,
    }
}

fn is_deletion(verb: &str) -> bool {
    let heads = [
        "delete-",
        "terminate-",
        "deregister-",
        "destroy-",
        "purge-",
        "schedule-key-deletion",
        "disable-key",
        "batch-delete-",
        "stop-logging",
    ];
    // What goes with any deployment: old versions, tags, entries of lists.
    let harmless = [
        "delete-tag",
        "delete-message",
        "delete-item",
        "delete-change-set",
        "deregister-targets",
        "deregister-task-definition",
        "batch-delete-image",
    ];
    heads.iter().any(|head| verb.starts_with(head))
        && !harmless.iter().any(|head| verb.starts_with(head))
}

/// Whether a command deletes all that an account or cluster has: every namespace,
/// or a whole state in a workflow that speaks of nothing of the kind.
pub(super) fn is_everything(command: &Command, text: &Text<'_>) -> bool {
    let has = |flags: &[&str]| words(command).any(|word| flags.contains(&word));
    match plain(command).as_slice() {
        ["kubectl", "delete", "ns" | "namespace" | "namespaces", ..] => has(&["--all"]),
        ["kubectl", "delete", "all", ..] => has(&["--all"]) && has(&["-A", "--all-namespaces"]),
        ["terraform" | "tofu" | "terragrunt" | "pulumi", ..] => {
            let asks_nobody = has(&["-auto-approve", "--auto-approve", "--yes", "-y"]);
            asks_nobody && is_workflow(&text.file.path) && !ENDS_THINGS.is_match(&about(text))
        }
        _ => false,
    }
}

/// What a workflow says that it is for: its path and all of it but commands that destroy.
fn about(text: &Text<'_>) -> String {
    let rest = text
        .text()
        .replace("terraform destroy", "")
        .replace("tofu destroy", "");
    format!("{}\n{rest}", text.file.path)
}

/// Whether a command lists resources, or the profiles to reach them.
pub(super) fn lists(command: &Command) -> bool {
    match plain(command).as_slice() {
        ["aws", "configure", "list-profiles", ..] => true,
        ["aws", "s3", "ls", ..] => true,
        ["aws", _, verb, ..] => verb.starts_with("list-") || verb.starts_with("describe-"),
        ["gcloud" | "az" | "doctl", rest @ ..] => rest.contains(&"list"),
        _ => false,
    }
}

/// Whether a command narrows what it lists to some of them.
fn is_narrow(text: &str) -> bool {
    text.contains("tag:")
        || text.contains("--filter")
        || text.contains("--query \"") && text.contains("starts_with")
}

/// Deletions of one text, added up.
#[derive(Default)]
pub(super) struct Tally {
    services: BTreeSet<String>,
    first: Option<Range<usize>>,
    listed: Option<Range<usize>>,
}

impl Tally {
    /// Counts a deletion; whether it deletes what a list gave, whatever that is.
    pub(super) fn count(
        &mut self,
        service: String,
        command: &Command,
        lists: bool,
        at: &Range<usize>,
    ) -> bool {
        self.services.insert(service);
        self.first.get_or_insert_with(|| at.clone());
        let all = command.words.join(" ");
        let takes_list = all.contains('$') || command.is_piped || all.contains("{}");
        let near = self
            .listed
            .as_ref()
            .is_some_and(|listed| at.start.saturating_sub(listed.end) < LOOP);
        let is_every_space = command.words.iter().any(|word| word == "--all")
            && words(command).any(|word| matches!(word, "ns" | "namespace" | "namespaces"));
        is_every_space || (takes_list && (lists || near) && !is_narrow(&all))
    }

    /// Remembers a list that a loop may go over.
    pub(super) fn see_lists(&mut self, lists: bool, at: &Range<usize>) {
        if lists {
            self.listed = Some(at.clone());
        }
    }

    /// The first of deletions in so many services that it is no clean-up.
    pub(super) fn worst(&self) -> Option<Range<usize>> {
        self.first.clone().filter(|_| self.services.len() >= MANY)
    }
}

/// Calls of SDKs that delete cloud resources: whatever a list gives, or one by name.
///
/// What a file says that it is for (a janitor, a test) and what narrows a list
/// to some (a tag, an age, a dry run) keep a loop from being more than one
/// deletion; three kinds of resources are beyond any clean-up.
pub(super) fn sdk(text: &Text<'_>) -> Vec<(Range<usize>, Harm)> {
    let whole = text.text();
    if !text.may(&USES_SDK)
        || !USES_SDK.is_match(whole)
        || role(&text.file.path) == Role::AgentRules
    {
        return Vec::new();
    }
    let mut kinds = BTreeSet::new();
    let mut first: Option<Range<usize>> = None;
    let mut looped: Option<Range<usize>> = None;
    for found in RESOURCES.find_iter(whole) {
        kinds.insert(kind(found.as_str()));
        first.get_or_insert_with(|| found.range());
        looped.get_or_insert_with(|| found.range());
    }
    for found in SDK.find_iter(whole) {
        if is_declared(whole, found.start()) {
            continue;
        }
        kinds.insert(kind(found.as_str()));
        first.get_or_insert_with(|| found.range());
        let before = tail(whole, found.start(), LOOP);
        if looped.is_none() && ALL.is_match(before) && !NARROW.is_match(before) {
            looped = Some(found.range());
        }
    }
    let Some(first) = first else {
        return Vec::new();
    };
    let lists = ALL.is_match(whole);
    let is_work = JANITOR.is_match(&text.file.path) || NARROW.is_match(whole);
    match looped {
        Some(at) if !is_work || kinds.len() > MANY => vec![(at, Harm::CloudAll)],
        _ if lists && kinds.len() >= MANY && !is_work => vec![(first, Harm::CloudAll)],
        _ => vec![(first, Harm::Cloud)],
    }
}

/// The kind of resource that a call deletes.
fn kind(call: &str) -> String {
    let lower = call.to_ascii_lowercase().replace('_', "");
    let lower = lower.split(['(', ' ']).next().unwrap_or_default();
    lower
        .trim_end_matches("command")
        .trim_end_matches("async")
        .to_owned()
}

/// Whether a method of this name is declared here, and not called.
fn is_declared(text: &str, at: usize) -> bool {
    let head = tail(text, at, 40);
    ["fn ", "def ", "func ", "function ", "class ", "async "]
        .iter()
        .any(|word| head.ends_with(word))
        || head.ends_with(") ")
}
