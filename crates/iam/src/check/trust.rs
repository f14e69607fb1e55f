//! Trust policies: who may take a role.

use std::collections::BTreeSet;

use gardefou_finding::{Confidence, Severity, StatementPlace, Untrusted};

use super::{Check, Findings, Judged, allows};
use crate::policy::{PrincipalPattern, Scope, SetOperator, Statement, Test};
use crate::snapshot::{Principal, Snapshot};

pub(super) const EVERYONE: Check = Check {
    id: "trust-everyone",
    title: [
        "A role may be assumed by everyone",
        "Un rôle peut être pris par tout le monde",
    ],
    severity: Severity::Critical,
    confidence: Confidence::High,
    cis: &[],
    techniques: &["T1199", "T1078.004"],
    judge: everyone,
};

pub(super) const WHOLE_ACCOUNT: Check = Check {
    id: "trust-whole-account",
    title: [
        "A role trusts the whole of another account",
        "Un rôle fait confiance à tout un autre compte",
    ],
    severity: Severity::Medium,
    confidence: Confidence::High,
    cis: &[],
    techniques: &["T1199"],
    judge: whole_account,
};

pub(super) const NO_EXTERNAL_ID: Check = Check {
    id: "trust-vendor-without-external-id",
    title: [
        "A role trusts a foreign account without an external id",
        "Un rôle fait confiance à un compte étranger sans identifiant externe",
    ],
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    cis: &[],
    techniques: &["T1199"],
    judge: no_external_id,
};

pub(super) const OIDC: Check = Check {
    id: "trust-oidc-without-subject",
    title: [
        "Anybody with an account at an identity provider may assume a role",
        "Quiconque a un compte chez un fournisseur d'identité peut prendre un rôle",
    ],
    severity: Severity::Critical,
    confidence: Confidence::High,
    cis: &[],
    techniques: &["T1199", "T1078.004"],
    judge: oidc,
};

pub(super) const CONFUSED_DEPUTY: Check = Check {
    id: "trust-confused-deputy",
    title: [
        "A service may use a role for any customer of AWS",
        "Un service peut utiliser un rôle pour tout client d'AWS",
    ],
    severity: Severity::Low,
    confidence: Confidence::Medium,
    cis: &[],
    techniques: &["T1199"],
    judge: confused_deputy,
};

/// Identity providers that serve everybody, and the key of their token that
/// says whose it is: the subject, or the pool that gave it.
const PROVIDERS: [(&str, &str); 5] = [
    (
        "cognito-identity.amazonaws.com",
        "cognito-identity.amazonaws.com:aud",
    ),
    (
        "token.actions.githubusercontent.com",
        "token.actions.githubusercontent.com:sub",
    ),
    ("gitlab.com", "gitlab.com:sub"),
    ("app.terraform.io", "app.terraform.io:sub"),
    ("oidc.circleci.com", "oidc.circleci.com*"),
];

/// Services that act for whoever sets them up, with resources of any account,
/// and that send the keys by which a role can tell ("Cross-service confused
/// deputy prevention" in each service's guide).
const DEPUTIES: [&str; 12] = [
    "apigateway.amazonaws.com",
    "backup.amazonaws.com",
    "bedrock.amazonaws.com",
    "cloudtrail.amazonaws.com",
    "codepipeline.amazonaws.com",
    "config.amazonaws.com",
    "events.amazonaws.com",
    "firehose.amazonaws.com",
    "iot.amazonaws.com",
    "logs.amazonaws.com",
    "scheduler.amazonaws.com",
    "ses.amazonaws.com",
];

/// Keys that narrow a trust policy to an organization, an account or a thing.
const NARROWING: [&str; 8] = [
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalarn",
    "aws:principalaccount",
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceorgid",
    "sts:externalid",
];

/// The principals that a role's trust policy lets in, statement by statement.
fn each<'a>(
    snapshot: &'a Snapshot,
    look: &mut dyn FnMut(&'a Principal, usize, &'a Statement, &'a [PrincipalPattern]),
) {
    for role in &snapshot.principals {
        let policy = role
            .trust
            .as_ref()
            .and_then(|trust| trust.policy.as_deref());
        for (index, statement) in policy.into_iter().flat_map(allows) {
            let listed = statement.principals().map_or(&[][..], Scope::listed);
            look(role, index, statement, listed);
        }
    }
}

fn place(role: &Principal, index: usize, statement: &Statement) -> StatementPlace {
    StatementPlace {
        holder: Untrusted::new(&*role.arn),
        policy: Untrusted::new("trust policy"),
        statement: index as u64,
        sid: statement.sid().map(Untrusted::new),
    }
}

/// Whether a statement is for somebody in particular: a condition that holds
/// where its key is missing, that says who is *not* meant, or whose value
/// anybody can have, narrows nothing.
fn is_narrowed(statement: &Statement) -> bool {
    statement.conditions().iter().any(|condition| {
        let operator = condition.operator();
        NARROWING.contains(&condition.key_lower())
            && !operator.negated
            && !operator.if_exists
            && operator.set != Some(SetOperator::ForAllValues)
            && operator.test != Test::Null
            && condition.values().iter().all(|value| is_somebody(value))
    })
}

