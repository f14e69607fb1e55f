//! What was typed after `gardefou iam`.

use clap::Subcommand;

use super::audit::AuditOptions;

/// `gardefou iam`
#[derive(Debug, Subcommand)]
pub(crate) enum Iam {
    /// Judge accounts: who can become an administrator, and what is wrong with their IAM
    Audit(AuditOptions),
}
