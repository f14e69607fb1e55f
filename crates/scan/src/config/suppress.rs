//! Suppressions: findings that somebody accepted, why, and until when.

use gardefou_finding::Timestamp;
use globset::GlobSet;
use serde::Deserialize;

use super::{ConfigError, globs};
use crate::check::CheckId;
use crate::finding::Finding;

/// A suppression as it is typed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TypedSuppression {
    check: String,
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    fingerprint: Option<String>,
    reason: String,
    until: toml::value::Datetime,
}

/// An accepted finding.
#[derive(Debug)]
pub struct Suppression {
    /// The check that is accepted.
    pub check: CheckId,
    /// Why.
    pub reason: String,
    /// From this day on it is not accepted any more.
    pub until: Timestamp,
    /// Line in the configuration, from 1.
    pub line: usize,
    /// The path or fingerprint as it is typed.
    pub subject: String,
    paths: Option<GlobSet>,
    fingerprint: Option<String>,
}

impl Suppression {
    /// Whether it is about a finding.
    pub fn covers(&self, finding: &Finding) -> bool {
        let path = finding.location.path.as_str();
        let is_path = self.paths.as_ref().is_none_or(|set| set.is_match(path));
        let print = self.fingerprint.as_ref();
        finding.id == self.check && is_path && print.is_none_or(|one| *one == finding.fingerprint)
    }

    /// Whether it is past its end.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.until <= now
    }
}

/// Checks what was typed; `line` is where, from 1.
pub(super) fn validated(typed: TypedSuppression, line: usize) -> Result<Suppression, ConfigError> {
    let wrong = |what: String| ConfigError::Suppression { line, what };
    let check = CheckId::ALL.iter().find(|id| id.word() == typed.check);
    let check = *check.ok_or_else(|| wrong(format!("there is no check `{}`", typed.check)))?;
    if check == CheckId::GateConfig {
        return Err(wrong(
            "what is told of suppressions is not suppressed".to_owned(),
        ));
    }
    if typed.reason.trim().is_empty() {
        return Err(wrong("`reason` is empty".to_owned()));
    }
    if typed.path.is_none() && typed.fingerprint.is_none() {
        return Err(wrong(
            "neither `path` nor `fingerprint` says what".to_owned(),
        ));
    }
    let day = typed.until.to_string();
    let until = (typed.until.time.is_none())
        .then(|| Timestamp::parse(&format!("{day}T00:00:00Z")))
        .flatten()
        .ok_or_else(|| wrong(format!("`until = {day}` is no day such as 2027-01-31")))?;
    let paths = typed.path.as_ref().map(|path| globs(&[path])).transpose()?;
    let subject = typed.path.or_else(|| typed.fingerprint.clone());
    Ok(Suppression {
        check,
        reason: typed.reason,
        until,
        line,
        subject: subject.unwrap_or_default(),
        paths,
        fingerprint: typed.fingerprint,
    })
}
