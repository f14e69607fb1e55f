//! Signing and sending: the one place where requests to AWS leave.
//!
//! No redirect is ever followed, so that what is signed goes where it was
//! signed for and nowhere else.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4::SigningParams;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::DateTime;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use aws_smithy_types::date_time::Format;
use bytes::Bytes;
use thiserror::Error;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::config::{self, READ_TIMEOUT};

/// Credentials that end sooner than this are asked for anew.
const MARGIN: Duration = Duration::from_secs(120);

/// A difference of clocks below this is none, in seconds: AWS takes more.
const SKEW: i64 = 4 * 60;

/// What servers are told of who asks.
const USER_AGENT: &str = concat!("gardefou/", env!("CARGO_PKG_VERSION"));

/// A request without host and signature.
#[derive(Debug)]
pub(crate) struct Unsigned {
    pub(crate) method: &'static str,
    /// Path and query, percent-encoded, from the first `/` on.
    pub(crate) path: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

/// Where a request goes, and what it is signed for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// Scheme, host and perhaps the beginning of a path.
    pub(crate) url: String,
    pub(crate) region: String,
    /// The service's name in signatures.
    pub(crate) service: &'static str,
}

/// Why there is no answer.
#[derive(Debug, Error)]
pub(crate) enum SendError {
    /// No provider has credentials.
    #[error("{0}")]
    NoCredentials(String),
    /// A request that cannot be written; nothing was sent.
    #[error(transparent)]
    Unsendable(BoxError),
    /// No connection, or one that broke.
    #[error(transparent)]
    Broken(ConnectorError),
    /// Silence.
    #[error("no answer in time")]
    Late,
}

/// Signs with the user's credentials, and sends.
#[derive(Debug)]
pub(crate) struct Sender {
    connector: SharedHttpConnector,
    provider: Option<SharedCredentialsProvider>,
    credentials: Mutex<Option<Credentials>>,
    /// Seconds by which AWS's clock is ahead; `None` when that is not to be
    /// looked at.
    skew: Option<AtomicI64>,
    wait: Duration,
}

impl Sender {
    /// With the credentials of this configuration; `wait` is the longest time
    /// until an answer begins.
    ///
    /// # Errors
    /// The system's when `AWS_CA_BUNDLE` names a file that cannot be read.
    pub(crate) fn new(config: &SdkConfig, wait: Duration) -> std::io::Result<Self> {
        let ignores_clocks = config.disable_clock_skew_correction().unwrap_or_default();
        Ok(Self {
            connector: SharedHttpConnector::new(config::connector()?),
            provider: config.credentials_provider(),
            credentials: Mutex::new(None),
            skew: (!ignores_clocks).then(AtomicI64::default),
            wait,
        })
    }

    /// Sends a request; what comes back is an answer whatever its status.
    ///
    /// # Errors
    /// See [`SendError`].
    pub(crate) async fn send(
        &self,
        unsigned: &Unsigned,
        to: &Endpoint,
    ) -> Result<HttpResponse, SendError> {
        self.transmit(self.sign(unsigned, to).await?).await
    }

    /// Signs a request. Nothing is sent but what finding credentials asks for.
    ///
    /// # Errors
    /// No credentials, or a request that cannot be written.
    pub(crate) async fn sign(
        &self,
        unsigned: &Unsigned,
        to: &Endpoint,
    ) -> Result<HttpRequest, SendError> {
        let credentials = self.credentials().await.map_err(SendError::NoCredentials)?;
        signed(unsigned, to, credentials, self.now()).map_err(SendError::Unsendable)
    }

    /// Sends what was signed.
    ///
    /// # Errors
    /// No connection, one that broke, or silence.
    pub(crate) async fn transmit(&self, request: HttpRequest) -> Result<HttpResponse, SendError> {
        let answer = timeout(self.wait, self.connector.call(request)).await;
        answer
            .map_err(|_| SendError::Late)?
            .map_err(SendError::Broken)
    }

    /// Credentials, kept as long as they are good.
    async fn credentials(&self) -> Result<Credentials, String> {
        let mut kept = self.credentials.lock().await;
        let soon = SystemTime::now() + MARGIN;
        if let Some(good) = &*kept
            && good.expiry().is_none_or(|end| end > soon)
        {
            return Ok(good.clone());
        }
        let provider = self.provider.as_ref().ok_or("no credentials")?;
        let fresh = provider.provide_credentials().await;
        let fresh = fresh.map_err(|error| super::causes(&error))?;
        *kept = Some(fresh.clone());
        Ok(fresh)
    }

    /// The time as AWS has it.
    fn now(&self) -> SystemTime {
        let now = SystemTime::now();
        let skew = self.skew.as_ref();
        let skew = skew.map_or(0, |skew| skew.load(Ordering::Relaxed));
        let distance = Duration::from_secs(skew.unsigned_abs());
        let shifted = if skew < 0 {
            now.checked_sub(distance)
        } else {
            now.checked_add(distance)
        };
        shifted.unwrap_or(now)
    }

    /// Takes the time from an answer's header `date`; whether it was another
    /// one than that of the signatures until now.
    pub(crate) fn adopt_clock(&self, date: Option<&str>) -> bool {
        let date = date.and_then(|date| DateTime::from_str(date, Format::HttpDate).ok());
        let (Some(skew), Some(theirs)) = (&self.skew, date) else {
            return false;
        };
        let secs = |time| DateTime::from(time).secs();
        let is_new = theirs.secs().abs_diff(secs(self.now())) > SKEW.unsigned_abs();
        if is_new {
            let ahead = theirs.secs().saturating_sub(secs(SystemTime::now()));
            skew.store(ahead, Ordering::Relaxed);
        }
        is_new
    }
}

