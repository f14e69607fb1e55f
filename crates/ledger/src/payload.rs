//! What an entry is about: salted, beside the tree, erasable.
//!
//! A payload file holds the payloads of up to 256 entries, those of one entry
//! bundle, one after another:
//!
//! | bytes | what |
//! |---|---|
//! | 1 | 1: present, 2: erased |
//! | 4 | length of the payload, big-endian; 0 when erased |
//! | 32 | salt; absent when erased |
//! | length | payload; absent when erased |

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use crate::EntryError;

/// Bytes of a salt.
pub const SALT_SIZE: usize = 32;

/// Largest payload in bytes.
pub const MAX_PAYLOAD: usize = 16 << 20;

const PRESENT: u8 = 1;
const ERASED: u8 = 2;

/// SHA-256 of salt and payload. Without the salt nobody can guess the payload
/// from it, so what is left after an erasure tells nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Of a payload under a salt.
    pub fn of(salt: &[u8; SALT_SIZE], payload: &[u8]) -> Self {
        let digest = Sha256::new()
            .chain_update(salt)
            .chain_update(payload)
            .finalize();
        Self(digest.into())
    }

    /// Of a salt with the payload after it, as they lie in a record.
    fn of_record(salted: &[u8]) -> Self {
        Self(Sha256::digest(salted).into())
    }

    /// Of what was hashed piece by piece: salt, then payload.
    pub(crate) fn finish(hash: Sha256) -> Self {
        Self(hash.finalize().into())
    }

    /// As 64 lower-case hexadecimal digits.
    pub(crate) fn to_hex(self) -> [u8; 64] {
        // Without branches and look-ups: a verification does it for every entry.
        let digit = |nibble: u8| nibble + if nibble < 10 { b'0' } else { b'a' - 10 };
        let mut text = [0; 64];
        for (digits, byte) in text.as_chunks_mut::<2>().0.iter_mut().zip(self.0) {
            *digits = [digit(byte >> 4), digit(byte & 15)];
        }
        text
    }

    /// Reads 64 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        let is_lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
        hex::decode_to_slice(text, &mut bytes).ok()?;
        is_lower.then_some(Self(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.to_hex()).unwrap_or_default())
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(std::str::from_utf8(&self.to_hex()).unwrap_or_default())
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a SHA-256 in hexadecimal"))
    }
}

/// A payload's place: what is there, or that it was erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// It is there.
    Present {
        /// Its salt.
        salt: [u8; SALT_SIZE],
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// It was erased, with its salt.
    Erased,
}

impl Payload {
    /// One that is there.
    ///
    /// # Errors
    /// One over [`MAX_PAYLOAD`].
    pub fn new(salt: [u8; SALT_SIZE], bytes: Vec<u8>) -> Result<Self, EntryError> {
        if bytes.len() > MAX_PAYLOAD {
            return Err(EntryError::PayloadTooLarge(bytes.len()));
        }
        Ok(Self::Present { salt, bytes })
    }

    /// Its digest, while it is there.
    pub fn digest(&self) -> Option<Digest> {
        match self {
            Self::Present { salt, bytes } => Some(Digest::of(salt, bytes)),
            Self::Erased => None,
        }
    }

    /// Adds its record to a payload file.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Present { salt, bytes } => {
                out.push(PRESENT);
                // A payload has at most `MAX_PAYLOAD` bytes.
                let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
                out.extend_from_slice(&length.to_be_bytes());
                out.extend_from_slice(salt);
                out.extend_from_slice(bytes);
            }
            Self::Erased => out.extend_from_slice(&[ERASED, 0, 0, 0, 0]),
        }
    }

    /// Length in bytes of the record that begins with these bytes, five at least.
    pub(crate) fn record_length(head: &[u8]) -> Option<u64> {
        let (&state, length) = head.split_first()?;
        let length = u32::from_be_bytes(*length.first_chunk()?);
        match (state, length as usize) {
            (PRESENT, 0..=MAX_PAYLOAD) => Some(5 + SALT_SIZE as u64 + u64::from(length)),
            (ERASED, 0) => Some(5),
            _ => None,
        }
    }

    /// Digest and length of the record at the front of `bytes`, without a copy;
    /// an erased one has no digest.
    pub(crate) fn digest_at(bytes: &[u8]) -> Option<(Option<Digest>, u64)> {
        let length = Self::record_length(bytes)?;
        let record = bytes.get(..usize::try_from(length).ok()?)?;
        if record.first() == Some(&ERASED) {
            return Some((None, length));
        }
        Some((Some(Digest::of_record(record.get(5..)?)), length))
    }

    /// Reads the record at the front of `bytes`; returns it and the rest.
    pub(crate) fn decode(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let length = Self::record_length(bytes.get(..5)?)?;
        let (record, rest) = bytes.split_at_checked(usize::try_from(length).ok()?)?;
        if record.first() == Some(&ERASED) {
            return Some((Self::Erased, rest));
        }
        let (salt, bytes) = record.get(5..)?.split_first_chunk()?;
        let payload = Self::Present {
            salt: *salt,
            bytes: bytes.to_vec(),
        };
        Some((payload, rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_salt_decides_the_digest() {
        let digest = |salt| Digest::of(&[salt; 32], b"payload");
        assert_ne!(digest(1), digest(2));
        assert_eq!(Digest::parse(&digest(1).to_string()), Some(digest(1)));
        assert_eq!(digest(1).to_string(), hex::encode(digest(1).0));
        assert_eq!(Digest::parse(&digest(1).to_string().to_uppercase()), None);
    }

    #[test]
    fn records_come_back_as_they_went() {
        let present = Payload::new([7; 32], b"abc".to_vec()).unwrap();
        let mut file = Vec::new();
        for payload in [&present, &Payload::Erased, &present] {
            payload.encode(&mut file);
        }
        let (first, rest) = Payload::decode(&file).unwrap();
        let (second, rest) = Payload::decode(rest).unwrap();
        let (third, rest) = Payload::decode(rest).unwrap();
        assert_eq!((first, second), (present.clone(), Payload::Erased));
        assert_eq!((third, rest), (present, &[][..]));
    }

    #[test]
    fn what_is_no_record_is_refused() {
        for bytes in [
            &[][..],
            &[1, 0, 0],
            &[3, 0, 0, 0, 0],
            &[2, 0, 0, 0, 1],
            &[1, 255, 0, 0, 0],
        ] {
            assert_eq!(Payload::decode(bytes), None, "{bytes:?}");
        }
    }
}
