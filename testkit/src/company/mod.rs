//! The ordinary company: who does what on an ordinary day.
//!
//! Belmarais sells furniture online. Production lives in one account, data and
//! platform in another. Every identity has habits that hold over the month.

mod admin;
mod apps;
mod backup;
mod batch;
pub(crate) mod ci;
mod contractor;
mod engineer;
mod gpu;
mod karpenter;
pub(crate) mod people;
mod scaling;
mod services;
pub(crate) mod terraform;
mod vendor;

use crate::clock::weekday;
use crate::scribe::{Event, Scribe};
use crate::world::World;

pub(crate) use engineer::OWNER;

/// A day of the archive.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Day {
    /// Counted from 0.
    pub(crate) index: i64,
    /// 00:00:00 UTC.
    pub(crate) midnight: i64,
    /// Days that follow it: 0 on the last day.
    pub(crate) left: i64,
    /// 0 is Monday.
    pub(crate) weekday: i64,
}

impl Day {
    /// The day `index` of `world`.
    pub(crate) fn of(world: &World, index: i64) -> Self {
        let midnight = world.midnight(index);
        Self {
            index,
            midnight,
            left: world.days - 1 - index,
            weekday: weekday(midnight),
        }
    }

    /// Whether people are at the office.
    pub(crate) fn works(self) -> bool {
        self.weekday < 5
    }

    /// Whether it is in the last week of the archive.
    pub(crate) fn is_late(self) -> bool {
        self.left < 7
    }

    /// A time of this day.
    pub(crate) fn time(self, hour: i64, minute: i64) -> i64 {
        self.midnight + hour * crate::clock::HOUR + minute * crate::clock::MINUTE
    }
}

/// What somebody does on a day, if it is a day for it.
type Activity = fn(&mut Scribe<'_>, Day);

/// Everything that goes on, by name; the name seeds its chance.
const ACTIVITIES: &[(&str, Activity)] = &[
    ("ci", ci::day),
    ("terraform", terraform::day),
    ("karpenter", karpenter::day),
    ("scaling", scaling::day),
    ("load-test", scaling::load_test),
    ("batch", batch::day),
    ("people", people::day),
    ("failed-login", people::forgotten_password),
    ("session-with-code", people::session_with_code),
    ("protection", people::protect_database_host),
    ("admin", admin::day),
    ("engineer", engineer::day),
    ("backup", backup::day),
    ("vendor", vendor::day),
    ("services", services::day),
    ("gpu", gpu::day),
    ("apps", apps::day),
    ("functions", apps::functions),
    ("contractor", contractor::day),
];

/// Writes an ordinary day.
pub(crate) fn ordinary_day(world: &World, day: Day, events: &mut Vec<Event>) {
    for (name, activity) in ACTIVITIES {
        let label = format!("{name}/{}", day.index);
        let mut scribe = Scribe::new(world, &label, day.midnight, events);
        activity(&mut scribe, day);
    }
}