/// The request with its signature.
fn signed(
    unsigned: &Unsigned,
    to: &Endpoint,
    credentials: Credentials,
    time: SystemTime,
) -> Result<HttpRequest, BoxError> {
    let url = format!("{}{}", to.url.trim_end_matches('/'), unsigned.path);
    let identity = credentials.into();
    let settings = SigningParams::builder()
        .identity(&identity)
        .region(&to.region)
        .name(to.service)
        .time(time)
        .settings(settings(to.service))
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
    let headers = request.headers_mut();
    headers.try_insert("user-agent", USER_AGENT)?;
    for (name, value) in &unsigned.headers {
        headers.try_insert(*name, value.clone())?;
    }
    for (name, value) in signature.headers() {
        headers.try_insert(name.to_owned(), value.to_owned())?;
    }
    Ok(request)
}

/// S3 wants paths signed as they are sent, and the hash of what is sent.
fn settings(service: &str) -> SigningSettings {
    let mut settings = SigningSettings::default();
    if service == "s3" {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    settings
}

/// Why a body did not come whole.
#[derive(Debug, Error)]
pub(crate) enum BodyError {
    /// The connection broke, or fell silent.
    #[error("{0}")]
    BrokenOff(String),
    /// Longer than any answer.
    #[error("the answer is too long")]
    TooLong,
}

/// The next bytes of a body; `None` at its end.
///
/// # Errors
/// [`BodyError::BrokenOff`].
pub(crate) async fn next_bytes(body: &mut ByteStream) -> Result<Option<Bytes>, BodyError> {
    match timeout(READ_TIMEOUT, body.try_next()).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) => Err(BodyError::BrokenOff(super::causes(&error))),
        Err(_) => Err(BodyError::BrokenOff("the server fell silent".to_owned())),
    }
}

/// A body whole, of at most so many bytes.
///
/// # Errors
/// See [`BodyError`].
pub(crate) async fn whole(answer: HttpResponse, limit: usize) -> Result<Vec<u8>, BodyError> {
    let mut body = ByteStream::new(answer.into_body());
    let mut whole = Vec::new();
    while let Some(bytes) = next_bytes(&mut body).await? {
        if whole.len() + bytes.len() > limit {
            return Err(BodyError::TooLong);
        }
        whole.extend_from_slice(&bytes);
    }
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(path: &str, headers: Vec<(&'static str, String)>) -> Unsigned {
        Unsigned {
            method: "GET",
            path: path.to_owned(),
            headers,
            body: String::new(),
        }
    }

    fn example(unsigned: &Unsigned) -> HttpRequest {
        let key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", key, None, None, "example");
        let to = Endpoint {
            url: "https://examplebucket.s3.amazonaws.com".to_owned(),
            region: "us-east-1".to_owned(),
            service: "s3",
        };
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_369_353_600);
        signed(unsigned, &to, credentials, time).unwrap()
    }

    /// The examples of "Authenticating Requests: Using the Authorization
    /// Header" in S3's API reference, of 24 May 2013.
    #[test]
    fn requests_are_signed_as_s3_documents_it() {
        let signature = |request: &HttpRequest| {
            let header = request.headers().get("authorization").unwrap();
            header.rsplit_once("Signature=").unwrap().1.to_owned()
        };
        let object = get("/test.txt", vec![("range", "bytes=0-9".to_owned())]);
        let request = example(&object);
        assert_eq!(
            signature(&request),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        );
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(request.headers().get("x-amz-content-sha256"), Some(empty));
        let list = example(&get("/?max-keys=2&prefix=J", Vec::new()));
        assert_eq!(
            signature(&list),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
        );
    }

    #[test]
    fn odd_paths_are_sent_as_they_are() {
        for path in ["//lead", "/a//b", "/dot/../dot", "/.", "/sp%20ace%2B%2541"] {
            let request = example(&get(path, Vec::new()));
            let url = format!("https://examplebucket.s3.amazonaws.com{path}");
            assert_eq!(request.uri(), url);
        }
    }

    #[test]
    fn no_header_breaks_out_of_its_line() {
        let unsigned = get("/x", vec![("if-match", "a\r\nx-evil: 1".to_owned())]);
        let credentials = Credentials::new("id", "key", None, None, "test");
        let to = Endpoint {
            url: "https://s3.eu-west-3.amazonaws.com".to_owned(),
            region: "eu-west-3".to_owned(),
            service: "s3",
        };
        assert!(signed(&unsigned, &to, credentials, SystemTime::now()).is_err());
    }

    fn sender(disabled: bool) -> Sender {
        let config = SdkConfig::builder().disable_clock_skew_correction(disabled);
        Sender::new(&config.build(), Duration::from_secs(1)).unwrap()
    }

    fn dated(time: SystemTime) -> String {
        DateTime::from(time).fmt(Format::HttpDate).unwrap()
    }

    #[test]
    fn a_clock_that_is_wrong_is_set_once() {
        let hour = Duration::from_secs(3600);
        for theirs in [SystemTime::now() + hour, SystemTime::now() - hour] {
            let sender = sender(false);
            assert!(sender.adopt_clock(Some(&dated(theirs))));
            let close = |one: SystemTime, other: SystemTime| {
                one.duration_since(other).unwrap_or_else(|e| e.duration()) < hour / 60
            };
            assert!(close(sender.now(), theirs));
            assert!(!sender.adopt_clock(Some(&dated(theirs))), "it is right now");
        }
        let right = sender(false);
        for none in [None, Some(""), Some("yesterday"), Some("\u{0}")] {
            assert!(!right.adopt_clock(none));
        }
        assert!(!right.adopt_clock(Some(&dated(SystemTime::now()))));
        assert!(!sender(true).adopt_clock(Some(&dated(SystemTime::now() + hour))));
    }
}
