//! Event time.

use std::fmt;

use chrono::{DateTime, NaiveDateTime};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment in seconds since 1970-01-01T00:00:00Z, the resolution of
/// CloudTrail's `eventTime`. Shown and serialised as RFC 3339 in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Bounds of what is accepted as an event time: years 1970 to 9999.
    const MAX: i64 = 253_402_300_799;

    /// 1970-01-01T00:00:00Z.
    pub fn epoch() -> Self {
        Self(0)
    }

    /// From seconds since the epoch; `None` outside the years 1970 to 9999.
    pub fn from_seconds(seconds: i64) -> Option<Self> {
        (0..=Self::MAX).contains(&seconds).then_some(Self(seconds))
    }

    /// Seconds since the epoch.
    pub fn seconds(self) -> i64 {
        self.0
    }

    /// Reads RFC 3339 (`2025-11-02T10:00:00Z`, offsets and fractions allowed)
    /// or the same without a zone, which is taken as UTC.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(time) = DateTime::parse_from_rfc3339(text) {
            return Self::from_seconds(time.timestamp());
        }
        let naive = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok()?;
        Self::from_seconds(naive.and_utc().timestamp())
    }

    /// Seconds from `earlier` to `self`; negative when `self` came first.
    pub fn since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match DateTime::from_timestamp(self.0, 0) {
            Some(time) => write!(f, "{}", time.format("%Y-%m-%dT%H:%M:%SZ")),
            None => write!(f, "@{}", self.0),
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not an RFC 3339 time"))
    }
}

impl JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "format": "date-time",
            "description": "RFC 3339, UTC, seconds."
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_shows_cloudtrail_times() {
        let time = Timestamp::parse("2025-11-02T10:00:59Z").unwrap();
        assert_eq!(time.to_string(), "2025-11-02T10:00:59Z");
        assert_eq!(Timestamp::parse("2025-11-02T12:00:59+02:00"), Some(time));
        assert_eq!(Timestamp::parse("2025-11-02T10:00:59.123"), Some(time));
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in [
            "",
            "yesterday",
            "2025-13-01T00:00:00Z",
            "-0001-01-01T00:00:00Z",
        ] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }
}
