//! What was typed after `gardefou advisories`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use gardefou_report::Lang;

use crate::args::lang;

/// `gardefou advisories`
#[derive(Debug, Subcommand)]
pub(crate) enum Advisories {
    /// Make the file of advisories that `check --advisories` reads, from OSV records
    Sync(Sync),
}

const SYNC_EXAMPLES: &str = "\
Writes DIR/advisories.gardefou. The same records give the same bytes. The network is used for an
https:// URL alone. Records that cannot be read are told; the file is written without them.

Examples:
  gardefou advisories sync --from all.zip --to ~/.cache/gardefou
  gardefou advisories sync --from npm.zip --from PyPI.zip --to advisories/
  gardefou check --range main..HEAD --advisories advisories/advisories.gardefou

Exit status:
  0  every record was read
  2  wrong use
  3  something could not be read; standard error says what";

/// `gardefou advisories sync`
#[derive(Args, Debug)]
#[command(after_help = SYNC_EXAMPLES)]
pub(crate) struct Sync {
    /// OSV records: a JSON file, a zip archive of them, a directory of either, or such a file's
    /// https:// URL [may be repeated]
    #[arg(long, value_name = "FILE|DIR|URL", required = true)]
    pub(crate) from: Vec<String>,

    /// Directory to write advisories.gardefou to
    #[arg(long, value_name = "DIR")]
    pub(crate) to: PathBuf,

    /// Language of what is told
    #[arg(long, value_name = "en|fr", default_value = "en", value_parser = lang)]
    pub(crate) lang: Lang,
}
