//! Secrets or the environment sent to a host, and shells handed to one.
//!
//! What counts is a source and a sink that meet: a file of credentials, the
//! whole environment or a token, and a program or call that sends it. A header
//! that authorizes a request, a public key or a port that is probed is neither.

mod code;
mod shell;

use std::cell::LazyCell;
use std::ops::Range;

use gardefou_finding::{Confidence, Severity};

use super::context::{at_most, is_refused, role_at};
use super::destructive_command::flattened;
use super::files::{Role, is_lock, role};
use super::snippet::{Assignments, runs_lines, snippets};
use super::{Check, CheckId, Out, Reason, Report, Text};
use crate::pattern::{Pattern, patterns};
use crate::shell::commands;

patterns! {
    // The names that begin what may send.
    VERB = r"(?i)\b(?:curl|wget|nc|ncat|netcat|socat|scp|rsync|sftp|ftp|telnet|dig|nslookup|host|openssl\s+s_client|sendmail|mail|iwr|irm|Invoke-WebRequest|Invoke-RestMethod)\b|/dev/(?:tcp|udp)/|\b(?:env|printenv|export\s+-p)\s*\||\baws\s+s3\s+(?:cp|sync)";
}

/// The patterns that are looked for in whole texts.
pub(super) static SIFTED: &[&Pattern] = &[
    &VERB,
    &code::ENVIRONMENT,
    &code::SECRET,
    &code::TOKEN,
    &code::DROP,
    &code::SENDS,
    &code::SOCKET_PY,
    &code::SOCKET_JS,
    &code::SOCKET_RB,
    &code::DUP,
    &code::SPAWN_JS,
    &code::SHELL,
];

pub(crate) struct Exfiltration;

/// What leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leak {
    /// Secrets, to a host.
    Secrets(Confidence),
    /// A shell, for whoever is at the other end.
    Shell,
}

impl Check for Exfiltration {
    fn id(&self) -> CheckId {
        CheckId::Exfiltration
    }

    fn keywords(&self) -> &'static [&'static str] {
        &[
            "curl",
            "wget",
            "netcat",
            "ncat",
            "nc ",
            "socat",
            "scp ",
            "rsync",
            "/dev/tcp",
            "/dev/udp",
            "dig ",
            "nslookup",
            "openssl",
            "invoke-webrequest",
            "invoke-restmethod",
            "iwr ",
            "irm ",
            "environ",
            "process.env",
            "env::vars",
            "env.to_",
            "$_env",
            ".ssh",
            "id_rsa",
            "id_ed25519",
            ".aws",
            "login data",
            "git-credentials",
            "wallet.dat",
            "/etc/shadow",
            "dup2",
            "tcpsocket",
            "fsockopen",
            "tcpclient",
            "net.dial",
            "net.connect",
            "net.socket",
            "gh auth token",
            "webhook.site",
            "_token",
            "_secret",
            "_key",
            "aws s3 ",
            "printenv",
        ]
    }

    fn text(&self, text: &Text<'_>, out: &mut Out<'_>) {
        if role(&text.file.path) == Role::Docs || is_lock(&text.file.path) {
            return;
        }
        let path = text.file.path.to_ascii_lowercase();
        let is_script = runs_lines(&path, text.text());
        let held = LazyCell::new(|| Assignments::of(text));
        for snippet in snippets(text, &VERB) {
            let known = held.at(snippet.at);
            let found = commands(&snippet.text, &known).unwrap_or_default();
            if let Some((leak, shown)) = shell::leak(&flattened(found, &known)) {
                self.report(text, &snippet.range, snippet.at, leak, &shown, out);
            }
        }
        for (range, leak) in code::leaks(text, is_script) {
            self.report(text, &range, range.start, leak, "", out);
        }
    }
}

impl Exfiltration {
    fn report(
        &self,
        text: &Text<'_>,
        range: &Range<usize>,
        at: usize,
        leak: Leak,
        command: &str,
        out: &mut Out<'_>,
    ) {
        let (reason, sure) = match leak {
            Leak::Secrets(sure) => (Reason::SecretsSent, sure),
            Leak::Shell => (Reason::ReverseShell, Confidence::High),
        };
        let (severity, confidence) = match role_at(text, at) {
            _ if is_refused(text, at) => (at_most(text), Confidence::Low),
            Role::Test => (Severity::Medium, Confidence::Low),
            _ if sure == Confidence::Low => (Severity::Medium, Confidence::Medium),
            Role::AgentRules => (Severity::High, Confidence::Medium),
            _ => (Severity::High, sure),
        };
        let mut report = Report::new(self.id(), reason, severity, confidence);
        if !command.is_empty() {
            report = report.detail(command);
        }
        out.at(text, range, report);
    }
}
