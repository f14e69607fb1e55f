//! Leads of one chain that are near in time, and what they amount to.

use std::collections::{BTreeMap, BTreeSet};

use gardefou_finding::{Confidence, Outcome, Severity, Tactic, Timestamp};

use super::weigh::Weighed;

/// Silence after which a new burst begins.
const GAP: i64 = 6 * 3600;
/// Bursts nearer than this are joined when both say something by themselves.
const JOIN: i64 = 72 * 3600;
/// Bursts that fit into [`JOIN`], since [`GAP`] lies between them.
const MOST_BETWEEN: usize = 13;
/// Score from which a burst says something by itself.
const TELLING: f64 = 4.0;
/// Scores from which a burst is an incident, and of which severity.
const MEDIUM: f64 = 10.0;
const HIGH: f64 = 26.0;
const CRITICAL: f64 = 52.0;
/// Share of a further rule of the same tactic.
const FURTHER: f64 = 0.25;
/// Leads lighter than this are background.
pub(crate) const BACKGROUND: f64 = 0.6;

/// Indices of leads, with what they amount to together.
#[derive(Clone, Debug)]
pub(crate) struct Burst {
    pub(crate) leads: Vec<usize>,
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
}

/// How bad and how sure, or `None` for what is no incident.
pub(crate) type Verdict = Option<(Severity, Confidence)>;

