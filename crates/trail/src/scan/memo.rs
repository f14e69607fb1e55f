//! What is known of a call from one like it.
//!
//! Most calls are like another one in all but time, ids and parameters: who
//! made them, whose habits they confirm and which rules come into question was
//! worked out for the first. Of the others it is only counted that they were.

use std::collections::HashMap;

use ahash::RandomState;
use gardefou_finding::Timestamp;

use super::scanner::Actor;
use crate::decode::{Field, Record};
use crate::facts::{Facts, SeenCall, Span, Symbol, day};
use crate::rules::{Decision, OF_CALL, OfCaller};

/// Callers, and kinds of calls, that are remembered. When there is no more
/// room, all are forgotten: what matters now is soon learned again.
const ROOM: usize = 4096;
/// Longest key, in bytes: those of callers take at most 8 MiB.
const MAX_KEY: usize = 2048;

/// What a caller is known by, as it is written.
const CALLER: [Field; 3] = [Field::UserIdentity, Field::SourceIp, Field::UserAgent];
/// What a kind of call is known by, beside all that decisions look at.
const CALL: [Field; 3] = [Field::EventSource, Field::EventName, Field::ErrorCode];

/// A scanner's memory. Its counts are not in the facts before they are given
/// there by [`Memo::settle`].
pub(super) struct Memo {
    room: usize,
    callers: HashMap<Box<[u8]>, Caller, RandomState>,
    calls: HashMap<Box<[u8]>, usize, RandomState>,
    groups: HashMap<Group, usize, RandomState>,
    /// By group and call.
    kinds: HashMap<(usize, usize), Kind, RandomState>,
    caller: Vec<u8>,
    call: Vec<u8>,
}

/// Callers of one principal that are one to every decision of rules.
#[derive(PartialEq, Eq, Hash)]
struct Group {
    principal: Symbol,
    /// `userIdentity.type`, as written.
    identity: Option<Box<str>>,
    classes: OfCaller,
}

/// Who calls, from where, with what.
struct Caller {
    actor: Actor,
    principal: Symbol,
    group: usize,
    /// Day of the latest call that was counted in the facts.
    day: u32,
    tally: Tally,
}

/// One kind of call by a group of callers.
struct Kind {
    principal: Symbol,
    like: SeenCall,
    decision: Decision,
    tally: Tally,
}

/// Calls that the facts do not count yet, but for their earliest time.
struct Tally {
    first: Timestamp,
    last: Timestamp,
    calls: u64,
}

/// What was worked out for a call.
pub(super) struct Lesson {
    pub(super) actor: Actor,
    pub(super) principal: Symbol,
    pub(super) seen: SeenCall,
    pub(super) decision: Decision,
}

impl Default for Memo {
    fn default() -> Self {
        Self::with_room(ROOM)
    }
}

impl Memo {
    /// A memory for so many of each; 0 remembers nothing.
    pub(super) fn with_room(room: usize) -> Self {
        Self {
            room,
            callers: HashMap::default(),
            calls: HashMap::default(),
            groups: HashMap::default(),
            kinds: HashMap::default(),
            caller: Vec::new(),
            call: Vec::new(),
        }
    }

    /// What is known of a record from those like it; where it `counts`, it is
    /// counted. `None` where there is none like it, or where it says more than
    /// they do: nobody like it called as early, or on its day.
    pub(super) fn recall(
        &mut self,
        record: &Record<'_>,
        counts: bool,
    ) -> Option<(Actor, Decision)> {
        write_key(&mut self.caller, record, CALLER);
        let caller = self.callers.get_mut(self.caller.as_slice())?;
        write_key(&mut self.call, record, CALL.into_iter().chain(OF_CALL));
        let call = self.calls.get(self.call.as_slice())?;
        let kind = self.kinds.get_mut(&(caller.group, *call))?;
        let time = record.time();
        if time <= caller.tally.first || time < kind.tally.first || day(time) != caller.day {
            return None;
        }
        if counts {
            caller.tally.add(time);
            kind.tally.add(time);
        }
        Some((caller.actor, kind.decision))
    }

