//! Commands that destroy a home directory, a disk or cloud resources: in
//! scripts, CI, Makefiles, and in strings that programs hand to a shell.
//!
//! What a command does is read from its words after quotes, names and
//! substitutions are resolved ([`crate::shell`]), not from how it is spelled.

mod cloud;
mod code;
mod local;
mod snippet;

use std::ops::Range;

use gardefou_finding::{Confidence, Severity};

use super::files::{Role, role};
use super::{Check, CheckId, Out, Reason, Report, Text};
use crate::shell::{Command, Values, commands};
use snippet::{Snippet, snippets};

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
        ]
    }

    fn text(&self, text: &Text<'_>, out: &mut Out<'_>) {
        let role = role(&text.file.path);
        if role == Role::Docs || super::files::is_lock(&text.file.path) {
            return;
        }
        let known = snippet::values(text.text());
        let mut cloud = cloud::Tally::default();
        for snippet in snippets(text) {
            self.snippet(text, &snippet, &known, &mut cloud, out);
        }
        for range in code::destroys(text.text()) {
            self.report(text, &range, Harm::System, "", out);
        }
        if let Some(range) = cloud.worst().or_else(|| cloud::sdk(text.text(), role)) {
            self.report(text, &range, Harm::CloudAll, "", out);
        }
    }
}

impl DestructiveCommand {
    fn snippet(
        &self,
        text: &Text<'_>,
        snippet: &Snippet,
        known: &Values,
        cloud: &mut cloud::Tally,
        out: &mut Out<'_>,
    ) {
        let Some(found) = commands(&snippet.text, known) else {
            return;
        };
        let mut lists = false;
        for command in flattened(local::led(found), known) {
            lists |= cloud::lists(&command);
            if let Some(harm) = local::harm(&command) {
                self.report(text, &snippet.range, harm, &command.words.join(" "), out);
            } else if let Some(service) = cloud::destroys(&command) {
                let shown = command.words.join(" ");
                let is_all = cloud.count(service, &command, lists, &snippet.range);
                let harm = if is_all { Harm::CloudAll } else { Harm::Cloud };
                self.report(text, &snippet.range, harm, &shown, out);
            }
        }
        cloud.see_lists(lists, &snippet.range);
    }

    fn report(
        &self,
        text: &Text<'_>,
        range: &Range<usize>,
        harm: Harm,
        command: &str,
        out: &mut Out<'_>,
    ) {
        let (reason, severity, confidence) = match harm {
            Harm::System => (Reason::DestroySystem, Severity::Critical, Confidence::High),
            Harm::CloudAll => (Reason::DestroyCloudAll, Severity::High, Confidence::Medium),
            Harm::Cloud => (Reason::DestroyCloud, Severity::Medium, Confidence::Low),
        };
        let is_list = harm == Harm::System && snippet::is_list_of_refused(text.text(), range.start);
        let (severity, confidence) = match role(&text.file.path) {
            _ if is_list => (Severity::Medium, Confidence::Medium),
            // Tests hold such commands to see them refused.
            Role::Test => (severity.min(Severity::Medium), Confidence::Low),
            Role::AgentRules if harm == Harm::System => (Severity::High, Confidence::Medium),
            Role::AgentRules => (severity.min(Severity::Medium), Confidence::Low),
            _ => (severity, confidence),
        };
        let report = Report::new(self.id(), reason, severity, confidence).detail(command);
        out.at(text, range, report);
    }
}

/// Most commands inside commands (`sudo bash -c 'ssh x "…"'`).
const MAX_WRAPPED: usize = 8;

/// The commands, with those that they are told to run in their place.
fn flattened(found: Vec<Command>, known: &Values) -> Vec<Command> {
    let mut out = Vec::new();
    let mut queue: Vec<(Command, usize)> = found
        .into_iter()
        .rev()
        .map(|command| (command, 0))
        .collect();
    while let Some((command, depth)) = queue.pop() {
        match local::wrapped(&command) {
            Some(local::Wrapped::Words(words)) if depth < MAX_WRAPPED => {
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
