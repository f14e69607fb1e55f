//! A value of each class that policies can tell apart.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use chrono::{DateTime, SecondsFormat};

use crate::pattern::Shape;
use crate::policy::{Condition, Network, Operands, Part, Scope, Statement, Template};

/// A value that a key might have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// It is not in the request.
    Absent,
    /// This.
    One(String),
    /// These.
    Many(Vec<String>),
}

/// A text that no policy names and that begins as no policy says.
const FRESH: &str = "\u{1}another";

/// Most single values of a key that is tested as a set: all its subsets are
/// tried.
const MAX_MEMBERS: usize = 6;

/// A value of each class of values that `statements` can tell apart of the key
/// with this name in lower case. `None` when the classes cannot be listed: the
/// key stands for a variable, is compared as different things, or with
/// patterns that are not simple.
pub(super) fn possible(lower: &str, statements: &[&Statement]) -> Option<Vec<Value>> {
    if statements.iter().any(|it| is_variable(lower, it)) {
        return None;
    }
    let conditions: Vec<&Condition> = statements
        .iter()
        .flat_map(|it| it.conditions())
        .filter(|it| it.key_lower() == lower)
        .collect();
    let singles = singles(&conditions)?;
    let mut values = vec![Value::Absent];
    if conditions.iter().any(|it| it.operator().set.is_some()) {
        values.extend(subsets(singles)?);
    } else {
        values.extend(singles.into_iter().map(Value::One));
    }
    Some(values)
}

fn is_variable(lower: &str, statement: &Statement) -> bool {
    let resources = statement.resources().map_or(&[][..], Scope::listed);
    let templates = statement
        .conditions()
        .iter()
        .flat_map(|it| it.operands.templates())
        .chain(resources.iter().map(|it| it.template()));
    templates
        .flat_map(Template::parts)
        .filter_map(Part::key)
        .any(|key| key.lower() == lower)
}

/// Single values, one of each class.
fn singles(conditions: &[&Condition]) -> Option<BTreeSet<String>> {
    let mut texts = Vec::new();
    let mut numbers = Vec::new();
    let mut dates = Vec::new();
    let mut networks = Vec::new();
    let mut bools = false;
    for condition in conditions {
        match &condition.operands {
            Operands::Texts(list) => texts.extend(list.iter().filter_map(Template::fixed)),
            Operands::Numbers(list) => numbers.extend(list.iter().map(|it| it.float())),
            Operands::Dates(list) => dates.extend(list),
            Operands::Networks(list) => networks.extend(list),
            Operands::Bools(_) => bools = true,
            Operands::Absent(_) => {}
            Operands::Arns(_) | Operands::Binaries(_) => return None,
        }
    }
    let kinds = [
        !texts.is_empty(),
        !numbers.is_empty(),
        !dates.is_empty(),
        !networks.is_empty(),
        bools,
    ];
    match kinds {
        [_, false, false, false, false] => {
            of_texts(&texts.iter().map(|it| it.shape()).collect::<Vec<_>>())
        }
        [false, true, false, false, false] => of_numbers(numbers),
        [false, false, true, false, false] => of_dates(&dates),
        [false, false, false, true, false] => Some(of_networks(&networks)),
        [false, false, false, false, true] => {
            Some(["true", "false"].map(str::to_owned).into_iter().collect())
        }
        _ => None,
    }
}

/// Each text, what begins with each prefix, the empty text, and another.
fn of_texts(shapes: &[Shape<'_>]) -> Option<BTreeSet<String>> {
    let mut values = BTreeSet::from([String::new(), FRESH.to_owned()]);
    let mut has_prefix = false;
    for shape in shapes {
        match shape {
            Shape::Exact(text) => {
                values.insert((*text).to_owned());
            }
            Shape::Prefix(text) => {
                has_prefix |= !text.is_empty();
                values.insert(format!("{text}{FRESH}"));
            }
            Shape::Folded(_) => {}
            Shape::Other => return None,
        }
    }
    for shape in shapes {
        if let Shape::Folded(lower) = shape {
            let variants = [(*lower).to_owned(), lower.to_uppercase()];
            let other = variants.iter().find(|it| !values.contains(*it));
            // No spelling is left that no exact text is: the class may hold
            // more than is tried.
            if has_prefix || (other.is_none() && lower.to_uppercase() != **lower) {
                return None;
            }
            values.extend(other.cloned());
        }
    }
    Some(values)
}

/// Each number, one between each two, one below and one above.
fn of_numbers(mut numbers: Vec<f64>) -> Option<BTreeSet<String>> {
    /// Up to here halves are exact.
    const LARGEST: f64 = 1_125_899_906_842_624.0;
    if numbers.iter().any(|number| number.abs() > LARGEST) {
        return None;
    }
    numbers.sort_by(f64::total_cmp);
    let below = numbers.first()? - 1.0;
    let above = numbers.last()? + 1.0;
    let between = numbers
        .windows(2)
        .map(|pair| pair.iter().sum::<f64>() / 2.0);
    let all = between.chain([below, above]).chain(numbers.iter().copied());
    Some(all.map(|number| number.to_string()).collect())
}

/// Each time, and the microsecond before and after it.
fn of_dates(dates: &[i64]) -> Option<BTreeSet<String>> {
    let near = dates.iter().flat_map(|at| {
        [-1, 0, 1].map(|step| {
            let time = DateTime::from_timestamp_micros(at.checked_add(step)?)?;
            Some(time.to_rfc3339_opts(SecondsFormat::Micros, true))
        })
    });
    near.collect()
}

/// The addresses at which a range begins or has just ended.
fn of_networks(networks: &[Network]) -> BTreeSet<String> {
    let edges = networks.iter().flat_map(|it| it.edges()).flatten();
    let zero = [
        IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    ];
    edges.chain(zero).map(|it| it.to_string()).collect()
}

/// All sets of these values but the empty one, which is as if absent.
fn subsets(singles: BTreeSet<String>) -> Option<Vec<Value>> {
    if singles.len() > MAX_MEMBERS {
        return None;
    }
    let mut sets: Vec<Vec<String>> = vec![Vec::new()];
    for single in singles {
        let with = sets.clone().into_iter().map(|mut set| {
            set.push(single.clone());
            set
        });
        let with: Vec<Vec<String>> = with.collect();
        sets.extend(with);
    }
    sets.retain(|set| !set.is_empty());
    Some(sets.into_iter().map(Value::Many).collect())
}
