//! Key files: private ones are made readable by their owner only, and are not
//! read when others can.

use std::env;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use gardefou_ledger::{KeyError, SecretKey};
use thiserror::Error;

/// Largest key file that is read, in bytes.
const MAX_KEY_FILE: u64 = 64 << 10;

/// Where a private key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In a file; also a pipe, as in `--key <(age -d key.age)`.
    File(PathBuf),
    /// In this environment variable.
    Variable(String),
}

/// Why a private key cannot be had.
#[derive(Debug, Error)]
pub enum KeyFileError {
    /// The system refuses.
    #[error("cannot read the key `{}`: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The system refuses.
    #[error("cannot write the key `{}`: {source}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// Others can read it.
    #[error("others can read the key `{}` (mode {mode:03o}): chmod 600 it, and think of replacing it", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The variable is not set.
    #[error("the environment variable `{0}` holds no key")]
    NoVariable(String),
    /// It is no key.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Reads a private key.
///
/// # Errors
/// One that is missing, no key, or a file that others can read.
pub fn read_key(origin: &Origin) -> Result<SecretKey, KeyFileError> {
    let text = match origin {
        Origin::File(path) => read_private(path)?,
        Origin::Variable(name) => {
            env::var(name).map_err(|_| KeyFileError::NoVariable(name.clone()))?
        }
    };
    Ok(SecretKey::parse(&text)?)
}

fn read_private(path: &Path) -> Result<String, KeyFileError> {
    let unreadable = |source| KeyFileError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(unreadable)?;
    refuse_exposed(path, &file).map_err(unreadable)??;
    let mut text = String::new();
    file.take(MAX_KEY_FILE)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    Ok(text)
}

/// Looks at the opened file, so that nobody can swap it in between.
#[cfg(unix)]
fn refuse_exposed(path: &Path, file: &File) -> io::Result<Result<(), KeyFileError>> {
    use std::os::unix::fs::PermissionsExt as _;
    let meta = file.metadata()?;
    let mode = meta.permissions().mode() & 0o777;
    if !meta.is_file() || mode & 0o077 == 0 {
        return Ok(Ok(()));
    }
    let path = path.to_owned();
    Ok(Err(KeyFileError::Exposed { path, mode }))
}

#[cfg(not(unix))]
fn refuse_exposed(_: &Path, _: &File) -> io::Result<Result<(), KeyFileError>> {
    Ok(Ok(()))
}

/// Writes a private key into a new file that its owner alone can read.
///
/// # Errors
/// A file that is there already, or the system's.
pub fn write_key(path: &Path, key: &SecretKey) -> Result<(), KeyFileError> {
    let pem = key.to_pem()?;
    create_private(path)
        .and_then(|mut file| {
            file.write_all(pem.as_bytes())?;
            file.sync_all()
        })
        .map_err(|source| KeyFileError::Unwritable {
            path: path.to_owned(),
            source,
        })
}

fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_key_is_its_owners_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log.key");
        let key = SecretKey::from_seed(&[3; 32]);
        write_key(&path, &key).unwrap();
        let origin = Origin::File(path.clone());
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(read_key(&origin).unwrap().to_pem(), key.to_pem());
        assert!(
            write_key(&path, &key).is_err(),
            "a key is never written over"
        );
        for mode in [0o640, 0o604, 0o660] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert!(matches!(
                read_key(&origin),
                Err(KeyFileError::Exposed { .. })
            ));
        }
    }
}
