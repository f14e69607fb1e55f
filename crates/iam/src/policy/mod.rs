//! Policies: parsed strictly, compiled once.
//!
//! The grammar is that of "Grammar of the IAM JSON policy language" in the IAM
//! User Guide; what is not valid is an error that points at its place.

mod condition;
mod error;
mod operand;
mod principal;
mod read;
mod template;

use std::fmt;

pub use condition::{Condition, Operator, SetOperator, Test};
pub use error::{PolicyError, Problem};
pub(crate) use operand::{Network, Number, Operands, binary, date};
pub use principal::PrincipalPattern;
pub(crate) use template::{Part, Pattern, Stand, Template};

use serde::Serialize;

use crate::pattern::Glob;

/// Largest policy read, in bytes. AWS's own largest is 32 KiB (a key policy).
pub const MAX_POLICY_BYTES: usize = 1 << 20;

/// Most statements read of one policy.
pub const MAX_STATEMENTS: usize = 5_000;

/// What a policy is attached as; it decides which elements it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PolicyKind {
    /// To a user, group or role. Has no `Principal`, must have resources.
    Identity,
    /// As a permissions boundary; formed as identity policies are.
    Boundary,
    /// Passed when a session began; formed as identity policies are.
    Session,
    /// To a resource: a bucket policy, a key policy, a role's trust policy.
    /// Must have `Principal` or `NotPrincipal`; may leave the resource out,
    /// and is then about the resource that it is attached to.
    Resource,
    /// A service control policy. Has no `Principal`.
    ServiceControl,
    /// A resource control policy. Its `Principal` is `*`.
    ResourceControl,
    /// To a VPC endpoint. `Principal` is `*` where it is left out.
    Endpoint,
}

impl PolicyKind {
    /// Whether statements may name principals.
    pub fn has_principals(self) -> bool {
        matches!(
            self,
            Self::Resource | Self::ResourceControl | Self::Endpoint
        )
    }
}

/// `Version`: the policy language's version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// `2008-10-17`, and what is meant without `Version`. Has no variables:
    /// `${…}` is text.
    V2008,
    /// `2012-10-17`.
    V2012,
}

/// `Effect`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Effect {
    /// `Allow`
    Allow,
    /// `Deny`
    Deny,
}

/// `Action` or `NotAction`, `Resource` or `NotResource`, `Principal` or
/// `NotPrincipal`.
#[derive(Clone, Debug)]
pub enum Scope<T> {
    /// One of these: `Action`, `Resource`, `Principal`.
    Only(Box<[T]>),
    /// None of these: `NotAction`, `NotResource`, `NotPrincipal`.
    Except(Box<[T]>),
}

impl<T> Scope<T> {
    /// What is listed, whether it is meant or excepted.
    pub fn listed(&self) -> &[T] {
        match self {
            Self::Only(listed) | Self::Except(listed) => listed,
        }
    }

    /// Whether it is a `Not…` element.
    pub fn is_except(&self) -> bool {
        matches!(self, Self::Except(_))
    }
}

impl Scope<ActionPattern> {
    /// Whether an action, in lower case, is among those that are meant.
    #[inline]
    pub fn names(&self, lower: &str) -> bool {
        let is_listed = self.listed().iter().any(|pattern| pattern.matches(lower));
        is_listed != self.is_except()
    }
}

/// A policy, compiled. Share it by [`std::sync::Arc`].
#[derive(Clone, Debug)]
pub struct Policy {
    version: Version,
    id: Option<Box<str>>,
    statements: Box<[Statement]>,
}

impl Policy {
    /// Parses a policy's JSON.
    ///
    /// # Errors
    /// When it is no JSON, no valid policy of this `kind`, or larger than
    /// [`MAX_POLICY_BYTES`]; the error says where.
    pub fn parse(text: &str, kind: PolicyKind) -> Result<Self, PolicyError> {
        read::policy(text, text, kind)
    }

    /// Parses a policy that is a part of a larger document, so that errors
    /// point into that. `part` must be a slice of `document`.
    ///
    /// # Errors
    /// As [`Policy::parse`].
    pub fn parse_within(document: &str, part: &str, kind: PolicyKind) -> Result<Self, PolicyError> {
        read::policy(document, part, kind)
    }

