//! `eventTime` as CloudTrail writes it, without the detour of a general parser.

use gardefou_finding::Timestamp;

/// Reads `YYYY-MM-DDTHH:MM:SSZ` fast, and what [`Timestamp::parse`] reads
/// otherwise; a space instead of the `T` too, as some exports write it.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    if let Some(time) = usual(text.as_bytes()) {
        return Some(time);
    }
    if text.as_bytes().get(10) == Some(&b' ') {
        let (date, time) = text.split_at_checked(10)?;
        return Timestamp::parse(&format!("{date}T{}", time.get(1..)?));
    }
    Timestamp::parse(text)
}

fn usual(text: &[u8]) -> Option<Timestamp> {
    let [
        y1,
        y2,
        y3,
        y4,
        b'-',
        o1,
        o2,
        b'-',
        d1,
        d2,
        b'T',
        h1,
        h2,
        b':',
        m1,
        m2,
        b':',
        s1,
        s2,
        b'Z',
    ] = *text.first_chunk::<20>()?
    else {
        return None;
    };
    let year = two(y1, y2)? * 100 + two(y3, y4)?;
    let (month, day) = (two(o1, o2)?, two(d1, d2)?);
    let (hour, minute, second) = (two(h1, h2)?, two(m1, m2)?, two(s1, s2)?);
    let valid = text.len() == 20
        && (1970..=9999).contains(&year)
        && (1..=days_in(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    if !valid {
        return None;
    }
    let days = days_since_1970(year, month, day);
    Timestamp::from_seconds(days * 86_400 + hour * 3_600 + minute * 60 + second)
}

/// Days of the month; 0 for what is no month.
fn days_in(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

fn two(tens: u8, ones: u8) -> Option<i64> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| i64::from(tens) * 10 + i64::from(ones))
}

/// Days of the Gregorian calendar, counted in years that begin in March so
/// that the leap day is a year's last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let leap_days = year / 4 - year / 100 + year / 400;
    let before_month = (month * 153 + 2) / 5;
    year * 365 + leap_days + before_month + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_a_space_for_the_t_and_fractions() {
        let time = parse("2024-12-16T18:41:07Z").unwrap();
        assert_eq!(parse("2024-12-16 18:41:07.000000000"), Some(time));
        assert_eq!(parse("2024-12-16 18:41:07"), Some(time));
        assert_eq!(parse("2024-12-16 18:41:07Z"), Some(time));
        for text in [
            "",
            "redacted",
            "...",
            "2024-12-16 ",
            "2024-12-16é18:41:07",
            "2024-12-16T18:41",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_fast_way_gives_what_the_general_one_gives(
            (year, month, day) in (1960i32..10_000, 0u32..14, 0u32..33),
            (hour, minute, second) in (0u32..25, 0u32..61, 0u32..61),
        ) {
            let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z");
            prop_assert_eq!(parse(&text), Timestamp::parse(&text));
        }

        #[test]
        fn every_second_since_1970_survives(seconds in 0i64..253_402_300_800) {
            let time = Timestamp::from_seconds(seconds).unwrap();
            prop_assert_eq!(usual(time.to_string().as_bytes()), Some(time));
        }
    }
}
