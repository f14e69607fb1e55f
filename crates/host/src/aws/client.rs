//! Signing, sending, waiting, asking again.

use std::error::Error as _;
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_sdk_s3::config::http::{HttpRequest, HttpResponse};
use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::identity::Identity;
use aws_smithy_runtime_api::client::result::ConnectorError;
use gardefou_finding::{AwsCall, AwsService};
use serde_json::Value;
use tokio::runtime::Runtime;
use tokio::time::{sleep, timeout};

use super::error::AwsError;
use super::service::{Endpoint, endpoint, is_region, of};
use super::wire::{self, Unsigned};
use crate::s3::{causes, config};

/// Largest answer, in bytes.
const MAX_ANSWER: usize = 32 << 20;
/// How often a call that only reads is sent at most.
const TRIES: u32 = 5;
/// Before the second try; then twice as long each time.
const PAUSE: Duration = Duration::from_millis(250);
/// Most pages of a list.
const MAX_PAGES: usize = 10_000;
/// Credentials that end sooner than this are asked for anew.
const MARGIN: Duration = Duration::from_secs(120);

/// A connection to AWS with the user's own credentials.
pub struct AwsClient {
    runtime: Runtime,
    config: SdkConfig,
    connector: Box<dyn HttpConnector>,
    credentials: Mutex<Option<Credentials>>,
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
            connector: Box::new(config::connector().map_err(wrong)?),
            config,
            credentials: Mutex::new(None),
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
            let tries = if call.only_reads() { TRIES } else { 1 };
            let mut pause = PAUSE;
            for _ in 1..tries {
                match self.once(call).await {
                    Err(error) if error.is_transient() => sleep(pause).await,
                    other => return other,
                }
                pause *= 2;
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
        let identity = self.identity().await?;
        let name = of(call.service).signing;
        let request = signed(&unsigned, &endpoint, name, &identity)
            .map_err(|error| AwsError::Unsendable(error.to_string()))?;
        let answer = async {
            let answer = self.connector.call(request).await;
            content(answer.map_err(|error| failed(&error))?).await
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
        let mut endpoint = endpoint(call.service, region);
        if let Some(own) = config::own_endpoint(&self.config, of(call.service).id) {
            endpoint.url = own;
        }
        Ok(endpoint)
    }

    /// Credentials, kept as long as they are good.
    async fn identity(&self) -> Result<Identity, AwsError> {
        let soon = SystemTime::now() + MARGIN;
        let good = |kept: &Credentials| kept.expiry().is_none_or(|end| end > soon);
        let kept = self.credentials.lock().ok().and_then(|kept| kept.clone());
        if let Some(kept) = kept.filter(good) {
            return Ok(kept.into());
        }
        let wrong = |text: String| AwsError::Configuration(text);
        let provider = self.config.credentials_provider();
        let provider = provider.ok_or_else(|| wrong("no credentials".to_owned()))?;
        let fresh = provider.provide_credentials().await;
        let fresh = fresh.map_err(|error| wrong(causes(&error)))?;
        if let Ok(mut kept) = self.credentials.lock() {
            *kept = Some(fresh.clone());
        }
        Ok(fresh.into())
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

fn signed(
    unsigned: &Unsigned,
    endpoint: &Endpoint,
    name: &str,
    identity: &Identity,
) -> Result<HttpRequest, Box<dyn std::error::Error + Send + Sync>> {
    let url = format!("{}{}", endpoint.url.trim_end_matches('/'), unsigned.path);
    let settings = SigningParams::builder()
        .identity(identity)
        .region(&endpoint.region)
        .name(name)
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()?;
    let headers = unsigned.headers.iter();
    let signable = SignableRequest::new(
        unsigned.method,
        &url,
        headers.map(|(name, value)| (*name, value.as_str())),
        SignableBody::Bytes(unsigned.body.as_bytes()),
    )?;
    let (signature, _) = sign(signable, &settings.into())?.into_parts();
    let mut request = HttpRequest::new(SdkBody::from(unsigned.body.clone()));
    request.set_method(unsigned.method)?;
    request.set_uri(url)?;
    for (name, value) in &unsigned.headers {
        request.headers_mut().insert(*name, value.clone());
    }
    for (name, value) in signature.headers() {
        request
            .headers_mut()
            .insert(name.to_owned(), value.to_owned());
    }
    Ok(request)
}

/// Status, error code of the header, and body.
async fn content(answer: HttpResponse) -> Result<(u16, Option<String>, Vec<u8>), AwsError> {
    let status = answer.status().as_u16();
    let kind = answer.headers().get("x-amzn-errortype").map(str::to_owned);
    let mut body = ByteStream::new(answer.into_body());
    let mut bytes = Vec::new();
    // A success whose body breaks off was done, as its status says.
    while let Some(chunk) = body
        .try_next()
        .await
        .map_err(|error| cut_off(status, &error))?
    {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_ANSWER {
            return Err(AwsError::Malformed("the answer is too long".to_owned()));
        }
    }
    Ok((status, kind, bytes))
}

fn cut_off(status: u16, error: &dyn std::error::Error) -> AwsError {
    let text = causes(error);
    if (200..300).contains(&status) {
        AwsError::Malformed(text)
    } else {
        AwsError::Lost(text)
    }
}

/// A refused connection sent nothing; of any other end nobody knows.
fn failed(error: &ConnectorError) -> AwsError {
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
