//! What the ledger needs of a file system, and nothing more.

use std::io;

/// A folder of named files. Paths are relative, with `/`, and made by this
/// crate only; a store makes missing folders itself.
///
/// The promises are those of POSIX, no more: what was written may be lost,
/// wholly or in part, until [`Store::sync`] returned well, and a new name until
/// [`Store::sync_names`] did.
pub trait Store {
    /// Size of a file in bytes; `None` when there is none.
    ///
    /// # Errors
    /// Whatever the system says, but not that the file is missing.
    fn size(&self, path: &str) -> io::Result<Option<u64>>;

    /// Up to `len` bytes from offset `at`; fewer only at the file's end.
    ///
    /// # Errors
    /// Whatever the system says; [`io::ErrorKind::NotFound`] for a missing file.
    fn read(&self, path: &str, at: u64, len: usize) -> io::Result<Vec<u8>>;

    /// Like [`Store::read`], into a buffer whose memory is used again. What was
    /// in it is lost.
    ///
    /// # Errors
    /// Those of [`Store::read`].
    fn read_into(&self, path: &str, at: u64, len: usize, into: &mut Vec<u8>) -> io::Result<()> {
        *into = self.read(path, at, len)?;
        Ok(())
    }

    /// Writes all of `bytes` at offset `at`, making the file when it is missing.
    ///
    /// # Errors
    /// Whatever the system says; a part may have been written.
    fn write(&self, path: &str, at: u64, bytes: &[u8]) -> io::Result<()>;

    /// Cuts or extends a file to `size` bytes.
    ///
    /// # Errors
    /// Whatever the system says.
    fn truncate(&self, path: &str, size: u64) -> io::Result<()>;

    /// Makes the contents of these files durable.
    ///
    /// # Errors
    /// Whatever the system says; then nothing is known of any of the files.
    fn sync(&self, paths: &[String]) -> io::Result<()>;

    /// Writes all of `bytes` at offset `at` of one file and makes its contents
    /// durable: [`Store::write`] and [`Store::sync`].
    ///
    /// # Errors
    /// Theirs.
    fn commit(&self, path: &str, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.write(path, at, bytes)?;
        self.sync(&[path.to_owned()])
    }

    /// Makes durable that these names exist, lead elsewhere, or are gone.
    ///
    /// # Errors
    /// Whatever the system says; then nothing is known of any of the names.
    fn sync_names(&self, paths: &[String]) -> io::Result<()>;

    /// Gives a file another name, over an older file of that name, at once.
    ///
    /// # Errors
    /// Whatever the system says.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file; a missing one is no error.
    ///
    /// # Errors
    /// Whatever the system says.
    fn remove(&self, path: &str) -> io::Result<()>;

    /// Names of the files in a folder, in any order; none when it is missing.
    ///
    /// # Errors
    /// Whatever the system says.
    fn list(&self, folder: &str) -> io::Result<Vec<String>>;
}
