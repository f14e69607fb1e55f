//! The shape of `aws iam get-account-authorization-details`.
//!
//! Lists are taken apart item by item, so that one bad item does not lose the
//! others. Fields are those of the API reference; others are left alone, since
//! AWS adds to them.

use serde::Deserialize;
use serde_json::value::RawValue;

/// A page, or all pages in one as the AWS CLI writes them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Page<'a> {
    #[serde(borrow, default)]
    pub(super) user_detail_list: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) group_detail_list: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) role_detail_list: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) policies: Vec<&'a RawValue>,
    /// Of the API: more pages follow.
    #[serde(default)]
    pub(super) is_truncated: bool,
    /// Of the AWS CLI with `--max-items`: more items follow.
    pub(super) next_token: Option<String>,
}

/// `UserDetail`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct User<'a> {
    pub(super) arn: String,
    pub(super) user_name: String,
    #[serde(default)]
    pub(super) user_id: String,
    pub(super) create_date: Option<String>,
    #[serde(borrow, default)]
    pub(super) user_policy_list: Vec<Inline<'a>>,
    #[serde(default)]
    pub(super) group_list: Vec<String>,
    #[serde(default)]
    pub(super) attached_managed_policies: Vec<Reference>,
    pub(super) permissions_boundary: Option<Boundary>,
    #[serde(default)]
    pub(super) tags: Vec<Tag>,
}

/// `GroupDetail`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Group<'a> {
    pub(super) arn: String,
    pub(super) group_name: String,
    #[serde(borrow, default)]
    pub(super) group_policy_list: Vec<Inline<'a>>,
    #[serde(default)]
    pub(super) attached_managed_policies: Vec<Reference>,
}

/// `RoleDetail`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Role<'a> {
    pub(super) arn: String,
    pub(super) role_name: String,
    #[serde(default)]
    pub(super) role_id: String,
    pub(super) create_date: Option<String>,
    #[serde(borrow)]
    pub(super) assume_role_policy_document: Option<&'a RawValue>,
    #[serde(default)]
    pub(super) instance_profile_list: Vec<InstanceProfile>,
    #[serde(borrow, default)]
    pub(super) role_policy_list: Vec<Inline<'a>>,
    #[serde(default)]
    pub(super) attached_managed_policies: Vec<Reference>,
    pub(super) permissions_boundary: Option<Boundary>,
    #[serde(default)]
    pub(super) tags: Vec<Tag>,
    pub(super) role_last_used: Option<LastUsed>,
}

/// `PolicyDetail`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct InlinePolicy<'a> {
    pub(super) policy_name: String,
    #[serde(borrow)]
    pub(super) policy_document: &'a RawValue,
}

/// An inline policy that may be of any shape.
pub(super) type Inline<'a> = InlinePolicy<'a>;

/// `AttachedPolicy`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Reference {
    pub(super) policy_arn: String,
}

/// `AttachedPermissionsBoundary`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Boundary {
    pub(super) permissions_boundary_arn: String,
}

/// `Tag`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag {
    pub(super) key: String,
    #[serde(default)]
    pub(super) value: String,
}

/// `InstanceProfile`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct InstanceProfile {
    pub(super) instance_profile_name: String,
}

/// `RoleLastUsed`; empty for a role that was not used.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct LastUsed {
    pub(super) last_used_date: Option<String>,
}

/// `ManagedPolicyDetail`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ManagedPolicy<'a> {
    pub(super) arn: String,
    /// Emulators leave it out; the ARN ends in it.
    #[serde(default)]
    pub(super) policy_name: String,
    #[serde(default)]
    pub(super) default_version_id: String,
    #[serde(borrow, default)]
    pub(super) policy_version_list: Vec<Version<'a>>,
}

/// `PolicyVersion`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Version<'a> {
    pub(super) version_id: String,
    #[serde(borrow)]
    pub(super) document: Option<&'a RawValue>,
    #[serde(default)]
    pub(super) is_default_version: bool,
}
