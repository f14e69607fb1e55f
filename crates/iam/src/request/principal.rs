//! Who makes a request.

use super::{MAX_TEXT, RequestError};
use crate::arn::Arn;

/// What kind of principal makes a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PrincipalType {
    /// An account's root user.
    Root,
    /// An IAM user.
    User,
    /// A role: some session of it, whose name does not matter.
    Role,
    /// A session of a role.
    AssumedRole,
    /// A session made with `GetFederationToken`.
    FederatedUser,
    /// An AWS service.
    Service,
    /// Somebody who comes with an identity provider's token or assertion.
    Federated,
    /// Nobody known: an unsigned request.
    Anonymous,
}

/// Who makes a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    spelled: Box<str>,
    kind: PrincipalType,
    account: Option<Box<str>>,
    name: Option<Box<str>>,
    /// `aws:PrincipalArn`
    arn: Option<Box<str>>,
    user_id: Option<Box<str>>,
    is_service_linked: bool,
}

impl Principal {
    /// Reads a principal: the ARN of a root user, user, role, role session,
    /// federated user or identity provider; a service such as
    /// `lambda.amazonaws.com`, or the name of a web identity provider;
    /// `anonymous` or `*`.
    ///
    /// # Errors
    /// When `text` is nothing of these.
    pub fn parse(text: &str) -> Result<Self, RequestError> {
        if text.len() > MAX_TEXT {
            return Err(RequestError::TooLong);
        }
        let wrong = || RequestError::Principal(text.to_owned());
        if text == "*" || text.eq_ignore_ascii_case("anonymous") {
            return Ok(Self::bare(text, PrincipalType::Anonymous));
        }
        match Arn::parse(text) {
            Some(arn) => Self::of_arn(text, arn).ok_or_else(wrong),
            None if is_provider(text) => Ok(Self::bare(text, PrincipalType::Federated)),
            None if is_service(text) => Ok(Self::bare(
                &text.to_ascii_lowercase(),
                PrincipalType::Service,
            )),
            None => Err(wrong()),
        }
    }

    /// A user of `account` of whom nothing else is known; without an account,
    /// one of the same account as the resource.
    pub fn some_user(account: Option<&str>) -> Self {
        Self {
            account: Some(account.unwrap_or_default().into()),
            ..Self::bare("", PrincipalType::User)
        }
    }

    fn bare(text: &str, kind: PrincipalType) -> Self {
        let user_id = (kind == PrincipalType::Anonymous).then(|| "anonymous".into());
        Self {
            spelled: text.into(),
            kind,
            account: None,
            name: None,
            arn: None,
            user_id,
            is_service_linked: false,
        }
    }

    fn of_arn(text: &str, arn: Arn<'_>) -> Option<Self> {
        let (head, rest) = arn.resource.split_once('/').unwrap_or((arn.resource, ""));
        let last = rest.rsplit('/').next().filter(|name| !name.is_empty());
        let kind = match (arn.service, head, last) {
            ("iam", "root", None) => PrincipalType::Root,
            ("iam", "user", Some(_)) => PrincipalType::User,
            ("iam", "role", Some(_)) => PrincipalType::Role,
            ("iam", "saml-provider" | "oidc-provider", Some(_)) => PrincipalType::Federated,
            ("sts", "federated-user", Some(_)) => PrincipalType::FederatedUser,
            ("sts", "assumed-role", Some(_)) => return Self::session(text, arn, rest),
            _ => return None,
        };
        let is_provider = kind == PrincipalType::Federated;
        let user_id = match kind {
            PrincipalType::Root => Some(arn.account.into()),
            PrincipalType::FederatedUser => Some(format!("{}:{rest}", arn.account).into()),
            _ => None,
        };
        Some(Self {
            kind,
            account: (!is_provider).then(|| arn.account.into()),
            name: last.map(Into::into),
            arn: (!is_provider).then(|| text.into()),
            user_id,
            is_service_linked: kind == PrincipalType::Role && rest.starts_with("aws-service-role/"),
            ..Self::bare(text, kind)
        })
    }

