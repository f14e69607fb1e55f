//! `gardefou approve`: sign that somebody looked at a change and agrees.

use std::path::{Path, PathBuf};

use clap::Args;
use gardefou_finding::{ExitStatus, Untrusted};
use gardefou_host::{APPROVAL_NOTES, Repository, Stream, print, ssh_sign, write_atomically};
use gardefou_scan::trust::{APPROVAL_NAMESPACE, statement};

use super::Error;
use super::check::git;

const EXAMPLES: &str = "\
The statement that is signed names the commit that the change starts from and the tree that comes
out of it: a change of one byte afterwards has no approval. The signature is ssh-keygen's, so that
keys of an agent and of a security key serve.

Examples:
  gardefou approve --range origin/main..feature --key ~/.ssh/id_ed25519
  git push origin refs/notes/gardefou
  gardefou approve --range origin/main..feature --key key.pub --out ann.approval";

/// `gardefou approve`
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Approve {
    /// The change: A..B, A...B, or one commit
    #[arg(long, value_name = "A..B")]
    range: String,

    /// The private key, or the public key of one that the SSH agent holds
    #[arg(long, value_name = "FILE")]
    key: PathBuf,

    /// The repository [default: where the program runs]
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,

    /// Write the approval to this file [default: a git note of refs/notes/gardefou]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Runs `gardefou approve`.
pub(crate) fn run(options: &Approve) -> Result<ExitStatus, Error> {
    let directory = options.repo.as_deref().unwrap_or(Path::new("."));
    let repository = Repository::open(directory).map_err(git)?;
    let span = repository.ends_of(&options.range).map_err(git)?;
    let Some(base) = span.bases.first() else {
        return Err(Error::Usage("the range starts nowhere".to_owned()));
    };
    let text = statement(base, &span.tree);
    let signature = ssh_sign(&options.key, APPROVAL_NAMESPACE, text.as_bytes())
        .map_err(|error| Error::file(&options.key, error))?;
    let approval = format!("{text}{}\n", signature.trim_end());
    let place = match &options.out {
        Some(path) => {
            write_atomically(path, approval.as_bytes())
                .map_err(|error| Error::file(path, error))?;
            Untrusted::new(path.to_string_lossy())
                .escaped()
                .into_owned()
        }
        None => {
            repository.note(&span.tree, &approval).map_err(git)?;
            APPROVAL_NOTES.to_owned()
        }
    };
    let told = format!(
        "approved {base}..{}, tree {}: {place}\n",
        span.head, span.tree
    );
    print(Stream::Out, &told).map(drop).map_err(Error::output)?;
    Ok(ExitStatus::Clean)
}
