//! Which matches can take part in a correlation that fires.
//!
//! Most groups of most correlations never come near their threshold, and the
//! engine's bookkeeping for them costs more than all its firings. A count over
//! numbers finds out first. It never holds back what could fire: it looks at
//! windows at least as wide as the engine's, at groups at least as coarse, and
//! only at thresholds that a count must reach.

use std::collections::{HashMap, HashSet, VecDeque};

use ahash::RandomState;
use gardefou_finding::Timestamp;
use rsigma_eval::CompiledCorrelation;
use rsigma_parser::{ConditionOperator, CorrelationType};

use super::correlate::detections_called;
use super::{RuleIndex, RuleSet};
use crate::facts::{CorrelationFact, Correlations, FieldValue, Shape};

/// The facts that the engine must see, by their position.
pub(super) struct Sieve {
    passes: Vec<bool>,
}

impl Sieve {
    /// Looks at all facts, which must be settled.
    pub(super) fn new(rules: &RuleSet, facts: &Correlations) -> Self {
        let mut passes = vec![false; facts.len()];
        for correlation in rules.correlations() {
            Screen::new(rules, correlation, facts).mark(facts, &mut passes);
        }
        Self { passes }
    }

    /// Those of one event's facts that pass; the first is at `start`.
    pub(super) fn passed<'f>(
        &self,
        start: usize,
        mut event: Vec<CorrelationFact<'f>>,
    ) -> Vec<CorrelationFact<'f>> {
        let mut passes = self.passes.iter().skip(start);
        event.retain(|_| passes.next().copied().unwrap_or(true));
        event
    }
}

/// What a correlation counts, by number: the group and the counted value of
/// each shape.
struct Screen {
    of_shape: Vec<Option<(usize, usize)>>,
    groups: usize,
    needed: usize,
    is_distinct: bool,
    span: i64,
}

impl Screen {
    fn new(rules: &RuleSet, correlation: &CompiledCorrelation, facts: &Correlations) -> Self {
        let fields = positions(rules, correlation);
        let (mut groups, mut values) = (Numbers::default(), Numbers::default());
        let of_shape = facts
            .shapes()
            .map(|shape| {
                let fields = fields.get(&shape.key.rule)?;
                let group = groups.of(pick(shape, &fields.group));
                Some((group, values.of(pick(shape, &fields.counted))))
            })
            .collect();
        Self {
            of_shape,
            groups: groups.known.len(),
            needed: if is_chained(rules, correlation) {
                0
            } else {
                needed(correlation, fields.len())
            },
            is_distinct: correlation.correlation_type == CorrelationType::ValueCount,
            span: i64::try_from(correlation.timespan_secs).unwrap_or(i64::MAX),
        }
    }

    /// Marks the facts of every group that reaches the threshold in a window.
    fn mark(&self, facts: &Correlations, passes: &mut [bool]) {
        let reached = self.reached(facts);
        for ((_, shape), passes) in facts.times().zip(passes) {
            if let Some((group, _)) = self.look_up(shape)
                && reached.get(group).copied().unwrap_or(true)
            {
                *passes = true;
            }
        }
    }

    fn reached(&self, facts: &Correlations) -> Vec<bool> {
        let mut windows: Vec<Window> = Vec::new();
        windows.resize_with(self.groups, Window::default);
        for (time, shape) in facts.times() {
            if let Some((group, value)) = self.look_up(shape)
                && let Some(window) = windows.get_mut(group)
                && !window.is_reached
            {
                window.add(time, value, self);
            }
        }
        windows.iter().map(|window| window.is_reached).collect()
    }

    fn look_up(&self, shape: usize) -> Option<(usize, usize)> {
        self.of_shape.get(shape).copied().flatten()
    }
}

/// The facts of one group that are near enough to each other.
#[derive(Default)]
struct Window {
    entries: VecDeque<(Timestamp, usize)>,
    of_value: HashMap<usize, usize, RandomState>,
    is_reached: bool,
}

impl Window {
    fn add(&mut self, time: Timestamp, value: usize, screen: &Screen) {
        while let Some((oldest, value)) = self.entries.front().copied()
            && time.since(oldest) > screen.span
        {
            self.entries.pop_front();
            self.forget(value);
        }
        self.entries.push_back((time, value));
        if screen.is_distinct {
            *self.of_value.entry(value).or_default() += 1;
        }
        let count = if screen.is_distinct {
            self.of_value.len()
        } else {
            self.entries.len()
        };
        if count >= screen.needed {
            *self = Self {
                is_reached: true,
                ..Self::default()
            };
        }
    }

