//! Changes, trees and packages → normalised text → checks → findings. Floor 1,
//! pure: bytes come in as arguments, and nothing of them is ever executed.

pub mod archive;
pub mod artifact;
pub mod change;
mod check;
pub mod config;
mod coverage;
pub mod dependency;
mod finding;
pub mod join;
mod judge;
mod needs;
mod pattern;
mod report;
mod shell;
mod sieve;
pub mod text;
pub mod trust;

pub use check::{CheckId, Reason};
pub use coverage::{Coverage, Gap, MAX_LISTED, Unread};
pub use finding::{Finding, Location};
pub use judge::{Judge, Judged, MAX_TEXT};
pub use report::{CHECK_SCHEMA, CheckReport, MAX_FINDINGS, Verdict};
