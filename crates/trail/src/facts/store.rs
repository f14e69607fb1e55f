//! All facts of a look at an archive, or of a part of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use ahash::RandomState;
use gardefou_finding::{ActorKind, Outcome, Timestamp};
use serde::{Deserialize, Serialize};

use super::SeenCall;
use super::symbols::translated;
use super::{Correlations, Grants, Matches, Principal, Span, Symbol, Symbols};
use crate::rules::RuleIndex;

/// Accounts and regions listed.
const MAX_PLACES: usize = 200;

/// One credential, or one principal where the log shows no credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// What it is.
    pub kind: ActorKind,
    /// The principal that it belongs to, in canonical form
    /// (`user/ACCOUNT/NAME`, `role/ACCOUNT/NAME`, `root/ACCOUNT`, a service).
    pub principal: Symbol,
    /// The role session (`session/ACCOUNT/ROLE/SESSION`), else empty.
    pub session: Symbol,
    /// `userIdentity.arn`.
    pub arn: Symbol,
    /// The user's, role's or session's name.
    pub name: Symbol,
    /// Account of the principal.
    pub account: Symbol,
    /// Whether the session was made with a second factor, as its earliest call says.
    pub mfa: bool,
    /// First and last call.
    pub span: Span,
}

/// Mergeable facts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Facts {
    /// Table of all texts.
    pub symbols: Symbols,
    /// Credentials by key.
    pub credentials: HashMap<Symbol, Credential, RandomState>,
    /// Principals by canonical name.
    pub principals: HashMap<Symbol, Principal, RandomState>,
    /// Matches of detections that make findings.
    pub matches: Matches,
    /// Matches of detections that correlations refer to.
    pub correlation: Correlations,
    /// Who gave whom an identity.
    pub grants: Grants,
    /// Matched events by detection.
    pub rule_matches: HashMap<RuleIndex, u64, RandomState>,
    /// Events read.
    pub events: u64,
    /// First and last event.
    pub time: Option<(Timestamp, Timestamp)>,
    /// First and last event of each source, by number.
    pub sources: BTreeMap<u32, (Timestamp, Timestamp)>,
    /// Accounts seen.
    pub accounts: BTreeSet<String>,
    /// Regions seen.
    pub regions: BTreeSet<String>,
}

impl Facts {
    pub(crate) fn see_time(&mut self, source: u32, time: Timestamp) {
        self.time = Some(widen(self.time, time, time));
        let known = self.sources.get(&source).copied();
        if known.is_none_or(|(first, last)| time < first || time > last) {
            self.sources.insert(source, widen(known, time, time));
        }
    }

    pub(crate) fn see_place(set: &mut BTreeSet<String>, value: &str) {
        if !value.is_empty() && !set.contains(value) && set.len() < MAX_PLACES {
            set.insert(value.to_owned());
        }
    }

    pub(crate) fn see_principal(&mut self, principal: Symbol, call: &SeenCall) {
        self.principals
            .entry(principal)
            .and_modify(|known| known.see(call))
            .or_insert_with(|| Principal::new(call));
    }

    /// Adds the facts of another part of the same archive.
    pub fn merge(&mut self, other: Self) {
        if self.is_empty() {
            *self = other;
            return;
        }
        let table = self.symbols.translate(&other.symbols);
        for (key, credential) in other.credentials {
            self.merge_credential(translated(&table, key), credential.translate(&table));
        }
        for (key, principal) in other.principals {
            match self.principals.entry(translated(&table, key)) {
                std::collections::hash_map::Entry::Occupied(known) => {
                    known.into_mut().merge(principal, &table);
                }
                std::collections::hash_map::Entry::Vacant(slot) => {
                    slot.insert(principal.translate(&table));
                }
            }
        }
        self.matches.merge(other.matches, &table, &self.symbols);
        self.correlation.merge(other.correlation, &table);
        self.grants.merge(other.grants, &table);
        self.merge_totals(other.rule_matches, other.sources);
        self.events += other.events;
        self.accounts.extend(other.accounts);
        self.regions.extend(other.regions);
    }

    /// Whether nothing was added yet.
    fn is_empty(&self) -> bool {
        self.events == 0
            && self.sources.is_empty()
            && self.credentials.is_empty()
            && self.matches.is_empty()
            && self.correlation.is_empty()
    }

    /// Brings the facts into the form that is the same for any split: those for
    /// correlations in order, once each, and matches within their limits.
    pub fn settle(&mut self) {
        self.matches.settle(&self.symbols);
        self.correlation.settle();
    }

    fn merge_totals(
        &mut self,
        rule_matches: HashMap<RuleIndex, u64, RandomState>,
        sources: BTreeMap<u32, (Timestamp, Timestamp)>,
    ) {
        for (rule, count) in rule_matches {
            *self.rule_matches.entry(rule).or_default() += count;
        }
        for (source, (first, last)) in sources {
            self.time = Some(widen(self.time, first, last));
            let known = self.sources.get(&source).copied();
            self.sources.insert(source, widen(known, first, last));
        }
    }

    /// Of two descriptions of one credential the earlier counts, so that the
    /// order of reading does not matter.
    pub(crate) fn merge_credential(&mut self, key: Symbol, other: Credential) {
        match self.credentials.entry(key) {
            std::collections::hash_map::Entry::Occupied(known) => {
                let known = known.into_mut();
                let span = known.span.joined(&other.span);
                let rank = |c: &Credential| (c.span.first, self.symbols.text(c.arn), c.kind);
                if rank(&other) < rank(known) {
                    *known = other;
                }
                known.span = span;
            }
            std::collections::hash_map::Entry::Vacant(slot) => {
                slot.insert(other);
            }
        }
    }

    /// Best outcome first: succeeded, denied, dry run and so on as declared.
    pub fn best(outcomes: impl Iterator<Item = Outcome>) -> Outcome {
        outcomes.min().unwrap_or(Outcome::Unknown)
    }
}

impl Credential {
    fn translate(mut self, table: &[Symbol]) -> Self {
        for symbol in [
            &mut self.principal,
            &mut self.session,
            &mut self.arn,
            &mut self.name,
            &mut self.account,
        ] {
            *symbol = translated(table, *symbol);
        }
        self
    }
}

impl Span {
    pub(crate) fn joined(&self, other: &Self) -> Self {
        Self {
            first: self.first.min(other.first),
            last: self.last.max(other.last),
            calls: self.calls + other.calls,
        }
    }
}

fn widen(
    known: Option<(Timestamp, Timestamp)>,
    first: Timestamp,
    last: Timestamp,
) -> (Timestamp, Timestamp) {
    known.map_or((first, last), |(a, b)| (a.min(first), b.max(last)))
}