    fn forget(&mut self, value: usize) {
        if let Some(left) = self.of_value.get_mut(&value) {
            *left -= 1;
            if *left == 0 {
                self.of_value.remove(&value);
            }
        }
    }
}

/// Tuples of values as small numbers.
#[derive(Default)]
struct Numbers {
    known: HashMap<Vec<FieldValue>, usize, RandomState>,
}

impl Numbers {
    fn of(&mut self, tuple: Vec<FieldValue>) -> usize {
        let next = self.known.len();
        *self.known.entry(tuple).or_insert(next)
    }
}

/// Where a detection's facts have what a correlation reads of them.
struct Fields {
    group: Vec<Option<usize>>,
    counted: Vec<Option<usize>>,
}

/// The detections that a correlation names, and where their fields are.
fn positions(rules: &RuleSet, correlation: &CompiledCorrelation) -> HashMap<RuleIndex, Fields> {
    let named = |name: &String| detections_called(rules, name).collect::<Vec<_>>();
    correlation
        .rule_refs
        .iter()
        .flat_map(named)
        .filter_map(|index| Some((index, fields(rules, correlation, index)?)))
        .collect()
}

fn fields(rules: &RuleSet, correlation: &CompiledCorrelation, index: RuleIndex) -> Option<Fields> {
    let rule = rules.collection().rules.get(usize::from(index))?;
    let called: Vec<&str> = [rule.id.as_deref(), rule.name.as_deref()]
        .into_iter()
        .flatten()
        .collect();
    let known = rules.correlation_fields(index)?;
    let at = |path: &str| known.iter().position(|field| field == path);
    Some(Fields {
        group: correlation
            .group_by
            .iter()
            .map(|field| at(field.resolve(&called)))
            .collect(),
        counted: correlation
            .condition
            .field
            .iter()
            .flatten()
            .map(|field| at(field))
            .collect(),
    })
}

/// A shape's values at some positions. `null` and nothing are one group here
/// as they are in the engine.
fn pick(shape: Shape<'_>, positions: &[Option<usize>]) -> Vec<FieldValue> {
    positions
        .iter()
        .map(|at| match at.and_then(|at| shape.values.get(at)) {
            Some(FieldValue::Text(text)) => FieldValue::Text(*text),
            _ => FieldValue::Absent,
        })
        .collect()
}

/// Whether a correlation builds upon another one, which makes no facts.
fn is_chained(rules: &RuleSet, correlation: &CompiledCorrelation) -> bool {
    let is_named = |name: &Option<String>| {
        let name = name.as_ref();
        name.is_some_and(|name| correlation.rule_refs.contains(name))
    };
    let mut others = rules.correlations().iter();
    others.any(|other| is_named(&other.id) || is_named(&other.name))
}

/// How many facts, or different values, a window must hold before the
/// correlation can fire: 0 where a count says nothing.
fn needed(correlation: &CompiledCorrelation, detections: usize) -> usize {
    let names: HashSet<&String> = correlation.rule_refs.iter().collect();
    let counts = matches!(
        correlation.correlation_type,
        CorrelationType::EventCount | CorrelationType::ValueCount
    );
    // Two names of one detection may count its facts twice.
    if !counts || detections < names.len() {
        return 0;
    }
    let least = |(operator, value): &(ConditionOperator, f64)| match operator {
        ConditionOperator::Gte | ConditionOperator::Gt | ConditionOperator::Eq => value.floor(),
        _ => 0.0,
    };
    let least = correlation.condition.predicates.iter().map(least);
    // Saturates: a threshold that no count reaches holds everything back.
    least.fold(0.0, f64::max) as usize
}

#[cfg(test)]
mod tests {
    use gardefou_finding::Outcome;
    use proptest::prelude::*;

    use super::*;
    use crate::facts::{MatchKey, Place, Symbols};
    use crate::rules::{Correlator, Firing, RuleText};

