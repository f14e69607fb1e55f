//! The bytes of a source as they are stored.

use std::io::{self, BufRead, BufReader, Chain, Read};

use gardefou_finding::FailureReason;

use super::Damage;

/// Size of one read from a source that is not in memory.
const READ_SIZE: usize = 256 * 1024;

/// Stored bytes: a head that is in memory, then the rest from a reader.
/// Counts what was consumed.
pub(crate) struct Stored<'a> {
    bytes: Chain<&'a [u8], BufReader<&'a mut dyn Read>>,
    consumed: u64,
}

impl<'a> Stored<'a> {
    pub(crate) fn new(head: &'a [u8], rest: &'a mut dyn Read) -> Self {
        Self {
            bytes: head.chain(BufReader::with_capacity(READ_SIZE, rest)),
            consumed: 0,
        }
    }

    /// Bytes consumed so far.
    pub(crate) fn consumed(&self) -> u64 {
        self.consumed
    }

    /// The next bytes, at least one; empty only at the end.
    ///
    /// # Errors
    /// The source's own error.
    pub(crate) fn peek(&mut self) -> Result<&[u8], Damage> {
        // Twice, because an interrupted read is to be repeated and the borrow
        // of a returned buffer cannot leave a loop.
        while let Err(error) = self.bytes.fill_buf() {
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(unreadable(&error));
            }
        }
        self.bytes.fill_buf().map_err(|error| unreadable(&error))
    }

    /// Takes `count` of the bytes that [`Stored::peek`] showed.
    pub(crate) fn consume(&mut self, count: usize) {
        self.bytes.consume(count);
        self.consumed += count as u64;
    }

    /// Reads up to `out`'s length; 0 only at the end or for an empty `out`.
    ///
    /// # Errors
    /// The source's own error.
    pub(crate) fn read_some(&mut self, out: &mut [u8]) -> Result<usize, Damage> {
        loop {
            match self.bytes.read(out) {
                Ok(read) => {
                    self.consumed += read as u64;
                    return Ok(read);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(unreadable(&error)),
            }
        }
    }
}

fn unreadable(error: &io::Error) -> Damage {
    Damage::new(FailureReason::Unreadable, error.to_string())
}
