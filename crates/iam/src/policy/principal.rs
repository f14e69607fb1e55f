//! The principals that a policy names.

use super::Problem;
use crate::arn::{Arn, is_account};

/// One entry of `Principal` or `NotPrincipal`. The only wildcard is `*` alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrincipalPattern {
    /// `*` or `{"AWS": "*"}`: everybody, also anonymous.
    Everyone,
    /// An account's number, or its root ARN: authority delegated to the
    /// account, and the account's root user.
    Account(Box<str>),
    /// A user's ARN.
    User(Box<str>),
    /// A role.
    Role {
        /// Its ARN.
        arn: Box<str>,
        /// Its account.
        account: Box<str>,
        /// Its name, without the path.
        name: Box<str>,
    },
    /// The ARN of a role's session, or of a federated user.
    Session(Box<str>),
    /// A service such as `lambda.amazonaws.com`.
    Service(Box<str>),
    /// An identity provider: its ARN, or its name such as
    /// `accounts.google.com`.
    Federated(Box<str>),
    /// An S3 canonical user id.
    CanonicalUser(Box<str>),
    /// The unique id of a user or role that was deleted (`AIDA…`, `AROA…`).
    UniqueId(Box<str>),
}

impl PrincipalPattern {
    /// Reads an entry of this `kind` (`AWS`, `Service`, …).
    pub(super) fn parse(kind: &str, text: &str) -> Result<Self, Problem> {
        let wrong = || Problem::Principal(text.to_owned());
        match kind {
            "AWS" => aws(text).ok_or_else(wrong),
            "Service" | "Federated" | "CanonicalUser" => {
                if text.is_empty() || (text != "*" && text.contains(['*', '?'])) {
                    return Err(wrong());
                }
                Ok(match kind {
                    "Service" => Self::Service(text.to_ascii_lowercase().into()),
                    "Federated" => Self::Federated(text.into()),
                    _ => Self::CanonicalUser(text.into()),
                })
            }
            _ => Err(Problem::PrincipalKind(kind.to_owned())),
        }
    }
}

fn aws(text: &str) -> Option<PrincipalPattern> {
    if text == "*" {
        return Some(PrincipalPattern::Everyone);
    }
    if text.contains(['*', '?']) {
        return None;
    }
    if is_account(text) {
        return Some(PrincipalPattern::Account(text.into()));
    }
    match Arn::parse(text) {
        Some(arn) => of_arn(text, arn),
        None => is_unique_id(text).then(|| PrincipalPattern::UniqueId(text.into())),
    }
}

fn of_arn(text: &str, arn: Arn<'_>) -> Option<PrincipalPattern> {
    let (kind, rest) = arn.resource.split_once('/').unwrap_or((arn.resource, ""));
    match (arn.service, kind) {
        ("iam", "root") => Some(PrincipalPattern::Account(arn.account.into())),
        ("iam", "user") if !rest.is_empty() => Some(PrincipalPattern::User(text.into())),
        ("iam", "role") if !rest.is_empty() => Some(PrincipalPattern::Role {
            arn: text.into(),
            account: arn.account.into(),
            name: rest.rsplit('/').next().unwrap_or(rest).into(),
        }),
        ("sts", "assumed-role" | "federated-user") if !rest.is_empty() => {
            Some(PrincipalPattern::Session(text.into()))
        }
        _ => None,
    }
}

/// `AIDA…`, `AROA…` and their like; the guide's "Unique identifiers".
fn is_unique_id(text: &str) -> bool {
    text.len() >= 16
        && text.starts_with('A')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}
