//! Users: their keys, passwords, devices, groups, and the whole of one.

use std::collections::BTreeSet;

use gardefou_finding::{AwsCall, Holder, Loss};
use serde_json::{Map, Value, json};

use super::policy::{attached, given, inline};
use super::{Ask, iam, items, members, tag_list, tags, text, texts, truth};

fn of_user(operation: &str, user: &str) -> AwsCall {
    iam(operation).with("UserName", user)
}

pub(super) fn observe_keys<E>(user: &str, ask: Ask<'_, E>) -> Result<Value, E> {
    let Some(pages) = ask(&of_user("ListAccessKeys", user))? else {
        return Ok(Value::Null);
    };
    let mut keys = Map::new();
    for key in items(&pages, "/AccessKeyMetadata") {
        if let (Some(id), Some(status)) = (text(key, "/AccessKeyId"), text(key, "/Status")) {
            keys.insert(id.to_owned(), json!(status));
        }
    }
    Ok(Value::Object(keys))
}

/// Every key inactive, or only those that are known; the others as they are.
pub(super) fn closed_keys(known: &[String], only: bool, before: &Value) -> Value {
    let after = |(id, now): (&str, &Value)| {
        let stays = only && !known.iter().any(|key| key == id);
        let state = if stays {
            now.clone()
        } else {
            json!("Inactive")
        };
        (id.to_owned(), state)
    };
    Value::Object(members(before, "").into_iter().map(after).collect())
}

pub(super) fn keys_toward(user: &str, from: &Value, to: &Value) -> Vec<AwsCall> {
    let changed = members(to, "")
        .into_iter()
        .filter(|(id, status)| from.get(*id).is_some_and(|now| now != *status));
    changed
        .map(|(id, status)| {
            of_user("UpdateAccessKey", user)
                .with("AccessKeyId", id)
                .with("Status", status.clone())
        })
        .collect()
}

pub(super) fn observe_login<E>(user: &str, ask: Ask<'_, E>) -> Result<Value, E> {
    let pages = ask(&of_user("GetLoginProfile", user))?;
    let found = pages.as_deref().and_then(<[Value]>::first);
    Ok(found.map_or(
        Value::Null,
        |page| json!({"reset": truth(page, "/LoginProfile/PasswordResetRequired")}),
    ))
}

pub(super) fn login_toward(user: &str, from: &Value, to: &Value) -> Vec<AwsCall> {
    if from.is_null() || !to.is_null() {
        return Vec::new();
    }
    vec![of_user("DeleteLoginProfile", user)]
}

/// The serial numbers of a user's devices.
fn devices<E>(user: &str, ask: Ask<'_, E>) -> Result<Option<Vec<String>>, E> {
    let pages = ask(&of_user("ListMFADevices", user))?;
    let serial = |device: &Value| text(device, "/SerialNumber").map(str::to_owned);
    Ok(pages.map(|pages| items(&pages, "/MFADevices").filter_map(serial).collect()))
}

pub(super) fn observe_device<E>(user: &str, serial: &str, ask: Ask<'_, E>) -> Result<Value, E> {
    let devices = devices(user, ask)?;
    Ok(devices.map_or(Value::Null, |all| {
        json!(all.iter().any(|one| one == serial))
    }))
}

pub(super) fn device_toward(user: &str, serial: &str, to: &Value) -> Vec<AwsCall> {
    if to != &json!(false) {
        return Vec::new();
    }
    vec![of_user("DeactivateMFADevice", user).with("SerialNumber", serial)]
}

fn groups<E>(user: &str, ask: Ask<'_, E>) -> Result<Option<Vec<String>>, E> {
    let pages = ask(&of_user("ListGroupsForUser", user))?;
    let name = |group: &Value| text(group, "/GroupName").map(str::to_owned);
    Ok(pages.map(|pages| {
        let mut names: Vec<String> = items(&pages, "/Groups").filter_map(name).collect();
        names.sort();
        names
    }))
}

pub(super) fn observe_membership<E>(user: &str, group: &str, ask: Ask<'_, E>) -> Result<Value, E> {
    let groups = groups(user, ask)?;
    Ok(groups.map_or(Value::Null, |all| json!(all.iter().any(|one| one == group))))
}

pub(super) fn membership_toward(user: &str, group: &str, to: &Value) -> Vec<AwsCall> {
    let operation = match to {
        Value::Bool(true) => "AddUserToGroup",
        Value::Bool(false) => "RemoveUserFromGroup",
        _ => return Vec::new(),
    };
    vec![of_user(operation, user).with("GroupName", group)]
}