/// Cuts a chain's leads (sorted by first event) into bursts.
pub(crate) fn bursts(weighed: &[Weighed<'_>], chain: &[usize]) -> Vec<Burst> {
    let mut bursts: Vec<Burst> = Vec::new();
    for &index in chain {
        let Some(found) = weighed.get(index).filter(|w| w.weight >= BACKGROUND) else {
            continue;
        };
        let (first, last) = (found.lead.first, found.lead.reach(GAP));
        match bursts.last_mut() {
            Some(open) if first.since(open.last) <= GAP => {
                open.leads.push(index);
                open.last = open.last.max(last);
            }
            _ => bursts.push(Burst {
                leads: vec![index],
                first,
                last,
            }),
        }
    }
    join(weighed, bursts)
}

/// Whether a burst holds something grave, or something from a new origin. Two
/// unusual things that one does from one's own desk on different days are not
/// one undertaking.
fn is_marked(weighed: &[Weighed<'_>], leads: &[usize]) -> bool {
    leads
        .iter()
        .filter_map(|index| weighed.get(*index))
        .any(|found| found.newness.is_new() || found.lead.meta.severity >= Severity::High)
}

/// A slow attack comes in several bursts, with little ones between them that
/// say nothing by themselves. Of these it takes what came from a new origin.
fn join(weighed: &[Weighed<'_>], bursts: Vec<Burst>) -> Vec<Burst> {
    let mut joined: Vec<Burst> = Vec::new();
    for burst in bursts {
        let Some(at) = partner(weighed, &joined, &burst) else {
            joined.push(burst);
            continue;
        };
        let mut open = joined.remove(at);
        let between = joined.split_off(at);
        let (taken, left): (Vec<Burst>, Vec<Burst>) = between
            .into_iter()
            .partition(|light| is_of_new_origin(weighed, &light.leads));
        joined.extend(left);
        for part in taken.into_iter().chain([burst]) {
            open.leads.extend(part.leads);
            open.last = open.last.max(part.last);
        }
        joined.push(open);
    }
    joined
}

/// The latest burst that a burst belongs with, if there is one.
fn partner(weighed: &[Weighed<'_>], joined: &[Burst], burst: &Burst) -> Option<usize> {
    if score(weighed, &burst.leads) < TELLING {
        return None;
    }
    let is_telling = |open: &Burst| {
        burst.first.since(open.last) <= JOIN && score(weighed, &open.leads) >= TELLING
    };
    let near = joined.iter().enumerate().rev().take(MOST_BETWEEN);
    let (at, open) = near.into_iter().find(|(_, open)| is_telling(open))?;
    let is_one = is_marked(weighed, &open.leads) || is_marked(weighed, &burst.leads);
    is_one.then_some(at)
}

fn is_of_new_origin(weighed: &[Weighed<'_>], leads: &[usize]) -> bool {
    let mut found = leads.iter().filter_map(|index| weighed.get(*index));
    found.any(|found| found.newness.is_new())
}

/// The heaviest rule of each tactic counts whole, further rules a quarter:
/// breadth says more than repetition.
pub(crate) fn score(weighed: &[Weighed<'_>], leads: &[usize]) -> f64 {
    let mut best: BTreeMap<(Option<Tactic>, &str), f64> = BTreeMap::new();
    for found in leads.iter().filter_map(|index| weighed.get(*index)) {
        let tactic = main_tactic(found);
        let slot = best
            .entry((tactic, found.lead.meta.id.as_str()))
            .or_default();
        *slot = slot.max(found.weight);
    }
    let mut by_tactic: BTreeMap<Option<Tactic>, (f64, f64)> = BTreeMap::new();
    for ((tactic, _), weight) in best {
        let (most, sum) = by_tactic.entry(tactic).or_default();
        *most = most.max(weight);
        *sum += weight;
    }
    by_tactic
        .values()
        .map(|(most, sum)| most + FURTHER * (sum - most))
        .sum()
}

/// A rule may name several tactics; it counts for the first that it names.
pub(crate) fn main_tactic(found: &Weighed<'_>) -> Option<Tactic> {
    found.lead.meta.tactics.first().copied()
}

/// What a burst amounts to.
pub(crate) fn verdict(weighed: &[Weighed<'_>], burst: &Burst) -> Verdict {
    let found: Vec<&Weighed<'_>> = burst
        .leads
        .iter()
        .filter_map(|index| weighed.get(*index))
        .collect();
    let score = score(weighed, &burst.leads);
    let facts = Facts::of(&found);
    let severity = if score >= CRITICAL && facts.tactics >= 3 && facts.grave >= 2 {
        Severity::Critical
    } else if score >= HIGH && facts.is_broad() && facts.says_more_than_one_thing()
        || facts.network_is_new && facts.damaging >= 2
    {
        Severity::High
    } else if score >= MEDIUM && facts.says_more_than_one_thing()
        || facts.is_user && facts.damaging >= 2
    {
        Severity::Medium
    } else {
        return None;
    };
    Some((severity, confidence(&facts)))
}

/// What the verdict looks at beside the score. Counts are of distinct rules
/// that are no habit of the principal.
struct Facts {
    tactics: usize,
    rules: usize,
    /// High or critical.
    grave: usize,
    /// Grave, and the rule itself is sure.
    certain: usize,
    /// Medium or graver, of calls that took effect.
    unusual: usize,
    /// Unusual, and it destroys, hijacks or takes away.
    damaging: usize,
    is_new: bool,
    network_is_new: bool,
    history_is_long: bool,
    /// Done with a key of a user, by root, or by a person at the console as a
    /// user: not by a role that a machine or a pipeline holds.
    is_user: bool,
    /// A user's own credential in a network where it never was before.
    is_strange: bool,
}

impl Facts {
    fn of(found: &[&Weighed<'_>]) -> Self {
        let count = |wanted: &dyn Fn(&Weighed<'_>) -> bool| {
            let chosen = found.iter().filter(|w| !w.is_habit && wanted(w));
            chosen
                .map(|w| w.lead.meta.id.as_str())
                .collect::<BTreeSet<_>>()
                .len()
        };
        let tactics: BTreeSet<_> = found.iter().filter_map(|w| main_tactic(w)).collect();
        let grave = |w: &Weighed<'_>| w.lead.meta.severity >= Severity::High;
        let unusual = |w: &Weighed<'_>| {
            w.lead.meta.severity >= Severity::Medium && w.lead.outcome == Outcome::Succeeded
        };
        let damaging = |w: &Weighed<'_>| {
            unusual(w) && matches!(main_tactic(w), Some(Tactic::Impact | Tactic::Exfiltration))
        };
        Self {
            tactics: tactics.len(),
            rules: count(&|_| true),
            grave: count(&grave),
            certain: count(&|w| grave(w) && is_sure(w)),
            unusual: count(&unusual),
            damaging: count(&damaging),
            is_new: found.iter().any(|w| w.newness.is_new()),
            network_is_new: found.iter().any(|w| w.newness.network && damaging(w)),
            history_is_long: found.iter().any(|w| w.newness.history_is_long),
            is_user: found.iter().any(|w| w.is_user && damaging(w)),
            is_strange: found.iter().any(|w| w.is_user && w.newness.network),
        }
    }

    fn is_broad(&self) -> bool {
        self.tactics >= 2 && self.rules >= 3 && self.grave >= 1
    }

    /// One grave rule makes an incident only if it is sure; else it takes a
    /// second sign, and a user's key that turned up elsewhere is one.
    fn says_more_than_one_thing(&self) -> bool {
        let is_grave_elsewhere = self.grave >= 1 && self.is_strange;
        self.certain >= 1 || self.unusual >= 2 || self.grave >= 2 || is_grave_elsewhere
    }
}

fn is_sure(found: &Weighed<'_>) -> bool {
    found.lead.meta.confidence == Confidence::High || found.lead.meta.severity == Severity::Critical
}

fn confidence(facts: &Facts) -> Confidence {
    let broad = facts.tactics >= 4 && facts.grave >= 3;
    if broad || (facts.is_new && facts.history_is_long && facts.grave >= 2) {
        Confidence::High
    } else if facts.is_new || facts.grave >= 2 || facts.tactics >= 3 {
        Confidence::Medium
    } else {
        Confidence::Low
    }
}
