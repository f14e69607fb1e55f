//! S3, buckets alone: objects are data events and too many to keep.

use gardefou_finding::ResourceKind as K;
use gardefou_finding::{ResourceState as S, Timestamp};
use serde_json::Value;

use super::Table;
use crate::resource::row::{Effect, Row, changed, gone, made};
use crate::resource::view::{View, at, number_at, text_at};
use crate::resource::{Detail as D, Touch, policy};

const BUCKET: &str = "req.bucketName|req.bucket";

const fn altered(what: &'static str) -> Row {
    changed(K::Bucket, BUCKET).fixed(D::Changed, what)
}

pub(super) static TABLE: Table = &[
    ("CreateBucket", made(K::Bucket, BUCKET).effect()),
    ("DeleteBucket", gone(K::Bucket, BUCKET).effect()),
    ("DeleteBucketEncryption", altered("encryption").effect()),
    ("DeleteBucketLifecycle", Effect::Read(lifecycle)),
    ("DeleteBucketPolicy", altered("policy").fixed(D::SharedWith, "").effect()),
    ("DeleteBucketPublicAccessBlock", Effect::Read(no_public_access_block)),
    ("DeleteBucketReplication", altered("replication").effect()),
    ("DeletePublicAccessBlock", Effect::Read(no_public_access_block)),
    ("PutBucketAcl", Effect::Read(acl)),
    ("PutBucketEncryption", altered("encryption").with(&[(D::EncryptedWith,
        "req.ServerSideEncryptionConfiguration.Rule.ApplyServerSideEncryptionByDefault.KMSMasterKeyID")]).effect()),
    ("PutBucketLifecycle", Effect::Read(lifecycle)),
    ("PutBucketLifecycleConfiguration", Effect::Read(lifecycle)),
    ("PutBucketLogging", altered("logging").effect()),
    ("PutBucketOwnershipControls", altered("ownership").effect()),
    ("PutBucketPolicy", Effect::Read(bucket_policy)),
    ("PutBucketPublicAccessBlock", Effect::Read(public_access)),
    ("PutBucketReplication", altered("replication").with(&[(D::Target,
        "req.ReplicationConfiguration.Rule.Destination.Bucket")]).effect()),
    ("PutBucketVersioning", altered("versioning").with(&[(D::Versioning, "req.VersioningConfiguration.Status")]).effect()),
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

/// A lifecycle takes the place of the one before, or takes it away.
fn lifecycle(view: View<'_>) -> Vec<Touch> {
    let Some(id) = view.text(BUCKET) else {
        return Vec::new();
    };
    let rules = view.all("req.LifecycleConfiguration.Rule|req.lifecycleConfiguration.rules");
    let days = rules
        .into_iter()
        .filter_map(|rule| expires_all(rule, view.call.time))
        .min();
    let days = days.map_or_else(String::new, |days| days.to_string());
    vec![
        Touch::changed(K::Bucket, id)
            .note(D::Changed, Some("lifecycle"))
            .note(D::ExpiresAfterDays, Some(days)),
    ]
}

/// What narrows a lifecycle rule to some of a bucket's objects; an empty
/// prefix does not.
const NARROWING: [&str; 5] = [
    "Prefix",
    "Filter.Prefix",
    "Filter.Tag",
    "Filter.And",
    "Filter.ObjectSizeLessThan",
];

/// After how many days a rule deletes every object, if it does.
fn expires_all(rule: &Value, now: Timestamp) -> Option<u64> {
    let narrowed = |path: &&str| at(rule, path).iter().any(|value| says_something(value));
    if text_at(rule, "Status").as_deref() != Some("Enabled") || NARROWING.iter().any(narrowed) {
        return None;
    }
    number_at(rule, "Expiration.Days").or_else(|| {
        let date = Timestamp::parse(&text_at(rule, "Expiration.Date")?)?;
        u64::try_from(date.since(now).max(0) / 86_400).ok()
    })
}

fn says_something(value: &Value) -> bool {
    !value.is_null() && value.as_str() != Some("")
}

fn no_public_access_block(view: View<'_>) -> Vec<Touch> {
    let touch = |id| {
        Touch::changed(K::Bucket, id)
            .note(D::Changed, Some("public access block removed"))
            .note(D::PublicAccessBlock, Some("removed"))
    };
    view.text(BUCKET).map(touch).into_iter().collect()
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
    let (what, block) = if weak {
        ("public access block removed", "removed")
    } else {
        ("public access block", "")
    };
    vec![
        Touch::changed(K::Bucket, id)
            .state(S::Active)
            .note(D::Changed, Some(what))
            .note(D::PublicAccessBlock, Some(block)),
    ]
}
