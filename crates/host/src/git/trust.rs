//! What a repository says about trust: files of a revision, the history of a
//! line, approvals in notes.

use std::fs;
use std::path::PathBuf;

use gardefou_scan::Coverage;
use gardefou_scan::trust::{Approvals, Landed, ReleaseLine, Span};

use super::objects::Objects;
use super::process::one_line;
use super::{Ends, GitError, Repository};

/// Where approvals are noted.
pub const APPROVAL_NOTES: &str = "refs/notes/gardefou";
/// Commits of a history that are read to learn who belongs to it.
const HISTORY: &str = "--max-count=4000";
/// Largest note that is read, in bytes.
const MAX_NOTE: usize = 1 << 20;
/// Most notes that are looked through.
const MAX_NOTES: usize = 200_000;

impl Repository {
    /// A file of a revision; `None` when the revision does not have it.
    pub fn file(&self, revision: &str, path: &str) -> Result<Option<Vec<u8>>, GitError> {
        let id = self.commit(revision)?;
        let list = self
            .objects
            .run(&["ls-tree", "-z", "--full-tree", &id, "--", path])?;
        let list = String::from_utf8_lossy(&list).into_owned();
        let Some((head, name)) = list.trim_end_matches('\0').split_once('\t') else {
            return Ok(None);
        };
        let mut words = head.split(' ');
        let (mode, kind, blob) = (words.next(), words.next(), words.next());
        let is_file = kind == Some("blob") && mode != Some("120000") && name == path;
        let (true, Some(blob)) = (is_file, blob) else {
            return Err(GitError::Unreadable(format!("`{path}` is no file")));
        };
        let bytes = Objects::open(&self.objects)?.read(blob)?;
        match bytes {
            Some(bytes) => Ok(Some(bytes)),
            None => Err(GitError::Unreadable(format!(
                "`{path}` is missing or too large"
            ))),
        }
    }

    /// Whether a name stands for a commit.
    pub fn knows(&self, name: &str) -> bool {
        self.commit(name).is_ok()
    }

    /// Where `--range` starts and ends, without reading what is between.
    pub fn ends_of(&self, range: &str) -> Result<Span, GitError> {
        self.span(&self.ends(range)?)
    }

    pub(super) fn span(&self, ends: &Ends) -> Result<Span, GitError> {
        let tree = one_line(
            self.objects
                .run(&["rev-parse", &format!("{}^{{tree}}", ends.to)]),
        );
        Ok(Span {
            bases: ends.from.iter().cloned().collect(),
            trusted: ends.trusted.clone(),
            head: ends.to.clone(),
            tree: tree.ok_or_else(|| GitError::NoRevision(ends.to.clone()))?,
        })
    }

    /// Who committed to the history of a commit; nobody when there is none.
    pub fn release_line(&self, base: &str) -> Result<ReleaseLine, GitError> {
        let base = self.commit(base)?;
        let format = "--format=%H%x1f%P%x1f%ae%x1f%ce";
        let list = self
            .objects
            .run(&["log", HISTORY, "--no-show-signature", format, &base])?;
        let list = String::from_utf8_lossy(&list).into_owned();
        let mut next = Some(base.as_str());
        let landed = list.lines().filter_map(|line| {
            let mut fields = line.split('\u{1f}');
            let (id, parents) = (fields.next()?, fields.next()?);
            let is_direct = next == Some(id);
            if is_direct {
                next = parents.split(' ').next();
            }
            Some(Landed {
                author: fields.next()?.to_owned(),
                committer: fields.next()?.to_owned(),
                is_direct,
            })
        });
        Ok(ReleaseLine::of(landed))
    }

    /// Approvals that are noted for a tree; what cannot be read is told.
    pub fn noted(&self, tree: &str, coverage: &mut Coverage) -> Result<Approvals, GitError> {
        let mut approvals = Approvals::default();
        let Ok(notes) = self.commit(APPROVAL_NOTES) else {
            return Ok(approvals);
        };
        let list = self.objects.run(&["ls-tree", "-r", "-z", &notes])?;
        let mut objects = Objects::open(&self.objects)?;
        for line in list.split(|byte| *byte == 0).take(MAX_NOTES) {
            let line = String::from_utf8_lossy(line);
            let Some((head, path)) = line.split_once('\t') else {
                continue;
            };
            if path.replace('/', "") != tree {
                continue;
            }
            let blob = head.rsplit(' ').next().unwrap_or_default();
            match objects.read(blob)? {
                Some(text) if text.len() <= MAX_NOTE => {
                    approvals.add(&String::from_utf8_lossy(&text));
                }
                _ => coverage.fail_at(
                    APPROVAL_NOTES,
                    gardefou_scan::Unread::LimitReached,
                    "a note is missing, or larger than is read",
                ),
            }
        }
        Ok(approvals)
    }

    /// The bases among these that are ancestors of a range's own base, and it.
    pub fn widen(&self, span: &mut Span, approvals: &Approvals) {
        let Some(base) = span.bases.first().cloned() else {
            return;
        };
        for approval in &approvals.found {
            let ancestor = &approval.base;
            let asked = [
                "merge-base",
                "--is-ancestor",
                ancestor.as_str(),
                base.as_str(),
            ];
            if !span.bases.contains(ancestor) && self.objects.run(&asked).is_ok() {
                span.bases.push(ancestor.clone());
            }
        }
    }

    /// Notes an approval of a tree in the repository.
    pub fn note(&self, tree: &str, text: &str) -> Result<(), GitError> {
        let folder = tempfile::tempdir().map_err(GitError::NoRoom)?;
        let file = folder.path().join("approval");
        fs::write(&file, text).map_err(GitError::NoRoom)?;
        let file = file.to_string_lossy().into_owned();
        let named = [
            "-c",
            "user.name=gardefou",
            "-c",
            "user.email=gardefou@localhost",
        ];
        let note = [
            "notes",
            "--ref",
            APPROVAL_NOTES,
            "append",
            "-F",
            &file,
            tree,
        ];
        self.names.run(&[&named[..], &note[..]].concat()).map(drop)
    }

    /// The reference that `HEAD` stands for: the default branch of a server.
    pub fn main_reference(&self) -> Option<String> {
        one_line(self.names.run(&["symbolic-ref", "--quiet", "HEAD"]))
    }

    /// Where the repository's hooks lie, whatever its configuration says.
    pub fn hooks(&self) -> PathBuf {
        self.common.join("hooks")
    }

    /// Whether the configuration names another folder of hooks.
    pub fn has_other_hooks(&self) -> Option<String> {
        one_line(
            self.names
                .run(&["config", "--local", "--get", "core.hooksPath"]),
        )
    }
}
