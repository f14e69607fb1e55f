//! Sigma rules: loading, deciding which can match at all, matching, correlating.
//!
//! The semantics are those of the `rsigma` crates; this module only decides
//! *which* rules are asked about an event (`prefilter`) and in *which order*
//! matches reach the correlations (`correlate`).

mod correlate;
mod decide;
mod embedded;
mod examples;
mod facet;
mod load;
mod meta;
mod prefilter;
mod rest;
mod set;
mod sieve;

pub(crate) use correlate::values;
pub use correlate::{Correlator, Firing};
pub(crate) use decide::Decision;
pub use decide::Matcher;
pub use embedded::embedded;
pub use examples::{ExamplesOutcome, check_examples};
#[cfg(test)]
pub(crate) use facet::OF_CALLER;
pub(crate) use facet::{OF_CALL, OfCaller};
pub use load::{LoadError, RuleText};
pub use meta::{RuleKind, RuleMeta};
pub use prefilter::{Candidates, Signature};
pub use set::{RuleIndex, RuleSet};
