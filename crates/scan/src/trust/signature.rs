//! Signatures of commits against those who may sign.

use gardefou_finding::{Confidence, Severity, Timestamp};

use super::Trust;
use super::ssh::{self, SshError};
use crate::change::{Commit, SignatureKind};
use crate::check::{CheckId, Out, Reason, Report};
use crate::coverage::Unread;

/// The purpose that git signs for.
const GIT: &str = "git";

/// Judges a commit's signature; the answer is who signed, when that is proven.
pub(super) fn judge(trust: &Trust<'_>, commit: &Commit, out: &mut Out<'_>) -> Option<String> {
    let is_rule = trust.config.signatures.required;
    let Some(signature) = &commit.signature else {
        if is_rule {
            tell(Reason::SignatureMissing, Severity::High, commit, "", out);
        }
        return None;
    };
    if signature.kind != SignatureKind::Ssh {
        unverified(is_rule, commit, "OpenPGP or X.509", out);
        return None;
    }
    match ssh::verify(&signature.armoured, GIT, &signature.payload) {
        Ok(key) => {
            let time = commit.committer.as_ref().and_then(|who| who.time);
            let time = time.and_then(|(seconds, _)| Timestamp::from_seconds(seconds));
            let at = time.unwrap_or(trust.now).min(trust.now);
            let signer = trust.signers.principal(&key, GIT, at).map(str::to_owned);
            if signer.is_none() && (is_rule || !trust.signers.is_empty()) {
                let severity = if is_rule {
                    Severity::High
                } else {
                    Severity::Medium
                };
                let print = key.fingerprint(ssh_key::HashAlg::Sha256).to_string();
                tell(
                    Reason::SignatureUnknownSigner,
                    severity,
                    commit,
                    &print,
                    out,
                );
            }
            signer
        }
        Err(SshError::Unknown) => {
            unverified(is_rule, commit, "SSH key of an unknown kind", out);
            None
        }
        Err(error) => {
            let told = error.to_string();
            tell(Reason::SignatureBad, Severity::High, commit, &told, out);
            None
        }
    }
}

/// Where signing is the rule, a signature that cannot be verified is not judged.
fn unverified(is_rule: bool, commit: &Commit, kind: &str, out: &mut Out<'_>) {
    if is_rule {
        out.unread_at(&commit.id, Unread::Unverifiable, kind);
    }
}

fn tell(reason: Reason, severity: Severity, commit: &Commit, detail: &str, out: &mut Out<'_>) {
    let id = CheckId::CommitSignature;
    let mut report = Report::new(id, reason, severity, Confidence::High);
    report = report.detail(format!("{} <{}>", commit.author.name, commit.author.mail));
    if !detail.is_empty() {
        report = report.detail(detail);
    }
    out.on_commit(commit.subject(), report);
}
