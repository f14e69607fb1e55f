//! The stages of an incident by tactic, and the moment of impact.

use std::collections::{BTreeMap, BTreeSet};

use gardefou_finding::{
    Finding, Outcome, ResourceAction, Severity, Stage, Tactic, Technique, Timestamp,
};

use super::property::Property;
use super::timeline::TacticSpan;

/// The first moment of impact: the first thing that costs and was made by the
/// incident, or the first successful call of the impact tactic where nothing
/// costs (destruction, ransom).
pub(super) fn impact(
    spans: &BTreeMap<Tactic, TacticSpan>,
    own: &[&Finding],
    property: &Property,
) -> Option<Timestamp> {
    let runs = first_cost(property);
    if runs.is_some() {
        return runs;
    }
    let calls = spans
        .get(&Tactic::Impact)
        .filter(|span| span.calls.contains_key(&Outcome::Succeeded))
        .map(|span| span.first);
    let firings = own
        .iter()
        .filter(|finding| {
            finding.tactics.first() == Some(&Tactic::Impact)
                && finding.outcome == Outcome::Succeeded
                && finding.severity >= Severity::Medium
        })
        .map(|finding| finding.first_seen)
        .min();
    calls.into_iter().chain(firings).min()
}

/// When the first resource that runs and is paid for was made.
fn first_cost(property: &Property) -> Option<Timestamp> {
    let priced = property.cost.items.iter().filter(|item| item.count_now > 0);
    let unpriced = property
        .cost
        .unpriced
        .iter()
        .filter(|item| item.count_now > 0);
    priced
        .map(|item| item.resource)
        .chain(unpriced.map(|item| item.resource))
        .filter_map(|index| property.resources.get(index))
        .filter(|resource| resource.action == ResourceAction::Created)
        .map(|resource| resource.first)
        .min()
}

pub(super) fn stages(spans: &BTreeMap<Tactic, TacticSpan>, own: &[&Finding]) -> Vec<Stage> {
    let mut by_tactic: BTreeMap<Tactic, Vec<&Finding>> = BTreeMap::new();
    for finding in own
        .iter()
        .filter(|finding| finding.severity > Severity::Informational)
    {
        if let Some(tactic) = finding.tactics.first() {
            by_tactic.entry(*tactic).or_default().push(finding);
        }
    }
    let mut stages: Vec<Stage> = by_tactic
        .into_iter()
        .filter_map(|(tactic, findings)| stage(tactic, &findings, spans.get(&tactic)))
        .collect();
    stages.sort_by_key(|stage| (stage.first, stage.tactic));
    stages
}

fn stage(tactic: Tactic, findings: &[&Finding], span: Option<&TacticSpan>) -> Option<Stage> {
    let techniques: BTreeSet<Technique> = findings
        .iter()
        .flat_map(|finding| finding.techniques.iter().cloned())
        .collect();
    let first = findings
        .iter()
        .map(|f| f.first_seen)
        .chain(span.map(|s| s.first))
        .min()?;
    let last = findings
        .iter()
        .map(|f| f.last_seen)
        .chain(span.map(|s| s.last))
        .max()?;
    let calls = span.map_or_else(
        || {
            findings
                .iter()
                .map(|finding| (finding.outcome, finding.count))
                .collect()
        },
        |span| span.calls.clone(),
    );
    let mut ordered = findings.to_vec();
    ordered.sort_by_key(|finding| finding.first_seen);
    Some(Stage {
        tactic,
        techniques: techniques.into_iter().collect(),
        first,
        last,
        findings: ordered
            .into_iter()
            .map(|finding| finding.id.clone())
            .collect(),
        calls,
    })
}
