//! `gardefou contain approve`, and who has approved.

use std::path::Path;

use gardefou_contain::{approval_note, digest};
use gardefou_finding::{ExitStatus, Plan};
use gardefou_host::{KeyOrigin, read_key, read_text, write_atomically};
use gardefou_ledger::{LogKey, VerifierKey, is_signed_by, sign_text};

use super::args::{ApplyOptions, ApproveOptions};
use super::read_plan;
use crate::commands::Error;
use crate::commands::ledger::public;
use crate::messages::say;

/// Largest approval that is read, in bytes.
const MAX_NOTE: u64 = 64 << 10;

/// Signs a plan's digest.
pub(super) fn run(options: &ApproveOptions) -> Result<ExitStatus, Error> {
    let plan = read_plan(&options.plan)?;
    let secret = read_key(&KeyOrigin::File(options.key.clone()))?;
    let key = LogKey::new(&options.name, secret)?;
    let note = sign_text(&approval_note(&plan), &key)?;
    write_atomically(&options.out, &note).map_err(|error| Error::file(&options.out, error))?;
    say(&format!("gardefou: approved sha256:{}", digest(&plan)));
    say(&format!("gardefou: the public key is {}", key.verifier()));
    Ok(ExitStatus::Clean)
}

/// Refuses when fewer people have approved the plan, exactly as it is, than
/// must have.
pub(super) fn check(options: &ApplyOptions, plan: &Plan) -> Result<(), Error> {
    if options.require_approval == 0 {
        return Ok(());
    }
    let notes = options
        .approval
        .iter()
        .map(|path| read(path))
        .collect::<Result<Vec<_>, _>>()?;
    let text = approval_note(plan);
    let mut approvers: Vec<VerifierKey> = Vec::new();
    for choice in &options.approver {
        let key = public(choice)?;
        // One person with two names for one key is one person.
        let is_known = approvers.iter().any(|one| one.bytes() == key.bytes());
        if !is_known && notes.iter().any(|note| is_signed_by(note, &text, &key)) {
            approvers.push(key);
        }
    }
    if approvers.len() < options.require_approval {
        return Err(Error::Usage(format!(
            "{} of {} approvals: nobody else who may approve has signed this plan as it is",
            approvers.len(),
            options.require_approval
        )));
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let text = read_text(path, MAX_NOTE).map_err(|error| Error::file(path, error))?;
    Ok(text.into_bytes())
}
