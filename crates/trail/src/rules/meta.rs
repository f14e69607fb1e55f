//! What is known about a rule beside its logic.

use std::collections::HashMap;

use gardefou_finding::{Confidence, Severity, Tactic, Technique};
use rsigma_parser::Level;

/// Whether a rule looks at one event or at several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleKind {
    /// One event.
    Detection,
    /// Several events (Sigma correlation).
    Correlation,
}

/// A rule's identity and what a finding says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleMeta {
    /// Sigma `id`, else its `name`, else its origin and ordinal.
    pub id: String,
    /// Sigma `name`.
    pub name: Option<String>,
    /// Sigma `title`.
    pub title: String,
    /// `gardefou.title_fr`.
    pub title_fr: Option<String>,
    /// Sigma `description`.
    pub description: String,
    /// Sigma `falsepositives`.
    pub false_positives: Vec<String>,
    /// Sigma `level`; a rule without one counts as medium.
    pub severity: Severity,
    /// `gardefou.confidence`; medium where the rule does not say.
    pub confidence: Confidence,
    /// ATT&CK tactics among the tags, the main one first.
    pub tactics: Vec<Tactic>,
    /// ATT&CK techniques among the tags, for example `T1098.001`.
    pub techniques: Vec<Technique>,
    /// Detection or correlation.
    pub kind: RuleKind,
    /// Whether its own matches make findings. A detection that serves only as
    /// the base of correlations does not (Sigma's `generate: false`).
    pub alerts: bool,
    /// File that it came from.
    pub origin: String,
    /// Whether it is one of ours.
    pub is_embedded: bool,
}

/// The parts of a rule, of either kind, that make its [`RuleMeta`].
pub(super) struct Parts<'a> {
    pub(super) id: String,
    pub(super) name: Option<&'a str>,
    pub(super) title: &'a str,
    pub(super) description: Option<&'a str>,
    pub(super) false_positives: &'a [String],
    pub(super) level: Option<Level>,
    pub(super) tags: &'a [String],
    pub(super) attributes: &'a HashMap<String, String>,
    pub(super) kind: RuleKind,
    pub(super) origin: &'a str,
    pub(super) is_embedded: bool,
}

impl RuleMeta {
    pub(super) fn new(parts: &Parts<'_>) -> Self {
        Self {
            id: parts.id.clone(),
            name: parts.name.map(str::to_owned),
            title: parts.title.to_owned(),
            title_fr: parts.attributes.get("gardefou.title_fr").cloned(),
            description: parts.description.unwrap_or_default().trim().to_owned(),
            false_positives: parts.false_positives.to_vec(),
            severity: severity(parts.level),
            confidence: parts
                .attributes
                .get("gardefou.confidence")
                .and_then(|word| word.parse().ok())
                .unwrap_or(Confidence::Medium),
            tactics: tactics(parts.tags),
            techniques: techniques(parts.tags),
            kind: parts.kind,
            alerts: true,
            origin: parts.origin.to_owned(),
            is_embedded: parts.is_embedded,
        }
    }
}

fn severity(level: Option<Level>) -> Severity {
    match level {
        Some(Level::Informational) => Severity::Informational,
        Some(Level::Low) => Severity::Low,
        Some(Level::Medium) | None => Severity::Medium,
        Some(Level::High) => Severity::High,
        Some(Level::Critical) => Severity::Critical,
    }
}

/// Tactics in the order of the tags: the first is the rule's main one.
fn tactics(tags: &[String]) -> Vec<Tactic> {
    let mut found = Vec::new();
    for tactic in tags.iter().filter_map(|tag| Tactic::from_tag(tag)) {
        if !found.contains(&tactic) {
            found.push(tactic);
        }
    }
    found
}

fn techniques(tags: &[String]) -> Vec<Technique> {
    let mut found: Vec<Technique> = tags
        .iter()
        .filter_map(|tag| tag.strip_prefix("attack.t"))
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        .map(|rest| Technique(format!("T{rest}")))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_attack_tags() {
        let tags = [
            "attack.t1098.001",
            "attack.defense_evasion",
            "attack.impact",
            "cve.2021.1",
        ]
        .map(str::to_owned);
        assert_eq!(techniques(&tags), [Technique("T1098.001".into())]);
        assert_eq!(tactics(&tags), [Tactic::DefenseEvasion, Tactic::Impact]);
    }
}
