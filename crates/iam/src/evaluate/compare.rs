//! A value of the request against the values of a condition.

use std::cmp::Ordering;

use super::condition::matches;
use crate::policy::{Network, Number, Operands, Test, binary, date};
use crate::{Request, Tri};

/// Whether `text` matches any of `operands`. A text that is not what the
/// operator compares matches none.
pub(crate) fn any(test: Test, operands: &Operands, text: &str, request: &Request<'_>) -> Tri {
    match operands {
        Operands::Texts(templates) | Operands::Arns(templates) | Operands::Bools(templates) => {
            let mut any = Tri::False;
            for template in templates {
                any = any.or(matches(template, text, request));
                if any.is_true() {
                    break;
                }
            }
            any
        }
        Operands::Numbers(numbers) => ordered(Number::parse(text.trim()), numbers, |one, two| {
            holds(test, one.compare(two))
        }),
        Operands::Dates(dates) => ordered(date(text.trim()), dates, |one, two| {
            holds(test, one.cmp(&two))
        }),
        Operands::Binaries(all) => binary(text).is_some_and(|it| all.contains(&it)).into(),
        Operands::Networks(all) => {
            ordered(Network::parse(text.trim()), all, |one, two| two.holds(&one))
        }
        Operands::Absent(_) => Tri::False,
    }
}

fn ordered<T: Copy>(value: Option<T>, all: &[T], holds: impl Fn(T, T) -> bool) -> Tri {
    value
        .is_some_and(|value| all.iter().any(|operand| holds(value, *operand)))
        .into()
}

/// Whether the order of the request's value to the policy's is what the
/// operator asks for.
fn holds(test: Test, order: Ordering) -> bool {
    match test {
        Test::NumericLessThan | Test::DateLessThan => order.is_lt(),
        Test::NumericLessThanEquals | Test::DateLessThanEquals => order.is_le(),
        Test::NumericGreaterThan | Test::DateGreaterThan => order.is_gt(),
        Test::NumericGreaterThanEquals | Test::DateGreaterThanEquals => order.is_ge(),
        _ => order.is_eq(),
    }
}
