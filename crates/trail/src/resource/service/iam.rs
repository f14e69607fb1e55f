//! IAM. Names are the ids; attachments are `user/alice/ARN`, inline policies
//! `user/alice/inline/NAME`, memberships `group/admins/member/alice`.

use gardefou_finding::ResourceKind as K;
use gardefou_finding::ResourceState as S;

use super::Table;
use crate::resource::names::tail;
use crate::resource::row::{Effect, changed, gone, made, on};
use crate::resource::view::View;
use crate::resource::{Detail as D, Ref, Touch, policy};

pub(super) static TABLE: Table = &[
    (
        "AddRoleToInstanceProfile",
        changed(K::InstanceProfile, "req.instanceProfileName")
            .with(&[(D::Role, "req.roleName")])
            .effect(),
    ),
    ("AddUserToGroup", Effect::Read(join_group)),
    ("AttachGroupPolicy", Effect::Read(attach)),
    ("AttachRolePolicy", Effect::Read(attach)),
    ("AttachUserPolicy", Effect::Read(attach)),
    ("ChangePassword", Effect::Read(change_password)),
    ("CreateAccessKey", Effect::Read(create_key)),
    ("CreateGroup", made(K::Group, "req.groupName").effect()),
    (
        "CreateInstanceProfile",
        made(K::InstanceProfile, "req.instanceProfileName").effect(),
    ),
    (
        "CreateLoginProfile",
        made(K::LoginProfile, "req.userName|res.loginProfile.userName").effect(),
    ),
    (
        "CreateOpenIDConnectProvider",
        made(K::IdentityProvider, "res.openIDConnectProviderArn|req.url")
            .fixed(D::Control, "oidc")
            .effect(),
    ),
    ("CreatePolicy", Effect::Read(create_policy)),
    ("CreatePolicyVersion", Effect::Read(policy_version)),
    ("CreateRole", Effect::Read(create_role)),
    (
        "CreateSAMLProvider",
        made(K::IdentityProvider, "res.sAMLProviderArn|req.name")
            .fixed(D::Control, "saml")
            .effect(),
    ),
    (
        "CreateServiceLinkedRole",
        made(K::Role, "res.role.roleName|req.aWSServiceName")
            .with(&[(D::Service, "req.aWSServiceName")])
            .effect(),
    ),
    (
        "CreateServiceSpecificCredential",
        made(
            K::AccessKey,
            "res.serviceSpecificCredential.serviceSpecificCredentialId",
        )
        .with(&[(D::User, "req.userName"), (D::Service, "req.serviceName")])
        .effect(),
    ),
    ("CreateUser", Effect::Read(create_user)),
    (
        "CreateVirtualMFADevice",
        made(
            K::MfaDevice,
            "res.virtualMFADevice.serialNumber|req.virtualMFADeviceName",
        )
        .effect(),
    ),
    ("DeactivateMFADevice", Effect::Read(deactivate_device)),
    (
        "DeleteAccessKey",
        gone(K::AccessKey, "req.accessKeyId")
            .with(&[(D::User, "req.userName")])
            .effect(),
    ),
    (
        "DeleteAccountPasswordPolicy",
        gone(K::SecurityControl, "=account-password-policy")
            .fixed(D::Control, "password_policy")
            .effect(),
    ),
    ("DeleteGroup", gone(K::Group, "req.groupName").effect()),
    ("DeleteGroupPolicy", Effect::Read(delete_inline)),
    (
        "DeleteInstanceProfile",
        gone(K::InstanceProfile, "req.instanceProfileName").effect(),
    ),
    (
        "DeleteLoginProfile",
        gone(K::LoginProfile, "req.userName").effect(),
    ),
    (
        "DeleteOpenIDConnectProvider",
        gone(K::IdentityProvider, "req.openIDConnectProviderArn").effect(),
    ),
    ("DeletePolicy", gone(K::Policy, "req.policyArn").effect()),
    ("DeleteRole", gone(K::Role, "req.roleName").effect()),
    (
        "DeleteRolePermissionsBoundary",
        on(K::Role, "req.roleName")
            .fixed(D::Boundary, "removed")
            .effect(),
    ),
    ("DeleteRolePolicy", Effect::Read(delete_inline)),
    (
        "DeleteSAMLProvider",
        gone(K::IdentityProvider, "req.sAMLProviderArn").effect(),
    ),
    (
        "DeleteSSHPublicKey",
        gone(K::AccessKey, "req.sSHPublicKeyId").effect(),
    ),
    (
        "DeleteServiceLinkedRole",
        gone(K::Role, "req.roleName").effect(),
    ),
    (
        "DeleteServiceSpecificCredential",
        gone(K::AccessKey, "req.serviceSpecificCredentialId").effect(),
    ),
    (
        "DeleteSigningCertificate",
        gone(K::AccessKey, "req.certificateId").effect(),
    ),
    ("DeleteUser", gone(K::User, "req.userName").effect()),
    (
        "DeleteUserPermissionsBoundary",
        on(K::User, "req.userName")
            .fixed(D::Boundary, "removed")
            .effect(),
    ),
    ("DeleteUserPolicy", Effect::Read(delete_inline)),
    (
        "DeleteVirtualMFADevice",
        gone(K::MfaDevice, "req.serialNumber").effect(),
    ),
    ("DetachGroupPolicy", Effect::Read(detach)),
    ("DetachRolePolicy", Effect::Read(detach)),
    ("DetachUserPolicy", Effect::Read(detach)),
    (
        "EnableMFADevice",
        on(K::MfaDevice, "req.serialNumber")
            .with(&[(D::User, "req.userName")])
            .effect(),
    ),
    ("PutGroupPolicy", Effect::Read(put_inline)),
    (
        "PutRolePermissionsBoundary",
        on(K::Role, "req.roleName")
            .with(&[(D::Boundary, "req.permissionsBoundary")])
            .effect(),
    ),
    ("PutRolePolicy", Effect::Read(put_inline)),
    (
        "PutUserPermissionsBoundary",
        on(K::User, "req.userName")
            .with(&[(D::Boundary, "req.permissionsBoundary")])
            .effect(),
    ),
    ("PutUserPolicy", Effect::Read(put_inline)),
    (
        "RemoveRoleFromInstanceProfile",
        changed(K::InstanceProfile, "req.instanceProfileName")
            .fixed(D::Role, "")
            .effect(),
    ),
    ("RemoveUserFromGroup", Effect::Read(leave_group)),
    (
        "ResetServiceSpecificCredential",
        on(K::AccessKey, "req.serviceSpecificCredentialId").effect(),
    ),
    (
        "SetDefaultPolicyVersion",
        on(K::Policy, "req.policyArn")
            .with(&[(D::DefaultVersion, "req.versionId")])
            .effect(),
    ),
    ("UpdateAccessKey", Effect::Read(update_key)),
    (
        "UpdateAccountPasswordPolicy",
        on(K::SecurityControl, "=account-password-policy")
            .fixed(D::Control, "password_policy")
            .effect(),
    ),
    ("UpdateAssumeRolePolicy", Effect::Read(trust)),
    (
        "UpdateLoginProfile",
        on(K::LoginProfile, "req.userName")
            .fixed(D::Changed, "password")
            .effect(),
    ),
    (
        "UpdateOpenIDConnectProviderThumbprint",
        on(K::IdentityProvider, "req.openIDConnectProviderArn").effect(),
    ),
    ("UpdateRole", on(K::Role, "req.roleName").effect()),
    (
        "UpdateSAMLProvider",
        on(K::IdentityProvider, "req.sAMLProviderArn").effect(),
    ),
    (
        "UploadSSHPublicKey",
        made(K::AccessKey, "res.sSHPublicKey.sSHPublicKeyId")
            .with(&[(D::User, "req.userName")])
            .fixed(D::Service, "ssh")
            .effect(),
    ),
    (
        "UploadSigningCertificate",
        made(K::AccessKey, "res.certificate.certificateId")
            .with(&[(D::User, "req.userName")])
            .fixed(D::Service, "certificate")
            .effect(),
    ),
];

