//! What stands above principals, and what should be there.

use gardefou_finding::{Confidence, Severity};

use super::{Check, Findings, Judged};
use crate::policy::Effect;

pub(super) const NONE: Check = Check {
    id: "no-guardrails",
    title: [
        "No service control policy denies anything to an account",
        "Aucune politique de contrôle ne refuse quoi que ce soit à un compte",
    ],
    severity: Severity::Low,
    confidence: Confidence::High,
    cis: &[],
    techniques: &["T1562.008"],
    judge: none,
};

pub(super) const NO_SUPPORT_ROLE: Check = Check {
    id: "no-support-role",
    title: [
        "Nobody may manage incidents with AWS Support",
        "Personne ne peut gérer les incidents avec AWS Support",
    ],
    severity: Severity::Informational,
    confidence: Confidence::High,
    cis: &["1.17"],
    techniques: &[],
    judge: no_support_role,
};

fn none(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    for (id, account) in &judged.snapshot.accounts {
        if !account.has_guardrails {
            findings.not_judged(id);
            continue;
        }
        let policies = account
            .service_control
            .iter()
            .flat_map(|level| &level.policies);
        let mut read = policies.filter_map(|one| one.policy.as_ref());
        let limits = read.any(|policy| {
            policy.statements().iter().any(|one| {
                one.effect() == Effect::Deny
                    || !one
                        .actions()
                        .listed()
                        .iter()
                        .any(|action| action.is_everything())
            })
        });
        if !limits {
            findings.add(id, &format!("arn:aws:iam::{id}:root"), &[]);
        }
    }
}

fn no_support_role(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    for id in judged.snapshot.accounts.keys() {
        let principals = judged
            .snapshot
            .principals
            .iter()
            .map(|one| (&one.account, &one.policies));
        let groups = judged
            .snapshot
            .groups
            .iter()
            .map(|one| (&one.account, &one.policies));
        let mut own = principals
            .chain(groups)
            .filter(|(account, _)| ***account == **id);
        let given =
            own.any(|(_, policies)| policies.iter().any(|one| &*one.name == "AWSSupportAccess"));
        if !given {
            findings.add(id, &format!("arn:aws:iam::{id}:root"), &[]);
        }
    }
}
