//! The S3 metadata of digests: a digest's own signature lies there and not in
//! the digest, so a copy on disk needs it in a file beside.
//!
//! The file is a JSON object of object keys, each with the object's user
//! metadata: `{"AWSLogs/…json.gz": {"signature": "<hex>",
//! "signature-algorithm": "SHA256withRSA"}}`.

use std::collections::{BTreeMap, HashMap};

use data_encoding::HEXLOWER_PERMISSIVE;
use gardefou_finding::Timestamp;
use serde::Deserialize;

/// Longest signature, in bytes: that of an 8192-bit key.
const MAX_SIGNATURE: usize = 1024;

/// Why a metadata file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MetadataError {
    /// Not a JSON object of objects.
    #[error("not a file of S3 metadata: {0}")]
    NotMetadata(#[from] serde_json::Error),
}

/// What S3 keeps beside a digest's content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signature {
    /// The signature's bytes; `None` when it is missing or not hexadecimal.
    pub(crate) bytes: Option<Box<[u8]>>,
    /// Whether `signature-algorithm` says what digests are signed with.
    pub(crate) known_algorithm: bool,
    /// When a backfill digest was made.
    pub(crate) generated: Option<Timestamp>,
}

impl Signature {
    /// From an object's user metadata; S3 gives the names in lower case.
    pub fn of<'a>(get: impl Fn(&str) -> Option<&'a str>) -> Self {
        let decode = |text: &str| {
            let fits = text.len() <= 2 * MAX_SIGNATURE;
            let bytes = HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok();
            bytes.filter(|bytes| fits && !bytes.is_empty())
        };
        Self {
            bytes: get("signature").and_then(decode).map(Into::into),
            known_algorithm: get("signature-algorithm") == Some(super::content::SIGNED_WITH),
            generated: get("backfill-generation-timestamp").and_then(Timestamp::parse),
        }
    }
}

/// The metadata of many digests, by name.
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    /// By the file's name: a copy keeps that, whatever else it loses, and it
    /// tells account, region, trail and hour.
    by_name: HashMap<Box<str>, Signature>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Written {
    signature: Option<String>,
    signature_algorithm: Option<String>,
    backfill_generation_timestamp: Option<String>,
}

impl Metadata {
    /// Reads a metadata file.
    ///
    /// # Errors
    /// What is not JSON of that form.
    pub fn parse(json: &[u8]) -> Result<Self, MetadataError> {
        // Sorted, so that the same file always gives the same answer.
        let written: BTreeMap<String, Written> = serde_json::from_slice(json)?;
        let mut metadata = Self::default();
        for (key, entry) in written {
            let get = |name: &str| match name {
                "signature" => entry.signature.as_deref(),
                "signature-algorithm" => entry.signature_algorithm.as_deref(),
                _ => entry.backfill_generation_timestamp.as_deref(),
            };
            metadata.insert(&key, Signature::of(get));
        }
        Ok(metadata)
    }

    /// Adds what S3 told of one object, named by its key or `s3://` URL.
    pub fn insert(&mut self, name: &str, signature: Signature) {
        self.by_name.insert(file_name(name).into(), signature);
    }

    /// What is known of a digest.
    pub(crate) fn of(&self, name: &str) -> Option<&Signature> {
        self.by_name.get(file_name(name))
    }

    /// The name of every file in it.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(AsRef::as_ref)
    }
}

/// The last part of a path, key or URL.
pub(crate) fn file_name(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_by_name() {
        let json = br#"{"pre/AWSLogs/1/x.json.gz":
            {"signature":"00fF","signature-algorithm":"SHA256withRSA","other":"x"},
            "AWSLogs/2/y.json.gz": {"signature":"zz"}}"#;
        let metadata = Metadata::parse(json).unwrap();
        let of = |name| metadata.of(name).unwrap();
        let found = of("copy/AWSLogs/1/x.json.gz");
        assert_eq!(found.bytes.as_deref(), Some(&[0, 0xff][..]));
        assert!(found.known_algorithm);
        assert_eq!(of("AWSLogs/2/y.json.gz").bytes, None);
        assert!(metadata.of("AWSLogs/3").is_none());
        assert!(Metadata::parse(b"[]").is_err());
    }
}
