//! CloudTrail's layout of keys and file names, and the selection that prunes
//! by it before anything is opened.
//!
//! The layout is `AWSLogs/[o-ORGANISATION/]ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/`
//! and `ACCOUNT_CloudTrail_REGION_YYYYMMDDTHHmmZ_RANDOM.json.gz`; the time is
//! that of delivery (AWS CloudTrail user guide, "Finding your CloudTrail log
//! files"). Whatever does not follow it is never pruned.

use std::collections::BTreeSet;

use gardefou_finding::{SkipReason, Timestamp};

/// Seconds before a key's time in which no event can be: clocks differ.
pub const PRUNING_MARGIN: i64 = 2 * 60 * 60;

/// Seconds after an event in which its file may still come: minutes as a rule,
/// a day when a delivery was held up.
pub const DELIVERY_DELAY: i64 = 24 * 60 * 60;

/// What of an archive was asked for. Empty means everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Events at or after this time.
    pub since: Option<Timestamp>,
    /// Events at or before this time.
    pub until: Option<Timestamp>,
    /// Only these twelve-digit accounts; all when empty.
    pub accounts: BTreeSet<String>,
    /// Only these regions; all when empty. Global services (IAM, STS, sign-in)
    /// are delivered under `us-east-1`.
    pub regions: BTreeSet<String>,
}

impl Selection {
    /// Whether everything was asked for.
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// Why a key, path or folder prefix holds nothing that was asked for, as
    /// far as its name tells. `None` when it may hold something: a key is
    /// pruned only when nothing in it says otherwise.
    pub fn excludes(&self, key: &str) -> Option<SkipReason> {
        if self.is_everything() {
            return None;
        }
        let facts = KeyFacts::of(key);
        if excluded_name(&self.accounts, facts.accounts)
            || excluded_name(&self.regions, facts.regions)
        {
            return Some(SkipReason::OutsideSelection);
        }
        let outside = match facts.spans {
            [Some(folder), Some(name)] if !name.is_near(folder) => {
                self.is_outside(folder) && self.is_outside(name)
            }
            [folder, name] => name.or(folder).is_some_and(|span| self.is_outside(span)),
        };
        outside.then_some(SkipReason::OutsideTimeRange)
    }

    /// How much of what lies below a folder was asked for, as far as its name
    /// (up to the last `/`) tells.
    pub(crate) fn reach(&self, folder: &str) -> Reach {
        if self.is_everything() {
            return Reach::Whole;
        }
        let complete = folder
            .rfind('/')
            .and_then(|end| folder.get(..=end))
            .unwrap_or_default();
        if let Some(reason) = self.excludes(complete) {
            return Reach::Nothing(reason);
        }
        let facts = KeyFacts::of(complete);
        let whole = |span: Span| span.is_day() || self.contains(span);
        let decided = (self.accounts.is_empty() || facts.accounts[0].is_some())
            && (self.regions.is_empty() || facts.regions[0].is_some())
            && (self.is_timeless() || facts.spans[0].is_some_and(whole));
        if decided { Reach::Whole } else { Reach::Part }
    }

    fn is_timeless(&self) -> bool {
        self.since.is_none() && self.until.is_none()
    }

    /// Whether no delivery within the span could be outside.
    fn contains(&self, span: Span) -> bool {
        let starts = |since: Timestamp| since.seconds() <= span.start;
        let ends = |until: Timestamp| span.end <= until.seconds();
        self.since.is_none_or(starts) && self.until.is_none_or(ends)
    }

    /// Whether a span of delivery times lies outside, margin included.
    fn is_outside(&self, span: Span) -> bool {
        let early = |since: Timestamp| span.end + PRUNING_MARGIN <= since.seconds();
        let late = |until: Timestamp| span.start - DELIVERY_DELAY > until.seconds();
        self.since.is_some_and(early) || self.until.is_some_and(late)
    }
}

/// How much of a folder was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Nothing.
    Nothing(SkipReason),
    /// Some, perhaps; its subfolders tell more.
    Part,
    /// All, or its subfolders cannot tell more.
    Whole,
}

