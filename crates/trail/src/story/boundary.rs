//! Where an incident begins, why there, and what stays outside.

use gardefou_finding::{ActorKind, BoundaryReason, Novelty, NoveltyKind, Timestamp, Untrusted};

use super::burst::Burst;
use super::judge::Member;
use super::origin::{LONG_CALLS, LONG_DAYS, Pasts, is_address};
use super::weigh::{Weighed, principal_of};
use crate::facts::{ActionClass, Facts, Principal, Span, Symbol, day};

/// First times listed at most.
const MAX_NOVELTIES: usize = 40;

/// The line around an incident.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) starts: Timestamp,
    pub(crate) reason: BoundaryReason,
    pub(crate) novelties: Vec<Novelty>,
    pub(crate) calls_before: u64,
    pub(crate) history_days: u64,
    pub(crate) history_is_short: bool,
}

/// Draws the line of a burst around its members.
pub(crate) fn line(
    facts: &Facts,
    pasts: &Pasts<'_>,
    weighed: &[Weighed<'_>],
    burst: &Burst,
    members: &[Member],
) -> Line {
    let has_leads = |m: &Member| {
        let mut leads = burst.leads.iter().filter_map(|index| weighed.get(*index));
        leads.any(|found| found.lead.credential == m.credential)
    };
    // A giver without leads counts where its own origin was new.
    let is_suspicious =
        |m: &&Member| has_leads(m) || m.origins.as_ref().is_some_and(|o| !o.is_empty());
    let begins = members.iter().filter(is_suspicious).map(|m| m.from).min();
    let starts = begins.unwrap_or(burst.first).min(burst.first);
    let first = subject(facts, members, has_leads);
    let name = first.map_or_else(Symbol::default, |m| principal_of(facts, m.credential));
    let principal = facts.principals.get(&name);
    let history = principal.map_or((0, 0), |p| history(p, first, starts));
    Line {
        starts,
        reason: reason(facts, pasts, weighed, burst, members, starts),
        novelties: principal.map_or_else(Vec::new, |p| {
            novelties(facts, pasts, name, p, starts, burst.last)
        }),
        calls_before: history.1,
        history_days: history.0,
        history_is_short: history.0 < LONG_DAYS as u64 || history.1 < LONG_CALLS,
    }
}

/// The identity of which the history is told: the way in, unless it is a
/// principal that only signs in (through SAML or OpenID Connect) and then acts
/// through its sessions; then the first of these.
fn subject<'m>(
    facts: &Facts,
    members: &'m [Member],
    has_leads: impl Fn(&Member) -> bool,
) -> Option<&'m Member> {
    let signs_in_only = |member: &&Member| {
        let known = facts.credentials.get(&member.credential);
        known.is_some_and(|known| known.kind == ActorKind::Principal) && !has_leads(member)
    };
    let first = members.first();
    match first.filter(signs_in_only) {
        None => first,
        Some(_) => members.iter().find(|member| has_leads(member)).or(first),
    }
}

/// Days of activity before the line, and calls that stay outside.
fn history(principal: &Principal, first: Option<&Member>, starts: Timestamp) -> (u64, u64) {
    let days = principal.days.range(..day(starts)).count() as u64;
    let inside: u64 = first
        .and_then(|member| member.origins.as_ref())
        .into_iter()
        .flatten()
        .filter_map(|origin| principal.origins.get(*origin))
        .filter(|span| span.first >= starts)
        .map(|span| span.calls)
        .sum();
    if principal.span.first >= starts {
        return (days, 0);
    }
    (days, principal.span.calls.saturating_sub(inside))
}

fn reason(
    facts: &Facts,
    pasts: &Pasts<'_>,
    weighed: &[Weighed<'_>],
    burst: &Burst,
    members: &[Member],
    starts: Timestamp,
) -> BoundaryReason {
    let (mut network, mut agent) = (false, false);
    for found in burst.leads.iter().filter_map(|index| weighed.get(*index)) {
        network |= found.newness.network;
        agent |= found.newness.agent;
    }
    for member in members.iter().filter(|member| member.joined.is_none()) {
        let principal = principal_of(facts, member.credential);
        for origin in member.origins.iter().flatten() {
            let new = pasts.newness(principal, *origin, member.from);
            network |= new.network;
            agent |= new.agent;
        }
    }
    let way_in = members
        .first()
        .map(|member| principal_of(facts, member.credential));
    let principal = way_in.and_then(|principal| facts.principals.get(&principal));
    if network {
        BoundaryReason::NewNetwork
    } else if agent {
        BoundaryReason::NewUserAgent
    } else if principal.is_some_and(|p| p.span.first >= starts) {
        BoundaryReason::FirstCall
    } else {
        BoundaryReason::FirstFinding
    }
}

/// What the first identity's principal did for the first time inside the line.
fn novelties(
    facts: &Facts,
    pasts: &Pasts<'_>,
    name: Symbol,
    principal: &Principal,
    starts: Timestamp,
    ends: Timestamp,
) -> Vec<Novelty> {
    if principal.span.first >= starts {
        return Vec::new();
    }
    let inside = |span: &Span| span.first >= starts && span.first <= ends;
    let mut found = Vec::new();
    let mut add = |kind, value: &str, at| {
        let novelty = Novelty {
            kind,
            value: Untrusted::new(value),
            at,
        };
        let is_known = found
            .iter()
            .any(|n: &Novelty| n.kind == kind && n.value == novelty.value);
        if !is_known && found.len() < MAX_NOVELTIES {
            found.push(novelty);
        }
    };
    let is_inside = |first: &Timestamp| *first >= starts && *first <= ends;
    for ((network, agent), _) in principal.origins.sorted() {
        let (network_first, agent_first) = pasts.firsts(name, (network, agent));
        let text = facts.symbols.text(network);
        if let Some(first) = network_first.filter(is_inside).filter(|_| is_address(text)) {
            add(NoveltyKind::Network, text, first);
        }
        if let Some(first) = agent_first.filter(is_inside) {
            add(NoveltyKind::UserAgent, facts.symbols.text(agent), first);
        }
    }
    for (region, span) in principal
        .regions
        .sorted()
        .iter()
        .filter(|(_, span)| inside(span))
    {
        add(NoveltyKind::Region, facts.symbols.text(*region), span.first);
    }
    for (service, span) in principal
        .services
        .sorted()
        .iter()
        .filter(|(_, span)| inside(span))
    {
        add(
            NoveltyKind::Service,
            facts.symbols.text(*service),
            span.first,
        );
    }
    for (action, span) in principal
        .actions
        .sorted()
        .iter()
        .filter(|(_, span)| inside(span))
    {
        add(NoveltyKind::Action, action_word(*action), span.first);
    }
    found
}

fn action_word(action: ActionClass) -> &'static str {
    match action {
        ActionClass::Read => "read",
        ActionClass::Write => "write",
        ActionClass::Identity => "identity",
        ActionClass::Data => "data",
    }
}
