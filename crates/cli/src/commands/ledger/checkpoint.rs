//! `gardefou ledger checkpoint`: the newest one, a request to witnesses, their answers.

use std::path::Path;

use gardefou_finding::ExitStatus;
use gardefou_host::{LedgerFolder, read_limited, write_atomically};
use gardefou_ledger::{
    AddCheckpoint, MAX_REQUEST, Reader, SignedCheckpoint, VerifierKey, add_cosignatures,
    check_consistency, keep_witnessed,
};

use super::args::Checkpoint;
use super::{Error, escaped, lock, public, put};
use crate::messages::say;

/// Prints the newest checkpoint, or a request, or takes in an answer.
pub(crate) fn run(options: &Checkpoint) -> Result<ExitStatus, Error> {
    if let Some(path) = &options.add {
        return add(options, path);
    }
    let folder = LedgerFolder::new(&options.folder.dir);
    let reader = Reader::open(&folder)?;
    let text = if options.request {
        request(options, &reader)?.to_string()
    } else {
        String::from_utf8_lossy(&newest(&reader)?.to_bytes()).into_owned()
    };
    match &options.out {
        Some(path) => {
            write_atomically(path, text.as_bytes()).map_err(|error| Error::file(path, error))?;
        }
        None => put(&text)?,
    }
    Ok(ExitStatus::Clean)
}

/// The newest checkpoint, with cosignatures when it has some.
fn newest(reader: &Reader<'_, LedgerFolder>) -> Result<SignedCheckpoint, Error> {
    let tip = reader.tip();
    match reader.witnessed()? {
        Some(witnessed) if witnessed.body() == tip.body() => Ok(witnessed),
        _ => SignedCheckpoint::parse(&tip.to_bytes()).ok_or_else(Error::not_opened),
    }
}

/// A request to cosign the newest checkpoint, from what was cosigned last.
fn request(
    options: &Checkpoint,
    reader: &Reader<'_, LedgerFolder>,
) -> Result<AddCheckpoint, Error> {
    let last = reader.witnessed()?.map_or(0, |one| one.checkpoint().size);
    let old = options.old.unwrap_or(last);
    if old > reader.size() {
        return Err(Error::Usage(format!(
            "the ledger has {} entries, not {old}",
            reader.size()
        )));
    }
    Ok(AddCheckpoint {
        old,
        proof: reader.prove_consistency(old)?,
        checkpoint: SignedCheckpoint::parse(&reader.tip().to_bytes())
            .ok_or_else(Error::not_opened)?,
    })
}

/// Keeps the cosignatures of an answer.
fn add(options: &Checkpoint, path: &Path) -> Result<ExitStatus, Error> {
    let answer = read_limited(path, 2 * MAX_REQUEST).map_err(|error| Error::file(path, error))?;
    let witnesses = options
        .witness
        .iter()
        .map(|key| Ok(public(key)?.witness()?));
    let witnesses = witnesses.collect::<Result<Vec<VerifierKey>, Error>>()?;
    let (cosigned, count) = add_cosignatures(&answer, &witnesses).ok_or_else(|| {
        let name = path.display();
        Error::Usage(format!(
            "`{name}` is neither a cosigned checkpoint nor a request with its answer"
        ))
    })?;
    if count == 0 {
        say("gardefou: none of these witnesses cosigned it; nothing was kept");
        return Ok(ExitStatus::Findings);
    }
    let folder = LedgerFolder::new(&options.folder.dir);
    let _lock = lock(&folder, &options.folder.dir)?;
    must_be_ours(&folder, &cosigned)?;
    let kept = keep_witnessed(&folder, cosigned)?;
    let tree = kept.checkpoint();
    put(&format!(
        "kept: {count} of {} witnesses cosigned the first {} entries of `{}`\n",
        witnesses.len(),
        tree.size,
        escaped(&tree.origin)
    ))?;
    Ok(ExitStatus::Clean)
}

/// A checkpoint of another history must not become the one that is witnessed.
fn must_be_ours(folder: &LedgerFolder, cosigned: &SignedCheckpoint) -> Result<(), Error> {
    let reader = Reader::open(folder)?;
    let (old, new) = (cosigned.checkpoint(), reader.tip().checkpoint());
    let newer = reader
        .witnessed()?
        .filter(|one| one.checkpoint().size > old.size);
    if let Some(newer) = newer {
        let size = newer.checkpoint().size;
        return Err(Error::Usage(format!(
            "a newer checkpoint, of {size} entries, is witnessed already"
        )));
    }
    let is_ours = old.size <= new.size && {
        let proof = reader.prove_consistency(old.size)?;
        check_consistency(&proof, (old.size, old.root), (new.size, new.root)).is_ok()
    };
    if is_ours && old.origin == new.origin {
        return Ok(());
    }
    Err(Error::Usage(
        "the cosigned checkpoint is not of this ledger's history".to_owned(),
    ))
}
