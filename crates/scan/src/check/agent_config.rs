//! Configuration of agents and editors that runs commands, starts servers or
//! takes the questions away, for everybody who opens the repository.

use std::ops::Range;

use gardefou_finding::{Confidence, Severity};

use super::build_fetch::{is_throwaway, runs_foreign};
use super::{Check, CheckId, Out, Reason, Report, Text};
use crate::pattern::patterns;

patterns! {
    ALWAYS_BAD = r#"(?x)
        "defaultMode"\s*:\s*"bypassPermissions"
        | "skipDangerousModePermissionPrompt"\s*:\s*true
        | "chat\.tools\.(?:global\.|terminal\.)?autoApprove"\s*:\s*(?:true|\{[^}]*"(?:\.\*|/\.\*/|\*)"\s*:\s*true)
        | "(?:approvalMode|defaultApprovalMode)"\s*:\s*"yolo"
        | "autoAccept"\s*:\s*true
        | "yolo"\s*:\s*true
        | (?m:^)\s*approval_policy\s*=\s*["']never["']
        | (?m:^)\s*sandbox_mode\s*=\s*["']danger-full-access["']
        | "(?:cline|roo-cline|kilo-code)\.\S*(?:autoApprove|alwaysAllowExecute|yolo)\S*"\s*:\s*true
        | "github\.copilot\.chat\.agent\.autoApprove"\s*:\s*true
        | "permission"\s*:\s*"allow"
        | "trustAllTools"\s*:\s*true
        | "allowedCommands"\s*:\s*\[\s*"\*"
        | "(?:autoApprove|alwaysAllow|autoAllow)"\s*:\s*\[\s*"\*"
    "#;
    BAD = r#"(?x)
        "enableAllProjectMcpServers"\s*:\s*true
        | "security\.workspace\.trust\.enabled"\s*:\s*false
        | "task\.allowAutomaticTasks"\s*:\s*"on"
        | "trust"\s*:\s*true
        | "ANTHROPIC_BASE_URL"\s*:\s*"https?://[^"]*"
        | "OPENAI_BASE_URL"\s*:\s*"https?://[^"]*"
        | "apiKeyHelper"\s*:\s*"[^"]+"
    "#;
    ALLOW_ALL = r#""allow"\s*:\s*\[[^\]]*"(?:Bash|Bash\(\*\)|Bash\(:\*\)|Bash\(\*:\*\)|Shell\(\*\)|\*)"|"bash"\s*:\s*"allow""#;
    HOOK = r#""(?:command|bash|run|initializeCommand|postCreateCommand|postStartCommand|onCreateCommand|updateContentCommand|postAttachCommand|prompt)"\s*:\s*"((?:[^"\\]|\\.)*)""#;
    HOOK_LIST = r#""(?:initializeCommand|postCreateCommand|postStartCommand|onCreateCommand|updateContentCommand|postAttachCommand|command)"\s*:\s*\[([^\]]*)\]"#;
    HOOKS = r#""(?:hooks|PreToolUse|PostToolUse|SessionStart|UserPromptSubmit|Stop|SubagentStop|beforeShellExecution|afterFileEdit|beforeSubmitPrompt|PreCompact|Notification|SessionEnd)"\s*:"#;
    OPEN = r#""runOn"\s*:\s*"folderOpen""#;
    SILENT = r#""reveal"\s*:\s*"(?:never|silent)"|"hide"\s*:\s*true|"echo"\s*:\s*false|"close"\s*:\s*true"#;
    SERVER = r#""(?:command)"\s*:\s*"(npx|uvx|bunx|pnpx|docker|bash|sh|cmd|powershell|node|python3?|deno)"\s*,\s*"args"\s*:\s*\[([^\]]*)\]"#;
    PINNED = r#"@\d+\.\d+|==\d|@sha256:|:\d+\.\d+"#;
    // A program of the repository in the place of the editor's own, and code
    // that every terminal loads.
    PROGRAM = r#""git\.path"\s*:\s*\[?\s*"(?:\.|\$\{workspaceFolder|[\w-]+/)[^"]*""#;
    LOADED = r#""terminal\.integrated\.env\.\w+"\s*:\s*\{[^}]*"(?:LD_PRELOAD|LD_AUDIT|DYLD_INSERT_LIBRARIES|BASH_ENV|ENV|PROMPT_COMMAND|PYTHONSTARTUP|GIT_SSH_COMMAND)"\s*:\s*"[^"]+""#;
    HARMFUL = r"(?i)\bcurl\b|\bwget\b|https?://|/dev/tcp|\bbase64\b|\beval\b|\bnc\s|\.ssh\b|\.aws\b|\.env\b|\bnode\s+-e|python3?\s+-c|powershell|rm\s+-rf|\benv\s*\||>\s*/dev/null\s+2>&1\s*&";
}

pub(crate) struct AgentConfig;

/// Which configuration a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Of an agent.
    Agent,
    /// A list of tool servers.
    Servers,
    /// An editor's tasks.
    Tasks,
    /// An editor's settings.
    Settings,
    /// A container for developing.
    Container,
}

