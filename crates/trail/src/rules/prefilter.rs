//! Which rules can match an event at all, told by four of its fields.
//!
//! A rule's condition is evaluated in three-valued logic: parts about
//! `eventSource`, `eventName`, `errorCode` and `userIdentity.type` are decided
//! by rsigma itself, everything else is unknown. A rule whose condition is
//! surely false is not asked. The answer depends only on the four values (the
//! [`Signature`]), of which real archives hold a few thousand, so it is
//! computed once for each.

use std::borrow::Cow;
use std::collections::HashMap;

use ahash::RandomState;
use rsigma_eval::matcher::CompiledMatcher;
use rsigma_eval::{CompiledDetection, CompiledDetectionItem, CompiledRule, EventValue, JsonEvent};
use rsigma_parser::{ConditionExpr, Quantifier};
use serde_json::Value;

use super::RuleIndex;

/// Distinct signatures remembered; an archive with more is made to hurt, and
/// its further signatures are computed each time.
const MAX_REMEMBERED: usize = 100_000;

/// The fields that decide which rules are asked. `None` is an absent field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature<'a> {
    /// `eventSource`
    pub source: &'a str,
    /// `eventName`
    pub name: &'a str,
    /// `errorCode`
    pub error: Option<&'a str>,
    /// `userIdentity.type`
    pub identity: Option<&'a str>,
}

impl<'a> Signature<'a> {
    pub(super) fn write_key(&self, key: &mut Vec<u8>) {
        key.clear();
        for part in [
            Some(self.source),
            Some(self.name),
            self.error,
            self.identity,
        ] {
            // 0xFF never occurs in UTF-8, so parts cannot run together.
            key.push(if part.is_some() { 0xFF } else { 0xFE });
            key.extend_from_slice(part.unwrap_or_default().as_bytes());
        }
    }
}

/// What is known of a field's value.
#[derive(Debug)]
pub(super) enum Known<'a> {
    /// Nothing.
    Nothing,
    /// The event has no such field.
    Absent,
    /// All of it.
    Value(EventValue<'a>),
}

/// Fields of an event, as far as they are known.
pub(super) trait KnownFields {
    /// What is known of the field at a dotted path.
    fn field(&self, path: &str) -> Known<'_>;
}

impl KnownFields for Signature<'_> {
    fn field(&self, path: &str) -> Known<'_> {
        let value = match path {
            "eventSource" => Some(self.source),
            "eventName" => Some(self.name),
            "errorCode" => self.error,
            "userIdentity.type" => self.identity,
            _ => return Known::Nothing,
        };
        value.map_or(Known::Absent, |text| {
            Known::Value(EventValue::Str(Cow::Borrowed(text)))
        })
    }
}

/// True, false, or not to be told from the known fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Truth {
    False,
    Unknown,
    True,
}

impl Truth {
    fn known(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }

    fn not(self) -> Self {
        match self {
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
            Self::True => Self::False,
        }
    }

    fn all(parts: impl Iterator<Item = Self>) -> Self {
        let mut result = Self::True;
        for part in parts {
            match part {
                Self::False => return Self::False,
                Self::Unknown => result = Self::Unknown,
                Self::True => {}
            }
        }
        result
    }

    fn any(parts: impl Iterator<Item = Self>) -> Self {
        Self::all(parts.map(Self::not)).not()
    }
}

/// A worker's memory of signatures. Cheap to make, one for each thread.
#[derive(Default)]
pub struct Candidates {
    known: HashMap<Vec<u8>, Box<[RuleIndex]>, RandomState>,
    key: Vec<u8>,
    overflow: Box<[RuleIndex]>,
}

impl Candidates {
    /// The rules that may match an event with this signature, in order.
    pub fn of(&mut self, rules: &[CompiledRule], signature: &Signature<'_>) -> &[RuleIndex] {
        signature.write_key(&mut self.key);
        if !self.known.contains_key(self.key.as_slice()) {
            let found = candidates(rules, signature);
            if self.known.len() >= MAX_REMEMBERED {
                self.overflow = found;
                return &self.overflow;
            }
            self.known.insert(self.key.clone(), found);
        }
        self.known
            .get(self.key.as_slice())
            .map_or(&[], |found| found)
    }
}

fn candidates(rules: &[CompiledRule], signature: &Signature<'_>) -> Box<[RuleIndex]> {
    rules
        .iter()
        .enumerate()
        .filter(|(_, rule)| may_match(rule, signature))
        .filter_map(|(index, _)| RuleIndex::try_from(index).ok())
        .collect()
}

fn may_match(rule: &CompiledRule, signature: &Signature<'_>) -> bool {
    truth(rule, signature) != Truth::False
}

/// Whether a rule matches an event of which some fields are known.
pub(super) fn truth(rule: &CompiledRule, known: &impl KnownFields) -> Truth {
    Truth::any(
        rule.conditions
            .iter()
            .map(|c| condition(c, &rule.detections, known)),
    )
}

