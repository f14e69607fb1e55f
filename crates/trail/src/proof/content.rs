//! What a digest says, as CloudTrail writes it. Every byte is somebody's who
//! may have rewritten the archive, until its signature is verified.

use std::borrow::Cow;

use data_encoding::HEXLOWER_PERMISSIVE;
use gardefou_finding::Timestamp;
use ring::digest::{SHA256, digest};
use serde::Deserialize;

/// The only algorithm that CloudTrail signs digests with.
pub(crate) const SIGNED_WITH: &str = "SHA256withRSA";

/// The only algorithm that CloudTrail hashes with.
const HASHED_WITH: &str = "SHA-256";

/// A SHA-256 hash.
pub(crate) type Hash = [u8; 32];

/// A digest's JSON. Unknown fields are allowed: AWS adds some.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Content<'a> {
    #[serde(borrow)]
    digest_start_time: Cow<'a, str>,
    #[serde(borrow)]
    digest_end_time: Cow<'a, str>,
    #[serde(borrow)]
    digest_s3_bucket: Cow<'a, str>,
    #[serde(borrow)]
    digest_s3_object: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) digest_public_key_fingerprint: Cow<'a, str>,
    #[serde(borrow)]
    digest_signature_algorithm: Option<Cow<'a, str>>,
    #[serde(borrow)]
    previous_digest_s3_bucket: Option<Cow<'a, str>>,
    #[serde(borrow)]
    previous_digest_s3_object: Option<Cow<'a, str>>,
    #[serde(borrow)]
    previous_digest_hash_value: Option<Cow<'a, str>>,
    #[serde(borrow)]
    previous_digest_hash_algorithm: Option<Cow<'a, str>>,
    #[serde(borrow)]
    previous_digest_signature: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(crate) log_files: Vec<LogFile<'a>>,
}

/// A log that a digest lists.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LogFile<'a> {
    #[serde(borrow)]
    s3_bucket: Cow<'a, str>,
    #[serde(borrow)]
    s3_object: Cow<'a, str>,
    #[serde(borrow)]
    hash_value: Cow<'a, str>,
    #[serde(borrow)]
    hash_algorithm: Cow<'a, str>,
}

impl LogFile<'_> {
    /// `s3://bucket/key`.
    pub(crate) fn url(&self) -> String {
        url(&self.s3_bucket, &self.s3_object)
    }

    /// SHA-256 of its inflated content; `None` when the digest gives no such.
    pub(crate) fn hash(&self) -> Option<Hash> {
        (self.hash_algorithm == HASHED_WITH)
            .then(|| hash(&self.hash_value))
            .flatten()
    }
}

/// What a digest says of the one before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Previous {
    /// `s3://bucket/key`.
    pub(crate) url: String,
    /// Hash of its inflated content; `None` when it is not one.
    pub(crate) hash: Option<Hash>,
    /// Its signature; empty when it is not one.
    pub(crate) signature: Box<[u8]>,
}

impl<'a> Content<'a> {
    /// Reads inflated content.
    ///
    /// # Errors
    /// What is not a digest, in words.
    pub(crate) fn parse(json: &'a [u8]) -> Result<Self, String> {
        let content: Self = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        let algorithm = content.digest_signature_algorithm.as_deref();
        if algorithm.is_some_and(|algorithm| algorithm != SIGNED_WITH) {
            return Err("signed with another algorithm than SHA256withRSA".to_owned());
        }
        Ok(content)
    }

    /// `s3://bucket/key` where it says that it lies.
    pub(crate) fn url(&self) -> String {
        url(&self.digest_s3_bucket, &self.digest_s3_object)
    }

    /// Start and end of the time that it covers; `None` when they are none, or
    /// the end is not after the start.
    pub(crate) fn times(&self) -> Option<(Timestamp, Timestamp)> {
        let start = Timestamp::parse(&self.digest_start_time)?;
        let end = Timestamp::parse(&self.digest_end_time)?;
        (start < end).then_some((start, end))
    }

    /// What the signature is over.
    pub(crate) fn signed_text(&self, hash: &Hash) -> Vec<u8> {
        format!(
            "{}\n{}/{}\n{}\n{}",
            self.digest_end_time,
            self.digest_s3_bucket,
            self.digest_s3_object,
            data_encoding::HEXLOWER.encode(hash),
            self.previous_digest_signature.as_deref().unwrap_or("null")
        )
        .into_bytes()
    }

    /// The digest before it; `None` where a chain begins.
    pub(crate) fn previous(&self) -> Option<Previous> {
        let bucket = self.previous_digest_s3_bucket.as_deref()?;
        let key = self.previous_digest_s3_object.as_deref()?;
        let hashed = self.previous_digest_hash_algorithm.as_deref() == Some(HASHED_WITH);
        let value = self.previous_digest_hash_value.as_deref();
        let signature = self.previous_digest_signature.as_deref();
        let decode = |text: &str| HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok();
        Some(Previous {
            url: url(bucket, key),
            hash: value.filter(|_| hashed).and_then(hash),
            signature: signature.and_then(decode).unwrap_or_default().into(),
        })
    }
}

fn url(bucket: &str, key: &str) -> String {
    format!("s3://{bucket}/{key}")
}

fn hash(text: &str) -> Option<Hash> {
    let bytes = HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?;
    bytes.try_into().ok()
}

/// SHA-256 of inflated content.
pub(crate) fn sha256(content: &[u8]) -> Hash {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, content).as_ref());
    hash
}
