//! Getting objects ahead of the threads that read them, in order, with
//! bounded memory: at most [`AHEAD`] objects of at most two parts each.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_types::byte_stream::ByteStream;
use bytes::{Buf, Bytes, BytesMut};
use futures_util::StreamExt;
use futures_util::stream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::Session;
use super::client::Client;
use crate::aws::send::next_bytes;
use crate::read::Body;
use crate::source::{Object, Origin, Source};

/// Objects on their way or waiting for a thread.
const AHEAD: usize = 8;

/// Bytes got by one request. A larger object comes in several.
const PART_SIZE: u64 = 4 * 1024 * 1024;

/// How often a part is got anew when its bytes break off. Requests that fail
/// before any byte are repeated by the client.
const TRIES: u32 = 3;

/// What is told of an object that is not as long as its listing said.
const RESIZED: &str = "the object's size is not the one listed";

/// An index into the sources, and the object opened; `None` for a local source,
/// which a thread opens by itself since that may block.
pub(crate) type Opened = (usize, Option<io::Result<Body>>);

/// Sources, opened in order, for any number of threads to take.
pub(crate) struct Fetched(Mutex<mpsc::Receiver<Opened>>);

impl Fetched {
    /// A queue and the end to fill it from.
    pub(crate) fn new() -> (Self, mpsc::Sender<Opened>) {
        let (sender, receiver) = mpsc::channel(1);
        (Self(Mutex::new(receiver)), sender)
    }

    /// The next source; waits for it. `None` when there is none left.
    pub(crate) fn take(&self) -> Option<Opened> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .blocking_recv()
    }

    /// Takes no more.
    pub(crate) fn close(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .close();
    }
}

/// Opens every object in order and hands it over; returns when all are handed
/// over or nobody takes them any more.
pub(crate) fn fetch_all(session: &Session, sources: &[Source], sender: mpsc::Sender<Opened>) {
    session.runtime.block_on(async {
        let mut opened = stream::iter(sources.iter().enumerate())
            .map(|(index, source)| {
                // A task of its own, so that it goes on while the queue is full.
                let task = object_of(source).map(|object| start(session, object, source.size));
                async move { (index, finish(task).await) }
            })
            .buffered(AHEAD);
        let mut rests = Vec::new();
        while let Some((index, beginning)) = opened.next().await {
            let body = beginning.map(|beginning| {
                beginning.map(|(body, rest)| {
                    rests.extend(rest);
                    body
                })
            });
            rests.retain(|task: &JoinHandle<()>| !task.is_finished());
            if sender.send((index, body)).await.is_err() {
                return;
            }
        }
        drop(sender);
        for rest in rests {
            // The task tells its own failure through its channel.
            let _ended = rest.await;
        }
    });
}

fn object_of(source: &Source) -> Option<&Object> {
    match &source.origin {
        Origin::Object(object) => Some(object),
        Origin::Stream(..) | Origin::File(_) => None,
    }
}

/// An object's beginning, and the task that gets the rest of a large one.
type Beginning = (Body, Option<JoinHandle<()>>);

fn start(
    session: &Session,
    object: &Object,
    size: Option<u64>,
) -> io::Result<JoinHandle<io::Result<Beginning>>> {
    let client = session.clients.get(&object.bucket).cloned();
    let client = client.ok_or_else(|| io::Error::other("the bucket was never listed"))?;
    let size = size.unwrap_or_default();
    let getter = Getter {
        client,
        object: object.clone(),
        size,
    };
    Ok(session.runtime.spawn(getter.open()))
}

async fn finish(
    task: Option<io::Result<JoinHandle<io::Result<Beginning>>>>,
) -> Option<io::Result<Beginning>> {
    match task? {
        Ok(task) => Some(
            task.await
                .unwrap_or_else(|error| Err(io::Error::other(error))),
        ),
        Err(error) => Some(Err(error)),
    }
}

/// Gets one object.
struct Getter {
    client: Arc<Client>,
    object: Object,
    /// The object's size as listed.
    size: u64,
}

/// A part of an object, and the version it belongs to.
struct Part {
    bytes: Bytes,
    version: Option<String>,
}

