//! What is kept of today's policies, because a history would not show it, and
//! what of them is dropped.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gardefou_finding::{BlindSpot, ProposedStatement, StatementOrigin, Untrusted};

use super::{Draft, MAX_DROPPED, Uses, blind};
use crate::Policy;
use crate::policy::{ActionPattern, Condition, Effect, Scope, Statement, Version};

/// Adds statements to a draft for what the history would not show, and tells
/// what of today's policies is not in it any more.
pub(super) fn keep(draft: &mut Draft, seen: &BTreeMap<String, Uses>, current: &[Arc<Policy>]) {
    let services = blind_services(seen);
    let mut spots: BTreeMap<&str, BTreeSet<String>> = services
        .iter()
        .map(|service| (*service, BTreeSet::new()))
        .collect();
    let mut dropped = BTreeSet::new();
    for (policy, statement) in allows(current) {
        let listed = match statement.actions() {
            Scope::Only(listed) => &**listed,
            Scope::Except(_) => {
                dropped.insert("NotAction".to_owned());
                continue;
            }
        };
        for pattern in listed {
            let kept = kept_actions(pattern, &services);
            let is_kept = !kept.is_empty() && is_portable(policy, statement);
            if is_kept {
                for (service, action) in &kept {
                    spots.entry(service).or_default().insert(action.clone());
                }
                let actions = kept.into_iter().map(|(_, action)| action).collect();
                draft.statements.push(statement_of(actions, statement));
            } else if !seen.keys().any(|action| pattern.matches(action)) {
                dropped.insert(pattern.as_str().to_owned());
            }
        }
    }
    merge(&mut draft.statements);
    draft.dropped_left_out = dropped.len().saturating_sub(MAX_DROPPED) as u64;
    draft.dropped = dropped
        .into_iter()
        .take(MAX_DROPPED)
        .map(Untrusted::new)
        .collect();
    draft.blind_spots = spots
        .into_iter()
        .map(|(service, kept)| BlindSpot {
            service: service.to_owned(),
            kept: kept.into_iter().collect(),
        })
        .collect();
}

/// Services of whose blind actions the history shows none: their data events
/// are off, or there were none.
fn blind_services(seen: &BTreeMap<String, Uses>) -> Vec<&'static str> {
    let shows = |service: &str, actions: &[&str]| {
        actions.iter().any(|action| {
            let start = format!("{service}:{}", action.trim_end_matches('*')).to_lowercase();
            let exact = !action.ends_with('*');
            seen.keys()
                .any(|one| *one == start || (!exact && one.starts_with(&start)))
        })
    };
    let blind = blind::BLIND.iter();
    blind
        .filter(|(service, actions)| !shows(service, actions))
        .map(|(service, _)| *service)
        .collect()
}

fn allows(current: &[Arc<Policy>]) -> impl Iterator<Item = (&Policy, &Statement)> {
    current.iter().flat_map(|policy| {
        let statements = policy.statements().iter();
        statements
            .filter(|one| one.effect() == Effect::Allow)
            .map(move |one| (&**policy, one))
    })
}

/// The blind actions that a pattern means, with their service. A pattern for
/// all services is about none in particular, and keeps nothing.
fn kept_actions<'s>(pattern: &ActionPattern, services: &[&'s str]) -> Vec<(&'s str, String)> {
    let Some((prefix, name)) = pattern.as_str().split_once(':') else {
        return Vec::new();
    };
    let prefix = prefix.to_ascii_lowercase();
    let Some(service) = services.iter().find(|service| ***service == *prefix) else {
        return Vec::new();
    };
    let blind = blind::of(service).iter();
    blind
        .filter_map(|action| match *action {
            "*" => Some(name.to_owned()),
            action => {
                let whole = format!("{service}:{action}");
                let is_meant = pattern.matches(&whole.to_ascii_lowercase());
                is_meant.then(|| action.to_owned())
            }
        })
        .map(|action| (*service, format!("{service}:{action}")))
        .collect()
}

/// Whether a statement says the same in a policy of version 2012-10-17.
fn is_portable(policy: &Policy, statement: &Statement) -> bool {
    let listed = statement.resources().map_or(&[][..], Scope::listed);
    let mut texts = listed.iter().map(|one| one.as_str()).chain(
        statement
            .conditions()
            .iter()
            .flat_map(|one| one.values().iter().map(|value| &**value)),
    );
    let is_positive = statement
        .resources()
        .is_some_and(|scope| !scope.is_except());
    is_positive && (policy.version() == Version::V2012 || !texts.any(|text| text.contains("${")))
}

fn statement_of(actions: Vec<String>, statement: &Statement) -> ProposedStatement {
    let listed = statement.resources().map_or(&[][..], Scope::listed);
    let service = actions
        .first()
        .and_then(|action| action.split(':').next())
        .unwrap_or_default();
    ProposedStatement {
        sid: format!("Kept{service}"),
        origin: StatementOrigin::Kept,
        resources: listed
            .iter()
            .map(|one| Untrusted::new(one.as_str()))
            .collect(),
        conditions: conditions(statement.conditions()),
        requests: 0,
        actions,
    }
}

/// By operator and key, as a policy has them.
fn conditions(all: &[Condition]) -> BTreeMap<String, BTreeMap<String, Vec<Untrusted>>> {
    let mut out: BTreeMap<String, BTreeMap<String, Vec<Untrusted>>> = BTreeMap::new();
    for one in all {
        let values = one.values().iter().map(|value| Untrusted::new(&**value));
        out.entry(one.operator().to_string())
            .or_default()
            .insert(one.key().to_owned(), values.collect());
    }
    out
}

/// Makes one of kept statements that differ only in their actions.
fn merge(statements: &mut Vec<ProposedStatement>) {
    let mut merged: Vec<ProposedStatement> = Vec::new();
    for one in statements.drain(..) {
        let same = merged.iter_mut().find(|other| {
            one.origin == StatementOrigin::Kept
                && (other.origin, &other.sid) == (one.origin, &one.sid)
                && (&other.resources, &other.conditions) == (&one.resources, &one.conditions)
        });
        match same {
            Some(other) => {
                other.actions.extend(one.actions);
                other.actions.sort();
                other.actions.dedup();
            }
            None => merged.push(one),
        }
    }
    *statements = merged;
}
