//! Running a program once and saying what it cost.
//!
//! Each measurement is a process of its own (`xtask bench measure`), because
//! the operating system tells the peak memory only of all children together.

use std::ffi::OsString;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use nix::sched::{CpuSet, sched_setaffinity};
use nix::sys::resource::{UsageWho, getrusage};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};

/// What one run of a program cost.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Cost {
    /// Seconds from start to end.
    pub(crate) wall: f64,
    /// Seconds of processor time, user and system, over all threads.
    pub(crate) cpu: f64,
    /// Largest resident set, in bytes.
    pub(crate) peak: f64,
}

/// A program with its arguments.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    /// What it is called in messages.
    pub(crate) name: &'static str,
    /// The program, then its arguments.
    pub(crate) command: Vec<OsString>,
    /// The one processor that it may use.
    pub(crate) core: Option<usize>,
}

/// Measures programs alternately, so that what disturbs one disturbs all, and
/// takes the median of each number.
pub(crate) fn medians(subjects: &[Subject], runs: usize) -> Result<Vec<Cost>> {
    let mut costs: Vec<Vec<Cost>> = vec![Vec::new(); subjects.len()];
    for run in 1..=runs {
        for (subject, costs) in subjects.iter().zip(&mut costs) {
            let cost = once(subject)?;
            eprintln!(
                "{run}/{runs} {}: {:.2} s, {:.2} s of CPU, {:.0} MB",
                subject.name,
                cost.wall,
                cost.cpu,
                cost.peak / 1e6
            );
            costs.push(cost);
        }
    }
    Ok(costs.iter().map(|costs| median(costs)).collect())
}

fn median(costs: &[Cost]) -> Cost {
    let middle = |number: fn(&Cost) -> f64| {
        let mut all: Vec<f64> = costs.iter().map(number).collect();
        all.sort_by(f64::total_cmp);
        all.get(all.len() / 2).copied().unwrap_or_default()
    };
    Cost {
        wall: middle(|cost| cost.wall),
        cpu: middle(|cost| cost.cpu),
        peak: middle(|cost| cost.peak),
    }
}

/// Runs a subject through `xtask bench measure`.
fn once(subject: &Subject) -> Result<Cost> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["bench", "measure"]);
    command.arg(
        subject
            .core
            .map_or("any".to_owned(), |core| core.to_string()),
    );
    command.args(&subject.command).stderr(Stdio::inherit());
    let output = command.output()?;
    if !output.status.success() {
        bail!("measuring {} failed", subject.name);
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// `xtask bench measure CORE|any PROGRAM ARGUMENT…`: prints a [`Cost`] as JSON.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let [core, program, rest @ ..] = arguments else {
        bail!("usage: bench measure CORE|any PROGRAM [ARGUMENT]…");
    };
    if core != "any" {
        pin(core.parse()?)?;
    }
    let start = Instant::now();
    let status = Command::new(program)
        .args(rest)
        .stdout(Stdio::null())
        .status()
        .with_context(|| format!("cannot run `{program}`"))?;
    let wall = start.elapsed().as_secs_f64();
    // Findings are what a benchmark archive is for; 2 is a usage error.
    if !matches!(status.code(), Some(0 | 1 | 3)) {
        bail!("`{program}` ended with {status}");
    }
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let seconds = |time: nix::sys::time::TimeVal| {
        let (whole, micros) = (time.tv_sec() as f64, time.tv_usec() as f64);
        whole + micros / 1e6
    };
    let cost = Cost {
        wall,
        cpu: seconds(usage.user_time()) + seconds(usage.system_time()),
        // Linux counts kibibytes.
        peak: usage.max_rss() as f64 * 1024.0,
    };
    println!("{}", serde_json::to_string(&cost)?);
    Ok(())
}

/// Keeps this process and its children on one processor.
fn pin(core: usize) -> Result<()> {
    let mut cores = CpuSet::new();
    cores.set(core)?;
    sched_setaffinity(Pid::from_raw(0), &cores).context("cannot choose a processor")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_taken_of_each_number() {
        let cost = |wall, cpu, peak| Cost { wall, cpu, peak };
        let middle = median(&[
            cost(3.0, 1.0, 2.0),
            cost(1.0, 2.0, 9.0),
            cost(2.0, 9.0, 1.0),
        ]);
        assert_eq!((middle.wall, middle.cpu, middle.peak), (2.0, 2.0, 2.0));
    }
}
