//! Attacks that do not mine: snapshots taken, data held to ransom, models called.

use crate::attack::{Raid, recon};
use crate::call::{Call, Kind};
use crate::shape::instances::done;
use crate::shape::source::{EC2, KMS, RDS, S3};
use crate::shape::store;
use crate::world::{GLOBAL, HOME};

/// The attacker's own account (a number kept for documentation).
const FOREIGN: &str = "999999999999";
const BEDROCK: &str = "bedrock.amazonaws.com";
const MODEL: &str = "anthropic.claude-3-5-sonnet-20241022-v2:0";
const KEY: &str = "6f3c2d1e-8a47-4b59-9c0d-5e1f2a3b4c5d";

/// Finds snapshots, makes new ones, and shares them with a foreign account.
pub(crate) fn steal_snapshots(raid: &mut Raid<'_, '_>) {
    recon::identity(raid);
    let look = Call::read(EC2, "DescribeSnapshots").request(
        r#"{"snapshotSet":{},"ownersSet":{"items":[{"owner":"self"}]},"sharedUsersSet":{},"filterSet":{}}"#,
    );
    raid.put(HOME, &look);
    raid.put(HOME, &Call::read(RDS, "DescribeDBSnapshots"));
    for disk in ["database", "search"] {
        let volume = raid.scribe.world.id("vol", disk);
        let account = raid.account;
        let snapshot = store::create_snapshot(raid.scribe, account, &volume);
        raid.put(HOME, &snapshot);
        raid.scribe.wait(60, 120);
        share(raid);
    }
    let name = "shop-main-export";
    let database = store::create_db_snapshot(raid.scribe, raid.account, "shop-main", name);
    raid.put(HOME, &database);
    raid.scribe.wait(200, 400);
    let request = fill! {
        r#"{"dBSnapshotIdentifier":"$name","attributeName":"restore","valuesToAdd":["$foreign"]}"#;
        name, foreign = FOREIGN
    };
    let answer = fill! {
        r#"{"dBSnapshotIdentifier":"$name","dBSnapshotAttributes":[{"attributeName":"restore","attributeValues":["$foreign"]}]}"#;
        name, foreign = FOREIGN
    };
    raid.put(
        HOME,
        &Call::write(RDS, "ModifyDBSnapshotAttribute")
            .request(request)
            .response(answer),
    );
}

fn share(raid: &mut Raid<'_, '_>) {
    let snapshot = raid.scribe.id("snap");
    let request = fill! {
        r#"{"snapshotId":"$id","createVolumePermission":{"add":{"items":[{"userId":"$foreign"}]}},"attributeType":"CREATE_VOLUME_PERMISSION"}"#;
        id = &snapshot, foreign = FOREIGN
    };
    let answer = done(raid.scribe);
    raid.impact();
    raid.put(
        HOME,
        &Call::write(EC2, "ModifySnapshotAttribute")
            .request(request)
            .response(answer),
    );
}

/// Suspends versioning, deletes objects, leaves a note, schedules keys for deletion.
pub(crate) fn ransom(raid: &mut Raid<'_, '_>) {
    recon::identity(raid);
    raid.put(
        HOME,
        &Call::read(S3, "ListBuckets").request(r#"{"Host":"s3.eu-west-1.amazonaws.com"}"#),
    );
    for bucket in ["belmarais-orders", "belmarais-orders-copy"] {
        empty(raid, bucket);
    }
    let disable = Call::write(KMS, "DisableKey")
        .request(format!(r#"{{"keyId":"{KEY}"}}"#))
        .resources(store::key_resource(raid.account, HOME, KEY));
    raid.put(HOME, &disable);
    let delete = Call::write(KMS, "ScheduleKeyDeletion")
        .request(format!(r#"{{"keyId":"{KEY}","pendingWindowInDays":7}}"#))
        .response(fill! {
            r#"{"keyId":"arn:aws:kms:eu-west-1:$account:key/$key","keyState":"PendingDeletion","deletionDate":"Nov 10, 2025, 12:00:00 AM","pendingWindowInDays":7}"#;
            account = raid.account, key = KEY
        })
        .resources(store::key_resource(raid.account, HOME, KEY));
    raid.put(HOME, &delete);
}

fn empty(raid: &mut Raid<'_, '_>, bucket: &str) {
    let account = raid.account;
    let versioning = store::bucket(
        Call::read(S3, "GetBucketVersioning"),
        account,
        bucket,
        r#","versioning":"""#,
    );
    raid.put(HOME, &versioning);
    let suspend = store::bucket(
        Call::write(S3, "PutBucketVersioning"),
        account,
        bucket,
        r#","versioning":"","VersioningConfiguration":{"Status":"Suspended","xmlns":"http://s3.amazonaws.com/doc/2006-03-01/"}"#,
    );
    raid.put(HOME, &suspend);
    raid.put(
        HOME,
        &store::bucket(Call::read(S3, "ListObjects"), account, bucket, "").kind(Kind::Data),
    );
    delete_objects(raid, bucket);
    let note = store::put_object(raid.scribe, account, bucket, "READ-ME-TO-RECOVER.txt");
    raid.put(HOME, &note);
}

/// Takes ten of the thirty objects, deletes all.
fn delete_objects(raid: &mut Raid<'_, '_>, bucket: &str) {
    let account = raid.account;
    for n in 0..30 {
        let key = format!("orders/{n}/0.json");
        if n < 10 {
            let get = store::get_object(raid.scribe, account, bucket, &key);
            raid.put(HOME, &get);
        }
        let delete = store::object(
            raid.scribe,
            Call::write(S3, "DeleteObject"),
            account,
            bucket,
            &key,
        );
        raid.impact();
        raid.put(HOME, &delete);
    }
}

/// Enables language models and calls them in several regions; logging is removed.
pub(crate) fn abuse_models(raid: &mut Raid<'_, '_>) {
    recon::identity(raid);
    for region in ["us-east-1", "us-west-2", "eu-central-1"] {
        enable_model(raid, region);
        call_model(raid, region);
    }
    let quota = crate::shape::compute::raise_quota(
        raid.scribe,
        "bedrock",
        "L-254CACF4",
        "On-demand model inference requests per minute",
        2_000,
    );
    raid.put(GLOBAL, &quota);
}

fn enable_model(raid: &mut Raid<'_, '_>, region: &'static str) {
    let about = format!(r#"{{"modelId":"{MODEL}"}}"#);
    for name in [
        "ListFoundationModels",
        "GetModelInvocationLoggingConfiguration",
    ] {
        raid.put(region, &Call::read(BEDROCK, name));
    }
    let available = Call::read(BEDROCK, "GetFoundationModelAvailability").request(about.clone());
    raid.put(region, &available);
    for name in [
        "DeleteModelInvocationLoggingConfiguration",
        "PutUseCaseForModelAccess",
    ] {
        raid.put(region, &Call::write(BEDROCK, name));
    }
    for name in [
        "CreateFoundationModelAgreement",
        "PutFoundationModelEntitlement",
    ] {
        raid.put(region, &Call::write(BEDROCK, name).request(about.clone()));
    }
}

/// Fifteen calls; the first comes before the access does.
fn call_model(raid: &mut Raid<'_, '_>, region: &'static str) {
    let call = Call::write(BEDROCK, "InvokeModel").request(format!(r#"{{"modelId":"{MODEL}"}}"#));
    let refused = "You don't have access to the model with the specified model ID.";
    raid.put(region, &call.clone().failed("AccessDenied", refused));
    for _ in 0..14 {
        raid.impact();
        raid.put(region, &call);
    }
}
