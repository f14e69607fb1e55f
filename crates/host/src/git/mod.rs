//! Git's objects, read by `git` itself without the repository's configuration.
//!
//! The scanned repository is not trusted. Its commands run with a git directory
//! of our own that has an empty configuration, and only its objects and index
//! are named to them: no hooks, filters, aliases, textconv, file system monitors,
//! replacement refs or submodules, and no network. Only names of revisions are
//! resolved in the repository itself, by `rev-parse`, which runs nothing.

mod objects;
mod process;
mod raw;
mod trust;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gardefou_scan::change::{Change, Commit, Content, File, Status};
use gardefou_scan::trust::Span;
use gardefou_scan::{Coverage, Unread};
use tempfile::TempDir;

pub use trust::APPROVAL_NOTES;

use objects::Objects;
use process::{Git, one_line};
use raw::{Entry, entries};

/// Most commits of one range.
const MAX_COMMITS: usize = 20_000;
/// Largest blob that is read, in bytes.
pub(super) const MAX_BLOB: u64 = 64 << 20;
/// The tree without entries, which every repository knows.
const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/// Why a repository could not be read.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// `git` could not be started.
    #[error("`git` cannot be started: {0}")]
    NoGit(io::Error),
    /// There is no repository.
    #[error("`{0}` is in no git repository")]
    NoRepository(String),
    /// A name of no revision.
    #[error("`{0}` names no commit here")]
    NoRevision(String),
    /// Git could not read its objects.
    #[error("git cannot read the repository: {0}")]
    Unreadable(String),
    /// A directory of our own could not be made.
    #[error("a temporary directory cannot be made: {0}")]
    NoRoom(io::Error),
}

/// A repository, read through a git directory of our own.
#[derive(Debug)]
pub struct Repository {
    /// Runs in the repository, for names alone.
    names: Git,
    /// Runs on the objects alone.
    objects: Git,
    is_shallow: Vec<String>,
    /// Folder of the repository's references.
    common: PathBuf,
    _own: TempDir,
}

/// Changes of a range or the index, and what could not be read.
#[derive(Debug, Default)]
pub struct Changes {
    /// One a commit, oldest first.
    pub changes: Vec<Change>,
    /// What could not be read.
    pub coverage: Coverage,
    /// The ends of the range.
    pub span: Span,
}

/// The ends of a range, as ids of commits.
#[derive(Clone, Debug)]
struct Ends {
    from: Option<String>,
    trusted: Option<String>,
    to: String,
    is_single: bool,
}

impl Repository {
    /// Opens the repository that a directory is in.
    pub fn open(directory: &Path) -> Result<Self, GitError> {
        Self::opened(directory, None)
    }

    /// Opens the repository that one of its hooks runs for: with the objects of
    /// a push that wait in quarantine, and the index that a commit is made from.
    pub fn open_in_hook(directory: &Path) -> Result<Self, GitError> {
        Self::opened(directory, Some(process::Hook::here()))
    }

    fn opened(directory: &Path, hook: Option<process::Hook>) -> Result<Self, GitError> {
        let hook = hook.unwrap_or_default();
        let names = Git::in_directory(directory);
        let found = names.run(&[
            "rev-parse",
            "--absolute-git-dir",
            "--git-common-dir",
            "--show-object-format",
        ]);
        let missing = || GitError::NoRepository(directory.to_string_lossy().into_owned());
        let found = found.map_err(|error| match error {
            GitError::NoGit(error) => GitError::NoGit(error),
            _ => missing(),
        })?;
        let found = String::from_utf8_lossy(&found).into_owned();
        let mut lines = found.lines();
        let (Some(git_dir), Some(common), Some(format)) =
            (lines.next(), lines.next(), lines.next())
        else {
            return Err(missing());
        };
        let common = fs::canonicalize(directory.join(common)).map_err(|_| missing())?;
        let own = own_directory(&common, format).map_err(GitError::NoRoom)?;
        let git_dir = directory.join(git_dir);
        let known = common.join("objects");
        // Relative to the hook's directory, and git is started elsewhere.
        let index = hook.index.map(|index| directory.join(index));
        let index = index.and_then(|index| std::path::absolute(index).ok());
        let index = index.unwrap_or_else(|| git_dir.join("index"));
        let objects = Git::on_objects(own.path(), &known, &index);
        let (names, objects) = match &hook.quarantine {
            Some(fresh) => (
                names.with_fresh(fresh, &known),
                objects.with_fresh(fresh, &known),
            ),
            None => (names, objects),
        };
        let shallow = fs::read_to_string(common.join("shallow")).unwrap_or_default();
        Ok(Self {
            names,
            objects,
            is_shallow: shallow.lines().map(str::to_owned).collect(),
            common,
            _own: own,
        })
    }

