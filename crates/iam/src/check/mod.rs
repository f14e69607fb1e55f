//! Checks: what is wrong with accounts, one judgement each.
//!
//! A check is a [`Check`] in one of the files here, a line in [`CHECKS`], and
//! a page `docs/checks/<id>.md` whose examples are its tests.

mod console;
mod guardrails;
mod keys;
mod paths;
mod policies;
mod root;
mod suppress;
mod trust;
mod unused;

use gardefou_finding::{
    AuditCoverage, AuditFact, AuditFinding, Confidence, FindingId, Severity, StatementPlace,
    Technique, Timestamp, Untrusted,
};

pub use suppress::{Suppression, SuppressionError, Suppressions};

use crate::graph::{Analysis, fnv, fnv_start};
use crate::policy::{Effect, Policy, Statement};
use crate::snapshot::Snapshot;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Every check, in the order of the pages' index.
pub const CHECKS: &[&Check] = &[
    &root::ACCESS_KEY,
    &root::NO_MFA,
    &root::MFA_NOT_HARDWARE,
    &root::USED,
    &console::NO_MFA,
    &console::PHISHABLE,
    &console::UNUSED_PASSWORD,
    &console::SHORT_PASSWORDS,
    &console::REUSED_PASSWORDS,
    &keys::OLD,
    &keys::UNUSED,
    &keys::TWO_ACTIVE,
    &keys::NEVER_ROTATED,
    &keys::LONG_LIVED,
    &keys::CERTIFICATE,
    &paths::ADMINISTRATOR,
    &paths::ESCALATION,
    &paths::DATA,
    &policies::EVERYTHING,
    &policies::WHOLE_SERVICE,
    &policies::PASS_ROLE,
    &policies::NOT_ACTION,
    &policies::DATA,
    &policies::SPENDING,
    &policies::BLINDING,
    &policies::ON_USER,
    &trust::EVERYONE,
    &trust::WHOLE_ACCOUNT,
    &trust::NO_EXTERNAL_ID,
    &trust::OIDC,
    &trust::CONFUSED_DEPUTY,
    &guardrails::NONE,
    &guardrails::NO_SUPPORT_ROLE,
    &unused::ROLE,
    &unused::PERMISSIONS,
    &policies::CLOUD_SHELL,
    &suppress::STALE,
    &suppress::EXPIRED,
];

/// A check.
#[derive(Debug)]
pub struct Check {
    /// Its id, also the name of its page.
    pub id: &'static str,
    /// Its title in English and French.
    pub title: [&'static str; 2],
    /// How bad, where the finding does not say otherwise.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// Sections of the CIS AWS Foundations Benchmark 3.0.0.
    pub cis: &'static [&'static str],
    /// ATT&CK techniques.
    pub techniques: &'static [&'static str],
    /// Judges.
    judge: fn(&Judged<'_>, &mut Findings<'_>),
}

/// What is judged.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'a> {
    /// The snapshot.
    pub snapshot: &'a Snapshot,
    /// What the graph shows.
    pub analysis: &'a Analysis,
    /// The time.
    pub now: Timestamp,
}

impl Judged<'_> {
    /// Whole days since a time.
    fn days_since(&self, time: Timestamp) -> i64 {
        (self.now.seconds() - time.seconds()) / DAY
    }
}

/// Where checks put what they find.
#[derive(Debug)]
pub struct Findings<'a> {
    check: &'static Check,
    found: &'a mut Vec<AuditFinding>,
    coverage: &'a mut AuditCoverage,
}

