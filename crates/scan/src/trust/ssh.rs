//! SSH signatures over messages.
//!
//! Sources: OpenSSH's PROTOCOL.sshsig and PROTOCOL.u2f; RFC 8332 for RSA.
//! The formats are read by `ssh-key`, the arithmetic is `ring`'s.

use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};
use sha2::{Digest as _, Sha256};
use ssh_key::public::{EcdsaPublicKey, KeyData};
use ssh_key::{Algorithm, HashAlg, SshSig};

/// Why a signature proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SshError {
    /// It is no SSH signature.
    #[error("no SSH signature")]
    Format,
    /// It was made for another purpose.
    #[error("a signature for another purpose")]
    Namespace,
    /// It is not of this message and key.
    #[error("the signature is not of this content")]
    Wrong,
    /// The kind of key is not known here.
    #[error("a kind of key that is not known here")]
    Unknown,
}

/// Flag of a security key: somebody touched it.
const TOUCHED: u8 = 1;

/// Verifies an armoured signature; the answer is the key that made it.
pub(super) fn verify(armoured: &str, namespace: &str, message: &[u8]) -> Result<KeyData, SshError> {
    let found = SshSig::from_pem(armoured.trim()).map_err(|_| SshError::Format)?;
    if found.namespace() != namespace {
        return Err(SshError::Namespace);
    }
    let signed = SshSig::signed_data(namespace, found.hash_alg(), message);
    let signed = signed.map_err(|_| SshError::Format)?;
    let key = found.public_key();
    let algorithm = found.signature().algorithm();
    if is_proven(key, &algorithm, &signed, found.signature_bytes())? {
        Ok(key.clone())
    } else {
        Err(SshError::Wrong)
    }
}

fn is_proven(
    key: &KeyData,
    algorithm: &Algorithm,
    signed: &[u8],
    bytes: &[u8],
) -> Result<bool, SshError> {
    match (key, algorithm) {
        (KeyData::Ed25519(key), Algorithm::Ed25519) => Ok(ed25519(&key.0, signed, bytes)),
        (KeyData::SkEd25519(key), Algorithm::SkEd25519) => {
            let (bytes, tail) = bytes.split_last_chunk::<5>().ok_or(SshError::Format)?;
            let inner = touched(key.application(), *tail, signed);
            Ok(inner.is_some_and(|inner| ed25519(&key.public_key().0, &inner, bytes)))
        }
        (KeyData::Ecdsa(key), Algorithm::Ecdsa { .. }) => ecdsa(key, signed, bytes),
        (KeyData::SkEcdsaSha2NistP256(key), Algorithm::SkEcdsaSha2NistP256) => {
            let (bytes, tail) = bytes.split_last_chunk::<5>().ok_or(SshError::Format)?;
            let point = EcdsaPublicKey::NistP256(*key.ec_point());
            match touched(key.application(), *tail, signed) {
                Some(inner) => ecdsa(&point, &inner, bytes),
                None => Ok(false),
            }
        }
        (KeyData::Rsa(key), Algorithm::Rsa { hash: Some(hash) }) => {
            let (n, e) = (key.n.as_positive_bytes(), key.e.as_positive_bytes());
            let (Some(n), Some(e)) = (n, e) else {
                return Err(SshError::Format);
            };
            let rsa = RsaPublicKeyComponents { n, e };
            let way = match hash {
                HashAlg::Sha512 => &signature::RSA_PKCS1_2048_8192_SHA512,
                _ => &signature::RSA_PKCS1_2048_8192_SHA256,
            };
            Ok(rsa.verify(way, signed, bytes).is_ok())
        }
        _ => Err(SshError::Unknown),
    }
}

/// What a security key signs (PROTOCOL.u2f); `None` when nobody touched it.
fn touched(application: &str, tail: [u8; 5], signed: &[u8]) -> Option<Vec<u8>> {
    let [flags, ..] = tail;
    let mut inner = Sha256::digest(application.as_bytes()).to_vec();
    inner.extend(tail);
    inner.extend(Sha256::digest(signed));
    (flags & TOUCHED != 0).then_some(inner)
}

