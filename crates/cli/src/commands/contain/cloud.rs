//! AWS, as a plan needs it.

use std::time::Duration;

use gardefou_contain::{Cloud, Trouble};
use gardefou_finding::{AwsCall, AwsService, Timestamp};
use gardefou_host::{AwsClient, AwsError};
use serde_json::Value;

use crate::commands::Error;

/// AWS with the user's own credentials.
pub(super) struct Live(AwsClient);

/// Who the credentials are.
pub(super) struct Caller {
    /// Their account.
    pub(super) account: String,
    /// Their ARN.
    pub(super) arn: String,
}

impl Live {
    /// Connects.
    pub(super) fn connect(wait: Duration) -> Result<Self, Error> {
        AwsClient::connect(wait).map(Self).map_err(unreachable)
    }

    /// Asks AWS whose the credentials are.
    pub(super) fn caller(&self) -> Result<Caller, Error> {
        // Every region answers; the one of the configuration is asked first.
        let region = self.0.region().unwrap_or("us-east-1").to_owned();
        let call = AwsCall::new(AwsService::Sts, "GetCallerIdentity").region(Some(&region));
        let answer = self.0.ask(&call).map_err(unreachable)?;
        let text = |name: &str| answer.get(name)?.as_str().map(str::to_owned);
        match (text("Account"), text("Arn")) {
            (Some(account), Some(arn)) => Ok(Caller { account, arn }),
            _ => Err(Error::Aws("GetCallerIdentity tells no account".to_owned())),
        }
    }
}

fn unreachable(error: AwsError) -> Error {
    Error::Aws(error.to_string())
}

impl Cloud for Live {
    fn call(&mut self, call: &AwsCall) -> Result<Value, Trouble> {
        self.0.ask(call).map_err(trouble)
    }

    fn read(&mut self, call: &AwsCall) -> Result<Vec<Value>, Trouble> {
        self.0.ask_all(call).map_err(trouble)
    }

    fn wait(&mut self, seconds: u64) {
        self.0.wait(Duration::from_secs(seconds));
    }

    fn now(&self) -> Timestamp {
        gardefou_host::now().unwrap_or_else(Timestamp::epoch)
    }
}

fn trouble(error: AwsError) -> Trouble {
    match error {
        AwsError::Configuration(text) | AwsError::Unsendable(text) | AwsError::NotSent(text) => {
            Trouble::NotSent(text)
        }
        AwsError::Refused { code, message } => Trouble::Refused { code, message },
        AwsError::NotFound { code, message } => Trouble::NotFound(format!("{code}: {message}")),
        AwsError::Throttled(code) => Trouble::Throttled(code),
        AwsError::Lost(text) => Trouble::Unknown(text),
        AwsError::Malformed(text) => Trouble::Unreadable(text),
    }
}
