//! Numbers, money, sizes, shares of time: each language's way of writing them.

use super::{Lang, NNBSP, Say};

impl Say {
    /// `12,345` or `12 345`.
    pub(crate) fn number(self, value: u64) -> String {
        group_digits(&value.to_string(), self.thousands())
    }

    /// US dollars with cents: `$1,234.50` or `1 234,50 $`.
    pub(crate) fn money(self, usd: f64) -> String {
        let text = format!("{:.2}", if usd.is_finite() { usd.max(0.0) } else { 0.0 });
        let (whole, cents) = text.split_once('.').unwrap_or((&text, "00"));
        let whole = group_digits(whole, self.thousands());
        match self.lang {
            Lang::En => format!("${whole}.{cents}"),
            Lang::Fr => format!("{whole},{cents}{NNBSP}$"),
        }
    }

    /// The same without cents from a thousand dollars on, for a figure at a
    /// glance.
    pub(crate) fn money_round(self, usd: f64) -> String {
        if !usd.is_finite() || usd < 1_000.0 {
            return self.money(usd);
        }
        let whole = group_digits(&format!("{usd:.0}"), self.thousands());
        match self.lang {
            Lang::En => format!("${whole}"),
            Lang::Fr => format!("{whole}{NNBSP}$"),
        }
    }

    /// A length of time in words: `40 s`, `9 min 40 s`, `3 h 05 min`, `12 d 4 h`.
    pub(crate) fn duration(self, seconds: i64) -> String {
        let seconds = seconds.max(0);
        let (minutes, s) = (seconds / 60, seconds % 60);
        let (hours, min) = (minutes / 60, minutes % 60);
        let (days, h) = (hours / 24, hours % 24);
        let day = match self.lang {
            Lang::En => "d",
            Lang::Fr => "j",
        };
        match (days, hours, minutes) {
            (1.., _, _) => format!("{days} {day} {h} h"),
            (_, 1.., _) => format!("{hours} h {min:02} min"),
            (_, _, 1..) => format!("{minutes} min {s:02} s"),
            _ => format!("{s} s"),
        }
        .replace(' ', "\u{a0}")
    }

    /// Bytes in the largest fitting decimal unit.
    pub(crate) fn bytes(self, bytes: u64) -> String {
        let units: [&str; 5] = match self.lang {
            Lang::En => ["B", "kB", "MB", "GB", "TB"],
            Lang::Fr => ["o", "ko", "Mo", "Go", "To"],
        };
        let mut value = bytes as f64;
        let mut unit = 0;
        while value >= 999.95 && unit + 1 < units.len() {
            value /= 1000.0;
            unit += 1;
        }
        let text = if unit == 0 {
            format!("{value:.0}")
        } else {
            format!("{value:.1}")
        };
        let text = match self.lang {
            Lang::En => text,
            Lang::Fr => text.replace('.', ","),
        };
        format!("{text}\u{a0}{}", units.get(unit).copied().unwrap_or("B"))
    }

    fn thousands(self) -> char {
        match self.lang {
            Lang::En => ',',
            Lang::Fr => NNBSP,
        }
    }
}

/// Time since the start: `+00:00`, `+09:40`, `+1:02:10`.
pub(crate) fn offset(seconds: i64) -> String {
    let sign = if seconds < 0 { '−' } else { '+' };
    let seconds = seconds.unsigned_abs();
    let (hours, minutes, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours == 0 {
        format!("{sign}{minutes:02}:{s:02}")
    } else {
        format!("{sign}{hours}:{minutes:02}:{s:02}")
    }
}

fn group_digits(digits: &str, between: char) -> String {
    let mut out = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(between);
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const EN: Say = Say { lang: Lang::En };
    const FR: Say = Say { lang: Lang::Fr };

    #[test]
    fn money_is_written_as_each_language_does() {
        assert_eq!(EN.money(1234.5), "$1,234.50");
        assert_eq!(FR.money(1234.567), "1\u{202f}234,57\u{202f}$");
        assert_eq!(EN.money(f64::NAN), "$0.00");
        assert_eq!(EN.money_round(267_484.01), "$267,484");
        assert_eq!(FR.money_round(725.85), "725,85\u{202f}$");
    }

    #[test]
    fn numbers_are_grouped_by_three() {
        assert_eq!(EN.number(12), "12");
        assert_eq!(EN.number(1_234_567), "1,234,567");
        assert_eq!(FR.number(123_456), "123\u{202f}456");
    }

    #[test]
    fn durations_and_offsets_keep_the_seconds_that_matter() {
        assert_eq!(EN.duration(580), "9\u{a0}min\u{a0}40\u{a0}s");
        assert_eq!(EN.duration(3_900), "1\u{a0}h\u{a0}05\u{a0}min");
        assert_eq!(FR.duration(90_000), "1\u{a0}j\u{a0}1\u{a0}h");
        assert_eq!(offset(580), "+09:40");
        assert_eq!(offset(3_730), "+1:02:10");
    }

    #[test]
    fn sizes_take_the_unit_of_the_language() {
        assert_eq!(EN.bytes(512), "512\u{a0}B");
        assert_eq!(FR.bytes(1_500_000), "1,5\u{a0}Mo");
        assert_eq!(EN.bytes(999_960), "1.0\u{a0}MB");
    }
}
