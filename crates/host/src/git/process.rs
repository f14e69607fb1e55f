//! Starting git so that nothing but its own code runs.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use super::GitError;

/// Settings that switch off everything a repository could have run.
const SETTINGS: [&str; 8] = [
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.untrackedCache=false",
    "core.pager=cat",
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
    "protocol.allow=never",
    "safe.directory=*",
];

/// How git is started.
#[derive(Clone, Debug)]
pub(super) struct Git {
    directory: PathBuf,
    variables: Vec<(&'static str, PathBuf)>,
}

impl Git {
    /// In a repository, with its own configuration.
    pub(super) fn in_directory(directory: &Path) -> Self {
        Self {
            directory: directory.to_owned(),
            variables: Vec::new(),
        }
    }

    /// With a git directory of our own, on these objects and this index.
    pub(super) fn on_objects(own: &Path, objects: &Path, index: &Path) -> Self {
        Self {
            directory: own.to_owned(),
            variables: vec![
                ("GIT_DIR", own.to_owned()),
                ("GIT_OBJECT_DIRECTORY", objects.to_owned()),
                ("GIT_INDEX_FILE", index.to_owned()),
            ],
        }
    }

    /// The same, with objects that are not in the repository yet.
    pub(super) fn with_fresh(mut self, fresh: &Path, known: &Path) -> Self {
        self.variables
            .retain(|(name, _)| *name != "GIT_OBJECT_DIRECTORY");
        self.variables
            .push(("GIT_OBJECT_DIRECTORY", fresh.to_owned()));
        self.variables
            .push(("GIT_ALTERNATE_OBJECT_DIRECTORIES", known.to_owned()));
        self
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        let kept = ["PATH", "SYSTEMROOT", "TMPDIR", "TEMP"];
        let environment: Vec<_> = kept
            .iter()
            .filter_map(|name| Some((*name, std::env::var_os(name)?)))
            .collect();
        command.env_clear().envs(environment);
        for (name, value) in [
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_ATTR_NOSYSTEM", "1"),
            ("GIT_NO_LAZY_FETCH", "1"),
            ("GIT_NO_REPLACE_OBJECTS", "1"),
            ("GIT_OPTIONAL_LOCKS", "0"),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("GIT_ALLOW_PROTOCOL", ""),
            ("LC_ALL", "C"),
        ] {
            command.env(name, value);
        }
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command
            .arg("--no-pager")
            .args(arguments)
            .current_dir(&self.directory);
        for (name, value) in &self.variables {
            command.env(name, value);
        }
        command
    }

    /// What a command answers.
    pub(super) fn run(&self, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        self.run_with(arguments, b"")
    }

    /// What a command answers to an input.
    pub(super) fn run_with(&self, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, GitError> {
        let mut command = self.command(arguments);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(GitError::NoGit)?;
        let stdin = child.stdin.take();
        let output = thread::scope(|scope| {
            // Git answers while it still reads.
            scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(input)));
            child.wait_with_output()
        });
        let output = output.map_err(GitError::NoGit)?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(GitError::Unreadable(said))
    }

    /// Starts a command that answers one question after another.
    pub(super) fn converse(&self, arguments: &[&str]) -> io::Result<Child> {
        self.command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
    }
}

/// What git tells its hooks of the work that they judge.
#[derive(Debug, Default)]
pub(super) struct Hook {
    /// Where the objects of a push are until the hook has spoken.
    pub(super) quarantine: Option<PathBuf>,
    /// The index that is committed, which need not be the repository's.
    pub(super) index: Option<PathBuf>,
}

impl Hook {
    /// From the environment of the hook.
    pub(super) fn here() -> Self {
        let path = |name: &str| std::env::var_os(name).map(PathBuf::from);
        Self {
            quarantine: path("GIT_QUARANTINE_PATH"),
            index: path("GIT_INDEX_FILE"),
        }
    }
}

/// The one line that a command answered.
pub(super) fn one_line(answer: Result<Vec<u8>, GitError>) -> Option<String> {
    let text = String::from_utf8(answer.ok()?).ok()?;
    let line = text.lines().next()?.trim().to_owned();
    (!line.is_empty()).then_some(line)
}
