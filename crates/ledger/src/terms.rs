//! What a ledger promised when it was opened; stands in its first entry.

use serde::{Deserialize, Serialize};

use crate::{Entry, KeyError, VerifierKey};

/// Name and version of this form.
const FORMAT: &str = "gardefou.ledger/1";

/// The terms of a ledger. They are in the first entry, so that nobody can
/// change them without changing every root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    format: String,
    /// The log's name.
    pub origin: String,
    /// Its first key, as a verifier key.
    pub vkey: String,
    /// Days during which erasing a payload needs a recorded reason.
    pub retain_at_least_days: u32,
}

impl Terms {
    /// Six months in days, rounded up (AI Act, Art. 19(1) and 26(6)).
    pub const SIX_MONTHS: u32 = 184;

    /// Terms of a new ledger.
    pub fn new(key: &VerifierKey, retain_at_least_days: u32) -> Self {
        Self {
            format: FORMAT.to_owned(),
            origin: key.name().to_owned(),
            vkey: key.to_string(),
            retain_at_least_days,
        }
    }

    /// As the first entry's statement.
    pub(crate) fn statement(&self) -> String {
        // Strings and numbers always serialise.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// From the first entry; `None` when that is not one.
    pub fn of(first: &Entry) -> Option<Self> {
        (first.kind == Entry::OPENED).then_some(())?;
        let terms: Self = serde_json::from_str(first.statement.as_deref()?).ok()?;
        (terms.format == FORMAT).then_some(terms)
    }

    /// Its first key.
    ///
    /// # Errors
    /// When it is none.
    pub fn key(&self) -> Result<VerifierKey, KeyError> {
        VerifierKey::parse(&self.vkey)?.log()
    }
}
