//! History × guardrail → what would have been stopped, what would have been
//! broken. Pure.
//!
//! [`mapping`] turns a CloudTrail record into what was asked of IAM, with the
//! help of a [`reference`](mod@reference) of every service's actions; nothing that the log does
//! not hold is guessed.

pub mod deeds;
pub mod mapping;
pub mod reference;

pub use mapping::{Call, Mapper, Names, Need, Unmapped};
pub use reference::{Meaning, Reference};
