//! Streaming decompression into a caller's buffer, the form told by content.

mod gzip;
mod stored;
mod zstd;

pub(crate) use stored::Stored;

use gardefou_finding::FailureReason;

/// What one call of [`Inflate::fill`] did.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Wrote this many bytes; there may be more.
    More(usize),
    /// Wrote this many bytes; the data ends here as it should.
    End(usize),
    /// Wrote this many bytes; what follows is lost.
    Damaged(usize, Damage),
}

/// Why inflating stopped before the end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Damage {
    pub(crate) reason: FailureReason,
    pub(crate) detail: String,
}

impl Damage {
    pub(crate) fn new(reason: FailureReason, detail: impl Into<String>) -> Self {
        Self {
            reason,
            detail: detail.into(),
        }
    }
}

/// A decompressor that keeps its state between calls.
pub(crate) trait Inflate {
    /// Writes inflated bytes to the front of `out`, as many as there are or
    /// fit. `out` must not be empty.
    fn fill(&mut self, input: &mut Stored<'_>, out: &mut [u8]) -> Step;
}

/// The first bytes that every gzip member has: the magic number and the only
/// compression method there is (RFC 1952, 2.3.1).
pub(crate) const GZIP_MAGIC: [u8; 3] = [0x1f, 0x8b, 8];

/// The decompressor that the first bytes of a source ask for: gzip, zstd
/// (RFC 8878, 3.1), else none.
pub(crate) fn for_content(head: &[u8]) -> Option<Box<dyn Inflate>> {
    if head.starts_with(&GZIP_MAGIC) {
        Some(Box::new(gzip::Gzip::default()))
    } else if zstd::is_frame_start(head) {
        Some(Box::new(zstd::Zstd::default()))
    } else {
        None
    }
}

/// No compression: copies.
pub(crate) struct Plain;

impl Inflate for Plain {
    fn fill(&mut self, input: &mut Stored<'_>, out: &mut [u8]) -> Step {
        let mut written = 0;
        while let Some(room) = out.get_mut(written..).filter(|room| !room.is_empty()) {
            match input.read_some(room) {
                Ok(0) => return Step::End(written),
                Ok(read) => written += read,
                Err(damage) => return Step::Damaged(written, damage),
            }
        }
        Step::More(written)
    }
}
