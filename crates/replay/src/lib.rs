//! History × guardrail → what would have been stopped, what would have been
//! broken. Pure.
//!
//! [`mapping`] turns a CloudTrail record into what was asked of IAM, with the
//! help of a [`reference`](mod@reference) of every service's actions; nothing
//! that the log does not hold is guessed. A [`history`] keeps of an archive's
//! calls what policies can tell apart. [`guardrail`]s are policies as data;
//! [`replay()`] says what each would have stopped and broken, and [`suggest`]
//! which of them to take.

pub mod attack;
pub mod deeds;
pub mod effect;
pub mod fidelity;
pub mod files;
pub mod guardrail;
pub mod history;
pub mod learn;
pub mod lens;
pub mod mapping;
mod needed;
pub mod reference;
mod replay;
pub mod suggest;

pub use guardrail::{Bound, Guardrail, GuardrailError};
pub use history::{Collected, Collector};
pub use lens::Lens;
pub use mapping::{Call, Mapper, Names, Need};
pub use reference::{Meaning, Reference};
pub use replay::{Material, preventions, replay, split};
