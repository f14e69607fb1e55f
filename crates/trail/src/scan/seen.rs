//! Duplicate deliveries: the same event counts once, whoever reads it first.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Mutex;

/// Number of independent parts, so that workers seldom wait for each other.
const PARTS: usize = 64;
/// Room made at the start in each part: together 1.8 million events in 16 MiB,
/// so that memory does not grow before an archive is larger than that.
const START: usize = 28_000;

/// Remembers fingerprints of events.
pub trait Seen: Sync {
    /// Whether this fingerprint comes for the first time.
    fn is_first(&self, event: u64) -> bool;
}

/// Remembers every event of an archive: 9 to 18 bytes each.
pub struct SeenEvents {
    parts: Vec<Mutex<HashSet<u64, BuildHasherDefault<AsIs>>>>,
}

impl Default for SeenEvents {
    fn default() -> Self {
        Self::with_room(START)
    }
}

impl SeenEvents {
    /// For few events: makes no room before it is needed.
    pub fn small() -> Self {
        Self::with_room(0)
    }

    fn with_room(events: usize) -> Self {
        let part = || {
            Mutex::new(HashSet::with_capacity_and_hasher(
                events,
                Default::default(),
            ))
        };
        Self {
            parts: (0..PARTS).map(|_| part()).collect(),
        }
    }
}

impl Seen for SeenEvents {
    fn is_first(&self, event: u64) -> bool {
        // Bits that the table itself does not look at: it finds a place by the
        // lowest and tells neighbours apart by the highest.
        let part = usize::try_from(event >> 40).unwrap_or(0) % PARTS;
        self.parts.get(part).is_none_or(|part| match part.lock() {
            Ok(mut seen) => seen.insert(event),
            Err(poisoned) => poisoned.into_inner().insert(event),
        })
    }
}

/// Takes every event for a first one: for a second look at what was counted.
pub struct NeverSeen;

impl Seen for NeverSeen {
    fn is_first(&self, _: u64) -> bool {
        true
    }
}

/// Fingerprints are hashes already.
#[derive(Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}
