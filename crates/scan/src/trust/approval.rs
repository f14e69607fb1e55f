//! Signed approvals over the exact tree.
//!
//! A statement names the commit that the reviewer started from and the tree that
//! comes out: whoever changes a byte afterwards, or moves the change onto
//! something else, has no approval. It is signed with an SSH key, for a purpose
//! of its own, so that no signature made for git or a login serves as one.

use gardefou_finding::Timestamp;
use ssh_key::public::KeyData;

use super::signers::AllowedSigners;
use super::ssh::SshError;

/// The purpose that approvals are signed for.
pub const APPROVAL_NAMESPACE: &str = "approval@gardefou";
/// First line of a statement.
const HEAD: &str = "gardefou approval 1";
/// Most approvals that are looked at.
const MAX_APPROVALS: usize = 200;
/// Where the signature begins.
const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";

/// The text that an approver signs.
pub fn statement(base: &str, tree: &str) -> String {
    format!("{HEAD}\nbase {base}\ntree {tree}\n")
}

/// An approval that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Commit that the reviewer started from.
    pub base: String,
    /// Tree that was approved.
    pub tree: String,
    text: String,
    signature: String,
}

/// Approvals that were found, none of them verified.
#[derive(Clone, Debug, Default)]
pub struct Approvals {
    /// Those that are well formed.
    pub found: Vec<Approval>,
    /// Those that are not, in number.
    pub malformed: usize,
}

impl Approvals {
    /// Adds what a note or a file holds: statements, each followed by its signature.
    pub fn add(&mut self, text: &str) {
        for part in text.split(HEAD).skip(1) {
            match approval(part) {
                Some(_) if self.found.len() >= MAX_APPROVALS => self.malformed += 1,
                Some(approval) if !self.found.contains(&approval) => self.found.push(approval),
                Some(_) => {}
                None => self.malformed += 1,
            }
        }
    }
}

impl Approval {
    /// Who approved: the principal and the key, when the signature is good and
    /// the key is one of an approver's.
    pub(super) fn verified<'s>(
        &self,
        approvers: &'s AllowedSigners,
        now: Timestamp,
    ) -> Result<(&'s str, KeyData), SshError> {
        let text = self.text.as_bytes();
        let signed = approvers.signer(&self.signature, APPROVAL_NAMESPACE, text, now)?;
        Ok((signed.principal, signed.key))
    }
}

fn approval(part: &str) -> Option<Approval> {
    let (fields, signature) = part.split_once(BEGIN)?;
    let mut lines = fields
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let base = lines.next()?.strip_prefix("base ")?;
    let tree = lines.next()?.strip_prefix("tree ")?;
    let is_id = |id: &str| id.bytes().all(|byte| byte.is_ascii_hexdigit()) && id.len() >= 40;
    if lines.next().is_some() || !is_id(base) || !is_id(tree) {
        return None;
    }
    Some(Approval {
        base: base.to_owned(),
        tree: tree.to_owned(),
        text: statement(base, tree),
        signature: format!("{BEGIN}{signature}"),
    })
}
