//! Writing reports, and reading small text such as rules.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::companion::read_bytes;
use crate::terminal::Stream;

/// Whether printed text found a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Printed {
    /// Written and flushed.
    Yes,
    /// The reader closed the pipe; it wants no more, and that is no error.
    Closed,
}

/// Prints to a standard stream and flushes.
///
/// # Errors
/// The system's, except that of a closed pipe.
pub fn print(stream: Stream, text: &str) -> io::Result<Printed> {
    match stream {
        Stream::Out => print_to(&mut io::stdout().lock(), text),
        Stream::Err => print_to(&mut io::stderr().lock(), text),
    }
}

fn print_to(stream: &mut impl Write, text: &str) -> io::Result<Printed> {
    match stream
        .write_all(text.as_bytes())
        .and_then(|()| stream.flush())
    {
        Ok(()) => Ok(Printed::Yes),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Printed::Closed),
        Err(error) => Err(error),
    }
}

/// Writes a file so that a reader sees the old content or the new, never a
/// part, also after a crash. Creates the directories above it. An existing
/// file is replaced, a link by a file.
///
/// # Errors
/// The system's; the old content is then still there.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(directory)?;
    let mut file = temporary_file(directory)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    sync_directory(directory)
}

/// Writes a program that the user may run, in the way of [`write_atomically`].
///
/// # Errors
/// The system's.
pub fn write_program(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_atomically(path, bytes)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

/// Where this program lies.
///
/// # Errors
/// The system's, or when the path is not UTF-8.
pub fn own_path() -> io::Result<String> {
    let path = std::env::current_exe()?;
    let text = path.to_str().map(str::to_owned);
    text.ok_or_else(|| io::Error::other("the path of this program is not UTF-8"))
}

#[cfg(unix)]
fn temporary_file(directory: &Path) -> io::Result<tempfile::NamedTempFile> {
    use std::os::unix::fs::PermissionsExt;
    // As for any new file, the user's mask decides who may read a report.
    let permissions = fs::Permissions::from_mode(0o666);
    tempfile::Builder::new()
        .prefix(".gardefou-")
        .permissions(permissions)
        .tempfile_in(directory)
}

#[cfg(not(unix))]
fn temporary_file(directory: &Path) -> io::Result<tempfile::NamedTempFile> {
    tempfile::Builder::new()
        .prefix(".gardefou-")
        .tempfile_in(directory)
}

/// Makes a rename outlast a crash. Only unix can open a directory for that.
fn sync_directory(directory: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(directory)?.sync_all()
    } else {
        Ok(())
    }
}

/// Reads a text file of at most `limit` bytes.
///
/// # Errors
/// The system's; [`io::ErrorKind::InvalidData`] when it is not UTF-8,
/// [`io::ErrorKind::FileTooLarge`] when it is longer.
pub fn read_text(path: &Path, limit: u64) -> io::Result<String> {
    String::from_utf8(read_bytes(path, limit)?)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// The files below `path` that have one of `extensions` (without the dot), or
/// `path` itself when it is a file. Sorted; links to directories are not
/// followed.
///
/// # Errors
/// The system's, for the first directory that cannot be read.
pub fn text_files(path: &Path, extensions: &[&str]) -> io::Result<Vec<PathBuf>> {
    if fs::metadata(path)?.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    let mut pending = vec![path.to_owned()];
    while let Some(directory) = pending.pop() {
        for entry in fs::read_dir(&directory)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                pending.push(entry.path());
            } else if has_extension(&entry.path(), extensions) {
                files.push(entry.path());
            }
        }
    }
    files.sort_unstable();
    Ok(files)
}

fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    let found = path.extension().and_then(|extension| extension.to_str());
    found.is_some_and(|found| {
        extensions
            .iter()
            .any(|wanted| found.eq_ignore_ascii_case(wanted))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fails every write with one kind of error.
    struct Failing(io::ErrorKind);

    impl Write for Failing {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_closed_pipe_is_no_error_and_a_full_disk_is() {
        let closed = print_to(&mut Failing(io::ErrorKind::BrokenPipe), "text");
        assert_eq!(closed.unwrap(), Printed::Closed);
        let full = print_to(&mut Failing(io::ErrorKind::StorageFull), "text");
        assert_eq!(full.unwrap_err().kind(), io::ErrorKind::StorageFull);
    }

    #[test]
    fn writes_new_and_over_old_and_leaves_no_other_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("new/report.json");
        write_atomically(&path, b"first").unwrap();
        write_atomically(&path, b"second").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_failed_write_leaves_nothing_behind() {
        let directory = tempfile::tempdir().unwrap();
        let occupied = directory.path().join("report.json");
        fs::create_dir_all(occupied.join("child")).unwrap();
        assert!(write_atomically(&occupied, b"text").is_err());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn text_is_read_up_to_its_limit() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rule.yml");
        fs::write(&path, "title: x").unwrap();
        assert_eq!(read_text(&path, 8).unwrap(), "title: x");
        assert_eq!(
            read_text(&path, 7).unwrap_err().kind(),
            io::ErrorKind::FileTooLarge
        );
        fs::write(&path, b"\xff\xfe").unwrap();
        assert_eq!(
            read_text(&path, 7).unwrap_err().kind(),
            io::ErrorKind::InvalidData
        );
    }

    #[test]
    fn text_files_are_found_by_extension_and_sorted() {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("a")).unwrap();
        for name in ["b.yml", "a/z.YAML", "a/readme.md"] {
            fs::write(directory.path().join(name), "x").unwrap();
        }
        let files = text_files(directory.path(), &["yml", "yaml"]).unwrap();
        let expected = ["a/z.YAML", "b.yml"].map(|name| directory.path().join(name));
        assert_eq!(files, expected);
        assert_eq!(
            text_files(&expected[1], &["md"]).unwrap(),
            [expected[1].clone()]
        );
    }
}
