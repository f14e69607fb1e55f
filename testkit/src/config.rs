//! What to make.

use serde::Serialize;

use crate::clock::midnight;

/// What an archive is made from. The same configuration gives the same bytes.
#[derive(Clone, Debug)]
pub struct Config {
    /// Everything that looks like chance follows from this.
    pub seed: u64,
    /// Midnight (UTC) of the first day, in seconds since 1970; see [`crate::midnight`].
    pub start: i64,
    /// Number of days, at least 1.
    pub days: u32,
    /// The attack, if there is one.
    pub attack: Option<Attack>,
    /// Unusual but legitimate undertakings, on the day that an attack would take.
    pub benign: Vec<Benign>,
    /// Events a day by a fleet of services, beside the company's own some 250; 0 for none.
    pub fleet_events_per_day: u32,
    /// Minutes of traffic in one file of the main region (others: six times as much,
    /// at most a day).
    pub file_minutes: u32,
    /// A file that grows beyond this many inflated bytes is continued in another.
    pub max_file_bytes: usize,
    /// Characters of session tokens (real ones have hundreds).
    pub token_length: usize,
}

impl Config {
    /// The shipped sample with the campaign: 30 days from 2025-10-06 to 2025-11-04,
    /// the campaign on the last day but one.
    pub fn attacked(seed: u64) -> Self {
        Self {
            attack: Some(Attack::new(Variant::Mining)),
            ..Self::quiet(seed)
        }
    }

    /// The same archive without the campaign; everything else is identical.
    pub fn quiet(seed: u64) -> Self {
        Self {
            seed,
            start: midnight(2025, 10, 6),
            days: 30,
            attack: None,
            benign: Vec::new(),
            fleet_events_per_day: 0,
            file_minutes: 360,
            max_file_bytes: 16 << 20,
            token_length: 32,
        }
    }

    /// The same company with only some days, an attack on the last but one (on the
    /// only one, if there is one).
    pub fn short(seed: u64, days: u32, variant: Variant) -> Self {
        let days = days.max(1);
        let start = midnight(2025, 11, 4) - i64::from(days.max(2) - 1) * crate::clock::DAY;
        Self {
            start,
            days,
            attack: Some(Attack::new(variant)),
            ..Self::quiet(seed)
        }
    }

    /// The ordinary company with one unusual but legitimate undertaking.
    pub fn benign(seed: u64, benign: Benign) -> Self {
        Self {
            benign: vec![benign],
            ..Self::quiet(seed)
        }
    }

    /// For benchmarks: about `inflated` bytes in about `files` files, the campaign inside.
    pub fn bulk(seed: u64, inflated: u64, files: u32) -> Self {
        // Measured: an event of the fleet takes some 1,480 bytes, and the rounding of
        // days, accounts and regions makes files a little smaller than allowed.
        let per_day = inflated / 30 / 1_480;
        let file = inflated / u64::from(files.max(1));
        Self {
            fleet_events_per_day: u32::try_from(per_day).unwrap_or(u32::MAX),
            file_minutes: 240,
            max_file_bytes: usize::try_from(file + file / 8).unwrap_or(usize::MAX),
            token_length: 356,
            ..Self::attacked(seed)
        }
    }

    /// Index of the day on which attacks and undertakings begin.
    pub(crate) fn event_day(&self) -> i64 {
        let days = i64::from(self.days.max(1));
        match &self.attack {
            Some(attack) => match attack.days_before_end {
                0 => days - 1,
                before => (days - 1 - i64::from(before)).max(0),
            },
            None => (days - 2).max(0),
        }
    }
}

/// An attack and when it begins.
#[derive(Clone, Debug)]
pub struct Attack {
    /// What kind.
    pub variant: Variant,
    /// How many days of ordinary traffic follow the day it begins.
    pub days_before_end: u32,
    /// Seconds after midnight (UTC) of its first call.
    pub second: u32,
}

impl Attack {
    /// Of a kind, on the last day but one at 09:41:07; the slow one starts earlier.
    pub fn new(variant: Variant) -> Self {
        let days_before_end = if variant == Variant::Slow { 4 } else { 1 };
        Self {
            variant,
            days_before_end,
            second: 9 * 3_600 + 41 * 60 + 7,
        }
    }
}

/// Kinds of attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Variant {
    /// The campaign of November 2025: a stolen key mines on Fargate and EC2, and
    /// leaves a public function and a user who can send mail.
    Mining,
    /// The same through a session: the key assumes an administrator's role first.
    RoleChain,
    /// The same in the other account: the key assumes a role there.
    CrossAccount,
    /// The same from the console: a stolen password, without a second factor.
    ConsoleLogin,
    /// The same over three days.
    Slow,
    /// Snapshots of disks and a database are shared with a foreign account.
    SnapshotTheft,
    /// Versioning is suspended, objects are deleted, keys are scheduled for deletion.
    Ransom,
    /// Language models are enabled and called in several regions.
    ModelAbuse,
}

impl Variant {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Mining,
        Self::RoleChain,
        Self::CrossAccount,
        Self::ConsoleLogin,
        Self::Slow,
        Self::SnapshotTheft,
        Self::Ransom,
        Self::ModelAbuse,
    ];
}

/// Unusual but legitimate undertakings, each in its own way like an attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Benign {
    /// Six people join on one day: users, passwords, groups.
    Onboarding,
    /// An exercise rebuilds the shop in a region never used, and removes it.
    DisasterRecovery,
    /// Terraform builds a whole environment from nothing.
    TerraformFromScratch,
    /// The machine-learning team's big week: many machines, a group of 32.
    GpuSprint,
    /// Every long-lived key is replaced in one morning.
    KeyRotation,
    /// Terraform moves a dozen services to clusters of their own, from the own registry.
    FargateMigration,
    /// The owner of the long-lived key works from a hotel, as usual otherwise.
    TravellingOwner,
    /// The root user, with a second factor, looks at the bill.
    RootBilling,
}

impl Benign {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Onboarding,
        Self::DisasterRecovery,
        Self::TerraformFromScratch,
        Self::GpuSprint,
        Self::KeyRotation,
        Self::FargateMigration,
        Self::TravellingOwner,
        Self::RootBilling,
    ];
}
