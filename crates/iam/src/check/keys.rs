//! Long-lived credentials: access keys and certificates.

use gardefou_finding::{Confidence, Severity, Timestamp};

use super::{Check, Findings, Judged};
use crate::snapshot::{Credential, KeyState, Principal};

/// Days after which a key is old (CIS 1.14).
const OLD_DAYS: i64 = 90;

/// Days after which a key is unused (CIS 1.12).
const UNUSED_DAYS: i64 = 45;

pub(super) const OLD: Check = Check {
    id: "access-key-old",
    title: [
        "An access key is older than 90 days",
        "Une clé d'accès a plus de 90 jours",
    ],
    severity: Severity::Medium,
    confidence: Confidence::High,
    cis: &["1.14"],
    techniques: &["T1078.004", "T1552"],
    judge: old,
};

pub(super) const UNUSED: Check = Check {
    id: "access-key-unused",
    title: ["An access key is not used", "Une clé d'accès ne sert pas"],
    severity: Severity::Medium,
    confidence: Confidence::High,
    cis: &["1.12"],
    techniques: &["T1078.004"],
    judge: unused,
};

pub(super) const TWO_ACTIVE: Check = Check {
    id: "access-keys-two-active",
    title: [
        "A user has two active access keys",
        "Un utilisateur a deux clés d'accès actives",
    ],
    severity: Severity::Low,
    confidence: Confidence::High,
    cis: &["1.13"],
    techniques: &["T1098.001"],
    judge: two_active,
};

pub(super) const NEVER_ROTATED: Check = Check {
    id: "access-key-never-rotated",
    title: [
        "An access key is as old as its user",
        "Une clé d'accès est aussi vieille que son utilisateur",
    ],
    severity: Severity::Medium,
    confidence: Confidence::High,
    cis: &["1.11", "1.14"],
    techniques: &["T1078.004"],
    judge: never_rotated,
};

pub(super) const LONG_LIVED: Check = Check {
    id: "long-lived-credentials",
    title: [
        "A user has long-lived credentials where a role would do",
        "Un utilisateur a des identifiants durables là où un rôle suffirait",
    ],
    severity: Severity::Low,
    confidence: Confidence::Medium,
    cis: &["1.21"],
    techniques: &["T1078.004", "T1552.001"],
    judge: long_lived,
};

pub(super) const CERTIFICATE: Check = Check {
    id: "signing-certificate",
    title: [
        "A user has an active signing certificate",
        "Un utilisateur a un certificat de signature actif",
    ],
    severity: Severity::Low,
    confidence: Confidence::High,
    cis: &[],
    techniques: &["T1098.001"],
    judge: certificate,
};

/// Users of the credential report; accounts without one are not judged.
pub(super) fn users<'a>(
    judged: &Judged<'a>,
    findings: &mut Findings<'_>,
) -> Vec<(&'a Principal, &'a Credential)> {
    for (id, account) in &judged.snapshot.accounts {
        if !account.has_credentials {
            findings.not_judged(id);
        }
    }
    let all = judged.snapshot.principals.iter();
    all.filter_map(|user| Some((user, user.credential.as_ref()?)))
        .collect()
}

fn active(credential: &Credential) -> impl Iterator<Item = (usize, &KeyState)> {
    credential
        .keys
        .iter()
        .enumerate()
        .filter(|(_, key)| key.active)
        .map(|(at, key)| (at + 1, key))
}

/// Facts about a key.
fn told(number: usize, name: &'static str, days: i64) -> [(&'static str, String); 2] {
    [("access_key", number.to_string()), (name, days.to_string())]
}

fn old(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    for (user, credential) in users(judged, findings) {
        for (number, key) in active(credential) {
            if let Some(days) = age(judged, key.rotated, OLD_DAYS) {
                findings.add(&user.account, &user.arn, &told(number, "age_days", days));
            }
        }
    }
}

fn unused(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    for (user, credential) in users(judged, findings) {
        for (number, key) in active(credential) {
            if let Some(days) = age(judged, key.last_used.or(key.rotated), UNUSED_DAYS) {
                findings.add(&user.account, &user.arn, &told(number, "days_unused", days));
            }
        }
    }
}

fn two_active(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    for (user, credential) in users(judged, findings) {
        if active(credential).count() > 1 {
            findings.add(&user.account, &user.arn, &[]);
        }
    }
}

fn never_rotated(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    const DAY: i64 = 86_400;
    for (user, credential) in users(judged, findings) {
        for (number, key) in active(credential) {
            let made = credential.created.zip(key.rotated);
            let at_once = made.is_some_and(|(user, key)| key.seconds() - user.seconds() < DAY);
            if let Some(days) = age(judged, key.rotated, OLD_DAYS).filter(|_| at_once) {
                findings.add(&user.account, &user.arn, &told(number, "age_days", days));
            }
        }
    }
}

fn long_lived(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    for (user, credential) in users(judged, findings) {
        if active(credential).next().is_some() {
            let services = credential
                .keys
                .iter()
                .filter_map(|key| key.last_service.clone());
            let facts: Vec<_> = services.map(|service| ("last_service", service)).collect();
            findings.add(&user.account, &user.arn, &facts);
        }
    }
}

fn certificate(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    for (user, credential) in users(judged, findings) {
        if credential.certificates > 0 {
            findings.add(&user.account, &user.arn, &[]);
        }
    }
}

/// Whole days since a time, when there are at least so many.
fn age(judged: &Judged<'_>, time: Option<Timestamp>, least: i64) -> Option<i64> {
    time.map(|time| judged.days_since(time))
        .filter(|days| *days >= least)
}
