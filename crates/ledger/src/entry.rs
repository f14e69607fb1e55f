//! An entry: who did what, when, and the digest of the rest.

use std::fmt;

use chrono::{DateTime, Datelike as _, NaiveDate, Timelike as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::payload::{Digest, MAX_PAYLOAD, Payload, SALT_SIZE};

/// Largest encoded entry in bytes: an entry bundle's length field has 16 bits.
pub const MAX_ENTRY: usize = 65_535;

const MAX_ACTOR: usize = 512;
const MAX_KIND: usize = 64;
const MAX_SUBJECT: usize = 4_096;
const MAX_STATEMENT: usize = 16_384;

/// Kinds that only the ledger itself writes.
const RESERVED: [&str; 3] = [Entry::OPENED, Entry::ERASURE, Entry::ROTATION];

/// Seconds since 1970-01-01T00:00:00Z; shown and stored as RFC 3339 in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

impl Time {
    /// Bytes of its spelling.
    const SIZE: usize = 20;

    /// 9999-12-31T23:59:59Z.
    const MAX: i64 = 253_402_300_799;

    /// From seconds since the epoch; `None` outside the years 1970 to 9999.
    pub fn from_seconds(seconds: i64) -> Option<Self> {
        (0..=Self::MAX).contains(&seconds).then_some(Self(seconds))
    }

    /// Seconds since the epoch.
    pub fn seconds(self) -> i64 {
        self.0
    }

    /// The time a number of days later, at most the year 9999's end.
    pub fn plus_days(self, days: u32) -> Self {
        Self((self.0 + i64::from(days) * 86_400).min(Self::MAX))
    }

    /// Reads `2026-11-22T01:02:03Z`, in UTC and whole seconds only.
    pub fn parse(text: &str) -> Option<Self> {
        Self::parse_bytes(text.as_bytes().try_into().ok()?)
    }

    /// A million of them are read in a verification, which general parsers make slow.
    fn parse_bytes(bytes: &[u8; Self::SIZE]) -> Option<Self> {
        let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', rest @ ..] = bytes else {
            return None;
        };
        let [h1, h2, b':', n1, n2, b':', s1, s2, b'Z'] = rest else {
            return None;
        };
        let year = number(&[*y1, *y2, *y3, *y4])?;
        let date = NaiveDate::from_ymd_opt(
            i32::try_from(year).ok()?,
            number(&[*m1, *m2])?,
            number(&[*d1, *d2])?,
        )?;
        let (hour, minute) = (number(&[*h1, *h2])?, number(&[*n1, *n2])?);
        let time = date.and_hms_opt(hour, minute, number(&[*s1, *s2])?)?;
        Self::from_seconds(time.and_utc().timestamp())
    }
}

/// A number of decimal digits, and of nothing else.
fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, digit| {
        let digit = digit.is_ascii_digit().then(|| u32::from(digit - b'0'))?;
        Some(number * 10 + digit)
    })
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(time) = DateTime::from_timestamp(self.0, 0) else {
            return write!(f, "@{}", self.0);
        };
        let (year, month, day) = (time.year(), time.month(), time.day());
        let (hour, minute, second) = (time.hour(), time.minute(), time.second());
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
        )
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a time in UTC seconds"))
    }
}

/// Why an entry is not acceptable.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EntryError {
    /// A field with too many bytes.
    #[error("`{field}` has {size} bytes; at most {limit} are allowed")]
    TooLong {
        /// The field.
        field: &'static str,
        /// Its bytes.
        size: usize,
        /// The limit.
        limit: usize,
    },
    /// A field that must not be empty.
    #[error("`{0}` is empty")]
    Empty(&'static str),
    /// A kind with other characters than it may have.
    #[error("a kind has lower-case letters, digits, `-`, `_`, `.` and `/` only")]
    BadKind,
    /// A kind that only the ledger itself writes.
    #[error("entries of kind `{0}` are written by the ledger itself")]
    Reserved(String),
    /// A payload with too many bytes.
    #[error(
        "the payload has {0} bytes; at most {MAX_PAYLOAD} are allowed: record its digest instead"
    )]
    PayloadTooLarge(usize),
    /// The bytes of an entry that are not an envelope.
    #[error("not an entry: {0}")]
    Malformed(String),
    /// The bytes of an entry that say the same in another spelling.
    #[error("not an entry in its one spelling")]
    NotCanonical,
}

/// An entry's envelope. It is a leaf of the tree and can never be erased:
/// nothing personal and nothing secret belongs here, that is what payloads are for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Version of this form: 1.
    v: u8,
    /// When the ledger took it, by the ledger's clock.
    pub time: Time,
    /// Who acted, as whoever appended says.
    pub actor: String,
    /// What sort of thing was done.
    pub kind: String,
    /// On what.
    pub subject: String,
    /// Of the payload under its salt.
    pub digest: Digest,
    /// What the ledger itself must be able to prove later without a payload:
    /// its terms, or the signatures of a key rotation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
}

/// An entry that is about to be appended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// Its envelope.
    pub(crate) entry: Entry,
    /// Its payload.
    pub(crate) payload: Payload,
}

