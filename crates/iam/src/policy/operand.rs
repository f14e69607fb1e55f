//! The values of a condition, read once as what its operator compares with.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeZone, Utc};
use data_encoding::BASE64;

use super::template::Wild;
use super::{Operator, Problem, Template, Test, Version};

/// A condition's values.
#[derive(Clone, Debug)]
pub(crate) enum Operands {
    /// For the string operators.
    Texts(Box<[Template]>),
    /// For the ARN operators.
    Arns(Box<[Template]>),
    /// For the numeric operators.
    Numbers(Box<[Number]>),
    /// For the date operators: microseconds since 1970.
    Dates(Box<[i64]>),
    /// For `Bool`; texts because variables may stand there.
    Bools(Box<[Template]>),
    /// For `BinaryEquals`.
    Binaries(Box<[Box<[u8]>]>),
    /// For `IpAddress`.
    Networks(Box<[Network]>),
    /// For `Null`: whether the key must be absent, a value each.
    Absent(Box<[bool]>),
}

impl Operands {
    /// Reads the values that `operator` compares with.
    pub(super) fn read(
        operator: Operator,
        version: Version,
        values: &[String],
    ) -> Result<Self, (usize, Problem)> {
        Ok(match operator.test {
            Test::StringEquals => Self::Texts(texts(values, version, Wild::No)?),
            Test::StringLike => Self::Texts(texts(values, version, Wild::Yes)?),
            Test::StringEqualsIgnoreCase => Self::Texts(texts(values, version, Wild::Folded)?),
            Test::ArnLike => Self::Arns(texts(values, version, Wild::Arn)?),
            Test::Bool => Self::Bools(booleans(values, version)?),
            Test::Null => Self::Absent(all(values, "boolean", boolean)?),
            Test::BinaryEquals => Self::Binaries(all(values, "base64 text", binary)?),
            Test::IpAddress => Self::Networks(all(values, "IP address or range", Network::parse)?),
            test if test.is_numeric() => Self::Numbers(all(values, "number", Number::parse)?),
            _ => Self::Dates(all(values, "date", date)?),
        })
    }
}

impl Operands {
    /// The values that may have variables; none for the other operators.
    pub(crate) fn templates(&self) -> &[Template] {
        match self {
            Self::Texts(templates) | Self::Arns(templates) | Self::Bools(templates) => templates,
            _ => &[],
        }
    }
}

impl Test {
    /// Whether it compares numbers.
    pub(crate) fn is_numeric(self) -> bool {
        matches!(
            self,
            Self::NumericEquals
                | Self::NumericLessThan
                | Self::NumericLessThanEquals
                | Self::NumericGreaterThan
                | Self::NumericGreaterThanEquals
        )
    }
}

fn texts(
    values: &[String],
    version: Version,
    wild: Wild,
) -> Result<Box<[Template]>, (usize, Problem)> {
    let read = |(index, text): (usize, &String)| {
        Template::new(text, version, wild).map_err(|problem| (index, problem))
    };
    values.iter().enumerate().map(read).collect()
}

/// `true` or `false`, or a variable.
fn booleans(values: &[String], version: Version) -> Result<Box<[Template]>, (usize, Problem)> {
    let read = texts(values, version, Wild::Folded)?;
    let is_wrong =
        |template: &Template| template.parts().is_empty() && boolean(template.spelled()).is_none();
    match read.iter().position(is_wrong) {
        None => Ok(read),
        Some(index) => {
            let text = values.get(index).cloned().unwrap_or_default();
            let expected = "boolean";
            Err((index, Problem::Value { text, expected }))
        }
    }
}

fn all<T>(
    values: &[String],
    expected: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Box<[T]>, (usize, Problem)> {
    let read = |(index, text): (usize, &String)| {
        read(text.trim()).ok_or_else(|| {
            let text = text.clone();
            (index, Problem::Value { text, expected })
        })
    };
    values.iter().enumerate().map(read).collect()
}

pub(crate) fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else {
        text.eq_ignore_ascii_case("false").then_some(false)
    }
}

/// The bytes of base64 text.
pub(crate) fn binary(text: &str) -> Option<Box<[u8]>> {
    BASE64.decode(text.as_bytes()).ok().map(Vec::into)
}

/// A number: exact where it is whole, else the nearest double.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Number {
    /// Whole.
    Whole(i128),
    /// With a fraction or an exponent, or larger.
    Float(f64),
}

