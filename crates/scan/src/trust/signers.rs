//! Allowed signers, in the format of OpenSSH (`ssh-keygen(1)`, *ALLOWED SIGNERS*).

use gardefou_finding::Timestamp;
use globset::{Glob, GlobMatcher};
use ssh_key::PublicKey;
use ssh_key::public::KeyData;

use super::ssh::{self, SshError};

/// Most lines of a list.
const MAX_SIGNERS: usize = 10_000;

/// Why a list of signers does not load.
#[derive(Debug, thiserror::Error)]
pub enum SignersError {
    /// A line is not in the format.
    #[error("line {line}: {what}")]
    Line {
        /// From 1.
        line: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// More lines than are read.
    #[error("more than {MAX_SIGNERS} signers")]
    TooMany,
}

/// Who may sign, with which keys.
#[derive(Debug, Default)]
pub struct AllowedSigners {
    signers: Vec<Signer>,
}

/// Who signed, and with which key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedBy<'s> {
    /// The first principal of the key's line.
    pub principal: &'s str,
    pub(super) key: KeyData,
}

impl SignedBy<'_> {
    /// Whether it is the same person as far as names and keys tell: two names of
    /// one key are one person, and so are two keys of one name.
    pub fn is_same(&self, other: &Self) -> bool {
        self.principal == other.principal || self.key == other.key
    }
}

#[derive(Debug)]
struct Signer {
    principals: Vec<String>,
    key: KeyData,
    namespaces: Vec<GlobMatcher>,
    valid: (Option<Timestamp>, Option<Timestamp>),
    is_authority: bool,
}

impl AllowedSigners {
    /// Reads a list.
    ///
    /// # Errors
    /// When a line is not in the format: a signer that vanished would make
    /// good signatures look bad.
    pub fn parse(text: &str) -> Result<Self, SignersError> {
        let mut signers = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if signers.len() == MAX_SIGNERS {
                return Err(SignersError::TooMany);
            }
            let wrong = |what| SignersError::Line {
                line: number + 1,
                what,
            };
            signers.push(signer(line).map_err(wrong)?);
        }
        Ok(Self { signers })
    }

    /// Whether it names nobody.
    pub fn is_empty(&self) -> bool {
        self.signers.is_empty()
    }

    /// Who signed a message for a purpose, of those who may at a time. The
    /// signature is armoured, as `ssh-keygen -Y sign` writes it.
    ///
    /// # Errors
    /// When the signature proves nothing, or is of a key that is not listed.
    pub fn signer(
        &self,
        armoured: &str,
        namespace: &str,
        message: &[u8],
        at: Timestamp,
    ) -> Result<SignedBy<'_>, SshError> {
        let key = ssh::verify(armoured, namespace, message)?;
        match self.principal(&key, namespace, at) {
            Some(principal) => Ok(SignedBy { principal, key }),
            None => Err(SshError::Unknown),
        }
    }

    /// The first principal that may sign with a key, for a purpose, at a time.
    /// Certificate authorities are not followed.
    pub(super) fn principal(&self, key: &KeyData, namespace: &str, at: Timestamp) -> Option<&str> {
        let fits = |signer: &&Signer| {
            let (after, before) = signer.valid;
            !signer.is_authority
                && signer.key == *key
                && (signer.namespaces.is_empty()
                    || signer.namespaces.iter().any(|one| one.is_match(namespace)))
                && after.is_none_or(|after| after <= at)
                && before.is_none_or(|before| at < before)
        };
        let signer = self.signers.iter().find(fits)?;
        signer.principals.first().map(String::as_str)
    }
}

/// `principals [options] keytype key [comment]`
fn signer(line: &str) -> Result<Signer, &'static str> {
    let (principals, rest) = word(line).ok_or("no principals")?;
    let mut signer = Signer {
        principals: unquoted(principals).split(',').map(str::to_owned).collect(),
        key: KeyData::Ed25519(ssh_key::public::Ed25519PublicKey([0; 32])),
        namespaces: Vec::new(),
        valid: (None, None),
        is_authority: false,
    };
    if signer
        .principals
        .iter()
        .any(|one| one.is_empty() || one.starts_with('!'))
    {
        return Err("a principal that is empty or negated");
    }
    let key = match PublicKey::from_openssh(rest) {
        Ok(key) => key,
        Err(_) => {
            let (options, rest) = word(rest).ok_or("no key")?;
            for option in separated(options) {
                set(&mut signer, option)?;
            }
            PublicKey::from_openssh(rest).map_err(|_| "no public key, or of an unknown kind")?
        }
    };
    signer.key = key.key_data().clone();
    Ok(signer)
}