/// All that IAM has of a user, but for its secrets.
pub(super) fn observe<E>(name: &str, ask: Ask<'_, E>) -> Result<Value, E> {
    let Some(pages) = ask(&of_user("GetUser", name))? else {
        return Ok(Value::Null);
    };
    let Some(user) = pages.first() else {
        return Ok(Value::Null);
    };
    let holder = Holder::User(name.to_owned());
    Ok(json!({
        "path": text(user, "/User/Path").unwrap_or("/"),
        "boundary": text(user, "/User/PermissionsBoundary/PermissionsBoundaryArn"),
        "tags": tags(user, "/User/Tags"),
        "keys": observe_keys(name, ask)?,
        "login": observe_login(name, ask)?,
        "devices": devices(name, ask)?.unwrap_or_default(),
        "inline": inline(&holder, ask)?,
        "attached": attached(&holder, ask)?.unwrap_or_default(),
        "groups": groups(name, ask)?.unwrap_or_default(),
        "ssh_keys": ids(name, ("ListSSHPublicKeys", "/SSHPublicKeys", "/SSHPublicKeyId"), ask)?,
        "certificates": ids(name, ("ListSigningCertificates", "/Certificates", "/CertificateId"), ask)?,
    }))
}

/// The ids of a user's other credentials.
fn ids<E>(
    user: &str,
    (operation, list, id): (&str, &str, &str),
    ask: Ask<'_, E>,
) -> Result<Vec<String>, E> {
    let pages = ask(&of_user(operation, user))?.unwrap_or_default();
    Ok(items(&pages, list)
        .filter_map(|one| text(one, id).map(str::to_owned))
        .collect())
}

/// A user of whom only the name is known.
pub(super) fn assumed() -> Value {
    json!({"path": "/", "boundary": null, "tags": {}, "keys": {}, "login": null, "devices": [],
        "inline": {}, "attached": [], "groups": [], "ssh_keys": [], "certificates": []})
}

pub(super) fn toward(name: &str, from: &Value, to: &Value) -> Vec<AwsCall> {
    if to.is_null() {
        return remove(name, from);
    }
    let mut calls = Vec::new();
    if from.is_null() {
        calls.push(
            of_user("CreateUser", name)
                .maybe("Path", text(to, "/path"))
                .maybe("PermissionsBoundary", text(to, "/boundary"))
                .maybe("Tags", tag_list(to)),
        );
    }
    calls.extend(belongings(name, from, to));
    calls
}

/// What IAM wants gone before it lets a user go, first what lets anybody in.
fn remove(name: &str, user: &Value) -> Vec<AwsCall> {
    let call = |operation| of_user(operation, name);
    let mut calls = Vec::new();
    if !user.pointer("/login").is_none_or(Value::is_null) {
        calls.push(call("DeleteLoginProfile"));
    }
    let mut one = |list: &str, operation, parameter: &str| {
        let named = texts(user, list).into_iter();
        calls.extend(named.map(|id| call(operation).with(parameter, id)));
    };
    one("/ssh_keys", "DeleteSSHPublicKey", "SSHPublicKeyId");
    one("/certificates", "DeleteSigningCertificate", "CertificateId");
    one("/devices", "DeactivateMFADevice", "SerialNumber");
    one("/attached", "DetachUserPolicy", "PolicyArn");
    one("/groups", "RemoveUserFromGroup", "GroupName");
    let keys = members(user, "/keys").into_iter();
    // The keys go first: until then whoever has one can undo the rest.
    let keys = keys.map(|(id, _)| call("DeleteAccessKey").with("AccessKeyId", id));
    let policies = members(user, "/inline").into_iter();
    let policies = policies.map(|(policy, _)| call("DeleteUserPolicy").with("PolicyName", policy));
    let mut all: Vec<AwsCall> = keys.collect();
    all.append(&mut calls);
    all.extend(policies);
    all.push(call("DeleteUser"));
    all
}

/// Policies and groups that are in the one state and not in the other.
fn belongings(name: &str, from: &Value, to: &Value) -> Vec<AwsCall> {
    let holder = Holder::User(name.to_owned());
    let mut calls = given(&holder, from, to);
    let have = texts(from, "/groups");
    for group in texts(to, "/groups")
        .into_iter()
        .filter(|one| !have.contains(one))
    {
        calls.push(of_user("AddUserToGroup", name).with("GroupName", group));
    }
    calls
}

/// Without what has a secret.
pub(super) fn recoverable(before: &Value) -> Value {
    let mut user = before.clone();
    if let Some(user) = user.as_object_mut() {
        let none = assumed();
        for part in ["keys", "login", "devices", "ssh_keys", "certificates"] {
            user.insert(part.to_owned(), none.get(part).cloned().unwrap_or_default());
        }
    }
    user
}

pub(super) fn losses(before: &Value) -> BTreeSet<Loss> {
    let some = |path: &str| match before.pointer(path) {
        Some(Value::Object(map)) => !map.is_empty(),
        Some(Value::Array(list)) => !list.is_empty(),
        _ => false,
    };
    let mut losses = BTreeSet::from([Loss::UniqueId]);
    if some("/keys") {
        losses.insert(Loss::AccessKeys);
    }
    if some("/login") {
        losses.insert(Loss::Password);
    }
    if some("/devices") {
        losses.insert(Loss::MfaDevice);
    }
    if some("/ssh_keys") || some("/certificates") {
        losses.insert(Loss::OtherCredentials);
    }
    losses
}
