//! Policies that allow more than they need to.

use gardefou_finding::{Confidence, Severity, StatementPlace};

use super::{Check, Findings, Judged, Own, allows, has_condition, own_policies};
use crate::policy::{Scope, Statement};
use crate::snapshot::Kind;

pub(super) const EVERYTHING: Check = Check {
    id: "policy-allows-everything",
    title: [
        "A policy allows every action on every resource",
        "Une politique autorise toute action sur toute ressource",
    ],
    severity: Severity::High,
    confidence: Confidence::High,
    cis: &["1.16"],
    techniques: &["T1078.004"],
    judge: everything,
};

pub(super) const WHOLE_SERVICE: Check = Check {
    id: "policy-allows-whole-service",
    title: [
        "A policy allows every action of a service on every resource",
        "Une politique autorise toute action d'un service sur toute ressource",
    ],
    severity: Severity::Low,
    confidence: Confidence::High,
    cis: &[],
    techniques: &["T1078.004"],
    judge: whole_service,
};

pub(super) const PASS_ROLE: Check = Check {
    id: "pass-role-on-everything",
    title: [
        "A policy lets every role be passed to services",
        "Une politique permet de confier tout rôle à des services",
    ],
    severity: Severity::Medium,
    confidence: Confidence::High,
    cis: &[],
    techniques: &["T1548.005"],
    judge: pass_role,
};

pub(super) const NOT_ACTION: Check = Check {
    id: "policy-allows-all-but",
    title: [
        "A policy allows all actions but some",
        "Une politique autorise toutes les actions sauf quelques-unes",
    ],
    severity: Severity::Low,
    confidence: Confidence::Medium,
    cis: &[],
    techniques: &["T1078.004"],
    judge: not_action,
};

pub(super) const DATA: Check = Check {
    id: "policy-reads-all-data",
    title: [
        "A policy allows reading all data of a kind",
        "Une politique autorise à lire toutes les données d'un genre",
    ],
    severity: Severity::Medium,
    confidence: Confidence::High,
    cis: &[],
    techniques: &["T1530", "T1555.006"],
    judge: data,
};

pub(super) const SPENDING: Check = Check {
    id: "policy-spends-without-bounds",
    title: [
        "A policy allows spending without bounds",
        "Une politique autorise des dépenses sans bornes",
    ],
    severity: Severity::Low,
    confidence: Confidence::Medium,
    cis: &[],
    techniques: &["T1496"],
    judge: spending,
};

pub(super) const BLINDING: Check = Check {
    id: "policy-disables-guardrails",
    title: [
        "A policy allows switching off logs or detection",
        "Une politique permet de couper journaux ou détection",
    ],
    severity: Severity::Medium,
    confidence: Confidence::High,
    cis: &[],
    techniques: &["T1562.008"],
    judge: blinding,
};

pub(super) const ON_USER: Check = Check {
    id: "policy-on-user",
    title: [
        "A user has policies of its own, not by a group",
        "Un utilisateur a des politiques à lui, hors de tout groupe",
    ],
    severity: Severity::Informational,
    confidence: Confidence::High,
    cis: &["1.15"],
    techniques: &[],
    judge: on_user,
};

pub(super) const CLOUD_SHELL: Check = Check {
    id: "cloudshell-full-access",
    title: [
        "A principal may carry files in and out by CloudShell",
        "Un principal peut faire entrer et sortir des fichiers par CloudShell",
    ],
    severity: Severity::Low,
    confidence: Confidence::High,
    cis: &["1.22"],
    techniques: &["T1059.009"],
    judge: cloud_shell,
};

/// Calls that give out data.
const READING: [&str; 6] = [
    "s3:getobject",
    "secretsmanager:getsecretvalue",
    "ssm:getparameter",
    "dynamodb:scan",
    "rds:modifydbsnapshotattribute",
    "ec2:modifysnapshotattribute",
];

/// Calls that cost without end.
const PAYING: [&str; 7] = [
    "ec2:runinstances",
    "ecs:createservice",
    "ecs:runtask",
    "bedrock:invokemodel",
    "ses:sendemail",
    "sns:publish",
    "sagemaker:createtrainingjob",
];

/// Calls after which nobody looks.
const SILENCING: [&str; 9] = [
    "cloudtrail:stoplogging",
    "cloudtrail:deletetrail",
    "cloudtrail:puteventselectors",
    "guardduty:deletedetector",
    "config:stopconfigurationrecorder",
    "securityhub:disablesecurityhub",
    "access-analyzer:deleteanalyzer",
    "organizations:detachpolicy",
    "organizations:leaveorganization",
];

/// A finding for each policy with a statement that is meant, with the places
/// and what the statement says about them.
fn each(
    judged: &Judged<'_>,
    findings: &mut Findings<'_>,
    name: &'static str,
    meant: &dyn Fn(&Statement) -> Vec<String>,
) {
    for own in own_policies(judged.snapshot) {
        let mut places: Vec<StatementPlace> = Vec::new();
        let mut facts: Vec<(&str, String)> = Vec::new();
        for (index, statement) in allows(own.policy) {
            let words = meant(statement);
            if words.is_empty() {
                continue;
            }
            places.push(own.place(index, statement));
            for word in words {
                if !facts.contains(&(name, word.clone())) {
                    facts.push((name, word));
                }
            }
        }
        report(findings, &own, &facts, places);
    }
}

