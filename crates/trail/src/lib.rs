//! CloudTrail bytes to events, rules, correlations and incidents. Pure.
//!
//! An archive is looked at twice. [`decode`] turns bytes into records;
//! [`scan`] turns records into small [`facts`], by asking the [`rules`] that
//! can match at all; [`story`] weighs the facts, decides what is an incident,
//! says which sources are worth a second look, and tells the incident with
//! its [`resource`]s, [`cost`] and next steps ([`remedy`]).
//!
//! [`proof`] says what CloudTrail's own digest files prove of an archive.

pub mod cost;
pub mod decode;
mod digest;
pub mod facts;
#[cfg(test)]
mod fixture;
pub mod proof;
pub mod remedy;
pub mod resource;
pub mod rules;
pub mod scan;
pub mod story;
