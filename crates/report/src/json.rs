//! The report as JSON, and its schema.

use std::fmt::Write as _;

use gardefou_finding::{Audit, Plan, Proposal, Replay, Report, TrailProof, Untrusted};
use serde::Serialize;

/// Renders the report as JSON; in several lines when `pretty`. Characters that
/// could steer a terminal, or reorder or hide text, are written as `\uXXXX`:
/// the data is the same, and a person who looks at the file sees them.
pub(crate) fn render(report: &impl Serialize, pretty: bool) -> String {
    let text = if pretty {
        serde_json::to_string_pretty(report)
    } else {
        serde_json::to_string(report)
    };
    // A report has string keys and finite shapes only; serde_json fails on
    // neither. An empty answer would still be no valid JSON, hence `null`.
    escape(&text.unwrap_or_else(|_| "null".to_owned()))
}

/// Writes steering characters of a JSON text as `\uXXXX`. Outside strings a
/// JSON text has none but line ends.
pub(crate) fn escape(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' || !steers(c) {
            out.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing into a String does not fail.
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    out
}

/// Whether a character is one that `Untrusted` escapes; that list is the one
/// place that decides.
pub(crate) fn steers(c: char) -> bool {
    !matches!(c, ' '..='~')
        && Untrusted::new(c.to_string())
            .escaped()
            .chars()
            .nth(1)
            .is_some()
}

/// The JSON Schema (2020-12) of a report, pretty-printed, with a line end.
pub fn json_schema() -> String {
    written(&schemars::schema_for!(Report))
}

/// The same of a plan of containment.
pub fn plan_schema() -> String {
    written(&schemars::schema_for!(Plan))
}

/// The same of what digests prove.
pub fn proof_schema() -> String {
    written(&schemars::schema_for!(TrailProof))
}

/// The same of what the gate says.
pub fn check_schema() -> String {
    written(&schemars::schema_for!(gardefou_scan::CheckReport))
}

/// The same of an audit.
pub fn audit_schema() -> String {
    written(&schemars::schema_for!(Audit))
}

/// The same of a least-privilege proposal.
pub fn proposal_schema() -> String {
    written(&schemars::schema_for!(Proposal))
}

/// The same of a replay.
pub fn replay_schema() -> String {
    written(&schemars::schema_for!(Replay))
}

fn written(schema: &schemars::Schema) -> String {
    let text = serde_json::to_string_pretty(schema).unwrap_or_else(|_| "null".to_owned());
    text + "\n"
}
