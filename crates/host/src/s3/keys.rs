//! CloudTrail's `ListPublicKeys`: one call of its JSON 1.1 protocol, signed.
//! A whole SDK for one call would take longer to build than all else here.

use std::io;
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::provider::ProvideCredentials;
use aws_sdk_s3::config::http::{HttpRequest, HttpResponse};
use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::identity::Identity;
use gardefou_finding::Timestamp;
use tokio::time::timeout;

use super::config::{connector, own_endpoint};
use super::{Session, causes};

/// Longest wait for an answer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Most pages of one answer; a key is valid for months, a page holds many.
const MAX_PAGES: usize = 100;

/// Largest page, in bytes.
const MAX_PAGE: usize = 8 << 20;

/// The operation, as the protocol names it.
const TARGET: &str = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.ListPublicKeys";

/// Asks a region for the keys that were valid at some time between two, and
/// gives the JSON of every page of the answer.
///
/// # Errors
/// No credentials, no answer, or one that is an error.
pub(crate) fn public_keys(
    session: &Session,
    region: &str,
    from: Timestamp,
    to: Timestamp,
) -> io::Result<Vec<Vec<u8>>> {
    session.runtime.block_on(async {
        let call = Call::new(&session.config, region).await?;
        let mut pages = Vec::new();
        let mut token = None;
        while pages.len() < MAX_PAGES {
            let page = call.page(from, to, token.as_deref()).await?;
            token = next_token(&page);
            pages.push(page);
            if token.is_none() {
                return Ok(pages);
            }
        }
        Err(io::Error::other("ListPublicKeys never ends"))
    })
}

/// What the pages have in common.
struct Call<'a> {
    region: &'a str,
    endpoint: String,
    identity: Identity,
    connector: Box<dyn HttpConnector>,
}

impl<'a> Call<'a> {
    async fn new(config: &SdkConfig, region: &'a str) -> io::Result<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if region.is_empty() || region.len() > 40 || !region.bytes().all(plain) {
            return Err(io::Error::other(format!(
                "`{}` is no region",
                region.escape_debug()
            )));
        }
        let suffix = if region.starts_with("cn-") { ".cn" } else { "" };
        let usual = || format!("https://cloudtrail.{region}.amazonaws.com{suffix}/");
        let provider = config.credentials_provider();
        let provider = provider.ok_or_else(|| io::Error::other("no AWS credentials"))?;
        let credentials = provider.provide_credentials().await;
        let credentials = credentials.map_err(|error| io::Error::other(causes(&error)))?;
        Ok(Self {
            region,
            endpoint: own_endpoint(config, "CloudTrail").unwrap_or_else(usual),
            identity: credentials.into(),
            connector: Box::new(connector()?),
        })
    }

    async fn page(
        &self,
        from: Timestamp,
        to: Timestamp,
        token: Option<&str>,
    ) -> io::Result<Vec<u8>> {
        let token = token.map_or_else(String::new, |token| format!(",\"NextToken\":\"{token}\""));
        let (from, to) = (from.seconds(), to.seconds());
        let body = format!("{{\"StartTime\":{from},\"EndTime\":{to}{token}}}");
        let request = self.request(body).map_err(io::Error::other)?;
        let answer = timeout(TIMEOUT, self.connector.call(request)).await;
        let answer = answer.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?;
        let answer = answer.map_err(|error| io::Error::other(causes(&error)))?;
        content(answer).await
    }

    fn request(
        &self,
        body: String,
    ) -> Result<HttpRequest, Box<dyn std::error::Error + Send + Sync>> {
        let headers = [
            ("content-type", "application/x-amz-json-1.1"),
            ("x-amz-target", TARGET),
        ];
        let settings = SigningParams::builder()
            .identity(&self.identity)
            .region(self.region)
            .name("cloudtrail")
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()?;
        let signable = SignableRequest::new(
            "POST",
            &self.endpoint,
            headers.into_iter(),
            SignableBody::Bytes(body.as_bytes()),
        )?;
        let params = settings.into();
        let (signed, _) = sign(signable, &params)?.into_parts();
        let mut request = HttpRequest::new(SdkBody::from(body.clone()));
        request.set_method("POST")?;
        request.set_uri(self.endpoint.as_str())?;
        for (name, value) in headers {
            request.headers_mut().insert(name, value);
        }
        for (name, value) in signed.headers() {
            request
                .headers_mut()
                .insert(name.to_owned(), value.to_owned());
        }
        Ok(request)
    }
}

/// The body of an answer that is no error.
async fn content(answer: HttpResponse) -> io::Result<Vec<u8>> {
    let status = answer.status();
    let mut body = ByteStream::new(answer.into_body());
    let mut bytes = Vec::new();
    while let Some(chunk) = body.try_next().await.map_err(io::Error::other)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_PAGE {
            return Err(io::Error::other("ListPublicKeys answers too much"));
        }
    }
    if status.is_success() {
        return Ok(bytes);
    }
    let text: String = String::from_utf8_lossy(&bytes).chars().take(300).collect();
    let detail = format!("HTTP status {}: {text}", status.as_u16());
    Err(io::Error::other(detail))
}

/// The token of the page after this one, if it is one that can be sent back.
fn next_token(page: &[u8]) -> Option<String> {
    const NAME: &str = "\"NextToken\"";
    let text = std::str::from_utf8(page).ok()?;
    let (_, rest) = text.split_once(NAME)?;
    let rest = rest.trim_start().strip_prefix(':')?.trim_start();
    let (token, _) = rest.strip_prefix('"')?.split_once('"')?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=_-.:".contains(&byte);
    (!token.is_empty() && token.bytes().all(plain)).then(|| token.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_sent_back_only_when_it_is_plain() {
        let token = |json: &str| next_token(json.as_bytes());
        assert_eq!(
            token(r#"{"PublicKeyList":[],"NextToken": "aB+/="}"#).unwrap(),
            "aB+/="
        );
        for json in [
            "{}",
            r#"{"NextToken":null}"#,
            r#"{"NextToken":""}"#,
            r#"{"NextToken":"a\"b"}"#,
        ] {
            assert_eq!(token(json), None, "{json}");
        }
    }
}
