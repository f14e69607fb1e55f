//! With what dependencies are compared: advisories, times of publication, now.

use std::io;
use std::path::Path;
use std::sync::Arc;

use gardefou_host::{AdvisoryFile, now, read_text};
use gardefou_scan::dependency::advisory::Advisories;
use gardefou_scan::dependency::{DependencyOptions, Published};

use super::Error;
use crate::args::Check;
use crate::commands::advisories::FILE;

/// Largest file of times of publication, in bytes.
const MAX_PUBLISHED: u64 = 512 << 20;

/// What was typed about dependencies.
pub(super) fn options(options: &Check) -> Result<DependencyOptions, Error> {
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
        path.join(FILE)
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
