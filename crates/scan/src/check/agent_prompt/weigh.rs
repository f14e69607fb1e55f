//! From what a text asks for to how bad that is.

use std::ops::Range;

use gardefou_finding::{Confidence, Severity};

use super::super::Reason;
use super::super::files::Role;
use super::lexicon::{self, Ask};
use super::{Hit, Place, speaks_to_agents};
use crate::text::Via;

/// A wish and what stands near it.
pub(super) struct Cluster {
    /// Where the wish stands.
    pub(super) anchor: Range<usize>,
    lead: Ask,
    asks: Vec<Ask>,
    strong: usize,
}

impl Cluster {
    pub(super) fn of<'a>(lead: &Hit, near: impl Iterator<Item = &'a Hit>) -> Self {
        let mut asks = Vec::new();
        let mut strong = 0;
        for hit in near {
            if !asks.contains(&hit.ask) {
                asks.push(hit.ask);
            }
            strong += usize::from(hit.is_strong && hit.ask.is_harm());
        }
        Self {
            anchor: lead.range.clone(),
            lead: lead.ask,
            asks,
            strong,
        }
    }

    /// Whether `other` says nothing that this one has not said.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let is_near = other.anchor.start < self.anchor.end + super::REACH;
        let is_harm = self.lead.is_harm() || !other.lead.is_harm();
        is_near && is_harm && other.asks.iter().all(|ask| self.asks.contains(ask))
    }

    /// The text around the wish.
    fn around<'a>(&self, prose: &'a str) -> &'a str {
        let start = prose.floor_char_boundary(self.anchor.start.saturating_sub(300));
        let end = prose.floor_char_boundary((self.anchor.end + 300).min(prose.len()));
        prose.get(start..end).unwrap_or_default()
    }

    /// Whether nothing stands beside the harm that honest authors do not write.
    pub(super) fn is_harm_alone(&self) -> bool {
        self.lead.is_harm() && !self.has(Ask::Hide) && !self.has(Ask::Override)
    }

    fn has(&self, ask: Ask) -> bool {
        self.asks.contains(&ask)
    }
}

/// How bad a cluster is.
pub(super) struct Weight {
    pub(super) reason: Reason,
    pub(super) severity: Severity,
    pub(super) confidence: Confidence,
}

/// What the words beside a wish weigh.
fn support(cluster: &Cluster) -> u32 {
    cluster.asks.iter().map(|ask| ask.weight()).sum()
}

/// How bad a cluster is; `None` when it is nothing.
pub(super) fn weigh(cluster: &Cluster, prose: &str, at: Place, via: &[Via]) -> Option<Weight> {
    let role = at.role;
    // A comment that only asks to tidy up is how templates speak to authors.
    let is_unseen = at.is_unseen && support(cluster) > 0;
    let hidden = is_unseen || via.iter().any(|via| !via.is_ordinary());
    let mut score = support(cluster) + 2 * u32::from(hidden);
    let weight = if cluster.lead.is_harm() {
        let bonus = 1 + u32::from(speaks_to_agents(role));
        score += u32::from(speaks_to_agents(role));
        score += if cluster.strong > 0 { bonus } else { 0 };
        score += u32::from(cluster.strong > 2);
        score += u32::from(cluster.strong > 0 && lexicon::takes_all(cluster.around(prose)));
        harm(cluster, score)
    } else {
        wish(cluster, score, role)
    }?;
    let is_quoted = at.is_signature
        || is_quoted(cluster, prose, role)
        || (role == Role::Test && at.is_of_attacks);
    Some(if is_quoted && !hidden {
        told_of(weight)
    } else {
        weight
    })
}

fn harm(cluster: &Cluster, score: u32) -> Option<Weight> {
    let reason = match cluster.lead {
        Ask::SendAway => Reason::PromptExfiltration,
        Ask::Backdoor => Reason::PromptBackdoor,
        Ask::Execute => Reason::PromptExecution,
        _ => Reason::PromptDestruction,
    };
    let (severity, confidence) = match score {
        0 | 1 => return None,
        2 => (Severity::Medium, Confidence::Low),
        3 => (Severity::High, Confidence::Medium),
        4 => (Severity::High, Confidence::High),
        _ => (Severity::Critical, Confidence::High),
    };
    // A sign of harm with nothing that hides, overrides or asks nobody, and
    // nobody addressed, is how ordinary text speaks of cleaning up.
    if score == 3 && cluster.strong == 0 && !cluster.asks.iter().any(|ask| ask.weight() >= 2) {
        return Some(Weight {
            reason,
            severity: Severity::Medium,
            confidence: Confidence::Low,
        });
    }
    Some(Weight {
        reason,
        severity,
        confidence,
    })
}

/// Wishes without a harm that is named.
fn wish(cluster: &Cluster, score: u32, role: Role) -> Option<Weight> {
    let both = cluster.has(Ask::Override) && cluster.has(Ask::Hide);
    let boundless = cluster.has(Ask::Override) && cluster.has(Ask::NoAsking);
    let (severity, confidence) = match cluster.lead {
        _ if both => (Severity::High, Confidence::High),
        _ if boundless => (Severity::High, Confidence::Medium),
        Ask::Override if score >= 5 => (Severity::High, Confidence::Medium),
        Ask::Override => (Severity::Medium, Confidence::Medium),
        _ if score >= 6 => (Severity::High, Confidence::Medium),
        _ if speaks_to_agents(role) || score >= 5 => (Severity::Medium, Confidence::Medium),
        _ if score >= 4 => (Severity::Medium, Confidence::Low),
        _ => (Severity::Low, Confidence::Low),
    };
    let reason = match cluster.lead {
        Ask::Override => Reason::PromptOverride,
        _ => Reason::PromptHiding,
    };
    Some(Weight {
        reason,
        severity,
        confidence,
    })
}

/// Whether the text speaks about such prompts, in a place for people or tests.
fn is_quoted(cluster: &Cluster, prose: &str, role: Role) -> bool {
    if !matches!(role, Role::Docs | Role::Test) {
        return false;
    }
    let start = prose.floor_char_boundary(cluster.anchor.start.saturating_sub(400));
    let end = prose.floor_char_boundary(cluster.anchor.end + 400);
    let around = prose.get(start..end).unwrap_or_default();
    lexicon::SPEAKS_OF_ATTACKS.is_match(around)
}

fn told_of(weight: Weight) -> Weight {
    Weight {
        severity: weight.severity.min(Severity::Medium),
        confidence: Confidence::Low,
        ..weight
    }
}
