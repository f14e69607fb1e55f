//! Objects by their ids, from one `git cat-file --batch`.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout};

use super::process::Git;
use super::{GitError, MAX_BLOB};

/// A conversation with `git cat-file --batch`.
#[derive(Debug)]
pub(super) struct Objects {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Objects {
    pub(super) fn open(git: &Git) -> Result<Self, GitError> {
        let mut child = git
            .converse(&["cat-file", "--batch"])
            .map_err(GitError::NoGit)?;
        let (Some(questions), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(GitError::Unreadable("no pipes to git".to_owned()));
        };
        Ok(Self {
            child,
            questions,
            answers: BufReader::new(answers),
        })
    }

    /// An object's bytes; `None` when it is missing or too large.
    pub(super) fn read(&mut self, id: &str) -> Result<Option<Vec<u8>>, GitError> {
        self.ask(id)
            .map_err(|error| GitError::Unreadable(error.to_string()))
    }

    fn ask(&mut self, id: &str) -> io::Result<Option<Vec<u8>>> {
        writeln!(self.questions, "{id}")?;
        self.questions.flush()?;
        let mut head = String::new();
        self.answers.read_line(&mut head)?;
        let size: Option<u64> = head
            .trim_end()
            .rsplit(' ')
            .next()
            .and_then(|size| size.parse().ok());
        let Some(size) = size else {
            return Ok(None);
        };
        let mut body = self.answers.by_ref().take(size + 1);
        if size > MAX_BLOB {
            io::copy(&mut body, &mut io::sink())?;
            return Ok(None);
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
        body.read_to_end(&mut bytes)?;
        // The line end after the object.
        if bytes.pop().is_none() || bytes.len() as u64 != size {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Some(bytes))
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        // It ends by itself when its input does; this only spares the wait.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
