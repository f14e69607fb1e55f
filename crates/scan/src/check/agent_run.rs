//! An agent that a program starts with every permission and nobody to ask.
//!
//! Flags are bound to the agent they belong to: `--no-interactive` says nothing
//! of `sam init`. Sources: the command-line references of the agents, 2025.

use gardefou_finding::{Confidence, Severity};

use super::files::{Role, role};
use super::{Check, CheckId, Out, Reason, Report, Text};
use crate::pattern::patterns;

patterns! {
    // Flags that no other program has.
    OWN_FLAG = r#"--trust-all-tools|--dangerously-skip-permissions|--dangerously-bypass-approvals-and-sandbox|--skip-permissions-unsafe|(?i:permission[-_]?mode)["']?\s*[:=, ]\s*\[?["']?bypassPermissions|(?i:dangerously_?skip_?permissions)["']?\s*[:=]\s*(?i:true)|(?i:approval_?mode)["']?\s*[:=]\s*["']yolo"#;
    // Flags that mean this only for an agent.
    SHARED_FLAG = r#"--yolo\b|--dangerously-allow-all(?:[\s"'`,\])]|$)|--full-auto\b|--allow-all-tools\b|--allow-all\b|--yes-always\b|--approval-mode(?:["']\s*\)?\s*\.arg\(\s*)?[= "',]+yolo|--(?:ask-for-approval|approval-policy)(?:["']\s*\)?\s*\.arg\(\s*)?[= "',]+never|--sandbox(?:["']\s*\)?\s*\.arg\(\s*)?[= "',]+danger-full-access|--auto-approve\b|--force\b|(?:^|[\s"'])-[fy](?:[\s"']|$)|GOOSE_MODE=auto\b"#;
    AGENT = r#"(?i)(?:^|[\s"'`/(\[=;|&$@])(?:q(?:[\s"',]+chat)?|qchat|kiro(?:-cli)?|claude(?:-code)?|gemini(?:-cli)?|codex|cursor-agent|copilot|aider|opencode|amp|goose|qwen|cline|droid|auggie|openhands|crush)(?:\.exe|\.cmd)?(?:[\s"'`,\])]|$)"#;
    SPAWNS = r"\bspawn|\bexec|\bsubprocess|\bsystem\(|\bpopen|Command::new|Command\(|child_process|ProcessBuilder|Process\.|\bshell\b|os\.system|\brun\(|\bquery\(|Start-Process|execa|\$\(";
    DEFINES = r#"(?:\.option|add_argument|addOption|Arg::new|\.flag|flag\.\w+|Option\(|click\.option|\.help|long\s*=)\s*\(?\s*["'`]?[^"'`]{0,20}$"#;
    // An agent that answers every question of its own with yes.
    YES_TO_ALL = r"\byes(?:\s+\w+)?\s*\|\s*(?:sudo\s+)?(?:claude|codex|gemini|q\s+chat|kiro-cli|aider|opencode|copilot|cursor-agent|goose|amp|qwen)\b";
    // An agent with a prompt of its own, whose output and failures nobody shall see.
    UNSEEN = r"(?m)(?:^|[\s;&|(@])(?:opencode\s+run|codex\s+exec|goose\s+run|claude\s+(?:-p|--print)|gemini\s+(?:-p|--prompt)|q\s+chat|cursor-agent\s+-p|copilot\s+-p|aider\s+--message(?:-file)?)\b[^\n]*?(?:>\s*/dev/null|\|\|\s*true\b|[^&]&[ \t]*$)";
    UNTRUSTED = r"github\.event\.(?:issue|comment|pull_request|discussion|review)[\w.]*\.(?:body|title)|github\.head_ref|\bissue(?:\.|_)(?:body|title)\b|process\.argv|req\.(?:body|query)";
}

/// Characters before a flag in which its agent is looked for.
const BACK: usize = 320;

pub(crate) struct AgentRun;

impl Check for AgentRun {
    fn id(&self) -> CheckId {
        CheckId::AgentRun
    }

    fn reads_binaries(&self) -> bool {
        true
    }

    fn keywords(&self) -> &'static [&'static str] {
        &[
            "--trust-all-tools",
            "skip-permissions",
            "bypass-approvals",
            "dangerously",
            "bypasspermissions",
            "--yolo",
            "yolo",
            "--full-auto",
            "--allow-all",
            "--yes-always",
            "--ask-for-approval",
            "danger-full-access",
            "--auto-approve",
            "goose_mode",
            "cursor-agent",
            "gemini",
            "--approval-policy",
            "yes |",
            "yes|",
            "opencode run",
            "codex exec",
            "goose run",
            "claude -p",
            "claude --print",
            "q chat",
            "copilot -p",
            "aider --message",
        ]
    }

    fn text(&self, text: &Text<'_>, out: &mut Out<'_>) {
        let whole = text.text();
        for found in YES_TO_ALL.find_iter(whole) {
            self.report(text, found.range(), true, out);
        }
        self.unseen(text, out);
        for found in OWN_FLAG.find_iter(whole) {
            self.report(text, found.range(), true, out);
        }
        for found in SHARED_FLAG.find_iter(whole) {
            if belongs(whole, found.start(), found.as_str()) {
                self.report(text, found.range(), false, out);
            }
        }
    }
}