    fn session(text: &str, arn: Arn<'_>, rest: &str) -> Option<Self> {
        let (role, session) = rest.split_once('/')?;
        if role.is_empty() || session.is_empty() {
            return None;
        }
        let is_service_linked = role.starts_with("AWSServiceRoleFor");
        let role_arn = format!("arn:{}:iam::{}:role/{role}", arn.partition, arn.account);
        Some(Self {
            account: Some(arn.account.into()),
            name: Some(role.into()),
            arn: Some(role_arn.into()),
            is_service_linked,
            ..Self::bare(text, PrincipalType::AssumedRole)
        })
    }

    /// Says the whole ARN of the session's role, with its path, which a
    /// session's ARN does not have.
    #[must_use]
    pub fn with_role(mut self, role_arn: &str) -> Self {
        if self.kind == PrincipalType::AssumedRole {
            self.is_service_linked |= role_arn.contains(":role/aws-service-role/");
            self.arn = Some(role_arn.into());
        }
        self
    }

    /// As it was given.
    pub fn as_str(&self) -> &str {
        &self.spelled
    }

    /// What kind it is.
    pub fn kind(&self) -> PrincipalType {
        self.kind
    }

    /// The account, for those that have one.
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// The name of the user, role (also of a session) or federated user,
    /// without path.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The value of `aws:PrincipalArn`: for a session, its role's ARN.
    pub fn principal_arn(&self) -> Option<&str> {
        self.arn.as_deref()
    }

    /// Whether it is a service-linked role or a session of one. SCPs and RCPs
    /// do not apply to those.
    pub fn is_service_linked(&self) -> bool {
        self.is_service_linked
    }

    /// Whether identity policies can be attached to it.
    pub fn has_identity(&self) -> bool {
        matches!(
            self.kind,
            PrincipalType::User
                | PrincipalType::Role
                | PrincipalType::AssumedRole
                | PrincipalType::FederatedUser
        )
    }

    pub(crate) fn is_service(&self) -> bool {
        self.kind == PrincipalType::Service
    }

    pub(crate) fn service(&self) -> Option<&str> {
        self.is_service().then_some(&*self.spelled)
    }

    pub(crate) fn user_name(&self) -> Option<&str> {
        (self.kind == PrincipalType::User)
            .then_some(self.name())
            .flatten()
    }

    pub(crate) fn user_id(&self) -> Option<&str> {
        self.user_id.as_deref()
    }

    /// `aws:PrincipalAccount`; unsigned requests have `anonymous`.
    pub(crate) fn account_key(&self) -> Option<&str> {
        match self.kind {
            PrincipalType::Anonymous => Some("anonymous"),
            _ => self.account().filter(|account| !account.is_empty()),
        }
    }

    /// `aws:PrincipalType`, by the guide's table of principal key values.
    pub(crate) fn type_key(&self) -> Option<&'static str> {
        match self.kind {
            PrincipalType::Root => Some("Account"),
            PrincipalType::User => Some("User"),
            PrincipalType::Role | PrincipalType::AssumedRole => Some("AssumedRole"),
            PrincipalType::FederatedUser => Some("FederatedUser"),
            PrincipalType::Anonymous => Some("Anonymous"),
            PrincipalType::Service | PrincipalType::Federated => None,
        }
    }
}

/// The web identity providers that IAM knows by name.
fn is_provider(text: &str) -> bool {
    matches!(
        text,
        "cognito-identity.amazonaws.com"
            | "accounts.google.com"
            | "graph.facebook.com"
            | "www.amazon.com"
    )
}

/// `service.amazonaws.com`, also with a region or in another partition.
fn is_service(text: &str) -> bool {
    let name = text
        .strip_suffix(".amazonaws.com")
        .or_else(|| text.strip_suffix(".amazonaws.com.cn"))
        .or_else(|| text.strip_suffix(".amazon.com"))
        .or_else(|| text.strip_suffix(".aws.internal"));
    name.is_some_and(|name| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
    })
}