impl Getter {
    /// The object whole when it is small, else in parts, the first one got.
    async fn open(self) -> io::Result<Beginning> {
        let size = self.size;
        let last = PART_SIZE.min(size);
        let first = self.part(0, last, None).await?;
        if size <= PART_SIZE {
            return Ok((Body::Memory(first.bytes), None));
        }
        let (sender, receiver) = mpsc::channel(1);
        let parts = Parts {
            current: first.bytes,
            left: size,
            receiver,
        };
        let rest = tokio::spawn(self.send_rest(first.version, sender));
        Ok((Body::Stream(Box::new(parts)), Some(rest)))
    }

    /// Gets one part after another while somebody takes them.
    async fn send_rest(self, version: Option<String>, sender: mpsc::Sender<io::Result<Bytes>>) {
        let mut offset = PART_SIZE;
        while offset < self.size {
            let end = self.size.min(offset + PART_SIZE);
            let part = self
                .part(offset, end, version.as_deref())
                .await
                .map(|part| part.bytes);
            let failed = part.is_err();
            if sender.send(part).await.is_err() || failed {
                return;
            }
            offset = end;
        }
    }

    /// The bytes from `start` up to `end`, of the same version as before.
    async fn part(&self, start: u64, end: u64, version: Option<&str>) -> io::Result<Part> {
        let mut tries = 1;
        loop {
            match self.try_part(start, end, version).await {
                Err(Trouble::BrokenOff(_)) if tries < TRIES => tries += 1,
                Err(Trouble::BrokenOff(error) | Trouble::Refused(error)) => return Err(error),
                Ok(part) => return Ok(part),
            }
        }
    }

    async fn try_part(&self, start: u64, end: u64, version: Option<&str>) -> Result<Part, Trouble> {
        // An empty object has no byte to name in a range.
        let range = (end > start).then(|| format!("bytes={start}-{}", end - 1));
        let answer = self.client.get(&self.object.key, range, version).await;
        let answer = answer.map_err(|error| Trouble::Refused(io::Error::other(error)))?;
        // `bytes 0-99/1234`: an object that was replaced since it was listed
        // would otherwise be read in part, in silence.
        let range = answer.range.as_deref();
        let total = range.and_then(|range| range.rsplit_once('/'));
        if total.is_some_and(|(_, total)| total.parse() != Ok(self.size)) {
            return Err(Trouble::Refused(io::Error::other(RESIZED)));
        }
        let bytes = read_body(answer.body, end - start).await?;
        Ok(Part {
            bytes,
            version: answer.tag,
        })
    }
}

/// Why a part did not come.
enum Trouble {
    /// S3's answer, or none after all retries.
    Refused(io::Error),
    /// The bytes stopped before the end.
    BrokenOff(io::Error),
}

/// All bytes of an answer, which must be as many as were asked for.
async fn read_body(mut body: ByteStream, size: u64) -> Result<Bytes, Trouble> {
    let broken = |detail: String| Trouble::BrokenOff(io::Error::other(detail));
    let mut bytes = BytesMut::with_capacity(usize::try_from(size).unwrap_or_default());
    while let Some(chunk) = next_bytes(&mut body)
        .await
        .map_err(|error| broken(error.to_string()))?
    {
        bytes.extend_from_slice(&chunk);
        if bytes.len() as u64 > size {
            break;
        }
    }
    if bytes.len() as u64 == size {
        Ok(bytes.freeze())
    } else {
        Err(broken(RESIZED.to_owned()))
    }
}

/// A large object, part after part, for a thread to read.
struct Parts {
    current: Bytes,
    /// Bytes still to be read, `current` included.
    left: u64,
    receiver: mpsc::Receiver<io::Result<Bytes>>,
}

impl Read for Parts {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.current.is_empty() {
            match self.receiver.blocking_recv() {
                Some(part) => self.current = part?,
                None if self.left == 0 => return Ok(0),
                None => return Err(io::ErrorKind::UnexpectedEof.into()),
            }
        }
        let count = out.len().min(self.current.len());
        if let Some(room) = out.get_mut(..count) {
            self.current.copy_to_slice(room);
            self.left = self.left.saturating_sub(count as u64);
        }
        Ok(count)
    }
}
