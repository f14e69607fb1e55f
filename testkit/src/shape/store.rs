//! Data: objects, secrets, keys, snapshots, mail.

use crate::call::{Call, Kind};
use crate::clock::spelled;
use crate::scribe::Scribe;
use crate::shape::source::{EC2, KMS, RDS, S3, SECRETS, SES};

/// A call on an object, recorded as a data event.
pub(crate) fn object(
    scribe: &mut Scribe<'_>,
    call: Call,
    account: &str,
    bucket: &str,
    key: &str,
) -> Call {
    let host = format!("{bucket}.s3.amazonaws.com");
    let inbound = scribe.dice.range(0, 900).to_string();
    let outbound = scribe.dice.range(200, 90_000).to_string();
    call.kind(Kind::Data)
        .request(fill! {
            r#"{"bucketName":"$bucket","Host":"$host","key":"$key"}"#;
            bucket, host = &host, key
        })
        .additional(fill! {
            r#"{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":$in,"SSEApplied":"Default_SSE_S3","AuthenticationMethod":"AuthHeader","bytesTransferredOut":$out}"#;
            in = &inbound, out = &outbound
        })
        .resources(fill! {
            r#"[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::$bucket/$key"},{"accountId":"$account","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::$bucket"}]"#;
            bucket, key, account
        })
}

/// `GetObject`.
pub(crate) fn get_object(scribe: &mut Scribe<'_>, account: &str, bucket: &str, key: &str) -> Call {
    object(scribe, Call::read(S3, "GetObject"), account, bucket, key)
}

/// `PutObject`.
pub(crate) fn put_object(scribe: &mut Scribe<'_>, account: &str, bucket: &str, key: &str) -> Call {
    let call = object(scribe, Call::write(S3, "PutObject"), account, bucket, key);
    call.response(r#"{"x-amz-server-side-encryption":"AES256"}"#)
}

/// A call on a bucket that only names it.
pub(crate) fn bucket(call: Call, account: &str, name: &str, more: &str) -> Call {
    call.request(fill! {
        r#"{"bucketName":"$name","Host":"$name.s3.eu-west-1.amazonaws.com"$more}"#;
        name, more
    })
    .additional(
        r#"{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","bytesTransferredOut":0}"#,
    )
    .resources(fill! {
        r#"[{"accountId":"$account","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::$name"}]"#;
        account, name
    })
}

/// `GetSecretValue`.
pub(crate) fn get_secret(account: &str, region: &str, name: &str) -> Call {
    Call::read(SECRETS, "GetSecretValue").request(fill! {
        r#"{"secretId":"arn:aws:secretsmanager:$region:$account:secret:$name"}"#;
        region, account, name
    })
}

/// `Decrypt` with a key of the account.
pub(crate) fn decrypt(account: &str, region: &str, key: &str, context: &str) -> Call {
    Call::read(KMS, "Decrypt")
        .request(fill! {
            r#"{"encryptionContext":{$context},"encryptionAlgorithm":"SYMMETRIC_DEFAULT"}"#;
            context
        })
        .resources(key_resource(account, region, key))
}

/// `resources` that name one key.
pub(crate) fn key_resource(account: &str, region: &str, key: &str) -> String {
    fill! {
        r#"[{"accountId":"$account","type":"AWS::KMS::Key","ARN":"arn:aws:kms:$region:$account:key/$key"}]"#;
        account, region, key
    }
}

/// `CreateSnapshot` of a volume.
pub(crate) fn create_snapshot(scribe: &mut Scribe<'_>, account: &str, volume: &str) -> Call {
    let snapshot = scribe.id("snap");
    let answer = fill! {
        r#"{"requestId":"$request","snapshotId":"$snapshot","volumeId":"$volume","status":"pending","startTime":$time000,"progress":"","ownerId":"$account","volumeSize":"100","description":"","encrypted":true,"tagSet":{}}"#;
        request = &scribe.dice.uuid(), snapshot = &snapshot, volume,
        time = &scribe.now.to_string(), account
    };
    Call::write(EC2, "CreateSnapshot")
        .request(fill! { r#"{"volumeId":"$volume","description":""}"#; volume })
        .response(answer)
}

/// `CopySnapshot` from another region.
pub(crate) fn copy_snapshot(scribe: &mut Scribe<'_>, from: &str) -> Call {
    let source = scribe.id("snap");
    let answer = fill! {
        r#"{"requestId":"$request","snapshotId":"$id"}"#;
        request = &scribe.dice.uuid(), id = &scribe.id("snap")
    };
    Call::write(EC2, "CopySnapshot")
        .request(fill! {
            r#"{"sourceRegion":"$from","sourceSnapshotId":"$source","description":"","encrypted":true}"#;
            from, source = &source
        })
        .response(answer)
}

/// `CreateDBSnapshot`.
pub(crate) fn create_db_snapshot(scribe: &Scribe<'_>, account: &str, db: &str, name: &str) -> Call {
    let answer = fill! {
        r#"{"dBSnapshotIdentifier":"$name","dBInstanceIdentifier":"$db","engine":"postgres","allocatedStorage":200,"status":"creating","port":5432,"availabilityZone":"eu-west-1a","snapshotType":"manual","encrypted":true,"dBSnapshotArn":"arn:aws:rds:eu-west-1:$account:snapshot:$name","instanceCreateTime":"$time"}"#;
        name, db, account, time = &spelled(scribe.now)
    };
    Call::write(RDS, "CreateDBSnapshot")
        .request(fill! {
            r#"{"dBSnapshotIdentifier":"$name","dBInstanceIdentifier":"$db"}"#;
            name, db
        })
        .response(answer)
}

/// `GetSendQuota`.
pub(crate) fn get_send_quota() -> Call {
    Call::read(SES, "GetSendQuota").additional(r#"{"SignatureVersion":"4"}"#)
}

/// `ListIdentities`.
pub(crate) fn list_identities() -> Call {
    Call::read(SES, "ListIdentities").request(r#"{"maxItems":100}"#)
}

/// `CreateEmailIdentity`.
pub(crate) fn create_email_identity(domain: &str) -> Call {
    Call::write(SES, "CreateEmailIdentity")
        .request(format!(r#"{{"emailIdentity":"{domain}"}}"#))
        .response(
            r#"{"identityType":"DOMAIN","verifiedForSendingStatus":false,"dkimAttributes":{"signingEnabled":true,"status":"NOT_STARTED","signingAttributesOrigin":"AWS_SES","nextSigningKeyLength":"RSA_2048_BIT","currentSigningKeyLength":"RSA_2048_BIT","lastKeyGenerationTimestamp":"HIDDEN_DUE_TO_SECURITY_REASONS"}}"#,
        )
}
