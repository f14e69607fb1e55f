//! Remove users, roles and policies that the incident made.

use gardefou_finding::{Resource, ResourceKind as K, StepKind};

use super::access::{DENY_ALL, DENY_OLD, used_roles};
use super::{Line, Scene, Steps, detail, globally, id, is_gone, is_made};
use crate::resource::Detail as D;

pub(super) fn remove(scene: &Scene<'_>, steps: &mut Steps) {
    detach_policies(scene, steps);
    remove_users(scene, steps);
    remove_roles(scene, steps);
    delete_policies(scene, steps);
}

/// Whom a policy resource is about: its detail, and the name there.
fn holder(policy: &Resource) -> Option<(D, &str)> {
    // A membership has a group and a user: it is the user who leaves.
    [D::OnRole, D::User, D::OnGroup]
        .into_iter()
        .find_map(|key| Some((key, detail(policy, key)?)))
}

fn detach(policy: &Resource) -> Option<Line> {
    let (key, name) = holder(policy)?;
    if let (Some(arn), None) = (detail(policy, D::PolicyArn), detail(policy, D::PolicyName)) {
        let line = match key {
            D::OnRole => Line::new("iam", "detach-role-policy").arg("--role-name", name),
            D::User => Line::new("iam", "detach-user-policy").arg("--user-name", name),
            _ => Line::new("iam", "detach-group-policy").arg("--group-name", name),
        };
        return Some(line.arg("--policy-arn", arn));
    }
    if let Some(inline) = detail(policy, D::PolicyName) {
        let line = match key {
            D::OnRole => Line::new("iam", "delete-role-policy").arg("--role-name", name),
            D::User => Line::new("iam", "delete-user-policy").arg("--user-name", name),
            _ => Line::new("iam", "delete-group-policy").arg("--group-name", name),
        };
        return Some(line.arg("--policy-name", inline));
    }
    let group = detail(policy, D::OnGroup)?;
    let line = Line::new("iam", "remove-user-from-group").arg("--group-name", group);
    Some(line.arg("--user-name", name))
}

/// Whether a policy sits on somebody whom the incident made, and so goes with
/// them.
fn goes_with_its_holder(scene: &Scene<'_>, policy: &Resource) -> bool {
    let Some((key, name)) = holder(policy) else {
        return false;
    };
    let kind = match key {
        D::OnRole => K::Role,
        D::User => K::User,
        _ => K::Group,
    };
    let same = |other: &Resource| id(other) == name && other.account == policy.account;
    scene.made(kind).any(same)
}

fn detach_policies(scene: &Scene<'_>, steps: &mut Steps) {
    for policy in scene
        .made(K::Policy)
        .filter(|policy| !goes_with_its_holder(scene, policy))
    {
        // A policy that only denies was put there to shut somebody out.
        if detail(policy, D::Status) == Some("denies only") {
            continue;
        }
        if let Some(line) = detach(policy) {
            steps.add(StepKind::DetachPolicy, id(policy), globally(policy), [line]);
        }
    }
}

/// What of a made user or role is known, in the order in which IAM lets it go.
fn belongings<'a>(
    scene: &'a Scene<'a>,
    owner: &'a Resource,
    key: D,
) -> impl Iterator<Item = Line> + 'a {
    scene
        .made(K::Policy)
        .filter(move |policy| {
            holder(policy) == Some((key, id(owner))) && policy.account == owner.account
        })
        .filter_map(detach)
}

fn remove_users(scene: &Scene<'_>, steps: &mut Steps) {
    for user in scene.made(K::User) {
        let name = id(user);
        let on = |operation| Line::new("iam", operation).arg("--user-name", name);
        let mut lines = vec![on("list-access-keys")];
        for key in scene.of(K::AccessKey).filter(|key| !is_gone(key)) {
            if detail(key, D::User) == Some(name) && detail(key, D::Service).is_none() {
                lines.push(on("delete-access-key").arg("--access-key-id", id(key)));
            }
        }
        lines.extend(belongings(scene, user, D::User));
        lines.push(on("delete-user-policy").arg("--policy-name", DENY_ALL));
        lines.push(on("delete-user"));
        steps.add(StepKind::RemoveUser, name, globally(user), lines);
    }
    for group in scene.made(K::Group) {
        let line = Line::new("iam", "get-group").arg("--group-name", id(group));
        steps.add(StepKind::Review, id(group), globally(group), [line]);
    }
}

fn remove_roles(scene: &Scene<'_>, steps: &mut Steps) {
    let used = used_roles(scene);
    for role in scene.made(K::Role) {
        let name = id(role);
        // AWS's own roles for services are harmless and are AWS's to remove.
        if detail(role, D::Service).is_some() || name.starts_with("AWSServiceRoleFor") {
            continue;
        }
        let on = |operation| Line::new("iam", operation).arg("--role-name", name);
        let mut lines: Vec<Line> = belongings(scene, role, D::OnRole).collect();
        for profile in scene
            .of(K::InstanceProfile)
            .filter(|profile| !is_gone(profile))
        {
            if detail(profile, D::Role) == Some(name) {
                let line = on("remove-role-from-instance-profile");
                lines.push(line.arg("--instance-profile-name", id(profile)));
            }
        }
        let revoked =
            used.iter().any(|(used, _)| *used == name) || detail(role, D::Trust).is_some();
        if revoked {
            lines.push(on("delete-role-policy").arg("--policy-name", DENY_OLD));
        }
        lines.push(on("delete-role"));
        steps.add(StepKind::RemoveRole, name, globally(role), lines);
    }
}

/// Managed policies, after everybody was detached from them.
fn delete_policies(scene: &Scene<'_>, steps: &mut Steps) {
    let managed = |r: &&Resource| id(r).starts_with("arn:") && !is_gone(r);
    for policy in scene.of(K::Policy).filter(managed) {
        if is_made(policy) {
            let line = Line::new("iam", "delete-policy").arg("--policy-arn", id(policy));
            steps.add(StepKind::DetachPolicy, id(policy), globally(policy), [line]);
        } else {
            let line = Line::new("iam", "list-policy-versions").arg("--policy-arn", id(policy));
            steps.add(StepKind::Review, id(policy), globally(policy), [line]);
        }
    }
}
