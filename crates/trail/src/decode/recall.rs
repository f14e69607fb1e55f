//! `userIdentity` objects as they were walked before.
//!
//! All calls of a session bear the same bytes there, a third of each record.
//! What has the same bytes is walked alike, so that its fields lie where they
//! lay.

use ahash::RandomState;

use super::fields::{COUNT, Field};
use super::walk::{Span, Walked};

/// Slots, each for the object met last of those that begin alike.
const SLOTS: usize = 1024;
/// Bytes by which an object's slot is found: they hold the ids of role and
/// session, and mostly the key.
const HEAD: usize = 256;
/// Longest object that is kept: all together take at most 2 MiB.
const KEPT: usize = 2048;

/// The first field within `userIdentity`; all that follow are too.
const FIRST: usize = Field::IdentityType as usize;
/// The fields within `userIdentity`, by [`Field::bit`].
const FIELDS: u128 = u128::MAX << FIRST;

/// The objects met last.
#[derive(Debug, Default)]
pub(super) struct Recall {
    slots: Vec<Option<Box<Known>>>,
    hasher: RandomState,
}

/// An object, and what walking it found.
#[derive(Debug)]
pub(super) struct Known {
    bytes: Box<[u8]>,
    /// Of the fields within, from the object's first byte on.
    spans: [Span; COUNT - FIRST],
    members: u64,
    spaces: u64,
    unquoted: u128,
}

/// What had been counted when the walk of an object began.
#[derive(Clone, Copy)]
pub(super) struct Before {
    members: u64,
    spaces: u64,
}

impl Recall {
    /// The object that begins with the first of these bytes.
    fn find(&self, bytes: &[u8]) -> Option<&Known> {
        let known = self.slots.get(self.slot(bytes, 0)?)?.as_deref()?;
        bytes.starts_with(&known.bytes).then_some(known)
    }

    /// The slot of the object at `at`; `None` so near to the end of the bytes
    /// that walking is no trouble.
    fn slot(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let head: &[u8; HEAD] = bytes.get(at..)?.first_chunk()?;
        Some(self.hasher.hash_one(head) as usize % SLOTS)
    }

    fn keep(&mut self, slot: usize, known: Known) {
        self.slots.resize_with(SLOTS, || None);
        if let Some(place) = self.slots.get_mut(slot) {
            *place = Some(Box::new(known));
        }
    }
}

impl Walked {
    /// Finds again what a walk of the object at `at` found before; where the
    /// object ends.
    pub(super) fn recall(&mut self, bytes: &[u8], at: usize) -> Option<usize> {
        let known = self.recall.find(bytes.get(at..)?)?;
        self.members += known.members;
        self.spaces += known.spaces;
        self.unquoted |= known.unquoted;
        let places = self.spans.get_mut(FIRST..).unwrap_or_default();
        for (place, span) in places.iter_mut().zip(&known.spans) {
            // Where a record has the whole object twice, that is told of the
            // object, which makes it a failure whatever is in it.
            if !span.is_absent() {
                *place = span.moved(at as u32);
            }
        }
        Some(at + known.bytes.len())
    }

    /// What [`Walked::remember`] must know of the time before the walk; `None`
    /// where the record is so odd that nothing is remembered of it.
    pub(super) fn before(&self) -> Option<Before> {
        let is_usual = self.span(Field::UserIdentity).is_none() && !self.suspect;
        is_usual.then_some(Before {
            members: self.members,
            spaces: self.spaces,
        })
    }

    /// Remembers the object from `at` to `end`, which was walked just now.
    pub(super) fn remember(&mut self, bytes: &[u8], at: usize, end: usize, before: Before) {
        if self.duplicate.is_some() || self.suspect || end - at > KEPT {
            return;
        }
        let Some((slot, object)) = self.recall.slot(bytes, at).zip(bytes.get(at..end)) else {
            return;
        };
        let mut spans = [Span::default(); COUNT - FIRST];
        for (kept, span) in spans.iter_mut().zip(self.spans.iter().skip(FIRST)) {
            *kept = span.moved((at as u32).wrapping_neg());
        }
        let known = Known {
            bytes: object.into(),
            spans,
            members: self.members - before.members,
            spaces: self.spaces - before.spaces,
            unquoted: self.unquoted & FIELDS,
        };
        self.recall.keep(slot, known);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::walk::object;
    use super::*;

    /// Few values for everything, so that identities repeat, and some that are
    /// odd: twice the same key, not text, white space, nothing at all.
    fn identity() -> impl Strategy<Value = String> {
        let part = prop::sample::select(vec![
            r#""type":"AssumedRole""#,
            r#""type" : 7"#,
            r#""arn":"arn:aws:sts::111122223333:assumed-role/a/b""#,
            r#""accessKeyId":"ASIA\u0041""#,
            r#""sessionContext":{"attributes":{"mfaAuthenticated":"false"}}"#,
            r#""sessionContext":{"sessionIssuer":{"userName":"a","x":{"y":[1,{}]}}}"#,
            r#""padding":"................................................................................................................................................................................................................................................""#,
        ]);
        prop::collection::vec(part, 0..6).prop_map(|parts| format!("{{{}}}", parts.join(",")))
    }

    fn record() -> impl Strategy<Value = String> {
        let head = prop::sample::select(vec!["", r#""eventVersion":"1.11","#, r#" "x":"yy","#]);
        let identities = prop::collection::vec(identity(), 0..3);
        (head, identities).prop_map(|(head, identities)| {
            let all = identities.iter();
            let all: String = all.map(|one| format!(r#""userIdentity":{one},"#)).collect();
            format!(
                r#"{{{head}{all}"eventName":"A","end":"{}"}}"#,
                ".".repeat(300)
            )
        })
    }

    fn found(walked: &Walked) -> impl PartialEq + std::fmt::Debug + use<> {
        (
            (walked.spans, walked.members, walked.spaces, walked.unquoted),
            (walked.duplicate, walked.suspect, walked.others.len()),
        )
    }

    proptest! {
        #[test]
        fn walking_with_a_memory_finds_what_walking_without_finds(
            records in prop::collection::vec(record(), 1..12)
        ) {
            let mut with = Walked::default();
            for record in records.iter().chain(&records) {
                let mut without = Walked::default();
                let ends = [&mut with, &mut without]
                    .map(|walked| object(record.as_bytes(), 20, false, walked));
                prop_assert_eq!(ends[0], ends[1]);
                prop_assert_eq!(found(&with), found(&without));
            }
        }
    }

    #[test]
    fn the_same_bytes_are_found_again_and_others_are_not() {
        let record = |name: &str| {
            let pad = ".".repeat(300);
            format!(r#"{{"userIdentity":{{"arn":"{pad}","userName":"{name}"}},"pad":"{pad}"}}"#)
        };
        let mut walked = Walked::default();
        let (first, other) = (record("a"), record("b"));
        let at = r#"{"userIdentity":"#.len();
        object(first.as_bytes(), 20, false, &mut walked).unwrap();
        assert!(walked.recall(first.as_bytes(), at).is_some());
        assert!(walked.recall(other.as_bytes(), at).is_none());
        object(other.as_bytes(), 20, false, &mut walked).unwrap();
        assert!(walked.recall(other.as_bytes(), at).is_some());
        assert!(walked.recall(first.as_bytes(), at).is_none(), "one a slot");
    }
}
