//! What is appended: files, standard input, randomness.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// Fills bytes from the system's source of randomness.
///
/// # Errors
/// The system's.
pub fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

/// Opens a file, or standard input for `-`.
fn open(path: &Path) -> io::Result<Box<dyn Read>> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin().lock()));
    }
    Ok(Box::new(File::open(path)?))
}

/// Reads a file, or standard input for `-`, of at most `limit` bytes.
///
/// # Errors
/// The system's; [`io::ErrorKind::FileTooLarge`] when there is more.
pub fn read_limited(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > limit {
        let detail = format!("longer than {limit} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, detail));
    }
    Ok(bytes)
}

/// The lines of a file or of standard input, each of a limited length.
pub struct Lines {
    input: BufReader<Box<dyn Read>>,
    limit: usize,
}

impl Lines {
    /// Opens a file, or standard input for `-`.
    ///
    /// # Errors
    /// The system's.
    pub fn open(path: &Path, limit: usize) -> io::Result<Self> {
        let input = BufReader::with_capacity(1 << 16, open(path)?);
        Ok(Self { input, limit })
    }

    /// The next line without its end; `None` after the last.
    ///
    /// # Errors
    /// The system's; [`io::ErrorKind::FileTooLarge`] for a line over the limit.
    pub fn next_line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let most = self.limit as u64 + 1;
        self.input
            .by_ref()
            .take(most)
            .read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(None);
        }
        if line.last() == Some(&b'\n') {
            line.pop();
        } else if line.len() > self.limit {
            let detail = format!("a line longer than {} bytes", self.limit);
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, detail));
        }
        Ok(Some(line))
    }
}
