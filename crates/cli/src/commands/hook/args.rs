//! What was typed for hooks.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use gardefou_finding::Severity;
use gardefou_report::Lang;

use crate::args::{lang, severity};

const INSTALL_EXAMPLES: &str = "\
Examples:
  gardefou hook install                          # pre-commit and pre-push of this clone
  gardefou hook install pre-receive --repo /srv/git/project.git

A hook on a clone helps its owner, and whoever wants can pass by it (--no-verify). What nobody passes
by is the server's: pre-receive, or a required check of a CI service (gardefou hook workflow).";

/// `gardefou hook`
#[derive(Debug, Subcommand)]
pub(crate) enum Hook {
    /// Write hooks into a repository
    Install(Install),
    /// Judge what git gives a hook on standard input; hooks call this
    Run(Run),
    /// Print a workflow that runs the gate, everything in it pinned
    Workflow {
        /// For which service
        service: Service,
    },
}

/// `gardefou hook install`
#[derive(Args, Debug)]
#[command(after_help = INSTALL_EXAMPLES)]
pub(crate) struct Install {
    /// Which hooks [default: pre-commit and pre-push]
    pub(crate) hooks: Vec<Kind>,

    /// The repository [default: where the program runs]
    #[arg(long, value_name = "DIR")]
    pub(crate) repo: Option<PathBuf>,
}

/// `gardefou hook run`
#[derive(Args, Debug)]
pub(crate) struct Run {
    /// Which hook
    pub(crate) hook: Kind,

    /// What git gives the hook: the name and the address of the remote
    pub(crate) given: Vec<String>,

    /// Refuse from this severity of a finding on, when it is of more than low confidence
    #[arg(long, value_name = "SEVERITY", default_value = "high", value_parser = severity)]
    pub(crate) fail_on: Severity,

    /// Language of the report
    #[arg(long, value_name = "en|fr", default_value = "en", value_parser = lang)]
    pub(crate) lang: Lang,
}

/// A hook of git.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[allow(
    clippy::enum_variant_names,
    reason = "the names that git gives its hooks"
)]
pub(crate) enum Kind {
    /// Before a commit is made: what the index holds
    PreCommit,
    /// Before commits leave: what the remote does not have
    PrePush,
    /// On the server, before references move: what they bring
    PreReceive,
}

impl Kind {
    /// The file's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::PrePush => "pre-push",
            Self::PreReceive => "pre-receive",
        }
    }
}

/// A CI service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Service {
    /// GitHub Actions
    Github,
    /// GitLab CI
    Gitlab,
}
