//! Matches to correlations, in order of event time.
//!
//! Files of an archive come in any order and are read by several workers, so
//! matches are first collected as small facts, then sorted by time and given
//! to rsigma's correlation engine. The answer is the same for any split.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use gardefou_finding::Timestamp;
use rsigma_eval::{
    CompiledCorrelation, CorrelationConfig, CorrelationEngine, DetectionBody, EvaluationResult,
    Event, EventValue, ResultBody, RuleHeader, TimestampFallback,
};
use rsigma_parser::{SigmaCollection, SigmaRule};
use serde_json::Value;

use super::sieve::Sieve;
use super::{RuleIndex, RuleSet};
use crate::facts::{CorrelationFact, Correlations, FieldValue, Symbols};

/// Groups with open windows kept at once.
const MAX_GROUPS: usize = 500_000;
/// Facts between two sweeps of closed windows.
const SWEEP_EVERY: usize = 50_000;
/// Facts looked back at for the evidence of one firing.
const MAX_WINDOW: usize = 20_000;
/// Matched events kept as evidence of one firing.
const MAX_EVIDENCE: usize = 64;

/// Names of the fields that correlations read of one detection's events.
pub(crate) type FieldsOf = Arc<[String]>;

/// A correlation that fired, possibly several times in a row for one group.
#[derive(Clone, Debug, PartialEq)]
pub struct Firing {
    /// Index in [`RuleSet::correlation_metas`].
    pub correlation: usize,
    /// Values of the group.
    pub group: Vec<(String, String)>,
    /// First and last firing.
    pub first: Timestamp,
    /// See `first`.
    pub last: Timestamp,
    /// Number of firings.
    pub firings: u64,
    /// Indices of facts in the windows that fired, earliest first, at most 64.
    pub evidence: Vec<usize>,
    /// Number of facts in these windows.
    pub count: u64,
}

/// The fields that correlations read of a rule's events, sorted; `None` when
/// no correlation refers to the rule.
pub(super) fn fields_of(rule: &SigmaRule, all: &[CompiledCorrelation]) -> Option<FieldsOf> {
    let called: Vec<&str> = [rule.id.as_deref(), rule.name.as_deref()]
        .into_iter()
        .flatten()
        .collect();
    let mut fields = BTreeSet::new();
    let mut is_referenced = false;
    for correlation in all {
        if !correlation
            .rule_refs
            .iter()
            .any(|name| called.contains(&name.as_str()))
        {
            continue;
        }
        is_referenced = true;
        fields.extend(
            correlation
                .group_by
                .iter()
                .map(|field| field.resolve(&called).to_owned()),
        );
        fields.extend(correlation.condition.field.iter().flatten().cloned());
    }
    is_referenced.then(|| fields.into_iter().collect())
}

/// Reads the fields of a fact from an event.
pub(crate) fn values(
    fields: &FieldsOf,
    event: &impl Event,
    symbols: &mut Symbols,
) -> Vec<FieldValue> {
    fields
        .iter()
        .map(|field| value(event.get_field(field), symbols))
        .collect()
}

fn value(value: Option<EventValue<'_>>, symbols: &mut Symbols) -> FieldValue {
    match value {
        None => FieldValue::Absent,
        Some(EventValue::Null) => FieldValue::Null,
        Some(value) => value.as_str().map_or(FieldValue::Absent, |text| {
            FieldValue::Text(symbols.intern(&text))
        }),
    }
}

/// Whether references resolve and form no cycle.
pub(super) fn check(collection: &SigmaCollection) -> Result<(), String> {
    engine(collection).map(drop)
}

fn engine(collection: &SigmaCollection) -> Result<CorrelationEngine, String> {
    let mut engine = CorrelationEngine::new(CorrelationConfig {
        timestamp_fallback: TimestampFallback::Skip,
        max_state_entries: MAX_GROUPS,
        ..CorrelationConfig::default()
    });
    engine
        .add_collection(&what_correlates(collection))
        .map_err(|error| error.to_string())?;
    Ok(engine)
}

/// The correlations and the rules that they refer to; compiling all the others
/// a second time would cost more than reading a small archive.
fn what_correlates(collection: &SigmaCollection) -> SigmaCollection {
    let referenced: HashSet<&String> = collection
        .correlations
        .iter()
        .flat_map(|correlation| &correlation.rules)
        .collect();
    let is_referenced = |rule: &&SigmaRule| {
        [rule.id.as_ref(), rule.name.as_ref(), Some(&rule.title)]
            .into_iter()
            .flatten()
            .any(|called| referenced.contains(called))
    };
    let mut all = SigmaCollection::new();
    all.rules = collection
        .rules
        .iter()
        .filter(is_referenced)
        .cloned()
        .collect();
    all.correlations.clone_from(&collection.correlations);
    all
}

