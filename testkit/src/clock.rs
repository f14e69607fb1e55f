//! Calendar arithmetic on seconds since 1970, in UTC, without a clock.

/// Seconds in a minute.
pub(crate) const MINUTE: i64 = 60;
/// Seconds in an hour.
pub(crate) const HOUR: i64 = 3_600;
/// Seconds in a day.
pub(crate) const DAY: i64 = 86_400;

/// A moment as people write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
}

/// Seconds at 00:00:00 UTC of a date of the Gregorian calendar.
///
/// The month is 1 to 12; days beyond the month's end run into the next one.
pub fn midnight(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March here, so that the leap day is the last of its year.
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    (era * 146_097 + day_of_era - 719_468) * DAY
}

/// The inverse of [`midnight`], with the time of day.
pub(crate) fn civil(seconds: i64) -> Civil {
    let days = seconds.div_euclid(DAY) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let rest = seconds.rem_euclid(DAY);
    Civil {
        year: era * 400 + year_of_era + i64::from(month <= 2),
        month,
        day: day_of_year - (153 * shifted_month + 2) / 5 + 1,
        hour: rest / HOUR,
        minute: rest % HOUR / MINUTE,
        second: rest % MINUTE,
    }
}

/// `2025-11-03T09:41:07Z`, as CloudTrail writes `eventTime`.
pub(crate) fn rfc3339(seconds: i64) -> String {
    let c = civil(seconds);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        c.year, c.month, c.day, c.hour, c.minute, c.second
    )
}

/// `Nov 3, 2025, 9:41:07 AM`, as CloudTrail writes dates of IAM, STS and ECS answers.
pub(crate) fn spelled(seconds: i64) -> String {
    let c = civil(seconds);
    let half = if c.hour < 12 { "AM" } else { "PM" };
    let hour = if c.hour % 12 == 0 { 12 } else { c.hour % 12 };
    let month = month_name(c.month);
    format!(
        "{month} {}, {}, {hour}:{:02}:{:02} {half}",
        c.day, c.year, c.minute, c.second
    )
}

/// Day of the week: 0 is Monday, 6 is Sunday.
pub(crate) fn weekday(seconds: i64) -> i64 {
    // 1970-01-01 was a Thursday.
    (seconds.div_euclid(DAY) + 3).rem_euclid(7)
}

fn month_name(month: i64) -> &'static str {
    const NAMES: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let index = usize::try_from(month - 1).unwrap_or(0);
    NAMES.get(index).copied().unwrap_or("Jan")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_go_there_and_back_over_leap_years() {
        for day in (0..80_000).map(|n| n * DAY) {
            let c = civil(day + 3_661);
            assert_eq!(midnight(c.year, c.month, c.day), day);
            assert_eq!((c.hour, c.minute, c.second), (1, 1, 1));
        }
    }

    #[test]
    fn a_known_moment_is_written_as_cloudtrail_writes_it() {
        let moment = 1_722_519_461; // 2024-08-01, the date of a public sample event
        assert_eq!(rfc3339(moment), "2024-08-01T13:37:41Z");
        assert_eq!(spelled(moment), "Aug 1, 2024, 1:37:41 PM");
        assert_eq!(spelled(midnight(2025, 10, 6)), "Oct 6, 2025, 12:00:00 AM");
    }

    #[test]
    fn weekdays_start_on_monday() {
        assert_eq!(weekday(midnight(2025, 11, 3)), 0);
        assert_eq!(weekday(midnight(2025, 11, 2)), 6);
    }
}
