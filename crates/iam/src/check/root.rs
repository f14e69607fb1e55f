//! The root user.

use gardefou_finding::{Confidence, Severity};

use super::{Check, Findings, Judged};
use crate::snapshot::{Credential, MfaKind};

/// Days within which a use counts as recent.
const RECENT: i64 = 90;

pub(super) const ACCESS_KEY: Check = Check {
    id: "root-access-key",
    title: [
        "The root user has an access key",
        "L'utilisateur racine a une clé d'accès",
    ],
    severity: Severity::Critical,
    confidence: Confidence::High,
    cis: &["1.4"],
    techniques: &["T1078.004"],
    judge: access_key,
};

pub(super) const NO_MFA: Check = Check {
    id: "root-without-mfa",
    title: [
        "The root user has no MFA",
        "L'utilisateur racine n'a pas de MFA",
    ],
    severity: Severity::Critical,
    confidence: Confidence::High,
    cis: &["1.5"],
    techniques: &["T1078.004", "T1556.006"],
    judge: no_mfa,
};

pub(super) const MFA_NOT_HARDWARE: Check = Check {
    id: "root-mfa-not-hardware",
    title: [
        "The root user's MFA is an app, not hardware",
        "La MFA de l'utilisateur racine est une application, pas un matériel",
    ],
    severity: Severity::Low,
    confidence: Confidence::High,
    cis: &["1.6"],
    techniques: &["T1078.004"],
    judge: mfa_not_hardware,
};

pub(super) const USED: Check = Check {
    id: "root-used",
    title: [
        "The root user was used lately",
        "L'utilisateur racine a servi récemment",
    ],
    severity: Severity::High,
    confidence: Confidence::High,
    cis: &["1.7"],
    techniques: &["T1078.004"],
    judge: used,
};

/// Each account's root user; an account without a report is not judged.
fn roots<'a>(judged: &Judged<'a>, findings: &mut Findings<'_>) -> Vec<(&'a str, &'a Credential)> {
    let mut all = Vec::new();
    for (id, account) in &judged.snapshot.accounts {
        match &account.root {
            Some(root) => all.push((id.as_str(), root)),
            None => findings.not_judged(id),
        }
    }
    all
}

fn access_key(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    for (id, account) in &judged.snapshot.accounts {
        let summary = account
            .summary
            .get("AccountAccessKeysPresent")
            .map(|count| *count > 0);
        let report = account
            .root
            .as_ref()
            .map(|root| root.keys.iter().any(|key| key.active));
        match report.or(summary) {
            Some(true) => drop(findings.add(id, &format!("arn:aws:iam::{id}:root"), &[])),
            Some(false) => {}
            None => findings.not_judged(id),
        }
    }
}

fn no_mfa(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    for (id, account) in &judged.snapshot.accounts {
        let summary = account
            .summary
            .get("AccountMFAEnabled")
            .map(|enabled| *enabled > 0);
        let report = account.root.as_ref().map(|root| root.mfa_active);
        match report.or(summary) {
            Some(false) => drop(findings.add(id, &format!("arn:aws:iam::{id}:root"), &[])),
            Some(true) => {}
            None => findings.not_judged(id),
        }
    }
}

fn mfa_not_hardware(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    for (id, account) in &judged.snapshot.accounts {
        if account.root_devices.is_empty() {
            findings.not_judged(id);
        } else if account.root_devices.contains(&MfaKind::Virtual) {
            findings.add(id, &format!("arn:aws:iam::{id}:root"), &[]);
        }
    }
}

fn used(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    for (id, root) in roots(judged, findings) {
        let keys = root.keys.iter().filter_map(|key| key.last_used);
        let Some(last) = keys.chain(root.password_last_used).max() else {
            continue;
        };
        if judged.days_since(last) < RECENT {
            findings.add(id, &root.arn, &[("last_used", last.to_string())]);
        }
    }
}