fn set(signer: &mut Signer, option: &str) -> Result<(), &'static str> {
    let (name, value) = option.split_once('=').unwrap_or((option, ""));
    let value = unquoted(value);
    match name.to_ascii_lowercase().as_str() {
        "cert-authority" => signer.is_authority = true,
        "namespaces" => {
            for one in value.split(',') {
                let glob = Glob::new(one).map_err(|_| "`namespaces` is no list of patterns")?;
                signer.namespaces.push(glob.compile_matcher());
            }
        }
        "valid-after" => signer.valid.0 = Some(time(value).ok_or("`valid-after` is no time")?),
        "valid-before" => signer.valid.1 = Some(time(value).ok_or("`valid-before` is no time")?),
        _ => return Err("an option that is not known"),
    }
    Ok(())
}

/// `YYYYMMDD[HHMM[SS]][Z]`; without a zone it is taken as UTC.
fn time(text: &str) -> Option<Timestamp> {
    let digits = text.trim_end_matches('Z');
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let padded = match digits.len() {
        8 => format!("{digits}000000"),
        12 => format!("{digits}00"),
        14 => digits.to_owned(),
        _ => return None,
    };
    let part = |range: std::ops::Range<usize>| padded.get(range).unwrap_or_default();
    Timestamp::parse(&format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0..4),
        part(4..6),
        part(6..8),
        part(8..10),
        part(10..12),
        part(12..14)
    ))
}

/// The first word, quotes kept together, and what follows it.
fn word(text: &str) -> Option<(&str, &str)> {
    let mut is_quoted = false;
    let end = text.find(|c: char| {
        is_quoted ^= c == '"';
        c.is_whitespace() && !is_quoted
    })?;
    let (head, rest) = text.split_at_checked(end)?;
    Some((head, rest.trim_start()))
}

/// Options between commas that are not in quotes.
fn separated(text: &str) -> Vec<&str> {
    let mut is_quoted = false;
    text.split(|c: char| {
        is_quoted ^= c == '"';
        c == ',' && !is_quoted
    })
    .collect()
}

fn unquoted(text: &str) -> &str {
    text.strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti";

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn options_bound_who_may_sign_what_and_when() {
        let text = format!(
            "# team\nann@example.org,ann namespaces=\"git,file\",valid-after=\"20260101Z\",valid-before=\"20270101\" {KEY} Ann\n"
        );
        let signers = AllowedSigners::parse(&text).unwrap();
        let key = PublicKey::from_openssh(KEY).unwrap().key_data().clone();
        let may = |namespace, time| signers.principal(&key, namespace, at(time));
        assert_eq!(may("git", "2026-06-01T00:00:00Z"), Some("ann@example.org"));
        assert_eq!(may("other", "2026-06-01T00:00:00Z"), None);
        assert_eq!(may("git", "2025-12-31T23:59:59Z"), None);
        assert_eq!(may("git", "2027-01-01T00:00:00Z"), None);
    }

    #[test]
    fn a_line_that_is_not_understood_is_an_error() {
        for line in [
            "ann",
            "ann ssh-ed25519 nonsense",
            &format!("ann strange {KEY}"),
            &format!("!ann {KEY}"),
        ] {
            assert!(AllowedSigners::parse(line).is_err(), "{line}");
        }
        let authority = AllowedSigners::parse(&format!("* cert-authority {KEY}")).unwrap();
        let key = PublicKey::from_openssh(KEY).unwrap().key_data().clone();
        assert_eq!(
            authority.principal(&key, "git", at("2026-06-01T00:00:00Z")),
            None
        );
    }
}
