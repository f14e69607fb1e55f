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
    /// Not `s3://BUCKET` or `s3://BUCKET/PREFIX`.
    #[error("`{}` is not of the form `s3://bucket/prefix`", url.escape_debug())]
    BadUrl {
        /// The argument.
        url: String,
    },
    /// The bucket does not exist.
    #[error("the bucket of `{}` does not exist", url.escape_debug())]
    NoBucket {
        /// The argument.
        url: String,
    },
    /// The bucket holds nothing under the prefix.
    #[error("no object begins with `{}`", url.escape_debug())]
    NoObject {
        /// The argument.
        url: String,
    },
    /// No AWS credentials, or none that can be used.
    #[error("no AWS credentials for `{}`: {}", url.escape_debug(), reason.escape_debug())]
    NoCredentials {
        /// The argument.
        url: String,
        /// What the credential providers said.
        reason: String,
    },
    /// S3 refused to list: wrong credentials or missing permission.
    #[error("S3 refuses to list `{}`: {}", url.escape_debug(), reason.escape_debug())]
    Refused {
        /// The argument.
        url: String,
        /// S3's error code and message.
        reason: String,
    },
    /// S3 could not be reached or did not answer as S3.
    #[error("cannot list `{}`: {}", url.escape_debug(), reason.escape_debug())]
    Unreachable {
        /// The argument.
        url: String,
        /// The network's or the client's error.
        reason: String,
    },
    /// A key to resume after that is in none, or in several, of the buckets named.
    #[error("cannot resume after `{}`: {reason}", key.escape_debug())]
    BadResume {
        /// The key or URL given.
        key: String,
        /// Why not.
        reason: &'static str,
    },
}
