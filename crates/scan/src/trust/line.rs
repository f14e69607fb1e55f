//! What the release line has seen before: its committers, and the way that
//! changes come into it.

use std::collections::BTreeSet;

use gardefou_finding::{Confidence, Severity};

use super::Trust;
use crate::change::{Change, Commit};
use crate::check::{CheckId, Out, Reason, Report, is_sensitive};

/// Fewest commits of a history that says who belongs to it.
const ENOUGH: usize = 50;
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
    /// The one committer of all recent commits on the line: its merge queue.
    queue: Option<String>,
}

impl ReleaseLine {
    /// From its commits, newest first.
    pub fn of(landed: impl IntoIterator<Item = Landed>) -> Self {
        let mut line = Self::default();
        let mut direct: Vec<String> = Vec::new();
        for mut one in landed {
            one.author.make_ascii_lowercase();
            one.committer.make_ascii_lowercase();
            line.commits += 1;
            if one.is_direct && direct.len() < RECENT {
                direct.push(one.committer.clone());
            }
            line.people.extend([one.author, one.committer]);
        }
        let first = direct.first().cloned();
        line.queue =
            first.filter(|first| direct.len() >= ENOUGH && direct.iter().all(|one| one == first));
        line
    }

    fn knows(&self, mail: &str) -> bool {
        self.people.contains(&mail.to_ascii_lowercase())
    }
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
        && !queue.eq_ignore_ascii_case(mail)
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

    #[test]
    fn a_queue_is_one_when_all_went_through_it() {
        let all = ReleaseLine::of((0..60).map(|_| landed("queue@example.org")));
        assert_eq!(all.queue.as_deref(), Some("queue@example.org"));
        let most = (0..60).map(|n| {
            landed(if n == 30 {
                "bob@example.org"
            } else {
                "queue@example.org"
            })
        });
        assert_eq!(ReleaseLine::of(most).queue, None);
        let few = ReleaseLine::of((0..20).map(|_| landed("queue@example.org")));
        assert_eq!(few.queue, None);
    }
}
