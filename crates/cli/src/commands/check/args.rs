//! What was typed for the gate, beside what it judges.

use std::path::PathBuf;

use clap::Args;

/// What is accepted, required and trusted.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct TrustChoice {
    /// The configuration. Without it, --range and --staged take gardefou.toml of the revision that
    /// the change starts from, never the change's own; everything else takes none
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// An earlier report of `gardefou check --format json`: its findings are known
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,

    /// Signed approvals, as `gardefou approve --out` writes them; those in git notes are found
    /// [may be repeated]
    #[arg(long, value_name = "FILE", requires = "range")]
    pub(crate) approvals: Vec<PathBuf>,

    /// Reviews that GitHub or GitLab exported [JSON; may be repeated]
    #[arg(long, value_name = "FILE", requires = "range")]
    pub(crate) reviews: Vec<PathBuf>,

    /// The range is on the release line already, and no proposal
    #[arg(long, requires = "range")]
    pub(crate) landed: bool,
}

/// What becomes of the verdict.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Outcome {
    /// A report of `gardefou investigate --format json`: access keys found here that its incidents
    /// used are told
    #[arg(long, value_name = "FILE")]
    pub(crate) with_trail: Option<PathBuf>,

    /// Append the verdict to this ledger
    #[arg(long, value_name = "DIR")]
    pub(crate) ledger: Option<PathBuf>,

    /// File of the ledger's private key [default: DIR.key]
    #[arg(long, value_name = "FILE", requires = "ledger")]
    pub(crate) ledger_key: Option<PathBuf>,
}
