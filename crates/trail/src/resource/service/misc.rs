//! Services of which a few calls matter.

use gardefou_finding::ResourceKind as K;

use super::Table;
use crate::resource::capacity::{Capacity, Other};
use crate::resource::names::tail;
use crate::resource::row::{Effect, Row, changed, gone, made, off, on};
use crate::resource::view::View;
use crate::resource::{Detail as D, Touch, policy};

/// A thing without a kind of its own: its call names it.
const fn other(row: Row, call: &'static str) -> Row {
    row.fixed(D::Call, call)
}

pub(super) static ACCOUNT: Table = &[
    (
        "DisableRegion",
        other(
            off(K::Other, "req.regionName|req.RegionName"),
            "DisableRegion",
        )
        .effect(),
    ),
    (
        "EnableRegion",
        other(
            on(K::Other, "req.regionName|req.RegionName"),
            "EnableRegion",
        )
        .effect(),
    ),
    (
        "PutAlternateContact",
        other(
            changed(
                K::Other,
                "req.alternateContactType|req.AlternateContactType",
            ),
            "PutAlternateContact",
        )
        .effect(),
    ),
];

pub(super) static APP_RUNNER: Table = &[
    (
        "CreateService",
        other(
            made(K::Other, "res.service.serviceArn|req.serviceName"),
            "apprunner:CreateService",
        )
        .effect(),
    ),
    (
        "DeleteService",
        other(gone(K::Other, "req.serviceArn"), "apprunner:DeleteService").effect(),
    ),
];

pub(super) static BACKUP: Table = &[
    (
        "DeleteBackupPlan",
        other(gone(K::Other, "req.backupPlanId"), "DeleteBackupPlan").effect(),
    ),
    (
        "DeleteBackupVault",
        other(gone(K::Other, "req.backupVaultName"), "DeleteBackupVault").effect(),
    ),
    (
        "DeleteRecoveryPoint",
        gone(K::Snapshot, "req.recoveryPointArn")
            .fixed(D::Service, "backup")
            .effect(),
    ),
];

pub(super) static CLOUDFORMATION: Table = &[
    (
        "CreateStack",
        made(K::Stack, "req.stackName")
            .with(&[(D::Arn, "res.stackId"), (D::Role, "req.roleARN")])
            .effect(),
    ),
    (
        "CreateStackSet",
        made(K::Stack, "req.stackSetName")
            .fixed(D::Call, "CreateStackSet")
            .effect(),
    ),
    ("DeleteStack", gone(K::Stack, "req.stackName").effect()),
    ("UpdateStack", changed(K::Stack, "req.stackName").effect()),
];

pub(super) static CODEBUILD: Table = &[
    (
        "CreateProject",
        other(made(K::Other, "req.name"), "codebuild:CreateProject")
            .with(&[(D::Role, "req.serviceRole")])
            .effect(),
    ),
    (
        "DeleteProject",
        other(gone(K::Other, "req.name"), "codebuild:DeleteProject").effect(),
    ),
    (
        "StartBuild",
        other(changed(K::Other, "req.projectName"), "codebuild:StartBuild").effect(),
    ),
    (
        "UpdateProjectVisibility",
        other(
            changed(K::Other, "req.projectArn"),
            "codebuild:UpdateProjectVisibility",
        )
        .named(tail)
        .with(&[(D::Public, "req.projectVisibility")])
        .effect(),
    ),
];

pub(super) static DYNAMODB: Table = &[
    (
        "DeleteBackup",
        gone(K::Snapshot, "req.backupArn")
            .fixed(D::Service, "dynamodb")
            .effect(),
    ),
    (
        "DeleteTable",
        other(gone(K::Other, "req.tableName"), "DeleteTable").effect(),
    ),
    (
        "ExportTableToPointInTime",
        other(
            changed(K::Other, "req.tableArn"),
            "ExportTableToPointInTime",
        )
        .named(tail)
        .with(&[(D::Target, "req.s3Bucket")])
        .effect(),
    ),
];

