//! Streaming gzip (RFC 1952), member after member.

use flate2::{Decompress, FlushDecompress, Status};
use gardefou_finding::FailureReason;

use super::{Damage, Inflate, Step, Stored};

/// The largest window that deflate has, as a power of two.
const WINDOW_BITS: u8 = 15;

/// A gzip file: one member or several.
#[derive(Default)]
pub(crate) struct Gzip {
    member: Option<Decompress>,
    members_done: u64,
}

impl Inflate for Gzip {
    fn fill(&mut self, input: &mut Stored<'_>, out: &mut [u8]) -> Step {
        let mut written = 0;
        while let Some(room) = out.get_mut(written..).filter(|room| !room.is_empty()) {
            let stored = match input.peek() {
                Ok(stored) => stored,
                Err(damage) => return Step::Damaged(written, damage),
            };
            if self.member.is_none() && self.members_done > 0 {
                match stored.first() {
                    None => return Step::End(written),
                    Some(first) if *first != super::GZIP_MAGIC[0] => {
                        return Step::Damaged(written, trailing());
                    }
                    Some(_) => {}
                }
            }
            let (taken, progress) = self.inflate(stored, room);
            input.consume(taken);
            match progress {
                Ok(count) => written += count,
                Err((count, damage)) => return Step::Damaged(written + count, damage),
            }
        }
        Step::More(written)
    }
}

impl Gzip {
    /// One call of the decompressor: bytes taken, bytes written, damage. With
    /// no stored bytes left it may still hold output.
    fn inflate(
        &mut self,
        stored: &[u8],
        room: &mut [u8],
    ) -> (usize, Result<usize, (usize, Damage)>) {
        let member = self
            .member
            .get_or_insert_with(|| Decompress::new_gzip(WINDOW_BITS));
        let (before_in, before_out) = (member.total_in(), member.total_out());
        let status = member.decompress(stored, room, FlushDecompress::None);
        let taken = distance(before_in, member.total_in());
        let count = distance(before_out, member.total_out());
        let inflated = member.total_out();
        let progress = match status {
            Ok(Status::StreamEnd) => {
                self.member = None;
                self.members_done += 1;
                Ok(count)
            }
            Ok(_) if taken > 0 || count > 0 => Ok(count),
            Ok(_) if stored.is_empty() => Err((0, truncated())),
            Ok(_) => Err((0, corrupt("no progress"))),
            // Nothing inflated and already wrong: not another member, but
            // bytes that happen to begin like one.
            Err(_) if self.members_done > 0 && inflated == 0 => Err((count, trailing())),
            Err(error) => Err((count, corrupt(error.message().unwrap_or("bad data")))),
        };
        (taken, progress)
    }
}

/// Growth of a counter, at most the length of a slice.
fn distance(before: u64, after: u64) -> usize {
    usize::try_from(after.saturating_sub(before)).unwrap_or(usize::MAX)
}

fn corrupt(what: &str) -> Damage {
    Damage::new(FailureReason::CorruptCompression, format!("gzip: {what}"))
}

fn trailing() -> Damage {
    Damage::new(
        FailureReason::TrailingBytes,
        "bytes after the last gzip member",
    )
}

fn truncated() -> Damage {
    Damage::new(
        FailureReason::TruncatedCompression,
        "the gzip data ends before its last member does",
    )
}
