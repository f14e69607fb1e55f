//! Signing, sending, waiting, asking again.

use std::error::Error as _;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use gardefou_finding::{AwsCall, AwsService};
use serde_json::Value;
use tokio::runtime::Runtime;
use tokio::time::{sleep, timeout};

use super::error::AwsError;
use super::partition::is_region;
use super::retry::Retry;
use super::send::{self, BodyError, Endpoint, SendError, Sender};
use super::{causes, config, service, wire};

/// Largest answer, in bytes.
const MAX_ANSWER: usize = 32 << 20;
/// For calls that only read.
const RETRY: Retry = Retry {
    tries: 5,
    pause: Duration::from_millis(500),
    longest: Duration::from_secs(4),
};
/// Most pages of a list.
const MAX_PAGES: usize = 10_000;
/// A connection to AWS with the user's own credentials.
pub struct AwsClient {
    runtime: Runtime,
    config: SdkConfig,
    sender: Sender,
    wait: Duration,
}

impl std::fmt::Debug for AwsClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AwsClient")
            .field("region", &self.region())
            .finish_non_exhaustive()
    }
}

impl AwsClient {
    /// Loads the user's AWS configuration: environment, profile, SSO,
    /// credential process, web identity, container and instance metadata.
    /// `wait` is the longest time that one answer may take.
    ///
    /// # Errors
    /// No runtime, or a certificate bundle that cannot be read.
    pub fn connect(wait: Duration) -> Result<Self, AwsError> {
        let wrong = |error: std::io::Error| AwsError::Configuration(error.to_string());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(wrong)?;
        let config = runtime.block_on(config::load().map_err(wrong)?);
        Ok(Self {
            runtime,
            sender: Sender::new(&config, wait).map_err(wrong)?,
            config,
            wait,
        })
    }

    /// The region of the user's configuration.
    pub fn region(&self) -> Option<&str> {
        self.config.region().map(AsRef::as_ref)
    }

    /// Makes a call. One that only reads is asked again, later each time, when
    /// it was throttled or got no answer; one that changes is sent once.
    ///
    /// # Errors
    /// See [`AwsError`].
    pub fn ask(&self, call: &AwsCall) -> Result<Value, AwsError> {
        self.runtime.block_on(async {
            let repeats = call.only_reads();
            for pause in RETRY.pauses().take_while(|_| repeats) {
                match self.once(call).await {
                    Err(error) if error.is_transient() => sleep(pause).await,
                    other => return other,
                }
            }
            self.once(call).await
        })
    }

    /// Lets this time pass.
    pub fn wait(&self, time: Duration) {
        // The timer must be made where the runtime is.
        self.runtime.block_on(async { sleep(time).await });
    }

    /// Makes a call that lists, page after page.
    ///
    /// # Errors
    /// See [`AwsError`]; a list that never ends is malformed.
    pub fn ask_all(&self, call: &AwsCall) -> Result<Vec<Value>, AwsError> {
        let mut pages = Vec::new();
        let mut call = call.clone();
        while pages.len() < MAX_PAGES {
            let page = self.ask(&call)?;
            let next = next_page(&page, call.service);
            pages.push(page);
            let Some((parameter, token)) = next else {
                return Ok(pages);
            };
            call = call.with(parameter, token);
        }
        Err(AwsError::Malformed("the list never ends".to_owned()))
    }

    async fn once(&self, call: &AwsCall) -> Result<Value, AwsError> {
        let endpoint = self.endpoint(call)?;
        let unsigned = wire::write(call)?;
        let request = self.sender.sign(&unsigned, &endpoint).await;
        let request = request.map_err(failed)?;
        let answer = async {
            let answer = self.sender.transmit(request).await;
            content(answer.map_err(failed)?).await
        };
        let answer = timeout(self.wait, answer).await;
        let (status, kind, body) =
            answer.map_err(|_| AwsError::Lost("no answer in time".to_owned()))??;
        if (200..300).contains(&status) {
            return wire::read(call, &body);
        }
        let (code, message) = wire::explain(kind.as_deref(), &body);
        Err(AwsError::of_answer(status, &code, &message))
    }

