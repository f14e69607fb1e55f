//! `gardefou check`: a change, a tree or an artifact → checks → verdict.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gardefou_finding::ExitStatus;
use gardefou_host::{
    AdvisoryFile, GitError, Repository, Stream, Terminal, judge_paths, now, print, read_bytes,
    read_text, with_deep_stack,
};
use gardefou_report::{Options, render_check};
use gardefou_scan::archive::{Caps, unpack};
use gardefou_scan::artifact::{Source, against};
use gardefou_scan::change::{Change, parse_patch};
use gardefou_scan::dependency::advisory::Advisories;
use gardefou_scan::dependency::{DependencyOptions, Published};
use gardefou_scan::{CheckReport, Judge, Judged, Unread};

use super::{Error, colour, tool};
use crate::args::Check;

/// Largest patch or artifact that is read, in bytes.
const MAX_INPUT: u64 = 1 << 30;
/// Largest file of times of publication, in bytes.
const MAX_PUBLISHED: u64 = 512 << 20;

/// Runs `gardefou check`.
pub(crate) fn run(options: &Check) -> Result<ExitStatus, Error> {
    let judge = Judge::with(dependencies(options)?);
    let judged = with_deep_stack(|| judged(options, &judge)).map_err(Error::output)??;
    let report = CheckReport::new(judged.findings, judged.coverage, tool());
    let terminal = Terminal::of(Stream::Out);
    let shown = Options {
        lang: options.lang,
        width: terminal.width.map_or(100, usize::from),
        colour: colour(options.color, &terminal),
        pretty: true,
    };
    let text = render_check(&report, options.format, &shown);
    print(Stream::Out, &text).map(drop).map_err(Error::output)?;
    Ok(report.exit_status(options.fail_on))
}

/// With what dependencies are compared.
fn dependencies(options: &Check) -> Result<DependencyOptions, Error> {
    let advisories = options.advisories.as_deref().map(advisories).transpose()?;
    let published = options.published.as_deref().map(published).transpose()?;
    Ok(DependencyOptions {
        advisories: advisories.map(Arc::new),
        published: published.unwrap_or_default(),
        now: now(),
        min_age_days: options.min_age,
        max_advisory_age_days: options.max_advisory_age,
    })
}

fn advisories(path: &Path) -> Result<Advisories, Error> {
    let path = if path.is_dir() {
        path.join(super::advisories::FILE)
    } else {
        path.to_owned()
    };
    let unreadable = |error| Error::Unreadable(path.clone(), error);
    let file = AdvisoryFile::open(&path).map_err(unreadable)?;
    Advisories::open(Box::new(file)).map_err(|error| unreadable(io::Error::other(error)))
}

fn published(path: &Path) -> Result<Published, Error> {
    let text = read_text(path, MAX_PUBLISHED);
    let text = text.map_err(|error| Error::Unreadable(path.to_owned(), error))?;
    Published::parse(&text).map_err(|error| Error::Usage(format!("`{}`: {error}", path.display())))
}

fn judged(options: &Check, judge: &Judge) -> Result<Judged, Error> {
    if let Some(range) = &options.range {
        let changes = repository(options)?.range(range).map_err(git)?;
        return Ok(all(judge, changes.changes, changes.coverage));
    }
    if options.staged {
        let changes = repository(options)?.staged().map_err(git)?;
        return Ok(all(judge, changes.changes, changes.coverage));
    }
    if let Some(patch) = &options.patch {
        let text = String::from_utf8_lossy(&input(patch)?).into_owned();
        return Ok(all(
            judge,
            parse_patch(&text),
            gardefou_scan::Coverage::default(),
        ));
    }
    match &options.artifact {
        Some(artifact) => artifact_judged(options, artifact, judge),
        None => Ok(tree(options, judge)),
    }
}

fn repository(options: &Check) -> Result<Repository, Error> {
    Repository::open(options.repo.as_deref().unwrap_or(Path::new("."))).map_err(git)
}

/// A name that names nothing is a wrong use; what git cannot read is not read.
fn git(error: GitError) -> Error {
    match error {
        GitError::Unreadable(why) => Error::Unreadable(PathBuf::from("git"), io::Error::other(why)),
        other => Error::Usage(other.to_string()),
    }
}

fn all(judge: &Judge, changes: Vec<Change>, coverage: gardefou_scan::Coverage) -> Judged {
    let mut judged = Judged::default();
    judged.coverage.merge(coverage);
    for change in changes {
        judged.merge(judge.change(&change));
    }
    judged
}

fn input(path: &Path) -> Result<Vec<u8>, Error> {
    if path != Path::new("-") {
        return read_bytes(path, MAX_INPUT)
            .map_err(|error| Error::Unreadable(path.to_owned(), error));
    }
    let mut bytes = Vec::new();
    let read = io::stdin()
        .lock()
        .take(MAX_INPUT + 1)
        .read_to_end(&mut bytes);
    let read = read.map_err(|error| Error::Unreadable(path.to_owned(), error))?;
    if read as u64 > MAX_INPUT {
        let error = io::Error::from(io::ErrorKind::FileTooLarge);
        return Err(Error::Unreadable(path.to_owned(), error));
    }
    Ok(bytes)
}

fn artifact_judged(options: &Check, artifact: &Path, judge: &Judge) -> Result<Judged, Error> {
    let bytes = input(artifact)?;
    let name = artifact
        .file_name()
        .map_or_else(|| "artifact".into(), |name| name.to_string_lossy());
    let unpacked = unpack(&name, &bytes, &Caps::default());
    let mut judged = Judged::default();
    for gap in unpacked.gaps {
        judged.coverage.fail(gap);
    }
    if unpacked.files.is_empty() {
        judged
            .coverage
            .fail_at(&name, Unread::Nothing, "no file inside");
    }
    let change = match &options.source {
        Some(revision) => {
            let mut source = Source::default();
            let read = repository(options)?
                .tree(revision, |path, bytes| source.add(path, bytes))
                .map_err(git)?;
            judged.coverage.merge(read);
            let (change, findings) = against(unpacked.files, &source);
            judged.findings.extend(findings);
            change
        }
        None => Change {
            files: unpacked.files,
            ..Change::default()
        },
    };
    judged.merge(judge.change(&change));
    Ok(judged)
}

fn tree(options: &Check, judge: &Judge) -> Judged {
    let mut judged = judge_paths(judge, &options.paths, options.threads);
    if judged.coverage.files == 0 && judged.coverage.is_complete() {
        let named = options
            .paths
            .first()
            .map_or_else(String::new, |path| path.to_string_lossy().into_owned());
        judged
            .coverage
            .fail_at(&named, Unread::Nothing, "no file here");
    }
    judged
}
