//! A ledger's folder on a disk.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use gardefou_ledger::Store;

/// From this many files on, one call that writes back the whole file system is
/// cheaper than one for each file.
#[cfg(target_os = "linux")]
const MANY: usize = 8;

/// The file on which writers take turns.
const LOCK: &str = "lock";

/// A ledger's folder.
#[derive(Debug)]
pub struct LedgerFolder {
    root: PathBuf,
}

/// The right to write a ledger; ends when dropped, or with the process.
#[derive(Debug)]
pub struct LedgerLock {
    _file: File,
}

impl LedgerFolder {
    /// A folder, which need not exist.
    pub fn new(root: &Path) -> Self {
        let root = root.to_owned();
        Self { root }
    }

    /// Waits for the right to write; `waiting` is called once when another
    /// process has it. Makes the folder.
    ///
    /// # Errors
    /// The system's.
    pub fn lock(&self, waiting: impl FnOnce()) -> io::Result<LedgerLock> {
        fs::create_dir_all(&self.root)?;
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.root.join(LOCK))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                waiting();
                file.lock()?;
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
        Ok(LedgerLock { _file: file })
    }

    fn at(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// The folders that lead to these files, each once, deepest first.
    fn folders(&self, paths: &[String]) -> BTreeSet<PathBuf> {
        let mut folders = BTreeSet::new();
        for path in paths {
            for folder in Path::new(path).ancestors().skip(1) {
                if !folders.insert(self.root.join(folder)) {
                    break;
                }
            }
        }
        folders
    }
}

fn make_parent(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)
}

/// Opens a file for writing, with its folders when they are missing.
fn open_for_writing(path: &Path) -> io::Result<File> {
    let open = || {
        OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
    };
    match open() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make_parent(path)?;
            open()
        }
        other => other,
    }
}

/// Reads up to `len` bytes from `at` on, in place of what `into` holds.
#[cfg(unix)]
fn read_at(file: &File, at: u64, len: usize, into: &mut Vec<u8>) -> io::Result<()> {
    use std::os::unix::fs::FileExt as _;
    let stored = usize::try_from(file.metadata()?.len().saturating_sub(at)).unwrap_or(usize::MAX);
    into.resize(len.min(stored), 0);
    let mut done = 0;
    while let Some(rest) = into.get_mut(done..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, at + done as u64) {
            Ok(0) => break,
            Ok(count) => done += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    into.truncate(done);
    Ok(())
}

#[cfg(not(unix))]
fn read_at(file: &File, at: u64, len: usize, into: &mut Vec<u8>) -> io::Result<()> {
    use std::io::{Read as _, Seek as _, SeekFrom};
    let mut file = file;
    file.seek(SeekFrom::Start(at))?;
    into.clear();
    file.take(len as u64).read_to_end(into)?;
    Ok(())
}

#[cfg(unix)]
fn write_at(file: &File, at: u64, bytes: &[u8]) -> io::Result<()> {
    use std::os::unix::fs::FileExt as _;
    file.write_all_at(bytes, at)
}

#[cfg(not(unix))]
fn write_at(file: &File, at: u64, bytes: &[u8]) -> io::Result<()> {
    use std::io::{Seek as _, SeekFrom, Write as _};
    let mut file = file;
    file.seek(SeekFrom::Start(at))?;
    file.write_all(bytes)
}

impl Store for LedgerFolder {
    fn size(&self, path: &str) -> io::Result<Option<u64>> {
        match fs::metadata(self.at(path)) {
            Ok(meta) => Ok(Some(meta.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn read(&self, path: &str, at: u64, len: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.read_into(path, at, len, &mut bytes)?;
        Ok(bytes)
    }

    fn read_into(&self, path: &str, at: u64, len: usize, into: &mut Vec<u8>) -> io::Result<()> {
        read_at(&File::open(self.at(path))?, at, len, into)
    }

    fn write(&self, path: &str, at: u64, bytes: &[u8]) -> io::Result<()> {
        write_at(&open_for_writing(&self.at(path))?, at, bytes)
    }

    fn truncate(&self, path: &str, size: u64) -> io::Result<()> {
        open_for_writing(&self.at(path))?.set_len(size)
    }

    fn sync(&self, paths: &[String]) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        if paths.len() >= MANY {
            return Ok(rustix::fs::syncfs(File::open(&self.root)?)?);
        }
        for path in paths {
            OpenOptions::new()
                .write(true)
                .open(self.at(path))?
                .sync_data()?;
        }
        Ok(())
    }

    fn commit(&self, path: &str, at: u64, bytes: &[u8]) -> io::Result<()> {
        let file = open_for_writing(&self.at(path))?;
        write_at(&file, at, bytes)?;
        file.sync_data()
    }

    fn sync_names(&self, paths: &[String]) -> io::Result<()> {
        if !cfg!(unix) {
            return Ok(());
        }
        // A folder's own name is in the one above it.
        for folder in self.folders(paths).iter().rev() {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.at(from), self.at(to))
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        let path = self.at(path);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        // A folder of partial tiles goes with the last of them.
        if let Some(folder) = path
            .parent()
            .filter(|one| one.extension() == Some("p".as_ref()))
        {
            let _ = fs::remove_dir(folder);
        }
        Ok(())
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(self.at(folder)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_keeps_what_a_ledger_asks_of_it() {
        let dir = tempfile::tempdir().unwrap();
        let folder = LedgerFolder::new(&dir.path().join("deep/ledger"));
        let path = "tile/0/000.p/3".to_owned();
        assert_eq!(folder.size(&path).unwrap(), None);
        folder.write(&path, 2, b"cd").unwrap();
        folder.write(&path, 0, b"ab").unwrap();
        assert_eq!(folder.read(&path, 1, 99).unwrap(), b"bcd");
        assert_eq!(folder.read(&path, 9, 9).unwrap(), b"");
        folder.commit(&path, 4, b"ef").unwrap();
        assert_eq!(folder.read(&path, 3, 99).unwrap(), b"def");
        folder.truncate(&path, 2).unwrap();
        assert_eq!(folder.size(&path).unwrap(), Some(2));
        folder.sync(std::slice::from_ref(&path)).unwrap();
        folder.sync(&vec![path.clone(); 9]).unwrap();
        folder.sync_names(std::slice::from_ref(&path)).unwrap();
        assert_eq!(folder.list("tile/0/000.p").unwrap(), ["3"]);
        folder.rename(&path, "tile/0/000").unwrap();
        folder.remove("tile/0/000.p/3").unwrap();
        assert!(!folder.at("tile/0/000.p").exists());
        assert_eq!(folder.list("tile/0/000.p").unwrap(), Vec::<String>::new());
        assert!(folder.read("none", 0, 1).is_err());
    }

    #[test]
    fn writers_take_turns() {
        let dir = tempfile::tempdir().unwrap();
        let folder = LedgerFolder::new(dir.path());
        let held = folder.lock(|| panic!("nobody has it")).unwrap();
        std::thread::scope(|scope| {
            let (sender, receiver) = std::sync::mpsc::channel();
            let dir = &dir;
            let waiter = scope.spawn(move || {
                let lock = LedgerFolder::new(dir.path()).lock(|| sender.send(()).unwrap());
                lock.is_ok()
            });
            receiver.recv().unwrap();
            drop(held);
            assert!(waiter.join().unwrap());
        });
    }
}