/// Whether names were asked for, the key has some, and none is among them.
fn excluded_name(wanted: &BTreeSet<String>, found: [Option<&str>; 2]) -> bool {
    let mut found = found.into_iter().flatten().peekable();
    !wanted.is_empty() && found.peek().is_some() && !found.any(|name| wanted.contains(name))
}

/// Seconds since the epoch, end not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    start: i64,
    end: i64,
}

impl Span {
    /// A day at most: the layout has no folder below it.
    fn is_day(self) -> bool {
        self.end - self.start <= 24 * 60 * 60
    }

    /// Whether the two can speak of one delivery, as a name and its folder do.
    fn is_near(self, other: Self) -> bool {
        self.start < other.end + PRUNING_MARGIN && other.start < self.end + PRUNING_MARGIN
    }
}

/// What a key tells: once by its folders, once by its file name.
#[derive(Debug, Default, PartialEq, Eq)]
struct KeyFacts<'a> {
    accounts: [Option<&'a str>; 2],
    regions: [Option<&'a str>; 2],
    spans: [Option<Span>; 2],
}

impl<'a> KeyFacts<'a> {
    fn of(key: &'a str) -> Self {
        let parts: Vec<&str> = key.split(['/', '\\']).collect();
        let mut facts = Self::default();
        facts.read_folders(&parts);
        if let Some(name) = parts.last() {
            facts.read_name(name);
        }
        facts
    }

    fn read_folders(&mut self, parts: &[&'a str]) {
        let Some(at) = parts.iter().position(|part| is_log_kind(part)) else {
            return;
        };
        let before = at
            .checked_sub(1)
            .and_then(|index| parts.get(index))
            .copied();
        self.accounts[0] = before.filter(|part| is_account(part));
        let region = parts.get(at + 1).copied().filter(|part| is_region(part));
        self.regions[0] = region;
        if region.is_some() {
            self.spans[0] = folder_span(parts.get(at + 2..).unwrap_or_default());
        }
    }

    fn read_name(&mut self, name: &'a str) {
        let mut fields = name.split('_');
        let account = fields.next().filter(|field| is_account(field));
        let kind = fields.next().filter(|field| is_log_kind(field));
        if account.is_none() || kind.is_none() {
            return;
        }
        self.accounts[1] = account;
        self.regions[1] = fields.next().filter(|field| is_region(field));
        self.spans[1] = fields.find_map(delivery_span);
    }
}

fn is_log_kind(part: &str) -> bool {
    matches!(
        part,
        "CloudTrail" | "CloudTrail-Digest" | "CloudTrail-Insight"
    )
}

fn is_account(part: &str) -> bool {
    part.len() == 12 && part.bytes().all(|byte| byte.is_ascii_digit())
}

/// `eu-west-1`, `us-gov-east-1`, `cn-north-1`: lower-case words, then a number.
fn is_region(part: &str) -> bool {
    let mut words = part.rsplit('-');
    let number = words
        .next()
        .is_some_and(|word| is_digits(word, 1) || is_digits(word, 2));
    let mut count = 0;
    number
        && words.all(|word| {
            count += 1;
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase())
        })
        && count >= 2
}

fn is_digits(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The year, month or day that folders `[YYYY, MM, DD, …]` stand for.
fn folder_span(parts: &[&str]) -> Option<Span> {
    let number = |index: usize, length: usize| {
        let part = parts.get(index).filter(|part| is_digits(part, length))?;
        part.parse::<u16>().ok()
    };
    let year = number(0, 4)?;
    let Some(month) = number(1, 2) else {
        return Some(Span {
            start: start_of(year, 1, 1)?,
            end: start_of(year + 1, 1, 1)?,
        });
    };
    let Some(day) = number(2, 2) else {
        let (next_year, next) = if month == 12 {
            (year + 1, 1)
        } else {
            (year, month + 1)
        };
        return Some(Span {
            start: start_of(year, month, 1)?,
            end: start_of(next_year, next, 1)?,
        });
    };
    let start = start_of(year, month, day)?;
    Some(Span {
        start,
        end: start + 24 * 60 * 60,
    })
}

fn start_of(year: u16, month: u16, day: u16) -> Option<i64> {
    let text = format!("{year:04}-{month:02}-{day:02}T00:00:00");
    Timestamp::parse(&text).map(Timestamp::seconds)
}

/// The minute of `20251102T1005Z` (logs) or `20251102T100500Z` (digests), a
/// field that may be followed by the file's extensions.
fn delivery_span(field: &str) -> Option<Span> {
    let (stamp, _) = field.split_once('Z')?;
    let (date, time) = stamp.split_once('T')?;
    if !is_digits(date, 8) || !(is_digits(time, 4) || is_digits(time, 6)) {
        return None;
    }
    let text = format!(
        "{}-{}-{}T{}:{}:00",
        date.get(..4)?,
        date.get(4..6)?,
        date.get(6..)?,
        time.get(..2)?,
        time.get(2..4)?
    );
    let start = Timestamp::parse(&text)?.seconds();
    Some(Span {
        start,
        end: start + 60,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "backup/AWSLogs/o-abc123/111122223333/CloudTrail/eu-west-1/2025/11/02/\
        111122223333_CloudTrail_eu-west-1_20251102T1005Z_abcdefgh12345678.json.gz";

    fn between(since: &str, until: &str) -> Selection {
        Selection {
            since: Timestamp::parse(since),
            until: Timestamp::parse(until),
            ..Selection::default()
        }
    }

    fn named(accounts: &[&str], regions: &[&str]) -> Selection {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Selection {
            accounts: set(accounts),
            regions: set(regions),
            ..Selection::default()
        }
    }

    #[test]
    fn nothing_is_pruned_when_everything_is_asked_for() {
        assert_eq!(Selection::default().excludes(KEY), None);
    }

    #[test]
    fn a_file_is_pruned_by_its_delivery_time_only_beyond_the_margin() {
        let late = Some(SkipReason::OutsideTimeRange);
        let inside = between("2025-11-02T10:00:00Z", "2025-11-02T10:10:00Z");
        assert_eq!(inside.excludes(KEY), None);
        assert_eq!(
            between("2025-11-02T12:05:00Z", "2025-11-03T00:00:00Z").excludes(KEY),
            None
        );
        assert_eq!(
            between("2025-11-02T12:06:00Z", "2025-11-03T00:00:00Z").excludes(KEY),
            late
        );
        assert_eq!(
            between("2025-10-30T00:00:00Z", "2025-11-01T10:05:00Z").excludes(KEY),
            None
        );
        assert_eq!(
            between("2025-10-30T00:00:00Z", "2025-11-01T10:04:59Z").excludes(KEY),
            late
        );
    }

    #[test]
    fn a_flat_file_is_pruned_by_its_name_and_an_unknown_name_never() {
        let range = between("2025-12-01T00:00:00Z", "2025-12-02T00:00:00Z");
        let name = "111122223333_CloudTrail_eu-west-1_20251102T1005Z_abcdefgh12345678.json.gz";
        assert_eq!(range.excludes(name), Some(SkipReason::OutsideTimeRange));
        assert_eq!(range.excludes("events-2025-11-02.json"), None);
        assert_eq!(range.excludes("logs/2025/11/02/events.json"), None);
    }

    #[test]
    fn digests_and_insights_are_pruned_alike() {
        let range = between("2025-12-01T00:00:00Z", "2025-12-02T00:00:00Z");
        let name =
            "111122223333_CloudTrail-Digest_eu-west-1_my_trail_eu-west-1_20251102T100500Z.json.gz";
        assert_eq!(range.excludes(name), Some(SkipReason::OutsideTimeRange));
        let name = "111122223333_CloudTrail-Insight_eu-west-1_20251201T1005Z_a.json.gz";
        assert_eq!(range.excludes(name), None);
    }

    #[test]
    fn folders_are_pruned_as_years_months_and_days() {
        let base = "AWSLogs/111122223333/CloudTrail/eu-west-1/";
        let range = between("2025-11-02T01:00:00Z", "2025-11-02T23:00:00Z");
        let excluded = |rest: &str| range.excludes(&format!("{base}{rest}")).is_some();
        assert!(excluded("2024/") && !excluded("2025/") && excluded("2026/"));
        assert!(excluded("2025/10/") && !excluded("2025/11/") && excluded("2025/12/"));
        assert!(
            !excluded("2025/11/01/"),
            "events may be delivered across midnight"
        );
        assert!(!excluded("2025/11/02/") && !excluded("2025/11/03/"));
        assert!(excluded("2025/10/31/") && excluded("2025/11/04/"));
        assert!(!excluded("") && !excluded("9999/") && !excluded("2025/99/"));
    }

    #[test]
    fn folders_are_entered_only_where_that_tells_more() {
        let base = "AWSLogs/111122223333/CloudTrail/eu-west-1/";
        let range = between("2025-10-20T00:00:00Z", "2025-12-05T00:00:00Z");
        let reach = |rest: &str| range.reach(&format!("{base}{rest}"));
        assert_eq!(range.reach(""), Reach::Part);
        assert_eq!(range.reach("AWSL"), Reach::Part);
        assert_eq!(reach(""), Reach::Part);
        assert_eq!(reach("2025/"), Reach::Part);
        assert_eq!(
            reach("2025/1"),
            Reach::Part,
            "half a month's name is the year's folder"
        );
        assert_eq!(reach("2025/10/"), Reach::Part);
        assert_eq!(reach("2025/11/"), Reach::Whole);
        assert_eq!(reach("2025/10/20/"), Reach::Whole);
        assert_eq!(
            reach("2025/09/"),
            Reach::Nothing(SkipReason::OutsideTimeRange)
        );
        assert_eq!(Selection::default().reach(""), Reach::Whole);
        let region = named(&[], &["eu-west-1"]);
        assert_eq!(region.reach("AWSLogs/111122223333/"), Reach::Part);
        assert_eq!(region.reach(base), Reach::Whole);
        let outside = Reach::Nothing(SkipReason::OutsideSelection);
        assert_eq!(
            region.reach("AWSLogs/111122223333/CloudTrail/us-east-1/"),
            outside
        );
    }

    #[test]
    fn accounts_and_regions_select() {
        let outside = Some(SkipReason::OutsideSelection);
        assert_eq!(named(&["111122223333"], &["eu-west-1"]).excludes(KEY), None);
        assert_eq!(named(&["999999999999"], &[]).excludes(KEY), outside);
        assert_eq!(named(&[], &["us-east-1"]).excludes(KEY), outside);
        assert_eq!(named(&["999999999999"], &[]).excludes("trail.json"), None);
        let folder = "AWSLogs/111122223333/CloudTrail/us-gov-east-1/";
        assert_eq!(named(&[], &["us-gov-east-1"]).excludes(folder), None);
    }

    #[test]
    fn a_key_that_contradicts_itself_is_kept() {
        let key = "AWSLogs/111122223333/CloudTrail/eu-west-1/2025/11/02/\
            444455556666_CloudTrail_us-east-1_20240101T0000Z_x.json.gz";
        assert_eq!(named(&["444455556666"], &["eu-west-1"]).excludes(key), None);
        assert_eq!(
            between("2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z").excludes(key),
            None
        );
    }

    #[test]
    fn hostile_names_are_not_taken_for_times() {
        for name in [
            "111122223333_CloudTrail_eu-west-1_99999999T9999Z_x",
            "111122223333_CloudTrail_eu-west-1_2025é102T1005Z_x",
            "111122223333_CloudTrail__T_Z",
            "_CloudTrail_",
            "////",
        ] {
            assert_eq!(
                between("2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z").excludes(name),
                None
            );
        }
    }
}