impl NewEntry {
    /// An entry as users make them.
    ///
    /// # Errors
    /// A field or a payload that is too long, an empty or a reserved kind.
    pub fn new(
        time: Time,
        actor: &str,
        kind: &str,
        subject: &str,
        payload: Vec<u8>,
        salt: [u8; SALT_SIZE],
    ) -> Result<Self, EntryError> {
        if RESERVED.contains(&kind) {
            return Err(EntryError::Reserved(kind.to_owned()));
        }
        Self::any(time, actor, kind, subject, payload, salt, None)
    }

    /// An entry of any kind.
    pub(crate) fn any(
        time: Time,
        actor: &str,
        kind: &str,
        subject: &str,
        payload: Vec<u8>,
        salt: [u8; SALT_SIZE],
        statement: Option<String>,
    ) -> Result<Self, EntryError> {
        let digest = Digest::of(&salt, &payload);
        let payload = Payload::new(salt, payload)?;
        let entry = Entry {
            v: 1,
            time,
            actor: actor.to_owned(),
            kind: kind.to_owned(),
            subject: subject.to_owned(),
            digest,
            statement,
        };
        entry.check()?;
        Ok(Self { entry, payload })
    }

    /// Its envelope.
    pub fn entry(&self) -> &Entry {
        &self.entry
    }
}

impl Entry {
    /// Kind of the first entry, which holds the ledger's terms.
    pub const OPENED: &str = "ledger-opened";
    /// Kind of an entry that records an erasure.
    pub const ERASURE: &str = "erasure";
    /// Kind of an entry that hands over to another key.
    pub const ROTATION: &str = "key-rotation";

