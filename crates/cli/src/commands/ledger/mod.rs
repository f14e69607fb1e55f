//! `gardefou ledger`: the journal, its proofs, its witnesses.

mod append;
pub(crate) mod args;
mod checkpoint;
mod erase;
mod export;
mod init;
mod prove;
mod rotate;
mod show;
mod verify;
mod witness;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use gardefou_finding::{ExitStatus, Untrusted};
use gardefou_host::{
    KeyOrigin, LedgerFolder, LedgerLock, Stream, now, print, read_key, read_text, user_name,
};
use gardefou_ledger::{NewEntry, Receipt, SecretKey, SignedCheckpoint, Time, VerifierKey};

use self::args::{ActorChoice, KeyChoice, Ledger, VkeyChoice};
use super::Error;
use crate::messages::say;

/// Largest checkpoint, key or policy file that is read, in bytes.
const MAX_SMALL_FILE: u64 = 256 << 10;

/// Runs `gardefou ledger`.
pub(crate) fn run(command: &Ledger) -> Result<ExitStatus, Error> {
    match command {
        Ledger::Init(options) => init::run(options),
        Ledger::Append(options) => append::run(options),
        Ledger::Show(options) => show::run(options),
        Ledger::Prove(options) => prove::run(options),
        Ledger::Verify(options) => verify::run(options),
        Ledger::Checkpoint(options) => checkpoint::run(options),
        Ledger::Witness(command) => witness::run(command),
        Ledger::Erase(options) => erase::run(options),
        Ledger::Export(options) => export::run(options),
        Ledger::Rotate(options) => rotate::run(options),
    }
}

/// Prints to standard output.
fn put(text: &str) -> Result<(), Error> {
    print(Stream::Out, text).map(drop).map_err(Error::output)
}

/// Text from outside, as it may be printed.
fn escaped(text: &str) -> String {
    Untrusted::new(text).escaped().into_owned()
}

/// The clock.
fn time_now() -> Result<Time, Error> {
    now()
        .and_then(|now| Time::from_seconds(now.seconds()))
        .ok_or_else(|| Error::Usage("the clock is outside the years 1970 to 9999".to_owned()))
}

/// Who acts.
fn actor(choice: &ActorChoice) -> String {
    choice.actor.clone().unwrap_or_else(user_name)
}

/// `DIR.key`, beside the folder, so that a copy of the folder has no private key.
fn key_beside(dir: &Path) -> PathBuf {
    let mut name: OsString = dir.components().as_path().as_os_str().to_owned();
    name.push(".key");
    name.into()
}

/// The private key that was chosen.
fn secret(choice: &KeyChoice, dir: &Path) -> Result<SecretKey, Error> {
    let origin = match (&choice.key, &choice.key_env) {
        (_, Some(name)) => KeyOrigin::Variable(name.clone()),
        (Some(path), None) => KeyOrigin::File(path.clone()),
        (None, None) => KeyOrigin::File(key_beside(dir)),
    };
    Ok(read_key(&origin)?)
}

/// The public key that was chosen.
pub(crate) fn public(choice: &VkeyChoice) -> Result<VerifierKey, Error> {
    match choice {
        VkeyChoice::Key(key) => Ok(VerifierKey::clone(key)),
        VkeyChoice::File(path) => {
            let text = read_text(path, MAX_SMALL_FILE).map_err(|error| Error::file(path, error))?;
            Ok(VerifierKey::parse(&text)?)
        }
    }
}

/// A checkpoint in a file.
fn checkpoint_in(path: &Path) -> Result<SignedCheckpoint, Error> {
    let text = read_text(path, MAX_SMALL_FILE).map_err(|error| Error::file(path, error))?;
    SignedCheckpoint::parse(text.as_bytes())
        .ok_or_else(|| Error::Usage(format!("`{}` is no checkpoint", path.display())))
}

/// Takes the right to write.
pub(crate) fn lock(folder: &LedgerFolder, dir: &Path) -> Result<LedgerLock, Error> {
    folder
        .lock(|| say("gardefou: another process writes this ledger; waiting for it"))
        .map_err(|error| Error::file(dir, error))
}

/// Appends an entry that this program makes of its own work.
pub(crate) fn record(
    dir: &Path,
    key: Option<PathBuf>,
    kind: &str,
    payload: serde_json::Value,
) -> Result<Receipt, Error> {
    let choice = KeyChoice { key, key_env: None };
    let mut target = append::Target::new(dir, secret(&choice, dir)?);
    let payload = payload.to_string().into_bytes();
    let entry = append::entry(kind, "", &user_name(), payload)?;
    target.append(vec![entry], true)
}

/// The private key of a ledger: of this file, or of the one beside its folder.
pub(crate) fn secret_of(key: Option<PathBuf>, dir: &Path) -> Result<SecretKey, Error> {
    secret(&KeyChoice { key, key_env: None }, dir)
}

/// An entry of now, with a fresh salt.
pub(crate) fn append_entry(
    kind: &str,
    subject: &str,
    actor: &str,
    payload: Vec<u8>,
) -> Result<NewEntry, Error> {
    append::entry(kind, subject, actor, payload)
}