pub(super) static ECR: Table = &[
    (
        "CreateRepository",
        other(made(K::Other, "req.repositoryName"), "ecr:CreateRepository").effect(),
    ),
    (
        "DeleteRepository",
        other(gone(K::Other, "req.repositoryName"), "ecr:DeleteRepository").effect(),
    ),
    (
        "PutImage",
        other(changed(K::Other, "req.repositoryName"), "ecr:PutImage").effect(),
    ),
    ("SetRepositoryPolicy", Effect::Read(repository_policy)),
];

pub(super) static ECR_PUBLIC: Table = &[
    (
        "CreateRepository",
        other(
            made(K::Other, "req.repositoryName"),
            "ecr-public:CreateRepository",
        )
        .effect(),
    ),
    (
        "DeleteRepository",
        other(
            gone(K::Other, "req.repositoryName"),
            "ecr-public:DeleteRepository",
        )
        .effect(),
    ),
];

pub(super) static GLUE: Table = &[
    (
        "CreateDevEndpoint",
        other(made(K::Other, "req.endpointName"), "CreateDevEndpoint")
            .with(&[(D::Role, "req.roleArn")])
            .effect(),
    ),
    (
        "DeleteDevEndpoint",
        other(gone(K::Other, "req.endpointName"), "DeleteDevEndpoint").effect(),
    ),
    (
        "UpdateDevEndpoint",
        other(changed(K::Other, "req.endpointName"), "UpdateDevEndpoint").effect(),
    ),
];

pub(super) static IDENTITY_STORE: Table = &[
    (
        "CreateGroupMembership",
        other(changed(K::Other, "req.groupId"), "CreateGroupMembership").effect(),
    ),
    (
        "CreateUser",
        other(made(K::Other, "res.userId"), "identitystore:CreateUser").effect(),
    ),
    (
        "DeleteUser",
        other(gone(K::Other, "req.userId"), "identitystore:DeleteUser").effect(),
    ),
];

pub(super) static LIGHTSAIL: Table = &[
    ("CreateInstances", Effect::Read(lightsail)),
    (
        "DeleteInstance",
        other(
            gone(K::Other, "req.instanceName"),
            "lightsail:CreateInstances",
        )
        .effect(),
    ),
    (
        "GetInstanceAccessDetails",
        other(
            changed(K::Other, "req.instanceName"),
            "lightsail:GetInstanceAccessDetails",
        )
        .effect(),
    ),
    (
        "StartInstance",
        other(
            on(K::Other, "req.instanceName"),
            "lightsail:CreateInstances",
        )
        .effect(),
    ),
    (
        "StopInstance",
        other(
            off(K::Other, "req.instanceName"),
            "lightsail:CreateInstances",
        )
        .effect(),
    ),
];

pub(super) static ORGANIZATIONS: Table = &[
    (
        "AttachPolicy",
        other(
            changed(K::Other, "req.targetId"),
            "organizations:AttachPolicy",
        )
        .with(&[(D::PolicyArn, "req.policyId")])
        .effect(),
    ),
    (
        "CloseAccount",
        other(gone(K::Other, "req.accountId"), "CloseAccount").effect(),
    ),
    (
        "CreateAccount",
        other(
            made(
                K::Other,
                "res.createAccountStatus.accountId|res.createAccountStatus.id",
            ),
            "CreateAccount",
        )
        .effect(),
    ),
    (
        "DeletePolicy",
        gone(K::SecurityControl, "req.policyId")
            .fixed(D::Control, "organization_policy")
            .effect(),
    ),
    (
        "DetachPolicy",
        off(K::SecurityControl, "req.policyId")
            .fixed(D::Control, "organization_policy")
            .with(&[(D::Target, "req.targetId")])
            .effect(),
    ),
    (
        "DisablePolicyType",
        off(K::SecurityControl, "req.policyType")
            .fixed(D::Control, "organization_policy")
            .effect(),
    ),
    (
        "InviteAccountToOrganization",
        other(
            made(K::Other, "req.target.id"),
            "InviteAccountToOrganization",
        )
        .effect(),
    ),
    (
        "LeaveOrganization",
        other(
            changed(K::Other, "=organization-membership"),
            "LeaveOrganization",
        )
        .effect(),
    ),
    (
        "RemoveAccountFromOrganization",
        other(
            changed(K::Other, "req.accountId"),
            "RemoveAccountFromOrganization",
        )
        .effect(),
    ),
    (
        "UpdatePolicy",
        changed(K::SecurityControl, "req.policyId")
            .fixed(D::Control, "organization_policy")
            .effect(),
    ),
];

