//! How much a lead says, given who did it, how it ended and whether it is a
//! habit. The numbers are explained in `docs/decisions/0003-incidents.md`.

use std::collections::{BTreeSet, HashMap};

use gardefou_finding::{ActorKind, Confidence, Outcome, Severity};

use super::lead::Lead;
use super::origin::{Newness, Pasts};
use crate::facts::{Facts, Symbol, day};

/// Days since the first match of a rule by a principal, with at least
/// [`HABIT_MATCHES`] distinct days of matches, after which it is a habit.
const HABIT_AGE: u32 = 3;
/// See [`HABIT_AGE`].
const HABIT_MATCHES: usize = 2;

/// A lead with its weight.
#[derive(Clone, Debug)]
pub(crate) struct Weighed<'a> {
    pub(crate) lead: Lead<'a>,
    pub(crate) weight: f64,
    pub(crate) newness: Newness,
    pub(crate) is_habit: bool,
    /// Whether a user (key, root, console) did it, rather than a role.
    pub(crate) is_user: bool,
}

/// Days on which each principal matched each rule, from origins that were not
/// new then.
struct Habits<'a> {
    days: HashMap<(&'a str, Symbol), BTreeSet<u32>>,
}

/// Weighs every lead. The order is kept.
pub(crate) fn weigh<'a>(
    facts: &Facts,
    pasts: &Pasts<'_>,
    leads: Vec<Lead<'a>>,
) -> Vec<Weighed<'a>> {
    let placed: Vec<(Lead<'a>, Symbol, Newness)> = leads
        .into_iter()
        .map(|lead| {
            let principal = principal_of(facts, lead.credential);
            let newness = pasts.newness(principal, (lead.network, lead.agent), lead.first);
            (lead, principal, newness)
        })
        .collect();
    let habits = Habits::of(&placed);
    placed
        .into_iter()
        .map(|(lead, principal, newness)| {
            let is_habit = !newness.is_new() && habits.is_habit(&lead, principal);
            let weight = weight(facts, &lead, newness, is_habit);
            Weighed {
                is_user: is_user(facts, lead.credential),
                lead,
                weight,
                newness,
                is_habit,
            }
        })
        .collect()
}

/// The principal of a credential; the credential itself where it is unknown.
pub(crate) fn principal_of(facts: &Facts, credential: Symbol) -> Symbol {
    facts
        .credentials
        .get(&credential)
        .map_or(credential, |known| known.principal)
}

fn is_user(facts: &Facts, credential: Symbol) -> bool {
    let principal = facts.symbols.text(principal_of(facts, credential));
    principal.starts_with("user/") || principal.starts_with("root/")
}

impl<'a> Habits<'a> {
    fn of(placed: &[(Lead<'a>, Symbol, Newness)]) -> Self {
        let mut days: HashMap<(&'a str, Symbol), BTreeSet<u32>> = HashMap::new();
        for (lead, principal, newness) in placed {
            if !newness.is_new() {
                days.entry((&lead.meta.id, *principal))
                    .or_default()
                    .extend(&lead.days);
            }
        }
        Self { days }
    }

    /// Whether the principal did this on several days before, the first of
    /// them some days ago. A lead that spans such days itself is a habit too.
    fn is_habit(&self, lead: &Lead<'_>, principal: Symbol) -> bool {
        let until = day(lead.last);
        let Some(days) = self.days.get(&(lead.meta.id.as_str(), principal)) else {
            return false;
        };
        let before: Vec<u32> = days.range(..until).copied().collect();
        before.len() >= HABIT_MATCHES
            && before
                .first()
                .is_some_and(|first| until - first >= HABIT_AGE)
    }
}

fn weight(facts: &Facts, lead: &Lead<'_>, newness: Newness, is_habit: bool) -> f64 {
    let actor = facts
        .credentials
        .get(&lead.credential)
        .map(|known| known.kind);
    if actor == Some(ActorKind::Service) {
        return 0.0;
    }
    let base = match lead.meta.severity {
        Severity::Informational => 0.5,
        Severity::Low => 1.5,
        Severity::Medium => 5.0,
        Severity::High => 14.0,
        Severity::Critical => 30.0,
    };
    base * of_outcome(lead.outcome)
        * of_confidence(lead.meta.confidence)
        * of_newness(lead.meta.severity, newness)
        * if is_habit { 0.1 } else { 1.0 }
        * if is_at_home(facts, lead, newness) {
            0.5
        } else {
            1.0
        }
}

/// Whether somebody who signed in with a second factor does it from where they
/// also were before: an administrator at work looks like this, and whoever
/// stole a key does not.
fn is_at_home(facts: &Facts, lead: &Lead<'_>, newness: Newness) -> bool {
    let known = facts.credentials.get(&lead.credential);
    known.is_some_and(|known| known.mfa)
        && newness.is_home
        && !newness.is_new()
        && lead.meta.severity < Severity::Critical
}

fn of_outcome(outcome: Outcome) -> f64 {
    match outcome {
        Outcome::Succeeded => 1.0,
        Outcome::DryRun => 0.8,
        Outcome::Unknown => 0.7,
        Outcome::Denied | Outcome::Throttled => 0.5,
        Outcome::Failed => 0.4,
    }
}

fn of_confidence(confidence: Confidence) -> f64 {
    match confidence {
        Confidence::Low => 0.75,
        Confidence::Medium => 1.0,
        Confidence::High => 1.15,
    }
}

/// A new origin makes a lead heavier; an origin used for long makes what is
/// only unusual lighter, and hardly changes what is grave by itself.
fn of_newness(severity: Severity, newness: Newness) -> f64 {
    if newness.is_new() {
        return if newness.network { 1.8 } else { 1.25 };
    }
    match (newness.history_is_long, severity) {
        (true, Severity::Critical) => 1.0,
        (true, Severity::High) => 0.85,
        (true, _) => 0.4,
        (false, _) => 1.0,
    }
}