impl Findings<'_> {
    /// A finding about a subject; facts are told as they are.
    fn add(&mut self, account: &str, subject: &str, facts: &[(&str, String)]) -> &mut AuditFinding {
        let check = self.check;
        let hash = [account, subject]
            .into_iter()
            .fold(fnv(fnv_start(), check.id), fnv);
        self.found.push(AuditFinding {
            id: FindingId(format!("{}-{hash:016x}", check.id)),
            check: check.id.to_owned(),
            title: check.title[0].to_owned(),
            title_fr: check.title[1].to_owned(),
            severity: check.severity,
            confidence: check.confidence,
            account: Untrusted::new(account),
            subject: Untrusted::new(subject),
            facts: facts.iter().map(fact).collect(),
            evidence: Vec::new(),
            paths: Vec::new(),
            cis: check
                .cis
                .iter()
                .map(|&section| section.to_owned())
                .collect(),
            techniques: check
                .techniques
                .iter()
                .map(|&id| Technique(id.to_owned()))
                .collect(),
        });
        let last = self.found.len() - 1;
        #[allow(clippy::indexing_slicing, reason = "it was pushed just now")]
        &mut self.found[last]
    }

    /// Says that the check could not judge an account.
    fn not_judged(&mut self, account: &str) {
        self.coverage
            .not_judged
            .entry(self.check.id.to_owned())
            .or_default()
            .push(Untrusted::new(account));
    }
}

fn fact((name, value): &(&str, String)) -> AuditFact {
    AuditFact {
        name: (*name).to_owned(),
        value: Untrusted::new(value.as_str()),
    }
}

/// Runs every check.
pub fn run(judged: &Judged<'_>, coverage: &mut AuditCoverage) -> Vec<AuditFinding> {
    let mut found = Vec::new();
    for check in CHECKS {
        (check.judge)(
            judged,
            &mut Findings {
                check,
                found: &mut found,
                coverage,
            },
        );
    }
    found
}

/// A policy of one's own: an inline policy, or a customer managed one.
struct Own<'a> {
    account: &'a str,
    /// The ARN of the policy, or the holder's ARN and the policy's name.
    subject: String,
    holder: &'a str,
    name: &'a str,
    policy: &'a Policy,
}

impl Own<'_> {
    /// The place of a statement.
    fn place(&self, index: usize, statement: &Statement) -> StatementPlace {
        StatementPlace {
            holder: Untrusted::new(self.holder),
            policy: Untrusted::new(self.name),
            statement: index as u64,
            sid: statement.sid().map(Untrusted::new),
        }
    }
}

/// Every policy of the accounts' own, each once; those of AWS are not theirs.
fn own_policies(snapshot: &Snapshot) -> Vec<Own<'_>> {
    let mut all = Vec::new();
    for (account, content) in &snapshot.accounts {
        for (arn, managed) in &content.policies {
            if let Some(Some(policy)) = managed.versions.get(&managed.default_version) {
                all.push(Own {
                    account,
                    subject: arn.clone(),
                    holder: arn,
                    name: &managed.name,
                    policy,
                });
            }
        }
    }
    let principals = snapshot
        .principals
        .iter()
        .map(|one| (&one.account, &one.arn, &one.policies));
    let groups = snapshot
        .groups
        .iter()
        .map(|one| (&one.account, &one.arn, &one.policies));
    for (account, holder, policies) in principals.chain(groups) {
        for read in policies.iter().filter(|read| read.arn.is_none()) {
            if let Some(policy) = &read.policy {
                let subject = format!("{holder} {}", read.name);
                all.push(Own {
                    account,
                    subject,
                    holder,
                    name: &read.name,
                    policy,
                });
            }
        }
    }
    all
}

/// Whether a statement has a condition on a key, which is in lower case; a
/// key that ends in `*` stands for all that begin so.
fn has_condition(statement: &Statement, lower: &str) -> bool {
    statement
        .conditions()
        .iter()
        .any(|condition| match lower.strip_suffix('*') {
            Some(start) => condition.key_lower().starts_with(start),
            None => condition.key_lower() == lower,
        })
}

/// The statements of a policy that allow, with their places.
fn allows(policy: &Policy) -> impl Iterator<Item = (usize, &Statement)> {
    policy
        .statements()
        .iter()
        .enumerate()
        .filter(|(_, one)| one.effect() == Effect::Allow)
}
