//! KMS. A key is named by its id, whichever form the call used.

use gardefou_finding::ResourceKind as K;
use gardefou_finding::ResourceState as S;

use super::Table;
use crate::resource::names::tail;
use crate::resource::row::{Effect, changed, made, off, on};
use crate::resource::view::View;
use crate::resource::{Detail as D, Touch, policy};

const KEY: &str = "res.keyId|req.keyId";

pub(super) static TABLE: Table = &[
    (
        "CancelKeyDeletion",
        off(K::KmsKey, KEY)
            .named(tail)
            .fixed(D::PendingDays, "")
            .effect(),
    ),
    (
        "CreateGrant",
        changed(K::KmsKey, "req.keyId|res.keyId")
            .named(tail)
            .with(&[
                (D::SharedWith, "req.granteePrincipal"),
                (D::Grants, "req.operations"),
            ])
            .effect(),
    ),
    (
        "CreateKey",
        made(K::KmsKey, "res.keyMetadata.keyId").effect(),
    ),
    (
        "DeleteImportedKeyMaterial",
        off(K::KmsKey, "req.keyId")
            .named(tail)
            .fixed(D::Call, "DeleteImportedKeyMaterial")
            .effect(),
    ),
    ("DisableKey", off(K::KmsKey, KEY).named(tail).effect()),
    (
        "DisableKeyRotation",
        changed(K::KmsKey, "req.keyId").named(tail).effect(),
    ),
    (
        "EnableKey",
        on(K::KmsKey, KEY)
            .named(tail)
            .fixed(D::PendingDays, "")
            .effect(),
    ),
    (
        "ImportKeyMaterial",
        on(K::KmsKey, "req.keyId|res.keyId")
            .named(tail)
            .fixed(D::Call, "")
            .effect(),
    ),
    ("PutKeyPolicy", Effect::Read(key_policy)),
    (
        "ReplicateKey",
        made(K::KmsKey, "res.replicaKeyMetadata.keyId")
            .with(&[(D::Source, "req.keyId")])
            .effect(),
    ),
    (
        "RetireGrant",
        changed(K::KmsKey, "req.keyId|res.keyId")
            .named(tail)
            .effect(),
    ),
    (
        "RevokeGrant",
        changed(K::KmsKey, "req.keyId|res.keyId")
            .named(tail)
            .effect(),
    ),
    ("ScheduleKeyDeletion", Effect::Read(schedule_deletion)),
    (
        "UpdateAlias",
        changed(K::KmsKey, "req.targetKeyId")
            .named(tail)
            .with(&[(D::Name, "req.aliasName")])
            .effect(),
    ),
];

fn key_policy(view: View<'_>) -> Vec<Touch> {
    let Some(id) = view.text("req.keyId") else {
        return Vec::new();
    };
    let trusts = policy::document(view, "req.policy")
        .as_ref()
        .and_then(policy::trusts);
    vec![Touch::changed(K::KmsKey, tail(&id)).note(D::SharedWith, trusts)]
}

/// Until the days are over the key can be brought back: it is disabled, not gone.
fn schedule_deletion(view: View<'_>) -> Vec<Touch> {
    let Some(id) = view.text(KEY) else {
        return Vec::new();
    };
    let days = view
        .text("req.pendingWindowInDays")
        .unwrap_or_else(|| "30".to_owned());
    vec![
        Touch::changed(K::KmsKey, tail(&id))
            .state(S::Stopped)
            .note(D::PendingDays, Some(days)),
    ]
}
