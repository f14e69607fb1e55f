//! From what was typed to the list of sources.

use std::ffi::OsStr;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use gardefou_finding::{Coverage, Failure, Skip, SkipReason, Untrusted};

use crate::error::SourceError;
use crate::layout::Selection;
use crate::source::{Source, skipped, unreadable};
use crate::walk::Walk;

/// The sources that arguments name, and what was left out or failed on the
/// way there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Listing {
    /// What to read: arguments in their order, each directory sorted.
    pub(crate) sources: Vec<Source>,
    /// Skips and failures of the listing itself; no source is counted in it.
    pub(crate) coverage: Coverage,
}

impl Listing {
    pub(crate) fn fail(&mut self, failure: Failure) {
        self.coverage.fail(failure);
    }

    pub(crate) fn skip(&mut self, skip: Skip) {
        self.coverage.skip(skip);
    }

    /// Adds all of a stream, or that it could not be read.
    pub(crate) fn add_stream(&mut self, name: String, stream: &mut dyn Read) {
        match Source::stream(name.clone(), stream) {
            Ok(source) => self.sources.push(source),
            Err(error) => self.fail(unreadable(Untrusted::new(name), error)),
        }
    }
}

/// Lists local arguments: files, directories, globs and `-` for standard
/// input. What is reached twice is listed once.
pub(crate) struct LocalLister<'a> {
    walk: Walk<'a>,
    stdin_listed: bool,
}

impl<'a> LocalLister<'a> {
    pub(crate) fn new(selection: &'a Selection) -> Self {
        Self {
            walk: Walk::new(selection),
            stdin_listed: false,
        }
    }

    /// Lists one argument.
    ///
    /// # Errors
    /// An argument that names nothing, or a pattern that is none.
    pub(crate) fn list(
        &mut self,
        argument: &OsStr,
        listing: &mut Listing,
    ) -> Result<(), SourceError> {
        if argument != "-" {
            return list_argument(argument, &mut self.walk, listing);
        }
        if std::mem::replace(&mut self.stdin_listed, true) {
            listing.skip(skipped(Untrusted::new("-"), SkipReason::SameFile));
        } else {
            listing.add_stream("-".to_owned(), &mut io::stdin());
        }
        Ok(())
    }
}

/// A path that exists is that path, even with a `*` in its name; otherwise
/// a pattern is matched.
fn list_argument(
    argument: &OsStr,
    walk: &mut Walk<'_>,
    listing: &mut Listing,
) -> Result<(), SourceError> {
    let path = Path::new(argument);
    match walk.add(path, listing) {
        Ok(()) => Ok(()),
        Err(error) if is_absent(&error) => match argument.to_str() {
            Some(text) if is_pattern(text) => list_pattern(text, walk, listing),
            _ => Err(SourceError::NotFound {
                path: PathBuf::from(argument),
            }),
        },
        Err(error) => {
            listing.fail(unreadable(
                Untrusted::new(argument.to_string_lossy()),
                error,
            ));
            Ok(())
        }
    }
}

fn is_absent(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidFilename, InvalidInput, NotADirectory, NotFound};
    matches!(
        error.kind(),
        NotFound | NotADirectory | InvalidFilename | InvalidInput
    )
}

fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

fn list_pattern(
    pattern: &str,
    walk: &mut Walk<'_>,
    listing: &mut Listing,
) -> Result<(), SourceError> {
    let paths = glob::glob(pattern).map_err(|error| SourceError::BadPattern {
        pattern: pattern.to_owned(),
        reason: error.msg.to_owned(),
    })?;
    let mut matched = false;
    for path in paths {
        matched = true;
        let (path, added) = match path {
            Ok(path) => {
                let added = walk.add(&path, listing);
                (path, added)
            }
            Err(error) => (error.path().to_owned(), Err(io::Error::from(error))),
        };
        if let Err(error) = added {
            listing.fail(unreadable(Untrusted::new(path.to_string_lossy()), error));
        }
    }
    if matched {
        Ok(())
    } else {
        Err(SourceError::NoMatch {
            pattern: pattern.to_owned(),
        })
    }
}
