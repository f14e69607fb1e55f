//! Instances, by their type.

use super::bill::{Bill, Units, place};
use super::prices::ec2;
use crate::resource::{Held, Launch};

/// Unit of what has no known type.
pub(super) const UNKNOWN_TYPE: &str = "unknown instance type";

impl<'h> Bill<'h> {
    /// Instances of no group, told once for all that are alike.
    pub(super) fn instances(&mut self, at: usize, held: &'h Held, launch: &'h Launch) {
        let (kind, spot) = (launch.instance_type.as_deref(), launch.spot == Some(true));
        let alike = self.alone.get(&(place(held), kind, spot));
        if let Some(&(first, count)) = alike
            && first == at
        {
            self.add(typed(at, held, kind, spot, (count, count)));
        }
    }
}

/// Units now and at most of a type.
pub(super) fn typed(
    at: usize,
    held: &Held,
    kind: Option<&str>,
    spot: bool,
    counts: (u64, u64),
) -> Units {
    let region = held.resource.region.as_str();
    Units {
        at,
        unit: kind.unwrap_or(UNKNOWN_TYPE).to_owned(),
        now: counts.0,
        maximum: counts.1,
        price: kind.and_then(|kind| ec2(region, kind)),
        spot,
    }
}
