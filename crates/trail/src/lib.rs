//! CloudTrail bytes to events, rules, correlations and incidents. Pure.

pub mod decode;
