//! Why a ledger could not be read, or not be written.

use std::io;

use thiserror::Error;

use crate::{EntryError, KeyError};

/// Why a ledger could not be read, or not be written.
#[derive(Debug, Error)]
pub enum LedgerError {
    /// The file system refused.
    #[error("cannot {doing} `{path}`: {source}")]
    Store {
        /// The attempt, as a verb.
        doing: &'static str,
        /// The file.
        path: String,
        /// The system's error.
        source: io::Error,
    },
    /// There is no ledger there.
    #[error("there is no ledger here (no `{0}`)")]
    Missing(&'static str),
    /// There is one already.
    #[error("there is a ledger here already")]
    Exists,
    /// What is stored contradicts itself.
    #[error("`{path}` is damaged: {what}")]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong.
        what: String,
    },
    /// An entry that is not acceptable.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// A key that does not fit.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// An earlier write failed, so what is on disk is unknown until it is opened again.
    #[error("an earlier write failed; open the ledger again")]
    Poisoned,
    /// No entry has this index.
    #[error("there is no entry {index}; the ledger has {size}")]
    NoEntry {
        /// The index asked for.
        index: u64,
        /// Entries in the ledger.
        size: u64,
    },
    /// The entry must be retained longer, and no reason to erase it was given.
    #[error(
        "entry {index} must be retained until {until}; erasing it earlier needs a reason that is recorded"
    )]
    Retained {
        /// The entry.
        index: u64,
        /// End of its retention.
        until: crate::Time,
    },
    /// The entry may not be erased at all.
    #[error("entry {0} holds the ledger together and cannot be erased")]
    NotErasable(u64),
    /// The payload was erased before.
    #[error("the payload of entry {0} was erased")]
    Erased(u64),
}

impl LedgerError {
    /// Something stored that contradicts itself.
    pub(crate) fn damaged(path: &str, what: impl Into<String>) -> Self {
        Self::Damaged {
            path: path.to_owned(),
            what: what.into(),
        }
    }
}

/// Names the attempt and the file of an input or output error.
pub(crate) trait At<T> {
    /// Adds them.
    fn at(self, doing: &'static str, path: &str) -> Result<T, LedgerError>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, doing: &'static str, path: &str) -> Result<T, LedgerError> {
        self.map_err(|source| LedgerError::Store {
            doing,
            path: path.to_owned(),
            source,
        })
    }
}
