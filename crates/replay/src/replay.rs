//! A collected history × guardrails → a [`Replay`].

use std::cmp::Reverse;
use std::collections::BTreeMap;

use gardefou_finding::{
    Advice, Broken, BrokenCalls, Coverage, Fidelity, GuardrailEffect, History, Incident,
    Prevention, REPLAY_SCHEMA, Replay, Stopped, Suggestion, Timestamp, Tool, UnknownCalls,
    UnmappedCalls, Untrusted, WhyUnmapped,
};

use crate::attack::{Against, Steps};
use crate::effect::{Effect, Guard};
use crate::guardrail::{Bound, Guardrail, GuardrailError, Kind, Values};
use crate::history::{Class, Collected};
use crate::learn;
use crate::mapping::Call;
use crate::needed;
use crate::suggest::{Candidate, suggest};

/// Rows of broken calls that are listed of one guardrail.
const MAX_WHO: usize = 50;
/// Kinds of calls that are listed as not judged.
const MAX_UNMAPPED: usize = 200;
/// Seconds of a day.
const DAY: i64 = 86_400;

/// What a replay is made from.
pub struct Material<'a> {
    /// The guardrails.
    pub guardrails: &'a [Guardrail],
    /// Values of their parameters, by the guardrail's name.
    pub given: &'a BTreeMap<String, Values>,
    /// The history.
    pub collected: &'a Collected,
    /// The incidents, in the order in which the focus numbers them.
    pub incidents: &'a [Incident],
    /// First and last event.
    pub span: Option<(Timestamp, Timestamp)>,
    /// From when on classes count as late.
    pub split: Option<Timestamp>,
    /// How far the policies of a snapshot explain the history.
    pub fidelity: Option<Fidelity>,
    /// What was read.
    pub coverage: Coverage,
}

/// The moment after which a history's last third begins.
pub fn split(span: Option<(Timestamp, Timestamp)>) -> Option<Timestamp> {
    let (first, last) = span?;
    Timestamp::from_seconds(first.seconds() + last.since(first) / 3 * 2)
}

/// A guardrail and what it does.
struct Judged<'a> {
    guardrail: &'a Guardrail,
    bound: Bound,
    against: Against,
    breaks: BTreeMap<usize, u64>,
    unknown: BTreeMap<String, u64>,
    unknown_calls: BTreeMap<usize, u64>,
    later: Option<u64>,
}

/// Replays a history.
///
/// # Errors
/// When a guardrail has no value for a parameter, or is not valid with it.
pub fn replay(material: Material<'_>, tool: Tool) -> Result<Replay, GuardrailError> {
    let classes = material.collected.succeeded();
    let steps = Steps::new(material.incidents, material.collected);
    let all = needed::all(&material, &classes);
    let judged = judge_all(&all, &material, &classes, &steps)?;
    let suggestion = suggestion(&judged, &steps);
    let mut guardrails: Vec<GuardrailEffect> = judged
        .iter()
        .map(|one| effect(one, &classes, &steps))
        .collect();
    guardrails.sort_by_key(|one| {
        (
            one.broken.calls > 0,
            Reverse(one.stopped.effects),
            one.broken.calls,
        )
    });
    let advice = material
        .guardrails
        .iter()
        .filter(|one| one.kind == Kind::Advice);
    Ok(Replay {
        schema: REPLAY_SCHEMA.to_owned(),
        tool,
        history: history(&material),
        attacks: steps.attacks(),
        guardrails,
        advice: advice
            .map(|one| Advice {
                id: one.id.clone(),
                title: one.title.clone(),
                title_fr: one.title_fr.clone(),
            })
            .collect(),
        suggestion,
        fidelity: material.fidelity,
        coverage: material.coverage,
    })
}

