//! What is wrong with a policy, and where.

use std::fmt;

use crate::request::RequestError;

/// A policy that is not valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    /// What is wrong.
    pub problem: Problem,
    /// Where in the JSON, such as `Statement[2].Condition.StringEquals`;
    /// empty for the whole document. Its names come from the policy.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in bytes, from 1.
    pub column: usize,
}

/// What is wrong with a policy. Texts come from the policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It is no JSON.
    #[error("not JSON: {0}")]
    Json(String),
    /// It is larger than is read.
    #[error("larger than {0} bytes")]
    TooLarge(usize),
    /// It has more statements than are read.
    #[error("more than {0} statements")]
    TooManyStatements(usize),
    /// Something else was expected here.
    #[error("expected {0}")]
    Expected(&'static str),
    /// An element that the grammar does not know.
    #[error("unknown element `{0}`")]
    UnknownElement(String),
    /// An element that may stand once stands twice.
    #[error("`{0}` stands twice")]
    Duplicate(String),
    /// An element that must be there is not.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// Two elements that exclude each other.
    #[error("`{0}` and `{1}` exclude each other")]
    Both(&'static str, &'static str),
    /// An element that this kind of policy must not have.
    #[error("`{0}` is not for this kind of policy")]
    NotHere(&'static str),
    /// A list that must not be empty is.
    #[error("an empty list")]
    Empty,
    /// No version of the language.
    #[error("`{0}` is neither `2012-10-17` nor `2008-10-17`")]
    Version(String),
    /// No effect.
    #[error("`{0}` is neither `Allow` nor `Deny`")]
    Effect(String),
    /// No action.
    #[error("`{0}` is no action such as `s3:GetObject`")]
    Action(String),
    /// No resource.
    #[error("`{0}` is neither an ARN nor `*`")]
    Resource(String),
    /// No principal.
    #[error("`{0}` is no principal; a wildcard can only stand alone")]
    Principal(String),
    /// No kind of principal.
    #[error("`{0}` is no kind of principal; these are AWS, Service, Federated and CanonicalUser")]
    PrincipalKind(String),
    /// No condition operator.
    #[error("unknown condition operator `{0}`")]
    Operator(String),
    /// No condition key.
    #[error("`{0}` is no condition key such as `aws:SourceIp`")]
    Key(String),
    /// A condition's value that its operator cannot compare with.
    #[error("`{text}` is no {expected}")]
    Value {
        /// The value.
        text: String,
        /// What the operator compares with.
        expected: &'static str,
    },
    /// A case's request that is none.
    #[error("{0}")]
    Request(RequestError),
    /// A policy variable that is not well formed.
    #[error("`{0}` is no policy variable such as `${{aws:username}}`")]
    Variable(String),
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)?;
        if !self.path.is_empty() {
            write!(f, ", {}", self.path)?;
        }
        write!(f, ": {}", self.problem)
    }
}

impl std::error::Error for PolicyError {}
