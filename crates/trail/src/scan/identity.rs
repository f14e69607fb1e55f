//! Who a record is about: the credential, and the principal behind it.

use gardefou_finding::ActorKind;

use super::Call;
use crate::decode::{Field, Record};

/// The identity of a record, as texts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Who {
    pub(crate) kind: ActorKind,
    /// The access key id, else the principal.
    pub(crate) key: String,
    /// Canonical principal: `user/ACCOUNT/NAME`, `role/ACCOUNT/NAME`,
    /// `root/ACCOUNT`, `service/NAME`, else the id that the record has.
    pub(crate) principal: String,
    /// `session/ACCOUNT/ROLE/SESSION` for a role session.
    pub(crate) session: String,
    /// Name as people know it.
    pub(crate) name: String,
    pub(crate) account: String,
}

/// The credential that a call is counted under, without building the rest.
pub(crate) fn key_of<'c>(call: &'c Call<'_>, record: &'c Record<'_>) -> std::borrow::Cow<'c, str> {
    if !call.access_key.is_empty() {
        return call.access_key.clone();
    }
    if !call.arn.is_empty() {
        return call.arn.clone();
    }
    let identity = [
        Field::InvokedBy,
        Field::PrincipalId,
        Field::UserName,
        Field::AccountId,
    ]
    .into_iter()
    .find_map(|field| record.text(field).filter(|text| !text.is_empty()));
    identity.unwrap_or(std::borrow::Cow::Borrowed("unknown"))
}

/// The whole identity; called once for each credential.
pub(crate) fn who(call: &Call<'_>, record: &Record<'_>) -> Who {
    let text = |field| record.text(field).unwrap_or_default().into_owned();
    let account = match text(Field::AccountId) {
        account if account.is_empty() => account_of(&call.arn).to_owned(),
        account => account,
    };
    let key = key_of(call, record).into_owned();
    let (principal, session, name) = principal(call, record, &account);
    Who {
        kind: kind(call, &key),
        key,
        principal,
        session,
        name,
        account,
    }
}

fn kind(call: &Call<'_>, key: &str) -> ActorKind {
    match call.identity_type.as_deref() {
        Some("Root") => ActorKind::Root,
        Some("AWSService") => ActorKind::Service,
        _ if key.starts_with("ASIA") => ActorKind::Session,
        _ if !call.access_key.is_empty() => {
            if key.starts_with("AKIA") {
                ActorKind::AccessKey
            } else {
                ActorKind::Session
            }
        }
        Some("IAMUser") => ActorKind::Console,
        Some(_) => ActorKind::Principal,
        None if key == "unknown" => ActorKind::Unknown,
        None if key.ends_with(".amazonaws.com") => ActorKind::Service,
        None => ActorKind::Principal,
    }
}

fn principal(call: &Call<'_>, record: &Record<'_>, account: &str) -> (String, String, String) {
    let text = |field| record.text(field).unwrap_or_default().into_owned();
    match call.identity_type.as_deref() {
        Some("Root") => (format!("root/{account}"), String::new(), "root".to_owned()),
        Some("AWSService") => {
            let service = text(Field::InvokedBy);
            (format!("service/{service}"), String::new(), service)
        }
        Some("IAMUser") => {
            let name = match text(Field::UserName) {
                name if name.is_empty() => last_segment(&call.arn).to_owned(),
                name => name,
            };
            (user(account, &name), String::new(), name)
        }
        _ if call.arn.contains(":assumed-role/") => assumed_role(call, record),
        _ if call.arn.contains(":federated-user/") => federated(call, record, account),
        _ if call.arn.contains(":user/") => {
            let name = last_segment(&call.arn);
            (user(account, name), String::new(), name.to_owned())
        }
        _ => {
            let key = key_of(call, record).into_owned();
            let name = match text(Field::UserName) {
                name if name.is_empty() => key.clone(),
                name => name,
            };
            (key, String::new(), name)
        }
    }
}

/// `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`. Some records have the
/// session only in `principalId` (`AROA…:SESSION`).
fn assumed_role(call: &Call<'_>, record: &Record<'_>) -> (String, String, String) {
    let account = account_of(&call.arn);
    let tail = call
        .arn
        .split_once(":assumed-role/")
        .map_or("", |(_, tail)| tail);
    let (role, session) = tail.split_once('/').unwrap_or((tail, ""));
    let id = record.text(Field::PrincipalId).unwrap_or_default();
    let session = match session {
        "" => id.split_once(':').map_or("", |(_, session)| session),
        session => session,
    };
    let name = if session.is_empty() {
        role.to_owned()
    } else {
        format!("{role}/{session}")
    };
    (
        self::role(account, role),
        self::session(account, role, session),
        name,
    )
}

/// A federated user belongs to the user whose key asked for the token.
fn federated(call: &Call<'_>, record: &Record<'_>, account: &str) -> (String, String, String) {
    let name = last_segment(&call.arn).to_owned();
    let issuer = record.text(Field::IssuerArn).unwrap_or_default();
    let principal = if issuer.contains(":user/") {
        user(account, last_segment(&issuer))
    } else {
        format!("federated/{account}/{name}")
    };
    (principal, String::new(), name)
}

/// Canonical name of an IAM user. Paths are left out: names are unique in an
/// account without them.
pub(crate) fn user(account: &str, name: &str) -> String {
    format!("user/{account}/{name}")
}

/// Canonical name of an IAM role.
pub(crate) fn role(account: &str, name: &str) -> String {
    format!("role/{account}/{name}")
}

/// Canonical name of a role session.
pub(crate) fn session(account: &str, role: &str, session: &str) -> String {
    format!("session/{account}/{role}/{session}")
}

/// The account in an ARN.
pub(crate) fn account_of(arn: &str) -> &str {
    arn.split(':').nth(4).unwrap_or("")
}

/// What follows the last `/` (or the last `:`).
pub(crate) fn last_segment(arn: &str) -> &str {
    arn.rsplit(['/', ':']).next().unwrap_or(arn)
}

/// Account and name of an IAM user's ARN, paths left out.
pub(crate) fn user_name_of_arn(arn: &str) -> Option<(&str, &str)> {
    arn.contains(":user/")
        .then(|| (account_of(arn), last_segment(arn)))
}
