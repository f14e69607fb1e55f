//! Stop the way in: keys, sessions, passwords, trust.

use std::collections::BTreeSet;

use gardefou_finding::{
    ActorKind, Identity, LinkKind, Resource, ResourceKind as K, ResourceState, StepKind, Untrusted,
};
use serde_json::json;

use super::{Line, Place, Scene, Steps, detail, globally, id, is_gone, is_made, sso};
use crate::resource::Detail as D;

/// Policy that shuts a made user out.
pub(super) const DENY_ALL: &str = "gardefou-deny-all";
/// Policy that ends sessions issued before a time.
pub(super) const DENY_OLD: &str = "gardefou-deny-older-sessions";

/// An IAM principal by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Principal<'a> {
    User(&'a str),
    Role(&'a str),
    Root,
    Federated,
}

/// Reads an IAM or STS ARN.
pub(super) fn principal(arn: &str) -> Option<Principal<'_>> {
    let rest = arn.splitn(6, ':').nth(5)?;
    let (kind, path) = rest.split_once('/').unwrap_or((rest, ""));
    let last = path.rsplit('/').next().filter(|name| !name.is_empty());
    match kind {
        "root" => Some(Principal::Root),
        "user" => last.map(Principal::User),
        "role" => last.map(Principal::Role),
        "assumed-role" => path
            .split('/')
            .next()
            .filter(|n| !n.is_empty())
            .map(Principal::Role),
        "federated-user" => Some(Principal::Federated),
        _ => None,
    }
}

/// Who an identity is, by its ARN.
fn who(identity: &Identity) -> Option<Principal<'_>> {
    principal(identity.actor.arn.as_ref()?.as_str())
}

fn account(identity: &Identity) -> Place<'_> {
    let account = identity.actor.account.as_ref().map(Untrusted::as_str);
    Place {
        account,
        region: None,
    }
}

/// The user's name behind an identity, where it is a user.
fn user(identity: &Identity) -> Option<&str> {
    match who(identity) {
        Some(Principal::User(name)) => Some(name),
        Some(_) => None,
        None if identity.actor.kind == ActorKind::AccessKey => {
            identity.actor.name.as_ref().map(Untrusted::as_str)
        }
        None => None,
    }
}

pub(super) fn stop_the_way_in(scene: &Scene<'_>, steps: &mut Steps) {
    disable_keys(scene, steps);
    deny_users(scene, steps);
    revoke_roles(scene, steps);
    sso::shut_out(scene, steps);
    remove_logins(scene, steps);
    remove_devices(scene, steps);
    restore_trust(scene, steps);
    remove_providers(scene, steps);
}

fn disable_keys(scene: &Scene<'_>, steps: &mut Steps) {
    let mut done = BTreeSet::new();
    for resource in scene.of(K::AccessKey) {
        if is_gone(resource) || resource.state == ResourceState::Stopped {
            done.insert(id(resource));
        }
    }
    for identity in scene.identities {
        let key = identity.actor.key.as_str();
        if identity.actor.kind == ActorKind::AccessKey && done.insert(key) {
            disable_identity(identity, key, steps);
        }
    }
    for resource in scene.of(K::AccessKey).filter(|resource| !is_gone(resource)) {
        if done.insert(id(resource)) {
            steps.add(
                StepKind::DisableKey,
                id(resource),
                globally(resource),
                [deactivate(resource)],
            );
        }
    }
}

fn disable_identity(identity: &Identity, key: &str, steps: &mut Steps) {
    let line = match (who(identity), user(identity)) {
        // Root's keys can be disabled by root alone: not by a line.
        (Some(Principal::Root), _) => {
            steps.add(StepKind::Review, key, account(identity), []);
            return;
        }
        (_, Some(name)) => Line::new("iam", "update-access-key")
            .arg("--user-name", name)
            .arg("--access-key-id", key)
            .arg("--status", "Inactive"),
        // Tells whose key it is.
        (_, None) => Line::new("iam", "get-access-key-last-used").arg("--access-key-id", key),
    };
    let kind = if user(identity).is_some() {
        StepKind::DisableKey
    } else {
        StepKind::Review
    };
    steps.add(kind, key, account(identity), [line]);
}

fn deactivate(key: &Resource) -> Line {
    let (operation, option) = match detail(key, D::Service) {
        Some("ssh") => ("update-ssh-public-key", "--ssh-public-key-id"),
        Some("certificate") => ("update-signing-certificate", "--certificate-id"),
        Some(_) => (
            "update-service-specific-credential",
            "--service-specific-credential-id",
        ),
        None => ("update-access-key", "--access-key-id"),
    };
    Line::new("iam", operation)
        .maybe("--user-name", detail(key, D::User))
        .arg(option, id(key))
        .arg("--status", "Inactive")
}

