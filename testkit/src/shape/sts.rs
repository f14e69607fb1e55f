//! STS and the console's door.

use crate::call::{Call, Kind};
use crate::caller::{Caller, Role};
use crate::clock::{HOUR, spelled};
use crate::scribe::Scribe;
use crate::shape::source::{SIGNIN, STS};

/// Letters of base64.
const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// `credentials` of an answer: key, expiry after `hours`, token.
fn credentials(scribe: &mut Scribe<'_>, key: &str, hours: i64) -> String {
    let token = scribe.dice.text(BASE64, scribe.world.token);
    fill! {
        r#"{"accessKeyId":"$key","sessionToken":"IQoJb3JpZ2luX2VjE$token","expiration":"$until"}"#;
        key, token = &token, until = &spelled(scribe.now + hours * HOUR)
    }
}

/// `responseElements` of the ways to assume a role, with further members.
fn assumed(
    scribe: &mut Scribe<'_>,
    role: Role,
    name: &str,
    key: &str,
    hours: i64,
    more: &str,
) -> (String, String) {
    let id = role.id(scribe.world);
    let credentials = credentials(scribe, key, hours);
    let answer = fill! {
        r#"{"credentials":$credentials,"assumedRoleUser":{"assumedRoleId":"$id:$name","arn":"arn:aws:sts::$account:assumed-role/$role/$name"}$more}"#;
        credentials = &credentials, id = &id, name, account = role.account, role = role.name, more
    };
    (answer, resources(role))
}

fn resources(role: Role) -> String {
    fill! {
        r#"[{"accountId":"$account","type":"AWS::IAM::Role","ARN":"$arn"}]"#;
        account = role.account, arn = &role.arn()
    }
}

/// `AssumeRole` that gives out `key`.
pub(crate) fn assume_role(
    scribe: &mut Scribe<'_>,
    role: Role,
    name: &str,
    key: &str,
    external_id: Option<&str>,
) -> Call {
    let (answer, resources) = assumed(scribe, role, name, key, 1, "");
    let external = external_id
        .map(|id| format!(r#","externalId":"{id}""#))
        .unwrap_or_default();
    let request = fill! {
        r#"{"roleArn":"$arn","roleSessionName":"$name","durationSeconds":3600$external}"#;
        arn = &role.arn(), name, external = &external
    };
    Call::read(STS, "AssumeRole")
        .request(request)
        .response(answer)
        .resources(resources)
}

/// `AssumeRole` by a service for one of its sessions, that gives out `key`.
pub(crate) fn assume_role_for_service(
    scribe: &mut Scribe<'_>,
    role: Role,
    name: &str,
    key: &str,
) -> Call {
    let (answer, resources) = assumed(scribe, role, name, key, 6, "");
    let request =
        fill! { r#"{"roleArn":"$arn","roleSessionName":"$name"}"#; arn = &role.arn(), name };
    let call = Call::read(STS, "AssumeRole")
        .request(request)
        .response(answer);
    call.resources(resources).shared(scribe.dice.uuid())
}

/// `AssumeRoleWithWebIdentity` for a job of the code host that gives out `key`.
pub(crate) fn assume_role_with_web_identity(
    scribe: &mut Scribe<'_>,
    role: Role,
    name: &str,
    key: &str,
    subject: &str,
) -> Call {
    let more = fill! {
        r#","subjectFromWebIdentityToken":"$subject","provider":"arn:aws:iam::$account:oidc-provider/token.actions.githubusercontent.com","audience":"sts.amazonaws.com""#;
        subject, account = role.account
    };
    let (answer, resources) = assumed(scribe, role, name, key, 1, &more);
    let request = fill! {
        r#"{"roleArn":"$arn","roleSessionName":"$name","durationSeconds":3600}"#;
        arn = &role.arn(), name
    };
    Call::read(STS, "AssumeRoleWithWebIdentity")
        .request(request)
        .response(answer)
        .resources(resources)
}

/// `AssumeRoleWithSAML` for a person that gives out `key`.
pub(crate) fn assume_role_with_saml(
    scribe: &mut Scribe<'_>,
    role: Role,
    name: &str,
    key: &str,
) -> Call {
    let qualifier = scribe.dice.text(BASE64, 27);
    let more = fill! {
        r#","subject":"$name@belmarais.example","subjectType":"persistent","issuer":"https://login.belmarais.example/saml","audience":"https://signin.aws.amazon.com/saml","nameQualifier":"$qualifier=""#;
        name, qualifier = &qualifier
    };
    let (answer, resources) = assumed(scribe, role, name, key, 8, &more);
    let request = fill! {
        r#"{"sAMLAssertionID":"_$assertion","roleSessionName":"$name","durationSeconds":28800,"roleArn":"$arn","principalArn":"arn:aws:iam::$account:saml-provider/belmarais"}"#;
        assertion = &scribe.dice.uuid(), name, arn = &role.arn(), account = role.account
    };
    Call::read(STS, "AssumeRoleWithSAML")
        .request(request)
        .response(answer)
        .resources(resources)
}

/// Who a person of the company's identity provider is before having a role.
pub(crate) fn saml_person(account: &str, name: &str) -> Caller {
    let identity = fill! {
        r#"{"type":"SAMLUser","principalId":"c2FtbA==:$name@belmarais.example","userName":"$name@belmarais.example","identityProvider":"c2FtbC1iZWxtYXJhaXM="}"#;
        name
    };
    Caller::federated(account, identity)
}

/// Who a job of the code host is before having a role.
pub(crate) fn web_person(account: &str, subject: &str) -> Caller {
    let identity = fill! {
        r#"{"type":"WebIdentityUser","principalId":"arn:aws:iam::$account:oidc-provider/token.actions.githubusercontent.com:sts.amazonaws.com:$subject","userName":"$subject","identityProvider":"arn:aws:iam::$account:oidc-provider/token.actions.githubusercontent.com"}"#;
        account, subject
    };
    Caller::federated(account, identity)
}

/// `GetCallerIdentity`.
pub(crate) fn get_caller_identity() -> Call {
    Call::read(STS, "GetCallerIdentity")
}

/// `GetSessionToken` with a second factor, that gives out `key`.
pub(crate) fn get_session_token(scribe: &mut Scribe<'_>, serial: &str, key: &str) -> Call {
    let answer = credentials(scribe, key, 12);
    Call::read(STS, "GetSessionToken")
        .request(fill! {
            r#"{"serialNumber":"$serial","tokenCode":"HIDDEN_DUE_TO_SECURITY_REASONS","durationSeconds":43200}"#;
            serial
        })
        .response(format!(r#"{{"credentials":{answer}}}"#))
}

/// `ConsoleLogin`, with or without a second factor.
pub(crate) fn console_login(region: &str, mfa: bool) -> Call {
    let additional = fill! {
        r#"{"LoginTo":"https://console.aws.amazon.com/console/home?region=$region","MobileVersion":"No","MFAUsed":"$mfa"}"#;
        region, mfa = if mfa { "Yes" } else { "No" }
    };
    Call::write(SIGNIN, "ConsoleLogin")
        .kind(Kind::SignIn)
        .response(r#"{"ConsoleLogin":"Success"}"#)
        .additional(additional)
}

/// `ConsoleLogin` with a wrong password: the answer says so, beside an error message.
pub(crate) fn console_login_failed(region: &str) -> Call {
    console_login(region, false).failed_sign_in("Failed authentication")
}
