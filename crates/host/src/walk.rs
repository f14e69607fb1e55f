//! Files and directories: each real file once, in a stable order.

use std::collections::HashSet;
use std::fs::{self, FileType, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use gardefou_finding::{SkipReason, Untrusted};

use crate::layout::Selection;
use crate::list::Listing;
use crate::source::{Source, skipped, unreadable};

/// Collects files below the paths it is given.
pub(crate) struct Walk<'a> {
    selection: &'a Selection,
    files_seen: HashSet<FileIdentity>,
    directories_seen: HashSet<PathBuf>,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(selection: &'a Selection) -> Self {
        Self {
            selection,
            files_seen: HashSet::new(),
            directories_seen: HashSet::new(),
        }
    }

    /// Adds what the user named: a file, a directory with all below it, or a
    /// pipe or device, which is read as a stream.
    ///
    /// # Errors
    /// The system's error when the path cannot even be looked up.
    pub(crate) fn add(&mut self, path: &Path, listing: &mut Listing) -> io::Result<()> {
        let metadata = fs::metadata(path)?;
        if metadata.is_dir() {
            self.add_directory(path, listing);
        } else if metadata.is_file() {
            self.add_file(path.to_owned(), &metadata, listing);
        } else if is_pipe(metadata.file_type()) {
            let name = path.to_string_lossy().into_owned();
            listing.add_stream(name, &mut fs::File::open(path)?);
        } else {
            listing.sources.push(Source::file(path.to_owned(), None));
        }
        Ok(())
    }

    /// Depth first, names sorted, links followed, no directory twice: a link
    /// to a directory already walked is a skip, so loops and fans of links
    /// cost no more than what they point to.
    fn add_directory(&mut self, root: &Path, listing: &mut Listing) {
        let mut pending = vec![root.to_owned()];
        while let Some(path) = pending.pop() {
            if let Err(error) = self.visit(&path, &mut pending, listing) {
                listing.fail(unreadable(name_of(&path), error));
            }
        }
    }

    fn visit(
        &mut self,
        path: &Path,
        pending: &mut Vec<PathBuf>,
        listing: &mut Listing,
    ) -> io::Result<()> {
        let metadata = fs::metadata(path)?;
        if metadata.is_file() {
            self.add_file(path.to_owned(), &metadata, listing);
            return Ok(());
        }
        if !metadata.is_dir() {
            // Opening a pipe or device nobody meant could block for ever, and
            // passing over it in silence would hide what it stands for.
            return Err(io::Error::other(special(metadata.file_type())));
        }
        if !self.directories_seen.insert(fs::canonicalize(path)?) {
            listing.skip(skipped(name_of(path), SkipReason::SameFile));
            return Ok(());
        }
        let mut children = children(path, listing)?;
        children.sort_unstable_by(|a, b| b.cmp(a));
        pending.append(&mut children);
        Ok(())
    }

    fn add_file(&mut self, path: PathBuf, metadata: &Metadata, listing: &mut Listing) {
        if let Some(reason) = self.selection.excludes(&path.to_string_lossy()) {
            listing.skip(skipped(name_of(&path), reason));
        } else if !self.files_seen.insert(FileIdentity::of(&path, metadata)) {
            listing.skip(skipped(name_of(&path), SkipReason::SameFile));
        } else {
            listing
                .sources
                .push(Source::file(path, Some(metadata.len())));
        }
    }
}

/// The entries of a directory; entries that cannot be read become failures.
fn children(path: &Path, listing: &mut Listing) -> io::Result<Vec<PathBuf>> {
    let mut children = Vec::new();
    for entry in fs::read_dir(path)? {
        match entry {
            Ok(entry) => children.push(entry.path()),
            Err(error) => listing.fail(unreadable(name_of(path), error)),
        }
    }
    Ok(children)
}

fn name_of(path: &Path) -> Untrusted {
    Untrusted::new(path.to_string_lossy())
}

#[cfg(unix)]
fn is_pipe(kind: FileType) -> bool {
    use std::os::unix::fs::FileTypeExt;
    kind.is_fifo()
}

#[cfg(not(unix))]
fn is_pipe(_: FileType) -> bool {
    false
}

#[cfg(unix)]
fn special(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_fifo() {
        "a named pipe inside a directory is not opened"
    } else if kind.is_socket() {
        "a socket is not opened"
    } else {
        "a device inside a directory is not opened"
    }
}

#[cfg(not(unix))]
fn special(_: FileType) -> &'static str {
    "not a regular file"
}

/// What makes two paths one file. Size and modification time are part of it
/// because some network and FUSE file systems give one inode number to many
/// files, and losing a file is worse than reading one twice.
#[derive(PartialEq, Eq, Hash)]
struct FileIdentity {
    #[cfg(unix)]
    inode: (u64, u64),
    #[cfg(unix)]
    state: (u64, i64, i64),
    #[cfg(not(unix))]
    path: PathBuf,
}

impl FileIdentity {
    #[cfg(unix)]
    fn of(_: &Path, metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self {
            inode: (metadata.dev(), metadata.ino()),
            state: (metadata.size(), metadata.mtime(), metadata.mtime_nsec()),
        }
    }

    #[cfg(not(unix))]
    fn of(path: &Path, _: &Metadata) -> Self {
        Self {
            path: fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()),
        }
    }
}
