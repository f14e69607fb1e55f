//! A rule or check that fired at one place.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Actor, Confidence, EventRef, Outcome, Severity, Timestamp};

/// Identifier of a finding: the same input gives the same id in every run.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct FindingId(pub String);

impl fmt::Display for FindingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An ATT&CK technique or sub-technique id, for example `T1078.004`.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Technique(pub String);

/// ATT&CK Enterprise tactics, in the order in which ATT&CK lists them.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Tactic {
    /// TA0043
    Reconnaissance,
    /// TA0042
    ResourceDevelopment,
    /// TA0001
    InitialAccess,
    /// TA0002
    Execution,
    /// TA0003
    Persistence,
    /// TA0004
    PrivilegeEscalation,
    /// TA0005
    DefenseEvasion,
    /// TA0006
    CredentialAccess,
    /// TA0007
    Discovery,
    /// TA0008
    LateralMovement,
    /// TA0009
    Collection,
    /// TA0011
    CommandAndControl,
    /// TA0010
    Exfiltration,
    /// TA0040
    Impact,
}

impl Tactic {
    /// Every tactic with its Sigma tag (`attack.` + this word) and ATT&CK id.
    pub const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Reconnaissance, "reconnaissance", "TA0043"),
        (Self::ResourceDevelopment, "resource-development", "TA0042"),
        (Self::InitialAccess, "initial-access", "TA0001"),
        (Self::Execution, "execution", "TA0002"),
        (Self::Persistence, "persistence", "TA0003"),
        (Self::PrivilegeEscalation, "privilege-escalation", "TA0004"),
        (Self::DefenseEvasion, "defense-evasion", "TA0005"),
        (Self::CredentialAccess, "credential-access", "TA0006"),
        (Self::Discovery, "discovery", "TA0007"),
        (Self::LateralMovement, "lateral-movement", "TA0008"),
        (Self::Collection, "collection", "TA0009"),
        (Self::CommandAndControl, "command-and-control", "TA0011"),
        (Self::Exfiltration, "exfiltration", "TA0010"),
        (Self::Impact, "impact", "TA0040"),
    ];

    /// The tactic of a Sigma tag such as `attack.defense-evasion` (also with
    /// underscores, as older rules write it), or `None`.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let word = tag.strip_prefix("attack.")?.replace('_', "-");
        Self::ALL
            .iter()
            .find(|(_, name, _)| *name == word)
            .map(|(tactic, _, _)| *tactic)
    }

    /// ATT&CK id, for example `TA0040`.
    pub fn id(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(tactic, _, _)| *tactic == self)
            .map_or("", |(_, _, id)| id)
    }

    /// The word of the Sigma tag, for example `privilege-escalation`.
    pub fn word(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(tactic, _, _)| *tactic == self)
            .map_or("", |(_, word, _)| word)
    }
}

/// One rule or check that fired at one place, for one actor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// Stable identifier.
    pub id: FindingId,
    /// Id of the rule or check.
    pub rule: String,
    /// The rule's title (English).
    pub title: String,
    /// The rule's title in French, where the rule has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title_fr: Option<String>,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// ATT&CK tactics of the rule.
    pub tactics: Vec<Tactic>,
    /// ATT&CK techniques of the rule.
    pub techniques: Vec<Technique>,
    /// Who.
    pub actor: Actor,
    /// The best outcome among the matched calls: succeeded before dry run
    /// before denied and the rest.
    pub outcome: Outcome,
    /// Number of matched events (for a correlation: of its window).
    pub count: u64,
    /// First matched event.
    pub first_seen: Timestamp,
    /// Last matched event.
    pub last_seen: Timestamp,
    /// Matched events, earliest first, at most 20; `count` has them all.
    pub evidence: Vec<EventRef>,
    /// Id of the incident that this finding is part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incident: Option<String>,
}

/// A rule and how many events (for correlations: firings) it matched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleCount {
    /// Id of the rule.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its title in French, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title_fr: Option<String>,
    /// Its level.
    pub severity: Severity,
    /// Number of matches.
    pub matches: u64,
    /// Whether it matched so many of the events that a match says nothing of
    /// any of them: it is below medium, and no findings were made of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub too_common: bool,
}