    /// The commit that a name stands for.
    fn commit(&self, name: &str) -> Result<String, GitError> {
        let wanted = format!("{name}^{{commit}}");
        one_line(self.names.run(&[
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &wanted,
        ]))
        .ok_or_else(|| GitError::NoRevision(name.to_owned()))
    }

    /// The commits of `A..B`, `A...B`, or of one revision alone.
    pub fn range(&self, range: &str) -> Result<Changes, GitError> {
        self.between(&self.ends(range)?, range)
    }

    /// The commits that `to` has and `from` has not; all of `to`'s without `from`.
    pub fn new_commits(&self, from: Option<&str>, to: &str) -> Result<Changes, GitError> {
        let from = from.map(|from| self.commit(from)).transpose()?;
        let ends = Ends {
            trusted: from.clone(),
            from,
            to: self.commit(to)?,
            is_single: false,
        };
        self.between(&ends, to)
    }

    fn between(&self, ends: &Ends, range: &str) -> Result<Changes, GitError> {
        let ids = self.ids(ends)?;
        let mut out = Changes {
            span: self.span(ends)?,
            ..Changes::default()
        };
        if ids.len() > MAX_COMMITS {
            out.coverage
                .fail_at(range, Unread::LimitReached, "more commits than are read");
        }
        let ids: Vec<String> = ids.into_iter().take(MAX_COMMITS).collect();
        let mut objects = Objects::open(&self.objects)?;
        let touched = self.touched(&ids)?;
        for id in &ids {
            let mut change = Change {
                commit: Some(self.metadata(id, &mut objects)?),
                ..Change::default()
            };
            if self.is_shallow.contains(id) {
                out.coverage
                    .fail_at(id, Unread::Shallow, "the history ends here");
            }
            for entry in touched.get(id).map_or(&[][..], Vec::as_slice) {
                change
                    .files
                    .extend(file(entry, &mut objects, &mut out.coverage)?);
            }
            out.changes.push(change);
        }
        mark_line(&mut out.changes, &ends.to);
        Ok(out)
    }

    fn ends(&self, range: &str) -> Result<Ends, GitError> {
        let name = |name: &str| self.commit(if name.is_empty() { "HEAD" } else { name });
        if let Some((a, b)) = range.split_once("...") {
            let (a, to) = (name(a)?, name(b)?);
            let base = one_line(self.objects.run(&["merge-base", &a, &to]));
            let base = base.ok_or_else(|| GitError::NoRevision(range.to_owned()))?;
            return Ok(Ends {
                from: Some(base),
                trusted: Some(a),
                to,
                is_single: false,
            });
        }
        if let Some((a, b)) = range.split_once("..") {
            let from = name(a)?;
            return Ok(Ends {
                from: Some(from.clone()),
                trusted: Some(from),
                to: name(b)?,
                is_single: false,
            });
        }
        let to = name(range)?;
        let parent = self.commit(&format!("{to}^1")).ok();
        Ok(Ends {
            trusted: parent.clone(),
            from: parent,
            to,
            is_single: true,
        })
    }

    fn ids(&self, ends: &Ends) -> Result<Vec<String>, GitError> {
        if ends.is_single {
            return Ok(vec![ends.to.clone()]);
        }
        let limit = format!("--max-count={}", MAX_COMMITS + 1);
        let mut arguments = vec!["rev-list", "--reverse", "--topo-order", &limit, &ends.to];
        let not = ends.from.as_ref().map(|from| format!("^{from}"));
        arguments.extend(not.as_deref());
        let list = self.objects.run(&arguments)?;
        Ok(String::from_utf8_lossy(&list)
            .lines()
            .map(str::to_owned)
            .collect())
    }

    /// The commit's metadata and that of its parents.
    fn metadata(&self, id: &str, objects: &mut Objects) -> Result<Commit, GitError> {
        let raw = objects
            .read(id)?
            .ok_or_else(|| GitError::Unreadable(format!("no commit {id}")))?;
        let mut commit = Commit::parse(id, &raw);
        for parent in commit.parent_ids.clone() {
            if let Some(raw) = objects.read(&parent)? {
                commit.parents.push(Commit::parse(&parent, &raw));
            }
        }
        Ok(commit)
    }

    /// What each commit changes. Of a merge: what differs from every parent.
    fn touched(
        &self,
        ids: &[String],
    ) -> Result<std::collections::BTreeMap<String, Vec<Entry>>, GitError> {
        let input = ids.join("\n") + "\n";
        let arguments = [
            "diff-tree",
            "--stdin",
            "-r",
            "-c",
            "--root",
            "-z",
            "--raw",
            "--no-abbrev",
            "-M",
            "--no-ext-diff",
        ];
        let output = self.objects.run_with(&arguments, input.as_bytes())?;
        Ok(entries(&output))
    }