    fn endpoint(&self, call: &AwsCall) -> Result<Endpoint, AwsError> {
        let missing = || AwsError::Configuration("no region".to_owned());
        let region = match (&call.region, self.region()) {
            (Some(region), _) => region,
            (None, Some(region)) => region,
            (None, None) if call.service.is_global() => "us-east-1",
            (None, None) => return Err(missing()),
        };
        if !is_region(region) {
            let shown = region.escape_debug();
            return Err(AwsError::Unsendable(format!("`{shown}` is no region")));
        }
        Ok(service::endpoint(&self.config, call.service, region))
    }
}

/// The parameter that asks for the page after this one, and its value.
fn next_page(page: &Value, service: AwsService) -> Option<(&'static str, String)> {
    let token = |name: &str| {
        let text = page.get(name)?.as_str()?;
        (!text.is_empty()).then(|| text.to_owned())
    };
    // IAM says so in words, and its marker counts only then.
    let is_last = page
        .get("IsTruncated")
        .is_some_and(|more| more.as_str() != Some("true") && more != &Value::Bool(true));
    let marker = || token("Marker").filter(|_| !is_last);
    marker()
        .map(|token| ("Marker", token))
        .or_else(|| token("NextMarker").map(|token| ("Marker", token)))
        .or_else(|| token("NextToken").map(|token| ("NextToken", token)))
        .or_else(|| {
            // EC2's requests spell it otherwise than its answers.
            let name = match service {
                AwsService::Ec2 => "NextToken",
                _ => "nextToken",
            };
            Some((name, token("nextToken")?))
        })
}

/// Status, error code of the header, and body.
async fn content(answer: HttpResponse) -> Result<(u16, Option<String>, Vec<u8>), AwsError> {
    let status = answer.status();
    let kind = answer.headers().get("x-amzn-errortype").map(str::to_owned);
    let body = send::whole(answer, MAX_ANSWER).await;
    let body = body.map_err(|error| match error {
        // A success whose body breaks off was done, as its status says.
        BodyError::BrokenOff(text) if !status.is_success() => AwsError::Lost(text),
        error => AwsError::Malformed(error.to_string()),
    })?;
    Ok((status.as_u16(), kind, body))
}

fn failed(error: SendError) -> AwsError {
    match error {
        SendError::NoCredentials(text) => AwsError::Configuration(text),
        SendError::Unsendable(error) => AwsError::Unsendable(error.to_string()),
        SendError::Late => AwsError::Lost(error.to_string()),
        SendError::Broken(error) => broken(&error),
    }
}

/// A refused connection sent nothing; of any other end nobody knows.
fn broken(error: &ConnectorError) -> AwsError {
    let text = causes(error);
    let mut cause = error.source();
    while let Some(one) = cause {
        let refused = one.downcast_ref::<std::io::Error>().is_some_and(|error| {
            matches!(
                error.kind(),
                std::io::ErrorKind::ConnectionRefused
                    | std::io::ErrorKind::HostUnreachable
                    | std::io::ErrorKind::NetworkUnreachable
            )
        });
        if refused {
            return AwsError::NotSent(text);
        }
        cause = one.source();
    }
    AwsError::Lost(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_go_on_where_they_say() {
        let next = |page: Value, service| next_page(&page, service);
        let iam = |more: &str| json!({"IsTruncated": more, "Marker": "m"});
        assert_eq!(
            next(iam("true"), AwsService::Iam),
            Some(("Marker", "m".to_owned()))
        );
        assert_eq!(next(iam("false"), AwsService::Iam), None);
        let token = json!({"nextToken": "t"});
        assert_eq!(
            next(token.clone(), AwsService::Ec2),
            Some(("NextToken", "t".to_owned()))
        );
        assert_eq!(
            next(token, AwsService::Ecs),
            Some(("nextToken", "t".to_owned()))
        );
        assert_eq!(next(json!({"NextToken": ""}), AwsService::Ecs), None);
    }
}
