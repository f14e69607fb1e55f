//! Who made a commit, when, and what its message says.

use gardefou_finding::Untrusted;

/// A name, a mail address and a time, as git writes them for the author and
/// for the committer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signature {
    /// The name that the person gave.
    pub name: String,
    /// The mail address that the person gave.
    pub mail: String,
    /// Seconds since 1970 and the offset of the zone in minutes; `None` where
    /// the text is no time.
    pub time: Option<(i64, i32)>,
}

impl Signature {
    /// Whether both are the same person as far as names tell: the same mail
    /// address, or no mail and the same name.
    pub fn is_same_person(&self, other: &Self) -> bool {
        if self.mail.is_empty() && other.mail.is_empty() {
            return self.name == other.name;
        }
        self.mail.eq_ignore_ascii_case(&other.mail)
    }

    /// Reads `Name <mail> 1752276780 -0700`, as it stands in a commit object.
    pub fn parse(text: &str) -> Self {
        let (name, rest) = text.split_once('<').unwrap_or((text, ""));
        let (mail, when) = rest.rsplit_once('>').unwrap_or((rest, ""));
        let mut words = when.split_whitespace();
        let seconds = words.next().and_then(|word| word.parse().ok());
        let zone = words.next().and_then(zone_minutes);
        Self {
            name: name.trim().to_owned(),
            mail: mail.trim().to_owned(),
            time: seconds.map(|seconds| (seconds, zone.unwrap_or(0))),
        }
    }
}

/// Minutes of a zone such as `-0700`.
pub(super) fn zone_minutes(text: &str) -> Option<i32> {
    let number: i32 = text.parse().ok()?;
    (number.abs() < 2400).then_some(number / 100 * 60 + number % 100)
}

/// A commit's metadata, with that of its parents where it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commit {
    /// Object id in hexadecimal; empty where the patch names none.
    pub id: String,
    /// Who wrote it.
    pub author: Signature,
    /// Who committed it; `None` where only a patch is known.
    pub committer: Option<Signature>,
    /// The whole message.
    pub message: String,
    /// The parents' metadata, first parent first; their own parents are not given.
    pub parents: Vec<Commit>,
    /// Ids of the parents, also of those whose metadata is not known.
    pub parent_ids: Vec<String>,
    /// Whether the commit object carries a signature (not whether it is valid).
    pub is_signed: bool,
}

impl Commit {
    /// First line of the message.
    pub fn subject(&self) -> &str {
        self.message.lines().next().unwrap_or("").trim()
    }

    /// The id for a report; `None` where there is none.
    pub fn shown_id(&self) -> Option<Untrusted> {
        (!self.id.is_empty()).then(|| Untrusted::new(self.id.as_str()))
    }

    /// Reads a raw commit object (`git cat-file commit`). Bytes that are not
    /// UTF-8 are replaced.
    pub fn parse(id: &str, raw: &[u8]) -> Self {
        let text = String::from_utf8_lossy(raw);
        let (head, message) = text.split_once("\n\n").unwrap_or((&text, ""));
        let mut commit = Self {
            id: id.to_owned(),
            message: message.to_owned(),
            ..Self::default()
        };
        for line in head.lines() {
            match line.split_once(' ') {
                Some(("parent", id)) => commit.parent_ids.push(id.to_owned()),
                Some(("author", who)) => commit.author = Signature::parse(who),
                Some(("committer", who)) => commit.committer = Some(Signature::parse(who)),
                Some(("gpgsig" | "gpgsig-sha256", _)) => commit.is_signed = true,
                _ => {}
            }
        }
        commit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_object_is_read() {
        let raw = b"tree 1\nparent 2\nauthor A B <a@b> 1752276780 -0700\ncommitter C <c@d> 5 +0130\n\nfix: x\n\nbody\n";
        let commit = Commit::parse("3", raw);
        assert_eq!(commit.subject(), "fix: x");
        assert_eq!(commit.author.time, Some((1_752_276_780, -420)));
        assert_eq!(commit.committer.unwrap().time, Some((5, 90)));
        assert_eq!(commit.parent_ids, ["2"]);
    }
}
