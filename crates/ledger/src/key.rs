//! Keys: what signs checkpoints, what cosigns them, and what verifies both.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use signed_note::{Signer, StandardSigner, StandardVerifier, Verifier, is_key_name_valid, key_id};
use thiserror::Error;

use crate::Time;

/// Signature type of an Ed25519 note signature.
const LOG: u8 = 0x01;
/// Signature type of a timestamped Ed25519 cosignature.
const WITNESS: u8 = 0x04;

/// Why a key is of no use.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    /// A private key in no form that is known.
    #[error("not an Ed25519 private key: expected PKCS#8 PEM or `PRIVATE+KEY+…`")]
    Private,
    /// A public key that is not a verifier key.
    #[error("`{}` is not a verifier key `<name>+<id>+<key>`", .0.escape_debug())]
    Public(String),
    /// A name that a key cannot have.
    #[error("`{}` cannot be a key's name: no spaces, no `+`, not empty", .0.escape_debug())]
    Name(String),
    /// A key of the other sort.
    #[error("`{}` is a {is}'s key; a {wanted}'s is needed", .name.escape_debug())]
    Sort {
        /// Its name.
        name: String,
        /// What it is.
        is: &'static str,
        /// What it should be.
        wanted: &'static str,
    },
    /// The private key of another ledger, or of this one before a rotation.
    #[error("this key does not sign here: the ledger's key is `{}`", .0.escape_debug())]
    NotThisLedgers(String),
}

/// An Ed25519 private key. It is wiped from memory when dropped.
#[derive(Clone)]
pub struct SecretKey(SigningKey);

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

impl SecretKey {
    /// From 32 random bytes.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// Reads PKCS#8 PEM (as `openssl genpkey -algorithm ed25519` writes) or a
    /// note signer's `PRIVATE+KEY+<name>+<id>+<key>`, whose name is not used.
    /// Lines before it that begin with `#` are comments, as in `age`'s files.
    ///
    /// # Errors
    /// Anything else.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let text = without_comments(text);
        if let Some(note) = text.strip_prefix("PRIVATE+KEY+") {
            StandardSigner::new(text).map_err(|_| KeyError::Private)?;
            let key = note.splitn(3, '+').nth(2).unwrap_or_default();
            let bytes = BASE64.decode(key).map_err(|_| KeyError::Private)?;
            let seed = bytes.last_chunk().ok_or(KeyError::Private)?;
            return Ok(Self::from_seed(seed));
        }
        SigningKey::from_pkcs8_pem(text)
            .map(Self)
            .map_err(|_| KeyError::Private)
    }

    /// As PKCS#8 PEM.
    ///
    /// # Errors
    /// None that is known.
    pub fn to_pem(&self) -> Result<String, KeyError> {
        let pem = self.0.to_pkcs8_pem(Default::default());
        pem.map(|pem| pem.to_string())
            .map_err(|_| KeyError::Private)
    }
}

/// The text after its leading comments, without white space around it. It is
/// not copied, since it is secret.
fn without_comments(text: &str) -> &str {
    let mut text = text.trim();
    while text.starts_with('#') {
        let (_, rest) = text.split_once('\n').unwrap_or_default();
        text = rest.trim_start();
    }
    text
}

/// A private key under a log's name: signs checkpoints.
#[derive(Clone, Debug)]
pub struct LogKey {
    secret: SecretKey,
    /// Deriving it takes as long as signing does.
    verifier: VerifierKey,
}

impl LogKey {
    /// Names a key; the name is the log's origin.
    ///
    /// # Errors
    /// A name that no key may have.
    pub fn new(name: &str, secret: SecretKey) -> Result<Self, KeyError> {
        if !is_key_name_valid(name) || name.chars().any(char::is_control) {
            return Err(KeyError::Name(name.to_owned()));
        }
        let verifier = VerifierKey::of(name, LOG, secret.0.verifying_key());
        Ok(Self { secret, verifier })
    }

    /// Its public half.
    pub fn verifier(&self) -> VerifierKey {
        self.verifier.clone()
    }
}

impl Signer for LogKey {
    fn name(&self) -> &str {
        &self.verifier.name
    }

    fn key_id(&self) -> u32 {
        self.verifier.id
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        Ok(self.secret.0.try_sign(message)?.to_vec())
    }
}

/// A private key under a witness's name: cosigns checkpoints at one time.
#[derive(Clone, Debug)]
pub struct Cosigner {
    key: LogKey,
    time: Time,
}

impl Cosigner {
    /// Names a key; all that it signs is said at `time`.
    ///
    /// # Errors
    /// A name that no key may have.
    pub fn new(name: &str, secret: SecretKey, time: Time) -> Result<Self, KeyError> {
        let key = LogKey::new(name, secret)?;
        Ok(Self { key, time })
    }

    /// Its public half.
    pub fn verifier(&self) -> VerifierKey {
        VerifierKey::of(
            Signer::name(&self.key),
            WITNESS,
            self.key.secret.0.verifying_key(),
        )
    }
}

impl Signer for Cosigner {
    fn name(&self) -> &str {
        Signer::name(&self.key)
    }

    fn key_id(&self) -> u32 {
        self.verifier().id
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        let time = self.time.seconds().unsigned_abs();
        let signature = self.key.secret.0.try_sign(&cosigned(time, message))?;
        Ok([&time.to_be_bytes()[..], &signature.to_bytes()].concat())
    }
}

/// What a cosignature at `time` is made over (C2SP tlog-cosignature).
fn cosigned(time: u64, message: &[u8]) -> Vec<u8> {
    let mut text = format!("cosignature/v1\ntime {time}\n").into_bytes();
    text.extend_from_slice(message);
    text
}