/// The firing that each correlation's group was last added to.
type OpenFirings = HashMap<(usize, Vec<(String, String)>), usize>;

/// Runs the correlations of a rule set over facts.
pub struct Correlator<'a> {
    rules: &'a RuleSet,
    symbols: &'a Symbols,
    engine: CorrelationEngine,
    results: Vec<EvaluationResult>,
    by_id: HashMap<String, usize>,
    reach: Vec<HashSet<RuleIndex>>,
}

impl<'a> Correlator<'a> {
    /// Ready for the facts of one archive. `None` when there is no correlation.
    pub fn new(rules: &'a RuleSet, symbols: &'a Symbols) -> Option<Self> {
        let collection = rules.collection();
        if collection.correlations.is_empty() {
            return None;
        }
        let engine = engine(collection).ok()?;
        let by_id = collection
            .correlations
            .iter()
            .enumerate()
            .filter_map(|(index, rule)| Some((rule.id.clone()?, index)))
            .collect();
        let reach = reach(rules, rules.correlations());
        let results = collection
            .rules
            .iter()
            .map(|rule| result_of(rule.id.clone()))
            .collect();
        Some(Self {
            rules,
            symbols,
            engine,
            results,
            by_id,
            reach,
        })
    }

    /// Runs over facts, which must be settled.
    pub fn run(self, facts: &Correlations) -> Vec<Firing> {
        let sieve = Sieve::new(self.rules, facts);
        self.run_through(facts, &sieve)
    }

    /// The same with the facts that the engine sees chosen already.
    pub(super) fn run_through(mut self, facts: &Correlations, sieve: &Sieve) -> Vec<Firing> {
        let mut firings: Vec<Firing> = Vec::new();
        let mut open = OpenFirings::new();
        let mut start = 0;
        loop {
            let event = facts.of_one_event(start);
            let Some(first) = event.first() else { break };
            let (time, end) = (first.time, start + event.len());
            for result in self.process(&sieve.passed(start, event), time) {
                self.record(&result, facts, end, time, &mut firings, &mut open);
            }
            if (start / SWEEP_EVERY) != (end / SWEEP_EVERY) {
                self.engine.evict_expired(time.seconds());
            }
            start = end;
        }
        firings
    }

