//! Who may do everything, and who can get there.

use gardefou_finding::{Certainty, Confidence, Goal, Severity};

use super::{Check, Findings, Judged};
use crate::snapshot::Kind;

pub(super) const ADMINISTRATOR: Check = Check {
    id: "administrator",
    title: [
        "A principal may do everything",
        "Un principal peut tout faire",
    ],
    severity: Severity::Low,
    confidence: Confidence::High,
    cis: &["1.16"],
    techniques: &["T1078.004"],
    judge: administrator,
};

pub(super) const ESCALATION: Check = Check {
    id: "privilege-escalation",
    title: [
        "A principal can make itself an administrator",
        "Un principal peut devenir administrateur",
    ],
    severity: Severity::High,
    confidence: Confidence::High,
    cis: &["1.16"],
    techniques: &["T1078.004", "T1098", "T1548.005"],
    judge: escalation,
};

pub(super) const DATA: Check = Check {
    id: "data-by-detour",
    title: [
        "A principal reaches a bucket by way of another principal",
        "Un principal atteint un compartiment en passant par un autre principal",
    ],
    severity: Severity::Medium,
    confidence: Confidence::High,
    cis: &[],
    techniques: &["T1078.004", "T1530"],
    judge: data,
};

fn administrator(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    let certain = judged.analysis.administrators.iter().map(|id| (*id, None));
    let perhaps = judged
        .analysis
        .perhaps
        .iter()
        .map(|(id, on)| (*id, Some(on.len())));
    for (id, doubts) in certain.chain(perhaps) {
        let Some(principal) = judged.snapshot.principals.get(id) else {
            continue;
        };
        let found = findings.add(&principal.account, &principal.arn, &[]);
        // A person's standing credentials are worse than a role's passing ones.
        found.severity = if principal.kind == Kind::User {
            Severity::Medium
        } else {
            Severity::Low
        };
        if doubts.is_some() {
            found.confidence = Confidence::Medium;
        }
    }
}

fn escalation(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    by_principal(judged, findings, Goal::Administrator);
}

fn data(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    by_principal(judged, findings, Goal::Data);
}

/// One finding for each principal with paths to a goal.
fn by_principal(judged: &Judged<'_>, findings: &mut Findings<'_>, goal: Goal) {
    let mut sorted: Vec<_> = judged
        .analysis
        .paths
        .iter()
        .filter(|path| path.goal == goal)
        .collect();
    sorted.sort_by(|a, b| a.from.cmp(&b.from).then(b.severity.cmp(&a.severity)));
    for paths in sorted.chunk_by(|a, b| a.from == b.from) {
        let Some(worst) = paths.first() else {
            continue;
        };
        let arn = worst.from.as_str();
        let account = crate::arn::Arn::parse(arn).map_or("", |arn| arn.account);
        let methods: Vec<_> = paths
            .iter()
            .flat_map(|path| path.methods.iter().map(|one| ("method", one.clone())))
            .collect();
        let mut facts: Vec<(&str, String)> = Vec::new();
        for fact in methods {
            if !facts.contains(&fact) {
                facts.push(fact);
            }
        }
        let found = findings.add(account, arn, &facts);
        found.severity = worst.severity;
        found.confidence = match worst.certainty {
            Certainty::Proven => Confidence::High,
            Certainty::Depends => Confidence::Medium,
            Certainty::NoTarget => Confidence::Low,
        };
        found.paths = paths.iter().map(|path| path.id.clone()).collect();
        let statements = worst.steps.iter().flat_map(|step| &step.permissions);
        found.evidence = statements
            .flat_map(|permission| permission.statements.iter().cloned())
            .collect();
        found.evidence.dedup();
    }
}
