//! Reading one source: open, inflate, hand over in pieces, within limits.

use std::fs::File;
use std::io::{self, Read};
use std::mem;

use gardefou_finding::{Failure, FailureReason, Skip, SkipReason, Untrusted};
use libdeflater::Decompressor;
use memchr::memmem;

use crate::inflate::{Damage, GZIP_MAGIC, Inflate, Plain, Step, Stored, for_content};
use crate::source::{Origin, Source, skipped};

/// Stored bytes that are read at once. What fits is inflated in one shot or,
/// uncompressed, handed over as one piece.
const HEAD_SIZE: u64 = 8 * 1024 * 1024;

/// Largest inflated size that is inflated in one shot.
const ONE_SHOT_SIZE: usize = 32 * 1024 * 1024;

/// Size of a piece when streaming.
const CHUNK_SIZE: usize = 4 * 1024 * 1024;

/// Inflated bytes below which the ratio does not matter.
const RATIO_APPLIES_BEYOND: u64 = 1024 * 1024;

/// How much one source may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes that one compressed source may inflate to. What is stored
    /// uncompressed costs its writer as much as its reader and has no limit.
    pub inflated_size: u64,
    /// Inflated bytes for each stored byte, beyond the first piece of 4 MiB,
    /// which is cheap whatever it came from. CloudTrail's files reach 8 to 25.
    pub ratio: u64,
    /// Bytes of one record, or whatever unit the consumer cannot split.
    pub record_size: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            inflated_size: 1 << 30,
            ratio: 200,
            record_size: 32 << 20,
        }
    }
}

/// Takes the inflated content of one source, piece by piece.
pub trait Consumer {
    /// Takes what it can from the front of `buf` and returns how many bytes
    /// that was. The rest comes again in front of the next piece; a piece of
    /// which nothing was taken comes again longer, up to
    /// [`Limits::record_size`]. With `eof` nothing follows, also after damage,
    /// and what is not taken is dropped.
    fn feed(&mut self, buf: &[u8], eof: bool) -> usize;
}

impl<C: Consumer + ?Sized> Consumer for &mut C {
    fn feed(&mut self, buf: &[u8], eof: bool) -> usize {
        (**self).feed(buf, eof)
    }
}

/// What reading one source came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadSummary {
    /// Bytes read as they are stored.
    pub bytes_stored: u64,
    /// Bytes handed over.
    pub bytes_inflated: u64,
    /// An empty source; its consumer was not fed.
    pub skip: Option<Skip>,
    /// Why a part could not be read; what came before it was handed over.
    pub failure: Option<Failure>,
}

/// The bytes of a source, opened.
pub(crate) enum Body {
    /// All of it.
    Memory(bytes::Bytes),
    /// To be read as they come.
    Stream(Box<dyn Read + Send>),
}

/// Reads sources one after another. Its buffers grow to what the largest
/// source needed, at most about 40 MiB, and are reused.
pub struct Reader {
    stored: Vec<u8>,
    inflated: Vec<u8>,
    one_shot: Decompressor,
}

impl Default for Reader {
    fn default() -> Self {
        Self::new()
    }
}

impl Reader {
    /// A reader without buffers yet.
    pub fn new() -> Self {
        Self {
            stored: Vec::new(),
            inflated: Vec::new(),
            one_shot: Decompressor::new(),
        }
    }

    /// Opens a local source and feeds all of it to `consumer`. An object in S3
    /// is a failure here; [`crate::Archive::read`] reads those too.
    pub fn read(
        &mut self,
        source: &Source,
        limits: &Limits,
        consumer: &mut impl Consumer,
    ) -> ReadSummary {
        self.read_opened(source, open(source), limits, consumer)
    }

