//! Commands and calls that delete cloud resources.

use std::collections::BTreeSet;
use std::ops::Range;

use super::super::files::Role;
use crate::pattern::patterns;
use crate::shell::Command;

/// How many services' resources a text deletes before it is no clean-up of its own.
const MANY: usize = 3;
/// Bytes within which a list and a deletion belong to one loop.
const LOOP: usize = 700;

patterns! {
    SDK = r"(?i)\b(terminate_?instances|delete_?user|delete_?bucket|delete_?objects|delete_?db_?instance|delete_?table|delete_?stack|delete_?function|delete_?role|delete_?snapshot|delete_?volume|delete_?cluster|delete_?repository|delete_?secret|deregister_?image|schedule_?key_?deletion|delete_?hosted_?zone|delete_?log_?group|delete_?db_?cluster|delete_?vpc|delete_?file_?system)(?:Command)?\s*\(";
    // Lists whatever an account has and deletes each.
    EACH = r"(?is)\b(?:list_?(?:buckets|users|functions|tables|roles)|describe_?(?:instances|db_?instances|stacks|clusters))(?:Command)?\(\s*(?:\{\s*\})?\s*\).{0,400}?\b(?:delete_?(?:bucket|user|function|table|role|db_?instance|stack|cluster)|terminate_?instances)(?:Command)?\(|\.(?:buckets|instances|volumes|users|roles|tables)\.all\(\).{0,200}?\.(?:delete|terminate)\(";
    CHOSEN = r"(?i)prefix|starts_?with|ends_?with|filter|\btags?\b|\bif\b|includes|match|contains|confirm|dry_?run";
    ALL = r"(?i)(?:list|describe)_?(?:instances|users|buckets|tables|stacks|functions|roles|snapshots|volumes|clusters|db_?instances|regions)(?:Command)?\s*\(|get_paginator|available_profiles";
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

/// Calls of SDKs that delete what they list, of several kinds.
pub(super) fn sdk(text: &str, role: Role) -> Option<Range<usize>> {
    if matches!(role, Role::Test | Role::Docs | Role::AgentRules) {
        return None;
    }
    let each = EACH
        .find_iter(text)
        .find(|each| !CHOSEN.is_match(each.as_str()));
    if let Some(each) = each {
        return Some(each.range());
    }
    let mut kinds = BTreeSet::new();
    let mut first = None;
    for found in SDK.find_iter(text) {
        kinds.insert(found.as_str().to_ascii_lowercase().replace('_', ""));
        first.get_or_insert(found.range());
    }
    first.filter(|_| kinds.len() >= MANY && ALL.is_match(text))
}
