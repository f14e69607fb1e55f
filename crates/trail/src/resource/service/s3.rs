//! S3, buckets alone: objects are data events and too many to keep.

use gardefou_finding::ResourceKind as K;
use gardefou_finding::ResourceState as S;

use super::Table;
use crate::resource::row::{Effect, Row, changed, gone, made};
use crate::resource::view::View;
use crate::resource::{Detail as D, Touch, policy};

const BUCKET: &str = "req.bucketName|req.bucket";

const fn altered(what: &'static str) -> Row {
    changed(K::Bucket, BUCKET).fixed(D::Changed, what)
}

pub(super) static TABLE: Table = &[
    ("CreateBucket", made(K::Bucket, BUCKET).effect()),
    ("DeleteBucket", gone(K::Bucket, BUCKET).effect()),
    ("DeleteBucketEncryption", altered("encryption").effect()),
    ("DeleteBucketLifecycle", altered("lifecycle").effect()),
    ("DeleteBucketPolicy", altered("policy").fixed(D::SharedWith, "").effect()),
    ("DeleteBucketPublicAccessBlock", altered("public access block removed").effect()),
    ("DeleteBucketReplication", altered("replication").effect()),
    ("DeletePublicAccessBlock", altered("public access block removed").effect()),
    ("PutBucketAcl", Effect::Read(acl)),
    ("PutBucketEncryption", altered("encryption").with(&[(D::EncryptedWith,
        "req.ServerSideEncryptionConfiguration.Rule.ApplyServerSideEncryptionByDefault.KMSMasterKeyID")]).effect()),
    ("PutBucketLifecycle", altered("lifecycle").effect()),
    ("PutBucketLifecycleConfiguration", altered("lifecycle").effect()),
    ("PutBucketLogging", altered("logging").effect()),
    ("PutBucketOwnershipControls", altered("ownership").effect()),
    ("PutBucketPolicy", Effect::Read(bucket_policy)),
    ("PutBucketPublicAccessBlock", Effect::Read(public_access)),
    ("PutBucketReplication", altered("replication").with(&[(D::Target,
        "req.ReplicationConfiguration.Rule.Destination.Bucket")]).effect()),
    ("PutBucketVersioning", altered("versioning").with(&[(D::Status, "req.VersioningConfiguration.Status")]).effect()),
    ("PutBucketWebsite", altered("website").effect()),
    ("PutPublicAccessBlock", Effect::Read(public_access)),
];

fn bucket_policy(view: View<'_>) -> Vec<Touch> {
    let Some(id) = view.text(BUCKET) else {
        return Vec::new();
    };
    let document = policy::document(view, "req.bucketPolicy|req.policy");
    let trusts = document.as_ref().and_then(policy::trusts);
    let public = document.as_ref().is_some_and(policy::is_public);
    vec![
        Touch::changed(K::Bucket, id)
            .state(S::Active)
            .note(D::Changed, Some("policy"))
            .note(D::Public, public.then_some("true"))
            .note(D::SharedWith, trusts),
    ]
}

fn acl(view: View<'_>) -> Vec<Touch> {
    let Some(id) = view.text(BUCKET) else {
        return Vec::new();
    };
    let canned = view.text("req.x-amz-acl");
    let grants = view.joined(
        "req.AccessControlPolicy.AccessControlList.Grant.Grantee.URI|req.AccessControlPolicy.AccessControlList.Grant.Grantee.ID",
    );
    let public = canned
        .as_deref()
        .is_some_and(|acl| acl.starts_with("public"))
        || grants
            .as_deref()
            .is_some_and(|who| who.contains("AllUsers"));
    vec![
        Touch::changed(K::Bucket, id)
            .state(S::Active)
            .note(D::Changed, Some("acl"))
            .note(D::Public, public.then_some("true"))
            .note(D::SharedWith, canned.or(grants)),
    ]
}

fn public_access(view: View<'_>) -> Vec<Touch> {
    let Some(id) = view.text(BUCKET) else {
        return Vec::new();
    };
    let flags = [
        "BlockPublicAcls",
        "BlockPublicPolicy",
        "IgnorePublicAcls",
        "RestrictPublicBuckets",
    ];
    let weak = flags.iter().any(|flag| {
        view.flag(&format!("req.PublicAccessBlockConfiguration.{flag}")) == Some(false)
    });
    let what = if weak {
        "public access block removed"
    } else {
        "public access block"
    };
    vec![
        Touch::changed(K::Bucket, id)
            .state(S::Active)
            .note(D::Changed, Some(what)),
    ]
}
