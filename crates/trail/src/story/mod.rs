//! Facts to incidents.
//!
//! [`judge`] weighs what the rules found against each principal's habits,
//! joins credentials into chains, cuts chains into bursts, and says which of
//! them are incidents. What an incident needs beyond the facts (every call of
//! its identities, the resources) is collected by a second look at the sources
//! that can hold it ([`SecondLook`]), and [`tell`] puts both together.

mod boundary;
mod burst;
mod chain;
mod findings;
mod judge;
mod lead;
mod look;
mod origin;
mod people;
mod property;
mod stages;
mod tell;
mod timeline;
mod trust;
mod weigh;

pub use judge::{Judgement, judge};
pub use look::{Details, Focus, SecondLook, event_ref};
pub use tell::{Told, tell};
