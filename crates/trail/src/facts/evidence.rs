//! Events kept as evidence, compactly.

use gardefou_finding::{EventRef, Outcome, Position, Timestamp, Untrusted};
use serde::{Deserialize, Serialize};

use super::symbols::translated;
use super::{Symbol, Symbols};
use crate::decode::Record;

/// Where a record is written, with the source as its number.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Place {
    /// Number of the source in the order in which sources are listed.
    pub source: u32,
    /// Byte offset in the inflated source.
    pub offset: u64,
    /// Ordinal in the source; all records after the four billionth share one.
    pub record: u32,
}

impl Place {
    /// Where a record is written.
    pub(crate) fn of(source: u32, record: &Record<'_>) -> Self {
        Self {
            source,
            offset: record.offset(),
            record: u32::try_from(record.ordinal()).unwrap_or(u32::MAX),
        }
    }
}

/// An event kept as evidence. Ordered by time, then by fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Evidence {
    /// `eventTime`.
    pub time: Timestamp,
    /// Fingerprint of the event.
    pub event: u64,
    /// Where it is written; of duplicate deliveries the first place.
    pub place: Place,
    /// How the call ended.
    pub outcome: Outcome,
    pub(crate) service: Symbol,
    pub(crate) call: Symbol,
    pub(crate) error: Option<Symbol>,
    pub(crate) region: Symbol,
    pub(crate) source_ip: Symbol,
    pub(crate) user_agent: Symbol,
    pub(crate) event_id: Box<str>,
    pub(crate) targets: Box<[Box<str>]>,
}

impl Evidence {
    pub(super) fn translate(&mut self, table: &[Symbol]) {
        for symbol in [
            &mut self.service,
            &mut self.call,
            &mut self.region,
            &mut self.source_ip,
            &mut self.user_agent,
        ] {
            *symbol = translated(table, *symbol);
        }
        self.error = self.error.map(|error| translated(table, error));
    }

    /// The evidence as a report shows it. `sources` are the names of the
    /// sources by number.
    pub fn resolve(&self, symbols: &Symbols, sources: &[String]) -> EventRef {
        let text = |symbol| Untrusted::new(symbols.text(symbol));
        let source = sources
            .get(self.place.source as usize)
            .cloned()
            .unwrap_or_default();
        EventRef {
            time: self.time,
            event_id: Untrusted::new(self.event_id.as_ref()),
            service: text(self.service),
            call: text(self.call),
            outcome: self.outcome,
            error: self.error.map(text),
            region: text(self.region),
            source_ip: text(self.source_ip),
            user_agent: text(self.user_agent),
            targets: self
                .targets
                .iter()
                .map(|target| Untrusted::new(target.as_ref()))
                .collect(),
            position: Position {
                source: Untrusted::new(source),
                offset: self.place.offset,
                record: u64::from(self.place.record),
            },
        }
    }
}

/// Adds to the earliest `limit` pieces of evidence, sorted. Returns whether it
/// was new; a known event only takes the earlier of its two places.
pub(super) fn keep(kept: &mut Vec<Evidence>, limit: usize, new: Evidence) -> bool {
    match kept.binary_search_by(|old| (old.time, old.event).cmp(&(new.time, new.event))) {
        Ok(at) => {
            if let Some(old) = kept.get_mut(at)
                && new.place < old.place
            {
                *old = new;
            }
            false
        }
        Err(at) => {
            if at < limit {
                kept.insert(at, new);
                kept.truncate(limit);
            }
            true
        }
    }
}
