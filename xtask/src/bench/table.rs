//! The benchmark's numbers as a Markdown page.

use std::fmt::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use super::options::Options;
use super::prepare::{Part, Prepared};
use super::trail::Measured;

/// A ratio with what it should reach.
struct Ratio {
    what: &'static str,
    value: f64,
    target: &'static str,
    is_reached: bool,
}

/// The page `docs/benchmarks.md`.
pub(crate) fn markdown(options: &Options, prepared: &Prepared, measured: &Measured) -> String {
    let mut text = String::from("# Benchmarks\n\n");
    intro(&mut text, options, prepared);
    text.push_str("| ratio | measured | to reach | |\n|---|---|---|---|\n");
    for ratio in ratios(prepared, measured) {
        let verdict = if ratio.is_reached { "yes" } else { "**no**" };
        row(
            &mut text,
            &[
                ratio.what,
                &format!("{:.2}", ratio.value),
                ratio.target,
                verdict,
            ],
        );
    }
    text.push('\n');
    numbers(&mut text, prepared, measured);
    text
}

fn intro(text: &mut String, options: &Options, prepared: &Prepared) {
    let sigma = if options.sigma.is_some() {
        " and SigmaHQ's"
    } else {
        ""
    };
    let Part {
        files,
        events,
        bytes,
        ..
    } = prepared.large;
    let lines = [
        format!(
            "Written by `cargo run --release -p xtask -- bench trail --write` on {}, {} processors.",
            today(),
            std::thread::available_parallelism().map_or(1, usize::from),
        ),
        format!(
            "An archive of {files} gzip files, {events} events, {:.2} GB inflated, with the sample's campaign in it; every embedded rule{sigma}, correlations, chains and incidents. Medians of {} alternating runs; files are in the page cache. Ratios travel between machines, seconds do not.",
            bytes as f64 / 1e9,
            options.runs,
        ),
    ];
    for line in lines {
        let _ = writeln!(text, "{line}\n");
    }
}

fn ratios(prepared: &Prepared, measured: &Measured) -> Vec<Ratio> {
    let Measured {
        inflate,
        one,
        two,
        small,
        lines,
        rsigma,
    } = measured;
    let inflate_share = inflate.cpu / one.cpu;
    let speed_up = one.wall / two.wall;
    let peak = two.peak.max(one.peak) / 1e6;
    let growth = two.peak / small.peak;
    let mut ratios = vec![
        Ratio {
            what: "throughput on one core ÷ libdeflate's alone",
            value: inflate_share,
            target: "≥ 0.5",
            is_reached: inflate_share >= 0.5,
        },
        Ratio {
            what: "two threads ÷ one core, by the clock",
            value: speed_up,
            target: "≥ 1.8",
            is_reached: speed_up >= 1.8,
        },
        Ratio {
            what: "peak memory, MB",
            value: peak,
            target: "< 200",
            is_reached: peak < 200.0,
        },
        Ratio {
            what: "peak memory ÷ that of the small archive",
            value: growth,
            target: "≈ 1",
            is_reached: growth <= 1.1,
        },
    ];
    if let Some(rsigma) = rsigma {
        // The same events and rules, so the ratio of times is that of rates.
        let _ = prepared;
        let faster = rsigma.cpu / lines.cpu;
        ratios.push(Ratio {
            what: "events a CPU second ÷ `rsigma engine eval`'s (0.23)",
            value: faster,
            target: "≥ 8",
            is_reached: faster >= 8.0,
        });
    }
    ratios
}

fn numbers(text: &mut String, prepared: &Prepared, measured: &Measured) {
    text.push_str("| run | seconds | CPU seconds | events a CPU second | MB inflated a CPU second | peak MB |\n");
    text.push_str("|---|---|---|---|---|---|\n");
    let line_bytes = std::fs::metadata(&prepared.lines).map_or(0, |meta| meta.len());
    let Part { events, bytes, .. } = prepared.large;
    let few = (prepared.line_events, line_bytes);
    let runs = [
        (
            "inflating only (libdeflate), one core",
            Some(measured.inflate),
            (events, bytes),
        ),
        ("gardefou, one core", Some(measured.one), (events, bytes)),
        ("gardefou, two threads", Some(measured.two), (events, bytes)),
        (
            "gardefou, two threads, small archive",
            Some(measured.small),
            (prepared.small.events, prepared.small.bytes),
        ),
        (
            "gardefou, events one a line, one core",
            Some(measured.lines),
            few,
        ),
        (
            "rsigma engine eval, the same lines, one core",
            measured.rsigma,
            few,
        ),
    ];
    for (name, cost, (events, bytes)) in runs {
        let Some(cost) = cost else { continue };
        row(
            text,
            &[
                name,
                &format!("{:.2}", cost.wall),
                &format!("{:.2}", cost.cpu),
                &format!("{:.0}", events as f64 / cost.cpu),
                &format!("{:.0}", bytes as f64 / 1e6 / cost.cpu),
                &format!("{:.0}", cost.peak / 1e6),
            ],
        );
    }
}

fn row(text: &mut String, cells: &[&str]) {
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

/// Today's date (UTC), by the civil-from-days rule of the Gregorian calendar.
pub(crate) fn today() -> String {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    date(seconds / 86_400)
}

/// The date of a day counted from 1970-01-01.
fn date(days: u64) -> String {
    let mut left = days;
    let mut year = 1970;
    let leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    while left >= 365 + u64::from(leap(year)) {
        left -= 365 + u64::from(leap(year));
        year += 1;
    }
    let mut month = 1;
    for length in [
        31,
        28 + u64::from(leap(year)),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ] {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    format!("{year}-{month:02}-{:02}", left + 1)
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn dates() {
        for (days, expected) in [
            (0, "1970-01-01"),
            (11_016, "2000-02-29"),
            (20_778, "2026-11-21"),
        ] {
            assert_eq!(date(days), expected);
        }
    }
}
