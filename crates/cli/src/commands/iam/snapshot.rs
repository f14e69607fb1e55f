//! `gardefou iam snapshot`: an account, asked of AWS → a file for later audits.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use gardefou_finding::{AwsCall, ExitStatus};
use gardefou_host::{AwsClient, AwsError, pause, write_atomically};
use gardefou_iam::snapshot::live::{Api, Refusal, Taken, take};
use serde_json::Value;

use crate::commands::Error;
use crate::messages::say;

/// Longest wait for one answer.
const WAIT: Duration = Duration::from_secs(60);

/// Between two questions whether AWS has made its report.
const PAUSE: Duration = Duration::from_secs(1);

const EXAMPLES: &str = "\
Only these calls are made, and none of them changes anything (docs/iam-snapshot.md has a policy):
  sts:GetCallerIdentity
  iam:GetAccountAuthorizationDetails, GenerateCredentialReport, GetCredentialReport,
  GetAccountSummary, GetAccountPasswordPolicy, ListVirtualMFADevices, ListMFADevices
  organizations:DescribeOrganization, ListParents, ListPoliciesForTarget, DescribePolicy

Examples:
  gardefou iam snapshot --out snapshot/account.ndjson
  AWS_PROFILE=audit gardefou iam snapshot --out a.ndjson --no-organization

Exit status:
  0  everything was read
  2  no credentials, no region, or nothing can be written
  3  something could not be read; the snapshot says what, and so does every audit of it";

/// `gardefou iam snapshot`
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct SnapshotOptions {
    /// The file, which appears whole or not at all
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    /// Do not ask Organizations for service and resource control policies
    #[arg(long)]
    no_organization: bool,
}

/// Runs `gardefou iam snapshot`.
pub(crate) fn run(options: &SnapshotOptions) -> Result<ExitStatus, Error> {
    let taken = ask(!options.no_organization)?;
    write_atomically(&options.out, taken.text.as_bytes())
        .map_err(|error| Error::file(&options.out, error))?;
    say(&format!(
        "gardefou: account {} is in `{}`; {} calls had no answer",
        taken.account,
        options.out.display(),
        taken.not_read
    ));
    Ok(status(&taken))
}

/// The one place that decides the exit status of a snapshot.
fn status(taken: &Taken) -> ExitStatus {
    if taken.not_read == 0 {
        ExitStatus::Clean
    } else {
        ExitStatus::Incomplete
    }
}

/// Takes a snapshot with the user's AWS credentials.
pub(crate) fn ask(with_organization: bool) -> Result<Taken, Error> {
    let wrong = |text: String| Error::Usage(text);
    let client = AwsClient::connect(WAIT).map_err(|error| wrong(error.to_string()))?;
    say("gardefou: asking AWS; nothing is changed there");
    take(&Asker(&client), with_organization).map_err(|refusal| wrong(refusal.to_string()))
}

/// The account that the user's credentials are of.
struct Asker<'a>(&'a AwsClient);

impl Api for Asker<'_> {
    fn ask(&self, call: &AwsCall) -> Result<Vec<Value>, Refusal> {
        self.0.ask_all(call).map_err(|error| Refusal {
            code: code(&error).to_owned(),
            message: error.to_string(),
        })
    }

    fn pause(&self) {
        pause(PAUSE);
    }
}

fn code(error: &AwsError) -> &str {
    match error {
        AwsError::Refused { code, .. } | AwsError::NotFound { code, .. } => code,
        _ => "",
    }
}
