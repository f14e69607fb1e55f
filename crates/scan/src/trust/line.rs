//! What the release line has seen before: its committers, and the way that
//! changes come into it.

use std::collections::BTreeSet;

use gardefou_finding::{Confidence, Severity};

use super::Trust;
use crate::change::{Change, Commit};
use crate::check::{CheckId, Out, Reason, Report, is_sensitive};

/// Fewest commits of a history that says who belongs to it.
const ENOUGH: usize = 50;
/// Fewest of the last commits that show a queue to which strangers are held.
const A_FEW: usize = 10;
/// Commits of the release line's own that are asked how they came in.
const RECENT: usize = 200;

/// A commit that is on the release line.
#[derive(Clone, Debug, Default)]
pub struct Landed {
    /// Its author's mail address.
    pub author: String,
    /// Its committer's mail address.
    pub committer: String,
    /// Whether it is on the line itself (first parents), and not on a merged branch.
    pub is_direct: bool,
}

/// The history that a range goes into.
#[derive(Clone, Debug, Default)]
pub struct ReleaseLine {
    people: BTreeSet<String>,
    commits: usize,
    queue: Option<Queue>,
}

/// The one committer of the last commits on the line, who is nobody's author.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Queue {
    committer: String,
    /// Whether there are enough of them to hold those who are known to it, too.
    is_old: bool,
}

impl ReleaseLine {
    /// From its commits, newest first.
    pub fn of(landed: impl IntoIterator<Item = Landed>) -> Self {
        let mut line = Self::default();
        let mut direct: Vec<String> = Vec::new();
        let mut authors = BTreeSet::new();
        for mut one in landed {
            one.author.make_ascii_lowercase();
            one.committer.make_ascii_lowercase();
            line.commits += 1;
            if one.is_direct && direct.len() < RECENT {
                direct.push(one.committer.clone());
            }
            authors.insert(one.author.clone());
            line.people.extend([one.author, one.committer]);
        }
        line.queue = queue(&direct, &authors);
        line
    }

    fn knows(&self, mail: &str) -> bool {
        self.people.contains(&mail.to_ascii_lowercase())
    }
}

/// The queue, if the newest of these committers made enough commits in a row. Who
/// writes commits is a person who pushes, but for a long row of them.
fn queue(direct: &[String], authors: &BTreeSet<String>) -> Option<Queue> {
    let committer = direct.first()?;
    let row = direct.iter().take_while(|one| *one == committer).count();
    let is_old = row >= ENOUGH;
    (is_old || (row >= A_FEW && !authors.contains(committer))).then(|| Queue {
        committer: committer.clone(),
        is_old,
    })
}

/// Judges who committed, and how it came in.
pub(super) fn judge(trust: &Trust<'_>, commit: &Commit, change: &Change, out: &mut Out<'_>) {
    let Some(committer) = &commit.committer else {
        return;
    };
    let line = &trust.line;
    let mail = committer.mail.as_str();
    if let Some(queue) = &line.queue
        && trust.is_landed
        && commit.is_on_line
        && !queue.committer.eq_ignore_ascii_case(mail)
        && (queue.is_old || !line.knows(mail))
    {
        let severity = Severity::Medium;
        tell(Reason::CommitOutsideQueue, severity, commit, mail, out);
    }
    let is_stranger = line.commits >= ENOUGH && !line.knows(mail);
    let touches = change.files.iter().any(|file| is_sensitive(&file.path));
    if is_stranger && (touches || trust.is_landed) {
        let severity = if touches {
            Severity::Medium
        } else {
            Severity::Low
        };
        tell(Reason::CommitterNew, severity, commit, mail, out);
    }
}

fn tell(reason: Reason, severity: Severity, commit: &Commit, mail: &str, out: &mut Out<'_>) {
    let id = CheckId::CommitProvenance;
    let report = Report::new(id, reason, severity, Confidence::Medium).detail(mail);
    out.on_commit(commit.subject(), report);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn landed(committer: &str) -> Landed {
        Landed {
            author: "ann@example.org".to_owned(),
            committer: committer.to_owned(),
            is_direct: true,
        }
    }

    fn row(of: usize, committer: &str) -> Option<Queue> {
        ReleaseLine::of((0..of).map(|_| landed(committer))).queue
    }

    #[test]
    fn a_queue_is_one_when_all_went_through_it() {
        let queue = |is_old| {
            Some(Queue {
                committer: "queue@example.org".to_owned(),
                is_old,
            })
        };
        assert_eq!(row(60, "queue@example.org"), queue(true));
        assert_eq!(row(20, "queue@example.org"), queue(false));
        assert_eq!(row(5, "queue@example.org"), None);
        assert_eq!(
            row(20, "ann@example.org"),
            None,
            "she pushes what she wrote"
        );
        let most = (0..60).map(|n| {
            landed(if n == 5 {
                "bob@example.org"
            } else {
                "queue@example.org"
            })
        });
        assert_eq!(ReleaseLine::of(most).queue, None);
    }
}
