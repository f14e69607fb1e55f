//! The user's AWS configuration: environment, profile, SSO, credential
//! process, web identity, container and instance metadata, as the SDK finds it.

use std::env;
use std::fs;
use std::future::Future;
use std::io;
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::{HttpConnectorSettings, SharedHttpClient};
use aws_types::service_config::ServiceConfigKey;

/// Longest wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Longest silence of a server.
pub(crate) const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// Prepares loading the configuration.
///
/// # Errors
/// The system's when `AWS_CA_BUNDLE` names a file that cannot be read.
pub(crate) fn load() -> io::Result<impl Future<Output = SdkConfig>> {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT);
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http_client()?)
        .timeout_config(timeouts.build());
    Ok(loader.load())
}

/// The HTTP client with which credentials are asked for.
fn http_client() -> io::Result<SharedHttpClient> {
    let tls = tls()?;
    Ok(Builder::new().build_with_connector_fn(move |settings, _| {
        build(tls.clone(), settings.cloned().unwrap_or_default())
    }))
}

/// The connector for all that no SDK asks. Connections are kept and used again.
///
/// # Errors
/// As [`load`].
pub(crate) fn connector() -> io::Result<Connector> {
    let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT);
    Ok(build(tls()?, settings.build()))
}

/// With ring, the system's certificates and those of `AWS_CA_BUNDLE`, and the
/// proxies that the environment names. Timeouts are tokio's, as the feature
/// `rt-tokio` of `aws-config` has it.
fn build(tls: TlsContext, settings: HttpConnectorSettings) -> Connector {
    Connector::builder()
        .connector_settings(settings)
        .proxy_config(ProxyConfig::from_env())
        .tls_provider(Provider::rustls(CryptoMode::Ring))
        .tls_context(tls)
        .build()
}

fn tls() -> io::Result<TlsContext> {
    let mut trust = TrustStore::default();
    if let Some(path) = env::var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty()) {
        let explain = |error| io::Error::other(format!("AWS_CA_BUNDLE: {error}"));
        trust.add_pem_certificate(fs::read(path).map_err(explain)?);
    }
    TlsContext::builder()
        .with_trust_store(trust)
        .build()
        .map_err(io::Error::other)
}

/// A service's endpoint that is not AWS's own (for S3 `AWS_ENDPOINT_URL_S3`,
/// `AWS_ENDPOINT_URL`, `endpoint_url` in a profile).
pub(crate) fn own_endpoint(config: &SdkConfig, service: &str) -> Option<String> {
    let key = ServiceConfigKey::builder()
        .service_id(service)
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build();
    let special = || config.service_config()?.load_config(key.ok()?);
    special().or_else(|| config.endpoint_url().map(str::to_owned))
}
