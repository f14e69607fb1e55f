//! What is left of a rule when some fields are known: its condition without
//! the parts that they decide. rsigma evaluates the rest as it would the whole.

use std::collections::HashMap;

use rsigma_eval::compiler::eval_condition;
use rsigma_eval::{CompiledDetection, CompiledRule, Event};
use rsigma_parser::{ConditionExpr, Quantifier};

use super::prefilter::{KnownFields, Truth, item};

/// A condition, and the parts of detections that it is about, by number.
pub(super) struct Rest {
    condition: ConditionExpr,
    detections: HashMap<String, CompiledDetection>,
}

impl Rest {
    /// What these fields do not decide of a rule; `None` where that is nothing,
    /// or where the rule cannot be taken apart because it counts its parts.
    pub(super) fn of(rule: &CompiledRule, known: &impl KnownFields) -> Option<Self> {
        let mut taking = Taking {
            rule: &rule.detections,
            known,
            detections: HashMap::new(),
        };
        let conditions = rule.conditions.iter().map(|one| taking.condition(one));
        match gather(conditions, true, ConditionExpr::Or)? {
            Part::Decided(_) => None,
            Part::Open(condition) => Some(Self {
                condition,
                detections: taking.detections,
            }),
        }
    }

    /// Whether the rule matches an event that has the known fields.
    pub(super) fn matches(&self, event: &impl Event) -> bool {
        eval_condition(&self.condition, &self.detections, event, &mut Vec::new())
    }
}

/// A part of a rule.
enum Part<T> {
    /// True or false, whatever the other fields are.
    Decided(bool),
    /// Not decided; what is left of it.
    Open(T),
}

/// Joins parts of which one that is `decisive` decides all: `true` for "or",
/// `false` for "and".
fn gather<T>(
    parts: impl Iterator<Item = Option<Part<T>>>,
    decisive: bool,
    join: impl Fn(Vec<T>) -> T,
) -> Option<Part<T>> {
    let mut open = Vec::new();
    for part in parts {
        match part? {
            Part::Decided(truth) if truth == decisive => return Some(Part::Decided(truth)),
            Part::Decided(_) => {}
            Part::Open(part) => open.push(part),
        }
    }
    Some(match open.pop() {
        None => Part::Decided(!decisive),
        Some(only) if open.is_empty() => Part::Open(only),
        Some(last) => {
            open.push(last);
            Part::Open(join(open))
        }
    })
}

/// A rule being taken apart.
struct Taking<'r, K> {
    rule: &'r HashMap<String, CompiledDetection>,
    known: &'r K,
    /// What is left of its detections so far.
    detections: HashMap<String, CompiledDetection>,
}

impl<K: KnownFields> Taking<'_, K> {
    fn condition(&mut self, expr: &ConditionExpr) -> Option<Part<ConditionExpr>> {
        match expr {
            ConditionExpr::Identifier(name) => self.named(name),
            ConditionExpr::And(parts) => {
                let parts = parts.iter().map(|part| self.condition(part));
                gather(parts, false, ConditionExpr::And)
            }
            ConditionExpr::Or(parts) => {
                let parts = parts.iter().map(|part| self.condition(part));
                gather(parts, true, ConditionExpr::Or)
            }
            ConditionExpr::Not(inner) => Some(match self.condition(inner)? {
                Part::Decided(truth) => Part::Decided(!truth),
                Part::Open(inner) => Part::Open(ConditionExpr::Not(Box::new(inner))),
            }),
            ConditionExpr::Selector {
                quantifier,
                pattern,
            } => {
                let names = self.rule.keys();
                let names = names.filter(|name| pattern.matches_detection_name(name));
                let parts = names.map(|name| self.named(name));
                match quantifier {
                    Quantifier::Any => gather(parts, true, ConditionExpr::Or),
                    Quantifier::All => gather(parts, false, ConditionExpr::And),
                    Quantifier::Count(_) => None,
                }
            }
        }
    }

    fn named(&mut self, name: &str) -> Option<Part<ConditionExpr>> {
        let Some(found) = self.rule.get(name) else {
            return Some(Part::Decided(false));
        };
        Some(match detection(found, self.known)? {
            Part::Decided(truth) => Part::Decided(truth),
            Part::Open(left) => {
                let name = self.detections.len().to_string();
                self.detections.insert(name.clone(), left);
                Part::Open(ConditionExpr::Identifier(name))
            }
        })
    }
}

fn detection(
    found: &CompiledDetection,
    known: &impl KnownFields,
) -> Option<Part<CompiledDetection>> {
    match found {
        CompiledDetection::AllOf(items) => {
            let mut open = Vec::new();
            for part in items {
                match item(part, known) {
                    Truth::False => return Some(Part::Decided(false)),
                    Truth::True => {}
                    Truth::Unknown => open.push(part.clone()),
                }
            }
            Some(if open.is_empty() {
                Part::Decided(true)
            } else {
                Part::Open(CompiledDetection::AllOf(open))
            })
        }
        CompiledDetection::AnyOf(parts) => {
            let parts = parts.iter().map(|part| detection(part, known));
            gather(parts, true, CompiledDetection::AnyOf)
        }
        CompiledDetection::And(parts) => {
            let parts = parts.iter().map(|part| detection(part, known));
            gather(parts, false, CompiledDetection::And)
        }
        CompiledDetection::Keywords(_)
        | CompiledDetection::ArrayMatch { .. }
        | CompiledDetection::Conditional { .. } => Some(Part::Open(found.clone())),
    }
}
