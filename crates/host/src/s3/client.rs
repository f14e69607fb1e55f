//! The calls of S3 that gardefou makes, of one bucket.
//!
//! Three calls of a protocol that does not change: S3's SDK, which has them
//! too, takes longer to build than all else here.

use std::future::Future;
use std::sync::Arc;

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::byte_stream::ByteStream;
use tokio::time::sleep;

use super::address;
use super::error::{Refusal, S3Error};
use super::head::UserMetadata;
use super::page::Page;
use crate::aws::retry::Retry;
use crate::aws::send::{self, BodyError, Endpoint, Sender, Unsigned};

/// Largest page of a listing, in bytes: a thousand keys of 1024 bytes, each
/// byte percent-encoded, and what is told of them.
const MAX_PAGE: usize = 8 << 20;

/// Most pages of one listing: a thousand million keys.
const MAX_PAGES: u32 = 1_000_000;

/// Codes of a signature whose time is not S3's.
const CLOCK_CODES: &[&str] = &["RequestTimeTooSkewed", "SignatureDoesNotMatch"];

/// Before the names of user metadata.
const METADATA: &str = "x-amz-meta-";

/// Asks for what is in one bucket, and again when it is worth it.
#[derive(Debug)]
pub(super) struct Client {
    sender: Arc<Sender>,
    endpoint: Endpoint,
    retry: Retry,
}

/// What of a bucket to list.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Query<'a> {
    pub(super) prefix: &'a str,
    /// Only up to the next one of these.
    pub(super) delimiter: Option<&'a str>,
    /// Only keys after this one.
    pub(super) after: Option<&'a str>,
    /// At most so many keys.
    pub(super) count: Option<&'a str>,
}

/// An object, or a part of it.
#[derive(Debug)]
pub(super) struct Got {
    /// `bytes 0-99/1234`, when it is a part.
    pub(super) range: Option<String>,
    /// The version's tag.
    pub(super) tag: Option<String>,
    pub(super) body: ByteStream,
}

impl Client {
    /// For a bucket in a region.
    ///
    /// # Errors
    /// A region that cannot be one.
    pub(super) fn new(
        config: &SdkConfig,
        sender: Arc<Sender>,
        bucket: &str,
        region: &str,
    ) -> Result<Self, S3Error> {
        Ok(Self {
            sender,
            endpoint: address::endpoint(config, bucket, region)?,
            retry: Retry::of(config),
        })
    }

    /// The region that requests are signed for.
    pub(super) fn region(&self) -> &str {
        &self.endpoint.region
    }

    /// `ListObjectsV2`: one page, the first or the one that `token` asks for.
    pub(super) async fn list(
        &self,
        query: Query<'_>,
        token: Option<&str>,
    ) -> Result<Page, S3Error> {
        let always = [
            ("list-type", "2"),
            ("encoding-type", "url"),
            ("prefix", query.prefix),
        ];
        let perhaps = [
            ("delimiter", query.delimiter),
            ("start-after", query.after),
            ("max-keys", query.count),
            ("continuation-token", token),
        ];
        let perhaps = perhaps
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        let request = unsigned("GET", address::query(always.into_iter().chain(perhaps)));
        self.repeat(|| async {
            let answer = self.once(&request).await?;
            let body = send::whole(answer, MAX_PAGE).await.map_err(lost)?;
            Page::read(&body)
        })
        .await
    }

    /// `GetObject`: the bytes of a range as HTTP writes it, or all; of this
    /// version, or any. The body is still to come.
    pub(super) async fn get(
        &self,
        key: &str,
        range: Option<String>,
        tag: Option<&str>,
    ) -> Result<Got, S3Error> {
        let mut request = unsigned("GET", address::path(key));
        request.headers.extend(range.map(|range| ("range", range)));
        let tag = tag.map(str::to_owned);
        request.headers.extend(tag.map(|tag| ("if-match", tag)));
        let answer = self.repeat(|| self.once(&request)).await?;
        let header = |name| answer.headers().get(name).map(str::to_owned);
        Ok(Got {
            range: header("content-range"),
            tag: header("etag"),
            body: ByteStream::new(answer.into_body()),
        })
    }

    /// `HeadObject`: the user metadata, names in lower case.
    pub(super) async fn head(&self, key: &str) -> Result<UserMetadata, S3Error> {
        let request = unsigned("HEAD", address::path(key));
        let answer = self.repeat(|| self.once(&request)).await?;
        let pair = |(name, value): (&str, &str)| {
            let name = name.to_ascii_lowercase();
            Some((name.strip_prefix(METADATA)?.to_owned(), value.to_owned()))
        };
        Ok(answer.headers().iter().filter_map(pair).collect())
    }

    /// Tries until it works, or fails in a way that will not pass, or has been
    /// tried as often as the user's configuration says.
    async fn repeat<T, F>(&self, attempt: impl Fn() -> F) -> Result<T, S3Error>
    where
        F: Future<Output = Result<T, S3Error>>,
    {
        for pause in self.retry.pauses() {
            match attempt().await {
                Err(error) if error.passes() => {
                    let wanted = error.refusal().and_then(|refusal| refusal.after);
                    sleep(wanted.unwrap_or(pause).min(self.retry.longest)).await;
                }
                other => return other,
            }
        }
        attempt().await
    }

    /// Sends a request once; an answer that is no success is an error.
    async fn once(&self, request: &Unsigned) -> Result<HttpResponse, S3Error> {
        let answer = self.sender.send(request, &self.endpoint).await?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let date = answer.headers().get("date").map(str::to_owned);
        let mut refusal = Refusal::read(answer).await;
        // Any other answer may come from a cache, with the time of another day.
        if CLOCK_CODES.iter().any(|code| refusal.has_code(code)) {
            refusal.clock_was_wrong = self.sender.adopt_clock(date.as_deref());
        }
        Err(S3Error::Answered(Box::new(refusal)))
    }
}

fn unsigned(method: &'static str, path: String) -> Unsigned {
    Unsigned {
        method,
        path,
        headers: Vec::new(),
        body: String::new(),
    }
}

fn lost(error: BodyError) -> S3Error {
    S3Error::Lost(error.to_string())
}

/// Goes through the pages of a listing.
pub(super) struct Pages<'a> {
    client: &'a Client,
    query: Query<'a>,
    /// What asks for the next page; none before the first.
    token: Option<String>,
    has_more: bool,
    /// How many may still come.
    left: u32,
}

impl<'a> Pages<'a> {
    pub(super) fn new(client: &'a Client, query: Query<'a>) -> Self {
        Self {
            client,
            query,
            token: None,
            has_more: true,
            left: MAX_PAGES,
        }
    }

    /// The next page; `None` after the last.
    ///
    /// # Errors
    /// S3's; a listing that goes round in a circle or never ends.
    pub(super) async fn next(&mut self) -> Result<Option<Page>, S3Error> {
        if !self.has_more {
            return Ok(None);
        }
        let page = self.client.list(self.query, self.token.as_deref()).await?;
        self.left = self.left.saturating_sub(1);
        let is_circle = page.next.is_some() && page.next == self.token;
        if is_circle || self.left == 0 {
            return Err(S3Error::Lost("the listing never ends".to_owned()));
        }
        self.token.clone_from(&page.next);
        self.has_more = page.next.is_some();
        Ok(Some(page))
    }
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
