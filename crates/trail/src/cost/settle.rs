//! The report's limit of resources, and the cost of all of them.

use std::collections::HashMap;

use gardefou_finding::{Cost, ResourceState as S};

use super::cost;
use crate::resource::{Held, Stock, still_open};

/// Reckons the cost of everything, then keeps at most `limit` resources: first
/// what costs, then what is still open, then what lives, then the rest, and
/// within each the earliest. Sums stand for all, also for what is left out.
pub fn settle(held: Vec<Held>, left_out: u64, limit: usize) -> Stock {
    let whole = cost(&held);
    let keep = chosen(&held, &whole, limit);
    let dropped = u64::try_from(held.len() - keep.len()).unwrap_or(u64::MAX);
    let places: HashMap<usize, usize> = keep
        .iter()
        .enumerate()
        .map(|(new, old)| (*old, new))
        .collect();
    let held = held
        .into_iter()
        .enumerate()
        .filter(|(old, _)| places.contains_key(old))
        .map(|(_, held)| held)
        .collect();
    Stock {
        held,
        left_out: left_out.saturating_add(dropped),
        cost: moved(whole, &places),
    }
}

/// Indices to keep, rising.
fn chosen(held: &[Held], cost: &Cost, limit: usize) -> Vec<usize> {
    let mut costs = vec![false; held.len()];
    let named = cost.items.iter().map(|item| item.resource);
    let unpriced = cost.unpriced.iter().map(|item| item.resource);
    let metered = cost.metered.iter().map(|item| item.resource);
    for at in named.chain(unpriced).chain(metered) {
        if let Some(costs) = costs.get_mut(at) {
            *costs = true;
        }
    }
    let mut order: Vec<(u8, usize)> = held
        .iter()
        .zip(costs)
        .enumerate()
        .map(|(at, (held, costs))| (rank(held, costs), at))
        .collect();
    order.sort_unstable();
    order.truncate(limit);
    let mut keep: Vec<usize> = order.into_iter().map(|(_, at)| at).collect();
    keep.sort_unstable();
    keep
}

fn rank(held: &Held, costs: bool) -> u8 {
    match held.resource.state {
        _ if costs => 0,
        _ if still_open(&held.resource) => 1,
        S::Deleted => 3,
        _ => 2,
    }
}

fn moved(mut cost: Cost, places: &HashMap<usize, usize>) -> Cost {
    cost.items
        .retain_mut(|item| relocate(&mut item.resource, places));
    cost.unpriced
        .retain_mut(|item| relocate(&mut item.resource, places));
    cost.metered
        .retain_mut(|item| relocate(&mut item.resource, places));
    cost
}

fn relocate(at: &mut usize, places: &HashMap<usize, usize>) -> bool {
    match places.get(at) {
        Some(new) => {
            *at = *new;
            true
        }
        None => false,
    }
}
