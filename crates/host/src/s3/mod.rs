//! S3: credentials as AWS users have them, listing, and getting ahead of the
//! threads that read.
//!
//! The only place where there is a network and an asynchronous runtime.

mod address;
mod client;
mod error;
mod fetch;
mod head;
mod keys;
mod list;
mod page;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use aws_config::SdkConfig;
use client::Client;
use list::Denied;
use tokio::runtime::Runtime;

use crate::aws::config::{self, READ_TIMEOUT};
use crate::aws::send::Sender;
use crate::error::SourceError;
use crate::layout::Selection;
use crate::list::Listing;

pub(crate) use fetch::{Fetched, fetch_all};
pub use head::UserMetadata;
pub(crate) use head::user_metadata;
pub(crate) use keys::public_keys;

/// The region that is asked where the user's configuration names none.
const HOME: &str = "us-east-1";

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
    sender: Arc<Sender>,
    clients: BTreeMap<Arc<str>, Arc<Client>>,
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
        let sender = Arc::new(Sender::new(&config, READ_TIMEOUT)?);
        Ok(Self {
            runtime,
            config,
            sender,
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
    fn probe(&self, location: &Location) -> Result<Arc<Client>, SourceError> {
        let probe = |client: &Client| self.runtime.block_on(list::probe(client, location));
        let told = |denied: Denied| denied.into_error(location);
        let client = match self.clients.get(&location.bucket) {
            Some(client) => Arc::clone(client),
            None => self.client(location, self.region()).map_err(told)?,
        };
        match probe(&client) {
            Err(Denied::OtherRegion(region)) => {
                let client = self.client(location, &region).map_err(told)?;
                probe(&client).map(|()| client).map_err(told)
            }
            other => other.map(|()| client).map_err(told),
        }
    }

    /// The region to ask first: the user's.
    fn region(&self) -> &str {
        match self.config.region().map(AsRef::as_ref) {
            // S3's global endpoint answers for this region.
            None | Some("aws-global") => HOME,
            Some(region) => region,
        }
    }

    fn client(&self, location: &Location, region: &str) -> Result<Arc<Client>, Denied> {
        let sender = Arc::clone(&self.sender);
        let client = Client::new(&self.config, sender, &location.bucket, region);
        client.map(Arc::new).map_err(Denied::Failed)
    }
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
