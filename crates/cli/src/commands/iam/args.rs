//! What was typed after `gardefou iam`.

use std::path::PathBuf;

use super::audit::AuditOptions;
use super::least_privilege::LeastPrivilege;
use super::snapshot::SnapshotOptions;
use clap::{Args, Subcommand, ValueEnum};
use gardefou_report::Lang;

use crate::args::{Color, lang};

/// `gardefou iam`
#[derive(Debug, Subcommand)]
pub(crate) enum Iam {
    /// Say what AWS decides about requests: allow, implicit or explicit deny, or unknown
    Evaluate(Box<Evaluate>),
    /// Judge accounts: who can become an administrator, and what is wrong with their IAM
    Audit(AuditOptions),
    /// Ask AWS what an account's IAM is, and save it
    Snapshot(SnapshotOptions),
    /// Propose the policy that a principal needs, from what it did
    LeastPrivilege(Box<LeastPrivilege>),
}

const EVALUATE_EXAMPLES: &str = "\
Examples:
  gardefou iam evaluate cases.json
  gardefou iam evaluate --principal arn:aws:iam::111122223333:user/alice --action s3:GetObject \\
      --resource arn:aws:s3:::data/x --policy alice.json --context aws:SourceIp=203.0.113.7 --explain

Exit status:
  0  every case was judged, whatever was decided
  2  wrong use, or a file that is no JSON
  3  a case was not valid; its answer says why and is a denial";

/// `gardefou iam evaluate`
#[derive(Args, Debug)]
#[command(after_help = EVALUATE_EXAMPLES)]
pub(crate) struct Evaluate {
    /// Cases as docs/iam.md describes them; - for standard input
    #[arg(value_name = "CASES.json", required_unless_present = "action")]
    pub(crate) cases: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) request: RequestFlags,

    #[command(flatten)]
    pub(crate) policies: PolicyFlags,

    /// Also say what every statement said
    #[arg(long)]
    pub(crate) explain: bool,

    /// Form of the answers on standard output [default: json for a file, text for one case]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<AnswerFormat>,

    /// Language of the text
    #[arg(long, value_name = "en|fr", default_value = "en", value_parser = lang)]
    pub(crate) lang: Lang,

    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
}

/// One request.
#[derive(Args, Debug)]
#[command(next_help_heading = "One case")]
pub(crate) struct RequestFlags {
    /// Who: an ARN, a service such as lambda.amazonaws.com, or anonymous
    #[arg(
        long,
        value_name = "WHO",
        conflicts_with = "cases",
        requires = "action"
    )]
    pub(crate) principal: Option<String>,

    /// What, such as s3:GetObject
    #[arg(
        long,
        value_name = "ACTION",
        conflicts_with = "cases",
        requires = "principal"
    )]
    pub(crate) action: Option<String>,

    /// To which resource
    #[arg(
        long,
        value_name = "ARN",
        default_value = "*",
        conflicts_with = "cases"
    )]
    pub(crate) resource: String,

    /// The account that owns the resource, where its ARN does not say
    #[arg(long, value_name = "ID", conflicts_with = "cases")]
    pub(crate) resource_account: Option<String>,

    /// A key of the context with its value [repeat a key for several values]
    #[arg(long, value_name = "KEY=VALUE", conflicts_with = "cases", value_parser = pair)]
    pub(crate) context: Vec<(String, String)>,

    /// A key of which nobody knows the value [may be repeated]
    #[arg(long, value_name = "KEY", conflicts_with = "cases")]
    pub(crate) unknown: Vec<String>,
}

/// The policies of one request; each file holds a policy's JSON.
#[derive(Args, Debug)]
#[command(next_help_heading = "Policies of the case")]
pub(crate) struct PolicyFlags {
    /// An identity policy [may be repeated]
    #[arg(long, value_name = "FILE", conflicts_with = "cases")]
    pub(crate) policy: Vec<PathBuf>,

    /// The resource's policy
    #[arg(long, value_name = "FILE", conflicts_with = "cases")]
    pub(crate) resource_policy: Vec<PathBuf>,

    /// The permissions boundary
    #[arg(long, value_name = "FILE", conflicts_with = "cases")]
    pub(crate) boundary: Vec<PathBuf>,

    /// A session policy [may be repeated]
    #[arg(long, value_name = "FILE", conflicts_with = "cases")]
    pub(crate) session_policy: Vec<PathBuf>,

    /// A service control policy of a level of the organisation [may be repeated]
    #[arg(long, value_name = "LEVEL=FILE", conflicts_with = "cases", value_parser = pair)]
    pub(crate) scp: Vec<(String, String)>,

    /// A resource control policy of a level of the organisation [may be repeated]
    #[arg(long, value_name = "LEVEL=FILE", conflicts_with = "cases", value_parser = pair)]
    pub(crate) rcp: Vec<(String, String)>,

    /// The VPC endpoint's policy
    #[arg(long, value_name = "FILE", conflicts_with = "cases")]
    pub(crate) endpoint_policy: Vec<PathBuf>,
}

/// How answers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AnswerFormat {
    /// For a terminal
    Text,
    /// A list of answers in the order of the cases
    Json,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}
