//! Protections that quietly go off: a feature test that cannot compile, a
//! switch that turns hardening off.
//!
//! xz (2024): one stray full stop in a C probe made CMake believe that the
//! system has no Landlock, and the sandbox went.

use std::ops::Range;

use gardefou_finding::{Confidence, Severity};

use super::files::{Role, role};
use super::{Check, CheckId, Out, Reason, Report, Text};
use crate::pattern::patterns;

patterns! {
    PROBE = r"(?i)check_(?:c|cxx|c_or_cxx)_source_(?:compiles|runs)\s*\(|AC_(?:COMPILE|LINK|RUN|PREPROC)_IFELSE|AC_LANG_(?:SOURCE|PROGRAM)|AC_TRY_(?:COMPILE|LINK|RUN)|try_compile\s*\(|cc\.(?:compiles|links|run)\s*\(";
    GUARDS = r"(?i)landlock|seccomp|sandbox|pledge|capsicum|apparmor|selinux|stack[-_]?protector|fortify|relro|\bcfi\b|prctl|setrlimit|chroot|verify|crypt|random|sanitiz";
    OFF = r#"(?i)rejectUnauthorized["']?\s*[:=]\s*false|NODE_TLS_REJECT_UNAUTHORIZED["']?\]?\s*[:=]\s*["']?0|\bverify\s*=\s*False\b|InsecureSkipVerify\s*:\s*true|ssl\._create_unverified_context|CURLOPT_SSL_VERIFYPEER\s*,\s*(?:0|false)|danger_accept_invalid_certs\(true\)|-fno-stack-protector|-U_FORTIFY_SOURCE|-D_FORTIFY_SOURCE=0|-z\s*,?execstack|--no-verify-ssl|strict-ssl["']?\s*[:=]\s*["']?false|http\.sslVerify["']?\s*[:= ]\s*["']?false"#;
}

/// Most characters of one probe.
const MAX_PROBE: usize = 4000;

pub(crate) struct WeakenedProbe;

impl Check for WeakenedProbe {
    fn id(&self) -> CheckId {
        CheckId::WeakenedProbe
    }

    fn keywords(&self) -> &'static [&'static str] {
        &[
            "_source_compiles",
            "_source_runs",
            "_ifelse",
            "ac_lang_",
            "ac_try_",
            "try_compile",
            "compiles(",
            "links(",
            "rejectunauthorized",
            "tls_reject",
            "verify=false",
            "verify = false",
            "insecureskipverify",
            "unverified_context",
            "ssl_verifypeer",
            "invalid_certs",
            "stack-protector",
            "fortify",
            "execstack",
            "verify-ssl",
            "strict-ssl",
            "sslverify",
        ]
    }

    fn text(&self, text: &Text<'_>, out: &mut Out<'_>) {
        if !text.is_plain() {
            return;
        }
        for found in PROBE.find_iter(text.text()) {
            self.probe(text, found.range(), out);
        }
        if matches!(role(&text.file.path), Role::Docs | Role::Test) {
            return;
        }
        for found in OFF.find_iter(text.text()) {
            let report = Report::new(
                self.id(),
                Reason::ProtectionOff,
                Severity::Medium,
                Confidence::Medium,
            );
            out.at(text, &found.range(), report);
        }
    }
}

impl WeakenedProbe {
    fn probe(&self, text: &Text<'_>, head: Range<usize>, out: &mut Out<'_>) {
        let rest = text.text().get(head.start..).unwrap_or_default();
        let end = rest.floor_char_boundary(MAX_PROBE.min(rest.len()));
        let rest = rest.get(..end).unwrap_or_default();
        let probe = probe_source(rest);
        let Some(stray) = stray_line(probe) else {
            return;
        };
        let start = head.start + stray.start;
        let severity = if GUARDS.is_match(probe) {
            Severity::High
        } else {
            Severity::Medium
        };
        let report = Report::new(self.id(), Reason::ProbeBroken, severity, Confidence::High)
            .shown(probe.lines().take(12).collect::<Vec<_>>().join("\n"));
        out.at(text, &(start..head.start + stray.end), report);
    }
}

/// The probe's text: up to the bracket that closes the call.
fn probe_source(text: &str) -> &str {
    let mut depth = 0i32;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => {
                depth -= 1;
                if depth == 0 {
                    return text.get(..at).unwrap_or(text);
                }
            }
            _ => {}
        }
    }
    text
}

/// A line of C that is punctuation alone, of a kind that stands alone nowhere.
fn stray_line(probe: &str) -> Option<Range<usize>> {
    let mut at = 0;
    for line in probe.split_inclusive('\n') {
        let start = at;
        at += line.len();
        if matches!(
            line.trim(),
            "." | "," | "-" | "'" | "`" | ".." | "@" | "$" | "=" | "?" | "^" | "%" | "~"
        ) {
            return Some(start..start + line.trim_end().len().max(1));
        }
    }
    None
}