fn judge_all<'a>(
    guardrails: &'a [(Guardrail, Values)],
    material: &Material<'_>,
    classes: &[&Class],
    steps: &Steps<'_>,
) -> Result<Vec<Judged<'a>>, GuardrailError> {
    guardrails
        .iter()
        .filter(|(guardrail, _)| guardrail.kind != Kind::Advice)
        .map(|one| judge(one, material.split, classes, steps))
        .collect()
}

fn judge<'a>(
    (guardrail, given): &'a (Guardrail, Values),
    split: Option<Timestamp>,
    classes: &[&Class],
    steps: &Steps<'_>,
) -> Result<Judged<'a>, GuardrailError> {
    let all = || classes.iter().copied();
    let bound = learn::bind(guardrail, given, all(), None)?;
    let guard = Guard::new(&bound);
    let mut judged = Judged {
        guardrail,
        against: steps.against(&guard),
        bound,
        breaks: BTreeMap::new(),
        unknown: BTreeMap::new(),
        unknown_calls: BTreeMap::new(),
        later: None,
    };
    for (index, class) in classes.iter().enumerate() {
        match class
            .call
            .as_ref()
            .map_or(Effect::Lets, |call| guard.call(call))
        {
            Effect::Lets => {}
            Effect::Stops => drop(judged.breaks.insert(index, class.calls)),
            Effect::Unknown(keys) => {
                judged.unknown_calls.insert(index, class.calls);
                for key in keys {
                    *judged.unknown.entry(key).or_default() += class.calls;
                }
            }
        }
    }
    if guardrail.is_learnt() {
        let early = learn::bind(guardrail, given, all(), split)?;
        judged.later = Some(later(&Guard::new(&early), classes));
    }
    Ok(judged)
}

/// Late calls that a guardrail breaks.
fn later(guard: &Guard, classes: &[&Class]) -> u64 {
    let late = classes.iter().filter(|class| class.late > 0);
    let broken = late.filter(|class| {
        let call = class.call.as_ref();
        call.is_some_and(|call| guard.call(call) == Effect::Stops)
    });
    broken.map(|class| class.late).sum()
}

fn effect(judged: &Judged<'_>, classes: &[&Class], steps: &Steps<'_>) -> GuardrailEffect {
    let Judged {
        guardrail, bound, ..
    } = judged;
    let values = bound.values.iter().map(|(name, list)| {
        let list = list.iter().map(|one| Untrusted::new(one.as_str()));
        (name.clone(), list.collect())
    });
    GuardrailEffect {
        id: guardrail.id.clone(),
        title: guardrail.title.clone(),
        title_fr: guardrail.title_fr.clone(),
        kind: match guardrail.kind {
            Kind::Boundary => "boundary",
            Kind::Scp | Kind::Advice => "scp",
        }
        .to_owned(),
        parameters: values.collect(),
        learnt: guardrail.is_learnt(),
        policy: bound.document.clone(),
        too_large: bound.is_too_large(),
        stopped: stopped(&judged.against, steps),
        broken: broken(judged, classes),
        unknown: unknown(judged),
    }
}

fn stopped(against: &Against, steps: &Steps<'_>) -> Stopped {
    let effects = steps.effects();
    let first = against.denied.first().copied();
    let (usd_per_hour, usd_per_hour_max) = steps.saved(against);
    let seconds = first.and_then(|first| {
        let begins = steps.event(first)?.time;
        let incident = steps.incident(first)?;
        let ends = (0..steps.len())
            .filter(|index| steps.incident(*index) == Some(incident))
            .filter_map(|index| steps.event(index))
            .map(|event| event.time)
            .max()?;
        u64::try_from(ends.since(begins)).ok()
    });
    Stopped {
        denied: against.denied.len() as u64,
        steps: against.prevented.len() as u64,
        effects: effects.intersection(&against.prevented).count() as u64,
        first: first.and_then(|first| steps.reference(first)),
        seconds_saved: seconds.unwrap_or(0),
        usd_per_hour,
        usd_per_hour_max,
        unknown: against.unknown.len() as u64,
    }
}

