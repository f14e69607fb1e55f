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
    /// Tree of the commit in hexadecimal; empty where only a patch is known.
    pub tree: String,
    /// The signature that the commit object carries, not yet verified.
    pub signature: Option<ObjectSignature>,
    /// Whether the commit is one of the range's own line (first parents).
    pub is_on_line: bool,
}

/// The signature of a git object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectSignature {
    /// Which kind its armour says.
    pub kind: SignatureKind,
    /// The armoured signature.
    pub armoured: String,
    /// What is signed: the object without its signatures.
    pub payload: Vec<u8>,
}

/// Kinds of signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureKind {
    /// OpenSSH's.
    Ssh,
    /// OpenPGP, X.509, or anything else.
    Other,
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
            signature: signature(raw),
            message: message.to_owned(),
            ..Self::default()
        };
        for line in head.lines() {
            match line.split_once(' ') {
                Some(("parent", id)) => commit.parent_ids.push(id.to_owned()),
                Some(("author", who)) => commit.author = Signature::parse(who),
                Some(("committer", who)) => commit.committer = Some(Signature::parse(who)),
                Some(("tree", id)) => id.clone_into(&mut commit.tree),
                _ => {}
            }
        }
        commit
    }
}

/// The signature of a raw object. Of several headers all are part of the armour,
/// so that none of them is taken for the only one.
fn signature(raw: &[u8]) -> Option<ObjectSignature> {
    let end = memchr::memmem::find(raw, b"\n\n").map_or(raw.len(), |at| at + 1);
    let (head, body) = raw.split_at_checked(end)?;
    let mut armoured = Vec::new();
    let mut payload = Vec::with_capacity(raw.len());
    let mut is_inside = false;
    for line in head.split_inclusive(|byte| *byte == b'\n') {
        let first = line
            .strip_prefix(b"gpgsig ")
            .or_else(|| line.strip_prefix(b"gpgsig-sha256 "));
        let next = line.strip_prefix(b" ").filter(|_| is_inside);
        is_inside = first.or(next).is_some();
        match first.or(next) {
            Some(part) => armoured.extend(part),
            None => payload.extend(line),
        }
    }
    payload.extend(body);
    let armoured = String::from_utf8(armoured)
        .ok()
        .filter(|text| !text.is_empty())?;
    let kind = if armoured.starts_with("-----BEGIN SSH SIGNATURE-----") {
        SignatureKind::Ssh
    } else {
        SignatureKind::Other
    };
    Some(ObjectSignature {
        kind,
        armoured,
        payload,
    })
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
        assert_eq!((commit.tree.as_str(), commit.signature), ("1", None));
    }

    #[test]
    fn a_signature_is_taken_out_of_what_it_signs() {
        let raw = b"tree 1\nauthor A <a@b> 1 +0000\ngpgsig -----BEGIN SSH SIGNATURE-----\n AAAA\n -----END SSH SIGNATURE-----\nencoding x\n\ngpgsig no\n";
        let signature = Commit::parse("3", raw).signature.unwrap();
        assert_eq!(signature.kind, SignatureKind::Ssh);
        assert!(
            signature
                .armoured
                .ends_with("-----END SSH SIGNATURE-----\n")
        );
        assert_eq!(
            signature.payload,
            b"tree 1\nauthor A <a@b> 1 +0000\nencoding x\n\ngpgsig no\n"
        );
    }
}
