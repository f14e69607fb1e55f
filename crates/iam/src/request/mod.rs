//! A request: who wants to do what to which resource, in which context.

mod context;
mod key;
mod principal;

pub(crate) use context::Found;
pub use context::{Context, ContextValue};
pub use key::Key;
pub use principal::{Principal, PrincipalType};

use crate::arn::{Arn, is_account};

/// Longest text of a request that is read, in bytes. ARNs have at most 2,048.
pub const MAX_TEXT: usize = 8 << 10;

/// A request that is none. Texts come from the request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The principal is nothing that can be one.
    #[error(
        "`{0}` is no principal: an ARN, a service such as `lambda.amazonaws.com`, or `anonymous`"
    )]
    Principal(String),
    /// The action is none.
    #[error("`{0}` is no action such as `s3:GetObject`")]
    Action(String),
    /// The resource is none.
    #[error("`{0}` is neither an ARN nor `*`")]
    Resource(String),
    /// The account is none.
    #[error("`{0}` is no account of twelve digits")]
    Account(String),
    /// A text is longer than is read.
    #[error("a text of more than {MAX_TEXT} bytes")]
    TooLong,
}

/// A request. Its parts are borrowed, so that many requests can share them.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Who.
    pub principal: &'a Principal,
    /// What.
    pub action: &'a Action,
    /// To which resource.
    pub resource: &'a Resource,
    /// In which context.
    pub context: &'a Context,
}

/// An action such as `s3:GetObject`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    spelled: Box<str>,
    lower: Box<str>,
}

impl Action {
    /// Reads an action: a service, a colon and a name, without wildcards.
    ///
    /// # Errors
    /// When `text` is something else.
    pub fn new(text: &str) -> Result<Self, RequestError> {
        let is_action = text.len() <= MAX_TEXT
            && !text.contains(['*', '?'])
            && text
                .split_once(':')
                .is_some_and(|(service, name)| !service.is_empty() && !name.is_empty());
        if !is_action {
            return Err(RequestError::Action(text.to_owned()));
        }
        Ok(Self {
            spelled: text.into(),
            lower: text.to_ascii_lowercase().into(),
        })
    }

    /// As it was given.
    pub fn as_str(&self) -> &str {
        &self.spelled
    }

    /// The service's prefix, in lower case.
    pub fn service(&self) -> &str {
        self.lower.split(':').next().unwrap_or_default()
    }

    /// In lower case, which is how actions are compared.
    pub fn lower(&self) -> &str {
        &self.lower
    }
}

/// A resource and the account that owns it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    arn: Box<str>,
    account: Option<Box<str>>,
    is_pattern: bool,
}

impl Resource {
    /// Reads a resource: an ARN, or `*` for an action that has none. The owner
    /// is `account`, or the account in the ARN, or else not known.
    ///
    /// # Errors
    /// When `text` is something else or `account` is no account.
    pub fn new(text: &str, account: Option<&str>) -> Result<Self, RequestError> {
        if text.len() > MAX_TEXT {
            return Err(RequestError::TooLong);
        }
        let arn = Arn::parse(text);
        if arn.is_none() && text != "*" {
            return Err(RequestError::Resource(text.to_owned()));
        }
        if let Some(account) = account.filter(|account| !is_account(account)) {
            return Err(RequestError::Account(account.to_owned()));
        }
        let in_arn = arn.map(|arn| arn.account).filter(|it| is_account(it));
        Ok(Self {
            arn: text.into(),
            account: account.or(in_arn).map(Into::into),
            is_pattern: false,
        })
    }

    /// Some resource of which only this much is known: its ARN matches
    /// `pattern`, in which `*` stands for what nobody knows. A statement about
    /// all such resources applies, one about none does not, and of one about
    /// some nobody knows.
    ///
    /// # Errors
    /// As [`Resource::new`].
    pub fn like(pattern: &str, account: Option<&str>) -> Result<Self, RequestError> {
        Ok(Self {
            is_pattern: pattern.contains('*'),
            ..Self::new(pattern, account)?
        })
    }

    /// Whether only a pattern of its ARN is known.
    pub fn is_pattern(&self) -> bool {
        self.is_pattern
    }

    /// The ARN, or `*`.
    pub fn as_str(&self) -> &str {
        &self.arn
    }

    /// The account that owns it, when it is known.
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }
}
