//! What nobody uses.

use std::collections::{BTreeMap, BTreeSet};

use gardefou_finding::{Confidence, Severity, StatementPlace, Timestamp, Untrusted};

use super::{Check, Findings, Judged, allows};
use crate::least::logs_no_data;
use crate::policy::{Scope, Statement};
use crate::snapshot::{Id, Kind, Principal};
use crate::usage::{Usage, Used};

/// Days after which a role is unused.
const UNUSED_DAYS: i64 = 90;

/// Days of history from which a permission can be called unused.
const WATCHED_DAYS: i64 = 28;

/// Most services named in a finding.
const MAX_NAMED: usize = 40;

pub(super) const ROLE: Check = Check {
    id: "role-unused",
    title: [
        "A role was not used for 90 days",
        "Un rôle n'a pas servi depuis 90 jours",
    ],
    severity: Severity::Low,
    confidence: Confidence::High,
    cis: &[],
    techniques: &["T1078.004"],
    judge: role,
};

pub(super) const PERMISSIONS: Check = Check {
    id: "permissions-unused",
    title: [
        "A principal may use services that it does not use",
        "Un principal peut utiliser des services dont il ne se sert pas",
    ],
    severity: Severity::Low,
    confidence: Confidence::Medium,
    cis: &["1.16"],
    techniques: &["T1078.004"],
    judge: permissions,
};

fn role(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    let roles = judged
        .snapshot
        .principals
        .iter()
        .filter(|one| one.kind == Kind::Role && !one.is_service_linked());
    for role in roles {
        let Some(since) = unused_since(role, judged.snapshot.usage.as_ref()) else {
            findings.not_judged(&role.arn);
            continue;
        };
        let days = judged.days_since(since);
        if days >= UNUSED_DAYS {
            let facts = [
                ("days_unused", days.to_string()),
                ("ever_used", role.last_used.is_some().to_string()),
            ];
            findings.add(&role.account, &role.arn, &facts);
        }
    }
}

/// The time from which on a role was not used, by what AWS tells and by what a
/// long enough history shows. A role that was never used counts from when it
/// was made.
fn unused_since(role: &Principal, usage: Option<&Usage>) -> Option<Timestamp> {
    let seen = usage.and_then(|usage| usage.of(role)).map(|used| used.last);
    if role.tells_last_used {
        return role.last_used.max(seen).or(role.created);
    }
    let watched = usage.filter(|usage| usage.days() >= UNUSED_DAYS)?;
    seen.or(role.created.max(watched.begins()))
}

fn permissions(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    let usage = judged.snapshot.usage.as_ref();
    let Some(usage) = usage.filter(|usage| usage.days() >= WATCHED_DAYS) else {
        for id in judged.snapshot.accounts.keys() {
            findings.not_judged(id);
        }
        return;
    };
    for (id, principal) in judged.snapshot.principals.iter().enumerate() {
        // Who did nothing at all is for other checks.
        if let Some(used) = usage
            .of(principal)
            .filter(|_| !principal.is_service_linked())
        {
            let (facts, places) = unused(judged, id, used);
            if !places.is_empty() {
                let watched = ("days_watched", usage.days().to_string());
                let facts = [vec![watched], facts].concat();
                findings
                    .add(&principal.account, &principal.arn, &facts)
                    .evidence = places;
            }
        }
    }
}

type Facts = Vec<(&'static str, String)>;

/// Services that the policies name and nobody used, and the statements.
fn unused(judged: &Judged<'_>, id: Id, used: &Used) -> (Facts, Vec<StatementPlace>) {
    let mut services: BTreeMap<String, ()> = BTreeMap::new();
    let mut places = Vec::new();
    for (holder, held) in judged.snapshot.identity_policies(id) {
        let policy = held.policy.as_deref();
        for (index, statement) in policy.into_iter().flat_map(allows) {
            let idle = idle_services(statement, used);
            if !idle.is_empty() {
                places.push(StatementPlace {
                    holder: Untrusted::new(&**holder),
                    policy: Untrusted::new(&*held.name),
                    statement: index as u64,
                    sid: statement.sid().map(Untrusted::new),
                });
            }
            services.extend(idle.into_iter().map(|service| (service, ())));
        }
    }
    let unused = services.into_keys().take(MAX_NAMED);
    let mut facts: Facts = unused.map(|service| ("unused_service", service)).collect();
    let all: BTreeSet<&str> = used
        .actions
        .keys()
        .filter_map(|one| one.split(':').next())
        .collect();
    let all = all.into_iter().take(MAX_NAMED);
    facts.extend(all.map(|service| ("used_service", service.to_owned())));
    (facts, places)
}

/// The services that a statement names and nobody used, as far as a log shows
/// their use; `*` for all services.
fn idle_services(statement: &Statement, used: &Used) -> BTreeSet<String> {
    let listed = match statement.actions() {
        Scope::Only(listed) => &**listed,
        Scope::Except(_) => return BTreeSet::from(["*".to_owned()]),
    };
    let prefixes = listed.iter().map(|pattern| {
        if pattern.is_everything() {
            return "*".to_owned();
        }
        let prefix = pattern.as_str().split(':').next().unwrap_or_default();
        prefix.to_ascii_lowercase()
    });
    prefixes
        .filter(|prefix| prefix == "*" || !prefix.contains(['*', '?']))
        .filter(|prefix| !logs_no_data(prefix) && !used.has_service(prefix))
        .collect()
}
