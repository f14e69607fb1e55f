//! What was typed after `gardefou contain`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use gardefou_report::Lang;

use crate::args::{Color, lang};
use crate::commands::ledger::args::{VkeyChoice, vkey};

const PLAN_EXAMPLES: &str = "\
Examples:
  gardefou contain plan AWSLogs/ --snapshot snapshot/ --out plan
  gardefou investigate AWSLogs/ --format json > report.json
  gardefou contain plan --report report.json --format json > plan.json

Exit status:
  0  a plan, and with a snapshot: the incident's identities can do nothing after it
  1  a plan that leaves them something, or of which nothing is proven
  2  wrong use, or no incident of that id
  3  something could not be read";

const APPLY_EXAMPLES: &str = "\
Examples:
  gardefou contain apply plan/plan.json --ledger audit
  gardefou contain apply plan/plan.json --ledger audit --require-approval 2 \\
      --approver ann.vkey --approver bob.vkey --approval ann.note --approval bob.note

Credentials and region come as for the AWS CLI; AWS_ENDPOINT_URL is honoured. Called again, it goes
on where it stopped.

Exit status:
  0  every step is done
  1  a step was changed back by somebody, or stopped
  2  wrong use, or an approval is missing
  3  the ledger, the state or AWS could not be read";

/// `gardefou contain`
#[derive(Debug, Subcommand)]
pub(crate) enum Contain {
    /// Make a plan of an incident; changes nothing
    #[command(after_help = PLAN_EXAMPLES)]
    Plan(Box<PlanOptions>),
    /// Carry a plan out; the only command that changes anything in AWS, with undo
    #[command(after_help = APPLY_EXAMPLES)]
    Apply(Box<ApplyOptions>),
    /// Tell how far a plan is, by the ledger
    Status(StatusOptions),
    /// Undo what a plan did, last step first
    Undo(Box<ApplyOptions>),
    /// Sign a plan's digest, for --require-approval
    Approve(ApproveOptions),
}

/// Form of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlanForm {
    /// For a terminal
    Text,
    /// For `contain apply`, and for programs
    Json,
    /// A runbook
    Markdown,
}

/// `gardefou contain plan`
#[derive(Args, Debug)]
pub(crate) struct PlanOptions {
    /// CloudTrail logs, as `gardefou investigate` takes them
    #[arg(
        value_name = "PATH",
        required_unless_present = "report",
        conflicts_with = "report"
    )]
    pub(crate) paths: Vec<OsString>,

    /// A report of `gardefou investigate --format json`, in place of logs
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,

    /// The incident's id [default: the report's first, which is the most severe]
    #[arg(long, value_name = "ID")]
    pub(crate) incident: Option<String>,

    /// The accounts' policies, as `gardefou iam audit` takes them [may be repeated]
    #[arg(long, value_name = "PATH")]
    pub(crate) snapshot: Vec<PathBuf>,

    /// ARN of who will carry the plan out, and is never shut out
    #[arg(long, value_name = "ARN")]
    pub(crate) responder: Option<String>,

    /// The accounts are in an organisation: offer a service control policy
    #[arg(long)]
    pub(crate) organization: bool,

    /// Take snapshots of the incident's instances' volumes before they are terminated
    #[arg(long)]
    pub(crate) evidence: bool,

    /// Form of the plan on standard output
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub(crate) format: PlanForm,

    /// Also write plan.json, runbooks in English and French, an AWS CLI script, the deny policies,
    /// Terraform and the text that approvals sign as files of this directory
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    /// Language of the text
    #[arg(long, value_name = "en|fr", default_value = "en", value_parser = lang)]
    pub(crate) lang: Lang,

    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
}

/// The ledger that holds what was done.
#[derive(Args, Clone, Debug)]
pub(crate) struct LedgerChoice {
    /// The ledger that holds what was done
    #[arg(long, value_name = "DIR")]
    pub(crate) ledger: PathBuf,

    /// File of the ledger's private key [default: DIR.key]
    #[arg(long, value_name = "FILE")]
    pub(crate) ledger_key: Option<PathBuf>,
}

/// Form of what is told.
#[derive(Args, Clone, Debug)]
pub(crate) struct Shown {
    /// Form of what is told
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub(crate) format: crate::commands::ledger::args::Form,

    /// Language of the text
    #[arg(long, value_name = "en|fr", default_value = "en", value_parser = lang)]
    pub(crate) lang: Lang,
}

/// `gardefou contain apply` and `undo`
#[derive(Args, Debug)]
pub(crate) struct ApplyOptions {
    /// The plan, as `contain plan --format json` or `--out` wrote it
    #[arg(value_name = "PLAN")]
    pub(crate) plan: PathBuf,

    #[command(flatten)]
    pub(crate) ledger: LedgerChoice,

    /// Only this step
    #[arg(long, value_name = "STEP")]
    pub(crate) step: Option<String>,

    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,

    /// How many people must have approved the plan as it is
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) require_approval: usize,

    /// Public key of somebody who may approve, or a file of it [may be repeated]
    #[arg(long, value_name = "KEY", value_parser = vkey)]
    pub(crate) approver: Vec<VkeyChoice>,

    /// Allowed signers (ssh-keygen's format) who may approve with SSH keys
    #[arg(long, value_name = "FILE")]
    pub(crate) allowed_signers: Option<PathBuf>,

    /// An approval, as `contain approve` or `ssh-keygen -Y sign` wrote it [may be repeated]
    #[arg(long, value_name = "FILE")]
    pub(crate) approval: Vec<PathBuf>,

    /// Seconds that changes of IAM take to spread; the steps are looked at again after them
    #[arg(long, value_name = "SECONDS", default_value_t = 15)]
    pub(crate) spread: u64,

    /// Seconds that one answer of AWS may take
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub(crate) timeout: u64,

    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// `gardefou contain status`
#[derive(Args, Debug)]
pub(crate) struct StatusOptions {
    /// The plan
    #[arg(value_name = "PLAN")]
    pub(crate) plan: PathBuf,

    /// The ledger that holds what was done
    #[arg(long, value_name = "DIR")]
    pub(crate) ledger: PathBuf,

    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// `gardefou contain approve`
#[derive(Args, Debug)]
pub(crate) struct ApproveOptions {
    /// The plan
    #[arg(value_name = "PLAN")]
    pub(crate) plan: PathBuf,

    /// Name of the key: a URL without scheme, such as example.com/ann
    #[arg(long, value_name = "NAME", requires = "key")]
    pub(crate) name: Option<String>,

    /// File of the private key
    #[arg(
        long,
        value_name = "FILE",
        requires = "name",
        required_unless_present = "ssh_key"
    )]
    pub(crate) key: Option<PathBuf>,

    /// An SSH key to sign with instead: the private key, or the public key of one that the agent
    /// holds
    #[arg(long, value_name = "FILE", conflicts_with_all = ["name", "key"])]
    pub(crate) ssh_key: Option<PathBuf>,

    /// Where the approval is written
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}
