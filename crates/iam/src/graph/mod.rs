//! Who can become whom, and who can thereby do everything.
//!
//! Principals are nodes. A method is a way from one to another; the
//! evaluator says, for concrete targets, whether all that the method needs is
//! allowed. The search goes backwards from those who may do everything (and
//! from buckets), so that only ways that lead somewhere are looked for.
//! Principals with the same policies are asked once (`world`).

mod admin;
mod edge;
mod hypothesis;
mod method;
mod search;
mod seed;
mod step;
mod tell;
#[cfg(test)]
mod tests;
mod together;
mod witness;
mod world;

use std::collections::BTreeSet;

use gardefou_finding::{AuditPath, Dependency, Timestamp};

pub use method::{Gains, Method, Methods, MethodsError, Target, ThingKind};
pub(crate) use tell::{fnv, fnv_start};
pub use world::{Class, Outcome, World};

use crate::snapshot::{Id, Snapshot};

/// How much is looked for and kept.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Ways on that are kept for one principal.
    pub ways: usize,
    /// Paths that are told.
    pub paths: usize,
    /// Buckets that are goals.
    pub buckets: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            ways: 8,
            paths: 50_000,
            buckets: 200,
        }
    }
}

/// What the graph shows.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    /// Principals that may do everything.
    pub administrators: BTreeSet<Id>,
    /// Those that may if something unknown is so, and what.
    pub perhaps: Vec<(Id, BTreeSet<Dependency>)>,
    /// Paths, most severe first.
    pub paths: Vec<AuditPath>,
    /// Paths that did not fit.
    pub paths_left_out: u64,
    /// Buckets that were not made goals, because there are too many.
    pub buckets_left_out: u64,
}

/// Analyses a snapshot at a time, with the program's own methods.
///
/// # Errors
/// When the methods do not load, which a test excludes.
pub fn analyse(
    snapshot: &Snapshot,
    now: Timestamp,
    limits: &Limits,
) -> Result<Analysis, MethodsError> {
    let methods = Methods::load()?;
    let world = World::new(snapshot, &methods, now);
    Ok(search::search(&world, limits))
}
