//! The public keys that CloudTrail signs digests with, as `ListPublicKeys`
//! gives them: base64 of a PKCS #1 `RSAPublicKey` in DER.

use std::collections::HashMap;

use data_encoding::BASE64;
use gardefou_finding::Timestamp;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde::{Deserialize, Serialize};

/// Largest key file, in bytes: some ten thousand keys.
pub(crate) const MAX_KEYS: usize = 8 << 20;

/// Largest key, in bytes of DER: 8192 bits, which is what is verified at most.
const MAX_DER: usize = 1200;

/// Why public keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Larger than any list that CloudTrail gives.
    #[error("longer than {MAX_KEYS} bytes")]
    TooLong,
    /// Not the JSON that `aws cloudtrail list-public-keys` prints.
    #[error("not a list of public keys: {0}")]
    NotAList(#[from] serde_json::Error),
    /// A value that is not base64.
    #[error("the key `{}` is not base64", .0.escape_debug())]
    NotBase64(String),
    /// A time that is none.
    #[error("the validity of the key `{}` is not a time", .0.escape_debug())]
    BadTime(String),
    /// Nothing in it.
    #[error("no key in it")]
    Empty,
}

/// The keys of one or several regions, by fingerprint.
#[derive(Clone, Debug, Default)]
pub struct PublicKeys {
    keys: HashMap<String, Vec<PublicKey>>,
}

/// One key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublicKey {
    der: Vec<u8>,
    /// From when on it signs.
    pub(crate) from: Timestamp,
    /// Until when it signs.
    pub(crate) to: Timestamp,
}

impl PublicKeys {
    /// Reads what `aws cloudtrail list-public-keys` prints.
    ///
    /// # Errors
    /// Anything else.
    pub fn parse(json: &[u8]) -> Result<Self, KeyError> {
        let mut keys = Self::default();
        keys.add(json)?;
        if keys.keys.is_empty() {
            return Err(KeyError::Empty);
        }
        Ok(keys)
    }

    /// Adds the keys of another list, for example another region's.
    ///
    /// # Errors
    /// As [`PublicKeys::parse`], but a list may be empty.
    pub fn add(&mut self, json: &[u8]) -> Result<(), KeyError> {
        if json.len() > MAX_KEYS {
            return Err(KeyError::TooLong);
        }
        let list: KeyList = serde_json::from_slice(json)?;
        for written in list.public_key_list {
            let key = written.read()?;
            let known = self.keys.entry(written.fingerprint).or_default();
            if !known.contains(&key) {
                known.push(key);
            }
        }
        Ok(())
    }

    /// The list as `aws cloudtrail list-public-keys` prints it, sorted.
    pub fn to_json(&self) -> String {
        let mut list: Vec<WrittenKey> = Vec::new();
        for (fingerprint, keys) in &self.keys {
            list.extend(keys.iter().map(|key| key.written(fingerprint)));
        }
        list.sort_by(|a, b| (&a.fingerprint, &a.value).cmp(&(&b.fingerprint, &b.value)));
        let list = KeyList {
            public_key_list: list,
        };
        // Strings and lists only; serde_json fails on neither.
        serde_json::to_string_pretty(&list).unwrap_or_default() + "\n"
    }

    /// The keys of a fingerprint: one, but for a clash.
    pub(crate) fn of(&self, fingerprint: &str) -> &[PublicKey] {
        self.keys.get(fingerprint).map_or(&[], Vec::as_slice)
    }
}

impl PublicKey {
    fn written(&self, fingerprint: &str) -> WrittenKey {
        WrittenKey {
            value: BASE64.encode(&self.der),
            validity_start_time: WrittenTime::Text(self.from.to_string()),
            validity_end_time: WrittenTime::Text(self.to.to_string()),
            fingerprint: fingerprint.to_owned(),
        }
    }

    /// Whether `signature` is this key's over `message` (RSASSA-PKCS1-v1_5
    /// with SHA-256, 2048 to 8192 bits).
    pub(crate) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.der)
            .verify(message, signature)
            .is_ok()
    }
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct KeyList {
    public_key_list: Vec<WrittenKey>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct WrittenKey {
    value: String,
    validity_start_time: WrittenTime,
    validity_end_time: WrittenTime,
    fingerprint: String,
}

/// The AWS CLI prints times as RFC 3339 or as seconds since the epoch; the API
/// gives seconds.
#[derive(Deserialize, Serialize)]
#[serde(untagged)]
enum WrittenTime {
    Text(String),
    Seconds(f64),
}

impl WrittenTime {
    fn read(&self) -> Option<Timestamp> {
        match self {
            Self::Text(text) => Timestamp::parse(text),
            // Saturates, and what is out of range is no time.
            #[allow(
                clippy::cast_possible_truncation,
                reason = "a cast from a float saturates"
            )]
            Self::Seconds(seconds) => Timestamp::from_seconds(*seconds as i64),
        }
    }
}

impl WrittenKey {
    fn read(&self) -> Result<PublicKey, KeyError> {
        let der = BASE64
            .decode(self.value.as_bytes())
            .ok()
            .filter(|der| der.len() <= MAX_DER)
            .ok_or_else(|| KeyError::NotBase64(self.fingerprint.clone()))?;
        let bad_time = || KeyError::BadTime(self.fingerprint.clone());
        Ok(PublicKey {
            der,
            from: self.validity_start_time.read().ok_or_else(bad_time)?,
            to: self.validity_end_time.read().ok_or_else(bad_time)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_time_are_read() {
        let json = r#"{"PublicKeyList":[
            {"Value":"AAAA","ValidityStartTime":1.0,"ValidityEndTime":1793491200.5,"Fingerprint":"a"},
            {"Value":"AAAA","ValidityStartTime":"2026-10-01T00:00:00+00:00",
             "ValidityEndTime":"2027-01-01T00:00:00Z","Fingerprint":"b"}]}"#;
        let keys = PublicKeys::parse(json.as_bytes()).unwrap();
        assert_eq!(keys.of("a")[0].to.seconds(), 1_793_491_200);
        assert_eq!(keys.of("b")[0].from.to_string(), "2026-10-01T00:00:00Z");
        assert!(keys.of("c").is_empty());
        let again = PublicKeys::parse(keys.to_json().as_bytes()).unwrap();
        assert_eq!(again.keys, keys.keys);
    }

    #[test]
    fn what_is_no_list_of_keys_is_refused() {
        for json in [
            "",
            "[]",
            "{}",
            r#"{"PublicKeyList":[]}"#,
            r#"{"PublicKeyList":[{"Value":"!","ValidityStartTime":1,"ValidityEndTime":2,"Fingerprint":"a"}]}"#,
            r#"{"PublicKeyList":[{"Value":"AAAA","ValidityStartTime":"x","ValidityEndTime":2,"Fingerprint":"a"}]}"#,
        ] {
            assert!(PublicKeys::parse(json.as_bytes()).is_err(), "{json}");
        }
    }

    #[test]
    fn bytes_that_are_no_key_verify_nothing() {
        let key = PublicKey {
            der: vec![0x30; 300],
            from: Timestamp::epoch(),
            to: Timestamp::epoch(),
        };
        assert!(!key.signed(b"message", &[0; 256]));
        assert!(!key.signed(b"message", &[]));
    }
}
