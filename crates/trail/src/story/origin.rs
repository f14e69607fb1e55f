//! Whether an origin (network, kind of client) is new for a principal, and
//! whether its history is long enough for 'new' to mean something.

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

/// What is known of an origin at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Newness {
    /// The network came up within the last day, of a principal that seldom
    /// changes its networks.
    pub(crate) network: bool,
    /// The same of the kind of client.
    pub(crate) agent: bool,
    /// Whether the principal's history before the moment is long enough to
    /// call what is not new usual.
    pub(crate) history_is_long: bool,
}

impl Newness {
    pub(crate) fn is_new(self) -> bool {
        self.network || self.agent
    }
}

/// Judges an origin of a principal as of `at`.
pub(crate) fn newness(
    facts: &Facts,
    principal: &Principal,
    (network, agent): (Symbol, Symbol),
    at: Timestamp,
) -> Newness {
    let origin_first = principal
        .origins
        .get((network, agent))
        .map_or(at, |span| span.first);
    let first_day = day(origin_first);
    let days_before = principal.days.range(..first_day).count();
    let habit = principal.days.range(..day(at)).count();
    let network_span = principal.network(network);
    let agent_span = principal.agent(agent);
    // The churn comes last: it is dear for a principal of many origins.
    let is_new = |first: Option<Timestamp>, churn: &dyn Fn() -> f64| {
        days_before >= MIN_DAYS
            && first.is_some_and(|first| {
                at.since(first) < STAYS_NEW && first.since(principal.span.first) > 0
            })
            && churn() < MAX_CHURN
    };
    let is_place = is_address(facts.symbols.text(network));
    let networks = || churn(principal, first_day, |(network, _)| network);
    let agents = || churn(principal, first_day, |(_, agent)| agent);
    Newness {
        network: is_place && is_new(network_span.map(|span| span.first), &networks),
        agent: is_new(agent_span.map(|span| span.first), &agents),
        history_is_long: habit >= LONG_DAYS && principal.span.calls >= LONG_CALLS,
    }
}

/// Distinct values that came up after the first day and before `until`, for
/// each day of activity.
fn churn(principal: &Principal, until: u32, part: impl Fn((Symbol, Symbol)) -> Symbol) -> f64 {
    let start = day(principal.span.first);
    let mut seen: Vec<Symbol> = Vec::new();
    let mut later = 0_u32;
    for (origin, span) in principal.origins.sorted() {
        let value = part(origin);
        if day(span.first) >= until {
            break;
        }
        if !seen.contains(&value) {
            seen.push(value);
            later += u32::from(day(span.first) > start);
        }
        if seen.len() > 500 {
            return f64::INFINITY;
        }
    }
    let days = u32::try_from(principal.days.range(..until).count().max(1)).unwrap_or(u32::MAX);
    f64::from(later) / f64::from(days)
}

/// Whether a network is one of addresses, rather than a service's name.
pub(crate) fn is_address(network: &str) -> bool {
    network.contains('/') && network.starts_with(|c: char| c.is_ascii_hexdigit())
}
