//! Conditions and their operators.

use super::Operands;
use crate::request::Key;

/// One operator applied to one key: `{"StringEquals": {"aws:username": …}}`.
#[derive(Clone, Debug)]
pub struct Condition {
    pub(crate) operator: Operator,
    pub(crate) key: Key,
    pub(crate) operands: Operands,
    pub(crate) values: Box<[Box<str>]>,
}

impl Condition {
    /// The operator.
    pub fn operator(&self) -> Operator {
        self.operator
    }

    /// The key, as the policy spells it.
    pub fn key(&self) -> &str {
        self.key.spelled()
    }

    /// The key in lower case, which is how keys are compared.
    pub fn key_lower(&self) -> &str {
        self.key.lower()
    }

    /// The values, as the policy spells them.
    pub fn values(&self) -> &[Box<str>] {
        &self.values
    }
}

/// A condition operator, such as `ForAnyValue:StringNotLikeIfExists`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operator {
    /// What is compared, and how.
    pub test: Test,
    /// Whether it is the negated form, such as `StringNotEquals`.
    pub negated: bool,
    /// Whether it ends in `IfExists`.
    pub if_exists: bool,
    /// `ForAllValues:` or `ForAnyValue:`.
    pub set: Option<SetOperator>,
}

/// What stands before an operator for keys with several values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetOperator {
    /// `ForAllValues:`
    ForAllValues,
    /// `ForAnyValue:`
    ForAnyValue,
}

/// What an operator compares, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test {
    /// `StringEquals`
    StringEquals,
    /// `StringEqualsIgnoreCase`
    StringEqualsIgnoreCase,
    /// `StringLike`
    StringLike,
    /// `NumericEquals`
    NumericEquals,
    /// `NumericLessThan`
    NumericLessThan,
    /// `NumericLessThanEquals`
    NumericLessThanEquals,
    /// `NumericGreaterThan`
    NumericGreaterThan,
    /// `NumericGreaterThanEquals`
    NumericGreaterThanEquals,
    /// `DateEquals`
    DateEquals,
    /// `DateLessThan`
    DateLessThan,
    /// `DateLessThanEquals`
    DateLessThanEquals,
    /// `DateGreaterThan`
    DateGreaterThan,
    /// `DateGreaterThanEquals`
    DateGreaterThanEquals,
    /// `Bool`
    Bool,
    /// `BinaryEquals`
    BinaryEquals,
    /// `IpAddress`
    IpAddress,
    /// `ArnEquals` and `ArnLike`, which are the same.
    ArnLike,
    /// `Null`
    Null,
}

/// Every operator's name in lower case, what it tests, and whether negated.
const NAMES: [(&str, Test, bool); 27] = [
    ("stringequals", Test::StringEquals, false),
    ("stringnotequals", Test::StringEquals, true),
    (
        "stringequalsignorecase",
        Test::StringEqualsIgnoreCase,
        false,
    ),
    (
        "stringnotequalsignorecase",
        Test::StringEqualsIgnoreCase,
        true,
    ),
    ("stringlike", Test::StringLike, false),
    ("stringnotlike", Test::StringLike, true),
    ("numericequals", Test::NumericEquals, false),
    ("numericnotequals", Test::NumericEquals, true),
    ("numericlessthan", Test::NumericLessThan, false),
    ("numericlessthanequals", Test::NumericLessThanEquals, false),
    ("numericgreaterthan", Test::NumericGreaterThan, false),
    (
        "numericgreaterthanequals",
        Test::NumericGreaterThanEquals,
        false,
    ),
    ("dateequals", Test::DateEquals, false),
    ("datenotequals", Test::DateEquals, true),
    ("datelessthan", Test::DateLessThan, false),
    ("datelessthanequals", Test::DateLessThanEquals, false),
    ("dategreaterthan", Test::DateGreaterThan, false),
    ("dategreaterthanequals", Test::DateGreaterThanEquals, false),
    ("bool", Test::Bool, false),
    ("binaryequals", Test::BinaryEquals, false),
    ("ipaddress", Test::IpAddress, false),
    ("notipaddress", Test::IpAddress, true),
    ("arnequals", Test::ArnLike, false),
    ("arnlike", Test::ArnLike, false),
    ("arnnotequals", Test::ArnLike, true),
    ("arnnotlike", Test::ArnLike, true),
    ("null", Test::Null, false),
];

impl Operator {
    /// Reads an operator's name; case does not matter. `None` when there is no
    /// such operator, or for `NullIfExists`, which the guide excludes.
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let (set, rest) = match name.split_once(':') {
            None => (None, name.as_str()),
            Some(("forallvalues", rest)) => (Some(SetOperator::ForAllValues), rest),
            Some(("foranyvalue", rest)) => (Some(SetOperator::ForAnyValue), rest),
            Some(_) => return None,
        };
        let (bare, if_exists) = match rest.strip_suffix("ifexists") {
            Some(bare) => (bare, true),
            None => (rest, false),
        };
        let (_, test, negated) = NAMES.iter().find(|(known, ..)| *known == bare)?;
        let operator = Self {
            test: *test,
            negated: *negated,
            if_exists,
            set,
        };
        (*test != Test::Null || (!if_exists && set.is_none())).then_some(operator)
    }
}