    const LOGSOURCE: &str = "logsource:\n  product: aws\n  service: cloudtrail\n";
    /// What a correlation counts, with its threshold: each has its own way
    /// through [`needed`].
    const BODIES: [&str; 8] = [
        "type: event_count\nrules: [a]\ncondition:\n  gte: 3\n",
        "type: event_count\nrules: [a, b]\ncondition:\n  gt: 3\n",
        "type: event_count\nrules: [a, id-a]\ncondition:\n  gte: 4\n",
        "type: event_count\nrules: [b]\ncondition:\n  lte: 2\n",
        "type: value_count\nrules: [a, b]\ncondition:\n  field: y\n  gte: 3\n",
        "type: value_count\nrules: [b]\ncondition:\n  field: y\n  eq: 2\n",
        "type: temporal\nrules: [a, b]\n",
        "type: event_count\nrules: [c6, b]\ncondition:\n  gte: 3\n",
    ];

    fn rules() -> RuleSet {
        let detection = |name: &str| {
            format!(
                "title: {name}\nid: id-{name}\nname: {name}\n{LOGSOURCE}detection:\n  \
                 selection:\n    eventName: {name}\n  condition: selection\n"
            )
        };
        let correlation = |(number, body): (usize, &&str)| {
            let body = body.trim_end().replace('\n', "\n  ");
            format!(
                "title: c{number}\nid: id-c{number}\nname: c{number}\ncorrelation:\n  {body}\n  \
                 group-by:\n    - x\n  timespan: 60s\n"
            )
        };
        let texts: Vec<RuleText> = [detection("a"), detection("b")]
            .into_iter()
            .chain(BODIES.iter().enumerate().map(correlation))
            .enumerate()
            .map(|(number, text)| RuleText {
                origin: format!("{number}.yml"),
                text,
            })
            .collect();
        RuleSet::load(&texts).unwrap()
    }

    /// Settled facts of (seconds, rule, x, y); 0 is a field that is not there.
    fn facts(rules: &RuleSet, symbols: &mut Symbols, given: &[(i64, u16, u8, u8)]) -> Correlations {
        let mut facts = Correlations::default();
        let value = |symbols: &mut Symbols, value: u8| match value {
            0 => FieldValue::Absent,
            1 => FieldValue::Null,
            text => FieldValue::Text(symbols.intern(&text.to_string())),
        };
        for (event, (seconds, rule, x, y)) in (0..).zip(given) {
            let fields = rules.correlation_fields(*rule).unwrap();
            let values: Vec<FieldValue> = fields
                .iter()
                .map(|field| value(symbols, if field == "x" { *x } else { *y }))
                .collect();
            let key = MatchKey {
                rule: *rule,
                credential: symbols.intern("k"),
                network: symbols.intern("n"),
                agent: symbols.intern("g"),
            };
            let shape = Shape {
                key,
                outcome: Outcome::Succeeded,
                values: &values,
            };
            let time = Timestamp::from_seconds(1_700_000_000 + seconds).unwrap();
            facts.push(time, event, Place::default(), shape);
        }
        facts.settled()
    }

    fn fired(rules: &RuleSet, symbols: &Symbols, facts: &Correlations) -> [Vec<Firing>; 2] {
        let run = |sieve: Sieve| {
            Correlator::new(rules, symbols)
                .unwrap()
                .run_through(facts, &sieve)
        };
        let open = Sieve {
            passes: vec![true; facts.len()],
        };
        [run(open), run(Sieve::new(rules, facts))]
    }

    proptest! {
        #[test]
        fn what_is_held_back_would_not_have_fired(
            given in prop::collection::vec((0_i64..400, 0_u16..2, 0_u8..4, 0_u8..5), 0..60)
        ) {
            let rules = rules();
            let mut symbols = Symbols::default();
            let facts = facts(&rules, &mut symbols, &given);
            let [plain, sieved] = fired(&rules, &symbols, &facts);
            prop_assert_eq!(plain, sieved);
        }
    }

    #[test]
    fn a_group_that_never_comes_near_is_held_back() {
        let rules = rules();
        let mut symbols = Symbols::default();
        let given = [(0, 0, 2, 2), (30, 0, 2, 3), (200, 0, 2, 4)];
        let facts = facts(&rules, &mut symbols, &given);
        let screen = Screen::new(&rules, &rules.correlations()[0], &facts);
        let mut passes = vec![false; facts.len()];
        screen.mark(&facts, &mut passes);
        assert_eq!(passes, [false; 3], "never three within a minute");
        let [plain, _] = fired(&rules, &symbols, &facts);
        assert!(plain.iter().any(|firing| firing.count > 0), "others fire");
    }
}
