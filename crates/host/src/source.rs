//! A source: one file, object or stream that may hold events.

use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;

use gardefou_finding::{Failure, FailureReason, Skip, SkipReason, Untrusted};

use crate::spool::Spool;

/// Where a source's bytes lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Standard input or a named pipe, by name; kept, since it is read twice.
    Stream(String, Spool),
    /// A file, or a device that was named explicitly.
    File(PathBuf),
    /// An object in S3.
    Object(Object),
}

/// An object in S3, as its listing told.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Object {
    /// Bucket name.
    pub bucket: Arc<str>,
    /// Key inside the bucket.
    pub key: String,
}

impl Object {
    /// `s3://bucket/key`.
    pub fn url(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.key)
    }
}

/// One thing to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Where its bytes lie.
    pub origin: Origin,
    /// Bytes as stored, where the listing told; devices do not.
    pub size: Option<u64>,
}

impl Source {
    /// All of a stream, which is read to its end.
    ///
    /// # Errors
    /// The system's, while copying it.
    pub(crate) fn stream(name: String, stream: &mut dyn Read) -> io::Result<Self> {
        let spool = Spool::of(stream)?;
        Ok(Self {
            size: Some(spool.length()),
            origin: Origin::Stream(name, spool),
        })
    }

    /// A file of a known size, or a device.
    pub(crate) fn file(path: PathBuf, size: Option<u64>) -> Self {
        Self {
            origin: Origin::File(path),
            size,
        }
    }

    /// An object of a known size.
    pub(crate) fn object(bucket: Arc<str>, key: String, size: u64) -> Self {
        Self {
            origin: Origin::Object(Object { bucket, key }),
            size: Some(size),
        }
    }

    /// The name that coverage and evidence use: `-`, a path or an `s3://` URL.
    pub fn name(&self) -> Untrusted {
        match &self.origin {
            Origin::Stream(name, _) => Untrusted::new(name.as_str()),
            Origin::File(path) => Untrusted::new(path.to_string_lossy()),
            Origin::Object(object) => Untrusted::new(object.url()),
        }
    }
}

/// A failure to open or read something named `source`.
pub(crate) fn unreadable(source: Untrusted, detail: impl ToString) -> Failure {
    let detail = Some(Untrusted::new(detail.to_string()));
    Failure {
        source,
        offset: None,
        reason: FailureReason::Unreadable,
        detail,
    }
}

/// A whole source left out on purpose.
pub(crate) fn skipped(source: Untrusted, reason: SkipReason) -> Skip {
    Skip {
        source,
        offset: None,
        reason,
    }
}
