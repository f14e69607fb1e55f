//! What is judged, read from where it is.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use gardefou_host::{Changes, GitError, Repository, judge_paths, read_bytes};
use gardefou_scan::archive::{Caps, unpack};
use gardefou_scan::artifact::{Source, against};
use gardefou_scan::change::{Change, parse_patch};
use gardefou_scan::trust::judge_protection;
use gardefou_scan::{Judge, Judged, Unread};

use super::args::TrustChoice;
use super::{Error, MAX_INPUT, Trusted};
use crate::args::Check;

/// Judges what was typed, and takes away what is accepted.
pub(super) fn judged(options: &Check, judge: &Judge) -> Result<Judged, Error> {
    if let Some(range) = &options.range {
        let repository = repository(options)?;
        let changes = repository.range(range).map_err(git)?;
        let base = changes.span.trusted.clone();
        return commits(judge, &repository, changes, &options.trust, base.as_deref());
    }
    if options.staged {
        return index(judge, &repository(options)?, &options.trust);
    }
    let trusted = Trusted::of(&options.trust, None)?;
    let (mut judged, is_whole) = alone(options, judge)?;
    trusted.accept(&mut judged, is_whole)?;
    Ok(judged)
}

/// What needs no history; with it whether it is a whole tree.
fn alone(options: &Check, judge: &Judge) -> Result<(Judged, bool), Error> {
    if let Some(patch) = &options.patch {
        let text = String::from_utf8_lossy(&input(patch)?).into_owned();
        return Ok((all(judge, &parse_patch(&text)), false));
    }
    if let Some(path) = &options.branch_protection {
        let mut judged = Judged::default();
        judge_protection(&path.to_string_lossy(), &input(path)?, &mut judged);
        return Ok((judged, false));
    }
    match &options.artifact {
        Some(artifact) => Ok((artifact_judged(options, artifact, judge)?, false)),
        None => Ok((tree(options, judge), true)),
    }
}

/// Judges commits and who stands behind them; `base` is the revision whose
/// configuration counts.
pub(crate) fn commits(
    judge: &Judge,
    repository: &Repository,
    mut changes: Changes,
    choice: &TrustChoice,
    base: Option<&str>,
) -> Result<Judged, Error> {
    let trusted = Trusted::of(choice, base.map(|base| (repository, base)))?;
    let mut judged = all(judge, &changes.changes);
    judged.coverage.merge(std::mem::take(&mut changes.coverage));
    trusted.stand_behind(choice, repository, &mut changes, &mut judged)?;
    trusted.accept(&mut judged, false)?;
    Ok(judged)
}

/// Judges what the index would commit; the last commit's configuration counts.
pub(crate) fn index(
    judge: &Judge,
    repository: &Repository,
    choice: &TrustChoice,
) -> Result<Judged, Error> {
    let base = repository.knows("HEAD").then_some((repository, "HEAD"));
    let trusted = Trusted::of(choice, base)?;
    let changes = repository.staged().map_err(git)?;
    let mut judged = all(judge, &changes.changes);
    judged.coverage.merge(changes.coverage);
    trusted.accept(&mut judged, false)?;
    Ok(judged)
}

fn repository(options: &Check) -> Result<Repository, Error> {
    Repository::open(options.repo.as_deref().unwrap_or(Path::new("."))).map_err(git)
}

/// A name that names nothing is a wrong use; what git cannot read is not read.
pub(crate) fn git(error: GitError) -> Error {
    match error {
        GitError::Unreadable(why) => Error::Unreadable(PathBuf::from("git"), io::Error::other(why)),
        other => Error::Usage(other.to_string()),
    }
}

fn all(judge: &Judge, changes: &[Change]) -> Judged {
    let mut judged = Judged::default();
    for change in changes {
        judged.merge(judge.change(change));
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