impl AgentRun {
    fn unseen(&self, text: &Text<'_>, out: &mut Out<'_>) {
        if role(&text.file.path) != Role::Build {
            return;
        }
        let whole = text.text();
        let places = UNSEEN.find_iter(whole);
        for found in places.filter(|found| !is_comment(tail(whole, found.start() + 1, BACK))) {
            let (severity, sure) = (Severity::Medium, Confidence::Medium);
            let report = Report::new(self.id(), Reason::AgentBypass, severity, sure)
                .shown(whole.get(line(whole, &found.range())).unwrap_or_default());
            out.at(text, &found.range(), report);
        }
    }

    fn report(
        &self,
        text: &Text<'_>,
        flag: std::ops::Range<usize>,
        is_own: bool,
        out: &mut Out<'_>,
    ) {
        let whole = text.text();
        let before = tail(whole, flag.start, BACK);
        let near = around(whole, &flag, 600);
        let (severity, confidence) = self.weigh(text, before, near, is_own);
        let is_steered = UNTRUSTED.is_match(near) && severity >= Severity::High;
        let (reason, severity) = if is_steered {
            (Reason::AgentBypassUntrusted, Severity::Critical)
        } else {
            (Reason::AgentBypass, severity)
        };
        let shown = whole.get(flag.clone()).unwrap_or_default();
        let report = Report::new(self.id(), reason, severity, confidence)
            .detail(shown.trim())
            .shown(text.text().get(line(whole, &flag)).unwrap_or_default());
        out.at(text, &flag, report);
    }

    fn weigh(
        &self,
        text: &Text<'_>,
        before: &str,
        near: &str,
        is_own: bool,
    ) -> (Severity, Confidence) {
        let path = &text.file.path;
        let sure = if is_own {
            Confidence::High
        } else {
            Confidence::Medium
        };
        if DEFINES.is_match(before) || is_comment(before) {
            return (Severity::Low, Confidence::Low);
        }
        match role(path) {
            Role::Docs => (Severity::Low, Confidence::Low),
            Role::Test => (Severity::Medium, Confidence::Low),
            Role::AgentRules => (Severity::Medium, Confidence::Medium),
            Role::Build => (Severity::High, sure),
            Role::Code if SPAWNS.is_match(near) || super::files::is_shell(path, text.text()) => {
                (Severity::High, sure)
            }
            // Hidden, it is meant for nobody's eyes.
            Role::Code if is_own && text.layer.via.iter().any(|via| !via.is_ordinary()) => {
                (Severity::High, Confidence::Medium)
            }
            Role::Code => (Severity::Medium, Confidence::Low),
        }
    }
}

/// Whether a flag that others have too stands in an agent's command.
fn belongs(whole: &str, flag: usize, name: &str) -> bool {
    let before = tail(whole, flag, 160);
    let command = before
        .rsplit(['\n', ';', '|', '&'])
        .next()
        .unwrap_or(before);
    // Lists of arguments go over several lines.
    let is_list =
        before.contains('[') || before.contains(".arg(") || before.contains("Command::new(");
    let scope = if is_list && !name.trim().starts_with("-f") {
        before
    } else {
        command
    };
    let Some(agent) = AGENT.find_iter(scope).last() else {
        return name.starts_with("GOOSE_MODE");
    };
    let agent = agent
        .as_str()
        .trim_matches(|c: char| !c.is_alphanumeric())
        .to_ascii_lowercase();
    match name.trim().trim_matches(['"', '\'']) {
        "-f" | "--force" => agent == "cursor-agent",
        "-y" => matches!(
            agent.as_str(),
            "gemini" | "gemini-cli" | "cline" | "qwen" | "crush"
        ),
        _ => true,
    }
}

/// The line's head says that it is a comment.
fn is_comment(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or(before).trim_start();
    ["//", "#", "*", "/*", "<!--", "--"]
        .iter()
        .any(|mark| line.starts_with(mark))
}

/// The last characters before an offset.
pub(crate) fn tail(text: &str, end: usize, size: usize) -> &str {
    let start = text.floor_char_boundary(end.saturating_sub(size));
    text.get(start..end).unwrap_or_default()
}

/// The characters around a range.
pub(crate) fn around<'a>(text: &'a str, range: &std::ops::Range<usize>, size: usize) -> &'a str {
    let start = text.floor_char_boundary(range.start.saturating_sub(size));
    let end = text.floor_char_boundary(range.end.saturating_add(size).min(text.len()));
    text.get(start..end).unwrap_or_default()
}

/// The lines of a range.
pub(crate) fn line(text: &str, range: &std::ops::Range<usize>) -> std::ops::Range<usize> {
    let bytes = text.as_bytes();
    let head = bytes.get(..range.start).unwrap_or_default();
    let start = memchr::memrchr(b'\n', head).map_or(0, |at| at + 1);
    let rest = bytes.get(range.end..).unwrap_or_default();
    let end = memchr::memchr(b'\n', rest).map_or(text.len(), |at| range.end + at);
    start..end
}