fn kind(path: &str) -> Option<Kind> {
    let path = path.to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or(&path);
    let is_in = |dir: &str| path.starts_with(dir) || path.contains(&format!("/{dir}"));
    let is_config = [".json", ".jsonc", ".toml", ".json5", ".hook"]
        .iter()
        .any(|end| name.ends_with(end));
    match name {
        "mcp.json"
        | ".mcp.json"
        | "mcp_config.json"
        | "claude_desktop_config.json"
        | "mcp_settings.json"
        | "cline_mcp_settings.json" => Some(Kind::Servers),
        "tasks.json" if is_in(".vscode/") => Some(Kind::Tasks),
        _ if name.ends_with(".code-workspace")
            || (is_in(".vscode/") && name == "settings.json") =>
        {
            Some(Kind::Settings)
        }
        "devcontainer.json" | ".devcontainer.json" => Some(Kind::Container),
        ".claude.json" | "opencode.json" | "opencode.jsonc" => Some(Kind::Agent),
        _ if is_config
            && [
                ".claude/",
                ".cursor/",
                ".gemini/",
                ".codex/",
                ".kiro/",
                ".amazonq/",
                ".roo/",
                ".qwen/",
                ".windsurf/",
                ".continue/",
                ".opencode/",
                ".crush/",
                ".factory/",
            ]
            .iter()
            .any(|dir| is_in(dir)) =>
        {
            Some(Kind::Agent)
        }
        _ => None,
    }
}

impl Check for AgentConfig {
    fn id(&self) -> CheckId {
        CheckId::AgentConfig
    }

    fn keywords(&self) -> &'static [&'static str] {
        &[
            "bypasspermissions",
            "skipdangerous",
            "autoapprove",
            "approvalmode",
            "autoaccept",
            "yolo",
            "approval_policy",
            "sandbox_mode",
            "permission",
            "trustalltools",
            "allowedcommands",
            "enableallprojectmcp",
            "workspace.trust",
            "allowautomatictasks",
            "alwaysallow",
            "autoallow",
            "\"trust\"",
            "base_url",
            "\"bash\"",
            "apikeyhelper",
            "command\":",
            "\"allow\"",
            "\"command\"",
            "command\"",
            "runon",
            "\"prompt\"",
            "git.path",
            "terminal.integrated.env",
        ]
    }

    fn text(&self, text: &Text<'_>, out: &mut Out<'_>) {
        let Some(kind) = kind(&text.file.path) else {
            return;
        };
        self.switches(text, out);
        if kind == Kind::Settings {
            self.programs(text, out);
        }
        let whole = text.text();
        for found in HOOK.captures_iter(whole) {
            if let (Some(whole), Some(command)) = (found.get(0), found.get(1)) {
                self.hook(
                    text,
                    kind,
                    &whole.range(),
                    &command.as_str().replace("\\\"", "\""),
                    out,
                );
            }
        }
        for found in HOOK_LIST.captures_iter(whole) {
            if let (Some(all), Some(list)) = (found.get(0), found.get(1)) {
                let command = list.as_str().replace(['"', ','], " ");
                self.hook(text, kind, &all.range(), &command, out);
            }
        }
        for found in SERVER.captures_iter(whole) {
            if let (Some(all), Some(command), Some(args)) =
                (found.get(0), found.get(1), found.get(2))
            {
                self.server(text, &all.range(), command.as_str(), args.as_str(), out);
            }
        }
        if let Some(open) = OPEN
            .find(whole)
            .filter(|_| kind == Kind::Tasks || kind == Kind::Settings)
        {
            let near = super::agent_run::around(whole, &open.range(), 800);
            let is_bad = SILENT.is_match(near) || HARMFUL.is_match(near);
            let severity = if is_bad {
                Severity::High
            } else {
                Severity::Medium
            };
            let report = Report::new(self.id(), Reason::ConfigHook, severity, Confidence::Medium);
            out.at(text, &open.range(), report);
        }
    }
}

