//! What of a workflow a stranger can steer.

use std::ops::Range;

use gardefou_finding::{Confidence, Severity};

use super::super::{CheckId, Out, Reason, Report, Text};
use super::model::{Job, Step, Workflow};
use crate::pattern::patterns;

patterns! {
    EXPRESSION = r"\$\{\{(.*?)\}\}";
    STRANGERS = r"(?i)github\.event\.(?:issue|pull_request|comment|review|review_comment|discussion|discussion_comment|head_commit|commits|pages|workflow_run)\b[\w.*\[\]]*\.(?:title|body|message|ref|label|email|name|page_name|head_branch|display_title|default_branch)\b|github\.event\.pull_request\.head\.(?:ref|label|repo\.\w+)|github\.head_ref|github\.event\.(?:issue|comment|pull_request|discussion)\.body|github\.event\.commits|github\.event\.workflow_run\.head_branch|github\.event\.inputs?\.\w+";
    INPUTS = r"(?i)github\.event\.inputs|^\s*inputs\.";
    HEAD = r"(?i)github\.event\.pull_request\.head\.(?:sha|ref|repo\.full_name)|github\.head_ref|github\.event\.workflow_run\.head_(?:sha|branch)|refs/pull/|github\.event\.number|github\.event\.pull_request\.number|github\.event\.issue\.number|gh pr checkout";
    ALL_SECRETS = r"(?i)tojson\(\s*secrets\s*\)";
    SENDS = r"(?i)\b(?:curl|wget|nc|ncat|Invoke-WebRequest|Invoke-RestMethod|ssh|scp)\b";
    ENCODES = r"(?i)\bbase64\b|\bxxd\b|\bod\s|\brev\b|\btr\s|\bopenssl\s+enc|\bgzip\b|\bhexdump\b|\bsed\s";
    SECRET_OUT = r"(?is)(?:curl|wget|nc\b|Invoke-WebRequest)[^\n]{0,300}\$\{\{\s*secrets\.[\w-]+[^\n]*";
    MEMORY = r"(?i)/proc/[^/\s]+/(?:mem|environ|maps)|Runner\.Worker|memdump";
    AI_ACTION = r"(?i)(?:anthropics/claude-code(?:-base)?-action|google-github-actions/run-gemini-cli|google-gemini/gemini-cli-action|openai/codex-action|actions/ai-inference|cursor/\S*action|\S*aider\S*action|sst/opencode|warpdotdev/\S*action|\S*/claude-\S*action|\S*copilot\S*-action)";
    AI_RUN = r"(?im)(?:^|[\s;&|(])(?:claude|gemini|codex|cursor-agent|aider|opencode|q chat|copilot)\s+(?:-|exec|run|chat)";
    AI_TOOLS = r"(?i)\bBash\b(?:\(\*\)|\b)|\bWrite\b|\bEdit\b|run_shell_command|--yolo|dangerously|bypassPermissions|danger-full-access|allow-all-tools|\bexecute\b";
    SHA = r"^[0-9a-fA-F]{40,64}$";
    ENV_FILE = r"(?m)^.*\$\{?GITHUB_(?:ENV|PATH)\b.*$";
    MANY_LINES = r"(?i)\.(?:body|message|description)\b|github\.event\.commits";
    BOT = r"(?i)github\.(?:actor|triggering_actor)\s*==\s*['\x22][\w-]+\[bot\]";
    TRUSTED_ONLY = r"(?i)author_association|github\.actor\s*==|sender\.login\s*==|permission.*(?:write|admin)|head\.repo\.full_name\s*==\s*github\.repository|head\.repo\.fork\s*==\s*false";
    BUILDS = r"(?i)\b(?:npm|yarn|pnpm|bun)\s+(?:ci|install|i\b|run|test|build)|\bpip\s+install|\bmake\b|\bgradlew?\b|\bmvn\b|\bcargo\s+(?:build|test|run)|\bgo\s+(?:build|test|run|generate)|\bpytest\b|\bpython\s+\S+\.py|\bbundle\b|\./\S+|\bnode\s|\bnpx\b|\btox\b|\bdocker\s+build";
}

