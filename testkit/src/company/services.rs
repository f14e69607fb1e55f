//! What AWS's own services do for the company.

use crate::call::{Call, Kind};
use crate::caller::Caller;
use crate::company::Day;
use crate::scribe::Scribe;
use crate::shape::source::{EC2, KMS, S3};
use crate::shape::store;
use crate::world::{DATA, HOME, PROD};

/// Config and GuardDuty look, the trail writes, a key rotates.
pub(crate) fn day(scribe: &mut Scribe<'_>, day: Day) {
    for (hour, account) in [(6, DATA), (12, PROD)] {
        scribe.at(day.time(hour, 31)).wait(0, 600);
        config(scribe, account);
        trail(scribe, account);
    }
    scribe.at(day.time(3, 3)).wait(0, 900);
    let guard = Caller::linked(scribe.world, PROD, "guardduty.amazonaws.com", scribe.now);
    let look = Call::read(EC2, "DescribeInstances")
        .request(r#"{"maxResults":1000,"instancesSet":{},"filterSet":{}}"#);
    scribe.put(&guard, HOME, &look);
    if day.index == 12 {
        rotate(scribe);
    }
}

fn config(scribe: &mut Scribe<'_>, account: &'static str) {
    let who = Caller::linked(scribe.world, account, "config.amazonaws.com", scribe.now);
    for name in ["DescribeSecurityGroups", "DescribeVpcs"] {
        let call = Call::read(EC2, name).request(r#"{"filterSet":{},"maxResults":1000}"#);
        scribe.put(&who, HOME, &call);
        scribe.wait(1, 20);
    }
    let bucket = store::bucket(
        Call::read(S3, "GetBucketAcl"),
        account,
        "belmarais-config",
        r#","acl":"""#,
    );
    scribe.put(&who, HOME, &bucket);
}

fn trail(scribe: &mut Scribe<'_>, account: &'static str) {
    let who = Caller::service(account, "cloudtrail.amazonaws.com");
    let acl = store::bucket(
        Call::read(S3, "GetBucketAcl"),
        account,
        "belmarais-trail",
        r#","acl":"""#,
    );
    scribe.put(&who, HOME, &acl);
    let key = "6f3c2d1e-8a47-4b59-9c0d-5e1f2a3b4c5d";
    let generate = Call::read(KMS, "GenerateDataKey")
        .request(fill! {
            r#"{"keyId":"arn:aws:kms:eu-west-1:$account:key/$key","encryptionContext":{"aws:cloudtrail:arn":"arn:aws:cloudtrail:eu-west-1:$account:trail/main"},"keySpec":"AES_256"}"#;
            account, key
        })
        .resources(store::key_resource(account, HOME, key));
    scribe.put(&who, HOME, &generate);
}

fn rotate(scribe: &mut Scribe<'_>) {
    let who = Caller::service(PROD, "kms.amazonaws.com");
    let call = Call::write(KMS, "RotateKey")
        .kind(Kind::ServiceEvent)
        .resources(store::key_resource(
            PROD,
            HOME,
            "6f3c2d1e-8a47-4b59-9c0d-5e1f2a3b4c5d",
        ));
    scribe.put(&who, HOME, &call);
}
