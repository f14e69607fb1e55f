//! The journal: what was acknowledged and is not folded into tiles yet.
//!
//! One append is one record and one sync, whatever the tree's shape. A record
//! is its length (4 bytes, big-endian), a check (32 bytes) and a body. The
//! check is SHA-256 over the previous record's check and the body, so a record
//! is whole, in its place, and after the right one, or it is none. The first
//! record is the base: the checkpoint into which everything before is folded.
//! Every other is a batch of entries with the checkpoint after it.
//!
//! Zeros may follow: room for the next records. A record that is written over
//! zeros changes neither the file's size nor its blocks, so that its sync need
//! not make a file system's own records durable too.

use sha2::{Digest as _, Sha256};

use crate::payload::Payload;

/// First bytes of the first record's body.
const BASE: &[u8] = b"gardefou ledger journal 1\n";

/// Largest body of a record in bytes; more is damage.
pub(crate) const MAX_BODY: usize = 64 << 20;

/// Zeros that follow a record which reaches the file's end: room for two dozen
/// of a kilobyte. A record that is larger itself leaves none.
pub(crate) const ROOM: usize = 32 << 10;

/// Bytes before a body.
pub(crate) const HEAD: usize = 36;

/// The check of a record, to which the next one's is chained.
pub(crate) type Check = [u8; 32];

/// An entry with its payload, as they go into the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// The encoded envelope.
    pub(crate) entry: Vec<u8>,
    /// Its payload.
    pub(crate) payload: Payload,
}

/// A batch of entries with the signed checkpoint after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Batch {
    /// In order.
    pub(crate) items: Vec<Item>,
    /// The signed note.
    pub(crate) checkpoint: Vec<u8>,
}

/// The first record, over this signed checkpoint.
pub(crate) fn base_record(checkpoint: &[u8]) -> (Vec<u8>, Check) {
    seal(&[0; 32], [&[0; HEAD], BASE, checkpoint].concat())
}

/// The record of these items, with the signed checkpoint after them, that
/// follows the one with this check.
pub(crate) fn batch_record(
    previous: &Check,
    checkpoint: &[u8],
    items: &[Item],
) -> (Vec<u8>, Check) {
    let size = items.iter().map(Item::size).sum::<usize>();
    let mut record = Vec::with_capacity(HEAD + 4 + checkpoint.len() + size);
    record.resize(HEAD, 0);
    push_field(&mut record, checkpoint);
    for item in items {
        push_field(&mut record, &item.entry);
        item.payload.encode(&mut record);
    }
    seal(previous, record)
}

impl Item {
    /// Its bytes in a record.
    fn size(&self) -> usize {
        let payload = match &self.payload {
            Payload::Present { bytes, .. } => bytes.len() + 37,
            Payload::Erased => 5,
        };
        4 + self.entry.len() + payload
    }
}

/// Fills in the head of a record, for which its first [`HEAD`] bytes are kept free.
fn seal(previous: &Check, mut record: Vec<u8>) -> (Vec<u8>, Check) {
    let body = record.get(HEAD..).unwrap_or_default();
    // A body has at most `MAX_BODY` bytes.
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    let check = check(previous, body);
    record.splice(..HEAD, length.to_be_bytes().into_iter().chain(check));
    (record, check)
}

fn check(previous: &Check, body: &[u8]) -> Check {
    Sha256::new()
        .chain_update(previous)
        .chain_update(body)
        .finalize()
        .into()
}

/// Length of the body of the record with this head; `None` when it cannot be.
pub(crate) fn body_length(head: &[u8]) -> Option<usize> {
    let length = u32::from_be_bytes(*head.first_chunk()?) as usize;
    (length <= MAX_BODY).then_some(length)
}

/// The check of a whole record after the one with `previous`; `None` when the
/// record is torn or another.
pub(crate) fn open<'a>(previous: &Check, record: &'a [u8]) -> Option<(Check, &'a [u8])> {
    let length = body_length(record)?;
    let (claimed, body) = record.get(4..)?.split_first_chunk()?;
    (body.len() == length && check(previous, body) == *claimed).then_some((*claimed, body))
}

/// The signed checkpoint of a first record's body.
pub(crate) fn base_of(body: &[u8]) -> Option<&[u8]> {
    body.strip_prefix(BASE)
}

/// Reads a batch's body.
pub(crate) fn batch_of(body: &[u8]) -> Option<Batch> {
    let (checkpoint, mut rest) = split_field(body)?;
    let mut items = Vec::new();
    while !rest.is_empty() {
        let (entry, after) = split_field(rest)?;
        let (payload, after) = Payload::decode(after)?;
        items.push(Item {
            entry: entry.to_vec(),
            payload,
        });
        rest = after;
    }
    Some(Batch {
        items,
        checkpoint: checkpoint.to_vec(),
    })
}

fn push_field(out: &mut Vec<u8>, field: &[u8]) {
    // Entries and checkpoints have at most 64 KiB.
    let length = u32::try_from(field.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(field);
}

fn split_field(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(u32::from_be_bytes(*length) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch() -> Batch {
        let item = |entry: &[u8], salt| Item {
            entry: entry.to_vec(),
            payload: Payload::new([salt; 32], b"p".to_vec()).unwrap(),
        };
        Batch {
            items: vec![item(b"one", 1), item(b"two", 2)],
            checkpoint: b"checkpoint".to_vec(),
        }
    }

    fn record_of(previous: &Check, batch: &Batch) -> (Vec<u8>, Check) {
        batch_record(previous, &batch.checkpoint, &batch.items)
    }

    #[test]
    fn records_come_back_and_only_in_their_place() {
        let (first, check) = base_record(b"note");
        let (opened, body) = open(&[0; 32], &first).unwrap();
        assert_eq!((opened, base_of(body)), (check, Some(&b"note"[..])));
        let (second, _) = record_of(&check, &batch());
        let (_, body) = open(&check, &second).unwrap();
        assert_eq!(batch_of(body), Some(batch()));
        assert_eq!(open(&[0; 32], &second), None, "after another record");
    }

    #[test]
    fn a_torn_or_flipped_record_is_none() {
        let (record, _) = record_of(&[0; 32], &batch());
        for at in 0..record.len() {
            assert_eq!(open(&[0; 32], &record[..at]), None);
            let mut flipped = record.clone();
            flipped[at] ^= 1;
            assert_eq!(open(&[0; 32], &flipped), None, "{at}");
        }
    }
}
