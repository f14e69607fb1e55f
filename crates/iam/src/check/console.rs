//! People at the console: passwords and MFA.

use gardefou_finding::{Confidence, Severity};

use super::keys::users;
use super::{Check, Findings, Judged};
use crate::snapshot::{Credential, MfaKind, Principal};

/// Days after which something is unused (CIS 1.12).
const UNUSED: i64 = 45;

pub(super) const NO_MFA: Check = Check {
    id: "console-user-without-mfa",
    title: [
        "A console user has no MFA",
        "Un utilisateur de console n'a pas de MFA",
    ],
    severity: Severity::High,
    confidence: Confidence::High,
    cis: &["1.10"],
    techniques: &["T1078.004", "T1110"],
    judge: no_mfa,
};

pub(super) const PHISHABLE: Check = Check {
    id: "mfa-can-be-phished",
    title: [
        "A console user's MFA is a code that can be given away",
        "La MFA d'un utilisateur de console est un code que l'on peut se faire soutirer",
    ],
    severity: Severity::Low,
    confidence: Confidence::High,
    cis: &[],
    techniques: &["T1566", "T1621"],
    judge: phishable,
};

pub(super) const UNUSED_PASSWORD: Check = Check {
    id: "password-unused",
    title: [
        "A console password is not used",
        "Un mot de passe de console ne sert pas",
    ],
    severity: Severity::Medium,
    confidence: Confidence::High,
    cis: &["1.12"],
    techniques: &["T1078.004"],
    judge: unused_password,
};

pub(super) const SHORT_PASSWORDS: Check = Check {
    id: "password-policy-short",
    title: [
        "Passwords may be shorter than 14 characters",
        "Les mots de passe peuvent avoir moins de 14 caractères",
    ],
    severity: Severity::Medium,
    confidence: Confidence::High,
    cis: &["1.8"],
    techniques: &["T1110"],
    judge: short_passwords,
};

pub(super) const REUSED_PASSWORDS: Check = Check {
    id: "password-policy-reuse",
    title: [
        "Old passwords may be used again",
        "D'anciens mots de passe peuvent resservir",
    ],
    severity: Severity::Low,
    confidence: Confidence::High,
    cis: &["1.9"],
    techniques: &["T1110"],
    judge: reused_passwords,
};

/// Users with a console password; accounts without a report are not judged.
fn console_users<'a>(
    judged: &Judged<'a>,
    findings: &mut Findings<'_>,
) -> Vec<(&'a Principal, &'a Credential)> {
    users(judged, findings)
        .into_iter()
        .filter(|(_, credential)| credential.password_enabled == Some(true))
        .collect()
}

fn no_mfa(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    for (user, credential) in console_users(judged, findings) {
        if !credential.mfa_active {
            findings.add(&user.account, &user.arn, &[]);
        }
    }
}

fn phishable(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    for (user, credential) in console_users(judged, findings) {
        if !credential.mfa_active {
            continue;
        }
        if user.devices.is_empty() {
            findings.not_judged(&user.arn);
        } else if !user.devices.contains(&MfaKind::PhishingResistant) {
            let kind = if user.devices.contains(&MfaKind::Hardware) {
                "hardware"
            } else {
                "virtual"
            };
            findings.add(&user.account, &user.arn, &[("mfa", kind.to_owned())]);
        }
    }
}

fn unused_password(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    for (user, credential) in console_users(judged, findings) {
        let last = credential
            .password_last_used
            .or(credential.password_last_changed)
            .or(user.created);
        let Some(days) = last
            .map(|last| judged.days_since(last))
            .filter(|days| *days >= UNUSED)
        else {
            continue;
        };
        findings.add(
            &user.account,
            &user.arn,
            &[("days_unused", days.to_string())],
        );
    }
}

fn short_passwords(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    for (id, account) in &judged.snapshot.accounts {
        let Some(policy) = &account.password_policy else {
            findings.not_judged(id);
            continue;
        };
        let length = policy.minimum_length.unwrap_or(8);
        if length < 14 {
            findings.add(
                id,
                &format!("arn:aws:iam::{id}:root"),
                &[("minimum_length", length.to_string())],
            );
        }
    }
}

fn reused_passwords(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    for (id, account) in &judged.snapshot.accounts {
        let Some(policy) = &account.password_policy else {
            findings.not_judged(id);
            continue;
        };
        let remembered = policy.reuse_prevention.unwrap_or(0);
        if remembered < 24 {
            findings.add(
                id,
                &format!("arn:aws:iam::{id}:root"),
                &[("remembered", remembered.to_string())],
            );
        }
    }
}
