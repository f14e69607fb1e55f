//! Streaming zstd (RFC 8878), frame after frame.

use gardefou_finding::FailureReason;
use zstd_safe::{DCtx, ErrorCode, InBuffer, OutBuffer};

use super::{Damage, Inflate, Step, Stored};

/// Magic number of a frame, little endian.
const FRAME: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Magic number of a skippable frame without its first byte, whose low half
/// is free.
const SKIPPABLE: [u8; 3] = [0x2a, 0x4d, 0x18];

/// Bytes to offer where a frame begins: less than any frame's header and first
/// block, so that the library never takes its one-shot path, which loses all
/// output when a later block is damaged.
const START: usize = 5;

/// Whether `head` begins a frame, skippable ones included.
pub(crate) fn is_frame_start(head: &[u8]) -> bool {
    head.starts_with(&FRAME)
        || matches!(head.split_first(),
            Some((first, rest)) if first & 0xf0 == 0x50 && rest.starts_with(&SKIPPABLE))
}

/// A zstd file: one frame or several. Windows up to 128 MiB are accepted, as
/// by the `zstd` tool.
#[derive(Default)]
pub(crate) struct Zstd {
    context: Option<DCtx<'static>>,
    /// Bytes that the next call should be offered: a header or one block, so
    /// that a damaged block costs only itself. 0 between frames.
    wanted: usize,
    frames_done: u64,
    /// Bytes of the present frame taken so far.
    frame_taken: u64,
}

impl Inflate for Zstd {
    fn fill(&mut self, input: &mut Stored<'_>, out: &mut [u8]) -> Step {
        let mut written = 0;
        while let Some(room) = out.get_mut(written..).filter(|room| !room.is_empty()) {
            let stored = match input.peek() {
                Ok(stored) => stored,
                Err(damage) => return Step::Damaged(written, damage),
            };
            if stored.is_empty() && self.wanted == 0 && self.frames_done > 0 {
                return Step::End(written);
            }
            let (taken, progress) = self.inflate(stored, room);
            input.consume(taken);
            match progress {
                Ok(count) => written += count,
                Err(damage) => return Step::Damaged(written, damage),
            }
        }
        Step::More(written)
    }
}

impl Zstd {
    /// One call of the decoder: bytes taken, then bytes written or damage.
    /// With no stored bytes left it may still hold output.
    fn inflate(&mut self, stored: &[u8], room: &mut [u8]) -> (usize, Result<usize, Damage>) {
        if self.context.is_none() {
            self.context = DCtx::try_create();
        }
        let Some(context) = &mut self.context else {
            return (
                0,
                Err(Damage::new(
                    FailureReason::LimitReached,
                    "zstd: out of memory",
                )),
            );
        };
        let wanted = if self.wanted == 0 { START } else { self.wanted };
        let mut input = InBuffer::around(stored.get(..wanted).unwrap_or(stored));
        let mut output = OutBuffer::around(room);
        let result = context.decompress_stream(&mut output, &mut input);
        let (taken, count) = (input.pos(), output.pos());
        self.frame_taken += taken as u64;
        let progress = match result {
            Err(code) => Err(self.damage(code)),
            Ok(0) => {
                self.wanted = 0;
                self.frame_taken = 0;
                self.frames_done += 1;
                Ok(count)
            }
            Ok(_) if taken == 0 && count == 0 && stored.is_empty() => Err(truncated()),
            Ok(_) if taken == 0 && count == 0 => Err(corrupt("no progress")),
            Ok(hint) => {
                self.wanted = hint;
                Ok(count)
            }
        };
        (taken, progress)
    }

    fn damage(&self, code: ErrorCode) -> Damage {
        let what = zstd_safe::get_error_name(code);
        if self.frames_done > 0 && self.frame_taken < START as u64 {
            Damage::new(
                FailureReason::TrailingBytes,
                "bytes after the last zstd frame",
            )
        } else if what.contains("too much memory") {
            Damage::new(FailureReason::LimitReached, format!("zstd: {what}"))
        } else {
            corrupt(what)
        }
    }
}

fn truncated() -> Damage {
    Damage::new(
        FailureReason::TruncatedCompression,
        "the zstd data ends before its last frame does",
    )
}

fn corrupt(what: &str) -> Damage {
    Damage::new(FailureReason::CorruptCompression, format!("zstd: {what}"))
}
