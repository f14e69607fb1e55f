//! Guardrail files: service and resource control policies by account.
//!
//! ```json
//! {"organization": "o-a1b2c3d4e5",
//!  "guardrails": [
//!    {"accounts": ["111111111111"],
//!     "service_control_policies": [
//!       {"level": "root", "policies": [{"name": "FullAWSAccess", "policy": {…}}]},
//!       {"level": "ou-workloads", "policies": [{"name": "deny-iam", "policy": {…}}]}],
//!     "resource_control_policies": []}]}
//! ```
//!
//! Levels are those of `gardefou iam evaluate`: one for the root of the
//! organization, one for each unit on the way, one for the account. An entry
//! for `"*"` is about every account that no entry names.

use serde::Deserialize;
use serde_json::value::RawValue;

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File<'a> {
    pub(super) organization: Option<String>,
    #[serde(borrow)]
    pub(super) guardrails: Vec<Entry<'a>>,
}

/// What some accounts have.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry<'a> {
    pub(super) accounts: Vec<String>,
    #[serde(borrow, default)]
    pub(super) service_control_policies: Vec<RawLevel<'a>>,
    #[serde(borrow, default)]
    pub(super) resource_control_policies: Vec<RawLevel<'a>>,
}

/// What one organization unit has.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLevel<'a> {
    #[serde(default)]
    pub(super) level: String,
    #[serde(borrow)]
    pub(super) policies: Vec<Named<'a>>,
}

/// A policy with its name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Named<'a> {
    #[serde(default)]
    pub(super) name: String,
    #[serde(borrow)]
    pub(super) policy: &'a RawValue,
}
