//! Commands that destroy a home directory, a disk or cloud resources: in
//! scripts, CI, Makefiles, and in strings that programs hand to a shell.
//!
//! What a command does is read from its words after quotes, names and
//! substitutions are resolved ([`crate::shell`]), not from how it is spelled.

mod cloud;
mod code;
mod local;

use std::cell::LazyCell;
use std::ops::Range;

use gardefou_finding::{Confidence, Severity};

use super::context::{at_most, is_refused, role_at};
use super::files::{Role, role};
use super::snippet::{Assignments, Snippet, directory_before, snippets};
use super::{Check, CheckId, Out, Reason, Report, Text};
use crate::pattern::{Pattern, patterns};
use crate::shell::{Command, Values, commands};

patterns! {
    // The names that begin what may destroy.
    VERB = r#"(?m)\brm\b|\brimraf\b|\bfind\b[^\n]{0,200}-(?:delete|exec)|\bmkfs|\bdd\s+(?:if|of|bs)=|\bshred\b|\bwipefs\b|>\s*/dev/(?:sd|nvme|hd|disk)|\bdiskutil\b|\bvssadmin\b|(?i:\bremove-item\b|\bri\s+(?:-r|~|\$))|\btar\b[^\n]{0,60}--remove-files|\brsync\b[^\n]{0,120}--delete|\brd\s+/s|\brmdir\s+/s|\bdel\s+/|\bcipher\s+/w|\bformat\s+[a-zA-Z]:|:\(\)\s*\{|\bchmod\s+-R|\bmv\s+[^\n]{0,60}/dev/null|\baws\b|\bgcloud\b|\baz\b|\bterraform\b|\btofu\b|\bterragrunt\b|\bpulumi\b|\bcdk\s+destroy|\bkubectl\b|\beksctl\b|\bgsutil\b|\bdoctl\b|=['"]?rm\b|\$\{?IFS|\br['"\\]+m\b|\$'"#;
}

/// The patterns that are looked for in whole texts.
pub(super) static SIFTED: &[&Pattern] = &[
    &VERB,
    &code::CALL,
    &code::JOINED,
    &code::WALK,
    &code::WALK_AFTER,
    &code::NAMED,
    &cloud::USES_SDK,
];

pub(crate) struct DestructiveCommand;

/// What a command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Harm {
    /// Deletes a home directory, a disk or a system.
    System,
    /// Deletes one cloud resource.
    Cloud,
    /// Deletes whatever cloud resources there are.
    CloudAll,
}

impl Check for DestructiveCommand {
    fn id(&self) -> CheckId {
        CheckId::DestructiveCommand
    }

    fn keywords(&self) -> &'static [&'static str] {
        &[
            "rm ",
            "rm\t",
            "rm\"",
            "rm'",
            "rm${",
            "-rf",
            "find ",
            "mkfs",
            "dd ",
            "shred",
            "wipefs",
            "/dev/sd",
            "/dev/nvme",
            "diskutil",
            "format ",
            "vssadmin",
            "remove-item",
            "rd /s",
            "rmdir",
            "del /",
            "cipher /w",
            ":|:",
            "aws ",
            "aws\"",
            "aws'",
            "gcloud ",
            "az ",
            "terraform",
            "tofu",
            "pulumi",
            "kubectl",
            "eksctl",
            "gsutil",
            "cdk destroy",
            "terminate",
            "delete",
            "rmtree",
            "rmsync",
            "fs.rm",
            "rimraf",
            "removeall",
            "remove_dir_all",
            "rm_rf",
            "deltree",
            "unlink",
            "doctl",
            "os.remove",
            "os.walk",
            "mv ~",
            "mv $home",
            "mv \"$home",
            "ri ~",
            "ri $",
            "--remove-files",
            "rsync",
            "buckets.all",
            "instances.all",
            "printf",
            "rglob",
            "docker run",
            "podman run",
            "$$",
            "homedir",
            "delete_",
            "deregister",
            "userhomedir",
            "remove-item",
            "gci",
        ]
    }

    fn text(&self, text: &Text<'_>, out: &mut Out<'_>) {
        let role = role(&text.file.path);
        if role == Role::Docs || super::files::is_lock(&text.file.path) {
            return;
        }
        let held = LazyCell::new(|| Assignments::of(text));
        let mut cloud = cloud::Tally::default();
        for snippet in snippets(text, &VERB) {
            self.snippet(text, &snippet, &held, &mut cloud, out);
        }
        for range in code::destroys(text) {
            self.report(text, &range, range.start, Harm::System, "", out);
        }
        for (range, harm) in cloud::sdk(text) {
            self.report(text, &range, range.start, harm, "", out);
        }
        if let Some(range) = cloud.worst() {
            self.report(text, &range, range.start, Harm::CloudAll, "", out);
        }
    }
}

