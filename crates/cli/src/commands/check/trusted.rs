//! What is accepted, required and trusted, from where the change cannot write.

use std::path::{Path, PathBuf};

use gardefou_finding::Timestamp;
use gardefou_host::{Changes, Repository, read_bytes};
use gardefou_scan::Coverage;
use gardefou_scan::Judged;
use gardefou_scan::config::{Acceptance, Baseline, CONFIG_FILE, Config, MAX_CONFIG};
use gardefou_scan::trust::{AllowedSigners, Approvals, ReleaseLine, ReviewExport, Trust};

use super::args::TrustChoice;
use super::{Error, git};

/// A configuration with what it names.
#[derive(Debug, Default)]
pub(crate) struct Trusted {
    config: Config,
    signers: AllowedSigners,
    approvers: AllowedSigners,
    baseline: Baseline,
}

/// Where files of the configuration come from.
enum Origin<'a> {
    Revision(&'a Repository, String),
    Folder(PathBuf),
}

impl Origin<'_> {
    /// A file; `None` when there is none of this name.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Error> {
        match self {
            Self::Revision(repository, revision) => repository.file(revision, path).map_err(git),
            Self::Folder(folder) => file(&folder.join(path)).map(Some),
        }
    }

    /// A file that the configuration names.
    fn named(&self, path: &str) -> Result<Vec<u8>, Error> {
        let found = self.read(path)?;
        found.ok_or_else(|| {
            Error::Usage(format!(
                "`{CONFIG_FILE}` names `{path}`, which is not there"
            ))
        })
    }
}

impl Trusted {
    /// What the user named, else what the revision has, else nothing.
    pub(crate) fn of(
        choice: &TrustChoice,
        base: Option<(&Repository, &str)>,
    ) -> Result<Self, Error> {
        let (from, name) = match (&choice.config, base) {
            (Some(path), _) => {
                let folder = path.parent().unwrap_or(Path::new("")).to_owned();
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                (Some(Origin::Folder(folder)), name.into_owned())
            }
            (None, Some((repository, revision))) => {
                let from = Origin::Revision(repository, revision.to_owned());
                (Some(from), CONFIG_FILE.to_owned())
            }
            (None, None) => (None, String::new()),
        };
        let text = match &from {
            Some(from) => from.read(&name)?,
            None => None,
        };
        let mut trusted = match (from, text) {
            (Some(from), Some(text)) => Self::parsed(&from, &text)?,
            _ => Self::default(),
        };
        if let Some(path) = &choice.baseline {
            trusted.baseline = baseline(&file(path)?)?;
        }
        Ok(trusted)
    }

    fn parsed(from: &Origin<'_>, text: &[u8]) -> Result<Self, Error> {
        let wrong =
            |error: &dyn std::fmt::Display| Error::Usage(format!("`{CONFIG_FILE}`: {error}"));
        let text = std::str::from_utf8(text).map_err(|error| wrong(&error))?;
        let config = Config::parse(text).map_err(|error| wrong(&error))?;
        let signers = |path: &Option<String>| match path {
            Some(path) => signers(path, &from.named(path)?),
            None => Ok(AllowedSigners::default()),
        };
        Ok(Self {
            signers: signers(&config.signatures.allowed_signers)?,
            approvers: signers(&config.review.allowed_signers)?,
            baseline: match &config.baseline {
                Some(path) => baseline(&from.named(path)?)?,
                None => Baseline::default(),
            },
            config,
        })
    }

    /// Judges who stands behind a range.
    pub(crate) fn stand_behind(
        &self,
        choice: &TrustChoice,
        repository: &Repository,
        changes: &mut Changes,
        judged: &mut Judged,
    ) -> Result<(), Error> {
        let approvals =
            self.approvals(choice, repository, &changes.span.tree, &mut judged.coverage)?;
        repository.widen(&mut changes.span, &approvals);
        let line = match changes.span.bases.first() {
            Some(base) => repository.release_line(base).map_err(git)?,
            None => ReleaseLine::default(),
        };
        let trust = Trust {
            config: &self.config,
            signers: &self.signers,
            approvers: &self.approvers,
            approvals,
            exports: exports(&choice.reviews)?,
            line,
            is_landed: choice.landed,
            span: changes.span.clone(),
            now: now()?,
        };
        trust.judge(&changes.changes, judged);
        Ok(())
    }

    fn approvals(
        &self,
        choice: &TrustChoice,
        repository: &Repository,
        tree: &str,
        coverage: &mut Coverage,
    ) -> Result<Approvals, Error> {
        if self.config.review.rules.is_empty() {
            return Ok(Approvals::default());
        }
        let mut approvals = repository.noted(tree, coverage).map_err(git)?;
        for path in &choice.approvals {
            approvals.add(&String::from_utf8_lossy(&file(path)?));
        }
        Ok(approvals)
    }

    /// Takes away what is accepted. `is_whole` says that a suppression that
    /// matches nothing is stale.
    pub(crate) fn accept(self, judged: &mut Judged, is_whole: bool) -> Result<(), Error> {
        let acceptance = Acceptance {
            config: &self.config,
            baseline: self.baseline,
            now: now()?,
            is_whole,
        };
        acceptance.apply(judged);
        Ok(())
    }
}

/// The clock, without which no suppression has an end.
fn now() -> Result<Timestamp, Error> {
    gardefou_host::now()
        .ok_or_else(|| Error::Usage("the clock is outside the years 1970 to 9999".to_owned()))
}

fn file(path: &Path) -> Result<Vec<u8>, Error> {
    read_bytes(path, MAX_CONFIG).map_err(|error| Error::file(path, error))
}

fn baseline(bytes: &[u8]) -> Result<Baseline, Error> {
    Baseline::parse(bytes).map_err(|error| Error::Usage(format!("baseline: {error}")))
}

fn signers(path: &str, bytes: &[u8]) -> Result<AllowedSigners, Error> {
    let text = String::from_utf8_lossy(bytes);
    AllowedSigners::parse(&text).map_err(|error| Error::Usage(format!("`{path}`: {error}")))
}

fn exports(paths: &[PathBuf]) -> Result<Vec<ReviewExport>, Error> {
    let read = |path: &PathBuf| {
        let told = |error| Error::Usage(format!("`{}`: {error}", path.display()));
        ReviewExport::parse(&file(path)?).map_err(told)
    };
    paths.iter().map(read).collect()
}