/// Whom a policy call is about: kind, name, and the word its ids begin with.
fn holder(view: View<'_>) -> Option<(K, String, &'static str, D)> {
    let whose = [
        ("req.userName", K::User, "user", D::User),
        ("req.roleName", K::Role, "role", D::OnRole),
        ("req.groupName", K::Group, "group", D::OnGroup),
    ];
    whose.into_iter().find_map(|(path, kind, word, detail)| {
        view.text(path)
            .map(|name| (kind, tail(&name), word, detail))
    })
}

fn create_user(view: View<'_>) -> Vec<Touch> {
    let Some(name) = view.text("req.userName|res.user.userName") else {
        return Vec::new();
    };
    vec![
        Touch::made(K::User, name)
            .note(D::Arn, view.text("res.user.arn"))
            .note(D::Boundary, view.text("req.permissionsBoundary")),
    ]
}

fn create_key(view: View<'_>) -> Vec<Touch> {
    let Some(key) = view.text("res.accessKey.accessKeyId") else {
        return Vec::new();
    };
    let user = view.text("res.accessKey.userName|req.userName");
    vec![
        Touch::made(K::AccessKey, key)
            .note(D::User, user.as_deref())
            .of(user.map(|id| Ref { kind: K::User, id })),
    ]
}

fn update_key(view: View<'_>) -> Vec<Touch> {
    let Some(key) = view.text("req.accessKeyId") else {
        return Vec::new();
    };
    let status = view.text("req.status");
    let state = match status.as_deref() {
        Some("Inactive") => S::Stopped,
        Some("Active") => S::Active,
        _ => S::Unknown,
    };
    let touch = Touch::changed(K::AccessKey, key)
        .state(state)
        .note(D::Status, status);
    vec![touch.note(D::User, view.text("req.userName"))]
}

