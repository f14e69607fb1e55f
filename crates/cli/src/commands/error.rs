//! Why a command could not do its work.

use std::io;
use std::path::{Path, PathBuf};

use gardefou_finding::{ExitStatus, Untrusted};
use gardefou_host::{KeyFileError, SourceError};
use gardefou_ledger::{EntryError, KeyError, LedgerError};
use gardefou_trail::rules::LoadError;

/// An error of use, configuration or rules, or something that could not be read.
#[derive(Debug)]
pub(crate) enum Error {
    /// A source that names nothing.
    Source(SourceError),
    /// Rules that do not load.
    Rules(Vec<LoadError>),
    /// A file that cannot be read or written.
    File(String, io::Error),
    /// Something to judge that cannot be read.
    Unreadable(PathBuf, io::Error),
    /// Nothing can be said, since not all could be read.
    Unread(String),
    /// A ledger that cannot be read or written.
    Ledger(LedgerError),
    /// A private key that cannot be had.
    Key(KeyFileError),
    /// AWS, or what was recorded of it, cannot be asked.
    Aws(String),
    /// Anything else, in words.
    Usage(String),
}

impl Error {
    pub(crate) fn output(error: io::Error) -> Self {
        Self::File("standard output".to_owned(), error)
    }

    pub(crate) fn file(path: &Path, error: io::Error) -> Self {
        Self::File(path.to_string_lossy().into_owned(), error)
    }

    /// The system gave no random bytes.
    pub(crate) fn randomness(error: io::Error) -> Self {
        Self::File("the system's source of randomness".to_owned(), error)
    }

    /// A ledger that should have been opened before.
    pub(crate) fn not_opened() -> Self {
        Self::Usage("the ledger is not open".to_owned())
    }

    /// The same error, in a line of the input.
    pub(crate) fn in_line(self, number: u64) -> Self {
        let told = self.lines().join("; ");
        Self::Usage(format!(
            "line {number}: {told}; nothing of its batch was appended"
        ))
    }

    /// The one place that decides the exit status of an error: 3 when something
    /// could not be read or is damaged, else 2.
    pub(crate) fn status(&self) -> ExitStatus {
        match self {
            Self::Unreadable(..)
            | Self::Unread(_)
            | Self::Aws(_)
            | Self::Ledger(
                LedgerError::Store { .. } | LedgerError::Damaged { .. } | LedgerError::Poisoned,
            ) => ExitStatus::Incomplete,
            _ => ExitStatus::Usage,
        }
    }

    /// The lines to show, escaped: names and texts come from outside.
    pub(crate) fn lines(&self) -> Vec<String> {
        let lines = match self {
            Self::Source(error) => vec![error.to_string()],
            Self::Rules(errors) => errors.iter().map(ToString::to_string).collect(),
            Self::File(name, error) => vec![format!("`{name}`: {error}")],
            Self::Unreadable(path, error) => vec![format!("`{}`: {error}", path.display())],
            Self::Ledger(error) => vec![error.to_string()],
            Self::Key(error) => vec![error.to_string()],
            Self::Usage(text) | Self::Unread(text) | Self::Aws(text) => vec![text.clone()],
        };
        lines
            .into_iter()
            .map(|line| Untrusted::new(line).escaped().into_owned())
            .collect()
    }
}

impl From<SourceError> for Error {
    fn from(error: SourceError) -> Self {
        Self::Source(error)
    }
}

impl From<Vec<LoadError>> for Error {
    fn from(errors: Vec<LoadError>) -> Self {
        Self::Rules(errors)
    }
}

impl From<LedgerError> for Error {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}

impl From<EntryError> for Error {
    fn from(error: EntryError) -> Self {
        Self::Ledger(error.into())
    }
}

impl From<KeyError> for Error {
    fn from(error: KeyError) -> Self {
        Self::Ledger(error.into())
    }
}

impl From<KeyFileError> for Error {
    fn from(error: KeyFileError) -> Self {
        Self::Key(error)
    }
}
