//! What an incident's resources cost an hour, now and at most.
//!
//! *Now* is what the log shows: instances launched and not terminated, ECS
//! services at their desired count (how many tasks really run is not in the
//! log), groups at their known members or, where no group's members are known,
//! at their desired capacity. *At most* is what resources may grow to by themselves: a
//! group's maximum of the dearest type it may launch, a service's scaling
//! maximum, a public function's reserved concurrency. An instance that a group
//! launched is counted inside the group. What the table cannot price is listed
//! with its numbers, and nothing is guessed.

mod bill;
mod fargate;
mod function;
mod group;
mod instance;
mod prices;
mod settle;

pub use prices::{AS_OF, Rates, SOURCE, coverage, ec2, rates};
pub use settle::settle;

use gardefou_finding::Cost;

use crate::resource::Held;
use bill::Bill;

/// What `held` costs; indices are into it.
pub fn cost(held: &[Held]) -> Cost {
    let mut bill = Bill::new(held);
    for at in 0..held.len() {
        bill.charge(at);
    }
    bill.into_cost()
}

#[cfg(test)]
mod tests;
