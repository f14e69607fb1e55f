//! A witness: cosigns a log's checkpoint when it continues the last one that it
//! cosigned, and so makes sure that everybody sees the same history (C2SP
//! tlog-witness).

use std::fmt;

use tlog_tiles::Hash;

use crate::proof::{ProofFileError, decimal, hashes, split};
use crate::{Checkpoint, Cosigner, KeyError, SignedCheckpoint, VerifierKey, check_consistency};

/// Largest request that is read, in bytes.
pub const MAX_REQUEST: usize = 64 << 10;

/// A request to cosign: an older size, the proof from there, the checkpoint.
#[derive(Debug)]
pub struct AddCheckpoint {
    /// Size of the checkpoint that the witness cosigned last.
    pub old: u64,
    /// The consistency proof from there.
    pub proof: Vec<Hash>,
    /// The checkpoint to cosign.
    pub checkpoint: SignedCheckpoint,
}

impl AddCheckpoint {
    /// Reads a request.
    ///
    /// # Errors
    /// Anything that is none.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofFileError> {
        let malformed = ProofFileError::request();
        if bytes.len() > MAX_REQUEST {
            return Err(malformed);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| malformed.clone())?;
        let (old, rest) = split(text)?;
        let old = old
            .strip_prefix("old ")
            .and_then(decimal)
            .ok_or(malformed.clone())?;
        let (proof, rest) = hashes(rest)?;
        let checkpoint = SignedCheckpoint::parse(rest.as_bytes()).ok_or(malformed)?;
        Ok(Self {
            old,
            proof,
            checkpoint,
        })
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        for hash in &self.proof {
            writeln!(f, "{hash}")?;
        }
        write!(
            f,
            "\n{}",
            String::from_utf8_lossy(&self.checkpoint.to_bytes())
        )
    }
}

/// Why a witness does not cosign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No request, or an older size above the checkpoint's.
    Malformed,
    /// A log that this witness does not know.
    UnknownLog,
    /// Not signed by the log's key.
    NotSigned,
    /// Another size was cosigned last; this one.
    Conflict(u64),
    /// The same size with another root: the log shows two histories.
    Fork(u64),
    /// The proof does not lead from the one to the other.
    NotConsistent,
}

impl Refusal {
    /// The HTTP status that says it.
    pub fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::NotSigned => 403,
            Self::UnknownLog => 404,
            Self::Conflict(_) | Self::Fork(_) => 409,
            Self::NotConsistent => 422,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => write!(f, "the request is malformed"),
            Self::UnknownLog => write!(f, "this witness does not know the log"),
            Self::NotSigned => write!(f, "the checkpoint is not signed by the log's key"),
            Self::Conflict(size) => {
                write!(
                    f,
                    "the last checkpoint cosigned here has {size} entries; prove from there"
                )
            }
            Self::Fork(size) => write!(
                f,
                "another checkpoint of {size} entries was cosigned here: the log shows two histories"
            ),
            Self::NotConsistent => {
                write!(
                    f,
                    "the proof does not lead from the last checkpoint cosigned here to this one"
                )
            }
        }
    }
}

/// Decides on a request. `logs` are the known logs' keys, `latest` what this
/// witness cosigned last for the log. On success the caller must keep the
/// checkpoint durably, in one step with reading `latest`, before it lets the
/// cosignature out.
///
/// # Errors
/// A [`Refusal`].
pub fn judge(
    logs: &[VerifierKey],
    latest: Option<&Checkpoint>,
    request: &AddCheckpoint,
) -> Result<(), Refusal> {
    let new = request.checkpoint.checkpoint();
    let mut keys = logs
        .iter()
        .filter(|key| key.name() == new.origin)
        .peekable();
    if keys.peek().is_none() {
        return Err(Refusal::UnknownLog);
    }
    if !keys.any(|key| request.checkpoint.signed_by(key)) {
        return Err(Refusal::NotSigned);
    }
    if request.old > new.size {
        return Err(Refusal::Malformed);
    }
    let known = latest.map_or((0, tlog_tiles::EMPTY_HASH), |one| (one.size, one.root));
    if request.old != known.0 {
        return Err(Refusal::Conflict(known.0));
    }
    if known.0 == new.size && known.1 != new.root {
        return Err(Refusal::Fork(known.0));
    }
    check_consistency(&request.proof, known, (new.size, new.root))
        .map_err(|_| Refusal::NotConsistent)
}