    /// Learns from the record of which [`Memo::recall`] knew nothing just now,
    /// and which is counted in the facts. `classes` are those of its caller.
    pub(super) fn learn(
        &mut self,
        facts: &mut Facts,
        record: &Record<'_>,
        lesson: &Lesson,
        classes: impl FnOnce() -> OfCaller,
    ) {
        write_key(&mut self.caller, record, CALLER);
        write_key(&mut self.call, record, CALL.into_iter().chain(OF_CALL));
        if self.caller.len().max(self.call.len()) > MAX_KEY || self.room == 0 {
            return;
        }
        let fullest = self.callers.len().max(self.calls.len());
        if fullest.max(self.groups.len()).max(self.kinds.len()) >= self.room {
            self.settle(facts);
        }
        let group = self.learn_caller(record, lesson, classes);
        let next = self.calls.len();
        let call = match self.calls.get(self.call.as_slice()) {
            Some(call) => *call,
            None => *self
                .calls
                .entry(self.call.as_slice().into())
                .or_insert(next),
        };
        let kind = self.kinds.entry((group, call)).or_insert_with(|| Kind {
            principal: lesson.principal,
            like: lesson.seen,
            decision: lesson.decision,
            tally: Tally::of(lesson.seen.time),
        });
        kind.decision = lesson.decision;
        kind.tally.see(lesson.seen.time);
    }

    /// The number of the caller's group.
    fn learn_caller(
        &mut self,
        record: &Record<'_>,
        lesson: &Lesson,
        classes: impl FnOnce() -> OfCaller,
    ) -> usize {
        let time = lesson.seen.time;
        if let Some(caller) = self.callers.get_mut(self.caller.as_slice()) {
            caller.day = day(time);
            caller.tally.see(time);
            return caller.group;
        }
        let next = self.groups.len();
        let group = Group {
            principal: lesson.principal,
            identity: record.written(Field::IdentityType).map(Box::from),
            classes: classes(),
        };
        let group = *self.groups.entry(group).or_insert(next);
        let caller = Caller {
            actor: lesson.actor,
            principal: lesson.principal,
            group,
            day: day(time),
            tally: Tally::of(time),
        };
        self.callers.insert(self.caller.as_slice().into(), caller);
        group
    }

    /// Counts in the facts what is only counted here, and forgets everything.
    pub(super) fn settle(&mut self, facts: &mut Facts) {
        for (_, caller) in self.callers.drain() {
            let Some(span) = caller.tally.span() else {
                continue;
            };
            let Actor {
                credential,
                network,
                agent,
            } = caller.actor;
            if let Some(known) = facts.credentials.get_mut(&credential) {
                known.span = known.span.joined(&span);
            }
            if let Some(known) = facts.principals.get_mut(&caller.principal) {
                known.see_more_from((network, agent), &span);
            }
        }
        for (_, kind) in self.kinds.drain() {
            if let (Some(span), Some(known)) =
                (kind.tally.span(), facts.principals.get_mut(&kind.principal))
            {
                known.see_more_like(&kind.like, &span);
            }
        }
        self.calls.clear();
        self.groups.clear();
    }
}

impl Tally {
    fn of(time: Timestamp) -> Self {
        Self {
            first: time,
            last: time,
            calls: 0,
        }
    }

    fn add(&mut self, time: Timestamp) {
        self.last = self.last.max(time);
        self.calls += 1;
    }

    /// A call that the facts count.
    fn see(&mut self, time: Timestamp) {
        self.first = self.first.min(time);
    }

    /// What the facts have to count; its beginning is nothing new to them.
    fn span(&self) -> Option<Span> {
        (self.calls > 0).then_some(Span {
            first: self.last,
            last: self.last,
            calls: self.calls,
        })
    }
}