/// A public key with its name, as `<name>+<id>+<key>` (a vkey of C2SP signed-note).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: u32,
    sort: u8,
    key: VerifyingKey,
}

impl VerifierKey {
    fn of(name: &str, sort: u8, key: VerifyingKey) -> Self {
        let id = key_id(name, &[&[sort], &key.to_bytes()[..]].concat());
        let name = name.to_owned();
        Self {
            name,
            id,
            sort,
            key,
        }
    }

    /// Reads a verifier key of a log (type 1) or of a witness (type 4).
    ///
    /// # Errors
    /// Anything else, or an id that is not the key's.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        Self::read(text).ok_or_else(|| KeyError::Public(text.chars().take(200).collect()))
    }

    fn read(text: &str) -> Option<Self> {
        let (name, rest) = text.split_once('+')?;
        let (_, key) = rest.split_once('+')?;
        let bytes = BASE64.decode(key).ok()?;
        let (&sort, key) = bytes.split_first()?;
        let key = VerifyingKey::from_bytes(key.try_into().ok()?).ok()?;
        let is_fine = matches!(sort, LOG | WITNESS) && is_key_name_valid(name) && !key.is_weak();
        let read = Self::of(name, sort, key);
        // One spelling only, and the id that belongs to the key.
        (is_fine && read.to_string() == text).then_some(read)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its id.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The key itself, whatever its name.
    pub fn bytes(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    /// Itself, when it is a log's.
    ///
    /// # Errors
    /// When it is a witness's.
    pub fn log(self) -> Result<Self, KeyError> {
        self.of_sort(LOG, "log", "witness")
    }

    /// Itself, when it is a witness's.
    ///
    /// # Errors
    /// When it is a log's.
    pub fn witness(self) -> Result<Self, KeyError> {
        self.of_sort(WITNESS, "witness", "log")
    }

    fn of_sort(self, sort: u8, wanted: &'static str, is: &'static str) -> Result<Self, KeyError> {
        if self.sort == sort {
            return Ok(self);
        }
        Err(KeyError::Sort {
            name: self.name,
            is,
            wanted,
        })
    }

    /// The time that a cosignature names; `None` for a log's signature.
    pub(crate) fn cosigned_at(&self, signature: &[u8]) -> Option<Time> {
        let time = u64::from_be_bytes(*signature.first_chunk()?);
        (self.sort == WITNESS).then_some(())?;
        Time::from_seconds(i64::try_from(time).ok()?)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = BASE64.encode([&[self.sort], &self.key.to_bytes()[..]].concat());
        write!(f, "{}+{:08x}+{key}", self.name, self.id)
    }
}

impl Verifier for VerifierKey {
    fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> u32 {
        self.id
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        if self.sort == LOG {
            let key = StandardVerifier::new(&self.to_string());
            return key.is_ok_and(|key| key.verify(message, signature));
        }
        let Some((time, signature)) = signature.split_first_chunk() else {
            return false;
        };
        let message = cosigned(u64::from_be_bytes(*time), message);
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.key.verify_strict(&message, &signature).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key, note and signature of C2SP signed-note's own example crate.
    const SKEY: &str =
        "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    const VKEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

    #[test]
    fn keys_are_those_of_signed_note() {
        let key = LogKey::new("PeterNeumann", SecretKey::parse(SKEY).unwrap()).unwrap();
        assert_eq!(key.verifier().to_string(), VKEY);
        assert_eq!(VerifierKey::parse(VKEY), Ok(key.verifier()));
        let pem = key.secret.to_pem().unwrap();
        assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----"));
        let again = LogKey::new("PeterNeumann", SecretKey::parse(&pem).unwrap()).unwrap();
        assert_eq!(again.verifier(), key.verifier());
    }

    #[test]
    fn comments_before_a_key_are_passed_over() {
        let key = |text: &str| {
            let secret = SecretKey::parse(text)?;
            LogKey::new("PeterNeumann", secret).map(|key| key.verifier().to_string())
        };
        let noted = format!("# created: 2026-11-22\r\n\n# public key: {VKEY}\n{SKEY}\n");
        assert_eq!(key(&noted).as_deref(), Ok(VKEY));
        let pem = SecretKey::parse(SKEY).unwrap().to_pem().unwrap();
        assert_eq!(key(&format!("# of the log\n{pem}")).as_deref(), Ok(VKEY));
        for text in ["#", "# only this\n", "#\n#\n"] {
            assert_eq!(key(text), Err(KeyError::Private), "{text:?}");
        }
    }

    #[test]
    fn other_spellings_of_a_key_are_refused() {
        for text in [
            "",
            "PeterNeumann",
            "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "Peter+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TX",
        ] {
            assert!(VerifierKey::parse(text).is_err(), "{text}");
        }
        assert!(SecretKey::parse("PRIVATE+KEY+x").is_err());
        assert!(LogKey::new("a b", SecretKey::from_seed(&[1; 32])).is_err());
    }

    #[test]
    fn a_cosignature_is_bound_to_its_time() {
        let time = Time::from_seconds(1_679_315_147).unwrap();
        let cosigner = Cosigner::new("w.example", SecretKey::from_seed(&[1; 32]), time).unwrap();
        let mut signature = cosigner.sign(b"text\n").unwrap();
        let key = cosigner.verifier();
        assert!(key.verify(b"text\n", &signature) && !key.verify(b"other\n", &signature));
        assert_eq!(key.cosigned_at(&signature), Some(time));
        signature[7] ^= 1;
        assert!(!key.verify(b"text\n", &signature));
    }
}
