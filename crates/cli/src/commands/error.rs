//! Why a command could not do its work.

use std::io;
use std::path::Path;

use gardefou_finding::Untrusted;
use gardefou_host::SourceError;
use gardefou_trail::rules::LoadError;

/// An error of use, configuration or rules; the exit status is 2.
#[derive(Debug)]
pub(crate) enum Error {
    /// A source that names nothing.
    Source(SourceError),
    /// Rules that do not load.
    Rules(Vec<LoadError>),
    /// A file that cannot be read or written.
    File(String, io::Error),
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

    /// The lines to show, escaped: names and texts come from outside.
    pub(crate) fn lines(&self) -> Vec<String> {
        let lines = match self {
            Self::Source(error) => vec![error.to_string()],
            Self::Rules(errors) => errors.iter().map(ToString::to_string).collect(),
            Self::File(name, error) => vec![format!("`{name}`: {error}")],
            Self::Usage(text) => vec![text.clone()],
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
