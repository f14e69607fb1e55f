//! A stream kept on disk, because an archive is read twice.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::sync::Arc;

/// The whole of a stream, in a temporary file that has no name and is gone
/// with the process. At most one reader at once: readers share one position.
#[derive(Clone, Debug)]
pub struct Spool {
    file: Arc<File>,
    length: u64,
}

impl Spool {
    /// Copies all of `stream`.
    ///
    /// # Errors
    /// The system's: the stream breaks, or the temporary directory is full.
    pub(crate) fn of(stream: &mut dyn Read) -> io::Result<Self> {
        let mut file = tempfile::tempfile()?;
        let length = io::copy(stream, &mut file)?;
        Ok(Self {
            file: Arc::new(file),
            length,
        })
    }

    /// Bytes in it.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// Reads it from its beginning.
    ///
    /// # Errors
    /// The system's.
    pub(crate) fn reader(&self) -> io::Result<Arc<File>> {
        let mut file = Arc::clone(&self.file);
        file.rewind()?;
        Ok(file)
    }
}

impl PartialEq for Spool {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.file, &other.file)
    }
}

impl Eq for Spool {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_can_be_read_twice() {
        let spool = Spool::of(&mut &b"once only"[..]).unwrap();
        for _ in 0..2 {
            let mut text = String::new();
            spool.reader().unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, "once only");
        }
        assert_eq!(spool.length(), 9);
    }
}
