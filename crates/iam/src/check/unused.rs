//! What nobody uses.

use gardefou_finding::{Confidence, Severity};

use super::{Check, Findings, Judged};
use crate::snapshot::Kind;

/// Days after which a role is unused.
const UNUSED_DAYS: i64 = 90;

pub(super) const ROLE: Check = Check {
    id: "role-unused",
    title: [
        "A role was not used for 90 days",
        "Un rôle n'a pas servi depuis 90 jours",
    ],
    severity: Severity::Low,
    confidence: Confidence::High,
    cis: &[],
    techniques: &["T1078.004"],
    judge: role,
};

fn role(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    let roles = judged
        .snapshot
        .principals
        .iter()
        .filter(|one| one.kind == Kind::Role && !one.is_service_linked());
    for role in roles {
        if !role.tells_last_used {
            findings.not_judged(&role.arn);
            continue;
        }
        // A role that was never used counts from when it was made.
        let Some(days) = role
            .last_used
            .or(role.created)
            .map(|last| judged.days_since(last))
        else {
            findings.not_judged(&role.arn);
            continue;
        };
        if days >= UNUSED_DAYS {
            let facts = [
                ("days_unused", days.to_string()),
                ("ever_used", role.last_used.is_some().to_string()),
            ];
            findings.add(&role.account, &role.arn, &facts);
        }
    }
}
