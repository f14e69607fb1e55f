//! What accounts look like: who is there, with which policies.
//!
//! A [`Reader`] is given files in any order, finds out what each one is, and
//! makes one [`Snapshot`] of them. What cannot be read is counted in the
//! coverage with its place; nothing is left out silently.

mod assemble;
mod authorization;
mod credential;
mod documents;
mod guardrail;
pub mod live;
mod managed;
mod reader;
mod resource;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use gardefou_finding::Timestamp;

pub use credential::{Credential, KeyState};
pub use managed::{ManagedPolicies, ManagedPolicy};
pub use reader::Reader;
pub use resource::Thing;

use crate::policy::{Policy, Statement};
use crate::usage::Usage;

/// A user, role or group by its place in the snapshot's list.
pub type Id = usize;

/// Accounts, principals, groups, policies and things.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Accounts by number.
    pub accounts: BTreeMap<String, Account>,
    /// Users and roles, in order of their ARN.
    pub principals: Vec<Principal>,
    /// Groups, in order of their ARN.
    pub groups: Vec<Group>,
    /// Things that are neither principals nor policies.
    pub things: Vec<Thing>,
    /// Accounts that a resource file is about.
    pub listed: std::collections::BTreeSet<String>,
    /// The organization's id (`o-…`), where a guardrail file tells.
    pub organization: Option<String>,
    /// What a history shows of who used what, where one was given.
    pub usage: Option<Usage>,
}

/// What is known of a whole account.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// Service control policies, a level for each organization unit above.
    pub service_control: Vec<Level>,
    /// Resource control policies, likewise.
    pub resource_control: Vec<Level>,
    /// Whether guardrails were given for this account.
    pub has_guardrails: bool,
    /// The root user's line of the credential report.
    pub root: Option<Credential>,
    /// Whether a credential report was given.
    pub has_credentials: bool,
    /// The root user's MFA devices that a list names.
    pub root_devices: Vec<MfaKind>,
    /// What `get-account-summary` says, by name.
    pub summary: BTreeMap<String, i64>,
    /// What `get-account-password-policy` says.
    pub password_policy: Option<PasswordPolicy>,
    /// The customer managed policies that are attached to nobody are here too.
    pub policies: BTreeMap<String, Managed>,
}

/// The policies of one organization unit or account.
#[derive(Clone, Debug)]
pub struct Level {
    /// Its name.
    pub name: String,
    /// Its policies.
    pub policies: Vec<Attached>,
}

/// A policy and the name under which it is attached.
#[derive(Clone, Debug)]
pub struct Attached {
    /// Its name.
    pub name: Arc<str>,
    /// Its ARN; inline policies have none.
    pub arn: Option<Arc<str>>,
    /// The policy; `None` when it could not be read, or is not known.
    pub policy: Option<Arc<Policy>>,
}

/// A customer managed policy.
#[derive(Clone, Debug)]
pub struct Managed {
    /// Its name.
    pub name: Arc<str>,
    /// Its versions by id; `None` for one that could not be read.
    pub versions: BTreeMap<String, Option<Arc<Policy>>>,
    /// The id of the version in force.
    pub default_version: String,
}

impl Managed {
    /// Whether the version in force allows every action on every resource.
    pub fn allows_everything(&self) -> bool {
        let policy = self.versions.get(&self.default_version);
        let policy = policy.and_then(Option::as_deref);
        policy.is_some_and(|one| one.statements().iter().any(Statement::allows_everything))
    }
}

/// User or role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A user.
    User,
    /// A role.
    Role,
}

/// A user or role.
#[derive(Clone, Debug)]
pub struct Principal {
    /// User or role.
    pub kind: Kind,
    /// Its ARN.
    pub arn: Arc<str>,
    /// Its account.
    pub account: Arc<str>,
    /// Its name, without the path.
    pub name: Arc<str>,
    /// Its unique id, such as `AIDA…`.
    pub unique_id: Arc<str>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// Its tags.
    pub tags: Vec<(String, String)>,
    /// Its own policies, inline and attached.
    pub policies: Vec<Attached>,
    /// Its groups.
    pub groups: Vec<Id>,
    /// Its permissions boundary.
    pub boundary: Option<Attached>,
    /// A role's trust policy.
    pub trust: Option<Attached>,
    /// Its text, as it was read.
    pub trust_text: Option<Arc<str>>,
    /// Names of the instance profiles that a role is in.
    pub instance_profiles: Vec<String>,
    /// When a role was last used.
    pub last_used: Option<Timestamp>,
    /// Whether the snapshot tells when a role was last used: an empty answer
    /// means not within AWS's tracking period.
    pub tells_last_used: bool,
    /// A user's line of the credential report.
    pub credential: Option<Credential>,
    /// A user's MFA devices that a list names.
    pub devices: Vec<MfaKind>,
    /// Access keys that a resource file lists for a user.
    pub listed_keys: u8,
    /// Whether a resource file says that a user has a console password.
    pub listed_login: bool,
}