/// Events that strangers cause, with the repository's own rights.
const PRIVILEGED: &[&str] = &[
    "pull_request_target",
    "workflow_run",
    "issue_comment",
    "issues",
    "discussion",
    "discussion_comment",
    "pull_request_review_comment",
];
/// Events that strangers cause.
const PUBLIC: &[&str] = &[
    "pull_request",
    "pull_request_target",
    "issue_comment",
    "issues",
    "discussion",
    "discussion_comment",
    "fork",
    "watch",
    "pull_request_review",
    "pull_request_review_comment",
];

struct Judge<'a, 'o, 'c> {
    text: &'a Text<'a>,
    workflow: &'a Workflow,
    out: &'o mut Out<'c>,
}

/// Judges a workflow.
pub(super) fn judge(text: &Text<'_>, workflow: &Workflow, out: &mut Out<'_>) {
    let mut judge = Judge {
        text,
        workflow,
        out,
    };
    judge.permissions(&workflow.permissions);
    for job in &workflow.jobs {
        judge.job(job);
    }
}

impl Judge<'_, '_, '_> {
    fn is_started_by(&self, events: &[&str]) -> bool {
        self.workflow
            .triggers
            .iter()
            .any(|name| events.contains(&name.as_str()))
    }

    fn say(
        &mut self,
        at: usize,
        reason: Reason,
        severity: Severity,
        confidence: Confidence,
        detail: &str,
    ) {
        let report = Report::new(CheckId::Workflow, reason, severity, confidence).detail(detail);
        let range = line_at(self.text.text(), at, detail);
        self.out.at(self.text, &range, report);
    }

    fn job(&mut self, job: &Job) {
        self.permissions(&job.permissions);
        if let Some((at, labels)) = &job.runs_on
            && labels.contains("self-hosted")
            && self.is_started_by(PUBLIC)
        {
            let severity = if self.is_started_by(&[
                "discussion",
                "issues",
                "issue_comment",
                "pull_request_target",
            ]) {
                Severity::High
            } else {
                Severity::Medium
            };
            self.say(
                *at,
                Reason::WorkflowSelfHosted,
                severity,
                Confidence::Medium,
                labels,
            );
        }
        for step in &job.steps {
            self.step(step, job);
        }
        self.bot(job);
        self.pwn_request(job);
    }

    fn permissions(&mut self, permissions: &[(usize, String, String)]) {
        for (at, scope, level) in permissions {
            if scope == "*" && level == "write-all" {
                self.say(
                    *at,
                    Reason::WorkflowPermissions,
                    Severity::Medium,
                    Confidence::High,
                    level,
                );
            }
        }
    }

    fn step(&mut self, step: &Step, job: &Job) {
        if let Some((at, script)) = &step.run {
            self.script(*at, script);
            self.agent_in_script(*at, script, job, step);
            self.all_secrets_sent(script, step);
            self.environment(script, step);
        }
        if let Some((at, uses)) = &step.uses {
            self.reference(*at, uses);
            self.agent(*at, uses, step, job);
            // Scripts given to actions are scripts as well.
            for (name, at, value) in &step.with {
                if matches!(
                    name.as_str(),
                    "script" | "inlineScript" | "run" | "command" | "commands" | "cmd" | "args"
                ) {
                    self.script(*at, value);
                }
            }
        }
    }

    fn script(&mut self, at: usize, script: &str) {
        for found in EXPRESSION.captures_iter(script) {
            let Some(inner) = found.get(1).map(|inner| inner.as_str()) else {
                continue;
            };
            if INPUTS.is_match(inner) {
                self.say(
                    at,
                    Reason::WorkflowInjection,
                    Severity::Low,
                    Confidence::Medium,
                    inner.trim(),
                );
            } else if STRANGERS.is_match(inner) && !is_harmless_name(inner) {
                let severity = if self.is_started_by(&["push"]) && !self.is_started_by(PUBLIC) {
                    Severity::Medium
                } else {
                    Severity::High
                };
                self.say(
                    at,
                    Reason::WorkflowInjection,
                    severity,
                    Confidence::High,
                    inner.trim(),
                );
            }
        }
        if MEMORY.is_match(script) {
            self.say(
                at,
                Reason::WorkflowSecretsLeave,
                Severity::Critical,
                Confidence::Medium,
                "Runner.Worker",
            );
        } else if ALL_SECRETS.is_match(script) {
            self.say(
                at,
                Reason::WorkflowSecretsLeave,
                Severity::High,
                Confidence::Medium,
                "toJSON(secrets)",
            );
        } else if let Some(found) = SECRET_OUT.find(script)
            && super::super::build_fetch::is_throwaway(found.as_str())
        {
            self.say(
                at,
                Reason::WorkflowSecretsLeave,
                Severity::High,
                Confidence::High,
                found.as_str(),
            );
        }
    }

    /// A stranger's text of several lines in the file of variables: each of its
    /// lines sets another, for all steps that follow.
    fn environment(&mut self, script: &str, step: &Step) {
        let written: Vec<&str> = ENV_FILE.find_iter(script).map(|it| it.as_str()).collect();
        let is_written = |name: &str| {
            let forms = [format!("${name}"), format!("${{{name}}}")];
            written
                .iter()
                .any(|line| forms.iter().any(|form| line.contains(form)))
        };
        let found = step.env.iter().find(|(name, _, value)| {
            STRANGERS.is_match(value) && MANY_LINES.is_match(value) && is_written(name)
        });
        let Some((_, at, value)) = found else {
            return;
        };
        let severity = if self.is_started_by(PRIVILEGED) {
            Severity::High
        } else {
            Severity::Medium
        };
        self.say(
            *at,
            Reason::WorkflowInjection,
            severity,
            Confidence::Medium,
            value,
        );
    }

    /// Trust in who acted last, which in a stranger's pull request can be a bot.
    fn bot(&mut self, job: &Job) {
        if !self.is_started_by(PRIVILEGED) {
            return;
        }
        let steps = job.steps.iter().map(|step| step.condition.as_str());
        let trusting = std::iter::once(job.condition.as_str())
            .chain(steps)
            .find(|condition| BOT.is_match(condition) && !condition.contains(".user.login"));
        if let Some(condition) = trusting {
            let at = self.text.text().find(condition).unwrap_or(0);
            let condition = condition.to_owned();
            self.say(
                at,
                Reason::WorkflowBot,
                Severity::Medium,
                Confidence::Medium,
                &condition,
            );
        }
    }

    /// Every secret in a variable, and a script that sends.
    fn all_secrets_sent(&mut self, script: &str, step: &Step) {
        let all = step
            .env
            .iter()
            .find(|(_, _, value)| ALL_SECRETS.is_match(value));
        let Some((_, at, value)) = all else {
            return;
        };
        // Encoded, the masks of the log do not know them.
        let (severity, confidence) = if SENDS.is_match(script) {
            (Severity::High, Confidence::High)
        } else if ENCODES.is_match(script) {
            (Severity::High, Confidence::Medium)
        } else {
            (Severity::Medium, Confidence::Medium)
        };
        self.say(
            *at,
            Reason::WorkflowSecretsLeave,
            severity,
            confidence,
            value,
        );
    }

    /// An action by a tag or branch that its owner can move.
    fn reference(&mut self, at: usize, uses: &str) {
        let Some((name, reference)) = uses.split_once('@') else {
            return;
        };
        if SHA.is_match(reference) || name.starts_with("docker://") {
            return;
        }
        let owner = name.split('/').next().unwrap_or("");
        let is_branch = matches!(
            reference,
            "main" | "master" | "develop" | "dev" | "latest" | "HEAD" | "trunk"
        );
        let is_first_party = matches!(owner, "actions" | "github");
        let was_fixed = self.was_fixed(name);
        let severity = if was_fixed || (is_branch && !is_first_party) {
            Severity::Medium
        } else {
            Severity::Informational
        };
        let confidence = if is_branch && !was_fixed {
            Confidence::Low
        } else {
            Confidence::High
        };
        if !is_first_party || is_branch || was_fixed {
            self.say(
                at,
                Reason::WorkflowMutableAction,
                severity,
                confidence,
                uses,
            );
        }
    }

    /// Whether the change takes away the hash that fixed an action.
    fn was_fixed(&self, name: &str) -> bool {
        let at = format!("{name}@");
        let removed = self.text.view.removed();
        removed.lines().any(|line| {
            let reference = line.split_once(at.as_str()).map(|(_, after)| after);
            reference.is_some_and(|after| {
                let end = after.find(|c: char| !c.is_ascii_alphanumeric());
                SHA.is_match(after.get(..end.unwrap_or(after.len())).unwrap_or_default())
            })
        })
    }

    /// A stranger's code checked out where it has the repository's rights.
    fn pwn_request(&mut self, job: &Job) {
        if !self.is_started_by(&["pull_request_target", "workflow_run", "issue_comment"]) {
            return;
        }
        let checks_out = |step: &&Step| {
            let is_checkout = step
                .uses
                .as_ref()
                .is_some_and(|(_, uses)| uses.starts_with("actions/checkout"));
            let by_input = step.with.iter().any(|(name, _, value)| {
                matches!(name.as_str(), "ref" | "repository") && HEAD.is_match(value)
            });
            let by_script = step.run.as_ref().is_some_and(|(_, script)| {
                script.contains("gh pr checkout")
                    || (script.contains("git ") && HEAD.is_match(script))
            });
            (is_checkout && by_input) || by_script
        };
        let Some(checkout) = job.steps.iter().find(checks_out) else {
            return;
        };
        let runs = job.steps.iter().any(|step| {
            step.run
                .as_ref()
                .is_some_and(|(_, script)| BUILDS.is_match(script))
                || step
                    .uses
                    .as_ref()
                    .is_some_and(|(_, uses)| uses.starts_with("./"))
        });
        let is_guarded = job.has_environment
            || TRUSTED_ONLY.is_match(&job.condition)
            || TRUSTED_ONLY.is_match(&checkout.condition);
        let severity = match (runs, is_guarded) {
            (true, false) => Severity::Critical,
            (false, false) => Severity::High,
            _ => Severity::Medium,
        };
        let at = checkout
            .uses
            .as_ref()
            .or(checkout.run.as_ref())
            .map_or(0, |(at, _)| *at);
        self.say(
            at,
            Reason::WorkflowPwnRequest,
            severity,
            Confidence::Medium,
            "",
        );
    }

    /// An AI action: a stranger's words in the prompt, tools, and open to all.
    fn agent(&mut self, at: usize, uses: &str, step: &Step, job: &Job) {
        if !AI_ACTION.is_match(uses) {
            return;
        }
        let inputs: String = step
            .with
            .iter()
            .map(|(name, _, value)| format!("{name}: {value}\n"))
            .collect();
        self.weigh_agent(at, uses, &inputs, step, job);
    }

    fn agent_in_script(&mut self, at: usize, script: &str, job: &Job, step: &Step) {
        if AI_RUN.is_match(script) {
            self.weigh_agent(at, "agent", script, step, job);
        }
    }

    fn weigh_agent(&mut self, at: usize, name: &str, inputs: &str, step: &Step, job: &Job) {
        let is_guarded =
            TRUSTED_ONLY.is_match(&job.condition) || TRUSTED_ONLY.is_match(&step.condition);
        let takes_words = STRANGERS.is_match(inputs);
        let open_users = inputs.contains("allowed_non_write_users: *")
            || inputs.contains("allowed_non_write_users: '*'")
            || inputs.contains("allow-users: *")
            || inputs.contains("allowed_bots: *");
        let has_tools = AI_TOOLS.is_match(inputs);
        let is_open = self.is_started_by(PRIVILEGED) && !is_guarded;
        let score = [takes_words, open_users, has_tools, is_open]
            .iter()
            .filter(|yes| **yes)
            .count();
        let (severity, confidence) = match score {
            3.. => (Severity::Critical, Confidence::High),
            2 if has_tools && (takes_words || open_users) => (Severity::High, Confidence::Medium),
            2 => (Severity::Medium, Confidence::Medium),
            _ => return,
        };
        self.say(at, Reason::WorkflowAi, severity, confidence, name);
    }
}

/// Fields that hold numbers and hashes alone, whatever their names.
fn is_harmless_name(inner: &str) -> bool {
    ["number", ".sha", ".id", "html_url", "merged", "draft"]
        .iter()
        .any(|end| inner.trim().ends_with(end))
        || inner.contains("repo.default_branch")
        || inner.trim().ends_with("repository.name")
}

/// The line at an offset, or the one below it that holds a detail.
fn line_at(text: &str, at: usize, detail: &str) -> Range<usize> {
    let at = text.floor_char_boundary(at.min(text.len()));
    let first = detail.lines().next().unwrap_or("").trim();
    let found = text
        .get(at..)
        .filter(|_| !first.is_empty())
        .and_then(|rest| rest.find(first));
    let start = at + found.unwrap_or(0);
    super::super::agent_run::line(text, &(start..start))
}
