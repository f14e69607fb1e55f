//! `userIdentity` → the principal that policies name.

use std::borrow::Cow;

use gardefou_iam::Principal;
use gardefou_trail::decode::{Field, Record};

/// Who asked; `None` where the record does not say it in a way that policies
/// could name.
pub(crate) fn of(record: &Record<'_>) -> Option<Principal> {
    let arn = record.arn().filter(|arn| !arn.is_empty());
    match record.identity_type().as_deref() {
        Some("AWSService") => service(record),
        Some("AWSAccount") => Some(foreign(record)),
        Some("WebIdentityUser" | "SAMLUser") => provider(record),
        Some("AssumedRole") => {
            let principal = Principal::parse(&arn?).ok()?;
            Some(match record.issuer_arn() {
                Some(role) if role.contains(":role/") => principal.with_role(&role),
                _ => principal,
            })
        }
        _ => match arn {
            Some(arn) => Principal::parse(&arn).ok(),
            None => service(record),
        },
    }
}

/// The ARN by which policies know the caller, where it follows from the kind of
/// identity and one field alone: of a role's session the role's, of a user or
/// the root user their own.
pub(crate) fn named<'r>(record: &Record<'r>) -> Option<Cow<'r, str>> {
    match record.identity_type().as_deref() {
        Some("AssumedRole") => record.issuer_arn().filter(|role| role.contains(":role/")),
        Some("IAMUser" | "Root") => record.arn(),
        _ => None,
    }
}

fn service(record: &Record<'_>) -> Option<Principal> {
    Principal::parse(&record.invoked_by()?).ok()
}

/// Somebody of another account, of whom the log shows no name.
fn foreign(record: &Record<'_>) -> Principal {
    match record.arn().map(|arn| Principal::parse(&arn)) {
        Some(Ok(principal)) => principal,
        _ => Principal::some_user(record.account_id().as_deref()),
    }
}

/// Who comes with an identity provider's token.
fn provider(record: &Record<'_>) -> Option<Principal> {
    let request = record.parsed(Field::RequestParameters);
    let named = request
        .as_ref()
        .and_then(|request| request.get("principalArn")?.as_str());
    let own = || {
        record
            .value()
            .get("userIdentity")?
            .get("identityProvider")?
            .as_str()
    };
    Principal::parse(named.or_else(own)?).ok()
}
