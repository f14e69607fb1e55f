//! Functions; the names of Lambda's calls carry the version of its interface.

use crate::call::{Call, Kind};
use crate::clock::{civil, rfc3339};
use crate::fill::quoted;
use crate::scribe::Scribe;
use crate::shape::ecs::Place;
use crate::shape::source::LAMBDA;

fn arn(place: Place<'_>, name: &str) -> String {
    format!(
        "arn:aws:lambda:{}:{}:function:{name}",
        place.region, place.account
    )
}

/// Lambda writes `2025-11-03T09:41:07.000+0000`.
fn modified(seconds: i64) -> String {
    let text = rfc3339(seconds);
    format!("{}.000+0000", text.trim_end_matches('Z'))
}

fn function_answer(scribe: &mut Scribe<'_>, place: Place<'_>, name: &str, role: &str) -> String {
    const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    fill! {
        r#"{"functionName":"$name","functionArn":"$arn","runtime":"python3.12","role":"$role","handler":"app.handler","codeSize":$size,"description":"","timeout":30,"memorySize":256,"lastModified":"$time","codeSha256":"$sha=","version":"$version","tracingConfig":{"mode":"PassThrough"},"revisionId":"$revision","state":"Active","lastUpdateStatus":"InProgress","lastUpdateStatusReasonCode":"Creating","packageType":"Zip","architectures":["x86_64"],"ephemeralStorage":{"size":512},"snapStart":{"applyOn":"None","optimizationStatus":"Off"},"loggingConfig":{"logFormat":"Text","logGroup":"/aws/lambda/$name"}}"#;
        name, arn = &arn(place, name), role, size = &scribe.dice.range(900, 90_000).to_string(),
        time = &modified(scribe.now), sha = &scribe.dice.text(BASE64, 43), version = "$LATEST",
        revision = &scribe.dice.uuid()
    }
}

/// `CreateFunction20150331`.
pub(crate) fn create_function(
    scribe: &mut Scribe<'_>,
    place: Place<'_>,
    name: &str,
    role: &str,
) -> Call {
    let answer = function_answer(scribe, place, name, role);
    Call::write(LAMBDA, "CreateFunction20150331")
        .request(fill! {
            r#"{"functionName":"$name","runtime":"python3.12","role":"$role","handler":"app.handler","code":{},"timeout":30,"memorySize":256,"publish":false,"packageType":"Zip","architectures":["x86_64"]}"#;
            name, role
        })
        .response(answer)
}

/// `UpdateFunctionCode20150331v2`.
pub(crate) fn update_code(
    scribe: &mut Scribe<'_>,
    place: Place<'_>,
    name: &str,
    role: &str,
) -> Call {
    let answer = function_answer(scribe, place, name, role);
    let key = scribe.dice.text("0123456789abcdef", 12);
    Call::write(LAMBDA, "UpdateFunctionCode20150331v2")
        .request(fill! {
            r#"{"functionName":"$arn","s3Bucket":"belmarais-artifacts","s3Key":"$name/$key.zip","publish":false,"dryRun":false}"#;
            arn = &arn(place, name), name, key = &key
        })
        .response(answer)
}

/// `PublishVersion20150331`.
pub(crate) fn publish_version(
    scribe: &mut Scribe<'_>,
    place: Place<'_>,
    name: &str,
    role: &str,
) -> Call {
    let answer = function_answer(scribe, place, name, role);
    Call::write(LAMBDA, "PublishVersion20150331")
        .request(format!(r#"{{"functionName":"{name}"}}"#))
        .response(answer)
}

/// `CreateFunctionUrlConfig` with an authentication type, `NONE` or `AWS_IAM`.
pub(crate) fn create_url(
    scribe: &mut Scribe<'_>,
    place: Place<'_>,
    name: &str,
    auth: &str,
) -> Call {
    let host = scribe.dice.text("abcdefghijklmnopqrstuvwxyz234567", 32);
    let answer = fill! {
        r#"{"functionUrl":"https://$host.lambda-url.$region.on.aws/","functionArn":"$arn","authType":"$auth","creationTime":"$time","invokeMode":"BUFFERED"}"#;
        host = &host, region = place.region, arn = &arn(place, name), auth,
        time = &format!("{}.412Z", rfc3339(scribe.now).trim_end_matches('Z'))
    };
    Call::write(LAMBDA, "CreateFunctionUrlConfig")
        .request(fill! {
            r#"{"functionName":"$name","authType":"$auth","invokeMode":"BUFFERED"}"#;
            name, auth
        })
        .response(answer)
}

/// `AddPermission20150331v2` that lets anybody on the internet call the URL.
pub(crate) fn open_url(place: Place<'_>, name: &str) -> Call {
    let statement = fill! {
        r#"{"Sid":"FunctionURLAllowPublicAccess","Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunctionUrl","Resource":"$arn","Condition":{"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"}}}"#;
        arn = &arn(place, name)
    };
    Call::write(LAMBDA, "AddPermission20150331v2")
        .request(fill! {
            r#"{"functionName":"$name","statementId":"FunctionURLAllowPublicAccess","action":"lambda:InvokeFunctionUrl","principal":"*","functionUrlAuthType":"NONE"}"#;
            name
        })
        .response(format!(r#"{{"statement":{}}}"#, quoted(&statement)))
}

/// `AddPermission20150331v2` that lets a rule of EventBridge call the function.
pub(crate) fn allow_events(place: Place<'_>, name: &str) -> Call {
    let statement = fill! {
        r#"{"Sid":"nightly","Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"$arn"}"#;
        arn = &arn(place, name)
    };
    Call::write(LAMBDA, "AddPermission20150331v2")
        .request(fill! {
            r#"{"functionName":"$name","statementId":"nightly","action":"lambda:InvokeFunction","principal":"events.amazonaws.com"}"#;
            name
        })
        .response(format!(r#"{{"statement":{}}}"#, quoted(&statement)))
}

/// `CreateLogStream` of a function's log group.
pub(crate) fn create_log_stream(scribe: &mut Scribe<'_>, name: &str) -> Call {
    let c = civil(scribe.now);
    let stream = format!("{}/{:02}/{:02}/[$LATEST]", c.year, c.month, c.day);
    let tail = scribe.dice.text("0123456789abcdef", 32);
    Call::write("logs.amazonaws.com", "CreateLogStream")
        .kind(Kind::Management)
        .request(fill! {
            r#"{"logGroupName":"/aws/lambda/$name","logStreamName":"$stream$tail"}"#;
            name, stream = &stream, tail = &tail
        })
}