/// A group.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its ARN.
    pub arn: Arc<str>,
    /// Its account.
    pub account: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Its policies.
    pub policies: Vec<Attached>,
}

/// What `get-account-password-policy` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PasswordPolicy {
    /// `MinimumPasswordLength`
    pub minimum_length: Option<i64>,
    /// `PasswordReusePrevention`
    pub reuse_prevention: Option<i64>,
}

/// What an MFA device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MfaKind {
    /// An app on a telephone: the code can be given away.
    Virtual,
    /// A key fob: likewise.
    Hardware,
    /// A security key or passkey (FIDO2), which cannot be phished.
    PhishingResistant,
}

impl MfaKind {
    /// Tells from the serial number: security keys have ARNs of `u2f`, virtual
    /// devices of `mfa`, key fobs a number that is no ARN.
    pub fn of(serial: &str) -> Self {
        match crate::arn::Arn::parse(serial) {
            Some(arn) if arn.resource.starts_with("u2f/") => Self::PhishingResistant,
            Some(_) => Self::Virtual,
            None => Self::Hardware,
        }
    }
}

impl Principal {
    /// A principal of whom nothing else is known.
    pub fn bare(kind: Kind, arn: &str, name: &str, unique_id: &str) -> Self {
        let account = crate::arn::Arn::parse(arn).map_or("", |parsed| parsed.account);
        Self {
            kind,
            arn: arn.into(),
            account: account.into(),
            name: name.into(),
            unique_id: unique_id.into(),
            created: None,
            tags: Vec::new(),
            policies: Vec::new(),
            groups: Vec::new(),
            boundary: None,
            trust: None,
            trust_text: None,
            instance_profiles: Vec::new(),
            last_used: None,
            tells_last_used: false,
            credential: None,
            devices: Vec::new(),
            listed_keys: 0,
            listed_login: false,
        }
    }

    /// Whether it is a role that only an AWS service can use and change.
    pub fn is_service_linked(&self) -> bool {
        self.arn.contains(":role/aws-service-role/")
    }

    /// Whether it is a role that Identity Center keeps, or an AWS service:
    /// IAM's own calls on it are refused (`UnmodifiableEntity`).
    pub fn is_reserved(&self) -> bool {
        self.is_service_linked() || self.arn.contains(":role/aws-reserved/")
    }

    /// Whether the user has a console password; `None` when nobody knows.
    pub fn has_login(&self) -> Option<bool> {
        match &self.credential {
            Some(credential) => credential.password_enabled,
            None => self.listed_login.then_some(true),
        }
    }

    /// How many access keys the user has, active or not; `None` when nobody
    /// knows. Two is the most that AWS allows.
    pub fn key_count(&self) -> Option<u8> {
        match &self.credential {
            Some(credential) => credential.keys_known.then(|| credential.key_count()),
            None => (self.listed_keys >= 2).then_some(2),
        }
    }
}

impl Snapshot {
    /// The principal with this ARN.
    pub fn principal(&self, arn: &str) -> Option<Id> {
        self.principals
            .binary_search_by(|one| (*one.arn).cmp(arn))
            .ok()
    }

    /// The policies that a principal has by itself and by its groups, with
    /// the ARN of who holds each.
    pub fn identity_policies(&self, principal: Id) -> impl Iterator<Item = (&Arc<str>, &Attached)> {
        let own = self.principals.get(principal);
        let groups = own
            .into_iter()
            .flat_map(|one| &one.groups)
            .filter_map(|group| self.groups.get(*group));
        own.into_iter()
            .flat_map(|one| one.policies.iter().map(move |policy| (&one.arn, policy)))
            .chain(groups.flat_map(|group| {
                group
                    .policies
                    .iter()
                    .map(move |policy| (&group.arn, policy))
            }))
    }
}
