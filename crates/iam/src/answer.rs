//! What comes out: the decision and why.

use gardefou_finding::Untrusted;
use serde::Serialize;

use crate::Layer;
use crate::policy::Effect;

/// The decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Allowed.
    Allow,
    /// Denied, because something that had to allow it does not.
    ImplicitDeny,
    /// Denied by a statement.
    ExplicitDeny,
    /// It depends on what nobody knows.
    Unknown,
}

impl Decision {
    /// Its name in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::ImplicitDeny => "implicit_deny",
            Self::ExplicitDeny => "explicit_deny",
            Self::Unknown => "unknown",
        }
    }
}

/// A decision and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The decision.
    pub decision: Decision,
    /// Why: the statements that decided, what did not allow, or which keys
    /// are not known.
    pub reasons: Vec<Reason>,
}

impl Answer {
    /// The keys that would have to be known, when the decision is
    /// [`Decision::Unknown`].
    pub fn unknown_because(&self) -> impl Iterator<Item = &Untrusted> {
        self.reasons.iter().filter_map(|reason| match reason {
            Reason::UnknownKey { key, .. } => Some(key),
            _ => None,
        })
    }
}

/// One reason of a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reason {
    /// This statement allowed or denied.
    Statement(StatementRef),
    /// Nothing in these policies allows it.
    NothingAllows {
        /// Which policies.
        layer: Layer,
        /// The organisation's level, for SCPs and RCPs.
        #[serde(skip_serializing_if = "Option::is_none")]
        level: Option<Untrusted>,
    },
    /// A rule that is not in any policy.
    Rule {
        /// Which rule.
        rule: Rule,
    },
    /// The decision depends on this key, which nobody knows.
    UnknownKey {
        /// The key.
        key: Untrusted,
        /// Statements whose effect depends on it.
        statements: Vec<StatementRef>,
    },
}

/// A statement of a policy of the stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatementRef {
    /// Which part of the stack.
    pub layer: Layer,
    /// The organisation's level, for SCPs and RCPs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Untrusted>,
    /// The policy's name.
    pub policy: Untrusted,
    /// The statement's place in the policy, from 0.
    #[serde(rename = "statement")]
    pub index: usize,
    /// Its `Sid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<Untrusted>,
    /// Its effect.
    pub effect: Effect,
}

/// Rules that are in no policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// An account's root user may do all in its account.
    RootUser,
    /// A root user cannot assume a role.
    RootCannotAssumeRole,
    /// `sts:GetCallerIdentity` needs no permission and cannot be denied.
    CallerIdentity,
    /// A federated user's session without session policies has no identity
    /// permissions.
    FederatedWithoutSessionPolicy,
}
