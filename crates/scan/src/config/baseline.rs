//! Findings that were there before: an earlier report, of which each finding
//! counts as often as it was found.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::finding::Finding;
use crate::report::CHECK_SCHEMA;

/// Why a baseline does not load.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// It is no report of the gate.
    #[error("not a report of `gardefou check --format json`: {0}")]
    Json(#[from] serde_json::Error),
    /// Its schema is another.
    #[error("schema `{0}` is not `{CHECK_SCHEMA}`")]
    Schema(String),
}

/// Known findings by fingerprint, with how often each is known.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    known: BTreeMap<String, u64>,
}

#[derive(Deserialize)]
struct Read {
    schema: String,
    findings: Vec<Known>,
}

#[derive(Deserialize)]
struct Known {
    fingerprint: String,
}

impl Baseline {
    /// Reads a report.
    ///
    /// # Errors
    /// When it is no report of the gate.
    pub fn parse(bytes: &[u8]) -> Result<Self, BaselineError> {
        let read: Read = serde_json::from_slice(bytes)?;
        if read.schema != CHECK_SCHEMA {
            return Err(BaselineError::Schema(read.schema));
        }
        let mut known = BTreeMap::new();
        for one in read.findings {
            *known.entry(one.fingerprint).or_default() += 1;
        }
        Ok(Self { known })
    }

    /// Whether a finding was there before; each time it is asked for counts.
    pub(super) fn takes(&mut self, finding: &Finding) -> bool {
        match self.known.get_mut(&finding.fingerprint) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        }
    }
}
