//! Which witnesses suffice (C2SP tlog-policy).

use std::collections::BTreeMap;

use thiserror::Error;

use crate::{SignedCheckpoint, Time, VerifierKey};

/// Largest policy that is read, in bytes.
const MAX_BYTES: usize = 256 << 10;

/// Most logs, witnesses and groups together; the specification asks for 96.
const MAX_NAMES: usize = 1_000;

/// Why a file is no policy.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line} of the policy: {what}")]
pub struct PolicyError {
    /// The line, from 1; 0 for the whole file.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

/// A witness, or a group that counts as one when enough of its members do.
#[derive(Clone, Debug)]
enum Node {
    Witness(Box<VerifierKey>),
    Group {
        threshold: usize,
        members: Vec<Vec<u8>>,
    },
}

/// Known logs, known witnesses, and how many of whom suffice.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    logs: Vec<VerifierKey>,
    nodes: BTreeMap<Vec<u8>, Node>,
    /// Names that are some group's member.
    members: Vec<Vec<u8>>,
    /// `None` inside: no witness is needed.
    quorum: Option<Option<Vec<u8>>>,
}

impl Policy {
    /// Reads a policy.
    ///
    /// # Errors
    /// Anything that the specification forbids; an unknown word.
    pub fn parse(bytes: &[u8]) -> Result<Self, PolicyError> {
        let whole = |what: &str| PolicyError {
            line: 0,
            what: what.to_owned(),
        };
        if bytes.len() > MAX_BYTES {
            return Err(whole("it is too large"));
        }
        let mut policy = Self::default();
        for (line, text) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
            let words = words(text).and_then(|words| policy.line(&words));
            words.map_err(|what| PolicyError { line, what })?;
        }
        match policy.quorum {
            Some(_) => Ok(policy),
            None => Err(whole("it has no `quorum` line")),
        }
    }

    fn line(&mut self, words: &[&[u8]]) -> Result<(), String> {
        if self.logs.len() + self.nodes.len() > MAX_NAMES {
            return Err("too many names".to_owned());
        }
        match words {
            [] => Ok(()),
            [b"log", key] | [b"log", key, _] => self.log(key),
            [b"witness", name, key] | [b"witness", name, key, _] => self.witness(name, key),
            [b"group", name, threshold, members @ ..] => self.group(name, threshold, members),
            [b"quorum", name] => self.set_quorum(name),
            [word, ..] => Err(format!("`{}` does not stand here like this", text(word))),
        }
    }

    fn log(&mut self, key: &[u8]) -> Result<(), String> {
        let key = parse(key)?.log().map_err(|error| error.to_string())?;
        if self.logs.iter().any(|known| known.bytes() == key.bytes()) {
            return Err("the same log twice".to_owned());
        }
        self.logs.push(key);
        Ok(())
    }

    fn witness(&mut self, name: &[u8], key: &[u8]) -> Result<(), String> {
        let key = parse(key)?.witness().map_err(|error| error.to_string())?;
        if self.witnesses().any(|known| known.bytes() == key.bytes()) {
            return Err("the same witness twice".to_owned());
        }
        self.name(name, Node::Witness(Box::new(key)))
    }

    fn group(&mut self, name: &[u8], threshold: &[u8], members: &[&[u8]]) -> Result<(), String> {
        let threshold = match threshold {
            b"any" => 1,
            b"all" => members.len(),
            number => crate::proof::decimal(&text(number))
                .and_then(|number| usize::try_from(number).ok())
                .ok_or("a group needs `any`, `all` or a number")?,
        };
        if !(1..=members.len()).contains(&threshold) {
            return Err("a group needs at least one member, and as many as it asks for".to_owned());
        }
        for member in members {
            if !self.nodes.contains_key(*member) {
                return Err(format!("`{}` is not named above", text(member)));
            }
            if self.members.iter().any(|known| known == member) {
                return Err(format!("`{}` is a member twice", text(member)));
            }
            self.members.push(member.to_vec());
        }
        let members = members.iter().map(|member| member.to_vec()).collect();
        self.name(name, Node::Group { threshold, members })
    }

    fn name(&mut self, name: &[u8], node: Node) -> Result<(), String> {
        if name == b"none" || self.nodes.insert(name.to_vec(), node).is_some() {
            return Err(format!("`{}` is taken", text(name)));
        }
        Ok(())
    }

    fn set_quorum(&mut self, name: &[u8]) -> Result<(), String> {
        let quorum = match name {
            b"none" => None,
            name if self.nodes.contains_key(name) => Some(name.to_vec()),
            name => return Err(format!("`{}` is not named above", text(name))),
        };
        match self.quorum.replace(quorum) {
            Some(_) => Err("a second quorum".to_owned()),
            None => Ok(()),
        }
    }

    /// The logs that are accepted; none when that is known from elsewhere.
    pub fn logs(&self) -> &[VerifierKey] {
        &self.logs
    }

    /// The known witnesses.
    pub fn witnesses(&self) -> impl Iterator<Item = &VerifierKey> {
        self.nodes.values().filter_map(|node| match node {
            Node::Witness(key) => Some(&**key),
            Node::Group { .. } => None,
        })
    }

    /// Whether no witness is asked for.
    pub fn is_without_witnesses(&self) -> bool {
        matches!(self.quorum, Some(None))
    }

    /// The witnesses that cosigned a checkpoint, and when.
    pub fn cosigners<'p>(&'p self, checkpoint: &SignedCheckpoint) -> Vec<(&'p VerifierKey, Time)> {
        let cosigned = |key: &'p VerifierKey| Some((key, checkpoint.cosigned_by(key)?));
        self.witnesses().filter_map(cosigned).collect()
    }

    /// Whether enough witnesses cosigned a checkpoint.
    pub fn is_met_by(&self, checkpoint: &SignedCheckpoint) -> bool {
        match &self.quorum {
            Some(None) => true,
            Some(Some(name)) => self.has_seen(name, checkpoint),
            None => false,
        }
    }

    /// INVARIANT: names refer only to names above them, and each once, so this
    /// walks a tree.
    fn has_seen(&self, name: &[u8], checkpoint: &SignedCheckpoint) -> bool {
        match self.nodes.get(name) {
            Some(Node::Witness(key)) => checkpoint.cosigned_by(key).is_some(),
            Some(Node::Group { threshold, members }) => {
                let seen = members
                    .iter()
                    .filter(|member| self.has_seen(member, checkpoint));
                seen.count() >= *threshold
            }
            None => false,
        }
    }
}

