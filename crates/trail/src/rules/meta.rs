//! What is known about a rule beside its logic.

use std::collections::HashMap;

use gardefou_finding::{Confidence, Severity, Tactic, Technique};
use rsigma_parser::{CorrelationRule, Level, SigmaRule};
use yaml_serde::Value;

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
}

/// Reads a parsed rule of either kind: the two have these fields in common,
/// and no trait for them.
macro_rules! read {
    ($rule:expr, $kind:expr, $origin:expr) => {
        RuleMeta {
            id: $rule.id.clone().unwrap_or_default(),
            name: $rule.name.clone(),
            title: $rule.title.clone(),
            title_fr: text(&$rule.custom_attributes, "gardefou.title_fr").map(str::to_owned),
            description: $rule
                .description
                .as_deref()
                .unwrap_or_default()
                .trim()
                .to_owned(),
            false_positives: $rule.falsepositives.clone(),
            severity: severity($rule.level),
            confidence: text(&$rule.custom_attributes, "gardefou.confidence")
                .and_then(|word| word.parse().ok())
                .unwrap_or(Confidence::Medium),
            tactics: tactics(&$rule.tags),
            techniques: techniques(&$rule.tags),
            kind: $kind,
            alerts: true,
            origin: $origin.to_owned(),
        }
    };
}

impl RuleMeta {
    pub(super) fn of_rule(rule: &SigmaRule, origin: &str) -> Self {
        read!(rule, RuleKind::Detection, origin)
    }

    pub(super) fn of_correlation(rule: &CorrelationRule, origin: &str) -> Self {
        read!(rule, RuleKind::Correlation, origin)
    }
}

/// A custom attribute that is a text.
fn text<'a>(attributes: &'a HashMap<String, Value>, key: &str) -> Option<&'a str> {
    attributes.get(key)?.as_str()
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