/// The cosignature's line, with its end.
///
/// # Errors
/// A name that no key may have.
pub fn cosignature(cosigner: &Cosigner, request: &AddCheckpoint) -> Result<String, KeyError> {
    let line = request.checkpoint.cosign(cosigner)?.to_bytes();
    Ok(String::from_utf8_lossy(&line).into_owned())
}

/// SHA-256 in hexadecimal: a file name for a log, or the digest of a report.
pub fn sha256_hex(bytes: &[u8]) -> String {
    use sha2::{Digest as _, Sha256};
    hex::encode(Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Frontier, LogKey, SecretKey, Time};

    fn key(seed: u8) -> LogKey {
        LogKey::new("example.com/log", SecretKey::from_seed(&[seed; 32])).unwrap()
    }

    fn tree(leaves: &[&[u8]]) -> Checkpoint {
        let mut frontier = Frontier::default();
        for leaf in leaves {
            frontier.push(tlog_tiles::record_hash(leaf), &mut |_, _, _| ());
        }
        Checkpoint {
            origin: "example.com/log".to_owned(),
            size: frontier.size(),
            root: frontier.root(),
        }
    }

    fn request(old: u64, proof: Vec<Hash>, new: &Checkpoint, by: u8) -> AddCheckpoint {
        let checkpoint = SignedCheckpoint::sign(new.clone(), &[&key(by)]).unwrap();
        let request = AddCheckpoint {
            old,
            proof,
            checkpoint,
        };
        AddCheckpoint::parse(request.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn a_witness_follows_one_history_only() {
        let logs = [key(1).verifier()];
        let (one, two) = (tree(&[b"a"]), tree(&[b"a", b"b"]));
        let other = tree(&[b"a", b"x"]);
        let proof = vec![tlog_tiles::record_hash(b"b")];
        let judge = |latest, request| judge(&logs, latest, &request);
        assert_eq!(judge(None, request(0, vec![], &one, 1)), Ok(()));
        assert_eq!(
            judge(Some(&one), request(1, proof.clone(), &two, 1)),
            Ok(())
        );
        assert_eq!(judge(Some(&two), request(2, vec![], &two, 1)), Ok(()));
        assert_eq!(
            judge(Some(&one), request(0, vec![], &two, 1)),
            Err(Refusal::Conflict(1))
        );
        assert_eq!(
            judge(Some(&two), request(2, vec![], &other, 1)),
            Err(Refusal::Fork(2))
        );
        assert_eq!(
            judge(Some(&one), request(1, proof.clone(), &other, 1)),
            Err(Refusal::NotConsistent)
        );
        assert_eq!(
            judge(Some(&one), request(1, vec![], &two, 1)),
            Err(Refusal::NotConsistent)
        );
        assert_eq!(
            judge(Some(&two), request(2, vec![], &one, 1)),
            Err(Refusal::Malformed)
        );
        assert_eq!(
            judge(None, request(0, vec![], &one, 2)),
            Err(Refusal::NotSigned)
        );
        let elsewhere = [Cosigner::new(
            "w",
            SecretKey::from_seed(&[1; 32]),
            Time::from_seconds(0).unwrap(),
        )
        .unwrap()
        .verifier()];
        assert_eq!(
            super::judge(&elsewhere, None, &request(0, vec![], &one, 1)),
            Err(Refusal::UnknownLog)
        );
        assert_eq!(
            judge(None, request(0, proof, &one, 1)),
            Err(Refusal::NotConsistent)
        );
    }

    #[test]
    fn what_is_no_request_is_refused() {
        let good = request(0, vec![Hash([1; 32])], &tree(&[b"a"]), 1).to_string();
        for (from, to) in [
            ("old 0", "old 00"),
            ("old 0", "old -1"),
            ("old 0", "size 0"),
            ("\n\n", "\n"),
            ("AQ", "!!"),
        ] {
            assert!(
                AddCheckpoint::parse(good.replacen(from, to, 1).as_bytes()).is_err(),
                "{to}"
            );
        }
    }
}
