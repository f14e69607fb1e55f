//! Parameters from a history: the values of those legitimate calls that the
//! guardrail would stop if it let nothing through.

use std::collections::BTreeSet;

use gardefou_finding::Timestamp;
use gardefou_iam::request::ContextValue;

use crate::effect::{Effect, Guard};
use crate::guardrail::{Bound, Guardrail, GuardrailError, Learn, Values};
use crate::history::Class;
use crate::lens::network;
use crate::mapping::{Call, Need};
use crate::needed::{Logged, needed};

/// A guardrail with what it learns from the classes that begin before `until`,
/// and what is given. What is given is not learnt.
///
/// # Errors
/// As [`Guardrail::bind`].
pub fn bind<'c>(
    guardrail: &Guardrail,
    given: &Values,
    classes: impl Iterator<Item = &'c Class>,
    until: Option<Timestamp>,
) -> Result<Bound, GuardrailError> {
    let mut values = given.clone();
    let wanted: Vec<(&String, &Learn)> = guardrail
        .parameters
        .iter()
        .filter(|(name, _)| !given.contains_key(*name))
        .filter_map(|(name, one)| Some((name, one.learn.as_ref()?)))
        .collect();
    if wanted.is_empty() {
        return guardrail.bind(&values);
    }
    let blank = guardrail.blank_with(given)?;
    let guard = Guard::new(&blank);
    let mut learnt: Vec<BTreeSet<String>> = vec![BTreeSet::new(); wanted.len()];
    let mut logged = Logged::default();
    let wants_actions = wanted.iter().any(|(_, how)| **how == Learn::Actions);
    for class in classes {
        if until.is_some_and(|until| class.first >= until) {
            continue;
        }
        let Some(call) = &class.call else {
            continue;
        };
        if wants_actions {
            logged.see(call);
        }
        if guard.call(call) != Effect::Stops {
            continue;
        }
        for need in &call.needs {
            if guard.need(&call.principal, need) != Effect::Stops {
                continue;
            }
            for ((_, how), values) in wanted.iter().zip(&mut learnt) {
                values.extend(value(how, call, need));
            }
        }
    }
    for ((name, how), found) in wanted.into_iter().zip(learnt) {
        let blank = blank.values.get(name).cloned().unwrap_or_default();
        let found = match how {
            Learn::Actions => needed(found, &logged),
            _ => settled(how, found, blank),
        };
        values.insert(name.clone(), found);
    }
    guardrail.bind(&values)
}

/// The value that a call needs a parameter to have.
fn value(how: &Learn, call: &Call, need: &Need) -> Option<String> {
    let one = |key: &str| match need.context.value(key)? {
        ContextValue::One(one) => Some(one.to_string()),
        ContextValue::Many(_) => None,
    };
    match how {
        Learn::Regions => one("aws:RequestedRegion"),
        Learn::Networks => network(&one("aws:SourceIp")?),
        Learn::Principals => call.principal.principal_arn().map(str::to_owned),
        Learn::Actions => Some(need.action.as_str().to_owned()),
        Learn::Largest(key) => one(key),
    }
}

/// What was found as a parameter's values; where nothing was, that which no
/// call has.
fn settled(how: &Learn, found: BTreeSet<String>, blank: Vec<String>) -> Vec<String> {
    if found.is_empty() {
        return blank;
    }
    match how {
        Learn::Largest(_) => {
            let numbers = found.iter().filter_map(|text| text.parse::<u64>().ok());
            numbers.max().map_or(blank, |most| vec![most.to_string()])
        }
        _ => found.into_iter().collect(),
    }
}
