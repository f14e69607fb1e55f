//! Who stands behind a change: signatures of commits, approvals by others, what
//! the release line has seen before, and what protects the branch.
//!
//! The checks of files judge one change by itself; these need what the
//! repository trusts, and its history.

mod approval;
mod export;
mod line;
mod protection;
mod review;
mod signature;
mod signers;
mod ssh;

pub use approval::{APPROVAL_NAMESPACE, Approval, Approvals, statement};
pub use export::{ExportError, ReviewExport};
pub use line::{Landed, ReleaseLine};
pub use protection::judge_protection;
pub use signers::{AllowedSigners, SignedBy, SignersError};
pub use ssh::SshError;

use gardefou_finding::Timestamp;

use crate::change::Change;
use crate::check::Out;
use crate::config::Config;
use crate::judge::Judged;

/// What is known about a range of commits beside its files.
#[derive(Debug)]
pub struct Trust<'a> {
    /// What the repository requires.
    pub config: &'a Config,
    /// Who may sign commits.
    pub signers: &'a AllowedSigners,
    /// Who may approve.
    pub approvers: &'a AllowedSigners,
    /// Approvals that were found, not yet verified.
    pub approvals: Approvals,
    /// Reviews that GitHub or GitLab exported.
    pub exports: Vec<ReviewExport>,
    /// The history that the range goes into.
    pub line: ReleaseLine,
    /// The commits are on the release line already, and no proposal.
    pub is_landed: bool,
    /// The range.
    pub span: Span,
    /// The clock.
    pub now: Timestamp,
}

/// The ends of a range.
#[derive(Clone, Debug, Default)]
pub struct Span {
    /// Commit that the range starts after, and every ancestor of it that an
    /// approval names; empty where the range has no start.
    pub bases: Vec<String>,
    /// The commit whose configuration counts: the one that the user named as the
    /// range's start, not where a branch once left it.
    pub trusted: Option<String>,
    /// Last commit.
    pub head: String,
    /// Tree of the last commit.
    pub tree: String,
}

impl Trust<'_> {
    /// Judges a range of commits.
    pub fn judge(&self, changes: &[Change], judged: &mut Judged) {
        let mut authors = Vec::new();
        for change in changes {
            let Some(commit) = &change.commit else {
                continue;
            };
            let mut out = Out::new(&mut judged.coverage, commit.shown_id());
            let signer = signature::judge(self, commit, &mut out);
            line::judge(self, commit, change, &mut out);
            judged.findings.extend(out.findings());
            authors.push(review::Author::of(commit, signer));
        }
        let mut out = Out::new(&mut judged.coverage, None);
        review::judge(self, changes, &authors, &mut out);
        judged.findings.extend(out.findings());
    }
}