/// The words of a line; none of a comment's.
fn words(line: &[u8]) -> Result<Vec<&[u8]>, String> {
    if line
        .iter()
        .any(|byte| (*byte < b' ' && *byte != b'\t') || *byte == 0x7f)
    {
        return Err("a control character".to_owned());
    }
    let words = line.split(|byte| matches!(byte, b' ' | b'\t'));
    let words: Vec<&[u8]> = words.filter(|word| !word.is_empty()).collect();
    let is_comment = words.first().is_some_and(|word| word.starts_with(b"#"));
    Ok(if is_comment { Vec::new() } else { words })
}

fn parse(key: &[u8]) -> Result<VerifierKey, String> {
    VerifierKey::parse(&text(key)).map_err(|error| error.to_string())
}

fn text(word: &[u8]) -> String {
    String::from_utf8_lossy(word).into_owned()
}

#[cfg(test)]
mod tests {
    use tlog_tiles::Hash;

    use super::*;
    use crate::{Checkpoint, Cosigner, LogKey, SecretKey};

    fn witness(seed: u8) -> Cosigner {
        let time = Time::from_seconds(1_790_000_000).unwrap();
        Cosigner::new(
            &format!("w{seed}.example"),
            SecretKey::from_seed(&[seed; 32]),
            time,
        )
        .unwrap()
    }

    fn cosigned(by: &[u8]) -> SignedCheckpoint {
        let key = LogKey::new("example.com/log", SecretKey::from_seed(&[100; 32])).unwrap();
        let checkpoint = Checkpoint {
            origin: "example.com/log".to_owned(),
            size: 3,
            root: Hash([9; 32]),
        };
        let signed = SignedCheckpoint::sign(checkpoint, &[&key]).unwrap();
        let lines: Vec<_> = by
            .iter()
            .map(|seed| signed.cosign(&witness(*seed)).unwrap())
            .collect();
        signed.with(&lines).unwrap()
    }

    fn text() -> String {
        let mut text = String::from("# two of X and one of Y\n\n");
        for seed in 1..=6 {
            text += &format!(
                "\twitness {seed} {}  https://w{seed}.example/\n",
                witness(seed).verifier()
            );
        }
        text + "group X 2 1 2 3\ngroup Y any 4 5 6\ngroup XY all X Y\nquorum XY\n"
    }

    #[test]
    fn the_specifications_example_is_decided() {
        let policy = Policy::parse(text().as_bytes()).unwrap();
        for (by, is_met) in [
            (&[1, 2, 4][..], true),
            (&[1, 3, 5, 6], true),
            (&[1, 2, 3], false),
            (&[1, 4, 5], false),
            (&[], false),
            (&[7, 8, 9], false),
        ] {
            assert_eq!(policy.is_met_by(&cosigned(by)), is_met, "{by:?}");
        }
        assert_eq!(policy.cosigners(&cosigned(&[2, 9])).len(), 1);
    }

    #[test]
    fn what_the_specification_forbids_is_refused() {
        let good = text();
        for (from, to, line) in [
            ("quorum XY", "", 0),
            ("quorum XY", "quorum Z", 12),
            ("quorum XY", "quorum XY\nquorum none", 13),
            ("group X 2 1 2 3", "group X 4 1 2 3", 9),
            ("group X 2 1 2 3", "group X 0 1 2 3", 9),
            ("group X 2 1 2 3", "group X 02 1 2 3", 9),
            ("group Y any 4 5 6", "group Y any 1 5 6", 10),
            ("group Y any", "group 1 any", 10),
            ("group Y any 4", "group none any 4", 10),
            ("group Y any 4 5 6", "group Y any", 10),
            ("group Y any 4 5 6", "group Y any XY", 10),
            ("quorum XY", "quorum XY \r", 12),
            ("quorum XY", "quorums XY", 12),
        ] {
            let bad = good.replacen(from, to, 1);
            assert_eq!(
                Policy::parse(bad.as_bytes()).unwrap_err().line,
                line,
                "{to}"
            );
        }
        let twice = good.replace(
            "\twitness 2 ",
            &format!("\twitness 7 {}\n\twitness 2 ", witness(1).verifier()),
        );
        assert!(Policy::parse(twice.as_bytes()).is_err());
        assert!(
            Policy::parse(b"quorum none\n")
                .unwrap()
                .is_met_by(&cosigned(&[]))
        );
    }
}
