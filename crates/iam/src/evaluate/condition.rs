//! Conditions: all must hold.

use std::borrow::Cow;

use super::compare;
use crate::policy::{Condition, Operands, Operator, Part, Pattern, SetOperator, Stand, Template};
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
        (Found::Unknown, _) => Tri::Unknown,
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
        Found::Unknown => Tri::Unknown,
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
    let have_values = have_values(template, request);
    if have_values.is_false() {
        return Tri::False;
    }
    let is_match = filled(template, request).matches(text);
    have_values.and(is_match.into())
}

/// What a template is for a request: nobody knows (`None`), nothing that a text
/// could match (`Some(None)`, where a variable has no value), or a pattern.
pub(crate) fn resolved<'t>(
    template: &'t Template,
    request: &Request<'_>,
) -> Option<Option<Cow<'t, Pattern>>> {
    if let Some(pattern) = template.fixed() {
        return Some(Some(Cow::Borrowed(pattern)));
    }
    match have_values(template, request) {
        Tri::True => Some(Some(Cow::Owned(filled(template, request)))),
        Tri::False => Some(None),
        Tri::Unknown => None,
    }
}

/// Whether every variable of a template has a value, or a default.
fn have_values(template: &Template, request: &Request<'_>) -> Tri {
    let mut all = Tri::True;
    for part in template.parts() {
        if let Part::Variable { key, default } = part {
            all = all.and(match (stand(request, key), default) {
                (Some(Stand::Text(_)), _) | (Some(Stand::Nothing), Some(_)) => Tri::True,
                (Some(Stand::Anything), _) => Tri::Unknown,
                (Some(Stand::Nothing), None) | (None, _) => Tri::False,
            });
        }
    }
    all
}

/// A template's pattern with the request's values.
fn filled(template: &Template, request: &Request<'_>) -> Pattern {
    template.with(|key| stand(request, key).unwrap_or(Stand::Nothing))
}

/// What stands for a variable; `None` when it has several values, which cannot
/// stand for one.
fn stand<'a>(request: &Request<'a>, key: &Key) -> Option<Stand<'a>> {
    match request.find(key) {
        Found::One(one) => Some(Stand::Text(one)),
        Found::Many([one]) => Some(Stand::Text(one)),
        Found::Many(_) => None,
        Found::Absent => Some(Stand::Nothing),
        Found::Unknown => Some(Stand::Anything),
    }
}