fn broken(judged: &Judged<'_>, classes: &[&Class]) -> Broken {
    let mut rows: BTreeMap<(String, Box<str>, Box<str>), BrokenCalls> = BTreeMap::new();
    for index in judged.breaks.keys() {
        let Some(class) = classes.get(*index) else {
            continue;
        };
        let (Some(call), Some(example)) = (&class.call, &class.example) else {
            continue;
        };
        let principal = who(call);
        let key = (
            principal.to_owned(),
            call.service.clone(),
            call.name.clone(),
        );
        rows.entry(key)
            .and_modify(|row| {
                row.calls += class.calls;
                row.first = row.first.min(class.first);
                row.last = row.last.max(class.last);
            })
            .or_insert_with(|| BrokenCalls {
                principal: Untrusted::new(principal),
                service: Untrusted::new(&*call.service),
                call: Untrusted::new(&*call.name),
                calls: class.calls,
                first: class.first,
                last: class.last,
                example: (**example).clone(),
            });
    }
    let mut who: Vec<BrokenCalls> = rows.into_values().collect();
    who.sort_by_key(|row| Reverse(row.calls));
    let left_out = who.len().saturating_sub(MAX_WHO) as u64;
    who.truncate(MAX_WHO);
    Broken {
        calls: judged.breaks.values().sum(),
        who,
        left_out,
        later: judged.later,
    }
}

fn unknown(judged: &Judged<'_>) -> UnknownCalls {
    UnknownCalls {
        calls: judged.unknown_calls.values().sum(),
        because: most_first(&judged.unknown),
    }
}

/// Who made a call: the ARN of the user or role, a service's name, or of
/// whom the log does not name the account.
pub(crate) fn who(call: &Call) -> &str {
    let principal = &call.principal;
    match principal.principal_arn() {
        Some(arn) => arn,
        None if principal.as_str().is_empty() => principal.account().unwrap_or_default(),
        None => principal.as_str(),
    }
}

/// Counts, most first.
pub(crate) fn most_first(counts: &BTreeMap<String, u64>) -> Vec<(Untrusted, u64)> {
    let mut all: Vec<(Untrusted, u64)> = counts
        .iter()
        .map(|(key, count)| (Untrusted::new(key.as_str()), *count))
        .collect();
    all.sort_by_key(|(_, count)| Reverse(*count));
    all
}

