//! Puts records into files as CloudTrail does: by account, region and time.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::sync::Arc;

use flate2::{Compression, GzBuilder};

use crate::clock::{DAY, MINUTE, civil};
use crate::config::Config;
use crate::dice::Dice;
use crate::scribe::Event;
use crate::truth::GroundTruth;
use crate::world::HOME;

/// Takes a file: path and bytes.
pub(crate) type Sink<'a> = dyn FnMut(&str, &[u8]) -> io::Result<()> + 'a;

/// Where a file's records come from: account, region, number of the time slot.
type Slot = (Arc<str>, &'static str, i64);

/// Letters of the random end of a file's name.
const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789AZ";

/// Packs events, day by day.
#[derive(Debug)]
pub(crate) struct Packer<'a> {
    config: &'a Config,
    /// Events that are delivered later than the last packed moment.
    waiting: Vec<Event>,
    /// What was packed so far.
    pub(crate) truth: GroundTruth,
}

impl<'a> Packer<'a> {
    pub(crate) fn new(config: &'a Config) -> Self {
        Self {
            config,
            waiting: Vec::new(),
            truth: GroundTruth::default(),
        }
    }

    /// Packs everything delivered before `until`; the rest waits.
    pub(crate) fn pack(
        &mut self,
        events: Vec<Event>,
        until: i64,
        sink: &mut Sink<'_>,
    ) -> io::Result<()> {
        let mut slots: BTreeMap<Slot, Vec<Event>> = BTreeMap::new();
        let waiting = std::mem::take(&mut self.waiting);
        for event in waiting.into_iter().chain(events) {
            if event.delivery >= until {
                self.waiting.push(event);
                continue;
            }
            let length = self.slot_seconds(event.region);
            let slot = (
                Arc::clone(&event.account),
                event.region,
                event.delivery / length,
            );
            slots.entry(slot).or_default().push(event);
        }
        for (slot, mut events) in slots {
            // CloudTrail does not sort a file's records; delivery order is close to it.
            events.sort_by(|a, b| (a.delivery, &a.id).cmp(&(b.delivery, &b.id)));
            self.slot(&slot, &events, sink)?;
        }
        Ok(())
    }

    /// Length of a region's slots; it divides the day, so that none crosses midnight.
    fn slot_seconds(&self, region: &str) -> i64 {
        let minutes = i64::from(self.config.file_minutes.clamp(1, 1_440)) * MINUTE;
        let wanted = if region == HOME { minutes } else { minutes * 6 };
        let slots = (DAY / wanted).max(1);
        // Days have enough divisors for the next smaller one to be near.
        (slots..=DAY)
            .find(|slots| DAY % slots == 0)
            .map_or(DAY, |slots| DAY / slots)
    }

    /// Writes a slot's events into one file, or several where it is too large.
    fn slot(&mut self, slot: &Slot, events: &[Event], sink: &mut Sink<'_>) -> io::Result<()> {
        let mut rest = events;
        let mut part = 0;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(self.fitting(rest));
            let label = format!("file/{}/{}/{}/{part}", slot.0, slot.1, slot.2);
            let path = self.path(slot, &label, part);
            self.file(&path, now, sink)?;
            rest = later;
            part += 1;
        }
        Ok(())
    }

    /// How many of the events fit into a file, at least one.
    fn fitting(&self, events: &[Event]) -> usize {
        let mut size = 0;
        let fitting = events.iter().take_while(|event| {
            size += event.json.len() + 1;
            size <= self.config.max_file_bytes
        });
        fitting.count().max(1)
    }

    fn file(&mut self, path: &str, events: &[Event], sink: &mut Sink<'_>) -> io::Result<()> {
        let size: usize = events.iter().map(|event| event.json.len() + 1).sum();
        let mut text = String::with_capacity(size + 16);
        text.push_str("{\"Records\":[");
        for (index, event) in events.iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            text.push_str(&event.json);
        }
        text.push_str("]}");
        let bytes = compress(text.as_bytes())?;
        self.truth.files += 1;
        self.truth.events += count(events.len());
        self.truth.inflated_bytes += count(text.len());
        self.truth.compressed_bytes += count(bytes.len());
        sink(path, &bytes)
    }

    /// `AWSLogs/<account>/CloudTrail/<region>/YYYY/MM/DD/…`; the time in the name is
    /// that of delivery, at the end of the slot.
    fn path(&self, slot: &Slot, label: &str, part: i64) -> String {
        let (account, region, number) = slot;
        let end = (number + 1) * self.slot_seconds(region) - 5 * MINUTE;
        let c = civil(end);
        let suffix = Dice::new(self.config.seed, label).text(LETTERS, 16);
        let minute = c.minute + part % 5;
        format!(
            "AWSLogs/{account}/CloudTrail/{region}/{:04}/{:02}/{:02}/{account}_CloudTrail_{region}_{:04}{:02}{:02}T{:02}{minute:02}Z_{suffix}.json.gz",
            c.year, c.month, c.day, c.year, c.month, c.day, c.hour
        )
    }
}

/// Gzip at level 6 without a time, so that the same text gives the same bytes.
fn compress(text: &[u8]) -> io::Result<Vec<u8>> {
    let target = Vec::with_capacity(text.len() / 8 + 64);
    let mut encoder = GzBuilder::new().mtime(0).write(target, Compression::new(6));
    encoder.write_all(text)?;
    encoder.finish()
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}
