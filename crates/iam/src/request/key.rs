//! Condition keys.

/// A condition key, such as `aws:SourceIp`. Case does not matter.
#[derive(Clone, Debug)]
pub struct Key {
    spelled: Box<str>,
    lower: Box<str>,
    derived: Option<Derived>,
}

impl Key {
    /// Reads a key.
    pub fn new(spelled: &str) -> Self {
        let lower = spelled.to_lowercase();
        Self {
            spelled: spelled.into(),
            derived: Derived::of(&lower),
            lower: lower.into(),
        }
    }

    /// As it was given.
    pub fn spelled(&self) -> &str {
        &self.spelled
    }

    /// In lower case.
    pub fn lower(&self) -> &str {
        &self.lower
    }

    pub(crate) fn derived(&self) -> Option<Derived> {
        self.derived
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.lower == other.lower
    }
}

impl Eq for Key {}

/// Keys whose value follows from the request itself, where the context does
/// not say it. "AWS global condition context keys" of the IAM User Guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Derived {
    CalledViaFirst,
    CalledViaLast,
    CurrentTime,
    EpochTime,
    PrincipalAccount,
    PrincipalArn,
    PrincipalIsAwsService,
    PrincipalServiceName,
    PrincipalType,
    ResourceAccount,
    UserId,
    UserName,
    ViaAwsService,
}

impl Derived {
    fn of(lower: &str) -> Option<Self> {
        Some(match lower {
            "aws:calledviafirst" => Self::CalledViaFirst,
            "aws:calledvialast" => Self::CalledViaLast,
            "aws:currenttime" => Self::CurrentTime,
            "aws:epochtime" => Self::EpochTime,
            "aws:principalaccount" => Self::PrincipalAccount,
            "aws:principalarn" => Self::PrincipalArn,
            "aws:principalisawsservice" => Self::PrincipalIsAwsService,
            "aws:principalservicename" | "aws:principalservicenameslist" => {
                Self::PrincipalServiceName
            }
            "aws:principaltype" => Self::PrincipalType,
            "aws:resourceaccount" | "s3:resourceaccount" => Self::ResourceAccount,
            "aws:userid" => Self::UserId,
            "aws:username" => Self::UserName,
            "aws:viaawsservice" => Self::ViaAwsService,
            _ => return None,
        })
    }
}
