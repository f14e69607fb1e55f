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
        Self::of(rules, rules.correlations(), facts)
    }

    /// The same for some of the correlations.
    fn of(rules: &RuleSet, correlations: &[CompiledCorrelation], facts: &Correlations) -> Self {
        let mut screens = Screens::new(rules, correlations);
        let shapes: Vec<Box<[Place]>> = facts.shapes().map(|shape| screens.places(shape)).collect();
        for (time, shape) in facts.times() {
            for place in shapes.get(shape).into_iter().flatten() {
                screens.add(time, place);
            }
        }
        let is_near = |places: &[Place]| places.iter().any(|place| screens.is_reached(place));
        let near: Vec<bool> = shapes.iter().map(|places| is_near(places)).collect();
        let passes = facts
            .times()
            .map(|(_, shape)| near.get(shape) == Some(&true));
        Self {
            passes: passes.collect(),
        }
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

/// All correlations, and of each detection those that name it.
struct Screens {
    all: Vec<Screen>,
    of_rule: HashMap<RuleIndex, Vec<(usize, Fields)>, RandomState>,
}

/// Where the facts of a shape are counted: a correlation's group, and the value
/// that is counted there.
struct Place {
    screen: usize,
    group: usize,
    value: usize,
}

impl Screens {
    fn new(rules: &RuleSet, correlations: &[CompiledCorrelation]) -> Self {
        let mut of_rule: HashMap<_, Vec<_>, _> = HashMap::default();
        let mut all = Vec::new();
        for (number, correlation) in correlations.iter().enumerate() {
            let named = positions(rules, correlation);
            all.push(Screen::new(rules, correlation, named.len()));
            for (rule, fields) in named {
                of_rule.entry(rule).or_default().push((number, fields));
            }
        }
        Self { all, of_rule }
    }

    fn places(&mut self, shape: Shape<'_>) -> Box<[Place]> {
        let named = self.of_rule.get(&shape.key.rule).into_iter().flatten();
        let place = |(number, fields): &(usize, Fields)| {
            let screen = self.all.get_mut(*number)?;
            Some(Place {
                screen: *number,
                group: screen.group(pick(shape, &fields.group)),
                value: screen.values.of(pick(shape, &fields.counted)),
            })
        };
        named.filter_map(place).collect()
    }

    fn add(&mut self, time: Timestamp, place: &Place) {
        if let Some(screen) = self.all.get_mut(place.screen) {
            screen.add(time, place);
        }
    }

    fn is_reached(&self, place: &Place) -> bool {
        let screen = self.all.get(place.screen);
        let window = screen.and_then(|screen| screen.windows.get(place.group));
        window.is_none_or(|window| window.is_reached)
    }
}

/// What a correlation counts, by number: groups, each with its window, and
/// counted values.
struct Screen {
    groups: Numbers,
    windows: Vec<Window>,
    values: Numbers,
    needed: usize,
    is_distinct: bool,
    span: i64,
}

impl Screen {
    fn new(rules: &RuleSet, correlation: &CompiledCorrelation, detections: usize) -> Self {
        Self {
            groups: Numbers::default(),
            windows: Vec::new(),
            values: Numbers::default(),
            needed: if is_chained(rules, correlation) {
                0
            } else {
                needed(correlation, detections)
            },
            is_distinct: correlation.correlation_type == CorrelationType::ValueCount,
            span: i64::try_from(correlation.timespan_secs).unwrap_or(i64::MAX),
        }
    }

    /// The number of a group, whose window is there then.
    fn group(&mut self, tuple: Vec<FieldValue>) -> usize {
        let group = self.groups.of(tuple);
        if group == self.windows.len() {
            self.windows.push(Window::default());
        }
        group
    }

    fn add(&mut self, time: Timestamp, place: &Place) {
        let Some(window) = self.windows.get_mut(place.group) else {
            return;
        };
        if !window.is_reached
            && window.count(time, place.value, self.is_distinct, self.span) >= self.needed
        {
            *window = Window {
                is_reached: true,
                ..Window::default()
            };
        }
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
    /// Adds a fact; how many, or how many different, the window then holds.
    fn count(&mut self, time: Timestamp, value: usize, is_distinct: bool, span: i64) -> usize {
        while let Some((oldest, value)) = self.entries.front().copied()
            && time.since(oldest) > span
        {
            self.entries.pop_front();
            self.forget(value);
        }
        self.entries.push_back((time, value));
        if is_distinct {
            *self.of_value.entry(value).or_default() += 1;
            self.of_value.len()
        } else {
            self.entries.len()
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
        let sieve = Sieve::of(&rules, &rules.correlations()[..1], &facts);
        assert_eq!(sieve.passes, [false; 3], "never three within a minute");
        let [plain, _] = fired(&rules, &symbols, &facts);
        assert!(plain.iter().any(|firing| firing.count > 0), "others fire");
    }
}