    /// The one spelling: JSON without spaces, fields in order.
    pub fn encode(&self) -> Vec<u8> {
        // Strings and numbers always serialise.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads an envelope in its one spelling.
    ///
    /// # Errors
    /// Anything else.
    pub fn decode(bytes: &[u8]) -> Result<Self, EntryError> {
        if bytes.len() > MAX_ENTRY {
            return Err(too_long("entry", bytes.len(), MAX_ENTRY));
        }
        let entry: Self = serde_json::from_slice(bytes)
            .map_err(|error| EntryError::Malformed(error.to_string()))?;
        entry.check()?;
        if entry.encode() != bytes {
            return Err(EntryError::NotCanonical);
        }
        Ok(entry)
    }

    fn check(&self) -> Result<(), EntryError> {
        let statement = self.statement.as_deref().unwrap_or_default();
        check_fields(&self.actor, &self.kind, &self.subject, statement)?;
        if self.v != 1 {
            return Err(EntryError::Malformed(format!("version {}", self.v)));
        }
        Ok(())
    }

    /// The time of an entry that has this digest, is none of the ledger's own,
    /// and is in its one spelling without any escape. `None` says nothing: then
    /// [`Self::decode`] decides. Most of a million entries need no more.
    pub(crate) fn time_of_plain(bytes: &[u8], digest: &Digest) -> Option<Time> {
        let (rest, end) = bytes.split_last_chunk::<66>()?;
        let claimed = end.strip_suffix(br#""}"#)?;
        let rest = rest.strip_prefix(br#"{"v":1,"time":""#)?;
        let (time, rest) = rest.split_first_chunk::<{ Time::SIZE }>()?;
        let (actor, rest) = plain_field(rest, br#"","actor":""#)?;
        let (kind, rest) = plain_field(rest, br#"","kind":""#)?;
        let (subject, rest) = plain_field(rest, br#"","subject":""#)?;
        let is_plain = rest == br#"","digest":""#
            && *claimed == digest.to_hex()
            && actor.len() <= MAX_ACTOR
            && subject.len() <= MAX_SUBJECT
            && is_kind(kind)
            && !RESERVED.iter().any(|own| own.as_bytes() == kind)
            && std::str::from_utf8(bytes).is_ok();
        is_plain.then(|| Time::parse_bytes(time)).flatten()
    }
}

/// A string after the text that leads to it, up to its end or its first escape;
/// what follows, which begins with a quote when that was its end.
fn plain_field<'t>(text: &'t [u8], lead: &[u8]) -> Option<(&'t [u8], &'t [u8])> {
    let text = text.strip_prefix(lead)?;
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | ..b' ');
    text.split_at_checked(text.iter().position(is_special)?)
}

/// Whether a kind has a possible length and none but the characters it may have.
fn is_kind(kind: &[u8]) -> bool {
    let allowed = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/');
    (1..=MAX_KIND).contains(&kind.len()) && kind.iter().all(allowed)
}

fn check_fields(actor: &str, kind: &str, subject: &str, statement: &str) -> Result<(), EntryError> {
    let fields = [
        ("actor", actor, MAX_ACTOR),
        ("kind", kind, MAX_KIND),
        ("subject", subject, MAX_SUBJECT),
        ("statement", statement, MAX_STATEMENT),
    ];
    if let Some((field, text, limit)) = fields.into_iter().find(|(_, text, max)| text.len() > *max)
    {
        return Err(too_long(field, text.len(), limit));
    }
    if kind.is_empty() {
        return Err(EntryError::Empty("kind"));
    }
    if !is_kind(kind.as_bytes()) {
        return Err(EntryError::BadKind);
    }
    Ok(())
}

fn too_long(field: &'static str, size: usize, limit: usize) -> EntryError {
    EntryError::TooLong { field, size, limit }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(kind: &str, subject: &str) -> Result<NewEntry, EntryError> {
        let time = Time::from_seconds(1_790_000_000).unwrap();
        NewEntry::new(time, "zoe", kind, subject, b"payload".to_vec(), [1; 32])
    }

    #[test]
    fn times_have_one_spelling() {
        for seconds in [0, 951_782_399, 951_782_400, 1_790_000_000, Time::MAX] {
            let time = Time::from_seconds(seconds).unwrap();
            let chrono = DateTime::from_timestamp(seconds, 0).unwrap();
            assert_eq!(
                time.to_string(),
                chrono.format("%Y-%m-%dT%H:%M:%SZ").to_string()
            );
            assert_eq!(Time::parse(&time.to_string()), Some(time));
        }
        for text in [
            "",
            "2026-11-22T01:02:03+00:00",
            "2026-11-22 01:02:03Z",
            "2026-02-30T01:02:03Z",
            "2026-11-22T24:02:03Z",
            "2026-11-22T01:02:60Z",
            "+026-11-22T01:02:03Z",
            "1969-12-31T23:59:59Z",
        ] {
            assert_eq!(Time::parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_entry_has_one_spelling() {
        let entry = entry("approval", "key AKIA…").unwrap().entry;
        let bytes = entry.encode();
        assert_eq!(Entry::decode(&bytes), Ok(entry));
        assert!(bytes.starts_with(br#"{"v":1,"time":"2026-09-21T"#));
        let spaced = String::from_utf8(bytes.clone())
            .unwrap()
            .replace(":1,", ": 1,");
        assert_eq!(
            Entry::decode(spaced.as_bytes()),
            Err(EntryError::NotCanonical)
        );
        let more = String::from_utf8(bytes)
            .unwrap()
            .replace("{\"v\"", "{\"w\":2,\"v\"");
        assert!(matches!(
            Entry::decode(more.as_bytes()),
            Err(EntryError::Malformed(_))
        ));
    }

    #[test]
    fn the_short_way_takes_nothing_that_the_long_way_refuses() {
        let entry = entry("approval", "key é 1").unwrap().entry;
        let (bytes, digest) = (entry.encode(), entry.digest);
        assert_eq!(Entry::time_of_plain(&bytes, &digest), Some(entry.time));
        let other = Digest::of(&[2; 32], b"payload");
        assert_eq!(Entry::time_of_plain(&bytes, &other), None);
        // Every byte in turn replaced by every other, inserted and removed.
        let mut taken = 0;
        for at in 0..=bytes.len() {
            for byte in 0..=u8::MAX {
                for removed in [0, 1] {
                    let mut bytes = bytes.clone();
                    bytes.splice(at..(at + removed).min(bytes.len()), [byte]);
                    let Some(time) = Entry::time_of_plain(&bytes, &digest) else {
                        continue;
                    };
                    let decoded = Entry::decode(&bytes).unwrap();
                    assert_eq!((decoded.time, decoded.digest), (time, digest));
                    taken += 1;
                }
            }
        }
        assert!(taken > 1_000, "{taken}");
    }

    #[test]
    fn the_short_way_leaves_what_is_special_to_the_long_way() {
        for subject in ["\"", "a\\b", "\u{1}", "\n"] {
            let entry = entry("approval", subject).unwrap().entry;
            assert_eq!(Entry::time_of_plain(&entry.encode(), &entry.digest), None);
        }
        let mut entry = entry("approval", "").unwrap().entry;
        entry.statement = Some(String::new());
        assert_eq!(Entry::time_of_plain(&entry.encode(), &entry.digest), None);
        entry.statement = None;
        for kind in RESERVED {
            entry.kind = kind.to_owned();
            assert_eq!(Entry::time_of_plain(&entry.encode(), &entry.digest), None);
        }
    }

    #[test]
    fn what_cannot_be_stored_is_refused() {
        assert!(matches!(entry("erasure", ""), Err(EntryError::Reserved(_))));
        assert_eq!(entry("", ""), Err(EntryError::Empty("kind")));
        assert_eq!(entry("A b", ""), Err(EntryError::BadKind));
        assert!(matches!(
            entry("a", &"x".repeat(5_000)),
            Err(EntryError::TooLong { .. })
        ));
        // The worst that fits, every character escaped sixfold, is still a bundle's entry.
        let time = Time::from_seconds(0).unwrap();
        let worst = NewEntry::any(
            time,
            &"\u{1}".repeat(MAX_ACTOR),
            &"k".repeat(MAX_KIND),
            &"\u{1}".repeat(MAX_SUBJECT),
            vec![],
            [0; 32],
            Some("\n".repeat(MAX_STATEMENT)),
        );
        assert!(worst.unwrap().entry.encode().len() <= MAX_ENTRY);
    }
}
