//! What a check says when it fires.

use gardefou_finding::{Confidence, Severity, Untrusted};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::text::Via;

use crate::check::{CheckId, Reason};

/// Where a finding is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Location {
    /// Path in the change, tree or archive; inside an archive after `!/`. Empty
    /// when it is about the commit itself.
    pub path: Untrusted,
    /// First line, from 1; `None` when it is about the whole file or commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Last line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_line: Option<u32>,
}

/// One check that fired at one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// Id of the check; its page is `docs/checks/change/<id>.md`.
    pub id: CheckId,
    /// What it saw.
    pub reason: Reason,
    /// How bad it is if it is true.
    pub severity: Severity,
    /// How sure we are.
    pub confidence: Confidence,
    /// Where.
    pub location: Location,
    /// Id of the commit that brings it, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<Untrusted>,
    /// The text that it is about, cut, and without secrets.
    pub excerpt: Untrusted,
    /// How the text was hidden, outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hidden_by: Vec<Via>,
    /// Facts of the reason: a name, an account, a URL.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Untrusted>,
    /// Sixteen hexadecimal digits that stay the same while the check, its reason,
    /// the path and the text do; baselines and suppressions name it.
    pub fingerprint: String,
}

impl Finding {
    /// Order in a report: worst first, then by place.
    pub fn rank(&self) -> impl Ord + '_ {
        (
            std::cmp::Reverse((self.severity, self.confidence)),
            &self.location,
            self.id,
        )
    }
}
