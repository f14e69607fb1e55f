//! Shut out users of IAM Identity Center (SSO).
//!
//! Their roles take no policy but that of their permission set, and disabling
//! a user leaves the sessions that are open. AWS's way is to deny first, then
//! to take the assignments away, then to disable the user and to end the
//! portal's sessions (User Guide of IAM Identity Center, "Revoke active IAM role
//! sessions created by permission sets" and "Revoke access for deleted users").
//!
//! The log of an account does not tell the ARNs of the instance and of the
//! permission set: lines that show them come first, and words in capitals stand
//! for them. AWS refuses the words themselves, so a line pasted unread does no
//! harm.

use std::collections::BTreeSet;

use gardefou_finding::StepKind;
use serde_json::json;

use super::{Line, Place, Scene, Steps};

/// How the roles of permission sets begin; the set's name and a number follow.
pub(super) const ROLE: &str = "AWSReservedSSO_";

/// What the reader has to fill in.
const INSTANCE: &str = "INSTANCE_ARN";
const PERMISSION_SET: &str = "PERMISSION_SET_ARN";
const STORE: &str = "IDENTITY_STORE_ID";
const USER: &str = "USER_ID";

/// A user of Identity Center in an account: the session carries its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct User<'a> {
    name: &'a str,
    account: &'a str,
}

/// Reads `arn:…:assumed-role/AWSReservedSSO_…/name`.
fn user(arn: &str) -> Option<User<'_>> {
    let mut parts = arn.splitn(6, ':').skip(4);
    let (account, path) = (parts.next()?, parts.next()?);
    let (role, name) = path.strip_prefix("assumed-role/")?.split_once('/')?;
    (role.starts_with(ROLE) && !name.is_empty()).then_some(User { name, account })
}

pub(super) fn shut_out(scene: &Scene<'_>, steps: &mut Steps) {
    let arns = scene
        .identities
        .iter()
        .filter_map(|it| it.actor.arn.as_ref());
    let mut known = BTreeSet::new();
    for user in arns.filter_map(|arn| user(arn.as_str())) {
        if !known.insert(user) {
            continue;
        }
        // Done where Identity Center is managed, which is not the account here.
        let place = Place::default();
        steps.add(StepKind::DenySsoUser, user.name, place, deny(scene, user));
        steps.add(StepKind::RemoveSsoAccess, user.name, place, unassign(user));
    }
}

/// Denies the user's sessions of before now; others of the set go on. The
/// policy in place is shown first, since the new one replaces it.
fn deny(scene: &Scene<'_>, user: User<'_>) -> [Line; 3] {
    let policy = json!({"Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*",
            "Condition": {
                "StringLike": {"aws:userid": format!("*:{}", literal(user.name))},
                "DateLessThan": {"aws:TokenIssueTime": scene.now.to_string()}}}]});
    let on = |operation| {
        Line::new("sso-admin", operation)
            .arg("--instance-arn", INSTANCE)
            .arg("--permission-set-arn", PERMISSION_SET)
    };
    [
        on("get-inline-policy-for-permission-set"),
        on("put-inline-policy-to-permission-set").arg("--inline-policy", &policy.to_string()),
        on("provision-permission-set").arg("--target-type", "ALL_PROVISIONED_ACCOUNTS"),
    ]
}

/// A name as `StringLike` takes it: only as itself.
fn literal(name: &str) -> String {
    let escape = |c| match c {
        '*' | '?' | '$' => format!("${{{c}}}"),
        _ => String::from(c),
    };
    name.chars().map(escape).collect()
}

/// Shows the instance and its store, the user's id, and its assignments, then
/// removes the one in this account.
fn unassign(user: User<'_>) -> [Line; 4] {
    let by_name = json!({"UniqueAttribute":
        {"AttributePath": "userName", "AttributeValue": user.name}});
    [
        Line::new("sso-admin", "list-instances"),
        Line::new("identitystore", "get-user-id")
            .arg("--identity-store-id", STORE)
            .arg("--alternate-identifier", &by_name.to_string()),
        Line::new("sso-admin", "list-account-assignments-for-principal")
            .arg("--instance-arn", INSTANCE)
            .arg("--principal-type", "USER")
            .arg("--principal-id", USER),
        Line::new("sso-admin", "delete-account-assignment")
            .arg("--instance-arn", INSTANCE)
            .arg("--permission-set-arn", PERMISSION_SET)
            .arg("--principal-type", "USER")
            .arg("--principal-id", USER)
            .arg("--target-type", "AWS_ACCOUNT")
            .arg("--target-id", user.account),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_session_carries_the_users_name() {
        let role = "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_0123456789abcdef";
        let read = user(&format!("{role}/tom.berg@acme.io"))
            .map(|user| (user.name.to_owned(), user.account.to_owned()));
        assert_eq!(
            read,
            Some(("tom.berg@acme.io".into(), "123456789012".into()))
        );
        for arn in [
            format!("{role}/"),
            role.to_owned(),
            "arn:aws:sts::123456789012:assumed-role/deploy/tom".to_owned(),
            "AWSReservedSSO_Admin".to_owned(),
        ] {
            assert_eq!(user(&arn), None, "{arn}");
        }
    }

    /// Else a session named `*` would shut everybody out.
    #[test]
    fn a_name_is_no_pattern() {
        assert_eq!(literal("a*b?$c"), "a${*}b${?}${$}c");
    }
}
