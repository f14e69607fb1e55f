//! `gardefou hook run`: what git gives a hook → the gate.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use gardefou_finding::ExitStatus;
use gardefou_host::{APPROVAL_NOTES, Repository, with_deep_stack};
use gardefou_report::CheckFormat;
use gardefou_scan::{Judge, Judged};

use super::args::{Kind, Run};
use crate::args::Color;
use crate::commands::Error;
use crate::commands::check::args::{Outcome, TrustChoice};
use crate::commands::check::{commits, concluded, git, index, show};

/// Longest list of references that is read, in bytes.
const MAX_LIST: u64 = 16 << 20;

/// Commits that come in, and the revision whose configuration counts.
#[derive(Debug, PartialEq, Eq)]
struct Incoming {
    from: Option<String>,
    to: String,
    config: Option<String>,
    is_landed: bool,
}

/// Judges what the hook is about; status 0 lets it pass.
pub(super) fn run(options: &Run) -> Result<ExitStatus, Error> {
    let repository = Repository::open_in_hook(Path::new(".")).map_err(git)?;
    let judge = Judge::new();
    let judged =
        with_deep_stack(|| judged(options, &repository, &judge)).map_err(Error::output)??;
    let report = concluded(judged, &Outcome::default())?;
    show(&report, CheckFormat::Text, options.lang, Color::Auto)?;
    Ok(report.exit_status(options.fail_on))
}

fn judged(options: &Run, repository: &Repository, judge: &Judge) -> Result<Judged, Error> {
    let incoming = match options.hook {
        Kind::PreCommit => return index(judge, repository, &TrustChoice::default()),
        Kind::PrePush => {
            let remote = options.given.first().map_or("origin", String::as_str);
            pushed(&list()?, remote, repository)?
        }
        Kind::PreReceive => received(&list()?, repository)?,
    };
    let mut judged = Judged::default();
    for one in incoming {
        let changes = repository
            .new_commits(one.from.as_deref(), &one.to)
            .map_err(git)?;
        let choice = TrustChoice {
            landed: one.is_landed,
            ..TrustChoice::default()
        };
        let part = commits(judge, repository, changes, &choice, one.config.as_deref())?;
        judged.merge(part);
    }
    Ok(judged)
}

/// The lines that git writes to the hook.
fn list() -> Result<Vec<String>, Error> {
    let mut text = String::new();
    let stdin = io::stdin().lock();
    let wrong = |error| Error::Unreadable(PathBuf::from("standard input"), error);
    stdin
        .take(MAX_LIST)
        .read_to_string(&mut text)
        .map_err(wrong)?;
    Ok(text.lines().map(str::to_owned).collect())
}

fn words<const N: usize>(line: &str) -> Result<[&str; N], Error> {
    let words: Vec<&str> = line.split(' ').collect();
    words
        .try_into()
        .map_err(|_| Error::Usage("this is no input of a git hook".to_owned()))
}

/// An object id that stands for nothing.
fn is_nothing(id: &str) -> bool {
    id.bytes().all(|byte| byte == b'0')
}

/// `<local ref> <local id> <remote ref> <remote id>`
fn pushed(lines: &[String], remote: &str, repository: &Repository) -> Result<Vec<Incoming>, Error> {
    let mut out = Vec::new();
    for line in lines {
        let [_, to, name, old] = words(line)?;
        if is_nothing(to) {
            continue;
        }
        let known = ["HEAD", "main", "master"].map(|head| format!("refs/remotes/{remote}/{head}"));
        let mut bases = std::iter::once(old.to_owned()).chain(known);
        let from = bases.find(|base| !is_nothing(base) && repository.knows(base));
        out.push(Incoming {
            config: from.clone().filter(|_| name != APPROVAL_NOTES),
            from,
            to: to.to_owned(),
            is_landed: false,
        });
    }
    Ok(out)
}

/// `<old id> <new id> <ref>`. The configuration is the default branch's,
/// whatever branch is pushed to: on any other, people may write what they like.
fn received(lines: &[String], repository: &Repository) -> Result<Vec<Incoming>, Error> {
    let head = repository.knows("HEAD").then(|| "HEAD".to_owned());
    let main = repository.main_reference();
    let mut out = Vec::new();
    for line in lines {
        let [old, to, name] = words(line)?;
        if is_nothing(to) {
            continue;
        }
        let from = if is_nothing(old) {
            head.clone()
        } else {
            Some(old.to_owned())
        };
        out.push(Incoming {
            from,
            to: to.to_owned(),
            config: head.clone().filter(|_| name != APPROVAL_NOTES),
            is_landed: main.as_deref() == Some(name),
        });
    }
    Ok(out)
}
