//! Whether an origin (network, kind of client) is new for a principal, and
//! whether its history is long enough for 'new' to mean something.

use std::collections::HashMap;

use gardefou_finding::Timestamp;

use crate::facts::{Facts, Principal, Symbol, day};

/// An origin counts as new for this long after its first call.
const STAYS_NEW: i64 = 24 * 3600;
/// Days of activity before which nothing is called new.
const MIN_DAYS: usize = 2;
/// Days of activity from which a history is long.
pub(crate) const LONG_DAYS: usize = 7;
/// Calls from which a history is long.
pub(crate) const LONG_CALLS: u64 = 100;
/// New networks (or clients) a day of activity above which a principal is one
/// that changes all the time, such as a CI runner in a cloud.
const MAX_CHURN: f64 = 0.34;
/// Distinct networks (or clients) above which a principal is such a one, over
/// whatever time.
const MAX_DISTINCT: usize = 500;

/// What is known of an origin at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Newness {
    /// The network came up within the last day, of a principal that seldom
    /// changes its networks.
    pub(crate) network: bool,
    /// The same of the kind of client.
    pub(crate) agent: bool,
    /// The principal was in this network before the last day.
    pub(crate) is_home: bool,
    /// Whether the principal's history before the moment is long enough to
    /// call what is not new usual.
    pub(crate) history_is_long: bool,
}

impl Newness {
    pub(crate) fn is_new(self) -> bool {
        self.network || self.agent
    }
}

/// The past of every principal, ordered so that an origin is judged by looking
/// up and counting, however many origins there are.
pub(crate) struct Pasts<'f> {
    facts: &'f Facts,
    pasts: HashMap<Symbol, Past>,
}

impl<'f> Pasts<'f> {
    pub(crate) fn of(facts: &'f Facts) -> Self {
        let pasts = facts
            .principals
            .iter()
            .map(|(name, principal)| (*name, Past::of(principal)));
        Self {
            facts,
            pasts: pasts.collect(),
        }
    }

    /// When a principal first came from a network and with a client.
    pub(crate) fn firsts(
        &self,
        principal: Symbol,
        (network, agent): (Symbol, Symbol),
    ) -> (Option<Timestamp>, Option<Timestamp>) {
        self.pasts.get(&principal).map_or((None, None), |past| {
            (past.networks.first(network), past.agents.first(agent))
        })
    }

    /// Judges an origin of a principal as of `at`. Of a principal that is not
    /// known nothing is new.
    pub(crate) fn newness(
        &self,
        principal: Symbol,
        (network, agent): (Symbol, Symbol),
        at: Timestamp,
    ) -> Newness {
        let known = self.facts.principals.get(&principal);
        let Some((known, past)) = known.zip(self.pasts.get(&principal)) else {
            return Newness::default();
        };
        let origin = known.origins.get((network, agent));
        let first_day = day(origin.map_or(at, |span| span.first));
        let is_place = is_address(self.facts.symbols.text(network));
        let is_new = |part: &Firsts, value| {
            past.days_before(first_day) >= MIN_DAYS
                && part.first(value).is_some_and(|first| {
                    at.since(first) < STAYS_NEW && first.since(known.span.first) > 0
                })
                && past.churn(part, first_day) < MAX_CHURN
        };
        Newness {
            network: is_place && is_new(&past.networks, network),
            agent: is_new(&past.agents, agent),
            is_home: past
                .networks
                .first(network)
                .is_some_and(|first| at.since(first) >= STAYS_NEW),
            history_is_long: past.days_before(day(at)) >= LONG_DAYS
                && known.span.calls >= LONG_CALLS,
        }
    }
}

/// When a principal was active, and when its networks and clients came up.
struct Past {
    /// Days of activity, sorted.
    days: Vec<u32>,
    networks: Firsts,
    agents: Firsts,
}

impl Past {
    fn of(principal: &Principal) -> Self {
        let origins = principal.origins.iter();
        let (mut networks, mut agents) = (Firsts::default(), Firsts::default());
        for ((network, agent), span) in origins {
            networks.see(network, span.first);
            agents.see(agent, span.first);
        }
        networks.settle();
        agents.settle();
        Self {
            days: principal.days.iter().copied().collect(),
            networks,
            agents,
        }
    }

    /// Days of activity before a day.
    fn days_before(&self, until: u32) -> usize {
        self.days.partition_point(|day| *day < until)
    }

    /// Distinct values that came up after the first day and before `until`,
    /// for each day of activity.
    fn churn(&self, values: &Firsts, until: u32) -> f64 {
        let start = self.days.first().copied().unwrap_or(0);
        let seen = values.days.partition_point(|day| *day < until);
        if seen > MAX_DISTINCT {
            return f64::INFINITY;
        }
        let of_start = values.days.partition_point(|day| *day <= start);
        let later = u32::try_from(seen.saturating_sub(of_start)).unwrap_or(u32::MAX);
        let days = u32::try_from(self.days_before(until).max(1)).unwrap_or(u32::MAX);
        f64::from(later) / f64::from(days)
    }
}

/// First times of the networks, or of the clients, of a principal.
#[derive(Default)]
struct Firsts {
    first: HashMap<Symbol, Timestamp>,
    /// The days of these times, sorted.
    days: Vec<u32>,
}

impl Firsts {
    fn see(&mut self, value: Symbol, at: Timestamp) {
        let first = self.first.entry(value).or_insert(at);
        *first = at.min(*first);
    }

    fn settle(&mut self) {
        self.days = self.first.values().map(|first| day(*first)).collect();
        self.days.sort_unstable();
    }

    fn first(&self, value: Symbol) -> Option<Timestamp> {
        self.first.get(&value).copied()
    }
}

/// Whether a network is one of addresses, rather than a service's name.
pub(crate) fn is_address(network: &str) -> bool {
    network.contains('/') && network.starts_with(|c: char| c.is_ascii_hexdigit())
}
