//! Policy documents: as objects or as URL-encoded text, each parsed once.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use percent_encoding::percent_decode_str;
use serde_json::value::RawValue;

use crate::policy::{Policy, PolicyError, PolicyKind};

/// Parsed policies by text: in an organization the same policy stands in many
/// places.
#[derive(Debug, Default)]
pub(super) struct Documents {
    known: HashMap<(Box<str>, PolicyKind), Arc<Policy>, ahash::RandomState>,
}

/// Why a document is no policy.
#[derive(Debug, thiserror::Error)]
pub(super) enum DocumentError {
    /// Its text is not what the API gives.
    #[error("the document is neither an object nor URL-encoded JSON")]
    Encoding,
    /// It is not a valid policy.
    #[error(transparent)]
    Policy(#[from] PolicyError),
}

impl Documents {
    /// The policy of a JSON value: an object, or a string with JSON in it,
    /// URL-encoded as the API gives it (RFC 3986) or not.
    pub(super) fn parse(
        &mut self,
        raw: &RawValue,
        kind: PolicyKind,
    ) -> Result<Arc<Policy>, DocumentError> {
        self.parse_text(&text_of(raw)?, kind)
    }

    /// The policy of a text.
    pub(super) fn parse_text(
        &mut self,
        text: &str,
        kind: PolicyKind,
    ) -> Result<Arc<Policy>, DocumentError> {
        let key = (Box::from(text), kind);
        if let Some(policy) = self.known.get(&key) {
            return Ok(Arc::clone(policy));
        }
        let policy = Arc::new(Policy::parse(text, kind)?);
        self.known.insert(key, Arc::clone(&policy));
        Ok(policy)
    }
}

/// A document's JSON text.
pub(super) fn text_of(raw: &RawValue) -> Result<Cow<'_, str>, DocumentError> {
    if !raw.get().starts_with('"') {
        return Ok(Cow::Borrowed(raw.get()));
    }
    let text: String = serde_json::from_str(raw.get()).map_err(|_| DocumentError::Encoding)?;
    if !text.trim_start().starts_with('%') {
        return Ok(Cow::Owned(text));
    }
    let decoded = percent_decode_str(&text).decode_utf8();
    Ok(Cow::Owned(
        decoded.map_err(|_| DocumentError::Encoding)?.into_owned(),
    ))
}