    /// What the index would commit.
    pub fn staged(&self) -> Result<Changes, GitError> {
        let head = self
            .commit("HEAD")
            .unwrap_or_else(|_| EMPTY_TREE.to_owned());
        let arguments = [
            "diff-index",
            "--cached",
            "--raw",
            "-z",
            "--no-abbrev",
            "-M",
            "--no-ext-diff",
            &head,
        ];
        let output = self.objects.run(&arguments)?;
        let mut objects = Objects::open(&self.objects)?;
        let mut out = Changes::default();
        let mut change = Change::default();
        for entry in entries(&output).into_values().flatten() {
            change
                .files
                .extend(file(&entry, &mut objects, &mut out.coverage)?);
        }
        out.changes.push(change);
        Ok(out)
    }

    /// Every file of a revision's tree, given to `take` with its path.
    pub fn tree(
        &self,
        revision: &str,
        mut take: impl FnMut(&str, Vec<u8>),
    ) -> Result<Coverage, GitError> {
        let id = self.commit(revision)?;
        let list = self
            .objects
            .run(&["ls-tree", "-r", "-z", "--full-tree", &id])?;
        let mut objects = Objects::open(&self.objects)?;
        let mut coverage = Coverage::default();
        for line in list
            .split(|byte| *byte == 0)
            .filter(|line| !line.is_empty())
        {
            let line = String::from_utf8_lossy(line).into_owned();
            let Some((head, path)) = line.split_once('\t') else {
                continue;
            };
            let mut words = head.split(' ');
            let (Some(_), Some("blob"), Some(id)) = (words.next(), words.next(), words.next())
            else {
                continue;
            };
            match objects.read(id)? {
                Some(bytes) => take(path, bytes),
                None => coverage.fail_at(
                    path,
                    Unread::LimitReached,
                    "missing, or larger than is read",
                ),
            }
        }
        Ok(coverage)
    }
}

/// Marks the commits that the range's end has as first parents.
fn mark_line(changes: &mut [Change], head: &str) {
    let mut next = Some(head.to_owned());
    for commit in changes
        .iter_mut()
        .rev()
        .filter_map(|one| one.commit.as_mut())
    {
        if next.as_deref() == Some(commit.id.as_str()) {
            commit.is_on_line = true;
            next = commit.parent_ids.first().cloned();
        }
    }
}

/// A git directory with nothing in it but what makes it one.
fn own_directory(common: &Path, format: &str) -> io::Result<TempDir> {
    let own = tempfile::Builder::new().prefix("gardefou-git").tempdir()?;
    let path = own.path();
    fs::create_dir(path.join("refs"))?;
    fs::create_dir(path.join("objects"))?;
    fs::write(path.join("HEAD"), "ref: refs/heads/none\n")?;
    let config = match format {
        "sha256" => {
            "[core]\nrepositoryformatversion = 1\nbare = true\n[extensions]\nobjectformat = sha256\n"
        }
        _ => "[core]\nrepositoryformatversion = 0\nbare = true\n",
    };
    fs::write(path.join("config"), config)?;
    if let Ok(shallow) = fs::read(common.join("shallow")) {
        fs::write(path.join("shallow"), shallow)?;
    }
    Ok(own)
}

/// A file as an entry says; `None` when a merge only takes it away.
fn file(
    entry: &Entry,
    objects: &mut Objects,
    coverage: &mut Coverage,
) -> Result<Option<File>, GitError> {
    let status = match entry.status {
        'A' => Status::Added,
        'D' => Status::Deleted,
        _ => Status::Modified,
    };
    let content = match (status, entry.mode) {
        (Status::Deleted, _) => Content::Nothing,
        (_, 0o160_000) => Content::Submodule(entry.id.clone()),
        (_, mode) => match objects.read(&entry.id)? {
            Some(bytes) if mode == 0o120_000 => {
                Content::Link(String::from_utf8_lossy(&bytes).into_owned())
            }
            Some(_) if entry.old_id == entry.id => Content::Nothing,
            Some(bytes) => {
                let old = if status == Status::Added {
                    None
                } else {
                    objects.read(&entry.old_id)?
                };
                match old {
                    Some(old) => Content::between(&old, bytes),
                    None => Content::of(bytes),
                }
            }
            None => {
                coverage.fail_at(
                    &entry.path,
                    Unread::LimitReached,
                    "missing, or larger than is read",
                );
                Content::Nothing
            }
        },
    };
    let mut file = File::with(entry.path.clone(), status, content);
    file.is_executable = entry.mode & 0o111 != 0;
    file.old_path.clone_from(&entry.old_path);
    Ok(Some(file))
}
