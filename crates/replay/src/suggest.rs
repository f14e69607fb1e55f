//! The smallest set of guardrails that stops most and breaks least.
//!
//! Of all sets that stop some effect, in this order: that which breaks the
//! fewest calls; lets the fewest effects through; is smallest; denies
//! earliest; and comes first by its members' order. It is found exactly:
//! guardrails only deny, so what a set prevents is the union of what its
//! members prevent.

use std::collections::{BTreeMap, BTreeSet};

/// Most candidates: a mask of them is a `u128`.
pub const MAX_CANDIDATES: usize = 128;

/// What a guardrail could contribute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Candidate {
    /// Effects that it prevents, by number.
    pub prevents: BTreeSet<usize>,
    /// Classes of calls that it breaks, by number, with how many calls.
    pub breaks: BTreeMap<usize, u64>,
    /// The first step that it denies.
    pub first: Option<usize>,
}

impl Candidate {
    fn broken(&self) -> u64 {
        self.breaks.values().sum()
    }
}

/// The best set, as indices of candidates in order; empty when nothing
/// prevents anything. Candidates beyond [`MAX_CANDIDATES`] are left out.
pub fn suggest(candidates: &[Candidate]) -> Vec<usize> {
    let useful: Vec<usize> = (0..candidates.len().min(MAX_CANDIDATES))
        .filter(|index| {
            candidates
                .get(*index)
                .is_some_and(|one| !one.prevents.is_empty())
        })
        .collect();
    let of = |index: &usize| candidates.get(*index);
    let Some(least) = useful.iter().filter_map(of).map(Candidate::broken).min() else {
        return Vec::new();
    };
    // A set breaks no more than its members only if all break the same.
    let mut groups: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
    for index in useful {
        if let Some(one) = candidates.get(index).filter(|one| one.broken() == least) {
            let broken = one.breaks.keys().copied().collect();
            groups.entry(broken).or_default().push(index);
        }
    }
    let all = candidates
        .iter()
        .flat_map(|one| &one.prevents)
        .collect::<BTreeSet<_>>()
        .len();
    let best = groups.into_values().map(|members| {
        let set = smallest(candidates, &members);
        (rank(candidates, &set, all), set)
    });
    best.min().map(|(_, set)| set).unwrap_or_default()
}

/// By what sets that break equally much are compared.
type Rank = (usize, usize, usize);

fn rank(candidates: &[Candidate], set: &[usize], all: usize) -> Rank {
    let members = || set.iter().filter_map(|index| candidates.get(*index));
    let prevented: BTreeSet<usize> = members().flat_map(|one| &one.prevents).copied().collect();
    let first = members().filter_map(|one| one.first).min();
    (
        all.saturating_sub(prevented.len()),
        set.len(),
        first.unwrap_or(usize::MAX),
    )
}

/// The smallest set of `members` that prevents all that they prevent together;
/// of several the one that denies first, then the first in order.
fn smallest(candidates: &[Candidate], members: &[usize]) -> Vec<usize> {
    let mut search = Search {
        masks: masks(candidates, members),
        firsts: members
            .iter()
            .map(|index| candidates.get(*index).and_then(|one| one.first))
            .collect(),
        best: None,
    };
    let mut size = 1;
    while search.best.is_none() && size <= members.len() {
        search.extend(0, size);
        size += 1;
    }
    let (_, chosen) = search.best.unwrap_or_default();
    chosen
        .iter()
        .filter_map(|at| members.get(*at).copied())
        .collect()
}

/// For each effect, which members prevent it, as a mask; only masks that no
/// other is part of, because who meets those meets all.
fn masks(candidates: &[Candidate], members: &[usize]) -> Vec<u128> {
    let mut by_effect: BTreeMap<usize, u128> = BTreeMap::new();
    for (at, index) in members.iter().enumerate() {
        for effect in candidates
            .get(*index)
            .into_iter()
            .flat_map(|one| &one.prevents)
        {
            *by_effect.entry(*effect).or_default() |= 1 << at;
        }
    }
    let distinct: BTreeSet<u128> = by_effect.into_values().collect();
    let is_least = |mask: &u128| {
        !distinct
            .iter()
            .any(|other| other != mask && other & mask == *other)
    };
    distinct.iter().copied().filter(is_least).collect()
}

struct Search {
    masks: Vec<u128>,
    firsts: Vec<Option<usize>>,
    best: Option<(usize, Vec<usize>)>,
}

impl Search {
    /// Adds members to `chosen` until every mask is met, at most `left` more;
    /// each set that does is compared with the best.
    fn extend(&mut self, chosen: u128, left: usize) {
        let open = self.masks.iter().filter(|mask| *mask & chosen == 0);
        let Some(mask) = open.min_by_key(|mask| mask.count_ones()).copied() else {
            self.compare(chosen);
            return;
        };
        if left == 0 {
            return;
        }
        for at in 0..self.firsts.len() {
            if mask >> at & 1 == 1 {
                self.extend(chosen | 1 << at, left - 1);
            }
        }
    }

