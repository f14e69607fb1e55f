//! Files that lie with an archive and speak about it.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf, absolute};

/// The file `name` at the root of an archive on disk, else beside that root.
pub fn companion(root: &Path, name: &str) -> Option<PathBuf> {
    let root = absolute(root).ok()?;
    let places = [Some(root.as_path()), root.parent()];
    places
        .into_iter()
        .flatten()
        .map(|place| place.join(name))
        .find(|path| path.is_file())
}

/// The path, made absolute when only then it shows the folder `marker`: a
/// folder's name can tell what lies in it, also when it is where the user is.
pub fn showing(path: &Path, marker: &str) -> PathBuf {
    let shows = |path: &Path| path.iter().any(|part| part == marker);
    match absolute(path) {
        Ok(whole) if shows(&whole) && !shows(path) => whole,
        _ => path.to_owned(),
    }
}

/// Reads a file of at most `limit` bytes.
///
/// # Errors
/// The system's; [`io::ErrorKind::FileTooLarge`] when it is longer.
pub fn read_bytes(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        let detail = format!("longer than {limit} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, detail));
    }
    Ok(bytes)
}
