//! Makes CloudTrail archives of an ordinary company, with or without an attack.
//!
//! The company has two accounts, deploys from a code host, scales at night, trains
//! models, and employs people. Into its month a [`Variant`] of attack or a
//! [`Benign`] undertaking can be placed. Everything follows from a seed: the same
//! [`Config`] gives the same bytes, and an archive with an attack is the archive
//! without it plus the attack's events.
//!
//! It also has what tests of several crates share: [`data`] finds files, [`moto`]
//! serves S3.
//!
//! All of the archives is invented: accounts are the numbers that AWS keeps for documentation,
//! networks are those of RFC 5737, RFC 2544 and RFC 3849, names are made up. What the
//! attack [`Variant::Mining`] does follows what AWS published in December 2025 about
//! the campaign that it saw from 2 November 2025 on.

#[macro_use]
mod fill;

mod accounts;
mod attack;
mod benign;
mod call;
mod caller;
mod clock;
mod company;
mod config;
pub mod data;
mod dice;
mod fleet;
pub mod moto;
mod organization;
mod pack;
mod scribe;
mod shape;
mod signed;
mod truth;
mod world;

use std::io;

use crate::clock::{DAY, rfc3339};
use crate::company::Day;
use crate::pack::Packer;
use crate::scribe::{Event, Scribe};
use crate::world::World;

pub use crate::accounts::{SnapshotFile, accounts};
pub use crate::clock::midnight;
pub use crate::config::{Attack, Benign, Config, Variant};
pub use crate::organization::{OrganizationPlan, organization};
pub use crate::signed::{
    Edit, ExistingLog, FINGERPRINT, SignError, SignedTrail, Signer, TrailPlan, gzip, sha256,
    sign_existing,
};
pub use crate::truth::{
    AttackTruth, ClusterTruth, GroundTruth, GroupTruth, InstanceTruth, ServiceTruth,
};

/// Why an archive could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// Compressing failed, or the receiver of the files did.
    #[error("cannot write the archive")]
    Write(#[from] io::Error),
}

/// A file of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Path in the bucket, with `/` between its parts.
    pub path: String,
    /// Gzip-compressed JSON.
    pub bytes: Vec<u8>,
}

/// An archive in memory.
#[derive(Clone, Debug)]
pub struct Archive {
    /// Its files, in order of their days.
    pub files: Vec<File>,
    /// What it holds.
    pub truth: GroundTruth,
}

/// Makes an archive in memory.
///
/// # Errors
/// Only if compression fails.
pub fn generate(config: &Config) -> Result<Archive, ArchiveError> {
    let mut files = Vec::new();
    let truth = archive(config, &mut |path, bytes| {
        files.push(File {
            path: path.to_owned(),
            bytes: bytes.to_vec(),
        });
        Ok(())
    })?;
    Ok(Archive { files, truth })
}

/// Makes an archive and hands each file to `sink` as soon as it is complete; holds no
/// more than a day in memory.
///
/// # Errors
/// If compression or `sink` fails.
pub fn archive(
    config: &Config,
    sink: &mut dyn FnMut(&str, &[u8]) -> io::Result<()>,
) -> Result<GroundTruth, ArchiveError> {
    let world = World {
        seed: config.seed,
        start: config.start,
        days: i64::from(config.days.max(1)),
        token: config.token_length,
    };
    let mut packer = Packer::new(config);
    let mut attack = None;
    for index in 0..world.days {
        let day = Day::of(&world, index);
        let mut events = Vec::new();
        company::ordinary_day(&world, day, &mut events);
        fleet::day(&world, day, config.fleet_events_per_day, &mut events);
        if index == config.event_day() {
            undertakings(config, &world, day, &mut events);
            attack = begin(config, &world, day, &mut events);
        }
        packer.pack(events, day.midnight + DAY, sink)?;
    }
    packer.pack(Vec::new(), i64::MAX, sink)?;
    Ok(GroundTruth {
        attack,
        ..packer.truth
    })
}

fn undertakings(config: &Config, world: &World, day: Day, events: &mut Vec<Event>) {
    for benign in &config.benign {
        let label = format!("benign/{benign:?}");
        let mut scribe = Scribe::new(world, &label, day.time(9, 30), events);
        benign::run(&mut scribe, *benign, day);
    }
}

/// Lets the attack happen, from its first event to its last, whatever the day.
fn begin(config: &Config, world: &World, day: Day, events: &mut Vec<Event>) -> Option<AttackTruth> {
    let plan = config.attack.as_ref()?;
    let mut truth = AttackTruth::new(plan.variant);
    let first = events.len();
    let label = format!("attack/{:?}", plan.variant);
    let start = day.midnight + i64::from(plan.second);
    let mut scribe = Scribe::new(world, &label, start, events);
    attack::run(&mut scribe, &mut truth);
    let mut own: Vec<&Event> = events.iter().skip(first).collect();
    own.sort_by_key(|event| event.time);
    truth.first_event = own
        .first()
        .map(|event| rfc3339(event.time))
        .unwrap_or_default();
    truth.last_event = own
        .last()
        .map(|event| rfc3339(event.time))
        .unwrap_or_default();
    truth.event_ids = own.into_iter().map(|event| event.id.clone()).collect();
    Some(truth)
}