impl AgentConfig {
    fn switches(&self, text: &Text<'_>, out: &mut Out<'_>) {
        let whole = text.text();
        for found in ALWAYS_BAD.find_iter(whole) {
            let report = Report::new(
                self.id(),
                Reason::ConfigBypass,
                Severity::High,
                Confidence::High,
            );
            out.at(text, &found.range(), report);
        }
        for found in ALLOW_ALL.find_iter(whole) {
            let report = Report::new(
                self.id(),
                Reason::ConfigBypass,
                Severity::High,
                Confidence::Medium,
            );
            out.at(text, &found.range(), report);
        }
        for found in BAD.find_iter(whole) {
            let is_foreign = found.as_str().contains("BASE_URL")
                && !found.as_str().contains("localhost")
                && !found.as_str().contains("127.0.0.1")
                && !found.as_str().contains(".anthropic.com")
                && !found.as_str().contains(".openai.com");
            if found.as_str().contains("BASE_URL") && !is_foreign {
                continue;
            }
            let severity = if is_foreign
                || found.as_str().contains("McpServers")
                || found.as_str().contains("AutomaticTasks")
            {
                Severity::High
            } else {
                Severity::Medium
            };
            let report = Report::new(
                self.id(),
                Reason::ConfigBypass,
                severity,
                Confidence::Medium,
            );
            out.at(text, &found.range(), report);
        }
    }

    fn programs(&self, text: &Text<'_>, out: &mut Out<'_>) {
        let whole = text.text();
        for found in PROGRAM.find_iter(whole).chain(LOADED.find_iter(whole)) {
            let reason = Reason::ConfigHook;
            let report = Report::new(self.id(), reason, Severity::High, Confidence::Medium);
            out.at(text, &found.range(), report);
        }
    }

    fn hook(
        &self,
        text: &Text<'_>,
        kind: Kind,
        range: &Range<usize>,
        command: &str,
        out: &mut Out<'_>,
    ) {
        let known = runs_foreign(command) || is_throwaway(command);
        let reaches = HARMFUL.is_match(command);
        let is_hook = kind == Kind::Container || HOOKS.is_match(text.text());
        let (reason, severity, confidence) =
            if known || (reaches && is_hook && kind != Kind::Container) {
                (Reason::ConfigHookRemote, Severity::High, Confidence::High)
            } else if is_hook && kind == Kind::Agent {
                (Reason::ConfigHook, Severity::Medium, Confidence::Low)
            } else {
                return;
            };
        out.at(
            text,
            range,
            Report::new(self.id(), reason, severity, confidence).detail(command),
        );
    }

    fn server(
        &self,
        text: &Text<'_>,
        range: &Range<usize>,
        command: &str,
        args: &str,
        out: &mut Out<'_>,
    ) {
        let line = format!("{command} {}", args.replace(['"', ','], " "));
        let is_shell = matches!(command, "bash" | "sh" | "cmd" | "powershell");
        let (reason, severity, confidence) =
            if (is_shell && HARMFUL.is_match(&line)) || runs_foreign(&line) {
                (Reason::ConfigHookRemote, Severity::High, Confidence::High)
            } else if matches!(command, "npx" | "uvx" | "bunx" | "pnpx") && !PINNED.is_match(args) {
                (Reason::ConfigServer, Severity::Low, Confidence::Medium)
            } else {
                return;
            };
        out.at(
            text,
            range,
            Report::new(self.id(), reason, severity, confidence).detail(line),
        );
    }
}
