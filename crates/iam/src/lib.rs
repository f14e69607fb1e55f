//! IAM policies, and what AWS decides with them. Pure.
//!
//! A [`policy`] is parsed strictly, once, into a form that is quick to ask.
//! A [`request`] is a principal, an action, a resource and a context, some
//! keys of which may be *not known*. [`evaluate`](evaluate()) puts the request
//! before a [`Stack`] of policies and answers as AWS would: allow, implicit
//! deny, explicit deny, or unknown, and then because of which keys.
//!
//! What is followed is AWS's documentation: "Policy evaluation logic" and the
//! "IAM JSON policy element reference" of the IAM User Guide, and for SCPs and
//! RCPs the Organizations User Guide. `docs/iam.md` lists each reading that
//! the documentation leaves open.

mod answer;
mod arn;
mod audit;
pub mod cases;
pub mod check;
mod evaluate;
pub mod graph;
mod json;
pub mod least;
mod pattern;
pub mod policy;
pub mod request;
pub mod snapshot;
mod stack;
mod tri;
pub mod usage;

pub use answer::{Answer, Decision, Reason, Rule, StatementRef};
pub use arn::Arn;
pub use audit::audit;
pub use evaluate::{Outcome, Step, decide, evaluate, explain};
pub use policy::{Policy, PolicyError, PolicyKind, Statement};
pub use request::{Action, Context, Principal, Request, RequestError, Resource};
pub use stack::{Attached, Layer, Level, Stack};
pub use tri::Tri;
