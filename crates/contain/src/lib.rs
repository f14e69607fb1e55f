//! Incident → plan → what is done, told, and undone. Pure.
//!
//! [`plan`](plan()) makes ordered steps of an incident; [`prove`] says with a
//! snapshot what its identities could do before and after. [`apply`] and
//! [`undo`] carry a plan out through a [`Cloud`] and keep a [`Journal`]: an
//! intent before each call, its outcome after it. What was not recorded as
//! done is never taken for done, and an outcome that nobody knows is settled by
//! reading the state. [`Thing`](gardefou_finding::Thing)s are defined by their
//! states, in [`things`].

mod approval;
mod carry;
mod closing;
mod export;
mod plan;
mod proof;
pub mod things;

pub use approval::{PLAN_NAMESPACE, approval_note, digest};
pub use carry::{
    Carried, Cloud, Course, Direction, Ended, Journal, Options, Record, StepEnd, Stop, Trouble,
    What, apply, courses, undo,
};
pub use closing::{Opening, closes, openings};
pub use export::{cli_script, deny_policies, terraform};
pub use plan::{Request, plan};
pub use proof::prove;
