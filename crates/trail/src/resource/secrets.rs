//! Secrets that a call read: they need to be rotated.

use gardefou_finding::Outcome;
use serde::{Deserialize, Serialize};

use super::view::View;
use super::{Call, MAX_TOUCHES};

/// Where a secret is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretStore {
    /// AWS Secrets Manager.
    SecretsManager,
    /// An SSM parameter, decrypted.
    Parameter,
}

/// One secret that was read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SecretRead {
    /// Where it is kept.
    pub store: SecretStore,
    /// Name or ARN.
    pub id: String,
    /// Region.
    pub region: String,
    /// Account, where known.
    pub account: Option<String>,
}

/// Whether a call is one that [`secrets_read`] knows.
pub fn is_secret_read(service: &str, name: &str) -> bool {
    match service {
        "secretsmanager.amazonaws.com" => matches!(name, "GetSecretValue" | "BatchGetSecretValue"),
        "ssm.amazonaws.com" => {
            matches!(
                name,
                "GetParameter" | "GetParameters" | "GetParametersByPath"
            )
        }
        _ => false,
    }
}

/// The secrets that a call names and read. A batch that chose them by filter
/// names none in the log; each of its reads is a `GetSecretValue` of its own.
pub fn secrets_read(call: &Call<'_>) -> Vec<SecretRead> {
    if call.outcome != Outcome::Succeeded || !is_secret_read(call.service, call.name) {
        return Vec::new();
    }
    let view = View { call };
    let (store, mut ids) = if call.service.starts_with("ssm") {
        if view.flag("req.withDecryption") != Some(true) {
            return Vec::new();
        }
        (
            SecretStore::Parameter,
            view.texts("req.name|req.names|req.path"),
        )
    } else {
        (
            SecretStore::SecretsManager,
            view.texts("req.secretId|req.secretIdList"),
        )
    };
    ids.truncate(MAX_TOUCHES);
    let region = call.region.to_owned();
    let account = call.account.map(str::to_owned);
    ids.into_iter()
        .map(|id| SecretRead {
            store,
            id,
            region: region.clone(),
            account: account.clone(),
        })
        .collect()
}
