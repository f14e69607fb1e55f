//! `gardefou ledger prove`

use gardefou_finding::ExitStatus;
use gardefou_host::{LedgerFolder, write_atomically};
use gardefou_ledger::{Extra, Payload, Proof, Reader, SignedCheckpoint};

use super::args::Prove;
use super::{Error, put};

/// Writes a proof of one entry.
pub(crate) fn run(options: &Prove) -> Result<ExitStatus, Error> {
    let folder = LedgerFolder::new(&options.folder.dir);
    let reader = Reader::open(&folder)?;
    let index = options.entry;
    let mut extra = Extra {
        entry: String::from_utf8_lossy(&reader.entry(index)?).into_owned(),
        salt: None,
    };
    if let Some(path) = &options.disclose {
        let Payload::Present { salt, bytes } = reader.payload(index)? else {
            return Err(gardefou_ledger::LedgerError::Erased(index).into());
        };
        write_atomically(path, &bytes).map_err(|error| Error::file(path, error))?;
        extra.salt = Some(hex::encode(salt));
    }
    let checkpoint = strongest(&reader, index)?;
    let proof = Proof {
        extra: serde_json::to_vec(&extra).ok(),
        index,
        hashes: reader.prove_inclusion(checkpoint.checkpoint(), index)?,
        checkpoint,
    };
    match &options.out {
        Some(path) => write_atomically(path, proof.to_string().as_bytes())
            .map_err(|error| Error::file(path, error))?,
        None => put(&proof.to_string())?,
    }
    Ok(ExitStatus::Clean)
}

/// The newest checkpoint that a witness cosigned, when it covers the entry;
/// else the newest of all.
fn strongest(reader: &Reader<'_, LedgerFolder>, index: u64) -> Result<SignedCheckpoint, Error> {
    let covers = |one: &SignedCheckpoint| index < one.checkpoint().size;
    if let Some(witnessed) = reader.witnessed()?.filter(covers) {
        return Ok(witnessed);
    }
    SignedCheckpoint::parse(&reader.tip().to_bytes()).ok_or_else(Error::not_opened)
}
