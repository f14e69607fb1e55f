//! What goes to standard error: errors, warnings, progress.

use std::process::ExitCode;

use gardefou_finding::ExitStatus;
use gardefou_host::{Progress, Stream, print};

use crate::commands::Error;

/// Says a line; a closed standard error is nobody's problem.
pub(crate) fn say(line: &str) {
    let _ = print(Stream::Err, &format!("{line}\n"));
}

/// Says why nothing was done.
pub(crate) fn error(error: &Error) {
    for line in error.lines() {
        say(&format!("gardefou: {line}"));
    }
}

/// Help and version go to standard output with status 0, usage errors to
/// standard error with status 2.
pub(crate) fn clap(error: &clap::Error) -> ExitCode {
    let stream = if error.use_stderr() {
        Stream::Err
    } else {
        Stream::Out
    };
    let _ = print(stream, &error.to_string());
    let status = if error.use_stderr() {
        ExitStatus::Usage
    } else {
        ExitStatus::Clean
    };
    ExitCode::from(status.code())
}

/// One line of progress, over the last one on a terminal.
pub(crate) fn progress(progress: &Progress, is_tty: bool) {
    let line = format!(
        "{} of {} files, {} MiB",
        progress.sources_done,
        progress.sources_total,
        progress.bytes_inflated >> 20
    );
    let text = if is_tty {
        format!("\r{line:<60}\r")
    } else {
        format!("{line}\n")
    };
    let _ = print(Stream::Err, &text);
}
