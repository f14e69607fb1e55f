//! Calls that give somebody an identity.

use gardefou_finding::{LinkKind, Outcome};
use serde_json::Value;

use super::Call;
use super::identity::{account_of, last_segment, role, session, user};
use crate::decode::{Field, Record};

/// Targets of one call at most (a `RunInstances` of many instances).
const MAX_TARGETS: usize = 100;

/// Whether a call may give an identity: a look at its name, for every event.
pub(crate) fn gives_identity(call: &Call<'_>) -> bool {
    match call.source.as_ref() {
        "sts.amazonaws.com" => {
            call.name.starts_with("AssumeRole")
                || matches!(call.name.as_ref(), "GetSessionToken" | "GetFederationToken")
        }
        "iam.amazonaws.com" => matches!(
            call.name.as_ref(),
            "CreateAccessKey"
                | "CreateUser"
                | "CreateLoginProfile"
                | "UpdateLoginProfile"
                | "CreateRole"
                | "UpdateAssumeRolePolicy"
        ),
        "ec2.amazonaws.com" => call.name == "RunInstances",
        "lambda.amazonaws.com" => call.name.starts_with("CreateFunction2"),
        _ => false,
    }
}

/// The identities that a successful call gave, as canonical names or keys.
pub(crate) fn grants(call: &Call<'_>, record: &Record<'_>) -> Vec<(LinkKind, String)> {
    if call.outcome != Outcome::Succeeded {
        return Vec::new();
    }
    let request = || record.parsed(Field::RequestParameters).unwrap_or_default();
    let response = || record.parsed(Field::ResponseElements).unwrap_or_default();
    match call.source.as_ref() {
        "sts.amazonaws.com" => token(call, record),
        "iam.amazonaws.com" => iam(call, &request(), &response()),
        "ec2.amazonaws.com" => instances(&call.recipient, &request(), &response()),
        _ => function(&request()),
    }
}

fn text<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    value
        .pointer(pointer)?
        .as_str()
        .filter(|text| !text.is_empty())
}

/// Nothing but the key is read of the answer: there are many such calls.
fn token(call: &Call<'_>, record: &Record<'_>) -> Vec<(LinkKind, String)> {
    let kind = match call.name.as_ref() {
        "GetSessionToken" => LinkKind::SessionToken,
        "GetFederationToken" => LinkKind::FederationToken,
        _ => LinkKind::AssumedRole,
    };
    let key = record.text_at(Field::ResponseElements, &["credentials", "accessKeyId"]);
    key.filter(|key| !key.is_empty())
        .map(|key| (kind, key.into_owned()))
        .into_iter()
        .collect()
}

fn iam(call: &Call<'_>, request: &Value, response: &Value) -> Vec<(LinkKind, String)> {
    let account = call.recipient.as_ref();
    let named = |pointer| text(request, pointer);
    match call.name.as_ref() {
        "CreateAccessKey" => {
            let key = text(response, "/accessKey/accessKeyId");
            key.map(|key| (LinkKind::CreatedKey, key.to_owned()))
                .into_iter()
                .collect()
        }
        "CreateUser" => named("/userName")
            .map(|name| (LinkKind::CreatedUser, user(account, name)))
            .into_iter()
            .collect(),
        "CreateRole" => named("/roleName")
            .map(|name| (LinkKind::CreatedRole, role(account, name)))
            .into_iter()
            .collect(),
        "UpdateAssumeRolePolicy" => named("/roleName")
            .map(|name| (LinkKind::ChangedTrust, role(account, name)))
            .into_iter()
            .collect(),
        _ => named("/userName")
            .map(|name| (LinkKind::CreatedLogin, user(account, name)))
            .into_iter()
            .collect(),
    }
}

/// Instances with an instance profile act as `ROLE/INSTANCE-ID`. The profile's
/// role is not in the log; by custom it has the profile's name.
fn instances(account: &str, request: &Value, response: &Value) -> Vec<(LinkKind, String)> {
    let profile = text(request, "/iamInstanceProfile/arn")
        .map(last_segment)
        .or_else(|| text(request, "/iamInstanceProfile/name"));
    let (Some(profile), Some(items)) = (
        profile,
        response
            .pointer("/instancesSet/items")
            .and_then(Value::as_array),
    ) else {
        return Vec::new();
    };
    items
        .iter()
        .filter_map(|item| text(item, "/instanceId"))
        .take(MAX_TARGETS)
        .map(|id| (LinkKind::PassedRole, session(account, profile, id)))
        .collect()
}

/// A function acts as `ROLE/FUNCTION`.
fn function(request: &Value) -> Vec<(LinkKind, String)> {
    let (Some(arn), Some(name)) = (text(request, "/role"), text(request, "/functionName")) else {
        return Vec::new();
    };
    vec![(
        LinkKind::PassedRole,
        session(account_of(arn), last_segment(arn), last_segment(name)),
    )]
}
