//! What is wrong with what was asked, as opposed to what was read.

use std::path::PathBuf;

/// An argument that names no source. It is the user's to correct; faults of
/// single files are failures in the coverage instead.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// No such file or directory.
    #[error("`{}` does not exist", path.to_string_lossy().escape_debug())]
    NotFound {
        /// The argument.
        path: PathBuf,
    },
    /// A pattern that matches no path.
    #[error("no file matches `{}`", pattern.escape_debug())]
    NoMatch {
        /// The argument.
        pattern: String,
    },
    /// A pattern that cannot be read.
    #[error("`{}` is not a pattern: {reason}", pattern.escape_debug())]
    BadPattern {
        /// The argument.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
}