fn report(
    findings: &mut Findings<'_>,
    own: &Own<'_>,
    facts: &[(&str, String)],
    places: Vec<StatementPlace>,
) {
    if !places.is_empty() {
        findings.add(own.account, &own.subject, facts).evidence = places;
    }
}

fn everything(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    each(judged, findings, "action", &|statement| {
        if statement.allows_everything() {
            vec!["*".to_owned()]
        } else {
            Vec::new()
        }
    });
}

fn whole_service(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    each(judged, findings, "action", &|statement| {
        if statement.actions().is_except() || !statement.is_about_everything() {
            return Vec::new();
        }
        let listed = statement.actions().listed().iter().map(|one| one.as_str());
        listed
            .filter(|one| one.ends_with(":*") && *one != "*:*")
            .map(str::to_owned)
            .collect()
    });
}

fn pass_role(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    each(judged, findings, "action", &|statement| {
        let meant = statement.actions().names("iam:passrole")
            && (statement.is_about_everything() || is_about_all(statement, is_any_role))
            && !statement.has_every_action()
            && !has_condition(statement, "iam:passedtoservice");
        if meant {
            vec!["iam:PassRole".to_owned()]
        } else {
            Vec::new()
        }
    });
}

/// Whether some resource of a statement is meant.
fn is_about_all(statement: &Statement, meant: fn(&str) -> bool) -> bool {
    match statement.resources() {
        Some(Scope::Only(patterns)) => patterns.iter().any(|one| meant(one.as_str())),
        _ => false,
    }
}

/// `arn:aws:iam::111122223333:role/*`, in any account or this one.
fn is_any_role(pattern: &str) -> bool {
    let mut parts = pattern.splitn(6, ':');
    let service = parts.nth(2);
    let kind = parts.nth(2);
    matches!(service, Some("iam" | "*")) && matches!(kind, Some("role/*" | "role*" | "*"))
}

/// `arn:aws:s3:::*`, `arn:aws:*`, `arn:aws:ec2:*:*:instance/*`: everything of
/// a kind, whatever its region and account.
fn is_any_of_a_kind(pattern: &str) -> bool {
    let parts: Vec<&str> = pattern.splitn(6, ':').collect();
    let wild = |part: &&str| part.is_empty() || part.chars().all(|c| c == '*');
    let (place, last) = match parts.get(3..) {
        Some([place @ .., last]) if parts.len() == 6 => (place, *last),
        _ => return parts.first() == Some(&"arn") && parts.last().is_some_and(wild),
    };
    let name = last.rsplit(['/', ':']).next().unwrap_or(last);
    let kind = last.trim_end_matches(['*', '/', ':']);
    // What stands before the name is a kind, but for S3: there it is a bucket.
    let named =
        kind.contains(['/', ':', '*', '?']) || (parts.get(2) == Some(&"s3") && !kind.is_empty());
    place.iter().all(wild) && name == "*" && !named
}

fn not_action(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    each(judged, findings, "not_action", &|statement| {
        if !statement.actions().is_except() {
            return Vec::new();
        }
        statement
            .actions()
            .listed()
            .iter()
            .map(|one| one.as_str().to_owned())
            .collect()
    });
}

/// Which of some actions a statement allows for everything, unconditionally.
fn freely(statement: &Statement, actions: &[&str]) -> Vec<String> {
    if statement.has_every_action()
        || !(statement.is_about_everything() || is_about_all(statement, is_any_of_a_kind))
        || !statement.conditions().is_empty()
    {
        return Vec::new();
    }
    let allowed = actions
        .iter()
        .filter(|action| statement.actions().names(action));
    allowed.map(|action| (*action).to_owned()).collect()
}

fn data(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    each(judged, findings, "action", &|statement| {
        freely(statement, &READING)
    });
}

fn spending(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    each(judged, findings, "action", &|statement| {
        freely(statement, &PAYING)
    });
}

fn blinding(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    each(judged, findings, "action", &|statement| {
        freely(statement, &SILENCING)
    });
}

fn on_user(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    let users = judged
        .snapshot
        .principals
        .iter()
        .filter(|one| one.kind == Kind::User);
    for user in users.filter(|user| !user.policies.is_empty()) {
        let facts: Vec<_> = user
            .policies
            .iter()
            .map(|one| ("policy", one.name.to_string()))
            .collect();
        findings.add(&user.account, &user.arn, &facts);
    }
}

fn cloud_shell(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    let principals = judged.snapshot.principals.iter();
    let principals = principals.map(|one| (&one.account, &one.arn, &one.policies));
    let groups = judged.snapshot.groups.iter();
    let groups = groups.map(|one| (&one.account, &one.arn, &one.policies));
    for (account, holder, policies) in principals.chain(groups) {
        if policies
            .iter()
            .any(|one| &*one.name == "AWSCloudShellFullAccess")
        {
            findings.add(account, holder, &[]);
        }
    }
}