    fn compare(&mut self, chosen: u128) {
        let set: Vec<usize> = (0..self.firsts.len())
            .filter(|at| chosen >> at & 1 == 1)
            .collect();
        let first = set
            .iter()
            .filter_map(|at| self.firsts.get(*at).copied().flatten())
            .min()
            .unwrap_or(usize::MAX);
        let found = (first, set);
        if self.best.as_ref().is_none_or(|best| found < *best) {
            self.best = Some(found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers from a seed (SplitMix64).
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, most: usize) -> usize {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = self.0;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            usize::try_from((mixed ^ (mixed >> 31)) % most as u64).unwrap()
        }
    }

    /// A small history: which steps each guardrail denies, on which earlier
    /// step each step relies, which steps are effects, which calls break.
    struct Small {
        denies: Vec<Vec<bool>>,
        relies: Vec<Option<usize>>,
        effects: Vec<bool>,
        breaks: Vec<BTreeMap<usize, u64>>,
    }

    impl Small {
        fn random(seed: u64) -> Self {
            let mut dice = Dice(seed);
            let guardrails = 1 + dice.below(7);
            let steps = 1 + dice.below(9);
            let relies = (0..steps)
                .map(|step| (step > 0 && dice.below(3) == 0).then(|| dice.below(step)))
                .collect();
            let weights: Vec<u64> = (0..6).map(|_| 1 + dice.below(4) as u64).collect();
            let denies = |dice: &mut Dice| (0..steps).map(|_| dice.below(4) == 0).collect();
            let breaks = |dice: &mut Dice| {
                let seldom = dice.below(3) == 0;
                (0..6)
                    .filter(|_| !seldom && dice.below(4) == 0)
                    .map(|class| (class, weights[class]))
                    .collect()
            };
            Self {
                denies: (0..guardrails).map(|_| denies(&mut dice)).collect(),
                breaks: (0..guardrails).map(|_| breaks(&mut dice)).collect(),
                effects: (0..steps).map(|_| dice.below(3) > 0).collect(),
                relies,
            }
        }

        /// What a set prevents, replayed step by step.
        fn prevented(&self, set: &[usize]) -> BTreeSet<usize> {
            let mut prevented = BTreeSet::new();
            for step in 0..self.relies.len() {
                let is_denied = set.iter().any(|one| self.denies[*one][step]);
                if is_denied || self.relies[step].is_some_and(|on| prevented.contains(&on)) {
                    prevented.insert(step);
                }
            }
            prevented
                .into_iter()
                .filter(|step| self.effects[*step])
                .collect()
        }

        fn candidate(&self, one: usize) -> Candidate {
            Candidate {
                prevents: self.prevented(&[one]),
                breaks: self.breaks[one].clone(),
                first: self.denies[one].iter().position(|denied| *denied),
            }
        }

        /// By the definition, every set tried.
        fn brute_force(&self) -> Vec<usize> {
            let count = self.denies.len();
            let all: Vec<usize> = (0..count).collect();
            let coverable = self.prevented(&all).len();
            let sets = (1_u32..1 << count).map(|mask| -> Vec<usize> {
                (0..count).filter(|one| mask >> one & 1 == 1).collect()
            });
            let ranked = sets.filter_map(|set| {
                let prevented = self.prevented(&set);
                if prevented.is_empty() {
                    return None;
                }
                let broken: BTreeMap<usize, u64> = set
                    .iter()
                    .flat_map(|one| self.breaks[*one].clone())
                    .collect();
                let denied = |one: &usize| self.denies[*one].iter().position(|denied| *denied);
                let first = set.iter().filter_map(denied).min();
                let rank = (
                    broken.values().sum::<u64>(),
                    coverable - prevented.len(),
                    set.len(),
                    first.unwrap_or(usize::MAX),
                );
                Some((rank, set))
            });
            ranked.min().map(|(_, set)| set).unwrap_or_default()
        }
    }

    #[test]
    fn agrees_with_brute_force_on_a_thousand_histories() {
        let mut sizes = BTreeMap::new();
        for seed in 0..1_000 {
            let small = Small::random(seed);
            let candidates: Vec<Candidate> = (0..small.denies.len())
                .map(|one| small.candidate(one))
                .collect();
            let set = suggest(&candidates);
            assert_eq!(set, small.brute_force(), "seed {seed}");
            *sizes.entry(set.len()).or_insert(0) += 1;
            let whole = small.prevented(&set);
            for left_out in &set {
                let rest: Vec<usize> = set.iter().copied().filter(|one| one != left_out).collect();
                assert!(small.prevented(&rest).len() < whole.len(), "seed {seed}");
            }
        }
        // The histories are not all alike.
        assert!(sizes.get(&0).is_some_and(|count| *count > 5), "{sizes:?}");
        assert!(sizes.get(&1).is_some_and(|count| *count > 50), "{sizes:?}");
        assert!(sizes.get(&2).is_some_and(|count| *count > 50), "{sizes:?}");
        assert!(sizes.get(&3).is_some_and(|count| *count > 5), "{sizes:?}");
    }
}
