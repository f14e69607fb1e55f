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

/// Whether a request may be allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Permit {
    /// Whatever the unknown keys are.
    Yes,
    /// In no case.
    No,
    /// That depends on these keys.
    If(Vec<String>),
}

/// Whether some values of the keys allow the request: those that the caller
/// chooses are looked for, of the others all must.
pub(super) fn permits(
    answer: &Answer,
    request: &Request<'_>,
    stack: &Stack<'_>,
    chooses: &[&str],
) -> Permit {
    let all: Vec<String> = answer
        .unknown_because()
        .map(|key| key.as_str().to_owned())
        .collect();
    let (chosen, others): (Vec<String>, Vec<String>) = all
        .iter()
        .cloned()
        .partition(|key| chooses.contains(&key.to_lowercase().as_str()));
    // The last keys change fastest: what follows one another differs by them.
    let ordered = others.iter().chain(&chosen).cloned().collect();
    let Some(trial) = Trial::new(ordered, request, stack) else {
        return Permit::If(all);
    };
    let allowed = trial.allowed(chosen.len(), request, stack);
    match (allowed.contains(&true), allowed.contains(&false)) {
        (true, false) => Permit::Yes,
        (false, _) => Permit::No,
        _ => Permit::If(trial.decisive(others.len(), &allowed)),
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
            let values = possible(&key.to_lowercase(), &statements, request)?;
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

    /// For each combination of all keys but the last `chosen` ones, whether
    /// some values of those allow the request.
    fn allowed(&self, chosen: usize, request: &Request<'_>, stack: &Stack<'_>) -> Vec<bool> {
        let last = self.keys.len().saturating_sub(chosen);
        let width: usize = self
            .keys
            .iter()
            .skip(last)
            .map(|(_, it)| it.len())
            .product();
        let allows = |index: usize| {
            let context = self.context(index, request);
            decide(&self.request(request, &context), stack) == Decision::Allow
        };
        (0..self.total / width.max(1))
            .map(|at| (at * width..(at + 1) * width).any(allows))
            .collect()
    }

    /// Which of the first keys change a result.
    fn decisive<T: PartialEq>(&self, first: usize, results: &[T]) -> Vec<String> {
        let mut stride = 1;
        let mut found = Vec::new();
        for (key, values) in self.keys.iter().take(first).rev() {
            let count = values.len();
            let matters = results.iter().enumerate().any(|(index, result)| {
                let base = index - (index / stride % count) * stride;
                results.get(base) != Some(result)
            });
            stride *= count;
            if matters {
                found.push(key.clone());
            }
        }
        found
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
        let decisive = self.decisive(self.keys.len(), decisions);
        answer.reasons.retain(|reason| {
            !matches!(reason, Reason::UnknownKey { key, .. } if !decisive.iter().any(|it| it == key.as_str()))
        });
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
        .filter(|statement| statement.actions().names(request.action.lower()))
        .collect()
}
