//! Where three-valued logic says *unknown*, a look at the values themselves.
//!
//! Conditions on one key are not independent: `red` and not `red` cover
//! everything. So the keys that are not known are given, in turn, a value of
//! each class that the policies can tell apart ([`super::values`]). When all
//! lead to the same decision, that is the decision; else the keys that change
//! it are those that are named. Where the classes cannot be listed, or are too
//! many, the answer stays what three-valued logic said, which is never wrong,
//! only less often certain.

use super::values::{Value, possible};
use super::{decide, evaluate_once, why};
use crate::policy::Statement;
use crate::request::{Context, ContextValue};
use crate::{Answer, Attached, Decision, Reason, Request, Stack};

/// Most combinations of values that are tried.
const MAX_TRIED: usize = 4096;

/// The decision of all values of the unknown keys, or which of them matter.
pub(super) fn settle(answer: Answer, request: &Request<'_>, stack: &Stack<'_>) -> Answer {
    let keys: Vec<String> = answer
        .unknown_because()
        .map(|key| key.as_str().to_owned())
        .collect();
    let Some(trial) = Trial::new(keys, request, stack) else {
        return answer;
    };
    let decisions: Vec<Decision> = (0..trial.total)
        .map(|index| {
            decide(
                &trial.request(request, &trial.context(index, request)),
                stack,
            )
        })
        .collect();
    match decisions.first() {
        Some(first) if decisions.iter().all(|decision| decision == first) => {
            trial.settled(*first, request, stack)
        }
        _ => trial.only_what_matters(answer, &decisions),
    }
}

/// Every combination of the values that the keys can have.
struct Trial {
    keys: Vec<(String, Vec<Value>)>,
    total: usize,
}

impl Trial {
    fn new(keys: Vec<String>, request: &Request<'_>, stack: &Stack<'_>) -> Option<Self> {
        let statements = statements(request, stack);
        let mut total = 1_usize;
        let mut with_values = Vec::new();
        for key in keys {
            let values = possible(&key.to_lowercase(), &statements)?;
            total = total.checked_mul(values.len())?;
            if total > MAX_TRIED {
                return None;
            }
            with_values.push((key, values));
        }
        Some(Self {
            keys: with_values,
            total,
        })
    }

    /// The values of a combination; the last key changes fastest.
    fn context(&self, index: usize, request: &Request<'_>) -> Context {
        let mut rest = index;
        let mut context = request.context.clone();
        for (key, values) in self.keys.iter().rev() {
            let value = values.get(rest % values.len());
            rest /= values.len();
            context = match value {
                None | Some(Value::Absent) => {
                    context.with_value(key, ContextValue::Many(Box::default()))
                }
                Some(Value::One(one)) => context.with(key, one),
                Some(Value::Many(many)) => context.with_all(key, many.iter().map(String::as_str)),
            };
        }
        context
    }

    fn request<'a>(&self, request: &Request<'a>, context: &'a Context) -> Request<'a> {
        Request {
            context,
            ..*request
        }
    }

    /// The answer when every combination decides the same.
    fn settled(&self, decision: Decision, request: &Request<'_>, stack: &Stack<'_>) -> Answer {
        let mut reasons = Vec::new();
        for index in 0..self.total {
            let context = self.context(index, request);
            let answer = evaluate_once(&self.request(request, &context), stack);
            for reason in answer.reasons {
                why::add(&mut reasons, reason);
            }
        }
        Answer { decision, reasons }
    }

    /// The answer without the keys that never change the decision.
    fn only_what_matters(&self, mut answer: Answer, decisions: &[Decision]) -> Answer {
        let mut stride = 1;
        for (key, values) in self.keys.iter().rev() {
            let count = values.len();
            let matters = decisions.iter().enumerate().any(|(index, decision)| {
                let first = index - (index / stride % count) * stride;
                decisions.get(first) != Some(decision)
            });
            stride *= count;
            if !matters {
                answer.reasons.retain(|reason| {
                    !matches!(reason, Reason::UnknownKey { key: it, .. } if it.as_str() == key)
                });
            }
        }
        answer
    }
}

/// Every statement about the request's action.
fn statements<'a>(request: &Request<'_>, stack: &Stack<'a>) -> Vec<&'a Statement> {
    let of = |list: &'a [Attached]| list.iter().flat_map(|it| it.policy.statements());
    let levels = stack.service_control.iter().chain(stack.resource_control);
    of(stack.identity)
        .chain(of(stack.resource))
        .chain(of(stack.boundaries))
        .chain(of(stack.session))
        .chain(of(stack.endpoint))
        .chain(levels.flat_map(|level| of(&level.policies)))
        .filter(|statement| super::statement::action(statement.actions(), request.action.lower()))
        .collect()
}
