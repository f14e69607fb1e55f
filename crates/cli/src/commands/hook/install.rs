//! `gardefou hook install`

use std::path::Path;

use gardefou_finding::{ExitStatus, Untrusted};
use gardefou_host::{Repository, own_path, read_text, write_program};

use super::args::{Install, Kind};
use crate::commands::check::git;
use crate::commands::{Error, show};

/// By this line a hook is known to be ours, and may be written anew.
const MARK: &str = "# Written by `gardefou hook install`.";
/// Largest hook that is looked into, in bytes.
const MAX_HOOK: u64 = 1 << 20;

/// Writes the hooks, and touches none that is not ours.
pub(super) fn run(options: &Install) -> Result<ExitStatus, Error> {
    let directory = options.repo.as_deref().unwrap_or(Path::new("."));
    let repository = Repository::open(directory).map_err(git)?;
    if let Some(other) = repository.has_other_hooks() {
        let other = Untrusted::new(other).escaped().into_owned();
        return Err(Error::Usage(format!(
            "`core.hooksPath` names `{other}`: call `gardefou hook run` from the hooks there"
        )));
    }
    let kinds = match options.hooks.as_slice() {
        [] => &[Kind::PreCommit, Kind::PrePush][..],
        some => some,
    };
    let program = own_path().map_err(|error| Error::Usage(error.to_string()))?;
    let mut told = String::new();
    for kind in kinds {
        let path = repository.hooks().join(kind.name());
        if !is_ours(&path)? {
            return Err(Error::Usage(format!(
                "`{}` is there already: call `gardefou hook run {}` from it",
                path.display(),
                kind.name()
            )));
        }
        let text = script(&program, *kind);
        write_program(&path, text.as_bytes()).map_err(|error| Error::file(&path, error))?;
        let path = Untrusted::new(path.to_string_lossy())
            .escaped()
            .into_owned();
        told.push_str(&format!("{path}\n"));
    }
    show(&told)
}

/// Whether a hook may be written: there is none, or it is one of ours.
fn is_ours(path: &Path) -> Result<bool, Error> {
    match read_text(path, MAX_HOOK) {
        Ok(text) => Ok(text.contains(MARK)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(Error::file(path, error)),
    }
}

/// A hook that fails when the program is gone: what was not judged does not pass.
fn script(program: &str, kind: Kind) -> String {
    let quoted = program.replace('\'', r"'\''");
    format!(
        "#!/bin/sh\n{MARK}\nexec '{quoted}' hook run {} \"$@\"\n",
        kind.name()
    )
}
