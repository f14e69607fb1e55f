//! The S3 metadata of digests: a digest's own signature lies there and not in
//! the digest, so a copy on disk needs it in a file beside.
//!
//! The file is a JSON object of object keys, each with the object's user
//! metadata: `{"AWSLogs/…json.gz": {"signature": "<hex>",
//! "signature-algorithm": "SHA256withRSA"}}`.

use std::collections::{BTreeMap, HashMap};

use data_encoding::HEXLOWER_PERMISSIVE;
use gardefou_finding::Timestamp;
use serde::{Deserialize, Serialize};

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
pub(crate) struct Signature {
    /// The signature's bytes; `None` when it is missing or not hexadecimal.
    pub(crate) bytes: Option<Box<[u8]>>,
    /// Whether `signature-algorithm` says what digests are signed with.
    pub(crate) known_algorithm: bool,
    /// When a backfill digest was made.
    pub(crate) generated: Option<Timestamp>,
}

/// The user metadata of one digest, as S3 gives it and the file keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct UserMetadata {
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature_algorithm: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backfill_generation_timestamp: Option<String>,
}

impl UserMetadata {
    /// Takes what speaks of a digest's signature from an object's metadata.
    pub fn of(found: &BTreeMap<String, String>) -> Self {
        let get = |name: &str| found.get(name).cloned();
        Self {
            signature: get("signature"),
            signature_algorithm: get("signature-algorithm"),
            backfill_generation_timestamp: get("backfill-generation-timestamp"),
        }
    }
}

/// The metadata file of some digests, by object key.
pub fn metadata_file(digests: &BTreeMap<String, UserMetadata>) -> String {
    // Strings only; serde_json does not fail on them.
    serde_json::to_string_pretty(digests).unwrap_or_default() + "\n"
}

impl From<&UserMetadata> for Signature {
    fn from(written: &UserMetadata) -> Self {
        let decode = |text: &String| {
            let bytes = HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok();
            bytes.filter(|bytes| (1..=MAX_SIGNATURE).contains(&bytes.len()))
        };
        let generated = written.backfill_generation_timestamp.as_deref();
        Self {
            bytes: written.signature.as_ref().and_then(decode).map(Into::into),
            known_algorithm: written.signature_algorithm.as_deref()
                == Some(super::content::SIGNED_WITH),
            generated: generated.and_then(Timestamp::parse),
        }
    }
}

/// The metadata of many digests, by key.
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    /// By the file's name, which a copy keeps whatever else it loses; several
    /// where one trail's digests were delivered under several prefixes.
    by_name: HashMap<Box<str>, Vec<Entry>>,
}

/// What is known of one digest.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Its key, or `s3://` URL.
    pub(crate) key: Box<str>,
    pub(crate) signature: Signature,
}

impl Metadata {
    /// Reads a metadata file.
    ///
    /// # Errors
    /// What is not JSON of that form.
    pub fn parse(json: &[u8]) -> Result<Self, MetadataError> {
        // Sorted, so that the same file always gives the same answer.
        let written: BTreeMap<String, UserMetadata> = serde_json::from_slice(json)?;
        let mut metadata = Self::default();
        for (key, entry) in &written {
            metadata.insert(key, entry);
        }
        Ok(metadata)
    }

    /// Adds what S3 told of one object, named by its key or `s3://` URL.
    pub fn insert(&mut self, key: &str, found: &UserMetadata) {
        let entry = Entry {
            key: key.into(),
            signature: found.into(),
        };
        let known = self.by_name.entry(file_name(key).into());
        known.or_default().push(entry);
    }

    /// What is known of the digest at a path or URL: the entry whose key is
    /// the longest end of it, else any of its name.
    pub(crate) fn of(&self, name: &str) -> Option<&Entry> {
        let entries = self.by_name.get(file_name(name))?;
        let fits = |entry: &&Entry| {
            let before = name.strip_suffix(&*entry.key);
            before.is_some_and(|before| before.is_empty() || before.ends_with('/'))
        };
        let longest = entries
            .iter()
            .filter(fits)
            .max_by_key(|entry| entry.key.len());
        longest.or_else(|| entries.first())
    }

    /// The keys of all of it.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.by_name.values().flatten().map(|entry| &*entry.key)
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
    fn the_longest_key_that_fits_is_taken() {
        let json = br#"{"AWSLogs/x":{"signature":"01"},"pre/AWSLogs/x":{"signature":"02"}}"#;
        let metadata = Metadata::parse(json).unwrap();
        let of = |name| metadata.of(name).unwrap().signature.bytes.clone().unwrap()[0];
        assert_eq!(of("copy/AWSLogs/x"), 1);
        assert_eq!(of("copy/pre/AWSLogs/x"), 2);
        assert_eq!(of("s3://b/pre/AWSLogs/x"), 2);
        assert_eq!(of("flat/x"), 1);
    }

    #[test]
    fn the_file_is_read_by_name() {
        let json = br#"{"pre/AWSLogs/1/x.json.gz":
            {"signature":"00fF","signature-algorithm":"SHA256withRSA","other":"x"},
            "AWSLogs/2/y.json.gz": {"signature":"zz"}}"#;
        let metadata = Metadata::parse(json).unwrap();
        let of = |name| &metadata.of(name).unwrap().signature;
        let found = of("copy/AWSLogs/1/x.json.gz");
        assert_eq!(found.bytes.as_deref(), Some(&[0, 0xff][..]));
        assert!(found.known_algorithm);
        assert_eq!(of("AWSLogs/2/y.json.gz").bytes, None);
        assert!(metadata.of("AWSLogs/3").is_none());
        assert!(Metadata::parse(b"[]").is_err());
    }
}
