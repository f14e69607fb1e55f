//! S3: credentials as AWS users have them, listing, and getting ahead of the
//! threads that read.
//!
//! The only place where there is a network and an asynchronous runtime.

pub(crate) mod config;
mod fetch;
mod head;
mod keys;
mod list;

use std::collections::BTreeMap;
use std::error::Error;
use std::io;
use std::sync::Arc;

use aws_config::SdkConfig;
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Region;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use tokio::runtime::Runtime;

use crate::error::SourceError;
use crate::layout::Selection;
use crate::list::Listing;

pub(crate) use config::connector;
pub(crate) use fetch::{Fetched, fetch_all};
pub use head::UserMetadata;
pub(crate) use head::user_metadata;
pub(crate) use keys::public_keys;

/// A place in S3: a bucket and the beginning of keys, perhaps empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Location {
    pub(crate) bucket: Arc<str>,
    pub(crate) prefix: String,
}

impl Location {
    /// Reads `s3://bucket/prefix`; `None` when the argument is no `s3://` URL.
    ///
    /// # Errors
    /// A URL without a bucket's name.
    pub(crate) fn parse(argument: &str) -> Option<Result<Self, SourceError>> {
        let rest = argument.strip_prefix("s3://")?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        if bucket.is_empty() || !bucket.bytes().all(plain) {
            return Some(Err(SourceError::BadUrl {
                url: argument.to_owned(),
            }));
        }
        Some(Ok(Self {
            bucket: bucket.into(),
            prefix: prefix.to_owned(),
        }))
    }

    pub(crate) fn url(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.prefix)
    }
}

/// What of a location to list.
pub(crate) struct Request<'a> {
    pub(crate) location: &'a Location,
    pub(crate) selection: &'a Selection,
    /// Only keys after this one.
    pub(crate) after: Option<&'a str>,
}

/// A connection to S3: the user's configuration, and a client a bucket.
#[derive(Debug)]
pub(crate) struct Session {
    runtime: Runtime,
    config: SdkConfig,
    path_style: bool,
    clients: BTreeMap<Arc<str>, Client>,
}

impl Session {
    /// Loads the user's AWS configuration. Contacts nothing but what that
    /// configuration itself asks (instance metadata, for a region).
    ///
    /// # Errors
    /// The system's when no runtime can be had, or a certificate bundle
    /// (`AWS_CA_BUNDLE`) cannot be read.
    pub(crate) fn connect() -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let config = runtime.block_on(config::load()?);
        let path_style = config::has_own_endpoint(&config);
        Ok(Self {
            runtime,
            config,
            path_style,
            clients: BTreeMap::new(),
        })
    }

    /// Lists the objects of a location, sorted by key.
    ///
    /// # Errors
    /// When the location cannot be listed at all. Parts of it that cannot be
    /// are failures in `listing`.
    pub(crate) fn list(
        &mut self,
        request: &Request<'_>,
        listing: &mut Listing,
    ) -> Result<(), SourceError> {
        let location = request.location;
        let client = self.probe(location)?;
        self.runtime.block_on(list::list(&client, request, listing));
        self.clients.insert(Arc::clone(&location.bucket), client);
        Ok(())
    }

    /// A client that can list the location, in the bucket's own region.
    fn probe(&self, location: &Location) -> Result<Client, SourceError> {
        let client = match self.clients.get(&location.bucket) {
            Some(client) => client.clone(),
            None => self.client(self.config.region().cloned()),
        };
        match self.runtime.block_on(list::probe(&client, location)) {
            Ok(()) => Ok(client),
            Err(list::Denied::OtherRegion(region)) => {
                let client = self.client(Some(Region::new(region)));
                let again = self.runtime.block_on(list::probe(&client, location));
                again
                    .map(|()| client)
                    .map_err(|denied| denied.into_error(location))
            }
            Err(denied) => Err(denied.into_error(location)),
        }
    }

    fn client(&self, region: Option<Region>) -> Client {
        // S3's global endpoint answers for this region.
        let region = region.unwrap_or_else(|| Region::from_static("us-east-1"));
        let config = aws_sdk_s3::config::Builder::from(&self.config)
            .region(region)
            .force_path_style(self.path_style)
            .build();
        Client::from_conf(config)
    }
}

/// What went wrong, in one line: S3's code and message where it answered,
/// else the chain of causes.
fn explain<E>(error: &SdkError<E, HttpResponse>) -> String
where
    E: ProvideErrorMetadata + Error + 'static,
{
    if let (Some(code), message) = (error.code(), error.message()) {
        return message.map_or_else(|| code.to_owned(), |message| format!("{code}: {message}"));
    }
    if let Some(response) = error.raw_response() {
        return format!("HTTP status {}", response.status().as_u16());
    }
    causes(error)
}

/// An error and its causes on one line, without repetition.
pub(crate) fn causes(error: &dyn Error) -> String {
    // The credential chain lists its providers line by line.
    let one_line = |error: &dyn Error| {
        let lines = error.to_string();
        lines
            .lines()
            .map(str::trim)
            .collect::<Vec<_>>()
            .join("; ")
            .replace(":; ", ": ")
    };
    let mut text = one_line(error);
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = one_line(error);
        if !text.contains(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
        cause = error.source();
    }
    text
}

/// Whether an error comes from a credential provider.
fn lacks_credentials(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<CredentialsError>() {
            return true;
        }
        next = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_buckets_and_prefixes() {
        let parse = |text| Location::parse(text).unwrap().unwrap();
        let location = parse("s3://logs/AWSLogs/1111/");
        assert_eq!(
            (&*location.bucket, &*location.prefix),
            ("logs", "AWSLogs/1111/")
        );
        assert_eq!(location.url(), "s3://logs/AWSLogs/1111/");
        assert_eq!(parse("s3://logs").prefix, "");
        assert_eq!(parse("s3://logs//AWSLogs/").prefix, "/AWSLogs/");
        assert!(Location::parse("logs/AWSLogs").is_none());
        for bad in [
            "s3://",
            "s3:///prefix",
            "s3://bu cket/x",
            "s3://user@host/x",
        ] {
            assert!(
                matches!(Location::parse(bad), Some(Err(SourceError::BadUrl { .. }))),
                "{bad}"
            );
        }
    }
}