impl Number {
    /// Reads a decimal number.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if let Ok(whole) = text.parse() {
            return Some(Self::Whole(whole));
        }
        let is_decimal = text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
        let float: f64 = text.parse().ok().filter(|_| is_decimal)?;
        float.is_finite().then_some(Self::Float(float))
    }

    /// Compares two numbers.
    pub(crate) fn compare(self, other: Self) -> std::cmp::Ordering {
        match (self, other) {
            (Self::Whole(one), Self::Whole(two)) => one.cmp(&two),
            (one, two) => one.float().total_cmp(&two.float()),
        }
    }

    /// The nearest double.
    pub(crate) fn float(self) -> f64 {
        match self {
            // Nearest is meant: only the comparison with a fraction is inexact.
            Self::Whole(whole) => whole as f64 + 0.0,
            Self::Float(float) => float + 0.0,
        }
    }
}

/// Reads a time: a W3C form of ISO 8601 (`2026`, `2026-11`, `2026-11-22`,
/// `2026-11-22T10:00Z`, with seconds, fractions and offsets) or seconds since
/// 1970. Gives microseconds since 1970.
pub(crate) fn date(text: &str) -> Option<i64> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.timestamp_micros());
    }
    partial_date(text).or_else(|| epoch_seconds(text)?.checked_mul(1_000_000))
}

/// Whole seconds since 1970; four digits are a year.
fn epoch_seconds(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    whole.parse().ok().filter(|_| is_number)
}

fn partial_date(text: &str) -> Option<i64> {
    let day = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    let is = |pattern: &str| {
        pattern.len() == text.len()
            && pattern
                .bytes()
                .zip(text.bytes())
                .all(|(want, byte)| want == byte || (want == b'0' && byte.is_ascii_digit()))
    };
    let time = if is("0000") {
        day(&format!("{text}-01-01"))?.and_hms_opt(0, 0, 0)?
    } else if is("0000-00") {
        day(&format!("{text}-01"))?.and_hms_opt(0, 0, 0)?
    } else if is("0000-00-00") {
        day(text)?.and_hms_opt(0, 0, 0)?
    } else {
        return to_the_minute(text);
    };
    Some(Utc.from_utc_datetime(&time).timestamp_micros())
}

/// `2026-11-22T10:00Z`, `2026-11-22T10:00+01:00`, `2026-11-22T10:00:00` (UTC).
fn to_the_minute(text: &str) -> Option<i64> {
    let naive = |form| NaiveDateTime::parse_from_str(text, form).ok();
    let utc = naive("%Y-%m-%dT%H:%MZ")
        .or_else(|| naive("%Y-%m-%dT%H:%M:%S%.f"))
        .map(|time| time.and_utc().timestamp_micros());
    let offset = || DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M%:z").ok();
    utc.or_else(|| Some(offset()?.timestamp_micros()))
}

/// An IP range; an address alone is a range of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// Reads `203.0.113.0/24`, `2001:db8::/32` or an address.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            Some(bits) if bits.bytes().all(|byte| byte.is_ascii_digit()) => bits.parse().ok()?,
            Some(_) => return None,
            None => most,
        };
        (bits <= most).then_some(Self { address, bits })
    }

    /// The first address, and the first one behind the range, if there is one.
    pub(crate) fn edges(&self) -> [Option<IpAddr>; 2] {
        let bits = u32::from(self.bits);
        match self.address {
            IpAddr::V4(address) => {
                let inner = u32::MAX.checked_shr(bits).unwrap_or(0);
                let first = address.to_bits() & !inner;
                let behind = (first | inner).checked_add(1);
                [Some(first), behind].map(|it| Some(Ipv4Addr::from_bits(it?).into()))
            }
            IpAddr::V6(address) => {
                let inner = u128::MAX.checked_shr(bits).unwrap_or(0);
                let first = address.to_bits() & !inner;
                let behind = (first | inner).checked_add(1);
                [Some(first), behind].map(|it| Some(Ipv6Addr::from_bits(it?).into()))
            }
        }
    }

    /// Whether the whole of `other` lies in this range.
    pub(crate) fn holds(&self, other: &Self) -> bool {
        if other.bits < self.bits {
            return false;
        }
        match (self.address, other.address) {
            (IpAddr::V4(one), IpAddr::V4(two)) => {
                let away = 32 - u32::from(self.bits);
                (one.to_bits() ^ two.to_bits())
                    .checked_shr(away)
                    .unwrap_or(0)
                    == 0
            }
            (IpAddr::V6(one), IpAddr::V6(two)) => {
                let away = 128 - u32::from(self.bits);
                (one.to_bits() ^ two.to_bits())
                    .checked_shr(away)
                    .unwrap_or(0)
                    == 0
            }
            _ => false,
        }
    }
}