fn condition(
    expr: &ConditionExpr,
    detections: &HashMap<String, CompiledDetection>,
    known: &impl KnownFields,
) -> Truth {
    match expr {
        ConditionExpr::Identifier(name) => detections
            .get(name)
            .map_or(Truth::False, |found| detection(found, known)),
        ConditionExpr::And(parts) => {
            Truth::all(parts.iter().map(|part| condition(part, detections, known)))
        }
        ConditionExpr::Or(parts) => {
            Truth::any(parts.iter().map(|part| condition(part, detections, known)))
        }
        ConditionExpr::Not(inner) => condition(inner, detections, known).not(),
        ConditionExpr::Selector {
            quantifier,
            pattern,
        } => {
            let parts = detections
                .iter()
                .filter(|(name, _)| pattern.matches_detection_name(name))
                .map(|(_, found)| detection(found, known));
            match quantifier {
                Quantifier::Any => Truth::any(parts),
                Quantifier::All => Truth::all(parts),
                Quantifier::Count(_) => Truth::Unknown,
            }
        }
    }
}

fn detection(found: &CompiledDetection, known: &impl KnownFields) -> Truth {
    match found {
        CompiledDetection::AllOf(items) => Truth::all(items.iter().map(|part| item(part, known))),
        CompiledDetection::AnyOf(parts) => {
            Truth::any(parts.iter().map(|part| detection(part, known)))
        }
        CompiledDetection::And(parts) => {
            Truth::all(parts.iter().map(|part| detection(part, known)))
        }
        CompiledDetection::Keywords(_)
        | CompiledDetection::ArrayMatch { .. }
        | CompiledDetection::Conditional { .. } => Truth::Unknown,
    }
}

/// Decides one `field: value` line as rsigma's compiler does: `exists` looks
/// at presence, an absent field matches only `null`.
pub(super) fn item(part: &CompiledDetectionItem, known: &impl KnownFields) -> Truth {
    let Some(field) = part.field.as_deref() else {
        return Truth::Unknown;
    };
    let value = known.field(field);
    match (part.exists, value) {
        (_, Known::Nothing) => Truth::Unknown,
        (Some(expected), value) => Truth::known(!matches!(value, Known::Absent) == expected),
        (None, Known::Absent) => Truth::known(matches!(part.matcher, CompiledMatcher::Null)),
        (None, Known::Value(value)) if is_self_contained(&part.matcher) => {
            Truth::known(part.matcher.matches(&value, &nothing()))
        }
        (None, Known::Value(_)) => Truth::Unknown,
    }
}

/// Whether a matcher looks at nothing but its own field's value.
pub(super) fn is_self_contained(matcher: &CompiledMatcher) -> bool {
    match matcher {
        CompiledMatcher::Exact { .. }
        | CompiledMatcher::Contains { .. }
        | CompiledMatcher::StartsWith { .. }
        | CompiledMatcher::EndsWith { .. }
        | CompiledMatcher::Regex(_)
        | CompiledMatcher::AhoCorasickSet { .. }
        | CompiledMatcher::RegexSetMatch { .. }
        | CompiledMatcher::Cidr(_)
        | CompiledMatcher::NumericEq(_)
        | CompiledMatcher::NumericGt(_)
        | CompiledMatcher::NumericGte(_)
        | CompiledMatcher::NumericLt(_)
        | CompiledMatcher::NumericLte(_)
        | CompiledMatcher::BoolEq(_)
        | CompiledMatcher::Null => true,
        CompiledMatcher::Not(inner) => is_self_contained(inner),
        CompiledMatcher::AnyOf(children)
        | CompiledMatcher::AllOf(children)
        | CompiledMatcher::CaseInsensitiveGroup { children, .. } => {
            children.iter().all(is_self_contained)
        }
        _ => false,
    }
}

/// The event given to self-contained matchers, which never look at it.
pub(super) fn nothing() -> JsonEvent<'static> {
    JsonEvent::owned(Value::Null)
}

#[cfg(test)]
mod tests {
    use rsigma_eval::compile_rule;
    use rsigma_parser::parse_sigma_yaml;

    use super::*;

    fn rule(detection: &str) -> CompiledRule {
        let text = format!(
            "title: t\nlogsource:\n  product: aws\n  service: cloudtrail\ndetection:\n{detection}"
        );
        compile_rule(&parse_sigma_yaml(&text).unwrap().rules[0]).unwrap()
    }

    fn signature<'a>(name: &'a str, error: Option<&'a str>) -> Signature<'a> {
        Signature {
            source: "ec2.amazonaws.com",
            name,
            error,
            identity: Some("IAMUser"),
        }
    }

    #[test]
    fn names_decide() {
        let rule =
            rule("  s:\n    eventName: [RunInstances, 'Start*']\n    x: 1\n  condition: s\n");
        assert!(may_match(&rule, &signature("RunInstances", None)));
        assert!(may_match(&rule, &signature("startinstances", None)));
        assert!(!may_match(&rule, &signature("StopInstances", None)));
    }

    #[test]
    fn absence_and_negation_decide() {
        let rule = rule(
            "  s:\n    eventName: A\n  f:\n    errorCode|contains: Denied\n  condition: s and not f\n",
        );
        assert!(may_match(&rule, &signature("A", None)));
        assert!(!may_match(&rule, &signature("A", Some("AccessDenied"))));
    }

    #[test]
    fn what_is_not_known_never_rules_out() {
        let rule = rule(
            "  s:\n    userAgent: x\n  f:\n    requestParameters.a: y\n  condition: s and not f\n",
        );
        assert!(may_match(&rule, &signature("Anything", None)));
        let rule = self::rule("  k:\n    - word\n  condition: k\n");
        assert!(may_match(&rule, &signature("Anything", None)));
    }
}
