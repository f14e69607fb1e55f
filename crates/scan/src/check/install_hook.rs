//! Commands that run on the machine of whoever installs a package.

use std::ops::Range;

use gardefou_finding::{Confidence, Severity};

use super::build_fetch::{is_throwaway, runs_foreign};
use super::destructive_command::destroys;
use super::files::{Role, role};
use super::{Check, CheckId, Out, Reason, Report, Text};
use crate::change::Status;
use crate::pattern::patterns;

patterns! {
    NPM = r#""((?:pre|post)?install|prepare|preprepare|postprepare|prepublish)"\s*:\s*"((?:[^"\\]|\\.)*)""#;
    ORDINARY = r"^(?:(?:npx |pnpm |yarn |npm (?:run|exec) |bun |node_modules/\.bin/)?(?:husky|patch-package|node-gyp|prebuild-install|node-pre-gyp|electron-builder|electron-rebuild|lefthook|simple-git-hooks|ngcc|nuxt|nuxi|prisma|tsc|build|compile|opencollective|is-ci|lerna|patch|svelte-kit|wireit|turbo|lint|test|clean|generate|codegen|bootstrap|rollup|fumadocs-mdx|playwright|puppeteer|cypress|pod-install|rnpm|only-allow|check-node-version|link|prepare|setup|postinstall|dedupe|allow-scripts|ts-patch|tspc|panda|vite|webpack|gulp|grunt|bower|typings|rimraf|npm|pnpm|yarn|echo|exit 0|true|relay-compiler|wxt|wasm-pack|cargo|make|cmake-js)\b[^|<>`$]*)$";
    HARMFUL = r#"(?i)\bcurl\b|\bwget\b|https?://|\bbase64\b|\beval\b|\bnode\s+(?:-e|--eval|-p)\b|\bpowershell\b|\.ssh\b|\.aws\b|\.npmrc\b|/etc/passwd|/dev/tcp|\bnc\s+-|\bbash\s+-c|\bsh\s+-c|python3?\s+-c|\bnohup\b|\bdisown\b|&\s*$|\b(?:claude|gemini|codex|q chat|cursor-agent)\s+-|\brm\s+-rf\s+[~/$]|\benv\s*\|"#;
    CMDCLASS = r"(?s)cmdclass\s*=|class\s+\w+\s*\(\s*(?:install|develop|egg_info|build_py|sdist|bdist_egg|_install|setuptools\.command\.\w+\.\w+)\s*\)";
    REMOTE_PY = r#"urlopen|urlretrieve|requests\.(?:get|post)|http\.client|socket\.socket|\bexec\(|\beval\(|b64decode|os\.system\([^)]*(?:curl|wget|http|powershell|base64)|subprocess\.\w+\([^)]*(?:curl|wget|http|powershell|base64)|marshal\.loads|\.ssh|\.aws"#;
    BUILD_RS = r#"Command::new\(\s*"(?:curl|wget|bash|sh|powershell|cmd|python3?)"|reqwest::|ureq::|TcpStream::connect"#;
}

pub(crate) struct InstallHook;

impl Check for InstallHook {
    fn id(&self) -> CheckId {
        CheckId::InstallHook
    }

    fn keywords(&self) -> &'static [&'static str] {
        &[
            "install\"",
            "prepare\"",
            "prepublish\"",
            "setup(",
            "cmdclass",
            "command::new",
            "reqwest",
            "ureq",
            "tcpstream",
        ]
    }

    fn text(&self, text: &Text<'_>, out: &mut Out<'_>) {
        if role(&text.file.path) == Role::Test {
            return;
        }
        match text.file.name() {
            "package.json" => self.npm(text, out),
            "setup.py" => self.python(text, out),
            "build.rs" => self.cargo(text, out),
            _ => {}
        }
    }
}

impl InstallHook {
    fn npm(&self, text: &Text<'_>, out: &mut Out<'_>) {
        for found in NPM.captures_iter(text.text()) {
            let (Some(whole), Some(name), Some(command)) =
                (found.get(0), found.get(1), found.get(2))
            else {
                continue;
            };
            let command = command.as_str().replace("\\\"", "\"");
            let runs_for_users =
                !name.as_str().starts_with("prep") && !name.as_str().starts_with("postprep");
            // A text that both sides have is no change.
            let is_old = text.view.removed().contains(whole.as_str());
            if is_old {
                continue;
            }
            self.command(text, &whole.range(), &command, runs_for_users, out);
        }
    }

    fn command(
        &self,
        text: &Text<'_>,
        range: &Range<usize>,
        command: &str,
        runs_for_users: bool,
        out: &mut Out<'_>,
    ) {
        let is_harmful = HARMFUL.is_match(command);
        let is_new = text.file.status != Status::Present;
        let is_foreign = runs_foreign(command) || is_throwaway(command) || destroys(command);
        let (reason, severity, confidence) = if is_foreign || (is_harmful && runs_for_users) {
            (Reason::HookInstallRemote, Severity::High, Confidence::High)
        } else if is_harmful {
            (
                Reason::HookInstallRemote,
                Severity::Medium,
                Confidence::Medium,
            )
        } else if ORDINARY.is_match(command) || !runs_for_users {
            return;
        } else {
            let sure = if is_new {
                Confidence::Medium
            } else {
                Confidence::Low
            };
            (Reason::HookInstall, Severity::Medium, sure)
        };
        out.at(
            text,
            range,
            Report::new(self.id(), reason, severity, confidence).detail(command),
        );
    }

    fn python(&self, text: &Text<'_>, out: &mut Out<'_>) {
        let Some(remote) = REMOTE_PY.find(text.text()) else {
            return;
        };
        let hooks = CMDCLASS.is_match(text.text());
        let severity = if hooks || !remote.as_str().contains("eval") {
            Severity::High
        } else {
            Severity::Medium
        };
        // `exec(open(version).read())` is how many packages read their version.
        let line = super::agent_run::line(text.text(), &remote.range());
        let is_version = text.text().get(line).is_some_and(|line| {
            line.contains("read()") || line.contains("version") || line.contains("compile(")
        });
        if is_version && !hooks {
            return;
        }
        let report = Report::new(
            self.id(),
            Reason::HookInstallRemote,
            severity,
            Confidence::Medium,
        );
        out.at(text, &remote.range(), report);
    }

    fn cargo(&self, text: &Text<'_>, out: &mut Out<'_>) {
        if let Some(found) = BUILD_RS.find(text.text()) {
            let severity = if runs_foreign(text.text()) {
                Severity::High
            } else {
                Severity::Medium
            };
            let reason = Reason::HookInstallRemote;
            let report = Report::new(self.id(), reason, severity, Confidence::Medium);
            out.at(text, &found.range(), report);
        }
    }
}
