//! Proof files: one entry's place in the log, to be judged without the log.
//!
//! The form is C2SP tlog-proof. Its `extra` line, which carries no trust by
//! itself, holds the entry whose hash the proof is about, and the payload's
//! salt when whoever made the proof wants the payload to be checkable.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tlog_tiles::{Hash, record_hash};

use crate::payload::{Digest, SALT_SIZE};
use crate::{MAX_PROOF_HASHES, SignedCheckpoint, check_inclusion};

const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// Largest proof file that is read, in bytes.
const MAX_BYTES: usize = 512 << 10;

/// Why a file is no proof.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("not a tlog-proof: {0}")]
pub struct ProofFileError(&'static str);

impl ProofFileError {
    /// Of a witness's request, which has parts in common with a proof.
    pub(crate) fn request() -> Self {
        Self("the request is malformed")
    }
}

/// What the `extra` line says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extra {
    /// The encoded entry.
    pub entry: String,
    /// The payload's salt, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salt: Option<String>,
}

impl Extra {
    /// The payload's digest under the salt that is given here; `None` without one.
    pub fn digest_of(&self, payload: &[u8]) -> Option<Digest> {
        let mut salt = [0; SALT_SIZE];
        hex::decode_to_slice(self.salt.as_deref()?, &mut salt).ok()?;
        Some(Digest::of(&salt, payload))
    }
}

/// A proof file.
#[derive(Debug)]
pub struct Proof {
    /// Opaque bytes that came with it.
    pub extra: Option<Vec<u8>>,
    /// The entry's index.
    pub index: u64,
    /// The path from the leaf's sibling to the root's child.
    pub hashes: Vec<Hash>,
    /// The log's checkpoint, perhaps with cosignatures.
    pub checkpoint: SignedCheckpoint,
}

impl Proof {
    /// Reads a proof file; nothing is verified yet.
    ///
    /// # Errors
    /// Anything that is no proof file.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofFileError> {
        if bytes.len() > MAX_BYTES {
            return Err(ProofFileError("it is too large"));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| ProofFileError("it is not UTF-8"))?;
        let rest = line(text, HEADER).ok_or(ProofFileError("its first line is another"))?;
        let (extra, rest) = match rest.strip_prefix("extra ") {
            Some(rest) => {
                let (extra, rest) = split(rest)?;
                (Some(base64(extra)?), rest)
            }
            None => (None, rest),
        };
        let (index, rest) = split(rest)?;
        let index = index
            .strip_prefix("index ")
            .and_then(decimal)
            .ok_or(ProofFileError("the index is missing"))?;
        let (hashes, rest) = hashes(rest)?;
        let checkpoint = SignedCheckpoint::parse(rest.as_bytes())
            .ok_or(ProofFileError("its checkpoint is none"))?;
        Ok(Self {
            extra,
            index,
            hashes,
            checkpoint,
        })
    }

    /// Whether the checkpoint's tree has this entry at the index. The
    /// checkpoint's signatures are another question.
    pub fn includes(&self, entry: &[u8]) -> bool {
        let tree = self.checkpoint.checkpoint();
        let leaf = record_hash(entry);
        check_inclusion(&self.hashes, tree.size, tree.root, self.index, leaf).is_ok()
    }

    /// What the extra line says, when it is of our form.
    pub fn our_extra(&self) -> Option<Extra> {
        serde_json::from_slice(self.extra.as_deref()?).ok()
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", BASE64.encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        for hash in &self.hashes {
            writeln!(f, "{hash}")?;
        }
        let checkpoint = self.checkpoint.to_bytes();
        write!(f, "\n{}", String::from_utf8_lossy(&checkpoint))
    }
}

/// A number without leading zeros, signs or anything else.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// Hashes one a line, up to an empty line; what follows that.
pub(crate) fn hashes(mut rest: &str) -> Result<(Vec<Hash>, &str), ProofFileError> {
    let mut hashes = Vec::new();
    loop {
        let (line, after) = split(rest)?;
        if line.is_empty() {
            return Ok((hashes, after));
        }
        if hashes.len() == MAX_PROOF_HASHES {
            return Err(ProofFileError("it has too many hashes"));
        }
        hashes.push(Hash::parse_hash(line).map_err(|_| ProofFileError("a line is no hash"))?);
        rest = after;
    }
}

fn line<'t>(text: &'t str, wanted: &str) -> Option<&'t str> {
    text.strip_prefix(wanted)?.strip_prefix('\n')
}

/// The first line and what follows it.
pub(crate) fn split(text: &str) -> Result<(&str, &str), ProofFileError> {
    text.split_once('\n').ok_or(ProofFileError("it is cut off"))
}

fn base64(text: &str) -> Result<Vec<u8>, ProofFileError> {
    BASE64
        .decode(text)
        .map_err(|_| ProofFileError("the extra data is not base64"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Checkpoint, LogKey, SecretKey};

    fn proof() -> Proof {
        let key = LogKey::new("example.com/log", SecretKey::from_seed(&[1; 32])).unwrap();
        let sibling = record_hash(b"zero");
        let checkpoint = Checkpoint {
            origin: "example.com/log".to_owned(),
            size: 2,
            root: tlog_tiles::node_hash(sibling, record_hash(b"one")),
        };
        Proof {
            extra: Some(br#"{"entry":"one"}"#.to_vec()),
            index: 1,
            hashes: vec![sibling],
            checkpoint: SignedCheckpoint::sign(checkpoint, &[&key]).unwrap(),
        }
    }

    #[test]
    fn a_proof_comes_back_as_it_was_written() {
        let text = proof().to_string();
        let again = Proof::parse(text.as_bytes()).unwrap();
        assert_eq!(again.to_string(), text);
        assert_eq!(again.our_extra().unwrap().entry, "one");
        assert!(again.includes(b"one") && !again.includes(b"two"));
    }

    #[test]
    fn what_is_no_proof_file_is_refused() {
        let good = proof().to_string();
        for (from, to) in [
            ("c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2"),
            ("index 1", "index 01"),
            ("index 1", "indices 1"),
            ("extra e", "extra !"),
            ("\n\nexample", "\nexample"),
        ] {
            let bad = good.replace(from, to);
            assert!(Proof::parse(bad.as_bytes()).is_err(), "{to}");
        }
        let many = good.replace(
            "index 1\n",
            &format!("index 1\n{}", format!("{}\n", Hash([0; 32])).repeat(63)),
        );
        assert!(Proof::parse(many.as_bytes()).is_err());
    }
}
