//! `gardefou ledger rotate`

use gardefou_finding::ExitStatus;
use gardefou_host::{KeyOrigin, LedgerFolder, random, read_key, write_atomically, write_key};
use gardefou_ledger::{SecretKey, Writer};

use super::args::Rotate;
use super::{Error, actor, lock, put, secret, time_now};

/// Hands over to another key.
pub(crate) fn run(options: &Rotate) -> Result<ExitStatus, Error> {
    let dir = &options.folder.dir;
    let old = secret(&options.key, dir)?;
    let folder = LedgerFolder::new(dir);
    let _lock = lock(&folder, dir)?;
    let mut writer = Writer::open(&folder, &old)?;
    let new = new_key(options)?;
    let salt = random().map_err(Error::randomness)?;
    let rotation = writer.rotate(new, &actor(&options.actor), time_now()?, salt)?;
    let public = dir.join("vkey");
    write_atomically(&public, format!("{}\n", rotation.new).as_bytes())
        .map_err(|error| Error::file(&public, error))?;
    put(&format!(
        "entry {} hands over, signed by both keys.\n\
         From now on sign with {}.\n\
         Public key: {}\n\
         Who trusts the old public key can go on verifying whole ledgers with it; proofs of single \
         entries, and witnesses, need the new one.\n",
        rotation.index,
        options.new_key.display(),
        rotation.new
    ))?;
    Ok(ExitStatus::Clean)
}

/// The key in the file, or a new one in a new file.
fn new_key(options: &Rotate) -> Result<SecretKey, Error> {
    let path = &options.new_key;
    if path.exists() {
        return Ok(read_key(&KeyOrigin::File(path.clone()))?);
    }
    let seed = random().map_err(Error::randomness)?;
    let secret = SecretKey::from_seed(&seed);
    write_key(path, &secret)?;
    Ok(secret)
}