impl DestructiveCommand {
    fn snippet(
        &self,
        text: &Text<'_>,
        snippet: &Snippet,
        held: &Assignments,
        cloud: &mut cloud::Tally,
        out: &mut Out<'_>,
    ) {
        let known = held.at(snippet.at);
        let Some(found) = commands(&snippet.text, &known) else {
            return;
        };
        let start = directory_before(text, snippet.range.start);
        let place = &snippet.range;
        let mut lists = false;
        for command in flattened(local::led(found, start.as_deref()), &known) {
            lists |= cloud::lists(&command);
            let shown = command.words.join(" ");
            if let Some(harm) = local::harm(&command) {
                self.report(text, place, snippet.at, harm, &shown, out);
            } else if let Some(service) = cloud::destroys(&command) {
                let is_all = cloud.count(service, &command, lists, place);
                let is_all = is_all || cloud::is_everything(&command, text);
                let harm = if is_all { Harm::CloudAll } else { Harm::Cloud };
                self.report(text, place, snippet.at, harm, &shown, out);
            }
        }
        cloud.see_lists(lists, &snippet.range);
    }

    /// `at` is where the command itself stands in `range`.
    fn report(
        &self,
        text: &Text<'_>,
        range: &Range<usize>,
        at: usize,
        harm: Harm,
        command: &str,
        out: &mut Out<'_>,
    ) {
        let (reason, severity, confidence) = match harm {
            Harm::System => (Reason::DestroySystem, Severity::Critical, Confidence::High),
            Harm::CloudAll => (Reason::DestroyCloudAll, Severity::High, Confidence::Medium),
            Harm::Cloud => (Reason::DestroyCloud, Severity::Medium, Confidence::Low),
        };
        let (severity, confidence) = match role_at(text, at) {
            // Rules, deny lists and guards name what nobody shall run.
            _ if is_refused(text, at) => (severity.min(at_most(text)), Confidence::Low),
            // Tests hold such commands to see them refused.
            Role::Test => (severity.min(Severity::Medium), Confidence::Low),
            Role::AgentRules if harm == Harm::System => (Severity::High, Confidence::Medium),
            Role::AgentRules => (severity.min(Severity::Medium), Confidence::Low),
            _ if harm == Harm::System && local::is_provisioning(text.text(), range) => {
                (Severity::Medium, Confidence::Medium)
            }
            _ => (severity, confidence),
        };
        let report = Report::new(self.id(), reason, severity, confidence).detail(command);
        out.at(text, range, report);
    }
}

/// Whether a command that an install hook runs destroys anything that is not of the package.
pub(super) fn destroys(command: &str) -> bool {
    let known = Values::new();
    let found = commands(command, &known).unwrap_or_default();
    flattened(local::led(found, None), &known)
        .iter()
        .any(|command| local::harm(command).is_some() || cloud::destroys(command).is_some())
}

/// Most commands inside commands (`sudo bash -c 'ssh x "…"'`).
const MAX_WRAPPED: usize = 8;

/// The commands, with those that they are told to run in their place.
pub(super) fn flattened(found: Vec<Command>, known: &Values) -> Vec<Command> {
    let mut out = Vec::new();
    let mut queue: Vec<(Command, usize)> = found
        .into_iter()
        .rev()
        .map(|command| (command, 0))
        .collect();
    while let Some((command, depth)) = queue.pop() {
        match local::wrapped(&command) {
            Some(local::Wrapped::Words(words)) if depth < MAX_WRAPPED && !words.is_empty() => {
                queue.push((Command { words, ..command }, depth + 1));
            }
            Some(local::Wrapped::Script(script)) if depth < MAX_WRAPPED => {
                let inner = commands(&script, known).unwrap_or_default();
                queue.extend(inner.into_iter().rev().map(|inner| (inner, depth + 1)));
            }
            _ => out.push(command),
        }
    }
    out
}