/// Whether a value is more than wildcards, and an ARN names its account.
fn is_somebody(value: &str) -> bool {
    let wild = |text: &str| text.chars().all(|c| matches!(c, '*' | '?'));
    let arn = value.starts_with("arn:");
    // Buckets have no account in their ARN; their name is their own.
    let mut parts = value.splitn(6, ':').skip(2);
    let (service, account) = (parts.next(), parts.nth(1));
    let open = service != Some("s3") && account.is_none_or(wild);
    !(wild(value) || arn && open)
}

fn everyone(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    each(judged.snapshot, &mut |role, index, statement, listed| {
        let open = listed.contains(&PrincipalPattern::Everyone)
            || statement.principals().is_some_and(Scope::is_except);
        if !open || is_narrowed(statement) {
            return;
        }
        let found = findings.add(&role.account, &role.arn, &[]);
        found.evidence = vec![place(role, index, statement)];
        if !statement.conditions().is_empty() {
            found.severity = Severity::High;
            found.confidence = Confidence::Medium;
        }
    });
}

fn whole_account(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    each(judged.snapshot, &mut |role, index, statement, listed| {
        let others: Vec<_> = listed
            .iter()
            .filter_map(|one| match one {
                PrincipalPattern::Account(account) if **account != *role.account => {
                    Some(("account", account.to_string()))
                }
                _ => None,
            })
            .collect();
        if !others.is_empty() && !is_narrowed(statement) {
            let found = findings.add(&role.account, &role.arn, &others);
            found.evidence = vec![place(role, index, statement)];
        }
    });
}

fn no_external_id(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    each(judged.snapshot, &mut |role, index, statement, listed| {
        let foreign: BTreeSet<_> = listed
            .iter()
            .filter_map(account)
            .filter(|account| !judged.snapshot.accounts.contains_key(*account))
            .collect();
        if !foreign.is_empty() && !is_narrowed(statement) {
            let facts: Vec<_> = foreign
                .iter()
                .map(|account| ("account", (*account).to_owned()))
                .collect();
            let found = findings.add(&role.account, &role.arn, &facts);
            found.evidence = vec![place(role, index, statement)];
        }
    });
}

/// The account that a principal is of.
fn account(pattern: &PrincipalPattern) -> Option<&str> {
    match pattern {
        PrincipalPattern::Account(account) | PrincipalPattern::Role { account, .. } => {
            Some(account)
        }
        PrincipalPattern::User(arn) | PrincipalPattern::Session(arn) => {
            crate::arn::Arn::parse(arn).map(|arn| arn.account)
        }
        _ => None,
    }
}

fn oidc(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    each(judged.snapshot, &mut |role, index, statement, listed| {
        for provider in listed.iter().filter_map(|one| match one {
            PrincipalPattern::Federated(provider) => Some(provider),
            _ => None,
        }) {
            let name = provider.rsplit("oidc-provider/").next().unwrap_or(provider);
            let known = PROVIDERS.iter().find(|(host, _)| name.starts_with(host));
            if let Some((_, key)) = known.filter(|(_, key)| !names_a_subject(statement, key)) {
                let found = findings.add(
                    &role.account,
                    &role.arn,
                    &[
                        ("provider", name.to_owned()),
                        ("missing", (*key).to_owned()),
                    ],
                );
                found.evidence = vec![place(role, index, statement)];
            }
        }
    });
}

/// Whether a condition on the token says whose it is: the subject, or the
/// repository. A value whose wildcard stands where the owner's name is, names
/// nobody: `repo:acme*/*` is `acme-evil` too.
fn names_a_subject(statement: &Statement, key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let host = key.rsplit_once(':').map_or(&*key, |(host, _)| host);
    statement.conditions().iter().any(|condition| {
        let asked = condition.key_lower();
        let about = asked == key
            || key
                .strip_suffix('*')
                .is_some_and(|start| asked.starts_with(start))
            || asked
                .strip_prefix(host)
                .is_some_and(|claim| claim.starts_with(":repository"));
        about
            && !condition.operator().negated
            && condition.values().iter().all(|value| names_an_owner(value))
    })
}

fn names_an_owner(value: &str) -> bool {
    let fixed = value.split(['*', '?']).next().unwrap_or_default();
    let owner = fixed.split_once(':').map_or(fixed, |(_, owner)| owner);
    !value.is_empty() && (fixed == value || owner.trim_start_matches('/').contains(['/', ':']))
}

fn confused_deputy(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    each(judged.snapshot, &mut |role, index, statement, listed| {
        let services: Vec<_> = listed
            .iter()
            .filter_map(|one| match one {
                PrincipalPattern::Service(name) if DEPUTIES.contains(&&**name) => {
                    Some(("service", name.to_string()))
                }
                _ => None,
            })
            .collect();
        if !services.is_empty() && !is_narrowed(statement) && !role.is_service_linked() {
            let found = findings.add(&role.account, &role.arn, &services);
            found.evidence = vec![place(role, index, statement)];
        }
    });
}