pub(super) static RAM: Table = &[
    (
        "AssociateResourceShare",
        other(
            changed(K::Other, "req.resourceShareArn"),
            "AssociateResourceShare",
        )
        .with(&[(D::SharedWith, "req.principals")])
        .effect(),
    ),
    (
        "CreateResourceShare",
        other(
            made(K::Other, "res.resourceShare.resourceShareArn|req.name"),
            "CreateResourceShare",
        )
        .with(&[
            (D::SharedWith, "req.principals"),
            (D::Source, "req.resourceArns"),
        ])
        .effect(),
    ),
    (
        "DeleteResourceShare",
        other(
            gone(K::Other, "req.resourceShareArn"),
            "DeleteResourceShare",
        )
        .effect(),
    ),
];

pub(super) static ROLES_ANYWHERE: Table = &[
    (
        "CreateProfile",
        made(K::IdentityProvider, "res.profile.profileId|req.name")
            .fixed(D::Control, "roles_anywhere_profile")
            .with(&[(D::Name, "req.name"), (D::Role, "req.roleArns")])
            .effect(),
    ),
    (
        "CreateTrustAnchor",
        made(
            K::IdentityProvider,
            "res.trustAnchor.trustAnchorId|req.name",
        )
        .fixed(D::Control, "trust_anchor")
        .with(&[(D::Name, "req.name")])
        .effect(),
    ),
    (
        "DeleteProfile",
        gone(K::IdentityProvider, "req.profileId").effect(),
    ),
    (
        "DeleteTrustAnchor",
        gone(K::IdentityProvider, "req.trustAnchorId").effect(),
    ),
    (
        "DisableProfile",
        off(K::IdentityProvider, "req.profileId").effect(),
    ),
    (
        "DisableTrustAnchor",
        off(K::IdentityProvider, "req.trustAnchorId").effect(),
    ),
    (
        "EnableProfile",
        on(K::IdentityProvider, "req.profileId")
            .fixed(D::Control, "roles_anywhere_profile")
            .effect(),
    ),
    (
        "EnableTrustAnchor",
        on(K::IdentityProvider, "req.trustAnchorId")
            .fixed(D::Control, "trust_anchor")
            .effect(),
    ),
];

pub(super) static SECRETS_MANAGER: Table = &[
    (
        "CreateSecret",
        made(K::Secret, "req.name|res.arn")
            .fixed(D::Service, "secretsmanager")
            .effect(),
    ),
    ("DeleteSecret", Effect::Read(delete_secret)),
    (
        "PutResourcePolicy",
        changed(K::Secret, "req.secretId")
            .fixed(D::Service, "secretsmanager")
            .effect(),
    ),
    (
        "PutSecretValue",
        changed(K::Secret, "req.secretId")
            .fixed(D::Service, "secretsmanager")
            .effect(),
    ),
    (
        "RestoreSecret",
        on(K::Secret, "req.secretId")
            .fixed(D::PendingDays, "")
            .effect(),
    ),
    (
        "UpdateSecret",
        changed(K::Secret, "req.secretId")
            .fixed(D::Service, "secretsmanager")
            .effect(),
    ),
];

pub(super) static SERVICE_QUOTAS: Table = &[(
    "RequestServiceQuotaIncrease",
    made(K::Quota, "req.quotaCode")
        .with(&[
            (D::Service, "req.serviceCode"),
            (D::Value, "req.desiredValue"),
            (D::Quota, "res.requestedQuota.quotaName"),
            (D::Status, "res.requestedQuota.status"),
        ])
        .effect(),
)];