/// One changes only one's own password; without a name it is the caller's,
/// which the story knows.
fn change_password(view: View<'_>) -> Vec<Touch> {
    view.text("req.userName")
        .map(|user| {
            Touch::changed(K::LoginProfile, user)
                .state(S::Active)
                .note(D::Changed, Some("password"))
        })
        .into_iter()
        .collect()
}

fn deactivate_device(view: View<'_>) -> Vec<Touch> {
    let Some(id) = view.text("req.serialNumber") else {
        return Vec::new();
    };
    vec![
        Touch::changed(K::MfaDevice, id)
            .state(S::Stopped)
            .note(D::User, view.text("req.userName")),
    ]
}

fn create_role(view: View<'_>) -> Vec<Touch> {
    let Some(name) = view.text("req.roleName|res.role.roleName") else {
        return Vec::new();
    };
    let trust = policy::document(view, "req.assumeRolePolicyDocument");
    vec![
        Touch::made(K::Role, name)
            .note(D::Arn, view.text("res.role.arn"))
            .note(D::Trusts, trust.as_ref().and_then(policy::trusts))
            .note(D::Boundary, view.text("req.permissionsBoundary")),
    ]
}

fn trust(view: View<'_>) -> Vec<Touch> {
    let Some(name) = view.text("req.roleName") else {
        return Vec::new();
    };
    let trust = policy::document(view, "req.policyDocument");
    vec![
        Touch::changed(K::Role, name)
            .state(S::Active)
            .note(D::Trust, Some("changed"))
            .note(D::Trusts, trust.as_ref().and_then(policy::trusts)),
    ]
}

fn attach(view: View<'_>) -> Vec<Touch> {
    attachment(view, Touch::made)
}

fn detach(view: View<'_>) -> Vec<Touch> {
    attachment(view, Touch::gone)
}

fn attachment(view: View<'_>, touch: fn(K, String) -> Touch) -> Vec<Touch> {
    let (Some((kind, name, word, detail)), Some(arn)) = (holder(view), view.text("req.policyArn"))
    else {
        return Vec::new();
    };
    vec![
        touch(K::Policy, format!("{word}/{name}/{arn}"))
            .note(D::PolicyArn, Some(arn))
            .note(detail, Some(name.as_str()))
            .of(Some(Ref { kind, id: name })),
    ]
}

fn put_inline(view: View<'_>) -> Vec<Touch> {
    let document = policy::document(view, "req.policyDocument");
    let denies = document.as_ref().is_some_and(policy::only_denies);
    let grants = document.as_ref().and_then(policy::grants);
    inline(view, Touch::made)
        .map(|touch| {
            touch
                .note(D::Grants, grants)
                .note(D::Status, denies.then_some("denies only"))
        })
        .into_iter()
        .collect()
}

fn delete_inline(view: View<'_>) -> Vec<Touch> {
    inline(view, Touch::gone).into_iter().collect()
}

fn inline(view: View<'_>, touch: fn(K, String) -> Touch) -> Option<Touch> {
    let (kind, name, word, detail) = holder(view)?;
    let policy = view.text("req.policyName")?;
    let touch = touch(K::Policy, format!("{word}/{name}/inline/{policy}"))
        .note(D::PolicyName, Some(policy))
        .note(detail, Some(name.as_str()));
    Some(touch.of(Some(Ref { kind, id: name })))
}

fn create_policy(view: View<'_>) -> Vec<Touch> {
    let Some(id) = view.text("res.policy.arn|req.policyName") else {
        return Vec::new();
    };
    let document = policy::document(view, "req.policyDocument");
    vec![
        Touch::made(K::Policy, id)
            .note(D::PolicyName, view.text("req.policyName"))
            .note(D::Grants, document.as_ref().and_then(policy::grants)),
    ]
}

fn policy_version(view: View<'_>) -> Vec<Touch> {
    let Some(arn) = view.text("req.policyArn") else {
        return Vec::new();
    };
    let document = policy::document(view, "req.policyDocument");
    let default = view.flag("req.setAsDefault") == Some(true);
    let version = view.text("res.policyVersion.versionId");
    vec![
        Touch::changed(K::Policy, arn)
            .state(S::Active)
            .note(D::DefaultVersion, version.filter(|_| default))
            .note(D::Grants, document.as_ref().and_then(policy::grants)),
    ]
}

fn membership(view: View<'_>, touch: fn(K, String) -> Touch) -> Vec<Touch> {
    let (Some(group), Some(user)) = (view.text("req.groupName"), view.text("req.userName")) else {
        return Vec::new();
    };
    vec![
        touch(K::Policy, format!("group/{group}/member/{user}"))
            .note(D::OnGroup, Some(group))
            .note(D::User, Some(user.as_str()))
            .of(Some(Ref {
                kind: K::User,
                id: user,
            })),
    ]
}

fn join_group(view: View<'_>) -> Vec<Touch> {
    membership(view, Touch::made)
}

fn leave_group(view: View<'_>) -> Vec<Touch> {
    membership(view, Touch::gone)
}