fn suggestion(judged: &[Judged<'_>], steps: &Steps<'_>) -> Option<Suggestion> {
    let effects = steps.effects();
    let candidates: Vec<Candidate> = judged
        .iter()
        .map(|one| Candidate {
            prevents: effects
                .intersection(&one.against.prevented)
                .copied()
                .collect(),
            breaks: one.breaks.clone(),
            first: one.against.denied.first().copied(),
        })
        .collect();
    let set = suggest(&candidates);
    let members: Vec<&Judged<'_>> = set.iter().filter_map(|index| judged.get(*index)).collect();
    if members.is_empty() {
        return None;
    }
    let against = Against::union(members.iter().map(|one| &one.against));
    let mut through = effects.difference(&against.prevented);
    let first_through = through
        .clone()
        .next()
        .and_then(|index| steps.reference(*index));
    let breaks: BTreeMap<usize, u64> = members.iter().flat_map(|one| one.breaks.clone()).collect();
    let unknown: BTreeMap<usize, u64> = members
        .iter()
        .flat_map(|one| one.unknown_calls.clone())
        .collect();
    let unknown = unknown
        .iter()
        .filter(|(index, _)| !breaks.contains_key(index));
    Some(Suggestion {
        guardrails: members.iter().map(|one| one.guardrail.id.clone()).collect(),
        stopped: stopped(&against, steps),
        effects_through: through.by_ref().count() as u64,
        first_through,
        broken: breaks.values().sum(),
        unknown: unknown.map(|(_, calls)| calls).sum(),
    })
}

fn history(material: &Material<'_>) -> History {
    let collected = material.collected;
    let succeeded = collected
        .by_outcome
        .iter()
        .filter(|(outcome, _)| {
            use gardefou_finding::Outcome::{Succeeded, Unknown};
            matches!(outcome, Succeeded | Unknown)
        })
        .map(|(_, calls)| calls);
    let mut unmapped: Vec<UnmappedCalls> = collected
        .unmapped
        .iter()
        .map(|((service, call, why), calls)| UnmappedCalls {
            service: Untrusted::new(service.as_str()),
            call: Untrusted::new(call.as_str()),
            why: *why,
            calls: *calls,
        })
        .collect();
    unmapped.sort_by_key(|row| Reverse(row.calls));
    let unknown = unmapped
        .iter()
        .filter(|row| row.why != WhyUnmapped::NotARequest);
    let unknown = unknown.map(|row| row.calls).sum();
    unmapped.truncate(MAX_UNMAPPED);
    History {
        by_outcome: collected.by_outcome.clone(),
        calls: collected.by_outcome.values().sum(),
        succeeded: succeeded.sum(),
        first: material.span.map(|(first, _)| first),
        last: material.span.map(|(_, last)| last),
        days: material.span.map_or(0, |(first, last)| {
            u64::try_from(last.since(first).div_euclid(DAY) + 1).unwrap_or(0)
        }),
        classes: collected.classes.len() as u64,
        left_out: collected.left_out + collected.steps_left_out,
        unmapped,
        unknown,
    }
}

/// The line of each incident's report: what would have prevented it alone.
///
/// # Errors
/// As [`replay`].
pub fn preventions(material: &Material<'_>) -> Result<Vec<Option<Prevention>>, GuardrailError> {
    let classes = material.collected.succeeded();
    let whole = history(material);
    let all = Steps::new(material.incidents, material.collected);
    let guardrails = needed::all(material, &classes);
    let judged = judge_all(&guardrails, material, &classes, &all)?;
    let each =
        (0..material.incidents.len()).map(|incident| prevention(incident, &judged, &all, &whole));
    Ok(each.collect())
}

/// What prevents one incident.
fn prevention(
    incident: usize,
    judged: &[Judged<'_>],
    steps: &Steps<'_>,
    history: &History,
) -> Option<Prevention> {
    let own = |index: &usize| steps.incident(*index) == Some(incident);
    let effects: std::collections::BTreeSet<usize> = steps
        .effects()
        .into_iter()
        .filter(|index| own(index))
        .collect();
    let candidates: Vec<Candidate> = judged
        .iter()
        .map(|one| Candidate {
            prevents: effects
                .intersection(&one.against.prevented)
                .copied()
                .collect(),
            breaks: one.breaks.clone(),
            first: one.against.denied.iter().copied().find(|index| own(index)),
        })
        .collect();
    let set = suggest(&candidates);
    let members: Vec<&Judged<'_>> = set.iter().filter_map(|index| judged.get(*index)).collect();
    let against = Against::union(members.iter().map(|one| &one.against));
    let breaks: BTreeMap<usize, u64> = members.iter().flat_map(|one| one.breaks.clone()).collect();
    let unknown: BTreeMap<usize, u64> = members
        .iter()
        .flat_map(|one| one.unknown_calls.clone())
        .collect();
    let first = against.denied.iter().copied().find(|index| own(index));
    let count = (0..steps.len()).filter(|index| own(index)).count();
    (count > 0).then(|| Prevention {
        guardrails: members.iter().map(|one| one.guardrail.id.clone()).collect(),
        step: first
            .and_then(|first| steps.reference(first))
            .map(|step| step.step),
        steps: count as u64,
        effects_through: effects.difference(&against.prevented).count() as u64,
        broken: breaks.values().sum(),
        unknown: unknown.values().sum(),
        calls: history.succeeded,
        days: history.days,
    })
}