    /// The same for a source that is opened already, or could not be.
    pub(crate) fn read_opened(
        &mut self,
        source: &Source,
        body: io::Result<Body>,
        limits: &Limits,
        consumer: &mut impl Consumer,
    ) -> ReadSummary {
        let mut run = Run {
            limits,
            consumer,
            given: 0,
            consumed: 0,
            failed_at: None,
        };
        let damage = match body {
            Ok(Body::Memory(bytes)) => self.inflate_whole(&bytes, &mut run),
            Ok(Body::Stream(mut stream)) => self.read_stream(&mut *stream, &mut run),
            Err(error) => Some(Damage::new(FailureReason::Unreadable, error.to_string())),
        };
        let Run {
            given,
            consumed,
            failed_at,
            ..
        } = run;
        let empty = given == 0 && damage.is_none();
        ReadSummary {
            bytes_stored: consumed,
            bytes_inflated: given,
            skip: empty.then(|| skipped(source.name(), SkipReason::EmptyFile)),
            failure: damage.map(|damage| failure(source, failed_at.unwrap_or(given), damage)),
        }
    }

    fn read_stream<C: Consumer>(
        &mut self,
        stream: &mut dyn Read,
        run: &mut Run<'_, C>,
    ) -> Option<Damage> {
        let mut stored = mem::take(&mut self.stored);
        stored.clear();
        let head = (&mut *stream).take(HEAD_SIZE).read_to_end(&mut stored);
        let damage = match head {
            Ok(read) if (read as u64) < HEAD_SIZE => self.inflate_whole(&stored, run),
            Ok(_) => self.inflate(&stored, stream, run),
            // What was read before the error still counts.
            Err(error) => self.inflate(&stored, &mut Broken(Some(error)), run),
        };
        self.stored = stored;
        damage
    }

    /// Content that is all in memory: in one piece where that is cheap.
    fn inflate_whole<C: Consumer>(
        &mut self,
        stored: &[u8],
        run: &mut Run<'_, C>,
    ) -> Option<Damage> {
        if self.inflate_at_once(stored, run) {
            return None;
        }
        if for_content(stored).is_some() {
            return self.inflate(stored, &mut io::empty(), run);
        }
        run.consumed = stored.len() as u64;
        run.feed(stored, stored.len(), true);
        None
    }

    fn inflate<C: Consumer>(
        &mut self,
        head: &[u8],
        rest: &mut dyn Read,
        run: &mut Run<'_, C>,
    ) -> Option<Damage> {
        let mut input = Stored::new(head, rest);
        let damage = match for_content(head) {
            Some(mut inflate) => self.pump(&mut *inflate, &mut input, Bounds::of(run.limits), run),
            None => self.pump(&mut Plain, &mut input, Bounds::NONE, run),
        };
        run.consumed = input.consumed();
        damage
    }

    /// The fast path: a whole gzip file of one member, of modest size. Nothing
    /// was handed over when it answers `false`.
    fn inflate_at_once<C: Consumer>(&mut self, head: &[u8], run: &mut Run<'_, C>) -> bool {
        let Some(size) = one_shot_size(head, run.limits) else {
            return false;
        };
        if self.inflated.len() < size {
            self.inflated.resize(size, 0);
        }
        let Some(out) = self.inflated.get_mut(..size) else {
            return false;
        };
        // The declared size is that of the file's last eight bytes; equality
        // proves, with the missing second magic number, that nothing that
        // could be inflated follows this member.
        let whole = self
            .one_shot
            .gzip_decompress(head, out)
            .is_ok_and(|count| count == size);
        if whole {
            run.consumed = head.len() as u64;
            run.feed(out, size, true);
        }
        whole
    }

