//! What a witness remembers: the last checkpoint that it cosigned of each log.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gardefou_ledger::{LedgerError, SignedCheckpoint};

use super::folder::{LedgerFolder, LedgerLock};
use crate::write_atomically;

/// Largest checkpoint that is read, in bytes.
const MAX_CHECKPOINT: u64 = 256 << 10;

/// A witness's folder, locked: reading the last checkpoint and keeping the next
/// one are one step.
#[derive(Debug)]
pub struct WitnessFolder {
    root: PathBuf,
    _lock: LedgerLock,
}

impl WitnessFolder {
    /// Opens a folder, making it when it is missing, and waits for its lock.
    ///
    /// # Errors
    /// The system's.
    pub fn open(root: &Path) -> io::Result<Self> {
        let lock = LedgerFolder::new(root).lock(|| ())?;
        let root = root.to_owned();
        Ok(Self { root, _lock: lock })
    }

    /// The last checkpoint that was cosigned for this origin.
    ///
    /// # Errors
    /// The system's; one that is there but cannot be understood, which must
    /// never be taken for none.
    pub fn latest(&self, origin: &str) -> Result<Option<SignedCheckpoint>, LedgerError> {
        let path = self.path(origin);
        let shown = path.to_string_lossy().into_owned();
        let bytes = match fs::metadata(&path).and_then(|_| crate::read_text(&path, MAX_CHECKPOINT))
        {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => {
                let doing = "read";
                return Err(LedgerError::Store {
                    doing,
                    path: shown,
                    source,
                });
            }
        };
        match SignedCheckpoint::parse(bytes.as_bytes()) {
            Some(checkpoint) => Ok(Some(checkpoint)),
            None => Err(LedgerError::Damaged {
                path: shown,
                what: "it is no checkpoint".to_owned(),
            }),
        }
    }

    /// Keeps a checkpoint, durably.
    ///
    /// # Errors
    /// The system's.
    pub fn keep(&self, checkpoint: &SignedCheckpoint) -> io::Result<()> {
        let path = self.path(&checkpoint.checkpoint().origin);
        write_atomically(&path, &checkpoint.to_bytes())
    }

    /// An origin is anybody's text; its file's name must not be.
    fn path(&self, origin: &str) -> PathBuf {
        let name = gardefou_ledger::sha256_hex(origin.as_bytes());
        self.root.join(format!("{name}.checkpoint"))
    }
}
