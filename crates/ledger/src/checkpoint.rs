//! The signed head of the tree.

use signed_note::{Note, Signature, Signer, Verifier as _};
use tlog_tiles::Hash;

use crate::{Cosigner, KeyError, LogKey, Time, VerifierKey};

/// Largest tree that is believed. Arithmetic on larger ones could overflow, and
/// nobody has one: at a million entries a second it takes nine years.
pub const MAX_TREE_SIZE: u64 = 1 << 48;

/// Largest checkpoint that is read, in bytes.
const MAX_BYTES: usize = 64 << 10;

/// Size and root of a log's tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// Whose log.
    pub origin: String,
    /// Entries.
    pub size: u64,
    /// Root hash.
    pub root: Hash,
}

impl Checkpoint {
    fn body(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, self.root)
    }
}

/// A checkpoint with signatures, of which some may be unknown.
#[derive(Debug)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
    signatures: Vec<Signature>,
}

impl SignedCheckpoint {
    /// Signs a checkpoint with the log's keys.
    ///
    /// # Errors
    /// An origin that no note can begin with.
    pub fn sign(checkpoint: Checkpoint, keys: &[&LogKey]) -> Result<Self, KeyError> {
        let name = || KeyError::Name(checkpoint.origin.clone());
        let body = checkpoint.body();
        let sign = |key: &&LogKey| {
            let signature = key.sign(body.as_bytes()).map_err(|_| name())?;
            Signature::new(key.name().to_owned(), key.key_id(), signature).map_err(|_| name())
        };
        let signatures = keys.iter().map(sign).collect::<Result<Vec<_>, _>>()?;
        let note = Note::new(body.as_bytes(), &signatures).map_err(|_| name())?;
        // What nobody could read back is not signed: an origin of two lines, say.
        let read = tlog_tiles::Checkpoint::from_bytes(note.text()).ok();
        let is_same = read.is_some_and(|read| read.origin() == checkpoint.origin);
        is_same.then_some(()).ok_or_else(name)?;
        Ok(Self {
            checkpoint,
            note,
            signatures,
        })
    }

    /// Reads a checkpoint; nothing is verified yet. `None` when it is none.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > MAX_BYTES {
            return None;
        }
        let note = Note::from_bytes(bytes).ok()?;
        let read = tlog_tiles::Checkpoint::from_bytes(note.text()).ok()?;
        (read.size() <= MAX_TREE_SIZE).then_some(())?;
        let lines = bytes
            .get(note.text().len() + 1..)?
            .split_inclusive(|byte| *byte == b'\n');
        let signatures = lines.map(|line| Signature::from_bytes(line.strip_suffix(b"\n")?).ok());
        let signatures = signatures.collect::<Option<_>>()?;
        let checkpoint = Checkpoint {
            origin: read.origin().to_owned(),
            size: read.size(),
            root: *read.hash(),
        };
        Some(Self {
            checkpoint,
            note,
            signatures,
        })
    }

    /// What it says; to be believed only when [`Self::signed_by`] a known key.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// As a note.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.note.to_bytes()
    }

    /// The bytes that are signed.
    pub fn body(&self) -> &[u8] {
        self.note.text()
    }

    /// Whether this key signed it. A signature under the key's name and id that
    /// does not verify outweighs one that does.
    pub fn signed_by(&self, key: &VerifierKey) -> bool {
        let mut own = self.signatures_of(key).peekable();
        own.peek().is_some() && own.all(|one| key.verify(self.body(), one.signature()))
    }

    /// When this witness cosigned it, if it did.
    pub fn cosigned_by(&self, witness: &VerifierKey) -> Option<Time> {
        self.signed_by(witness).then_some(())?;
        let times = self.signatures_of(witness);
        times
            .filter_map(|one| witness.cosigned_at(one.signature()))
            .min()
    }

    /// Adds a witness's cosignature.
    ///
    /// # Errors
    /// A name that no key may have.
    pub fn cosign(&self, cosigner: &Cosigner) -> Result<Signature, KeyError> {
        let name = || KeyError::Name(cosigner.name().to_owned());
        let signature = cosigner.sign(self.body()).map_err(|_| name())?;
        Signature::new(cosigner.name().to_owned(), cosigner.key_id(), signature).map_err(|_| name())
    }

    /// The same checkpoint with these signatures too, each key's newest.
    pub fn with(&self, more: &[Signature]) -> Option<Self> {
        let is_replaced = |old: &Signature| {
            more.iter()
                .any(|new| new.name() == old.name() && new.id() == old.id())
        };
        let kept = self.signatures.iter().filter(|old| !is_replaced(old));
        let all: Vec<Signature> = kept.chain(more).cloned().collect();
        Self::parse(&Note::new(self.body(), &all).ok()?.to_bytes())
    }

    /// The same checkpoint with those signatures only whose key's name and id
    /// are wanted. `None` when none is.
    pub(crate) fn only(&self, is_wanted: impl Fn(&str, u32) -> bool) -> Option<Self> {
        let wanted = self
            .signatures
            .iter()
            .filter(|one| is_wanted(one.name(), one.id()));
        let wanted: Vec<Signature> = wanted.cloned().collect();
        Self::parse(&Note::new(self.body(), &wanted).ok()?.to_bytes())
    }

    /// The signatures, verified or not.
    pub(crate) fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    fn signatures_of(&self, key: &VerifierKey) -> impl Iterator<Item = &Signature> {
        let is_own = |one: &&Signature| one.name() == key.name() && one.id() == key.id();
        self.signatures.iter().filter(is_own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SecretKey;

    fn signed() -> (SignedCheckpoint, VerifierKey) {
        let key = LogKey::new("example.com/log", SecretKey::from_seed(&[1; 32])).unwrap();
        let checkpoint = Checkpoint {
            origin: "example.com/log".to_owned(),
            size: 3,
            root: Hash([9; 32]),
        };
        (
            SignedCheckpoint::sign(checkpoint, &[&key]).unwrap(),
            key.verifier(),
        )
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let (signed, key) = signed();
        let bytes = signed.to_bytes();
        assert!(SignedCheckpoint::parse(&bytes).unwrap().signed_by(&key));
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut bytes = bytes.clone();
                bytes[at] ^= 1 << bit;
                let is_signed =
                    SignedCheckpoint::parse(&bytes).is_some_and(|one| one.signed_by(&key));
                assert!(!is_signed, "byte {at} bit {bit}");
            }
        }
    }

    #[test]
    fn cosignatures_come_beside_the_logs() {
        let (signed, key) = signed();
        let time = Time::from_seconds(1_790_000_000).unwrap();
        let witness = Cosigner::new("w.example", SecretKey::from_seed(&[2; 32]), time).unwrap();
        let line = signed.cosign(&witness).unwrap();
        let both = signed.with(&[line]).unwrap();
        assert!(both.signed_by(&key));
        assert_eq!(both.cosigned_by(&witness.verifier()), Some(time));
        assert_eq!(signed.cosigned_by(&witness.verifier()), None);
    }

    #[test]
    fn impossible_sizes_are_no_checkpoint() {
        let (signed, _) = signed();
        let text = String::from_utf8(signed.to_bytes()).unwrap();
        for size in ["03", "-3", "18446744073709551615", "281474976710657"] {
            let text = text.replace("\n3\n", &format!("\n{size}\n"));
            assert!(SignedCheckpoint::parse(text.as_bytes()).is_none(), "{size}");
        }
    }
}