    /// Inflates piece by piece; the bytes that the consumer leaves stay in
    /// front of the next piece.
    fn pump<C: Consumer>(
        &mut self,
        inflate: &mut dyn Inflate,
        input: &mut Stored<'_>,
        bounds: Bounds,
        run: &mut Run<'_, C>,
    ) -> Option<Damage> {
        let mut kept = 0;
        let mut target = CHUNK_SIZE;
        loop {
            if self.inflated.len() < target {
                self.inflated.resize(target, 0);
            }
            let room = self.inflated.get_mut(kept..target).unwrap_or_default();
            let (written, end) = match bounds.fill(inflate, input, room, run.given) {
                Step::More(written) => (written, None),
                Step::End(written) => (written, Some(None)),
                Step::Damaged(written, damage) => (written, Some(Some(damage))),
            };
            let length = kept + written;
            let filled = self.inflated.get(..length).unwrap_or_default();
            let taken = run.feed(filled, written, end.is_some());
            if let Some(damage) = end {
                return damage;
            }
            self.inflated.copy_within(taken..length, 0);
            kept = length - taken;
            if kept >= run.limits.record_size {
                return Some(run.give_up(self.inflated.get(..kept).unwrap_or_default()));
            }
            target = CHUNK_SIZE
                .max(kept * 2)
                .min(CHUNK_SIZE.max(run.limits.record_size));
        }
    }
}

/// One source being read.
struct Run<'a, C> {
    limits: &'a Limits,
    consumer: &'a mut C,
    /// Inflated bytes handed over, each counted once.
    given: u64,
    /// Stored bytes consumed.
    consumed: u64,
    /// Where a failure lies, when not at the end of what was handed over.
    failed_at: Option<u64>,
}

impl<C: Consumer> Run<'_, C> {
    /// Hands over `content`, of which the last `new` bytes are new. A source
    /// without any content is not handed over at all.
    fn feed(&mut self, content: &[u8], new: usize, eof: bool) -> usize {
        self.given += new as u64;
        if self.given == 0 {
            return 0;
        }
        self.consumer.feed(content, eof).min(content.len())
    }

    /// Ends a source whose next record is longer than the limit.
    fn give_up(&mut self, record: &[u8]) -> Damage {
        self.feed(record, 0, true);
        self.failed_at = Some(self.given.saturating_sub(record.len() as u64));
        let detail = format!("a record of more than {} bytes", self.limits.record_size);
        Damage::new(FailureReason::RecordTooLarge, detail)
    }
}

/// The limits on inflating; none for what is not compressed.
#[derive(Clone, Copy)]
struct Bounds {
    size: u64,
    ratio: u64,
}

impl Bounds {
    const NONE: Self = Self {
        size: u64::MAX,
        ratio: u64::MAX,
    };

    fn of(limits: &Limits) -> Self {
        Self {
            size: limits.inflated_size,
            ratio: limits.ratio,
        }
    }

    /// Fills `room`, stopping at the limits.
    fn fill(
        self,
        inflate: &mut dyn Inflate,
        input: &mut Stored<'_>,
        room: &mut [u8],
        given: u64,
    ) -> Step {
        // One byte beyond the limit tells a source that is too large from one
        // that ends exactly there.
        let left = usize::try_from(self.size.saturating_sub(given)).unwrap_or(usize::MAX);
        let allowed = room.len().min(left.saturating_add(1));
        let step = inflate.fill(input, room.get_mut(..allowed).unwrap_or_default());
        let (Step::More(written) | Step::End(written) | Step::Damaged(written, _)) = step;
        if written > left {
            return Step::Damaged(left, self.too_large());
        }
        let total = given + written as u64;
        let dense = total > RATIO_APPLIES_BEYOND && total / self.ratio.max(1) > input.consumed();
        if dense && matches!(step, Step::More(_)) {
            return Step::Damaged(written, self.ratio_too_high());
        }
        step
    }

    fn too_large(self) -> Damage {
        let detail = format!("inflates to more than {} bytes", self.size);
        Damage::new(FailureReason::InflatedTooLarge, detail)
    }

    fn ratio_too_high(self) -> Damage {
        let detail = format!("inflates to more than {} times its size", self.ratio);
        Damage::new(FailureReason::RatioTooHigh, detail)
    }
}