fn ed25519(key: &[u8], message: &[u8], bytes: &[u8]) -> bool {
    let key = UnparsedPublicKey::new(&signature::ED25519, key);
    key.verify(message, bytes).is_ok()
}

/// ECDSA; the signature is two SSH integers.
fn ecdsa(key: &EcdsaPublicKey, message: &[u8], bytes: &[u8]) -> Result<bool, SshError> {
    let (way, size): (&'static dyn signature::VerificationAlgorithm, usize) = match key {
        EcdsaPublicKey::NistP256(_) => (&signature::ECDSA_P256_SHA256_FIXED, 32),
        EcdsaPublicKey::NistP384(_) => (&signature::ECDSA_P384_SHA384_FIXED, 48),
        EcdsaPublicKey::NistP521(_) => return Err(SshError::Unknown),
    };
    let fixed = fixed(bytes, size).ok_or(SshError::Format)?;
    let key = UnparsedPublicKey::new(way, key.as_sec1_bytes());
    Ok(key.verify(message, &fixed).is_ok())
}

/// Two SSH integers as two numbers of `size` bytes each.
fn fixed(bytes: &[u8], size: usize) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(2 * size);
    let mut rest = bytes;
    for _ in 0..2 {
        let (head, tail) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*head)).ok()?;
        let (number, tail) = tail.split_at_checked(length)?;
        let number = match number {
            [0, number @ ..] => number,
            number => number,
        };
        out.resize(out.len() + size.checked_sub(number.len())?, 0);
        out.extend(number);
        rest = tail;
    }
    rest.is_empty().then_some(out)
}

#[cfg(test)]
mod tests {
    use ring::signature::{Ed25519KeyPair, KeyPair as _};
    use ssh_key::public::{Ed25519PublicKey, SkEd25519};
    use ssh_key::{LineEnding, Signature};

    use super::*;

    const NAMESPACE: &str = "approval@gardefou";

    /// A signature as a security key makes it (PROTOCOL.u2f).
    fn by_security_key(message: &[u8], flags: u8) -> String {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let public: [u8; 32] = pair.public_key().as_ref().try_into().unwrap();
        let signed = SshSig::signed_data(NAMESPACE, HashAlg::Sha512, message).unwrap();
        let mut inner = Sha256::digest(b"ssh:").to_vec();
        inner.extend([flags, 0, 0, 0, 1]);
        inner.extend(Sha256::digest(&signed));
        let mut bytes = pair.sign(&inner).as_ref().to_vec();
        bytes.extend([flags, 0, 0, 0, 1]);
        let key = SkEd25519::new(Ed25519PublicKey(public), "ssh:");
        let signature = Signature::new(Algorithm::SkEd25519, bytes).unwrap();
        let found = SshSig::new(
            KeyData::SkEd25519(key),
            NAMESPACE,
            HashAlg::Sha512,
            signature,
        );
        found.unwrap().to_pem(LineEnding::LF).unwrap()
    }

    #[test]
    fn a_security_key_counts_when_it_was_touched() {
        let armoured = by_security_key(b"tree", TOUCHED);
        assert!(verify(&armoured, NAMESPACE, b"tree").is_ok());
        assert_eq!(verify(&armoured, NAMESPACE, b"three"), Err(SshError::Wrong));
        assert_eq!(verify(&armoured, "git", b"tree"), Err(SshError::Namespace));
        let untouched = by_security_key(b"tree", 0);
        assert_eq!(verify(&untouched, NAMESPACE, b"tree"), Err(SshError::Wrong));
        assert_eq!(verify("x", NAMESPACE, b"tree"), Err(SshError::Format));
    }

    #[test]
    fn two_numbers_are_two_numbers() {
        let one = [0, 0, 0, 2, 0, 9, 0, 0, 0, 1, 7];
        assert_eq!(fixed(&one, 2), Some(vec![0, 9, 0, 7]));
        for bad in [
            &one[..10],
            &[0, 0, 0, 9, 1],
            &[0, 0, 0, 3, 1, 1, 1, 0, 0, 0, 0],
        ] {
            assert_eq!(fixed(bad, 2), None);
        }
    }
}