/// The user from whom an identity comes, through its links.
fn behind<'a>(scene: &Scene<'a>, identity: &'a Identity) -> Option<(&'a str, Place<'a>)> {
    let mut here = identity;
    for _ in 0..scene.identities.len() {
        if let Some(name) = user(here) {
            return Some((name, account(here)));
        }
        here = scene.identities.get(here.link.as_ref()?.from)?;
    }
    None
}

/// Whether an identity is a token that outlives its user's key.
fn outlives(identity: &Identity) -> bool {
    let linked = identity.link.as_ref().is_some_and(|link| {
        matches!(
            link.kind,
            LinkKind::SessionToken | LinkKind::FederationToken | LinkKind::ConsoleSignIn
        )
    });
    let temporary = matches!(identity.actor.kind, ActorKind::Session | ActorKind::Console);
    linked
        || (temporary
            && matches!(
                who(identity),
                Some(Principal::User(_) | Principal::Federated)
            ))
}

fn deny_users(scene: &Scene<'_>, steps: &mut Steps) {
    let mut done = BTreeSet::new();
    for resource in scene.made(K::User) {
        if done.insert((id(resource), globally(resource).account)) {
            steps.add(
                StepKind::DenyUser,
                id(resource),
                globally(resource),
                [deny_all(id(resource))],
            );
        }
    }
    let mut denied: Vec<(&str, Place<'_>)> = scene
        .identities
        .iter()
        .filter(|it| outlives(it))
        .filter_map(|it| behind(scene, it))
        .collect();
    denied.dedup();
    for (name, place) in denied {
        if done.insert((name, place.account)) {
            steps.add(
                StepKind::DenyUser,
                name,
                place,
                [deny_old(scene, "user", name)],
            );
        }
    }
}

/// Users who are denied everything, and so carry the policy that does it.
pub(super) fn deny_all(user: &str) -> Line {
    let policy = json!({"Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]});
    Line::new("iam", "put-user-policy")
        .arg("--user-name", user)
        .arg("--policy-name", DENY_ALL)
        .arg("--policy-document", &policy.to_string())
}

/// Denies what was issued before now; what is issued later works again.
fn deny_old(scene: &Scene<'_>, kind: &'static str, name: &str) -> Line {
    let policy = json!({"Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*",
            "Condition": {"DateLessThan": {"aws:TokenIssueTime": scene.now.to_string()}}}]});
    let line = match kind {
        "user" => Line::new("iam", "put-user-policy").arg("--user-name", name),
        _ => Line::new("iam", "put-role-policy").arg("--role-name", name),
    };
    line.arg("--policy-name", DENY_OLD)
        .arg("--policy-document", &policy.to_string())
}

/// Roles whose sessions the incident used, with where; each once.
pub(super) fn used_roles<'a>(scene: &Scene<'a>) -> Vec<(&'a str, Place<'a>)> {
    let mut done = BTreeSet::new();
    let roles = scene
        .identities
        .iter()
        .filter_map(|identity| match who(identity) {
            Some(Principal::Role(name)) => Some((name, account(identity))),
            _ => None,
        });
    roles.filter(|role| done.insert(*role)).collect()
}

fn revoke_roles(scene: &Scene<'_>, steps: &mut Steps) {
    let mut done = BTreeSet::new();
    for (name, place) in used_roles(scene) {
        done.insert((name, place.account));
        // Neither of these takes a policy of one's own.
        if name.starts_with("AWSServiceRoleFor") || name.starts_with(sso::ROLE) {
            continue;
        }
        steps.add(
            StepKind::RevokeSessions,
            name,
            place,
            [deny_old(scene, "role", name)],
        );
    }
    for resource in scene
        .of(K::Role)
        .filter(|r| detail(r, D::Trust).is_some() && !is_gone(r))
    {
        let place = globally(resource);
        if done.insert((id(resource), place.account)) {
            let line = deny_old(scene, "role", id(resource));
            steps.add(StepKind::RevokeSessions, id(resource), place, [line]);
        }
    }
}

fn remove_logins(scene: &Scene<'_>, steps: &mut Steps) {
    let mut done = BTreeSet::new();
    for resource in scene
        .of(K::LoginProfile)
        .filter(|resource| !is_gone(resource))
    {
        done.insert(id(resource));
        steps.add(
            StepKind::RemoveLogin,
            id(resource),
            globally(resource),
            [delete_login(id(resource))],
        );
    }
    for identity in scene
        .identities
        .iter()
        .filter(|it| it.actor.kind == ActorKind::Console)
    {
        if let Some(name) = user(identity)
            && done.insert(name)
        {
            steps.add(
                StepKind::RemoveLogin,
                name,
                account(identity),
                [delete_login(name)],
            );
        }
    }
}