/// The size that a gzip file declares to inflate to, when it is a candidate
/// for one shot: one member, within limits. The declared size
/// (RFC 1952, ISIZE) may lie; then the one shot fails and streaming decides.
fn one_shot_size(head: &[u8], limits: &Limits) -> Option<usize> {
    let body = head.strip_prefix(&GZIP_MAGIC)?;
    let size = u32::from_le_bytes(*head.last_chunk()?);
    let within = u64::from(size) <= limits.inflated_size
        && (u64::from(size) <= RATIO_APPLIES_BEYOND
            || u64::from(size) / limits.ratio.max(1) <= head.len() as u64);
    let size = usize::try_from(size).ok()?;
    let candidate = within && (1..=ONE_SHOT_SIZE).contains(&size);
    // A second magic number may begin a second member. By chance it appears
    // in one of some hundred files, which are then streamed.
    (candidate && memmem::find(body, &GZIP_MAGIC).is_none()).then_some(size)
}

/// A reader that failed, and tells so once.
struct Broken(Option<io::Error>);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

fn failure(source: &Source, offset: u64, damage: Damage) -> Failure {
    Failure {
        source: source.name(),
        offset: (damage.reason != FailureReason::Unreadable || offset > 0).then_some(offset),
        reason: damage.reason,
        detail: Some(Untrusted::new(damage.detail)),
    }
}

/// Opens a local source.
///
/// # Errors
/// The system's.
pub(crate) fn open(source: &Source) -> io::Result<Body> {
    match &source.origin {
        Origin::Stream(_, spool) => Ok(Body::Stream(Box::new(spool.reader()?))),
        Origin::File(path) => Ok(Body::Stream(Box::new(File::open(path)?))),
        Origin::Object(_) => Err(io::Error::other("an object is not read as a file")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes everything.
    #[derive(Default)]
    struct Taken {
        content: Vec<u8>,
        ended: bool,
    }

    impl Consumer for Taken {
        fn feed(&mut self, buf: &[u8], eof: bool) -> usize {
            self.content.extend_from_slice(buf);
            self.ended = eof;
            buf.len()
        }
    }

    /// Reads a stream that fails after `good`.
    fn read_broken(good: Vec<u8>) -> (Taken, ReadSummary) {
        let error = io::Error::other("cable cut");
        let stream = io::Cursor::new(good).chain(Broken(Some(error)));
        let mut taken = Taken::default();
        let body = Ok(Body::Stream(Box::new(stream)));
        let limits = Limits {
            ratio: u64::MAX,
            ..Limits::default()
        };
        let summary =
            Reader::new().read_opened(&Source::file("a".into(), None), body, &limits, &mut taken);
        (taken, summary)
    }

    #[test]
    fn what_came_before_a_read_error_is_given() {
        // Once within the part that is read at once, once beyond it.
        for size in [1000, HEAD_SIZE as usize + 1000] {
            let (taken, summary) = read_broken(vec![b'x'; size]);
            assert_eq!((taken.content.len(), taken.ended), (size, true));
            let failure = summary.failure.unwrap();
            assert_eq!(failure.reason, FailureReason::Unreadable);
            assert_eq!(failure.offset, Some(size as u64));
            assert_eq!(failure.detail.unwrap().as_str(), "cable cut");
        }
    }

    #[test]
    fn a_read_error_within_gzip_is_not_taken_for_its_end() {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        io::Write::write_all(&mut encoder, &[b'x'; 1000]).unwrap();
        let mut stored = encoder.finish().unwrap();
        stored.truncate(stored.len() - 8);
        let (taken, summary) = read_broken(stored);
        assert_eq!(taken.content.len(), 1000);
        assert_eq!(summary.failure.unwrap().reason, FailureReason::Unreadable);
    }

    #[test]
    fn an_error_on_opening_is_a_failure_without_content() {
        let mut taken = Taken::default();
        let body = Err(io::ErrorKind::PermissionDenied.into());
        let limits = Limits::default();
        let summary =
            Reader::new().read_opened(&Source::file("a".into(), None), body, &limits, &mut taken);
        assert_eq!(summary.failure.unwrap().offset, None);
        assert!(!taken.ended, "a source without content is not handed over");
        assert_eq!(summary.skip, None);
    }
}
