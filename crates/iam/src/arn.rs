//! Amazon Resource Names, taken apart.

/// The six parts of an ARN, borrowed from its text:
/// `arn:partition:service:region:account:resource`. The last part keeps its
/// own colons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arn<'a> {
    /// `aws`, `aws-cn`, `aws-us-gov`, …
    pub partition: &'a str,
    /// The service's prefix, such as `s3`.
    pub service: &'a str,
    /// The region; empty for global resources.
    pub region: &'a str,
    /// Twelve digits; empty where names are global, as S3 buckets' are.
    pub account: &'a str,
    /// The rest, such as `role/path/name`.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Takes `text` apart; `None` when it is no ARN.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        if parts.next()? != "arn" {
            return None;
        }
        Some(Self {
            partition: parts.next()?,
            service: parts.next()?,
            region: parts.next()?,
            account: parts.next()?,
            resource: parts.next()?,
        })
    }
}

/// Whether `text` is an account's number: twelve digits.
pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}