    /// Parses a policy that is already a JSON value. Positions in errors are
    /// those of the value written in one line; paths are exact.
    ///
    /// # Errors
    /// As [`Policy::parse`].
    pub fn from_value(value: &serde_json::Value, kind: PolicyKind) -> Result<Self, PolicyError> {
        Self::parse(&value.to_string(), kind)
    }

    /// `Version`.
    pub fn version(&self) -> Version {
        self.version
    }

    /// `Id`.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The statements, in their order.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }
}

/// One statement, compiled.
#[derive(Clone, Debug)]
pub struct Statement {
    sid: Option<Box<str>>,
    effect: Effect,
    actions: Scope<ActionPattern>,
    resources: Option<Scope<ResourcePattern>>,
    principals: Option<Scope<PrincipalPattern>>,
    conditions: Box<[Condition]>,
}

impl Statement {
    /// Whether it allows every action on every resource, unconditionally.
    pub fn allows_everything(&self) -> bool {
        self.effect == Effect::Allow
            && self.has_every_action()
            && self.is_about_everything()
            && self.conditions().is_empty()
    }

    /// Whether its actions are all actions.
    pub fn has_every_action(&self) -> bool {
        let listed = self.actions().listed();
        !self.actions().is_except() && listed.iter().any(|one| one.is_everything())
    }

    /// Whether its resources are all resources, or all but some.
    pub fn is_about_everything(&self) -> bool {
        match self.resources() {
            Some(Scope::Only(patterns)) => patterns.iter().any(ResourcePattern::is_everything),
            Some(Scope::Except(_)) => true,
            None => false,
        }
    }

    /// `Sid`.
    pub fn sid(&self) -> Option<&str> {
        self.sid.as_deref()
    }

    /// `Effect`.
    pub fn effect(&self) -> Effect {
        self.effect
    }

    /// `Action` or `NotAction`.
    pub fn actions(&self) -> &Scope<ActionPattern> {
        &self.actions
    }

    /// `Resource` or `NotResource`; `None` in a resource policy that means
    /// the resource it is attached to.
    pub fn resources(&self) -> Option<&Scope<ResourcePattern>> {
        self.resources.as_ref()
    }

    /// `Principal` or `NotPrincipal`; `None` where there is none.
    pub fn principals(&self) -> Option<&Scope<PrincipalPattern>> {
        self.principals.as_ref()
    }

    /// `Condition`, one element for each operator and key.
    pub fn conditions(&self) -> &[Condition] {
        &self.conditions
    }
}

/// An action such as `s3:Get*`. Case does not matter.
#[derive(Clone)]
pub struct ActionPattern {
    spelled: Box<str>,
    glob: Glob,
}

impl ActionPattern {
    pub(crate) fn new(spelled: &str) -> Self {
        Self {
            spelled: spelled.into(),
            glob: Glob::new(&spelled.to_ascii_lowercase()),
        }
    }

    /// As the policy spells it.
    pub fn as_str(&self) -> &str {
        &self.spelled
    }

    /// Whether it means every action of every service.
    pub fn is_everything(&self) -> bool {
        self.glob.is_everything() || &*self.spelled == "*:*"
    }

    /// Whether it means this action, which is in lower case.
    pub fn matches(&self, lower: &str) -> bool {
        self.glob.matches(lower)
    }
}

impl fmt::Debug for ActionPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.spelled.fmt(f)
    }
}

/// A resource such as `arn:aws:s3:::bucket/${aws:username}/*`. Case matters,
/// and a star goes over colons.
#[derive(Clone)]
pub struct ResourcePattern {
    template: Template,
}

impl ResourcePattern {
    /// As the policy spells it.
    pub fn as_str(&self) -> &str {
        self.template.spelled()
    }

    /// Whether it means every resource.
    pub fn is_everything(&self) -> bool {
        self.template
            .fixed()
            .is_some_and(|pattern| pattern.is_everything())
    }

    pub(crate) fn template(&self) -> &Template {
        &self.template
    }
}

impl fmt::Debug for ResourcePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}
