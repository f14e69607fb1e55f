//! `gardefou ledger init`

use std::path::PathBuf;

use gardefou_finding::ExitStatus;
use gardefou_host::{KeyOrigin, LedgerFolder, random, read_key, write_atomically, write_key};
use gardefou_ledger::{LogKey, SecretKey, Writer};

use super::args::Init;
use super::{Error, actor, escaped, key_beside, lock, put, time_now};

/// Where the new ledger's private key is.
enum Made {
    /// In a file that was just written.
    New(PathBuf),
    /// Where it was before.
    Given,
}

/// Opens a new ledger.
pub(crate) fn run(options: &Init) -> Result<ExitStatus, Error> {
    let dir = &options.folder.dir;
    let folder = LedgerFolder::new(dir);
    let (secret, made) = key(options)?;
    let key = LogKey::new(&options.origin, secret)?;
    let vkey = key.verifier().to_string();
    let _lock = lock(&folder, dir)?;
    let salt = random().map_err(|error| Error::file(dir, error))?;
    let actor = actor(&options.actor);
    Writer::create(
        &folder,
        key,
        options.retain_at_least,
        &actor,
        time_now()?,
        salt,
    )?;
    let public = dir.join("vkey");
    write_atomically(&public, format!("{vkey}\n").as_bytes())
        .map_err(|error| Error::file(&public, error))?;
    put(&told(options, &vkey, &made))?;
    Ok(ExitStatus::Clean)
}

/// The given key, or a new one in a new file.
fn key(options: &Init) -> Result<(SecretKey, Made), Error> {
    if let Some(name) = &options.key_env {
        return Ok((read_key(&KeyOrigin::Variable(name.clone()))?, Made::Given));
    }
    let path = options
        .key
        .clone()
        .unwrap_or_else(|| key_beside(&options.folder.dir));
    if path.exists() {
        return Ok((read_key(&KeyOrigin::File(path))?, Made::Given));
    }
    let seed = random().map_err(|error| Error::file(&path, error))?;
    let secret = SecretKey::from_seed(&seed);
    // A name that no key may have is found before the file is written.
    LogKey::new(&options.origin, secret.clone())?;
    write_key(&path, &secret)?;
    Ok((secret, Made::New(path)))
}

fn told(options: &Init, vkey: &str, made: &Made) -> String {
    let dir = escaped(&options.folder.dir.to_string_lossy());
    let private = match made {
        Made::New(path) => format!("{} (new)", escaped(&path.to_string_lossy())),
        Made::Given => "as given".to_owned(),
    };
    format!(
        "Ledger `{}` opened in `{dir}`.\n\
         Private key: {private}. Whoever has it can write here; keep it off this folder.\n\
         Public key:  {vkey}\n\
         Give the public key to those who will verify, by another way than this folder:\n\
         whoever could replace the ledger could replace a key in it too.\n",
        options.origin,
    )
}
