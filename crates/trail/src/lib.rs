//! CloudTrail bytes to events, rules, correlations and incidents. Pure.

pub mod cost;
pub mod remedy;
pub mod resource;