/// A device that the incident added lets it pass for the user.
fn remove_devices(scene: &Scene<'_>, steps: &mut Steps) {
    for resource in scene
        .made(K::MfaDevice)
        .filter(|r| detail(r, D::User).is_some())
    {
        let line = Line::new("iam", "deactivate-mfa-device")
            .maybe("--user-name", detail(resource, D::User))
            .arg("--serial-number", id(resource));
        steps.add(
            StepKind::RemoveMfaDevice,
            id(resource),
            globally(resource),
            [line],
        );
    }
}

fn delete_login(user: &str) -> Line {
    Line::new("iam", "delete-login-profile").arg("--user-name", user)
}

/// The old trust policy is not in the log; the line shows the present one.
fn restore_trust(scene: &Scene<'_>, steps: &mut Steps) {
    for resource in scene
        .changed(K::Role)
        .filter(|r| detail(r, D::Trust).is_some())
    {
        let line = Line::new("iam", "get-role")
            .arg("--role-name", id(resource))
            .arg("--query", "Role.AssumeRolePolicyDocument");
        steps.add(
            StepKind::RestoreTrust,
            id(resource),
            globally(resource),
            [line],
        );
    }
}

fn remove_providers(scene: &Scene<'_>, steps: &mut Steps) {
    for resource in scene.of(K::IdentityProvider).filter(|r| !is_gone(r)) {
        // What was there before is only looked at.
        let (kind, line) = match remove_provider(resource) {
            Some(line) => (StepKind::RemoveProvider, line),
            None => (StepKind::Review, Line::new("iam", "list-saml-providers")),
        };
        steps.add(kind, id(resource), super::place(resource), [line]);
    }
}

fn remove_provider(provider: &Resource) -> Option<Line> {
    let region = super::place(provider).region;
    match detail(provider, D::Control)? {
        "trust_anchor" => Some(
            Line::new("rolesanywhere", "disable-trust-anchor")
                .arg("--trust-anchor-id", id(provider))
                .region(region),
        ),
        "roles_anywhere_profile" => Some(
            Line::new("rolesanywhere", "disable-profile")
                .arg("--profile-id", id(provider))
                .region(region),
        ),
        "oidc" if is_made(provider) => {
            Some(Line::new("iam", "delete-open-id-connect-provider").arg(
                "--open-id-connect-provider-arn",
                &provider_arn(provider, "oidc-provider")?,
            ))
        }
        "saml" if is_made(provider) => Some(Line::new("iam", "delete-saml-provider").arg(
            "--saml-provider-arn",
            &provider_arn(provider, "saml-provider")?,
        )),
        _ => None,
    }
}

/// A provider's ARN. Where the answer of the call that made it is not in the
/// log, the ARN follows from the account and the name or URL.
fn provider_arn(provider: &Resource, kind: &str) -> Option<String> {
    let name = id(provider);
    if name.starts_with("arn:") {
        return Some(name.to_owned());
    }
    let name = name.trim_start_matches("https://").trim_end_matches('/');
    let account = provider.account.as_ref()?.as_str();
    let partition = partition(provider.evidence.region.as_str());
    Some(format!("arn:{partition}:iam::{account}:{kind}/{name}"))
}

/// The partition that a region belongs to.
fn partition(region: &str) -> &'static str {
    match region.split('-').take(2).collect::<Vec<_>>().as_slice() {
        ["cn", ..] => "aws-cn",
        ["us", "gov"] => "aws-us-gov",
        _ => "aws",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_kind_of_principal() {
        for (arn, expected) in [
            (
                "arn:aws:iam::1:user/team/alice",
                Some(Principal::User("alice")),
            ),
            (
                "arn:aws:sts::1:assumed-role/deploy/session",
                Some(Principal::Role("deploy")),
            ),
            (
                "arn:aws:iam::1:role/path/deploy",
                Some(Principal::Role("deploy")),
            ),
            (
                "arn:aws:sts::1:federated-user/x",
                Some(Principal::Federated),
            ),
            ("arn:aws:iam::1:root", Some(Principal::Root)),
            ("arn:aws:iam::1:user/", None),
            ("alice", None),
        ] {
            assert_eq!(principal(arn), expected, "{arn}");
        }
    }
}