pub(super) static SSM: Table = &[
    (
        "CreateActivation",
        other(made(K::Other, "res.activationId"), "CreateActivation")
            .with(&[(D::Role, "req.iamRole")])
            .effect(),
    ),
    (
        "CreateAssociation",
        other(
            made(
                K::Other,
                "res.associationDescription.associationId|req.name",
            ),
            "CreateAssociation",
        )
        .effect(),
    ),
    (
        "CreateDocument",
        other(made(K::Other, "req.name"), "ssm:CreateDocument").effect(),
    ),
    (
        "DeleteDocument",
        other(gone(K::Other, "req.name"), "ssm:DeleteDocument").effect(),
    ),
    (
        "DeleteParameter",
        gone(K::Secret, "req.name")
            .fixed(D::Service, "ssm")
            .effect(),
    ),
    (
        "DeleteParameters",
        gone(K::Secret, "req.names")
            .fixed(D::Service, "ssm")
            .effect(),
    ),
    (
        "ModifyDocumentPermission",
        other(changed(K::Other, "req.name"), "ModifyDocumentPermission")
            .with(&[(D::SharedWith, "req.accountIdsToAdd")])
            .effect(),
    ),
    (
        "PutParameter",
        changed(K::Secret, "req.name")
            .fixed(D::Service, "ssm")
            .effect(),
    ),
    (
        "SendCommand",
        changed(K::Instance, "req.instanceIds")
            .fixed(D::Call, "SendCommand")
            .effect(),
    ),
    (
        "StartSession",
        changed(K::Instance, "req.target")
            .fixed(D::Call, "StartSession")
            .effect(),
    ),
];

pub(super) static SSO: Table = &[
    (
        "AttachManagedPolicyToPermissionSet",
        other(
            changed(K::Other, "req.permissionSetArn"),
            "AttachManagedPolicyToPermissionSet",
        )
        .with(&[(D::PolicyArn, "req.managedPolicyArn")])
        .effect(),
    ),
    (
        "CreateAccountAssignment",
        other(made(K::Other, "req.principalId"), "CreateAccountAssignment")
            .with(&[(D::Target, "req.targetId")])
            .effect(),
    ),
    (
        "CreatePermissionSet",
        other(
            made(K::Other, "res.permissionSet.permissionSetArn|req.name"),
            "CreatePermissionSet",
        )
        .effect(),
    ),
    (
        "PutInlinePolicyToPermissionSet",
        other(
            changed(K::Other, "req.permissionSetArn"),
            "PutInlinePolicyToPermissionSet",
        )
        .effect(),
    ),
];

/// A secret waits 30 days unless the call says otherwise.
fn delete_secret(view: View<'_>) -> Vec<Touch> {
    let at_once = view.flag("req.forceDeleteWithoutRecovery") == Some(true);
    let days = view.text("req.recoveryWindowInDays");
    let days = (!at_once).then(|| days.unwrap_or_else(|| "30".to_owned()));
    view.text("req.secretId")
        .map(|id| {
            Touch::gone(K::Secret, id)
                .note(D::Service, Some("secretsmanager"))
                .note(D::PendingDays, days)
        })
        .into_iter()
        .collect()
}

fn repository_policy(view: View<'_>) -> Vec<Touch> {
    let Some(id) = view.text("req.repositoryName") else {
        return Vec::new();
    };
    let document = policy::document(view, "req.policyText");
    let public = document.as_ref().is_some_and(policy::is_public);
    vec![
        Touch::changed(K::Other, id)
            .note(D::Call, Some("ecr:SetRepositoryPolicy"))
            .note(D::Public, public.then_some("true"))
            .note(D::SharedWith, document.as_ref().and_then(policy::trusts)),
    ]
}

fn lightsail(view: View<'_>) -> Vec<Touch> {
    let bundle = view.text("req.bundleId");
    let unit = bundle
        .as_deref()
        .map(|bundle| format!("lightsail {bundle}"));
    view.texts("req.instanceNames")
        .into_iter()
        .map(|id| {
            let paid = Other {
                unit: unit.clone(),
                now: Some(1),
                maximum: Some(1),
            };
            Touch::made(K::Other, id)
                .note(D::Call, Some("lightsail:CreateInstances"))
                .note(D::InstanceType, bundle.as_deref())
                .sized(Capacity::Other(paid))
        })
        .collect()
}