/// Writes fields so that no two different sets of them are written alike: 0xFF
/// and 0xFE never occur in UTF-8.
fn write_key(key: &mut Vec<u8>, record: &Record<'_>, fields: impl IntoIterator<Item = Field>) {
    key.clear();
    for field in fields {
        match record.written(field) {
            Some(written) => {
                key.extend_from_slice(written.as_bytes());
                key.push(0xFF);
            }
            None => key.push(0xFE),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, LazyLock};

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::decode::{Limits, decode};
    use crate::rules::{OF_CALLER, RuleSet, RuleText};
    use crate::scan::{Scanner, SeenEvents, TimeRange};

    /// All that a record is known by, but for the time and `userIdentity` as a whole.
    fn fields() -> Vec<Field> {
        let all = OF_CALLER.into_iter().chain(OF_CALL).chain(CALL);
        let all = all.chain([Field::SourceIp, Field::UserAgent, Field::IdentityType]);
        let mut fields: Vec<Field> = all.collect();
        fields.sort_unstable_by_key(|field| field.path());
        fields.dedup();
        fields
    }

    /// Nothing, or one of two values.
    fn value(field: Field, choice: u8) -> Option<Value> {
        let value = match (field, choice % 3) {
            (Field::EventSource | Field::EventName, 0) => json!("GetNothing"),
            (_, 0) => return None,
            (Field::ReadOnly | Field::ManagementEvent, choice) => json!(choice == 1),
            (_, 1) => json!("GetA"),
            _ => json!("b"),
        };
        Some(value)
    }

    /// A rule of each field, which asks for the second value, and one that only
    /// the parameters decide.
    static RULES: LazyLock<RuleSet> = LazyLock::new(|| {
        let texts = fields().into_iter().map(|field| {
            let path = field.path();
            format!("{path}: {}", value(field, 2).unwrap())
        });
        let texts = texts.chain(["requestParameters.n: 1".to_owned()]);
        let rule = |(number, selection)| RuleText {
            origin: format!("{number}.yml"),
            text: format!(
                "title: r{number}\nid: id-{number}\nlevel: high\nlogsource:\n  product: aws\n  \
                 service: cloudtrail\ndetection:\n  s:\n    {selection}\n  condition: s\n"
            ),
        };
        RuleSet::load(&texts.enumerate().map(rule).collect::<Vec<_>>()).unwrap()
    });

    fn set(value: &mut Value, path: &str, new: Value) {
        match path.split_once('.') {
            Some((key, rest)) => set(&mut value[key], rest, new),
            None => value[path] = new,
        }
    }

    /// A record with a choice for each field; events of one id are one event.
    fn record(choices: &[u8], id: usize, seconds: u32) -> Value {
        let time = Timestamp::from_seconds(1_760_000_000 + i64::from(seconds)).unwrap();
        let mut record = json!({"eventTime": time.to_string(), "eventID": format!("e{id}"),
            "requestParameters": {"n": id % 2}});
        for (field, choice) in fields().into_iter().zip(choices) {
            if let Some(value) = value(field, *choice) {
                set(&mut record, field.path(), value);
            }
        }
        record
    }

    /// All facts, in an order that does not depend on hashes.
    fn facts(records: &[Value], room: usize) -> (Vec<String>, Facts) {
        let seen = SeenEvents::small();
        let mut scanner = Scanner::new(&RULES, &seen, TimeRange::default()).remembering(room);
        for (number, records) in (0..).zip(records.chunks(7)) {
            scanner.begin(number, "a");
            let file = json!({ "Records": records }).to_string();
            decode(Limits::default(), file.as_bytes(), &mut scanner);
        }
        let (facts, coverage) = scanner.finish();
        let mut told = vec![format!("{coverage:?}")];
        told.extend(facts.credentials.iter().map(|known| format!("{known:?}")));
        told.extend(facts.principals.iter().map(|(name, known)| {
            let (origins, regions) = (known.origins.sorted(), known.regions.sorted());
            let (services, actions) = (known.services.sorted(), known.actions.sorted());
            let (span, days) = (known.span, &known.days);
            format!("{name:?} {span:?} {days:?} {origins:?} {regions:?} {services:?} {actions:?}")
        }));
        told.extend(facts.matches.iter().map(|found| format!("{found:?}")));
        told.extend(facts.rule_matches.iter().map(|count| format!("{count:?}")));
        told.push(format!("{:?} {:?}", facts.events, facts.time));
        told.push(format!(
            "{:?} {:?} {:?}",
            facts.sources, facts.accounts, facts.regions
        ));
        told.push(format!(
            "{:?}",
            Vec::<Arc<str>>::from(facts.symbols.clone())
        ));
        told.sort();
        (told, facts)
    }

    /// Few kinds of records, often one field apart.
    fn records() -> impl Strategy<Value = Vec<Value>> {
        let count = fields().len();
        let base = prop::collection::vec(0_u8..3, count);
        let kinds = prop::collection::vec((prop::bool::ANY, 0..count, 0_u8..3), 1..5);
        let events = prop::collection::vec((0_usize..8, 0_u32..200_000), 1..60);
        (base, kinds, events).prop_map(|(base, kinds, events)| {
            let kind = |(anew, field, choice): &(bool, usize, u8)| {
                let mut kind = base.clone();
                kind[*field] = *choice;
                if *anew {
                    kind.rotate_left(*field);
                }
                kind
            };
            let kinds: Vec<Vec<u8>> = kinds.iter().map(kind).collect();
            let event = |at: usize| {
                // Each fifth is the one before, delivered again.
                let at = at - usize::from(at % 5 == 4);
                let (kind, seconds) = events[at];
                record(&kinds[kind % kinds.len()], at, seconds)
            };
            (0..events.len()).map(event).collect()
        })
    }

    proptest! {
        #[test]
        fn remembering_changes_no_fact(records in records(), room in 1_usize..4) {
            let (plain, _) = facts(&records, 0);
            prop_assert_eq!(&facts(&records, ROOM).0, &plain);
            prop_assert_eq!(&facts(&records, room).0, &plain, "with hardly any room");
        }
    }

    #[test]
    fn records_that_differ_in_one_field_are_not_confused() {
        let base = vec![1; fields().len()];
        for (place, field) in fields().into_iter().enumerate() {
            for other in [0, 2] {
                let mut changed = base.clone();
                changed[place] = other;
                let order = [&base, &base, &changed, &changed, &base, &changed];
                let records = (0..).zip(order);
                let records: Vec<Value> = records
                    .map(|(id, kind)| record(kind, id, 10 * u32::try_from(id).unwrap()))
                    .collect();
                let (told, found) = facts(&records, ROOM);
                assert_eq!(told, facts(&records, 0).0, "{} {other}", field.path());
                let rule = u16::try_from(place).unwrap();
                let matched = found.rule_matches.get(&rule).copied().unwrap_or(0);
                let wanted = if other == 2 { 3 } else { 0 };
                assert_eq!(matched, wanted, "{} {other}", field.path());
            }
        }
    }

    #[test]
    fn a_key_that_changes_hands_is_counted_for_each_principal() {
        let by = |name: &str, id: usize, seconds: u32| {
            let mut record = record(&[], id, seconds);
            record["eventSource"] = json!("s3.amazonaws.com");
            record["eventName"] = json!("GetObject");
            record["userIdentity"] = json!({"type": "IAMUser", "accessKeyId": "AKIA",
                "accountId": "111122223333", "userName": name});
            record
        };
        let order = [
            ("a", 50),
            ("a", 60),
            ("a", 70),
            ("b", 20),
            ("a", 80),
            ("a", 90),
            ("b", 30),
        ];
        let records = order.into_iter().enumerate();
        let records: Vec<Value> = records.map(|(id, (name, at))| by(name, id, at)).collect();
        assert_eq!(facts(&records, ROOM).0, facts(&records, 0).0);
    }
}
