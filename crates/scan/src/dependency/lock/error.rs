//! Why a lock file could not be read.

/// Why a lock file could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LockError {
    /// It is not of the syntax of its format.
    #[error("{0}")]
    Syntax(String),
    /// The syntax holds, but something is not as its tool writes it; with the offset in bytes.
    #[error("{0}")]
    Shape(&'static str, usize),
    /// One key twice, of which readers take different ones.
    #[error("the key `{0}` is there twice")]
    Twice(String),
    /// A version of the format that is not known here.
    #[error("lock file of version `{0}`, which is not known here")]
    Unknown(String),
    /// More packages than are read.
    #[error("more packages than are read")]
    TooMany,
    /// Larger than is read.
    #[error("larger than is read")]
    TooLarge,
}

impl LockError {
    /// Offset in the text, where one is known.
    pub fn at(&self) -> Option<usize> {
        match self {
            Self::Shape(_, at) => Some(*at),
            _ => None,
        }
    }

    /// Whether a limit was met.
    pub fn is_limit(&self) -> bool {
        matches!(self, Self::TooMany | Self::TooLarge)
    }
}
