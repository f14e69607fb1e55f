//! What witnesses said of this ledger, kept beside it.

use signed_note::Verifier as _;

use crate::error::At as _;
use crate::layout::CHECKPOINT;
use crate::reader::WITNESSED;
use crate::tail::published;
use crate::writer::temporary;
use crate::{AddCheckpoint, LedgerError, SignedCheckpoint, Store, VerifierKey};

/// The checkpoint of a witness's answer: a cosigned checkpoint, or a request
/// with the cosignatures that answer it appended. Only the cosignatures of the
/// `trusted` witnesses stay, with the log's own signatures.
///
/// Returns the checkpoint and how many of the witnesses cosigned it; `None`
/// when it is neither.
pub fn add_cosignatures(
    answer: &[u8],
    trusted: &[VerifierKey],
) -> Option<(SignedCheckpoint, usize)> {
    let given = match AddCheckpoint::parse(answer) {
        Ok(request) => request.checkpoint,
        Err(_) => SignedCheckpoint::parse(answer)?,
    };
    let count = trusted
        .iter()
        .filter(|key| given.cosigned_by(key).is_some())
        .count();
    let origin = given.checkpoint().origin.clone();
    let is_kept = |name: &str, id: u32| {
        let is_witness = |key: &VerifierKey| {
            key.name() == name && key.key_id() == id && given.cosigned_by(key).is_some()
        };
        name == origin || trusted.iter().any(is_witness)
    };
    let kept = given.only(is_kept)?;
    Some((kept, count))
}

/// Keeps the newest checkpoint that witnesses cosigned, with the cosignatures
/// that were there before, and publishes it when it is the newest of all. The
/// caller holds the ledger's lock.
///
/// # Errors
/// When it is not of this ledger's newest history known here, or a write failed.
pub fn keep_witnessed<S: Store>(
    store: &S,
    cosigned: SignedCheckpoint,
) -> Result<SignedCheckpoint, LedgerError> {
    let before = crate::tail::read_file(store, WITNESSED)?;
    let before = before.and_then(|bytes| SignedCheckpoint::parse(&bytes));
    let both = match before {
        Some(before) if before.body() == cosigned.body() => {
            before.with(cosigned.signatures()).unwrap_or(cosigned)
        }
        _ => cosigned,
    };
    replace(store, WITNESSED, &both.to_bytes())?;
    let is_newest = published(store)?.is_some_and(|one| one.body() == both.body());
    if is_newest {
        replace(store, CHECKPOINT, &both.to_bytes())?;
    }
    Ok(both)
}

fn replace<S: Store>(store: &S, path: &str, content: &[u8]) -> Result<(), LedgerError> {
    let new = temporary(path);
    store.remove(&new).at("remove", &new)?;
    store.write(&new, 0, content).at("write", &new)?;
    store.sync(std::slice::from_ref(&new)).at("sync", &new)?;
    store.rename(&new, path).at("rename", path)?;
    store
        .sync_names(&[path.to_owned()])
        .at("sync the folder of", path)
}
