//! Conditions: all must hold.

use super::compare;
use crate::policy::{Condition, Operands, Operator, Part, SetOperator, Template, Test};
use crate::request::{Found, Key};
use crate::{Request, Tri};

/// Whether all of `conditions` hold.
pub(crate) fn all(conditions: &[Condition], request: &Request<'_>) -> Tri {
    let mut all = Tri::True;
    for condition in conditions {
        all = all.and(one(condition, request));
        if all.is_false() {
            break;
        }
    }
    all
}

/// Whether `condition` holds.
pub(crate) fn one(condition: &Condition, request: &Request<'_>) -> Tri {
    let operator = condition.operator;
    let operands = &condition.operands;
    let found = request.find(&condition.key);
    if let Operands::Absent(wanted) = operands {
        return null(wanted, found);
    }
    let value = |text: &str| {
        let any = compare::any(operator.test, operands, text, request);
        if operator.negated { !any } else { any }
    };
    match (found, operator.set) {
        (Found::Absent, _) => absent(operator),
        (Found::Unknown, _) => unknown(operator, operands),
        (Found::One(""), Some(set)) => empty(set),
        (Found::One(text), _) => value(text),
        (Found::Many(texts), Some(set)) => several(set, texts, value),
        // Several values where one is expected: as one value that is each of
        // them, so that a negated operator asks that none matches.
        (Found::Many(texts), None) => {
            let texts = texts.iter().map(|text| value(text));
            if operator.negated {
                texts.fold(Tri::True, Tri::and)
            } else {
                texts.fold(Tri::False, Tri::or)
            }
        }
    }
}

/// `Null`: `true` asks that the key is absent, `false` that it is there.
fn null(wanted: &[bool], found: Found<'_>) -> Tri {
    match found {
        Found::Unknown if wanted.contains(&true) && wanted.contains(&false) => Tri::True,
        Found::Unknown if !wanted.is_empty() => Tri::Unknown,
        Found::Absent => wanted.contains(&true).into(),
        _ => wanted.contains(&false).into(),
    }
}

/// A key that is not in the request does not match; so negated operators and
/// `IfExists` hold, and `ForAllValues` holds of no value.
fn absent(operator: Operator) -> Tri {
    let holds = operator.if_exists
        || match operator.set {
            Some(SetOperator::ForAllValues) => true,
            Some(SetOperator::ForAnyValue) => false,
            None => operator.negated,
        };
    holds.into()
}

/// What holds whatever the key is, holds.
fn unknown(operator: Operator, operands: &Operands) -> Tri {
    let always_matches = operands.templates().iter().any(|template| {
        template
            .fixed()
            .is_some_and(|pattern| pattern.is_everything())
    });
    let holds_if_there = always_matches
        && !operator.negated
        && operator.test == Test::StringLike
        && operator.set != Some(SetOperator::ForAnyValue);
    if holds_if_there && absent(operator).is_true() {
        Tri::True
    } else {
        Tri::Unknown
    }
}

/// An empty data set, of which the guide's example is an empty string.
fn empty(set: SetOperator) -> Tri {
    (set == SetOperator::ForAllValues).into()
}

fn several(set: SetOperator, texts: &[Box<str>], value: impl Fn(&str) -> Tri) -> Tri {
    if texts.iter().all(|text| text.is_empty()) {
        return empty(set);
    }
    let texts = texts.iter().map(|text| value(text));
    match set {
        SetOperator::ForAllValues => texts.fold(Tri::True, Tri::and),
        SetOperator::ForAnyValue => texts.fold(Tri::False, Tri::or),
    }
}

/// Whether `text` matches a template whose variables have the request's values.
/// A variable that has none makes the template match nothing.
pub(crate) fn matches(template: &Template, text: &str, request: &Request<'_>) -> Tri {
    if let Some(pattern) = template.fixed() {
        return pattern.matches(text).into();
    }
    let mut is_known = true;
    for part in template.parts() {
        let Part::Variable { key, default } = part else {
            continue;
        };
        match (request.find(key), default) {
            (Found::One(_), _) | (Found::Absent, Some(_)) => {}
            (Found::Many([_]), _) => {}
            (Found::Unknown, _) => is_known = false,
            (Found::Absent | Found::Many(_), _) => return Tri::False,
        }
    }
    if !is_known {
        return Tri::Unknown;
    }
    let value = |key: &Key| match request.find(key) {
        Found::One(one) => Some(one),
        Found::Many([one]) => Some(&**one),
        _ => None,
    };
    template.with(value).matches(text).into()
}
