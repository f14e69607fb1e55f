//! Whom a statement means.

use super::scan::Asked;
use crate::policy::{Effect, PrincipalPattern, Scope, Statement};
use crate::request::{Found, Key, Principal, PrincipalType, Request};

/// How a statement takes hold of the principal; what it allows is limited
/// accordingly. Later is stronger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Grip {
    /// Not at all.
    None,
    /// By its account.
    Account,
    /// By the role of its session.
    Role,
    /// Itself, or as everybody.
    Direct,
}

/// How `statement` takes hold of the principal.
pub(crate) fn grip(statement: &Statement, asked: Asked<'_>) -> Grip {
    match statement.principals() {
        None => Grip::Direct,
        Some(Scope::Only(listed)) => strongest(listed, asked.request),
        Some(Scope::Except(listed)) => {
            let is_excepted = match statement.effect() {
                Effect::Deny => is_excepted(listed, asked),
                Effect::Allow => strongest(listed, asked.request) != Grip::None,
            };
            if is_excepted {
                Grip::None
            } else {
                Grip::Direct
            }
        }
    }
}

fn strongest(listed: &[PrincipalPattern], request: &Request<'_>) -> Grip {
    listed
        .iter()
        .map(|pattern| takes(pattern, request))
        .max()
        .unwrap_or(Grip::None)
}

/// Whether `NotPrincipal` of a deny leaves the principal out. AWS looks at the
/// account, then the role, then the session, and denies when one of them is
/// not listed; and it denies whoever has a permissions boundary ("NotPrincipal"
/// in the IAM User Guide).
fn is_excepted(listed: &[PrincipalPattern], asked: Asked<'_>) -> bool {
    let request = asked.request;
    if strongest(listed, request) == Grip::None {
        return false;
    }
    if listed.contains(&PrincipalPattern::Everyone) {
        return true;
    }
    if asked.is_bounded && request.principal.has_identity() {
        return false;
    }
    let has = |grip| listed.iter().any(|pattern| takes(pattern, request) == grip);
    let kind = request.principal.kind();
    let by_account = || kind == PrincipalType::Root || has(Grip::Account);
    match kind {
        PrincipalType::AssumedRole => has(Grip::Direct) && has(Grip::Role) && by_account(),
        PrincipalType::Role => has(Grip::Role) && by_account(),
        PrincipalType::User | PrincipalType::FederatedUser => has(Grip::Direct) && by_account(),
        _ => true,
    }
}

fn takes(pattern: &PrincipalPattern, request: &Request<'_>) -> Grip {
    let principal = request.principal;
    let direct = |is| if is { Grip::Direct } else { Grip::None };
    match pattern {
        PrincipalPattern::Everyone => Grip::Direct,
        PrincipalPattern::Account(account) => {
            if principal.account() != Some(account) {
                Grip::None
            } else if principal.kind() == PrincipalType::Root {
                Grip::Direct
            } else {
                Grip::Account
            }
        }
        PrincipalPattern::User(arn) | PrincipalPattern::Session(arn) => {
            direct(**arn == *principal.as_str())
        }
        PrincipalPattern::Role { account, name, .. } => {
            let is_role = matches!(
                principal.kind(),
                PrincipalType::Role | PrincipalType::AssumedRole
            );
            let is_it =
                is_role && principal.account() == Some(account) && principal.name() == Some(name);
            if is_it { Grip::Role } else { Grip::None }
        }
        PrincipalPattern::Service(name) => {
            direct(is_provider_or_service(principal) && **name == *principal.as_str())
        }
        PrincipalPattern::Federated(name) => {
            direct(is_provider_or_service(principal) && **name == *principal.as_str())
        }
        PrincipalPattern::CanonicalUser(id) => direct(**id == *principal.as_str()),
        PrincipalPattern::UniqueId(id) => unique(id, request),
    }
}

fn is_provider_or_service(principal: &Principal) -> bool {
    matches!(
        principal.kind(),
        PrincipalType::Service | PrincipalType::Federated
    )
}

/// A unique id is the whole of a user's `aws:userid`, and the beginning of a
/// session's.
fn unique(id: &str, request: &Request<'_>) -> Grip {
    let Found::One(user_id) = request.find(&Key::new("aws:userid")) else {
        return Grip::None;
    };
    match user_id.split_once(':') {
        None if user_id == id => Grip::Direct,
        Some((role, _)) if role == id => Grip::Role,
        _ => Grip::None,
    }
}
