//! Roles: who may take one, and the whole of one.

use gardefou_finding::{AwsCall, Holder};
use serde_json::{Value, json};

use super::policy::{attached, given, inline};
use super::{
    Ask, document, document_text, iam, items, members, number, tag_list, tags, text, texts,
};

fn of_role(operation: &str, role: &str) -> AwsCall {
    iam(operation).with("RoleName", role)
}

pub(super) fn observe_trust<E>(role: &str, ask: Ask<'_, E>) -> Result<Value, E> {
    let pages = ask(&of_role("GetRole", role))?;
    let found = pages.as_deref().and_then(<[Value]>::first);
    Ok(found
        .and_then(|page| text(page, "/Role/AssumeRolePolicyDocument"))
        .map_or(Value::Null, document))
}

pub(super) fn trust_toward(role: &str, to: &Value) -> Vec<AwsCall> {
    vec![of_role("UpdateAssumeRolePolicy", role).with("PolicyDocument", document_text(to))]
}

/// All that IAM has of a role.
pub(super) fn observe<E>(name: &str, ask: Ask<'_, E>) -> Result<Value, E> {
    let Some(pages) = ask(&of_role("GetRole", name))? else {
        return Ok(Value::Null);
    };
    let Some(role) = pages.first() else {
        return Ok(Value::Null);
    };
    let holder = Holder::Role(name.to_owned());
    let profiles = ask(&of_role("ListInstanceProfilesForRole", name))?.unwrap_or_default();
    let profiles: Vec<&str> = items(&profiles, "/InstanceProfiles")
        .filter_map(|one| text(one, "/InstanceProfileName"))
        .collect();
    Ok(json!({
        "path": text(role, "/Role/Path").unwrap_or("/"),
        "description": text(role, "/Role/Description").filter(|one| !one.is_empty()),
        "session": number(role, "/Role/MaxSessionDuration"),
        "boundary": text(role, "/Role/PermissionsBoundary/PermissionsBoundaryArn"),
        "tags": tags(role, "/Role/Tags"),
        "trust": text(role, "/Role/AssumeRolePolicyDocument").map(document),
        "inline": inline(&holder, ask)?,
        "attached": attached(&holder, ask)?.unwrap_or_default(),
        "profiles": profiles,
    }))
}

/// A role of which only the name is known.
pub(super) fn assumed() -> Value {
    json!({"path": "/", "description": null, "session": 3600, "boundary": null, "tags": {},
        "trust": {}, "inline": {}, "attached": [], "profiles": []})
}

pub(super) fn toward(name: &str, from: &Value, to: &Value) -> Vec<AwsCall> {
    if to.is_null() {
        return remove(name, from);
    }
    let mut calls = Vec::new();
    if from.is_null() {
        let session = Some(number(to, "/session")).filter(|seconds| *seconds > 0);
        calls.push(
            of_role("CreateRole", name)
                .with(
                    "AssumeRolePolicyDocument",
                    document_text(to.get("trust").unwrap_or(&Value::Null)),
                )
                .maybe("Path", text(to, "/path"))
                .maybe("Description", text(to, "/description"))
                .maybe("MaxSessionDuration", session)
                .maybe("PermissionsBoundary", text(to, "/boundary"))
                .maybe("Tags", tag_list(to)),
        );
    }
    calls.extend(belongings(name, from, to));
    calls
}

fn remove(name: &str, role: &Value) -> Vec<AwsCall> {
    let mut calls = Vec::new();
    for profile in texts(role, "/profiles") {
        calls.push(
            of_role("RemoveRoleFromInstanceProfile", name).with("InstanceProfileName", profile),
        );
    }
    for (policy, _) in members(role, "/inline") {
        calls.push(of_role("DeleteRolePolicy", name).with("PolicyName", policy));
    }
    for arn in texts(role, "/attached") {
        calls.push(of_role("DetachRolePolicy", name).with("PolicyArn", arn));
    }
    calls.push(of_role("DeleteRole", name));
    calls
}

fn belongings(name: &str, from: &Value, to: &Value) -> Vec<AwsCall> {
    let holder = Holder::Role(name.to_owned());
    let mut calls = given(&holder, from, to);
    let have = texts(from, "/profiles");
    for profile in texts(to, "/profiles")
        .into_iter()
        .filter(|one| !have.contains(one))
    {
        calls.push(of_role("AddRoleToInstanceProfile", name).with("InstanceProfileName", profile));
    }
    calls
}
