//! `gardefou ledger erase`

use gardefou_finding::ExitStatus;
use gardefou_host::{LedgerFolder, random};
use gardefou_ledger::{Erasure, Writer};

use super::args::Erase;
use super::{Error, actor, lock, put, secret, time_now};

/// Erases an entry's payload, after recording that and why.
pub(crate) fn run(options: &Erase) -> Result<ExitStatus, Error> {
    let dir = &options.folder.dir;
    let secret = secret(&options.key, dir)?;
    let folder = LedgerFolder::new(dir);
    let _lock = lock(&folder, dir)?;
    let mut writer = Writer::open(&folder, &secret)?;
    let erasure = Erasure {
        index: options.entry,
        reason: options.reason.as_deref(),
        actor: &actor(&options.actor),
        now: time_now()?,
    };
    let receipt = writer.erase(&erasure, random().map_err(Error::randomness)?)?;
    put(&format!(
        "the payload of entry {} and its salt are erased; entry {} records it. \
         Copies, exports and backups are not reached from here.\n",
        options.entry, receipt.first
    ))?;
    Ok(ExitStatus::Clean)
}