    /// Gives one event's matches to the engine; returns what fired.
    fn process(&mut self, facts: &[CorrelationFact<'_>], time: Timestamp) -> Vec<EvaluationResult> {
        if facts.is_empty() {
            return Vec::new();
        }
        let detections = facts
            .iter()
            .filter_map(|fact| self.results.get(usize::from(fact.shape.key.rule)).cloned())
            .collect();
        let event = FactEvent {
            rules: self.rules,
            symbols: self.symbols,
            facts,
        };
        let mut results = self
            .engine
            .process_with_detections(&event, detections, time.seconds());
        results.retain(EvaluationResult::is_correlation);
        results
    }

    /// Adds a firing to the open one of its group, or opens one.
    fn record(
        &self,
        result: &EvaluationResult,
        facts: &Correlations,
        end: usize,
        time: Timestamp,
        firings: &mut Vec<Firing>,
        open: &mut OpenFirings,
    ) {
        let (Some(body), Some(id)) = (result.as_correlation(), &result.header.rule_id) else {
            return;
        };
        let Some(&correlation) = self.by_id.get(id) else {
            return;
        };
        let key = (correlation, body.group_key.clone());
        let span = i64::try_from(body.timespan_secs).unwrap_or(i64::MAX);
        let continued = open.get(&key).and_then(|index| firings.get_mut(*index));
        if let Some(firing) = continued
            && time.since(firing.last) <= span
        {
            let from = firing.last;
            firing.last = time;
            firing.firings += 1;
            self.extend(firing, facts, end, from);
            return;
        }
        let mut firing = Firing {
            correlation,
            group: body.group_key.clone(),
            first: time,
            last: time,
            firings: 1,
            evidence: Vec::new(),
            count: 0,
        };
        let since = Timestamp::from_seconds(time.seconds().saturating_sub(span).max(0));
        self.fill(&mut firing, facts, end, since.unwrap_or(time));
        open.insert(key, firings.len());
        firings.push(firing);
    }

    /// The evidence of a first firing: the facts of its window.
    fn fill(&self, firing: &mut Firing, facts: &Correlations, end: usize, since: Timestamp) {
        let mut evidence: Vec<usize> = (0..end)
            .rev()
            .zip(facts.before(end).rev())
            .take(MAX_WINDOW)
            .take_while(|(_, fact)| fact.time >= since)
            .filter(|(_, fact)| self.belongs(firing, fact))
            .map(|(index, _)| index)
            .collect();
        evidence.reverse();
        firing.count = evidence.len() as u64;
        evidence.truncate(MAX_EVIDENCE);
        firing.evidence = evidence;
    }

    /// The evidence of a further firing: the facts of its own event.
    fn extend(&self, firing: &mut Firing, facts: &Correlations, end: usize, from: Timestamp) {
        let Some(index) = end.checked_sub(1) else {
            return;
        };
        let Some(fact) = facts.get(index) else { return };
        if fact.time >= from && self.belongs(firing, &fact) {
            firing.count += 1;
            if firing.evidence.len() < MAX_EVIDENCE && !firing.evidence.contains(&index) {
                firing.evidence.push(index);
            }
        }
    }

    /// Whether a fact is of a rule that the correlation builds upon and of its group.
    fn belongs(&self, firing: &Firing, fact: &CorrelationFact<'_>) -> bool {
        if !self
            .reach
            .get(firing.correlation)
            .is_some_and(|reach| reach.contains(&fact.shape.key.rule))
        {
            return false;
        }
        let (Some(correlation), Some(rule)) = (
            self.rules.correlations().get(firing.correlation),
            self.rules
                .collection()
                .rules
                .get(usize::from(fact.shape.key.rule)),
        ) else {
            return false;
        };
        let called: Vec<&str> = [rule.id.as_deref(), rule.name.as_deref()]
            .into_iter()
            .flatten()
            .collect();
        let event = FactEvent {
            rules: self.rules,
            symbols: self.symbols,
            facts: std::slice::from_ref(fact),
        };
        correlation.group_by.iter().all(|field| {
            let wanted = firing.group.iter().find(|(name, _)| name == field.name());
            match (wanted, event.get_field(field.resolve(&called))) {
                (Some((_, value)), Some(found)) => found.as_str().as_deref() == Some(value),
                (None, _) => true,
                (Some(_), None) => false,
            }
        })
    }
}

/// For each correlation, the detections under it, through chained correlations.
fn reach(rules: &RuleSet, compiled: &[CompiledCorrelation]) -> Vec<HashSet<RuleIndex>> {
    let mut reach: Vec<HashSet<RuleIndex>> = vec![HashSet::new(); compiled.len()];
    // INVARIANT: references form no cycle (checked at load), so as many rounds
    // as there are correlations reach every detection.
    for _ in 0..compiled.len().clamp(1, 12) {
        for (index, correlation) in compiled.iter().enumerate() {
            let mut found: HashSet<RuleIndex> = HashSet::new();
            for name in &correlation.rule_refs {
                found.extend(detections_called(rules, name));
                for (child, other) in compiled.iter().enumerate() {
                    if other.id.as_deref() == Some(name) || other.name.as_deref() == Some(name) {
                        found.extend(reach.get(child).into_iter().flatten());
                    }
                }
            }
            if let Some(slot) = reach.get_mut(index) {
                slot.extend(found);
            }
        }
    }
    reach
}

pub(super) fn detections_called<'a>(
    rules: &'a RuleSet,
    name: &'a str,
) -> impl Iterator<Item = RuleIndex> + 'a {
    let all = rules.collection().rules.iter().enumerate();
    all.filter(move |(_, rule)| {
        rule.id.as_deref() == Some(name) || rule.name.as_deref() == Some(name)
    })
    .filter_map(|(index, _)| RuleIndex::try_from(index).ok())
}

/// The least that the engine needs to know of a match: its rule's id.
fn result_of(id: Option<String>) -> EvaluationResult {
    EvaluationResult {
        header: RuleHeader {
            rule_title: String::new(),
            rule_id: id,
            level: None,
            tags: Vec::new(),
            custom_attributes: Arc::default(),
            enrichments: None,
        },
        body: ResultBody::Detection(DetectionBody {
            matched_selections: Vec::new(),
            matched_fields: Vec::new(),
            event: None,
        }),
    }
}

/// The facts of one event, as the event that the correlation engine reads.
struct FactEvent<'a> {
    rules: &'a RuleSet,
    symbols: &'a Symbols,
    facts: &'a [CorrelationFact<'a>],
}

impl Event for FactEvent<'_> {
    fn get_field(&self, path: &str) -> Option<EventValue<'_>> {
        self.facts.iter().find_map(|fact| {
            let fields = self.rules.correlation_fields(fact.shape.key.rule)?;
            let position = fields.iter().position(|field| field == path)?;
            match fact.shape.values.get(position)? {
                FieldValue::Absent => None,
                FieldValue::Null => Some(EventValue::Null),
                FieldValue::Text(text) => {
                    Some(EventValue::Str(Cow::Borrowed(self.symbols.text(*text))))
                }
            }
        })
    }

    fn any_string_value(&self, _: &dyn Fn(&str) -> bool) -> bool {
        false
    }

    fn all_string_values(&self) -> Vec<Cow<'_, str>> {
        Vec::new()
    }

    fn to_json(&self) -> Value {
        Value::Null
    }
}
